/* sample_tasks.c: the data backup tasks of the sample clusters, in the order of their start. */

#include "sample_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIBI  INT64_C(1024)

/* A task that is to be seen, whatever the number of tasks.  ago: minutes from
 * its start to now; minutes: how long it took, 0: it still runs. */
typedef struct {
    const char *cluster;
    size_t      tenant;
    int         ago;
    int         minutes;
    const char *mode;
    const char *status;
    const char *raw;
    const char *cause;
    int64_t     progress;
    const char *second;             /* status of its second backup */
} special_task;

/* In the order of importance: few tasks show the first ones. */
static const special_task special_tasks[] = {
    { "pay-core-01", 0, 12, 0, "INCREMENTAL", "IN_PROGRESS",
      "BACKUP_USER_DATA", NULL, 6300, NULL },
    { "pay-core-02", 0, 92, 19, "FULL", "FAILED", "FAILED", "-9082", -1,
      NULL },
    { "legacy-billing", 0, 40, 0, "FULL", "IN_PROGRESS", "RUNNING", NULL, 4725,
      NULL },
    { "ledger-01", 0, 142, 11, "INCREMENTAL", "COMPLETED", "COMPLETED", NULL,
      -1, "COMPLETED" },
    { "dwh-01", 1, 26 * 60, 0, "FULL", "IN_PROGRESS", "BACKUP_USER_DATA", NULL,
      9140, NULL },
    { "card-issuing", 1, 180, 4, "INCREMENTAL", "FAILED", "FAILED", "-4012",
      -1, NULL },
    { "crm-eu", 0, 171, 51, "FULL", "COMPLETED", "COMPLETED", NULL, -1,
      "IN_PROGRESS" },
    { "test-sandbox", 0, 9 * 60, 0, "INCREMENTAL", "UNKNOWN", "REPLAYING",
      NULL, -1, NULL },
    { "pay-core-02", 0, 26 * 60, 17, "INCREMENTAL", "FAILED", "FAILED",
      "-9082", -1, NULL },
    { "pay-core-02", 0, 50 * 60, 21, "FULL", "FAILED", "FAILED", "-9082", -1,
      NULL },
    { "pay-core-02", 0, 74 * 60, 18, "FULL", "FAILED", "FAILED", "-9082", -1,
      NULL },
    { "crm-eu", 1, 11 * 60, 3, "FULL", "FAILED", "FAILED", "-9071", -1, NULL },
    { "retail-orders-02", 1, 13 * 60, 44, "FULL", "FAILED", "CANCELED",
      "CANCELED", -1, NULL },
    { "ledger-02", 0, 15 * 60, 1, "INCREMENTAL", "FAILED", "REFUSED", "-9040",
      -1, NULL },
    { "retail-orders-01", 0, 1, 0, "INCREMENTAL", "IN_PROGRESS", "INIT", NULL,
      0, NULL },
    { "risk-analytics", 0, 25, 0, "FULL", "IN_PROGRESS", "CANCELING", NULL,
      3817, NULL },
    { "fraud-detect", 0, 18 * 60, 7, "FULL", "FAILED", "FAILED", "-9070", -1,
      NULL },
    { "treasury-01", 0, 21 * 60, 1, "FULL", "FAILED", "REFUSED", "-9036", -1,
      NULL },
    { "crm-us", 0, 2 * 1440, 6, "FULL", "FAILED", "FAILED", "-9138", -1,
      NULL },
    { "retail-orders-01", 2, 3 * 1440, 29, "INCREMENTAL", "FAILED", "FAILED",
      "-9079", -1, NULL },
    { "loyalty", 0, 4 * 1440, 1, "FULL", "FAILED", "REFUSED", "-9026", -1,
      NULL },
    { "card-acquiring", 1, 6 * 1440, 2, "FULL", "FAILED", "FAILED", "-9047",
      -1, NULL },
    { "legacy-people", 0, 8 * 1440, 33, "FULL", "FAILED", "FAILED", "-4009",
      -1, NULL },
    { "archive-2018", 0, 9 * 1440, 95, "FULL", "FAILED", "failed", "-9082", -1,
      NULL },
    { "legacy-billing", 0, 7 * 60, 38, "FULL", "COMPLETED", "COMPLETED", NULL,
      -1, "CLEANING" },
    { "legacy-people", 0, 8 * 60, 25, "FULL", "COMPLETED", "COMPLETED", NULL,
      -1, "SCHEDULING" },
    { "legacy-core", 0, 26 * 60, 71, "FULL", "COMPLETED", "COMPLETED", NULL,
      -1, "FAILED" },
    { "legacy-billing", 0, 50 * 60, 41, "FULL", "COMPLETED", "COMPLETED", NULL,
      -1, "CANCELED" },
    { "legacy-core", 0, 98 * 60, 67, "FULL", "COMPLETED", "COMPLETED", NULL,
      -1, "STOPPED" },
    { "ledger-02", 1, 5 * 1440, 22, "FULL", "COMPLETED", "COMPLETED", NULL, -1,
      "UNKNOWN" }
};

#define SPECIALS  (sizeof(special_tasks) / sizeof(special_tasks[0]))

/* A planned task: a special one, or a recent good one (special NULL). */
typedef struct {
    bt_usec             start;
    size_t              unit;
    const special_task *special;
} planned_task;

typedef struct {
    planned_task items[SPECIALS + SAMPLE_UNITS_MAX];
    size_t       count;
    size_t       next;
} task_plan;

/* A record with the memory of its texts. */
typedef struct {
    bt_data_record        record;
    char                  source_id[48];
    char                  directory[512];
    char                  text[SAMPLE_TEXT];
    char                  trace[64];
    bt_task_tenant_record tenants[4];
} task_memory;

static const sample_cluster *
cluster_of(const sample_unit *unit)
{
    return &sample_clusters[unit->cluster];
}

static const sample_tenant *
tenant_of(const sample_unit *unit)
{
    return &cluster_of(unit)->tenants[unit->tenant];
}

static void
number_task(task_memory *memory, sample_unit *unit, bool full, bool refused)
{
    bt_data_record *task = &memory->record;

    unit->job++;
    unit->chain = full ? 0 : unit->chain + 1;
    if (full || cluster_of(unit)->family < 4) {
        unit->set++;
    }
    task->backup_set_id = refused ? BT_UNKNOWN : unit->set;
    (void) snprintf(memory->source_id, sizeof(memory->source_id), "%s%lld",
                    refused ? "event-" : "",
                    (long long) (cluster_of(unit)->family < 4 ? unit->set
                                                              : unit->job));
    task->source_id = bt_str_of(memory->source_id);
}

static void
place_task(task_memory *memory, const sample_unit *unit)
{
    const sample_cluster *cluster = cluster_of(unit);

    if (cluster->family == 4) {
        (void) snprintf(memory->directory, sizeof(memory->directory),
                        "%s/%s/backup_set_%lld", cluster->root,
                        tenant_of(unit)->name, (long long) unit->set);
    } else {
        (void) snprintf(memory->directory, sizeof(memory->directory),
                        "%s/incarnation_1/backup_set_%lld", cluster->root,
                        (long long) unit->set);
    }
    memory->record.storage_directory = bt_str_of(memory->directory);
}

static bt_str
set_state(const sample_run *run, const bt_data_record *task)
{
    bt_usec age = run->now - task->start_time;

    if (bt_str_eqz(task->status, "IN_PROGRESS")) {
        return BT_STR("COPYING");
    }
    if (!bt_str_eqz(task->status, "COMPLETED")) {
        return BT_STR("INCOMPLETE");
    }
    if (age > 21 * BT_DAY) {
        return BT_STR("DELETED");
    }
    return age > 14 * BT_DAY ? BT_STR("EXPIRED") : BT_STR("AVAILABLE");
}

static bt_str
raw_status(const sample_unit *unit, const char *status)
{
    if (cluster_of(unit)->family > 1) {
        return bt_str_of(status);
    }
    return strcmp(status, "COMPLETED") == 0 ? BT_STR("done")
                                            : BT_STR("failed");
}

static void
size_task(sample_run *run, const sample_unit *unit, task_memory *memory,
          bool full)
{
    bt_data_record *task = &memory->record;
    int64_t         gigas = 40 + (int64_t) (unit->cluster * 37
                                            + unit->tenant * 101) % 700;

    task->size_bytes = BT_UNKNOWN;
    if (bt_str_eqz(task->status, "COMPLETED")) {
        task->size_bytes = gigas * KIBI * KIBI * KIBI / (full ? 1 : 40)
                           + sample_random(run, 0, KIBI * KIBI * KIBI);
        task->restorable_from = task->end_time - 30 * BT_SECOND;
    }
}

static bt_str
source_of(sample_run *run)
{
    if (sample_chance(run, 85)) {
        return BT_STR("OCP schedule");
    }
    return sample_chance(run, 70) ? BT_STR("Manual") : BT_STR("Script");
}

/* The tenants inside the task of an older cluster. */
static void
fill_tenants(task_memory *memory, const sample_unit *unit)
{
    const sample_cluster *cluster = cluster_of(unit);
    bt_data_record       *task = &memory->record;

    task->tenants = memory->tenants;
    for (size_t i = 1; i < cluster->tenant_count && i < 5; i++) {
        memory->tenants[task->tenant_count++] = (bt_task_tenant_record) {
            .tenant = cluster->tenants[i].ob_id, .status = task->status,
            .raw_status = task->raw_status, .start_time = task->start_time,
            .end_time = task->end_time,
            .progress = task->progress >= 0
                        ? task->progress + 100 * (int64_t) i : -1,
            .size_bytes = task->size_bytes == BT_UNKNOWN
                          ? BT_UNKNOWN
                          : task->size_bytes / (int64_t) cluster->tenant_count
        };
    }
}

/* Minutes 0: it runs. */
static void
time_task(bt_data_record *task, bt_usec start, bt_usec length)
{
    task->start_time = start;
    task->end_time = length > 0 ? start + length : BT_UNKNOWN;
    task->status_since = length > 0 ? task->end_time : start;
}

/* 1,000 characters with everything in them that makes writers stumble. */
static void
odd_cause(char *text)
{
    static const char piece[] =
        "<result code=\"-4009\"> & 'IO error' 100% C:\\temp\r\n\t\x01"
        "\xf0\x9f\x92\xa5 \xe5\xa4\x87\xe4\xbb\xbd\xe5\xa4\xb1\xe8\xb4\xa5 ]]>";
    size_t chars = 0;
    size_t used = 0;

    while (chars < 1000) {
        for (size_t at = 0; at + 1 < sizeof(piece) && chars < 1000; chars++) {
            size_t step = bt_utf8_step(piece + at, sizeof(piece) - 1 - at);

            memcpy(text + used, piece + at, step);
            used += step;
            at += step;
        }
    }
    text[used] = '\0';
}

static void
explain_task(const sample_run *run, task_memory *memory,
             const sample_unit *unit, const sample_cause *cause)
{
    bt_data_record *task = &memory->record;

    task->cause = sample_cause_of(run, unit, cause, memory->text,
                                  memory->trace);
    if (strchr(cluster_of(unit)->name, '<') != NULL) {
        odd_cause(memory->text);
        task->cause.text = bt_str_of(memory->text);
    }
}

static void
start_task(sample_run *run, task_memory *memory, sample_unit *unit, bool full,
           const sample_cause *cause)
{
    bt_data_record *task = &memory->record;
    int             family = cluster_of(unit)->family;

    *task = (bt_data_record) {
        .tenant = tenant_of(unit)->ob_id,
        .mode = full ? BT_STR("FULL") : BT_STR("INCREMENTAL"),
        .method = family == 1 ? BT_STR("LOGICAL") : BT_STR("PHYSICAL"),
        .source = source_of(run), .progress = -1, .data_version = BT_UNKNOWN,
        .restorable_from = BT_UNKNOWN, .restorable_to = BT_UNKNOWN
    };
    number_task(memory, unit, full,
                cause != NULL && strcmp(cause->raw_status, "REFUSED") == 0);
    place_task(memory, unit);
}

static void
end_task(sample_run *run, task_memory *memory, const sample_unit *unit,
         const sample_cause *cause)
{
    bt_data_record *task = &memory->record;

    if (cluster_of(unit)->family < 4) {
        task->data_version = task->start_time / 1000;
    }
    size_task(run, unit, memory, bt_str_eqz(task->mode, "FULL"));
    task->set_state = set_state(run, task);
    fill_tenants(memory, unit);
    if (cause != NULL) {
        explain_task(run, memory, unit, cause);
    }
    sample_scope(run, unit->cluster,
                 task->end_time != BT_UNKNOWN ? task->end_time : run->now);
    bt_recorder_put_data(run->recorder, task);
    run->written++;
}

static bool
write_special(sample_run *run, const planned_task *planned)
{
    const special_task *special = planned->special;
    sample_unit        *unit = &run->units[planned->unit];
    const sample_cause *cause = sample_cause_by_code(special->cause);
    task_memory         memory;

    start_task(run, &memory, unit, strcmp(special->mode, "FULL") == 0, cause);
    time_task(&memory.record, planned->start, special->minutes * BT_MINUTE);
    memory.record.status = bt_str_of(special->status);
    memory.record.raw_status = bt_str_of(special->raw);
    memory.record.progress = special->progress;
    end_task(run, &memory, unit, cause);
    if (special->second != NULL) {
        sample_second(run, unit, &memory.record, special->second);
    }
    return sample_commit(run, false);
}

static bool
has_seconds(const sample_unit *unit)
{
    const sample_cluster *cluster = cluster_of(unit);

    return cluster->family == 3 || cluster->family == 2
           || strcmp(cluster->name, "ledger-01") == 0
           || strcmp(cluster->name, "crm-eu") == 0
           || strcmp(cluster->name, "retail-orders-01") == 0;
}

/* A usual task: every seventh is a full one; few fail. */
static bool
write_usual(sample_run *run, sample_unit *unit, bt_usec start,
            bt_usec longest, bool may_fail)
{
    const sample_cause *cause = NULL;
    bool                full = unit->chain >= 6;
    bt_usec             length = sample_random(run, 2, full ? 70 : 25)
                                 * BT_MINUTE + sample_random(run, 0, 59)
                                 * BT_SECOND;
    const char         *status = "COMPLETED";
    task_memory         memory;

    if (sample_random(run, 0, 999) < 18 && may_fail) {
        cause = &sample_causes[sample_random(run, 0, (int64_t)
                                             sample_cause_count - 1)];
        status = "FAILED";
    }
    start_task(run, &memory, unit, full, cause);
    time_task(&memory.record, start, length < longest ? length : longest);
    memory.record.status = bt_str_of(status);
    memory.record.raw_status = raw_status(unit, cause != NULL
                                          ? cause->raw_status : status);
    end_task(run, &memory, unit, cause);
    if (cause == NULL && has_seconds(unit)
        && sample_chance(run, full ? 60 : 10))
    {
        sample_second(run, unit, &memory.record, "COMPLETED");
    }
    return sample_commit(run, false);
}

static bool
find_unit(const sample_run *run, const special_task *special, size_t *number)
{
    for (size_t i = 0; i < run->unit_count; i++) {
        const sample_unit *unit = &run->units[i];

        if (unit->tenant == special->tenant
            && strcmp(cluster_of(unit)->name, special->cluster) == 0)
        {
            *number = i;
            return true;
        }
    }
    return false;
}

static int
compare_planned(const void *a, const void *b)
{
    const planned_task *left = a;
    const planned_task *right = b;

    if (left->start != right->start) {
        return left->start < right->start ? -1 : 1;
    }
    return (left->unit > right->unit) - (left->unit < right->unit);
}

static void
plan_recent(sample_run *run, task_plan *plan, size_t number)
{
    int     quiet = tenant_of(&run->units[number])->quiet;
    int64_t minutes = quiet + sample_random(run, 30, 360);

    if (quiet < 30 * 60 && (int64_t) plan->count < run->conf->tasks) {
        plan->items[plan->count++] = (planned_task) {
            run->now - minutes * BT_MINUTE
            - sample_random(run, 0, 59) * BT_SECOND, number, NULL
        };
    }
}

/* The special tasks, and for each unit a good one of the last hours. */
static void
make_plan(sample_run *run, task_plan *plan)
{
    plan->count = 0;
    plan->next = 0;
    for (size_t i = 0; i < SPECIALS
                       && (int64_t) plan->count < run->conf->tasks; i++)
    {
        planned_task planned = {
            run->now - special_tasks[i].ago * BT_MINUTE
            - sample_random(run, 1, 58) * BT_SECOND, 0, &special_tasks[i]
        };

        if (find_unit(run, planned.special, &planned.unit)) {
            plan->items[plan->count++] = planned;
        }
    }
    for (size_t i = 0; i < run->unit_count; i++) {
        plan_recent(run, plan, i);
    }
    qsort(plan->items, plan->count, sizeof(plan->items[0]), compare_planned);
}

static bool
write_planned(sample_run *run, task_plan *plan, bt_usec until)
{
    while (plan->next < plan->count && plan->items[plan->next].start <= until) {
        const planned_task *planned = &plan->items[plan->next++];
        bool                good;

        if (planned->special != NULL) {
            good = write_special(run, planned);
        } else {
            good = write_usual(run, &run->units[planned->unit], planned->start,
                               25 * BT_MINUTE, false);
        }
        if (!good) {
            return false;
        }
    }
    return true;
}

/* The usual task number `turn` of `turns` of one unit. */
static bool
write_turn(sample_run *run, task_plan *plan, sample_unit *unit, int64_t turn,
           int64_t turns)
{
    bt_usec quiet = (tenant_of(unit)->quiet + 60) * BT_MINUTE;
    bt_usec first = run->now - SAMPLE_DAYS * BT_DAY + BT_MINUTE;
    bt_usec step = (run->now - quiet - first) / turns;
    bt_usec start = first + (bt_usec) ((double) step
                                       * ((double) turn + unit->phase));

    if (!write_planned(run, plan, start)) {
        return false;
    }
    if (turn % 4 == 3) {
        sample_cleanup(run, unit, start + step / 2, "COMPLETED");
    }
    return write_usual(run, unit, start, step - step / 5,
                       start < run->now - quiet - 6 * BT_HOUR);
}

bool
sample_data_tasks(sample_run *run)
{
    task_plan plan;
    int64_t   left;
    int64_t   units = (int64_t) run->unit_count;
    int64_t   turns;

    make_plan(run, &plan);
    left = run->conf->tasks - (int64_t) plan.count;
    turns = (left + units - 1) / units;
    for (int64_t turn = 0; turn < turns; turn++) {
        for (int64_t i = 0; i < units && left > 0; i++, left--) {
            if (!write_turn(run, &plan, &run->units[i], turn, turns)) {
                return false;
            }
        }
    }
    return write_planned(run, &plan, run->now) && sample_rare(run)
           && sample_commit(run, true);
}

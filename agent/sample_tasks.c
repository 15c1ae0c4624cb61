/* sample_tasks.c: the data backup tasks of the sample clusters. */

#include "sample_internal.h"

#include <stdio.h>
#include <string.h>

/* A task that must be seen whatever the random numbers say. */
typedef struct {
    const char *cluster;
    const char *tenant;
    const char *mode;
    const char *status;
    const char *raw_status;
    const char *code;               /* of the cause, NULL: none */
    int         minutes;            /* before now it began */
    int64_t     progress;           /* hundredths of a percent, or BT_UNKNOWN */
} special_task;

static const special_task specials[] = {
    { "dwh-01", "marts", "FULL", "IN_PROGRESS", "BACKUP_USER_DATA", NULL,
      26 * 60, 7140 },
    { "pay-core-01", "acct", "INCREMENTAL", "IN_PROGRESS", "DOING", NULL, 12,
      6300 },
    { "crm-eu", "crm", "INCREMENTAL", "IN_PROGRESS", "BACKUP_SYS_META", NULL,
      2, BT_UNKNOWN },
    { "legacy-billing", "sys", "FULL", "IN_PROGRESS", "RUNNING", NULL, 50,
      3750 },
    { "pay-core-02", "acct", "FULL", "FAILED", "FAILED", "-9082", 62 * 60,
      BT_UNKNOWN },
    { "pay-core-02", "acct", "FULL", "FAILED", "FAILED", "-9082", 38 * 60,
      BT_UNKNOWN },
    { "pay-core-02", "acct", "FULL", "FAILED", "FAILED", "-9082", 14 * 60,
      BT_UNKNOWN },
    { "card-issuing", "auth", "INCREMENTAL", "FAILED", "FAILED", "-9071", 95,
      BT_UNKNOWN },
    { "test-sandbox", "qa", "", "UNKNOWN", "MIGRATING", NULL, 2 * 24 * 60,
      BT_UNKNOWN }
};

#define SPECIALS  (sizeof(specials) / sizeof(specials[0]))

static const char *
method_of(const sample_unit *unit)
{
    return sample_clusters[unit->cluster].family == 1 ? "LOGICAL" : "PHYSICAL";
}

static sample_unit *
unit_of(sample_run *run, const char *cluster, const char *tenant)
{
    for (size_t i = 0; i < run->unit_count; i++) {
        const sample_cluster *one = &sample_clusters[run->units[i].cluster];

        if (strcmp(one->name, cluster) == 0
            && strcmp(one->tenants[run->units[i].tenant].name, tenant) == 0)
        {
            return &run->units[i];
        }
    }
    return NULL;
}

/* Texts and parts of one task while it is put. */
typedef struct {
    char                  source_id[32];
    char                  directory[512];
    char                  text[SAMPLE_TEXT];
    char                  trace[64];
    bt_task_tenant_record tenants[8];
    bt_data_record        record;
} task_draft;

static void
draft_tenants(task_draft *draft, const sample_unit *unit)
{
    const sample_cluster *cluster = &sample_clusters[unit->cluster];
    bt_data_record       *record = &draft->record;

    if (cluster->family != 2 && cluster->family != 3) {
        return;
    }
    for (size_t i = 1; i < cluster->tenant_count && i < 8; i++) {
        draft->tenants[record->tenant_count++] = (bt_task_tenant_record) {
            .tenant = cluster->tenants[i].ob_id,
            .status = record->status, .raw_status = record->raw_status,
            .start_time = record->start_time, .end_time = record->end_time,
            .progress = record->progress,
            .size_bytes = record->size_bytes == BT_UNKNOWN ? BT_UNKNOWN
                          : record->size_bytes
                            / (int64_t) (cluster->tenant_count - 1)
        };
    }
    record->tenants = draft->tenants;
}

/* A full backup begins a set; incremental ones of 2.x and 3.x join it. */
static void
draft_set(sample_unit *unit, const char *mode)
{
    bool full = strcmp(mode, "FULL") == 0;

    unit->job++;
    unit->chain = full ? 0 : unit->chain + 1;
    if (full || sample_clusters[unit->cluster].family == 4) {
        unit->set++;
    }
}

static void
draft_task(task_draft *draft, sample_unit *unit, const char *mode,
           const char *status, bt_usec start)
{
    const sample_cluster *cluster = &sample_clusters[unit->cluster];
    const sample_tenant  *tenant = &cluster->tenants[unit->tenant];

    draft_set(unit, mode);
    (void) snprintf(draft->source_id, sizeof(draft->source_id), "%lld",
                    (long long) unit->job);
    (void) snprintf(draft->directory, sizeof(draft->directory),
                    "%s/%s/backup_set_%lld", cluster->root,
                    cluster->family == 4 ? tenant->name : "data",
                    (long long) unit->set);
    draft->record = (bt_data_record) {
        .tenant = tenant->ob_id, .source_id = bt_str_of(draft->source_id),
        .mode = bt_str_of(mode), .method = bt_str_of(method_of(unit)),
        .backup_set_id = unit->set, .source = BT_STR("OCP schedule"),
        .start_time = start, .end_time = BT_UNKNOWN,
        .status = bt_str_of(status), .raw_status = bt_str_of(status),
        .status_since = start, .progress = BT_UNKNOWN,
        .data_version = cluster->family == 4 ? BT_UNKNOWN
                        : start - start % BT_MINUTE,
        .storage_directory = bt_str_of(draft->directory),
        .size_bytes = BT_UNKNOWN, .restorable_from = BT_UNKNOWN,
        .restorable_to = BT_UNKNOWN
    };
}

static void
finish_task(sample_run *run, task_draft *draft, const sample_unit *unit)
{
    bt_data_record *record = &draft->record;
    bool            full = bt_str_eqz(record->mode, "FULL");
    int64_t         gigabytes = full ? 180 : 12;

    record->end_time = record->start_time
                       + sample_random(run, full ? 600 : 90,
                                       full ? 3200 : 900) * BT_SECOND;
    if (record->end_time > run->now) {
        record->end_time = run->now;
    }
    record->status_since = record->end_time;
    record->size_bytes = (gigabytes << 30)
                         + sample_random(run, 0, INT64_C(60) << 30);
    record->set_state = record->start_time < run->now - 21 * BT_DAY
                        ? BT_STR("EXPIRED") : BT_STR("AVAILABLE");
    record->restorable_from = record->end_time;
    record->restorable_to = record->end_time;
    if (sample_clusters[unit->cluster].family != 4) {
        record->raw_status = BT_STR("COMPLETED");
    }
}

static void
fail_task(sample_run *run, task_draft *draft, const sample_unit *unit,
          const sample_cause *cause)
{
    bt_data_record *record = &draft->record;

    record->end_time = record->start_time
                       + sample_random(run, 1, 900) * BT_SECOND;
    if (record->end_time > run->now) {
        record->end_time = run->now;
    }
    record->status_since = record->end_time;
    record->raw_status = bt_str_of(cause->raw_status);
    record->set_state = BT_STR("INCOMPLETE");
    record->cause = sample_cause_of(run, unit, cause, draft->text,
                                    draft->trace);
}

static bool
put_task(sample_run *run, task_draft *draft, const sample_unit *unit)
{
    sample_scope(run, unit->cluster, run->now);
    draft_tenants(draft, unit);
    bt_recorder_put_data(run->recorder, &draft->record);
    run->written++;
    return sample_commit(run, false);
}

static bool
put_special(sample_run *run, const special_task *special)
{
    sample_unit *unit = unit_of(run, special->cluster, special->tenant);
    task_draft   draft;

    if (unit == NULL) {
        return sample_complain(run, "a sample task names no sample tenant");
    }
    draft_task(&draft, unit, special->mode, special->status,
               run->now - special->minutes * BT_MINUTE);
    draft.record.raw_status = bt_str_of(special->raw_status);
    draft.record.progress = special->progress;
    if (special->code != NULL) {
        fail_task(run, &draft, unit, sample_cause_by_code(special->code));
    }
    return put_task(run, &draft, unit);
}

/* Each common cause once, long enough ago that a good backup followed. */
static bool
put_failure(sample_run *run, const sample_cause *cause)
{
    sample_unit *unit = &run->units[sample_random(run, 0, 11)];
    task_draft   draft;

    draft_task(&draft, unit, sample_chance(run, 40) ? "FULL" : "INCREMENTAL",
               "FAILED",
               run->now - sample_random(run, 5 * 24 * 60, 25 * 24 * 60)
                          * BT_MINUTE);
    draft.record.source = BT_STR("Manual");
    fail_task(run, &draft, unit, cause);
    return put_task(run, &draft, unit);
}

/* One of the usual tasks: nearly all are good. */
static bool
put_usual(sample_run *run, sample_unit *unit, bt_usec start, bool newest)
{
    task_draft  draft;
    const char *mode = unit->chain >= 6 ? "FULL" : "INCREMENTAL";

    draft_task(&draft, unit, mode, "COMPLETED", start);
    if (sample_chance(run, 6)) {
        draft.record.source = BT_STR("Manual");
    }
    if (!newest && sample_chance(run, 2)) {
        draft.record.status = BT_STR("FAILED");
        fail_task(run, &draft, unit,
                  &sample_causes[sample_random(run, 0,
                                 (int64_t) sample_cause_count - 1)]);
        return put_task(run, &draft, unit);
    }
    finish_task(run, &draft, unit);
    if (!put_task(run, &draft, unit)) {
        return false;
    }
    if (mode[0] == 'F') {
        sample_cleanup(run, unit, draft.record.end_time + 20 * BT_MINUTE,
                       "COMPLETED");
    }
    if (sample_chance(run, sample_clusters[unit->cluster].family == 4 ? 8 : 40))
    {
        sample_second(run, unit, &draft.record, "COMPLETED");
    }
    return true;
}

/* A unit's share, evenly over the days until its quiet time; the newest one
 * comes last, so that job numbers grow with time. */
static bool
put_unit(sample_run *run, sample_unit *unit, int64_t share)
{
    const sample_cluster *cluster = &sample_clusters[unit->cluster];
    bt_usec quiet = cluster->tenants[unit->tenant].quiet * BT_MINUTE;
    bt_usec span = SAMPLE_DAYS * BT_DAY - quiet - BT_HOUR;
    bt_usec step = share > 0 ? span / share : span;
    bt_usec lead = (bt_usec) (unit->phase
                              * (double) (step < 16 * BT_HOUR
                                          ? step : 16 * BT_HOUR));

    for (int64_t k = share - 1; k >= 0; k--) {
        bt_usec start = run->now - quiet - lead - k * step
                        - sample_random(run, 0, 600) * BT_SECOND;

        if (!put_usual(run, unit, start, k == 0)) {
            return false;
        }
    }
    return true;
}

static bool
put_all_usual(sample_run *run, int64_t rest)
{
    int64_t units = (int64_t) run->unit_count;

    for (int64_t i = 0; i < units; i++) {
        int64_t share = rest / units + (i < rest % units ? 1 : 0);

        if (!put_unit(run, &run->units[i], share)) {
            return false;
        }
    }
    return true;
}

bool
sample_data_tasks(sample_run *run)
{
    int64_t extra = (int64_t) (SPECIALS + sample_cause_count);
    int64_t tasks = run->conf->tasks;
    int64_t usual = tasks > extra ? tasks - extra : 0;

    if (!put_all_usual(run, usual)) {
        return false;
    }
    for (size_t i = 0; i < sample_cause_count && run->written < tasks; i++) {
        if (!put_failure(run, &sample_causes[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < SPECIALS && run->written < tasks; i++) {
        if (!put_special(run, &specials[i])) {
            return false;
        }
    }
    return sample_rare(run) && sample_commit(run, true);
}

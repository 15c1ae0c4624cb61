/* sample_other.c: second backups and cleanup tasks of the sample clusters. */

#include "sample_internal.h"

#include <stdio.h>
#include <string.h>

/* A status that the usual tasks do not show; ago and minutes as for a data
 * task. */
typedef struct {
    const char *cluster;
    size_t      tenant;
    int         ago;
    int         minutes;
    const char *type;
    const char *status;
    const char *raw;
    const char *cause;
    int64_t     total;
    int64_t     done;
} rare_cleanup;

static const rare_cleanup rare_cleanups[] = {
    { "pay-core-01", 1, 1, 0, "DELETE OBSOLETE BACKUP", "PENDING", "INIT",
      NULL, 14, 0 },
    { "ledger-01", 1, 9, 0, "DELETE OBSOLETE BACKUP", "EXECUTING", "DOING",
      NULL, 31, 12 },
    /* Three days: nobody noticed. */
    { "test-sandbox", 1, 3 * 1440, 0, "DELETE OBSOLETE BACKUP", "EXECUTING",
      "DOING", NULL, 13, 2 },
    { "crm-us", 1, 14 * 60, 3, "DELETE OBSOLETE BACKUP", "FAILED", "FAILED",
      "-4018", 9, 4 },
    { "retail-orders-02", 0, 19 * 60, 2, "DELETE BACKUP SET", "FAILED",
      "CANCELED", "CANCELED", 1, 0 },
    { "legacy-billing", 0, 22 * 60, 6, "DELETE OBSOLETE BACKUP", "FAILED",
      "STOP", "-9071", 22, 3 },
    { "risk-analytics", 1, 4 * 1440, 0, "DELETE BACKUP PIECE", "UNKNOWN",
      "PAUSING", NULL, 3, 1 }
};

typedef struct {
    const char *cluster;
    size_t      tenant;
    int         ago;                /* minutes since its start */
    int         behind;             /* minutes from its latest time to now */
    const char *status;
    const char *raw;
} log_copy;

static const log_copy log_copies[] = {
    { "legacy-billing", 0, 12 * 1440, 7, "IN_PROGRESS", "DOING" },
    { "legacy-people", 0, 20 * 1440, 6 * 1440, "STOPPED", "STOP" },
    { "legacy-core", 0, 6 * 1440, 90, "UNKNOWN", "MIXED" },
    { "ledger-01", 1, 25 * 1440, 4, "IN_PROGRESS", "DOING" }
};

static int64_t
tenant_number(const sample_unit *unit)
{
    return sample_clusters[unit->cluster].tenants[unit->tenant].ob_id;
}

static bt_str
copy_status(const char *status)
{
    static const char *const raw[][2] = {
        { "SCHEDULING", "SCHEDULE" }, { "IN_PROGRESS", "BACKUP" },
        { "CLEANING", "CLEAN" }, { "COMPLETED", "FINISH" },
        { "CANCELED", "CANCEL" }, { "FAILED", "FINISH" },
        { "STOPPED", "STOP" }
    };

    for (size_t i = 0; i < sizeof(raw) / sizeof(raw[0]); i++) {
        if (strcmp(raw[i][0], status) == 0) {
            return bt_str_of(raw[i][1]);
        }
    }
    return BT_STR("UNKNOWN");
}

static bool
is_over(const char *status)
{
    return strcmp(status, "SCHEDULING") != 0
           && strcmp(status, "IN_PROGRESS") != 0
           && strcmp(status, "CLEANING") != 0
           && strcmp(status, "UNKNOWN") != 0;
}

void
sample_second(sample_run *run, const sample_unit *unit,
              const bt_data_record *task, const char *status)
{
    char             directory[512];
    char             text[SAMPLE_TEXT];
    char             trace[64];
    bt_usec          start = task->end_time + 5 * BT_MINUTE;
    bt_usec          end = start + (task->end_time - task->start_time) * 2;
    bt_second_record second = {
        .tenant = tenant_number(unit), .source_id = task->source_id,
        .copy_id = 1, .kind = BT_STR("DATA"),
        .task_tenant = tenant_number(unit),
        .task_source_id = task->source_id,
        .backup_set_id = task->backup_set_id, .start_time = start,
        .end_time = is_over(status) ? end : BT_UNKNOWN,
        .latest_backup_time = BT_UNKNOWN, .status = bt_str_of(status),
        .raw_status = copy_status(status), .status_since = BT_UNKNOWN
    };

    if (is_over(status) && end >= run->now) {
        return;
    }
    (void) snprintf(directory, sizeof(directory), "oss://second-copy/%s/%lld",
                    sample_clusters[unit->cluster].name,
                    (long long) task->backup_set_id);
    second.storage_directory = bt_str_of(directory);
    second.status_since = is_over(status) ? end : start;
    second.cause = sample_cause_of(run, unit, sample_cause_by_code(
                                   strcmp(status, "FAILED") == 0 ? "-9082"
                                                                 : NULL),
                                   text, trace);
    sample_scope(run, unit->cluster, is_over(status) ? end : run->now);
    bt_recorder_put_second(run->recorder, &second);
}

void
sample_cleanup(sample_run *run, sample_unit *unit, bt_usec start,
               const char *status)
{
    char              source[32];
    bt_usec           end = start + sample_random(run, 20, 900) * BT_SECOND;
    int64_t           items = sample_random(run, 1, 30);
    bool              old = sample_clusters[unit->cluster].family < 4;
    bt_cleanup_record task = {
        .tenant = tenant_number(unit),
        .type = BT_STR("DELETE OBSOLETE BACKUP"), .start_time = start,
        .end_time = end, .status = bt_str_of(status),
        .raw_status = old ? BT_STR("STOP") : BT_STR("COMPLETED"),
        .status_since = end, .items_total = items, .items_done = items
    };

    if (end >= run->now) {
        return;
    }
    (void) snprintf(source, sizeof(source), "%lld",
                    (long long) ++unit->cleanup);
    task.source_id = bt_str_of(source);
    sample_scope(run, unit->cluster, end);
    bt_recorder_put_cleanup(run->recorder, &task);
}

static sample_unit *
find_unit(sample_run *run, const char *cluster, size_t tenant)
{
    for (size_t i = 0; i < run->unit_count; i++) {
        sample_unit *unit = &run->units[i];

        if (unit->tenant == tenant
            && strcmp(sample_clusters[unit->cluster].name, cluster) == 0)
        {
            return unit;
        }
    }
    return NULL;
}

static void
put_rare_cleanup(sample_run *run, const rare_cleanup *rare)
{
    sample_unit      *unit = find_unit(run, rare->cluster, rare->tenant);
    bt_usec           start = run->now - rare->ago * BT_MINUTE;
    bt_usec           end = start + rare->minutes * BT_MINUTE;
    char              source[32];
    char              text[SAMPLE_TEXT];
    char              trace[64];
    bt_cleanup_record task = {
        .type = bt_str_of(rare->type), .start_time = start,
        .end_time = rare->minutes > 0 ? end : BT_UNKNOWN,
        .status = bt_str_of(rare->status), .raw_status = bt_str_of(rare->raw),
        .status_since = end, .items_total = rare->total,
        .items_done = rare->done
    };

    if (unit == NULL) {
        return;
    }
    task.tenant = tenant_number(unit);
    (void) snprintf(source, sizeof(source), "%lld",
                    (long long) ++unit->cleanup);
    task.source_id = bt_str_of(source);
    task.cause = sample_cause_of(run, unit, sample_cause_by_code(rare->cause),
                                 text, trace);
    sample_scope(run, unit->cluster, rare->minutes > 0 ? end : run->now);
    bt_recorder_put_cleanup(run->recorder, &task);
}

static void
put_log_copy(sample_run *run, const log_copy *copy)
{
    const sample_unit *unit = find_unit(run, copy->cluster, copy->tenant);
    bt_usec            latest = run->now - copy->behind * BT_MINUTE;
    char               directory[512];
    bt_second_record   second = {
        .source_id = BT_STR("log"), .copy_id = 1, .kind = BT_STR("LOG"),
        .task_source_id = BT_STR("dest-1"), .backup_set_id = BT_UNKNOWN,
        .start_time = run->now - copy->ago * BT_MINUTE,
        .end_time = BT_UNKNOWN, .latest_backup_time = latest,
        .status = bt_str_of(copy->status), .raw_status = bt_str_of(copy->raw)
    };

    if (unit == NULL) {
        return;
    }
    second.status_since = second.start_time;
    if (strcmp(copy->status, "STOPPED") == 0) {
        second.end_time = latest;
        second.status_since = latest;
    }
    second.tenant = tenant_number(unit);
    second.task_tenant = second.tenant;
    (void) snprintf(directory, sizeof(directory), "oss://second-copy/%s/clog",
                    copy->cluster);
    second.storage_directory = bt_str_of(directory);
    sample_scope(run, unit->cluster, run->now);
    bt_recorder_put_second(run->recorder, &second);
}

bool
sample_rare(sample_run *run)
{
    for (size_t i = 0; i < sizeof(rare_cleanups) / sizeof(rare_cleanups[0]);
         i++)
    {
        put_rare_cleanup(run, &rare_cleanups[i]);
    }
    for (size_t i = 0; i < sizeof(log_copies) / sizeof(log_copies[0]); i++) {
        put_log_copy(run, &log_copies[i]);
    }
    return sample_commit(run, true);
}

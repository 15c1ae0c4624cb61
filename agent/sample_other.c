/* sample_other.c: second backups and cleanup tasks of the sample clusters. */

#include "sample_internal.h"

#include <stdio.h>
#include <string.h>

/* A second backup or cleanup task in a state that chance alone might miss. */
typedef struct {
    const char *cluster;
    const char *status;
    const char *raw_status;
    const char *code;               /* of the cause, NULL: none */
    int         minutes;            /* before now it began */
} rare_task;

static const rare_task rare_seconds[] = {
    { "legacy-billing", "SCHEDULING", "SCHEDULE", NULL, 4 },
    { "legacy-billing", "IN_PROGRESS", "RUNNING", NULL, 95 },
    { "legacy-people", "CLEANING", "CLEAN", NULL, 150 },
    { "legacy-people", "CANCELED", "CANCEL", "CANCELED", 2900 },
    { "legacy-core", "FAILED", "FINISH", "-9082", 1300 },
    { "legacy-core", "STOPPED", "STOP", NULL, 8600 },
    { "legacy-core", "UNKNOWN", "MIXED", NULL, 11000 }
};

static const rare_task rare_cleanups[] = {
    { "retail-orders-01", "PENDING", "INIT", NULL, 3 },
    { "crm-us", "EXECUTING", "DOING", NULL, 18 },
    { "fraud-detect", "EXECUTING", "DOING", NULL, 3 * 24 * 60 },
    { "risk-analytics", "FAILED", "FAILED", "-4018", 420 },
    { "crm-apac", "FAILED", "FAILED", "-9071", 4000 },
    { "test-sandbox", "UNKNOWN", "PAUSING", NULL, 5000 }
};

static sample_unit *
unit_of_cluster(sample_run *run, const char *cluster)
{
    for (size_t i = 0; i < run->unit_count; i++) {
        if (strcmp(sample_clusters[run->units[i].cluster].name, cluster) == 0) {
            return &run->units[i];
        }
    }
    return NULL;
}

static int64_t
tenant_of(const sample_unit *unit)
{
    return sample_clusters[unit->cluster].tenants[unit->tenant].ob_id;
}

void
sample_second(sample_run *run, const sample_unit *unit,
              const bt_data_record *task, const char *status)
{
    char             directory[512];
    bt_usec          start = task->end_time + 30 * BT_MINUTE;
    bt_second_record record;

    if (start + BT_HOUR > run->now) {
        return;
    }
    (void) snprintf(directory, sizeof(directory), "%s/second/backup_set_%lld",
                    sample_clusters[unit->cluster].root,
                    (long long) task->backup_set_id);
    record = (bt_second_record) {
        .tenant = task->tenant, .source_id = task->source_id, .copy_id = 1,
        .kind = BT_STR("DATA"), .task_tenant = task->tenant,
        .task_source_id = task->source_id,
        .backup_set_id = task->backup_set_id, .start_time = start,
        .end_time = start + sample_random(run, 300, 3000) * BT_SECOND,
        .latest_backup_time = BT_UNKNOWN,
        .storage_directory = bt_str_of(directory),
        .status = bt_str_of(status), .raw_status = bt_str_of(status)
    };
    record.status_since = record.end_time;
    bt_recorder_put_second(run->recorder, &record);
}

void
sample_cleanup(sample_run *run, sample_unit *unit, bt_usec start,
               const char *status)
{
    char              source_id[32];
    int64_t           items = sample_random(run, 2, 40);
    bt_cleanup_record record;

    if (start + BT_HOUR > run->now) {
        return;
    }
    (void) snprintf(source_id, sizeof(source_id), "%lld",
                    (long long) ++unit->cleanup);
    record = (bt_cleanup_record) {
        .tenant = tenant_of(unit), .source_id = bt_str_of(source_id),
        .type = BT_STR("DELETE OBSOLETE BACKUP"), .start_time = start,
        .end_time = start + sample_random(run, 20, 1500) * BT_SECOND,
        .status = bt_str_of(status), .raw_status = bt_str_of(status),
        .items_total = items, .items_done = items
    };
    record.status_since = record.end_time;
    bt_recorder_put_cleanup(run->recorder, &record);
}

static bool
ended(const char *status)
{
    static const char *const ends[] = {
        "FAILED", "COMPLETED", "CANCELED", "STOPPED"
    };

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (strcmp(status, ends[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool
put_rare_second(sample_run *run, const rare_task *rare)
{
    char             source_id[32], text[SAMPLE_TEXT], trace[64];
    sample_unit     *unit = unit_of_cluster(run, rare->cluster);
    bt_usec          start = run->now - rare->minutes * BT_MINUTE;
    bt_second_record record;

    if (unit == NULL) {
        return sample_complain(run, "a second backup names no sample cluster");
    }
    (void) snprintf(source_id, sizeof(source_id), "second-%s", rare->status);
    record = (bt_second_record) {
        .tenant = tenant_of(unit), .source_id = bt_str_of(source_id),
        .copy_id = 1, .kind = BT_STR("DATA"), .backup_set_id = unit->set,
        .start_time = start,
        .end_time = ended(rare->status) ? start + 25 * BT_MINUTE : BT_UNKNOWN,
        .latest_backup_time = BT_UNKNOWN, .status = bt_str_of(rare->status),
        .raw_status = bt_str_of(rare->raw_status), .status_since = start
    };
    if (rare->code != NULL) {
        record.cause = sample_cause_of(run, unit,
                                       sample_cause_by_code(rare->code), text,
                                       trace);
    }
    sample_scope(run, unit->cluster, run->now);
    bt_recorder_put_second(run->recorder, &record);
    return sample_commit(run, false);
}

/* The copy of a log backup, as long as the log backup runs. */
static bool
put_log_copy(sample_run *run, const char *cluster, const char *status)
{
    sample_unit     *unit = unit_of_cluster(run, cluster);
    bt_second_record record;

    if (unit == NULL) {
        return sample_complain(run, "a log copy names no sample cluster");
    }
    record = (bt_second_record) {
        .tenant = tenant_of(unit), .source_id = BT_STR("1"), .copy_id = 1,
        .kind = BT_STR("LOG"), .task_tenant = tenant_of(unit),
        .task_source_id = BT_STR("1"), .backup_set_id = BT_UNKNOWN,
        .start_time = run->now - 12 * BT_DAY, .end_time = BT_UNKNOWN,
        .latest_backup_time = run->now - 9 * BT_MINUTE,
        .storage_directory = BT_STR("file:///second/log"),
        .status = bt_str_of(status), .raw_status = bt_str_of(status),
        .status_since = run->now - 12 * BT_DAY
    };
    sample_scope(run, unit->cluster, run->now);
    bt_recorder_put_second(run->recorder, &record);
    return sample_commit(run, false);
}

static bool
put_rare_cleanup(sample_run *run, const rare_task *rare)
{
    char              source_id[32], text[SAMPLE_TEXT], trace[64];
    sample_unit      *unit = unit_of_cluster(run, rare->cluster);
    bt_usec           start = run->now - rare->minutes * BT_MINUTE;
    bt_cleanup_record record;

    if (unit == NULL) {
        return sample_complain(run, "a cleanup task names no sample cluster");
    }
    (void) snprintf(source_id, sizeof(source_id), "%lld",
                    (long long) ++unit->cleanup);
    record = (bt_cleanup_record) {
        .tenant = tenant_of(unit), .source_id = bt_str_of(source_id),
        .type = BT_STR("DELETE OBSOLETE BACKUP"), .start_time = start,
        .end_time = ended(rare->status) ? start + 9 * BT_MINUTE : BT_UNKNOWN,
        .status = bt_str_of(rare->status),
        .raw_status = bt_str_of(rare->raw_status), .status_since = start,
        .items_total = 13, .items_done = strcmp(rare->status, "PENDING") == 0
                                         ? 0 : 5
    };
    if (rare->code != NULL) {
        record.cause = sample_cause_of(run, unit,
                                       sample_cause_by_code(rare->code), text,
                                       trace);
    }
    sample_scope(run, unit->cluster, run->now);
    bt_recorder_put_cleanup(run->recorder, &record);
    return sample_commit(run, false);
}

bool
sample_rare(sample_run *run)
{
    for (size_t i = 0; i < sizeof(rare_seconds) / sizeof(rare_seconds[0]); i++)
    {
        if (!put_rare_second(run, &rare_seconds[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof(rare_cleanups) / sizeof(rare_cleanups[0]);
         i++)
    {
        if (!put_rare_cleanup(run, &rare_cleanups[i])) {
            return false;
        }
    }
    return put_log_copy(run, "legacy-billing", "IN_PROGRESS")
           && put_log_copy(run, "legacy-core", "STOPPED");
}

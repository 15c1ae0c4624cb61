/* sample_logs.c: the log backups of the sample clusters, their rounds and latency. */

#include "sample_internal.h"

#include <stdio.h>

#define FINE_SAMPLES    (24 * 12)         /* five minutes apart */
#define COARSE_SAMPLES  (6 * 24)          /* an hour apart, before these */

/* How a log backup of each kind looks; minutes are before now. */
typedef struct {
    const char *status;
    const char *raw_status;
    int         since;                    /* in this state */
    int         checkpoint;               /* seconds before now, 0: none */
    const char *code;                     /* of the cause, NULL: none */
    const char *cause;
} log_look;

static const log_look looks[] = {
    [SAMPLE_LOG_RUNS] = { "IN_PROGRESS", "DOING", 0, 75, NULL, "" },
    [SAMPLE_LOG_STARTS] = { "STARTING", "BEGINNING", 1, 95, NULL, "" },
    [SAMPLE_LOG_STOPS] = { "STOPPING", "STOPPING", 2, 160, NULL, "" },
    [SAMPLE_LOG_STOPPED] = { "STOPPED", "STOP", 9 * 24 * 60, 9 * 86400,
                             NULL, "" },
    [SAMPLE_LOG_FAILED] = { "FAILED", "", 26 * 60, 0, "-9026",
                            "Archiving is on, but no destination is set and "
                            "nothing runs." },
    [SAMPLE_LOG_INTERRUPTED] = { "INTERRUPTED", "INTERRUPTED", 41, 41 * 60,
                                 "-9027",
                                 "log stream 1001 interrupted." },
    [SAMPLE_LOG_UNKNOWN] = { "UNKNOWN", "REBALANCING", 180, 300, NULL, "" }
};

/* Everything a log record points to while it is put. */
typedef struct {
    char              directory[512];
    char              host[32];
    bt_round_record   rounds[2];
    bt_gap_record     gap;
    bt_latency_record samples[FINE_SAMPLES + COARSE_SAMPLES];
    bt_log_record     record;
} log_draft;

static bt_usec
start_of(const sample_run *run, const log_look *look, const sample_unit *unit)
{
    bt_usec latest = run->now - look->since * BT_MINUTE;

    if (look == &looks[SAMPLE_LOG_STARTS]) {
        return latest;
    }
    return latest - (12 + (bt_usec) (unit->phase * 9.0)) * BT_DAY;
}

/* The round before the present one ended with a gap of 17 minutes. */
static void
draft_rounds(const sample_run *run, log_draft *draft, const log_look *look)
{
    bt_log_record *record = &draft->record;
    bt_usec        end = record->start_time - 17 * BT_MINUTE;

    draft->rounds[0] = (bt_round_record) {
        .incarnation = 1, .round_id = 4, .status = BT_STR("STOPPED"),
        .raw_status = BT_STR("STOP"), .start_time = end - 30 * BT_DAY,
        .end_time = end, .checkpoint = end
    };
    draft->rounds[1] = (bt_round_record) {
        .incarnation = 1, .round_id = 5, .status = record->status,
        .raw_status = record->raw_status, .start_time = record->start_time,
        .end_time = look == &looks[SAMPLE_LOG_STOPPED]
                    ? run->now - look->since * BT_MINUTE : BT_UNKNOWN,
        .checkpoint = record->latest_backup_time
    };
    draft->gap = (bt_gap_record) { end, record->start_time };
    record->rounds = draft->rounds;
    record->round_count = 2;
    record->gaps = &draft->gap;
    record->gap_count = 1;
}

static int64_t
usual_latency(sample_run *run, bt_usec at)
{
    bt_usec hour = at / BT_HOUR % 24;
    int64_t base = hour >= 1 && hour <= 4 ? 150 : 70;

    return base + sample_random(run, -25, 60);
}

static void
add_sample(sample_run *run, log_draft *draft, bt_usec at)
{
    bt_log_record *record = &draft->record;
    int64_t        seconds = usual_latency(run, at);
    int64_t        behind = (at - record->latest_backup_time) / BT_SECOND;

    draft->samples[record->sample_count++] = (bt_latency_record) {
        at, behind > seconds ? behind : seconds
    };
}

static void
draft_samples(sample_run *run, log_draft *draft, bt_usec until)
{
    bt_usec base = until - until % (5 * BT_MINUTE);

    for (int i = COARSE_SAMPLES; i > 0; i--) {
        add_sample(run, draft, base - BT_DAY - i * BT_HOUR);
    }
    for (int i = FINE_SAMPLES - 1; i >= 0; i--) {
        add_sample(run, draft, base - i * 5 * BT_MINUTE);
    }
    draft->record.samples = draft->samples;
}

static void
draft_log(const sample_run *run, log_draft *draft, const sample_unit *unit,
          const log_look *look)
{
    const sample_cluster *cluster = &sample_clusters[unit->cluster];
    const sample_tenant  *tenant = &cluster->tenants[unit->tenant];
    bt_usec               seen = sample_observed(run, unit->cluster);
    bt_usec               checkpoint = look->checkpoint == 0 ? BT_UNKNOWN
                                       : seen - look->checkpoint * BT_SECOND;

    (void) snprintf(draft->directory, sizeof(draft->directory), "%s/%s/log",
                    cluster->root, cluster->family == 4 ? tenant->name : "all");
    (void) snprintf(draft->host, sizeof(draft->host), "%s.11",
                    cluster->network);
    draft->record = (bt_log_record) {
        .tenant = tenant->ob_id, .source_id = BT_STR("1"),
        .method = cluster->family == 1 ? BT_STR("LOGICAL")
                                       : BT_STR("PHYSICAL"),
        .host = bt_str_of(draft->host), .latest_backup_time = checkpoint,
        .latency_seconds = look->checkpoint == 0 ? BT_UNKNOWN
                                                 : look->checkpoint,
        .observed = seen, .storage_directory = bt_str_of(draft->directory),
        .start_time = start_of(run, look, unit),
        .status = bt_str_of(look->status),
        .raw_status = bt_str_of(look->raw_status),
        .status_since = look->since == 0 ? start_of(run, look, unit)
                        : run->now - look->since * BT_MINUTE,
        .cause = { bt_str_of(look->code != NULL ? look->code : ""),
                   BT_STR(""), bt_str_of(look->cause), BT_STR("") }
    };
}

static bool
put_log(sample_run *run, const sample_unit *unit)
{
    const sample_tenant *tenant = &sample_clusters[unit->cluster]
                                      .tenants[unit->tenant];
    const log_look      *look = &looks[tenant->log];
    log_draft            draft;

    if (tenant->log == SAMPLE_LOG_NONE) {
        return true;
    }
    draft_log(run, &draft, unit, look);
    if (look->checkpoint == 0) {
        draft.record.start_time = BT_UNKNOWN;
        draft.record.storage_directory = BT_STR("");
    } else {
        draft_rounds(run, &draft, look);
        draft_samples(run, &draft, draft.record.observed);
    }
    sample_scope(run, unit->cluster, run->now);
    bt_recorder_put_log(run->recorder, &draft.record);
    /* The samples of a few log backups fill a commit. */
    return sample_commit(run, bt_recorder_waiting(run->recorder) >= 8);
}

bool
sample_logs(sample_run *run)
{
    for (size_t i = 0; i < run->unit_count; i++) {
        if (!put_log(run, &run->units[i])) {
            return false;
        }
    }
    return sample_commit(run, true);
}

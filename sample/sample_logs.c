/* sample_logs.c: the log backups of the sample clusters, with rounds, gaps and latency history. */

#include "sample_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES_MAX  512

/* How each state looks.  ago: minutes since it began. */
typedef struct {
    const char *status;
    const char *raw;
    const char *old_raw;
    int         ago;
} log_look;

static const log_look looks[] = {
    [SAMPLE_LOG_RUNS] = { "IN_PROGRESS", "DOING", "DOING", 0 },
    [SAMPLE_LOG_STARTS] = { "STARTING", "PREPARE", "BEGINNING", 1 },
    [SAMPLE_LOG_STOPS] = { "STOPPING", "STOPPING", "STOPPING", 1 },
    [SAMPLE_LOG_STOPPED] = { "STOPPED", "STOP", "STOP", 9 * 1440 },
    [SAMPLE_LOG_FAILED] = { "FAILED", "", "", 190 },
    [SAMPLE_LOG_INTERRUPTED] = { "INTERRUPTED", "INTERRUPTED", "INTERRUPTED",
                                 41 },
    [SAMPLE_LOG_UNKNOWN] = { "UNKNOWN", "MIXED", "MIXED", 55 }
};

typedef struct {
    bt_log_record     record;
    char              directory[512];
    char              host[64];
    char              text[SAMPLE_TEXT];
    char              trace[64];
    bt_round_record   rounds[3];
    bt_gap_record     gaps[3];
    bt_latency_record samples[SAMPLES_MAX];
} log_memory;

static const sample_tenant *
tenant_of(const sample_unit *unit)
{
    return &sample_clusters[unit->cluster].tenants[unit->tenant];
}

/* The last moment up to which the log was backed up. */
static bt_usec
latest_time(sample_run *run, const sample_unit *unit, bt_usec observed)
{
    const log_look *look = &looks[tenant_of(unit)->log];
    bt_usec         lag = sample_random(run, 4, 110) * BT_SECOND;

    switch (tenant_of(unit)->log) {
    case SAMPLE_LOG_INTERRUPTED:
    case SAMPLE_LOG_STOPPED:
    case SAMPLE_LOG_UNKNOWN:
        return run->now - look->ago * BT_MINUTE - lag;
    case SAMPLE_LOG_FAILED:
        return BT_UNKNOWN;
    case SAMPLE_LOG_STARTS:
        return run->now - 4 * BT_MINUTE - lag;
    default:
        return observed - lag;
    }
}

/* Latency as it was at `at`: small and restless while the log runs, growing
 * since it does not. */
static int64_t
latency_at(sample_run *run, const bt_log_record *log, bt_usec at)
{
    int64_t usual = sample_random(run, 5, 95);

    if (sample_chance(run, 2)) {
        usual += sample_random(run, 60, 400);
    }
    if (log->latest_backup_time < at) {
        int64_t behind = (at - log->latest_backup_time) / BT_SECOND;

        return behind > usual ? behind : usual;
    }
    return usual;
}

/* Hourly for a week, every five minutes for a day. */
static void
fill_samples(sample_run *run, log_memory *memory)
{
    bt_log_record *log = &memory->record;
    bt_usec        at = log->observed - 7 * BT_DAY;

    log->samples = memory->samples;
    if (log->latest_backup_time == BT_UNKNOWN) {
        return;
    }
    while (at < log->observed && log->sample_count < SAMPLES_MAX) {
        if (at >= log->start_time) {
            memory->samples[log->sample_count++] = (bt_latency_record) {
                at, latency_at(run, log, at)
            };
        }
        at += log->observed - at > BT_DAY ? BT_HOUR : 5 * BT_MINUTE;
    }
}

/* Three rounds where the log was stopped or interrupted before, else one; a
 * gap between two rounds. */
static void
fill_rounds(sample_run *run, log_memory *memory, int turns)
{
    bt_log_record *log = &memory->record;
    bt_usec        start = log->start_time;

    log->rounds = memory->rounds;
    log->gaps = memory->gaps;
    for (int i = 0; i < turns; i++) {
        bool             last = i == turns - 1;
        bt_usec          end = start + (run->now - log->start_time) / 4;
        bt_usec          next = end + sample_random(run, 4, 90) * BT_MINUTE;
        bt_round_record *round = &memory->rounds[log->round_count++];

        *round = (bt_round_record) {
            .incarnation = 1, .round_id = i + 1,
            .status = last ? log->status : BT_STR("STOPPED"),
            .raw_status = last ? log->raw_status : BT_STR("STOP"),
            .start_time = start, .end_time = last ? BT_UNKNOWN : end,
            .checkpoint = last ? log->latest_backup_time : end
        };
        if (last && bt_str_eqz(log->status, "STOPPED")) {
            round->end_time = log->status_since;
        } else if (!last) {
            memory->gaps[log->gap_count++] = (bt_gap_record) { end, next };
        }
        start = next;
    }
    if (bt_str_eqz(log->status, "INTERRUPTED")) {
        memory->gaps[log->gap_count++] = (bt_gap_record) {
            log->latest_backup_time, BT_UNKNOWN
        };
    }
}

static void
explain(const sample_run *run, log_memory *memory, const sample_unit *unit)
{
    static const sample_cause interrupted = {
        "-9027", "ARCHIVE", "INTERRUPTED", "log stream 1003 interrupted."
    };

    if (tenant_of(unit)->log == SAMPLE_LOG_INTERRUPTED) {
        memory->record.cause = sample_cause_of(run, unit, &interrupted,
                                               memory->text, memory->trace);
    } else if (tenant_of(unit)->log == SAMPLE_LOG_FAILED) {
        memory->record.cause = sample_cause_of(run, unit,
                                               sample_cause_by_code("-9026"),
                                               memory->text, memory->trace);
    }
}

static void
describe(log_memory *memory, const sample_unit *unit)
{
    const sample_cluster *cluster = &sample_clusters[unit->cluster];
    const log_look       *look = &looks[tenant_of(unit)->log];
    bt_log_record        *log = &memory->record;

    (void) snprintf(memory->directory, sizeof(memory->directory),
                    cluster->family == 4 ? "%s/%s/clog" : "%s/clog",
                    cluster->root, tenant_of(unit)->name);
    (void) snprintf(memory->host, sizeof(memory->host), "%s.%d",
                    cluster->network, 11 + (int) (unit->tenant % 3));
    *log = (bt_log_record) {
        .tenant = tenant_of(unit)->ob_id, .source_id = BT_STR("dest-1"),
        .method = cluster->family == 1 ? BT_STR("LOGICAL")
                                       : BT_STR("PHYSICAL"),
        .host = bt_str_of(memory->host),
        .storage_directory = bt_str_of(memory->directory),
        .status = bt_str_of(look->status),
        .raw_status = bt_str_of(cluster->family == 4 ? look->raw
                                                     : look->old_raw)
    };
}

static void
put_log(sample_run *run, log_memory *memory, const sample_unit *unit)
{
    bt_log_record  *log = &memory->record;
    const log_look *look = &looks[tenant_of(unit)->log];

    describe(memory, unit);
    log->observed = sample_observed(run, unit->cluster);
    log->start_time = run->now - sample_random(run, 35 * 24, 200 * 24)
                      * BT_HOUR - sample_random(run, 0, 3599) * BT_SECOND;
    log->status_since = look->ago > 0 ? run->now - look->ago * BT_MINUTE
                                      : log->start_time;
    log->latest_backup_time = latest_time(run, unit, log->observed);
    log->latency_seconds = log->latest_backup_time == BT_UNKNOWN
                           ? BT_UNKNOWN
                           : (log->observed - log->latest_backup_time)
                             / BT_SECOND;
    explain(run, memory, unit);
    if (tenant_of(unit)->log == SAMPLE_LOG_FAILED) {
        log->start_time = BT_UNKNOWN;
        log->storage_directory = BT_STR("");
    } else {
        fill_rounds(run, memory, sample_chance(run, 25) ? 3 : 1);
        fill_samples(run, memory);
    }
    sample_scope(run, unit->cluster, log->status_since);
    bt_recorder_put_log(run->recorder, log);
}

bool
sample_logs(sample_run *run)
{
    log_memory *memory = malloc(sizeof(*memory));
    bool        good = true;

    if (memory == NULL) {
        return sample_complain(run, "out of memory");
    }
    for (size_t i = 0; good && i < run->unit_count; i++) {
        if (tenant_of(&run->units[i])->log != SAMPLE_LOG_NONE) {
            put_log(run, memory, &run->units[i]);
            good = sample_commit(run, i % 16 == 15);
        }
    }
    free(memory);
    return good && sample_commit(run, true);
}

/* simulation_log.c: how the log backup of a sample tenant stands, after all that it was told. */

#include "programs/simulation.h"

#include <string.h>

#define STARTING_TIME  (12 * BT_SECOND)
#define STOPPING_TIME  (9 * BT_SECOND)

/* A checkpoint of a running log comes every so often, never backwards. */
static bt_usec
checkpoint_at(const bt_log_record *base, bt_usec now)
{
    bt_usec period = (20 + base->start_time / BT_SECOND % 60) * BT_SECOND;

    return now - 3 * BT_SECOND - now % period;
}

static void
set_status(sim_log *log, const char *status, const char *raw, bt_usec since)
{
    log->record.status = bt_str_of(status);
    log->record.raw_status = bt_str_of(raw);
    log->record.status_since = since;
    log->record.cause = (bt_cause_record) { .code = BT_STR("") };
}

static bt_round_record *
last_round(sim_log *log)
{
    return log->record.round_count == 0
           ? NULL : &log->rounds[log->record.round_count - 1];
}

/* Archiving goes on until it has stopped, unless it was broken before. */
static void
stop(const bt_log_record *base, sim_log *log, const char *raw, bt_usec at,
     bt_usec now)
{
    bool    ran = bt_str_eqz(log->record.status, "IN_PROGRESS");
    bt_usec end = at + STOPPING_TIME;

    if (ran) {
        log->record.latest_backup_time = checkpoint_at(base, now < end ? now
                                                                       : end);
    }
    if (now < end) {
        set_status(log, "STOPPING", "STOPPING", at);
        return;
    }
    set_status(log, "STOPPED", raw, end);
    if (last_round(log) != NULL) {
        last_round(log)->end_time = end;
    }
}

static void
start(const bt_log_record *base, sim_log *log, const char *starting,
      bt_usec at, bt_usec now)
{
    bt_usec          runs = at + STARTING_TIME;
    bt_round_record *before = last_round(log);
    int64_t          number = before == NULL ? 1 : before->round_id + 1;

    if (log->record.round_count == SIM_ROUNDS
        || log->record.gap_count == SIM_ROUNDS)
    {
        memmove(log->rounds, log->rounds + 1,
                (SIM_ROUNDS - 1) * sizeof(log->rounds[0]));
        memmove(log->gaps, log->gaps + 1,
                (SIM_ROUNDS - 1) * sizeof(log->gaps[0]));
        log->record.round_count -= log->record.round_count == SIM_ROUNDS;
        log->record.gap_count -= log->record.gap_count == SIM_ROUNDS;
        before = last_round(log);
    }
    if (before != NULL) {
        before->status = BT_STR("STOPPED");
        before->raw_status = BT_STR("STOP");
        before->checkpoint = log->record.latest_backup_time;
    }
    if (log->record.latest_backup_time != BT_UNKNOWN) {
        log->gaps[log->record.gap_count++] = (bt_gap_record) {
            log->record.latest_backup_time, now < runs ? BT_UNKNOWN : runs
        };
    }
    log->rounds[log->record.round_count++] = (bt_round_record) {
        .incarnation = 1, .round_id = number, .start_time = at,
        .end_time = BT_UNKNOWN
    };
    if (now < runs) {
        set_status(log, "STARTING", starting, at);
        return;
    }
    set_status(log, "IN_PROGRESS", "DOING", runs);
    log->record.latest_backup_time = checkpoint_at(base, now);
    if (log->record.latest_backup_time < at) {
        log->record.latest_backup_time = at;
    }
}

/* What was not told anything: who ran goes on, who was about to start or stop
 * still is, since a minute or a few; all else stays as it was. */
static void
go_on(const simulation *sim, sim_log *log)
{
    bt_log_record *record = &log->record;
    bt_usec        shortly = sim->now - BT_MINUTE
                             - sim->now % (5 * BT_MINUTE);

    if (bt_str_eqz(record->status, "STARTING")) {
        record->status_since = shortly;
        record->latest_backup_time = shortly - 100 * BT_SECOND;
    } else if (bt_str_eqz(record->status, "STOPPING")) {
        record->status_since = shortly;
        record->latest_backup_time = checkpoint_at(record, sim->now);
    } else if (bt_str_eqz(record->status, "IN_PROGRESS")) {
        record->latest_backup_time = checkpoint_at(record, sim->now);
    }
}

static void
take_base(const bt_log_record *base, sim_log *log)
{
    log->record = *base;
    for (size_t i = 0; i < base->round_count && i < SIM_ROUNDS; i++) {
        log->rounds[i] = base->rounds[i];
    }
    for (size_t i = 0; i < base->gap_count && i < SIM_ROUNDS; i++) {
        log->gaps[i] = base->gaps[i];
    }
    log->record.rounds = log->rounds;
    log->record.gaps = log->gaps;
}

void
sim_log_now(const simulation *sim, const bt_log_record *base, sim_log *log)
{
    const char *starting = sim->cluster->family == 4 ? "PREPARE" : "BEGINNING";
    sim_act     acts[SIM_TOLD];
    size_t      count = sim_acts(sim, base->tenant, acts);
    size_t      told = 0;

    take_base(base, log);
    for (size_t i = 0; i < count; i++) {
        if (acts[i].verb != 's' && acts[i].verb != 'p') {
            continue;
        }
        /* How it stood when it was told the next thing. */
        for (size_t k = i + 1; k <= count; k++) {
            bt_usec now = k == count ? sim->now : acts[k].at;

            if (k < count && acts[k].verb != 's' && acts[k].verb != 'p') {
                continue;
            }
            if (acts[i].verb == 's') {
                start(base, log, starting, acts[i].at, now);
            } else {
                stop(base, log, "STOP", acts[i].at, now);
            }
            break;
        }
        told++;
    }
    if (told == 0) {
        go_on(sim, log);
    }
    if (last_round(log) != NULL) {
        last_round(log)->status = log->record.status;
        last_round(log)->raw_status = log->record.raw_status;
        last_round(log)->checkpoint = log->record.latest_backup_time;
    }
    log->record.observed = sim->now;
    log->record.latency_seconds =
        log->record.latest_backup_time == BT_UNKNOWN
        ? BT_UNKNOWN
        : (sim->now - log->record.latest_backup_time) / BT_SECOND;
}

/* simulation_samples.c: a recorder that keeps the samples of one cluster in memory instead of a store. */

#include "programs/simulation.h"

#include <stdlib.h>
#include <string.h>

#define TASKS_MOST  20000           /* more would take too long at each look */

struct bt_recorder {
    sim_base *base;
    int64_t   wanted;
    int64_t   scope;
};

bt_recorder *
bt_recorder_new(bt_store *store)
{
    (void) store;
    return calloc(1, sizeof(bt_recorder));
}

void
bt_recorder_free(bt_recorder *recorder)
{
    free(recorder);
}

bt_store_status
bt_recorder_cluster(bt_recorder *recorder, const bt_cluster_record *cluster,
                    int64_t *id)
{
    (void) recorder;
    (void) cluster;
    *id = 0;
    return BT_STORE_OK;
}

bt_store_status
bt_recorder_observed(bt_recorder *recorder, int64_t cluster_id, bt_usec at,
                     bt_str reason)
{
    (void) recorder;
    (void) cluster_id;
    (void) at;
    (void) reason;
    return BT_STORE_OK;
}

void
bt_recorder_scope(bt_recorder *recorder, int64_t cluster_id, int incarnation,
                  bt_usec at)
{
    (void) incarnation;
    (void) at;
    recorder->scope = cluster_id;
}

/* The texts of the samples do not outlive the call; this program ends soon. */
static bt_str
keep(bt_str text)
{
    char *copy = text.len == 0 ? NULL : malloc(text.len);

    if (copy == NULL) {
        return BT_STR("");
    }
    memcpy(copy, text.data, text.len);
    return (bt_str) { copy, text.len };
}

static bt_cause_record
keep_cause(const bt_cause_record *cause)
{
    return (bt_cause_record) {
        .code = keep(cause->code), .stage = keep(cause->stage),
        .text = keep(cause->text), .trace_id = keep(cause->trace_id)
    };
}

static const void *
keep_items(const void *items, size_t size)
{
    void *copy = size == 0 ? NULL : malloc(size);

    if (copy != NULL) {
        memcpy(copy, items, size);
    }
    return copy;
}

void
bt_recorder_put_tenant(bt_recorder *recorder, const bt_tenant_record *tenant)
{
    sim_base *base = recorder->base;

    if (recorder->scope == recorder->wanted
        && base->tenant_count < SIM_TENANTS)
    {
        base->tenants[base->tenant_count++] = *tenant;
    }
}

void
bt_recorder_put_data(bt_recorder *recorder, const bt_data_record *task)
{
    sim_base       *base = recorder->base;
    bt_data_record *kept;

    if (recorder->scope != recorder->wanted
        || base->running_count == SIM_RUNNING
        || !bt_str_eqz(task->status, "IN_PROGRESS"))
    {
        return;
    }
    kept = &base->running[base->running_count++];
    *kept = *task;
    kept->source_id = keep(task->source_id);
    kept->storage_directory = keep(task->storage_directory);
    kept->tenants = keep_items(task->tenants, task->tenant_count
                                              * sizeof(*task->tenants));
    if (kept->tenants == NULL) {
        kept->tenant_count = 0;
    }
}

void
bt_recorder_put_cleanup(bt_recorder *recorder, const bt_cleanup_record *task)
{
    (void) recorder;
    (void) task;
}

void
bt_recorder_put_second(bt_recorder *recorder, const bt_second_record *second)
{
    (void) recorder;
    (void) second;
}

void
bt_recorder_put_log(bt_recorder *recorder, const bt_log_record *log)
{
    sim_base      *base = recorder->base;
    bt_log_record *kept;

    if (recorder->scope != recorder->wanted || base->log_count == SIM_TENANTS)
    {
        return;
    }
    kept = &base->logs[base->log_count++];
    *kept = *log;
    kept->host = keep(log->host);
    kept->storage_directory = keep(log->storage_directory);
    kept->cause = keep_cause(&log->cause);
    kept->rounds = keep_items(log->rounds, log->round_count
                                           * sizeof(*log->rounds));
    kept->gaps = keep_items(log->gaps, log->gap_count * sizeof(*log->gaps));
    kept->round_count = kept->rounds == NULL ? 0 : log->round_count;
    kept->gap_count = kept->gaps == NULL ? 0 : log->gap_count;
    kept->sample_count = 0;
}

size_t
bt_recorder_waiting(const bt_recorder *recorder)
{
    (void) recorder;
    return 0;
}

bt_store_status
bt_recorder_commit(bt_recorder *recorder)
{
    (void) recorder;
    return BT_STORE_OK;
}

const char *
bt_recorder_error(const bt_recorder *recorder)
{
    (void) recorder;
    return "";
}

bool
sim_load(simulation *sim)
{
    bt_recorder recorder = { &sim->base, (int64_t) sim->number + 1, 0 };

    return bt_sample_replay(&recorder, &sim->conf, sim->began, TASKS_MOST);
}

/* sample.c: the order in which the sample data is written. */

#include "sample_internal.h"

#include <stdio.h>

/* Splitmix64: small, and the same everywhere. */
static uint64_t
next_random(sample_run *run)
{
    uint64_t z;

    run->state += UINT64_C(0x9E3779B97F4A7C15);
    z = run->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

int64_t
sample_random(sample_run *run, int64_t low, int64_t high)
{
    return low + (int64_t) (next_random(run) % (uint64_t) (high - low + 1));
}

bool
sample_chance(sample_run *run, int percent)
{
    return sample_random(run, 0, 99) < percent;
}

bool
sample_complain(sample_run *run, const char *text)
{
    (void) snprintf(run->why, run->size, "%s", text);
    return false;
}

bool
sample_commit(sample_run *run, bool now)
{
    if (!now && bt_recorder_waiting(run->recorder) < SAMPLE_BATCH) {
        return true;
    }
    if (bt_recorder_commit(run->recorder) != BT_STORE_OK) {
        return sample_complain(run, bt_recorder_error(run->recorder));
    }
    if (run->conf->progress != NULL) {
        run->conf->progress(run->written);
    }
    return true;
}

bool
sample_sql(sample_run *run, const char *sql, const bt_value *params,
           size_t count, bt_rows **rows)
{
    if (bt_store_run(run->store, sql, params, count, rows, NULL)
        != BT_STORE_OK)
    {
        return sample_complain(run, bt_store_error(run->store));
    }
    return true;
}

void
sample_scope(sample_run *run, size_t cluster, bt_usec at)
{
    bt_recorder_scope(run->recorder, run->ids[cluster], 1, at);
}

bt_usec
sample_observed(const sample_run *run, size_t cluster)
{
    return sample_clusters[cluster].stale
           ? run->now - 5 * BT_HOUR - 12 * BT_MINUTE : run->now;
}

static const char *
adapter_of(const sample_cluster *cluster)
{
    if (cluster->family == 4) {
        return "oceanbase4";
    }
    return cluster->family == 1 ? "program" : "oceanbase2";
}

static size_t
groups_of(const sample_cluster *cluster, bt_str groups[4])
{
    size_t count = 0;

    while (count < 4 && cluster->groups[count] != NULL) {
        groups[count] = bt_str_of(cluster->groups[count]);
        count++;
    }
    return count;
}

/* A real cluster that bears the name of a sample stays what it is. */
static bool
is_free(sample_run *run, const char *name)
{
    bt_value param = bt_text(bt_str_of(name));
    bt_rows *rows;
    bool     taken;

    if (!sample_sql(run, "SELECT 1 FROM clusters WHERE name = ? AND "
                    "simulated = 0", &param, 1, &rows))
    {
        return false;
    }
    taken = bt_rows_next(rows) == 1;
    bt_rows_close(rows);
    if (taken) {
        (void) snprintf(run->why, run->size, "there is a real cluster called "
                        "%s; samples are for a store of their own", name);
    }
    return !taken;
}

static bool
register_cluster(sample_run *run, size_t number)
{
    const sample_cluster *cluster = &sample_clusters[number];
    bt_str                groups[4];
    bt_cluster_record     record = {
        .name = bt_str_of(cluster->name), .ob_name = bt_str_of(cluster->name),
        .ob_id = 1000 + (int64_t) number, .incarnation = 1,
        .version = bt_str_of(cluster->version),
        .adapter = bt_str_of(adapter_of(cluster)), .simulated = true,
        /* Where nothing asks the samples, only one of them is to look stale. */
        .round_seconds = cluster->stale || run->conf->simulation != NULL
                         ? 10 : 86400,
        .rpo_seconds = 600, .data_age_seconds = 129600, .groups = groups,
        .group_count = groups_of(cluster, groups)
    };

    if (bt_recorder_cluster(run->recorder, &record, &run->ids[number])
        != BT_STORE_OK)
    {
        return sample_complain(run, bt_recorder_error(run->recorder));
    }
    return true;
}

/* The simulation finds the same samples again by what stands in "user". */
static bool
register_access(sample_run *run, size_t number)
{
    char     user[80];
    bt_value values[4];

    (void) snprintf(user, sizeof(user), "%llu.%lld.%lld",
                    (unsigned long long) run->conf->seed,
                    (long long) run->conf->tasks, (long long) run->now);
    values[0] = bt_int(run->ids[number]);
    values[1] = bt_text(bt_str_of(run->conf->directory));
    values[2] = bt_text(bt_str_of(user));
    values[3] = bt_text(bt_str_of(run->conf->simulation));
    return sample_sql(run, "DELETE FROM cluster_access WHERE cluster_id = ?",
                      values, 1, NULL)
           && sample_sql(run, "INSERT INTO cluster_access (cluster_id, "
                         "endpoints, user, secret, tls, tls_ca, program) "
                         "VALUES (?, ?, ?, '', '', '', ?)", values, 4, NULL);
}

/* The program may have moved since. */
static bool
move_simulation(sample_run *run)
{
    bt_value values[2];

    if (run->conf->simulation == NULL) {
        return true;
    }
    values[0] = bt_text(bt_str_of(run->conf->directory));
    values[1] = bt_text(bt_str_of(run->conf->simulation));
    return sample_sql(run, "UPDATE cluster_access SET endpoints = ?, "
                      "program = ? WHERE cluster_id IN (SELECT id FROM "
                      "clusters WHERE simulated = 1)", values, 2, NULL);
}

static bool
register_accesses(sample_run *run)
{
    bool good = true;

    for (size_t i = 0; good && run->conf->simulation != NULL
                       && i < sample_cluster_count; i++)
    {
        good = register_access(run, i);
    }
    return good;
}

/* When the samples were begun; *whole: nothing is missing. */
static bool
find_anchor(sample_run *run, bool *whole)
{
    bt_rows *rows;

    if (!sample_sql(run, "SELECT MIN(created), COUNT(*) - COUNT(observed), "
                    "COUNT(*) FROM clusters WHERE simulated = 1", NULL, 0,
                    &rows))
    {
        return false;
    }
    if (bt_rows_next(rows) == 1 && bt_rows_get(rows, 2).number > 0) {
        run->now = bt_rows_get(rows, 0).number;
        *whole = bt_rows_get(rows, 1).number == 0;
    }
    bt_rows_close(rows);
    return true;
}

static void
put_tenant(sample_run *run, size_t number, const sample_tenant *tenant)
{
    bool             one_each = sample_clusters[number].family == 4;
    bt_usec          until = sample_observed(run, number);
    bt_tenant_record record = {
        .ob_id = tenant->ob_id, .name = bt_str_of(tenant->name),
        .role = bt_str_of(tenant->role != NULL ? tenant->role : ""),
        .log_mode = bt_str_of(one_each ? "ARCHIVELOG" : ""),
        .restorable_from = BT_UNKNOWN, .restorable_to = BT_UNKNOWN
    };

    if (tenant->log == SAMPLE_LOG_STOPPED) {
        record.log_mode = BT_STR("NOARCHIVELOG");
        until = run->now - 9 * BT_DAY;
    } else if (tenant->log == SAMPLE_LOG_INTERRUPTED) {
        until = run->now - 41 * BT_MINUTE;
    }
    if (tenant->log != SAMPLE_LOG_FAILED) {
        record.restorable_from = run->now - 14 * BT_DAY;
        record.restorable_to = until - 40 * BT_SECOND;
    }
    bt_recorder_put_tenant(run->recorder, &record);
}

static void
add_unit(sample_run *run, size_t cluster, size_t tenant)
{
    sample_unit *unit;

    if (run->unit_count == SAMPLE_UNITS_MAX) {
        return;
    }
    unit = &run->units[run->unit_count++];
    *unit = (sample_unit) {
        .cluster = cluster, .tenant = tenant,
        .job = sample_random(run, 3, 4000),
        .set = sample_random(run, 20, 1500),
        .cleanup = sample_random(run, 1, 900),
        .chain = (int) sample_random(run, 3, 6),
        .phase = (double) sample_random(run, 0, 999) / 1000.0
    };
}

static bool
put_tenants(sample_run *run)
{
    for (size_t i = 0; i < sample_cluster_count; i++) {
        const sample_cluster *cluster = &sample_clusters[i];

        sample_scope(run, i, run->now);
        for (size_t k = 0; k < cluster->tenant_count; k++) {
            put_tenant(run, i, &cluster->tenants[k]);
            if (cluster->family == 4 || k == 0) {
                add_unit(run, i, k);
            }
        }
    }
    return sample_commit(run, true);
}

/* Last, since it marks the samples as whole. */
static bool
note_observed(sample_run *run)
{
    for (size_t i = 0; i < sample_cluster_count; i++) {
        bool   stale = sample_clusters[i].stale;
        bt_str reason = stale ? BT_STR("cannot connect to 10.30.3.11:2881: "
                                       "connection timed out after 10 s")
                              : BT_STR("");

        if (bt_recorder_observed(run->recorder, run->ids[i],
                                 sample_observed(run, i), reason)
            != BT_STORE_OK)
        {
            return sample_complain(run, bt_store_error(run->store));
        }
    }
    return true;
}

static bt_sample_result
fill(sample_run *run)
{
    bool whole = false;

    if (!find_anchor(run, &whole)) {
        return BT_SAMPLE_FAILED;
    }
    if (whole) {
        return move_simulation(run) ? BT_SAMPLE_THERE_ALREADY
                                    : BT_SAMPLE_FAILED;
    }
    for (size_t i = 0; i < sample_cluster_count; i++) {
        if (!is_free(run, sample_clusters[i].name)) {
            return BT_SAMPLE_FAILED;
        }
    }
    for (size_t i = 0; i < sample_cluster_count; i++) {
        if (!register_cluster(run, i)) {
            return BT_SAMPLE_FAILED;
        }
    }
    if (find_anchor(run, &whole) && put_tenants(run) && sample_logs(run)
        && sample_data_tasks(run) && sample_commands(run)
        && register_accesses(run) && note_observed(run))
    {
        return BT_SAMPLE_FILLED;
    }
    return BT_SAMPLE_FAILED;
}

bt_sample_result
bt_sample_fill(bt_store *store, const bt_sample_conf *conf, char *why,
               size_t size)
{
    sample_run run = {
        .store = store, .conf = conf, .state = conf->seed, .why = why,
        .size = size
    };
    bt_sample_result result;

    if (conf->tasks == 0) {
        return BT_SAMPLE_FILLED;
    }
    run.recorder = bt_recorder_new(store);
    if (run.recorder == NULL) {
        (void) sample_complain(&run, "out of memory");
        return BT_SAMPLE_FAILED;
    }
    result = fill(&run);
    bt_recorder_free(run.recorder);
    return result;
}

bool
bt_sample_replay(bt_recorder *recorder, const bt_sample_conf *conf,
                 bt_usec began, int64_t tasks_most)
{
    char       why[256];
    sample_run run = {
        .recorder = recorder, .conf = conf, .state = conf->seed, .now = began,
        .why = why, .size = sizeof(why)
    };

    for (size_t i = 0; i < sample_cluster_count; i++) {
        run.ids[i] = (int64_t) i + 1;
    }
    return put_tenants(&run) && sample_logs(&run)
           && (conf->tasks > tasks_most || sample_data_tasks(&run));
}

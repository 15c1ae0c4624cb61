/* bt_health.c: what endangers clusters: the risks, and the state made of them. */

#include "health/bt_health.h"

#include <stdlib.h>
#include <string.h>

#define STALE_ROUNDS   3
#define AGENT_SECONDS  "30"     /* three signs of life that did not come */


typedef struct {
    const char   *name;
    bt_health_e   severity;
} risk_kind;


static const risk_kind  risk_kinds[BT_RISK_MAX] = {
    [BT_RISK_LOG_INTERRUPTED] = { "LOG_INTERRUPTED", BT_HEALTH_CRITICAL },
    [BT_RISK_LOG_FAILED] = { "LOG_FAILED", BT_HEALTH_CRITICAL },
    [BT_RISK_LOG_LATENCY] = { "LOG_LATENCY", BT_HEALTH_CRITICAL },
    [BT_RISK_DATA_AGE] = { "DATA_AGE", BT_HEALTH_CRITICAL },
    [BT_RISK_DATA_NEVER] = { "DATA_NEVER", BT_HEALTH_CRITICAL },
    [BT_RISK_STALE] = { "STALE", BT_HEALTH_STALE },
    [BT_RISK_LOG_STOPPED] = { "LOG_STOPPED", BT_HEALTH_WARNING },
    [BT_RISK_DATA_FAILED] = { "DATA_FAILED", BT_HEALTH_WARNING }
};


const char *
bt_risk_name(bt_risk_e kind)
{
    return risk_kinds[kind].name;
}


bt_health_e
bt_risk_severity(bt_risk_e kind)
{
    return risk_kinds[kind].severity;
}


bool
bt_health_is_stale(bt_usec now, bt_value observed, bt_value round_seconds)
{
    return observed.type == BT_VALUE_TIME
           && round_seconds.type == BT_VALUE_INT
           && now - observed.number
              > STALE_ROUNDS * round_seconds.number * BT_SECOND;
}


#define SQL_NOT_CANCELED                                                      \
    "COALESCE(x.code, '') NOT IN ('CANCELED', '-4072', '4072')"


/* Rows of one of the statements below, and where they go. */
typedef struct {
    const bt_health_query  *query;
    bt_health              *health;
    bool                    failed;  /* no memory */
} reading;

typedef void (*row_reader)(reading *read, bt_rows *rows);


static const char *
copy_text(reading *read, bt_value value)
{
    char  *copy;

    copy = bt_pool_copy(read->query->pool, bt_value_text(value));

    if (copy == NULL) {
        read->failed = true;
        return "";
    }

    return copy;
}


/* Room for one more; what there was stays in the pool until its end. */
static void *
more_room(reading *read, void *items, size_t count, size_t size)
{
    void  *more;

    more = bt_pool_alloc(read->query->pool,
                         (count + 1) * 2 * size);

    if (more == NULL) {
        read->failed = true;
        return NULL;
    }

    if (count > 0) {
        memcpy(more, items, count * size);
    }

    return more;
}


static bool
is_power_of_two(size_t count)
{
    return (count & (count - 1)) == 0;
}


static void
add_risk(reading *read, const bt_risk *risk)
{
    bt_risk    *more;
    bt_health  *health = read->health;

    if (is_power_of_two(health->risk_count)) {
        more = more_room(read, health->risks, health->risk_count,
                         sizeof(bt_risk));

        if (more == NULL) {
            return;
        }

        health->risks = more;
    }

    health->risks[health->risk_count++] = *risk;
}


static void
read_cluster(reading *read, bt_rows *rows)
{
    bt_value     observed;
    bt_cluster  *more, *cluster;
    bt_health   *health = read->health;

    if (is_power_of_two(health->cluster_count)) {
        more = more_room(read, health->clusters, health->cluster_count,
                         sizeof(bt_cluster));

        if (more == NULL) {
            return;
        }

        health->clusters = more;
    }

    observed = bt_rows_get(rows, 2);
    cluster = &health->clusters[health->cluster_count++];
    *cluster = (bt_cluster) {
        .id = bt_rows_get(rows, 0).number,
        .name = copy_text(read, bt_rows_get(rows, 1)),
        .observed = bt_value_time(observed),
        .stale = bt_health_is_stale(read->query->now, observed,
                                 bt_rows_get(rows, 3))
    };

    if (cluster->observed == BT_USEC_NONE) {
        cluster->state = BT_HEALTH_UNKNOWN;
        return;
    }

    if (cluster->stale) {
        add_risk(read, &(bt_risk) {
            .kind = BT_RISK_STALE,
            .cluster_id = cluster->id,
            .cluster = cluster->name,
            .since = cluster->observed,
            .began = cluster->observed,
            .seconds = (read->query->now - cluster->observed)
                       / BT_SECOND
        });
    }
}


/* cluster, tenant: the first four columns of the risks' statements. */
static bt_risk
begin_risk(reading *read, bt_rows *rows)
{
    return (bt_risk) {
        .cluster_id = bt_rows_get(rows, 0).number,
        .cluster = copy_text(read, bt_rows_get(rows, 1)),
        .tenant_id = bt_rows_get(rows, 2).number,
        .tenant = copy_text(read, bt_rows_get(rows, 3)),
        .since = BT_USEC_NONE,
        .seconds = -1,
        .began = INT64_MAX
    };
}


static void
set_since(const reading *read, bt_risk *risk, bt_value since)
{
    risk->since = bt_value_time(since);
    risk->seconds = -1;
    risk->began = INT64_MAX;

    if (risk->since != BT_USEC_NONE) {
        risk->began = risk->since;
        risk->seconds = (read->query->now - risk->since) / BT_SECOND;
    }
}


static void
read_log(reading *read, bt_rows *rows)
{
    bt_str    status;
    bt_risk   risk;
    bt_usec   observed;

    risk = begin_risk(read, rows);
    risk.log_id = bt_rows_get(rows, 4).number;
    status = bt_value_text(bt_rows_get(rows, 5));
    set_since(read, &risk, bt_rows_get(rows, 6));

    if (bt_str_eqz(status, "INTERRUPTED")) {
        risk.kind = BT_RISK_LOG_INTERRUPTED;

    } else if (bt_str_eqz(status, "FAILED")) {
        risk.kind = BT_RISK_LOG_FAILED;

    } else if (bt_str_eqz(status, "STOPPED")) {
        risk.kind = BT_RISK_LOG_STOPPED;

    } else {
        risk.kind = BT_RISK_LOG_LATENCY;
        risk.since = BT_USEC_NONE;
        risk.seconds = bt_rows_get(rows, 7).number;
        observed = bt_value_time(bt_rows_get(rows, 8));
        risk.began = read->query->now - risk.seconds * BT_SECOND;

        if (observed != BT_USEC_NONE) {
            risk.began = observed - risk.seconds * BT_SECOND;
            risk.seconds += (read->query->now - observed) / BT_SECOND;
        }
    }

    add_risk(read, &risk);
}


static void
read_tenant(reading *read, bt_rows *rows)
{
    bt_risk  risk;

    risk = begin_risk(read, rows);

    if (bt_rows_get(rows, 6).number != 0) {
        risk.kind = BT_RISK_DATA_FAILED;
        risk.task_id = bt_rows_get(rows, 5).number;
        set_since(read, &risk, bt_rows_get(rows, 8));
        add_risk(read, &risk);
        risk.task_id = 0;
    }

    if (bt_rows_get(rows, 7).number != 0) {
        risk.kind = BT_RISK_DATA_AGE;
        set_since(read, &risk, bt_rows_get(rows, 4));

        if (risk.since == BT_USEC_NONE) {
            risk.kind = BT_RISK_DATA_NEVER;
        }

        add_risk(read, &risk);
    }
}


static bt_store_status
run(reading *read, bt_sql *sql, row_reader reader)
{
    int              more;
    bt_rows         *rows;
    bt_store_status  status;

    status = bt_sql_run(sql, read->query->store, &rows);
    bt_sql_free(sql);

    if (status != BT_STORE_OK) {
        return status;
    }

    while ((more = bt_rows_next(rows)) > 0) {
        reader(read, rows);
    }

    bt_rows_close(rows);

    if (more < 0) {
        return BT_STORE_UNAVAILABLE;
    }

    return read->failed ? BT_STORE_ERROR : BT_STORE_OK;
}


/* What the reader may see; one cluster alone, or 0: all of them. */
static void
add_places(const bt_health_query *query, bt_sql *sql)
{
    if (query->where_places != NULL) {
        query->where_places(query->context, sql);
    }

    if (query->cluster_id != 0) {
        bt_sql_value(sql, " AND c.id = ?", bt_int(query->cluster_id));
    }
}


static bt_store_status
read_clusters(reading *read)
{
    bt_sql                  sql;
    const bt_health_query  *query = read->query;
    static const char       select[] = "SELECT DISTINCT c.id, c.name,"
                                       " c.observed, c.round_seconds";

    bt_sql_init(&sql);

    if (query->from_clusters != NULL) {
        query->from_clusters(query->context, &sql, select);

    } else {
        bt_sql_add(&sql, select);
        bt_sql_add(&sql, " FROM clusters c WHERE 1 = 1");
    }

    /* A cluster that nobody asks any more is at no risk that we could know. */
    if (query->cluster_id != 0) {
        bt_sql_value(&sql, " AND c.id = ?", bt_int(query->cluster_id));

    } else {
        bt_sql_add(&sql, " AND c.removed_at IS NULL");
    }

    bt_sql_add(&sql, " ORDER BY c.id");

    return run(read, &sql, read_cluster);
}


static bt_store_status
read_logs(reading *read)
{
    bt_sql  sql;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT t.cluster_id, c.name, n.id, n.name, t.id,"
               " t.status, t.status_since, t.latency_seconds, t.observed"
               " FROM log_backups t"
               " JOIN clusters c ON c.id = t.cluster_id"
               " LEFT JOIN tenants n ON n.id = t.tenant_id"
               " LEFT JOIN acknowledgements a ON a.record_id = t.id"
               " WHERE a.record_id IS NULL"
               " AND (n.id IS NULL OR n.incarnation = c.incarnation)"
               " AND (t.status IN ('INTERRUPTED', 'FAILED', 'STOPPED')"
               " OR t.latency_seconds > c.rpo_seconds)");
    add_places(read->query, &sql);

    return run(read, &sql, read_log);
}


static bt_store_status
read_tenants(reading *read)
{
    bt_sql  sql;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT p.cluster_id, p.cluster, p.id, p.name,"
               " p.last_good, p.last_data_id, p.failed, p.late, d.end_time"
               " FROM (");
    bt_sql_add(&sql, "SELECT c.id AS cluster_id, c.name AS cluster, n.id,"
               " n.name, " BT_SQL_LAST_GOOD " AS last_good, n.last_data_id,"
               " n.last_data_status = 'FAILED' AND a.record_id IS NULL AND "
               SQL_NOT_CANCELED " AS failed,");
    bt_sql_value(&sql, " COALESCE(TIMESTAMPDIFF(SECOND, " BT_SQL_LAST_GOOD
                 ", ?) > c.data_age_seconds, 1) AS late",
                 bt_time(read->query->now));
    bt_sql_add(&sql, " FROM tenants n JOIN clusters c"
               " ON c.id = n.cluster_id AND c.incarnation = n.incarnation"
               " LEFT JOIN acknowledgements a ON a.record_id = n.last_data_id"
               " LEFT JOIN causes x ON x.record_id = n.last_data_id"
               " WHERE 1 = 1" BT_SQL_BACKED_UP);
    add_places(read->query, &sql);
    bt_sql_add(&sql, ") p"
               " LEFT JOIN record_keys k"
               " ON p.failed <> 0 AND k.id = p.last_data_id"
               " LEFT JOIN data_tasks d"
               " ON d.listed_at = k.listed_at AND d.id = k.id"
               " WHERE p.failed <> 0 OR p.late <> 0");

    return run(read, &sql, read_tenant);
}


/* While no agent is there every number is as old as its last sign of life. */
static bt_store_status
read_agents(const reading *read)
{
    bt_rows         *rows;
    bt_value         seen;
    bt_store_status  status;

    read->health->agents_away = BT_USEC_NONE;
    status = bt_store_run(read->query->store, "SELECT MAX(g.last_seen)"
                          " FROM agents g HAVING MAX(g.last_seen)"
                          " < UTC_TIMESTAMP(6) - INTERVAL " AGENT_SECONDS
                          " SECOND", NULL, 0, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (bt_rows_next(rows) > 0) {
        seen = bt_rows_get(rows, 0);
        read->health->agents_away = seen.type == BT_VALUE_TIME ? seen.number
                                                               : BT_USEC_NONE;
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}


static int
compare_cluster(const void *key, const void *element)
{
    int64_t            id = *(const int64_t *) key;
    const bt_cluster  *cluster = element;

    return (id > cluster->id) - (id < cluster->id);
}


/* What counts when several are true. */
static int
rank(bt_health_e state)
{
    switch (state) {

    case BT_HEALTH_CRITICAL:
        return 3;

    case BT_HEALTH_STALE:
        return 2;

    case BT_HEALTH_WARNING:
        return 1;

    default:
        return 0;
    }
}


/* States from risks; risks of clusters that were never observed go. */
static void
judge(bt_health *health)
{
    size_t       i, kept;
    bt_risk     *risk;
    bt_cluster  *cluster;

    kept = 0;

    for (i = 0; i < health->risk_count; i++) {
        risk = &health->risks[i];
        cluster = health->cluster_count == 0 ? NULL
                  : bsearch(&risk->cluster_id, health->clusters,
                            health->cluster_count, sizeof(bt_cluster),
                            compare_cluster);

        if (cluster == NULL || cluster->state == BT_HEALTH_UNKNOWN) {
            continue;
        }

        if (rank(risk_kinds[risk->kind].severity) > rank(cluster->state)) {
            cluster->state = risk_kinds[risk->kind].severity;
        }

        health->risks[kept++] = *risk;
    }

    health->risk_count = kept;
}


/* Worst kind first, within a kind the longest, then by name: a page that is
 * read again shows the same order. */
static int
compare_risks(const void *a, const void *b)
{
    int             order;
    const bt_risk  *x = a, *y = b;

    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }

    if (x->began != y->began) {
        return x->began < y->began ? -1 : 1;
    }

    order = strcmp(x->cluster, y->cluster);

    return order != 0 ? order : strcmp(x->tenant != NULL ? x->tenant : "",
                                       y->tenant != NULL ? y->tenant : "");
}


bt_store_status
bt_health_find(const bt_health_query *query, bt_health *health)
{
    reading          read;
    bt_store_status  status;

    *health = (bt_health) { 0 };
    read = (reading) { .query = query, .health = health };

    status = read_clusters(&read);

    if (status == BT_STORE_OK) {
        status = read_agents(&read);
    }

    if (status == BT_STORE_OK) {
        status = read_logs(&read);
    }

    if (status == BT_STORE_OK) {
        status = read_tenants(&read);
    }

    if (status != BT_STORE_OK) {
        return status;
    }

    judge(health);

    if (health->risk_count > 0) {
        qsort(health->risks, health->risk_count, sizeof(bt_risk),
              compare_risks);
    }

    return BT_STORE_OK;
}


void
bt_health_count(const bt_health *health, bt_health_counts *counts)
{
    size_t  i;

    *counts = (bt_health_counts) { .clusters = health->cluster_count };

    for (i = 0; i < health->cluster_count; i++) {
        counts->of[health->clusters[i].state]++;
    }

    counts->at_risk = counts->of[BT_HEALTH_CRITICAL]
                      + counts->of[BT_HEALTH_STALE]
                      + counts->of[BT_HEALTH_WARNING];
}

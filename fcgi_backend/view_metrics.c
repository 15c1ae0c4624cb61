/* view_metrics.c: what a monitoring system wants to know, for Prometheus. */

#include "fcgi_backend/views.h"

#include <string.h>

#include "fcgi_backend/count.h"
#include "fcgi_backend/health.h"
#include "fcgi_backend/metrics.h"


/* A tenant of today and its newest log backup. */
typedef struct {
    int64_t      cluster_id;
    const char  *cluster;
    const char  *name;
    bt_usec      last_full;
    bt_usec      last_incremental;
    const char  *log_status;       /* NULL: it has no log backup */
    int64_t      latency;          /* seconds, at `observed` */
    bt_usec      observed;         /* BT_USEC_NONE: latency is not known */
} tenant;


typedef struct {
    bt_reply    *reply;
    bt_metrics   metrics;
    bt_filter    filter;
    bt_health    health;
    tenant      *tenants;
    size_t       count;
    bool         more;             /* there are too many tenants */
} scrape;


static const bt_list *const  kinds[] = {
    &bt_list_data, &bt_list_log, &bt_list_cleanup, &bt_list_second
};


/* Where a name was given anew the newest tenant counts: a sample that stands
 * twice costs the whole scrape. */
static bool
is_known(const scrape *s, int64_t cluster_id, const char *name)
{
    size_t  i;

    for (i = s->count; i > 0; i--) {

        if (s->tenants[i - 1].cluster_id != cluster_id) {
            return false;
        }

        if (strcmp(name, s->tenants[i - 1].name) == 0) {
            return true;
        }
    }

    return false;
}


static void
read_log(tenant *t, bt_pool *pool, bt_rows *rows)
{
    bt_value  status, latency;

    status = bt_rows_get(rows, 5);
    latency = bt_rows_get(rows, 6);

    t->log_status = status.type == BT_VALUE_TEXT
                    ? bt_metrics_clean(pool, status.text) : NULL;
    t->observed = latency.type == BT_VALUE_INT
                  ? bt_value_time(bt_rows_get(rows, 7)) : BT_USEC_NONE;
    t->latency = latency.number;
}


static void
take_tenant(scrape *s, bt_rows *rows, const char *cluster, const char *name)
{
    tenant  *t = &s->tenants[s->count++];

    t->cluster_id = bt_rows_get(rows, 0).number;
    t->cluster = cluster;
    t->name = name;
    t->last_full = bt_value_time(bt_rows_get(rows, 3));
    t->last_incremental = bt_value_time(bt_rows_get(rows, 4));
    read_log(t, s->reply->request->pool, rows);
}


static bt_store_status
take_tenants(scrape *s, bt_rows *rows)
{
    int          more;
    bt_pool     *pool = s->reply->request->pool;
    const char  *cluster, *name;

    while ((more = bt_rows_next(rows)) > 0) {
        cluster = bt_metrics_clean(pool, bt_value_text(bt_rows_get(rows, 1)));
        name = bt_metrics_clean(pool, bt_value_text(bt_rows_get(rows, 2)));

        if (cluster == NULL || name == NULL) {
            return BT_STORE_ERROR;
        }

        if (is_known(s, bt_rows_get(rows, 0).number, name)) {
            continue;
        }

        if (s->count == BT_METRICS_TENANTS) {
            s->more = true;
            return BT_STORE_OK;
        }

        take_tenant(s, rows, cluster, name);
    }

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


static bt_store_status
read_tenants(scrape *s)
{
    bt_sql           sql;
    bt_rows         *rows;
    bt_store_status  status;

    s->tenants = bt_pool_alloc(s->reply->request->pool,
                               BT_METRICS_TENANTS * sizeof(tenant));

    if (s->tenants == NULL) {
        return BT_STORE_ERROR;
    }

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT n.cluster_id, c.name, n.name, n.last_full,"
               " n.last_incremental, l.status, l.latency_seconds, l.observed"
               " FROM clusters c JOIN tenants n"
               " ON n.cluster_id = c.id AND n.incarnation = c.incarnation"
               " LEFT JOIN log_backups l"
               " ON l.cluster_id = n.cluster_id AND l.tenant_id = n.id"
               " WHERE 1 = 1");
    bt_filter_where_places(&s->filter, &sql, BT_FILTER_SCOPE, true);
    bt_sql_add(&sql, " ORDER BY n.cluster_id, n.id DESC, l.listed_at DESC,"
               " l.id DESC");

    status = bt_sql_run(&sql, s->reply->store, &rows);
    bt_sql_free(&sql);

    if (status != BT_STORE_OK) {
        return status;
    }

    status = take_tenants(s, rows);
    bt_rows_close(rows);

    return status;
}


static bt_store_status
clean_clusters(scrape *s)
{
    size_t       i;
    bt_cluster  *cluster;

    for (i = 0; i < s->health.cluster_count; i++) {
        cluster = &s->health.clusters[i];
        cluster->name = bt_metrics_clean(s->reply->request->pool,
                                         bt_str_of(cluster->name));

        if (cluster->name == NULL) {
            return BT_STORE_ERROR;
        }
    }

    return BT_STORE_OK;
}


static void
metric(scrape *s, const char *name, const char *help)
{
    bt_metrics_metric(&s->metrics, name, help);
}


static void
label(scrape *s, const char *name, const char *value)
{
    bt_metrics_label(&s->metrics, name, value);
}


static void
begin_tenant(scrape *s, const tenant *t)
{
    bt_metrics_sample(&s->metrics);
    label(s, "cluster", t->cluster);
    label(s, "tenant", t->name);
}


/* age: seconds since then, in place of the time itself. */
static void
write_success(scrape *s, const tenant *t, bool incremental, bool age)
{
    bt_usec  at = incremental ? t->last_incremental : t->last_full;

    if (at == BT_USEC_NONE) {
        return;
    }

    begin_tenant(s, t);
    label(s, "mode", incremental ? "INCREMENTAL" : "FULL");
    bt_metrics_seconds(&s->metrics,
                       age ? s->reply->request->now - at : at);
}


static void
write_successes(scrape *s, bool age)
{
    size_t  i;

    for (i = 0; i < s->count; i++) {
        write_success(s, &s->tenants[i], false, age);
        write_success(s, &s->tenants[i], true, age);
    }
}


/* What is known of the lag is as old as the observation. */
static void
write_lag(scrape *s)
{
    size_t         i;
    bt_usec        since;
    const tenant  *t;

    for (i = 0; i < s->count; i++) {
        t = &s->tenants[i];

        if (t->log_status == NULL || t->observed == BT_USEC_NONE) {
            continue;
        }

        since = s->reply->request->now - t->observed;
        begin_tenant(s, t);
        bt_metrics_seconds(&s->metrics, t->latency * BT_SECOND
                                        + (since > 0 ? since : 0));
    }
}


static void
write_log_status(scrape *s)
{
    size_t  i;

    for (i = 0; i < s->count; i++) {

        if (s->tenants[i].log_status != NULL) {
            begin_tenant(s, &s->tenants[i]);
            label(s, "status", s->tenants[i].log_status);
            bt_metrics_value(&s->metrics, 1);
        }
    }
}


static void
write_tenants(scrape *s)
{
    metric(s, "backup_tasks_last_success_timestamp_seconds",
           "When the last good data backup of a tenant ended.");
    write_successes(s, false);

    metric(s, "backup_tasks_last_success_age_seconds",
           "Seconds since then.");
    write_successes(s, true);

    metric(s, "backup_tasks_log_lag_seconds",
           "How far the log backup of a tenant is behind, at least.");
    write_lag(s);

    metric(s, "backup_tasks_log_status",
           "1 for the present status of a tenant's log backup.");
    write_log_status(s);
}


static void
begin_cluster(scrape *s, const bt_cluster *cluster)
{
    bt_metrics_sample(&s->metrics);
    label(s, "cluster", cluster->name);
}


static void
write_observed(scrape *s, bool age)
{
    size_t             i;
    const bt_cluster  *cluster;

    for (i = 0; i < s->health.cluster_count; i++) {
        cluster = &s->health.clusters[i];

        if (cluster->observed != BT_USEC_NONE) {
            begin_cluster(s, cluster);
            bt_metrics_seconds(&s->metrics, age
                               ? s->reply->request->now - cluster->observed
                               : cluster->observed);
        }
    }
}


static void
write_states(scrape *s)
{
    size_t               i;
    const char *const   *states = bt_view_statuses(BT_VIEW_CLUSTERS);

    metric(s, "backup_tasks_cluster_status",
           "1 for the present status of a cluster.");

    for (i = 0; i < s->health.cluster_count; i++) {
        begin_cluster(s, &s->health.clusters[i]);
        label(s, "status", states[s->health.clusters[i].state]);
        bt_metrics_value(&s->metrics, 1);
    }

    metric(s, "backup_tasks_cluster_stale",
           "1 for a cluster that has not answered for three rounds.");

    for (i = 0; i < s->health.cluster_count; i++) {
        begin_cluster(s, &s->health.clusters[i]);
        bt_metrics_value(&s->metrics, s->health.clusters[i].stale);
    }
}


static void
write_clusters(scrape *s)
{
    write_states(s);

    metric(s, "backup_tasks_cluster_observed_timestamp_seconds",
           "When a cluster answered last.");
    write_observed(s, false);

    metric(s, "backup_tasks_cluster_observed_age_seconds",
           "Seconds since then.");
    write_observed(s, true);
}


static void
write_risks(scrape *s)
{
    size_t     i;
    int64_t    counts[BT_RISK_MAX] = { 0 };
    bt_risk_e  kind;

    for (i = 0; i < s->health.risk_count; i++) {
        counts[s->health.risks[i].kind]++;
    }

    metric(s, "backup_tasks_risks", "What endangers clusters, by kind.");

    for (kind = 0; kind < BT_RISK_MAX; kind++) {
        bt_metrics_sample(&s->metrics);
        label(s, "kind", bt_risk_name(kind));
        bt_metrics_value(&s->metrics, counts[kind]);
    }
}


static void
write_counts(scrape *s, const bt_list *list, const bt_counts *counts)
{
    size_t              i;
    const char *const  *codes = bt_view_statuses(list->view);

    for (i = 0; codes[i] != NULL; i++) {
        bt_metrics_sample(&s->metrics);
        label(s, "kind", bt_view_name(list->view));
        label(s, "status", codes[i]);
        bt_metrics_value(&s->metrics, counts->of[i]);
    }
}


static bt_store_status
write_tasks(scrape *s)
{
    size_t           i;
    bt_usec          now = s->reply->request->now;
    bt_counts        counts;
    bt_store_status  status;

    metric(s, "backup_tasks_tasks",
           "Tasks begun in the last 24 hours, and all log backups, by status.");

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        status = bt_count(s->reply, kinds[i], &s->filter, BT_FILTER_PLACE,
                          now - BT_DAY, now, &counts);

        if (status != BT_STORE_OK) {
            return status;
        }

        write_counts(s, kinds[i], &counts);
    }

    return BT_STORE_OK;
}


/* Agents serve all clusters: whoever sees a part is not told of them. */
static bt_store_status
write_agents(scrape *s)
{
    int              more;
    bt_rows         *rows;
    const char      *name;
    bt_store_status  status;

    if (!s->reply->request->scope.all) {
        return BT_STORE_OK;
    }

    status = bt_store_run(s->reply->store, "SELECT name, last_seen FROM agents"
                          " WHERE stopped IS NULL ORDER BY id", NULL, 0,
                          &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    metric(s, "backup_tasks_agent_seen_timestamp_seconds",
           "The last sign of life of an agent that was not stopped.");

    while ((more = bt_rows_next(rows)) > 0) {
        bt_metrics_sample(&s->metrics);
        name = bt_metrics_clean(s->reply->request->pool,
                                bt_value_text(bt_rows_get(rows, 0)));
        label(s, "agent", name != NULL ? name : "");
        bt_metrics_seconds(&s->metrics, bt_rows_get(rows, 1).number);
    }

    bt_rows_close(rows);

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


static void
write_own(scrape *s)
{
    metric(s, "backup_tasks_worker_info", "1, and the version that answers.");
    bt_metrics_sample(&s->metrics);
    label(s, "version", BT_VERSION);
    bt_metrics_value(&s->metrics, 1);

    metric(s, "backup_tasks_limit_reached",
           "1 where not everything is told: more tenants than samples.");
    bt_metrics_sample(&s->metrics);
    label(s, "limit", "tenants");
    bt_metrics_value(&s->metrics, s->more);
}


static bt_store_status
write_all(scrape *s)
{
    bt_store_status  status;

    write_own(s);
    write_clusters(s);
    write_risks(s);
    write_tenants(s);
    status = write_tasks(s);

    if (status == BT_STORE_OK) {
        status = write_agents(s);
    }

    if (s->reply->request->route.format == BT_FORMAT_OPENMETRICS) {
        bt_output_write(s->reply->output, "# EOF\n", 6);
    }

    return status;
}


int
bt_view_metrics(bt_reply *reply)
{
    scrape           s;
    bt_store_status  status;

    s = (scrape) { .reply = reply, .metrics = { .output = reply->output } };
    status = bt_filter_init(&s.filter, reply);

    if (status == BT_STORE_OK) {
        status = bt_health_read(reply, &s.filter, BT_FILTER_SCOPE, 0,
                                &s.health);
    }

    if (status == BT_STORE_OK) {
        status = clean_clusters(&s);
    }

    if (status == BT_STORE_OK) {
        status = read_tenants(&s);
    }

    if (status == BT_STORE_OK) {
        status = write_all(&s);
    }

    return bt_reply_store(reply, status);
}

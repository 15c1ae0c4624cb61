/* view_health.c: the health of the pages themselves: store, worker, agents, observations. */

#include "fcgi_backend/views.h"

#include <string.h>

#include "fcgi_backend/document.h"
#include "fcgi_backend/health.h"
#include "fcgi_backend/metrics.h"
#include "fcgi_backend/ready.h"

/* After so many seconds without a sign of life an agent is away. */
#define AWAY_SECONDS  30


typedef enum { PASS, WARN, FAIL } verdict;

static const char *const  verdicts[] = {
    [PASS] = "PASS", [WARN] = "WARN", [FAIL] = "FAIL"
};


typedef struct {
    const char  *name;
    const char  *texts[3];       /* NULL: this cannot be */
} check;


static const check  check_store = { "STORE", {
    "The record store answers.", NULL,
    "The record store does not answer: start its server, or correct the"
    " worker's option file. The worker's log says what is wrong." } };

static const check  check_schema = { "SCHEMA", {
    "The record store has the schema of this version.",
    "The schema of the record store is newer than this worker: start the"
    " worker of that version.",
    "The record store lacks tables of this version: run \"backup-tasks-ctl"
    " migrate\"." } };

static const check  check_rights = { "RIGHTS", {
    "The worker's account has all rights that it needs.",
    "The worker's account lacks a right, so that acts fail, or it cannot be"
    " told whether the schema is that of this version: run what"
    " \"backup-tasks-ctl grants\" prints.",
    "The worker's account may not read all records: run what"
    " \"backup-tasks-ctl grants\" prints." } };

static const check  check_agents = { "AGENTS", {
    "All agents are at work.",
    "An agent is away that was not stopped, or there was never one: start"
    " backup-tasks-agent and read its log.",
    "No agent is at work: all states are as old as its last look. Start"
    " backup-tasks-agent and read its log." } };

static const check  check_clusters = { "CLUSTERS", {
    "All clusters in your scope answer.",
    "Clusters in your scope do not answer: what is told of them is old."
    " The list of clusters says why.", NULL } };

static const check  check_limits = { "LIMITS", {
    "No limit is reached.",
    "Your scope has more tenants than \"metrics\" tells: let several accounts"
    " of smaller scopes read them.", NULL } };


typedef struct {
    const char  *name;
    const char  *version;
    bt_usec      started;
    bt_usec      seen;
    bool         stopped;
    bool         away;
} agent;


typedef struct {
    bt_reply   *reply;
    bt_ready    ready;
    bool        can_read;
    bool        can_write;
    const char *error;           /* for whoever sees everything */
    bt_health   health;
    bt_usec     oldest;          /* observation; BT_USEC_NONE: none */
    size_t      stale;
    agent      *agents;
    size_t      agent_count;
    size_t      alive;
    size_t      away;            /* neither alive nor stopped */
    int64_t     tenants;
} report;


static const char *
keep(const report *r, bt_str text)
{
    const char  *copy;

    copy = bt_pool_copy(r->reply->request->pool, text);

    return copy != NULL ? copy : "";
}


static bt_store_status
take_agents(report *r, bt_rows *rows)
{
    int     more;
    size_t  room;
    agent  *a;

    more = bt_rows_next(rows);
    room = more > 0 ? (size_t) bt_rows_get(rows, 6).number : 0;
    r->agents = bt_pool_alloc(r->reply->request->pool,
                              (room + 1) * sizeof(agent));

    if (r->agents == NULL) {
        return BT_STORE_ERROR;
    }

    for ( /* void */ ; more > 0 && r->agent_count < room;
          more = bt_rows_next(rows))
    {
        a = &r->agents[r->agent_count++];
        a->name = keep(r, bt_value_text(bt_rows_get(rows, 0)));
        a->version = keep(r, bt_value_text(bt_rows_get(rows, 1)));
        a->started = bt_value_time(bt_rows_get(rows, 2));
        a->seen = bt_value_time(bt_rows_get(rows, 3));
        a->stopped = bt_rows_get(rows, 4).type != BT_VALUE_NULL;
        a->away = bt_rows_get(rows, 5).number > AWAY_SECONDS;
        r->alive += !a->stopped && !a->away;
        r->away += !a->stopped && a->away;
    }

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


/* Ages by the store's clock, which agents go by. */
static bt_store_status
read_agents(report *r)
{
    bt_rows         *rows;
    bt_store_status  status;

    status = bt_store_run(r->reply->store, "SELECT name, version, started,"
                          " last_seen, stopped, TIMESTAMPDIFF(SECOND,"
                          " last_seen, UTC_TIMESTAMP(6)),"
                          " (SELECT COUNT(*) FROM agents) FROM agents"
                          " ORDER BY id", NULL, 0, &rows, NULL);

    if (status == BT_STORE_OK) {
        status = take_agents(r, rows);
        bt_rows_close(rows);
    }

    return status;
}


static bt_store_status
read_tenants(report *r, const bt_filter *filter)
{
    bt_sql  sql;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT COUNT(*) FROM clusters c JOIN tenants n"
               " ON n.cluster_id = c.id AND n.incarnation = c.incarnation"
               " WHERE 1 = 1");
    bt_filter_where_places(filter, &sql, BT_FILTER_SCOPE, true);

    return bt_sql_number(&sql, r->reply->store, &r->tenants);
}


static void
take_observations(report *r)
{
    size_t             i;
    const bt_cluster  *cluster;

    for (i = 0; i < r->health.cluster_count; i++) {
        cluster = &r->health.clusters[i];
        r->stale += cluster->stale;

        if (cluster->observed != BT_USEC_NONE
            && (r->oldest == BT_USEC_NONE || cluster->observed < r->oldest))
        {
            r->oldest = cluster->observed;
        }
    }
}


static bool
read_records(report *r)
{
    bt_filter        filter;
    bt_store_status  status;

    status = bt_filter_init(&filter, r->reply);

    if (status == BT_STORE_OK) {
        status = bt_health_read(r->reply, &filter, BT_FILTER_SCOPE, 0,
                                &r->health);
    }

    if (status == BT_STORE_OK) {
        status = read_agents(r);
    }

    if (status == BT_STORE_OK) {
        status = read_tenants(r, &filter);
    }

    take_observations(r);

    return status == BT_STORE_OK;
}


/* A store that goes away between two statements is one that does not answer. */
static void
read_all(report *r)
{
    bt_store  *store = r->reply->store;

    r->oldest = BT_USEC_NONE;
    r->can_read = bt_ready_check(store, &r->ready);
    r->error = keep(r, bt_str_of(r->ready.error));

    if (!r->can_read) {
        return;
    }

    r->can_write = bt_ready_writes(store);

    if (!r->can_write) {
        r->error = keep(r, bt_str_of(bt_store_error(store)));
    }

    if (!read_records(r)) {
        r->ready.answers = r->can_read = false;
        r->error = keep(r, bt_str_of(bt_store_error(store)));
    }
}


static void
open_check(const report *r, const check *c, verdict v)
{
    bt_xml  *xml = r->reply->xml;

    bt_xml_open(xml, "check");
    bt_xml_attr(xml, "name", bt_str_of(c->name));
    bt_xml_attr(xml, "status", bt_str_of(verdicts[v]));
    bt_xml_leaf(xml, "text", bt_str_of(c->texts[v]));
}


/* What servers say names accounts and hosts: not for everybody. */
static void
add_error(const report *r, verdict v)
{
    if (v != PASS && *r->error != '\0' && r->reply->request->scope.all) {
        bt_xml_leaf(r->reply->xml, "detail", bt_str_of(r->error));
    }
}


static void
write_check(const report *r, const check *c, verdict v)
{
    open_check(r, c, v);
    add_error(r, v);
    bt_xml_close(r->reply->xml);
}


static verdict
judge_schema(const report *r)
{
    if (r->ready.lack == BT_LACKS_TABLES
        || (r->ready.told && r->ready.schema < bt_ready_schema()))
    {
        return FAIL;
    }

    return r->ready.told && r->ready.schema > bt_ready_schema() ? WARN : PASS;
}


static verdict
judge_rights(const report *r)
{
    if (r->ready.lack == BT_LACKS_RIGHT) {
        return FAIL;
    }

    return r->can_read && (!r->ready.told || !r->can_write) ? WARN : PASS;
}


static verdict
judge_agents(const report *r)
{
    if (r->agent_count > 0 && r->alive == 0) {
        return FAIL;
    }

    return r->agent_count == 0 || r->away > 0 ? WARN : PASS;
}


static verdict
judge_clusters(const report *r)
{
    return r->stale > 0 ? WARN : PASS;
}


static verdict
judge_limits(const report *r)
{
    return r->tenants > BT_METRICS_TENANTS ? WARN : PASS;
}


static verdict
worse(verdict a, verdict b)
{
    return a > b ? a : b;
}


static verdict
judge(const report *r)
{
    if (!r->can_read) {
        return FAIL;
    }

    return worse(worse(judge_rights(r), judge_schema(r)),
                 worse(judge_agents(r),
                       worse(judge_clusters(r), judge_limits(r))));
}


static void
add_count(const report *r, const char *name, size_t count)
{
    bt_xml_leaf_int(r->reply->xml, name, (int64_t) count);
}


/* How many agents there are is told to whoever sees all clusters. */
static void
write_agents_check(const report *r)
{
    open_check(r, &check_agents, judge_agents(r));

    if (r->reply->request->scope.all) {
        add_count(r, "count", r->alive + r->away);
        add_count(r, "bad", r->away);
    }

    bt_xml_close(r->reply->xml);
}


static void
write_clusters_check(const report *r)
{
    bt_usec  age;

    open_check(r, &check_clusters, judge_clusters(r));
    add_count(r, "count", r->health.cluster_count);
    add_count(r, "bad", r->stale);

    if (r->oldest != BT_USEC_NONE) {
        age = r->reply->request->now - r->oldest;
        bt_document_time(r->reply, "oldest", r->oldest);
        bt_xml_leaf_int(r->reply->xml, "seconds",
                        age > 0 ? age / BT_SECOND : 0);
    }

    bt_xml_close(r->reply->xml);
}


static void
write_limits_check(const report *r)
{
    open_check(r, &check_limits, judge_limits(r));
    add_count(r, "count", (size_t) r->tenants);
    add_count(r, "limit", BT_METRICS_TENANTS);
    bt_xml_close(r->reply->xml);
}


/* Of a store that cannot be read nothing more is known. */
static void
write_checks(const report *r)
{
    bt_xml_open(r->reply->xml, "checks");
    write_check(r, &check_store, r->ready.answers ? PASS : FAIL);

    if (r->ready.answers) {
        write_check(r, &check_schema, judge_schema(r));
        write_check(r, &check_rights, judge_rights(r));
    }

    if (r->can_read) {
        write_agents_check(r);
        write_clusters_check(r);
        write_limits_check(r);
    }

    bt_xml_close(r->reply->xml);
}


static void
write_worker(const report *r)
{
    bt_usec            up;
    bt_xml            *xml = r->reply->xml;
    const bt_context  *context = r->reply->context;

    up = r->reply->request->now - context->started;

    bt_xml_open(xml, "worker");
    bt_xml_leaf(xml, "version", BT_STR(BT_VERSION));
    bt_xml_leaf_int(xml, "schema", bt_ready_schema());

    if (r->ready.told) {
        bt_xml_leaf_int(xml, "store-schema", r->ready.schema);
    }

    bt_xml_leaf_int(xml, "threads", context->threads);
    bt_document_time(r->reply, "started", context->started);
    bt_xml_leaf_int(xml, "uptime-seconds", up > 0 ? up / BT_SECOND : 0);
    bt_xml_close(xml);
}


static void
write_agent(const report *r, const agent *a)
{
    bt_xml  *xml = r->reply->xml;

    bt_xml_open(xml, "agent");
    bt_xml_leaf(xml, "name", bt_str_of(a->name));
    bt_xml_leaf(xml, "status", a->stopped ? BT_STR("STOPPED")
                               : a->away ? BT_STR("AWAY") : BT_STR("ALIVE"));

    if (*a->version != '\0') {
        bt_xml_leaf(xml, "version", bt_str_of(a->version));
    }

    bt_document_time(r->reply, "started", a->started);
    bt_document_time(r->reply, "last-seen", a->seen);
    bt_xml_close(xml);
}


/* Agents serve all clusters: whoever sees a part is not told their names. */
static void
write_agents(const report *r)
{
    size_t  i;

    if (!r->can_read || !r->reply->request->scope.all) {
        return;
    }

    bt_xml_open(r->reply->xml, "agents");

    for (i = 0; i < r->agent_count; i++) {
        write_agent(r, &r->agents[i]);
    }

    bt_xml_close(r->reply->xml);
}


int
bt_view_health_report(bt_reply *reply)
{
    report  r = { .reply = reply };

    read_all(&r);
    bt_document_begin(reply, "health-report", r.oldest);
    bt_xml_leaf(reply->xml, "ready", r.can_read ? BT_STR("true")
                                                : BT_STR("false"));
    bt_xml_leaf(reply->xml, "status", bt_str_of(verdicts[judge(&r)]));
    write_worker(&r);
    write_checks(&r);
    write_agents(&r);
    bt_document_end(reply, 1, true);

    return 200;
}

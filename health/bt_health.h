/* bt_health.h: what endangers clusters: the risks, and the state made of them. */

#ifndef BT_HEALTH_H
#define BT_HEALTH_H

#include "store/bt_sql.h"
#include "xml/bt_xml.h"

/* How many risks stand above the tabs. */
#define BT_RISKS_SHOWN  3

/* Tenants that are backed up by themselves: in 4.x all but sys, before that
 * the cluster as a whole, which is tenant 1.  Over clusters c, tenants n. */
#define BT_SQL_BACKED_UP                                                      \
    " AND CASE WHEN c.version LIKE '4%' OR c.version LIKE '%-v4%'"            \
    " THEN n.ob_id <> 1"                                                      \
    " ELSE n.ob_id = 1 OR n.last_full IS NOT NULL"                            \
    " OR n.last_incremental IS NOT NULL END"

#define BT_SQL_LAST_GOOD                                                      \
    "GREATEST(COALESCE(n.last_full, n.last_incremental),"                     \
    " COALESCE(n.last_incremental, n.last_full))"

/* Worst first. */
typedef enum {
    BT_RISK_LOG_INTERRUPTED,
    BT_RISK_LOG_FAILED,
    BT_RISK_LOG_LATENCY,
    BT_RISK_DATA_AGE,
    BT_RISK_DATA_NEVER,
    BT_RISK_STALE,
    BT_RISK_LOG_STOPPED,
    BT_RISK_DATA_FAILED,
    BT_RISK_MAX
} bt_risk_e;

/* In the order of bt_view_statuses(BT_VIEW_CLUSTERS). */
typedef enum {
    BT_HEALTH_OK, BT_HEALTH_WARNING, BT_HEALTH_CRITICAL, BT_HEALTH_STALE,
    BT_HEALTH_UNKNOWN, BT_HEALTH_MAX
} bt_health_e;

typedef struct {
    bt_risk_e   kind;
    int64_t     cluster_id;
    int64_t     tenant_id;       /* 0: none */
    const char *cluster;
    const char *tenant;
    int64_t     log_id;          /* 0: none */
    int64_t     task_id;         /* 0: none */
    bt_usec     since;           /* BT_USEC_NONE: not known */
    int64_t     seconds;         /* how long or how late; -1: not known */
    bt_usec     began;           /* that long ago; the order among equals does
                                  * not depend on the moment */
} bt_risk;

typedef struct {
    int64_t     id;
    const char *name;
    bt_usec     observed;        /* BT_USEC_NONE: never */
    bool        stale;
    bt_health_e state;
} bt_cluster;

/* Clusters by id, risks worst first; all in the pool of the query. */
typedef struct {
    bt_usec     agents_away;     /* since when no agent was seen, by the store's
                                  * clock; BT_USEC_NONE: one is there, or there
                                  * never was any */
    bt_cluster *clusters;
    size_t      cluster_count;
    bt_risk    *risks;
    size_t      risk_count;
} bt_health;

/* at_risk: clusters that are CRITICAL, STALE or WARNING. */
typedef struct {
    size_t clusters;
    size_t at_risk;
    size_t of[BT_HEALTH_MAX];
} bt_health_counts;

/* Whose health is asked for: the clusters that from_clusters selects, with
 * what where_places leaves of their tenants; both NULL: all of them. */
typedef struct {
    bt_store   *store;
    bt_pool    *pool;
    bt_usec     now;
    int64_t     cluster_id;      /* this one alone; 0: no such condition */

    /* Appends `select`, then " FROM clusters c ... WHERE ...". */
    void      (*from_clusters)(const void *context, bt_sql *sql,
                               const char *select);
    /* Appends " AND ..." over clusters c and tenants n. */
    void      (*where_places)(const void *context, bt_sql *sql);
    const void *context;
} bt_health_query;

/* Name of a risk in documents, e.g. "LOG_LATENCY"; the state that it makes. */
const char *bt_risk_name(bt_risk_e kind);
bt_health_e bt_risk_severity(bt_risk_e kind);

/* True when a cluster has not answered for three rounds. */
bool bt_health_is_stale(bt_usec now, bt_value observed,
                        bt_value round_seconds);

/* Reads clusters and risks and judges. */
bt_store_status bt_health_find(const bt_health_query *query,
                               bt_health *health);

void bt_health_count(const bt_health *health, bt_health_counts *counts);

/* Writes <health> with the worst risks; one <risk>.  zone: see bt_xml_time;
 * now: that of the query. */
void bt_health_write(bt_xml *xml, bt_zone *zone, const bt_health *health,
                     bt_usec now);
void bt_health_write_risk(bt_xml *xml, bt_zone *zone, const bt_risk *risk);

#endif

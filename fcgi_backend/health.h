/* health.h: what endangers clusters: the risks, and the state made of them. */

#ifndef BT_HEALTH_H
#define BT_HEALTH_H

#include "fcgi_backend/filter.h"

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
} bt_risk;

typedef struct {
    int64_t     id;
    const char *name;
    bt_usec     observed;        /* BT_USEC_NONE: never */
    bool        stale;
    bt_health_e state;
} bt_cluster;

/* Clusters by id, risks worst first; all in the request's pool. */
typedef struct {
    bt_cluster *clusters;
    size_t      cluster_count;
    bt_risk    *risks;
    size_t      risk_count;
} bt_health;

/* Reads the health of the clusters that `parts` of the filter leave; only
 * cluster_id unless it is 0. */
bt_store_status bt_health_read(bt_reply *reply, const bt_filter *filter,
                               unsigned parts, int64_t cluster_id,
                               bt_health *health);

/* Writes <health> for all clusters in the user's scope. */
bt_store_status bt_health_write(bt_reply *reply);

/* Writes one <risk>. */
void bt_health_write_risk(bt_reply *reply, const bt_risk *risk);

#endif

/* collect.h: what one look at a cluster found, on its way to the recorder; unchanged records end here. */

#ifndef BT_COLLECT_H
#define BT_COLLECT_H

#include "recorder/recorder.h"

/* Remembers, for one cluster, what was recorded last: a record that is the
 * same costs no statement. */
typedef struct bt_collect bt_collect;

bt_collect *bt_collect_new(int64_t cluster_id);
void        bt_collect_free(bt_collect *collect);

/* What the cluster says of itself; empty texts are unknown. */
typedef struct {
    bt_str  ob_name;
    int64_t ob_id;
    bt_str  version;
    int     incarnation;
    bt_usec clock;                  /* the cluster's, at this look */
} bt_collect_cluster;

/* As in recorder.h; the records are copied. */
void bt_collect_cluster_is(bt_collect *collect,
                           const bt_collect_cluster *cluster);
void bt_collect_tenant(bt_collect *collect, const bt_tenant_record *tenant);
void bt_collect_data(bt_collect *collect, const bt_data_record *task);
void bt_collect_cleanup(bt_collect *collect, const bt_cleanup_record *task);
void bt_collect_second(bt_collect *collect, const bt_second_record *second);
void bt_collect_log(bt_collect *collect, const bt_log_record *log);

#endif

/* collect.h: what one look at a cluster found, on its way to the recorder; unchanged records end here. */

#ifndef BT_COLLECT_H
#define BT_COLLECT_H

#include "recorder/recorder.h"

/* Remembers, for one cluster, what was recorded last: a record that is the
 * same costs no statement. */
typedef struct bt_collect bt_collect;

bt_collect *bt_collect_new(int64_t cluster_id);
void        bt_collect_free(bt_collect *collect);

/* How a look ended. */
typedef enum {
    BT_LOOK_DONE,
    BT_LOOK_LOST,                   /* the cluster's lease is not held */
    BT_LOOK_FAILED                  /* the store: bt_recorder_error() */
} bt_look;

/* For who runs the adapter: a look begins, what the adapter puts goes to the
 * recorder, which nobody else uses meanwhile.  `now` by the agent's clock. */
bt_look     bt_collect_begin(bt_collect *collect, bt_recorder *recorder,
                             bt_usec now);
/* ... and ends.  good: what was put is written, the cluster has answered.
 * Else what has not been written yet is forgotten; long histories are written
 * in portions.  After anything but DONE neither the collect nor the adapter's
 * link may be used again: they would think recorded what is not. */
bt_look     bt_collect_end(bt_collect *collect, bool good);

/* What the cluster says of itself; empty texts are unknown.  incarnation: 1
 * unless the cluster itself counts; one more for each other ob_id or creation
 * (BT_UNKNOWN: not known) is the matter of who records it. */
typedef struct {
    bt_str  ob_name;
    int64_t ob_id;
    bt_str  version;
    int     incarnation;
    bt_usec created;
    bt_usec clock;                  /* the cluster's, at this look */
} bt_collect_cluster;

/* As in recorder.h; the records are copied.  What the cluster is comes first,
 * then tenants, then what names them.  A tenant without a name only
 * says that it exists: one that is known keeps its name. */
void bt_collect_cluster_is(bt_collect *collect,
                           const bt_collect_cluster *cluster);
void bt_collect_tenant(bt_collect *collect, const bt_tenant_record *tenant);
void bt_collect_data(bt_collect *collect, const bt_data_record *task);
void bt_collect_cleanup(bt_collect *collect, const bt_cleanup_record *task);
void bt_collect_second(bt_collect *collect, const bt_second_record *second);
void bt_collect_log(bt_collect *collect, const bt_log_record *log);
/* The record was no task of its own: it is taken out of the store, where it
 * is there (copy_id 0). */
void bt_collect_gone(bt_collect *collect, bt_kind kind, int64_t tenant,
                     bt_str source_id);

#endif

/* target.h: the record that an act is about. */

#ifndef BT_TARGET_H
#define BT_TARGET_H

#include "common/bt_ob.h"
#include "fcgi_backend/list.h"

typedef struct {
    const bt_list *list;
    int64_t        id;
    bt_usec        listed_at;
    int64_t        cluster_id;
    int64_t        tenant_id;
    const char    *status;
    const char    *raw_status;
    const char    *version;        /* of the cluster */
    const char    *adapter;
    const char    *tenant;         /* name; "" if unknown */
    bt_usec        restorable_to;
    bt_usec        latest;         /* latest backup time of a log backup */
    int64_t        latency;        /* seconds, -1 unknown */
    bt_usec        observed;
    bt_usec        agent_seen;
    bool           acknowledged;
    bool           forbidden;      /* the operator does not allow the act */
    int64_t        open_id;        /* open command; 0: none */
    const char    *open_action;
} bt_target;

/* Reads the record of the request's path, if it is in scope; false in *found
 * when there is none.  All texts live as long as the request. */
bt_store_status bt_target_read(bt_reply *reply, bt_target *target,
                               bool *found);

/* NULL when the act is possible; else why not and what can be done.  *status
 * gets 409, or 403 when the operator forbids it. */
const char     *bt_target_refusal(const bt_target *target, bt_action_e action,
                                  int *status);

#endif

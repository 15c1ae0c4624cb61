/* target.h: the record that an act is about. */

#ifndef BT_TARGET_H
#define BT_TARGET_H

#include "acts/bt_act.h"
#include "common/bt_ob.h"
#include "fcgi_backend/list.h"

/* A tenant that a backup could be made of. */
typedef struct bt_choice bt_choice;

struct bt_choice {
    bt_choice  *next;
    int64_t     id;
    const char *name;
};

typedef struct {
    const bt_list *list;           /* NULL: a backup of a tenant */
    int64_t        id;
    bt_usec        listed_at;
    int64_t        cluster_id;
    int64_t        tenant_id;
    bt_act_facts   facts;
    const char    *raw_status;
    const char    *version;        /* of the cluster */
    const char    *adapter;
    const char    *tenant;         /* name; "" if unknown */
    bt_usec        restorable_to;
    bt_usec        latest;         /* latest backup time of a log backup */
    int64_t        latency;        /* seconds, -1 unknown */
    bt_usec        observed;
    bt_usec        agent_seen;
    bt_choice     *choices;        /* backup: when no tenant is chosen yet */
} bt_target;

/* Reads the record of the request's path, if it is in scope; of a backup the
 * cluster and the tenant that the query names, else the only one that can be
 * backed up by itself.  False in *found when there is none.  All texts live as
 * long as the request. */
bt_store_status bt_target_read(bt_reply *reply, bt_target *target,
                               bool *found);

#endif

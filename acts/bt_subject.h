/* bt_subject.h: what acts are about: found, locked, marked as changed. */

#ifndef BT_SUBJECT_H
#define BT_SUBJECT_H

#include "common/bt_view.h"
#include "store/bt_store.h"

#define BT_SUBJECT_STATUS_MAX  33     /* with its NUL */

/* kind is its list: data, log, cleanup, second, or clusters, whose row stands
 * for all that is done to a cluster as a whole. */
typedef struct {
    bt_view_e kind;
    int64_t   id;
    bool      there;
    bt_usec   listed_at;             /* not of clusters */
    int64_t   cluster_id;
    int64_t   tenant_id;             /* 0 of clusters */
    char      status[BT_SUBJECT_STATUS_MAX];    /* "" of clusters */
} bt_subject;

/* Reads the record of subject->kind and subject->id; `there` tells whether it
 * exists.  With `lock` its row is locked: everybody locks the record first,
 * then its command, then the change counter. */
bt_store_status bt_subject_find(bt_store *store, bt_subject *subject,
                                bool lock);

/* What a command is about, not read yet.  *tenant_id is the command's.  An id
 * of 0: there is no such command. */
bt_store_status bt_subject_of_command(bt_store *store, int64_t command_id,
                                      bt_subject *subject,
                                      int64_t *tenant_id);

/* Marks it as changed by the change `number`, because a command about it has
 * changed. */
bt_store_status bt_subject_touch(bt_store *store, const bt_subject *subject,
                                 bt_usec at, int64_t number);

/* Makes a command its newest; of clusters, the tenant's. */
bt_store_status bt_subject_set_command(bt_store *store,
                                       const bt_subject *subject,
                                       int64_t tenant_id, int64_t command_id);

#endif

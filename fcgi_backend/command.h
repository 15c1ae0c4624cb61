/* command.h: the life of commands in the store. */

#ifndef BT_COMMAND_H
#define BT_COMMAND_H

#include "store/bt_audit.h"

/* One change of a record, for table changes. */
typedef struct {
    int64_t     number;
    const char *kind;             /* data, log, cleanup, second, command */
    int64_t     id;
    int64_t     cluster_id;
    int64_t     tenant_id;
    const char *old_status;       /* NULL: there was none */
    const char *new_status;
    bt_usec     at;
} bt_change;

bt_store_status bt_change_add(bt_store *store, const bt_change *change);

/* Ends the requested commands whose deadline has passed, each in a transaction
 * of its own.  A store that is away is no matter: there is a next time. */
void            bt_command_expire(bt_store *store);

/* The same for the open command of one log backup, inside a transaction that
 * has locked the log backup's row.  The log backup's own row is left to the
 * caller. */
bt_store_status bt_command_expire_open(bt_store *store, int64_t log_id);

#endif

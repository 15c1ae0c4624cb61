/* bt_command.h: the life of commands in the store. */

#ifndef BT_COMMAND_H
#define BT_COMMAND_H

#include "common/bt_view.h"
#include "store/bt_holder.h"

#define BT_EXPIRE_BATCH   100

/* Names in the audit trail that nobody who signs in may have: the user of the
 * operating system behind a shell, and what the programs do by themselves. */
#define BT_USER_SHELL     "os:"
#define BT_USER_PROGRAM   "bt:"
#define BT_USER_DEADLINE  BT_USER_PROGRAM "deadline"
#define BT_USER_AGENT     BT_USER_PROGRAM "agent"

/* A requested command is over at its deadline, whether it has been written
 * down already or not.  `m` is the alias of the commands. */
#define BT_SQL_OVERDUE(m)                                                     \
    m ".state = 'REQUESTED' AND " m ".deadline <= UTC_TIMESTAMP(6)"
#define BT_SQL_STATE(m)                                                       \
    "CASE WHEN " BT_SQL_OVERDUE(m) " THEN 'EXPIRED' ELSE " m ".state END"

/* The state that a backup's form and act go by; `n` is the tenant's alias. */
#define BT_SQL_BACKUP_STATE(n)                                                \
    "CASE WHEN EXISTS (SELECT 1 FROM data_tasks d"                            \
    " WHERE d.cluster_id = " n ".cluster_id AND d.status = 'IN_PROGRESS'"     \
    " AND d.tenant_id = " n ".id) THEN 'IN_PROGRESS' ELSE 'IDLE' END"

#define BT_EXPIRED_TEXT                                                       \
    "No agent carried this out before its deadline; nothing was done."

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

/* Ends the requested commands whose deadline has passed, at most
 * BT_EXPIRE_BATCH, each in a transaction of its own; `expired` gets their ids.
 * A store that fails is tried again the next time. */
bt_store_status bt_command_expire(bt_store *store,
                                  int64_t expired[BT_EXPIRE_BATCH],
                                  size_t *count);

/* The same for the open command of one kind and target, inside a transaction
 * that has locked the record's row.  That row is left to the caller. */
bt_store_status bt_command_expire_open(bt_store *store, const char *kind,
                                       int64_t open_target);

/* The agent that carries a command out; name: for the trail. */
typedef struct {
    bt_holder holder;
    bt_str    name;
} bt_command_agent;

/* A command and what it is about. */
typedef struct {
    int64_t     id;
    bt_action_e action;
    bt_view_e   kind;             /* list of the target */
    int64_t     target_id;
    int64_t     cluster_id;
} bt_command_of;

/* All of these need the cluster's lease, by the store's word in the same
 * statement or transaction; without it, or when somebody else was first, *done
 * is false and nothing has happened. */

/* REQUESTED to RUNNING, unless it is overdue. */
bt_store_status bt_command_take(bt_store *store, const bt_command_agent *agent,
                                const bt_command_of *command, bool *done);
/* Takes over a RUNNING command of an agent that has lost the cluster. */
bt_store_status bt_command_adopt(bt_store *store,
                                 const bt_command_agent *agent,
                                 const bt_command_of *command, bool *done);
/* Writes down what is about to be sent. */
bt_store_status bt_command_intend(bt_store *store,
                                  const bt_command_agent *agent,
                                  const bt_command_of *command,
                                  const char *step, bool *done);
/* Writes down what is waited for. */
bt_store_status bt_command_progress(bt_store *store,
                                    const bt_command_agent *agent,
                                    const bt_command_of *command,
                                    const char *text, bool *done);
/* RUNNING to DONE, or to FAILED. */
bt_store_status bt_command_end(bt_store *store, const bt_command_agent *agent,
                               const bt_command_of *command, bool good,
                               const char *result, bool *done);

#endif

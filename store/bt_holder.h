/* bt_holder.h: the one process that may write what a cluster says, and the SQL that makes sure. */

#ifndef BT_HOLDER_H
#define BT_HOLDER_H

#include "bt_store.h"

/* An agent as the table agents knows it; started tells two processes of the
 * same name apart, of which the later one counts.  id 0: nobody in particular,
 * who needs no lease. */
typedef struct {
    int64_t id;
    bt_usec started;
} bt_holder;

/* The process is the agent's newest; takes id and started. */
#define BT_SQL_IS_AGENT                                                       \
    "EXISTS (SELECT 1 FROM agents ga WHERE ga.id = ? AND ga.started = ?)"

/* The agent holds the lease of the cluster with the alias `c`, by the store's
 * clock; takes id, id and started: see bt_holder_bind(). */
#define BT_SQL_HELD(c)                                                        \
    c ".agent_id = ? AND " c ".lease_until > UTC_TIMESTAMP(6) AND "           \
    BT_SQL_IS_AGENT

#define BT_HELD_VALUES  3

/* Fills the values of BT_SQL_HELD(). */
void bt_holder_bind(const bt_holder *holder, bt_value values[BT_HELD_VALUES]);

#endif

/* keep.c: the keeper's thread: the agent's place in the store, leases, and news of commands. */

#include "agent/internal.h"

#define TICK  BT_SECOND

/* When what comes next, by bt_clock(). */
typedef struct {
    bt_usec list;
    bt_usec renew;
    bt_usec seen;
} agenda;

static bool
keep_place(bt_agent *agent, bt_store *store, agenda *next, bt_usec now)
{
    bool newest;

    if (bt_agent_holder(agent).id == 0) {
        next->seen = now + BT_SEEN_SECONDS * BT_SECOND;
        return bt_lease_register(agent, store);
    }
    if (now < next->seen) {
        return true;
    }
    if (!bt_lease_seen(agent, store, &newest)) {
        return false;
    }
    if (!newest) {
        bt_agent_give_up(agent);
        return false;
    }
    next->seen = now + BT_SEEN_SECONDS * BT_SECOND;
    return true;
}

static bool
keep_leases(bt_agent *agent, bt_store *store, agenda *next, bt_usec now)
{
    bool renew = now >= next->renew;

    if (now < next->list && !renew) {
        return true;
    }
    if (!bt_lease_share(agent, store, renew)) {
        return false;
    }
    next->list = now + BT_LIST_SECONDS * BT_SECOND;
    if (renew) {
        next->renew = now + BT_RENEW_SECONDS * BT_SECOND;
    }
    return true;
}

/* Clusters of ours with open commands. */
static bool
find_orders(bt_agent *agent, bt_store *store)
{
    bt_value id = bt_int(bt_agent_holder(agent).id);
    bt_rows *rows;

    if (bt_store_run(store, "SELECT DISTINCT t.cluster_id FROM commands t "
                     "JOIN clusters c ON c.id = t.cluster_id "
                     "WHERE t.state IN ('REQUESTED', 'RUNNING') "
                     "AND NOT (" BT_SQL_OVERDUE("t") ") AND c.agent_id = ? "
                     "AND c.paused = 0", &id, 1, &rows, NULL) != BT_STORE_OK)
    {
        bt_agent_complain(agent, "commands cannot be read",
                          bt_store_error(store));
        return false;
    }
    while (bt_rows_next(rows) == 1) {
        bt_schedule_order(agent, bt_rows_get(rows, 0).number);
    }
    bt_rows_close(rows);
    return true;
}

/* An agent that is ending only keeps what its hands still need. */
static bool
take_turn(bt_agent *agent, bt_store *store, agenda *next)
{
    bt_usec now = bt_clock();
    bool    stopping = atomic_load(&agent->stopping);

    return keep_place(agent, store, next, now)
           && (stopping || keep_leases(agent, store, next, now))
           && (stopping || find_orders(agent, store));
}

/* The store is asked again each second, and complained of once. */
void *
bt_keeper_run(void *data)
{
    bt_agent *agent = data;
    bt_store *store = agent->keeper_store;
    agenda    next = { 0 };

    bt_store_thread_begin();
    while (!atomic_load(&agent->ended)) {
        if (take_turn(agent, store, &next)) {
            bt_agent_back(agent);
        }
        bt_agent_pause(agent, bt_clock() + TICK, &agent->ended);
    }
    if (bt_agent_holder(agent).id != 0 && !atomic_load(&agent->superseded)) {
        (void) bt_lease_return(agent, store);
    }
    bt_store_free(store);
    agent->keeper_store = NULL;
    bt_store_thread_end();
    return NULL;
}

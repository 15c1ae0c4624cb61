/* lease.c: which clusters are ours, by the store: leases are taken, renewed, shared and given back. */

#include "agent/internal.h"

#include <stdlib.h>

#include "agent/collect_memory.h"
#include "common/bt_log.h"

#define PATIENCE   3                /* lists that pass by a free cluster */

/* BT_LEASE_SECONDS from now. */
#define LEASE_SQL  "UTC_TIMESTAMP(6) + INTERVAL 30 SECOND"

/* Everything that a registration says, of clusters c and their access a. */
#define LIST_SQL                                                              \
    "SELECT c.id, c.round_seconds, c.paused, c.agent_id, "                    \
    "c.lease_until IS NOT NULL AND c.lease_until > UTC_TIMESTAMP(6), "        \
    "c.adapter, a.endpoints, a.user, a.secret, a.tls, a.tls_ca, a.program, "  \
    "a.connect_seconds, a.statement_seconds FROM clusters c "                 \
    "JOIN cluster_access a ON a.cluster_id = c.id ORDER BY c.id"
#define LIST_COLUMNS  14
#define FIRST_PRINT   5

static bool
complain(bt_agent *agent, bt_store *store, const char *what)
{
    bt_agent_complain(agent, what, bt_store_error(store));
    return false;
}

static bool
number_of(bt_agent *agent, bt_store *store, const char *sql,
          const bt_value *values, size_t count, int64_t *number)
{
    bt_rows *rows;

    *number = 0;
    if (bt_store_run(store, sql, values, count, &rows, NULL) != BT_STORE_OK) {
        return complain(agent, store, "the record store cannot be read");
    }
    if (bt_rows_next(rows) == 1) {
        *number = bt_rows_get(rows, 0).number;
    }
    bt_rows_close(rows);
    return true;
}

/* `started` comes from us, so that it is known whatever becomes of the answer
 * of the store. */
bool
bt_lease_register(bt_agent *agent, bt_store *store)
{
    bt_holder holder = { .started = bt_time_now() };
    bt_value  name = bt_text(bt_str_of(agent->name));
    bt_value  values[] = { name, bt_text(BT_STR(BT_VERSION)),
                           bt_time(holder.started) };

    if (bt_store_run(store, "INSERT INTO agents (name, version, started, "
                     "last_seen) VALUES (?, ?, ?, UTC_TIMESTAMP(6)) "
                     "ON DUPLICATE KEY UPDATE version = VALUES(version), "
                     "started = VALUES(started), "
                     "stopped = NULL, last_seen = VALUES(last_seen)", values, 3,
                     NULL, NULL) != BT_STORE_OK)
    {
        return complain(agent, store, "the agent cannot be registered");
    }
    if (!number_of(agent, store, "SELECT id FROM agents WHERE name = ?",
                   &name, 1, &holder.id) || holder.id == 0)
    {
        return false;
    }
    (void) pthread_mutex_lock(&agent->mutex);
    agent->holder = holder;
    (void) pthread_mutex_unlock(&agent->mutex);
    bt_log("notice", "registered as agent %lld, \"%s\"",
           (long long) holder.id, agent->name);
    return true;
}

bool
bt_lease_seen(bt_agent *agent, bt_store *store, bool *newest)
{
    bt_holder holder = bt_agent_holder(agent);
    bt_value  values[] = { bt_int(holder.id), bt_time(holder.started) };
    int64_t   affected = 0;

    *newest = true;
    if (bt_store_run(store, "UPDATE agents SET last_seen = UTC_TIMESTAMP(6) "
                     "WHERE id = ? AND started = ?", values, 2, NULL,
                     &affected) != BT_STORE_OK)
    {
        return complain(agent, store, "the agent cannot be seen");
    }
    *newest = affected > 0;
    return true;
}

/* Lapsed leases are not renewed: they are taken anew, or somebody else has
 * them. */
static bool
renew(bt_agent *agent, bt_store *store)
{
    bt_holder holder = bt_agent_holder(agent);
    bt_value  values[BT_HELD_VALUES];

    bt_holder_bind(&holder, values);
    return bt_store_run(store, "UPDATE clusters c SET c.lease_until = "
                        LEASE_SQL " WHERE "
                        BT_SQL_HELD("c"), values, BT_HELD_VALUES, NULL, NULL)
           == BT_STORE_OK || complain(agent, store, "leases cannot be renewed");
}

static uint64_t
fingerprint(bt_rows *rows)
{
    uint64_t hash = BT_HASH_START;

    for (size_t i = FIRST_PRINT; i < LIST_COLUMNS; i++) {
        bt_value value = bt_rows_get(rows, i);

        hash = value.type == BT_VALUE_TEXT ? bt_hash_text(hash, value.text)
                                           : bt_hash_number(hash,
                                                            value.number);
    }
    return hash;
}

static void
take_row(bt_listed *listed, bt_rows *rows, int64_t agent_id)
{
    bt_value holder = bt_rows_get(rows, 3);

    *listed = (bt_listed) {
        .id = bt_rows_get(rows, 0).number,
        .round_seconds = (int) bt_rows_get(rows, 1).number,
        .paused = bt_rows_get(rows, 2).number != 0,
        .ours = holder.type == BT_VALUE_INT && holder.number == agent_id,
        .held = holder.type == BT_VALUE_INT
                && bt_rows_get(rows, 4).number != 0,
        .fingerprint = fingerprint(rows)
    };
    listed->lapsed = holder.type == BT_VALUE_INT && !listed->held;
}

/* All registered clusters; NULL: the store failed.  To be freed. */
static bt_listed *
list(bt_agent *agent, bt_store *store, size_t *count)
{
    int64_t    id = bt_agent_holder(agent).id;
    bt_listed *listed = malloc(sizeof(*listed));
    bt_listed *more;
    bt_rows   *rows;
    size_t     room = 1;

    *count = 0;
    if (bt_store_run(store, LIST_SQL, NULL, 0, &rows, NULL) != BT_STORE_OK) {
        (void) complain(agent, store, "clusters cannot be listed");
        free(listed);
        return NULL;
    }
    while (listed != NULL && bt_rows_next(rows) == 1) {
        if (*count == room) {
            room *= 2;
            more = realloc(listed, room * sizeof(*listed));
            if (more == NULL) {
                free(listed);
                listed = NULL;
                break;
            }
            listed = more;
        }
        take_row(&listed[(*count)++], rows, id);
    }
    bt_rows_close(rows);
    return listed;
}

/* Only a cluster that nobody holds; *taken tells. */
static bool
take(bt_agent *agent, bt_store *store, int64_t id, bool *taken)
{
    bt_holder holder = bt_agent_holder(agent);
    int64_t   affected = 0;
    bt_value  values[] = { bt_int(holder.id), bt_int(id), bt_int(holder.id),
                           bt_int(holder.id), bt_time(holder.started) };

    if (bt_store_run(store, "UPDATE clusters c SET c.agent_id = ?, "
                     "c.lease_until = " LEASE_SQL " WHERE c.id = ? "
                     "AND (c.agent_id IS NULL "
                     "OR c.agent_id = ? OR c.lease_until IS NULL "
                     "OR c.lease_until <= UTC_TIMESTAMP(6)) AND "
                     BT_SQL_IS_AGENT, values, 5, NULL, &affected)
        != BT_STORE_OK)
    {
        return complain(agent, store, "a cluster cannot be taken");
    }
    *taken = affected > 0;
    return true;
}

static bool
give(bt_agent *agent, bt_store *store, int64_t id)
{
    bt_value values[] = { bt_int(id), bt_int(bt_agent_holder(agent).id) };

    return bt_store_run(store, "UPDATE clusters SET agent_id = NULL, "
                        "lease_until = NULL WHERE id = ? AND agent_id = ?",
                        values, 2, NULL, NULL) == BT_STORE_OK
           || complain(agent, store, "a cluster cannot be given back");
}

/* An even part for each agent that was seen within a lease, raised. */
static bool
fair_share(bt_agent *agent, bt_store *store, size_t clusters, size_t *share)
{
    bt_value id = bt_int(bt_agent_holder(agent).id);
    int64_t  others;

    if (!number_of(agent, store, "SELECT COUNT(*) FROM agents WHERE id <> ? "
                   "AND stopped IS NULL AND last_seen > "
                   "UTC_TIMESTAMP(6) - INTERVAL 30 SECOND", &id, 1, &others))
    {
        return false;
    }
    *share = (clusters + (size_t) others) / (size_t) (others + 1);
    return true;
}

/* A lease that has run out is taken at once: nobody serves the cluster.  One
 * that nobody holds is left to those that have less, for a while. */
static bool
is_wanted(bt_agent *agent, const bt_listed *listed, size_t own, size_t share)
{
    if (listed->held) {
        return listed->ours && !bt_schedule_has(agent, listed->id);
    }
    return listed->ours || own < share || listed->lapsed
           || agent->patience >= PATIENCE;
}

static bool
take_wanted(bt_agent *agent, bt_store *store, const bt_listed *listed,
            size_t count, size_t share)
{
    size_t own = bt_schedule_count(agent);
    bool   waiting = false;
    bool   taken;

    if (agent->patience >= PATIENCE) {
        agent->keep_until = bt_clock() + BT_LEASE_SECONDS * BT_SECOND;
    }

    for (size_t i = 0; i < count; i++) {
        bt_usec since = bt_clock();

        if (!is_wanted(agent, &listed[i], own, share)) {
            waiting = waiting || !listed[i].held;
            continue;
        }
        if (!take(agent, store, listed[i].id, &taken)) {
            return false;
        }
        if (taken) {
            bt_schedule_hold(agent, &listed[i], since);
            own++;
        }
    }
    agent->patience = waiting ? agent->patience + 1 : 0;
    return true;
}

static bool
give_spare(bt_agent *agent, bt_store *store, size_t share)
{
    while (bt_schedule_count(agent) > share
           && agent->keep_until <= bt_clock())
    {
        int64_t id = bt_schedule_spare(agent);

        if (id == 0) {
            break;
        }
        if (!give(agent, store, id)) {
            return false;
        }
    }
    return true;
}

bool
bt_lease_share(bt_agent *agent, bt_store *store, bool renewing)
{
    bt_usec    since = bt_clock();
    bt_listed *listed;
    size_t     count, share;
    bool       good;

    if (renewing && !renew(agent, store)) {
        return false;
    }
    listed = list(agent, store, &count);
    if (listed == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        bool ours = listed[i].ours && listed[i].held;

        if (ours && bt_schedule_has(agent, listed[i].id)) {
            bt_schedule_hold(agent, &listed[i],
                             renewing ? since : BT_UNKNOWN);
        }
    }
    bt_schedule_sweep(agent, listed, count);
    good = fair_share(agent, store, count, &share)
           && take_wanted(agent, store, listed, count, share)
           && give_spare(agent, store, share);
    free(listed);
    return good;
}

bool
bt_lease_return(bt_agent *agent, bt_store *store)
{
    bt_holder holder = bt_agent_holder(agent);
    bt_value  values[BT_HELD_VALUES];

    values[0] = bt_int(holder.id);
    values[1] = bt_time(holder.started);
    (void) bt_store_run(store, "UPDATE agents SET stopped = UTC_TIMESTAMP(6) "
                        "WHERE id = ? AND started = ?", values, 2, NULL,
                        NULL);
    (void) bt_store_run(store, "UPDATE leases SET agent_id = NULL, "
                        "lease_until = NULL WHERE agent_id = ?", values, 1,
                        NULL, NULL);
    bt_holder_bind(&holder, values);
    return bt_store_run(store, "UPDATE clusters c SET c.agent_id = NULL, "
                        "c.lease_until = NULL WHERE " BT_SQL_HELD("c"),
                        values, BT_HELD_VALUES, NULL, NULL) == BT_STORE_OK
           || complain(agent, store, "leases cannot be given back");
}

bool
bt_lease_of(bt_agent *agent, bt_store *store, const char *name, bool *ours)
{
    bt_holder holder = bt_agent_holder(agent);
    int64_t   affected = 0;
    bt_value  values[] = { bt_int(holder.id), bt_text(bt_str_of(name)),
                           bt_int(holder.id), bt_int(holder.id),
                           bt_time(holder.started) };

    if (bt_store_run(store, "UPDATE leases l SET l.agent_id = ?, "
                     "l.lease_until = UTC_TIMESTAMP(6) + INTERVAL 5 MINUTE "
                     "WHERE l.name = ? AND (l.agent_id IS NULL "
                     "OR l.agent_id = ? OR l.lease_until IS NULL "
                     "OR l.lease_until <= UTC_TIMESTAMP(6)) AND "
                     BT_SQL_IS_AGENT, values, 5, NULL, &affected)
        != BT_STORE_OK)
    {
        return complain(agent, store, "a lease cannot be taken");
    }
    *ours = affected > 0;
    return true;
}

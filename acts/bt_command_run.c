/* bt_command_run.c: how an agent takes a command, tells how far it is, and ends it. */

#include "acts/bt_act_internal.h"

#include "store/bt_audit.h"


/* A change of a command's state on its way.  The act comes first: the
 * transaction is run by its address. */
typedef struct {
    bt_acting                acting;
    const bt_command_agent  *agent;
    const bt_command_of     *command;
    const char              *from;
    const char              *to;
    const char              *result;
} changing;


/* One row when the condition holds; `sql` takes the values. */
static bt_store_status
holds(bt_store *store, const char *sql, const bt_value *values, size_t count,
    bool *found)
{
    bt_rows         *rows;
    bt_store_status  status;

    *found = false;
    status = bt_store_run(store, sql, values, count, &rows, NULL);

    if (status == BT_STORE_OK) {
        *found = bt_rows_next(rows) > 0;
        bt_rows_close(rows);
    }

    return status;
}


static bt_store_status
lock_requested(const changing *change, bool *found)
{
    bt_value  id = bt_int(change->command->id);

    return holds(change->acting.store, "SELECT t.id FROM commands t"
                 " WHERE t.id = ? AND t.state = 'REQUESTED'"
                 " AND NOT (" BT_SQL_OVERDUE("t") ") FOR UPDATE", &id, 1,
                 found);
}


static bt_store_status
lock_running(const changing *change, bool *found)
{
    bt_value  values[2] = { bt_int(change->command->id),
                            bt_int(change->agent->holder.id) };

    return holds(change->acting.store, "SELECT t.id FROM commands t"
                 " WHERE t.id = ? AND t.state = 'RUNNING' AND t.agent_id = ?"
                 " FOR UPDATE", values, 2, found);
}


static bt_store_status
is_held(const changing *change, bool *held)
{
    bt_value  values[1 + BT_HELD_VALUES];

    values[0] = bt_int(change->command->cluster_id);
    bt_holder_bind(&change->agent->holder, values + 1);

    return holds(change->acting.store, "SELECT c.id FROM clusters c"
                 " WHERE c.id = ? AND " BT_SQL_HELD("c"), values,
                 1 + BT_HELD_VALUES, held);
}


/* The round is the newest that is on record: the agent has looked before. */
static bt_store_status
write_taken(const changing *change, int64_t number)
{
    const bt_command_of  *command = change->command;
    bt_value              values[] = {
        bt_int(change->agent->holder.id), bt_int(command->target_id),
        bt_time(change->acting.now), bt_int(number), bt_int(command->id)
    };

    return bt_store_run(change->acting.store, "UPDATE commands"
                        " SET state = 'RUNNING', agent_id = ?,"
                        " started_at = UTC_TIMESTAMP(6), round_before ="
                        " (SELECT r.round_id FROM log_rounds r"
                        " WHERE r.log_id = ? ORDER BY r.incarnation DESC,"
                        " r.round_id DESC LIMIT 1),"
                        " updated = ?, change_no = ? WHERE id = ?",
                        values, sizeof(values) / sizeof(values[0]), NULL,
                        NULL);
}


static bt_store_status
write_ended(const changing *change, int64_t number)
{
    bt_value  values[] = {
        bt_text(bt_str_of(change->to)), bt_text(bt_str_of(change->result)),
        bt_time(change->acting.now), bt_int(number),
        bt_int(change->command->id)
    };

    return bt_store_run(change->acting.store, "UPDATE commands SET state = ?,"
                        " open_target = NULL, ended_at = UTC_TIMESTAMP(6),"
                        " result = ?, progress = NULL, updated = ?,"
                        " change_no = ? WHERE id = ?",
                        values, sizeof(values) / sizeof(values[0]), NULL,
                        NULL);
}


/* A record that has gone in the meantime does not keep a command open. */
static bt_store_status
note_changed(changing *change, int64_t number)
{
    bt_acting  *acting = &change->acting;

    acting->result->command_id = change->command->id;

    if (acting->subject.there) {
        return bt_acting_changes(acting, number, change->from, change->to);
    }

    return bt_change_add(acting->store, &(bt_change) {
        .number = number, .kind = "command", .id = change->command->id,
        .cluster_id = change->command->cluster_id,
        .tenant_id = acting->tenant_id, .old_status = change->from,
        .new_status = change->to, .at = acting->now
    });
}


static bt_store_status
lock_subject(const changing *change, bt_acting *acting)
{
    bt_store_status  status;

    status = bt_subject_of_command(acting->store, change->command->id,
                                   &acting->subject, &acting->tenant_id);

    return status == BT_STORE_OK && acting->subject.id != 0
           ? bt_subject_find(acting->store, &acting->subject, true) : status;
}


/* Record, command, lease, change number: the order of all writers. */
static bt_store_status
lock_all(changing *change, int64_t *number)
{
    bool              found, held;
    bt_store_status   status;
    bt_acting        *acting = &change->acting;

    found = held = false;
    status = lock_subject(change, acting);

    if (status == BT_STORE_OK) {
        status = change->result == NULL ? lock_requested(change, &found)
                                        : lock_running(change, &found);
    }

    if (status == BT_STORE_OK && found) {
        status = is_held(change, &held);
    }

    acting->refused = !held;
    acting->subject.cluster_id = change->command->cluster_id;

    return status == BT_STORE_OK && held
           ? bt_change_number(acting->store, change->command->cluster_id,
                              number) : status;
}


static bt_store_status
take(bt_acting *acting)
{
    int64_t           number;
    changing         *change = (changing *) acting;
    bt_store_status   status;

    status = lock_all(change, &number);

    if (status != BT_STORE_OK || acting->refused) {
        return status;
    }

    status = write_taken(change, number);

    return status == BT_STORE_OK ? note_changed(change, number) : status;
}


static bt_store_status
end(bt_acting *acting)
{
    int64_t           number;
    changing         *change = (changing *) acting;
    bt_store_status   status;

    status = lock_all(change, &number);

    if (status != BT_STORE_OK || acting->refused) {
        return status;
    }

    status = write_ended(change, number);

    if (status == BT_STORE_OK) {
        status = note_changed(change, number);
    }

    return status == BT_STORE_OK
           ? bt_acting_audit(acting, change->to, bt_str_of(change->result))
           : status;
}


static bt_store_status
change_state(changing *change, bt_store *store, bt_acting_body body,
    bool *done)
{
    const bt_command_of  *command = change->command;
    bt_store_status       status;
    bt_act_result         result;
    const bt_actor        actor = {
        .user = BT_STR(BT_USER_AGENT), .note = change->agent->name
    };
    const bt_act          act = {
        .action = command->action, .kind = command->kind,
        .id = command->target_id
    };

    result = (bt_act_result) { .outcome = BT_ACT_DONE };
    change->acting = (bt_acting) {
        .store = store, .actor = &actor, .act = &act, .result = &result,
        .now = bt_time_now(), .facts = { .status = result.state }
    };

    status = bt_acting_run(&change->acting, body);
    *done = status == BT_STORE_OK && !change->acting.refused;

    return status;
}


bt_store_status
bt_command_take(bt_store *store, const bt_command_agent *agent,
    const bt_command_of *command, bool *done)
{
    changing  change = { .agent = agent, .command = command,
                         .from = "REQUESTED", .to = "RUNNING" };

    return change_state(&change, store, take, done);
}


bt_store_status
bt_command_end(bt_store *store, const bt_command_agent *agent,
    const bt_command_of *command, bool good, const char *result, bool *done)
{
    changing  change = { .agent = agent, .command = command,
                         .from = "RUNNING", .to = good ? "DONE" : "FAILED",
                         .result = result };

    return change_state(&change, store, end, done);
}


#define IF_HELD                                                               \
    " AND EXISTS (SELECT 1 FROM clusters c WHERE c.id = t.cluster_id AND "    \
    BT_SQL_HELD("c") ")"

#define VALUES_MAX  8


/* One statement on a running command; `count` values are there, and those of
 * the lease follow. */
static bt_store_status
update(bt_store *store, const bt_command_agent *agent, const char *sql,
    bt_value values[VALUES_MAX], size_t count, bool *done)
{
    int64_t          affected;
    bt_store_status  status;

    bt_holder_bind(&agent->holder, values + count);
    affected = 0;
    status = bt_store_run(store, sql, values, count + BT_HELD_VALUES, NULL,
                          &affected);
    *done = status == BT_STORE_OK && affected > 0;

    return status;
}


bt_store_status
bt_command_adopt(bt_store *store, const bt_command_agent *agent,
    const bt_command_of *command, bool *done)
{
    bt_value  values[VALUES_MAX] = {
        bt_int(agent->holder.id), bt_int(command->id),
        bt_int(agent->holder.id)
    };

    return update(store, agent, "UPDATE commands t SET t.agent_id = ?"
                  " WHERE t.id = ? AND t.state = 'RUNNING'"
                  " AND t.agent_id <> ?" IF_HELD, values, 3, done);
}


bt_store_status
bt_command_intend(bt_store *store, const bt_command_agent *agent,
    const bt_command_of *command, const char *step, bool *done)
{
    bt_value  values[VALUES_MAX] = {
        bt_text(bt_str_of(step)), bt_int(command->id),
        bt_int(agent->holder.id)
    };

    return update(store, agent, "UPDATE commands t SET t.step = ?,"
                  " t.step_at = UTC_TIMESTAMP(6) WHERE t.id = ?"
                  " AND t.state = 'RUNNING' AND t.agent_id = ?" IF_HELD,
                  values, 3, done);
}


bt_store_status
bt_command_progress(bt_store *store, const bt_command_agent *agent,
    const bt_command_of *command, const char *text, bool *done)
{
    bt_value  values[VALUES_MAX] = {
        bt_text(bt_act_cut(bt_str_of(text), 512)), bt_int(command->id),
        bt_int(agent->holder.id)
    };
    int64_t          number;
    bt_store_status  status;

    status = bt_store_begin(store);

    if (status == BT_STORE_OK) {
        status = update(store, agent, "UPDATE commands t SET t.progress = ?,"
                        " t.progress_at = UTC_TIMESTAMP(6) WHERE t.id = ?"
                        " AND t.state = 'RUNNING' AND t.agent_id = ?" IF_HELD,
                        values, 3, done);
    }

    if (status == BT_STORE_OK && *done) {
        status = bt_change_number(store, command->cluster_id, &number);
    }

    if (status == BT_STORE_OK) {
        return bt_store_commit(store);
    }

    bt_store_rollback(store);

    return status;
}

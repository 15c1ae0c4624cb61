/* bt_act_record.c: the record that an act is about: its place, its lock, its changes. */

#include "acts/bt_act_internal.h"

#include "store/bt_audit.h"


void
bt_acting_state(char state[BT_ACT_STATE_MAX], bt_str text)
{
    bt_buf  buf;

    bt_buf_init(&buf, state, BT_ACT_STATE_MAX);
    bt_buf_add(&buf, text.data, text.len);
}


static bt_str
text_of(bt_rows *rows, size_t column)
{
    bt_value  value = bt_rows_get(rows, column);

    return value.type == BT_VALUE_TEXT ? value.text : (bt_str) { "", 0 };
}


/* Which record it is: the act's own, or that of a command. */
static bt_store_status
find_subject(bt_acting *acting)
{
    const bt_act  *act = acting->act;

    acting->subject = (bt_subject) { .kind = act->kind, .id = act->id };
    acting->tenant_id = act->tenant_id;

    if (act->kind != BT_VIEW_COMMANDS) {
        return BT_STORE_OK;
    }

    return bt_subject_of_command(acting->store, act->id, &acting->subject,
                                &acting->tenant_id);
}


static bt_store_status
read_subject(bt_acting *acting, bool lock)
{
    bt_store_status  status;

    status = find_subject(acting);

    if (status == BT_STORE_OK && acting->subject.id != 0) {
        status = bt_subject_find(acting->store, &acting->subject, lock);
    }

    if (status == BT_STORE_OK && acting->subject.tenant_id != 0) {
        acting->tenant_id = acting->subject.tenant_id;
    }

    return status;
}


bt_store_status
bt_acting_find(bt_acting *acting)
{
    bt_store_status  status;

    status = read_subject(acting, false);
    bt_acting_state(acting->result->state, bt_str_of(acting->subject.status));

    return status;
}


/* What the operator says about it, and what the database does at all. */
static void
take_rules(bt_acting *acting, bt_rows *rows)
{
    const bt_act    *act = acting->act;
    bt_act_facts    *facts = &acting->facts;
    bool             leave = bt_act_needs_leave(act->kind, act->action);
    bt_value         allowed = bt_rows_get(rows, 0);

    facts->forbidden = allowed.type == BT_VALUE_INT ? allowed.number == 0
                                                    : leave;
    facts->not_alone = leave && bt_act_not_alone(text_of(rows, 1),
                                                 text_of(rows, 2),
                                                 bt_rows_get(rows, 3).number);
}


static bt_store_status
read_rules(bt_acting *acting)
{
    bt_rows         *rows;
    bt_value         key[3];
    bt_store_status  status;

    key[0] = bt_text(bt_str_of(bt_action_name(acting->act->action)));
    key[1] = bt_int(acting->tenant_id);
    key[2] = bt_int(acting->subject.cluster_id);
    status = bt_store_run(acting->store, "SELECT p.allowed, c.adapter,"
                          " c.version, COALESCE(n.ob_id, 0) FROM clusters c"
                          " LEFT JOIN cluster_actions p"
                          " ON p.cluster_id = c.id AND p.action = ?"
                          " LEFT JOIN tenants n ON n.id = ?"
                          " WHERE c.id = ?", key, 3, &rows, NULL);

    if (status == BT_STORE_OK) {

        if (bt_rows_next(rows) > 0) {
            take_rules(acting, rows);
        }

        bt_rows_close(rows);
    }

    return status;
}


/* A backup's state is whether one of this tenant runs. */
static bt_store_status
read_backup_state(bt_acting *acting)
{
    bool             there;
    bt_rows         *rows;
    bt_value         key[2];
    bt_store_status  status;

    key[0] = bt_int(acting->act->tenant_id);
    key[1] = bt_int(acting->subject.id);
    status = bt_store_run(acting->store, "SELECT " BT_SQL_BACKUP_STATE("n")
                          " FROM tenants n JOIN clusters c"
                          " ON c.id = n.cluster_id"
                          " AND c.incarnation = n.incarnation"
                          " WHERE n.id = ? AND c.id = ?", key, 2, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    there = bt_rows_next(rows) > 0;

    if (there) {
        bt_acting_state(acting->result->state, bt_rows_get(rows, 0).text);
    }

    bt_rows_close(rows);

    if (!there) {
        bt_acting_refuse(acting, BT_ACT_CONFLICT, BT_ACT_GONE_TEXT);
    }

    return BT_STORE_OK;
}


bt_store_status
bt_acting_lock(bt_acting *acting)
{
    bt_store_status  status;

    *acting->result = (bt_act_result) { .outcome = BT_ACT_DONE };
    status = read_subject(acting, true);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (!acting->subject.there) {
        bt_acting_refuse(acting, BT_ACT_CONFLICT, BT_ACT_GONE_TEXT);
        return BT_STORE_OK;
    }

    bt_acting_state(acting->result->state, bt_str_of(acting->subject.status));

    /* To take back what was not begun is always allowed. */

    if (acting->act->kind == BT_VIEW_COMMANDS) {
        return BT_STORE_OK;
    }

    status = read_rules(acting);

    return status == BT_STORE_OK && acting->act->action == BT_ACTION_BACKUP
           ? read_backup_state(acting) : status;
}


bt_store_status
bt_acting_changes(bt_acting *acting, int64_t number, const char *from,
    const char *to)
{
    bt_store_status  status;
    bt_change        change = {
        .number = number,
        .kind = "command",
        .id = acting->result->command_id,
        .cluster_id = acting->subject.cluster_id,
        .tenant_id = acting->tenant_id,
        .old_status = from,
        .new_status = to,
        .at = acting->now
    };

    status = bt_subject_touch(acting->store, &acting->subject, acting->now,
                             number);

    return status == BT_STORE_OK && to != NULL
           ? bt_change_add(acting->store, &change) : status;
}


static bt_store_status
is_acknowledged(bt_acting *acting, bool *acknowledged)
{
    bt_rows         *rows;
    bt_value         id;
    bt_store_status  status;

    id = bt_int(acting->act->id);
    status = bt_store_run(acting->store, "SELECT 1 FROM acknowledgements"
                          " WHERE record_id = ?", &id, 1, &rows, NULL);

    if (status == BT_STORE_OK) {
        *acknowledged = bt_rows_next(rows) > 0;
        bt_rows_close(rows);
    }

    return status;
}


static bt_store_status
insert_acknowledgement(bt_acting *acting)
{
    bt_str    reason = acting->act->reason;
    bt_value  values[] = {
        bt_int(acting->act->id), bt_text(acting->actor->user),
        bt_time(acting->now), reason.len > 0 ? bt_text(reason) : bt_null()
    };

    return bt_store_run(acting->store, "INSERT INTO acknowledgements"
                        " (record_id, acknowledged_by, acknowledged_at,"
                        " reason) VALUES (?, ?, ?, ?)",
                        values, sizeof(values) / sizeof(values[0]), NULL,
                        NULL);
}


static bt_store_status
acknowledge(bt_acting *acting)
{
    int64_t          number;
    bt_store_status  status;

    status = bt_change_number(acting->store, acting->subject.cluster_id,
                              &number);

    if (status == BT_STORE_OK) {
        status = insert_acknowledgement(acting);
    }

    if (status == BT_STORE_OK) {
        status = bt_acting_changes(acting, number, NULL, NULL);
    }

    return status == BT_STORE_OK
           ? bt_acting_audit(acting, "ACCEPTED", acting->act->reason) : status;
}


/* Who acknowledged first stays: the second sees the record as it is. */
bt_store_status
bt_acting_acknowledge(bt_acting *acting)
{
    bool             acknowledged;
    bt_store_status  status;

    acknowledged = false;
    status = bt_acting_lock(acting);

    if (status == BT_STORE_OK && !acting->refused) {
        status = is_acknowledged(acting, &acknowledged);
    }

    if (status != BT_STORE_OK || acting->refused) {
        return status;
    }

    if (acknowledged) {
        acting->result->outcome = BT_ACT_REPEATED;
        return BT_STORE_OK;
    }

    bt_acting_check(acting);

    return acting->refused ? BT_STORE_OK : acknowledge(acting);
}

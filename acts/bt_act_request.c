/* bt_act_request.c: requests a command for a log backup, once. */

#include "acts/bt_act_internal.h"

#include "store/bt_audit.h"

#define ADDRESS_BYTES  64        /* column of commands */


/* The command that the same key made before. */
static bt_store_status
find_repeated(bt_acting *acting)
{
    bt_rows         *rows;
    bt_value         key[2];
    bt_store_status  status;
    const bt_act    *act = acting->act;

    key[0] = bt_text(acting->actor->user);
    key[1] = bt_text(act->key);
    status = bt_store_run(acting->store, "SELECT id, target_id, action"
                          " FROM commands WHERE requested_by = ?"
                          " AND idempotency_key = ?", key, 2, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (bt_rows_next(rows) > 0) {

        if (bt_rows_get(rows, 1).number == act->id
            && bt_str_eqz(bt_rows_get(rows, 2).text,
                          bt_action_name(act->action)))
        {
            acting->result->outcome = BT_ACT_REPEATED;
            acting->result->command_id = bt_rows_get(rows, 0).number;

        } else {
            bt_acting_refuse(acting, BT_ACT_CONFLICT, "This form was used for"
                             " something else already. Open it again.");
        }
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}


static bt_store_status
find_open(bt_acting *acting)
{
    bt_rows         *rows;
    bt_value         id;
    bt_store_status  status;

    id = bt_int(acting->act->id);
    status = bt_store_run(acting->store, "SELECT id FROM commands"
                          " WHERE open_target = ?", &id, 1, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    acting->facts.open_id = bt_rows_next(rows) > 0
                            ? bt_rows_get(rows, 0).number : 0;
    bt_rows_close(rows);

    return BT_STORE_OK;
}


static bt_store_status
insert_command(bt_acting *acting, int64_t number)
{
    bt_usec           deadline;
    bt_store_status   status;
    const bt_act     *act = acting->act;
    const bt_actor   *actor = acting->actor;

    deadline = acting->now + act->seconds * BT_SECOND;

    bt_value  values[] = {
        bt_text(bt_str_of(bt_action_name(act->action))), bt_int(act->id),
        bt_int(acting->cluster_id), bt_int(acting->tenant_id),
        bt_text(bt_str_of(acting->facts.status)), bt_int(act->id),
        bt_text(act->key), bt_text(actor->user), bt_time(acting->now),
        bt_text(bt_act_cut(actor->client_address, ADDRESS_BYTES)),
        bt_time(deadline), bt_time(acting->now), bt_int(number)
    };

    status = bt_store_run(acting->store, "INSERT INTO commands (action, kind,"
                          " target_id, cluster_id, tenant_id, expected_state,"
                          " state, open_target, idempotency_key,"
                          " requested_by, requested_at, client_address,"
                          " deadline, updated, change_no)"
                          " VALUES (?, 'log', ?, ?, ?, ?, 'REQUESTED', ?, ?,"
                          " ?, ?, ?, ?, ?, ?)",
                          values, sizeof(values) / sizeof(values[0]), NULL,
                          NULL);

    acting->result->command_id = bt_store_insert_id(acting->store);

    return status;
}


static bt_store_status
touch_log(bt_acting *acting, int64_t number)
{
    bt_value  values[] = {
        bt_int(acting->result->command_id), bt_time(acting->now),
        bt_int(number), bt_time(acting->listed_at), bt_int(acting->act->id)
    };

    return bt_store_run(acting->store, "UPDATE log_backups"
                        " SET last_command_id = ?, updated = ?, change_no = ?"
                        " WHERE listed_at = ? AND id = ?",
                        values, sizeof(values) / sizeof(values[0]), NULL,
                        NULL);
}


/* Locks first, then the change number, whose lock orders all writers. */
static bt_store_status
request_command(bt_acting *acting)
{
    int64_t          number;
    bt_store_status  status;

    status = bt_change_number(acting->store, &number);

    if (status == BT_STORE_OK) {
        status = insert_command(acting, number);
    }

    if (status == BT_STORE_OK) {
        status = touch_log(acting, number);
    }

    if (status == BT_STORE_OK) {
        status = bt_acting_changes(acting, number, NULL, "REQUESTED");
    }

    return status == BT_STORE_OK
           ? bt_acting_audit(acting, "ACCEPTED", BT_STR("")) : status;
}


bt_store_status
bt_acting_request(bt_acting *acting)
{
    bt_store_status  status;

    status = bt_acting_lock(acting);

    if (status == BT_STORE_OK && !acting->refused) {
        status = find_repeated(acting);
    }

    if (status != BT_STORE_OK || acting->refused
        || acting->result->outcome == BT_ACT_REPEATED)
    {
        return status;
    }

    status = bt_command_expire_open(acting->store, acting->act->id);

    if (status == BT_STORE_OK) {
        status = find_open(acting);
    }

    if (status != BT_STORE_OK) {
        return status;
    }

    bt_acting_check(acting);

    return acting->refused ? BT_STORE_OK : request_command(acting);
}

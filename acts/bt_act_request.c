/* bt_act_request.c: requests a command for a record, or a backup of a tenant, once. */

#include "acts/bt_act_internal.h"

#include "store/bt_audit.h"

#define ADDRESS_BYTES  64        /* column of commands */


static bool
is_backup(const bt_acting *acting)
{
    return acting->act->action == BT_ACTION_BACKUP;
}


/* What has one open command at a time, within the kind. */
static int64_t
open_target(const bt_acting *acting)
{
    return is_backup(acting) ? acting->act->tenant_id : acting->act->id;
}


/* Whether the command of the present row was made by the same act. */
static bool
is_same(const bt_acting *acting, bt_rows *rows)
{
    const bt_act  *act = acting->act;

    return bt_rows_get(rows, 1).number == act->id
           && bt_str_eqz(bt_rows_get(rows, 2).text,
                         bt_action_name(act->action))
           && bt_str_eqz(bt_rows_get(rows, 3).text, bt_view_name(act->kind))
           && (!is_backup(acting)
               || (bt_rows_get(rows, 4).number == act->tenant_id
                   && bt_str_eq(bt_rows_get(rows, 5).text, act->mode)));
}


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
    status = bt_store_run(acting->store, "SELECT id, target_id, action,"
                          " kind, tenant_id, COALESCE(mode, '')"
                          " FROM commands WHERE requested_by = ?"
                          " AND idempotency_key = ?", key, 2, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (bt_rows_next(rows) > 0) {

        if (is_same(acting, rows)) {
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
    bt_value         key[2];
    bt_store_status  status;

    key[0] = bt_text(bt_str_of(bt_view_name(acting->act->kind)));
    key[1] = bt_int(open_target(acting));
    status = bt_store_run(acting->store, "SELECT id FROM commands"
                          " WHERE kind = ? AND open_target = ?", key, 2,
                          &rows, NULL);

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
        bt_text(bt_str_of(bt_action_name(act->action))),
        bt_text(bt_str_of(bt_view_name(act->kind))), bt_int(act->id),
        bt_int(acting->subject.cluster_id), bt_int(acting->tenant_id),
        is_backup(acting) ? bt_text(act->mode) : bt_null(),
        bt_text(bt_str_of(acting->facts.status)), bt_int(open_target(acting)),
        bt_text(act->key), bt_text(actor->user), bt_time(acting->now),
        bt_text(bt_act_cut(actor->client_address, ADDRESS_BYTES)),
        bt_time(deadline), bt_time(acting->now), bt_int(number)
    };

    status = bt_store_run(acting->store, "INSERT INTO commands (action, kind,"
                          " target_id, cluster_id, tenant_id, mode,"
                          " expected_state, state, open_target,"
                          " idempotency_key, requested_by, requested_at,"
                          " client_address, deadline, updated, change_no)"
                          " VALUES (?, ?, ?, ?, ?, ?, ?, 'REQUESTED', ?, ?,"
                          " ?, ?, ?, ?, ?, ?)",
                          values, sizeof(values) / sizeof(values[0]), NULL,
                          NULL);

    acting->result->command_id = bt_store_insert_id(acting->store);

    return status;
}


/* Locks first, then the change number, whose lock orders all writers. */
static bt_store_status
request_command(bt_acting *acting)
{
    int64_t          number;
    bt_store_status  status;

    status = bt_change_number(acting->store, acting->subject.cluster_id,
                              &number);

    if (status == BT_STORE_OK) {
        status = insert_command(acting, number);
    }

    if (status == BT_STORE_OK) {
        status = bt_subject_set_command(acting->store, &acting->subject,
                                       acting->tenant_id,
                                       acting->result->command_id);
    }

    if (status == BT_STORE_OK) {
        status = bt_acting_changes(acting, number, NULL, "REQUESTED");
    }

    return status == BT_STORE_OK
           ? bt_acting_audit(acting, "ACCEPTED", acting->act->mode) : status;
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

    status = bt_command_expire_open(acting->store,
                                    bt_view_name(acting->act->kind),
                                    open_target(acting));

    if (status == BT_STORE_OK) {
        status = find_open(acting);
    }

    if (status != BT_STORE_OK) {
        return status;
    }

    bt_acting_check(acting);

    return acting->refused ? BT_STORE_OK : request_command(acting);
}

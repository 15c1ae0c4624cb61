/* bt_act_cancel.c: cancels a command that no agent has taken yet. */

#include "acts/bt_act_internal.h"

#include "store/bt_audit.h"

#define CANCELED_TEXT  "Canceled before an agent took it; nothing was done."


static void
take_command(bt_acting *acting, bt_rows *rows)
{
    bt_act_result  *result = acting->result;

    bt_acting_state(result->state, bt_rows_get(rows, 0).text);
    result->command_id = acting->act->id;

    if (bt_str_eq(bt_rows_get(rows, 1).text, acting->actor->user)
        && bt_str_eq(bt_rows_get(rows, 2).text, acting->act->key))
    {
        result->outcome = BT_ACT_REPEATED;
    }
}


static bt_store_status
lock_command(bt_acting *acting)
{
    bt_rows         *rows;
    bt_value         id;
    bt_store_status  status;

    id = bt_int(acting->act->id);
    status = bt_store_run(acting->store, "SELECT " BT_SQL_STATE("t") ","
                          " t.canceled_by, t.cancel_key FROM commands t"
                          " WHERE t.id = ? FOR UPDATE", &id, 1, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (bt_rows_next(rows) > 0) {
        take_command(acting, rows);

    } else {
        bt_acting_refuse(acting, BT_ACT_CONFLICT, BT_ACT_GONE_TEXT);
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}


static bt_store_status
write_canceled(bt_acting *acting, int64_t number)
{
    bt_value  values[] = {
        bt_time(acting->now), bt_text(BT_STR(CANCELED_TEXT)),
        bt_text(acting->actor->user), bt_text(acting->act->key),
        bt_time(acting->now), bt_int(number), bt_int(acting->act->id)
    };

    return bt_store_run(acting->store, "UPDATE commands SET state = 'CANCELED',"
                        " open_target = NULL, ended_at = ?, result = ?,"
                        " canceled_by = ?, cancel_key = ?, updated = ?,"
                        " change_no = ? WHERE id = ?",
                        values, sizeof(values) / sizeof(values[0]), NULL,
                        NULL);
}


static bt_store_status
cancel(bt_acting *acting)
{
    int64_t          number;
    bt_store_status  status;

    status = bt_change_number(acting->store, acting->subject.cluster_id,
                              &number);

    if (status == BT_STORE_OK) {
        status = write_canceled(acting, number);
    }

    if (status == BT_STORE_OK) {
        status = bt_acting_changes(acting, number, "REQUESTED", "CANCELED");
    }

    return status == BT_STORE_OK
           ? bt_acting_audit(acting, "ACCEPTED", BT_STR("")) : status;
}


bt_store_status
bt_acting_cancel(bt_acting *acting)
{
    bt_store_status  status;

    status = bt_acting_lock(acting);

    if (status == BT_STORE_OK && !acting->refused) {
        status = lock_command(acting);
    }

    if (status != BT_STORE_OK || acting->refused
        || acting->result->outcome == BT_ACT_REPEATED)
    {
        return status;
    }

    bt_acting_check(acting);

    return acting->refused ? BT_STORE_OK : cancel(acting);
}

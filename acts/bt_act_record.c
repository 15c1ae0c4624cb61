/* bt_act_record.c: the record that an act is about: its place, its lock, its changes. */

#include "acts/bt_act_internal.h"

#include "store/bt_audit.h"


/* What an act does to the table of a kind. */
typedef struct {
    bt_view_e   view;
    const char *kind;                    /* in record_keys */
    const char *read;
    const char *lock;
    const char *touch;
} record_table;


#define READ(table)                                                           \
    "SELECT status, cluster_id, tenant_id FROM " table                        \
    " WHERE listed_at = ? AND id = ?"

#define TABLE(view, kind, table)                                              \
    { view, kind, READ(table), READ(table) " FOR UPDATE",                     \
      "UPDATE " table " SET updated = ?, change_no = ?"                       \
      " WHERE listed_at = ? AND id = ?" }


static const record_table  tables[] = {
    TABLE(BT_VIEW_DATA, "data", "data_tasks"),
    TABLE(BT_VIEW_LOG, "log", "log_backups"),
    TABLE(BT_VIEW_CLEANUP, "cleanup", "cleanup_tasks"),
    TABLE(BT_VIEW_SECOND, "second", "second_backups")
};


static const record_table *
find_table(bt_view_e view)
{
    size_t  i;

    for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (tables[i].view == view) {
            return &tables[i];
        }
    }

    return NULL;
}


/* Which record it is, and where it stands; listed_at is BT_USEC_NONE when it
 * does not exist. */
static bt_store_status
find_place(bt_acting *acting, const record_table *table)
{
    bt_rows         *rows;
    bt_value         key[2];
    bt_store_status  status;

    acting->listed_at = BT_USEC_NONE;
    key[0] = bt_text(bt_str_of(table->kind));
    key[1] = bt_int(acting->act->id);
    status = bt_store_run(acting->store, acting->act->kind == BT_VIEW_COMMANDS
                          ? "SELECT k.id, k.listed_at FROM commands m"
                            " JOIN record_keys k ON k.id = m.target_id"
                            " AND k.kind = ? WHERE m.id = ?"
                          : "SELECT k.id, k.listed_at FROM record_keys k"
                            " WHERE k.kind = ? AND k.id = ?",
                          key, 2, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (bt_rows_next(rows) > 0) {
        acting->record_id = bt_rows_get(rows, 0).number;
        acting->listed_at = bt_rows_get(rows, 1).number;
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}


void
bt_acting_state(char state[BT_ACT_STATE_MAX], bt_str text)
{
    bt_buf  buf;

    bt_buf_init(&buf, state, BT_ACT_STATE_MAX);
    bt_buf_add(&buf, text.data, text.len);
}


static void
take_row(bt_acting *acting, bt_rows *rows)
{
    bt_acting_state(acting->record_state, bt_rows_get(rows, 0).text);
    bt_acting_state(acting->result->state, bt_rows_get(rows, 0).text);
    acting->cluster_id = bt_rows_get(rows, 1).number;
    acting->tenant_id = bt_rows_get(rows, 2).number;
}


static bt_store_status
run_on_row(bt_acting *acting, const char *sql, bool *found)
{
    bt_rows         *rows;
    bt_value         key[2];
    bt_store_status  status;

    *found = false;

    if (acting->listed_at == BT_USEC_NONE) {
        return BT_STORE_OK;
    }

    key[0] = bt_time(acting->listed_at);
    key[1] = bt_int(acting->record_id);
    status = bt_store_run(acting->store, sql, key, 2, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (bt_rows_next(rows) > 0) {
        take_row(acting, rows);
        *found = true;
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}


bt_store_status
bt_acting_find(bt_acting *acting)
{
    bool                 found;
    bt_store_status      status;
    const record_table  *table = find_table(acting->record_kind);

    if (table == NULL) {
        return BT_STORE_ERROR;
    }

    status = find_place(acting, table);

    return status == BT_STORE_OK ? run_on_row(acting, table->read, &found)
                                 : status;
}


static bt_store_status
read_allowed(bt_acting *acting)
{
    bt_rows         *rows;
    bt_value         key[2];
    bt_store_status  status;

    key[0] = bt_int(acting->cluster_id);
    key[1] = bt_text(bt_str_of(bt_action_name(acting->act->action)));
    status = bt_store_run(acting->store, "SELECT allowed FROM cluster_actions"
                          " WHERE cluster_id = ? AND action = ?", key, 2,
                          &rows, NULL);

    if (status == BT_STORE_OK) {
        acting->facts.forbidden = bt_rows_next(rows) > 0
                                  && bt_rows_get(rows, 0).number == 0;
        bt_rows_close(rows);
    }

    return status;
}


bt_store_status
bt_acting_lock(bt_acting *acting)
{
    bool                 found;
    bt_store_status      status;
    const record_table  *table = find_table(acting->record_kind);

    *acting->result = (bt_act_result) { .outcome = BT_ACT_DONE };

    if (table == NULL) {
        return BT_STORE_ERROR;
    }

    status = find_place(acting, table);

    if (status == BT_STORE_OK) {
        status = run_on_row(acting, table->lock, &found);
    }

    if (status != BT_STORE_OK) {
        return status;
    }

    if (!found) {
        bt_acting_refuse(acting, BT_ACT_CONFLICT, BT_ACT_GONE_TEXT);
        return BT_STORE_OK;
    }

    /* To take back what was not begun is always allowed. */

    return acting->act->kind == BT_VIEW_COMMANDS ? BT_STORE_OK
                                                 : read_allowed(acting);
}


bt_store_status
bt_acting_touch(bt_acting *acting, int64_t number)
{
    bt_value  values[] = {
        bt_time(acting->now), bt_int(number), bt_time(acting->listed_at),
        bt_int(acting->record_id)
    };

    return bt_store_run(acting->store, find_table(acting->record_kind)->touch,
                        values, sizeof(values) / sizeof(values[0]), NULL,
                        NULL);
}


bt_store_status
bt_acting_changes(bt_acting *acting, int64_t number, const char *from,
    const char *to)
{
    bt_store_status  status;
    bt_change        change = {
        .number = number,
        .kind = find_table(acting->record_kind)->kind,
        .id = acting->record_id,
        .cluster_id = acting->cluster_id,
        .tenant_id = acting->tenant_id,
        .old_status = acting->record_state,
        .new_status = acting->record_state,
        .at = acting->now
    };

    status = bt_change_add(acting->store, &change);

    if (status != BT_STORE_OK || to == NULL) {
        return status;
    }

    change.kind = "command";
    change.id = acting->result->command_id;
    change.old_status = from;
    change.new_status = to;

    return bt_change_add(acting->store, &change);
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

    status = bt_change_number(acting->store, &number);

    if (status == BT_STORE_OK) {
        status = insert_acknowledgement(acting);
    }

    if (status == BT_STORE_OK) {
        status = bt_acting_touch(acting, number);
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

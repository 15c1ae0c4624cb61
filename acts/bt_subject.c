/* bt_subject.c: what acts are about: found, locked, marked as changed. */

#include "acts/bt_subject.h"

#include "acts/bt_command.h"
#include "store/bt_audit.h"


/* The statements for the table of a kind.  Those of a record take listed_at
 * and id last, those of a cluster its id. */
typedef struct {
    bt_view_e   view;
    const char *read;
    const char *lock;
    const char *touch;
    const char *set_command;
} record_table;


#define READ(table)                                                           \
    "SELECT status, cluster_id, tenant_id FROM " table                        \
    " WHERE listed_at = ? AND id = ?"

#define TABLE(view, table, set_command)                                       \
    { view, READ(table), READ(table) " FOR UPDATE",                           \
      "UPDATE " table " SET updated = ?, change_no = ?"                       \
      " WHERE listed_at = ? AND id = ?", set_command }

#define SET_COMMAND(table)                                                    \
    "UPDATE " table " SET last_command_id = ? WHERE listed_at = ? AND id = ?"

#define READ_CLUSTER  "SELECT NULL, id, 0 FROM clusters WHERE id = ?"


static const record_table  tables[] = {
    TABLE(BT_VIEW_DATA, "data_tasks", SET_COMMAND("data_tasks")),
    TABLE(BT_VIEW_LOG, "log_backups", SET_COMMAND("log_backups")),
    TABLE(BT_VIEW_CLEANUP, "cleanup_tasks", SET_COMMAND("cleanup_tasks")),
    TABLE(BT_VIEW_SECOND, "second_backups", NULL),
    { BT_VIEW_CLUSTERS, READ_CLUSTER, READ_CLUSTER " FOR UPDATE",
      "UPDATE clusters SET updated = ?, change_no = ? WHERE id = ?",
      "UPDATE tenants SET last_command_id = ? WHERE id = ?" }
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


/* Where a record stands in its table. */
static bt_store_status
find_place(bt_store *store, bt_subject *subject)
{
    bt_rows         *rows;
    bt_value         key[2];
    bt_store_status  status;

    key[0] = bt_text(bt_str_of(bt_view_name(subject->kind)));
    key[1] = bt_int(subject->id);
    status = bt_store_run(store, "SELECT listed_at FROM record_keys"
                          " WHERE kind = ? AND id = ?", key, 2, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    subject->there = bt_rows_next(rows) > 0;

    if (subject->there) {
        subject->listed_at = bt_rows_get(rows, 0).number;
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}


/* Appends the key that a kind's statements end with; returns its length. */
static size_t
add_key(const bt_subject *subject, bt_value *values)
{
    size_t  n = 0;

    if (subject->kind != BT_VIEW_CLUSTERS) {
        values[n++] = bt_time(subject->listed_at);
    }

    values[n++] = bt_int(subject->id);

    return n;
}


static void
take_row(bt_subject *subject, bt_rows *rows)
{
    bt_str    text;
    bt_buf    buf;
    bt_value  status = bt_rows_get(rows, 0);

    subject->cluster_id = bt_rows_get(rows, 1).number;
    subject->tenant_id = bt_rows_get(rows, 2).number;
    bt_buf_init(&buf, subject->status, sizeof(subject->status));

    if (status.type == BT_VALUE_TEXT) {
        text = status.text;
        bt_buf_add(&buf, text.data, text.len);
    }
}


bt_store_status
bt_subject_find(bt_store *store, bt_subject *subject, bool lock)
{
    bt_rows             *rows;
    bt_value             key[2];
    bt_store_status      status;
    const record_table  *table = find_table(subject->kind);

    if (table == NULL) {
        return BT_STORE_ERROR;
    }

    subject->there = subject->kind == BT_VIEW_CLUSTERS;
    status = subject->there ? BT_STORE_OK : find_place(store, subject);

    if (status != BT_STORE_OK || !subject->there) {
        return status;
    }

    status = bt_store_run(store, lock ? table->lock : table->read, key,
                          add_key(subject, key), &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    subject->there = bt_rows_next(rows) > 0;

    if (subject->there) {
        take_row(subject, rows);
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}


bt_store_status
bt_subject_of_command(bt_store *store, int64_t command_id, bt_subject *subject,
    int64_t *tenant_id)
{
    bt_rows         *rows;
    bt_value         id;
    bt_store_status  status;

    *subject = (bt_subject) { .kind = BT_VIEW_LOG };
    *tenant_id = 0;
    id = bt_int(command_id);
    status = bt_store_run(store, "SELECT kind, target_id, tenant_id"
                          " FROM commands WHERE id = ?", &id, 1, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (bt_rows_next(rows) > 0) {
        subject->kind = bt_view_by_name(bt_rows_get(rows, 0).text);
        subject->id = bt_rows_get(rows, 1).number;
        *tenant_id = bt_rows_get(rows, 2).number;
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}


/* That a record has changed while its status stayed; the list of clusters has
 * no history of its own. */
static bt_store_status
note_change(bt_store *store, const bt_subject *subject, bt_usec at,
    int64_t number)
{
    bt_change  change = {
        .number = number,
        .kind = bt_view_name(subject->kind),
        .id = subject->id,
        .cluster_id = subject->cluster_id,
        .tenant_id = subject->tenant_id,
        .old_status = subject->status,
        .new_status = subject->status,
        .at = at
    };

    return subject->kind == BT_VIEW_CLUSTERS ? BT_STORE_OK
                                            : bt_change_add(store, &change);
}


bt_store_status
bt_subject_touch(bt_store *store, const bt_subject *subject, bt_usec at,
    int64_t number)
{
    size_t           n;
    bt_value         values[4] = { bt_time(at), bt_int(number) };
    bt_store_status  status;

    n = 2 + add_key(subject, values + 2);
    status = bt_store_run(store, find_table(subject->kind)->touch, values, n,
                          NULL, NULL);

    return status == BT_STORE_OK ? note_change(store, subject, at, number)
                                 : status;
}


bt_store_status
bt_subject_set_command(bt_store *store, const bt_subject *subject,
    int64_t tenant_id, int64_t command_id)
{
    size_t               n;
    bt_value             values[3] = { bt_int(command_id) };
    const record_table  *table = find_table(subject->kind);

    if (table->set_command == NULL) {
        return BT_STORE_ERROR;
    }

    if (subject->kind == BT_VIEW_CLUSTERS) {
        values[1] = bt_int(tenant_id);
        n = 2;

    } else {
        n = 1 + add_key(subject, values + 1);
    }

    return bt_store_run(store, table->set_command, values, n, NULL, NULL);
}

/* recorder_remove.c: takes records out of the store and leaves tombstones. */

#include "recorder_internal.h"

static const char *const part_deletes[] = {
    "DELETE FROM causes WHERE record_id = ?",
    "DELETE FROM acknowledgements WHERE record_id = ?",
    "DELETE FROM data_task_tenants WHERE task_id = ?",
    "DELETE FROM log_rounds WHERE log_id = ?",
    "DELETE FROM log_gaps WHERE log_id = ?",
    "DELETE FROM log_latency WHERE log_id = ?"
};

static void
add_column(bt_recorder *recorder, const rec_kind *kind, size_t column)
{
    if (column == REC_NONE) {
        rec_sql(recorder, "'', ");
        return;
    }
    rec_sql(recorder, "r.");
    rec_sql(recorder, kind->columns[column].name);
    rec_sql(recorder, ", ");
}

static void
select_row(bt_recorder *recorder, const rec_kind *kind)
{
    rec_sql_start(recorder, "SELECT r.cluster_id, r.tenant_id, r.listed_at, "
                  "r.status, ");
    add_column(recorder, kind, kind->mode);
    add_column(recorder, kind, kind->method);
    rec_sql(recorder, kind == &rec_kinds[BT_KIND_SECOND] ? "r.task_id"
                                                         : "NULL");
    rec_sql(recorder, " FROM record_keys k JOIN ");
    rec_sql(recorder, kind->table);
    rec_sql(recorder, " r ON r.listed_at = k.listed_at AND r.id = k.id "
            "WHERE k.id = ? AND k.kind = ? FOR UPDATE");
}

static void
note_removal(bt_recorder *recorder, const rec_removal *removal,
             const bt_value *row)
{
    const rec_kind *kind = &rec_kinds[removal->kind];
    rec_change     *change = rec_add(recorder, &recorder->changes);
    bt_usec         part = row[2].number % BT_HOUR;

    if (change != NULL) {
        *change = (rec_change) {
            kind->name, removal->id, row[0].number, row[1].number, row[3],
            bt_null(), removal->at
        };
    }
    if (kind->counted) {
        rec_count_one(recorder, (rec_count) {
            .kind = removal->kind, .cluster_id = row[0].number,
            .tenant_id = row[1].number,
            .hour = row[2].number - part - (part < 0 ? BT_HOUR : 0),
            .status = rec_text_of(&row[3]), .mode = rec_text_of(&row[4]),
            .method = rec_text_of(&row[5]), .tasks = -1
        });
    }
    if (row[6].type == BT_VALUE_INT && bt_str_eqz(rec_text_of(&row[4]), "DATA"))
    {
        rec_seconds *seconds = rec_add(recorder, &recorder->seconds);

        if (seconds != NULL) {
            *seconds = (rec_seconds) { row[6].number, BT_UNKNOWN, -1,
                                       removal->at };
        }
    }
}

/* What was put of a record that goes is not written any more. */
static void
forget_item(const bt_recorder *recorder, int64_t id)
{
    for (size_t i = 0; i < recorder->items.count; i++) {
        rec_item      *item = rec_at(&recorder->items, i);
        const rec_key *key = rec_at(&recorder->keys, item->key);

        if (key->id == id) {
            item->gone = true;
        }
    }
}

/* The clusters whose locks the removals need. */
bool
rec_find_removal_clusters(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->removals.count; i++) {
        rec_removal *removal = rec_at(&recorder->removals, i);
        bt_rows     *rows;

        rec_sql_start(recorder,
                      "SELECT cluster_id FROM record_keys WHERE id = ?");
        rec_bind(recorder, bt_int(removal->id));
        if (!rec_run(recorder, &rows)) {
            return false;
        }
        removal->cluster_id = bt_rows_next(rows) == 1
                              ? bt_rows_get(rows, 0).number : 0;
        bt_rows_close(rows);
    }
    return true;
}

static bool
find_removal(bt_recorder *recorder, rec_removal *removal)
{
    bt_value row[7];
    bt_rows *rows;
    bool     good = true;

    select_row(recorder, &rec_kinds[removal->kind]);
    rec_bind(recorder, bt_int(removal->id));
    rec_bind(recorder,
             bt_text(bt_str_of(rec_kinds[removal->kind].name)));
    if (!rec_run(recorder, &rows)) {
        return false;
    }
    removal->found = bt_rows_next(rows) == 1;
    if (removal->found) {
        good = rec_take(recorder, rows, 0, row, 7);
        if (good) {
            removal->cluster_id = row[0].number;
            removal->tenant_id = row[1].number;
            removal->listed_at = row[2].number;
            note_removal(recorder, removal, row);
            forget_item(recorder, removal->id);
        }
    }
    bt_rows_close(rows);
    return good;
}

bool
rec_find_removals(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->removals.count; i++) {
        if (!find_removal(recorder, rec_at(&recorder->removals, i))) {
            return false;
        }
    }
    return true;
}

static bool
delete_row(bt_recorder *recorder, const rec_removal *removal)
{
    rec_sql_start(recorder, "DELETE FROM ");
    rec_sql(recorder, rec_kinds[removal->kind].table);
    rec_sql(recorder, " WHERE listed_at = ? AND id = ?");
    rec_bind(recorder, bt_time(removal->listed_at));
    rec_bind(recorder, bt_int(removal->id));
    return rec_run(recorder, NULL);
}

/* By the store's clock, which counts how long it stays. */
static bool
leave_tombstone(bt_recorder *recorder, const rec_removal *removal)
{
    rec_sql_start(recorder, "INSERT INTO removed (kind, record_id, cluster_id, "
                  "tenant_id, updated, change_no) VALUES (?, ?, ?, ?, "
                  "UTC_TIMESTAMP(6), ?)");
    rec_bind(recorder, bt_text(bt_str_of(rec_kinds[removal->kind].name)));
    rec_bind(recorder, bt_int(removal->id));
    rec_bind(recorder, bt_int(removal->cluster_id));
    rec_bind(recorder, bt_int(removal->tenant_id));
    rec_bind(recorder, bt_int(recorder->number));
    return rec_run(recorder, NULL);
}

static bool
write_removal(bt_recorder *recorder, const rec_removal *removal)
{
    if (!removal->found) {
        return true;
    }
    for (size_t i = 0; i < sizeof(part_deletes) / sizeof(part_deletes[0]); i++)
    {
        rec_sql_start(recorder, part_deletes[i]);
        rec_bind(recorder, bt_int(removal->id));
        if (!rec_run(recorder, NULL)) {
            return false;
        }
    }
    return delete_row(recorder, removal) && leave_tombstone(recorder, removal);
}

bool
rec_write_removals(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->removals.count; i++) {
        if (!write_removal(recorder, rec_at(&recorder->removals, i))) {
            return false;
        }
    }
    return true;
}

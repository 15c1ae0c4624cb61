/* recorder_write.c: takes the change number and writes the rows that differ. */

#include "recorder_internal.h"

#include "store/bt_audit.h"

static const rec_key *
key_of(const bt_recorder *recorder, const rec_item *item)
{
    return rec_at(&recorder->keys, item->key);
}

static int64_t
tenant_id_of(const bt_recorder *recorder, const rec_item *item)
{
    return ((const rec_tenant *) rec_at(&recorder->tenants,
                                        item->tenant))->id;
}

static bool
mark_clusters(bt_recorder *recorder, const int64_t *ids, size_t count,
              bt_value at)
{
    rec_sql_start(recorder, "INSERT INTO cluster_changes (cluster_id, number, "
                  "at) VALUES ");
    for (size_t i = 0; i < count; i++) {
        rec_sql(recorder, i > 0 ? ", " : "");
        rec_placeholders(recorder, 3);
        rec_bind(recorder, bt_int(ids[i]));
        rec_bind(recorder, bt_int(recorder->number));
        rec_bind(recorder, at);
    }
    rec_sql(recorder, " ON DUPLICATE KEY UPDATE number = VALUES(number), "
            "at = VALUES(at)");
    return rec_run(recorder, NULL);
}

bool
rec_take_number(bt_recorder *recorder, const int64_t *ids, size_t count)
{
    bt_value at = bt_null();
    bt_rows *rows;

    rec_sql_start(recorder, BT_SQL_NEXT_NUMBER);
    if (!rec_run(recorder, NULL)) {
        return false;
    }
    rec_sql_start(recorder, "SELECT number, at FROM change_counter "
                  "WHERE id = 1");
    if (!rec_run(recorder, &rows)) {
        return false;
    }
    if (bt_rows_next(rows) == 1) {
        recorder->number = bt_rows_get(rows, 0).number;
        at = bt_rows_get(rows, 1);
    }
    bt_rows_close(rows);
    return recorder->number > 0
           && (count == 0 || mark_clusters(recorder, ids, count, at));
}

static void
column_names(bt_recorder *recorder, const rec_column *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rec_sql(recorder, ", ");
        rec_sql(recorder, columns[i].name);
    }
}

static void
bind_new_row(bt_recorder *recorder, const rec_kind *kind, const rec_item *item)
{
    const rec_key *key = key_of(recorder, item);

    rec_bind(recorder, bt_time(key->listed_at));
    rec_bind(recorder, bt_int(key->id));
    rec_bind(recorder, bt_int(key->cluster_id));
    rec_bind(recorder, bt_int(tenant_id_of(recorder, item)));
    rec_bind(recorder, bt_text(key->source_id));
    for (size_t i = 0; i < kind->count; i++) {
        rec_bind(recorder, item->values[i]);
    }
    rec_bind(recorder, bt_time(item->at));
    rec_bind(recorder, bt_int(recorder->number));
}

static bool
insert_rows(bt_recorder *recorder, const rec_kind *kind, const size_t *numbers,
            size_t count)
{
    rec_sql_start(recorder, "INSERT INTO ");
    rec_sql(recorder, kind->table);
    rec_sql(recorder, " (listed_at, id, cluster_id, tenant_id, source_id");
    column_names(recorder, kind->columns, kind->count);
    rec_sql(recorder, ", updated, change_no) VALUES ");
    for (size_t i = 0; i < count; i++) {
        rec_sql(recorder, i > 0 ? ", " : "");
        rec_placeholders(recorder, 5 + kind->count + 2);
        bind_new_row(recorder, kind, rec_at(&recorder->items, numbers[i]));
    }
    return rec_run(recorder, NULL);
}

static bool
insert_new(bt_recorder *recorder, bt_kind kind)
{
    size_t *numbers = rec_alloc(recorder, &recorder->scratch,
                                (recorder->items.count + 1)
                                * sizeof(*numbers));
    size_t  count = 0;

    if (numbers == NULL) {
        return false;
    }
    for (size_t i = 0; i < recorder->items.count; i++) {
        const rec_item *item = rec_at(&recorder->items, i);

        if (item->kind == kind && item->is_new) {
            numbers[count++] = i;
        }
    }
    for (size_t done = 0; done < count;) {
        size_t portion = rec_portion(count - done);

        if (!insert_rows(recorder, &rec_kinds[kind], numbers + done, portion))
        {
            return false;
        }
        done += portion;
    }
    return true;
}

static bool
update_row(bt_recorder *recorder, const rec_item *item)
{
    const rec_kind *kind = &rec_kinds[item->kind];
    const rec_key  *key = key_of(recorder, item);

    rec_sql_start(recorder, "UPDATE ");
    rec_sql(recorder, kind->table);
    for (size_t i = 0; i < kind->count; i++) {
        rec_sql(recorder, i > 0 ? ", " : " SET ");
        rec_sql(recorder, kind->columns[i].name);
        rec_sql(recorder, " = ?");
        rec_bind(recorder, item->values[i]);
    }
    if (item->changed) {
        rec_sql(recorder, ", updated = ?, change_no = ?");
        rec_bind(recorder, bt_time(item->at));
        rec_bind(recorder, bt_int(recorder->number));
    }
    rec_sql(recorder, " WHERE listed_at = ? AND id = ?");
    rec_bind(recorder, bt_time(key->listed_at));
    rec_bind(recorder, bt_int(key->id));
    return rec_run(recorder, NULL);
}

static bool
has_cause(const rec_item *item)
{
    for (size_t i = 0; i < REC_CAUSE; i++) {
        if (item->cause[i].type != BT_VALUE_NULL) {
            return true;
        }
    }
    return false;
}

static bool
delete_of(bt_recorder *recorder, const char *sql, int64_t id)
{
    rec_sql_start(recorder, sql);
    rec_bind(recorder, bt_int(id));
    return rec_run(recorder, NULL);
}

static bool
write_cause(bt_recorder *recorder, const rec_item *item)
{
    const bt_value *since = &item->values[rec_kinds[item->kind].status_since];
    int64_t         id = key_of(recorder, item)->id;

    if (!has_cause(item)) {
        return item->old_cause == NULL
               || delete_of(recorder, "DELETE FROM causes WHERE record_id = ?",
                            id);
    }
    rec_sql_start(recorder, "INSERT INTO causes (record_id, code, stage, text, "
                  "trace_id, cause_at) VALUES (?, ?, ?, ?, ?, ?) "
                  "ON DUPLICATE KEY UPDATE code = VALUES(code), "
                  "stage = VALUES(stage), text = VALUES(text), "
                  "trace_id = VALUES(trace_id), cause_at = VALUES(cause_at)");
    rec_bind(recorder, bt_int(id));
    for (size_t i = 0; i < REC_CAUSE; i++) {
        rec_bind(recorder, item->cause[i]);
    }
    rec_bind(recorder, since->type == BT_VALUE_TIME ? *since
                                                    : bt_time(item->at));
    return rec_run(recorder, NULL);
}

static bool
new_status(const rec_item *item)
{
    size_t status = rec_kinds[item->kind].status;

    return item->is_new
           || !rec_equal(&item->old[status], &item->values[status]);
}

static void
note_change(bt_recorder *recorder, const rec_item *item)
{
    const rec_kind *kind = &rec_kinds[item->kind];
    const rec_key  *key = key_of(recorder, item);
    rec_change     *change = rec_add(recorder, &recorder->changes);

    if (change != NULL) {
        *change = (rec_change) {
            kind->name, key->id, key->cluster_id, tenant_id_of(recorder, item),
            item->old != NULL ? item->old[kind->status] : bt_null(),
            item->values[kind->status], item->at
        };
    }
}

/* An acknowledgement is of a state, and ends with it. */
static bool
write_item(bt_recorder *recorder, const rec_item *item)
{
    if (item->gone || !(item->is_new || item->changed || item->touched)) {
        return true;
    }
    if (!item->is_new && !update_row(recorder, item)) {
        return false;
    }
    if (item->is_new || item->changed) {
        if (!write_cause(recorder, item)) {
            return false;
        }
        if (new_status(item)) {
            note_change(recorder, item);
            return item->is_new
                   || delete_of(recorder, "DELETE FROM acknowledgements "
                                "WHERE record_id = ?",
                                key_of(recorder, item)->id);
        }
    }
    return true;
}

static bool
write_part(bt_recorder *recorder, const rec_part *part)
{
    const rec_part_table *table = &rec_part_tables[part->kind];
    const rec_item       *item = rec_at(&recorder->items, part->item);

    if (part->same || item->gone) {
        return true;
    }
    rec_sql_start(recorder, "INSERT INTO ");
    rec_sql(recorder, table->table);
    rec_sql(recorder, " (");
    rec_sql(recorder, table->parent);
    column_names(recorder, table->columns, table->count);
    rec_sql(recorder, ") VALUES ");
    rec_placeholders(recorder, 1 + table->count);
    rec_sql(recorder, " ON DUPLICATE KEY UPDATE ");
    for (size_t i = table->keys; i < table->count; i++) {
        rec_sql(recorder, i > table->keys ? ", " : "");
        rec_sql(recorder, table->columns[i].name);
        rec_sql(recorder, " = VALUES(");
        rec_sql(recorder, table->columns[i].name);
        rec_sql(recorder, ")");
    }
    rec_bind(recorder, bt_int(key_of(recorder, item)->id));
    rec_bind(recorder, part->first);
    for (size_t i = 1; i < table->count; i++) {
        rec_bind(recorder, part->values[i]);
    }
    return rec_run(recorder, NULL);
}

static bool
write_samples(bt_recorder *recorder, size_t first, size_t count)
{
    rec_sql_start(recorder, "INSERT INTO log_latency (log_id, sampled_at, "
                  "latency_seconds) VALUES ");
    for (size_t i = first; i < first + count; i++) {
        const rec_sample *sample = rec_at(&recorder->samples, i);
        const rec_item   *item = rec_at(&recorder->items, sample->item);

        rec_sql(recorder, i > first ? ", " : "");
        rec_placeholders(recorder, 3);
        rec_bind(recorder, bt_int(key_of(recorder, item)->id));
        rec_bind(recorder, bt_time(sample->at));
        rec_bind(recorder, bt_int(sample->seconds));
    }
    rec_sql(recorder, " ON DUPLICATE KEY UPDATE latency_seconds = "
            "GREATEST(latency_seconds, VALUES(latency_seconds))");
    return rec_run(recorder, NULL);
}

static void
forget_gone_samples(bt_recorder *recorder)
{
    rec_sample *samples = recorder->samples.data;
    size_t      kept = 0;

    for (size_t i = 0; i < recorder->samples.count; i++) {
        const rec_item *item = rec_at(&recorder->items, samples[i].item);

        if (!item->gone) {
            samples[kept++] = samples[i];
        }
    }
    recorder->samples.count = kept;
}

static bool
write_all_samples(bt_recorder *recorder)
{
    forget_gone_samples(recorder);
    for (size_t done = 0; done < recorder->samples.count;) {
        size_t portion = rec_portion(recorder->samples.count - done);

        if (!write_samples(recorder, done, portion)) {
            return false;
        }
        done += portion;
    }
    return true;
}

bool
rec_write_items(bt_recorder *recorder)
{
    for (int kind = 0; kind < BT_KIND_MAX; kind++) {
        if (!insert_new(recorder, (bt_kind) kind)) {
            return false;
        }
    }
    for (size_t i = 0; i < recorder->items.count; i++) {
        if (!write_item(recorder, rec_at(&recorder->items, i))) {
            return false;
        }
    }
    for (size_t i = 0; i < recorder->parts.count; i++) {
        if (!write_part(recorder, rec_at(&recorder->parts, i))) {
            return false;
        }
    }
    return write_all_samples(recorder);
}

static bool
insert_changes(bt_recorder *recorder, size_t first, size_t count)
{
    rec_sql_start(recorder, "INSERT INTO changes (number, kind, record_id, "
                  "cluster_id, tenant_id, old_status, new_status, at) VALUES ");
    for (size_t i = first; i < first + count; i++) {
        const rec_change *change = rec_at(&recorder->changes, i);

        rec_sql(recorder, i > first ? ", " : "");
        rec_placeholders(recorder, 8);
        rec_bind(recorder, bt_int(recorder->number));
        rec_bind(recorder, bt_text(bt_str_of(change->kind)));
        rec_bind(recorder, bt_int(change->id));
        rec_bind(recorder, bt_int(change->cluster_id));
        rec_bind(recorder, bt_int(change->tenant_id));
        rec_bind(recorder, change->old_status);
        rec_bind(recorder, change->new_status);
        rec_bind(recorder, bt_time(change->at));
    }
    return rec_run(recorder, NULL);
}

bool
rec_write_changes(bt_recorder *recorder)
{
    for (size_t done = 0; done < recorder->changes.count;) {
        size_t portion = rec_portion(recorder->changes.count - done);

        if (!insert_changes(recorder, done, portion)) {
            return false;
        }
        done += portion;
    }
    return true;
}

/* recorder_diff.c: loads what the store has of the records put, and finds what differs. */

#include "recorder_internal.h"

static rec_item *
item_at(const bt_recorder *recorder, size_t number)
{
    return rec_at(&recorder->items, number);
}

static const rec_key *
key_of(const bt_recorder *recorder, const rec_item *item)
{
    return rec_at(&recorder->keys, item->key);
}

/* Numbers of the items of one kind that the store knows. */
static size_t *
known_items(bt_recorder *recorder, bt_kind kind, size_t *count)
{
    size_t *numbers = rec_alloc(recorder, &recorder->scratch,
                                (recorder->items.count + 1)
                                * sizeof(*numbers));

    *count = 0;
    for (size_t i = 0; numbers != NULL && i < recorder->items.count; i++) {
        const rec_item *item = item_at(recorder, i);

        if (!item->is_new && item->kind == kind) {
            numbers[(*count)++] = i;
        }
    }
    return numbers;
}

static rec_item *
find_id(const bt_recorder *recorder, const size_t *numbers, size_t count,
        int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        rec_item *item = item_at(recorder, numbers[i]);

        if (key_of(recorder, item)->id == id) {
            return item;
        }
    }
    return NULL;
}

/* The row columns of the items become their `old`; those without a row stay
 * gone. */
static bool
take_rows(bt_recorder *recorder, const rec_kind *kind, const size_t *numbers,
          size_t count, bt_rows *rows)
{
    while (bt_rows_next(rows) == 1) {
        rec_item *item = find_id(recorder, numbers, count,
                                 bt_rows_get(rows, 0).number);
        bt_value *old = rec_alloc(recorder, &recorder->scratch,
                                  kind->count * sizeof(*old));

        if (item == NULL || old == NULL
            || !rec_take(recorder, rows, 1, old, kind->count))
        {
            return false;
        }
        item->old = old;
        item->gone = false;
    }
    return true;
}

static bool
load_rows(bt_recorder *recorder, const rec_kind *kind, const size_t *numbers,
          size_t count)
{
    bt_rows *rows;
    bool     good;

    rec_sql_start(recorder, "SELECT id");
    for (size_t i = 0; i < kind->count; i++) {
        rec_sql(recorder, ", ");
        rec_sql(recorder, kind->columns[i].name);
    }
    rec_sql(recorder, " FROM ");
    rec_sql(recorder, kind->table);
    rec_sql(recorder, " WHERE ");
    for (size_t i = 0; i < count; i++) {
        const rec_key *key = key_of(recorder, item_at(recorder, numbers[i]));

        rec_sql(recorder, i > 0 ? " OR " : "");
        rec_sql(recorder, "(listed_at = ? AND id = ?)");
        rec_bind(recorder, bt_time(key->listed_at));
        rec_bind(recorder, bt_int(key->id));
        item_at(recorder, numbers[i])->gone = true;
    }
    rec_sql(recorder, " FOR UPDATE");
    if (!rec_run(recorder, &rows)) {
        return false;
    }
    good = take_rows(recorder, kind, numbers, count, rows);
    bt_rows_close(rows);
    return good;
}

/* "column IN (?, …)" with the ids of the items. */
static void
where_ids(bt_recorder *recorder, const char *column, const size_t *numbers,
          size_t count)
{
    rec_sql(recorder, " WHERE ");
    rec_sql(recorder, column);
    rec_sql(recorder, " IN ");
    rec_placeholders(recorder, count);
    for (size_t i = 0; i < count; i++) {
        rec_bind(recorder,
                 bt_int(key_of(recorder, item_at(recorder, numbers[i]))->id));
    }
}

static bool
load_causes(bt_recorder *recorder, const size_t *numbers, size_t count)
{
    bt_rows *rows;
    bool     good = true;

    rec_sql_start(recorder, "SELECT record_id, code, stage, text, trace_id "
                  "FROM causes");
    where_ids(recorder, "record_id", numbers, count);
    if (!rec_run(recorder, &rows)) {
        return false;
    }
    while (good && bt_rows_next(rows) == 1) {
        rec_item *item = find_id(recorder, numbers, count,
                                 bt_rows_get(rows, 0).number);
        bt_value *old = rec_alloc(recorder, &recorder->scratch,
                                  REC_CAUSE * sizeof(*old));

        good = item != NULL && old != NULL
               && rec_take(recorder, rows, 1, old, REC_CAUSE);
        if (good) {
            item->old_cause = old;
        }
    }
    bt_rows_close(rows);
    return good;
}

/* What the recorder keeps itself: counts of second backups, and since when a
 * status holds where the cluster does not say. */
static void
derive(const bt_recorder *recorder, rec_item *item)
{
    const rec_kind *kind = &rec_kinds[item->kind];
    bt_value       *since = &item->values[kind->status_since];

    for (size_t i = 0; i < kind->count; i++) {
        if (kind->columns[i].nature == REC_DERIVED) {
            item->values[i] = item->old != NULL ? item->old[i] : bt_int(0);
        }
    }
    if (since->type != BT_VALUE_NULL) {
        return;
    }
    if (item->old == NULL) {
        *since = bt_time(key_of(recorder, item)->listed_at);
    } else if (rec_equal(&item->old[kind->status],
                         &item->values[kind->status]))
    {
        *since = item->old[kind->status_since];
    } else {
        *since = bt_time(item->at);
    }
}

bool
rec_load(bt_recorder *recorder)
{
    for (int kind = 0; kind < BT_KIND_MAX; kind++) {
        size_t  count;
        size_t *numbers = known_items(recorder, (bt_kind) kind, &count);

        if (numbers == NULL) {
            return false;
        }
        for (size_t done = 0; done < count;) {
            size_t portion = rec_portion(count - done);

            if (!load_rows(recorder, &rec_kinds[kind], numbers + done, portion)
                || !load_causes(recorder, numbers + done, portion))
            {
                return false;
            }
            done += portion;
        }
    }
    for (size_t i = 0; i < recorder->items.count; i++) {
        derive(recorder, item_at(recorder, i));
    }
    return true;
}

static bool
same_cause(const rec_item *item)
{
    for (size_t i = 0; i < REC_CAUSE; i++) {
        static const bt_value none = { BT_VALUE_NULL, 0, { NULL, 0 } };
        const bt_value *old = item->old_cause != NULL ? &item->old_cause[i]
                                                      : &none;

        if (!rec_equal(old, &item->cause[i])) {
            return false;
        }
    }
    return true;
}

static void
compare_item(rec_item *item)
{
    const rec_kind *kind = &rec_kinds[item->kind];

    if (item->is_new || item->gone) {
        return;
    }
    item->changed = item->changed || !same_cause(item);
    for (size_t i = 0; i < kind->count; i++) {
        if (rec_equal(&item->old[i], &item->values[i])) {
            continue;
        }
        if (kind->columns[i].nature == REC_VOLATILE) {
            item->touched = true;
        } else {
            item->changed = true;
        }
    }
}

void
rec_compare(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->items.count; i++) {
        compare_item(item_at(recorder, i));
    }
}

static bool
same_part_key(const bt_recorder *recorder, const rec_part *part,
              const bt_value *row)
{
    const rec_item *item = item_at(recorder, part->item);

    if (key_of(recorder, item)->id != row[0].number
        || !rec_equal(&part->first, &row[1]))
    {
        return false;
    }
    for (size_t i = 1; i < rec_part_tables[part->kind].keys; i++) {
        if (!rec_equal(&part->values[i], &row[1 + i])) {
            return false;
        }
    }
    return true;
}

/* row: the id of the record, then the columns of the part's table. */
static void
compare_part(const bt_recorder *recorder, rec_part *part, const bt_value *row)
{
    const rec_part_table *table = &rec_part_tables[part->kind];

    part->found = true;
    part->same = true;
    for (size_t i = table->keys; i < table->count; i++) {
        if (rec_equal(&part->values[i], &row[1 + i])) {
            continue;
        }
        part->same = false;
        if (table->columns[i].nature == REC_PLAIN) {
            item_at(recorder, part->item)->changed = true;
        }
    }
}

static bool
load_parts(bt_recorder *recorder, rec_part_kind kind, size_t number)
{
    const rec_part_table *table = &rec_part_tables[kind];
    bt_value              row[1 + REC_PART_MAX];
    bt_rows              *rows;
    bool                  good = true;

    rec_sql_start(recorder, "SELECT ");
    rec_sql(recorder, table->parent);
    for (size_t i = 0; i < table->count; i++) {
        rec_sql(recorder, ", ");
        rec_sql(recorder, table->columns[i].name);
    }
    rec_sql(recorder, " FROM ");
    rec_sql(recorder, table->table);
    where_ids(recorder, table->parent, &number, 1);
    if (!rec_run(recorder, &rows)) {
        return false;
    }
    while (good && bt_rows_next(rows) == 1) {
        good = rec_take(recorder, rows, 0, row, 1 + table->count);
        for (size_t i = 0; good && i < recorder->parts.count; i++) {
            rec_part *part = rec_at(&recorder->parts, i);

            if (part->kind == kind && part->item == number
                && same_part_key(recorder, part, row))
            {
                compare_part(recorder, part, row);
            }
        }
    }
    bt_rows_close(rows);
    return good;
}

static bool
name_first(bt_recorder *recorder, rec_part *part)
{
    const rec_item *item = item_at(recorder, part->item);
    size_t          tenant;

    part->found = false;
    part->same = false;
    part->first = part->values[0];
    if (part->kind != REC_TASK_TENANTS) {
        return true;
    }
    tenant = rec_find_tenant(recorder, key_of(recorder, item),
                             part->values[0].number);
    if (tenant == REC_NONE) {
        rec_unknown_tenant(recorder, key_of(recorder, item),
                           part->values[0].number);
        return false;
    }
    part->first = bt_int(((rec_tenant *) rec_at(&recorder->tenants,
                                                tenant))->id);
    return true;
}

/* A part that the store does not have makes its record changed. */
static void
note_new_parts(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->parts.count; i++) {
        const rec_part *part = rec_at(&recorder->parts, i);
        rec_item       *item = item_at(recorder, part->item);

        item->changed = item->changed || (!part->found && !item->gone);
    }
}

bool
rec_compare_parts(bt_recorder *recorder)
{
    size_t last[REC_PARTS] = { REC_NONE, REC_NONE, REC_NONE };

    for (size_t i = 0; i < recorder->parts.count; i++) {
        if (!name_first(recorder, rec_at(&recorder->parts, i))) {
            return false;
        }
    }
    for (size_t i = 0; i < recorder->parts.count; i++) {
        const rec_part *part = rec_at(&recorder->parts, i);
        const rec_item *item = item_at(recorder, part->item);

        if (item->is_new || item->gone || last[part->kind] == part->item) {
            continue;
        }
        last[part->kind] = part->item;
        if (!load_parts(recorder, part->kind, part->item)) {
            return false;
        }
    }
    note_new_parts(recorder);
    return true;
}

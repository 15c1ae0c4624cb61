/* recorder_counts.c: keeps the hourly counts equal to the rows. */

#include "recorder_internal.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_COLUMNS  8

void
rec_count_one(bt_recorder *recorder, rec_count count)
{
    rec_count *own = rec_add(recorder, &recorder->counts);
    rec_count *all;

    if (own == NULL) {
        return;
    }
    *own = count;
    all = rec_add(recorder, &recorder->counts);
    if (all != NULL) {
        *all = count;
        all->cluster_id = 0;
        all->tenant_id = 0;
    }
}

static bt_str
column_text(const bt_value *values, size_t column)
{
    return column == REC_NONE ? (bt_str) { "", 0 }
                              : rec_text_of(&values[column]);
}

static void
count_values(bt_recorder *recorder, const rec_item *item,
             const bt_value *values, int64_t tasks)
{
    const rec_kind   *kind = &rec_kinds[item->kind];
    const rec_key    *key = rec_at(&recorder->keys, item->key);
    const rec_tenant *tenant = rec_at(&recorder->tenants, item->tenant);
    bt_usec           part = key->listed_at % BT_HOUR;

    rec_count_one(recorder, (rec_count) {
        .kind = item->kind, .cluster_id = key->cluster_id,
        .tenant_id = tenant->id,
        .hour = key->listed_at - part - (part < 0 ? BT_HOUR : 0),
        .status = rec_text_of(&values[kind->status]),
        .mode = column_text(values, kind->mode),
        .method = column_text(values, kind->method),
        .tasks = tasks
    });
}

void
rec_count_item(bt_recorder *recorder, const rec_item *item)
{
    if (!rec_kinds[item->kind].counted || item->gone) {
        return;
    }
    if (item->old != NULL) {
        count_values(recorder, item, item->old, -1);
    }
    count_values(recorder, item, item->values, 1);
}

static int
compare_texts(bt_str a, bt_str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int    order = len > 0 ? memcmp(a.data, b.data, len) : 0;

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int
compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* The order of the table's key, so that two commits take its locks in one
 * order. */
static int
compare_counts(const void *left, const void *right)
{
    const rec_count *a = left;
    const rec_count *b = right;
    int orders[] = {
        strcmp(rec_kinds[a->kind].name, rec_kinds[b->kind].name),
        compare_numbers(a->cluster_id, b->cluster_id),
        compare_numbers(a->tenant_id, b->tenant_id),
        compare_numbers(a->hour, b->hour),
        compare_texts(a->status, b->status),
        compare_texts(a->mode, b->mode),
        compare_texts(a->method, b->method)
    };

    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        if (orders[i] != 0) {
            return orders[i];
        }
    }
    return 0;
}

/* Sorts, adds equal cells up, and leaves out those that come to nothing. */
static void
merge_counts(rec_list *counts)
{
    rec_count *cells = counts->data;
    size_t     kept = 0;

    if (counts->count == 0) {
        return;
    }
    qsort(cells, counts->count, sizeof(*cells), compare_counts);
    for (size_t i = 0; i < counts->count;) {
        rec_count sum = cells[i++];

        while (i < counts->count && compare_counts(&sum, &cells[i]) == 0) {
            sum.tasks += cells[i++].tasks;
        }
        if (sum.tasks != 0) {
            cells[kept++] = sum;
        }
    }
    counts->count = kept;
}

static void
bind_cell(bt_recorder *recorder, const rec_count *count)
{
    rec_bind(recorder, bt_text(bt_str_of(rec_kinds[count->kind].name)));
    rec_bind(recorder, bt_time(count->hour));
    rec_bind(recorder, bt_int(count->cluster_id));
    rec_bind(recorder, bt_int(count->tenant_id));
    rec_bind(recorder, bt_text(count->status));
    rec_bind(recorder, bt_text(count->mode));
    rec_bind(recorder, bt_text(count->method));
}

static bool
add_cells(bt_recorder *recorder, size_t first, size_t count)
{
    rec_sql_start(recorder, "INSERT INTO hourly_counts (kind, hour, "
                  "cluster_id, tenant_id, status, mode, method, tasks) "
                  "VALUES ");
    for (size_t i = first; i < first + count; i++) {
        const rec_count *cell = rec_at(&recorder->counts, i);

        rec_sql(recorder, i > first ? ", " : "");
        rec_placeholders(recorder, COUNT_COLUMNS);
        bind_cell(recorder, cell);
        rec_bind(recorder, bt_int(cell->tasks));
    }
    rec_sql(recorder,
            " ON DUPLICATE KEY UPDATE tasks = tasks + VALUES(tasks)");
    return rec_run(recorder, NULL);
}

static bool
drop_empty_cell(bt_recorder *recorder, const rec_count *cell)
{
    if (cell->tasks > 0) {
        return true;
    }
    rec_sql_start(recorder, "DELETE FROM hourly_counts WHERE kind = ? "
                  "AND hour = ? AND cluster_id = ? AND tenant_id = ? "
                  "AND status = ? AND mode = ? AND method = ? AND tasks = 0");
    bind_cell(recorder, cell);
    return rec_run(recorder, NULL);
}

bool
rec_write_counts(bt_recorder *recorder)
{
    merge_counts(&recorder->counts);
    for (size_t done = 0; done < recorder->counts.count;) {
        size_t portion = rec_portion(recorder->counts.count - done);

        if (!add_cells(recorder, done, portion)) {
            return false;
        }
        done += portion;
    }
    for (size_t i = 0; i < recorder->counts.count; i++) {
        if (!drop_empty_cell(recorder, rec_at(&recorder->counts, i))) {
            return false;
        }
    }
    return true;
}

/* recorder_second.c: ties second backups to what they copy, and counts them there. */

#include "recorder_internal.h"

static void
add_seconds(bt_recorder *recorder, int64_t id, bt_usec listed_at, int64_t more,
            bt_usec at)
{
    rec_seconds *seconds = rec_add(recorder, &recorder->seconds);

    if (seconds != NULL) {
        *seconds = (rec_seconds) { id, listed_at, more, at };
    }
}

static void
count_at_task(bt_recorder *recorder, const rec_key *task, bt_usec at)
{
    rec_item *item = task->item == REC_NONE
                     ? NULL : rec_at(&recorder->items, task->item);

    if (item == NULL || item->gone) {
        add_seconds(recorder, task->id, task->listed_at, 1, at);
    } else {
        item->values[REC_DATA_SECONDS].number++;
    }
}

static void
link_second(bt_recorder *recorder, rec_item *item)
{
    bt_value      *task = &item->values[REC_SECOND_TASK];
    const bt_value *old = item->old != NULL ? &item->old[REC_SECOND_TASK]
                                            : NULL;
    const rec_key *link;

    *task = old != NULL ? *old : bt_null();
    if (item->link == REC_NONE) {
        return;
    }
    link = rec_at(&recorder->keys, item->link);
    if (link->id == 0) {
        return;
    }
    *task = bt_int(link->id);
    if (link->kind != BT_KIND_DATA || (old != NULL && rec_equal(old, task))) {
        return;
    }
    count_at_task(recorder, link, item->at);
    if (old != NULL && old->type == BT_VALUE_INT) {
        add_seconds(recorder, old->number, BT_UNKNOWN, -1, item->at);
    }
}

bool
rec_link_seconds(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->items.count; i++) {
        rec_item *item = rec_at(&recorder->items, i);

        if (item->kind == BT_KIND_SECOND && !item->gone) {
            link_second(recorder, item);
        }
    }
    return !recorder->no_memory;
}

static bool
find_listed_at(bt_recorder *recorder, rec_seconds *seconds)
{
    bt_rows *rows;

    rec_sql_start(recorder, "SELECT listed_at FROM record_keys WHERE id = ?");
    rec_bind(recorder, bt_int(seconds->id));
    if (!rec_run(recorder, &rows)) {
        return false;
    }
    if (bt_rows_next(rows) == 1) {
        seconds->listed_at = bt_rows_get(rows, 0).number;
    }
    bt_rows_close(rows);
    return true;
}

static bool
lock_one(bt_recorder *recorder, rec_seconds *seconds)
{
    if (seconds->listed_at == BT_UNKNOWN
        && !find_listed_at(recorder, seconds))
    {
        return false;
    }
    rec_sql_start(recorder, "SELECT id FROM data_tasks WHERE listed_at = ? "
                  "AND id = ? FOR UPDATE");
    rec_bind(recorder, rec_time_value(seconds->listed_at));
    rec_bind(recorder, bt_int(seconds->id));
    return rec_run(recorder, NULL);
}

bool
rec_lock_seconds(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->seconds.count; i++) {
        if (!lock_one(recorder, rec_at(&recorder->seconds, i))) {
            return false;
        }
    }
    return true;
}

static bool
write_one(bt_recorder *recorder, const rec_seconds *seconds)
{
    rec_sql_start(recorder, "UPDATE data_tasks SET "
                  "second_backups = second_backups + ?, updated = ?, "
                  "change_no = ? WHERE listed_at = ? AND id = ?");
    rec_bind(recorder, bt_int(seconds->more));
    rec_bind(recorder, bt_time(seconds->at));
    rec_bind(recorder, bt_int(recorder->number));
    rec_bind(recorder, rec_time_value(seconds->listed_at));
    rec_bind(recorder, bt_int(seconds->id));
    return rec_run(recorder, NULL);
}

bool
rec_write_seconds(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->seconds.count; i++) {
        if (!write_one(recorder, rec_at(&recorder->seconds, i))) {
            return false;
        }
    }
    return true;
}

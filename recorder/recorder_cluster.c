/* recorder_cluster.c: registers clusters and notes when they answered. */

#include "recorder_internal.h"

#include <stdio.h>

#define TRIES  8

#define NAME_CHARS    128
#define REASON_CHARS  512

static void
set_columns(bt_recorder *recorder, const bt_cluster_record *cluster)
{
    rec_bind(recorder, rec_text_value(recorder, cluster->ob_name, NAME_CHARS));
    rec_bind(recorder, rec_number_value(cluster->ob_id));
    rec_bind(recorder, bt_int(cluster->incarnation));
    rec_bind(recorder, rec_text_value(recorder, cluster->version, 64));
    rec_bind(recorder, bt_text(cluster->adapter));
    rec_bind(recorder, bt_int(cluster->simulated));
    rec_bind(recorder, bt_int(cluster->round_seconds));
    rec_bind(recorder, bt_int(cluster->rpo_seconds));
    rec_bind(recorder, bt_int(cluster->data_age_seconds));
}

/* *changed: the row does not hold these values yet; *id 0: no such row. */
static bool
find_cluster(bt_recorder *recorder, const bt_cluster_record *cluster,
             int64_t *id, bool *changed)
{
    const bt_value *wanted;
    bt_rows        *rows;

    rec_sql_start(recorder, "SELECT ob_name, ob_id, incarnation, version, "
                  "adapter, simulated, round_seconds, rpo_seconds, "
                  "data_age_seconds, id FROM clusters WHERE name = ? "
                  "FOR UPDATE");
    rec_bind(recorder, bt_text(cluster->name));
    if (!rec_run(recorder, &rows)) {
        return false;
    }
    recorder->params.count = 0;
    set_columns(recorder, cluster);
    wanted = recorder->params.data;
    *id = 0;
    *changed = true;
    if (bt_rows_next(rows) == 1) {
        *id = bt_rows_get(rows, 9).number;
        *changed = false;
        for (size_t i = 0; i < 9; i++) {
            bt_value old = bt_rows_get(rows, i);

            *changed = *changed || !rec_equal(&old, &wanted[i]);
        }
    }
    bt_rows_close(rows);
    return true;
}

static bool
insert_cluster(bt_recorder *recorder, const bt_cluster_record *cluster,
               int64_t *id)
{
    bt_value now = bt_time(bt_time_now());

    rec_sql_start(recorder, "INSERT INTO clusters (ob_name, ob_id, "
                  "incarnation, version, adapter, simulated, round_seconds, "
                  "rpo_seconds, data_age_seconds, name, created, updated, "
                  "change_no) VALUES ");
    rec_placeholders(recorder, 13);
    set_columns(recorder, cluster);
    rec_bind(recorder, bt_text(cluster->name));
    rec_bind(recorder, now);
    rec_bind(recorder, now);
    rec_bind(recorder, bt_int(0));
    if (!rec_run(recorder, NULL)) {
        return false;
    }
    *id = bt_store_insert_id(recorder->store);
    return true;
}

static bool
update_cluster(bt_recorder *recorder, const bt_cluster_record *cluster,
               int64_t id)
{
    rec_sql_start(recorder, "UPDATE clusters SET ob_name = ?, ob_id = ?, "
                  "incarnation = ?, version = ?, adapter = ?, simulated = ?, "
                  "round_seconds = ?, rpo_seconds = ?, data_age_seconds = ? "
                  "WHERE id = ?");
    set_columns(recorder, cluster);
    rec_bind(recorder, bt_int(id));
    return rec_run(recorder, NULL);
}

/* Among the first `count` groups. */
static bool
has_group(const bt_cluster_record *cluster, bt_str name, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (bt_str_eq(cluster->groups[i], name)) {
            return true;
        }
    }
    return false;
}

/* A group that is named twice counts once. */
static bool
is_first(const bt_cluster_record *cluster, size_t group)
{
    return !has_group(cluster, cluster->groups[group], group);
}

static size_t
count_groups(const bt_cluster_record *cluster)
{
    size_t count = 0;

    for (size_t i = 0; i < cluster->group_count; i++) {
        count += is_first(cluster, i);
    }
    return count;
}

static bool
same_groups(bt_recorder *recorder, const bt_cluster_record *cluster,
            int64_t id, bool *same)
{
    bt_rows *rows;
    size_t   found = 0;

    rec_sql_start(recorder,
                  "SELECT name FROM cluster_groups WHERE cluster_id = ?");
    rec_bind(recorder, bt_int(id));
    if (!rec_run(recorder, &rows)) {
        return false;
    }
    *same = true;
    while (bt_rows_next(rows) == 1) {
        *same = *same && has_group(cluster, bt_rows_get(rows, 0).text,
                                   cluster->group_count);
        found++;
    }
    *same = *same && found == count_groups(cluster);
    bt_rows_close(rows);
    return true;
}

static bool
write_groups(bt_recorder *recorder, const bt_cluster_record *cluster,
             int64_t id)
{
    rec_sql_start(recorder, "DELETE FROM cluster_groups WHERE cluster_id = ?");
    rec_bind(recorder, bt_int(id));
    if (!rec_run(recorder, NULL)) {
        return false;
    }
    for (size_t i = 0; i < cluster->group_count; i++) {
        if (!is_first(cluster, i)) {
            continue;
        }
        rec_sql_start(recorder, "INSERT INTO cluster_groups (cluster_id, name) "
                      "VALUES (?, ?)");
        rec_bind(recorder, bt_int(id));
        rec_bind(recorder, bt_text(cluster->groups[i]));
        if (!rec_run(recorder, NULL)) {
            return false;
        }
    }
    return true;
}

bool
rec_number_cluster(bt_recorder *recorder, int64_t id)
{
    recorder->number = 0;
    if (!rec_take_number(recorder, &id, 1)) {
        return false;
    }
    rec_sql_start(recorder, "UPDATE clusters SET updated = ?, change_no = ? "
                  "WHERE id = ?");
    rec_bind(recorder, bt_time(bt_time_now()));
    rec_bind(recorder, bt_int(recorder->number));
    rec_bind(recorder, bt_int(id));
    return rec_run(recorder, NULL);
}

static bool
write_cluster(bt_recorder *recorder, const bt_cluster_record *cluster,
              int64_t *id)
{
    bool changed;
    bool same = true;

    if (!find_cluster(recorder, cluster, id, &changed)
        || (*id == 0 && !insert_cluster(recorder, cluster, id))
        || (changed && !update_cluster(recorder, cluster, *id))
        || !same_groups(recorder, cluster, *id, &same)
        || (!same && !write_groups(recorder, cluster, *id)))
    {
        return false;
    }
    return (!changed && same) || rec_number_cluster(recorder, *id);
}

/* Names are keys, and keys overlook blanks at the end. */
static bool
is_name(bt_str name)
{
    size_t chars;

    return name.len > 0 && name.data[0] != ' '
           && name.data[name.len - 1] != ' ' && bt_utf8_valid(name, &chars)
           && chars <= NAME_CHARS;
}

static bool
has_names(bt_recorder *recorder, const bt_cluster_record *cluster)
{
    bool good = is_name(cluster->name);

    for (size_t i = 0; i < cluster->group_count; i++) {
        good = good && is_name(cluster->groups[i]);
    }
    if (!good) {
        (void) snprintf(recorder->error, sizeof(recorder->error),
                        "the name of a cluster or group must be 1 to %d "
                        "characters of UTF-8 without a blank at either end",
                        NAME_CHARS);
    }
    return good;
}

static bool
again(const bt_recorder *recorder)
{
    bt_store_status status = bt_store_status_of(recorder->store);

    return status == BT_STORE_CONFLICT || status == BT_STORE_DUPLICATE;
}

bt_store_status
bt_recorder_cluster(bt_recorder *recorder, const bt_cluster_record *cluster,
                    int64_t *id)
{
    bt_store *store = recorder->store;

    if (!has_names(recorder, cluster)) {
        return BT_STORE_ERROR;
    }
    for (int tries = 0; tries < TRIES; tries++) {
        if (bt_store_begin(store) == BT_STORE_OK
            && write_cluster(recorder, cluster, id)
            && bt_store_commit(store) == BT_STORE_OK)
        {
            return BT_STORE_OK;
        }
        (void) snprintf(recorder->error, sizeof(recorder->error), "%s",
                        bt_store_error(store));
        bt_store_rollback(store);
        if (!again(recorder)) {
            break;
        }
    }
    return recorder->no_memory ? BT_STORE_ERROR : bt_store_status_of(store);
}

bt_store_status
bt_recorder_observed(bt_recorder *recorder, int64_t cluster_id, bt_usec at,
                     bt_str reason)
{
    rec_sql_start(recorder, "UPDATE clusters SET observed = ?, "
                  "stale_reason = ? WHERE id = ?");
    rec_bind(recorder, rec_time_value(at));
    rec_bind(recorder, rec_text_value(recorder, reason, REASON_CHARS));
    rec_bind(recorder, bt_int(cluster_id));
    (void) rec_run(recorder, NULL);
    return recorder->no_memory ? BT_STORE_ERROR
                               : bt_store_status_of(recorder->store);
}

/* recorder_look.c: what a look at a cluster writes besides records. */

#include "recorder_internal.h"

#include <stdio.h>

#define TRIES         8
#define REASON_CHARS  512
#define TOUCH_MAX     32            /* log backups in one statement */

enum { SELF_NAME, SELF_ID, SELF_VERSION, SELF_INCARNATION, SELF_CREATED,
       SELF_COLUMNS };

static bool
failed(bt_recorder *recorder)
{
    return recorder->no_memory
           || bt_store_status_of(recorder->store) != BT_STORE_OK;
}

static bt_store_status
status_now(const bt_recorder *recorder)
{
    return recorder->no_memory ? BT_STORE_ERROR
                               : bt_store_status_of(recorder->store);
}

bt_store_status
bt_recorder_self(bt_recorder *recorder, int64_t cluster_id,
                 bt_self_record *self)
{
    bt_rows *rows;
    bt_value values[3];

    *self = (bt_self_record) { .ob_id = BT_UNKNOWN, .incarnation = 1,
                               .created = BT_UNKNOWN };
    rec_sql_start(recorder, "SELECT ob_id, incarnation, ob_created "
                  "FROM clusters WHERE id = ?");
    rec_bind(recorder, bt_int(cluster_id));
    if (!rec_run(recorder, &rows)) {
        return status_now(recorder);
    }
    if (bt_rows_next(rows) == 1) {
        for (size_t i = 0; i < 3; i++) {
            values[i] = bt_rows_get(rows, i);
        }
        if (values[0].type == BT_VALUE_INT) {
            self->ob_id = values[0].number;
        }
        self->incarnation = (int) values[1].number;
        self->created = rec_time_of(&values[2]);
    }
    bt_rows_close(rows);
    return BT_STORE_OK;
}

/* The columns as they shall be: what is unknown stays. */
static void
merge_self(bt_recorder *recorder, const bt_self_record *self,
           const bt_value old[SELF_COLUMNS], bt_value new[SELF_COLUMNS])
{
    new[SELF_NAME] = rec_text_value(recorder, self->ob_name, 128);
    new[SELF_ID] = rec_number_value(self->ob_id);
    new[SELF_VERSION] = rec_text_value(recorder, self->version, 64);
    new[SELF_INCARNATION] = bt_int(self->incarnation);
    new[SELF_CREATED] = rec_time_value(self->created);
    for (size_t i = 0; i < SELF_COLUMNS; i++) {
        if (new[i].type == BT_VALUE_NULL) {
            new[i] = old[i];
        }
    }
}

/* *found: the row is there, and locked. */
static bool
lock_self(bt_recorder *recorder, int64_t cluster_id,
          bt_value old[SELF_COLUMNS], bool *found)
{
    bt_rows *rows;
    bool     good = true;

    rec_sql_start(recorder, "SELECT c.ob_name, c.ob_id, c.version, "
                  "c.incarnation, c.ob_created FROM clusters c "
                  "WHERE c.id = ?");
    rec_bind(recorder, bt_int(cluster_id));
    rec_held(recorder);
    rec_sql(recorder, " FOR UPDATE");
    if (!rec_run(recorder, &rows)) {
        return false;
    }
    *found = bt_rows_next(rows) == 1;
    if (*found) {
        good = rec_take(recorder, rows, 0, old, SELF_COLUMNS);
    }
    bt_rows_close(rows);
    return good;
}

static bool
same_self(const bt_value old[SELF_COLUMNS], const bt_value new[SELF_COLUMNS])
{
    for (size_t i = 0; i < SELF_COLUMNS; i++) {
        if (!rec_equal(&old[i], &new[i])) {
            return false;
        }
    }
    return true;
}

static bool
write_self(bt_recorder *recorder, int64_t cluster_id,
           const bt_self_record *self)
{
    bt_value old[SELF_COLUMNS], new[SELF_COLUMNS];
    bool     found;

    if (!lock_self(recorder, cluster_id, old, &found)) {
        return false;
    }
    recorder->lost = !found;
    if (!found) {
        (void) snprintf(recorder->error, sizeof(recorder->error),
                        "the lease of cluster %lld is not held",
                        (long long) cluster_id);
        return false;
    }
    merge_self(recorder, self, old, new);
    if (same_self(old, new)) {
        return true;
    }
    rec_sql_start(recorder, "UPDATE clusters SET ob_name = ?, ob_id = ?, "
                  "version = ?, incarnation = ?, ob_created = ? WHERE id = ?");
    for (size_t i = 0; i < SELF_COLUMNS; i++) {
        rec_bind(recorder, new[i]);
    }
    rec_bind(recorder, bt_int(cluster_id));
    return rec_run(recorder, NULL)
           && rec_number_cluster(recorder, cluster_id);
}

bt_store_status
bt_recorder_describe(bt_recorder *recorder, int64_t cluster_id,
                     const bt_self_record *self)
{
    bt_store       *store = recorder->store;
    bt_store_status status = BT_STORE_ERROR;

    for (int tries = 0; tries < TRIES; tries++) {
        recorder->lost = false;
        rec_arena_free(&recorder->scratch);
        if (bt_store_begin(store) == BT_STORE_OK
            && write_self(recorder, cluster_id, self)
            && bt_store_commit(store) == BT_STORE_OK)
        {
            return BT_STORE_OK;
        }
        status = failed(recorder) ? status_now(recorder) : BT_STORE_ERROR;
        if (!recorder->lost) {
            (void) snprintf(recorder->error, sizeof(recorder->error), "%s",
                            bt_store_error(store));
        }
        bt_store_rollback(store);
        if (status != BT_STORE_CONFLICT) {
            break;
        }
    }
    return status;
}

bt_store_status
bt_recorder_find(bt_recorder *recorder, int64_t cluster_id, int incarnation,
                 bt_kind kind, int64_t tenant, bt_str source_id, int64_t *id)
{
    bt_rows *rows;

    *id = 0;
    rec_sql_start(recorder, "SELECT id FROM record_keys WHERE cluster_id = ? "
                  "AND kind = ? AND incarnation = ? AND ob_tenant_id = ? "
                  "AND source_id = ? AND copy_id = 0");
    rec_bind(recorder, bt_int(cluster_id));
    rec_bind(recorder, bt_text(bt_str_of(rec_kinds[kind].name)));
    rec_bind(recorder, bt_int(incarnation));
    rec_bind(recorder, bt_int(tenant));
    rec_bind(recorder, bt_text(rec_source_text(recorder, source_id)));
    if (!rec_run(recorder, &rows)) {
        return status_now(recorder);
    }
    if (bt_rows_next(rows) == 1) {
        *id = bt_rows_get(rows, 0).number;
    }
    bt_rows_close(rows);
    return BT_STORE_OK;
}

/* "column = CASE l.id WHEN ? THEN ? ... END" */
static void
set_by_id(bt_recorder *recorder, const char *column,
          const bt_touch_record *logs, size_t count, size_t which)
{
    rec_sql(recorder, ", l.");
    rec_sql(recorder, column);
    rec_sql(recorder, " = CASE l.id");
    for (size_t i = 0; i < count; i++) {
        const bt_value values[] = {
            rec_time_value(logs[i].latest_backup_time),
            rec_number_value(logs[i].latency_seconds),
            rec_time_value(logs[i].observed)
        };

        rec_sql(recorder, " WHEN ? THEN ?");
        rec_bind(recorder, bt_int(logs[i].id));
        rec_bind(recorder, values[which]);
    }
    rec_sql(recorder, " END");
}

static void
join_logs(bt_recorder *recorder, const bt_touch_record *logs, size_t count)
{
    rec_sql(recorder, " LEFT JOIN log_backups l ON l.cluster_id = c.id "
            "AND l.id IN ");
    rec_placeholders(recorder, count);
    for (size_t i = 0; i < count; i++) {
        rec_bind(recorder, bt_int(logs[i].id));
    }
}

static bt_store_status
touch(bt_recorder *recorder, int64_t cluster_id, const bt_touch_record *logs,
      size_t count)
{
    static const char *const columns[] = {
        "latest_backup_time", "latency_seconds", "observed"
    };
    int64_t         affected = 0;
    bt_store_status status;

    rec_sql_start(recorder, "UPDATE clusters c");
    if (count > 0) {
        join_logs(recorder, logs, count);
    }
    rec_sql(recorder, " SET c.observed = UTC_TIMESTAMP(6), "
            "c.stale_reason = NULL");
    for (size_t i = 0; count > 0 && i < 3; i++) {
        set_by_id(recorder, columns[i], logs, count, i);
    }
    rec_sql(recorder, " WHERE c.id = ?");
    rec_bind(recorder, bt_int(cluster_id));
    rec_held(recorder);
    status = rec_run_changing(recorder, &affected);
    recorder->lost = status == BT_STORE_OK && affected == 0;
    return status;
}

bt_store_status
bt_recorder_touch(bt_recorder *recorder, int64_t cluster_id,
                  const bt_touch_record *logs, size_t count)
{
    bt_store_status status = BT_STORE_OK;
    size_t          done = 0;

    recorder->lost = false;
    do {
        size_t portion = count - done < TOUCH_MAX ? count - done
                                                  : TOUCH_MAX;

        status = touch(recorder, cluster_id, logs + done, portion);
        if (status == BT_STORE_CONFLICT) {
            status = touch(recorder, cluster_id, logs + done, portion);
        }
        done += portion;
    } while (status == BT_STORE_OK && !recorder->lost && done < count);
    return status;
}

bt_store_status
bt_recorder_stale(bt_recorder *recorder, int64_t cluster_id, bt_str reason)
{
    rec_sql_start(recorder, "UPDATE clusters c SET c.stale_reason = ? "
                  "WHERE c.id = ?");
    rec_bind(recorder, rec_text_value(recorder, reason, REASON_CHARS));
    rec_bind(recorder, bt_int(cluster_id));
    rec_held(recorder);
    (void) rec_run(recorder, NULL);
    return status_now(recorder);
}

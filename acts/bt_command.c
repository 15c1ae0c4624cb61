/* bt_command.c: the life of commands in the store. */

#include "acts/bt_command.h"

#include "store/bt_audit.h"


static bt_value
text_or_null(const char *text)
{
    return text != NULL ? bt_text(bt_str_of(text)) : bt_null();
}


bt_store_status
bt_change_add(bt_store *store, const bt_change *change)
{
    bt_value  values[] = {
        bt_int(change->number), text_or_null(change->kind), bt_int(change->id),
        bt_int(change->cluster_id), bt_int(change->tenant_id),
        text_or_null(change->old_status), text_or_null(change->new_status),
        bt_time(change->at)
    };

    return bt_store_run(store, "INSERT INTO changes (number, kind, record_id,"
                        " cluster_id, tenant_id, old_status, new_status, at)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        values, sizeof(values) / sizeof(values[0]), NULL,
                        NULL);
}


/* A command that is over. */
typedef struct {
    bt_change  change;
    int64_t    log_id;
    char       action[33];
} expiry;


/* The overdue command of a log backup, its row locked. */
static bt_store_status
find_overdue(bt_store *store, expiry *expired)
{
    bt_str           text;
    bt_buf           action;
    bt_rows         *rows;
    bt_value         target;
    bt_store_status  status;

    target = bt_int(expired->log_id);
    status = bt_store_run(store, "SELECT t.id, t.cluster_id, t.tenant_id,"
                          " t.action FROM commands t"
                          " WHERE t.open_target = ? AND "
                          BT_SQL_OVERDUE("t") " FOR UPDATE",
                          &target, 1, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (bt_rows_next(rows) > 0) {
        expired->change.id = bt_rows_get(rows, 0).number;
        expired->change.cluster_id = bt_rows_get(rows, 1).number;
        expired->change.tenant_id = bt_rows_get(rows, 2).number;

        text = bt_rows_get(rows, 3).text;
        bt_buf_init(&action, expired->action, sizeof(expired->action));
        bt_buf_add(&action, text.data, text.len);
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}


static bt_store_status
write_expired(bt_store *store, const bt_change *change)
{
    bt_value  values[] = {
        bt_text(BT_STR(BT_EXPIRED_TEXT)), bt_time(change->at),
        bt_int(change->number), bt_int(change->id)
    };

    return bt_store_run(store, "UPDATE commands SET state = 'EXPIRED',"
                        " open_target = NULL, ended_at = deadline, result = ?,"
                        " updated = ?, change_no = ? WHERE id = ?",
                        values, sizeof(values) / sizeof(values[0]), NULL,
                        NULL);
}


static bt_store_status
audit_expired(bt_store *store, const expiry *expired)
{
    const bt_change  *change = &expired->change;
    bt_audit_event    event = {
        .at = change->at,
        .user = BT_STR(BT_USER_DEADLINE),
        .action = bt_str_of(expired->action),
        .kind = BT_STR("log"),
        .target_id = expired->log_id,
        .cluster_id = change->cluster_id,
        .tenant_id = change->tenant_id,
        .command_id = change->id,
        .outcome = BT_STR("EXPIRED"),
        .detail = BT_STR(BT_EXPIRED_TEXT)
    };

    return bt_audit_append(store, &event);
}


static bt_store_status
expire_open(bt_store *store, expiry *expired)
{
    bt_change        *change = &expired->change;
    bt_store_status   status;

    *change = (bt_change) {
        .kind = "command",
        .old_status = "REQUESTED",
        .new_status = "EXPIRED",
        .at = bt_time_now()
    };

    status = find_overdue(store, expired);

    if (status != BT_STORE_OK || change->id == 0) {
        return status;
    }

    status = bt_change_number(store, &change->number);

    if (status == BT_STORE_OK) {
        status = write_expired(store, change);
    }

    if (status == BT_STORE_OK) {
        status = bt_change_add(store, change);
    }

    return status == BT_STORE_OK ? audit_expired(store, expired) : status;
}


bt_store_status
bt_command_expire_open(bt_store *store, int64_t log_id)
{
    expiry  expired = { .log_id = log_id };

    return expire_open(store, &expired);
}


typedef struct {
    int64_t  log_id;
    bt_usec  listed_at;
} overdue;


/* The log backup shows its last command: it has changed too. */
static bt_store_status
touch_log(bt_store *store, const overdue *log, const bt_change *expired,
    const char *status_now)
{
    bt_store_status  status;
    bt_change        change = {
        .number = expired->number,
        .kind = "log",
        .id = log->log_id,
        .cluster_id = expired->cluster_id,
        .tenant_id = expired->tenant_id,
        .old_status = status_now,
        .new_status = status_now,
        .at = expired->at
    };
    bt_value         values[] = {
        bt_time(expired->at), bt_int(expired->number),
        bt_time(log->listed_at), bt_int(log->log_id)
    };

    status = bt_store_run(store, "UPDATE log_backups SET updated = ?,"
                          " change_no = ? WHERE listed_at = ? AND id = ?",
                          values, sizeof(values) / sizeof(values[0]), NULL,
                          NULL);

    return status == BT_STORE_OK ? bt_change_add(store, &change) : status;
}


/* Locks the log backup first, as everybody does. */
static bt_store_status
lock_log(bt_store *store, const overdue *log, char *status_now, size_t size)
{
    bt_str           now;
    bt_buf           text;
    bt_rows         *rows;
    bt_value         key[2] = { bt_time(log->listed_at), bt_int(log->log_id) };
    bt_store_status  status;

    bt_buf_init(&text, status_now, size);
    status = bt_store_run(store, "SELECT status FROM log_backups"
                          " WHERE listed_at = ? AND id = ? FOR UPDATE",
                          key, 2, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (bt_rows_next(rows) > 0) {
        now = bt_rows_get(rows, 0).text;
        bt_buf_add(&text, now.data, now.len);
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}


static bt_store_status
expire_one(bt_store *store, const overdue *log, int64_t *expired)
{
    char             status_now[64];
    expiry           one = { .log_id = log->log_id };
    bt_store_status  status;

    *expired = 0;

    status = bt_store_begin(store);

    if (status != BT_STORE_OK) {
        return status;
    }

    status = lock_log(store, log, status_now, sizeof(status_now));

    if (status == BT_STORE_OK) {
        status = expire_open(store, &one);
    }

    if (status == BT_STORE_OK && one.change.id != 0 && status_now[0] != '\0') {
        status = touch_log(store, log, &one.change, status_now);
    }

    if (status == BT_STORE_OK) {
        status = bt_store_commit(store);

    } else {
        bt_store_rollback(store);
    }

    if (status == BT_STORE_OK) {
        *expired = one.change.id;
    }

    return status;
}


static bt_store_status
find_all_overdue(bt_store *store, overdue *out, size_t *count)
{
    bt_rows         *rows;
    bt_value         limit;
    bt_store_status  status;

    *count = 0;
    limit = bt_int(BT_EXPIRE_BATCH);
    status = bt_store_run(store, "SELECT t.target_id, k.listed_at"
                          " FROM commands t"
                          " LEFT JOIN record_keys k ON k.id = t.target_id"
                          " WHERE t.open_target IS NOT NULL AND "
                          BT_SQL_OVERDUE("t") " LIMIT ?",
                          &limit, 1, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    while (*count < BT_EXPIRE_BATCH && bt_rows_next(rows) > 0) {
        out[(*count)++] = (overdue) { bt_rows_get(rows, 0).number,
                                      bt_rows_get(rows, 1).number };
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}


bt_store_status
bt_command_expire(bt_store *store, int64_t expired[BT_EXPIRE_BATCH],
    size_t *count)
{
    size_t           i, found;
    int64_t          id;
    overdue          logs[BT_EXPIRE_BATCH];
    bt_store_status  status;

    *count = 0;
    status = find_all_overdue(store, logs, &found);

    for (i = 0; status == BT_STORE_OK && i < found; i++) {
        status = expire_one(store, &logs[i], &id);

        if (id != 0) {
            expired[(*count)++] = id;
        }
    }

    return status;
}

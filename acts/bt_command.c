/* bt_command.c: the life of commands in the store. */

#include "acts/bt_command.h"

#include "acts/bt_subject.h"
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
    bt_change   change;
    const char *kind;
    int64_t     open_target;
    int64_t     target_id;
    char        action[33];
} expiry;


/* The overdue command of a target, its row locked. */
static bt_store_status
find_overdue(bt_store *store, expiry *expired)
{
    bt_str           text;
    bt_buf           action;
    bt_rows         *rows;
    bt_value         key[2];
    bt_store_status  status;

    key[0] = bt_text(bt_str_of(expired->kind));
    key[1] = bt_int(expired->open_target);
    status = bt_store_run(store, "SELECT t.id, t.cluster_id, t.tenant_id,"
                          " t.target_id, t.action FROM commands t"
                          " WHERE t.kind = ? AND t.open_target = ? AND "
                          BT_SQL_OVERDUE("t") " FOR UPDATE",
                          key, 2, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (bt_rows_next(rows) > 0) {
        expired->change.id = bt_rows_get(rows, 0).number;
        expired->change.cluster_id = bt_rows_get(rows, 1).number;
        expired->change.tenant_id = bt_rows_get(rows, 2).number;
        expired->target_id = bt_rows_get(rows, 3).number;

        text = bt_rows_get(rows, 4).text;
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
        .kind = bt_str_of(expired->kind),
        .target_id = expired->target_id,
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

    status = bt_change_number(store, change->cluster_id, &change->number);

    if (status == BT_STORE_OK) {
        status = write_expired(store, change);
    }

    if (status == BT_STORE_OK) {
        status = bt_change_add(store, change);
    }

    return status == BT_STORE_OK ? audit_expired(store, expired) : status;
}


bt_store_status
bt_command_expire_open(bt_store *store, const char *kind, int64_t open_target)
{
    expiry  expired = { .kind = kind, .open_target = open_target };

    return expire_open(store, &expired);
}


/* What an overdue command is about. */
typedef struct {
    bt_view_e  kind;
    int64_t    target_id;
    int64_t    open_target;
} overdue;


/* Locks the record first, as everybody does.  It shows its last command: it
 * has changed, too. */
static bt_store_status
expire_locked(bt_store *store, const overdue *target, expiry *one)
{
    bt_subject       subject = { .kind = target->kind,
                                 .id = target->target_id };
    bt_store_status  status;

    status = bt_subject_find(store, &subject, true);

    if (status == BT_STORE_OK) {
        status = expire_open(store, one);
    }

    return status == BT_STORE_OK && one->change.id != 0 && subject.there
           ? bt_subject_touch(store, &subject, one->change.at,
                             one->change.number) : status;
}


static bt_store_status
expire_one(bt_store *store, const overdue *target, int64_t *expired)
{
    expiry           one = { .kind = bt_view_name(target->kind),
                             .open_target = target->open_target };
    bt_store_status  status;

    *expired = 0;
    status = bt_store_begin(store);

    if (status != BT_STORE_OK) {
        return status;
    }

    status = expire_locked(store, target, &one);

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
    status = bt_store_run(store, "SELECT t.kind, t.target_id, t.open_target"
                          " FROM commands t"
                          " WHERE t.open_target IS NOT NULL AND "
                          BT_SQL_OVERDUE("t") " LIMIT ?",
                          &limit, 1, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    while (*count < BT_EXPIRE_BATCH && bt_rows_next(rows) > 0) {
        out[(*count)++] = (overdue) {
            bt_view_by_name(bt_rows_get(rows, 0).text),
            bt_rows_get(rows, 1).number, bt_rows_get(rows, 2).number
        };
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
    overdue          targets[BT_EXPIRE_BATCH];
    bt_store_status  status;

    *count = 0;
    status = find_all_overdue(store, targets, &found);

    for (i = 0; status == BT_STORE_OK && i < found; i++) {
        status = expire_one(store, &targets[i], &id);

        if (id != 0) {
            expired[(*count)++] = id;
        }
    }

    return status;
}

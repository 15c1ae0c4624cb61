/* act.c: carries out a posted form: one act, once, on record. */

#include "fcgi_backend/act.h"

#include <string.h>

#include "fcgi_backend/command.h"
#include "fcgi_backend/document.h"
#include "fcgi_backend/form.h"
#include "fcgi_backend/row.h"
#include "fcgi_backend/target.h"

#define TRIES           5        /* of a transaction that met a deadlock */
#define ADDRESS_BYTES   64       /* columns of audit_events */
#define REQUEST_BYTES   64
#define ROLES_BYTES     128
#define DETAIL_BYTES    2048


/* One posted act on its way. */
typedef struct {
    bt_reply   *reply;
    bt_form     form;
    bt_target   target;
    bt_usec     now;
    int64_t     command_id;
    int         refused;          /* HTTP status; 0: not refused */
    bool        repeated;         /* the same key was there before */
} act;

typedef bt_store_status (*act_body)(act *a);


/* Not longer than a column; a cut in a character is no matter in these. */
static bt_str
cut(const char *text, size_t max)
{
    bt_str  s = bt_str_of(text);

    while (s.len > max || (s.len > 0 && !bt_utf8_valid(s, NULL))) {
        s.len--;
    }

    return s;
}


static bt_store_status
write_audit(const act *a, const char *outcome, const char *detail)
{
    const bt_request  *request = a->reply->request;
    bt_audit_event     event = {
        .at = a->now,
        .user = bt_str_of(request->user),
        .roles = cut(request->role_names, ROLES_BYTES),
        .client_address = cut(request->client, ADDRESS_BYTES),
        .request_id = cut(request->id, REQUEST_BYTES),
        .action = bt_str_of(bt_action_name(request->route.action)),
        .kind = bt_str_of(bt_view_name(request->route.kind)),
        .target_id = request->route.id,
        .cluster_id = a->target.cluster_id,
        .tenant_id = a->target.tenant_id,
        .command_id = a->command_id,
        .outcome = bt_str_of(outcome),
        .detail = cut(detail, DETAIL_BYTES)
    };

    return bt_audit_append(a->reply->store, &event);
}


static bt_store_status
run_transaction(act *a, act_body body)
{
    int              i;
    bt_store        *store = a->reply->store;
    bt_store_status  status;

    for (i = 0; i < TRIES; i++) {
        a->refused = 0;
        status = bt_store_begin(store);

        if (status == BT_STORE_OK) {
            status = body(a);
        }

        if (status == BT_STORE_OK && a->refused == 0) {
            status = bt_store_commit(store);

        } else {
            bt_store_rollback(store);
        }

        if (status != BT_STORE_CONFLICT && status != BT_STORE_DUPLICATE) {
            return status;
        }
    }

    return status;
}


static bt_store_status
refusal_body(act *a)
{
    int64_t          number;
    bt_store_status  status;

    status = bt_change_number(a->reply->store, &number);

    return status == BT_STORE_OK
           ? write_audit(a, "REFUSED", a->reply->error.text) : status;
}


/* Writes the refusal down; the reader gets it even where that fails. */
static int
refuse(act *a, int status)
{
    (void) run_transaction(a, refusal_body);

    return status;
}


static void
set_refusal(act *a, int status, const char *text)
{
    bt_reply_error(a->reply, status, status == 403 ? "FORBIDDEN" : "CONFLICT",
                   text);
    a->reply->error.present_state = a->target.status;
    a->refused = status;
}


/* Locks the target's row and takes its present state. */
static bt_store_status
lock_target(act *a)
{
    char             sql[256];
    bt_buf           text;
    bt_rows         *rows;
    bt_value         key[2] = { bt_time(a->target.listed_at),
                                bt_int(a->target.id) };
    bt_store_status  status;

    bt_buf_init(&text, sql, sizeof(sql));
    bt_buf_addz(&text, "SELECT t.status");
    bt_buf_addz(&text, a->target.list->table);
    bt_buf_addz(&text, " WHERE t.listed_at = ? AND t.id = ? FOR UPDATE");

    status = bt_store_run(a->reply->store, sql, key, 2, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (bt_rows_next(rows) > 0) {
        a->target.status = bt_pool_copy(a->reply->request->pool,
                                        bt_value_text(bt_rows_get(rows, 0)));

    } else {
        set_refusal(a, 409, "The record is not there any more. Look at the"
                    " list again.");
    }

    bt_rows_close(rows);

    return a->target.status != NULL ? BT_STORE_OK : BT_STORE_ERROR;
}


/* The command that the same form made before. */
static bt_store_status
find_repeated(act *a)
{
    bt_str           action;
    bt_rows         *rows;
    bt_value         key[2];
    bt_store_status  status;

    key[0] = bt_text(bt_str_of(a->reply->request->user));
    key[1] = bt_text(bt_str_of(a->form.idempotency_key));
    status = bt_store_run(a->reply->store, "SELECT id, target_id, action"
                          " FROM commands WHERE requested_by = ?"
                          " AND idempotency_key = ?", key, 2, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (bt_rows_next(rows) > 0) {
        action = bt_value_text(bt_rows_get(rows, 2));

        if (bt_rows_get(rows, 1).number == a->target.id
            && bt_str_eqz(action,
                          bt_action_name(a->reply->request->route.action)))
        {
            a->command_id = bt_rows_get(rows, 0).number;
            a->repeated = true;

        } else {
            set_refusal(a, 409, "This form was used for something else"
                        " already. Open it again.");
        }
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}


static bt_store_status
find_open(act *a)
{
    bt_rows         *rows;
    bt_value         id;
    bt_store_status  status;

    id = bt_int(a->target.id);
    status = bt_store_run(a->reply->store, "SELECT id FROM commands"
                          " WHERE open_target = ?", &id, 1, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    a->target.open_id = bt_rows_next(rows) > 0 ? bt_rows_get(rows, 0).number
                                               : 0;
    bt_rows_close(rows);

    return BT_STORE_OK;
}


static void
check_state(act *a)
{
    int          code;
    const char  *refusal;

    if (a->refused != 0) {
        return;
    }

    if (a->target.open_id == 0
        && strcmp(a->target.status, a->form.expected_state) != 0)
    {
        set_refusal(a, 409, "The state has changed since you opened the form."
                    " Look at the record again.");
        return;
    }

    refusal = bt_target_refusal(&a->target, a->reply->request->route.action,
                                &code);

    if (refusal != NULL) {
        set_refusal(a, code, refusal);
    }
}


static bt_store_status
insert_command(act *a, int64_t number)
{
    bt_usec            deadline;
    bt_store_status    status;
    const bt_target   *target = &a->target;
    const bt_request  *request = a->reply->request;

    deadline = a->now + a->reply->context->command_seconds * BT_SECOND;

    bt_value  values[] = {
        bt_text(bt_str_of(bt_action_name(request->route.action))),
        bt_int(target->id), bt_int(target->cluster_id),
        bt_int(target->tenant_id), bt_text(bt_str_of(target->status)),
        bt_int(target->id), bt_text(bt_str_of(a->form.idempotency_key)),
        bt_text(bt_str_of(request->user)), bt_time(a->now),
        bt_text(cut(request->client, ADDRESS_BYTES)), bt_time(deadline),
        bt_time(a->now), bt_int(number)
    };

    status = bt_store_run(a->reply->store, "INSERT INTO commands (action,"
                          " kind, target_id, cluster_id, tenant_id,"
                          " expected_state, state, open_target,"
                          " idempotency_key, requested_by, requested_at,"
                          " client_address, deadline, updated, change_no)"
                          " VALUES (?, 'log', ?, ?, ?, ?, 'REQUESTED', ?, ?,"
                          " ?, ?, ?, ?, ?, ?)",
                          values, sizeof(values) / sizeof(values[0]), NULL,
                          NULL);

    a->command_id = bt_store_insert_id(a->reply->store);

    return status;
}


static bt_store_status
add_changes(act *a, int64_t number)
{
    bt_store_status  status;
    bt_change        change = {
        .number = number,
        .kind = bt_view_name(a->reply->request->route.kind),
        .id = a->target.id,
        .cluster_id = a->target.cluster_id,
        .tenant_id = a->target.tenant_id,
        .old_status = a->target.status,
        .new_status = a->target.status,
        .at = a->now
    };

    status = bt_change_add(a->reply->store, &change);

    if (status != BT_STORE_OK || a->command_id == 0) {
        return status;
    }

    change.kind = "command";
    change.id = a->command_id;
    change.old_status = NULL;
    change.new_status = "REQUESTED";

    return bt_change_add(a->reply->store, &change);
}


static bt_store_status
touch_log(act *a, int64_t number)
{
    bt_value  values[] = {
        bt_int(a->command_id), bt_time(a->now), bt_int(number),
        bt_time(a->target.listed_at), bt_int(a->target.id)
    };

    return bt_store_run(a->reply->store, "UPDATE log_backups"
                        " SET last_command_id = ?, updated = ?, change_no = ?"
                        " WHERE listed_at = ? AND id = ?",
                        values, sizeof(values) / sizeof(values[0]), NULL,
                        NULL);
}


/* Locks first, then the change number, whose lock orders all writers. */
static bt_store_status
request_command(act *a)
{
    int64_t          number;
    bt_store_status  status;

    status = bt_change_number(a->reply->store, &number);

    if (status == BT_STORE_OK) {
        status = insert_command(a, number);
    }

    if (status == BT_STORE_OK) {
        status = touch_log(a, number);
    }

    if (status == BT_STORE_OK) {
        status = add_changes(a, number);
    }

    return status == BT_STORE_OK ? write_audit(a, "ACCEPTED", "") : status;
}


static bt_store_status
command_body(act *a)
{
    bt_store_status  status;

    status = lock_target(a);

    if (status == BT_STORE_OK) {
        status = find_repeated(a);
    }

    if (status != BT_STORE_OK || a->repeated || a->refused != 0) {
        return status;
    }

    status = bt_command_expire_open(a->reply->store, a->target.id);

    if (status == BT_STORE_OK) {
        status = find_open(a);
    }

    if (status != BT_STORE_OK) {
        return status;
    }

    check_state(a);

    return a->refused == 0 ? request_command(a) : BT_STORE_OK;
}


static bt_store_status
insert_acknowledgement(act *a)
{
    bt_value  values[] = {
        bt_int(a->target.id), bt_text(bt_str_of(a->reply->request->user)),
        bt_time(a->now),
        *a->form.reason != '\0' ? bt_text(bt_str_of(a->form.reason))
                                : bt_null()
    };

    return bt_store_run(a->reply->store, "INSERT INTO acknowledgements"
                        " (record_id, acknowledged_by, acknowledged_at,"
                        " reason) VALUES (?, ?, ?, ?)",
                        values, sizeof(values) / sizeof(values[0]), NULL,
                        NULL);
}


static bt_store_status
touch_record(act *a, int64_t number)
{
    char      sql[256];
    bt_buf    text;
    bt_value  values[] = {
        bt_time(a->now), bt_int(number), bt_time(a->target.listed_at),
        bt_int(a->target.id)
    };

    bt_buf_init(&text, sql, sizeof(sql));
    bt_buf_addz(&text, "UPDATE");
    bt_buf_addz(&text, a->target.list->table + sizeof(" FROM") - 1);
    bt_buf_addz(&text, " SET t.updated = ?, t.change_no = ?"
                " WHERE t.listed_at = ? AND t.id = ?");

    return bt_store_run(a->reply->store, sql, values,
                        sizeof(values) / sizeof(values[0]), NULL, NULL);
}


static bt_store_status
is_acknowledged(act *a, bool *acknowledged)
{
    bt_rows         *rows;
    bt_value         id;
    bt_store_status  status;

    id = bt_int(a->target.id);
    status = bt_store_run(a->reply->store, "SELECT 1 FROM acknowledgements"
                          " WHERE record_id = ?", &id, 1, &rows, NULL);

    if (status == BT_STORE_OK) {
        *acknowledged = bt_rows_next(rows) > 0;
        bt_rows_close(rows);
    }

    return status;
}


static bt_store_status
acknowledge(act *a)
{
    int64_t          number;
    bt_store_status  status;

    status = bt_change_number(a->reply->store, &number);

    if (status == BT_STORE_OK) {
        status = insert_acknowledgement(a);
    }

    if (status == BT_STORE_OK) {
        status = touch_record(a, number);
    }

    if (status == BT_STORE_OK) {
        status = add_changes(a, number);
    }

    return status == BT_STORE_OK ? write_audit(a, "ACCEPTED", a->form.reason)
                                 : status;
}


/* Who acknowledged first stays: the second sees the record as it is. */
static bt_store_status
acknowledge_body(act *a)
{
    bt_store_status  status;

    status = lock_target(a);

    if (status == BT_STORE_OK) {
        status = is_acknowledged(a, &a->repeated);
    }

    if (status != BT_STORE_OK || a->repeated || a->refused != 0) {
        return status;
    }

    /* Neither stands in the way, but a state that has moved does. */
    a->target.acknowledged = false;
    a->target.open_id = 0;
    check_state(a);

    return a->refused == 0 ? acknowledge(a) : BT_STORE_OK;
}


static void
set_location(act *a)
{
    bt_route         route;
    const bt_route  *from = &a->reply->request->route;

    if (from->action == BT_ACTION_ACKNOWLEDGE) {
        route = (bt_route) { .view = from->kind };
        route.id = from->id;

    } else {
        route = (bt_route) { .view = BT_VIEW_COMMANDS };
        route.id = a->command_id;
    }

    /* The query holds no more than how the reader wants to see things. */
    a->reply->output->location =
        bt_document_href(a->reply, &route, &a->reply->request->query, NULL,
                         NULL).data;
    a->reply->output->cache_control = "private, no-store";
    a->reply->output->type = NULL;
}


static int
carry_out(act *a)
{
    bt_store_status  status;

    status = run_transaction(
        a, a->reply->request->route.action == BT_ACTION_ACKNOWLEDGE
           ? acknowledge_body : command_body);

    if (status != BT_STORE_OK) {
        return bt_reply_store(a->reply, status);
    }

    if (a->refused != 0) {
        a->command_id = 0;
        return refuse(a, a->refused);
    }

    set_location(a);

    return 303;
}


int
bt_act(bt_reply *reply)
{
    act              a;
    int              status;
    bool             found;
    bt_store_status  read;

    if (!bt_route_takes_post(&reply->request->route)) {
        return bt_reply_error(reply, 405, "METHOD_NOT_ALLOWED",
                              "Only the forms of acts take POST. Use GET.");
    }

    a = (act) { .reply = reply, .now = bt_time_now() };
    status = bt_form_read(reply, &a.form);

    if (status != 200) {
        return status;
    }

    read = bt_target_read(reply, &a.target, &found);

    if (read != BT_STORE_OK) {
        return bt_reply_store(reply, read);
    }

    if (!found) {
        return bt_reply_not_found(reply);
    }

    if (!bt_form_trusted(&a.form, reply->request->csrf)) {
        bt_reply_error(reply, 403, "FORBIDDEN",
                       "The form is too old or was not made for you. Open it"
                       " again.");
        return refuse(&a, 403);
    }

    return carry_out(&a);
}

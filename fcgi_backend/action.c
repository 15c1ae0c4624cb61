/* action.c: the form of an act: what it will do, and whether it can be done. */

#include "fcgi_backend/views.h"

#include <string.h>
#include <sys/random.h>

#include "fcgi_backend/document.h"
#include "fcgi_backend/record.h"
#include "fcgi_backend/target.h"

#define KEY_BYTES  16


/* What a backup is made of, as far as it is chosen. */
static const bt_field  backup_fields[] = {
    { "id", BT_FIELD_PLAIN, "c.id" },
    { "cluster", BT_FIELD_CLUSTER, "c.id, c.name, c.simulated" },
    { "tenant", BT_FIELD_REF, BT_SQL_TENANT },
    { "last-full", BT_FIELD_PLAIN, "n.last_full" },
    { "last-incremental", BT_FIELD_PLAIN, "n.last_incremental" },
    { "log-status", BT_FIELD_PLAIN,
      "(SELECT l.status FROM log_backups l WHERE l.cluster_id = c.id"
      " AND l.tenant_id = n.id ORDER BY l.listed_at DESC, l.id DESC LIMIT 1)" },
    { "observed", BT_FIELD_PLAIN, "c.observed" },
    { "stale", BT_FIELD_STALE, BT_SQL_STALE }
};

#define BACKUP_FIELDS  (sizeof(backup_fields) / sizeof(backup_fields[0]))


static bt_store_status
write_backup(bt_reply *reply, const bt_target *target)
{
    bt_sql           sql;
    bt_store_status  status;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT ");
    bt_row_columns(&sql, backup_fields, BACKUP_FIELDS);
    bt_sql_value(&sql, " FROM clusters c LEFT JOIN tenants n ON n.id = ?",
                 bt_int(target->tenant_id));
    bt_sql_value(&sql, " WHERE c.id = ?", bt_int(target->id));
    status = bt_record_part(reply, &sql, "target", "cluster-backup",
                            backup_fields, BACKUP_FIELDS);
    bt_sql_free(&sql);

    return status;
}


/* The record itself, with all its fields. */
static bt_store_status
write_target(bt_reply *reply, const bt_target *target)
{
    bt_rows         *rows;
    bt_store_status  status;

    if (target->list == NULL) {
        return write_backup(reply, target);
    }

    status = bt_record_read(reply, target->list, target->id, &rows);

    if (status != BT_STORE_OK || rows == NULL) {
        return status;
    }

    bt_xml_open(reply->xml, "target");
    bt_xml_open(reply->xml, target->list->row);
    bt_row_write(reply, target->list->fields, target->list->field_count, rows,
                 1, target->id, NULL, NULL);
    bt_xml_close(reply->xml);
    bt_xml_close(reply->xml);
    bt_rows_close(rows);

    return BT_STORE_OK;
}


static void
write_possible(bt_reply *reply, const bt_target *target, bt_action_e action)
{
    const char      *refusal;
    bt_act_outcome   outcome;

    refusal = bt_act_refusal(&target->facts, action, &outcome);

    if (refusal == NULL && target->choices != NULL) {
        refusal = "The cluster has several tenants. Choose one of them.";
    }

    if (refusal == NULL) {
        bt_xml_open(reply->xml, "possible");
        bt_xml_close(reply->xml);
        return;
    }

    bt_xml_open(reply->xml, "refused");
    bt_xml_attr_int(reply->xml, "code",
                    outcome == BT_ACT_FORBIDDEN ? 403 : 409);
    bt_xml_text(reply->xml, bt_str_of(refusal));
    bt_xml_close(reply->xml);
}


/* A key of its own for each form: sending the form twice is one act. */
static bool
write_key(bt_reply *reply)
{
    char                 text[2 * KEY_BYTES];
    size_t               i;
    unsigned char        key[KEY_BYTES];
    static const char    digits[] = "0123456789abcdef";

    if (getrandom(key, sizeof(key), 0) != sizeof(key)) {
        return false;
    }

    for (i = 0; i < KEY_BYTES; i++) {
        text[2 * i] = digits[key[i] >> 4];
        text[2 * i + 1] = digits[key[i] & 15];
    }

    bt_xml_leaf(reply->xml, "idempotency-key", (bt_str) { text, sizeof(text) });

    return true;
}


/* What a restart loses at least: the log since the latest backup. */
static void
write_gap(bt_reply *reply, const bt_target *target, bt_action_e action)
{
    int64_t  seconds;

    if (action != BT_ACTION_RESTART || target->latency < 0) {
        return;
    }

    seconds = target->latency;

    if (target->observed != BT_USEC_NONE
        && target->observed < reply->request->now)
    {
        seconds += (reply->request->now - target->observed) / BT_SECOND;
    }

    bt_xml_open(reply->xml, "gap");
    bt_xml_attr_int(reply->xml, "seconds", seconds);
    bt_xml_close(reply->xml);
}


/* mode: NULL where there is no choice of it. */
static void
write_statement(bt_reply *reply, const char *text, const char *mode)
{
    bt_xml_open(reply->xml, "statement");

    if (mode != NULL) {
        bt_xml_attr(reply->xml, "mode", bt_str_of(mode));
    }

    bt_xml_text(reply->xml, bt_str_of(text));
    bt_xml_close(reply->xml);
}


static void
write_log_statements(bt_reply *reply, const bt_target *target, int major)
{
    char    text[BT_OB_STATEMENTS][BT_OB_STATEMENT_MAX];
    size_t  i, count;

    count = bt_ob_statements(text, reply->request->route.action, major,
                             bt_str_of(target->tenant),
                             bt_str_of(target->raw_status));

    for (i = 0; i < count; i++) {
        write_statement(reply, text[i], NULL);
    }
}


static void
write_backup_statements(bt_reply *reply, const bt_target *target, int major)
{
    char    text[BT_OB_STATEMENT_MAX];
    bt_str  tenant = bt_str_of(target->tenant);

    if (bt_ob_backup(text, false, major, tenant, 0)) {
        write_statement(reply, text, "FULL");
    }

    if (bt_ob_backup(text, true, major, tenant, 0)) {
        write_statement(reply, text, "INCREMENTAL");
    }
}


static void
write_cancel_statement(bt_reply *reply, const bt_target *target, int major)
{
    char  text[BT_OB_STATEMENT_MAX];

    if (bt_ob_cancel(text, target->list->view, major,
                     bt_str_of(target->tenant)))
    {
        write_statement(reply, text, NULL);
    }
}


/* What the cluster's own program is asked for: contract, section 8.  Where it
 * stands is for the agent to know. */
static void
write_program_calls(bt_reply *reply, bt_action_e action)
{
    size_t  i;

    static const struct {
        bt_action_e  action;
        const char  *mode;
        const char  *call;
    } calls[] = {
        { BT_ACTION_START, NULL, "PROGRAM start-log" },
        { BT_ACTION_STOP, NULL, "PROGRAM stop-log" },
        { BT_ACTION_RESTART, NULL, "PROGRAM stop-log" },
        { BT_ACTION_RESTART, NULL, "PROGRAM start-log" },
        { BT_ACTION_BACKUP, "FULL", "PROGRAM backup-full" },
        { BT_ACTION_BACKUP, "INCREMENTAL", "PROGRAM backup-incremental" },
        { BT_ACTION_CANCEL, NULL, "PROGRAM cancel" }
    };

    for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {

        if (calls[i].action == action) {
            write_statement(reply, calls[i].call, calls[i].mode);
        }
    }
}


static void
write_statements(bt_reply *reply, const bt_target *target, bt_action_e action)
{
    int  major = bt_ob_major(bt_str_of(target->version));

    bt_xml_open(reply->xml, "statements");

    if (strcmp(target->adapter, "program") == 0) {
        write_program_calls(reply, action);
        bt_xml_close(reply->xml);
        return;
    }

    switch (action) {

    case BT_ACTION_BACKUP:
        write_backup_statements(reply, target, major);
        break;

    case BT_ACTION_CANCEL:
        write_cancel_statement(reply, target, major);
        break;

    default:
        write_log_statements(reply, target, major);
    }

    bt_xml_close(reply->xml);
}


static void
write_choices(bt_reply *reply, const bt_target *target)
{
    const bt_choice  *choice;

    if (target->choices == NULL || target->facts.forbidden) {
        return;
    }

    bt_xml_open(reply->xml, "choices");

    for (choice = target->choices; choice != NULL; choice = choice->next) {
        bt_xml_open(reply->xml, "tenant");
        bt_xml_attr_int(reply->xml, "id", choice->id);
        bt_xml_text(reply->xml, bt_str_of(choice->name));
        bt_xml_close(reply->xml);
    }

    bt_xml_close(reply->xml);
}


static void
write_agent(bt_reply *reply, const bt_target *target)
{
    if (target->agent_seen == BT_USEC_NONE) {
        return;
    }

    bt_xml_open(reply->xml, "agent");
    bt_document_time_attr(reply, "last-seen", target->agent_seen);
    bt_xml_close(reply->xml);
}


static bt_store_status
write_form(bt_reply *reply, const bt_target *target)
{
    bt_usec          restorable;
    bt_action_e      action;
    bt_store_status  status;

    action = reply->request->route.action;

    status = bt_record_begin(reply, "action-form", target->observed);

    if (status != BT_STORE_OK) {
        return status;
    }

    bt_xml_leaf(reply->xml, "action", bt_str_of(bt_action_name(action)));
    status = write_target(reply, target);

    if (status != BT_STORE_OK) {
        return status;
    }

    write_possible(reply, target, action);
    write_choices(reply, target);
    bt_xml_leaf(reply->xml, "expected-state", bt_str_of(target->facts.status));

    if (!write_key(reply)) {
        return BT_STORE_ERROR;
    }

    restorable = target->restorable_to != BT_USEC_NONE ? target->restorable_to
                                                       : target->latest;
    bt_document_time(reply, "last-restorable", restorable);
    write_gap(reply, target, action);
    write_statements(reply, target, action);
    write_agent(reply, target);
    bt_document_end(reply, 1, true);

    return BT_STORE_OK;
}


int
bt_view_action(bt_reply *reply)
{
    bool             found;
    bt_target        target;
    bt_store_status  status;

    status = bt_target_read(reply, &target, &found);

    if (status != BT_STORE_OK) {
        return bt_reply_store(reply, status);
    }

    if (!found) {
        return bt_reply_not_found(reply);
    }

    return bt_reply_store(reply, write_form(reply, &target));
}

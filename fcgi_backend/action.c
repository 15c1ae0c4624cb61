/* action.c: the form of an act: what it will do, and whether it can be done. */

#include "fcgi_backend/views.h"

#include <string.h>
#include <sys/random.h>

#include "fcgi_backend/document.h"
#include "fcgi_backend/record.h"
#include "fcgi_backend/target.h"

#define KEY_BYTES  16


/* The record itself, with all its fields. */
static bt_store_status
write_target(bt_reply *reply, const bt_target *target)
{
    bt_rows         *rows;
    bt_store_status  status;

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


static void
write_statements(bt_reply *reply, const bt_target *target, bt_action_e action)
{
    int     major;
    char    text[BT_OB_STATEMENTS][BT_OB_STATEMENT_MAX];
    size_t  i, count;

    count = 0;

    /* A program's acts are not statements. */
    if (strcmp(target->adapter, "program") != 0) {
        major = bt_ob_major(bt_str_of(target->version));
        count = bt_ob_statements(text, action, major,
                                 bt_str_of(target->tenant),
                                 bt_str_of(target->raw_status));
    }

    bt_xml_open(reply->xml, "statements");

    for (i = 0; i < count; i++) {
        bt_xml_leaf(reply->xml, "statement", bt_str_of(text[i]));
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

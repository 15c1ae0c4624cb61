/* row.c: rows of a result as elements, described by one table per view. */

#include "fcgi_backend/row.h"

#include <stdio.h>
#include <string.h>

#include "acts/bt_act.h"
#include "common/bt_day.h"
#include "fcgi_backend/cause.h"
#include "fcgi_backend/document.h"
#include "health/bt_health.h"


static const size_t  field_columns[] = {
    [BT_FIELD_PLAIN] = 1,
    [BT_FIELD_DECIMAL] = 1,
    [BT_FIELD_REF] = 2,
    [BT_FIELD_CLUSTER] = 3,
    [BT_FIELD_DURATION] = 2,
    [BT_FIELD_CAUSE] = 4,
    [BT_FIELD_ACK] = 3,
    [BT_FIELD_STALE] = 3,
    [BT_FIELD_COMMAND] = 8,
    [BT_FIELD_PROGRESS] = 2,
    [BT_FIELD_ACTIONS] = 1,
    [BT_FIELD_CANCEL] = 2,
    [BT_FIELD_BACKUP] = 4,
    [BT_FIELD_DOCUMENTS] = 2,
    [BT_FIELD_EXTRA] = 0
};


size_t
bt_field_columns(bt_field_e kind)
{
    return field_columns[kind];
}


void
bt_row_columns(bt_sql *sql, const bt_field *fields, size_t count)
{
    size_t       i;
    const char  *separator = "";

    for (i = 0; i < count; i++) {

        if (fields[i].sql != NULL) {
            bt_sql_add(sql, separator);
            bt_sql_add(sql, fields[i].sql);
            separator = ", ";
        }
    }
}


void
bt_row_value(bt_reply *reply, const char *element, bt_value value)
{
    switch (value.type) {

    case BT_VALUE_INT:
        bt_xml_leaf_int(reply->xml, element, value.number);
        break;

    case BT_VALUE_TIME:
        bt_document_time(reply, element, value.number);
        break;

    case BT_VALUE_TEXT:
        if (value.text.len > 0) {
            bt_xml_leaf(reply->xml, element, value.text);
        }
        break;

    case BT_VALUE_NULL:
        break;
    }
}


bt_value
bt_row_decimal(bt_value value)
{
    bt_str  *text = &value.text;

    if (value.type == BT_VALUE_TEXT
        && memchr(text->data, '.', text->len) != NULL)
    {
        while (text->data[text->len - 1] == '0') {
            text->len--;
        }

        if (text->data[text->len - 1] == '.') {
            text->len--;
        }
    }

    return value;
}


static bool
is_true(bt_value value)
{
    return value.type == BT_VALUE_INT && value.number != 0;
}


static void
write_ref(bt_reply *reply, const char *element, bt_value id, bt_value name,
    bool simulated)
{
    if (id.type != BT_VALUE_INT) {
        return;
    }

    bt_xml_open(reply->xml, element);
    bt_xml_attr_int(reply->xml, "id", id.number);

    if (simulated) {
        bt_xml_attr(reply->xml, "simulated", BT_STR("true"));
    }

    bt_xml_text(reply->xml, bt_value_text(name));
    bt_xml_close(reply->xml);
}


bool
bt_row_duration(bt_value start, bt_value end, int64_t *seconds)
{
    if (start.type != BT_VALUE_TIME || end.type != BT_VALUE_TIME
        || end.number < start.number)
    {
        return false;
    }

    *seconds = (end.number - start.number) / BT_SECOND;

    return true;
}


static void
write_duration(bt_reply *reply, const char *element, const bt_value values[2])
{
    int64_t  seconds;

    if (bt_row_duration(values[0], values[1], &seconds)) {
        bt_xml_leaf_int(reply->xml, element, seconds);
    }
}


static void
write_language(bt_reply *reply, const char *element, const char *const text[2])
{
    size_t                     i;
    static const char *const   languages[2] = { "en", "zh" };

    for (i = 0; i < 2; i++) {
        bt_xml_open(reply->xml, element);
        bt_xml_attr(reply->xml, "xml:lang", bt_str_of(languages[i]));
        bt_xml_text(reply->xml, bt_str_of(text[i]));
        bt_xml_close(reply->xml);
    }
}


static void
write_catalogue(bt_reply *reply, bt_value code)
{
    char             text[80];
    const bt_cause  *cause;

    snprintf(text, sizeof(text), "%.*s", (int) bt_value_text(code).len,
             bt_value_text(code).data);
    cause = bt_cause_find(text);

    if (cause != NULL) {
        write_language(reply, "meaning", cause->meaning);
        write_language(reply, "remedy", cause->remedy);
    }
}


void
bt_row_cause(bt_reply *reply, const bt_value cause[4])
{
    bt_row_value(reply, "code", cause[0]);
    bt_row_value(reply, "stage", cause[1]);
    bt_row_value(reply, "text", cause[2]);
    bt_row_value(reply, "trace-id", cause[3]);
    write_catalogue(reply, cause[0]);
}


static void
write_cause(bt_reply *reply, const char *element, const bt_value *cause)
{
    size_t  i;

    for (i = 0; i < 4 && cause[i].type == BT_VALUE_NULL; i++) { /* void */ }

    if (i < 4) {
        bt_xml_open(reply->xml, element);
        bt_row_cause(reply, cause);
        bt_xml_close(reply->xml);
    }
}


static void
write_ack(bt_reply *reply, const char *element, const bt_value *ack)
{
    if (ack[0].type == BT_VALUE_NULL) {
        return;
    }

    bt_xml_open(reply->xml, element);
    bt_xml_attr(reply->xml, "by", bt_value_text(ack[0]));
    bt_document_time_attr(reply, "at", bt_value_time(ack[1]));
    bt_xml_text(reply->xml, bt_value_text(ack[2]));
    bt_xml_close(reply->xml);
}


void
bt_row_stale(bt_reply *reply, bt_value observed, bt_value round_seconds,
    bt_value reason)
{
    if (!bt_health_is_stale(reply->request->now, observed, round_seconds)) {
        return;
    }

    bt_xml_open(reply->xml, "stale");
    bt_document_time_attr(reply, "since", bt_value_time(observed));

    if (bt_value_text(reason).len > 0) {
        bt_xml_attr(reply->xml, "reason", bt_value_text(reason));
    }

    bt_xml_close(reply->xml);
}


static void
write_progress(bt_reply *reply, const char *element, const bt_value *progress)
{
    if (bt_value_text(progress[0]).len == 0) {
        return;
    }

    bt_xml_open(reply->xml, element);
    bt_document_time_attr(reply, "at", bt_value_time(progress[1]));
    bt_xml_text(reply->xml, bt_value_text(progress[0]));
    bt_xml_close(reply->xml);
}


static void
write_command(bt_reply *reply, const char *element, const bt_value *command)
{
    if (command[0].type != BT_VALUE_INT) {
        return;
    }

    bt_xml_open(reply->xml, element);
    bt_xml_attr_int(reply->xml, "id", command[0].number);
    bt_xml_attr(reply->xml, "action", bt_value_text(command[1]));
    bt_xml_attr(reply->xml, "state", bt_value_text(command[2]));
    bt_xml_attr(reply->xml, "by", bt_value_text(command[3]));
    bt_document_time_attr(reply, "at", bt_value_time(command[4]));
    bt_document_time_attr(reply, "since", bt_value_time(command[5]));
    write_progress(reply, "progress", command + 6);
    bt_xml_close(reply->xml);
}


static void
write_actions(bt_reply *reply, const char *element, bt_value status)
{
    bt_action_e  action;

    bt_xml_open(reply->xml, element);

    for (action = BT_ACTION_START; action <= BT_ACTION_RESTART; action++) {

        if (bt_act_state_allows(bt_value_text(status), action)) {
            bt_xml_open(reply->xml, bt_action_name(action));
            bt_xml_close(reply->xml);
        }
    }

    bt_xml_close(reply->xml);
}


static void
write_action(bt_reply *reply, const char *element, bt_action_e action)
{
    bt_xml_open(reply->xml, element);
    bt_xml_open(reply->xml, bt_action_name(action));
    bt_xml_close(reply->xml);
    bt_xml_close(reply->xml);
}


bool
bt_row_may_cancel(const bt_value cancel[2])
{
    return is_true(cancel[1])
           && bt_act_state_allows(bt_value_text(cancel[0]), BT_ACTION_CANCEL);
}


static void
write_cancel(bt_reply *reply, const char *element, const bt_value *values)
{
    if (bt_row_may_cancel(values)) {
        write_action(reply, element, BT_ACTION_CANCEL);
    }
}


bool
bt_row_may_back_up(const bt_value backup[4])
{
    return is_true(backup[0])
           && !bt_act_not_alone(bt_value_text(backup[1]),
                                bt_value_text(backup[2]), backup[3].number);
}


static void
write_backup(bt_reply *reply, const char *element, const bt_value *values)
{
    if (bt_row_may_back_up(values)) {
        write_action(reply, element, BT_ACTION_BACKUP);
    }
}


/* Where the documents of a report are. */
static void
write_documents(bt_reply *reply, const bt_value values[2])
{
    size_t                        i;
    bt_str                        href;
    bt_route                      route;
    bt_query                      query = { .backup_set = -1 };
    static const bt_format_e      formats[3] = {
        BT_FORMAT_HTML, BT_FORMAT_XML, BT_FORMAT_CSV
    };

    route = (bt_route) { .view = BT_VIEW_REPORT, .kind = BT_VIEW_REPORTS };

    if (!bt_day_parse(bt_value_text(values[0]), &route.id)) {
        return;
    }

    if (bt_value_text(values[1]).len > 0) {
        query.given = 1u << BT_PARAM_GROUP;
        snprintf(query.group, sizeof(query.group), "%.*s",
                 (int) bt_value_text(values[1]).len,
                 bt_value_text(values[1]).data);
    }

    for (i = 0; i < 3; i++) {
        route.format = formats[i];
        href = bt_document_href(reply, &route, &query, NULL, NULL);
        bt_xml_open(reply->xml, "link");
        bt_xml_attr(reply->xml, "rel", BT_STR("alternate"));
        bt_xml_attr(reply->xml, "type",
                    bt_str_of(bt_document_type(formats[i])));
        bt_xml_attr(reply->xml, "href", href);
        bt_xml_close(reply->xml);
    }
}


static void
write_field(bt_reply *reply, const bt_field *field, const bt_value *values)
{
    switch (field->kind) {

    case BT_FIELD_PLAIN:
        bt_row_value(reply, field->element, values[0]);
        break;

    case BT_FIELD_DECIMAL:
        bt_row_value(reply, field->element, bt_row_decimal(values[0]));
        break;

    case BT_FIELD_REF:
        write_ref(reply, field->element, values[0], values[1], false);
        break;

    case BT_FIELD_CLUSTER:
        write_ref(reply, field->element, values[0], values[1],
                  is_true(values[2]));
        break;

    case BT_FIELD_DURATION:
        write_duration(reply, field->element, values);
        break;

    case BT_FIELD_CAUSE:
        write_cause(reply, field->element, values);
        break;

    case BT_FIELD_ACK:
        write_ack(reply, field->element, values);
        break;

    case BT_FIELD_STALE:
        bt_row_stale(reply, values[0], values[1], values[2]);
        break;

    case BT_FIELD_COMMAND:
        write_command(reply, field->element, values);
        break;

    case BT_FIELD_PROGRESS:
        write_progress(reply, field->element, values);
        break;

    case BT_FIELD_CANCEL:
        write_cancel(reply, field->element, values);
        break;

    case BT_FIELD_BACKUP:
        write_backup(reply, field->element, values);
        break;

    case BT_FIELD_ACTIONS:
        write_actions(reply, field->element, values[0]);
        break;

    case BT_FIELD_DOCUMENTS:
        write_documents(reply, values);
        break;

    case BT_FIELD_EXTRA:
        break;
    }
}


void
bt_row_write(bt_reply *reply, const bt_field *fields, size_t count,
    bt_rows *rows, size_t column, int64_t id, bt_row_extra extra,
    void *context)
{
    size_t    i, j;
    bt_value  values[BT_FIELD_COLUMNS_MAX] = { { .type = BT_VALUE_NULL } };

    for (i = 0; i < count; i++) {

        if (fields[i].kind == BT_FIELD_EXTRA) {

            if (extra != NULL) {
                extra(reply, context, id);
            }

            continue;
        }

        for (j = 0; j < bt_field_columns(fields[i].kind); j++) {
            values[j] = bt_rows_get(rows, column++);
        }

        write_field(reply, &fields[i], values);
    }
}

/* view_command.c: requested acts and what became of them. */

#include "fcgi_backend/views.h"

#include "acts/bt_command.h"
#include "fcgi_backend/record.h"


static const bt_field  fields[] = {
    { "id", BT_FIELD_PLAIN, "t.id" },
    { "action", BT_FIELD_PLAIN, "t.action" },
    { "kind", BT_FIELD_PLAIN, "t.kind" },
    { "target", BT_FIELD_PLAIN, "t.target_id" },
    { "cluster", BT_FIELD_CLUSTER, BT_SQL_CLUSTER },
    { "tenant", BT_FIELD_REF, BT_SQL_TENANT },
    { "mode", BT_FIELD_PLAIN, "t.mode" },
    { "expected-state", BT_FIELD_PLAIN, "t.expected_state" },
    { "state", BT_FIELD_PLAIN, BT_SQL_STATE("t") },
    { "requested-by", BT_FIELD_PLAIN, "t.requested_by" },
    { "requested-at", BT_FIELD_PLAIN, "t.requested_at" },
    { "deadline", BT_FIELD_PLAIN, "t.deadline" },
    { "started-at", BT_FIELD_PLAIN, "t.started_at" },
    { "ended-at", BT_FIELD_PLAIN,
      "CASE WHEN " BT_SQL_OVERDUE("t") " THEN t.deadline ELSE t.ended_at END" },
    { "progress", BT_FIELD_PROGRESS, BT_SQL_PROGRESS("t") },
    { "canceled-by", BT_FIELD_PLAIN, "t.canceled_by" },
    { "result", BT_FIELD_PLAIN,
      "CASE WHEN " BT_SQL_OVERDUE("t") " THEN '" BT_EXPIRED_TEXT "'"
      " ELSE t.result END" },
    { "updated", BT_FIELD_PLAIN, "t.updated" }
};


const bt_list  bt_list_commands = {
    .view = BT_VIEW_COMMANDS,
    .root = "commands",
    .container = "items",
    .row = "command",
    .table = " FROM commands t",
    .order = " ORDER BY t.requested_at DESC, t.id DESC",
    .reverse = " ORDER BY t.requested_at, t.id",
    .at = "t.requested_at",
    .columns = {
        .at = "t.requested_at",
        .status = BT_SQL_STATE("t"),
        .action = "t.action",
        .user = "t.requested_by"
    },
    .indexes = { .order = " FORCE INDEX (commands_time)" },
    .joins = BT_JOIN_PLACE,
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0])
};


int
bt_view_commands(bt_reply *reply)
{
    return bt_list_view(reply, &bt_list_commands);
}


int
bt_view_command(bt_reply *reply)
{
    return bt_record_view(reply, &bt_list_commands, NULL, NULL);
}

/* view_audit.c: who did what, and what was refused. */

#include "fcgi_backend/views.h"


static const bt_field  fields[] = {
    { "id", BT_FIELD_PLAIN, "t.id" },
    { "at", BT_FIELD_PLAIN, "t.at" },
    { "user", BT_FIELD_PLAIN, "t.user" },
    { "roles", BT_FIELD_PLAIN, "t.roles" },
    { "client-address", BT_FIELD_PLAIN, "t.client_address" },
    { "request-id", BT_FIELD_PLAIN, "t.request_id" },
    { "action", BT_FIELD_PLAIN, "t.action" },
    { "kind", BT_FIELD_PLAIN, "t.kind" },
    { "target", BT_FIELD_PLAIN, "t.target_id" },
    { "cluster", BT_FIELD_CLUSTER, BT_SQL_CLUSTER },
    { "tenant", BT_FIELD_REF, BT_SQL_TENANT },
    { "command", BT_FIELD_PLAIN, "t.command_id" },
    { "outcome", BT_FIELD_PLAIN, "t.outcome" },
    { "detail", BT_FIELD_PLAIN, "t.detail" }
};


const bt_list  bt_list_audit = {
    .view = BT_VIEW_AUDIT,
    .root = "audit-events",
    .container = "items",
    .row = "audit-event",
    .table = " FROM audit_events t",
    .order = " ORDER BY t.at DESC, t.id DESC",
    .reverse = " ORDER BY t.at, t.id",
    .at = "t.at",
    .columns = {
        .at = "t.at",
        .action = "t.action",
        .user = "t.user"
    },
    .indexes = { .order = " FORCE INDEX (audit_events_time)" },
    .joins = BT_JOIN_PLACE,
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0])
};


int
bt_view_audit(bt_reply *reply)
{
    return bt_list_view(reply, &bt_list_audit);
}

/* view_cleanup.c: backup cleanup tasks: the list and one task. */

#include "fcgi_backend/views.h"

#include "acts/bt_command.h"
#include "fcgi_backend/record.h"


static const bt_field  fields[] = {
    { "id", BT_FIELD_PLAIN, "t.id" },
    { "source-id", BT_FIELD_PLAIN, "t.source_id" },
    { "cluster", BT_FIELD_CLUSTER, BT_SQL_CLUSTER },
    { "tenant", BT_FIELD_REF, BT_SQL_TENANT },
    { "type", BT_FIELD_PLAIN, "t.type" },
    { "start-time", BT_FIELD_PLAIN, "t.start_time" },
    { "end-time", BT_FIELD_PLAIN, "t.end_time" },
    { "duration-seconds", BT_FIELD_DURATION, "t.start_time, t.end_time" },
    { "status", BT_FIELD_PLAIN, "t.status" },
    { "raw-status", BT_FIELD_PLAIN, "t.raw_status" },
    { "status-since", BT_FIELD_PLAIN, "t.status_since" },
    { "items-total", BT_FIELD_PLAIN, "t.items_total" },
    { "items-done", BT_FIELD_PLAIN, "t.items_done" },
    { "cause", BT_FIELD_CAUSE, BT_SQL_CAUSE },
    { "acknowledged", BT_FIELD_ACK, BT_SQL_ACK },
    { "actions", BT_FIELD_CANCEL, "t.status, v.allowed" },
    { "command", BT_FIELD_COMMAND, BT_SQL_COMMAND },
    { "stale", BT_FIELD_STALE, BT_SQL_STALE },
    { "updated", BT_FIELD_PLAIN, "t.updated" }
};


const bt_list  bt_list_cleanup = {
    .view = BT_VIEW_CLEANUP,
    .root = "cleanup-tasks",
    .container = "tasks",
    .row = "cleanup-task",
    .kind = "cleanup",
    .counted = "cleanup",
    .table = " FROM cleanup_tasks t",
    .order = " ORDER BY t.listed_at DESC, t.id DESC",
    .reverse = " ORDER BY t.listed_at, t.id",
    .at = "t.listed_at",
    .columns = {
        .at = "t.listed_at",
        .status = "t.status",
        .updated = "t.updated"
    },
    .indexes = {
        .order = " FORCE INDEX (PRIMARY)",
        .cluster = " FORCE INDEX (cleanup_tasks_cluster)",
        .status = " FORCE INDEX (cleanup_tasks_status)",
        .cluster_status = " FORCE INDEX (cleanup_tasks_cluster_status)",
        .updated = " FORCE INDEX (cleanup_tasks_updated)",
        .change = " FORCE INDEX (cleanup_tasks_change)",
        .cluster_change = " FORCE INDEX (cleanup_tasks_cluster_change)"
    },
    .running = 1u << 0 | 1u << 1,         /* PENDING, EXECUTING */
    .joins = BT_JOIN_RECORD BT_JOIN_COMMAND
             BT_JOIN_LEAVE("'PENDING', 'EXECUTING'"),
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0])
};


int
bt_view_cleanup(bt_reply *reply)
{
    return bt_list_view(reply, &bt_list_cleanup);
}


int
bt_view_cleanup_task(bt_reply *reply)
{
    return bt_record_view(reply, &bt_list_cleanup, NULL, NULL);
}

/* view_second.c: second backups: all, those of one data task, one. */

#include "fcgi_backend/views.h"

#include "fcgi_backend/record.h"


static const bt_field  fields[] = {
    { "id", BT_FIELD_PLAIN, "t.id" },
    { "kind", BT_FIELD_PLAIN, "t.kind" },
    { "task-id", BT_FIELD_PLAIN, "t.task_id" },
    { "cluster", BT_FIELD_CLUSTER, BT_SQL_CLUSTER },
    { "tenant", BT_FIELD_REF, BT_SQL_TENANT },
    { "backup-set-id", BT_FIELD_PLAIN, "t.backup_set_id" },
    { "start-time", BT_FIELD_PLAIN, "t.start_time" },
    { "end-time", BT_FIELD_PLAIN, "t.end_time" },
    { "latest-backup-time", BT_FIELD_PLAIN, "t.latest_backup_time" },
    { "storage-directory", BT_FIELD_PLAIN, "t.storage_directory" },
    { "status", BT_FIELD_PLAIN, "t.status" },
    { "raw-status", BT_FIELD_PLAIN, "t.raw_status" },
    { "status-since", BT_FIELD_PLAIN, "t.status_since" },
    { "cause", BT_FIELD_CAUSE, BT_SQL_CAUSE },
    { "acknowledged", BT_FIELD_ACK, BT_SQL_ACK },
    { "stale", BT_FIELD_STALE, BT_SQL_STALE },
    { "updated", BT_FIELD_PLAIN, "t.updated" }
};


const bt_list  bt_list_second = {
    .view = BT_VIEW_SECOND,
    .root = "second-backups",
    .container = "backups",
    .row = "second-backup",
    .kind = "second",
    .counted = "second",
    .table = " FROM second_backups t",
    .order = " ORDER BY t.listed_at DESC, t.id DESC",
    .reverse = " ORDER BY t.listed_at, t.id",
    .at = "t.listed_at",
    .columns = {
        .at = "t.listed_at",
        .status = "t.status",
        .kind = "t.kind",
        .set = "t.backup_set_id",
        .updated = "t.updated"
    },
    .counts = { .kind = "t.mode" },
    .indexes = {
        .order = " FORCE INDEX (PRIMARY)",
        .cluster = " FORCE INDEX (second_backups_cluster)",
        .status = " FORCE INDEX (second_backups_status)",
        .cluster_status = " FORCE INDEX (second_backups_cluster_status)",
        .set = " FORCE INDEX (second_backups_set_id)",
        .kind = " FORCE INDEX (second_backups_kind)",
        .updated = " FORCE INDEX (second_backups_updated)",
        .change = " FORCE INDEX (second_backups_change)",
        .cluster_change = " FORCE INDEX (second_backups_cluster_change)",
        .parent = " FORCE INDEX (second_backups_task)"
    },
    .parent = "t.task_id",
    .running = 1u << 0 | 1u << 1 | 1u << 2,   /* SCHEDULING ... CLEANING */
    .joins = BT_JOIN_RECORD,
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0])
};


int
bt_view_second(bt_reply *reply)
{
    return bt_list_view(reply, &bt_list_second);
}


int
bt_view_data_second(bt_reply *reply)
{
    bt_rows         *task;
    bt_store_status  status;

    status = bt_record_read(reply, &bt_list_data, reply->request->route.id,
                            &task);

    if (status != BT_STORE_OK) {
        return bt_reply_store(reply, status);
    }

    if (task == NULL) {
        return bt_reply_not_found(reply);
    }

    bt_rows_close(task);

    return bt_list_view(reply, &bt_list_second);
}


int
bt_view_second_backup(bt_reply *reply)
{
    return bt_record_view(reply, &bt_list_second, NULL, NULL);
}

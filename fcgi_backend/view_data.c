/* view_data.c: data backup tasks: the list, one task, why it failed. */

#include "fcgi_backend/views.h"

#include "acts/bt_command.h"
#include "fcgi_backend/document.h"
#include "fcgi_backend/record.h"

#define SAME_CAUSE_DAYS   30
#define SAME_CAUSE_TASKS  500
#define STATUS_RUNNING    (1u << 0)       /* bit of bt_view_statuses() */


static const bt_field  fields[] = {
    { "id", BT_FIELD_PLAIN, "t.id" },
    { "source-id", BT_FIELD_PLAIN, "t.source_id" },
    { "cluster", BT_FIELD_CLUSTER, BT_SQL_CLUSTER },
    { "tenant", BT_FIELD_REF, BT_SQL_TENANT },
    { "mode", BT_FIELD_PLAIN, "t.mode" },
    { "backup-set-id", BT_FIELD_PLAIN, "t.backup_set_id" },
    { "source", BT_FIELD_PLAIN, "t.source" },
    { "start-time", BT_FIELD_PLAIN, "t.start_time" },
    { "end-time", BT_FIELD_PLAIN, "t.end_time" },
    { "duration-seconds", BT_FIELD_DURATION, "t.start_time, t.end_time" },
    { "status", BT_FIELD_PLAIN, "t.status" },
    { "raw-status", BT_FIELD_PLAIN, "t.raw_status" },
    { "status-since", BT_FIELD_PLAIN, "t.status_since" },
    { "progress-percent", BT_FIELD_DECIMAL, "t.progress_percent" },
    { "second-backups", BT_FIELD_PLAIN, "t.second_backups" },
    { "method", BT_FIELD_PLAIN, "t.method" },
    { "data-version", BT_FIELD_PLAIN, "t.data_version" },
    { "storage-directory", BT_FIELD_PLAIN, "t.storage_directory" },
    { "size-bytes", BT_FIELD_PLAIN, "t.size_bytes" },
    { "set-state", BT_FIELD_PLAIN, "t.set_state" },
    { "restorable-from", BT_FIELD_PLAIN, "t.restorable_from" },
    { "restorable-to", BT_FIELD_PLAIN, "t.restorable_to" },
    { "cause", BT_FIELD_CAUSE, BT_SQL_CAUSE },
    { "acknowledged", BT_FIELD_ACK, BT_SQL_ACK },
    { "actions", BT_FIELD_CANCEL, "t.status, v.allowed" },
    { "command", BT_FIELD_COMMAND, BT_SQL_COMMAND },
    { "stale", BT_FIELD_STALE, BT_SQL_STALE },
    { "updated", BT_FIELD_PLAIN, "t.updated" },
    { "tenants", BT_FIELD_EXTRA, NULL }
};


const bt_list  bt_list_data = {
    .view = BT_VIEW_DATA,
    .root = "data-backup-tasks",
    .container = "tasks",
    .row = "task",
    .kind = "data",
    .counted = "data",
    .table = " FROM data_tasks t",
    .order = " ORDER BY t.listed_at DESC, t.id DESC",
    .reverse = " ORDER BY t.listed_at, t.id",
    .at = "t.listed_at",
    .columns = {
        .at = "t.listed_at",
        .status = "t.status",
        .mode = "t.mode",
        .method = "t.method",
        .set = "t.backup_set_id",
        .updated = "t.updated"
    },
    .counts = { .mode = "t.mode", .method = "t.method" },
    .indexes = {
        .order = " FORCE INDEX (PRIMARY)",
        .cluster = " FORCE INDEX (data_tasks_cluster)",
        .status = " FORCE INDEX (data_tasks_status)",
        .cluster_status = " FORCE INDEX (data_tasks_cluster_status)",
        .set = " FORCE INDEX (data_tasks_set_id)",
        .updated = " FORCE INDEX (data_tasks_updated)",
        .change = " FORCE INDEX (data_tasks_change)",
        .cluster_change = " FORCE INDEX (data_tasks_cluster_change)"
    },
    .running = STATUS_RUNNING,
    .joins = BT_JOIN_RECORD BT_JOIN_COMMAND BT_JOIN_LEAVE("'IN_PROGRESS'"),
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0])
};


static const bt_field  tenant_fields[] = {
    { "name", BT_FIELD_PLAIN, "n.name" },
    { "status", BT_FIELD_PLAIN, "t.status" },
    { "raw-status", BT_FIELD_PLAIN, "t.raw_status" },
    { "start-time", BT_FIELD_PLAIN, "t.start_time" },
    { "end-time", BT_FIELD_PLAIN, "t.end_time" },
    { "progress-percent", BT_FIELD_DECIMAL, "t.progress_percent" },
    { "size-bytes", BT_FIELD_PLAIN, "t.size_bytes" }
};

#define TENANT_FIELDS  (sizeof(tenant_fields) / sizeof(tenant_fields[0]))


int
bt_view_data(bt_reply *reply)
{
    return bt_list_view(reply, &bt_list_data);
}


/* The tenants inside a task that covers several: `rows` is on the first. */
static bt_store_status
write_tenant_rows(bt_reply *reply, bt_rows *rows)
{
    int  more;

    bt_xml_open(reply->xml, "tenants");

    do {
        bt_xml_open(reply->xml, "tenant");
        bt_xml_attr_int(reply->xml, "id", bt_rows_get(rows, 0).number);
        bt_row_write(reply, tenant_fields, TENANT_FIELDS, rows, 1, 0, NULL,
                     NULL);
        bt_xml_close(reply->xml);

        more = bt_rows_next(rows);

    } while (more > 0);

    bt_xml_close(reply->xml);

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


/* What a failure was is left in *context, a bt_store_status. */
static void
write_tenants(bt_reply *reply, void *context, int64_t id)
{
    bt_sql            sql;
    bt_rows          *rows;
    bt_filter         filter;
    bt_store_status  *status = context;

    filter = (bt_filter) { .request = reply->request };

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT t.tenant_id, ");
    bt_row_columns(&sql, tenant_fields, TENANT_FIELDS);
    bt_sql_add(&sql, " FROM data_task_tenants t"
               " LEFT JOIN tenants n ON n.id = t.tenant_id"
               " LEFT JOIN clusters c ON c.id = n.cluster_id");
    bt_sql_value(&sql, " WHERE t.task_id = ?", bt_int(id));
    bt_filter_where_places(&filter, &sql, BT_FILTER_SCOPE, true);
    bt_sql_add(&sql, " ORDER BY t.tenant_id");

    *status = bt_sql_run(&sql, reply->store, &rows);
    bt_sql_free(&sql);

    if (*status != BT_STORE_OK) {
        return;
    }

    if (bt_rows_next(rows) > 0) {
        *status = write_tenant_rows(reply, rows);
    }

    bt_rows_close(rows);
}


int
bt_view_data_task(bt_reply *reply)
{
    int              code;
    bt_store_status  status;

    status = BT_STORE_OK;
    code = bt_record_view(reply, &bt_list_data, write_tenants, &status);

    return code == 200 ? bt_reply_store(reply, status) : code;
}


/* Other failed tasks of the scope with the same code. */
static void
add_same(bt_sql *sql, bt_reply *reply, bt_value code)
{
    bt_filter  filter;

    filter = (bt_filter) { .request = reply->request };

    bt_sql_add(sql, " FROM causes x"
               " STRAIGHT_JOIN record_keys k ON k.id = x.record_id"
               " STRAIGHT_JOIN data_tasks t"
               " ON t.listed_at = k.listed_at AND t.id = k.id");
    bt_filter_join(&filter, sql, BT_FILTER_SCOPE);
    bt_sql_value(sql, " WHERE x.code = ?", code);
    bt_sql_value(sql, " AND x.cause_at >= ?",
                 bt_time(reply->request->now
                         - reply->request->now % BT_MINUTE
                         - SAME_CAUSE_DAYS * BT_DAY));
    bt_sql_value(sql, " AND t.status = 'FAILED' AND x.record_id <> ?",
                 bt_int(reply->request->route.id));
    bt_filter_where(&filter, sql, &bt_list_data.columns, BT_FILTER_SCOPE);
}


static bt_store_status
count_same(bt_reply *reply, bt_value code, int64_t *count)
{
    bt_sql  sql;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT COUNT(*)");
    add_same(&sql, reply, code);

    return bt_sql_number(&sql, reply->store, count);
}


static bt_store_status
list_same(bt_reply *reply, bt_value code)
{
    int              more;
    bt_sql           sql;
    bt_rows         *rows;
    bt_store_status  status;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT t.id");
    add_same(&sql, reply, code);
    bt_sql_add(&sql, " ORDER BY x.cause_at DESC, t.id DESC");
    bt_sql_value(&sql, " LIMIT ?", bt_int(SAME_CAUSE_TASKS));

    status = bt_sql_run(&sql, reply->store, &rows);
    bt_sql_free(&sql);

    if (status != BT_STORE_OK) {
        return status;
    }

    while ((more = bt_rows_next(rows)) > 0) {
        bt_xml_leaf_int(reply->xml, "same-task", bt_rows_get(rows, 0).number);
    }

    bt_rows_close(rows);

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


static bt_store_status
write_same(bt_reply *reply, bt_value code)
{
    int64_t          count;
    bt_store_status  status;

    if (code.type != BT_VALUE_TEXT) {
        return BT_STORE_OK;
    }

    status = count_same(reply, code, &count);

    if (status != BT_STORE_OK) {
        return status;
    }

    bt_xml_open(reply->xml, "same-cause");
    bt_xml_attr_int(reply->xml, "days", SAME_CAUSE_DAYS);
    bt_xml_text_int(reply->xml, count);
    bt_xml_close(reply->xml);

    return list_same(reply, code);
}


static bt_store_status
write_cause(bt_reply *reply, const bt_value cause[4], bt_rows *task)
{
    bt_store_status  status;

    status = bt_record_begin(reply, "cause",
                             bt_value_time(bt_rows_get(task, 0)));

    if (status != BT_STORE_OK) {
        return status;
    }

    bt_row_cause(reply, cause);

    bt_xml_open(reply->xml, bt_list_data.row);
    bt_row_write(reply, fields, bt_list_data.field_count, task, 1, 0, NULL,
                 NULL);
    bt_xml_close(reply->xml);

    status = write_same(reply, cause[0]);
    bt_document_end(reply, 1, true);

    return status;
}


static bt_store_status
read_cause(bt_reply *reply, bt_rows **rows)
{
    bt_value  id;

    id = bt_int(reply->request->route.id);

    return bt_store_run(reply->store, "SELECT " BT_SQL_CAUSE
                        " FROM causes x WHERE x.record_id = ?", &id, 1, rows,
                        NULL);
}


int
bt_view_data_cause(bt_reply *reply)
{
    size_t           i;
    bt_rows         *task, *rows;
    bt_value         cause[4];
    bt_store_status  status;

    status = bt_record_read(reply, &bt_list_data, reply->request->route.id,
                            &task);

    if (status != BT_STORE_OK) {
        return bt_reply_store(reply, status);
    }

    if (task == NULL) {
        return bt_reply_not_found(reply);
    }

    status = read_cause(reply, &rows);

    if (status != BT_STORE_OK) {
        bt_rows_close(task);
        return bt_reply_store(reply, status);
    }

    for (i = 0; i < 4; i++) {
        cause[i] = bt_null();
    }

    if (bt_rows_next(rows) > 0) {
        for (i = 0; i < 4; i++) {
            cause[i] = bt_rows_get(rows, i);
        }
    }

    status = write_cause(reply, cause, task);
    bt_rows_close(rows);
    bt_rows_close(task);

    return bt_reply_store(reply, status);
}

/* ready.c: whether the record store can be worked with. */

#include "fcgi_backend/ready.h"

#define READ(table)   "SELECT 1 FROM " table " WHERE 1 = 0"
#define ALSO(table)   " UNION ALL " READ(table)
#define ADD(table)                                                            \
    "INSERT INTO " table " SELECT * FROM " table " WHERE 1 = 0"
#define CHANGE(table, column)                                                 \
    "UPDATE " table " SET " column " = " column " WHERE 1 = 0"


/* No row is read: it fails where a table or a right is missing. */
static const char  reads[] =
    READ("acknowledgements") ALSO("agents") ALSO("audit_events")
    ALSO("causes") ALSO("change_counter") ALSO("changes")
    ALSO("cleanup_tasks") ALSO("cluster_actions") ALSO("cluster_changes")
    ALSO("cluster_groups") ALSO("clusters") ALSO("commands")
    ALSO("data_task_tenants")
    ALSO("data_tasks") ALSO("hourly_counts") ALSO("log_backups")
    ALSO("log_gaps") ALSO("log_latency") ALSO("log_rounds")
    ALSO("record_keys") ALSO("removed") ALSO("report_parts")
    ALSO("reports")
    ALSO("second_backups") ALSO("store_identity") ALSO("tenants");

static const char  migrated[] = "SELECT MAX(version) FROM schema_migrations"
                                " WHERE finished IS NOT NULL";

static const char *const  writes[] = {
    ADD("acknowledgements"), ADD("audit_events"), ADD("changes"),
    ADD("commands"), CHANGE("commands", "state"),
    CHANGE("change_counter", "number"), CHANGE("clusters", "change_no"),
    CHANGE("cleanup_tasks", "change_no"), CHANGE("data_tasks", "change_no"),
    CHANGE("log_backups", "change_no"), CHANGE("second_backups", "change_no"),
    CHANGE("tenants", "last_command_id")
};


int64_t
bt_ready_schema(void)
{
    return BT_SCHEMA;
}


/* An account of older grants may not read it: then it is not told. */
static void
read_schema(bt_store *store, bt_ready *ready)
{
    bt_rows   *rows;
    bt_value   version;

    if (bt_store_run(store, migrated, NULL, 0, &rows, NULL) != BT_STORE_OK) {
        return;
    }

    if (bt_rows_next(rows) > 0) {
        version = bt_rows_get(rows, 0);
        ready->told = true;
        ready->schema = version.type == BT_VALUE_INT ? version.number : 0;
    }

    bt_rows_close(rows);
}


bool
bt_ready_check(bt_store *store, bt_ready *ready)
{
    bt_store_status  status;

    status = bt_store_run(store, reads, NULL, 0, NULL, NULL);

    *ready = (bt_ready) {
        .lack = status == BT_STORE_OK ? BT_LACKS_NOTHING
                                      : bt_store_lacks(store),
        .error = status == BT_STORE_OK ? "" : bt_store_error(store)
    };

    ready->answers = status == BT_STORE_OK || ready->lack != BT_LACKS_NOTHING;

    if (status != BT_STORE_OK) {
        return false;
    }

    read_schema(store, ready);

    return !ready->told || ready->schema >= bt_ready_schema();
}


bool
bt_ready_writes(bt_store *store)
{
    bool    good;
    size_t  i;

    good = bt_store_begin(store) == BT_STORE_OK;

    for (i = 0; good && i < sizeof(writes) / sizeof(writes[0]); i++) {
        good = bt_store_plain(store, writes[i]) == BT_STORE_OK;
    }

    bt_store_rollback(store);

    return good;
}

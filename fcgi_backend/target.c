/* target.c: the record that an act is about. */

#include "fcgi_backend/target.h"

#include "acts/bt_command.h"
#include "fcgi_backend/views.h"

/* What only log backups have. */
#define LOG_COLUMNS                                                           \
    ", t.latest_backup_time, t.latency_seconds, t.observed, o.id"
#define NO_LOG_COLUMNS  ", NULL, NULL, NULL, NULL"
#define LOG_JOIN                                                              \
    " LEFT JOIN commands o ON o.open_target = t.id"                           \
    " AND NOT (" BT_SQL_OVERDUE("o") ")"


static void
add_record(bt_sql *sql, const bt_route *route, const bt_list *list)
{
    bool         log;
    const char  *action;

    log = list->view == BT_VIEW_LOG;
    action = bt_action_name(route->action);

    bt_sql_add(sql, "SELECT t.listed_at, t.cluster_id, t.tenant_id, t.status,"
               " t.raw_status, c.version, c.adapter, n.name, n.restorable_to,"
               " g.last_seen, a.record_id, p.allowed");
    bt_sql_add(sql, log ? LOG_COLUMNS : NO_LOG_COLUMNS);
    bt_sql_add(sql, " FROM record_keys k STRAIGHT_JOIN");
    bt_sql_add(sql, list->table + sizeof(" FROM") - 1);
    bt_sql_add(sql, " ON t.listed_at = k.listed_at AND t.id = k.id"
               BT_JOIN_PLACE
               " LEFT JOIN agents g ON g.id = c.agent_id"
               " LEFT JOIN acknowledgements a ON a.record_id = t.id");
    bt_sql_value(sql, " LEFT JOIN cluster_actions p"
                 " ON p.cluster_id = t.cluster_id AND p.action = ?",
                 bt_text(bt_str_of(action)));
    bt_sql_add(sql, log ? LOG_JOIN : "");
    bt_sql_value(sql, " WHERE k.id = ?", bt_int(route->id));
    bt_sql_value(sql, " AND k.kind = ?", bt_text(bt_str_of(list->kind)));
}


/* The same columns of a command. */
static void
add_command(bt_sql *sql, const bt_route *route)
{
    bt_sql_add(sql, "SELECT t.requested_at, t.cluster_id, t.tenant_id, "
               BT_SQL_STATE("t") ", NULL, c.version, c.adapter, n.name, NULL,"
               " g.last_seen, NULL, NULL" NO_LOG_COLUMNS " FROM commands t"
               BT_JOIN_PLACE " LEFT JOIN agents g ON g.id = c.agent_id");
    bt_sql_value(sql, " WHERE t.id = ?", bt_int(route->id));
}


static void
add_statement(bt_sql *sql, const bt_reply *reply, const bt_list *list)
{
    bt_filter        filter;
    const bt_route  *route = &reply->request->route;

    filter = (bt_filter) { .request = reply->request };

    if (list->view == BT_VIEW_COMMANDS) {
        add_command(sql, route);

    } else {
        add_record(sql, route, list);
    }

    bt_filter_where_places(&filter, sql, BT_FILTER_SCOPE, true);
}


static const char *
text(const bt_reply *reply, bt_rows *rows, size_t column)
{
    char  *copy;

    copy = bt_pool_copy(reply->request->pool,
                        bt_value_text(bt_rows_get(rows, column)));

    return copy != NULL ? copy : "";
}


static void
take_row(const bt_reply *reply, bt_rows *rows, bt_target *target)
{
    bt_value  latency;

    target->listed_at = bt_rows_get(rows, 0).number;
    target->cluster_id = bt_rows_get(rows, 1).number;
    target->tenant_id = bt_rows_get(rows, 2).number;
    target->facts.status = text(reply, rows, 3);
    target->raw_status = text(reply, rows, 4);
    target->version = text(reply, rows, 5);
    target->adapter = text(reply, rows, 6);
    target->tenant = text(reply, rows, 7);
    target->restorable_to = bt_value_time(bt_rows_get(rows, 8));
    target->agent_seen = bt_value_time(bt_rows_get(rows, 9));
    target->facts.acknowledged = bt_rows_get(rows, 10).type == BT_VALUE_INT;
    target->facts.forbidden = bt_rows_get(rows, 11).type == BT_VALUE_INT
                              && bt_rows_get(rows, 11).number == 0;
    target->latest = bt_value_time(bt_rows_get(rows, 12));
    latency = bt_rows_get(rows, 13);
    target->latency = latency.type == BT_VALUE_INT ? latency.number : -1;
    target->observed = bt_value_time(bt_rows_get(rows, 14));
    target->facts.open_id = bt_rows_get(rows, 15).number;
}


bt_store_status
bt_target_read(bt_reply *reply, bt_target *target, bool *found)
{
    int              more;
    bt_sql           sql;
    bt_rows         *rows;
    bt_store_status  status;

    *found = false;
    *target = (bt_target) {
        .list = bt_list_of(reply->request->route.kind),
        .id = reply->request->route.id
    };

    if (target->list == NULL || target->list->view == BT_VIEW_AUDIT) {
        return BT_STORE_OK;
    }

    bt_sql_init(&sql);
    add_statement(&sql, reply, target->list);
    status = bt_sql_run(&sql, reply->store, &rows);
    bt_sql_free(&sql);

    if (status != BT_STORE_OK) {
        return status;
    }

    more = bt_rows_next(rows);

    if (more > 0) {
        take_row(reply, rows, target);
        *found = true;
    }

    bt_rows_close(rows);

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}

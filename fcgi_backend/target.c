/* target.c: the record that an act is about. */

#include "fcgi_backend/target.h"

#include "acts/bt_command.h"
#include "fcgi_backend/views.h"

/* What only log backups have. */
#define LOG_COLUMNS     ", t.latest_backup_time, t.latency_seconds, t.observed"
#define NO_LOG_COLUMNS  ", NULL, NULL, NULL"
#define OPEN_JOIN(kind, target)                                               \
    " LEFT JOIN commands o ON o.kind = " kind " AND o.open_target = " target  \
    " AND NOT (" BT_SQL_OVERDUE("o") ")"
/* As BT_SQL_RESTORABLE_TO, of whichever log backup the tenant has. */
#define TENANT_RESTORABLE_TO                                                  \
    "COALESCE((SELECT MAX(" BT_SQL_RESTORABLE_TO("n", "l") ")"                \
    " FROM log_backups l WHERE l.cluster_id = c.id AND l.tenant_id = n.id),"  \
    " n.restorable_to)"


static void
add_record(bt_sql *sql, const bt_route *route, const bt_list *list)
{
    bool         log;
    const char  *action;

    log = list->view == BT_VIEW_LOG;
    action = bt_action_name(route->action);

    bt_sql_add(sql, "SELECT t.listed_at, t.cluster_id, t.tenant_id, t.status,"
               " t.raw_status, c.version, c.adapter, n.name, ");
    bt_sql_add(sql, log ? BT_SQL_RESTORABLE_TO("n", "t") : "n.restorable_to");
    bt_sql_add(sql, ", g.last_seen, a.record_id, p.allowed, o.id, n.ob_id");
    bt_sql_add(sql, log ? LOG_COLUMNS : NO_LOG_COLUMNS);
    bt_sql_add(sql, " FROM record_keys k STRAIGHT_JOIN");
    bt_sql_add(sql, list->table + sizeof(" FROM") - 1);
    bt_sql_add(sql, " ON t.listed_at = k.listed_at AND t.id = k.id"
               BT_JOIN_PLACE OPEN_JOIN("k.kind", "t.id")
               " LEFT JOIN agents g ON g.id = c.agent_id"
               " LEFT JOIN acknowledgements a ON a.record_id = t.id");
    bt_sql_value(sql, " LEFT JOIN cluster_actions p"
                 " ON p.cluster_id = t.cluster_id AND p.action = ?",
                 bt_text(bt_str_of(action)));
    bt_sql_value(sql, " WHERE k.id = ?", bt_int(route->id));
    bt_sql_value(sql, " AND k.kind = ?", bt_text(bt_str_of(list->kind)));
}


/* The same columns of a command. */
static void
add_command(bt_sql *sql, const bt_route *route)
{
    bt_sql_add(sql, "SELECT t.requested_at, t.cluster_id, t.tenant_id, "
               BT_SQL_STATE("t") ", NULL, c.version, c.adapter, n.name, NULL,"
               " g.last_seen, NULL, NULL, NULL, NULL" NO_LOG_COLUMNS
               " FROM commands t"
               BT_JOIN_PLACE " LEFT JOIN agents g ON g.id = c.agent_id");
    bt_sql_value(sql, " WHERE t.id = ?", bt_int(route->id));
}


/* The same columns of the tenants that a backup could be made of, with their
 * ids for listed_at.  A name may have been given anew: the newest comes
 * first. */
static void
add_tenants(bt_sql *sql, const bt_reply *reply)
{
    bt_str           name;
    bt_filter        filter;
    const bt_route  *route = &reply->request->route;

    filter = (bt_filter) { .request = reply->request };
    name = bt_str_of(reply->request->query.tenant_name);

    bt_sql_add(sql, "SELECT NULL, c.id, n.id, " BT_SQL_BACKUP_STATE("n")
               ", NULL, c.version, c.adapter, n.name,"
               " " TENANT_RESTORABLE_TO ","
               " g.last_seen, NULL, p.allowed, o.id, n.ob_id, NULL, NULL,"
               " c.observed FROM clusters c JOIN tenants n"
               " ON n.cluster_id = c.id AND n.incarnation = c.incarnation"
               OPEN_JOIN("'clusters'", "n.id")
               " LEFT JOIN agents g ON g.id = c.agent_id");
    bt_sql_value(sql, " LEFT JOIN cluster_actions p"
                 " ON p.cluster_id = c.id AND p.action = ?",
                 bt_text(bt_str_of(bt_action_name(route->action))));
    bt_sql_value(sql, " WHERE c.id = ?", bt_int(route->id));

    if (name.len > 0) {
        bt_sql_value(sql, " AND n.name = ?", bt_text(name));
        bt_sql_value(sql, " AND LENGTH(n.name) = ?",
                     bt_int((int64_t) name.len));
    }

    bt_filter_where_places(&filter, sql, BT_FILTER_SCOPE, true);
    bt_sql_add(sql, " ORDER BY n.ob_id DESC, n.id DESC");
}


static void
add_statement(bt_sql *sql, const bt_reply *reply, const bt_list *list)
{
    bt_filter        filter;
    const bt_route  *route = &reply->request->route;

    filter = (bt_filter) { .request = reply->request };

    if (list == NULL) {
        add_tenants(sql, reply);
        return;
    }

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


/* What the operator says about it, and what the database does at all. */
static void
take_rules(const bt_reply *reply, bt_value allowed, bt_value ob_id,
    bt_target *target)
{
    const bt_route  *route = &reply->request->route;
    bool             leave = bt_act_needs_leave(route->kind, route->action);

    target->facts.kind = route->kind;
    target->facts.forbidden = allowed.type == BT_VALUE_INT
                              ? allowed.number == 0 : leave;
    target->facts.not_alone = leave
                              && bt_act_not_alone(bt_str_of(target->adapter),
                                                  bt_str_of(target->version),
                                                  ob_id.number);
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
    target->facts.open_id = bt_rows_get(rows, 12).number;
    take_rules(reply, bt_rows_get(rows, 11), bt_rows_get(rows, 13), target);
    target->latest = bt_value_time(bt_rows_get(rows, 14));
    latency = bt_rows_get(rows, 15);
    target->latency = latency.type == BT_VALUE_INT ? latency.number : -1;
    target->observed = bt_value_time(bt_rows_get(rows, 16));
}


static bool
add_choice(const bt_reply *reply, const bt_target *tenant, bt_choice **choices)
{
    bt_choice  *choice;

    choice = bt_pool_alloc(reply->request->pool, sizeof(bt_choice));

    if (choice == NULL) {
        return false;
    }

    *choice = (bt_choice) { *choices, tenant->tenant_id, tenant->tenant };
    *choices = choice;

    return true;
}


/* The tenant that is named; else the only one there is, or the choice. */
static int
take_tenant(const bt_reply *reply, bt_rows *rows, bt_target *target,
    bool *found)
{
    int         more;
    bt_target   one;
    bt_choice  *choices = NULL;

    while ((more = bt_rows_next(rows)) > 0) {
        one = (bt_target) { .id = target->id };
        take_row(reply, rows, &one);

        if (reply->request->query.tenant_name[0] != '\0') {
            *target = one;
            *found = true;
            return more;
        }

        if (!one.facts.not_alone) {
            *target = one;

            if (!add_choice(reply, &one, &choices)) {
                return -1;
            }
        }
    }

    *found = choices != NULL;

    if (*found && choices->next != NULL) {
        target->tenant_id = 0;
        target->tenant = "";
        target->facts.status = "IDLE";
        target->facts.open_id = 0;
        target->restorable_to = BT_USEC_NONE;
        target->choices = choices;
    }

    return more;
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

    if (target->list != NULL && target->list->view == BT_VIEW_AUDIT) {
        return BT_STORE_OK;
    }

    bt_sql_init(&sql);
    add_statement(&sql, reply, target->list);
    status = bt_sql_run(&sql, reply->store, &rows);
    bt_sql_free(&sql);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (target->list == NULL) {
        more = take_tenant(reply, rows, target, found);

    } else {
        more = bt_rows_next(rows);
        *found = more > 0;
    }

    if (target->list != NULL && *found) {
        take_row(reply, rows, target);
    }

    bt_rows_close(rows);

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}

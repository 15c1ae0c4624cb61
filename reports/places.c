/* places.c: the tenants that should have had a good data backup on a day. */

#include "reports/places.h"

#include "health/bt_health.h"


static void
add_window(bt_report *report, bt_sql *sql)
{
    bt_sql_value(sql, " WHERE d.listed_at >= ?", bt_time(report->from));
    bt_sql_value(sql, " AND d.listed_at < ?", bt_time(report->to));
}


/* A tenant's own tasks, and those of an older cluster as a whole, in which the
 * tenant succeeded. */
static void
add_good(bt_report *report, bt_sql *sql)
{
    bt_sql_add(sql, " LEFT JOIN (SELECT d.tenant_id FROM data_tasks d");
    add_window(report, sql);
    bt_sql_add(sql, " AND d.status = 'COMPLETED'"
               " UNION SELECT p.tenant_id FROM data_tasks d"
               " JOIN data_task_tenants p ON p.task_id = d.id");
    add_window(report, sql);
    bt_sql_add(sql, " AND p.status = 'COMPLETED') good"
               " ON good.tenant_id = n.id");
}


/* A tenant that has been seen since only, of which there are older records,
 * was there before we knew it. */
static void
add_known(bt_report *report, bt_sql *sql)
{
    bt_sql_value(sql, " AND (n.created < ?", bt_time(report->to));
    bt_sql_add(sql, " OR EXISTS (SELECT 1 FROM data_tasks e"
               " WHERE e.cluster_id = c.id AND e.tenant_id = n.id");
    bt_sql_value(sql, " AND e.listed_at < ?))", bt_time(report->to));
    bt_sql_value(sql, " AND (c.removed_at IS NULL OR c.removed_at >= ?)",
                 bt_time(report->to));
}


void
bt_report_from_places(bt_report *report, bt_sql *sql)
{
    bt_sql_add(sql, " FROM clusters c JOIN tenants n ON n.cluster_id = c.id"
               " AND n.incarnation = c.incarnation");
    add_good(report, sql);
    bt_sql_add(sql, " WHERE 1 = 1" BT_SQL_BACKED_UP);
    add_known(report, sql);
    bt_filter_where_places(&report->filter, sql, BT_FILTER_PLACE, true);
}

/* sections.c: which rows a report has, and in which order. */

#include "reports/internal.h"

#include "health/bt_health.h"
#include "reports/places.h"


static const bt_field  place_fields[] = {
    { "cluster", BT_FIELD_CLUSTER, "c.id, c.name, c.simulated" },
    { "tenant", BT_FIELD_REF, "n.id, n.name" },
    { "last-success", BT_FIELD_PLAIN, BT_SQL_LAST_GOOD }
};


static const bt_field  gap_fields[] = {
    { "log-id", BT_FIELD_PLAIN, "t.id" },
    { "cluster", BT_FIELD_CLUSTER, BT_SQL_CLUSTER },
    { "tenant", BT_FIELD_REF, BT_SQL_TENANT },
    { "from", BT_FIELD_PLAIN, "g.gap_from" },
    { "to", BT_FIELD_PLAIN, "g.gap_to" }
};

#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))


static void
select_places(bt_report *report, bt_sql *sql)
{
    bt_sql_add(sql, "SELECT 0, 0, ");
    bt_row_columns(sql, place_fields, COUNT(place_fields));
    bt_report_from_places(report, sql);
    bt_sql_add(sql, " AND good.tenant_id IS NULL"
               " ORDER BY c.name, c.id, n.name, n.id");
}


/* Parts of the day, at least, to which no tenant can be restored. */
static void
select_gaps(bt_report *report, bt_sql *sql)
{
    bt_sql_add(sql, "SELECT 0, 0, ");
    bt_row_columns(sql, gap_fields, COUNT(gap_fields));
    bt_sql_add(sql, " FROM log_backups t"
               " STRAIGHT_JOIN log_gaps g ON g.log_id = t.id" BT_JOIN_PLACE);
    bt_sql_value(sql, " WHERE g.gap_from < ?", bt_time(report->to));
    bt_sql_value(sql, " AND (g.gap_to IS NULL OR g.gap_to > ?)",
                 bt_time(report->from));
    bt_filter_where_places(&report->filter, sql, BT_FILTER_PLACE, true);
    bt_sql_add(sql, " ORDER BY g.gap_from, t.id");
}


/* What auditors ask first stands first. */
const bt_report_section  bt_report_sections[BT_REPORT_SECTIONS] = {
    { "without-backup", "without-backup", "place", NULL, select_places,
      place_fields, COUNT(place_fields) },
    { "data", "data-backup-tasks", "task", &bt_list_data, NULL, NULL, 0 },
    { "log", "log-backups", "log-backup", &bt_list_log, NULL, NULL, 0 },
    { "gap", "gaps", "gap", NULL, select_gaps, gap_fields,
      COUNT(gap_fields) },
    { "cleanup", "cleanup-tasks", "cleanup-task", &bt_list_cleanup, NULL,
      NULL, 0 },
    { "second", "second-backups", "second-backup", &bt_list_second, NULL,
      NULL, 0 },
    { "command", "commands", "command", &bt_list_commands, NULL, NULL, 0 }
};


const bt_field *
bt_report_fields(const bt_report_section *section, size_t *count)
{
    if (section->list != NULL) {
        *count = section->list->field_count;
        return section->list->fields;
    }

    *count = section->field_count;

    return section->fields;
}

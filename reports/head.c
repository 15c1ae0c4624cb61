/* head.c: what stands above a report's rows: which day, and the day in numbers. */

#include "reports/internal.h"

#include "fcgi_backend/document.h"
#include "reports/places.h"


static void
add_query(bt_report *report)
{
    bt_xml  *xml = report->reply.xml;

    bt_xml_open(xml, "query");
    bt_xml_attr(xml, "view", bt_str_of(bt_view_name(BT_VIEW_REPORT)));
    bt_xml_attr(xml, "range", BT_STR("custom"));
    bt_xml_time_attr(xml, "from", report->from);
    bt_xml_time_attr(xml, "to", report->to);
    bt_xml_attr(xml, "tz", bt_str_of(report->reporter->zone.name));

    if (*report->group != '\0') {
        bt_xml_leaf(xml, "group", bt_str_of(report->group));
    }

    bt_xml_close(xml);
}


void
bt_report_head(bt_report *report)
{
    bt_xml  *xml = report->reply.xml;

    bt_xml_open(xml, "daily-report");
    bt_xml_attr(xml, "xmlns", BT_STR(BT_NAMESPACE));
    bt_xml_attr(xml, "version", BT_STR(BT_FEED_VERSION));
    bt_xml_time_attr(xml, "generated", report->request.now);
    bt_xml_time_attr(xml, "as-of", report->as_of);
    add_query(report);

    bt_xml_leaf(xml, "day", bt_str_of(report->day_text));

    if (*report->group != '\0') {
        bt_xml_leaf(xml, "group", bt_str_of(report->group));
    }

    bt_xml_leaf(xml, "zone", bt_str_of(report->reporter->zone.name));
    bt_document_time(&report->reply, "from", report->from);
    bt_document_time(&report->reply, "to", report->to);
    bt_document_time(&report->reply, "written", report->request.now);
    bt_xml_leaf(xml, "software-version", BT_STR(BT_VERSION));
}


/* Runs a statement of the summary; NULL: report->status says why. */
static bt_rows *
run(bt_report *report, bt_sql *sql)
{
    bt_rows  *rows;

    report->status = bt_sql_run(sql, report->reply.store, &rows);
    bt_sql_free(sql);

    return report->status == BT_STORE_OK ? rows : NULL;
}


/* The rows of a list by their states. */
static void
add_counts(bt_report *report, const bt_report_section *section)
{
    bt_sql          sql;
    bt_rows        *rows;
    bt_xml         *xml = report->reply.xml;
    const bt_list  *list = section->list;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT ");
    bt_sql_add(&sql, list->columns.status);
    bt_sql_add(&sql, ", COUNT(*)");
    bt_sql_add(&sql, list->table);
    bt_filter_join(&report->filter, &sql, BT_FILTER_PLACE);
    bt_sql_add(&sql, " WHERE 1 = 1");
    bt_filter_where(&report->filter, &sql, &list->columns, BT_FILTER_PLACE);
    bt_filter_window(&sql, list->columns.at, report->from, report->to);
    bt_sql_add(&sql, " GROUP BY 1 ORDER BY 1");

    rows = run(report, &sql);

    while (rows != NULL && bt_rows_next(rows) > 0) {
        bt_xml_open(xml, "count");
        bt_xml_attr(xml, "kind", bt_str_of(section->record));
        bt_xml_attr(xml, "status", bt_value_text(bt_rows_get(rows, 0)));
        bt_xml_text_int(xml, bt_rows_get(rows, 1).number);
        bt_xml_close(xml);
    }

    bt_rows_close(rows);
}


/* How many clusters and tenants there were, and for how many nothing good was
 * done. */
static void
add_places(bt_report *report)
{
    size_t                     i;
    bt_sql                     sql;
    bt_rows                   *rows;
    static const char *const   names[4] = {
        "clusters", "clusters-without-backup", "tenants",
        "tenants-without-backup"
    };

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT COUNT(DISTINCT c.id), COUNT(DISTINCT c.id)"
               " - COUNT(DISTINCT CASE WHEN good.tenant_id IS NOT NULL"
               " THEN c.id END), COUNT(*),"
               " COUNT(*) - COUNT(good.tenant_id)");
    bt_report_from_places(report, &sql);

    rows = run(report, &sql);

    if (rows != NULL && bt_rows_next(rows) > 0) {
        for (i = 0; i < 4; i++) {
            bt_xml_leaf_int(report->reply.xml, names[i],
                            bt_rows_get(rows, i).number);
        }
    }

    bt_rows_close(rows);
}


/* The worst sample of the day's log backups. */
static void
add_latency(bt_report *report)
{
    bt_sql                 sql;
    bt_rows               *rows;
    static const bt_field  fields[] = {
        { "log-id", BT_FIELD_PLAIN, "t.id" },
        { "cluster", BT_FIELD_CLUSTER, BT_SQL_CLUSTER },
        { "tenant", BT_FIELD_REF, BT_SQL_TENANT },
        { "at", BT_FIELD_PLAIN, "l.sampled_at" },
        { "seconds", BT_FIELD_PLAIN, "l.latency_seconds" }
    };

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT ");
    bt_row_columns(&sql, fields, sizeof(fields) / sizeof(fields[0]));
    bt_sql_add(&sql, " FROM log_backups t"
               " STRAIGHT_JOIN log_latency l ON l.log_id = t.id"
               BT_JOIN_PLACE);
    bt_sql_value(&sql, " WHERE l.sampled_at >= ?", bt_time(report->from));
    bt_sql_value(&sql, " AND l.sampled_at < ?", bt_time(report->to));
    bt_filter_where_places(&report->filter, &sql, BT_FILTER_PLACE, true);
    bt_sql_add(&sql, " ORDER BY l.latency_seconds DESC, l.sampled_at, t.id"
               " LIMIT 1");

    rows = run(report, &sql);

    if (rows != NULL && bt_rows_next(rows) > 0) {
        bt_xml_open(report->reply.xml, "worst-latency");
        bt_row_write(&report->reply, fields,
                     sizeof(fields) / sizeof(fields[0]), rows, 0, 0, NULL,
                     NULL);
        bt_xml_close(report->reply.xml);
    }

    bt_rows_close(rows);
}


void
bt_report_summary(bt_report *report)
{
    size_t  i;

    bt_xml_open(report->reply.xml, "summary");

    for (i = 0; i < BT_REPORT_SECTIONS && report->status == BT_STORE_OK; i++) {
        if (bt_report_sections[i].list != NULL) {
            add_counts(report, &bt_report_sections[i]);
        }
    }

    if (report->status == BT_STORE_OK) {
        add_places(report);
    }

    if (report->status == BT_STORE_OK) {
        add_latency(report);
    }

    bt_xml_close(report->reply.xml);
}


void
bt_report_row(bt_report *report, const bt_report_section *section,
    bt_rows *rows, int64_t id, void *extras)
{
    size_t           count;
    const bt_field  *fields = bt_report_fields(section, &count);

    bt_xml_open(report->reply.xml, section->row);
    bt_row_write(&report->reply, fields, count, rows, 2, id,
                 section->list != NULL ? section->list->extra : NULL, extras);
    bt_xml_close(report->reply.xml);
}

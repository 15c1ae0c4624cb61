/* view_reports.c: the index of daily reports. */

#include "fcgi_backend/views.h"


static const bt_field  fields[] = {
    { "day", BT_FIELD_PLAIN, "DATE_FORMAT(t.day, '%Y-%m-%d')" },
    { "group", BT_FIELD_PLAIN, "t.group_name" },
    { "zone", BT_FIELD_PLAIN, "t.zone" },
    { "from", BT_FIELD_PLAIN, "t.begins" },
    { "to", BT_FIELD_PLAIN, "t.ends" },
    { "written", BT_FIELD_PLAIN, "t.written" },
    { "as-of", BT_FIELD_PLAIN, "t.as_of" },
    { "software-version", BT_FIELD_PLAIN, "t.software_version" },
    { "rows", BT_FIELD_PLAIN, "t.rows_count" },
    { "kept", BT_FIELD_PLAIN, "CASE WHEN EXISTS (SELECT 1 FROM report_parts p"
      " WHERE p.day = t.day AND p.group_name = t.group_name"
      " AND p.format = 'xml' AND p.part = 0) THEN 'true' ELSE 'false' END" },
    { "html-language", BT_FIELD_PLAIN, "t.language" },
    { "html-bytes", BT_FIELD_PLAIN, "t.html_bytes" },
    { "html-sha256", BT_FIELD_PLAIN, "t.html_sha256" },
    { "xml-bytes", BT_FIELD_PLAIN, "t.xml_bytes" },
    { "xml-sha256", BT_FIELD_PLAIN, "t.xml_sha256" },
    { "csv-bytes", BT_FIELD_PLAIN, "t.csv_bytes" },
    { "csv-sha256", BT_FIELD_PLAIN, "t.csv_sha256" },
    { "documents", BT_FIELD_DOCUMENTS,
      "DATE_FORMAT(t.day, '%Y-%m-%d'), t.group_name" }
};


/* The report of a group is for those who may see the group, that of the whole
 * site for those who may see everything. */
static void
add_scope(bt_sql *sql, const bt_request *request)
{
    const bt_scope  *scope = &request->scope;

    if (!scope->all) {
        bt_sql_add(sql, " AND t.group_name <> '' AND ");
        bt_sql_in(sql, "t.group_name", scope->groups, scope->group_count);
    }

    if (request->query.group[0] != '\0') {
        bt_sql_value(sql, " AND t.group_name = ?",
                     bt_text(bt_str_of(request->query.group)));
    }
}


const bt_list  bt_list_reports = {
    .view = BT_VIEW_REPORTS,
    .root = "daily-reports",
    .container = "items",
    .row = "report",
    .table = " FROM reports t",
    .order = " ORDER BY t.begins DESC, t.id DESC",
    .reverse = " ORDER BY t.begins, t.id",
    .at = "t.begins",
    .columns = { .at = "t.begins" },
    .joins = "",
    .where = add_scope,
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0])
};


int
bt_view_reports(bt_reply *reply)
{
    return bt_list_view(reply, &bt_list_reports);
}

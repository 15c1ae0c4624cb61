/* record.c: one record as a document of its own. */

#include "fcgi_backend/record.h"

#include "fcgi_backend/document.h"
#include "fcgi_backend/health.h"
#include "fcgi_backend/overview.h"


static void
add_from(bt_sql *sql, const bt_list *list, int64_t id)
{
    if (list->kind == NULL) {
        bt_sql_add(sql, list->table);
        bt_sql_add(sql, list->joins);
        bt_sql_value(sql, " WHERE t.id = ?", bt_int(id));
        return;
    }

    bt_sql_add(sql, " FROM record_keys k STRAIGHT_JOIN");
    bt_sql_add(sql, list->table + sizeof(" FROM") - 1);
    bt_sql_add(sql, " ON t.listed_at = k.listed_at AND t.id = k.id");
    bt_sql_add(sql, list->joins);
    bt_sql_value(sql, " WHERE k.id = ?", bt_int(id));
    bt_sql_value(sql, " AND k.kind = ?", bt_text(bt_str_of(list->kind)));
}


bt_store_status
bt_record_read(bt_reply *reply, const bt_list *list, int64_t id,
    bt_rows **rows)
{
    int              more;
    bt_sql           sql;
    bt_filter        filter;
    bt_store_status  status;

    filter = (bt_filter) { .request = reply->request };

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT c.observed, ");
    bt_row_columns(&sql, list->fields, list->field_count);
    add_from(&sql, list, id);
    bt_filter_where_places(&filter, &sql, BT_FILTER_SCOPE, true);

    status = bt_sql_run(&sql, reply->store, rows);
    bt_sql_free(&sql);

    if (status != BT_STORE_OK) {
        return status;
    }

    more = bt_rows_next(*rows);

    if (more <= 0) {
        bt_rows_close(*rows);
        *rows = NULL;
    }

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


bt_store_status
bt_record_begin(bt_reply *reply, const char *root, bt_usec as_of)
{
    bt_filter        filter;
    bt_store_status  status;

    filter = (bt_filter) { .request = reply->request };

    bt_document_begin(reply, root, as_of);
    status = bt_health_add(reply);

    return status == BT_STORE_OK ? bt_overview_write(reply, &filter) : status;
}


int
bt_record_view(bt_reply *reply, const bt_list *list, bt_row_extra extra,
    void *context)
{
    bt_rows         *rows;
    int64_t          id;
    bt_store_status  status;

    id = reply->request->route.id;
    status = bt_record_read(reply, list, id, &rows);

    if (status != BT_STORE_OK) {
        return bt_reply_store(reply, status);
    }

    if (rows == NULL) {
        return bt_reply_not_found(reply);
    }

    status = bt_record_begin(reply, list->row,
                             bt_value_time(bt_rows_get(rows, 0)));

    if (status == BT_STORE_OK) {
        bt_row_write(reply, list->fields, list->field_count, rows, 1, id,
                     extra, context);
        bt_document_end(reply, 1, true);
    }

    bt_rows_close(rows);

    return bt_reply_store(reply, status);
}


bt_store_status
bt_record_part(bt_reply *reply, const bt_sql *sql, const char *container,
    const char *row, const bt_field *fields, size_t count)
{
    int              more;
    bt_rows         *rows;
    bt_store_status  status;

    status = bt_sql_run(sql, reply->store, &rows);

    if (status != BT_STORE_OK) {
        return status;
    }

    bt_xml_open(reply->xml, container);

    while ((more = bt_rows_next(rows)) > 0) {
        bt_xml_open(reply->xml, row);
        bt_row_write(reply, fields, count, rows, 0, 0, NULL, NULL);
        bt_xml_close(reply->xml);
    }

    bt_xml_close(reply->xml);
    bt_rows_close(rows);

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}

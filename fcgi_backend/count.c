/* count.c: how many records of each status: summaries without reading history. */

#include "fcgi_backend/count.h"

#include "fcgi_backend/document.h"
#include "fcgi_backend/index.h"

/* A cause is not older than its record, but for clocks that differ. */
#define CAUSE_SLACK  BT_DAY


/* A page shows most counts twice, above the tabs and above its list. */
struct bt_counted {
    struct bt_counted  *next;
    const bt_list      *list;
    bt_usec             from;
    bt_usec             to;
    bt_counts           counts;
};


static void
add_count(const bt_list *list, bt_value status, bt_value number,
    bt_counts *counts)
{
    size_t              i;
    const char *const  *codes;

    codes = bt_view_statuses(list->view);

    /* The last code, UNKNOWN, takes what no other code does. */
    for (i = 0; codes[i + 1] != NULL; i++) {
        if (bt_str_eqz(bt_value_text(status), codes[i])) {
            break;
        }
    }

    counts->of[i] += number.number;
}


/* Runs a statement whose rows are status and number. */
static bt_store_status
add_counts(bt_reply *reply, const bt_list *list, const bt_sql *sql,
    bt_counts *counts)
{
    int              more;
    bt_rows         *rows;
    bt_store_status  status;

    status = bt_sql_run(sql, reply->store, &rows);

    if (status != BT_STORE_OK) {
        return status;
    }

    while ((more = bt_rows_next(rows)) > 0) {
        add_count(list, bt_rows_get(rows, 0), bt_rows_get(rows, 1), counts);
    }

    bt_rows_close(rows);

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


static void
begin_direct(bt_sql *sql, const bt_list *list, const bt_filter *filter,
    unsigned parts, const char *index)
{
    bt_sql_init(sql);
    bt_sql_add(sql, "SELECT ");
    bt_sql_add(sql, list->columns.status);
    bt_sql_add(sql, ", COUNT(*)");
    bt_sql_add(sql, list->table);
    bt_sql_add(sql, index);
    bt_filter_join(filter, sql, parts);
    bt_sql_add(sql, " WHERE 1 = 1");
    bt_filter_where(filter, sql, &list->columns, parts);
}


static bt_store_status
end_direct(bt_reply *reply, bt_sql *sql, const bt_list *list,
    bt_counts *counts)
{
    bt_store_status  status;

    bt_sql_add(sql, " GROUP BY 1");
    status = add_counts(reply, list, sql, counts);
    bt_sql_free(sql);

    return status;
}


/* What has no hourly counts, or a condition that they do not know. */
static bt_store_status
count_direct(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    unsigned parts, bt_usec from, bt_usec to, bt_counts *counts)
{
    bt_sql           sql;
    const char      *index;
    bt_store_status  status;

    status = bt_index_choose(reply, list, filter, parts, &index);

    if (status != BT_STORE_OK) {
        return status;
    }

    begin_direct(&sql, list, filter, parts, index);

    if (list->parent != NULL && reply->request->route.id > 0) {
        bt_sql_add(&sql, " AND ");
        bt_sql_add(&sql, list->parent);
        bt_sql_value(&sql, " = ?", bt_int(reply->request->route.id));
    }

    bt_filter_window(&sql, list->columns.at, from, to);

    return end_direct(reply, &sql, list, counts);
}


/* The parts of hours at both ends of the window, in the table itself. */
static bt_store_status
count_edges(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    unsigned parts, const bt_usec edges[4], bt_counts *counts)
{
    bt_sql  sql;

    begin_direct(&sql, list, filter, parts, list->indexes.order);
    bt_sql_add(&sql, " AND ((1 = 1");
    bt_filter_window(&sql, list->columns.at, edges[0], edges[1]);
    bt_sql_add(&sql, ") OR (1 = 1");
    bt_filter_window(&sql, list->columns.at, edges[2], edges[3]);
    bt_sql_add(&sql, "))");

    return end_direct(reply, &sql, list, counts);
}


/* Whole hours.  Each task stands there twice, once under 0 and 0. */
static bt_store_status
count_hours(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    unsigned parts, bt_usec from, bt_usec to, bt_counts *counts)
{
    bool             everywhere;
    bt_sql           sql;
    bt_store_status  status;

    everywhere = bt_filter_everywhere(filter, parts);

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT t.status, CAST(SUM(t.tasks) AS SIGNED)"
               " FROM hourly_counts t");

    if (!everywhere && !filter->few) {
        bt_sql_add(&sql, " FORCE INDEX (hourly_counts_hour)");
    }

    bt_filter_join(filter, &sql, parts);
    bt_sql_value(&sql, " WHERE t.kind = ?", bt_text(bt_str_of(list->counted)));
    bt_sql_add(&sql, everywhere ? " AND t.cluster_id = 0 AND t.tenant_id = 0"
                                : " AND t.cluster_id > 0");
    bt_filter_where(filter, &sql, &list->counts, parts);
    bt_filter_window(&sql, "t.hour", from, to);
    bt_sql_add(&sql, " GROUP BY t.status");

    status = add_counts(reply, list, &sql, counts);
    bt_sql_free(&sql);

    return status;
}


static bt_usec
hour_floor(bt_usec at)
{
    return at - (at % BT_HOUR + BT_HOUR) % BT_HOUR;
}


static bool
has_hours(const bt_list *list, const bt_filter *filter, unsigned parts,
    bt_usec from)
{
    const bt_query  *query = &filter->request->query;

    if (list->counted == NULL || from == BT_USEC_NONE) {
        return false;
    }

    return ((parts & BT_FILTER_SET) == 0 || query->backup_set < 0)
           && ((parts & BT_FILTER_UPDATED) == 0
               || query->updated_after == BT_USEC_NONE)
           && (list->parent == NULL || filter->request->route.id == 0);
}


static bt_store_status
count(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    unsigned parts, bt_usec from, bt_usec to, bt_counts *counts)
{
    bt_usec          first, last, edges[4];
    bt_store_status  status;

    if (!has_hours(list, filter, parts, from)) {
        return count_direct(reply, list, filter, parts, from, to, counts);
    }

    first = hour_floor(from + BT_HOUR - 1);
    last = hour_floor(to);

    if (first >= last) {
        first = last = to;

    } else {
        status = count_hours(reply, list, filter, parts, first, last, counts);

        if (status != BT_STORE_OK) {
            return status;
        }
    }

    if (from == first && last == to) {
        return BT_STORE_OK;
    }

    edges[0] = from;
    edges[1] = first;
    edges[2] = last;
    edges[3] = to;

    return count_edges(reply, list, filter, parts, edges, counts);
}


/* Those that are settled, found by way of the few that are. */
static bt_store_status
count_settled(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    unsigned parts, bt_usec from, bt_usec to, bt_counts *counts)
{
    bt_sql  sql;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT ");
    bt_sql_add(&sql, list->columns.status);
    bt_sql_add(&sql, ", COUNT(*) FROM (" BT_SQL_SETTLED);

    if (from != BT_USEC_NONE) {
        bt_sql_value(&sql, " AND x.cause_at >= ?",
                     bt_time(from - CAUSE_SLACK));
    }

    bt_sql_add(&sql, ") s STRAIGHT_JOIN record_keys k ON k.id = s.id");
    bt_sql_value(&sql, " AND k.kind = ?", bt_text(bt_str_of(list->kind)));
    bt_sql_add(&sql, " STRAIGHT_JOIN");
    bt_sql_add(&sql, list->table + sizeof(" FROM") - 1);
    bt_sql_add(&sql, " ON t.listed_at = k.listed_at AND t.id = k.id");
    bt_filter_join(filter, &sql, parts);
    bt_sql_add(&sql, " WHERE 1 = 1");
    bt_filter_where(filter, &sql, &list->columns, parts);
    bt_filter_window(&sql, "k.listed_at", from, to);

    if (list->parent != NULL && reply->request->route.id > 0) {
        bt_sql_add(&sql, " AND ");
        bt_sql_add(&sql, list->parent);
        bt_sql_value(&sql, " = ?", bt_int(reply->request->route.id));
    }

    return end_direct(reply, &sql, list, counts);
}


/* What the request asks for of settled and other records, from the counts of
 * both together. */
static bt_store_status
choose_settled(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    unsigned parts, bt_usec from, bt_usec to, bt_counts *counts)
{
    size_t           i;
    bt_counts        settled = { { 0 } };
    bt_store_status  status;

    status = count_settled(reply, list, filter, parts, from, to, &settled);

    if (reply->request->query.settled[0] == 'y') {
        *counts = settled;
        return status;
    }

    for (i = 0; i < BT_STATUS_MAX; i++) {
        counts->of[i] -= settled.of[i];
    }

    return status;
}


bt_store_status
bt_count_settled(bt_reply *reply, const bt_list *list,
    const bt_filter *filter, bt_usec from, bt_usec to, bt_counts *counts)
{
    *counts = (bt_counts) { { 0 } };

    if (list->columns.at == NULL) {
        from = to = BT_USEC_NONE;
    }

    return count_settled(reply, list, filter, BT_FILTER_PLACE, from, to,
                         counts);
}


/* Whether a request has no more conditions than those of place. */
static bool
is_plain(const bt_request *request)
{
    const bt_query  *query = &request->query;

    return query->mode[0] == '\0' && query->method[0] == '\0'
           && query->kind[0] == '\0' && query->settled[0] == '\0'
           && query->action[0] == '\0'
           && query->user[0] == '\0' && query->backup_set < 0
           && query->updated_after == BT_USEC_NONE;
}


static struct bt_counted *
find_counted(const bt_reply *reply, const bt_list *list, bt_usec from,
    bt_usec to)
{
    struct bt_counted  *c;

    for (c = reply->counted; c != NULL; c = c->next) {
        if (c->list == list && c->from == from && c->to == to) {
            break;
        }
    }

    return c;
}


static void
keep_counted(bt_reply *reply, const bt_list *list, bt_usec from, bt_usec to,
    const bt_counts *counts)
{
    struct bt_counted  *c;

    c = bt_pool_alloc(reply->request->pool, sizeof(struct bt_counted));

    if (c != NULL) {
        *c = (struct bt_counted) { reply->counted, list, from, to, *counts };
        reply->counted = c;
    }
}


bt_store_status
bt_count(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    unsigned parts, bt_usec from, bt_usec to, bt_counts *counts)
{
    bool                plain, choose;
    bt_store_status     status;
    struct bt_counted  *known;

    choose = (parts & BT_FILTER_SETTLED) != 0 && list->kind != NULL
             && reply->request->query.settled[0] != '\0';
    parts &= ~(BT_FILTER_STATUS | BT_FILTER_SETTLED);
    plain = parts == BT_FILTER_PLACE || is_plain(reply->request);

    if (list->columns.at == NULL) {
        from = to = BT_USEC_NONE;
    }

    if (plain) {
        known = find_counted(reply, list, from, to);

        if (known != NULL) {
            *counts = known->counts;
            return BT_STORE_OK;
        }
    }

    *counts = (bt_counts) { 0 };
    status = count(reply, list, filter, parts, from, to, counts);

    if (status == BT_STORE_OK && choose) {
        status = choose_settled(reply, list, filter, parts, from, to, counts);
    }

    if (status == BT_STORE_OK && plain) {
        keep_counted(reply, list, from, to, counts);
    }

    return status;
}


static void
write_count(bt_reply *reply, const char *code, unsigned bit, int64_t number)
{
    bt_query         query = reply->request->query;
    const bt_route  *route = &reply->request->route;

    query.status = bit;
    query.given |= 1u << BT_PARAM_STATUS;

    bt_xml_open(reply->xml, "count");
    bt_xml_attr(reply->xml, "status", bt_str_of(code));
    bt_xml_attr(reply->xml, "href",
                bt_document_href(reply, route, &query, NULL, NULL));
    bt_xml_text_int(reply->xml, number);
    bt_xml_close(reply->xml);
}


/* The list of what began in the longest range before the window and runs. */
static void
earlier_query(const bt_reply *reply, const bt_list *list, bt_query *query)
{
    *query = reply->request->query;

    query->to = query->from;
    query->from = query->to > reply->request->range_max
                  ? query->to - reply->request->range_max : 0;
    query->range = BT_RANGE_CUSTOM;
    query->status = list->running;
    query->given |= (1u << BT_PARAM_RANGE) | (1u << BT_PARAM_FROM)
                    | (1u << BT_PARAM_TO) | (1u << BT_PARAM_STATUS);
}


static bt_store_status
count_earlier(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    const bt_query *earlier, int64_t *number)
{
    bt_sql           sql;
    unsigned         i;
    bt_counts        counts;
    bt_filter        running;
    bt_request       request;
    bt_store_status  status;

    /* The same conditions, with other statuses. */
    request = *reply->request;
    request.query.status = list->running;
    running = *filter;
    running.request = &request;

    begin_direct(&sql, list, &running, BT_FILTER_ALL, list->indexes.status);
    bt_filter_window(&sql, list->columns.at, earlier->from, earlier->to);

    counts = (bt_counts) { 0 };
    status = end_direct(reply, &sql, list, &counts);
    *number = 0;

    for (i = 0; i < BT_STATUS_MAX; i++) {
        *number += counts.of[i];
    }

    return status;
}


static bt_store_status
write_earlier(bt_reply *reply, const bt_list *list, const bt_filter *filter)
{
    int64_t          number;
    bt_query         earlier;
    bt_store_status  status;

    if (list->running == 0 || reply->request->query.from <= 0
        || reply->request->route.id > 0)
    {
        return BT_STORE_OK;
    }

    earlier_query(reply, list, &earlier);
    status = count_earlier(reply, list, filter, &earlier, &number);

    if (status != BT_STORE_OK) {
        return status;
    }

    bt_xml_open(reply->xml, "running-earlier");
    bt_xml_attr(reply->xml, "href",
                bt_document_href(reply, &reply->request->route, &earlier, NULL,
                                 NULL));
    bt_xml_text_int(reply->xml, number);
    bt_xml_close(reply->xml);

    return BT_STORE_OK;
}


bt_store_status
bt_count_summary(bt_reply *reply, const bt_list *list, const bt_filter *filter)
{
    unsigned            i;
    bt_counts           counts;
    bt_store_status     status;
    const bt_query     *query = &reply->request->query;
    const char *const  *codes = bt_view_statuses(list->view);

    if (codes == NULL) {
        return BT_STORE_OK;
    }

    status = bt_count(reply, list, filter, BT_FILTER_ALL, query->from,
                      query->to, &counts);

    if (status != BT_STORE_OK) {
        return status;
    }

    bt_xml_open(reply->xml, "summary");

    for (i = 0; codes[i] != NULL; i++) {
        write_count(reply, codes[i], 1u << i, counts.of[i]);
    }

    status = write_earlier(reply, list, filter);
    bt_xml_close(reply->xml);

    return status;
}

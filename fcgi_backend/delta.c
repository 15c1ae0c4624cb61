/* delta.c: following a list: what changed, and what retention took, since a position. */

#include "fcgi_backend/delta.h"

#include "fcgi_backend/document.h"

/* Rows and tombstones of one statement. */
#define CHUNK_ROWS  2000

/* Tombstones stay 400 days; the clocks that count them may differ by a day. */
#define KEPT        (399 * BT_DAY)

#define FROM_REMOVED  " FROM removed t FORCE INDEX (removed_change)"

/* Beyond every row of a change. */
#define LAST_AT     (INT64_C(253402300799) * BT_SECOND)


typedef struct {
    bt_reply       *reply;
    const bt_list  *list;
    bt_filter       filter;
    bt_delta        at;           /* how far the document has come */
    int64_t         present;      /* the store's change number */
    int64_t         count;
    bool            more;
} walk;


bool
bt_delta_is_offered(const bt_reply *reply)
{
    const bt_query  *query = &reply->request->query;

    return bt_param_allowed(BT_PARAM_DELTA, &reply->request->route)
           && query->from == BT_USEC_NONE && query->status == 0
           && query->after[0] == '\0' && query->before[0] == '\0';
}


/* Groups change, and with them what a reader sees, without a change of the
 * records: a mark of the clusters tells.  0 where groups do not matter. */
static bt_store_status
mark_places(bt_reply *reply, const bt_filter *filter, int64_t *mark)
{
    bt_sql             sql;
    const bt_request  *request = reply->request;

    *mark = 0;

    if (request->query.group[0] == '\0'
        && (request->scope.all || request->scope.group_count == 0))
    {
        return BT_STORE_OK;
    }

    /* No filter of tenants stands here: each cluster counts once. */
    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT COALESCE(CAST(SUM(CRC32(CONCAT('c', c.id)))"
               " AS SIGNED), 0) + 1 FROM clusters c WHERE 1 = 1");
    bt_filter_where_places(filter, &sql, BT_FILTER_PLACE, false);

    return bt_sql_number(&sql, reply->store, mark);
}


static bt_store_status
read_counter(bt_reply *reply, int64_t *number)
{
    bt_sql  sql;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT number FROM change_counter WHERE id = 1");

    return bt_sql_number(&sql, reply->store, number);
}


/* The newest change of a table that the reader may see, 0 without any. */
static bt_store_status
find_newest(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    bool removed, int64_t *number)
{
    bt_sql  sql;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT t.change_no");
    bt_sql_add(&sql, removed ? FROM_REMOVED : list->table);
    bt_sql_add(&sql, removed ? "" : list->indexes.change);
    bt_filter_join(filter, &sql, BT_FILTER_PLACE);
    bt_sql_add(&sql, " WHERE 1 = 1");

    if (removed) {
        bt_sql_value(&sql, " AND t.kind = ?", bt_text(bt_str_of(list->kind)));
    }

    bt_filter_where(filter, &sql, &list->columns, BT_FILTER_PLACE);
    bt_sql_add(&sql, " ORDER BY t.change_no DESC LIMIT 1");

    return bt_sql_number(&sql, reply->store, number);
}


/* Up to which changes everything has been told.  Whoever sees a part is not
 * told how much goes on in the rest. */
static bt_store_status
find_numbers(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    int64_t *change, int64_t *removed)
{
    bt_store_status  status;

    if (reply->request->scope.all) {
        status = read_counter(reply, change);
        *removed = *change;
        return status;
    }

    status = find_newest(reply, list, filter, false, change);

    return status == BT_STORE_OK
           ? find_newest(reply, list, filter, true, removed) : status;
}


bt_store_status
bt_delta_begin(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    bt_delta *delta)
{
    bt_store_status  status;

    *delta = (bt_delta) {
        .at = LAST_AT, .id = BT_ID_MAX, .removed_id = BT_ID_MAX,
        .issued = reply->request->now
    };

    status = find_numbers(reply, list, filter, &delta->change,
                          &delta->removed_change);

    return status == BT_STORE_OK
           ? mark_places(reply, filter, &delta->places) : status;
}


/* The request's query as a delta takes it. */
static bt_query
followed(const bt_reply *reply)
{
    bt_query  query = reply->request->query;

    query.given &= ~(1u << BT_PARAM_UPDATED_AFTER);
    query.updated_after = BT_USEC_NONE;

    return query;
}


void
bt_delta_link(bt_reply *reply, const bt_delta *delta)
{
    char             text[BT_CURSOR_MAX];
    bt_query         query = followed(reply);
    const bt_route  *route = &reply->request->route;

    bt_delta_format(text, &query, route, delta);
    bt_document_link(reply, "delta",
                     bt_document_href(reply, route, &query, "delta", text));
}


static int
refuse_gone(bt_reply *reply, const char *text)
{
    bt_query  query = followed(reply);
    bt_str    href;

    href = bt_document_href(reply, &reply->request->route, &query, NULL, NULL);
    reply->error.start_again = href.data;

    return bt_reply_error(reply, 410, "GONE", text);
}


/* 200, or why nobody can go on from this position. */
static int
check_position(walk *w)
{
    int64_t          places;
    bt_store_status  status;

    status = read_counter(w->reply, &w->present);

    if (status == BT_STORE_OK) {
        status = mark_places(w->reply, &w->filter, &places);
    }

    if (status != BT_STORE_OK) {
        return bt_reply_store(w->reply, status);
    }

    if (w->reply->request->now - w->at.issued > KEPT) {
        return refuse_gone(w->reply, "This position is older than what is"
                           " kept of removed records. Start again with the"
                           " whole list.");
    }

    if (w->at.change > w->present || w->at.removed_change > w->present) {
        return refuse_gone(w->reply, "This position is ahead of the records:"
                           " the store was put back to an earlier state."
                           " Start again with the whole list.");
    }

    if (w->at.places != places) {
        return refuse_gone(w->reply, "The clusters of the groups have"
                           " changed, and with them the list. Start again"
                           " with the whole list.");
    }

    return 200;
}


/* " AND (change, at, id) > position", as ranges of the index: what one change
 * has before the position is not read. */
static void
add_position(bt_sql *sql, const bt_delta *at)
{
    bt_sql_value(sql, " AND (t.change_no > ?", bt_int(at->change));
    bt_sql_value(sql, " OR (t.change_no = ?", bt_int(at->change));
    bt_sql_value(sql, " AND t.listed_at > ?)", bt_time(at->at));
    bt_sql_value(sql, " OR (t.change_no = ?", bt_int(at->change));
    bt_sql_value(sql, " AND t.listed_at = ?", bt_time(at->at));
    bt_sql_value(sql, " AND t.id > ?))", bt_int(at->id));
}


/* The keys come first, so that nothing is looked up for a row that is not in
 * the part. */
static bt_store_status
run_rows(const walk *w, int64_t limit, bt_rows **rows)
{
    bt_sql           sql;
    bt_store_status  status;
    const bt_list   *list = w->list;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT k.no, k.at, k.id, ");
    bt_row_columns(&sql, list->fields, list->field_count);
    bt_sql_add(&sql, " FROM (SELECT t.change_no AS no, t.listed_at AS at,"
               " t.id AS id");
    bt_sql_add(&sql, list->table);
    bt_sql_add(&sql, list->indexes.change);
    bt_filter_join(&w->filter, &sql, BT_FILTER_ALL);
    bt_sql_add(&sql, " WHERE 1 = 1");
    bt_filter_where(&w->filter, &sql, &list->columns, BT_FILTER_ALL);
    add_position(&sql, &w->at);
    bt_sql_value(&sql, " ORDER BY t.change_no, t.listed_at, t.id LIMIT ?",
                 bt_int(limit));
    bt_sql_add(&sql, ") k STRAIGHT_JOIN");
    bt_sql_add(&sql, list->table + sizeof(" FROM") - 1);
    bt_sql_add(&sql, " ON t.listed_at = k.at AND t.id = k.id");
    bt_sql_add(&sql, list->joins);
    bt_sql_add(&sql, " ORDER BY k.no, k.at, k.id");

    status = bt_sql_run(&sql, w->reply->store, rows);
    bt_sql_free(&sql);

    return status;
}


static void
write_row(walk *w, bt_rows *rows)
{
    const bt_list  *list = w->list;

    bt_xml_open(w->reply->xml, list->row);
    bt_row_write(w->reply, list->fields, list->field_count, rows, 3, w->at.id,
                 NULL, NULL);
    bt_xml_close(w->reply->xml);

    if (w->reply->output->pieces) {
        bt_xml_flush(w->reply->xml);
    }
}


/* One part of the rows; *read gets how many there were. */
static bt_store_status
write_part(walk *w, int64_t limit, int64_t *read)
{
    int              more;
    bt_rows         *rows;
    bt_store_status  status;

    *read = 0;
    status = run_rows(w, limit, &rows);

    if (status != BT_STORE_OK) {
        return status;
    }

    while ((more = bt_rows_next(rows)) > 0) {
        (*read)++;

        if (w->count == w->reply->request->query.size) {
            w->more = true;
            break;
        }

        w->count++;
        w->at.change = bt_rows_get(rows, 0).number;
        w->at.at = bt_rows_get(rows, 1).number;
        w->at.id = bt_rows_get(rows, 2).number;
        write_row(w, rows);
    }

    bt_rows_close(rows);

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


static bt_store_status
write_rows(walk *w)
{
    int64_t          limit, read;
    bt_store_status  status;

    bt_xml_open(w->reply->xml, w->list->container);

    do {
        limit = w->reply->request->query.size - w->count + 1;

        if (limit > CHUNK_ROWS) {
            limit = CHUNK_ROWS;
        }

        status = write_part(w, limit, &read);

    } while (status == BT_STORE_OK && read == limit && !w->more
             && !w->reply->output->gone);

    bt_xml_close(w->reply->xml);

    return status;
}


static bt_store_status
run_removed(const walk *w, bt_rows **rows)
{
    bt_sql           sql;
    bt_store_status  status;
    const bt_delta  *at = &w->at;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT t.change_no, t.record_id, t.updated"
               FROM_REMOVED);
    bt_filter_join(&w->filter, &sql, BT_FILTER_PLACE);
    bt_sql_value(&sql, " WHERE t.kind = ?", bt_text(bt_str_of(w->list->kind)));
    bt_filter_where(&w->filter, &sql, &w->list->columns, BT_FILTER_PLACE);
    bt_sql_value(&sql, " AND t.change_no >= ?", bt_int(at->removed_change));
    bt_sql_value(&sql, " AND (t.change_no > ?", bt_int(at->removed_change));
    bt_sql_value(&sql, " OR t.record_id > ?)", bt_int(at->removed_id));
    bt_sql_value(&sql, " ORDER BY t.change_no, t.record_id LIMIT ?",
                 bt_int(CHUNK_ROWS + 1));

    status = bt_sql_run(&sql, w->reply->store, rows);
    bt_sql_free(&sql);

    return status;
}


static void
write_tombstone(walk *w, bt_rows *rows)
{
    w->at.removed_change = bt_rows_get(rows, 0).number;
    w->at.removed_id = bt_rows_get(rows, 1).number;

    bt_xml_open(w->reply->xml, "removed");
    bt_xml_leaf_int(w->reply->xml, "id", w->at.removed_id);
    bt_row_value(w->reply, "updated", bt_rows_get(rows, 2));
    bt_xml_close(w->reply->xml);
}


/* After the rows: a row that went while they were read is told to be gone. */
static bt_store_status
write_removed(walk *w)
{
    int              more;
    bt_rows         *rows;
    int64_t          count;
    bt_store_status  status;

    status = run_removed(w, &rows);

    if (status != BT_STORE_OK) {
        return status;
    }

    count = 0;

    while ((more = bt_rows_next(rows)) > 0) {

        if (count++ == CHUNK_ROWS) {
            w->more = true;
            break;
        }

        write_tombstone(w, rows);
    }

    bt_rows_close(rows);

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


/* Where everything has been told up to the present number, the position moves
 * on to it: the next time need not pass what a filter leaves out.  Not where
 * the number would tell of what is out of scope. */
static void
move_on(walk *w)
{
    bool  whole = !w->more && w->reply->request->scope.all;

    if (whole && w->at.change < w->present) {
        w->at.change = w->present;
        w->at.at = LAST_AT;
        w->at.id = BT_ID_MAX;
    }

    if (whole && w->at.removed_change < w->present) {
        w->at.removed_change = w->present;
        w->at.removed_id = BT_ID_MAX;
    }

    w->at.issued = w->reply->request->now;
}


static bt_store_status
write_document(walk *w)
{
    bt_usec          as_of;
    bt_store_status  status;

    status = bt_list_as_of(w->reply, &w->filter, &as_of);

    if (status != BT_STORE_OK) {
        return status;
    }

    bt_document_begin(w->reply, w->list->root, as_of);
    status = write_rows(w);

    if (status == BT_STORE_OK) {
        status = write_removed(w);
    }

    if (status == BT_STORE_OK) {
        move_on(w);
        bt_delta_link(w->reply, &w->at);
        bt_document_end(w->reply, w->count, !w->more);
    }

    return status;
}


int
bt_delta_view(bt_reply *reply, const bt_list *list)
{
    int              status;
    walk             w;
    bt_store_status  begun;

    w = (walk) { .reply = reply, .list = list,
                 .at = reply->request->query.position_delta };
    begun = bt_filter_init(&w.filter, reply);

    if (begun != BT_STORE_OK) {
        return bt_reply_store(reply, begun);
    }

    status = check_position(&w);

    return status == 200 ? bt_reply_store(reply, write_document(&w)) : status;
}

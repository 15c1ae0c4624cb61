/* delta.c: following a list: what changed, and what retention took, since a position. */

#include "fcgi_backend/delta.h"

#include "fcgi_backend/delta_read.h"
#include "fcgi_backend/document.h"

/* Rows and tombstones of one statement. */
#define CHUNK_ROWS  2000

/* Tombstones stay 400 days; the clocks that count them may differ by a day. */
#define KEPT        (399 * BT_DAY)

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
           && query->from == BT_USEC_NONE
           && query->after[0] == '\0' && query->before[0] == '\0';
}


/* What a reader sees depends on names and groups of clusters, and rows have
 * names in them: these change without a change of the records, and a mark of
 * the clusters tells.  Where clusters are meant by name it tells as well which
 * they are. */
static bt_store_status
mark_places(bt_reply *reply, const bt_filter *filter, int64_t *mark)
{
    bt_sql             sql;
    const bt_request  *request = reply->request;

    /* No filter of tenants stands here: each cluster counts once. */
    bt_sql_init(&sql);
    bt_sql_add(&sql, request->scope.all && request->query.group[0] == '\0'
               && request->query.cluster[0] == '\0'
               ? "SELECT COALESCE(CAST(SUM(c.renames) AS SIGNED), 0)"
               : "SELECT COALESCE(CAST(SUM(CRC32(CONCAT('c', c.id, ' ',"
                 " c.renames))) AS SIGNED), 0) + 1");
    bt_sql_add(&sql, " FROM clusters c WHERE 1 = 1");
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

    status = bt_delta_newest(reply, list, filter, false, change);

    return status == BT_STORE_OK
           ? bt_delta_newest(reply, list, filter, true, removed) : status;
}


bt_store_status
bt_delta_begin(bt_reply *reply, const bt_list *list, bt_delta *delta)
{
    bt_filter        filter;
    bt_store_status  status;

    *delta = (bt_delta) {
        .at = LAST_AT, .id = BT_ID_MAX, .removed_id = BT_ID_MAX,
        .issued = reply->request->now
    };

    status = bt_filter_init(&filter, reply);

    if (status == BT_STORE_OK) {
        status = find_numbers(reply, list, &filter, &delta->change,
                              &delta->removed_change);
    }

    return status == BT_STORE_OK
           ? mark_places(reply, &filter, &delta->places) : status;
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


bool
bt_delta_is_old(const bt_request *request)
{
    const bt_query  *query = &request->query;

    return query->delta[0] != '\0'
           && request->now - query->position_delta.issued > KEPT;
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

    if (bt_delta_is_old(w->reply->request)) {
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
        return refuse_gone(w->reply, "The clusters of the groups, or"
                           " names of clusters or tenants, have changed, and"
                           " with them the list. Start again with the whole"
                           " list.");
    }

    return 200;
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
    status = bt_delta_rows(w->reply, w->list, &w->filter, &w->at, limit,
                           &rows);

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


static void
write_gone(walk *w, bt_value id, bt_value updated)
{
    bt_xml_open(w->reply->xml, "removed");
    bt_xml_leaf_int(w->reply->xml, "id", id.number);
    bt_row_value(w->reply, "updated", updated);
    bt_xml_close(w->reply->xml);

    if (w->reply->output->pieces) {
        bt_xml_flush(w->reply->xml);
    }
}


/* Moves a position to a record that has not what the filter asks for any
 * more, or never had, and tells it. */
static void
write_leaver(walk *w, bt_delta *at, bt_rows *rows)
{
    at->change = bt_rows_get(rows, 0).number;
    at->at = bt_rows_get(rows, 1).number;
    at->id = bt_rows_get(rows, 2).number;
    write_gone(w, bt_rows_get(rows, 2), bt_rows_get(rows, 3));
}


static bt_store_status
write_left_part(walk *w, bt_delta *at, int64_t last, int64_t *read)
{
    int              more;
    bt_rows         *rows;
    bt_store_status  status;

    *read = 0;
    status = bt_delta_left(w->reply, w->list, &w->filter, at, last,
                           CHUNK_ROWS, &rows);

    if (status != BT_STORE_OK) {
        return status;
    }

    while ((more = bt_rows_next(rows)) > 0) {
        (*read)++;
        write_leaver(w, at, rows);
    }

    bt_rows_close(rows);

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


static bool
is_later(const bt_delta *a, const bt_delta *b)
{
    if (a->change != b->change) {
        return a->change > b->change;
    }

    return a->at != b->at ? a->at > b->at : a->id > b->id;
}


/* After the rows, of the changes that they came from: what does not fulfil the
 * filter.  What changes meanwhile has a later number and comes next time. */
static bt_store_status
write_left(walk *w, const bt_delta *start)
{
    int64_t          read, last;
    bt_delta         at = *start;
    bt_store_status  status;

    if (!bt_delta_is_narrowed(&w->reply->request->query)) {
        return BT_STORE_OK;
    }

    last = w->more || w->at.change > w->present ? w->at.change : w->present;

    do {
        status = write_left_part(w, &at, last, &read);

    } while (status == BT_STORE_OK && read == CHUNK_ROWS
             && !w->reply->output->gone);

    if (!w->more && is_later(&at, &w->at)) {
        w->at.change = at.change;
        w->at.at = at.at;
        w->at.id = at.id;
    }

    return status;
}


static void
write_tombstone(walk *w, bt_rows *rows)
{
    w->at.removed_change = bt_rows_get(rows, 0).number;
    w->at.removed_id = bt_rows_get(rows, 1).number;
    write_gone(w, bt_rows_get(rows, 1), bt_rows_get(rows, 2));
}


/* After the rows: a row that went while they were read is told to be gone. */
static bt_store_status
write_removed(walk *w)
{
    int              more;
    bt_rows         *rows;
    int64_t          count;
    bt_store_status  status;

    status = bt_delta_removed(w->reply, w->list, &w->filter, &w->at,
                              CHUNK_ROWS + 1, &rows);

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
    bt_delta         start = w->at;
    bt_store_status  status;

    status = bt_list_as_of(w->reply, &w->filter, &as_of);

    if (status != BT_STORE_OK) {
        return status;
    }

    bt_document_begin(w->reply, w->list->root, as_of);
    status = write_rows(w);

    if (status == BT_STORE_OK) {
        status = write_left(w, &start);
    }

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

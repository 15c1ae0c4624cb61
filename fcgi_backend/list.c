/* list.c: lists of records: one page or a stream, newest first, by keyset. */

#include "fcgi_backend/list.h"

#include "fcgi_backend/atom.h"
#include "fcgi_backend/count.h"
#include "fcgi_backend/csv.h"
#include "fcgi_backend/delta.h"
#include "fcgi_backend/document.h"
#include "fcgi_backend/health.h"
#include "fcgi_backend/index.h"
#include "fcgi_backend/overview.h"

/* Rows per statement of a long list: a deadline holds for each, and a slow
 * reader holds none open. */
#define CHUNK_ROWS  2000


typedef struct face face;

/* One list on its way out. */
typedef struct {
    bt_reply       *reply;
    const bt_list  *list;
    const face     *face;
    bt_csv          csv;
    bt_filter       filter;
    bt_part         part;
    int64_t         wanted;       /* rows that this page may have */
    int64_t         count;        /* rows written */
    bt_key          last;         /* key of the last row written */
    bt_key          top;          /* BEFORE: key of the page's first row */
    bool            more_above;   /* BEFORE: there are newer rows */
    bool            more_below;
    bt_delta        delta;        /* where what follows begins */
    bt_list_row     each;         /* instead of a document */
    void           *each_context;
} walk;


/* How a list is written.  extras: with what goes with each row. */
struct face {
    bool              extras;
    bt_store_status (*begin)(walk *w);
    void            (*row)(walk *w, bt_rows *rows, void *context);
    void            (*end)(walk *w);
};


static bool
is_before(const walk *w)
{
    return w->reply->request->query.before[0] != '\0';
}


static bool
is_after(const walk *w)
{
    return w->reply->request->query.after[0] != '\0';
}


/* " AND (at, id) < or > key", in a form that every optimizer makes a range. */
static void
add_key(bt_sql *sql, const char *at, const bt_key *key, const char *range,
    const char *beyond, const char *id)
{
    if (!key->given) {
        return;
    }

    bt_sql_add(sql, " AND ");
    bt_sql_add(sql, at);
    bt_sql_value(sql, range, bt_time(key->at));
    bt_sql_add(sql, " AND (");
    bt_sql_add(sql, at);
    bt_sql_value(sql, beyond, bt_time(key->at));
    bt_sql_value(sql, id, bt_int(key->id));
}


static void
add_keys_from(bt_sql *sql, const bt_part *part)
{
    const bt_list     *list = part->list;
    const bt_request  *request = part->filter->request;

    bt_sql_add(sql, "SELECT ");
    bt_sql_add(sql, list->at);
    bt_sql_add(sql, " AS at, t.id AS id");
    bt_sql_add(sql, list->table);
    bt_sql_add(sql, part->index);

    if (list->where != NULL) {
        bt_sql_add(sql, " WHERE 1 = 1");
        list->where(sql, request);

    } else {
        bt_filter_join(part->filter, sql, BT_FILTER_ALL);
        bt_sql_add(sql, " WHERE 1 = 1");
        bt_filter_where(part->filter, sql, &list->columns, BT_FILTER_ALL);
    }

    bt_filter_window(sql, list->columns.at, request->query.from,
                     request->query.to);

    if (list->parent != NULL && request->route.id > 0) {
        bt_sql_add(sql, " AND ");
        bt_sql_add(sql, list->parent);
        bt_sql_value(sql, " = ?", bt_int(request->route.id));
    }

    add_key(sql, list->at, &part->upper, " <= ?", " < ?", " OR t.id < ?)");
    add_key(sql, list->at, &part->lower, " >= ?", " > ?", " OR t.id > ?)");
}


void
bt_part_keys(bt_sql *sql, const bt_part *part)
{
    add_keys_from(sql, part);
    bt_sql_add(sql, part->list->order);
    bt_sql_value(sql, " LIMIT ?", bt_int(part->limit));
}


/* The last of as many keys as the page may have in an order, and whether there
 * are more. */
static bt_store_status
find_far(const walk *w, const char *order, bt_key *far, bool *more)
{
    int              next;
    bt_sql           sql;
    int64_t          count;
    bt_rows         *rows;
    bt_store_status  status;

    bt_sql_init(&sql);
    add_keys_from(&sql, &w->part);
    bt_sql_add(&sql, order);
    bt_sql_value(&sql, " LIMIT ?", bt_int(w->wanted + 1));

    status = bt_sql_run(&sql, w->reply->store, &rows);
    bt_sql_free(&sql);

    if (status != BT_STORE_OK) {
        return status;
    }

    for (count = 0; (next = bt_rows_next(rows)) > 0; count++) {

        if (count == w->wanted) {
            *more = true;
            break;
        }

        *far = (bt_key) { true, bt_rows_get(rows, 0).number,
                          bt_rows_get(rows, 1).number };
    }

    bt_rows_close(rows);

    return next < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


/* From the request's cursor to the keys between which the page lies. */
static bt_store_status
find_bounds(walk *w)
{
    bt_key           position;
    bt_store_status  status;
    const bt_query  *query = &w->reply->request->query;

    position = (bt_key) { true, query->position_at, query->position_id };

    if (is_after(w)) {
        w->part.upper = position;
        return BT_STORE_OK;
    }

    if (!is_before(w)) {
        return BT_STORE_OK;
    }

    w->part.lower = position;
    /* It walks up from the position to find the page's first row. */
    status = find_far(w, w->list->reverse, &w->top, &w->more_above);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (!w->top.given) {
        w->wanted = 0;
        return BT_STORE_OK;
    }

    w->part.upper = (bt_key) { true, w->top.at, w->top.id + 1 };

    return BT_STORE_OK;
}


/* A cursor just beyond a key, so that its row is on the page. */
static void
link_before_with(walk *w, bt_key key)
{
    if (key.id > 1) {
        bt_document_page_link(w->reply, "prev", "before", key.at, key.id - 1);

    } else {
        bt_document_page_link(w->reply, "prev", "before", key.at - 1,
                              BT_ID_MAX);
    }
}


static void
write_links(walk *w)
{
    const bt_query  *query = &w->reply->request->query;

    if (!is_after(w) && !is_before(w)) {
        return;
    }

    bt_document_link(w->reply, "first",
                     bt_document_href(w->reply, &w->reply->request->route,
                                      query, NULL, NULL));

    if (is_after(w)) {
        link_before_with(w, (bt_key) { true, query->position_at,
                                       query->position_id });

    } else if (w->more_above) {
        bt_document_page_link(w->reply, "prev", "before", w->top.at,
                              w->top.id);
    }
}


static void
write_next(walk *w)
{
    const bt_query  *query = &w->reply->request->query;

    if (!w->more_below) {
        return;
    }

    if (w->last.given) {
        bt_document_page_link(w->reply, "next", "after", w->last.at,
                              w->last.id);

    } else {
        bt_document_page_link(w->reply, "next", "after", query->position_at,
                              query->position_id + 1);
    }
}


/* The rows of a part with all their columns.  The keys are found first, so
 * that no sort and no lookup meets a row that is not on the page. */
static bt_store_status
run_part(const walk *w, bt_rows **rows)
{
    bt_sql           sql;
    bt_store_status  status;
    const bt_list   *list = w->list;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT k.at, k.id, ");
    bt_row_columns(&sql, list->fields, list->field_count);
    bt_sql_add(&sql, " FROM (");
    bt_part_keys(&sql, &w->part);
    bt_sql_add(&sql, ") k STRAIGHT_JOIN");
    bt_sql_add(&sql, list->table + sizeof(" FROM") - 1);
    bt_sql_add(&sql, " ON ");
    bt_sql_add(&sql, list->at);
    bt_sql_add(&sql, " = k.at AND t.id = k.id");
    bt_sql_add(&sql, list->joins);
    bt_sql_add(&sql, " ORDER BY k.at DESC, k.id DESC");

    status = bt_sql_run(&sql, w->reply->store, rows);
    bt_sql_free(&sql);

    return status;
}


/* Writes the rows of a part that the page still has room for. */
static bt_store_status
write_rows(walk *w, bt_rows *rows, void *context)
{
    int  more;

    while ((more = bt_rows_next(rows)) > 0) {

        if (w->count == w->wanted) {
            w->more_below = true;
            break;
        }

        w->count++;
        w->last = (bt_key) { true, bt_rows_get(rows, 0).number,
                             bt_rows_get(rows, 1).number };
        w->face->row(w, rows, context);
    }

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


static bt_store_status
write_part(walk *w)
{
    void            *context;
    bt_rows         *rows;
    bt_store_status  status;
    const bt_list   *list = w->list;

    context = NULL;

    if (list->prepare != NULL && w->face->extras) {
        status = list->prepare(w->reply, &w->part, &context);

        if (status != BT_STORE_OK) {
            return status;
        }
    }

    status = run_part(w, &rows);

    if (status == BT_STORE_OK) {
        status = write_rows(w, rows, context);
        bt_rows_close(rows);
    }

    if (context != NULL) {
        list->release(context);
    }

    return status;
}


/* One row more than wanted tells whether there is another page. */
static bt_store_status
write_parts(walk *w)
{
    int64_t          before;
    bt_store_status  status;

    do {
        before = w->count;
        w->part.limit = w->wanted - w->count + 1;

        if (w->part.limit > CHUNK_ROWS) {
            w->part.limit = CHUNK_ROWS;
        }

        status = write_part(w);
        w->part.upper = w->last.given ? w->last : w->part.upper;

    } while (status == BT_STORE_OK && w->count - before == w->part.limit
             && !w->more_below && !w->reply->output->gone);

    return status;
}


static bt_store_status
write_top(walk *w)
{
    bt_usec          as_of = BT_USEC_NONE;
    bt_store_status  status = BT_STORE_OK;

    if (w->list->where == NULL) {
        status = bt_list_as_of(w->reply, &w->filter, &as_of);
    }

    if (status != BT_STORE_OK) {
        return status;
    }

    bt_document_begin(w->reply, w->list->root, as_of);
    write_links(w);

    if (w->reply->output->pieces || w->list->where != NULL) {
        return BT_STORE_OK;
    }

    status = bt_health_add(w->reply);

    if (status == BT_STORE_OK) {
        status = bt_overview_write(w->reply, &w->filter);
    }

    if (status == BT_STORE_OK) {
        status = bt_count_summary(w->reply, w->list, &w->filter);
    }

    return status;
}


static bt_store_status
begin_xml(walk *w)
{
    bt_store_status  status;

    status = write_top(w);

    if (status == BT_STORE_OK) {
        bt_xml_open(w->reply->xml, w->list->container);
    }

    return status;
}


static void
write_xml_row(walk *w, bt_rows *rows, void *context)
{
    const bt_list  *list = w->list;

    bt_xml_open(w->reply->xml, list->row);
    bt_row_write(w->reply, list->fields, list->field_count, rows, 2,
                 w->last.id, list->extra, context);
    bt_xml_close(w->reply->xml);

    if (w->reply->output->pieces) {
        bt_xml_flush(w->reply->xml);
    }
}


static void
end_xml(walk *w)
{
    bt_xml_close(w->reply->xml);
    write_next(w);

    if (!w->more_below && bt_delta_is_offered(w->reply)) {
        bt_delta_link(w->reply, &w->delta);
    }

    bt_document_end(w->reply, w->count, !w->more_below);
}


static const face  xml_face = { true, begin_xml, write_xml_row, end_xml };


/* A long page has its first bytes out before its last row is read: where it
 * ends is looked up before, and then holds, however many rows come or go
 * meanwhile, so that none is passed over. */
static bt_store_status
foresee_end(walk *w)
{
    bt_key           end = { .given = false };
    bt_store_status  status;

    if (!w->reply->output->pieces) {
        return BT_STORE_OK;
    }

    if (is_before(w)) {
        w->more_below = true;
        write_next(w);
        return BT_STORE_OK;
    }

    if (w->wanted == BT_SIZE_ALL) {
        return BT_STORE_OK;
    }

    status = find_far(w, w->list->order, &end, &w->more_below);

    if (status != BT_STORE_OK || !w->more_below) {
        return status;
    }

    w->part.lower = (bt_key) { true, end.at, end.id - 1 };
    w->wanted = BT_SIZE_ALL;
    bt_document_page_link(w->reply, "next", "after", end.at, end.id);

    return BT_STORE_OK;
}


static bt_store_status
begin_csv(walk *w)
{
    bt_store_status  status;

    write_links(w);
    status = foresee_end(w);

    if (status != BT_STORE_OK) {
        return status;
    }

    bt_csv_begin(&w->csv, w->reply->output);
    bt_csv_names(&w->csv, w->list->fields, w->list->field_count);
    bt_csv_end_line(&w->csv);

    return BT_STORE_OK;
}


static void
write_csv_row(walk *w, bt_rows *rows, void *context)
{
    (void) context;

    bt_csv_fields(&w->csv, w->reply, w->list->fields, w->list->field_count,
                  rows, 2);
    bt_csv_end_line(&w->csv);
}


/* Of a page that is whole before its first byte, else it has been told. */
static void
end_csv(walk *w)
{
    if (!w->reply->output->pieces) {
        write_next(w);
    }
}


static const face  csv_face = { false, begin_csv, write_csv_row, end_csv };


/* What follows begins before anything is read: a change in between comes
 * twice, and never not at all. */
static bt_store_status
begin_delta(walk *w)
{
    return bt_delta_is_offered(w->reply)
           ? bt_delta_begin(w->reply, w->list, &w->delta) : BT_STORE_OK;
}


/* Whose rows, and by which index. */
static bt_store_status
prepare(walk *w)
{
    bt_store_status  status;

    if (w->list->where != NULL) {
        w->filter = (bt_filter) { .request = w->reply->request };
        w->part.index = "";
        return BT_STORE_OK;
    }

    status = bt_filter_init(&w->filter, w->reply);

    if (status == BT_STORE_OK) {
        status = bt_index_choose(w->reply, w->list, &w->filter, BT_FILTER_ALL,
                                 &w->part.index);
    }

    return status;
}


static void
give_row(walk *w, bt_rows *rows, void *context)
{
    w->each(w->each_context, rows, w->last.id, context);
}


/* No document: the rows go to a caller. */
static const face  each_face = { true, NULL, give_row, NULL };


bt_store_status
bt_list_each(bt_reply *reply, const bt_list *list, bt_list_row row,
    void *context)
{
    walk             w;
    bt_store_status  status;

    w = (walk) { .reply = reply, .list = list, .face = &each_face,
                 .wanted = BT_SIZE_ALL, .each = row, .each_context = context };
    w.part.list = list;
    w.part.filter = &w.filter;

    status = prepare(&w);

    return status == BT_STORE_OK ? write_parts(&w) : status;
}


static bt_store_status
write_list(walk *w)
{
    bt_store_status  status;

    status = begin_delta(w);

    if (status == BT_STORE_OK) {
        status = prepare(w);
    }

    if (status == BT_STORE_OK) {
        status = find_bounds(w);
    }

    if (status == BT_STORE_OK) {
        status = w->face->begin(w);
    }

    if (status == BT_STORE_OK) {
        status = write_parts(w);
    }

    if (status != BT_STORE_OK) {
        return status;
    }

    /* Below a page that came by "before" stands the position itself. */
    w->more_below = w->more_below || is_before(w);
    w->face->end(w);

    return BT_STORE_OK;
}


int
bt_list_view(bt_reply *reply, const bt_list *list)
{
    walk  w;

    if (reply->request->route.format == BT_FORMAT_ATOM) {
        return bt_atom_view(reply);
    }

    w = (walk) { .reply = reply, .list = list };
    w.wanted = reply->request->query.size;
    w.part.list = list;
    w.part.filter = &w.filter;
    w.face = bt_document_is_xml(reply) ? &xml_face : &csv_face;

    reply->output->pieces = w.wanted > BT_SIZE_PAGE;

    if (reply->request->query.delta[0] != '\0') {
        return bt_delta_view(reply, list);
    }

    return bt_reply_store(reply, write_list(&w));
}


bt_store_status
bt_list_as_of(bt_reply *reply, const bt_filter *filter, bt_usec *as_of)
{
    bt_sql           sql;
    bt_rows         *rows;
    bt_store_status  status;

    *as_of = BT_USEC_NONE;

    bt_sql_init(&sql);
    bt_filter_clusters(filter, &sql, "SELECT MIN(c.observed)",
                       BT_FILTER_PLACE);

    status = bt_sql_run(&sql, reply->store, &rows);
    bt_sql_free(&sql);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (bt_rows_next(rows) > 0) {
        *as_of = bt_value_time(bt_rows_get(rows, 0));
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}

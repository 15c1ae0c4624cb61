/* atom_page.c: which entries of a feed are on a page: by number, newest first. */

#include "fcgi_backend/atom_internal.h"

#include "fcgi_backend/index.h"

/* The changes of so many records are read and sorted in a few milliseconds. */
#define FEW_RECORDS  1000

#define CHANGES_OF_RECORDS                                                    \
    " STRAIGHT_JOIN changes t FORCE INDEX (changes_record)"                   \
    " ON t.record_id = f.id"


/* " AND (number, id) < or > key", in a form that every optimizer makes a
 * range. */
static void
add_key(bt_sql *sql, const bt_atom_source *source, const bt_atom_key *key,
    const char *range, const char *beyond, const char *id)
{
    if (!key->given) {
        return;
    }

    bt_sql_add(sql, " AND ");
    bt_sql_add(sql, source->list.at);
    bt_sql_value(sql, range, bt_int(key->number));
    bt_sql_add(sql, " AND (");
    bt_sql_add(sql, source->list.at);
    bt_sql_value(sql, beyond, bt_int(key->number));
    bt_sql_add(sql, " OR ");
    bt_sql_add(sql, source->id);
    bt_sql_value(sql, id, bt_int(key->id));
}


static void
add_condition(bt_sql *sql, const bt_query *query, const bt_atom_way *way)
{
    bt_value  value;

    if (way->condition == NULL) {
        return;
    }

    switch (way->param) {

    case BT_PARAM_BACKUP_SET:
        value = bt_int(query->backup_set);
        break;

    case BT_PARAM_METHOD:
        value = bt_text(bt_str_of(query->method));
        break;

    case BT_PARAM_MODE:
        value = bt_text(bt_str_of(query->mode));
        break;

    default:
        value = bt_text(bt_str_of(query->kind));
    }

    bt_sql_value(sql, way->condition, value);
}


static void
add_table(bt_sql *sql, const bt_atom_page *page)
{
    if (page->way != NULL) {
        bt_sql_add(sql, page->way->from);
        bt_sql_add(sql, CHANGES_OF_RECORDS);

    } else {
        bt_sql_add(sql, page->source->list.table);
        bt_sql_add(sql, page->index);
    }
}


/* All entries of the feed, in no order. */
static void
add_entries(bt_sql *sql, const bt_atom_page *page)
{
    const bt_atom_source  *source = page->source;
    const bt_request      *request = page->reply->request;

    bt_sql_add(sql, source->keys);
    add_table(sql, page);
    bt_filter_join(&page->filter, sql, BT_FILTER_ALL);

    if ((request->query.given & source->needs) != 0) {
        bt_sql_add(sql, source->record);
    }

    bt_sql_add(sql, " WHERE 1 = 1");

    if (page->way != NULL) {
        add_condition(sql, &request->query, page->way);
    }

    if (source->list.only != NULL) {
        bt_sql_add(sql, source->list.only);
    }

    bt_filter_where(&page->filter, sql, &source->list.columns, BT_FILTER_ALL);

    if (source->list.parent != NULL) {
        bt_sql_add(sql, " AND ");
        bt_sql_add(sql, source->list.parent);
        bt_sql_value(sql, " = ?", bt_int(request->route.id));
    }

    if (request->query.from != BT_USEC_NONE) {
        bt_filter_window(sql, source->list.columns.at, request->query.from,
                         request->query.to);
        bt_sql_add(sql, " AND ");
        bt_sql_add(sql, source->list.at);
        bt_sql_value(sql, " BETWEEN ?", bt_int(page->least));
        bt_sql_value(sql, " AND ?", bt_int(page->most));
    }
}


/* Between which numbers the changes of the window are: their order is that of
 * commits and no clock's, and nothing older than these need be read. */
static bt_store_status
find_numbers(bt_atom_page *page)
{
    bt_sql           sql;
    bt_rows         *rows;
    bt_store_status  status;
    const bt_list   *list = &page->source->list;
    const bt_query  *query = &page->reply->request->query;

    if (query->from == BT_USEC_NONE || list->parent != NULL
        || page->way != NULL)
    {
        page->most = INT64_MAX;
        return BT_STORE_OK;
    }

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT MIN(");
    bt_sql_add(&sql, list->at);
    bt_sql_add(&sql, "), MAX(");
    bt_sql_add(&sql, list->at);
    bt_sql_add(&sql, ")");
    bt_sql_add(&sql, list->table);
    bt_sql_add(&sql, page->source->by_time);
    bt_sql_add(&sql, " WHERE 1 = 1");
    bt_filter_window(&sql, list->columns.at, query->from, query->to);

    status = bt_sql_run(&sql, page->reply->store, &rows);
    bt_sql_free(&sql);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (bt_rows_next(rows) > 0) {
        page->least = bt_rows_get(rows, 0).number;
        page->most = bt_rows_get(rows, 1).number;
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}


/* Of a parameter that leaves few records their changes are looked up: among
 * all changes these few would be looked for up to the end. */
static bt_store_status
choose_way(bt_atom_page *page)
{
    size_t              i;
    bt_sql              sql;
    int64_t             count;
    bt_store_status     status;
    const bt_query     *query = &page->reply->request->query;
    const bt_atom_way  *way;

    for (i = 0; i < page->source->way_count; i++) {
        way = &page->source->ways[i];

        if ((query->given & (1u << way->param)) == 0
            || (way->param == BT_PARAM_SETTLED && query->settled[0] != 'y'))
        {
            continue;
        }

        bt_sql_init(&sql);
        bt_sql_add(&sql, "SELECT COUNT(*) FROM (SELECT 1 AS one");
        bt_sql_add(&sql, way->from);
        bt_sql_add(&sql, " WHERE 1 = 1");
        add_condition(&sql, query, way);
        bt_sql_value(&sql, " LIMIT ?) p", bt_int(FEW_RECORDS + 1));

        status = bt_sql_number(&sql, page->reply->store, &count);

        if (status != BT_STORE_OK) {
            return status;
        }

        if (count <= FEW_RECORDS) {
            page->way = way;
            break;
        }
    }

    return BT_STORE_OK;
}


/* One status has its own order, which finds the last of a rare one at once. */
static bt_store_status
choose_index(bt_atom_page *page)
{
    const bt_list   *list = &page->source->list;
    const bt_query  *query = &page->reply->request->query;

    if (list->indexes.status != NULL && query->status != 0
        && (query->status & (query->status - 1)) == 0
        && bt_filter_everywhere(&page->filter, BT_FILTER_PLACE))
    {
        page->index = list->indexes.status;
        return BT_STORE_OK;
    }

    return bt_index_choose(page->reply, list, &page->filter, BT_FILTER_ALL,
                           &page->index);
}


/* Takes the page's keys, which come newest first, or oldest first on the way
 * up; one more than wanted tells that there is another page. */
static bt_store_status
take_keys(bt_atom_page *page, bt_rows *rows, bool up)
{
    int          more;
    bt_usec      at;
    bt_atom_key  key;

    while ((more = bt_rows_next(rows)) > 0) {

        if (page->count == page->reply->request->query.size) {
            page->more_above = page->more_above || up;
            page->more_below = page->more_below || !up;
            break;
        }

        key = (bt_atom_key) { true, bt_rows_get(rows, 0).number,
                              bt_rows_get(rows, 1).number };
        at = bt_value_time(bt_rows_get(rows, 2));

        if (up || page->count == 0) {
            page->first = key;
        }

        if (!up || page->count == 0) {
            page->last = key;
        }

        if (page->newest == BT_USEC_NONE || at > page->newest) {
            page->newest = at;
        }

        page->count++;
    }

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


static bt_store_status
find_keys(bt_atom_page *page)
{
    bool             up;
    bt_sql           sql;
    bt_rows         *rows;
    bt_atom_key      position;
    bt_store_status  status;
    const bt_list   *list = &page->source->list;
    const bt_query  *query = &page->reply->request->query;

    up = query->before[0] != '\0';
    position = (bt_atom_key) { query->position_id != 0, query->position_at,
                               query->position_id };

    bt_sql_init(&sql);
    add_entries(&sql, page);
    add_key(&sql, page->source, &position, up ? " >= ?" : " <= ?",
            up ? " > ?" : " < ?", up ? " > ?)" : " < ?)");
    bt_sql_add(&sql, up ? list->reverse : list->order);
    bt_sql_value(&sql, " LIMIT ?", bt_int(query->size + 1));

    status = bt_sql_run(&sql, page->reply->store, &rows);
    bt_sql_free(&sql);

    if (status == BT_STORE_OK) {
        page->more_below = up;
        page->more_above = position.given && !up;
        status = take_keys(page, rows, up);
        bt_rows_close(rows);
    }

    return status;
}


bt_store_status
bt_atom_find(bt_atom_page *page)
{
    bt_store_status  status;

    page->newest = BT_USEC_NONE;
    status = bt_filter_init(&page->filter, page->reply);

    if (status == BT_STORE_OK) {
        status = choose_way(page);
    }

    if (status == BT_STORE_OK) {
        status = find_numbers(page);
    }

    if (status == BT_STORE_OK && page->way == NULL) {
        status = choose_index(page);
    }

    return status == BT_STORE_OK ? find_keys(page) : status;
}


/* What belongs to an entry is looked up for those of the page only. */
bt_store_status
bt_atom_read(const bt_atom_page *page, bt_rows **rows)
{
    bt_sql                 sql;
    bt_store_status        status;
    const bt_atom_source  *source = page->source;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT k.number, k.id, k.at, k.kind, ");
    bt_sql_add(&sql, source->columns);
    bt_sql_add(&sql, " FROM (");
    add_entries(&sql, page);
    add_key(&sql, source, &page->first, " <= ?", " < ?", " <= ?)");
    add_key(&sql, source, &page->last, " >= ?", " > ?", " >= ?)");
    bt_sql_add(&sql, source->list.order);
    bt_sql_value(&sql, " LIMIT ?) k", bt_int(page->count));
    bt_sql_add(&sql, source->joins);
    bt_sql_add(&sql, " ORDER BY k.number DESC, k.id DESC");

    status = bt_sql_run(&sql, page->reply->store, rows);
    bt_sql_free(&sql);

    return status;
}

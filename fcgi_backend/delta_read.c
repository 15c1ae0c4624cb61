/* delta_read.c: the statements behind following: what changed, what left a filter, what was removed. */

#include "fcgi_backend/delta_read.h"

#define FROM_REMOVED    " FROM removed t"
#define REMOVED         " FORCE INDEX (removed_change)"
#define REMOVED_CLUSTER " FORCE INDEX (removed_cluster)"


typedef enum {
    CHANGED,
    LEFT,
    REMOVED_ONES
} source_e;


/* What one statement asks for. */
typedef struct {
    const bt_list   *list;
    const bt_filter *filter;
    const bt_delta  *at;
    source_e         source;
    int64_t          last;         /* LEFT: the last change number */
    int64_t          limit;
} question;


bool
bt_delta_is_narrowed(const bt_query *query)
{
    return query->status != 0 || query->mode[0] != '\0'
           || query->method[0] != '\0' || query->kind[0] != '\0'
           || query->backup_set >= 0 || query->settled[0] != '\0';
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


static void
add_removed_position(bt_sql *sql, const bt_delta *at)
{
    bt_sql_value(sql, " AND (t.change_no > ?", bt_int(at->removed_change));
    bt_sql_value(sql, " OR (t.change_no = ?", bt_int(at->removed_change));
    bt_sql_value(sql, " AND t.record_id > ?))", bt_int(at->removed_id));
}


/* The index of one cluster where only one is asked for. */
static void
add_from(bt_sql *sql, const question *ask)
{
    bool            one = ask->filter->listed && ask->filter->id_count == 1;
    const bt_list  *list = ask->list;

    if (ask->source == REMOVED_ONES) {
        bt_sql_add(sql, FROM_REMOVED);
        bt_sql_add(sql, one ? REMOVED_CLUSTER : REMOVED);

    } else {
        bt_sql_add(sql, list->table);
        bt_sql_add(sql, one ? list->indexes.cluster_change
                            : list->indexes.change);
    }

    bt_filter_join(ask->filter, sql, BT_FILTER_PLACE);
    bt_sql_add(sql, " WHERE 1 = 1");

    if (ask->source == REMOVED_ONES) {
        bt_sql_value(sql, " AND t.kind = ?", bt_text(bt_str_of(list->kind)));
    }

    bt_filter_where(ask->filter, sql, &list->columns, BT_FILTER_PLACE);
}


static void
add_record_conditions(bt_sql *sql, const question *ask)
{
    const bt_columns  *columns = &ask->list->columns;

    if (ask->source == CHANGED) {
        bt_filter_where(ask->filter, sql, columns, BT_FILTER_RECORD);
        return;
    }

    bt_sql_add(sql, " AND (1 = 1");
    bt_filter_where(ask->filter, sql, columns, BT_FILTER_RECORD);
    bt_sql_add(sql, ") IS NOT TRUE");
    bt_sql_value(sql, " AND t.change_no <= ?", bt_int(ask->last));
}


static void
add_select(bt_sql *sql, const question *ask)
{
    if (ask->source == REMOVED_ONES) {
        bt_sql_add(sql, "SELECT t.change_no AS no, t.record_id AS id,"
                   " t.updated AS updated");
        add_from(sql, ask);
        add_removed_position(sql, ask->at);
        bt_sql_value(sql, " ORDER BY t.change_no, t.record_id LIMIT ?",
                     bt_int(ask->limit));
        return;
    }

    bt_sql_add(sql, "SELECT t.change_no AS no, t.listed_at AS at, t.id AS id");
    bt_sql_add(sql, ask->source == LEFT ? ", t.updated AS updated" : "");
    add_from(sql, ask);
    add_record_conditions(sql, ask);
    add_position(sql, ask->at);
    bt_sql_value(sql, " ORDER BY t.change_no, t.listed_at, t.id LIMIT ?",
                 bt_int(ask->limit));
}


static bool
is_apart(const bt_filter *filter)
{
    return filter->few && filter->id_count > 1;
}


/* The same of the i-th cluster alone; filter gets its conditions. */
static question
of_cluster(const question *ask, size_t i, bt_filter *filter)
{
    question  one = *ask;

    *filter = *ask->filter;
    filter->ids = &ask->filter->ids[i];
    filter->id_count = 1;
    one.filter = filter;

    return one;
}


/* Of few clusters each is asked for its own changes, so that those of others
 * are not passed over; together they come in order again. */
static void
add_keys(bt_sql *sql, const question *ask)
{
    size_t     i;
    question   one;
    bt_filter  filter;

    if (!is_apart(ask->filter)) {
        add_select(sql, ask);
        return;
    }

    bt_sql_add(sql, "SELECT * FROM (");

    for (i = 0; i < ask->filter->id_count; i++) {
        one = of_cluster(ask, i, &filter);
        bt_sql_add(sql, i == 0 ? "(" : " UNION ALL (");
        add_select(sql, &one);
        bt_sql_add(sql, ")");
    }

    bt_sql_add(sql, ask->source == REMOVED_ONES ? ") u ORDER BY no, id"
                                                : ") u ORDER BY no, at, id");
    bt_sql_value(sql, " LIMIT ?", bt_int(ask->limit));
}


static bt_store_status
run_keys(bt_reply *reply, const question *ask, bt_rows **rows)
{
    bt_sql           sql;
    bt_store_status  status;

    bt_sql_init(&sql);
    add_keys(&sql, ask);
    status = bt_sql_run(&sql, reply->store, rows);
    bt_sql_free(&sql);

    return status;
}


/* The keys come first, so that nothing is looked up for a row that is not in
 * the part. */
bt_store_status
bt_delta_rows(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    const bt_delta *at, int64_t limit, bt_rows **rows)
{
    bt_sql           sql;
    question         ask;
    bt_store_status  status;

    ask = (question) { .list = list, .filter = filter, .at = at,
                       .source = CHANGED, .limit = limit };

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT k.no, k.at, k.id, ");
    bt_row_columns(&sql, list->fields, list->field_count);
    bt_sql_add(&sql, " FROM (");
    add_keys(&sql, &ask);
    bt_sql_add(&sql, ") k STRAIGHT_JOIN");
    bt_sql_add(&sql, list->table + sizeof(" FROM") - 1);
    bt_sql_add(&sql, " ON t.listed_at = k.at AND t.id = k.id");
    bt_sql_add(&sql, list->joins);
    bt_sql_add(&sql, " ORDER BY k.no, k.at, k.id");

    status = bt_sql_run(&sql, reply->store, rows);
    bt_sql_free(&sql);

    return status;
}


bt_store_status
bt_delta_left(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    const bt_delta *at, int64_t last, int64_t limit, bt_rows **rows)
{
    question  ask;

    ask = (question) { .list = list, .filter = filter, .at = at,
                       .source = LEFT, .last = last, .limit = limit };

    return run_keys(reply, &ask, rows);
}


bt_store_status
bt_delta_removed(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    const bt_delta *at, int64_t limit, bt_rows **rows)
{
    question  ask;

    ask = (question) { .list = list, .filter = filter, .at = at,
                       .source = REMOVED_ONES, .limit = limit };

    return run_keys(reply, &ask, rows);
}


static bt_store_status
find_newest(bt_reply *reply, const question *ask, int64_t *number)
{
    bt_sql  sql;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT t.change_no");
    add_from(&sql, ask);
    bt_sql_add(&sql, " ORDER BY t.change_no DESC LIMIT 1");

    return bt_sql_number(&sql, reply->store, number);
}


bt_store_status
bt_delta_newest(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    bool removed, int64_t *number)
{
    size_t           i;
    int64_t          newest;
    question         ask, one;
    bt_filter        alone;
    bt_store_status  status;

    ask = (question) { .list = list, .filter = filter,
                       .source = removed ? REMOVED_ONES : CHANGED };

    if (!is_apart(filter)) {
        return find_newest(reply, &ask, number);
    }

    *number = 0;

    for (i = 0; i < filter->id_count; i++) {
        one = of_cluster(&ask, i, &alone);
        status = find_newest(reply, &one, &newest);

        if (status != BT_STORE_OK) {
            return status;
        }

        *number = newest > *number ? newest : *number;
    }

    return BT_STORE_OK;
}

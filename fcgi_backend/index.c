/* index.c: which index a statement goes through. */

#include "fcgi_backend/index.h"

/* So many rows are read and sorted in a few milliseconds. */
#define FEW_ROWS    2000

#define CANDIDATES  6


typedef struct {
    const char *index;
    unsigned    parts;        /* of the filter that the index serves */
} candidate;


/* How many rows the index leaves, FEW_ROWS + 1 for more. */
static bt_store_status
probe(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    const candidate *try, int64_t *count)
{
    bt_sql           sql;
    const bt_query  *query = &reply->request->query;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT COUNT(*) FROM (SELECT 1 AS one");
    bt_sql_add(&sql, list->table);
    bt_sql_add(&sql, try->index);
    bt_sql_add(&sql, " WHERE 1 = 1");

    if (list->only != NULL) {
        bt_sql_add(&sql, list->only);
    }

    bt_filter_ids(filter, &sql, try->parts);
    bt_filter_where(filter, &sql, &list->columns,
                    try->parts & ~BT_FILTER_PLACE);
    bt_filter_window(&sql, list->columns.at, query->from, query->to);
    bt_sql_value(&sql, " LIMIT ?) p", bt_int(FEW_ROWS + 1));

    return bt_sql_number(&sql, reply->store, count);
}


/* Appends an index that is there and serves a condition of the request. */
static void
add_candidate(candidate out[CANDIDATES], size_t *count, const char *index,
    bool wanted, unsigned parts)
{
    if (index != NULL && wanted) {
        out[(*count)++] = (candidate) { index, parts };
    }
}


static size_t
find_candidates(const bt_list *list, const bt_filter *filter, unsigned parts,
    candidate out[CANDIDATES])
{
    bool               place, status;
    size_t             n;
    const bt_query    *query = &filter->request->query;
    const bt_indexes  *indexes = &list->indexes;

    place = filter->few && (parts & BT_FILTER_NAMES) != 0;
    status = (parts & BT_FILTER_STATUS) != 0 && query->status != 0;
    n = 0;

    add_candidate(out, &n, indexes->cluster, place, BT_FILTER_PLACE);
    add_candidate(out, &n, indexes->updated,
                  (parts & BT_FILTER_UPDATED) != 0
                  && query->updated_after != BT_USEC_NONE, BT_FILTER_UPDATED);
    add_candidate(out, &n, indexes->status, status, BT_FILTER_STATUS);
    add_candidate(out, &n, indexes->kind,
                  (parts & BT_FILTER_CODES) != 0 && query->kind[0] != '\0',
                  BT_FILTER_CODES);
    add_candidate(out, &n, indexes->set,
                  (parts & BT_FILTER_SET) != 0 && query->backup_set >= 0,
                  BT_FILTER_SET);
    add_candidate(out, &n, indexes->cluster_status, place && status,
                  BT_FILTER_PLACE | BT_FILTER_STATUS);

    return n;
}


static bool
one_status(const bt_query *query)
{
    return query->status != 0 && (query->status & (query->status - 1)) == 0;
}


/* The index that gives the rows in the order of the list, with as many of the
 * conditions as can be without a sort. */
static const char *
ordered(const bt_list *list, const bt_filter *filter, unsigned parts)
{
    const bt_indexes  *indexes = &list->indexes;

    if (!filter->listed || filter->id_count != 1
        || (parts & BT_FILTER_PLACE) != BT_FILTER_PLACE)
    {
        return indexes->order;
    }

    if (indexes->cluster_status != NULL && (parts & BT_FILTER_STATUS) != 0
        && one_status(&filter->request->query))
    {
        return indexes->cluster_status;
    }

    return indexes->cluster != NULL ? indexes->cluster : indexes->order;
}


bt_store_status
bt_index_choose(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    unsigned parts, const char **index)
{
    size_t           i, n;
    int64_t          count, best;
    candidate        candidates[CANDIDATES];
    bt_store_status  status;

    if (list->parent != NULL && reply->request->route.id > 0) {
        *index = list->indexes.parent;
        return BT_STORE_OK;
    }

    *index = ordered(list, filter, parts);
    best = FEW_ROWS;
    n = find_candidates(list, filter, parts, candidates);

    for (i = 0; i < n; i++) {
        status = probe(reply, list, filter, &candidates[i], &count);

        if (status != BT_STORE_OK) {
            return status;
        }

        if (count <= best) {
            best = count;
            *index = candidates[i].index;
        }
    }

    return BT_STORE_OK;
}

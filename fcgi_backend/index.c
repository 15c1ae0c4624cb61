/* index.c: which index a statement goes through. */

#include "fcgi_backend/index.h"

/* So many rows are read and sorted in a few milliseconds. */
#define FEW_ROWS  2000


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
    bt_filter_ids(filter, &sql, try->parts);
    bt_filter_where(filter, &sql, &list->columns,
                    try->parts & ~BT_FILTER_PLACE);
    bt_filter_window(&sql, list->columns.at, query->from, query->to);
    bt_sql_value(&sql, " LIMIT ?) p", bt_int(FEW_ROWS + 1));

    return bt_sql_number(&sql, reply->store, count);
}


static size_t
find_candidates(const bt_list *list, const bt_filter *filter, unsigned parts,
    candidate out[4])
{
    size_t             n;
    const bt_query    *query = &filter->request->query;
    const bt_indexes  *indexes = &list->indexes;

    n = 0;

    if (indexes->set != NULL && filter->few && query->backup_set >= 0
        && (parts & BT_FILTER_SET) != 0)
    {
        out[n++] = (candidate) { indexes->set,
                                 BT_FILTER_PLACE | BT_FILTER_SET };

    } else if (indexes->cluster != NULL && filter->few
               && (parts & BT_FILTER_NAMES) != 0)
    {
        out[n++] = (candidate) { indexes->cluster, BT_FILTER_PLACE };
    }

    if (indexes->updated != NULL && query->updated_after != BT_USEC_NONE
        && (parts & BT_FILTER_UPDATED) != 0)
    {
        out[n++] = (candidate) { indexes->updated, BT_FILTER_UPDATED };
    }

    if (indexes->status != NULL && (parts & BT_FILTER_STATUS) != 0
        && query->status != 0)
    {
        out[n++] = (candidate) { indexes->status, BT_FILTER_STATUS };
    }

    return n;
}


bt_store_status
bt_index_choose(bt_reply *reply, const bt_list *list, const bt_filter *filter,
    unsigned parts, const char **index)
{
    size_t           i, n;
    int64_t          count, best;
    candidate        candidates[4];
    bt_store_status  status;

    if (list->parent != NULL && reply->request->route.id > 0) {
        *index = list->indexes.parent;
        return BT_STORE_OK;
    }

    *index = list->indexes.order;
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

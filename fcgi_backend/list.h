/* list.h: lists of records: one page or a stream, newest first, by keyset. */

#ifndef BT_LIST_H
#define BT_LIST_H

#include "fcgi_backend/filter.h"
#include "fcgi_backend/row.h"

#define BT_STATUS_MAX  16

/* Index hints, " FORCE INDEX (...)", NULL where there is no such index.  They
 * are given because a plan that sorts a history for one page is a matter of
 * seconds, and optimizers choose it now and then. */
typedef struct {
    const char *order;             /* newest first, without sorting */
    const char *cluster;
    const char *status;
    const char *cluster_status;
    const char *set;
    const char *kind;
    const char *updated;
    const char *change;
    const char *cluster_change;
    const char *parent;
} bt_indexes;

typedef struct bt_part bt_part;

/* One kind of record: where it is, and what its elements are. */
typedef struct {
    bt_view_e       view;
    const char     *root;
    const char     *container;
    const char     *row;
    const char     *kind;          /* in record_keys; NULL: own numbers */
    const char     *counted;       /* in hourly_counts; NULL: not there */
    const char     *table;         /* " FROM table t" */
    const char     *order;         /* " ORDER BY ..." newest first */
    const char     *reverse;       /* the same, oldest first */
    const char     *at;            /* first part of the order; t.id is next */
    const char     *only;          /* " AND ..." of every row; NULL: nothing */
    bt_columns      columns;
    bt_columns      counts;        /* the same in hourly_counts */
    bt_indexes      indexes;
    const char     *parent;        /* column with the id of a list's path */
    unsigned        running;       /* bits of codes that say "not over" */
    const char     *joins;
    /* Appends " AND ..." instead of a filter by cluster and tenant, for rows
     * that belong to none; NULL: they do. */
    void          (*where)(bt_sql *sql, const bt_request *request);
    const bt_field *fields;
    size_t          field_count;
    /* Reads what goes with the rows of a part; NULL: nothing. */
    bt_store_status (*prepare)(bt_reply *reply, const bt_part *part,
                               void **context);
    bt_row_extra    extra;
    void          (*release)(void *context);
} bt_list;

typedef struct {
    bool    given;
    bt_usec at;
    int64_t id;
} bt_key;

/* Rows of a list between two keys, both exclusive: the newest `limit`. */
struct bt_part {
    const bt_list   *list;
    const bt_filter *filter;
    const char      *index;
    bt_key           upper;
    bt_key           lower;
    int64_t          limit;
};

/* The list as a document.  Returns 200 or an error's status. */
int bt_list_view(bt_reply *reply, const bt_list *list);

/* Called for each row with what the list prepared for its part: two columns of
 * its key, then those of the fields. */
typedef void (*bt_list_row)(void *context, bt_rows *rows, int64_t id,
                            void *extras);

/* Reads the whole list with the request's conditions, newest first, part by
 * part; ends early when the reply's output is gone. */
bt_store_status bt_list_each(bt_reply *reply, const bt_list *list,
                             bt_list_row row, void *context);

/* Appends "SELECT t.AT, t.id FROM ..." with all conditions, in order. */
void bt_part_keys(bt_sql *sql, const bt_part *part);

/* The oldest observation in the clusters that scope and names leave. */
bt_store_status bt_list_as_of(bt_reply *reply, const bt_filter *filter,
                              bt_usec *as_of);

#endif

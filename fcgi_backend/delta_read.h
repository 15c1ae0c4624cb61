/* delta_read.h: the statements behind following: what changed, what left a filter, what was removed. */

#ifndef BT_DELTA_READ_H
#define BT_DELTA_READ_H

#include "fcgi_backend/list.h"

/* Conditions that a record can come to fulfil, or cease to. */
#define BT_FILTER_RECORD                                                      \
    (BT_FILTER_STATUS | BT_FILTER_CODES | BT_FILTER_SET | BT_FILTER_SETTLED)

/* True where the request has one of these conditions. */
bool bt_delta_is_narrowed(const bt_query *query);

/* Rows after a position that fulfil everything, oldest change first: change
 * number, listed_at, id, then the columns of the list's fields. */
bt_store_status bt_delta_rows(bt_reply *reply, const bt_list *list,
                              const bt_filter *filter, const bt_delta *at,
                              int64_t limit, bt_rows **rows);

/* Records of the same places after a position, up to the change `last`, that
 * do not fulfil BT_FILTER_RECORD: change number, listed_at, id, updated. */
bt_store_status bt_delta_left(bt_reply *reply, const bt_list *list,
                              const bt_filter *filter, const bt_delta *at,
                              int64_t last, int64_t limit, bt_rows **rows);

/* Tombstones after a position: change number, id, updated. */
bt_store_status bt_delta_removed(bt_reply *reply, const bt_list *list,
                                 const bt_filter *filter, const bt_delta *at,
                                 int64_t limit, bt_rows **rows);

/* The newest change of the list (removed: of its tombstones) that the reader
 * may see, 0 without any. */
bt_store_status bt_delta_newest(bt_reply *reply, const bt_list *list,
                                const bt_filter *filter, bool removed,
                                int64_t *number);

#endif

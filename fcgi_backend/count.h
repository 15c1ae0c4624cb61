/* count.h: how many records of each status: summaries without reading history. */

#ifndef BT_COUNT_H
#define BT_COUNT_H

#include "fcgi_backend/list.h"

typedef struct {
    int64_t of[BT_STATUS_MAX];        /* by index in bt_view_statuses() */
} bt_counts;

/* Counts the records of `list` per status in [from, to), or all of them for
 * BT_USEC_NONE, under the conditions `parts` (never the status). */
bt_store_status bt_count(bt_reply *reply, const bt_list *list,
                         const bt_filter *filter, unsigned parts,
                         bt_usec from, bt_usec to, bt_counts *counts);

/* The same for records that are canceled or acknowledged, under the conditions
 * of place. */
bt_store_status bt_count_settled(bt_reply *reply, const bt_list *list,
                                 const bt_filter *filter, bt_usec from,
                                 bt_usec to, bt_counts *counts);

/* Writes <summary> for a list, with what began earlier and still runs. */
bt_store_status bt_count_summary(bt_reply *reply, const bt_list *list,
                                 const bt_filter *filter);

#endif

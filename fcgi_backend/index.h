/* index.h: which index a statement goes through. */

#ifndef BT_INDEX_H
#define BT_INDEX_H

#include "fcgi_backend/list.h"

/* The hint for the rows of `list` that the conditions leave: the most
 * selective index that leaves few rows, else the one of the order.  It counts
 * at most a few thousand index entries to know.  parts: without
 * BT_FILTER_STATUS the status does not count as a condition. */
bt_store_status bt_index_choose(bt_reply *reply, const bt_list *list,
                                const bt_filter *filter, unsigned parts,
                                const char **index);

#endif

/* overview.h: the states of tasks of all three tabs, above each list. */

#ifndef BT_OVERVIEW_H
#define BT_OVERVIEW_H

#include "fcgi_backend/filter.h"

/* Writes <overview>: data and cleanup tasks of the query's window, else of the
 * last 24 hours, and all log backups; conditions of place only. */
bt_store_status bt_overview_write(bt_reply *reply, const bt_filter *filter);

/* The window that they are of. */
void            bt_overview_window(const bt_request *request, bt_usec *from,
                                   bt_usec *to);

#endif

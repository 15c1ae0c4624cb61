/* record.h: one record as a document of its own. */

#ifndef BT_RECORD_H
#define BT_RECORD_H

#include "fcgi_backend/list.h"

/* Reads the record `id` of the list's kind, if it is in scope.  *rows stands
 * on it: column 0 is its cluster's last observation, the fields follow; or is
 * NULL when there is none. */
bt_store_status bt_record_read(bt_reply *reply, const bt_list *list,
                               int64_t id, bt_rows **rows);

/* The record of the request's path as a document; `extra` (NULL: none) writes
 * what only the single document has.  Returns 200 or an error's status. */
int bt_record_view(bt_reply *reply, const bt_list *list, bt_row_extra extra,
                   void *context);

/* Begins a document about one record: root, health, overview. */
bt_store_status bt_record_begin(bt_reply *reply, const char *root,
                                bt_usec as_of);

/* Writes the records of a statement as elements of a container: rows as
 * fields describe, column 0 on.  An empty container is written too. */
bt_store_status bt_record_part(bt_reply *reply, const bt_sql *sql,
                               const char *container, const char *row,
                               const bt_field *fields, size_t count);

#endif

/* ob_view.h: views of a cluster and the columns that this cluster's version has. */

#ifndef BT_OB_VIEW_H
#define BT_OB_VIEW_H

#include "agent/ob_link.h"

#define OB_COLUMNS_MAX  32

/* A view and the columns that are read of it, in the order of the rows.
 * purpose: for "cluster check"; "": no version has it for sure. */
typedef struct {
    const char        *name;        /* without the database, oceanbase */
    const char *const *columns;
    unsigned           count;
    bool               needed;      /* nothing works without it */
    const char        *purpose;
} ob_view;

/* What was found: a bit for each column; none: not there, or not readable
 * (error). */
typedef struct {
    uint32_t columns;
    unsigned error;
} ob_found;

/* Looks at each view, by a SELECT of no rows.  What cannot be read is not
 * found; not OK when a needed one is among these, or the connection broke. */
bt_answer ob_views_find(ob_link *link, const ob_view *views, size_t count,
                        ob_found *found, bt_reason *reason);

/* True when all of these columns (bits) are there. */
static inline bool
ob_has(const ob_found *found, unsigned column)
{
    return (found->columns >> column & 1U) != 0;
}

/* Appends "SELECT first, columns FROM oceanbase.view": NULL stands for a
 * column that is not there.  first: "" or constants with a comma behind. */
void ob_sql_view(ob_sql *sql, const char *first, const ob_view *view,
                 const ob_found *found);

#endif

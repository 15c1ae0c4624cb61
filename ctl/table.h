/* table.h: rows of a result as lines for people, or for scripts. */

#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include "store/bt_store.h"

#define CTL_COLUMNS_MAX  12

/* Lines wait until the widths of all columns are known. */
typedef struct {
    const char *const *heads;
    size_t             columns;
    bool               script;      /* no heads, one tab between columns */
    char             **cells;
    size_t             count;
    size_t             room;
    bool               failed;      /* no memory */
} ctl_table;

void ctl_table_begin(ctl_table *table, const char *const *heads,
                     size_t columns, bool script);
/* Appends a cell.  Text that could move a terminal's cursor is made harmless,
 * since names and reasons come from anywhere; times are UTC to the second;
 * NULL is "-". */
void ctl_table_add(ctl_table *table, bt_value value);
/* The rows that `rows` still has, their first columns; closes it.  False: no
 * memory, or the rows broke off. */
bool ctl_table_rows(ctl_table *table, bt_rows *rows);
/* Prints and frees; false without memory. */
bool ctl_table_end(ctl_table *table);

/* `text` made harmless in `out`, which holds `size` bytes, cut where it must
 * be; returns `out`. */
const char *ctl_harmless(char *out, size_t size, bt_str text);

#endif

/* bt_sql.h: SQL statements from constant fragments; values only as parameters. */

#ifndef BT_SQL_H
#define BT_SQL_H

#include "common/bt_pool.h"
#include "store/bt_store.h"

/* A statement under construction.  No text from outside ever reaches `text`:
 * callers pass literals only, and values through bt_sql_value(). */
typedef struct {
    char     *text;
    size_t    len, room;
    bt_value *values;
    size_t    count, values_room;
    bool      failed;                  /* no memory */
} bt_sql;

void            bt_sql_init(bt_sql *sql);
void            bt_sql_free(bt_sql *sql);

/* Appends a constant fragment. */
void            bt_sql_add(bt_sql *sql, const char *fragment);
/* Appends a constant fragment with one '?' and the value for it; the text of
 * a value must live until the statement has run. */
void            bt_sql_value(bt_sql *sql, const char *fragment, bt_value value);
/* Appends "COLUMN IN (?, ...)".  The list is filled up to a power of two with
 * its last value, so that few different statements arise; an empty list is
 * never true. */
void            bt_sql_in(bt_sql *sql, const char *column,
                          const bt_value *values, size_t count);

/* Runs the statement; see bt_store_run(). */
bt_store_status bt_sql_run(const bt_sql *sql, bt_store *store, bt_rows **rows);
/* Runs a statement of one number, and frees it; 0 where it has no row. */
bt_store_status bt_sql_number(bt_sql *sql, bt_store *store, int64_t *number);

/* "%text%" with %, _ and the escape character '|' escaped; for
 * "LIKE ? ESCAPE '|'".  NULL data without memory. */
bt_str          bt_sql_contains(bt_pool *pool, bt_str text);

#endif

/* bt_store.h: one connection to the record store: prepared statements, typed rows, transactions. */

#ifndef BT_STORE_H
#define BT_STORE_H

#include "../common/bt_time.h"

/* Where the store is; all of it comes from a MySQL option file, so that no
 * password stands in an argument or the environment. */
typedef struct {
    const char *defaults_file;      /* read instead of the global ones */
    const char *group;              /* its section, besides [client] */
    unsigned    connect_seconds;    /* 0: 5 */
    unsigned    statement_seconds;  /* deadline of one statement; 0: none */
    bool        no_database;        /* connect without choosing a database */
} bt_store_conf;

typedef enum {
    BT_STORE_OK,
    BT_STORE_UNAVAILABLE,           /* no connection, lost, read-only */
    BT_STORE_DEADLINE,              /* the statement's deadline passed */
    BT_STORE_CONFLICT,              /* deadlock or lock wait: try again */
    BT_STORE_DUPLICATE,             /* unique key */
    BT_STORE_ERROR                  /* a defect or a missing schema */
} bt_store_status;

typedef enum { BT_VALUE_NULL, BT_VALUE_INT, BT_VALUE_TEXT, BT_VALUE_TIME }
    bt_value_e;

/* A parameter or a column.  TIME is a DATETIME(6) as UTC microseconds in
 * `number`, a DATE its first instant; BLOB and DECIMAL columns come as TEXT,
 * and so does SUM() of integers, unless it is CAST(… AS SIGNED). */
typedef struct {
    bt_value_e type;
    int64_t    number;
    bt_str     text;
} bt_value;

#define bt_int(n)   ((bt_value) { BT_VALUE_INT, (n), { NULL, 0 } })
#define bt_time(t)  ((bt_value) { BT_VALUE_TIME, (t), { NULL, 0 } })
#define bt_text(s)  ((bt_value) { BT_VALUE_TEXT, 0, (s) })
#define bt_null()   ((bt_value) { BT_VALUE_NULL, 0, { NULL, 0 } })

/* The text of a value; "" for anything else.  A time, or BT_USEC_NONE. */
bt_str  bt_value_text(bt_value value);
bt_usec bt_value_time(bt_value value);

typedef struct bt_store bt_store;
typedef struct bt_rows  bt_rows;

/* True when the option file can be used; else `why` (of `size` bytes) says why
 * not and what to do, in one line without a secret. */
bool            bt_store_conf_check(const bt_store_conf *conf, char *why,
                                    size_t size);

/* Makes a store object; it connects at the first use and again by itself
 * after a loss (never inside a transaction).  NULL: no memory or the option
 * file cannot be read.  One object belongs to one thread; the thread must have
 * called bt_store_thread_begin(), main bt_store_library_begin(). */
bt_store       *bt_store_new(const bt_store_conf *conf);
void            bt_store_free(bt_store *store);
int             bt_store_library_begin(void);
void            bt_store_library_end(void);
void            bt_store_thread_begin(void);
void            bt_store_thread_end(void);

/* Runs one statement.  `sql` is text made of constants only; values go
 * through params.  Statements are prepared once per connection and text.
 * rows: NULL, or receives the result set (to be closed).  affected: NULL, or
 * the changed rows.  A lost connection is tried again once, outside a
 * transaction and for reads only. */
bt_store_status bt_store_run(bt_store *store, const char *sql,
                             const bt_value *params, size_t count,
                             bt_rows **rows, int64_t *affected);
/* One statement without values, not prepared: for what servers do not prepare
 * (DDL of every kind).  Never tried again. */
bt_store_status bt_store_plain(bt_store *store, const char *sql);
/* 1: a row is there; 0: end; -1: no memory for a row. */
int             bt_rows_next(bt_rows *rows);
/* Valid until the next row. */
bt_value        bt_rows_get(bt_rows *rows, size_t column);
size_t          bt_rows_columns(const bt_rows *rows);
void            bt_rows_close(bt_rows *rows);

int64_t         bt_store_insert_id(bt_store *store);
/* Transactions.  begin: for writing, READ COMMITTED.  begin_read: all its
 * reads see the records as they were at its beginning; end it with rollback. */
bt_store_status bt_store_begin(bt_store *store);
bt_store_status bt_store_begin_read(bt_store *store);
bt_store_status bt_store_commit(bt_store *store);
void            bt_store_rollback(bt_store *store);

/* What a store lacks that answers and cannot be worked with: tables or columns
 * of this version (migrate), or a right of this account (grants). */
typedef enum { BT_LACKS_NOTHING, BT_LACKS_TABLES, BT_LACKS_RIGHT }
    bt_store_lack;

/* By the last call's number. */
bt_store_lack   bt_store_lacks(const bt_store *store);

/* Of the last call: its status, the server's number (0: none) and a text
 * without passwords. */
bt_store_status bt_store_status_of(const bt_store *store);
unsigned        bt_store_errno(const bt_store *store);
const char     *bt_store_error(const bt_store *store);
/* The database of the option file; it outlives no bt_store_free(). */
const char     *bt_store_database(const bt_store *store);

#endif

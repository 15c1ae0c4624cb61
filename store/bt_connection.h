/* bt_connection.h: one server connection with its prepared statements; internal to store/. */

#ifndef BT_CONNECTION_H
#define BT_CONNECTION_H

#include "bt_dialect.h"

#define BT_STATEMENTS_MAX  96       /* prepared, kept per connection */

/* A prepared statement.  busy: rows of it are being read. */
typedef struct {
    char       *sql;
    uint64_t    hash;
    MYSQL_STMT *stmt;
    uint64_t    used;               /* order of use */
    bool        busy;
    bool        kept;               /* in the connection's cache */
} bt_statement;

/* Lives until it is dropped by its store and the last rows are closed. */
typedef struct {
    MYSQL        *mysql;
    bt_server_e   server;
    bt_statement *statements[BT_STATEMENTS_MAX];
    uint64_t      uses;
    size_t        rows_open;
    bool          dropped;
} bt_connection;

/* What went wrong, for the store. */
typedef struct {
    unsigned number;
    char     text[512];
} bt_failure;

bt_connection *bt_connection_open(const bt_option *option,
                                  const bt_store_conf *conf,
                                  bt_failure *failure);
void           bt_connection_drop(bt_connection *connection);

/* The prepared form of sql, from the cache or new; NULL: failure is set. */
bt_statement  *bt_connection_prepare(bt_connection *connection,
                                     const char *sql, bt_failure *failure);
/* Throws a statement away (it went stale, or is not kept). */
void           bt_connection_forget(bt_connection *connection,
                                    bt_statement *statement);

/* Rows of an executed statement: takes them over into memory.  NULL: failure
 * is set. */
bt_rows       *bt_rows_new(bt_connection *connection, bt_statement *statement,
                           bt_failure *failure);

#endif

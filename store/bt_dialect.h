/* bt_dialect.h: the one place that knows what only one server or one client library knows. */

#ifndef BT_DIALECT_H
#define BT_DIALECT_H

#include <mysql.h>

#include "bt_option.h"
#include "bt_store.h"

/* MariaDB's library has char flags in MYSQL_BIND, Oracle's has bool. */
#ifdef LIBMARIADB
typedef my_bool bt_flag;
#else
typedef bool    bt_flag;
#endif

typedef enum { BT_SERVER_MARIADB, BT_SERVER_MYSQL, BT_SERVER_OCEANBASE }
    bt_server_e;

/* info: mysql_get_server_info(); comment: @@version_comment or "".  Behind an
 * OceanBase proxy only the comment tells. */
bt_server_e     bt_dialect_server(const char *info, const char *comment);
const char     *bt_dialect_server_name(bt_server_e server);

/* Sets what the option file says about TLS, and that a password is never sent
 * in clear but to a verified server; false: this library cannot. */
bool            bt_dialect_tls(MYSQL *mysql, const bt_option *option);

/* Of an open connection: false where TLS was asked for and there is none.
 * libmariadb goes on in silence without it, unless the certificate was to be
 * verified; to be asked before anything else is sent. */
bool            bt_dialect_secured(MYSQL *mysql, const bt_option *option);
#define BT_ERROR_TLS       2026u
#define BT_ERROR_TLS_TEXT  "TLS is required, and the server does not offer it"

/* Writes the statement number `step` (from 0) that makes a session ours: UTC,
 * strict, READ COMMITTED, and a deadline of `seconds` (0: none) for each
 * statement; with one, MariaDB and OceanBase also end a transaction that does
 * nothing for 15 s.  False when there are no more. */
bool            bt_dialect_session(bt_server_e server, unsigned seconds,
                                   size_t step, char *sql, size_t size);

/* What an error number of the server or the library means for a caller.
 * Sources: MariaDB and MySQL error references, OceanBase ob_errno.def. */
bt_store_status bt_dialect_status(unsigned number);
bt_store_lack   bt_dialect_lack(unsigned number);
/* The prepared statement is gone or stale; preparing it again helps. */
bool            bt_dialect_prepare_again(unsigned number);
/* The connection is of no use any more. */
bool            bt_dialect_lost(unsigned number);

/* Numbers that only programs that create things need. */
#define BT_ERROR_UNKNOWN_DATABASE  1049u
#define BT_ERROR_NO_TABLE          1146u

#endif

/* bt_option.h: reads where the store is from a MySQL option file. */

#ifndef BT_OPTION_H
#define BT_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#define BT_OPTION_GROUP     "backup-tasks"
#define BT_OPTION_DATABASE  "backup_tasks"

/* What ssl-mode, ssl and ssl-verify-server-cert ask for. */
typedef enum {
    BT_TLS_PREFERRED,
    BT_TLS_DISABLED,
    BT_TLS_REQUIRED,
    BT_TLS_VERIFY                   /* certificate and name of the server */
} bt_tls_e;

/* By a word of ssl-mode; false: there is no such word. */
bool bt_tls_by_name(const char *name, bt_tls_e *tls);

/* NULL: not given. */
typedef struct {
    char     *host;
    char     *socket;
    char     *user;
    char     *password;
    char     *database;             /* BT_OPTION_DATABASE unless given */
    char     *ssl_ca;
    char     *ssl_capath;
    char     *ssl_cert;
    char     *ssl_key;
    unsigned  port;                 /* 0: not given */
    bt_tls_e  tls;
} bt_option;

/* Reads [client] and [group] (NULL: BT_OPTION_GROUP) of a MySQL option file
 * as its manual describes it: quotes, the escapes \b \t \n \r \\ \s, comments,
 * '-' and '_' alike in names, the last value wins.  Options that are not ours
 * are passed over.  Refused, with the reason and what to do in `why`: a file
 * that cannot be read, a broken line, !include, and a password in a file that
 * everybody may read.
 *
 * Our own, although the client libraries can do it (MYSQL_READ_DEFAULT_FILE).
 * With libmariadb of Connector/C 3.3 (MariaDB 10.11): ssl-mode, the option of
 * MySQL, is passed over in silence, so that a file that demands a verified
 * server connects without TLS; a file that is missing or broken is passed
 * over, too, and the connection goes to the default socket as the system's
 * user; a port that is no number is 0; a comment behind a value is part of it.
 * Neither library tells the name of the database, which "migrate" must create
 * before it can connect to it. */
bool bt_option_read(bt_option *option, const char *file, const char *group,
                    char *why, size_t size);
/* Overwrites the password before it gives the memory back. */
void bt_option_free(bt_option *option);

#endif

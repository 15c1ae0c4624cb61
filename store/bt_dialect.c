/* bt_dialect.c: MariaDB, MySQL and OceanBase where they differ. */

#include "bt_dialect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BT_LONG_SECONDS  86400u     /* OceanBase knows no "no deadline" */

/* A program that was stopped in the middle of a transaction, as a machine that
 * is moved, gives its locks back before its lease is over. */
#define BT_IDLE_SECONDS  15u

typedef struct {
    unsigned        number;
    bt_store_status status;
} bt_meaning;

static const bt_meaning bt_meanings[] = {
    { 1021, BT_STORE_UNAVAILABLE },     /* disk full */
    { 1040, BT_STORE_UNAVAILABLE },     /* too many connections */
    { 1041, BT_STORE_UNAVAILABLE },     /* out of resources */
    { 1047, BT_STORE_UNAVAILABLE },     /* Galera: node not ready */
    { 1053, BT_STORE_UNAVAILABLE },     /* server shutdown in progress */
    { 1062, BT_STORE_DUPLICATE },
    { 1077, BT_STORE_UNAVAILABLE },     /* normal shutdown */
    { 1079, BT_STORE_UNAVAILABLE },     /* shutdown complete */
    { 1114, BT_STORE_UNAVAILABLE },     /* the table is full: no space */
    { 1158, BT_STORE_UNAVAILABLE },     /* network errors, 1158 to 1161 */
    { 1159, BT_STORE_UNAVAILABLE },
    { 1160, BT_STORE_UNAVAILABLE },
    { 1161, BT_STORE_UNAVAILABLE },
    { 1203, BT_STORE_UNAVAILABLE },     /* too many connections of the user */
    { 1205, BT_STORE_CONFLICT },        /* lock wait timeout */
    { 1213, BT_STORE_CONFLICT },        /* deadlock */
    { 1226, BT_STORE_UNAVAILABLE },     /* resource limit of the user */
    { 1290, BT_STORE_UNAVAILABLE },     /* read-only server */
    { 1317, BT_STORE_UNAVAILABLE },     /* interrupted by KILL or shutdown */
    { 1586, BT_STORE_DUPLICATE },
    { 1836, BT_STORE_UNAVAILABLE },     /* read-only mode */
    { 1927, BT_STORE_UNAVAILABLE },     /* MariaDB: connection was killed */
    { 1969, BT_STORE_DEADLINE },        /* MariaDB: max_statement_time */
    { 1020, BT_STORE_CONFLICT },        /* MariaDB: snapshot isolation */
    { 2002, BT_STORE_UNAVAILABLE },     /* library: cannot connect */
    { 2003, BT_STORE_UNAVAILABLE },
    { 2006, BT_STORE_UNAVAILABLE },     /* library: server has gone away */
    { 2013, BT_STORE_UNAVAILABLE },     /* library: lost during the query */
    { 2026, BT_STORE_UNAVAILABLE },     /* library: TLS */
    { 2055, BT_STORE_UNAVAILABLE },
    { 3024, BT_STORE_DEADLINE },        /* MySQL: max_execution_time */
    { 3100, BT_STORE_CONFLICT },        /* MySQL: group replication */
    { 3101, BT_STORE_CONFLICT },
    { 3572, BT_STORE_CONFLICT },        /* lock not free at once */
    { 4012, BT_STORE_DEADLINE },        /* OceanBase: ob_query_timeout */
    { 4031, BT_STORE_UNAVAILABLE },     /* MySQL: idle connection closed */
    { 4038, BT_STORE_UNAVAILABLE },     /* OceanBase: not the leader */
    { 6002, BT_STORE_CONFLICT },        /* OceanBase: rolled back */
    { 6005, BT_STORE_CONFLICT },        /* OceanBase: row lock taken */
    { 6210, BT_STORE_DEADLINE }         /* OceanBase: transaction timeout */
};

static const unsigned bt_lost_numbers[] = {
    1053, 1077, 1079, 1158, 1159, 1160, 1161, 1927, 2002, 2003, 2006, 2013,
    2014, 2026, 2027, 2055, 4031
};

bt_server_e
bt_dialect_server(const char *info, const char *comment)
{
    if (strcasestr(comment, "OceanBase") != NULL
        || strcasestr(info, "OceanBase") != NULL)
    {
        return BT_SERVER_OCEANBASE;
    }
    if (strcasestr(info, "MariaDB") != NULL
        || strcasestr(comment, "MariaDB") != NULL)
    {
        return BT_SERVER_MARIADB;
    }
    return BT_SERVER_MYSQL;
}

const char *
bt_dialect_server_name(bt_server_e server)
{
    switch (server) {
    case BT_SERVER_MARIADB:   return "MariaDB";
    case BT_SERVER_OCEANBASE: return "OceanBase";
    default:                  return "MySQL";
    }
}

#ifdef LIBMARIADB

/* A server chooses how the password is asked for, also one that only claims to
 * be the right one; libmariadb would send it in clear, through a socket of
 * this machine and over the network alike.  Only a server whose certificate is
 * verified may ask so (PAM, LDAP). */
#define BT_AUTH_WITHOUT_CLEAR                                                 \
    "mysql_native_password,client_ed25519,parsec,caching_sha2_password,"      \
    "sha256_password,auth_gssapi_client"

static bool
bt_auth_methods(MYSQL *mysql, bt_tls_e tls)
{
    return tls == BT_TLS_VERIFY
           || mysql_options(mysql, MARIADB_OPT_RESTRICTED_AUTH,
                            BT_AUTH_WITHOUT_CLEAR) == 0;
}

/* This library "enforces" TLS by taking it where the server has it, and goes on
 * without where not: bt_dialect_secured() tells which it was. */
static bool
bt_tls_mode(MYSQL *mysql, bt_tls_e tls)
{
    bt_flag enforce = tls != BT_TLS_DISABLED;
    bt_flag verify = tls == BT_TLS_VERIFY;

    return mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &enforce) == 0
           && mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify)
              == 0;
}

#else

/* This library sends nothing in clear unless it is told to. */
static bool
bt_auth_methods(MYSQL *mysql, bt_tls_e tls)
{
    (void) mysql;
    (void) tls;
    return true;
}

static bool
bt_tls_mode(MYSQL *mysql, bt_tls_e tls)
{
    static const unsigned modes[] = {
        [BT_TLS_PREFERRED] = SSL_MODE_PREFERRED,
        [BT_TLS_DISABLED] = SSL_MODE_DISABLED,
        [BT_TLS_REQUIRED] = SSL_MODE_REQUIRED,
        [BT_TLS_VERIFY] = SSL_MODE_VERIFY_IDENTITY
    };

    return mysql_options(mysql, MYSQL_OPT_SSL_MODE, &modes[tls]) == 0;
}

#endif

static bool
bt_tls_file(MYSQL *mysql, enum mysql_option name, const char *file)
{
    return file == NULL || mysql_options(mysql, name, file) == 0;
}

bool
bt_dialect_tls(MYSQL *mysql, const bt_option *option)
{
    return bt_tls_file(mysql, MYSQL_OPT_SSL_CA, option->ssl_ca)
           && bt_tls_file(mysql, MYSQL_OPT_SSL_CAPATH, option->ssl_capath)
           && bt_tls_file(mysql, MYSQL_OPT_SSL_CERT, option->ssl_cert)
           && bt_tls_file(mysql, MYSQL_OPT_SSL_KEY, option->ssl_key)
           && bt_tls_mode(mysql, option->tls)
           && bt_auth_methods(mysql, option->tls);
}

bool
bt_dialect_secured(MYSQL *mysql, const bt_option *option)
{
    return (option->tls != BT_TLS_REQUIRED && option->tls != BT_TLS_VERIFY)
           || mysql_get_ssl_cipher(mysql) != NULL;
}

static void
bt_deadline(bt_server_e server, unsigned seconds, char *sql, size_t size)
{
    uint64_t usec;
    unsigned idle = seconds > 0 ? BT_IDLE_SECONDS : 0;

    switch (server) {
    case BT_SERVER_MARIADB:
        (void) snprintf(sql, size, "SET SESSION max_statement_time = %u, "
                        "idle_transaction_timeout = %u", seconds, idle);
        break;
    case BT_SERVER_OCEANBASE:
        usec = UINT64_C(1000000) * (seconds > 0 ? seconds : BT_LONG_SECONDS);
        (void) snprintf(sql, size, "SET SESSION ob_query_timeout = %" PRIu64
                        ", ob_trx_timeout = %" PRIu64
                        ", ob_trx_idle_timeout = %" PRIu64, usec, usec * 10,
                        UINT64_C(1000000) * (idle > 0 ? idle
                                                      : BT_LONG_SECONDS));
        break;
    default:
        (void) snprintf(sql, size, "SET SESSION max_execution_time = %"
                        PRIu64, UINT64_C(1000) * seconds);
        break;
    }
}

bool
bt_dialect_session(bt_server_e server, unsigned seconds, size_t step,
                   char *sql, size_t size)
{
    switch (step) {
    case 0:
        (void) snprintf(sql, size, "SET SESSION time_zone = '+00:00', "
                        "sql_mode = 'STRICT_ALL_TABLES', autocommit = 1");
        return true;
    case 1:
        (void) snprintf(sql, size, "SET SESSION TRANSACTION ISOLATION LEVEL "
                        "READ COMMITTED");
        return true;
    case 2:
        bt_deadline(server, seconds, sql, size);
        return true;
    case 3:
        /* MySQL's deadline covers SELECT only; a lock must not hold a write
         * for longer either. */
        if (server != BT_SERVER_MYSQL || seconds == 0) {
            return false;
        }
        (void) snprintf(sql, size, "SET SESSION innodb_lock_wait_timeout = %u",
                        seconds);
        return true;
    default:
        return false;
    }
}

bt_store_status
bt_dialect_status(unsigned number)
{
    for (size_t i = 0; i < sizeof(bt_meanings) / sizeof(bt_meanings[0]); i++) {
        if (bt_meanings[i].number == number) {
            return bt_meanings[i].status;
        }
    }
    return BT_STORE_ERROR;
}

bool
bt_dialect_prepare_again(unsigned number)
{
    return number == 1243 || number == 1615;
}

bool
bt_dialect_lost(unsigned number)
{
    for (size_t i = 0;
         i < sizeof(bt_lost_numbers) / sizeof(bt_lost_numbers[0]); i++)
    {
        if (bt_lost_numbers[i] == number) {
            return true;
        }
    }
    return false;
}

/* The same numbers in all servers. */
bt_store_lack
bt_dialect_lack(unsigned number)
{
    switch (number) {
    case BT_ERROR_UNKNOWN_DATABASE:
    case BT_ERROR_NO_TABLE:
    case 1054:                          /* unknown column */
        return BT_LACKS_TABLES;
    case 1044:                          /* denied: database */
    case 1142:                          /* denied: table */
    case 1143:                          /* denied: column */
    case 1227:                          /* denied: privilege */
        return BT_LACKS_RIGHT;
    default:
        return BT_LACKS_NOTHING;
    }
}

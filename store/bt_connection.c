/* bt_connection.c: connects, sets the session up, and keeps prepared statements. */

#include "bt_connection.h"

#include <errmsg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BT_CONNECT_SECONDS  5u
/* The server's own deadline comes first: it leaves the connection whole. */
#define BT_READ_GRACE       10u

static void
bt_failure_of(bt_failure *failure, MYSQL *mysql)
{
    failure->number = mysql_errno(mysql);
    (void) snprintf(failure->text, sizeof(failure->text), "%s",
                    mysql_error(mysql));
}

static bool
bt_no_memory(bt_failure *failure)
{
    failure->number = CR_OUT_OF_MEMORY;
    (void) snprintf(failure->text, sizeof(failure->text), "out of memory");
    return false;
}

static bool
bt_set_options(MYSQL *mysql, const bt_option *option,
               const bt_store_conf *conf)
{
    unsigned connect = conf->connect_seconds > 0 ? conf->connect_seconds
                                                 : BT_CONNECT_SECONDS;
    unsigned answer = conf->statement_seconds + BT_READ_GRACE;
    unsigned no_files = 0;
    unsigned protocol = MYSQL_PROTOCOL_TCP;

    if (mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect) != 0
        || mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &no_files) != 0
        || !bt_dialect_tls(mysql, option))
    {
        return false;
    }
    if (conf->statement_seconds > 0
        && (mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &answer) != 0
            || mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &answer) != 0))
    {
        return false;
    }
    /* The libraries turn "localhost" into a socket even beside a port. */
    if (option->socket == NULL && option->port != 0) {
        return mysql_options(mysql, MYSQL_OPT_PROTOCOL, &protocol) == 0;
    }
    return true;
}

static void
bt_version_comment(MYSQL *mysql, char *comment, size_t size)
{
    MYSQL_RES *result;
    MYSQL_ROW  row;

    comment[0] = '\0';
    if (mysql_query(mysql, "SELECT @@version_comment") != 0) {
        return;
    }
    result = mysql_store_result(mysql);
    row = result != NULL ? mysql_fetch_row(result) : NULL;
    if (row != NULL && row[0] != NULL) {
        (void) snprintf(comment, size, "%s", row[0]);
    }
    if (result != NULL) {
        mysql_free_result(result);
    }
}

static bool
bt_set_session(bt_connection *connection, unsigned seconds)
{
    MYSQL *mysql = connection->mysql;
    char   text[256];

    if (mysql_set_character_set(mysql, "utf8mb4") != 0) {
        return false;
    }
    bt_version_comment(mysql, text, sizeof(text));
    connection->server = bt_dialect_server(mysql_get_server_info(mysql), text);
    for (size_t step = 0;
         bt_dialect_session(connection->server, seconds, step, text,
                            sizeof(text));
         step++)
    {
        if (mysql_query(mysql, text) != 0) {
            return false;
        }
    }
    return true;
}

static bool
bt_connect(bt_connection *connection, const bt_option *option,
           const bt_store_conf *conf, bt_failure *failure)
{
    MYSQL *mysql = connection->mysql;

    if (!bt_set_options(mysql, option, conf)
        || mysql_real_connect(mysql, option->host, option->user,
                              option->password,
                              conf->no_database ? NULL : option->database,
                              option->port, option->socket, 0) == NULL)
    {
        bt_failure_of(failure, mysql);
        return false;
    }
    if (!bt_dialect_secured(mysql, option)) {
        failure->number = BT_ERROR_TLS;
        (void) snprintf(failure->text, sizeof(failure->text),
                        BT_ERROR_TLS_TEXT);
        return false;
    }
    if (!bt_set_session(connection, conf->statement_seconds)) {
        bt_failure_of(failure, mysql);
        return false;
    }
    return true;
}

bt_connection *
bt_connection_open(const bt_option *option, const bt_store_conf *conf,
                   bt_failure *failure)
{
    bt_connection *connection = calloc(1, sizeof(*connection));
    MYSQL         *mysql = mysql_init(NULL);

    if (connection == NULL || mysql == NULL) {
        free(connection);
        if (mysql != NULL) {
            mysql_close(mysql);
        }
        (void) bt_no_memory(failure);
        return NULL;
    }
    connection->mysql = mysql;
    if (!bt_connect(connection, option, conf, failure)) {
        bt_connection_drop(connection);
        return NULL;
    }
    return connection;
}

static void
bt_statement_free(bt_statement *statement)
{
    (void) mysql_stmt_close(statement->stmt);
    free(statement->sql);
    free(statement);
}

void
bt_connection_drop(bt_connection *connection)
{
    if (connection->rows_open > 0) {
        connection->dropped = true;
        return;
    }
    for (size_t i = 0; i < BT_STATEMENTS_MAX; i++) {
        if (connection->statements[i] != NULL) {
            bt_statement_free(connection->statements[i]);
        }
    }
    mysql_close(connection->mysql);
    free(connection);
}

void
bt_connection_forget(bt_connection *connection, bt_statement *statement)
{
    for (size_t i = 0; statement->kept && i < BT_STATEMENTS_MAX; i++) {
        if (connection->statements[i] == statement) {
            connection->statements[i] = NULL;
        }
    }
    bt_statement_free(statement);
}

/* FNV-1a; it only spares comparisons of long texts. */
static uint64_t
bt_hash(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char) *text) * UINT64_C(1099511628211);
    }
    return hash;
}

static bt_statement *
bt_find(const bt_connection *connection, const char *sql, uint64_t hash)
{
    for (size_t i = 0; i < BT_STATEMENTS_MAX; i++) {
        bt_statement *kept = connection->statements[i];

        if (kept != NULL && !kept->busy && kept->hash == hash
            && strcmp(kept->sql, sql) == 0)
        {
            return kept;
        }
    }
    return NULL;
}

static bt_statement *
bt_prepare(bt_connection *connection, const char *sql, uint64_t hash,
           bt_failure *failure)
{
    bt_statement *statement = calloc(1, sizeof(*statement));
    bt_flag       update = 1;

    if (statement != NULL) {
        statement->hash = hash;
        statement->sql = strdup(sql);
        statement->stmt = mysql_stmt_init(connection->mysql);
    }
    if (statement == NULL || statement->sql == NULL
        || statement->stmt == NULL)
    {
        (void) bt_no_memory(failure);
    } else if (mysql_stmt_attr_set(statement->stmt,
                                   STMT_ATTR_UPDATE_MAX_LENGTH, &update) == 0
               && mysql_stmt_prepare(statement->stmt, sql, strlen(sql)) == 0)
    {
        return statement;
    } else {
        failure->number = mysql_stmt_errno(statement->stmt);
        (void) snprintf(failure->text, sizeof(failure->text), "%s",
                        mysql_stmt_error(statement->stmt));
    }
    if (statement != NULL) {
        if (statement->stmt != NULL) {
            (void) mysql_stmt_close(statement->stmt);
        }
        free(statement->sql);
        free(statement);
    }
    return NULL;
}

/* Gives the statement a place: a free one, else that of the one not used for
 * longest.  All busy: it is not kept. */
static void
bt_keep(bt_connection *connection, bt_statement *statement)
{
    bt_statement **place = NULL;

    for (size_t i = 0; i < BT_STATEMENTS_MAX; i++) {
        bt_statement *kept = connection->statements[i];

        if (kept == NULL) {
            place = &connection->statements[i];
            break;
        }
        if (!kept->busy && (place == NULL || kept->used < (*place)->used)) {
            place = &connection->statements[i];
        }
    }
    if (place == NULL) {
        return;
    }
    if (*place != NULL) {
        bt_statement_free(*place);
    }
    *place = statement;
    statement->kept = true;
}

bt_statement *
bt_connection_prepare(bt_connection *connection, const char *sql,
                      bt_failure *failure)
{
    uint64_t      hash = bt_hash(sql);
    bt_statement *statement = bt_find(connection, sql, hash);

    if (statement == NULL) {
        statement = bt_prepare(connection, sql, hash, failure);
        if (statement == NULL) {
            return NULL;
        }
        bt_keep(connection, statement);
    }
    statement->used = ++connection->uses;
    return statement;
}

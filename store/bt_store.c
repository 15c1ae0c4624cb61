/* bt_store.c: runs statements and transactions for one thread; reconnects by itself. */

#include "bt_connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

struct bt_store {
    bt_store_conf    conf;
    bt_option        option;
    bt_connection   *connection;    /* NULL: to be made at the next use */
    bool             transaction;
    int64_t          insert_id;
    bt_store_status  status;
    bt_failure       failure;
};

int
bt_store_library_begin(void)
{
    return mysql_library_init(0, NULL, NULL);
}

void
bt_store_library_end(void)
{
    mysql_library_end();
}

void
bt_store_thread_begin(void)
{
    (void) mysql_thread_init();
}

void
bt_store_thread_end(void)
{
    mysql_thread_end();
}

bool
bt_store_conf_check(const bt_store_conf *conf, char *why, size_t size)
{
    bt_option option = { .tls = BT_TLS_PREFERRED };

    if (!bt_option_read(&option, conf->defaults_file, conf->group, why, size))
    {
        return false;
    }
    bt_option_free(&option);
    return true;
}

bt_store *
bt_store_new(const bt_store_conf *conf)
{
    bt_store *store = calloc(1, sizeof(*store));
    char      why[512];

    if (store == NULL) {
        return NULL;
    }
    store->conf = *conf;
    if (!bt_option_read(&store->option, conf->defaults_file, conf->group, why,
                        sizeof(why)))
    {
        free(store);
        return NULL;
    }
    store->conf.defaults_file = NULL;
    store->conf.group = NULL;
    return store;
}

static void
bt_disconnect(bt_store *store)
{
    if (store->connection != NULL) {
        bt_connection_drop(store->connection);
        store->connection = NULL;
    }
}

void
bt_store_free(bt_store *store)
{
    if (store == NULL) {
        return;
    }
    bt_disconnect(store);
    bt_option_free(&store->option);
    free(store);
}

static bt_store_status
bt_good(bt_store *store)
{
    store->failure.number = 0;
    store->failure.text[0] = '\0';
    store->status = BT_STORE_OK;
    return BT_STORE_OK;
}

/* Takes over the failure's meaning; a lost connection is given up. */
static bt_store_status
bt_failed(bt_store *store)
{
    store->status = bt_dialect_status(store->failure.number);
    if (bt_dialect_lost(store->failure.number)) {
        bt_disconnect(store);
    }
    return store->status;
}

static bt_store_status
bt_refused(bt_store *store, bt_store_status status, const char *text)
{
    store->failure.number = 0;
    (void) snprintf(store->failure.text, sizeof(store->failure.text), "%s",
                    text);
    store->status = status;
    return status;
}

static bt_store_status
bt_connect(bt_store *store)
{
    if (store->connection != NULL) {
        return BT_STORE_OK;
    }
    if (store->transaction) {
        return bt_refused(store, BT_STORE_UNAVAILABLE,
                          "the connection was lost inside a transaction");
    }
    store->connection = bt_connection_open(&store->option, &store->conf,
                                           &store->failure);
    if (store->connection == NULL) {
        store->status = BT_STORE_UNAVAILABLE;
        return BT_STORE_UNAVAILABLE;
    }
    return BT_STORE_OK;
}

static void
bt_bind_time(MYSQL_BIND *bind, MYSQL_TIME *place, bt_usec at)
{
    int64_t   seconds = at / BT_SECOND;
    int64_t   fraction = at % BT_SECOND;
    struct tm civil;
    time_t    time;

    if (fraction < 0) {
        fraction += BT_SECOND;
        seconds--;
    }
    time = (time_t) seconds;
    (void) gmtime_r(&time, &civil);
    *place = (MYSQL_TIME) {
        .year = (unsigned) civil.tm_year + 1900,
        .month = (unsigned) civil.tm_mon + 1,
        .day = (unsigned) civil.tm_mday,
        .hour = (unsigned) civil.tm_hour,
        .minute = (unsigned) civil.tm_min,
        .second = (unsigned) civil.tm_sec,
        .second_part = (unsigned long) fraction,
        .time_type = MYSQL_TIMESTAMP_DATETIME
    };
    bind->buffer_type = MYSQL_TYPE_DATETIME;
    bind->buffer = place;
}

/* The library's structures point into `params`, which outlive the call. */
static void
bt_bind_param(MYSQL_BIND *bind, MYSQL_TIME *time, const bt_value *param)
{
    switch (param->type) {
    case BT_VALUE_INT:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = (void *) &param->number;
        break;
    case BT_VALUE_TEXT:
        bind->buffer_type = MYSQL_TYPE_STRING;
        bind->buffer = (void *) (param->text.len > 0 ? param->text.data : "");
        bind->buffer_length = param->text.len;
        break;
    case BT_VALUE_TIME:
        bt_bind_time(bind, time, param->number);
        break;
    default:
        bind->buffer_type = MYSQL_TYPE_NULL;
        break;
    }
}

static void
bt_take_failure(bt_store *store, MYSQL_STMT *stmt)
{
    store->failure.number = mysql_stmt_errno(stmt);
    (void) snprintf(store->failure.text, sizeof(store->failure.text), "%s",
                    mysql_stmt_error(stmt));
}

static bool
bt_execute(bt_store *store, MYSQL_STMT *stmt, const bt_value *params,
           size_t count)
{
    MYSQL_BIND *binds = calloc(count + 1, sizeof(*binds));
    MYSQL_TIME *times = calloc(count + 1, sizeof(*times));
    bool        good = false;

    if (binds == NULL || times == NULL) {
        (void) bt_refused(store, BT_STORE_ERROR, "out of memory");
    } else if (mysql_stmt_param_count(stmt) != count) {
        (void) bt_refused(store, BT_STORE_ERROR,
                          "a statement was given a wrong number of values");
    } else {
        for (size_t i = 0; i < count; i++) {
            bt_bind_param(&binds[i], &times[i], &params[i]);
        }
        good = (count == 0 || mysql_stmt_bind_param(stmt, binds) == 0)
               && mysql_stmt_execute(stmt) == 0;
        if (!good) {
            bt_take_failure(store, stmt);
        }
    }
    free(binds);
    free(times);
    return good;
}

/* Rows that nobody wants are read all the same: a lock or a deadline may fail
 * after the first part of the answer.  After false the statement must go: see
 * bt_rows_new(). */
static bool
bt_discard(bt_store *store, MYSQL_STMT *stmt)
{
    bool good = mysql_stmt_store_result(stmt) == 0;

    if (!good) {
        bt_take_failure(store, stmt);
    }
    (void) mysql_stmt_free_result(stmt);
    return good;
}

static bt_store_status
bt_results(bt_store *store, bt_statement *statement, bt_rows **rows,
           int64_t *affected)
{
    MYSQL_STMT *stmt = statement->stmt;
    bool        good = true;

    if (mysql_stmt_field_count(stmt) == 0) {
        store->insert_id = (int64_t) mysql_stmt_insert_id(stmt);
        if (affected != NULL) {
            *affected = (int64_t) mysql_stmt_affected_rows(stmt);
        }
    } else if (rows != NULL) {
        *rows = bt_rows_new(store->connection, statement, &store->failure);
        return *rows != NULL ? bt_good(store) : bt_failed(store);
    } else {
        good = bt_discard(store, stmt);
    }
    if (!good || !statement->kept) {
        bt_connection_forget(store->connection, statement);
    }
    return good ? bt_good(store) : bt_failed(store);
}

/* One try.  A stale prepared statement is made anew once. */
static bt_store_status
bt_run_once(bt_store *store, const char *sql, const bt_value *params,
            size_t count, bt_rows **rows, int64_t *affected)
{
    for (int tries = 0;; tries++) {
        bt_statement *statement;
        bool          again;

        if (bt_connect(store) != BT_STORE_OK) {
            return store->status;
        }
        statement = bt_connection_prepare(store->connection, sql,
                                          &store->failure);
        if (statement == NULL) {
            return bt_failed(store);
        }
        if (bt_execute(store, statement->stmt, params, count)) {
            return bt_results(store, statement, rows, affected);
        }
        again = bt_dialect_prepare_again(store->failure.number);
        if (again || !statement->kept) {
            bt_connection_forget(store->connection, statement);
        }
        if (!again || tries > 0) {
            return bt_failed(store);
        }
    }
}

static bool
bt_is_read(const char *sql)
{
    return strncasecmp(sql, "SELECT", 6) == 0
           || strncasecmp(sql, "WITH", 4) == 0
           || strncasecmp(sql, "SHOW", 4) == 0;
}

/* After a failed try: whether another on a new connection is right. */
static bool
bt_try_again(const bt_store *store)
{
    return store->status == BT_STORE_UNAVAILABLE && store->connection == NULL
           && !store->transaction;
}

bt_store_status
bt_store_run(bt_store *store, const char *sql, const bt_value *params,
             size_t count, bt_rows **rows, int64_t *affected)
{
    bool was_connected = store->connection != NULL;

    if (rows != NULL) {
        *rows = NULL;
    }
    if (bt_run_once(store, sql, params, count, rows, affected) != BT_STORE_OK
        && was_connected && bt_is_read(sql) && bt_try_again(store))
    {
        (void) bt_run_once(store, sql, params, count, rows, affected);
    }
    return store->status;
}

bt_store_status
bt_store_plain(bt_store *store, const char *sql)
{
    if (bt_connect(store) != BT_STORE_OK) {
        return store->status;
    }
    if (mysql_query(store->connection->mysql, sql) == 0) {
        mysql_free_result(mysql_store_result(store->connection->mysql));
        return bt_good(store);
    }
    store->failure.number = mysql_errno(store->connection->mysql);
    (void) snprintf(store->failure.text, sizeof(store->failure.text), "%s",
                    mysql_error(store->connection->mysql));
    return bt_failed(store);
}

/* Statements that change nothing yet: a lost connection is tried again. */
static bt_store_status
bt_begin_with(bt_store *store, const char *sql)
{
    bool was_connected = store->connection != NULL;

    if (store->transaction) {
        return bt_refused(store, BT_STORE_ERROR,
                          "a transaction is open already");
    }
    if (bt_store_plain(store, sql) != BT_STORE_OK && was_connected
        && bt_try_again(store))
    {
        (void) bt_store_plain(store, sql);
    }
    return store->status;
}

bt_store_status
bt_store_begin(bt_store *store)
{
    if (bt_begin_with(store, "START TRANSACTION") == BT_STORE_OK) {
        store->transaction = true;
    }
    return store->status;
}

bt_store_status
bt_store_begin_read(bt_store *store)
{
    if (bt_begin_with(store, "SET TRANSACTION ISOLATION LEVEL "
                      "REPEATABLE READ") == BT_STORE_OK)
    {
        store->transaction =
            bt_store_plain(store,
                           "START TRANSACTION WITH CONSISTENT SNAPSHOT")
            == BT_STORE_OK;
    }
    return store->status;
}

bt_store_status
bt_store_commit(bt_store *store)
{
    bt_store_status status = bt_store_plain(store, "COMMIT");

    store->transaction = false;
    return status;
}

/* Keeps the status of what made the caller roll back. */
void
bt_store_rollback(bt_store *store)
{
    if (store->connection != NULL
        && mysql_query(store->connection->mysql, "ROLLBACK") != 0)
    {
        bt_disconnect(store);
    }
    store->transaction = false;
}

int64_t
bt_store_insert_id(bt_store *store)
{
    return store->insert_id;
}

bt_store_status
bt_store_status_of(const bt_store *store)
{
    return store->status;
}

unsigned
bt_store_errno(const bt_store *store)
{
    return store->failure.number;
}

bt_store_lack
bt_store_lacks(const bt_store *store)
{
    return bt_dialect_lack(store->failure.number);
}

const char *
bt_store_error(const bt_store *store)
{
    return store->failure.text;
}

const char *
bt_store_database(const bt_store *store)
{
    return store->option.database;
}

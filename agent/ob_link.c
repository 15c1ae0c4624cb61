/* ob_link.c: connects to a cluster and sends it statements by the text protocol. */

#include "agent/ob_link.h"

#include <errmsg.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/endpoint.h"
#include "agent/ob_cause.h"
#include "store/bt_dialect.h"

#define NETWORK_GRACE  2           /* seconds beyond the server's deadline */

void
ob_reason(bt_reason *reason, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void) vsnprintf(reason->text, sizeof(reason->text), format, args);
    va_end(args);
}

/* Sources: MySQL error reference, OceanBase ob_errno.def. */
bt_answer
ob_answer_of(unsigned number)
{
    static const unsigned refused[] = {
        1044, 1045, 1130, 1142, 1143, 1227, 1251, 1370, 1698, 1820, 1862, 3118,
        5036
    };

    if (bt_dialect_lost(number)) {
        return BT_ANSWER_UNREACHABLE;
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        if (refused[i] == number) {
            return BT_ANSWER_REFUSED;
        }
    }
    switch (bt_dialect_status(number)) {
    case BT_STORE_UNAVAILABLE:
    case BT_STORE_DEADLINE:
    case BT_STORE_CONFLICT:
        return BT_ANSWER_UNREACHABLE;
    default:
        return BT_ANSWER_BROKEN;
    }
}

static char *
copy_text(const char *text, bool *good)
{
    char *copy = text == NULL ? NULL : strdup(text);

    *good = *good && (text == NULL || copy != NULL);
    return copy;
}

bool
ob_link_init(ob_link *link, const bt_access *access)
{
    bool good = true;

    *link = (ob_link) { .access = *access };
    link->access.name = copy_text(access->name, &good);
    link->access.adapter = copy_text(access->adapter, &good);
    link->access.endpoints = copy_text(access->endpoints, &good);
    link->access.user = copy_text(access->user, &good);
    link->access.secret = copy_text(access->secret, &good);
    link->access.tls_ca = copy_text(access->tls_ca, &good);
    link->access.program = copy_text(access->program, &good);
    return good;
}

void
ob_link_drop(ob_link *link)
{
    if (link->mysql != NULL) {
        mysql_close(link->mysql);
        link->mysql = NULL;
    }
}

void
ob_link_free(ob_link *link)
{
    ob_link_drop(link);
    free(link->access.name);
    free(link->access.adapter);
    free(link->access.endpoints);
    free(link->access.user);
    free(link->access.secret);
    free(link->access.tls_ca);
    free(link->access.program);
}

/* Number `index` of the endpoints; false: there is none. */
static bool
take_endpoint(const char *list, size_t index, bt_endpoint *endpoint)
{
    for (size_t i = 0; i <= index; i++) {
        if (bt_endpoint_next(&list, endpoint) != 1) {
            return false;
        }
    }
    return true;
}

static size_t
count_endpoints(const char *list)
{
    bt_endpoint endpoint;
    size_t      count = 0;

    while (bt_endpoint_next(&list, &endpoint) == 1) {
        count++;
    }
    return count;
}

static unsigned
seconds_or(int seconds, unsigned usual)
{
    return seconds > 0 ? (unsigned) seconds : usual;
}

static bool
set_options(const ob_link *link, MYSQL *mysql)
{
    unsigned  connect = seconds_or(link->access.connect_seconds, 3);
    unsigned  network = seconds_or(link->access.statement_seconds, 10)
                        + NETWORK_GRACE;
    unsigned  local = 0;
    bt_option option = {
        .ssl_ca = link->access.tls_ca == NULL || *link->access.tls_ca == '\0'
                  ? NULL : link->access.tls_ca,
        .tls = link->access.tls
    };

    return mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect) == 0
           && mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &network) == 0
           && mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &network) == 0
           && mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &local) == 0
           && mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4") == 0
           && bt_dialect_tls(mysql, &option);
}

/* Times are read as UTC, so that this one must hold; a server that knows no
 * ob_query_timeout has the network's deadline alone. */
static bool
set_session(const ob_link *link, MYSQL *mysql)
{
    ob_sql   sql;
    unsigned seconds = seconds_or(link->access.statement_seconds, 10);

    if (mysql_query(mysql, "SET SESSION time_zone = '+00:00'") != 0) {
        return false;
    }
    ob_sql_start(&sql, "SET SESSION ob_query_timeout = ");
    ob_sql_int(&sql, seconds * BT_SECOND);
    return mysql_query(mysql, sql.text) == 0
           || !bt_dialect_lost(mysql_errno(mysql));
}

static void
name_endpoint(const bt_endpoint *endpoint, char *out, size_t size)
{
    if (endpoint->port == 0) {
        (void) snprintf(out, size, "%s", endpoint->host);
    } else {
        (void) snprintf(out, size, "%s:%u", endpoint->host, endpoint->port);
    }
}

static bool
connect_endpoint(const ob_link *link, MYSQL *mysql,
                 const bt_endpoint *endpoint, const char *password)
{
    bool socket = endpoint->port == 0;

    return mysql_real_connect(mysql, socket ? NULL : endpoint->host,
                              link->access.user, password, "oceanbase",
                              endpoint->port, socket ? endpoint->host : NULL,
                              0) != NULL
           && set_session(link, mysql);
}

static bt_answer
connect_to(ob_link *link, size_t index, const char *password,
           bt_reason *reason)
{
    MYSQL      *mysql = mysql_init(NULL);
    bt_endpoint endpoint;
    char        name[300];
    bt_answer   answer;

    (void) take_endpoint(link->access.endpoints, index, &endpoint);
    name_endpoint(&endpoint, name, sizeof(name));
    if (mysql == NULL || !set_options(link, mysql)) {
        ob_reason(reason, "no connection to %s: out of memory, or a TLS "
                  "setting that this client library does not know", name);
        if (mysql != NULL) {
            mysql_close(mysql);
        }
        return BT_ANSWER_REFUSED;
    }
    if (!connect_endpoint(link, mysql, &endpoint, password)) {
        ob_reason(reason, "no connection to %s: %s", name, mysql_error(mysql));
        answer = ob_answer_of(mysql_errno(mysql));
        if (mysql_errno(mysql) == CR_SSL_CONNECTION_ERROR) {
            answer = BT_ANSWER_REFUSED;
        }
        mysql_close(mysql);
        return answer == BT_ANSWER_BROKEN ? BT_ANSWER_REFUSED : answer;
    }
    if (!bt_dialect_secured(mysql, &(bt_option) { .tls = link->access.tls })) {
        ob_reason(reason, "no connection to %s: " BT_ERROR_TLS_TEXT, name);
        mysql_close(mysql);
        return BT_ANSWER_REFUSED;
    }
    link->mysql = mysql;
    link->endpoint = (unsigned) index;
    link->session++;
    return BT_ANSWER_OK;
}

static bt_answer
try_endpoints(ob_link *link, const char *password, bt_reason *reason)
{
    size_t    count = count_endpoints(link->access.endpoints);
    bt_answer answer = BT_ANSWER_UNREACHABLE;

    for (size_t i = 0; i < count; i++) {
        answer = connect_to(link, (link->endpoint + i) % count, password,
                            reason);
        if (answer == BT_ANSWER_OK) {
            break;
        }
    }
    return answer;
}

bt_answer
ob_link_connect(ob_link *link, bt_reason *reason)
{
    char     *password = NULL;
    bt_answer answer;

    if (link->mysql != NULL) {
        return BT_ANSWER_OK;
    }
    if (link->access.endpoints == NULL
        || count_endpoints(link->access.endpoints) == 0)
    {
        ob_reason(reason, "the cluster is registered without an endpoint");
        return BT_ANSWER_REFUSED;
    }
    if (!bt_secret_read(&link->access, &password, reason->text,
                        sizeof(reason->text)))
    {
        return BT_ANSWER_REFUSED;
    }
    answer = try_endpoints(link, password, reason);
    bt_secret_free(password);
    return answer;
}

void
ob_link_endpoint(const ob_link *link, char *out, size_t size)
{
    bt_endpoint endpoint;

    (void) take_endpoint(link->access.endpoints, link->endpoint, &endpoint);
    name_endpoint(&endpoint, out, size);
}

void
ob_sql_start(ob_sql *sql, const char *constant)
{
    bt_buf_init(&sql->buf, sql->text, sizeof(sql->text));
    bt_buf_addz(&sql->buf, constant);
}

void
ob_sql_add(ob_sql *sql, const char *constant)
{
    bt_buf_addz(&sql->buf, constant);
}

void
ob_sql_int(ob_sql *sql, int64_t number)
{
    bt_buf_addi(&sql->buf, number);
}

void
ob_sql_time(ob_sql *sql, bt_usec at)
{
    ob_sql_add(sql, "FROM_UNIXTIME(");
    ob_sql_int(sql, at > BT_SECOND ? at / BT_SECOND - 1 : 0);
    ob_sql_add(sql, ")");
}

/* What went wrong on the connection; a lost one is closed.  The server's text
 * may quote a destination, and a destination may hold keys. */
static bt_answer
fail(ob_link *link, bt_reason *reason)
{
    unsigned  number = mysql_errno(link->mysql);
    bt_answer answer = ob_answer_of(number);
    bt_reason text;

    ob_text_clean(bt_str_of(mysql_error(link->mysql)), text.text,
                  sizeof(text.text));
    ob_reason(reason, "error %u: %.480s", number, text.text);
    if (bt_dialect_lost(number)) {
        ob_link_drop(link);
    }
    return answer;
}

static bt_answer
send(ob_link *link, const char *text, size_t len, bt_reason *reason)
{
    if (link->mysql == NULL) {
        ob_reason(reason, "the connection was lost");
        return BT_ANSWER_UNREACHABLE;
    }
    link->statements++;
    if (mysql_real_query(link->mysql, text, len) != 0) {
        return fail(link, reason);
    }
    return BT_ANSWER_OK;
}

bt_answer
ob_select(ob_link *link, const ob_sql *sql, bool stored, ob_rows *rows,
          bt_reason *reason)
{
    bt_answer answer;

    *rows = (ob_rows) { .link = link, .stored = stored };
    if (sql->buf.full) {
        ob_reason(reason, "a statement became too long");
        return BT_ANSWER_BROKEN;
    }
    answer = send(link, sql->text, sql->buf.len, reason);
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    rows->result = stored ? mysql_store_result(link->mysql)
                          : mysql_use_result(link->mysql);
    if (rows->result == NULL) {
        return fail(link, reason);
    }
    rows->columns = mysql_num_fields(rows->result);
    return BT_ANSWER_OK;
}

bool
ob_rows_next(ob_rows *rows)
{
    rows->row = rows->result == NULL ? NULL : mysql_fetch_row(rows->result);
    rows->lengths = rows->row == NULL ? NULL
                                      : mysql_fetch_lengths(rows->result);
    return rows->row != NULL;
}

void
ob_rows_again(ob_rows *rows)
{
    if (rows->result != NULL && rows->stored) {
        mysql_data_seek(rows->result, 0);
    }
}

bt_answer
ob_rows_end(ob_rows *rows, bt_reason *reason)
{
    bt_answer answer = BT_ANSWER_OK;

    if (rows->result == NULL) {
        return BT_ANSWER_OK;
    }
    mysql_free_result(rows->result);
    rows->result = NULL;
    if (!rows->stored && mysql_errno(rows->link->mysql) != 0) {
        answer = fail(rows->link, reason);
    }
    return answer;
}

bt_answer
ob_execute(ob_link *link, const char *statement, unsigned *number,
           bt_reason *reason)
{
    bt_answer  answer;
    MYSQL_RES *result;

    *number = 0;
    answer = ob_link_connect(link, reason);
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    link->statements++;
    if (mysql_query(link->mysql, statement) != 0) {
        *number = mysql_errno(link->mysql);
        return fail(link, reason);
    }
    result = mysql_store_result(link->mysql);
    if (result != NULL) {
        mysql_free_result(result);
    }
    return BT_ANSWER_OK;
}

/* ob_check.c: connection, version, clock, views and privileges, each a line with a hint. */

#include "agent/ob_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bt_ob.h"
#include "store/bt_dialect.h"

#define FOUND_MAX    600
#define CLOCK_GOOD   (5 * BT_SECOND)
#define CLOCK_BAD    (60 * BT_SECOND)

void
ob_check_line(bt_check_report *report, bt_check_e verdict, const char *what,
              const char *hint, const char *format, ...)
{
    char    found[FOUND_MAX];
    va_list args;

    va_start(args, format);
    (void) vsnprintf(found, sizeof(found), format, args);
    va_end(args);
    report->line(report, verdict, what, found, hint);
}

/* The first value of the first row; false: it cannot be had. */
static bool
read_word(ob_link *link, const char *select, char *out, size_t size)
{
    ob_sql    sql;
    ob_rows   rows;
    bt_reason ignored = { "" };
    bt_str    text;
    bool      there;

    ob_sql_start(&sql, select);
    if (ob_select(link, &sql, true, &rows, &ignored) != BT_ANSWER_OK) {
        return false;
    }
    there = ob_rows_next(&rows);
    text = ob_text(&rows, 0);
    (void) snprintf(out, size, "%.*s", (int) text.len,
                    text.len > 0 ? text.data : "");
    (void) ob_rows_end(&rows, &ignored);
    return there;
}

static void
check_connection(const ob_link *link, bt_check_report *report)
{
    char        endpoint[300];
    const char *cipher = mysql_get_ssl_cipher(link->mysql);

    ob_link_endpoint(link, endpoint, sizeof(endpoint));
    ob_check_line(report, BT_CHECK_PASS, "connection", "", "%s", endpoint);
    if (endpoint[0] == '/') {
        report->line(report, BT_CHECK_PASS, "encryption", "a socket of this "
                     "machine", "");
    } else if (cipher == NULL) {
        report->line(report, BT_CHECK_WARN, "encryption", "none", "passwords "
                     "and statements can be read on the way: switch TLS on in "
                     "the cluster, and register it with --tls-ca");
    } else if (link->access.tls != BT_TLS_VERIFY) {
        report->line(report, BT_CHECK_WARN, "encryption", cipher,
                     "the server's certificate is not verified: register the "
                     "cluster with --tls-ca");
    } else {
        report->line(report, BT_CHECK_PASS, "encryption", cipher, "");
    }
}

bt_answer
ob_check_server(ob_link *link, bt_check_report *report, int lowest,
                int highest, bool *right, bt_reason *reason)
{
    bt_answer answer = ob_link_connect(link, reason);
    char      version[64] = "";
    int       major;

    *right = false;
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    check_connection(link, report);
    if (!read_word(link, "SELECT OB_VERSION()", version, sizeof(version))) {
        (void) read_word(link, "SELECT VERSION()", version, sizeof(version));
    }
    major = bt_ob_major(bt_str_of(version));
    *right = major >= lowest && major <= highest;
    ob_check_line(report, *right ? BT_CHECK_PASS : BT_CHECK_FAIL, "version",
                  *right ? "" : major >= 4 ? "use the adapter oceanbase4"
                  : "use the adapter oceanbase2 for OceanBase 2.2.7x and 3.x",
                  "%s", version);
    return BT_ANSWER_OK;
}

bt_answer
ob_check_clock(ob_link *link, bt_check_report *report, bt_reason *reason)
{
    char    text[64] = "";
    bt_usec before = bt_time_now();
    bt_usec there, middle, apart;

    (void) reason;
    (void) read_word(link, "SELECT NOW(6)", text, sizeof(text));
    there = ob_time_of(bt_str_of(text));
    if (there == BT_UNKNOWN) {
        report->line(report, BT_CHECK_FAIL, "clock", text,
                     "the cluster does not tell its time");
        return BT_ANSWER_OK;
    }
    middle = before + (bt_time_now() - before) / 2;
    apart = there - middle;
    ob_check_line(report, llabs(apart) < CLOCK_GOOD ? BT_CHECK_PASS
                          : llabs(apart) < CLOCK_BAD ? BT_CHECK_WARN
                                                     : BT_CHECK_FAIL,
                  "clock", llabs(apart) < CLOCK_GOOD ? "" : "latencies are "
                  "taken by the cluster's clock, ages by ours: synchronize "
                  "both", "%s by %.3f s of ours",
                  apart < 0 ? "behind" : "ahead",
                  (double) llabs(apart) / (double) BT_SECOND);
    return BT_ANSWER_OK;
}

bt_answer
ob_check_views(ob_link *link, const ob_view *views, size_t count,
               ob_found *found, bt_check_report *report, bt_reason *reason)
{
    for (size_t i = 0; i < count; i++) {
        ob_view   view = views[i];
        bt_answer answer;

        view.needed = false;
        answer = ob_views_find(link, &view, 1, &found[i], reason);
        if (answer != BT_ANSWER_OK) {
            return answer;
        }
        if (found[i].columns != 0) {
            ob_check_line(report, BT_CHECK_PASS, view.name, "", "%s",
                          view.purpose[0] != '\0' ? view.purpose : "there");
        } else if (found[i].error == BT_ERROR_NO_TABLE && !views[i].needed) {
            if (view.purpose[0] != '\0') {
                ob_check_line(report, BT_CHECK_WARN, view.name, "not every "
                              "version has it", "not there; missing on the "
                              "page: %s", view.purpose);
            }
        } else {
            ob_check_line(report, views[i].needed ? BT_CHECK_FAIL
                                                  : BT_CHECK_WARN,
                          view.name, "connect to the sys tenant, and grant "
                          "the account SELECT on the database oceanbase",
                          "error %u; missing on the page: %s", found[i].error,
                          view.purpose);
        }
    }
    return BT_ANSWER_OK;
}

static bool
has_word(bt_str text, const char *word)
{
    return text.len > 0
           && memmem(text.data, text.len, word, strlen(word)) != NULL;
}

bt_answer
ob_check_grants(ob_link *link, bt_check_report *report, bt_reason *reason)
{
    ob_sql    sql;
    ob_rows   rows;
    bool      may = false;
    bt_answer answer;

    ob_sql_start(&sql, "SHOW GRANTS");
    answer = ob_select(link, &sql, true, &rows, reason);
    if (answer == BT_ANSWER_UNREACHABLE) {
        return answer;
    }
    while (answer == BT_ANSWER_OK && ob_rows_next(&rows)) {
        bt_str line = ob_text(&rows, 0);

        may = may || (has_word(line, " ON *.*")
                      && (has_word(line, "ALTER SYSTEM")
                          || has_word(line, "ALL PRIVILEGES")
                          || has_word(line, "SUPER")));
    }
    if (answer == BT_ANSWER_OK) {
        answer = ob_rows_end(&rows, reason);
    }
    report->line(report, may ? BT_CHECK_PASS : BT_CHECK_WARN, "acts",
                 may ? "the account may start, stop, back up and cancel"
                     : "the account has no ALTER SYSTEM",
                 may ? "" : "enough to look on; to act, GRANT ALTER SYSTEM ON "
                 "*.* TO it in the sys tenant");
    return answer == BT_ANSWER_UNREACHABLE ? answer : BT_ANSWER_OK;
}

/* oceanbase4_check.c: "cluster check" of a 4.x cluster: each tenant's log mode and destinations. */

#include "agent/oceanbase4_act.h"

#include <stdio.h>
#include <string.h>

#include "agent/ob_check.h"

/* What backup of a tenant has, by the views of destinations. */
typedef struct {
    char log[512];
    char data[512];
    char state[32];                 /* of the destination of the log */
} ob4_places;

static bt_answer
read_places(ob4_link *link, ob4_view_e view, int64_t tenant,
            ob4_places *places, bt_reason *reason)
{
    const ob_found *found = &link->found[view];
    bool            data = view == OB4_DATA_DEST;
    ob_sql          sql;
    ob_rows         rows;
    bt_answer       answer;

    if (found->columns == 0) {
        return BT_ANSWER_OK;
    }
    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob4_views[view], found);
    ob_sql_add(&sql, " WHERE `TENANT_ID` = ");
    ob_sql_int(&sql, tenant);
    answer = ob_select(&link->link, &sql, true, &rows, reason);
    while (answer == BT_ANSWER_OK && ob_rows_next(&rows)) {
        bt_str name = ob_text(&rows, data ? 1 : OB4_DEST_NAME);
        bt_str value = ob_text(&rows, data ? 2 : OB4_DEST_VALUE);

        if (data && bt_str_eqz(name, "data_backup_dest")) {
            ob_path_clean(value, places->data, sizeof(places->data));
        } else if (bt_str_eqz(name, "path")) {
            ob_path_clean(value, places->log, sizeof(places->log));
        } else if (bt_str_eqz(name, "state")) {
            ob_text_clean(value, places->state, sizeof(places->state));
        }
    }
    return answer == BT_ANSWER_OK ? ob_rows_end(&rows, reason) : answer;
}

static void
tell_tenant(bt_check_report *report, const char *name, const char *mode,
            const ob4_places *places)
{
    char what[OB4_NAME_MAX + 32];
    bool on = strcmp(mode, "ARCHIVELOG") == 0;

    (void) snprintf(what, sizeof(what), "tenant %s, log backup", name);
    if (places->log[0] == '\0') {
        report->line(report, on ? BT_CHECK_FAIL : BT_CHECK_WARN, what,
                     on ? "log mode ARCHIVELOG, and no destination: nothing "
                          "is archived" : "no destination",
                     "ALTER SYSTEM SET LOG_ARCHIVE_DEST = 'LOCATION=...' "
                     "TENANT = ...");
    } else {
        ob_check_line(report, on && strcmp(places->state, "DEFER") != 0
                              ? BT_CHECK_PASS : BT_CHECK_WARN, what,
                      strcmp(places->state, "DEFER") == 0
                      ? "the destination is deferred: Start on the page "
                        "enables it again"
                      : on ? "" : "Start on the page switches it on",
                      "%s, to %s", mode[0] != '\0' ? mode
                      : "log mode unknown", places->log);
    }
    (void) snprintf(what, sizeof(what), "tenant %s, data backup", name);
    report->line(report, places->data[0] != '\0' ? BT_CHECK_PASS
                                                 : BT_CHECK_WARN,
                 what, places->data[0] != '\0' ? places->data
                                               : "no destination",
                 places->data[0] != '\0' ? ""
                 : "ALTER SYSTEM SET DATA_BACKUP_DEST = '...' TENANT = ...");
}

static bt_answer
check_tenants(ob4_link *link, bt_check_report *report, bt_reason *reason)
{
    ob_sql    sql;
    ob_rows   rows;
    unsigned  users = 0;
    bt_answer answer;

    if (link->found[OB4_TENANTS].columns == 0) {
        return BT_ANSWER_OK;
    }
    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob4_views[OB4_TENANTS], &link->found[OB4_TENANTS]);
    answer = ob_select(&link->link, &sql, true, &rows, reason);
    while (answer == BT_ANSWER_OK && ob_rows_next(&rows)) {
        int64_t    id = ob_int(&rows, OB4_TENANT_ID);
        ob4_places places = { .log = "" };
        char       name[OB4_NAME_MAX], mode[32];

        if (id <= 1 || !ob4_shows(id)) {
            continue;
        }
        users++;
        ob_text_clean(ob_text(&rows, OB4_TENANT_NAME), name, sizeof(name));
        ob_text_clean(ob_text(&rows, OB4_TENANT_MODE), mode, sizeof(mode));
        answer = read_places(link, OB4_DEST, id, &places, reason);
        if (answer == BT_ANSWER_OK) {
            answer = read_places(link, OB4_DATA_DEST, id, &places, reason);
        }
        tell_tenant(report, name, mode, &places);
    }
    if (users == 0) {
        report->line(report, BT_CHECK_WARN, "tenants", "no user tenant",
                     "is this the sys tenant, and are there tenants?");
    }
    (void) ob_rows_end(&rows, reason);
    return answer;
}

bt_answer
ob4_check(ob4_link *link, bt_check_report *report, bt_reason *reason)
{
    bool      right;
    bt_answer answer = ob_check_server(&link->link, report, 4, 99, &right,
                                       reason);

    if (answer == BT_ANSWER_OK) {
        answer = ob_check_clock(&link->link, report, reason);
    }
    if (answer != BT_ANSWER_OK || !right) {
        return answer;
    }
    answer = ob_check_views(&link->link, ob4_views, OB4_VIEWS, link->found,
                            report, reason);
    if (answer == BT_ANSWER_OK) {
        answer = ob_check_grants(&link->link, report, reason);
    }
    return answer == BT_ANSWER_OK ? check_tenants(link, report, reason)
                                  : answer;
}

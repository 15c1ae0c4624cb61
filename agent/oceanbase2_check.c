/* oceanbase2_check.c: "cluster check" of a 2.2.7x or 3.x cluster. */

#include "agent/oceanbase2_act.h"

#include <string.h>

#include "agent/ob_check.h"

static void
check_places(const ob2_link *link, bt_check_report *report)
{
    report->line(report, !link->has_dest ? BT_CHECK_FAIL
                         : link->dest[0] != '\0' ? BT_CHECK_PASS
                                                 : BT_CHECK_WARN,
                 "destination", !link->has_dest ? "none"
                 : link->dest[0] != '\0' ? link->dest : "cannot be seen",
                 !link->has_dest ? "ALTER SYSTEM SET backup_dest = '...'"
                 : link->dest[0] != '\0' ? ""
                 : "SHOW PARAMETERS LIKE 'backup%' must be allowed");
    if (link->second_dest[0] != '\0') {
        report->line(report, BT_CHECK_PASS, "second destination",
                     link->second_dest, "");
    }
}

/* The newest round's state, by the cluster's row. */
static bt_answer
check_log(ob2_link *link, bt_check_report *report, bt_reason *reason)
{
    char      raw[32] = "";
    ob_sql    sql;
    ob_rows   rows;
    bt_answer answer;

    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob2_views[OB2_SUMMARY], &link->found[OB2_SUMMARY]);
    ob_sql_add(&sql, " WHERE `TENANT_ID` = 1 ORDER BY `LOG_ARCHIVE_ROUND` "
               "DESC LIMIT 1");
    answer = ob_select(&link->link, &sql, true, &rows, reason);
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    if (ob_rows_next(&rows)) {
        ob_text_clean(ob_text(&rows, OB2_ROUND_STATUS), raw, sizeof(raw));
    }
    report->line(report, strcmp(raw, "DOING") == 0 ? BT_CHECK_PASS
                                                   : BT_CHECK_WARN,
                 "log backup", raw[0] != '\0' ? raw : "never started",
                 strcmp(raw, "DOING") == 0 ? ""
                 : "Start on the page switches it on");
    return ob_rows_end(&rows, reason);
}

bt_answer
ob2_check(ob2_link *link, bt_check_report *report, bt_reason *reason)
{
    bool      right;
    bt_answer answer = ob_check_server(&link->link, report, 2, 3, &right,
                                       reason);

    if (answer == BT_ANSWER_OK) {
        answer = ob_check_clock(&link->link, report, reason);
    }
    if (answer != BT_ANSWER_OK || !right) {
        return answer;
    }
    answer = ob_check_views(&link->link, ob2_views, OB2_VIEWS, link->found,
                            report, reason);
    if (answer == BT_ANSWER_OK) {
        answer = ob_check_grants(&link->link, report, reason);
    }
    if (answer == BT_ANSWER_OK) {
        answer = ob2_read_parameters(link, reason);
    }
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    check_places(link, report);
    return link->found[OB2_SUMMARY].columns != 0
           ? check_log(link, report, reason) : BT_ANSWER_OK;
}

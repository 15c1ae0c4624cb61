/* ob_check.h: what "cluster check" tells of every OceanBase cluster. */

#ifndef BT_OB_CHECK_H
#define BT_OB_CHECK_H

#include "agent/ob_view.h"

/* A line with a formatted finding. */
void      ob_check_line(bt_check_report *report, bt_check_e verdict,
                        const char *what, const char *hint,
                        const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Each of these connects where it must, and writes its lines.  Not OK: the
 * connection could not be had. */

/* Address, encryption, version; *right: the version is one of the adapter's
 * (major from lowest to highest). */
bt_answer ob_check_server(ob_link *link, bt_check_report *report, int lowest,
                          int highest, bool *right, bt_reason *reason);
/* How far the cluster's clock is from ours. */
bt_answer ob_check_clock(ob_link *link, bt_check_report *report,
                         bt_reason *reason);
/* Which views can be read. */
bt_answer ob_check_views(ob_link *link, const ob_view *views, size_t count,
                         ob_found *found, bt_check_report *report,
                         bt_reason *reason);
/* Whether the account may act. */
bt_answer ob_check_grants(ob_link *link, bt_check_report *report,
                          bt_reason *reason);

#endif

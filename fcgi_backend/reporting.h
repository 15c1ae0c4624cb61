/* reporting.h: the worker's thread that writes daily reports. */

#ifndef BT_REPORTING_H
#define BT_REPORTING_H

#include "reports/bt_report.h"

typedef struct bt_reporting bt_reporting;

/* Starts the thread; what keeps it from writing is in the log.  The texts of
 * both live longer than the thread.  NULL: no memory, or no thread. */
bt_reporting *bt_reporting_start(const bt_report_conf *conf,
                                 const bt_store_conf *store);
/* Ends it; a report that is being written is left to be written again. */
void          bt_reporting_stop(bt_reporting *reporting);

#endif

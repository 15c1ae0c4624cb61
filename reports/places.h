/* places.h: the tenants that should have had a good data backup on a day. */

#ifndef BT_REPORT_PLACES_H
#define BT_REPORT_PLACES_H

#include "reports/internal.h"

/* Appends " FROM ... WHERE ..." over clusters c and tenants n that were known
 * on the day and are backed up by themselves; good.tenant_id is NULL where no
 * data backup that began on the day has completed. */
void bt_report_from_places(bt_report *report, bt_sql *sql);

#endif

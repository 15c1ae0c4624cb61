/* bt_ob.h: OceanBase statements that start and stop log backup: one place for their text. */

#ifndef BT_OB_H
#define BT_OB_H

#include "bt_view.h"

#define BT_OB_STATEMENTS     2       /* at most, for one act */
#define BT_OB_STATEMENT_MAX  640

/* Major version: "4.2.1.0" and "5.7.25-OceanBase-v4.2.1" are 4; 0 if unknown.
 * Source: OB_VERSION() of 4.x, version() before. */
int    bt_ob_major(bt_str version);

/* Appends `name` as a quoted identifier.  False, and nothing appended, when it
 * cannot be one: empty, more than 128 characters, invalid UTF-8, or NUL. */
bool   bt_ob_quote(bt_buf *out, bt_str name);

/* Writes the statements that carry out an act on a log backup, in order, and
 * returns their number; 0 when there are none (not an act on log backup, or
 * the tenant's name cannot be an identifier).  From 4.x on they name the
 * tenant, before they hold for the cluster.  raw_status: the cluster's own word
 * for the state, because a suspended destination is resumed, not started.
 * Source: OceanBase SQL reference, ALTER SYSTEM ARCHIVELOG and NOARCHIVELOG. */
size_t bt_ob_statements(char out[BT_OB_STATEMENTS][BT_OB_STATEMENT_MAX],
                        bt_action_e action, int major, bt_str tenant,
                        bt_str raw_status);

#endif

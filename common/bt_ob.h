/* bt_ob.h: OceanBase statements of the acts: one place for their text. */

#ifndef BT_OB_H
#define BT_OB_H

#include "bt_view.h"

#define BT_OB_STATEMENTS     2       /* at most, for one act */
#define BT_OB_STATEMENT_MAX  640

/* Before the command's number, in the description of a backup's job. */
#define BT_OB_DESCRIPTION    "backup-tasks command "

/* Major version: "4.2.1.0" and "5.7.25-OceanBase-v4.2.1" are 4; 0 if unknown.
 * Source: OB_VERSION() of 4.x, version() before. */
int    bt_ob_major(bt_str version);

/* Appends `name` as a quoted identifier.  False, and nothing appended, when it
 * cannot be one: empty, more than 128 characters, invalid UTF-8, or NUL. */
bool   bt_ob_quote(bt_buf *out, bt_str name);

/* The statements that change a log backup. */
typedef enum {
    BT_OB_START,
    BT_OB_STOP,
    BT_OB_RESUME                     /* a deferred destination */
} bt_ob_log_e;

/* Writes one of them; false when the tenant's name cannot be an identifier.
 * From 4.x on they name the tenant, before they hold for the cluster.
 * Source: OceanBase SQL reference, ALTER SYSTEM ARCHIVELOG and NOARCHIVELOG. */
bool   bt_ob_log(char out[BT_OB_STATEMENT_MAX], bt_ob_log_e what, int major,
                 bt_str tenant);

/* Writes the statements that carry out an act on a log backup, in order, and
 * returns their number; 0 when there are none (not an act on log backup, or
 * the tenant's name cannot be an identifier).  raw_status: what the agent
 * recorded, because a suspended destination is resumed, not started, and a
 * deferred one ("STOP, DEFER") resumed before it is started. */
size_t bt_ob_statements(char out[BT_OB_STATEMENTS][BT_OB_STATEMENT_MAX],
                        bt_action_e action, int major, bt_str tenant,
                        bt_str raw_status);

/* Writes the statement of an immediate data backup; false when the tenant's
 * name cannot be an identifier.  From 4.x on it names the tenant, and carries
 * the command's number, by which its job is found again; 0: the number is not
 * known yet, "N" stands for it.  Before, it holds for the cluster.
 * Source: OceanBase SQL reference, ALTER SYSTEM BACKUP. */
bool   bt_ob_backup(char out[BT_OB_STATEMENT_MAX], bool incremental, int major,
                    bt_str tenant, int64_t command_id);

/* Writes the statement that cancels the running data backup (kind
 * BT_VIEW_DATA) or cleanup (BT_VIEW_CLEANUP) of a tenant, or before 4.x of the
 * cluster; false for other kinds, or when the name cannot be an identifier.
 * Source: OceanBase SQL reference, ALTER SYSTEM CANCEL BACKUP. */
bool   bt_ob_cancel(char out[BT_OB_STATEMENT_MAX], bt_view_e kind, int major,
                    bt_str tenant);

/* Whether data backups are made of this tenant by itself: from 4.x on of each
 * but sys, before only of the cluster as a whole, which is tenant 1.  ob_id:
 * the cluster's own number of the tenant. */
bool   bt_ob_backs_up(int major, int64_t ob_id);

#endif

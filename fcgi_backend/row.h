/* row.h: rows of a result as elements, described by one table per view. */

#ifndef BT_ROW_H
#define BT_ROW_H

#include "fcgi_backend/reply.h"
#include "store/bt_sql.h"

/* How columns become an element; the number of columns in brackets. */
typedef enum {
    BT_FIELD_PLAIN,       /* [1] text, number or time; NULL: no element */
    BT_FIELD_DECIMAL,     /* [1] the same, without zeros at the end */
    BT_FIELD_REF,         /* [2] id, name: <x id="7">name</x> */
    BT_FIELD_CLUSTER,     /* [3] the same, and whether it is simulated */
    BT_FIELD_DURATION,    /* [2] start, end: whole seconds */
    BT_FIELD_CAUSE,       /* [4] code, stage, text, trace id */
    BT_FIELD_ACK,         /* [3] by, at, reason */
    BT_FIELD_STALE,       /* [3] observed, seconds of a round, reason */
    BT_FIELD_COMMAND,     /* [8] id, action, state, by, at, since, progress */
    BT_FIELD_PROGRESS,    /* [2] text, its time */
    BT_FIELD_ACTIONS,     /* [1] status of a log backup */
    BT_FIELD_CANCEL,      /* [2] status of a task, allowed on its cluster */
    BT_FIELD_BACKUP,      /* [4] allowed, adapter, version, tenant's number */
    BT_FIELD_DOCUMENTS,   /* [2] day and group of a report: links, no cells */
    BT_FIELD_EXTRA        /* [0] what the view adds to this row */
} bt_field_e;

typedef struct {
    const char *element;
    bt_field_e  kind;
    const char *sql;      /* its columns; NULL where it has none */
} bt_field;

/* Columns of the kind with most, and of each kind. */
#define BT_FIELD_COLUMNS_MAX  8
size_t bt_field_columns(bt_field_e kind);

/* Columns and joins that several views share; t is the view's table. */
#define BT_SQL_CLUSTER  "t.cluster_id, c.name, c.simulated"
#define BT_SQL_TENANT   "n.id, n.name"
#define BT_SQL_CAUSE    "x.code, x.stage, x.text, x.trace_id"
#define BT_SQL_ACK      "a.acknowledged_by, a.acknowledged_at, a.reason"
#define BT_SQL_PROGRESS(m)                                                    \
    "CASE WHEN " m ".state = 'RUNNING' THEN " m ".progress END,"              \
    " COALESCE(" m ".progress_at, " m ".updated)"
/* Of commands m, with acts/bt_command.h. */
#define BT_SQL_COMMAND                                                        \
    "m.id, m.action, " BT_SQL_STATE("m") ", m.requested_by, m.requested_at,"  \
    " CASE WHEN " BT_SQL_OVERDUE("m") " THEN m.deadline"                      \
    " ELSE COALESCE(m.ended_at, m.started_at, m.requested_at) END, "          \
    BT_SQL_PROGRESS("m")
/* The end of a tenant's window is written down now and then, its log backup's
 * latest time at each look: within one round the later one is true, too. */
#define BT_SQL_RESTORABLE_TO(n, l)                                            \
    "CASE WHEN " l ".latest_backup_time > " n ".restorable_to"                \
    " AND " n ".restorable_to >= " l ".start_time"                            \
    " THEN " l ".latest_backup_time ELSE " n ".restorable_to END"
#define BT_SQL_STALE    "c.observed, c.round_seconds, c.stale_reason"
#define BT_JOIN_PLACE                                                         \
    " LEFT JOIN clusters c ON c.id = t.cluster_id"                            \
    " LEFT JOIN tenants n ON n.id = t.tenant_id"
#define BT_JOIN_RECORD                                                        \
    BT_JOIN_PLACE                                                             \
    " LEFT JOIN causes x ON x.record_id = t.id"                               \
    " LEFT JOIN acknowledgements a ON a.record_id = t.id"

/* The newest command, and for tasks that run whether they may be canceled; most
 * tasks have no command and do not run, and cost no look-up. */
#define BT_JOIN_COMMAND  " LEFT JOIN commands m ON m.id = t.last_command_id"
#define BT_JOIN_LEAVE(running)                                                \
    " LEFT JOIN cluster_actions v ON t.status IN (" running ")"               \
    " AND v.cluster_id = t.cluster_id AND v.action = 'cancel'"

/* Called for BT_FIELD_EXTRA with the record's id. */
typedef void (*bt_row_extra)(bt_reply *reply, void *context, int64_t id);

/* Appends the columns of the fields, separated by ", ". */
void bt_row_columns(bt_sql *sql, const bt_field *fields, size_t count);
/* Writes the fields of the present row, whose first column is `column`. */
void bt_row_write(bt_reply *reply, const bt_field *fields, size_t count,
                  bt_rows *rows, size_t column, int64_t id,
                  bt_row_extra extra, void *context);

/* The parts of a cause: code, stage, text, trace id; and what the catalogue
 * says about the code. */
void bt_row_cause(bt_reply *reply, const bt_value cause[4]);
/* Whether a task can be canceled, a tenant backed up; whole seconds from start
 * to end, where both are known; a decimal number without zeros at its end. */
bool     bt_row_may_cancel(const bt_value cancel[2]);
bool     bt_row_may_back_up(const bt_value backup[4]);
bool     bt_row_duration(bt_value start, bt_value end, int64_t *seconds);
bt_value bt_row_decimal(bt_value value);
/* One value as an element: text, number or time; NULL: nothing. */
void bt_row_value(bt_reply *reply, const char *element, bt_value value);
/* The cluster's <stale>, when it has not answered for three rounds. */
void bt_row_stale(bt_reply *reply, bt_value observed, bt_value round_seconds,
                  bt_value reason);

#endif

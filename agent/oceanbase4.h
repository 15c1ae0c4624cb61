/* oceanbase4.h: what the files of the adapter for OceanBase 4.x share. */

#ifndef BT_OCEANBASE4_H
#define BT_OCEANBASE4_H

#include "agent/ob_cause.h"
#include "agent/ob_list.h"
#include "agent/ob_states.h"
#include "agent/ob_view.h"

#define OB4_PATH_MAX     2048
#define OB4_SEGMENTS     4          /* kept per tenant */
#define OB4_NAME_MAX     512        /* 128 characters */
#define OB4_NO_WORD      BT_STR("The cluster does not tell why.")

/* Columns of the views, in the order of oceanbase4_views.c. */
typedef enum {
    OB4_TENANTS, OB4_ROUNDS, OB4_SUMMARY, OB4_DEST, OB4_JOBS, OB4_JOB_HISTORY,
    OB4_TASKS, OB4_TASK_HISTORY, OB4_SETS, OB4_DELETES, OB4_DELETE_HISTORY,
    OB4_EVENTS, OB4_PARAMETERS, OB4_DATA_DEST, OB4_VIEWS
} ob4_view_e;

enum {
    OB4_TENANT_ID, OB4_TENANT_NAME, OB4_TENANT_TYPE, OB4_TENANT_CREATED,
    OB4_TENANT_STATUS, OB4_TENANT_BIN, OB4_TENANT_ROLE, OB4_TENANT_MODE
};
enum {
    OB4_ROUND_TENANT, OB4_ROUND_DEST, OB4_ROUND_ID, OB4_ROUND_INCARNATION,
    OB4_ROUND_STATUS, OB4_ROUND_START, OB4_ROUND_CHECKPOINT,
    OB4_ROUND_COMMENT, OB4_ROUND_PATH
};
enum { OB4_DEST_TENANT, OB4_DEST_NO, OB4_DEST_NAME, OB4_DEST_VALUE };
enum {
    OB4_JOB_TENANT, OB4_JOB_ID, OB4_JOB_SET, OB4_JOB_BY_TENANT, OB4_JOB_BY_JOB,
    OB4_JOB_TYPE, OB4_JOB_START, OB4_JOB_END, OB4_JOB_STATUS, OB4_JOB_RESULT,
    OB4_JOB_COMMENT, OB4_JOB_DESCRIPTION, OB4_JOB_PATH
};
enum {
    OB4_TASK_TENANT, OB4_TASK_JOB, OB4_TASK_STATUS, OB4_TASK_RESULT,
    OB4_TASK_COMMENT, OB4_TASK_BLOCKS, OB4_TASK_DONE, OB4_TASK_BYTES,
    OB4_TASK_PROGRESS
};
enum {
    OB4_SET_TENANT, OB4_SET_ID, OB4_SET_TYPE, OB4_SET_STATE, OB4_SET_REPLAY,
    OB4_SET_RESTORE, OB4_SET_BYTES
};
enum {
    OB4_DELETE_TENANT, OB4_DELETE_ID, OB4_DELETE_BY_TENANT, OB4_DELETE_BY_JOB,
    OB4_DELETE_TYPE, OB4_DELETE_START, OB4_DELETE_END, OB4_DELETE_STATUS,
    OB4_DELETE_TOTAL, OB4_DELETE_DONE, OB4_DELETE_RESULT, OB4_DELETE_COMMENT
};
enum { OB4_EVENT_AT, OB4_EVENT_NAME, OB4_EVENT_PAIRS };

extern const ob_view ob4_views[OB4_VIEWS];

/* One continuous stretch of archived log. */
typedef struct {
    bt_usec from;
    bt_usec to;
} ob4_segment;

/* A tenant as it was at the last look. */
typedef struct {
    int64_t     id;
    char       *name;
    char        role[24];
    char        mode[24];
    char        status[40];
    bool        user;
    bool        recycled;
    bool        seen;               /* in this look */
    bool        named;              /* put under this name */
    int64_t     round;              /* the newest, of all destinations */
    char        round_status[24];
    bt_usec     checkpoint;
    bt_usec     waits_since;        /* log mode on, and nothing runs */
    bt_usec     window_from;
    bool        rounds_due;
    ob4_segment segments[OB4_SEGMENTS];
    unsigned    segment_count;
} ob4_tenant;

/* Identity of a job or set, and a digest of its state. */
typedef struct {
    int64_t  tenant;
    int64_t  id;
    uint64_t state;
} ob4_known;

/* A job that ran at the last look. */
typedef struct {
    bt_kind kind;
    int64_t tenant;
    int64_t id;
    int64_t set;
    bt_usec start;
    bt_usec missing;                /* since; BT_UNKNOWN: it is there */
    bool    incremental;
    bool    seen;
} ob4_running;

typedef struct {
    ob_link   link;
    ob_found  found[OB4_VIEWS];
    unsigned  session;              /* the one that `found` is of */
    bt_usec   probe_at;             /* when it is to be found anew */
    char      version[64];
    char      name[OB4_NAME_MAX];
    int64_t   number;               /* of the cluster */
    bool      first;                /* nothing was collected yet */
    ob_list   tenants;              /* ob4_tenant */
    ob_list   sets;                 /* ob4_known, in order */
    ob_list   running;              /* ob4_running */
    ob_list   parents;              /* int64_t: sys jobs that have children */
    ob_list   cleanup_parents;
    ob_list   shown;                /* int64_t: sys jobs that were put */
    ob_list   cleanup_shown;
    ob_list   recent;               /* ob4_known: ended lately; state: when */
    ob_list   traces;               /* ob4_trace */
    bt_usec   read_to;              /* when the histories were read last */
    bt_usec   sets_at;              /* when all sets were read last */
} ob4_link;

/* A set, a task or an event, to be found by tenant and id. */
typedef struct {
    int64_t tenant;
    int64_t id;
    char    state[24];
    bool    full;
    bt_usec replay;
    bt_usec restore;
    int64_t bytes;
} ob4_set;

typedef struct {
    int64_t tenant;
    int64_t id;                     /* of the job */
    int64_t result;
    int64_t blocks;
    int64_t done;
    int64_t bytes;
    int64_t progress;               /* hundredths, as the cluster says */
    char    status[32];
    char   *comment;
} ob4_task;

typedef struct {
    int64_t tenant;
    int64_t id;
    char    trace[64];
} ob4_trace;

/* One look on its way. */
typedef struct {
    ob4_link   *link;
    bt_collect *collect;
    bt_reason  *reason;
    bt_usec     clock;              /* the cluster's */
    bt_usec     observed;           /* ours, at the same moment */
    bool        sets_due;
    ob_list     dests;              /* ob4_dest */
    ob_list     rounds;             /* ob4_round */
    ob_list     sets;               /* ob4_set; read when due */
    ob_list     tasks;              /* ob4_task */
    ob_cause    cause;              /* of the record at hand */
    char        path[OB4_PATH_MAX];
} ob4_look;

/* Connects, and finds out what the cluster has. */
bt_answer   ob4_ready(ob4_link *link, bt_reason *reason);
/* Says so, for the caller to return. */
bt_answer   ob4_no_memory(ob4_look *look);
bt_answer   ob4_select(ob4_look *look, const ob_sql *sql, bool stored,
                       ob_rows *rows);

/* The parts of a look, in this order. */
bt_answer   ob4_read_tenants(ob4_look *look);
bt_answer   ob4_read_rounds(ob4_look *look);
bt_answer   ob4_read_deletes(ob4_look *look);
bt_answer   ob4_read_events(ob4_look *look);
bt_answer   ob4_read_jobs(ob4_look *look);
void        ob4_put_tenants(const ob4_look *look);

/* All backup sets, with what can be restored from them. */
bt_answer   ob4_read_sets(ob4_look *look);
/* Appends the numbers of the sets that are not as they were at the last look,
 * and remembers them as they are. */
bool        ob4_changed_sets(ob4_look *look, ob_list *numbers);

/* The trace id of a job that failed, from its event; NULL: not known. */
const ob4_trace *ob4_find_trace(const ob4_link *link, int64_t tenant,
                                int64_t job);
void        ob4_trim_traces(ob4_link *link);

ob4_tenant *ob4_find_tenant(const ob4_link *link, int64_t id);
/* Whether records of this tenant are shown: not those of META tenants. */
bool        ob4_shows(int64_t tenant);
/* A record names a tenant: one that is gone from the cluster is put, too. */
void        ob4_name_tenant(ob4_look *look, int64_t tenant);
/* Jobs that run, from look to look.  note: one runs; ended: one has; missing:
 * appends the ids of those of a kind that are neither here nor there, which
 * are to be looked for in the history; lost: puts those that are missing for
 * long as UNKNOWN, and forgets them. */
bool        ob4_note_running(ob4_look *look, const ob4_running *job);
void        ob4_note_ended(ob4_look *look, bt_kind kind, int64_t tenant,
                           int64_t id);
bool        ob4_was_running(const ob4_link *link, bt_kind kind, int64_t tenant,
                            int64_t id);
void        ob4_begin_running(ob4_look *look, bt_kind kind);
bool        ob4_missing(ob4_look *look, bt_kind kind, ob_list *ids);
void        ob4_put_lost(ob4_look *look, bt_kind kind);
/* A job of the sys tenant is shown only while it has no child: whether this is
 * one, by its INITIATOR columns. */
bool        ob4_is_child(int64_t tenant, int64_t by_tenant, int64_t by_job);
/* Whether a job is put; a parent that was put before is taken out.  lately: an
 * agent before this one may have put it. */
bool        ob4_is_shown(ob4_look *look, bt_kind kind, int64_t tenant,
                         int64_t id, bool lately);
bt_cause_record ob4_cause(const ob_cause *cause);

#endif

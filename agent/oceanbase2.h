/* oceanbase2.h: what the files of the adapter for OceanBase 2.2.7x and 3.x share. */

#ifndef BT_OCEANBASE2_H
#define BT_OCEANBASE2_H

#include "agent/ob_cause.h"
#include "agent/ob_list.h"
#include "agent/ob_states.h"
#include "agent/ob_view.h"

#define OB2_CLUSTER   1             /* the tenant that stands for the cluster */
#define OB2_PATH_MAX  2048

typedef enum {
    OB2_TENANTS, OB2_PROGRESS, OB2_DETAILS, OB2_FILES, OB2_RESULTS,
    OB2_ROUNDS, OB2_SUMMARY, OB2_CLEAN, OB2_CLEAN_HISTORY, OB2_CLEAN_MISSPELT,
    OB2_SET_JOBS, OB2_SET_JOB_HISTORY, OB2_SET_TASKS, OB2_SET_TASK_HISTORY,
    OB2_PIECE_JOBS, OB2_PIECE_JOB_HISTORY, OB2_SECOND_LOG, OB2_VIEWS
} ob2_view_e;

enum { OB2_TENANT_ID, OB2_TENANT_NAME };
/* of PROGRESS and DETAILS; what one of them lacks is unknown */
enum {
    OB2_SET_ID, OB2_SET_TENANT, OB2_SET_TYPE, OB2_SET_START, OB2_SET_END,
    OB2_SET_STATUS, OB2_SET_BYTES, OB2_SET_COPY, OB2_SET_PARTS,
    OB2_SET_PARTS_DONE, OB2_SET_BLOCKS, OB2_SET_BLOCKS_DONE, OB2_SET_RESULT,
    OB2_SET_COMMENT, OB2_SET_DEST
};
enum {
    OB2_FILE_SET, OB2_FILE_TENANT, OB2_FILE_COPY, OB2_FILE_STATE,
    OB2_FILE_BYTES
};
enum {
    OB2_RESULT_SET, OB2_RESULT_TENANT, OB2_RESULT_CODE, OB2_RESULT_COMMENT,
    OB2_RESULT_COMMENTS
};
enum {
    OB2_ROUND_INCARNATION, OB2_ROUND_ID, OB2_ROUND_TENANT, OB2_ROUND_STATUS,
    OB2_ROUND_FROM, OB2_ROUND_TO, OB2_ROUND_COPY
};
enum {
    OB2_CLEAN_TENANT, OB2_CLEAN_ID, OB2_CLEAN_START, OB2_CLEAN_TYPE,
    OB2_CLEAN_STATUS, OB2_CLEAN_ERROR, OB2_CLEAN_RESULT, OB2_CLEAN_END
};
enum {
    OB2_JOB_ID, OB2_JOB_TENANT, OB2_JOB_SET, OB2_JOB_STATUS, OB2_JOB_DEST,
    OB2_JOB_RESULT
};
enum {
    OB2_COPY_JOB, OB2_COPY_SET, OB2_COPY_ID, OB2_COPY_TENANT, OB2_COPY_START,
    OB2_COPY_END, OB2_COPY_STATUS
};

extern const ob_view ob2_views[OB2_VIEWS];

typedef struct {
    int64_t id;
    char   *name;
    bool    seen;
    bool    named;
} ob2_tenant;

typedef struct {
    ob_link  link;
    ob_found found[OB2_VIEWS];
    unsigned session;
    bt_usec  probe_at;              /* when `found` is to be found anew */
    char     version[64];
    char     name[256];
    char     dest[OB2_PATH_MAX];    /* of first backups, without secrets */
    char     second_dest[OB2_PATH_MAX];
    bool     has_dest;              /* or it cannot be seen */
    int64_t  number;
    bool     first;
    ob_list  tenants;               /* ob2_tenant */
    ob_list  running;               /* int64_t: sets of the last look */
    ob_list  cleaning;              /* int64_t: cleanup jobs of the last look */
    ob_list  waiting;               /* int64_t: second jobs put by themselves */
    ob_list  done;                  /* int64_t: second jobs that have ended */
    bool     copying;               /* a second backup ran at the last look */
    int64_t  round;
    char     round_status[32];
    bt_usec  latest;
    bool     rounds_due;
    bt_usec  read_to;
    bt_usec  sets_at;               /* when these were read last */
    bt_usec  dest_at;
    bt_usec  second_at;
    uint64_t files;                 /* digest of all set files */
} ob2_link;

/* One tenant's part of a set. */
typedef struct {
    int64_t tenant;
    bt_usec start;
    bt_usec end;
    int64_t bytes;
    int64_t parts, parts_done;
    int64_t blocks, blocks_done;
    int64_t result;
    char    status[32];
    char    type[16];
    char   *comment;
    char   *dest;
} ob2_part;

/* State of a set's files, and why one failed; set and tenant first. */
typedef struct {
    int64_t set;
    int64_t tenant;
    int64_t bytes;
    char    state[32];
} ob2_file;

typedef struct {
    int64_t set;
    int64_t tenant;
    int64_t result;
    char   *comment;
} ob2_result;

typedef struct {
    ob2_link   *link;
    bt_collect *collect;
    bt_reason  *reason;
    bt_usec     clock;
    bt_usec     observed;
    bool        sets_due;
    ob_list     files;              /* ob2_file */
    ob_list     results;            /* ob2_result */
    ob_list     parts;              /* ob2_part: of the set at hand */
    ob_cause    cause;
    char        path[OB2_PATH_MAX];
} ob2_look;

bt_answer   ob2_ready(ob2_link *link, bt_reason *reason);
/* backup_dest and backup_backup_dest. */
bt_answer   ob2_read_parameters(ob2_link *link, bt_reason *reason);
bt_answer   ob2_select(ob2_look *look, const ob_sql *sql, bool stored,
                       ob_rows *rows);
bt_answer   ob2_no_memory(ob2_look *look);
bool        ob2_is_there(const ob2_link *link, ob2_view_e view);
bt_cause_record ob2_cause(const ob_cause *cause);
/* Tenants that records name and the cluster does not have any more. */
void        ob2_name_tenant(ob2_look *look, int64_t tenant);

bt_answer   ob2_read_tenants(ob2_look *look);
bt_answer   ob2_read_rounds(ob2_look *look);
bt_answer   ob2_read_cleanups(ob2_look *look);
bt_answer   ob2_read_sets(ob2_look *look);
bt_answer   ob2_read_seconds(ob2_look *look);

/* What all tenants' rows of a round say together. */
typedef struct {
    int64_t incarnation;
    int64_t id;
    bt_usec from;
    bt_usec to;                     /* all logs are backed up so far */
    char    status[32];             /* the cluster's row; MIXED: the worst */
    char    raw[32];
} ob2_round;

/* Adds one row to the list of rounds (ob2_round); false: no memory. */
bool        ob2_add_round(ob_list *rounds, const ob_rows *rows);

#endif

/* sample_internal.h: what the files of the sample data share. */

#ifndef SAMPLE_INTERNAL_H
#define SAMPLE_INTERNAL_H

#include "recorder/recorder.h"
#include "sample.h"

#define SAMPLE_DAYS      30
#define SAMPLE_BATCH     2000       /* records in one commit */
#define SAMPLE_TEXT      2048

/* How a log backup stands. */
typedef enum {
    SAMPLE_LOG_RUNS, SAMPLE_LOG_STARTS, SAMPLE_LOG_STOPS, SAMPLE_LOG_STOPPED,
    SAMPLE_LOG_FAILED, SAMPLE_LOG_INTERRUPTED, SAMPLE_LOG_UNKNOWN,
    SAMPLE_LOG_NONE
} sample_log;

/* quiet: for so many minutes before now there is no usual backup. */
typedef struct {
    const char *name;
    int64_t     ob_id;
    const char *role;
    int         quiet;
    sample_log  log;
} sample_tenant;

/* family: 4 one task per tenant; 3 and 2 one for the cluster, tenants[0] being
 * the cluster itself; 1 logical backup by an agent on a host. */
typedef struct {
    const char          *name;
    const char          *groups[4];
    const char          *version;
    int                  family;
    const char          *network;   /* first three bytes of its hosts */
    const char          *root;      /* of the storage directories */
    const sample_tenant *tenants;
    size_t               tenant_count;
    bool                 stale;
} sample_cluster;

extern const sample_cluster sample_clusters[];
extern const size_t         sample_cluster_count;

/* A common cause of failure: format arguments are network and job. */
typedef struct {
    const char *code;
    const char *stage;
    const char *raw_status;
    const char *form;
} sample_cause;

extern const sample_cause sample_causes[];
extern const size_t       sample_cause_count;

/* What is backed up: a tenant, or a whole older cluster. */
typedef struct {
    size_t   cluster;
    size_t   tenant;
    int64_t  job;                   /* the last job number */
    int64_t  set;                   /* the backup set of the chain */
    int64_t  cleanup;
    int      chain;                 /* incremental backups since the full */
    double   phase;                 /* of its schedule, 0 to 1 */
} sample_unit;

#define SAMPLE_UNITS_MAX  64

typedef struct {
    bt_store             *store;
    bt_recorder          *recorder;
    const bt_sample_conf *conf;
    bt_usec               now;
    uint64_t              state;    /* of the random numbers */
    int64_t               ids[32];  /* our ids of the clusters */
    sample_unit           units[SAMPLE_UNITS_MAX];
    size_t                unit_count;
    int64_t               written;  /* data tasks */
    char                 *why;
    size_t                size;
} sample_run;

/* sample.c */
int64_t sample_random(sample_run *run, int64_t low, int64_t high);
bool    sample_chance(sample_run *run, int percent);
bool    sample_commit(sample_run *run, bool now);
bool    sample_complain(sample_run *run, const char *text);
void    sample_scope(sample_run *run, size_t cluster, bt_usec at);
bt_usec sample_observed(const sample_run *run, size_t cluster);
/* One statement with values; false: why is set. */
bool    sample_sql(sample_run *run, const char *sql, const bt_value *params,
                   size_t count, bt_rows **rows);

/* sample_causes.c: no cause (NULL) is an empty record, no code no cause. */
bt_cause_record sample_cause_of(const sample_run *run, const sample_unit *unit,
                                const sample_cause *cause, char *text,
                                char trace[64]);
const sample_cause *sample_cause_by_code(const char *code);

/* sample_tasks.c */
bool    sample_data_tasks(sample_run *run);

/* sample_other.c: what comes beside a data task. */
void    sample_second(sample_run *run, const sample_unit *unit,
                      const bt_data_record *task, const char *status);
void    sample_cleanup(sample_run *run, sample_unit *unit, bt_usec start,
                       const char *status);
bool    sample_rare(sample_run *run);

/* sample_logs.c */
bool    sample_logs(sample_run *run);

/* sample_commands.c */
bool    sample_commands(sample_run *run);

#endif

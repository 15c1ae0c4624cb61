/* recorder.h: writes what a cluster says into the record store, and only what changed. */

#ifndef BT_RECORDER_H
#define BT_RECORDER_H

#include "store/bt_holder.h"

/* An unknown number or time; an unknown text is an empty one. */
#define BT_UNKNOWN  BT_USEC_NONE

typedef struct bt_recorder bt_recorder;

/* A cluster as the operator registered it and as it describes itself.
 * rpo_seconds: highest good archive latency; data_age_seconds: oldest good
 * data backup; round_seconds: how often it is asked. */
typedef struct {
    bt_str        name;             /* ours; recognises the cluster */
    bt_str        ob_name;
    int64_t       ob_id;
    int           incarnation;      /* one more for each rebuilt cluster */
    bt_str        version;
    bt_str        adapter;          /* oceanbase4, oceanbase2, program */
    bool          simulated;
    int           round_seconds;
    int           rpo_seconds;
    int           data_age_seconds;
    const bt_str *groups;
    size_t        group_count;
} bt_cluster_record;

/* ob_id: the cluster's own number of the tenant (1: the cluster, on 2.x and
 * 3.x).  restorable: the window of point-in-time restore.  One without a name
 * was dropped: if it is known, it stays as it was. */
typedef struct {
    int64_t ob_id;
    bt_str  name;
    bt_str  role;
    bt_str  log_mode;
    bt_usec restorable_from;
    bt_usec restorable_to;
} bt_tenant_record;

/* Why a record is bad.  code: the cluster's error number with its sign
 * ("-9040"), or CANCELED; "" and an empty text: no cause.  Somebody wanted a
 * task canceled to end: it never counts as bad. */
#define BT_SQL_CANCELED  "'CANCELED', '-4072', '4072'"


typedef struct {
    bt_str code;
    bt_str stage;
    bt_str text;
    bt_str trace_id;
} bt_cause_record;

/* One tenant inside a cluster-wide task. */
typedef struct {
    int64_t tenant;
    bt_str  status;
    bt_str  raw_status;
    bt_usec start_time;
    bt_usec end_time;
    int64_t progress;               /* hundredths of a percent */
    int64_t size_bytes;
} bt_task_tenant_record;

/* A data backup task.  source_id with tenant and the cluster's incarnation
 * recognise it.  status_since unknown: taken from the change of status. */
typedef struct {
    int64_t                      tenant;
    bt_str                       source_id;
    bt_str                       mode;          /* FULL INCREMENTAL */
    bt_str                       method;        /* PHYSICAL LOGICAL */
    int64_t                      backup_set_id;
    bt_str                       source;
    bt_usec                      start_time;
    bt_usec                      end_time;
    bt_str                       status;
    bt_str                       raw_status;
    bt_usec                      status_since;
    int64_t                      progress;      /* hundredths of a percent */
    int64_t                      data_version;
    bt_str                       storage_directory;
    int64_t                      size_bytes;
    bt_str                       set_state;
    bt_usec                      restorable_from;
    bt_usec                      restorable_to;
    bt_cause_record              cause;
    const bt_task_tenant_record *tenants;
    size_t                       tenant_count;
} bt_data_record;

typedef struct {
    int64_t         tenant;
    bt_str          source_id;
    bt_str          type;
    bt_usec         start_time;
    bt_usec         end_time;
    bt_str          status;
    bt_str          raw_status;
    bt_usec         status_since;
    int64_t         items_total;
    int64_t         items_done;
    bt_cause_record cause;
} bt_cleanup_record;

/* kind DATA copies the data task `task_source_id`, LOG the log backup. */
typedef struct {
    int64_t         tenant;
    bt_str          source_id;
    int64_t         copy_id;
    bt_str          kind;
    int64_t         task_tenant;
    bt_str          task_source_id;
    int64_t         backup_set_id;
    bt_usec         start_time;
    bt_usec         end_time;
    bt_usec         latest_backup_time;
    bt_str          storage_directory;
    bt_str          status;
    bt_str          raw_status;
    bt_usec         status_since;
    bt_cause_record cause;
} bt_second_record;

typedef struct {
    int     incarnation;
    int64_t round_id;
    bt_str  status;
    bt_str  raw_status;
    bt_usec start_time;
    bt_usec end_time;
    bt_usec checkpoint;
} bt_round_record;

/* No point-in-time restore from .. to; to unknown: still open. */
typedef struct {
    bt_usec from;
    bt_usec to;
} bt_gap_record;

typedef struct {
    bt_usec at;
    int64_t seconds;
} bt_latency_record;

/* A log backup of a tenant (or cluster) and destination.  latest_backup_time
 * and latency_seconds were true at `observed`, by the cluster's clock.  A
 * sample is kept for each five minutes, the worst of them. */
typedef struct {
    int64_t                  tenant;
    bt_str                   source_id;
    bt_str                   method;
    bt_str                   host;
    bt_usec                  latest_backup_time;
    int64_t                  latency_seconds;
    bt_usec                  observed;
    bt_str                   storage_directory;
    bt_usec                  start_time;
    bt_str                   status;
    bt_str                   raw_status;
    bt_usec                  status_since;
    bt_cause_record          cause;
    const bt_round_record   *rounds;
    size_t                   round_count;
    const bt_gap_record     *gaps;
    size_t                   gap_count;
    const bt_latency_record *samples;
    size_t                   sample_count;
} bt_log_record;

typedef enum {
    BT_KIND_DATA, BT_KIND_CLEANUP, BT_KIND_SECOND, BT_KIND_LOG, BT_KIND_MAX
} bt_kind;

bt_recorder    *bt_recorder_new(bt_store *store);
void            bt_recorder_free(bt_recorder *recorder);

/* Registers a cluster, or brings it up to date, in a transaction of its own;
 * *id is our number of it.  Its records before a new incarnation stay.  Names
 * of it and of its groups are 1 to 128 characters without a blank at either
 * end; another one is refused (BT_STORE_ERROR). */
bt_store_status bt_recorder_cluster(bt_recorder *recorder,
                                    const bt_cluster_record *cluster,
                                    int64_t *id);
/* The cluster has answered at `at`; reason: why it does not any more, "" when
 * it does.  No change in the sense of feeds. */
bt_store_status bt_recorder_observed(bt_recorder *recorder, int64_t cluster_id,
                                     bt_usec at, bt_str reason);

/* What is put from here on belongs to this cluster and was learnt at `at`.
 * The records are copied; the same record put twice counts once, the last.
 * Tenants that records name must have been put, then or ever before.  A text
 * that is too long for its column is cut, malformed UTF-8 becomes U+FFFD, a
 * time outside the years 1000 to 9999 is unknown. */
void            bt_recorder_scope(bt_recorder *recorder, int64_t cluster_id,
                                  int incarnation, bt_usec at);
void            bt_recorder_put_tenant(bt_recorder *recorder,
                                       const bt_tenant_record *tenant);
void            bt_recorder_put_data(bt_recorder *recorder,
                                     const bt_data_record *task);
void            bt_recorder_put_cleanup(bt_recorder *recorder,
                                        const bt_cleanup_record *task);
void            bt_recorder_put_second(bt_recorder *recorder,
                                       const bt_second_record *second);
void            bt_recorder_put_log(bt_recorder *recorder,
                                    const bt_log_record *log);
/* Takes a record out of the store and leaves a tombstone.  It does not come
 * back when the cluster shows it again. */
void            bt_recorder_put_removal(bt_recorder *recorder, bt_kind kind,
                                        int64_t id);
/* How many records wait. */
size_t          bt_recorder_waiting(const bt_recorder *recorder);

/* Writes everything that was put in one transaction, tried again when it met
 * another one: rows that differ, hourly counts, tenants' last backups, changes,
 * and the change number as the last lock.  Nothing waits afterwards. */
bt_store_status bt_recorder_commit(bt_recorder *recorder);

/* Forgets everything that was put. */
void            bt_recorder_discard(bt_recorder *recorder);

/* From here on only what `holder` has the lease of is written; without the
 * lease the calls that write fail, and bt_recorder_lost() is true. */
void            bt_recorder_hold(bt_recorder *recorder,
                                 const bt_holder *holder);
bool            bt_recorder_lost(const bt_recorder *recorder);

/* What a cluster says of itself; created: by its own account.  Unknown parts
 * are left as they are when it is written. */
typedef struct {
    bt_str  ob_name;
    int64_t ob_id;
    bt_str  version;
    int     incarnation;
    bt_usec created;
} bt_self_record;

/* What is known of it already, but for the texts. */
bt_store_status bt_recorder_self(bt_recorder *recorder, int64_t cluster_id,
                                 bt_self_record *self);
/* Writes what differs, in a transaction of its own. */
bt_store_status bt_recorder_describe(bt_recorder *recorder,
                                     int64_t cluster_id,
                                     const bt_self_record *self);

/* The record's id by what its cluster calls it; 0: it is not in the store. */
bt_store_status bt_recorder_find(bt_recorder *recorder, int64_t cluster_id,
                                 int incarnation, bt_kind kind,
                                 int64_t tenant, bt_str source_id,
                                 int64_t *id);

/* What changes at every look at a log backup. */
typedef struct {
    int64_t id;
    bt_usec latest_backup_time;
    int64_t latency_seconds;
    bt_usec observed;
} bt_touch_record;

/* The cluster has answered just now, and nothing but this has changed: one
 * statement, no change in the sense of feeds. */
bt_store_status bt_recorder_touch(bt_recorder *recorder, int64_t cluster_id,
                                  const bt_touch_record *logs, size_t count);
/* Why the cluster does not answer; when it last did stays. */
bt_store_status bt_recorder_stale(bt_recorder *recorder, int64_t cluster_id,
                                  bt_str reason);

/* Why the last call failed, without secrets. */
const char     *bt_recorder_error(const bt_recorder *recorder);

#endif

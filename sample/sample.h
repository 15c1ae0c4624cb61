/* sample.h: fills the record store with sample clusters and their last 30 days. */

#ifndef BT_SAMPLE_H
#define BT_SAMPLE_H

#include "recorder/recorder.h"

/* simulation, directory: the program that the agent asks instead of a cluster,
 * and where that keeps what it was told; NULL: nothing asks the samples. */
typedef struct {
    int64_t     tasks;              /* data backup tasks; 0: nothing at all */
    uint64_t    seed;               /* the same seed: the same samples */
    const char *simulation;
    const char *directory;
    /* Called now and then with the number of data tasks written so far; may
     * be NULL. */
    void   (*progress)(int64_t tasks);
} bt_sample_conf;

typedef enum { BT_SAMPLE_FILLED, BT_SAMPLE_THERE_ALREADY, BT_SAMPLE_FAILED }
    bt_sample_result;

/* Registers the sample clusters (simulated = 1) and writes exactly
 * conf->tasks data tasks, with cleanup tasks, second backups, log backups,
 * commands, acknowledgements and audit events beside them, all relative to
 * the time of the first registration, so that an interrupted filling is
 * continued by calling it again with the same conf.  Samples that are whole
 * stay as they are.  why (of `size` bytes) gets the reason of a failure. */
bt_sample_result bt_sample_fill(bt_store *store, const bt_sample_conf *conf,
                                char *why, size_t size);

/* Puts the tenants, log backups and data tasks of the samples that began at
 * `began` into a recorder, cluster number `n` of sample_clusters in the scope
 * n + 1; data tasks only where there are not more than `tasks_most`. */
bool bt_sample_replay(bt_recorder *recorder, const bt_sample_conf *conf,
                      bt_usec began, int64_t tasks_most);

#endif

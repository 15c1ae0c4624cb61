/* sample.h: fills the record store with sample clusters and their last 30 days. */

#ifndef BT_SAMPLE_H
#define BT_SAMPLE_H

#include "store/bt_store.h"

typedef struct {
    int64_t  tasks;                 /* data backup tasks; 0: nothing at all */
    uint64_t seed;                  /* the same seed: the same samples */
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

#endif

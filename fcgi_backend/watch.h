/* watch.h: what becomes true by time alone, looked at once a second, for validators. */

#ifndef BT_WATCH_H
#define BT_WATCH_H

#include "fcgi_backend/digest.h"
#include "health/bt_health.h"

/* Shared by the threads of a worker: states and risks of all clusters, and
 * since when no agent is there.  They change without any change number, when a
 * backup grows too old or a log backup falls behind. */
typedef struct bt_watch bt_watch;

/* NULL without memory. */
bt_watch *bt_watch_new(void);
void      bt_watch_free(bt_watch *watch);

/* Reads them; for one thread at a time.  Returns how long to wait until the
 * next look, in microseconds: a second, longer where a look takes long. */
bt_usec   bt_watch_look(bt_watch *watch, bt_store *store);

/* Waits so long, or until somebody wakes it: who has seen something else than
 * the last look, or wants the waiting thread to end. */
void      bt_watch_rest(bt_watch *watch, bt_usec time);
void      bt_watch_wake(bt_watch *watch);

/* What of the last look concerns the clusters `ids`, ascending; NULL: all
 * clusters.  *changed: when anything last became another, in all clusters.
 * False where the last look is missing or too long ago to be relied on. */
bool      bt_watch_read(bt_watch *watch, const int64_t *ids, size_t count,
                        bt_usec now, unsigned char hash[BT_DIGEST_SIZE],
                        bt_usec *changed);

/* The same of clusters that have just been read.  False without memory. */
bool      bt_watch_hash(const bt_health *health,
                        unsigned char hash[BT_DIGEST_SIZE]);

#endif

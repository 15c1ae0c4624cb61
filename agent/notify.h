/* notify.h: tells an operator's program of each change of the sentence above the tabs. */

#ifndef BT_NOTIFY_H
#define BT_NOTIFY_H

#include <stdatomic.h>

#include "health/bt_sentence.h"

/* program: an absolute path.  public_url: of the pages, with a slash at its
 * end, or "".  delay: how long a change must last before it is told; interval:
 * how long the same risk is not told of again.  limit: of one run.  end: when
 * it turns true a run is given up; NULL: never. */
typedef struct {
    const char        *program;
    const char        *public_url;
    int                delay_seconds;
    int                interval_seconds;
    int                limit_seconds;
    const atomic_bool *end;
} bt_notify_conf;

typedef struct bt_notify bt_notify;

/* NULL without memory.  The store is used by bt_notify_look() alone. */
bt_notify *bt_notify_new(const bt_notify_conf *conf, bt_store *store);
void       bt_notify_free(bt_notify *notify);

/* One look, every few seconds: makes sure that this agent is the one that
 * tells, compares the risks of now (UTC) with what was told, and runs the
 * program for what is due.  What was told stands in the store.  False: the
 * store failed; the next look tries again. */
bool       bt_notify_look(bt_notify *notify, int64_t agent_id, bt_usec now);

#endif

/* notify_internal.h: what the files of notify share. */

#ifndef BT_NOTIFY_INTERNAL_H
#define BT_NOTIFY_INTERNAL_H

#include "agent/notify.h"

/* A risk that has come or gone since it was told of last.  The risk of one
 * that has gone holds names and ids only. */
typedef struct {
    bt_risk risk;
    bool    began;
    bool    due;
} bt_notify_change;

typedef struct {
    int64_t           number;       /* of the message */
    bt_usec           now;
    const char       *public_url;
    const bt_health  *health;
    bt_notify_change *changes;      /* those that are due are told */
    size_t            count;
} bt_notify_message;

/* The message as a document; false without memory. */
bool bt_notify_document(const bt_notify_message *message, bt_xml_sink sink,
                        void *context);

/* Runs `program` with `text` as its standard input and name=value pairs added
 * to its environment (NULL ends them); kills it, and what it started, after
 * `limit` seconds or when *end turns true.  True when it exited with 0; else
 * `why` says how it ended, and the first of what it printed. */
bool bt_notify_run(const char *program, bt_str text, char *const *variables,
                   int limit, const atomic_bool *end, char *why, size_t size);

#endif

/* bt_audit.h: the audit trail: each event holds the SHA-256 of its predecessor. */

#ifndef BT_AUDIT_H
#define BT_AUDIT_H

#include "bt_store.h"

#define BT_AUDIT_HASH  32                 /* bytes */

/* One event as the table audit_events has it.  Empty texts and numbers of 0
 * are stored as NULL, except for at, user, action and outcome. */
typedef struct {
    int64_t id;
    bt_usec at;
    bt_str  user;
    bt_str  roles;
    bt_str  client_address;
    bt_str  request_id;
    bt_str  action;
    bt_str  kind;
    int64_t target_id;
    int64_t cluster_id;
    int64_t tenant_id;
    int64_t command_id;
    bt_str  outcome;
    bt_str  detail;
} bt_audit_event;

/* Hash of an event: SHA-256 over the hash of its predecessor (32 bytes, zero
 * for the first event) and, for each column from id to detail in the order of
 * the table, its bytes' length in decimal, a colon, its bytes and a line feed;
 * "-" and a line feed for NULL.  Numbers in decimal, times as
 * "YYYY-MM-DD HH:MM:SS.ffffff".  False when the library fails. */
bool            bt_audit_hash(const unsigned char previous[BT_AUDIT_HASH],
                              const bt_audit_event *event,
                              unsigned char hash[BT_AUDIT_HASH]);

/* Takes the next change number, and marks that it concerns `cluster_id`; its
 * row stays locked to the end of the transaction, so that numbers have the
 * order of commits.  To be called after all rows that the transaction changes
 * have been locked.  Whoever shows a cluster's things to a reader who may see
 * it counts these marks (fcgi_backend/validator.h): a change that is to be
 * seen takes a number. */
bt_store_status bt_change_number(bt_store *store, int64_t cluster_id,
                                 int64_t *number);

/* In place of a cluster: what only readers of everything see; what may be
 * seen of any cluster. */
#define BT_CHANGE_NOWHERE     INT64_C(0)
#define BT_CHANGE_EVERYWHERE  INT64_C(-1)

/* "UPDATE change_counter ...": the next number, at a time that never was. */
#define BT_SQL_NEXT_NUMBER                                                    \
    "UPDATE change_counter SET number = number + 1,"                          \
    " at = CASE WHEN UTC_TIMESTAMP(6) > at THEN UTC_TIMESTAMP(6)"             \
    " ELSE at + INTERVAL 1 SECOND END WHERE id = 1"

/* The action of an event that tells what was removed, and the words of its
 * detail before "ID:HASH" of the last event that was. */
#define BT_AUDIT_PRUNE   "prune"
#define BT_AUDIT_PRUNED  "the last one removed was "

/* The place before the first event: the last one that was removed and its
 * hash, as the newest event about that says; 0 and zeros where none was. */
typedef struct {
    int64_t       id;
    unsigned char hash[BT_AUDIT_HASH];
} bt_audit_place;

bt_store_status bt_audit_begin(bt_store *store, bt_audit_place *place);

/* What a walk along the chain has found.  The good events go from `first` to
 * `last`, whose hash is `hash`; with bad_id != 0 the walk ended at this event,
 * and `fault` completes "event 7 ...".  trust: the first event is believed
 * what it says about its predecessor. */
typedef struct {
    int64_t       events;
    int64_t       first;
    int64_t       last;
    unsigned char hash[BT_AUDIT_HASH];
    int64_t       bad_id;
    const char   *fault;
    bool          trust;
} bt_audit_walk;

/* Walks the chain from event `from` on and computes each hash anew.  From 1,
 * or the first event that was not removed, on nothing is taken on trust; from
 * a later one, that what it says about its predecessor is true. */
bt_store_status bt_audit_verify(bt_store *store, int64_t from,
                                bt_audit_walk *walk);

/* Appends an event; event->id is ignored.  Only inside a transaction that has
 * called bt_change_number(): its lock keeps the chain in one line. */
bt_store_status bt_audit_append(bt_store *store, const bt_audit_event *event);

#endif

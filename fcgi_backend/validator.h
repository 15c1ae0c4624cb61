/* validator.h: ETag and Last-Modified of documents, and when the reader's copy is still good. */

#ifndef BT_VALIDATOR_H
#define BT_VALIDATOR_H

#include "fcgi_backend/reply.h"

/* True for a request whose document has validators: not forms, acts, health
 * and metrics. */
bool bt_validator_applies(const bt_request *request);

/* True when the reader has asked on a condition. */
bool bt_validator_is_asked(const bt_request *request);

/* Reads reply->validator by one statement.  It counts all that shapes the
 * answer: what was asked for, by whom, with which programs, the newest change
 * in scope, and what becomes true by time (fcgi_backend/watch.h).  A document
 * that is read afterwards, or in the same snapshot, is never older than its
 * validator.  An empty tag: none can be given now. */
bt_store_status bt_validator_read(bt_reply *reply);

/* Takes the validator back where the document's own health is not the one it
 * counts: it became another between the look and the document. */
void bt_validator_compare(bt_reply *reply, const bt_health *health);

/* True when the reader's copy is the present one.  `found`: the document has
 * been built, so that it is known to exist; before that only a tag counts that
 * nobody has but with the document, and a date for lists. */
bool bt_validator_is_current(const bt_reply *reply, bool found);

/* Gives a document that never changes its own hash for a tag; true when the
 * reader has it. */
bool bt_validator_fixed(bt_reply *reply, const char *sha256);

/* Adds ETag, Last-Modified and Vary to the answer. */
void bt_validator_headers(const bt_reply *reply);

#endif

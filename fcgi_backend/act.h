/* act.h: carries out a posted form: one act, once, on record. */

#ifndef BT_ACT_H
#define BT_ACT_H

#include "fcgi_backend/reply.h"

/* Checks the form, requests a command or acknowledges a record, writes the
 * audit trail.  Returns 303 with the reply's location set, or the status of an
 * error that it has set. */
int bt_act(bt_reply *reply);

#endif

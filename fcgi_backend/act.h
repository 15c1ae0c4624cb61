/* act.h: answers a posted form. */

#ifndef BT_REPLY_ACT_H
#define BT_REPLY_ACT_H

#include "fcgi_backend/reply.h"

/* Checks the form and its token, and carries out the act.  Returns 303 with
 * the reply's location set, or the status of an error that it has set. */
int bt_reply_act(bt_reply *reply);

/* Puts an act on record that the reply's error refuses, and returns `status`.
 * The reader gets the refusal also where it cannot be written down. */
int bt_reply_refuse_act(bt_reply *reply, int status);

#endif

/* atom.h: what changed in a list, as an Atom feed (RFC 4287, RFC 5005). */

#ifndef BT_ATOM_H
#define BT_ATOM_H

#include "fcgi_backend/reply.h"

/* The feed of the request's list: its newest changes of state, or the page of
 * them that its cursor names.  Returns 200 or an error's status. */
int bt_atom_view(bt_reply *reply);

#endif

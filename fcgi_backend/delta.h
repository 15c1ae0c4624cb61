/* delta.h: following a list: what changed, and what retention took, since a position. */

#ifndef BT_DELTA_H
#define BT_DELTA_H

#include "fcgi_backend/list.h"

/* True for a list that can be followed: XML, without a range, from its top. */
bool bt_delta_is_offered(const bt_reply *reply);

/* The position after all that is in the store, and in scope, now: to be taken
 * before anything else of the list is read, clusters and groups included. */
bt_store_status bt_delta_begin(bt_reply *reply, const bt_list *list,
                               bt_delta *delta);

/* True for a position that is older than what is kept. */
bool bt_delta_is_old(const bt_request *request);

/* The link that leads on from a position. */
void bt_delta_link(bt_reply *reply, const bt_delta *delta);

/* What came after the request's position, oldest change first, as a document
 * of the list.  Returns 200, or an error's status: 410 for a position that
 * cannot be gone on from. */
int  bt_delta_view(bt_reply *reply, const bt_list *list);

#endif

/* health.h: the health of the clusters in a user's scope. */

#ifndef BT_BACKEND_HEALTH_H
#define BT_BACKEND_HEALTH_H

#include "fcgi_backend/filter.h"
#include "health/bt_health.h"

/* Reads the health of the clusters that `parts` of the filter leave; only
 * cluster_id unless it is 0. */
bt_store_status bt_health_read(bt_reply *reply, const bt_filter *filter,
                               unsigned parts, int64_t cluster_id,
                               bt_health *health);

/* Writes <health> for all clusters in the user's scope. */
bt_store_status bt_health_add(bt_reply *reply);

#endif

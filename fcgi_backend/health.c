/* health.c: the health of the clusters in a user's scope. */

#include "fcgi_backend/health.h"

#include "fcgi_backend/validator.h"


/* Which clusters a request leaves. */
typedef struct {
    const bt_filter  *filter;
    unsigned          parts;
} places;


static void
from_clusters(const void *context, bt_sql *sql, const char *select)
{
    bt_usec        updated;
    const places  *p = context;

    updated = p->filter->request->query.updated_after;
    bt_filter_clusters(p->filter, sql, select, p->parts);

    if ((p->parts & BT_FILTER_UPDATED) != 0 && updated != BT_USEC_NONE) {
        bt_sql_value(sql, " AND c.updated >= ?", bt_time(updated));
    }
}


/* A filter chooses clusters; their state is that of all their tenants. */
static void
where_places(const void *context, bt_sql *sql)
{
    const places  *p = context;

    bt_filter_where_places(p->filter, sql, p->parts & BT_FILTER_SCOPE, true);
}


bt_store_status
bt_health_read(bt_reply *reply, const bt_filter *filter, unsigned parts,
    int64_t cluster_id, bt_health *health)
{
    places           p;
    bt_health_query  query;

    p = (places) { .filter = filter, .parts = parts };
    query = (bt_health_query) {
        .store = reply->store,
        .pool = reply->request->pool,
        .now = reply->request->now,
        .cluster_id = cluster_id,
        .from_clusters = from_clusters,
        .where_places = where_places,
        .context = &p
    };

    return bt_health_find(&query, health);
}


bt_store_status
bt_health_add(bt_reply *reply)
{
    bt_filter        filter;
    bt_health        health;
    bt_store_status  status;

    filter = (bt_filter) { .request = reply->request };
    status = bt_health_read(reply, &filter, BT_FILTER_SCOPE, 0, &health);

    if (status == BT_STORE_OK) {
        bt_validator_compare(reply, &health);
        bt_health_write(reply->xml, reply->zone, &health,
                        reply->request->now);
    }

    return status;
}

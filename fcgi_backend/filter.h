/* filter.h: scope, filters and time window of a request as SQL conditions. */

#ifndef BT_FILTER_H
#define BT_FILTER_H

#include "fcgi_backend/reply.h"
#include "store/bt_sql.h"

/* Which of the request's conditions a statement takes. */
#define BT_FILTER_SCOPE    0x01u     /* what the user may see: always */
#define BT_FILTER_NAMES    0x02u     /* cluster, tenant, their ids, group */
#define BT_FILTER_STATUS   0x04u
#define BT_FILTER_CODES    0x08u     /* mode, method, kind, action, user */
#define BT_FILTER_SET      0x10u     /* backup-set */
#define BT_FILTER_UPDATED  0x20u     /* updated-after */
#define BT_FILTER_SETTLED  0x40u     /* canceled or acknowledged, or not */
#define BT_FILTER_PLACE    (BT_FILTER_SCOPE | BT_FILTER_NAMES)
#define BT_FILTER_ALL      0x7fu

/* Records that need nobody any more, as a table of their ids: somebody
 * acknowledged or canceled them (causes x). */
#define BT_SQL_SETTLED                                                        \
    "SELECT a.record_id AS id FROM acknowledgements a"                        \
    " UNION SELECT x.record_id FROM causes x"                                 \
    " WHERE x.code IN ('CANCELED', '-4072', '4072')"

/* Column names of a table with alias t; NULL where it has no such column. */
typedef struct {
    const char *id;                  /* of the record; NULL: t.id */
    const char *at;                  /* of the window */
    const char *status;
    const char *mode;
    const char *method;
    const char *kind;
    const char *action;
    const char *user;
    const char *set;
    const char *updated;
} bt_columns;

#define BT_CLUSTERS_LISTED  512
#define BT_CLUSTERS_FEW     32

/* A request's conditions, made ready once.  Where scope and names leave not
 * too many clusters, their ids are listed: then no statement joins names for
 * each row, unless single tenants are asked for. */
typedef struct {
    const bt_request *request;
    bt_str            cluster;       /* pattern; NULL data: no condition */
    bt_str            tenant;
    bool              listed;
    bool              few;           /* so few that their index pays */
    bt_value         *ids;           /* NULL unless listed */
    size_t            id_count;
} bt_filter;

/* Reads which clusters are meant, where anything but "all" is asked for. */
bt_store_status bt_filter_init(bt_filter *filter, bt_reply *reply);

/* True when the parts `parts` leave out no cluster and no tenant. */
bool bt_filter_everywhere(const bt_filter *filter, unsigned parts);

/* True when scope or names ask for single tenants. */
bool bt_filter_has_tenants(const bt_filter *filter);

/* Joins that the conditions need, for a statement over `TABLE t`, whose rows
 * have cluster_id and tenant_id. */
void bt_filter_join(const bt_filter *filter, bt_sql *sql, unsigned parts);
/* " AND ..." for each condition. */
void bt_filter_where(const bt_filter *filter, bt_sql *sql,
                     const bt_columns *columns, unsigned parts);

/* " AND t.cluster_id IN (...)" alone, where the clusters are listed and
 * `parts` has both parts of BT_FILTER_PLACE. */
void bt_filter_ids(const bt_filter *filter, bt_sql *sql, unsigned parts);
/* " AND COLUMN >= from AND COLUMN < to"; nothing for BT_USEC_NONE. */
void bt_filter_window(bt_sql *sql, const char *column, bt_usec from,
                      bt_usec to);

/* For statements over `clusters c` with or without `tenants n`, as they are
 * needed for the conditions of `parts`. */
void bt_filter_where_places(const bt_filter *filter, bt_sql *sql,
                            unsigned parts, bool tenants);

/* Appends `select`, then " FROM clusters c", with the tenants n where the
 * request names any, and the conditions of place in `parts`; a cluster stands
 * there once for each tenant then. */
void bt_filter_clusters(const bt_filter *filter, bt_sql *sql,
                        const char *select, unsigned parts);

#endif

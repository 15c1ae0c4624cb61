/* filter.c: scope, filters and time window of a request as SQL conditions. */

#include "fcgi_backend/filter.h"

#include <string.h>

/* General, because every store knows it; it takes all characters beyond the
 * basic plane for one, so that those are compared in another way. */
#define LIKE_GENERAL  " COLLATE utf8mb4_general_ci LIKE ? ESCAPE '|'"

/* A join by name goes through a buffer, which loses the order of the list and
 * reads the whole window for one page. */
#define BY_KEY  " FORCE INDEX (PRIMARY)"


static bool
has_ids(const bt_filter *filter, unsigned parts)
{
    return filter->listed && (parts & BT_FILTER_PLACE) == BT_FILTER_PLACE;
}


/* True when the ids say everything, so that nothing has to be joined. */
static bool
ids_suffice(const bt_filter *filter, unsigned parts)
{
    return has_ids(filter, parts) && !bt_filter_has_tenants(filter);
}


static bool
has_group(const bt_filter *filter, unsigned parts)
{
    return (parts & BT_FILTER_NAMES) != 0
           && filter->request->query.group[0] != '\0';
}


static bool
has_tenant_name(const bt_filter *filter, unsigned parts)
{
    return (parts & BT_FILTER_NAMES) != 0
           && (filter->tenant.data != NULL
               || filter->request->query.tenant_name[0] != '\0');
}


static bool
needs_clusters(const bt_filter *filter, unsigned parts)
{
    return ((parts & BT_FILTER_SCOPE) != 0 && !filter->request->scope.all)
           || ((parts & BT_FILTER_NAMES) != 0 && filter->cluster.data != NULL);
}


static bool
needs_tenants(const bt_filter *filter, unsigned parts)
{
    return has_tenant_name(filter, parts)
           || ((parts & BT_FILTER_SCOPE) != 0 && !filter->request->scope.all
               && filter->request->scope.tenant_count > 0);
}


bool
bt_filter_everywhere(const bt_filter *filter, unsigned parts)
{
    return !has_group(filter, parts) && !needs_clusters(filter, parts)
           && !needs_tenants(filter, parts)
           && ((parts & BT_FILTER_NAMES) == 0
               || filter->request->query.cluster_id == 0);
}


bool
bt_filter_has_tenants(const bt_filter *filter)
{
    return needs_tenants(filter, BT_FILTER_PLACE);
}


/* The joins look up one row by its key for each row of t, in this order: an
 * optimizer that began with the names would lose the order of t. */
void
bt_filter_join(const bt_filter *filter, bt_sql *sql, unsigned parts)
{
    bt_str  group;

    if (ids_suffice(filter, parts)) {
        return;
    }

    if (has_group(filter, parts)) {
        group = bt_str_of(filter->request->query.group);
        bt_sql_value(sql, " STRAIGHT_JOIN cluster_groups g" BY_KEY
                     " ON g.cluster_id = t.cluster_id AND g.name = ?",
                     bt_text(group));
    }

    if (needs_clusters(filter, parts)) {
        bt_sql_add(sql, " STRAIGHT_JOIN clusters c" BY_KEY
                   " ON c.id = t.cluster_id");
    }

    if (needs_tenants(filter, parts)) {
        bt_sql_add(sql, has_tenant_name(filter, parts)
                   ? " STRAIGHT_JOIN tenants n" BY_KEY " ON n.id = t.tenant_id"
                   : " LEFT JOIN tenants n" BY_KEY " ON n.id = t.tenant_id");
    }
}


/* True when the text has a character that general_ci does not tell apart. */
static bool
beyond_basic_plane(bt_str text)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {
        if ((unsigned char) text.data[i] >= 0xf0) {
            return true;
        }
    }

    return false;
}


/* name: c.name or n.name, as two fragments. */
static void
add_like(bt_sql *sql, bt_str pattern, const char *general, const char *lower)
{
    if (pattern.data == NULL) {
        return;
    }

    bt_sql_value(sql, beyond_basic_plane(pattern) ? lower : general,
                 bt_text(pattern));
}


/* Comparison overlooks blanks at the end of names, and a tenant's name is not
 * ours: the length tells "a" from "a ". */
static void
add_scope_tenants(const bt_scope *scope, bt_sql *sql, bool tenants)
{
    size_t  i;

    for (i = 0; i < scope->tenant_count; i++) {

        if (!tenants) {
            bt_sql_value(sql, " OR c.name = ?",
                         bt_text(scope->tenants[i].cluster));
            continue;
        }

        bt_sql_value(sql, " OR (c.name = ?",
                     bt_text(scope->tenants[i].cluster));
        bt_sql_value(sql, " AND n.name = ?",
                     bt_text(scope->tenants[i].tenant));
        bt_sql_value(sql, " AND LENGTH(n.name) = ?)",
                     bt_int((int64_t) scope->tenants[i].tenant.len));
    }
}


static void
add_scope(const bt_scope *scope, bt_sql *sql, bool tenants)
{
    if (scope->all) {
        return;
    }

    bt_sql_add(sql, " AND (1 = 0");

    if (scope->cluster_count > 0) {
        bt_sql_add(sql, " OR ");
        bt_sql_in(sql, "c.name", scope->clusters, scope->cluster_count);
    }

    if (scope->group_count > 0) {
        bt_sql_add(sql, " OR EXISTS (SELECT 1 FROM cluster_groups s"
                   " WHERE s.cluster_id = c.id AND ");
        bt_sql_in(sql, "s.name", scope->groups, scope->group_count);
        bt_sql_add(sql, ")");
    }

    add_scope_tenants(scope, sql, tenants);
    bt_sql_add(sql, ")");
}


static void
add_tenant_names(const bt_filter *filter, bt_sql *sql)
{
    const char  *name = filter->request->query.tenant_name;

    add_like(sql, filter->tenant, " AND n.name" LIKE_GENERAL,
             " AND LOWER(n.name) LIKE LOWER(?) ESCAPE '|'");

    if (*name != '\0') {
        bt_sql_value(sql, " AND n.name = ?", bt_text(bt_str_of(name)));
    }
}


static void
add_names(const bt_filter *filter, bt_sql *sql, bool tenants)
{
    add_like(sql, filter->cluster, " AND c.name" LIKE_GENERAL,
             " AND LOWER(c.name) LIKE LOWER(?) ESCAPE '|'");

    if (tenants) {
        add_tenant_names(filter, sql);
    }
}


static void
add_code(bt_sql *sql, const char *column, const char *value)
{
    if (column == NULL || *value == '\0') {
        return;
    }

    bt_sql_add(sql, " AND ");
    bt_sql_add(sql, column);
    bt_sql_value(sql, " = ?", bt_text(bt_str_of(value)));
}


static void
add_codes(const bt_query *query, bt_sql *sql, const bt_columns *columns)
{
    add_code(sql, columns->mode, query->mode);
    add_code(sql, columns->method, query->method);
    add_code(sql, columns->kind, query->kind);
    add_code(sql, columns->action, query->action);
    add_code(sql, columns->user, query->user);
}


static void
add_status(const bt_filter *filter, bt_sql *sql, const char *column)
{
    size_t              count;
    unsigned            i;
    bt_value            values[32];
    const char *const  *codes;
    const bt_query     *query = &filter->request->query;

    codes = bt_view_statuses(filter->request->route.view);

    if (column == NULL || codes == NULL || query->status == 0) {
        return;
    }

    count = 0;

    for (i = 0; codes[i] != NULL; i++) {
        if ((query->status & (1u << i)) != 0) {
            values[count++] = bt_text(bt_str_of(codes[i]));
        }
    }

    bt_sql_add(sql, " AND ");
    bt_sql_in(sql, column, values, count);
}


static void
add_bound(bt_sql *sql, const char *column, const char *comparison,
    bt_value value)
{
    bt_sql_add(sql, " AND ");
    bt_sql_add(sql, column);
    bt_sql_value(sql, comparison, value);
}


void
bt_filter_window(bt_sql *sql, const char *column, bt_usec from, bt_usec to)
{
    if (from == BT_USEC_NONE || column == NULL) {
        return;
    }

    add_bound(sql, column, " >= ?", bt_time(from));
    add_bound(sql, column, " < ?", bt_time(to));
}


void
bt_filter_ids(const bt_filter *filter, bt_sql *sql, unsigned parts)
{
    if (has_ids(filter, parts)) {
        bt_sql_add(sql, " AND ");
        bt_sql_in(sql, "t.cluster_id", filter->ids, filter->id_count);
    }
}


static void
add_place(const bt_filter *filter, bt_sql *sql, unsigned parts)
{
    bt_filter_ids(filter, sql, parts);

    if (ids_suffice(filter, parts)) {
        return;
    }

    if ((parts & BT_FILTER_NAMES) != 0) {

        if (filter->request->query.cluster_id != 0) {
            bt_sql_value(sql, " AND t.cluster_id = ?",
                         bt_int(filter->request->query.cluster_id));
        }

        add_names(filter, sql, true);
    }

    if ((parts & BT_FILTER_SCOPE) != 0) {
        add_scope(&filter->request->scope, sql, true);
    }
}


/* Looked up for each row that fits otherwise. */
static void
add_settled(const bt_query *query, bt_sql *sql, const bt_columns *columns)
{
    const char  *id = columns->id != NULL ? columns->id : "t.id";

    if (query->settled[0] == '\0') {
        return;
    }

    bt_sql_add(sql, query->settled[0] == 'y' ? " AND (" : " AND NOT (");
    bt_sql_add(sql, "EXISTS (SELECT 1 FROM acknowledgements q"
               " WHERE q.record_id = ");
    bt_sql_add(sql, id);
    bt_sql_add(sql, ") OR EXISTS (SELECT 1 FROM causes y WHERE y.record_id = ");
    bt_sql_add(sql, id);
    bt_sql_add(sql, " AND y.code IN ('CANCELED', '-4072', '4072')))");
}


void
bt_filter_where(const bt_filter *filter, bt_sql *sql,
    const bt_columns *columns, unsigned parts)
{
    const bt_query  *query = &filter->request->query;

    add_place(filter, sql, parts);

    if ((parts & BT_FILTER_STATUS) != 0) {
        add_status(filter, sql, columns->status);
    }

    if ((parts & BT_FILTER_CODES) != 0) {
        add_codes(query, sql, columns);
    }

    if ((parts & BT_FILTER_SET) != 0 && query->backup_set >= 0
        && columns->set != NULL)
    {
        add_bound(sql, columns->set, " = ?", bt_int(query->backup_set));
    }

    if ((parts & BT_FILTER_UPDATED) != 0 && columns->updated != NULL
        && query->updated_after != BT_USEC_NONE)
    {
        add_bound(sql, columns->updated, " >= ?",
                  bt_time(query->updated_after));
    }

    if ((parts & BT_FILTER_SETTLED) != 0) {
        add_settled(query, sql, columns);
    }
}


void
bt_filter_where_places(const bt_filter *filter, bt_sql *sql, unsigned parts,
    bool tenants)
{
    const bt_query  *query = &filter->request->query;

    if ((parts & BT_FILTER_NAMES) != 0) {

        if (query->cluster_id != 0) {
            bt_sql_value(sql, " AND c.id = ?", bt_int(query->cluster_id));
        }

        if (query->group[0] != '\0') {
            bt_sql_value(sql, " AND EXISTS (SELECT 1 FROM cluster_groups g"
                         " WHERE g.cluster_id = c.id AND g.name = ?)",
                         bt_text(bt_str_of(query->group)));
        }

        add_names(filter, sql, tenants);
    }

    if ((parts & BT_FILTER_SCOPE) != 0) {
        add_scope(&filter->request->scope, sql, tenants);
    }
}


void
bt_filter_clusters(const bt_filter *filter, bt_sql *sql, const char *select,
    unsigned parts)
{
    bool  tenants;

    tenants = bt_filter_has_tenants(filter);

    bt_sql_add(sql, select);
    bt_sql_add(sql, " FROM clusters c");
    bt_sql_add(sql, tenants ? " LEFT JOIN tenants n ON n.cluster_id = c.id"
                              " WHERE 1 = 1" : " WHERE 1 = 1");
    bt_filter_where_places(filter, sql, parts, tenants);
}


static bt_store_status
take_ids(bt_filter *filter, bt_rows *rows)
{
    int  more;

    filter->ids = bt_pool_alloc(filter->request->pool,
                                BT_CLUSTERS_LISTED * sizeof(bt_value));

    if (filter->ids == NULL) {
        return BT_STORE_ERROR;
    }

    filter->listed = true;

    while ((more = bt_rows_next(rows)) > 0) {

        if (filter->id_count == BT_CLUSTERS_LISTED) {
            filter->listed = false;
            break;
        }

        filter->ids[filter->id_count++] = bt_rows_get(rows, 0);
    }

    filter->few = filter->listed && filter->id_count <= BT_CLUSTERS_FEW;

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


/* Which clusters the conditions leave, if they are not too many. */
static bt_store_status
find_ids(bt_filter *filter, bt_store *store)
{
    bt_sql           sql;
    bt_rows         *rows;
    bt_store_status  status;

    bt_sql_init(&sql);
    bt_filter_clusters(filter, &sql, "SELECT DISTINCT c.id", BT_FILTER_PLACE);
    bt_sql_value(&sql, " LIMIT ?", bt_int(BT_CLUSTERS_LISTED + 1));

    status = bt_sql_run(&sql, store, &rows);
    bt_sql_free(&sql);

    if (status != BT_STORE_OK) {
        return status;
    }

    status = take_ids(filter, rows);
    bt_rows_close(rows);

    return status;
}


bt_store_status
bt_filter_init(bt_filter *filter, bt_reply *reply)
{
    bt_request      *request = reply->request;
    const bt_query  *query = &request->query;

    *filter = (bt_filter) { .request = request };

    if (query->cluster[0] != '\0') {
        filter->cluster = bt_sql_contains(request->pool,
                                          bt_str_of(query->cluster));
    }

    if (query->tenant[0] != '\0') {
        filter->tenant = bt_sql_contains(request->pool,
                                         bt_str_of(query->tenant));
    }

    if ((query->cluster[0] != '\0' && filter->cluster.data == NULL)
        || (query->tenant[0] != '\0' && filter->tenant.data == NULL))
    {
        return BT_STORE_ERROR;
    }

    if (bt_filter_everywhere(filter, BT_FILTER_PLACE)) {
        return BT_STORE_OK;
    }

    return find_ids(filter, reply->store);
}

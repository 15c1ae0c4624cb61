/* view_cluster.c: all clusters' health, and one cluster's overview. */

#include "fcgi_backend/views.h"

#include <string.h>

#include "acts/bt_command.h"
#include "fcgi_backend/atom.h"
#include "fcgi_backend/csv.h"
#include "fcgi_backend/document.h"
#include "fcgi_backend/health.h"
#include "fcgi_backend/overview.h"
#include "fcgi_backend/record.h"

/* Clusters whose details are read at once. */
#define DETAIL_CLUSTERS  500


static const bt_field  head_fields[] = {
    { "id", BT_FIELD_PLAIN, "c.id" },
    { "name", BT_FIELD_PLAIN, "c.name" },
    { "ob-name", BT_FIELD_PLAIN, "c.ob_name" },
    { "ob-id", BT_FIELD_PLAIN, "c.ob_id" },
    { "version", BT_FIELD_PLAIN, "c.version" },
    { "adapter", BT_FIELD_PLAIN, "c.adapter" }
};

#define HEAD_FIELDS  (sizeof(head_fields) / sizeof(head_fields[0]))

/* Columns after those of head_fields. */
enum {
    COLUMN_SIMULATED = HEAD_FIELDS, COLUMN_OBSERVED, COLUMN_ROUND,
    COLUMN_REASON, COLUMN_RPO, COLUMN_DATA_AGE, COLUMN_UPDATED
};


static const bt_field  tenant_fields[] = {
    { "name", BT_FIELD_PLAIN, "n.name" },
    { "ob-id", BT_FIELD_PLAIN, "n.ob_id" },
    { "role", BT_FIELD_PLAIN, "n.role" },
    { "log-mode", BT_FIELD_PLAIN, "n.log_mode" },
    { "last-full", BT_FIELD_PLAIN, "n.last_full" },
    { "last-incremental", BT_FIELD_PLAIN, "n.last_incremental" },
    { "latest-backup-time", BT_FIELD_PLAIN, "l.latest_backup_time" },
    { "restorable-from", BT_FIELD_PLAIN, "n.restorable_from" },
    { "restorable-to", BT_FIELD_PLAIN, BT_SQL_RESTORABLE_TO("n", "l") },
    { "status", BT_FIELD_PLAIN, "COALESCE(l.status, 'UNKNOWN')" },
    { "log-id", BT_FIELD_PLAIN, "l.id" },
    { "actions", BT_FIELD_BACKUP, "v.allowed, c.adapter, c.version, n.ob_id" },
    { "command", BT_FIELD_COMMAND, BT_SQL_COMMAND }
};

#define TENANT_FIELDS  (sizeof(tenant_fields) / sizeof(tenant_fields[0]))


/* Result sets that go with consecutive clusters, each ordered by cluster. */
typedef struct {
    bt_rows  *heads;
    bt_rows  *groups;
    bool      group;               /* a row is waiting */
    bt_rows  *tenants;
    bool      tenant;
} details;


static void
add_bounds(bt_sql *sql, const char *column, int64_t first, int64_t last)
{
    bt_sql_add(sql, " AND ");
    bt_sql_add(sql, column);
    bt_sql_value(sql, " >= ?", bt_int(first));
    bt_sql_add(sql, " AND ");
    bt_sql_add(sql, column);
    bt_sql_value(sql, " <= ?", bt_int(last));
}


static bt_store_status
read_heads(bt_reply *reply, int64_t first, int64_t last, bt_rows **rows)
{
    bt_sql           sql;
    bt_store_status  status;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT ");
    bt_row_columns(&sql, head_fields, HEAD_FIELDS);
    bt_sql_add(&sql, ", c.simulated, c.observed, c.round_seconds,"
               " c.stale_reason, c.rpo_seconds, c.data_age_seconds, c.updated"
               " FROM clusters c WHERE 1 = 1");
    add_bounds(&sql, "c.id", first, last);
    bt_sql_add(&sql, " ORDER BY c.id");

    status = bt_sql_run(&sql, reply->store, rows);
    bt_sql_free(&sql);

    return status;
}


static bt_store_status
read_groups(bt_reply *reply, int64_t first, int64_t last, bt_rows **rows)
{
    bt_sql           sql;
    bt_store_status  status;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT g.cluster_id, g.name FROM cluster_groups g"
               " WHERE 1 = 1");
    add_bounds(&sql, "g.cluster_id", first, last);
    bt_sql_add(&sql, " ORDER BY g.cluster_id, g.name");

    status = bt_sql_run(&sql, reply->store, rows);
    bt_sql_free(&sql);

    return status;
}


/* The tenants of today's incarnation, in scope, each with its log backups. */
static bt_store_status
read_tenants(bt_reply *reply, int64_t first, int64_t last, bt_rows **rows)
{
    bt_sql           sql;
    bt_filter        filter;
    bt_store_status  status;

    filter = (bt_filter) { .request = reply->request };

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT n.cluster_id, n.id, ");
    bt_row_columns(&sql, tenant_fields, TENANT_FIELDS);
    bt_sql_add(&sql, " FROM tenants n JOIN clusters c"
               " ON c.id = n.cluster_id AND c.incarnation = n.incarnation"
               " LEFT JOIN log_backups l"
               " ON l.cluster_id = n.cluster_id AND l.tenant_id = n.id"
               " LEFT JOIN commands m ON m.id = n.last_command_id"
               " LEFT JOIN cluster_actions v"
               " ON v.cluster_id = n.cluster_id AND v.action = 'backup'"
               " WHERE 1 = 1");
    add_bounds(&sql, "n.cluster_id", first, last);
    bt_filter_where_places(&filter, &sql, BT_FILTER_SCOPE, true);
    bt_sql_add(&sql, " ORDER BY n.cluster_id, n.name, n.id,"
               " l.listed_at DESC, l.id DESC");

    status = bt_sql_run(&sql, reply->store, rows);
    bt_sql_free(&sql);

    return status;
}


static void
close_details(details *d)
{
    bt_rows_close(d->tenants);
    bt_rows_close(d->groups);
    bt_rows_close(d->heads);
}


static bt_store_status
read_details(bt_reply *reply, int64_t first, int64_t last, details *d)
{
    bt_store_status  status;

    *d = (details) { 0 };
    status = read_heads(reply, first, last, &d->heads);

    if (status == BT_STORE_OK) {
        status = read_groups(reply, first, last, &d->groups);
    }

    if (status == BT_STORE_OK) {
        status = read_tenants(reply, first, last, &d->tenants);
    }

    if (status != BT_STORE_OK) {
        close_details(d);
        return status;
    }

    d->group = bt_rows_next(d->groups) > 0;
    d->tenant = bt_rows_next(d->tenants) > 0;

    return BT_STORE_OK;
}


/* Moves rows that are ordered by cluster up to `id`; true: one is there. */
static bool
move_to(bt_rows *rows, bool *there, int64_t id)
{
    while (*there && bt_rows_get(rows, 0).number < id) {
        *there = bt_rows_next(rows) > 0;
    }

    return *there && bt_rows_get(rows, 0).number == id;
}


static void
write_groups(bt_reply *reply, details *d, int64_t id)
{
    bt_xml_open(reply->xml, "groups");

    while (move_to(d->groups, &d->group, id)) {
        bt_row_value(reply, "group", bt_rows_get(d->groups, 1));
        d->group = bt_rows_next(d->groups) > 0;
    }

    bt_xml_close(reply->xml);
}


/* A tenant with several destinations stands there once, with the newest. */
static void
write_tenants(bt_reply *reply, details *d, int64_t id)
{
    int64_t  tenant, last;

    last = 0;
    bt_xml_open(reply->xml, "tenants");

    while (move_to(d->tenants, &d->tenant, id)) {
        tenant = bt_rows_get(d->tenants, 1).number;

        if (tenant != last) {
            bt_xml_open(reply->xml, "tenant");
            bt_xml_attr_int(reply->xml, "id", tenant);
            bt_row_write(reply, tenant_fields, TENANT_FIELDS, d->tenants, 2,
                         0, NULL, NULL);
            bt_xml_close(reply->xml);
            last = tenant;
        }

        d->tenant = bt_rows_next(d->tenants) > 0;
    }

    bt_xml_close(reply->xml);
}


static void
write_risks(bt_reply *reply, const bt_health *health, int64_t id)
{
    size_t  i;

    for (i = 0; i < health->risk_count; i++) {

        if (health->risks[i].cluster_id == id) {
            bt_health_write_risk(reply->xml, reply->zone,
                                 &health->risks[i]);
        }
    }
}


/* The fields of the cluster on which d->heads stands. */
static void
write_fields(bt_reply *reply, details *d, const bt_cluster *cluster,
    const bt_health *health)
{
    bt_rows             *rows = d->heads;
    const char *const   *states = bt_view_statuses(BT_VIEW_CLUSTERS);

    bt_row_write(reply, head_fields, HEAD_FIELDS, rows, 0, 0, NULL, NULL);

    if (bt_rows_get(rows, COLUMN_SIMULATED).number != 0) {
        bt_xml_open(reply->xml, "simulated");
        bt_xml_close(reply->xml);
    }

    write_groups(reply, d, cluster->id);
    bt_xml_leaf(reply->xml, "status", bt_str_of(states[cluster->state]));
    bt_row_value(reply, "observed", bt_rows_get(rows, COLUMN_OBSERVED));
    bt_row_stale(reply, bt_rows_get(rows, COLUMN_OBSERVED),
                 bt_rows_get(rows, COLUMN_ROUND),
                 bt_rows_get(rows, COLUMN_REASON));
    bt_row_value(reply, "rpo-seconds", bt_rows_get(rows, COLUMN_RPO));
    bt_row_value(reply, "data-age-seconds",
                 bt_rows_get(rows, COLUMN_DATA_AGE));
    write_risks(reply, health, cluster->id);
    write_tenants(reply, d, cluster->id);
    bt_row_value(reply, "updated", bt_rows_get(rows, COLUMN_UPDATED));
}


/* Moves the heads up to a cluster; false: it is not there any more. */
static bool
find_head(details *d, int64_t id)
{
    while (bt_rows_next(d->heads) > 0) {
        if (bt_rows_get(d->heads, 0).number == id) {
            return true;
        }
    }

    return false;
}


/* What the lines of clusters.csv have beside head_fields. */
static const char *const  csv_names[] = {
    "simulated", "groups", "status", "observed", "stale-since",
    "stale-reason", "rpo-seconds", "data-age-seconds", "risks", "tenants",
    "updated"
};


static void
write_csv_names(bt_csv *csv)
{
    size_t  i;

    bt_csv_names(csv, head_fields, HEAD_FIELDS);

    for (i = 0; i < sizeof(csv_names) / sizeof(csv_names[0]); i++) {
        bt_csv_word(csv, csv_names[i]);
    }

    bt_csv_end_line(csv);
}


/* Appends to a text of several: "a; b". */
static void
join(bt_reply *reply, bt_str *text, const char *separator, bt_str part)
{
    char    *more;
    size_t   between;

    between = text->len > 0 ? strlen(separator) : 0;
    more = bt_pool_alloc(reply->request->pool,
                         text->len + between + part.len + 1);

    if (more == NULL) {
        reply->output->failed = true;
        return;
    }

    if (text->len > 0) {
        memcpy(more, text->data, text->len);
        memcpy(more + text->len, separator, between);
    }

    memcpy(more + text->len + between, part.data, part.len);
    text->data = more;
    text->len += between + part.len;
}


static void
write_csv_groups(bt_reply *reply, bt_csv *csv, details *d, int64_t id)
{
    bt_str  groups = { "", 0 };

    while (move_to(d->groups, &d->group, id)) {
        join(reply, &groups, "; ", bt_value_text(bt_rows_get(d->groups, 1)));
        d->group = bt_rows_next(d->groups) > 0;
    }

    bt_csv_text(csv, groups);
}


static void
write_csv_risks(bt_reply *reply, bt_csv *csv, const bt_health *health,
    int64_t id)
{
    size_t  i;
    bt_str  risks = { "", 0 };

    for (i = 0; i < health->risk_count; i++) {
        if (health->risks[i].cluster_id == id) {
            join(reply, &risks, " ",
                 bt_str_of(bt_risk_name(health->risks[i].kind)));
        }
    }

    bt_csv_text(csv, risks);
}


static void
write_csv_tenants(bt_csv *csv, details *d, int64_t id)
{
    int64_t  tenant, last, count;

    last = count = 0;

    while (move_to(d->tenants, &d->tenant, id)) {
        tenant = bt_rows_get(d->tenants, 1).number;
        count += tenant != last;
        last = tenant;
        d->tenant = bt_rows_next(d->tenants) > 0;
    }

    bt_csv_number(csv, count);
}


/* The same in one line: the number of tenants, and the kinds of risks. */
static void
write_csv_line(bt_reply *reply, bt_csv *csv, details *d,
    const bt_cluster *cluster, const bt_health *health)
{
    bt_rows             *rows = d->heads;
    bt_value             stale[3];
    const char *const   *states = bt_view_statuses(BT_VIEW_CLUSTERS);

    stale[0] = bt_rows_get(rows, COLUMN_OBSERVED);
    stale[1] = bt_rows_get(rows, COLUMN_ROUND);
    stale[2] = bt_rows_get(rows, COLUMN_REASON);

    bt_csv_fields(csv, reply, head_fields, HEAD_FIELDS, rows, 0);
    bt_csv_word(csv, bt_rows_get(rows, COLUMN_SIMULATED).number != 0 ? "true"
                                                                     : "");
    write_csv_groups(reply, csv, d, cluster->id);
    bt_csv_word(csv, states[cluster->state]);
    bt_csv_value(csv, stale[0]);
    bt_csv_stale(csv, reply->request->now, stale);
    bt_csv_value(csv, bt_rows_get(rows, COLUMN_RPO));
    bt_csv_value(csv, bt_rows_get(rows, COLUMN_DATA_AGE));
    write_csv_risks(reply, csv, health, cluster->id);
    write_csv_tenants(csv, d, cluster->id);
    bt_csv_value(csv, bt_rows_get(rows, COLUMN_UPDATED));
    bt_csv_end_line(csv);
}


static void
write_element(bt_reply *reply, details *d, const bt_cluster *cluster,
    const bt_health *health)
{
    bt_xml_open(reply->xml, "cluster");
    write_fields(reply, d, cluster, health);
    bt_xml_close(reply->xml);
}


/* csv: NULL where the document is XML. */
static bt_store_status
write_clusters(bt_reply *reply, bt_csv *csv, const bt_cluster *clusters,
    size_t count, const bt_health *health)
{
    size_t           i;
    details          d;
    bt_store_status  status;

    status = read_details(reply, clusters[0].id, clusters[count - 1].id, &d);

    if (status != BT_STORE_OK) {
        return status;
    }

    for (i = 0; i < count; i++) {

        if (!find_head(&d, clusters[i].id)) {
            continue;
        }

        if (csv != NULL) {
            write_csv_line(reply, csv, &d, &clusters[i], health);

        } else {
            write_element(reply, &d, &clusters[i], health);
        }
    }

    close_details(&d);

    return BT_STORE_OK;
}


static bool
selected(const bt_reply *reply, const bt_cluster *cluster)
{
    uint32_t  status = reply->request->query.status;

    return status == 0 || (status & (1u << cluster->state)) != 0;
}


/* The clusters of the status filter; NULL without memory. */
static bt_cluster *
select_clusters(const bt_reply *reply, const bt_health *health, size_t *count)
{
    size_t       i;
    bt_cluster  *kept;

    kept = bt_pool_alloc(reply->request->pool,
                         (health->cluster_count + 1) * sizeof(bt_cluster));

    for (i = *count = 0; kept != NULL && i < health->cluster_count; i++) {
        if (selected(reply, &health->clusters[i])) {
            kept[(*count)++] = health->clusters[i];
        }
    }

    return kept;
}


/* A page of `count` clusters: [*first, *last).  Clusters stand by ascending
 * id, so "after" means higher ids. */
static void
find_page(const bt_reply *reply, const bt_cluster *clusters, size_t count,
    size_t *first, size_t *last)
{
    size_t           i;
    const bt_query  *query = &reply->request->query;
    size_t           size = (size_t) query->size;

    *first = 0;

    if (query->after[0] != '\0') {
        for (i = 0; i < count && clusters[i].id <= query->position_id; i++) {
            /* void */
        }

        *first = i;
    }

    if (query->before[0] != '\0') {
        for (i = 0; i < count && clusters[i].id < query->position_id; i++) {
            /* void */
        }

        *first = i > size ? i - size : 0;
        *last = i;
        return;
    }

    *last = count - *first > size ? *first + size : count;
}


static void
write_page_links(bt_reply *reply, const bt_cluster *clusters, size_t first)
{
    const bt_query  *query = &reply->request->query;

    if (query->after[0] == '\0' && query->before[0] == '\0') {
        return;
    }

    bt_document_link(reply, "first",
                     bt_document_href(reply, &reply->request->route, query,
                                      NULL, NULL));

    if (first > 0) {
        bt_document_page_link(reply, "prev", "before", 0,
                              clusters[first - 1].id + 1);
    }
}


static void
write_summary(bt_reply *reply, const bt_health *health)
{
    size_t              i, j;
    int64_t             number;
    bt_query            query;
    const char *const  *states = bt_view_statuses(BT_VIEW_CLUSTERS);

    bt_xml_open(reply->xml, "summary");

    for (i = 0; states[i] != NULL; i++) {
        number = 0;

        for (j = 0; j < health->cluster_count; j++) {
            number += health->clusters[j].state == i;
        }

        query = reply->request->query;
        query.status = 1u << i;
        query.given |= 1u << BT_PARAM_STATUS;

        bt_xml_open(reply->xml, "count");
        bt_xml_attr(reply->xml, "status", bt_str_of(states[i]));
        bt_xml_attr(reply->xml, "href",
                    bt_document_href(reply, &reply->request->route, &query,
                                     NULL, NULL));
        bt_xml_text_int(reply->xml, number);
        bt_xml_close(reply->xml);
    }

    bt_xml_close(reply->xml);
}


static bt_store_status
write_top(bt_reply *reply, const bt_filter *filter, const bt_health *health)
{
    bt_store_status  status;

    if (reply->request->query.size > BT_SIZE_PAGE) {
        return BT_STORE_OK;
    }

    status = bt_health_add(reply);

    if (status == BT_STORE_OK) {
        status = bt_overview_write(reply, filter);
    }

    if (status == BT_STORE_OK) {
        write_summary(reply, health);
    }

    return status;
}


static bt_store_status
write_page(bt_reply *reply, bt_csv *csv, const bt_health *health,
    const bt_cluster *page, size_t count)
{
    size_t           i, part;
    bt_store_status  status;

    status = BT_STORE_OK;

    for (i = 0; i < count && status == BT_STORE_OK; i += part) {
        part = count - i > DETAIL_CLUSTERS ? DETAIL_CLUSTERS : count - i;
        status = write_clusters(reply, csv, page + i, part, health);
    }

    return status;
}


static void
write_next(bt_reply *reply, const bt_cluster *clusters, size_t count,
    size_t last)
{
    if (last == count) {
        return;
    }

    if (last > 0) {
        bt_document_page_link(reply, "next", "after", 0,
                              clusters[last - 1].id);
        return;
    }

    /* Nothing stands before: what follows is the first page. */
    bt_document_link(reply, "next",
                     bt_document_href(reply, &reply->request->route,
                                      &reply->request->query, NULL, NULL));
}


/* The part of all clusters that stand on the page asked for. */
typedef struct {
    bt_cluster  *clusters;
    size_t       count;
    size_t       first;
    size_t       last;
} cluster_page;


static bt_store_status
write_csv(bt_reply *reply, const bt_health *health, const cluster_page *page)
{
    bt_csv  csv;

    bt_csv_begin(&csv, reply->output);
    write_csv_names(&csv);

    return write_page(reply, &csv, health, page->clusters + page->first,
                      page->last - page->first);
}


static bt_store_status
write_xml(bt_reply *reply, const bt_filter *filter, const bt_health *health,
    const cluster_page *page)
{
    bt_store_status  status;

    status = write_top(reply, filter, health);

    if (status != BT_STORE_OK) {
        return status;
    }

    bt_xml_open(reply->xml, "items");
    status = write_page(reply, NULL, health, page->clusters + page->first,
                        page->last - page->first);
    bt_xml_close(reply->xml);

    return status;
}


static bt_store_status
write_document(bt_reply *reply, const bt_filter *filter,
    const bt_health *health, bt_usec as_of)
{
    bool             xml;
    cluster_page     page;
    bt_store_status  status;

    page.clusters = select_clusters(reply, health, &page.count);

    if (page.clusters == NULL) {
        return BT_STORE_ERROR;
    }

    find_page(reply, page.clusters, page.count, &page.first, &page.last);
    xml = bt_document_is_xml(reply);

    if (xml) {
        bt_document_begin(reply, "clusters", as_of);
    }

    write_page_links(reply, page.clusters, page.first);
    status = xml ? write_xml(reply, filter, health, &page)
                 : write_csv(reply, health, &page);

    if (status != BT_STORE_OK) {
        return status;
    }

    write_next(reply, page.clusters, page.count, page.last);

    if (xml) {
        bt_document_end(reply, (int64_t) (page.last - page.first),
                        page.last == page.count);
    }

    return BT_STORE_OK;
}


static bt_store_status
write_list(bt_reply *reply)
{
    bt_usec          as_of;
    bt_filter        filter;
    bt_health        health;
    bt_store_status  status;

    status = bt_filter_init(&filter, reply);

    if (status == BT_STORE_OK) {
        status = bt_health_read(reply, &filter,
                                BT_FILTER_PLACE | BT_FILTER_UPDATED, 0,
                                &health);
    }

    if (status == BT_STORE_OK) {
        status = bt_list_as_of(reply, &filter, &as_of);
    }

    return status == BT_STORE_OK
           ? write_document(reply, &filter, &health, as_of) : status;
}


int
bt_view_clusters(bt_reply *reply)
{
    return reply->request->route.format == BT_FORMAT_ATOM
           ? bt_atom_view(reply) : bt_reply_store(reply, write_list(reply));
}


static bt_store_status
write_one(bt_reply *reply, const bt_health *health)
{
    details          d;
    bt_store_status  status;

    status = bt_record_begin(reply, "cluster", health->clusters[0].observed);

    if (status != BT_STORE_OK) {
        return status;
    }

    status = read_details(reply, health->clusters[0].id,
                          health->clusters[0].id, &d);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (find_head(&d, health->clusters[0].id)) {
        write_fields(reply, &d, &health->clusters[0], health);
    }

    close_details(&d);
    bt_document_end(reply, 1, true);

    return BT_STORE_OK;
}


int
bt_view_cluster(bt_reply *reply)
{
    bt_filter        filter;
    bt_health        health;
    bt_store_status  status;

    filter = (bt_filter) { .request = reply->request };
    status = bt_health_read(reply, &filter, BT_FILTER_SCOPE,
                            reply->request->route.id, &health);

    if (status != BT_STORE_OK) {
        return bt_reply_store(reply, status);
    }

    if (health.cluster_count == 0) {
        return bt_reply_not_found(reply);
    }

    return bt_reply_store(reply, write_one(reply, &health));
}

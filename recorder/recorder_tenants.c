/* recorder_tenants.c: locks the clusters of a commit, and keeps their tenants. */

#include "recorder_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define TENANT_COLUMNS  14

static int
compare_ids(const void *a, const void *b)
{
    int64_t left = *(const int64_t *) a;
    int64_t right = *(const int64_t *) b;

    return (left > right) - (left < right);
}

static bool
has_id(const rec_list *list, int64_t id)
{
    for (size_t i = list->count; i-- > 0;) {
        if (*(const int64_t *) rec_at(list, i) == id) {
            return true;
        }
    }
    return false;
}

void
rec_add_id(bt_recorder *recorder, rec_list *list, int64_t id)
{
    int64_t *place;

    if (has_id(list, id)) {
        return;
    }
    place = rec_add(recorder, list);
    if (place != NULL) {
        *place = id;
    }
}

static void
collect_clusters(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->keys.count; i++) {
        const rec_key *key = rec_at(&recorder->keys, i);

        rec_add_id(recorder, &recorder->clusters, key->cluster_id);
    }
    for (size_t i = 0; i < recorder->tenants_put.count; i++) {
        const rec_tenant *tenant = rec_at(&recorder->tenants_put, i);

        rec_add_id(recorder, &recorder->clusters, tenant->cluster_id);
    }
    for (size_t i = 0; i < recorder->removals.count; i++) {
        const rec_removal *removal = rec_at(&recorder->removals, i);

        rec_add_id(recorder, &recorder->clusters, removal->cluster_id);
    }
    if (recorder->clusters.count > 1) {
        qsort(recorder->clusters.data, recorder->clusters.count,
              sizeof(int64_t), compare_ids);
    }
}

/* The row of a cluster; without the lease of who writes there is none. */
static bool
lock_cluster(bt_recorder *recorder, int64_t id)
{
    bt_rows *rows;

    rec_sql_start(recorder, "SELECT c.id FROM clusters c WHERE c.id = ?");
    rec_bind(recorder, bt_int(id));
    rec_held(recorder);
    rec_sql(recorder, " FOR UPDATE");
    if (!rec_run(recorder, &rows)) {
        return false;
    }
    recorder->lost = bt_rows_next(rows) != 1 && recorder->holder.id != 0;
    bt_rows_close(rows);
    if (recorder->lost) {
        (void) snprintf(recorder->error, sizeof(recorder->error),
                        "the lease of cluster %lld is not held",
                        (long long) id);
    }
    return !recorder->lost;
}

/* One recorder at a time writes a cluster; in order of id, so that two never
 * wait for each other. */
bool
rec_lock_clusters(bt_recorder *recorder)
{
    collect_clusters(recorder);
    for (size_t i = 0; i < recorder->clusters.count; i++) {
        const int64_t *id = rec_at(&recorder->clusters, i);

        if (!lock_cluster(recorder, *id)) {
            return false;
        }
    }
    return true;
}

static void
take_tenant(rec_tenant *tenant, const bt_value *row)
{
    *tenant = (rec_tenant) {
        .id = row[0].number, .cluster_id = row[1].number,
        .incarnation = (int) row[2].number, .ob_id = row[3].number,
        .name = rec_text_of(&row[4]), .role = rec_text_of(&row[5]),
        .log_mode = rec_text_of(&row[6]), .last_full = rec_time_of(&row[7]),
        .last_incremental = rec_time_of(&row[8]),
        .last_data_status = rec_text_of(&row[9]),
        .last_data_id = row[10].number, .last_data_at = rec_time_of(&row[11]),
        .restorable_from = rec_time_of(&row[12]),
        .restorable_to = rec_time_of(&row[13])
    };
}

static bool
load_cluster_tenants(bt_recorder *recorder, int64_t cluster_id)
{
    bt_value row[TENANT_COLUMNS];
    bt_rows *rows;
    bool     good = true;

    rec_sql_start(recorder, "SELECT id, cluster_id, incarnation, ob_id, name, "
                  "role, log_mode, last_full, last_incremental, "
                  "last_data_status, last_data_id, last_data_at, "
                  "restorable_from, restorable_to FROM tenants "
                  "WHERE cluster_id = ?");
    rec_bind(recorder, bt_int(cluster_id));
    if (!rec_run(recorder, &rows)) {
        return false;
    }
    while (good && bt_rows_next(rows) == 1) {
        rec_tenant *tenant = rec_add(recorder, &recorder->tenants);

        good = tenant != NULL
               && rec_take(recorder, rows, 0, row, TENANT_COLUMNS);
        if (good) {
            take_tenant(tenant, row);
        }
    }
    bt_rows_close(rows);
    return good;
}

static size_t
search_tenant(const bt_recorder *recorder, int64_t cluster_id,
              int incarnation, int64_t ob_id)
{
    for (size_t i = 0; i < recorder->tenants.count; i++) {
        const rec_tenant *tenant = rec_at(&recorder->tenants, i);

        if (tenant->cluster_id == cluster_id && tenant->ob_id == ob_id
            && tenant->incarnation == incarnation)
        {
            return i;
        }
    }
    return REC_NONE;
}

size_t
rec_find_tenant(const bt_recorder *recorder, const rec_key *key, int64_t ob_id)
{
    return search_tenant(recorder, key->cluster_id, key->incarnation, ob_id);
}

void
rec_unknown_tenant(bt_recorder *recorder, const rec_key *key, int64_t ob_id)
{
    (void) snprintf(recorder->error, sizeof(recorder->error),
                    "a record names tenant %lld of cluster %lld, which was "
                    "never put", (long long) ob_id,
                    (long long) key->cluster_id);
}

static void
update_text(bool *changed, bt_str *old, bt_str new)
{
    if (!bt_str_eq(*old, new)) {
        *old = new;
        *changed = true;
    }
}

static void
update_time(bool *changed, bt_usec *old, bt_usec new)
{
    if (*old != new) {
        *old = new;
        *changed = true;
    }
}

/* A tenant that nothing but its number is known of. */
static bt_str
name_or_number(bt_recorder *recorder, const rec_tenant *put)
{
    char text[24];

    if (put->name.len > 0) {
        return put->name;
    }
    (void) snprintf(text, sizeof(text), "%lld", (long long) put->ob_id);
    return rec_copy(recorder, &recorder->scratch, bt_str_of(text));
}

static void
merge_tenant(bt_recorder *recorder, const rec_tenant *put)
{
    size_t      place = search_tenant(recorder, put->cluster_id,
                                      put->incarnation, put->ob_id);
    rec_tenant *tenant;

    if (place == REC_NONE) {
        tenant = rec_add(recorder, &recorder->tenants);
        if (tenant != NULL) {
            *tenant = *put;
            tenant->name = name_or_number(recorder, put);
            tenant->changed = true;
        }
        return;
    }
    if (put->name.len == 0) {
        return;
    }
    tenant = rec_at(&recorder->tenants, place);
    update_text(&tenant->renamed, &tenant->name, put->name);
    tenant->changed = tenant->changed || tenant->renamed;
    update_text(&tenant->changed, &tenant->role, put->role);
    update_text(&tenant->changed, &tenant->log_mode, put->log_mode);
    update_time(&tenant->changed, &tenant->restorable_from,
                put->restorable_from);
    update_time(&tenant->touched, &tenant->restorable_to, put->restorable_to);
}

static bt_value
text_or_null(bt_str text)
{
    return text.len > 0 ? bt_text(text) : bt_null();
}

static bool
insert_tenant(bt_recorder *recorder, rec_tenant *tenant)
{
    bt_value now = bt_time(bt_time_now());

    rec_sql_start(recorder, "INSERT INTO tenants (cluster_id, incarnation, "
                  "ob_id, name, created, updated) "
                  "VALUES (?, ?, ?, ?, ?, ?)");
    rec_bind(recorder, bt_int(tenant->cluster_id));
    rec_bind(recorder, bt_int(tenant->incarnation));
    rec_bind(recorder, bt_int(tenant->ob_id));
    rec_bind(recorder, bt_text(tenant->name));
    rec_bind(recorder, now);
    rec_bind(recorder, now);
    if (!rec_run(recorder, NULL)) {
        return false;
    }
    tenant->id = bt_store_insert_id(recorder->store);
    return true;
}

static bool
find_item_tenants(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->items.count; i++) {
        rec_item      *item = rec_at(&recorder->items, i);
        const rec_key *key = rec_at(&recorder->keys, item->key);

        item->tenant = rec_find_tenant(recorder, key, key->tenant);
        if (item->tenant == REC_NONE) {
            rec_unknown_tenant(recorder, key, key->tenant);
            return false;
        }
    }
    return true;
}

bool
rec_load_tenants(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->clusters.count; i++) {
        int64_t *id = rec_at(&recorder->clusters, i);

        if (!load_cluster_tenants(recorder, *id)) {
            return false;
        }
    }
    for (size_t i = 0; i < recorder->tenants_put.count; i++) {
        merge_tenant(recorder, rec_at(&recorder->tenants_put, i));
    }
    for (size_t i = 0; i < recorder->tenants.count; i++) {
        rec_tenant *tenant = rec_at(&recorder->tenants, i);

        if (tenant->id == 0 && !insert_tenant(recorder, tenant)) {
            return false;
        }
    }
    return find_item_tenants(recorder);
}

static bool
update_tenant(bt_recorder *recorder, const rec_tenant *tenant)
{
    rec_sql_start(recorder, "UPDATE tenants SET name = ?, role = ?, "
                  "log_mode = ?, last_full = ?, last_incremental = ?, "
                  "last_data_status = ?, last_data_id = ?, last_data_at = ?, "
                  "restorable_from = ?, restorable_to = ?");
    rec_bind(recorder, bt_text(tenant->name));
    rec_bind(recorder, text_or_null(tenant->role));
    rec_bind(recorder, text_or_null(tenant->log_mode));
    rec_bind(recorder, rec_time_value(tenant->last_full));
    rec_bind(recorder, rec_time_value(tenant->last_incremental));
    rec_bind(recorder, text_or_null(tenant->last_data_status));
    rec_bind(recorder, tenant->last_data_id > 0 ? bt_int(tenant->last_data_id)
                                                : bt_null());
    rec_bind(recorder, rec_time_value(tenant->last_data_at));
    rec_bind(recorder, rec_time_value(tenant->restorable_from));
    rec_bind(recorder, rec_time_value(tenant->restorable_to));
    if (tenant->changed) {
        rec_sql(recorder, ", updated = ?");
        rec_bind(recorder, bt_time(bt_time_now()));
    }
    rec_sql(recorder, " WHERE id = ?");
    rec_bind(recorder, bt_int(tenant->id));
    return rec_run(recorder, NULL);
}

/* Who follows the records of the cluster has to begin again: they show the
 * name, and are found by it. */
static bool
count_rename(bt_recorder *recorder, const rec_tenant *tenant)
{
    rec_sql_start(recorder, "UPDATE clusters SET renames = renames + 1 "
                  "WHERE id = ?");
    rec_bind(recorder, bt_int(tenant->cluster_id));
    return rec_run(recorder, NULL);
}

bool
rec_write_tenants(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->tenants.count; i++) {
        const rec_tenant *tenant = rec_at(&recorder->tenants, i);

        if (((tenant->changed || tenant->touched)
             && !update_tenant(recorder, tenant))
            || (tenant->renamed && !count_rename(recorder, tenant)))
        {
            return false;
        }
    }
    for (size_t i = 0; i < recorder->clusters_changed.count; i++) {
        int64_t *id = rec_at(&recorder->clusters_changed, i);

        rec_sql_start(recorder, "UPDATE clusters SET updated = ?, "
                      "change_no = ? WHERE id = ?");
        rec_bind(recorder, bt_time(bt_time_now()));
        rec_bind(recorder, bt_int(recorder->number));
        rec_bind(recorder, bt_int(*id));
        if (!rec_run(recorder, NULL)) {
            return false;
        }
    }
    return true;
}

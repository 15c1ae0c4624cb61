/* recorder_tenants.c: locks the clusters of a commit, and keeps their tenants and their last backups. */

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

static void
add_id(bt_recorder *recorder, rec_list *list, int64_t id)
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

        add_id(recorder, &recorder->clusters, key->cluster_id);
    }
    for (size_t i = 0; i < recorder->tenants_put.count; i++) {
        const rec_tenant *tenant = rec_at(&recorder->tenants_put, i);

        add_id(recorder, &recorder->clusters, tenant->cluster_id);
    }
    if (recorder->clusters.count > 1) {
        qsort(recorder->clusters.data, recorder->clusters.count,
              sizeof(int64_t), compare_ids);
    }
}

/* One recorder at a time writes a cluster; in order of id, so that two never
 * wait for each other. */
bool
rec_lock_clusters(bt_recorder *recorder)
{
    collect_clusters(recorder);
    for (size_t i = 0; i < recorder->clusters.count; i++) {
        int64_t *id = rec_at(&recorder->clusters, i);

        rec_sql_start(recorder,
                      "SELECT id FROM clusters WHERE id = ? FOR UPDATE");
        rec_bind(recorder, bt_int(*id));
        if (!rec_run(recorder, NULL)) {
            return false;
        }
    }
    return true;
}

static bt_usec
time_of(const bt_value *value)
{
    return value->type == BT_VALUE_TIME ? value->number : BT_UNKNOWN;
}

static void
take_tenant(rec_tenant *tenant, const bt_value *row)
{
    *tenant = (rec_tenant) {
        .id = row[0].number, .cluster_id = row[1].number,
        .incarnation = (int) row[2].number, .ob_id = row[3].number,
        .name = rec_text_of(&row[4]), .role = rec_text_of(&row[5]),
        .log_mode = rec_text_of(&row[6]), .last_full = time_of(&row[7]),
        .last_incremental = time_of(&row[8]),
        .last_data_status = rec_text_of(&row[9]),
        .last_data_id = row[10].number, .last_data_at = time_of(&row[11]),
        .restorable_from = time_of(&row[12]),
        .restorable_to = time_of(&row[13])
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
            tenant->changed = true;
        }
        return;
    }
    tenant = rec_at(&recorder->tenants, place);
    update_text(&tenant->changed, &tenant->name, put->name);
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
            (void) snprintf(recorder->error, sizeof(recorder->error),
                            "a record names tenant %lld of cluster %lld, "
                            "which was never put", (long long) key->tenant,
                            (long long) key->cluster_id);
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

/* A good backup moves the tenant's last full or incremental one. */
static void
note_good(rec_tenant *tenant, const bt_value *mode, const bt_value *end_time)
{
    bt_usec  end = time_of(end_time);
    bt_usec *last = bt_str_eqz(rec_text_of(mode), "INCREMENTAL")
                    ? &tenant->last_incremental : &tenant->last_full;

    if (end != BT_UNKNOWN && (*last == BT_UNKNOWN || *last < end)) {
        *last = end;
        tenant->changed = true;
    }
}

/* The newest finished task says how the tenant stands; a canceled one says
 * nothing. */
static void
note_newest(const bt_recorder *recorder, rec_tenant *tenant,
            const rec_item *item, bt_str status)
{
    const rec_key *key = rec_at(&recorder->keys, item->key);

    if (bt_str_eqz(rec_text_of(&item->cause[0]), "CANCELED")
        || (tenant->last_data_at != BT_UNKNOWN
            && (tenant->last_data_at > key->listed_at
                || (tenant->last_data_at == key->listed_at
                    && tenant->last_data_id > key->id))))
    {
        return;
    }
    if (tenant->last_data_id != key->id
        || !bt_str_eq(tenant->last_data_status, status))
    {
        tenant->last_data_status = status;
        tenant->last_data_id = key->id;
        tenant->last_data_at = key->listed_at;
        tenant->changed = true;
    }
}

static void
note_item(bt_recorder *recorder, const rec_item *item)
{
    rec_tenant *tenant = rec_at(&recorder->tenants, item->tenant);
    bt_str      status = rec_text_of(
        &item->values[rec_kinds[BT_KIND_DATA].status]);

    if (bt_str_eqz(status, "COMPLETED")) {
        note_good(tenant, &item->values[rec_kinds[BT_KIND_DATA].mode],
                  &item->values[rec_kinds[BT_KIND_DATA].end_time]);
        note_newest(recorder, tenant, item, status);
    } else if (bt_str_eqz(status, "FAILED")) {
        note_newest(recorder, tenant, item, status);
    }
}

static bool
is_news(const rec_item *item)
{
    return item->kind == BT_KIND_DATA && (item->is_new || item->changed);
}

void
rec_note_backups(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->items.count; i++) {
        const rec_item *item = rec_at(&recorder->items, i);

        if (is_news(item)) {
            note_item(recorder, item);
        }
    }
    /* Inside a cluster-wide task each tenant has its own end. */
    for (size_t i = 0; i < recorder->parts.count; i++) {
        const rec_part *part = rec_at(&recorder->parts, i);
        const rec_item *item = rec_at(&recorder->items, part->item);
        size_t          tenant;

        if (part->kind != REC_TASK_TENANTS || !is_news(item)
            || !bt_str_eqz(rec_text_of(&part->values[1]), "COMPLETED"))
        {
            continue;
        }
        tenant = rec_find_tenant(recorder,
                                 rec_at(&recorder->keys, item->key),
                                 part->values[0].number);
        note_good(rec_at(&recorder->tenants, tenant),
                  &item->values[rec_kinds[BT_KIND_DATA].mode],
                  &part->values[4]);
    }
    for (size_t i = 0; i < recorder->tenants.count; i++) {
        const rec_tenant *tenant = rec_at(&recorder->tenants, i);

        if (tenant->changed) {
            add_id(recorder, &recorder->clusters_changed, tenant->cluster_id);
        }
    }
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

bool
rec_write_tenants(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->tenants.count; i++) {
        const rec_tenant *tenant = rec_at(&recorder->tenants, i);

        if ((tenant->changed || tenant->touched)
            && !update_tenant(recorder, tenant))
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

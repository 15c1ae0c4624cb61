/* recorder_last.c: keeps what tenants know of their last data backups. */

#include "recorder_internal.h"

/* Of the same codes as BT_SQL_CANCELED. */
static bool
is_canceled(const rec_item *item)
{
    bt_str code = rec_text_of(&item->cause[0]);

    return bt_str_eqz(code, "CANCELED") || bt_str_eqz(code, "-4072")
           || bt_str_eqz(code, "4072");
}

/* A good backup moves the tenant's last full or incremental one; where the
 * cluster tells no mode there is only one kind, which is full. */
static void
note_good(rec_tenant *tenant, const bt_value *mode, const bt_value *end_time)
{
    bt_usec  end = rec_time_of(end_time);
    bt_usec *last = bt_str_eqz(rec_text_of(mode), "INCREMENTAL")
                    ? &tenant->last_incremental : &tenant->last_full;

    if (end != BT_UNKNOWN && (*last == BT_UNKNOWN || *last < end)) {
        *last = end;
        tenant->changed = true;
    }
}

/* The newest finished task says how the tenant stands. */
static void
note_newest(const bt_recorder *recorder, rec_tenant *tenant,
            const rec_item *item, bt_str status)
{
    const rec_key *key = rec_at(&recorder->keys, item->key);

    if (tenant->last_data_at != BT_UNKNOWN
        && (tenant->last_data_at > key->listed_at
            || (tenant->last_data_at == key->listed_at
                && tenant->last_data_id > key->id)))
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

static bt_str
status_of(const bt_value *values)
{
    return rec_text_of(&values[rec_kinds[BT_KIND_DATA].status]);
}

static bool
is_finished(bt_str status)
{
    return bt_str_eqz(status, "COMPLETED") || bt_str_eqz(status, "FAILED");
}

static void
note_item(bt_recorder *recorder, const rec_item *item)
{
    const rec_kind *kind = &rec_kinds[BT_KIND_DATA];
    rec_tenant     *tenant = rec_at(&recorder->tenants, item->tenant);
    bt_str          status = status_of(item->values);

    if (bt_str_eqz(status, "COMPLETED")) {
        note_good(tenant, &item->values[kind->mode],
                  &item->values[kind->end_time]);
        note_newest(recorder, tenant, item, status);
    } else if (bt_str_eqz(status, "FAILED") && !is_canceled(item)) {
        note_newest(recorder, tenant, item, status);
    }
}

static bool
is_news(const rec_item *item)
{
    return item->kind == BT_KIND_DATA && (item->is_new || item->changed);
}

/* A finished task that the cluster now tells otherwise: what the tenant took
 * from it may not hold any more. */
static bool
takes_back(const rec_item *item)
{
    const rec_kind *kind = &rec_kinds[BT_KIND_DATA];
    const size_t    columns[] = { kind->status, kind->mode, kind->end_time };
    bt_str          old_code, code = rec_text_of(&item->cause[0]);

    if (item->old == NULL || !is_finished(status_of(item->old))) {
        return false;
    }
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        if (!rec_equal(&item->old[columns[i]], &item->values[columns[i]])) {
            return true;
        }
    }
    old_code = item->old_cause != NULL ? rec_text_of(&item->old_cause[0])
                                       : BT_STR("");
    return !bt_str_eq(old_code, code);
}

/* Inside a cluster-wide task each tenant has its own end. */
static void
note_part(bt_recorder *recorder, const rec_part *part)
{
    const rec_item *item = rec_at(&recorder->items, part->item);
    rec_tenant     *tenant;

    if (part->kind != REC_TASK_TENANTS || !is_news(item)) {
        return;
    }
    tenant = rec_at(&recorder->tenants,
                    rec_find_tenant(recorder,
                                    rec_at(&recorder->keys, item->key),
                                    part->values[0].number));
    tenant->stale = tenant->stale || takes_back(item);
    if (bt_str_eqz(rec_text_of(&part->values[1]), "COMPLETED")) {
        note_good(tenant, &item->values[rec_kinds[BT_KIND_DATA].mode],
                  &part->values[4]);
    }
}

void
rec_note_backups(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->items.count; i++) {
        const rec_item *item = rec_at(&recorder->items, i);

        if (is_news(item)) {
            rec_tenant *tenant = rec_at(&recorder->tenants, item->tenant);

            tenant->stale = tenant->stale || takes_back(item);
            note_item(recorder, item);
        }
    }
    for (size_t i = 0; i < recorder->parts.count; i++) {
        note_part(recorder, rec_at(&recorder->parts, i));
    }
    for (size_t i = 0; i < recorder->tenants.count; i++) {
        const rec_tenant *tenant = rec_at(&recorder->tenants, i);

        if (tenant->changed || tenant->stale) {
            rec_add_id(recorder, &recorder->clusters_changed,
                       tenant->cluster_id);
        }
    }
}

static bool
refresh_good(bt_recorder *recorder, rec_tenant *tenant)
{
    bt_value last;
    bt_rows *rows;

    rec_sql_start(recorder, "SELECT MAX(CASE WHEN q.mode = 'INCREMENTAL' THEN "
                  "NULL ELSE q.end_time END), MAX(CASE WHEN q.mode = "
                  "'INCREMENTAL' THEN q.end_time END) FROM (SELECT t.mode, "
                  "t.end_time FROM data_tasks t WHERE t.cluster_id = ? AND "
                  "t.tenant_id = ? AND t.status = 'COMPLETED' UNION ALL "
                  "SELECT t.mode, p.end_time FROM data_tasks t JOIN "
                  "data_task_tenants p ON p.task_id = t.id AND p.tenant_id = ? "
                  "WHERE t.cluster_id = ? AND p.status = 'COMPLETED') q");
    rec_bind(recorder, bt_int(tenant->cluster_id));
    rec_bind(recorder, bt_int(tenant->id));
    rec_bind(recorder, bt_int(tenant->id));
    rec_bind(recorder, bt_int(tenant->cluster_id));
    if (!rec_run(recorder, &rows)) {
        return false;
    }
    if (bt_rows_next(rows) == 1) {
        last = bt_rows_get(rows, 0);
        tenant->last_full = rec_time_of(&last);
        last = bt_rows_get(rows, 1);
        tenant->last_incremental = rec_time_of(&last);
    }
    bt_rows_close(rows);
    return true;
}

static bool
refresh_newest(bt_recorder *recorder, rec_tenant *tenant)
{
    bt_value row[3] = { bt_null(), bt_null(), bt_null() };
    bt_rows *rows;
    bool     good = true;

    rec_sql_start(recorder, "SELECT t.id, t.listed_at, t.status FROM "
                  "data_tasks t WHERE t.cluster_id = ? AND t.tenant_id = ? AND "
                  "(t.status = 'COMPLETED' OR (t.status = 'FAILED' AND NOT "
                  "EXISTS (SELECT 1 FROM causes x WHERE x.record_id = t.id AND "
                  "x.code IN (" BT_SQL_CANCELED ")))) ORDER BY t.listed_at "
                  "DESC, t.id DESC LIMIT 1");
    rec_bind(recorder, bt_int(tenant->cluster_id));
    rec_bind(recorder, bt_int(tenant->id));
    if (!rec_run(recorder, &rows)) {
        return false;
    }
    if (bt_rows_next(rows) == 1) {
        good = rec_take(recorder, rows, 0, row, 3);
    }
    bt_rows_close(rows);
    tenant->last_data_id = row[0].number;
    tenant->last_data_at = rec_time_of(&row[1]);
    tenant->last_data_status = rec_text_of(&row[2]);
    return good;
}

bool
rec_refresh_tenants(bt_recorder *recorder)
{
    for (size_t i = 0; i < recorder->tenants.count; i++) {
        rec_tenant *tenant = rec_at(&recorder->tenants, i);

        if (!tenant->stale) {
            continue;
        }
        if (!refresh_good(recorder, tenant)
            || !refresh_newest(recorder, tenant))
        {
            return false;
        }
        tenant->changed = true;
    }
    return true;
}

/* oceanbase4_tenants.c: the cluster itself, its clock, and its tenants. */

#include "agent/oceanbase4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYS_TENANT  1
#define LAST_SYSTEM_TENANT  1000

/* META tenants have odd numbers above the system's. */
bool
ob4_shows(int64_t tenant)
{
    return tenant == SYS_TENANT
           || (tenant > LAST_SYSTEM_TENANT && tenant % 2 == 0);
}

ob4_tenant *
ob4_find_tenant(const ob4_link *link, int64_t id)
{
    for (size_t i = 0; i < link->tenants.count; i++) {
        ob4_tenant *tenant = ob_list_at(&link->tenants, i);

        if (tenant->id == id) {
            return tenant;
        }
    }
    return NULL;
}

void
ob4_name_tenant(ob4_look *look, int64_t tenant)
{
    bt_tenant_record record = {
        .ob_id = tenant, .restorable_from = BT_UNKNOWN,
        .restorable_to = BT_UNKNOWN
    };

    if (tenant == SYS_TENANT) {
        record.name = BT_STR("sys");
    } else if (ob4_find_tenant(look->link, tenant) != NULL) {
        return;
    }
    bt_collect_tenant(look->collect, &record);
}

static void
keep(char *out, size_t size, bt_str text)
{
    size_t len = text.len < size ? text.len : size - 1;

    if (len > 0) {
        memcpy(out, text.data, len);
    }
    out[len] = '\0';
}

static ob4_tenant *
add_tenant(ob4_link *link, int64_t id)
{
    ob4_tenant *tenant = ob_list_add(&link->tenants, sizeof(*tenant));

    if (tenant != NULL) {
        tenant->id = id;
        tenant->checkpoint = BT_UNKNOWN;
        tenant->waits_since = BT_UNKNOWN;
        tenant->window_from = BT_UNKNOWN;
        tenant->rounds_due = true;
    }
    return tenant;
}

static bool
take_name(ob4_tenant *tenant, bt_str name)
{
    char *copy;

    if (tenant->name != NULL && bt_str_eqz(name, tenant->name)) {
        return true;
    }
    copy = strndup(name.len > 0 ? name.data : "", name.len);
    if (copy != NULL) {
        free(tenant->name);
        tenant->name = copy;
        tenant->named = false;
    }
    return copy != NULL;
}

/* Column 0 is the clock. */
static bool
take_tenant(ob4_link *link, const ob_rows *rows)
{
    int64_t     id = ob_int(rows, 1 + OB4_TENANT_ID);
    bt_str      type = ob_text(rows, 1 + OB4_TENANT_TYPE);
    ob4_tenant *tenant;

    if (id == BT_UNKNOWN || !ob4_shows(id) || bt_str_eqz(type, "META")
        || ob_text(rows, 1 + OB4_TENANT_NAME).len == 0)
    {
        return true;
    }
    tenant = ob4_find_tenant(link, id);
    tenant = tenant != NULL ? tenant : add_tenant(link, id);
    if (tenant == NULL
        || !take_name(tenant, ob_text(rows, 1 + OB4_TENANT_NAME)))
    {
        return false;
    }
    keep(tenant->role, sizeof(tenant->role),
         ob_text(rows, 1 + OB4_TENANT_ROLE));
    keep(tenant->mode, sizeof(tenant->mode),
         ob_text(rows, 1 + OB4_TENANT_MODE));
    keep(tenant->status, sizeof(tenant->status),
         ob_text(rows, 1 + OB4_TENANT_STATUS));
    tenant->recycled = bt_str_eqz(ob_text(rows, 1 + OB4_TENANT_BIN), "YES");
    tenant->user = id != SYS_TENANT;
    tenant->seen = true;
    return true;
}

static void
forget_dropped(ob4_link *link)
{
    for (size_t i = link->tenants.count; i-- > 0;) {
        ob4_tenant *tenant = ob_list_at(&link->tenants, i);

        if (!tenant->seen) {
            free(tenant->name);
            ob_list_remove(&link->tenants, i);
        }
    }
}

static void
put_cluster(const ob4_look *look, bt_usec created)
{
    const ob4_link    *link = look->link;
    bt_collect_cluster cluster = {
        .ob_name = bt_str_of(link->name), .ob_id = link->number,
        .version = bt_str_of(link->version), .incarnation = 1,
        .created = created, .clock = look->clock
    };

    bt_collect_cluster_is(look->collect, &cluster);
}

static bool
take_rows(ob4_look *look, ob_rows *rows, bt_usec *created)
{
    bool good = true;

    while (good && ob_rows_next(rows)) {
        if (look->clock == BT_UNKNOWN) {
            look->clock = ob_time(rows, 0);
        }
        if (ob_int(rows, 1 + OB4_TENANT_ID) == SYS_TENANT) {
            *created = ob_time(rows, 1 + OB4_TENANT_CREATED);
        }
        good = take_tenant(look->link, rows);
    }
    return good;
}

/* What can be restored: from the oldest set on, as far as its log goes. */
static bt_usec
restorable_to(const ob4_tenant *tenant)
{
    for (unsigned i = 0; i < tenant->segment_count; i++) {
        const ob4_segment *segment = &tenant->segments[i];

        if (tenant->window_from != BT_UNKNOWN
            && segment->from <= tenant->window_from
            && tenant->window_from <= segment->to)
        {
            return segment->to;
        }
    }
    return BT_UNKNOWN;
}

static void
put_tenant(const ob4_look *look, const ob4_tenant *tenant)
{
    bt_tenant_record record = {
        .ob_id = tenant->id, .name = bt_str_of(tenant->name),
        .role = bt_str_of(tenant->role),
        .log_mode = bt_str_of(tenant->mode),
        .restorable_from = tenant->window_from,
        .restorable_to = restorable_to(tenant)
    };

    bt_collect_tenant(look->collect, &record);
}

/* Before the records that name them: those that are new, or all. */
static void
put_tenants(const ob4_look *look, bool all)
{
    const ob_list *tenants = &look->link->tenants;

    for (size_t i = 0; i < tenants->count; i++) {
        ob4_tenant *tenant = ob_list_at(tenants, i);

        if (tenant->user && (all || !tenant->named)) {
            put_tenant(look, tenant);
            tenant->named = true;
        }
    }
}

/* After everything else, since sets and rounds bound what can be restored. */
void
ob4_put_tenants(const ob4_look *look)
{
    put_tenants(look, true);
}

bt_answer
ob4_read_tenants(ob4_look *look)
{
    ob4_link *link = look->link;
    ob_sql    sql;
    ob_rows   rows;
    bt_answer answer;
    bt_usec   created = BT_UNKNOWN;
    bool      good;

    for (size_t i = 0; i < link->tenants.count; i++) {
        ((ob4_tenant *) ob_list_at(&link->tenants, i))->seen = false;
    }
    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "NOW(6), ", &ob4_views[OB4_TENANTS],
                &link->found[OB4_TENANTS]);
    look->clock = BT_UNKNOWN;
    answer = ob_select(&link->link, &sql, true, &rows, look->reason);
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    look->observed = bt_time_now();
    good = take_rows(look, &rows, &created);
    answer = ob_rows_end(&rows, look->reason);
    if (!good || look->clock == BT_UNKNOWN) {
        ob_reason(look->reason, good ? "oceanbase.DBA_OB_TENANTS shows no "
                  "tenant: is this the sys tenant?" : "out of memory");
        return BT_ANSWER_BROKEN;
    }
    forget_dropped(link);
    put_cluster(look, created);
    put_tenants(look, link->first);
    return answer;
}

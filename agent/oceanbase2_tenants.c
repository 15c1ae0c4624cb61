/* oceanbase2_tenants.c: the cluster itself, its clock, and its tenants, before 4.0. */

#include "agent/oceanbase2.h"

#include <stdlib.h>
#include <string.h>

static ob2_tenant *
find_tenant(const ob2_link *link, int64_t id)
{
    for (size_t i = 0; i < link->tenants.count; i++) {
        ob2_tenant *tenant = ob_list_at(&link->tenants, i);

        if (tenant->id == id) {
            return tenant;
        }
    }
    return NULL;
}

void
ob2_name_tenant(ob2_look *look, int64_t tenant)
{
    bt_tenant_record record = {
        .ob_id = tenant, .restorable_from = BT_UNKNOWN,
        .restorable_to = BT_UNKNOWN
    };

    if (find_tenant(look->link, tenant) == NULL) {
        bt_collect_tenant(look->collect, &record);
    }
}

static void
put_tenant(const ob2_look *look, ob2_tenant *tenant)
{
    bt_tenant_record record = {
        .ob_id = tenant->id, .name = bt_str_of(tenant->name),
        .restorable_from = BT_UNKNOWN, .restorable_to = BT_UNKNOWN
    };

    bt_collect_tenant(look->collect, &record);
    tenant->named = true;
}

static bool
take_tenant(ob2_link *link, int64_t id, bt_str name)
{
    ob2_tenant *tenant = find_tenant(link, id);

    if (id == BT_UNKNOWN || name.len == 0) {
        return true;
    }
    if (tenant == NULL) {
        tenant = ob_list_add(&link->tenants, sizeof(*tenant));
        if (tenant == NULL) {
            return false;
        }
        tenant->id = id;
    }
    tenant->seen = true;
    if (tenant->name == NULL || !bt_str_eqz(name, tenant->name)) {
        free(tenant->name);
        tenant->name = strndup(name.data, name.len);
        tenant->named = false;
    }
    return tenant->name != NULL;
}

static void
put_cluster(const ob2_look *look)
{
    const ob2_link    *link = look->link;
    bt_collect_cluster cluster = {
        .ob_name = bt_str_of(link->name), .ob_id = link->number,
        .version = bt_str_of(link->version), .incarnation = 1,
        .created = BT_UNKNOWN, .clock = look->clock
    };

    bt_collect_cluster_is(look->collect, &cluster);
}

/* New ones are put; those that were dropped are forgotten. */
static void
put_tenants(const ob2_look *look)
{
    ob_list *tenants = &look->link->tenants;

    for (size_t i = tenants->count; i-- > 0;) {
        ob2_tenant *tenant = ob_list_at(tenants, i);

        if (!tenant->seen) {
            free(tenant->name);
            ob_list_remove(tenants, i);
        } else if (look->link->first || !tenant->named) {
            put_tenant(look, tenant);
        }
    }
}

bt_answer
ob2_read_tenants(ob2_look *look)
{
    ob2_link *link = look->link;
    bool      names = ob2_is_there(link, OB2_TENANTS);
    bool      good = true;
    ob_sql    sql;
    ob_rows   rows;
    bt_answer answer;

    for (size_t i = 0; i < link->tenants.count; i++) {
        ((ob2_tenant *) ob_list_at(&link->tenants, i))->seen = false;
    }
    ob_sql_start(&sql, names ? "" : "SELECT NOW(6)");
    if (names) {
        ob_sql_view(&sql, "NOW(6), ", &ob2_views[OB2_TENANTS],
                    &link->found[OB2_TENANTS]);
    }
    look->clock = BT_UNKNOWN;
    answer = ob2_select(look, &sql, true, &rows);
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    look->observed = bt_time_now();
    good = take_tenant(link, OB2_CLUSTER, BT_STR("sys"));
    while (good && ob_rows_next(&rows)) {
        look->clock = ob_time(&rows, 0);
        good = take_tenant(link, ob_int(&rows, 1 + OB2_TENANT_ID),
                           ob_text(&rows, 1 + OB2_TENANT_NAME));
    }
    answer = ob_rows_end(&rows, look->reason);
    if (!good) {
        return ob2_no_memory(look);
    }
    if (look->clock == BT_UNKNOWN) {
        ob_reason(look->reason, "the cluster does not tell its time: is this "
                  "the sys tenant?");
        return BT_ANSWER_BROKEN;
    }
    put_cluster(look);
    put_tenants(look);
    return answer;
}

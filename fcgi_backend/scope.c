/* scope.c: reads what a user may see. */

#include "fcgi_backend/request.h"

#include <string.h>

#define GROUP_PREFIX  "group:"


/* Cuts the next word off `rest`. */
static bt_str
next_word(bt_str *rest)
{
    bt_str  word;

    while (rest->len > 0 && *rest->data == ' ') {
        rest->data++;
        rest->len--;
    }

    word.data = rest->data;
    word.len = 0;

    while (rest->len > 0 && *rest->data != ' ') {
        rest->data++;
        rest->len--;
        word.len++;
    }

    return word;
}


static size_t
count_words(bt_str text)
{
    size_t  count;

    for (count = 0; next_word(&text).len > 0; count++) { /* void */ }

    return count;
}


/* False: broken encoding, or nothing in it. */
static bool
decode(bt_str in, bt_pool *pool, bt_str *out)
{
    long   len;
    char  *data;

    data = bt_pool_alloc(pool, in.len + 1);

    if (data == NULL) {
        return false;
    }

    len = bt_percent_decode(data, in, false);

    if (len <= 0) {
        return false;
    }

    *out = (bt_str) { data, (size_t) len };

    return bt_utf8_valid(*out, NULL);
}


/* "CLUSTER" or "CLUSTER/TENANT": a slash inside a name is encoded. */
static void
add_cluster(bt_scope *scope, bt_str item, bt_pool *pool)
{
    bt_str       cluster, tenant;
    const char  *slash;

    slash = memchr(item.data, '/', item.len);

    if (slash == NULL) {

        if (decode(item, pool, &cluster)) {
            scope->clusters[scope->cluster_count++] = bt_text(cluster);
        }

        return;
    }

    cluster = (bt_str) { item.data, (size_t) (slash - item.data) };
    tenant = (bt_str) { slash + 1, item.len - cluster.len - 1 };

    if (decode(cluster, pool, &cluster) && decode(tenant, pool, &tenant)) {
        scope->tenants[scope->tenant_count++] =
            (bt_scope_tenant) { cluster, tenant };
    }
}


static void
add_item(bt_scope *scope, bt_str item, bt_pool *pool)
{
    bt_str        name;
    const size_t  prefix = sizeof(GROUP_PREFIX) - 1;

    if (bt_str_eqz(item, "*")) {
        scope->all = true;
        return;
    }

    if (item.len > prefix && memcmp(item.data, GROUP_PREFIX, prefix) == 0) {
        name = (bt_str) { item.data + prefix, item.len - prefix };

        if (decode(name, pool, &name)) {
            scope->groups[scope->group_count++] = bt_text(name);
        }

        return;
    }

    add_cluster(scope, item, pool);
}


bool
bt_scope_parse(bt_scope *scope, bt_str text, bt_pool *pool)
{
    size_t  count;
    bt_str  item;

    *scope = (bt_scope) { 0 };
    count = count_words(text);

    scope->groups = bt_pool_alloc(pool, (count + 1) * sizeof(bt_value));
    scope->clusters = bt_pool_alloc(pool, (count + 1) * sizeof(bt_value));
    scope->tenants = bt_pool_alloc(pool,
                                   (count + 1) * sizeof(bt_scope_tenant));

    if (scope->groups == NULL || scope->clusters == NULL
        || scope->tenants == NULL)
    {
        return false;
    }

    for (item = next_word(&text); item.len > 0; item = next_word(&text)) {
        add_item(scope, item, pool);
    }

    return true;
}

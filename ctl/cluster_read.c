/* cluster_read.c: reads a registration from the record store. */

#include "cluster.h"

#include <string.h>

static const char *
copy(bt_pool *pool, bt_rows *rows, size_t column, bool *failed)
{
    const char *text = bt_pool_copy(pool,
                                    bt_value_text(bt_rows_get(rows, column)));

    *failed = *failed || text == NULL;
    return text != NULL ? text : "";
}

/* Columns: id, removed, registered, adapter and the texts, the numbers,
 * simulated. */
static bool
take(bt_pool *pool, bt_rows *rows, cluster_settings *settings)
{
    bool     failed = false;
    bt_value number;

    settings->id = bt_rows_get(rows, 0).number;
    settings->removed = bt_rows_get(rows, 1).type == BT_VALUE_TIME;
    settings->registered = bt_rows_get(rows, 2).type == BT_VALUE_INT;
    for (size_t i = 0; i < CLUSTER_TEXTS; i++) {
        settings->texts[i] = copy(pool, rows, 3 + i, &failed);
    }
    for (size_t i = 0; i < CLUSTER_NUMBERS; i++) {
        number = bt_rows_get(rows, 3 + CLUSTER_TEXTS + i);
        if (number.type == BT_VALUE_INT) {
            settings->numbers[i] = number.number;
        }
    }
    settings->simulated =
        bt_rows_get(rows, 3 + CLUSTER_TEXTS + CLUSTER_NUMBERS).number != 0;
    return !failed;
}

static int
read_row(ctl_context *ctl, bt_pool *pool, cluster_settings *settings)
{
    bt_str   name = bt_str_of(settings->name);
    bt_value params[] = { bt_text(name), bt_int((int64_t) name.len) };
    bt_rows *rows;
    bool     good = true;

    if (bt_store_run(ctl->store, "SELECT c.id, c.removed_at, a.cluster_id,"
                     " c.adapter, a.endpoints, a.user, a.secret, a.tls,"
                     " a.tls_ca, a.program, c.rpo_seconds, c.data_age_seconds,"
                     " c.round_seconds, a.connect_seconds, a.statement_seconds,"
                     " c.simulated"
                     " FROM clusters c"
                     " LEFT JOIN cluster_access a ON a.cluster_id = c.id"
                     " WHERE c.name = ? AND LENGTH(c.name) = ?", params, 2,
                     &rows, NULL) != BT_STORE_OK)
    {
        return ctl_store_failed(ctl, "cannot read the registry");
    }
    if (bt_rows_next(rows) > 0) {
        good = take(pool, rows, settings);
    }
    bt_rows_close(rows);
    return good ? CTL_DONE : ctl_say(CTL_FAILED, "out of memory");
}

static int
read_groups(ctl_context *ctl, bt_pool *pool, cluster_settings *settings)
{
    bt_value id = bt_int(settings->id);
    bt_rows *rows;
    bool     failed = false;

    if (bt_store_run(ctl->store, "SELECT name FROM cluster_groups"
                     " WHERE cluster_id = ? ORDER BY name", &id, 1, &rows,
                     NULL) != BT_STORE_OK)
    {
        return ctl_store_failed(ctl, "cannot read the registry");
    }
    while (bt_rows_next(rows) > 0
           && settings->group_count < CLUSTER_GROUPS_MAX)
    {
        settings->groups[settings->group_count++] = copy(pool, rows, 0,
                                                         &failed);
    }
    bt_rows_close(rows);
    return failed ? ctl_say(CTL_FAILED, "out of memory") : CTL_DONE;
}

static int
read_actions(ctl_context *ctl, cluster_settings *settings)
{
    bt_value id = bt_int(settings->id);
    bt_rows *rows;

    if (bt_store_run(ctl->store, "SELECT action, allowed FROM cluster_actions"
                     " WHERE cluster_id = ?", &id, 1, &rows, NULL)
        != BT_STORE_OK)
    {
        return ctl_store_failed(ctl, "cannot read the registry");
    }
    while (bt_rows_next(rows) > 0) {
        for (size_t i = 0; i < CLUSTER_ACTS; i++) {
            if (bt_str_eqz(bt_value_text(bt_rows_get(rows, 0)),
                           cluster_act_names[i]))
            {
                settings->allowed[i] = bt_rows_get(rows, 1).number != 0;
            }
        }
    }
    bt_rows_close(rows);
    return CTL_DONE;
}

int
cluster_load(ctl_context *ctl, bt_pool *pool, const char *name,
             cluster_settings *settings)
{
    int code;

    cluster_defaults(settings, name);
    code = read_row(ctl, pool, settings);
    if (code == CTL_DONE && settings->id != 0) {
        code = read_groups(ctl, pool, settings);
    }
    if (code == CTL_DONE && settings->id != 0) {
        code = read_actions(ctl, settings);
    }
    return code;
}

int
cluster_find(ctl_context *ctl, bt_pool *pool, const char *name,
             cluster_settings *settings)
{
    int code = cluster_load(ctl, pool, name, settings);

    if (code != CTL_DONE || (settings->id != 0 && settings->registered)) {
        return code;
    }
    if (settings->id == 0 || settings->removed) {
        return ctl_say(CTL_REFUSED, "no cluster is registered as %s; see: "
                       "backup-tasks-ctl cluster list", name);
    }
    return ctl_say(CTL_REFUSED, "%s has records, but is not registered; see: "
                   "backup-tasks-ctl cluster add --help", name);
}

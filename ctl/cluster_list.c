/* cluster_list.c: the commands "cluster list" and "cluster show". */

#include "cluster.h"
#include "table.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#define LINE_TEXT  4096

/* What became of a cluster, in a word. */
#define SQL_STATE                                                             \
    "CASE WHEN c.removed_at IS NOT NULL THEN 'removed'"                       \
    " WHEN a.cluster_id IS NULL THEN 'unregistered'"                          \
    " WHEN c.paused <> 0 THEN 'paused'"                                       \
    " WHEN c.observed IS NULL THEN 'never answered'"                          \
    " WHEN TIMESTAMPDIFF(SECOND, c.observed, ?) > 3 * c.round_seconds"        \
    " THEN 'silent' ELSE 'answers' END"

static bt_store_status
select_list(ctl_context *ctl, bool all, bt_rows **rows)
{
    bt_value params[] = { bt_time(bt_time_now()), bt_int(all) };

    return bt_store_run(ctl->store, "SELECT c.name, c.adapter, c.version, "
                        SQL_STATE ", c.observed, g.name, a.endpoints,"
                        " c.stale_reason FROM clusters c"
                        " LEFT JOIN cluster_access a ON a.cluster_id = c.id"
                        " LEFT JOIN agents g ON g.id = c.agent_id"
                        " WHERE ? = 1 OR a.cluster_id IS NOT NULL"
                        " ORDER BY c.name", params, 2, rows, NULL);
}

int
cluster_list(ctl_context *ctl, int argc, char **argv)
{
    static const struct option options[] = {
        { "script", no_argument, NULL, 'H' },
        { "all", no_argument, NULL, 'a' },
        { NULL, 0, NULL, 0 }
    };
    static const char *const heads[] = {
        "CLUSTER", "ADAPTER", "VERSION", "STATE", "ANSWERED", "AGENT",
        "ENDPOINTS", "REASON"
    };
    ctl_table table;
    bt_rows  *rows;
    bool      script = false, all = false, good = true, whole;
    int       option;

    while ((option = getopt_long(argc, argv, "H", options, NULL)) != -1) {
        good = good && option != '?';
        script = script || option == 'H';
        all = all || option == 'a';
    }
    if (!good || optind != argc) {
        return ctl_say(CTL_REFUSED, "usage: backup-tasks-ctl cluster list "
                       "[-H] [--all]");
    }
    if (select_list(ctl, all, &rows) != BT_STORE_OK) {
        return ctl_store_failed(ctl, "cannot read the registry");
    }
    ctl_table_begin(&table, heads, sizeof(heads) / sizeof(heads[0]), script);
    whole = ctl_table_rows(&table, rows);
    return ctl_table_end(&table) && whole
           ? CTL_DONE : ctl_say(CTL_FAILED, "the registry could not be read");
}

static void
print_field(const char *name, bt_value value)
{
    char text[LINE_TEXT] = "-", time[BT_TIME_MAX];

    switch (value.type) {
    case BT_VALUE_INT:
        (void) snprintf(text, sizeof(text), "%" PRId64, value.number);
        break;
    case BT_VALUE_TIME:
        (void) bt_time_format_sql(time, value.number);
        (void) snprintf(text, sizeof(text), "%.19s", time);
        break;
    case BT_VALUE_TEXT:
        if (value.text.len > 0) {
            (void) ctl_harmless(text, sizeof(text), value.text);
        }
        break;
    case BT_VALUE_NULL:
        break;
    }
    (void) printf("%-18s %s\n", name, text);
}

static void
print_settings(const cluster_settings *settings)
{
    char text[CLUSTER_TEXT];

    print_field("name", bt_text(bt_str_of(settings->name)));
    for (size_t i = 0; i < CLUSTER_SETTINGS; i++) {
        cluster_setting_text(settings, (cluster_setting) i, text);
        print_field(cluster_setting_name((cluster_setting) i),
                    bt_text(bt_str_of(text)));
    }
}

/* What the agent knows of it. */
static int
print_state(ctl_context *ctl, const cluster_settings *settings)
{
    static const char *const names[] = {
        "state", "ob-name", "ob-id", "version", "incarnation", "answered",
        "reason", "agent", "agent-seen", "registered"
    };
    bt_value params[] = { bt_time(bt_time_now()), bt_int(settings->id) };
    bt_rows *rows;

    if (bt_store_run(ctl->store, "SELECT " SQL_STATE ", c.ob_name, c.ob_id,"
                     " c.version, c.incarnation, c.observed, c.stale_reason,"
                     " g.name, g.last_seen, c.created FROM clusters c"
                     " LEFT JOIN cluster_access a ON a.cluster_id = c.id"
                     " LEFT JOIN agents g ON g.id = c.agent_id"
                     " WHERE c.id = ?", params, 2, &rows, NULL)
        != BT_STORE_OK)
    {
        return ctl_store_failed(ctl, "cannot read the registry");
    }
    if (bt_rows_next(rows) > 0) {
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            print_field(names[i], bt_rows_get(rows, i));
        }
    }
    bt_rows_close(rows);
    return CTL_DONE;
}

int
cluster_show(ctl_context *ctl, int argc, char **argv)
{
    cluster_settings settings;
    bt_pool         *pool;
    int              code;

    if (argc != 2 || argv[1][0] == '-') {
        return ctl_say(CTL_REFUSED, "usage: backup-tasks-ctl cluster show "
                       "NAME");
    }
    pool = bt_pool_new();
    if (pool == NULL) {
        return ctl_say(CTL_FAILED, "out of memory");
    }
    code = cluster_find(ctl, pool, argv[1], &settings);
    if (code == CTL_DONE) {
        print_settings(&settings);
        code = print_state(ctl, &settings);
    }
    bt_pool_free(pool);
    return code;
}

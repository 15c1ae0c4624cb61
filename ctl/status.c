/* status.c: the command "status": the log backups as the page's tab shows them. */

#include "ctl.h"
#include "table.h"

#include "acts/bt_command.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char *const heads[] = {
    "ID", "CLUSTER", "TENANT", "STATUS", "SINCE", "LATEST BACKUP",
    "LATENCY", "OBSERVED", "STALE", "AGENT SEEN", "COMMAND"
};

#define COLUMNS  (sizeof(heads) / sizeof(heads[0]))

/* Latency is at least what it was when the cluster answered, and the time
 * since: the agent may be what is missing. */
static bt_store_status
select_logs(ctl_context *ctl, const char *cluster, bt_rows **rows)
{
    bt_value now = bt_time(bt_time_now());
    bt_value params[] = {
        now, now, bt_int((int64_t) strlen(cluster)),
        bt_text(bt_str_of(cluster))
    };

    return bt_store_run(ctl->store, "SELECT t.id, c.name, n.name, t.status,"
                        " t.status_since, t.latest_backup_time,"
                        " t.latency_seconds + GREATEST(0, COALESCE("
                        "TIMESTAMPDIFF(SECOND, t.observed, ?), 0)),"
                        " t.observed, CASE WHEN TIMESTAMPDIFF(SECOND,"
                        " c.observed, ?) > 3 * c.round_seconds"
                        " THEN 'stale' END, g.last_seen,"
                        " CONCAT(m.action, ' ', " BT_SQL_STATE("m") ", ' by ',"
                        " m.requested_by) FROM log_backups t"
                        " JOIN clusters c ON c.id = t.cluster_id"
                        " LEFT JOIN tenants n ON n.id = t.tenant_id"
                        " LEFT JOIN agents g ON g.id = c.agent_id"
                        " LEFT JOIN commands m ON m.id = t.last_command_id"
                        " WHERE (? = 0 OR c.name = ?)"
                        " AND (n.id IS NULL OR n.incarnation = c.incarnation)"
                        " ORDER BY c.name, n.name, t.id", params, 4, rows,
                        NULL);
}

static int
print_status(ctl_context *ctl, const char *cluster, bool script)
{
    ctl_table table;
    bt_rows  *rows;
    bool      whole;
    size_t    cells;

    if (select_logs(ctl, cluster, &rows) != BT_STORE_OK) {
        return ctl_store_failed(ctl, "cannot read the log backups");
    }
    ctl_table_begin(&table, heads, COLUMNS, script);
    whole = ctl_table_rows(&table, rows);
    cells = table.count;
    if (!ctl_table_end(&table) || !whole) {
        return ctl_say(CTL_FAILED, "the log backups could not be read");
    }
    return cells > 0 || *cluster == '\0' ? CTL_DONE
           : ctl_say(CTL_REFUSED, "%s has no log backup here", cluster);
}

int
ctl_status(ctl_context *ctl, int argc, char **argv)
{
    static const struct option options[] = {
        { "script", no_argument, NULL, 'H' },
        { NULL, 0, NULL, 0 }
    };
    bool script = false;
    int  option;

    while ((option = getopt_long(argc, argv, "H", options, NULL)) != -1) {
        if (option != 'H') {
            return CTL_REFUSED;
        }
        script = true;
    }
    if (argc - optind > 1) {
        return ctl_say(CTL_REFUSED,
                       "usage: backup-tasks-ctl status [-H] [CLUSTER]");
    }
    return print_status(ctl, optind < argc ? argv[optind] : "", script);
}

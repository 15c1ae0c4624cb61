/* log_act.c: the command "log": starts, stops and restarts log backup when the page is away. */

#include "order.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    ctl_order   how;
    bt_action_e action;
    const char *cluster;
    const char *tenant;             /* NULL: whichever there is */
    int64_t     log_id;             /* 0: not given */
} order;

static int
usage(void)
{
    return ctl_say(CTL_REFUSED, "usage: backup-tasks-ctl log "
                   "start|stop|restart [--expected-state STATE] [--key HEX] "
                   "[--deadline SECONDS] [--id N] [--wait] CLUSTER [TENANT]");
}

static bool
read_order(order *what, int argc, char **argv)
{
    static const struct option options[] = {
        ORDER_OPTIONS,
        { "id", required_argument, NULL, 'i' },
        { NULL, 0, NULL, 0 }
    };
    int option;

    *what = (order) { .log_id = 0 };
    ctl_order_begin(&what->how);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'i') {
            if (!ctl_number(optarg, 1, BT_ID_MAX, &what->log_id)) {
                return false;
            }
        } else if (!ctl_order_option(&what->how, option)) {
            return false;
        }
    }
    if (argc - optind < 2 || argc - optind > 3) {
        return false;
    }
    what->action = bt_action_by_name(bt_str_of(argv[optind]));
    what->cluster = argv[optind + 1];
    what->tenant = argv[optind + 2];
    return what->action == BT_ACTION_START || what->action == BT_ACTION_STOP
           || what->action == BT_ACTION_RESTART;
}

/* The log backups of a cluster as it is now; those of a cluster that was
 * rebuilt since are history. */
static bt_store_status
select_logs(ctl_context *ctl, const order *what, bt_rows **rows)
{
    const char *tenant = what->tenant != NULL ? what->tenant : "";
    bt_value    params[] = {
        bt_text(bt_str_of(what->cluster)),
        bt_int((int64_t) strlen(tenant)), bt_text(bt_str_of(tenant)),
        bt_int((int64_t) strlen(tenant)), bt_int(what->log_id),
        bt_int(what->log_id)
    };

    return bt_store_run(ctl->store, "SELECT t.id, c.name, n.name, g.last_seen,"
                        " t.status FROM clusters c"
                        " JOIN log_backups t ON t.cluster_id = c.id"
                        " LEFT JOIN tenants n ON n.id = t.tenant_id"
                        " LEFT JOIN agents g ON g.id = c.agent_id"
                        " WHERE c.name = ? AND (? = 0 OR n.name = ?"
                        " AND LENGTH(n.name) = ?) AND (? = 0 OR t.id = ?)"
                        " AND (n.id IS NULL OR n.incarnation = c.incarnation)"
                        " ORDER BY n.name, t.id", params, 6, rows, NULL);
}

/* *count: how many fit; the first of them is the target. */
static int
find_target(ctl_context *ctl, const order *what, ctl_target *target,
            size_t *count)
{
    bt_rows *rows;

    *count = 0;
    *target = (ctl_target) { .agent_seen = BT_USEC_NONE };
    if (select_logs(ctl, what, &rows) != BT_STORE_OK) {
        return ctl_store_failed(ctl, "cannot look for the log backup");
    }
    while (bt_rows_next(rows) > 0) {
        if ((*count)++ == 0) {
            target->id = bt_rows_get(rows, 0).number;
            target->agent_seen = ctl_target_seen(rows, 3);
            ctl_target_name(target->name, rows, 1, 2);
        }
    }
    bt_rows_close(rows);
    return CTL_DONE;
}

static int
list_choices(ctl_context *ctl, const order *what)
{
    bt_rows *rows;
    char     name[ORDER_NAME_TEXT];

    (void) ctl_say(CTL_REFUSED, "%s has several log backups: name the tenant, "
                   "or the log backup itself by --id", what->cluster);
    if (select_logs(ctl, what, &rows) != BT_STORE_OK) {
        return CTL_REFUSED;
    }
    while (bt_rows_next(rows) > 0) {
        ctl_target_name(name, rows, 1, 2);
        (void) fprintf(stderr, "  --id %" PRId64 "  %s  %.*s\n",
                       bt_rows_get(rows, 0).number, name,
                       (int) bt_rows_get(rows, 4).text.len,
                       bt_rows_get(rows, 4).text.data);
    }
    bt_rows_close(rows);
    return CTL_REFUSED;
}

static int
choose(ctl_context *ctl, const order *what, ctl_target *target)
{
    size_t count;
    int    code = find_target(ctl, what, target, &count);

    if (code != CTL_DONE || count == 1) {
        return code;
    }
    if (count > 1) {
        return list_choices(ctl, what);
    }
    return ctl_say(CTL_REFUSED, "%s%s%s has no log backup%s here; see: "
                   "backup-tasks-ctl status", what->cluster,
                   what->tenant != NULL ? "/" : "",
                   what->tenant != NULL ? what->tenant : "",
                   what->log_id != 0 ? " of this id" : "");
}

int
ctl_log(ctl_context *ctl, int argc, char **argv)
{
    order      what;
    ctl_target target;
    char       label[64];
    int        code;

    if (!read_order(&what, argc, argv)) {
        return usage();
    }
    code = choose(ctl, &what, &target);
    if (code != CTL_DONE) {
        return code;
    }
    (void) snprintf(label, sizeof(label), "log backup %" PRId64, target.id);
    return ctl_order_carry_out(ctl, &what.how, (bt_act) {
        .action = what.action, .kind = BT_VIEW_LOG }, &target, label);
}

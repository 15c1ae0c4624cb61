/* task_act.c: the commands "backup" and "cancel": a data backup at once, and the end of a task that runs. */

#include "order.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

typedef struct {
    ctl_order   how;
    const char *mode;
    const char *cluster;
    const char *tenant;             /* NULL: whichever can be backed up */
} backup_order;

static int
usage_of_backup(void)
{
    return ctl_say(CTL_REFUSED, "usage: backup-tasks-ctl backup "
                   "--mode full|incremental [--expected-state STATE] "
                   "[--key HEX] [--deadline SECONDS] [--wait] "
                   "CLUSTER [TENANT]");
}

/* NULL: no such mode. */
static const char *
mode_of(const char *text)
{
    if (strcasecmp(text, "full") == 0) {
        return "FULL";
    }
    return strcasecmp(text, "incremental") == 0 ? "INCREMENTAL" : NULL;
}

static bool
read_backup(backup_order *what, int argc, char **argv)
{
    static const struct option options[] = {
        ORDER_OPTIONS,
        { "mode", required_argument, NULL, 'm' },
        { NULL, 0, NULL, 0 }
    };
    int option;

    *what = (backup_order) { .mode = NULL };
    ctl_order_begin(&what->how);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'm') {
            what->mode = mode_of(optarg);
        } else if (!ctl_order_option(&what->how, option)) {
            return false;
        }
    }
    what->cluster = argv[optind];
    what->tenant = argc - optind == 2 ? argv[optind + 1] : NULL;
    return what->mode != NULL && argc - optind >= 1 && argc - optind <= 2;
}

/* The tenants of the cluster as it is now; of two with one name the newer. */
static bt_store_status
select_tenants(ctl_context *ctl, const backup_order *what, bt_rows **rows)
{
    const char *tenant = what->tenant != NULL ? what->tenant : "";
    bt_value    params[] = {
        bt_text(bt_str_of(what->cluster)),
        bt_int((int64_t) strlen(tenant)), bt_text(bt_str_of(tenant)),
        bt_int((int64_t) strlen(tenant))
    };

    return bt_store_run(ctl->store, "SELECT c.id, n.id, c.name, n.name,"
                        " g.last_seen, c.adapter, c.version, n.ob_id"
                        " FROM clusters c JOIN tenants n"
                        " ON n.cluster_id = c.id"
                        " AND n.incarnation = c.incarnation"
                        " LEFT JOIN agents g ON g.id = c.agent_id"
                        " WHERE c.name = ? AND (? = 0 OR n.name = ?"
                        " AND LENGTH(n.name) = ?)"
                        " ORDER BY n.ob_id DESC, n.id DESC",
                        params, 4, rows, NULL);
}

static void
take_tenant(ctl_target *target, bt_rows *rows)
{
    target->id = bt_rows_get(rows, 0).number;
    target->tenant_id = bt_rows_get(rows, 1).number;
    target->agent_seen = ctl_target_seen(rows, 4);
    ctl_target_name(target->name, rows, 2, 3);
}

static bool
can_be_backed_up(bt_rows *rows)
{
    bt_value version = bt_rows_get(rows, 6);

    return !bt_act_not_alone(bt_rows_get(rows, 5).text,
                             version.type == BT_VALUE_TEXT ? version.text
                                                           : BT_STR(""),
                             bt_rows_get(rows, 7).number);
}

/* One that is named is taken as it is: the act itself says why not. */
static int
find_tenant(ctl_context *ctl, const backup_order *what, ctl_target *target)
{
    bt_rows *rows;
    size_t   count = 0;

    *target = (ctl_target) { .agent_seen = BT_USEC_NONE };
    if (select_tenants(ctl, what, &rows) != BT_STORE_OK) {
        return ctl_store_failed(ctl, "cannot look for the tenant");
    }
    while (bt_rows_next(rows) > 0) {
        if (what->tenant != NULL ? count == 0 : can_be_backed_up(rows)) {
            take_tenant(target, rows);
            count++;
        }
    }
    bt_rows_close(rows);
    if (count == 1) {
        return CTL_DONE;
    }
    return count > 1
           ? ctl_say(CTL_REFUSED, "%s has several tenants: name one",
                     what->cluster)
           : ctl_say(CTL_REFUSED, "%s%s%s is not known here",
                     what->cluster, what->tenant != NULL ? "/" : "",
                     what->tenant != NULL ? what->tenant : "");
}

int
ctl_backup(ctl_context *ctl, int argc, char **argv)
{
    backup_order what;
    ctl_target   target;
    int          code;

    if (!read_backup(&what, argc, argv)) {
        return usage_of_backup();
    }
    code = find_tenant(ctl, &what, &target);
    if (code != CTL_DONE) {
        return code;
    }
    return ctl_order_carry_out(ctl, &what.how, (bt_act) {
        .action = BT_ACTION_BACKUP, .kind = BT_VIEW_CLUSTERS,
        .mode = bt_str_of(what.mode) }, &target,
        what.mode[0] == 'F' ? "all data" : "changed data");
}

static int
usage_of_cancel(void)
{
    return ctl_say(CTL_REFUSED, "usage: backup-tasks-ctl cancel data|cleanup "
                   "[--expected-state STATE] [--key HEX] [--deadline SECONDS] "
                   "[--wait] ID");
}

static bool
read_cancel(ctl_order *how, bt_view_e *kind, int64_t *id, int argc,
            char **argv)
{
    static const struct option options[] = {
        ORDER_OPTIONS,
        { NULL, 0, NULL, 0 }
    };
    int option;

    ctl_order_begin(how);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (!ctl_order_option(how, option)) {
            return false;
        }
    }
    if (argc - optind != 2) {
        return false;
    }
    *kind = bt_view_by_name(bt_str_of(argv[optind]));
    return (*kind == BT_VIEW_DATA || *kind == BT_VIEW_CLEANUP)
           && ctl_number(argv[optind + 1], 1, BT_ID_MAX, id);
}

static int
find_task(ctl_context *ctl, bt_view_e kind, int64_t id, ctl_target *target)
{
    bt_rows  *rows;
    bt_value  params[] = { bt_text(bt_str_of(bt_view_name(kind))),
                           bt_int(id) };

    *target = (ctl_target) { .agent_seen = BT_USEC_NONE };
    if (bt_store_run(ctl->store, "SELECT k.id, c.name, n.name, g.last_seen"
                     " FROM record_keys k"
                     " JOIN clusters c ON c.id = k.cluster_id"
                     " LEFT JOIN tenants n ON n.cluster_id = k.cluster_id"
                     " AND n.incarnation = k.incarnation"
                     " AND n.ob_id = k.ob_tenant_id"
                     " LEFT JOIN agents g ON g.id = c.agent_id"
                     " WHERE k.kind = ? AND k.id = ?", params, 2, &rows, NULL)
        != BT_STORE_OK)
    {
        return ctl_store_failed(ctl, "cannot look for the task");
    }
    if (bt_rows_next(rows) > 0) {
        target->id = bt_rows_get(rows, 0).number;
        target->agent_seen = ctl_target_seen(rows, 3);
        ctl_target_name(target->name, rows, 1, 2);
    }
    bt_rows_close(rows);
    return target->id != 0 ? CTL_DONE
           : ctl_say(CTL_REFUSED, "there is no %s task %" PRId64,
                     bt_view_name(kind), id);
}

int
ctl_cancel(ctl_context *ctl, int argc, char **argv)
{
    ctl_order  how;
    ctl_target target;
    bt_view_e  kind;
    int64_t    id;
    char       label[64];
    int        code;

    if (!read_cancel(&how, &kind, &id, argc, argv)) {
        return usage_of_cancel();
    }
    code = find_task(ctl, kind, id, &target);
    if (code != CTL_DONE) {
        return code;
    }
    (void) snprintf(label, sizeof(label), "%s task %" PRId64,
                    bt_view_name(kind), target.id);
    return ctl_order_carry_out(ctl, &how, (bt_act) {
        .action = BT_ACTION_CANCEL, .kind = kind }, &target, label);
}

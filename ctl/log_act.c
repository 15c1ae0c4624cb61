/* log_act.c: the command "log": starts, stops and restarts log backup when the page is away. */

#include "actor.h"
#include "ctl.h"
#include "table.h"

#include "acts/bt_command.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEADLINE_MAX   86400
#define AGENT_SECONDS  60           /* an agent that was not seen for so long */
#define NAME_TEXT      600

typedef struct {
    bt_action_e action;
    const char *cluster;
    const char *tenant;             /* NULL: whichever there is */
    const char *state;              /* "" : any */
    const char *key;                /* NULL: a new one */
    int64_t     log_id;             /* 0: not given */
    int64_t     seconds;
    bool        wait;
} order;

/* The log backup that is meant. */
typedef struct {
    int64_t id;
    size_t  count;                  /* how many fit */
    bt_usec agent_seen;
    char    name[NAME_TEXT];        /* cluster/tenant */
} log_target;

static int
usage(void)
{
    return ctl_say(CTL_REFUSED, "usage: backup-tasks-ctl log "
                   "start|stop|restart [--expected-state STATE] [--key HEX] "
                   "[--deadline SECONDS] [--id N] [--wait] CLUSTER [TENANT]");
}

static bool
take_option(order *what, int option)
{
    switch (option) {
    case 'e':
        what->state = optarg;
        return true;
    case 'k':
        what->key = optarg;
        return ctl_key_valid(optarg);
    case 'd':
        return ctl_number(optarg, 1, DEADLINE_MAX, &what->seconds);
    case 'i':
        return ctl_number(optarg, 1, BT_ID_MAX, &what->log_id);
    case 'w':
        what->wait = true;
        return true;
    default:
        return false;
    }
}

static bool
read_order(order *what, int argc, char **argv)
{
    static const struct option options[] = {
        { "expected-state", required_argument, NULL, 'e' },
        { "key", required_argument, NULL, 'k' },
        { "deadline", required_argument, NULL, 'd' },
        { "id", required_argument, NULL, 'i' },
        { "wait", no_argument, NULL, 'w' },
        { NULL, 0, NULL, 0 }
    };
    int option;

    *what = (order) { .state = "", .seconds = BT_COMMAND_SECONDS };
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (!take_option(what, option)) {
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

static void
write_name(char out[NAME_TEXT], bt_rows *rows)
{
    char cluster[NAME_TEXT / 2], tenant[NAME_TEXT / 2];
    bt_value name = bt_rows_get(rows, 2);

    (void) ctl_harmless(cluster, sizeof(cluster), bt_rows_get(rows, 1).text);
    if (name.type != BT_VALUE_TEXT) {
        (void) snprintf(out, NAME_TEXT, "%s", cluster);
        return;
    }
    (void) ctl_harmless(tenant, sizeof(tenant), name.text);
    (void) snprintf(out, NAME_TEXT, "%s/%s", cluster, tenant);
}

static int
find_target(ctl_context *ctl, const order *what, log_target *target)
{
    bt_rows  *rows;
    bt_value  seen;

    *target = (log_target) { .agent_seen = BT_USEC_NONE };
    if (select_logs(ctl, what, &rows) != BT_STORE_OK) {
        return ctl_store_failed(ctl, "cannot look for the log backup");
    }
    while (bt_rows_next(rows) > 0) {
        if (target->count++ > 0) {
            continue;
        }
        target->id = bt_rows_get(rows, 0).number;
        seen = bt_rows_get(rows, 3);
        target->agent_seen = seen.type == BT_VALUE_TIME ? seen.number
                                                        : BT_USEC_NONE;
        write_name(target->name, rows);
    }
    bt_rows_close(rows);
    return CTL_DONE;
}

static int
list_choices(ctl_context *ctl, const order *what)
{
    bt_rows *rows;
    char     name[NAME_TEXT];

    (void) ctl_say(CTL_REFUSED, "%s has several log backups: name the tenant, "
                   "or the log backup itself by --id", what->cluster);
    if (select_logs(ctl, what, &rows) != BT_STORE_OK) {
        return CTL_REFUSED;
    }
    while (bt_rows_next(rows) > 0) {
        write_name(name, rows);
        (void) fprintf(stderr, "  --id %" PRId64 "  %s  %.*s\n",
                       bt_rows_get(rows, 0).number, name,
                       (int) bt_rows_get(rows, 4).text.len,
                       bt_rows_get(rows, 4).text.data);
    }
    bt_rows_close(rows);
    return CTL_REFUSED;
}

static int
choose(ctl_context *ctl, const order *what, log_target *target)
{
    int code = find_target(ctl, what, target);

    if (code != CTL_DONE || target->count == 1) {
        return code;
    }
    if (target->count > 1) {
        return list_choices(ctl, what);
    }
    return ctl_say(CTL_REFUSED, "%s%s%s has no log backup%s here; see: "
                   "backup-tasks-ctl status", what->cluster,
                   what->tenant != NULL ? "/" : "",
                   what->tenant != NULL ? what->tenant : "",
                   what->log_id != 0 ? " of this id" : "");
}

/* Whoever presses a button on the page sees this in the form. */
static void
warn_of_agent(const log_target *target)
{
    bt_usec now = bt_time_now();

    if (target->agent_seen == BT_USEC_NONE) {
        (void) ctl_say(CTL_DONE, "warning: no agent was ever seen for this "
                       "cluster; nobody would carry this out");
    } else if (now - target->agent_seen > AGENT_SECONDS * BT_SECOND) {
        (void) ctl_say(CTL_DONE, "warning: the agent of this cluster was last "
                       "seen %" PRId64 " s ago; it may not carry this out "
                       "before the deadline",
                       (now - target->agent_seen) / BT_SECOND);
    }
}

static int
tell(const order *what, const log_target *target, const bt_act_result *result)
{
    if (result->outcome == BT_ACT_CONFLICT
        || result->outcome == BT_ACT_FORBIDDEN)
    {
        return ctl_say(CTL_FAILED, "nothing was done to %s: %s%s%s%s",
                       target->name, result->text,
                       result->state[0] != '\0' ? " (" : "", result->state,
                       result->state[0] != '\0' ? ")" : "");
    }
    (void) printf("command %" PRId64 ": %s of log backup %" PRId64 " (%s) %s\n",
                  result->command_id, bt_action_name(what->action), target->id,
                  target->name, result->outcome == BT_ACT_REPEATED
                  ? "was requested before with this key" : "requested");
    return CTL_DONE;
}

static int
request(ctl_context *ctl, const order *what, const log_target *target,
        int64_t *command_id)
{
    char          key[CTL_KEY_DIGITS + 1];
    ctl_actor     who;
    bt_act_result result;
    bt_act        act = {
        .action = what->action, .kind = BT_VIEW_LOG, .id = target->id,
        .expected_state = bt_str_of(what->state),
        .seconds = (int) what->seconds
    };

    if (what->key == NULL && !ctl_key_make(key)) {
        return ctl_say(CTL_FAILED, "the system has no random numbers");
    }
    act.key = bt_str_of(what->key != NULL ? what->key : key);
    ctl_actor_find(&who);
    if (bt_act_carry_out(ctl->store, &who.actor, &act, &result)
        != BT_STORE_OK)
    {
        return ctl_store_failed(ctl, "nothing was requested");
    }
    *command_id = result.command_id;
    return tell(what, target, &result);
}

int
ctl_log(ctl_context *ctl, int argc, char **argv)
{
    order      what;
    log_target target;
    int64_t    command_id = 0;
    int        code;

    if (!read_order(&what, argc, argv)) {
        return usage();
    }
    code = choose(ctl, &what, &target);
    if (code == CTL_DONE) {
        code = request(ctl, &what, &target, &command_id);
    }
    if (code != CTL_DONE) {
        return code;
    }
    warn_of_agent(&target);
    return what.wait ? ctl_command_wait(ctl, command_id) : CTL_DONE;
}

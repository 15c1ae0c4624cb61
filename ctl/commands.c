/* commands.c: the command "command": lists requested acts, and cancels one. */

#include "actor.h"
#include "ctl.h"
#include "table.h"

#include "acts/bt_command.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LIMIT_DEFAULT  50
#define LIMIT_MAX      1000000
#define RESULT_TEXT    1024

typedef struct {
    const char *cluster;            /* NULL: all */
    int64_t     limit;
    bool        all;                /* those that are over, too */
    bool        script;
} list_options;

static int
usage(void)
{
    return ctl_say(CTL_REFUSED, "usage: backup-tasks-ctl command "
                   "list [-H] [--all] [--limit N] [CLUSTER] | "
                   "command cancel [--key HEX] ID");
}

static bool
read_list(list_options *list, int argc, char **argv)
{
    static const struct option options[] = {
        { "script", no_argument, NULL, 'H' },
        { "all", no_argument, NULL, 'a' },
        { "limit", required_argument, NULL, 'l' },
        { NULL, 0, NULL, 0 }
    };
    int option;

    *list = (list_options) { .limit = LIMIT_DEFAULT };
    while ((option = getopt_long(argc, argv, "H", options, NULL)) != -1) {
        if (option == 'H') {
            list->script = true;
        } else if (option == 'a') {
            list->all = true;
        } else if (option != 'l'
                   || !ctl_number(optarg, 1, LIMIT_MAX, &list->limit))
        {
            return false;
        }
    }
    list->cluster = argv[optind];
    return argc - optind <= 1;
}

static bt_store_status
select_commands(ctl_context *ctl, const list_options *list, bt_rows **rows)
{
    const char *cluster = list->cluster != NULL ? list->cluster : "";
    bt_value    params[] = {
        bt_int(list->all), bt_int((int64_t) strlen(cluster)),
        bt_text(bt_str_of(cluster)), bt_int(list->limit)
    };

    return bt_store_run(ctl->store, "SELECT t.id, t.action, c.name, n.name,"
                        " CONCAT(t.kind, '/', t.target_id), "
                        BT_SQL_STATE("t") ", t.requested_by,"
                        " t.requested_at, t.deadline, CASE WHEN "
                        BT_SQL_OVERDUE("t") " THEN t.deadline"
                        " ELSE t.ended_at END, t.canceled_by, t.result"
                        " FROM commands t"
                        " LEFT JOIN clusters c ON c.id = t.cluster_id"
                        " LEFT JOIN tenants n ON n.id = t.tenant_id"
                        " WHERE (? = 1 OR t.open_target IS NOT NULL)"
                        " AND (? = 0 OR c.name = ?)"
                        " ORDER BY t.requested_at DESC, t.id DESC LIMIT ?",
                        params, 4, rows, NULL);
}

static int
list_commands(ctl_context *ctl, int argc, char **argv)
{
    static const char *const heads[] = {
        "ID", "ACTION", "CLUSTER", "TENANT", "TARGET", "STATE", "BY",
        "REQUESTED", "DEADLINE", "ENDED", "CANCELED BY", "RESULT"
    };
    list_options list;
    ctl_table    table;
    bt_rows     *rows;
    bool         whole;

    if (!read_list(&list, argc, argv)) {
        return usage();
    }
    if (select_commands(ctl, &list, &rows) != BT_STORE_OK) {
        return ctl_store_failed(ctl, "cannot read the commands");
    }
    ctl_table_begin(&table, heads, sizeof(heads) / sizeof(heads[0]),
                    list.script);
    whole = ctl_table_rows(&table, rows);
    return ctl_table_end(&table) && whole
           ? CTL_DONE : ctl_say(CTL_FAILED, "the commands could not be read");
}

static int
tell_canceled(const bt_act_result *result, int64_t id)
{
    if (result->state[0] == '\0') {
        return ctl_say(CTL_REFUSED, "there is no command %" PRId64, id);
    }
    if (result->outcome == BT_ACT_CONFLICT) {
        return ctl_say(CTL_FAILED, "command %" PRId64 " stays %s: %s", id,
                       result->state, result->text);
    }
    (void) printf("command %" PRId64 ": canceled\n", id);
    return CTL_DONE;
}

static int
cancel(ctl_context *ctl, int64_t id, const char *key)
{
    char          made[CTL_KEY_DIGITS + 1];
    ctl_actor     who;
    bt_act_result result;
    bt_act        act = {
        .action = BT_ACTION_CANCEL, .kind = BT_VIEW_COMMANDS, .id = id
    };

    if (key == NULL && !ctl_key_make(made)) {
        return ctl_say(CTL_FAILED, "the system has no random numbers");
    }
    act.key = bt_str_of(key != NULL ? key : made);
    ctl_actor_find(&who);
    if (bt_act_carry_out(ctl->store, &who.actor, &act, &result)
        != BT_STORE_OK)
    {
        return ctl_store_failed(ctl, "nothing was canceled");
    }
    return tell_canceled(&result, id);
}

static int
cancel_command(ctl_context *ctl, int argc, char **argv)
{
    static const struct option options[] = {
        { "key", required_argument, NULL, 'k' },
        { NULL, 0, NULL, 0 }
    };
    const char *key = NULL;
    int64_t     id;
    int         option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option != 'k' || !ctl_key_valid(optarg)) {
            return usage();
        }
        key = optarg;
    }
    if (argc - optind != 1 || !ctl_number(argv[optind], 1, BT_ID_MAX, &id)) {
        return usage();
    }
    return cancel(ctl, id, key);
}

int
ctl_command_of(ctl_context *ctl, int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "list") == 0) {
        return list_commands(ctl, argc - 1, argv + 1);
    }
    if (argc >= 2 && strcmp(argv[1], "cancel") == 0) {
        return cancel_command(ctl, argc - 1, argv + 1);
    }
    return usage();
}

/* State and result of a command; false: the store failed. */
static bool
read_state(ctl_context *ctl, int64_t id, char state[33],
           char result[RESULT_TEXT])
{
    bt_rows  *rows;
    bt_value  key = bt_int(id);

    state[0] = result[0] = '\0';
    if (bt_store_run(ctl->store, "SELECT " BT_SQL_STATE("t") ", t.result"
                     " FROM commands t WHERE t.id = ?", &key, 1, &rows, NULL)
        != BT_STORE_OK)
    {
        return false;
    }
    if (bt_rows_next(rows) > 0) {
        (void) ctl_harmless(state, 33, bt_rows_get(rows, 0).text);
        (void) ctl_harmless(result, RESULT_TEXT, bt_rows_get(rows, 1).text);
    }
    bt_rows_close(rows);
    return true;
}

int
ctl_command_wait(ctl_context *ctl, int64_t id)
{
    char state[33], result[RESULT_TEXT];

    for (;;) {
        if (!read_state(ctl, id, state, result)) {
            return ctl_store_failed(ctl, "what became of the command is not "
                                    "known");
        }
        if (strcmp(state, "REQUESTED") != 0 && strcmp(state, "RUNNING") != 0) {
            break;
        }
        (void) sleep(1);
    }
    (void) printf("command %" PRId64 ": %s%s%s\n", id, state,
                  result[0] != '\0' ? ": " : "", result);
    return strcmp(state, "DONE") == 0 ? CTL_DONE : CTL_FAILED;
}

/* cluster.c: the command "cluster": registers, changes and pauses clusters. */

#include "cluster.h"

#include <stdio.h>
#include <string.h>

#define DETAIL_TEXT  2048

typedef struct {
    const char *name;
    const char *arguments;
    const char *summary;
    int       (*run)(ctl_context *ctl, int argc, char **argv);
} subcommand;

/* Settings as "name: value", for the trail; those that differ from `old`, or
 * with NULL all that are not empty. */
static void
describe(const cluster_settings *settings, const cluster_settings *old,
         char out[DETAIL_TEXT])
{
    char   now[CLUSTER_TEXT], before[CLUSTER_TEXT] = "";
    bt_buf buf;

    bt_buf_init(&buf, out, DETAIL_TEXT);
    for (size_t i = 0; i < CLUSTER_SETTINGS; i++) {
        cluster_setting_text(settings, (cluster_setting) i, now);
        if (old != NULL) {
            cluster_setting_text(old, (cluster_setting) i, before);
        }
        if (strcmp(now, before) == 0) {
            continue;
        }
        bt_buf_addz(&buf, buf.len > 0 ? "; " : "");
        bt_buf_addz(&buf, cluster_setting_name((cluster_setting) i));
        bt_buf_addz(&buf, ": ");
        if (old != NULL) {
            bt_buf_addz(&buf, before[0] != '\0' ? before : "-");
            bt_buf_addz(&buf, " -> ");
        }
        bt_buf_addz(&buf, now[0] != '\0' ? now : "-");
    }
}

/* Asks the cluster unless that is not wanted. */
static int
check_first(const cluster_order *order, const cluster_settings *settings,
            const char *what)
{
    if (order->no_check || cluster_ask(settings) == CTL_DONE) {
        return CTL_DONE;
    }
    return ctl_say(CTL_FAILED, "%s was not %s: put right what failed, or use "
                   "--no-check", settings->name, what);
}

static int
register_cluster(ctl_context *ctl, const cluster_order *order,
                 cluster_settings *settings)
{
    char detail[DETAIL_TEXT];
    bool again = settings->id != 0;
    int  code;

    if (settings->registered) {
        return ctl_say(CTL_REFUSED, "%s is registered already; to change it: "
                       "backup-tasks-ctl cluster set", order->name);
    }
    /* What it was before is no default of a new registration. */
    if (again) {
        int64_t id = settings->id;

        cluster_defaults(settings, order->name);
        settings->id = id;
    }
    cluster_apply(settings, order);
    code = cluster_validate(settings);
    if (code == CTL_DONE && order->ask_password != NULL) {
        code = cluster_password_ask(order->ask_password);
    }
    if (code == CTL_DONE) {
        code = check_first(order, settings, "registered");
    }
    if (code != CTL_DONE) {
        return code;
    }
    describe(settings, NULL, detail);
    code = cluster_write(ctl, settings, "cluster-add", detail);
    if (code == CTL_DONE) {
        (void) printf("%s is registered%s\n", order->name,
                      again ? ", with the records that it had" : "");
    }
    return code;
}

/* Whether another place or way of asking was given. */
static bool
is_reached_otherwise(const cluster_settings *settings,
                     const cluster_settings *old)
{
    for (size_t i = 0; i < CLUSTER_TEXTS; i++) {
        if (strcmp(settings->texts[i], old->texts[i]) != 0) {
            return true;
        }
    }
    return false;
}

static int
change_cluster(ctl_context *ctl, const cluster_order *order,
               cluster_settings *settings)
{
    cluster_settings old = *settings;
    char             detail[DETAIL_TEXT];
    int              code;

    cluster_apply(settings, order);
    code = cluster_validate(settings);
    if (code == CTL_DONE && order->ask_password != NULL) {
        code = cluster_password_ask(order->ask_password);
    }
    if (code != CTL_DONE) {
        return code;
    }
    describe(settings, &old, detail);
    if (detail[0] == '\0') {
        (void) printf("%s has these settings already\n", order->name);
        return CTL_DONE;
    }
    if (is_reached_otherwise(settings, &old)) {
        code = check_first(order, settings, "changed");
    }
    if (code == CTL_DONE) {
        code = cluster_write(ctl, settings, "cluster-set", detail);
    }
    if (code == CTL_DONE) {
        (void) printf("%s was changed: %s\n", order->name, detail);
    }
    return code;
}

/* What add and set share: the order, and the settings that it is about. */
static int
carry_out(ctl_context *ctl, int argc, char **argv,
          int (*find)(ctl_context *ctl, bt_pool *pool, const char *name,
                      cluster_settings *settings),
          int (*act)(ctl_context *ctl, const cluster_order *order,
                     cluster_settings *settings))
{
    cluster_order    order;
    cluster_settings settings;
    bt_pool         *pool;
    int              code = cluster_order_read(&order, argc, argv);

    if (code != CTL_DONE) {
        return code;
    }
    pool = bt_pool_new();
    if (pool == NULL) {
        return ctl_say(CTL_FAILED, "out of memory");
    }
    code = find(ctl, pool, order.name, &settings);
    if (code == CTL_DONE) {
        code = act(ctl, &order, &settings);
    }
    bt_pool_free(pool);
    return code;
}

static int
add(ctl_context *ctl, int argc, char **argv)
{
    return carry_out(ctl, argc, argv, cluster_load, register_cluster);
}

static int
set(ctl_context *ctl, int argc, char **argv)
{
    return carry_out(ctl, argc, argv, cluster_find, change_cluster);
}

static int
pause_or_resume(ctl_context *ctl, int argc, char **argv, bool pause)
{
    cluster_settings settings;
    bt_pool         *pool;
    int              code;

    if (argc != 2 || argv[1][0] == '-') {
        return ctl_say(CTL_REFUSED, "usage: backup-tasks-ctl cluster %s NAME",
                       argv[0]);
    }
    pool = bt_pool_new();
    if (pool == NULL) {
        return ctl_say(CTL_FAILED, "out of memory");
    }
    code = cluster_find(ctl, pool, argv[1], &settings);
    if (code == CTL_DONE) {
        code = cluster_pause(ctl, &settings, pause);
    }
    if (code == CTL_DONE) {
        (void) printf(pause ? "%s is not asked any more until: "
                      "backup-tasks-ctl cluster resume\n"
                      : "%s is asked again\n", argv[1]);
    }
    bt_pool_free(pool);
    return code;
}

static int
pause_cluster(ctl_context *ctl, int argc, char **argv)
{
    return pause_or_resume(ctl, argc, argv, true);
}

static int
resume_cluster(ctl_context *ctl, int argc, char **argv)
{
    return pause_or_resume(ctl, argc, argv, false);
}

static const subcommand subcommands[] = {
    { "add", "[option ...] NAME",
      "registers a cluster, after a look whether it can be reached", add },
    { "set", "[option ...] NAME", "changes what was given with \"add\"", set },
    { "list", "[-H] [--all]",
      "the clusters, whether they answer, and who asks them; all: removed "
      "ones, too", cluster_list },
    { "show", "NAME", "one registration, and what is known of the cluster",
      cluster_show },
    { "check", "NAME | --all",
      "asks as the agent would: PASS, WARN or FAIL for each thing it needs",
      cluster_check },
    { "pause", "NAME", "it is not asked any more; its records stay and age",
      pause_cluster },
    { "resume", "NAME", "it is asked again", resume_cluster },
    { "remove", "[--records] --yes NAME NAME",
      "ends the registration; the records stay unless --records takes them",
      cluster_remove }
};

#define SUBCOMMANDS  (sizeof(subcommands) / sizeof(subcommands[0]))

static void
print_usage(FILE *out, const subcommand *one)
{
    (void) fprintf(out, "  backup-tasks-ctl cluster %s %s\n      %s\n",
                   one->name, one->arguments, one->summary);
}

static int
help(const subcommand *one)
{
    (void) puts("usage:");
    for (size_t i = 0; i < SUBCOMMANDS; i++) {
        if (one == NULL || one == &subcommands[i]) {
            print_usage(stdout, &subcommands[i]);
        }
    }
    if (one == NULL || one->run == add || one->run == set) {
        (void) puts("\noptions of add and set:");
        cluster_order_help(stdout);
    }
    (void) puts("\nSee backup-tasks-ctl(1).");
    return CTL_DONE;
}

int
ctl_cluster(ctl_context *ctl, int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0) {
        return argc < 2 ? ctl_say(CTL_REFUSED, "see: backup-tasks-ctl cluster "
                                  "--help") : help(NULL);
    }
    for (size_t i = 0; i < SUBCOMMANDS; i++) {
        if (strcmp(argv[1], subcommands[i].name) == 0) {
            return strcmp(argv[argc - 1], "--help") == 0
                   ? help(&subcommands[i])
                   : subcommands[i].run(ctl, argc - 1, argv + 1);
        }
    }
    return ctl_say(CTL_REFUSED, "\"cluster %s\" is no command; see: "
                   "backup-tasks-ctl cluster --help", argv[1]);
}

/* main.c: backup-tasks-ctl: finds the command and hands over to it. */

#include "ctl.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define STORE_FILE  "/etc/backup-tasks/store.cnf"

static const ctl_command commands[] = {
    { "migrate", "[--authority NAME] [--dir DIR]",
      "create or bring up to date the tables of the record store",
      ctl_migrate, false },
    { "cluster", "add|set|list|show|check|pause|resume|remove [option ...]",
      "register clusters, and look whether they can be reached",
      ctl_cluster, false },
    { "status", "[-H] [CLUSTER]",
      "the log backups, their states, and who asked for what", ctl_status,
      false },
    { "monitor", "[CLUSTER]",
      "one line and an exit code for monitors like Nagios", ctl_monitor,
      true },
    { "log", "start|stop|restart [option ...] CLUSTER [TENANT]",
      "request an act on a log backup, as the buttons of the page do", ctl_log,
      false },
    { "backup", "--mode full|incremental [option ...] CLUSTER [TENANT]",
      "request a data backup at once, where the cluster allows it",
      ctl_backup, false },
    { "cancel", "data|cleanup [option ...] ID",
      "request the end of a data backup or cleanup that runs", ctl_cancel,
      false },
    { "command", "list [-H] [--all] [--limit N] [CLUSTER] | cancel ID",
      "requested acts, and to take one back", ctl_command_of, false },
    { "audit", "list [-H] [option ...] | verify [--from ID] [--anchor ID:HASH]"
      " | prune --before DATE",
      "who did what, whether the trail is whole, and to remove its beginning",
      ctl_audit, false },
    { "report", "write [option ...] | list [-H] [--group NAME] | verify"
      " | prune --before DAY",
      "daily reports: write those that are due or one, and check their sums",
      ctl_report, false },
    { "check", "[--repair] | --monitor [CLUSTER]",
      "recompute what is kept twice, and tell what differs; or as monitor",
      ctl_check, false },
    { "sample", "[--tasks N] [--seed N] [--verbose]",
      "fill the record store with sample clusters; for trying it out only",
      ctl_sample, false },
    { "grants", "[--database NAME]"
      " [--worker|--agent|--migrate|--admin USER[@HOST]]",
      "print what each program's account needs, as SQL", ctl_grants, true }
};

#define COMMANDS  (sizeof(commands) / sizeof(commands[0]))

static void
usage(FILE *out)
{
    (void) fprintf(out,
        "usage: backup-tasks-ctl [--store FILE] COMMAND [option ...]\n"
        "\n"
        "  --store FILE   MySQL option file of the record store, section\n"
        "                 [backup-tasks]; default %s\n"
        "  --version      print the version\n"
        "  --help         print this\n"
        "\n", STORE_FILE);
    for (size_t i = 0; i < COMMANDS; i++) {
        (void) fprintf(out, "  %s %s\n                 %s\n",
                       commands[i].name, commands[i].arguments,
                       commands[i].summary);
    }
    (void) fprintf(out, "\nSee backup-tasks-ctl(1).\n");
}

static const ctl_command *
find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static int
run_on_store(ctl_context *ctl, const ctl_command *command, int argc,
             char **argv)
{
    char why[512];
    int  code = ctl_open(ctl, why, sizeof(why));

    if (code != CTL_DONE) {
        return ctl_say(code, "%s", why);
    }
    code = command->run(ctl, argc, argv);
    ctl_close(ctl);
    return code;
}

/* "--help" behind a command: the last argument, so that it is no value. */
static bool
wants_help(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[argc - 1], "--help") == 0;
}

static int
help(ctl_context *ctl, const ctl_command *command, int argc, char **argv)
{
    if (command->run == ctl_cluster) {
        return ctl_cluster(ctl, argc, argv);
    }
    (void) printf("usage: backup-tasks-ctl [--store FILE] %s %s\n  %s\n\n"
                  "See backup-tasks-ctl(1).\n", command->name,
                  command->arguments, command->summary);
    return CTL_DONE;
}

static int
run(ctl_context *ctl, const ctl_command *command, int argc, char **argv)
{
    int code;

    if (wants_help(argc, argv)) {
        code = help(ctl, command, argc, argv);
    } else {
        code = command->alone ? command->run(ctl, argc, argv)
                              : run_on_store(ctl, command, argc, argv);
    }

    if (fflush(stdout) != 0 || ferror(stdout)) {
        return ctl_say(CTL_FAILED, "the output could not be written");
    }
    return code;
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {
        { "store", required_argument, NULL, 's' },
        { "version", no_argument, NULL, 'V' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    ctl_context        ctl = { { .defaults_file = STORE_FILE }, NULL };
    const ctl_command *command;
    int                option;

    while ((option = getopt_long(argc, argv, "+s:Vh", options, NULL)) != -1) {
        switch (option) {
        case 's':
            ctl.conf.defaults_file = optarg;
            break;
        case 'V':
            (void) puts("backup-tasks-ctl " BT_VERSION);
            return CTL_DONE;
        case 'h':
            usage(stdout);
            return CTL_DONE;
        default:
            usage(stderr);
            return CTL_REFUSED;
        }
    }
    if (optind == argc) {
        usage(stderr);
        return CTL_REFUSED;
    }
    command = find(argv[optind]);
    if (command == NULL) {
        return ctl_say(CTL_REFUSED, "no command is called %s; "
                       "see: backup-tasks-ctl --help", argv[optind]);
    }
    argc -= optind;
    argv += optind;
    optind = 0;
    if (argc > 1 && command->run == ctl_check
        && strcmp(argv[1], "--monitor") == 0)
    {
        command = find("monitor");
        argc--;
        argv++;
    }
    return run(&ctl, command, argc, argv);
}

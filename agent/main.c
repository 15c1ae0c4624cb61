/* main.c: backup-tasks-agent: options, process id file, signals. */

#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "common/bt_log.h"
#include "common/bt_process.h"

#define PROGRAM            "backup-tasks-agent"
#define THREADS            16
#define THREADS_MAX        256
#define ARENAS             2
#define STATEMENT_SECONDS  20
#define CONNECT_SECONDS    5
#define NOTIFY_LIMIT       30
#define NOTIFY_DELAY       30
#define NOTIFY_INTERVAL    300
#define SECONDS_MAX        86400
#define DAYS_MAX           36500
#define URL_MAX            1024


typedef struct {
    const char *store;
    const char *name;
    const char *pid;
    const char *log;
    int         threads;
    const char *notify;
    int         notify_delay;
    int         notify_interval;
    int         report_days;
    char        public_url[URL_MAX + 2];
    char        host[BT_AGENT_NAME_MAX];
} options;


static void
usage(FILE *out)
{
    fprintf(out,
            "Usage: " PROGRAM " --store OPTIONFILE [--name NAME]\n"
            "           [--threads N] [--pid FILE] [--log FILE|stderr]\n"
            "           [--notify PROGRAM] [--notify-delay SECONDS]\n"
            "           [--notify-interval SECONDS] [--public-url URL]\n"
            "           [--keep-reports DAYS]\n"
            "\n"
            "Asks the registered clusters for their backup tasks, records"
            " them, and\n"
            "carries out commands.  See " PROGRAM "(8).\n");
}


static int
fail(const char *what, const char *name, const char *why)
{
    fprintf(stderr, PROGRAM ": %s \"%s\": %s\n", what, name, why);

    return 1;
}


static int
take_name(options *o, const char *name)
{
    bt_str  text = bt_str_of(name);

    o->name = name;

    return text.len > 0 && text.len <= BT_AGENT_NAME_MAX
           && bt_utf8_valid(text, NULL) ? -1
           : fail("--name", name, "not a text of 1 to 128 bytes");
}


/* A program that is not there is better missed now than in the first night. */
static int
take_program(options *o, const char *path)
{
    o->notify = path;

    return path[0] == '/' && access(path, X_OK) == 0 ? -1
           : fail("--notify", path, "not the absolute path of a program that"
                  " can be run");
}


static int
take_url(options *o, const char *url)
{
    size_t  len = strlen(url);

    if ((strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
        || len > URL_MAX)
    {
        return fail("--public-url", url, "not the address of the pages, such"
                    " as https://portal.example/backup/");
    }

    snprintf(o->public_url, sizeof(o->public_url), "%s%s", url,
             url[len - 1] == '/' ? "" : "/");

    return -1;
}


static int
take_seconds(int *seconds, const char *option, const char *text)
{
    *seconds = bt_process_number(text, SECONDS_MAX);

    return *seconds > 0 ? -1
           : fail(option, text, "not a number of seconds from 1 to 86400");
}


static int
take_notify_option(options *o, int option)
{
    switch (option) {

    case 'N':
        return take_program(o, optarg);

    case 'U':
        return take_url(o, optarg);

    case 'D':
        return take_seconds(&o->notify_delay, "--notify-delay", optarg);

    case 'I':
        return take_seconds(&o->notify_interval, "--notify-interval", optarg);

    default:
        usage(stderr);
        return 2;
    }
}


static int
take_option(options *o, int option)
{
    switch (option) {

    case 'd':
        o->store = optarg;
        return -1;

    case 'n':
        return take_name(o, optarg);

    case 'p':
        o->pid = optarg;
        return -1;

    case 'l':
        o->log = optarg;
        return -1;

    case 't':
        o->threads = bt_process_number(optarg, THREADS_MAX);
        return o->threads > 0 ? -1
               : fail("--threads", optarg, "not a number from 1 to 256");

    case 'k':
        o->report_days = bt_process_number(optarg, DAYS_MAX);
        return o->report_days > 0 ? -1
               : fail("--keep-reports", optarg, "not a number of days from 1"
                      " to 36500; without the option reports are kept for"
                      " ever");

    case 'h':
        usage(stdout);
        return 0;

    case 'v':
        puts(PROGRAM " " BT_VERSION);
        return 0;

    default:
        return take_notify_option(o, option);
    }
}


/* -1: go on; else the exit status. */
static int
read_options(options *o, int argc, char **argv)
{
    int                         option, rc;
    static const struct option  names[] = {
        { "store", required_argument, NULL, 'd' },
        { "name", required_argument, NULL, 'n' },
        { "threads", required_argument, NULL, 't' },
        { "pid", required_argument, NULL, 'p' },
        { "log", required_argument, NULL, 'l' },
        { "notify", required_argument, NULL, 'N' },
        { "notify-delay", required_argument, NULL, 'D' },
        { "notify-interval", required_argument, NULL, 'I' },
        { "public-url", required_argument, NULL, 'U' },
        { "keep-reports", required_argument, NULL, 'k' },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'v' },
        { NULL, 0, NULL, 0 }
    };

    *o = (options) {
        .threads = THREADS,
        .log = "stderr",
        .notify_delay = NOTIFY_DELAY,
        .notify_interval = NOTIFY_INTERVAL
    };

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        rc = take_option(o, option);

        if (rc != -1) {
            return rc;
        }
    }

    if (o->store == NULL || optind != argc) {
        usage(stderr);
        return 2;
    }

    return -1;
}


static int
serve(const options *o)
{
    bool           good;
    sigset_t       set;
    bt_agent      *agent;
    bt_agent_conf  conf = {
        .name = o->name,
        .threads = (unsigned) o->threads,
        .adapter = bt_adapter_by_name,
        .report_days = o->report_days,
        .notify = {
            .program = o->notify,
            .public_url = o->public_url,
            .delay_seconds = o->notify_delay,
            .interval_seconds = o->notify_interval,
            .limit_seconds = NOTIFY_LIMIT
        },
        .store = {
            .defaults_file = o->store,
            .group = "backup-tasks",
            .connect_seconds = CONNECT_SECONDS,
            .statement_seconds = STATEMENT_SECONDS
        }
    };

    bt_process_block(&set);
    signal(SIGPIPE, SIG_IGN);
    agent = bt_agent_start(&conf);

    if (agent == NULL) {
        return fail("--store", o->store, "cannot be read, or no memory");
    }

    bt_log("notice", PROGRAM " " BT_VERSION " started with %d threads",
           o->threads);
    bt_process_wait(&set, o->log);
    good = bt_agent_stop(agent);
    bt_log("notice", PROGRAM " ended");

    return good ? 0 : 1;
}


static int
run(options *o)
{
    int            rc;
    char           why[512];
    bt_store_conf  conf = { .defaults_file = o->store,
                            .group = "backup-tasks" };

    if (o->name == NULL) {
        if (gethostname(o->host, sizeof(o->host) - 1) != 0) {
            return fail("--name", "", strerror(errno));
        }

        o->name = o->host;
    }

    if (!bt_store_conf_check(&conf, why, sizeof(why))) {
        return fail("--store", o->store, why);
    }

    if (!bt_log_open(o->log)) {
        return fail("--log", o->log, strerror(errno));
    }

    rc = bt_process_pid(o->pid) ? serve(o)
                                : fail("--pid", o->pid, strerror(errno));

    if (o->pid != NULL) {
        unlink(o->pid);
    }

    return rc;
}


int
main(int argc, char **argv)
{
    int      rc;
    options  o;

    rc = read_options(&o, argc, argv);

    if (rc != -1) {
        return rc;
    }

    /* Threads share their heaps: many clusters, little memory. */
    mallopt(M_ARENA_MAX, ARENAS);

    if (bt_store_library_begin() != 0) {
        return fail("start", PROGRAM, "the database library does not start");
    }

    rc = run(&o);
    bt_store_library_end();

    return rc;
}

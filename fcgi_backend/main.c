/* main.c: backup-tasks-worker: options, socket, process id file, signals. */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "acts/bt_act.h"
#include "common/bt_log.h"
#include "common/bt_process.h"
#include "fcgi_backend/server.h"

#define PROGRAM            "backup-tasks-worker"
#define THREADS            8
#define THREADS_MAX        256
#define BACKLOG            511
#define STATEMENT_SECONDS  20
#define CONNECT_SECONDS    5
#define CACHE_SECONDS      1
#define CACHE_MAX          60


typedef struct {
    const char *socket;
    const char *store;
    const char *pid;
    const char *log;
    int         threads;
    int         command_seconds;
    bool        no_reports;
    bt_report_conf report;
    int         cache_seconds;
} options;


static void
usage(FILE *out)
{
    fprintf(out,
            "Usage: " PROGRAM " --socket PATH --store OPTIONFILE\n"
            "           [--threads N] [--pid FILE] [--log FILE|stderr]\n"
            "           [--command-deadline SECONDS] [--cache SECONDS]\n"
            "           [--report-zone ZONE] [--report-language en|zh]\n"
            "           [--report-sheet FILE] [--no-reports]\n"
            "\n"
            "Answers the requests of nginx for backup tasks over FastCGI.\n"
            "See " PROGRAM "(8).\n");
}


static int
fail(const char *what, const char *name, const char *why)
{
    fprintf(stderr, PROGRAM ": %s \"%s\": %s\n", what, name, why);

    return 1;
}


static int
take_zone(options *o)
{
    bt_zone  zone;

    if (!bt_zone_open(&zone, bt_str_of(optarg))) {
        return fail("--report-zone", optarg, "use an IANA name such as"
                    " Asia/Shanghai, UTC, or +HH:MM");
    }

    bt_zone_close(&zone);
    o->report.zone = optarg;

    return -1;
}


static int
take_option(options *o, int option)
{
    switch (option) {

    case 's':
        o->socket = optarg;
        return -1;

    case 'd':
        o->store = optarg;
        return -1;

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

    case 'c':
        o->command_seconds = bt_process_number(optarg, 24 * 3600);
        return o->command_seconds > 0 ? -1
               : fail("--command-deadline", optarg,
                      "not a number of seconds from 1 to 86400");

    case 'z':
        return take_zone(o);

    case 'g':
        o->report.language = optarg;
        return strcmp(optarg, "en") == 0 || strcmp(optarg, "zh") == 0
               ? -1 : fail("--report-language", optarg, "use en or zh");

    case 'x':
        o->report.sheet = optarg;
        return -1;

    case 'n':
        o->no_reports = true;
        return -1;
    case 'a':
        o->cache_seconds = bt_process_number(optarg, CACHE_MAX);
        return o->cache_seconds > 0 ? -1
               : fail("--cache", optarg,
                      "not a number of seconds from 1 to 60");

    case 'h':
        usage(stdout);
        return 0;

    case 'v':
        puts(PROGRAM " " BT_VERSION);
        return 0;

    default:
        usage(stderr);
        return 2;
    }
}


/* -1: go on; else the exit status. */
static int
read_options(options *o, int argc, char **argv)
{
    int                         option, rc;
    static const struct option  names[] = {
        { "socket", required_argument, NULL, 's' },
        { "store", required_argument, NULL, 'd' },
        { "threads", required_argument, NULL, 't' },
        { "pid", required_argument, NULL, 'p' },
        { "log", required_argument, NULL, 'l' },
        { "command-deadline", required_argument, NULL, 'c' },
        { "report-zone", required_argument, NULL, 'z' },
        { "report-language", required_argument, NULL, 'g' },
        { "report-sheet", required_argument, NULL, 'x' },
        { "no-reports", no_argument, NULL, 'n' },
        { "cache", required_argument, NULL, 'a' },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'v' },
        { NULL, 0, NULL, 0 }
    };

    *o = (options) { .threads = THREADS, .command_seconds = BT_COMMAND_SECONDS,
                     .cache_seconds = CACHE_SECONDS, .log = "stderr",
                     .report = { .zone = "UTC", .language = "en",
                                 .sheet = BT_SHARE_DIR "/xslt/report.xsl" } };

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        rc = take_option(o, option);

        if (rc != -1) {
            return rc;
        }
    }

    if (o->socket == NULL || o->store == NULL || optind != argc) {
        usage(stderr);
        return 2;
    }

    return -1;
}


/* A socket file that nobody listens on may be what a crash left behind. */
static int
remove_stale(const struct sockaddr_un *address)
{
    int          fd, rc;
    struct stat  about;

    if (lstat(address->sun_path, &about) == -1) {
        return 0;
    }

    if (!S_ISSOCK(about.st_mode)) {
        return fail("--socket", address->sun_path, "is there and no socket");
    }

    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd == -1) {
        return fail("--socket", address->sun_path, strerror(errno));
    }

    rc = connect(fd, (const struct sockaddr *) address, sizeof(*address));
    close(fd);

    if (rc == 0) {
        return fail("--socket", address->sun_path,
                    "another program listens on it");
    }

    unlink(address->sun_path);

    return 0;
}


/* The listening socket, open to owner and group; -1 after a message. */
static int
open_socket(const char *path)
{
    int                 fd, rc;
    mode_t              mask;
    struct sockaddr_un  address = { .sun_family = AF_UNIX };

    if (strlen(path) >= sizeof(address.sun_path)) {
        fail("--socket", path, "is too long a path for a socket");
        return -1;
    }

    memcpy(address.sun_path, path, strlen(path) + 1);

    if (remove_stale(&address) != 0) {
        return -1;
    }

    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    mask = umask(0117);
    rc = fd == -1 ? -1 : bind(fd, (struct sockaddr *) &address,
                              sizeof(address));
    umask(mask);

    if (rc == -1 || listen(fd, BACKLOG) == -1) {
        fail("--socket", path, strerror(errno));

        if (fd != -1) {
            close(fd);
        }

        return -1;
    }

    return fd;
}


static int
serve(const options *o, int fd)
{
    sigset_t         set;
    bt_server       *server;
    bt_server_conf   conf = {
        .socket = fd,
        .threads = (unsigned) o->threads,
        .command_seconds = o->command_seconds,
        .cache_seconds = o->cache_seconds,
        .store = {
            .defaults_file = o->store,
            .group = "backup-tasks",
            .connect_seconds = CONNECT_SECONDS,
            .statement_seconds = STATEMENT_SECONDS
        },
        .report = o->report
    };

    if (o->no_reports) {
        conf.report.zone = NULL;
    }

    bt_process_block(&set);

    server = bt_server_start(&conf);

    if (server == NULL) {
        return fail("--store", o->store, "cannot be read, or no memory");
    }

    bt_log("notice", PROGRAM " " BT_VERSION " started with %d threads",
           o->threads);
    bt_process_wait(&set, o->log);
    bt_server_stop(server);
    bt_log("notice", PROGRAM " ended");

    return 0;
}


static int
run(const options *o)
{
    int   fd, rc;
    char  why[512];

    bt_store_conf  conf = { .defaults_file = o->store,
                            .group = "backup-tasks" };

    if (!bt_store_conf_check(&conf, why, sizeof(why))) {
        return fail("--store", o->store, why);
    }

    if (!bt_log_open(o->log)) {
        return fail("--log", o->log, strerror(errno));
    }

    fd = open_socket(o->socket);

    if (fd == -1) {
        return 1;
    }

    rc = bt_process_pid(o->pid) ? serve(o, fd)
                                : fail("--pid", o->pid, strerror(errno));

    unlink(o->socket);
    close(fd);

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

    if (bt_store_library_begin() != 0) {
        return fail("start", PROGRAM, "the database library does not start");
    }

    rc = run(&o);
    bt_store_library_end();

    return rc;
}

/* sample.c: the command that fills the record store with sample clusters. */

#include "ctl.h"

#include "sample/sample.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#define TASKS      2000
#define TASKS_MAX  10000000

static void
show_progress(int64_t tasks)
{
    (void) fprintf(stderr, "backup-tasks-ctl: %" PRId64 " data tasks\n", tasks);
}

static bool
read_options(int argc, char **argv, bt_sample_conf *conf)
{
    static const struct option options[] = {
        { "tasks", required_argument, NULL, 't' },
        { "seed", required_argument, NULL, 's' },
        { "simulation", required_argument, NULL, 'p' },
        { "directory", required_argument, NULL, 'd' },
        { "verbose", no_argument, NULL, 'v' },
        { NULL, 0, NULL, 0 }
    };
    int64_t seed;
    int     option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 't' && ctl_number(optarg, 0, TASKS_MAX, &conf->tasks)) {
            continue;
        }
        if (option == 's' && ctl_number(optarg, 0, INT64_MAX, &seed)) {
            conf->seed = (uint64_t) seed;
            continue;
        }
        if (option == 'p' && optarg[0] == '/') {
            conf->simulation = optarg;
            continue;
        }
        if (option == 'd' && optarg[0] == '/') {
            conf->directory = optarg;
            continue;
        }
        if (option == 'v') {
            conf->progress = show_progress;
            continue;
        }
        return false;
    }
    return optind == argc
           && (conf->simulation == NULL) == (conf->directory == NULL);
}

int
ctl_sample(ctl_context *ctl, int argc, char **argv)
{
    bt_sample_conf conf = { .tasks = TASKS, .seed = 1 };
    char           why[512] = "";

    if (!read_options(argc, argv, &conf)) {
        return ctl_say(CTL_REFUSED, "usage: backup-tasks-ctl sample "
                       "[--tasks 0..%d] [--seed N] [--simulation PROGRAM "
                       "--directory DIR] [--verbose]", TASKS_MAX);
    }
    switch (bt_sample_fill(ctl->store, &conf, why, sizeof(why))) {
    case BT_SAMPLE_FILLED:
        (void) printf("%" PRId64 " sample data tasks\n", conf.tasks);
        return ctl_note(ctl, "sample", "");
    case BT_SAMPLE_THERE_ALREADY:
        (void) puts("the samples are there already");
        return CTL_DONE;
    case BT_SAMPLE_FAILED:
        break;
    }
    return ctl_say(CTL_FAILED, "cannot write the samples: %s; if tables are "
                   "missing, run: backup-tasks-ctl migrate", why);
}

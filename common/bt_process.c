/* bt_process.c: what every daemon does: numbers of options, process id file, end by a signal. */

#include "bt_process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bt_log.h"


int
bt_process_number(const char *text, int max)
{
    char  *end;
    long   value;

    errno = 0;
    value = strtol(text, &end, 10);

    return errno == 0 && *text != '\0' && *end == '\0' && value >= 1
           && value <= max ? (int) value : 0;
}


bool
bt_process_pid(const char *path)
{
    FILE  *file;

    if (path == NULL) {
        return true;
    }

    file = fopen(path, "we");

    if (file == NULL) {
        return false;
    }

    fprintf(file, "%ld\n", (long) getpid());

    return fclose(file) == 0;
}


void
bt_process_block(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGQUIT);
    sigaddset(set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, set, NULL);
}


void
bt_process_wait(const sigset_t *set, const char *log)
{
    int  number;

    while (sigwait(set, &number) == 0 && number == SIGHUP) {

        if (!bt_log_open(log)) {
            bt_log("error", "cannot open the log again: %s", strerror(errno));
        }
    }
}

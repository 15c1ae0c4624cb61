/* notify_run.c: runs the operator's program once, with a deadline. */

#include "agent/notify_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS    50
#define SAID_MAX   256
#define VARIABLES  16
#define READS_MAX  64            /* before the clock is looked at again */

/* One run: its input, the pipe of what it prints, its process. */
typedef struct {
    int    input;
    int    output[2];
    pid_t  pid;
    char   said[SAID_MAX];
    size_t said_len;
} process;

static int64_t
clock_ms(void)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A file in memory: a program that does not read all of it is none the worse,
 * and nobody waits for one that reads slowly. */
static bool
prepare(process *run, bt_str text)
{
    size_t  done = 0;
    ssize_t len;

    *run = (process) { .output = { -1, -1 } };
    run->input = memfd_create("notification", MFD_CLOEXEC);
    if (run->input < 0 || pipe2(run->output, O_CLOEXEC | O_NONBLOCK) != 0) {
        return false;
    }
    while (done < text.len) {
        len = write(run->input, text.data + done, text.len - done);
        if (len < 0) {
            return false;
        }
        done += (size_t) len;
    }
    return lseek(run->input, 0, SEEK_SET) == 0;
}

static void
finish(process *run)
{
    for (size_t i = 0; i < 2; i++) {
        if (run->output[i] >= 0) {
            (void) close(run->output[i]);
        }
    }
    if (run->input >= 0) {
        (void) close(run->input);
    }
}

static char **
make_environment(char *const *variables)
{
    size_t count = 0, used = 0;
    char **all;

    while (environ[count] != NULL) {
        count++;
    }
    all = calloc(count + VARIABLES + 1, sizeof(char *));
    if (all == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < VARIABLES && variables[i] != NULL; i++) {
        all[used++] = variables[i];
    }
    memcpy(all + used, environ, count * sizeof(char *));
    return all;
}

/* It gets its three files and no other, the usual signals, and a group of its
 * own, so that what it starts can be ended with it. */
static int
spawn(process *run, const char *program, char *const *variables)
{
    char *const                argv[] = { (char *) program, NULL };
    char                     **all = make_environment(variables);
    posix_spawn_file_actions_t files;
    posix_spawnattr_t          attributes;
    sigset_t                   none, usual;
    int                        error;

    if (all == NULL) {
        return ENOMEM;
    }
    (void) sigemptyset(&none);
    (void) sigemptyset(&usual);
    (void) sigaddset(&usual, SIGPIPE);
    (void) posix_spawn_file_actions_init(&files);
    (void) posix_spawn_file_actions_adddup2(&files, run->input, 0);
    (void) posix_spawn_file_actions_adddup2(&files, run->output[1], 1);
    (void) posix_spawn_file_actions_adddup2(&files, run->output[1], 2);
    (void) posix_spawn_file_actions_addclosefrom_np(&files, 3);
    (void) posix_spawnattr_init(&attributes);
    (void) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP
                                    | POSIX_SPAWN_SETSIGMASK
                                    | POSIX_SPAWN_SETSIGDEF);
    (void) posix_spawnattr_setpgroup(&attributes, 0);
    (void) posix_spawnattr_setsigmask(&attributes, &none);
    (void) posix_spawnattr_setsigdefault(&attributes, &usual);
    error = posix_spawn(&run->pid, program, &files, &attributes, argv, all);
    (void) posix_spawnattr_destroy(&attributes);
    (void) posix_spawn_file_actions_destroy(&files);
    free(all);
    return error;
}

/* Takes what it prints: the first of it is kept, so that a log can tell. */
static void
listen_to(process *run)
{
    char          more[1024];
    struct pollfd wait = { .fd = run->output[0], .events = POLLIN };
    ssize_t       len;
    size_t        kept;

    if (poll(&wait, 1, POLL_MS) <= 0) {
        return;
    }
    for (int i = 0; i < READS_MAX; i++) {
        len = read(run->output[0], more, sizeof(more));
        if (len <= 0) {
            break;
        }
        kept = sizeof(run->said) - 1 - run->said_len;
        kept = (size_t) len < kept ? (size_t) len : kept;
        memcpy(run->said + run->said_len, more, kept);
        run->said_len += kept;
    }
}

/* *status as of waitpid(); false: it had to be killed. */
static bool
wait_for(process *run, int limit, const atomic_bool *end, int *status)
{
    int64_t deadline = clock_ms() + (int64_t) limit * 1000;
    bool    late = false;

    while (waitpid(run->pid, status, WNOHANG) == 0) {
        late = clock_ms() > deadline || (end != NULL && atomic_load(end));
        if (late) {
            (void) kill(-run->pid, SIGKILL);
            (void) waitpid(run->pid, status, 0);
            break;
        }
        listen_to(run);
    }
    listen_to(run);
    return !late;
}

/* The first line, without what it ends with. */
static const char *
said(process *run)
{
    run->said[run->said_len] = '\0';
    run->said[strcspn(run->said, "\r\n")] = '\0';
    return run->said;
}

static bool
judge(process *run, int status, bool in_time, int limit, char *why,
      size_t size)
{
    if (!in_time) {
        (void) snprintf(why, size, "ended after %d s or with the agent: %s",
                        limit, said(run));
    } else if (WIFSIGNALED(status)) {
        (void) snprintf(why, size, "ended by signal %d: %s",
                        WTERMSIG(status), said(run));
    } else if (WEXITSTATUS(status) != 0) {
        (void) snprintf(why, size, "exit status %d: %s",
                        WEXITSTATUS(status), said(run));
    } else {
        return true;
    }
    return false;
}

bool
bt_notify_run(const char *program, bt_str text, char *const *variables,
              int limit, const atomic_bool *end, char *why, size_t size)
{
    process run;
    int     error, status = 0;
    bool    good = false, in_time;

    if (!prepare(&run, text)) {
        (void) snprintf(why, size, "no file for it: %s", strerror(errno));
        finish(&run);
        return false;
    }
    error = spawn(&run, program, variables);
    if (error != 0) {
        (void) snprintf(why, size, "cannot be run: %s", strerror(error));
    } else {
        in_time = wait_for(&run, limit, end, &status);
        good = judge(&run, status, in_time, limit, why, size);
    }
    finish(&run);
    return good;
}

/* program_run.c: runs an operator's program: environment, limits, and its end. */

#include "agent/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_MAX   ((size_t) 64 * 1024 * 1024)
#define ERROR_MAX    ((size_t) 4096)
#define GRACE_MS     2000           /* from TERM to KILL */
#define VARIABLES    24

/* One of the two texts that a program writes; `limit` bytes of it are kept. */
typedef struct {
    int    fd;                      /* -1: it is closed */
    char  *data;
    size_t len;
    size_t size;
    size_t limit;
    bool   over;                    /* there was more */
} stream;

typedef struct {
    const bt_program_call *call;
    bt_program_result     *result;
    char                  *password;
    char                  *variables[VARIABLES];
    size_t                 count;
    stream                 out;
    stream                 err;
    pid_t                  pid;
    int                    pidfd;
} program_run;

static int64_t
now_ms(void)
{
    struct timespec at;

    (void) clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t) at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static void
fail_run(program_run *run, const char *form, ...)
    __attribute__((format(printf, 2, 3)));

static void
fail_run(program_run *run, const char *form, ...)
{
    va_list arguments;

    run->result->status = -1;
    va_start(arguments, form);
    (void) vsnprintf(run->result->error, sizeof(run->result->error), form,
                     arguments);
    va_end(arguments);
}

/* --- environment ---------------------------------------------- */

/* A value that is not there is no variable. */
static void
set(program_run *run, const char *name, const char *value)
{
    char *text = NULL;

    if (value != NULL && *value != '\0' && run->count + 1 < VARIABLES
        && asprintf(&text, "%s=%s", name, value) > 0)
    {
        run->variables[run->count++] = text;
    }
}

static void
set_number(program_run *run, const char *name, int64_t number)
{
    char text[24];

    (void) snprintf(text, sizeof(text), "%lld", (long long) number);
    set(run, name, text);
}

/* Little of the agent's own environment, which may hold the secrets of other
 * clusters. */
static bool
make_environment(program_run *run)
{
    static const char *const kept[] = { "HOME", "USER", "LOGNAME", "TMPDIR" };
    const bt_access         *access = run->call->access;
    const char              *path = getenv("PATH");
    char                     why[BT_REASON_MAX];

    if (!bt_secret_read(access, &run->password, why, sizeof(why))) {
        fail_run(run, "%s", why);
        return false;
    }
    set(run, "PATH", path != NULL ? path : "/usr/local/bin:/usr/bin:/bin");
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        set(run, kept[i], getenv(kept[i]));
    }
    set(run, "LC_ALL", "C.UTF-8");
    set(run, "TZ", "UTC");
    set(run, "BT_ENDPOINTS", access->endpoints);
    set(run, "BT_USER", access->user);
    set(run, "BT_PASSWORD", run->password);
    if (strncmp(access->secret, "env:", 4) != 0) {
        set(run, "BT_SECRET", access->secret);
    }
    set_number(run, "BT_TIME_LIMIT", access->statement_seconds);
    if (run->call->tenant != NULL) {
        set_number(run, "BT_TENANT_ID", run->call->tenant_id);
    }
    if (run->call->command_id > 0) {
        set_number(run, "BT_COMMAND_ID", run->call->command_id);
    }
    set(run, "BT_SOURCE_ID", run->call->source_id);
    return true;
}

/* --- begin ---------------------------------------------- */

/* Between fork and exec: only what is safe in a process of many threads. */
static void
become_program(const program_run *run, char *const argv[], int out, int err,
               pid_t agent)
{
    struct sigaction usual = { .sa_handler = SIG_DFL };
    sigset_t         none;
    int              null = open("/dev/null", O_RDONLY);

    (void) setpgid(0, 0);
    (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int number = 1; number < SIGRTMAX; number++) {
        (void) sigaction(number, &usual, NULL);
    }
    (void) sigemptyset(&none);
    (void) sigprocmask(SIG_SETMASK, &none, NULL);
    /* The agent may have ended before prctl(). */
    if (getppid() != agent || null == -1 || dup2(null, STDIN_FILENO) == -1
        || dup2(out, STDOUT_FILENO) == -1 || dup2(err, STDERR_FILENO) == -1)
    {
        _exit(127);
    }
    (void) close_range(STDERR_FILENO + 1, ~0U, 0);
    if (chdir("/") == 0) {
        (void) execve(argv[0], argv, run->variables);
    }
    dprintf(STDERR_FILENO, "cannot be run: %s", strerror(errno));
    _exit(127);
}

static bool
open_streams(program_run *run, int *out, int *err)
{
    int first[2], second[2];

    if (pipe2(first, O_CLOEXEC) != 0) {
        return false;
    }
    if (pipe2(second, O_CLOEXEC) != 0) {
        (void) close(first[0]);
        (void) close(first[1]);
        return false;
    }
    run->out.fd = first[0];
    run->err.fd = second[0];
    (void) fcntl(run->out.fd, F_SETFL, O_NONBLOCK);
    (void) fcntl(run->err.fd, F_SETFL, O_NONBLOCK);
    *out = first[1];
    *err = second[1];
    return true;
}

static bool
begin(program_run *run)
{
    const bt_program_call *call = run->call;
    char *argv[] = {
        call->access->program, (char *) call->verb, call->access->name,
        (char *) call->tenant, NULL
    };
    pid_t agent = getpid();
    int   out, err;

    if (!open_streams(run, &out, &err)) {
        fail_run(run, "no pipe for the program: %s", strerror(errno));
        return false;
    }
    run->pid = fork();
    if (run->pid == 0) {
        become_program(run, argv, out, err, agent);
    }
    (void) close(out);
    (void) close(err);
    if (run->pid == -1) {
        fail_run(run, "no process for the program: %s", strerror(errno));
        return false;
    }
    (void) setpgid(run->pid, run->pid);
    run->pidfd = pidfd_open(run->pid, 0);
    return true;
}

/* --- reading ---------------------------------------------- */

static void
close_stream(stream *text)
{
    if (text->fd != -1) {
        (void) close(text->fd);
        text->fd = -1;
    }
}

static void
keep(stream *text, const char *data, size_t len)
{
    size_t room = text->limit - text->len;

    if (len > room) {
        text->over = true;
        len = room;
    }
    if (text->len + len + 1 > text->size) {
        size_t size = (text->len + len + 1) * 2;
        char  *more = realloc(text->data, size);

        if (more == NULL) {
            text->over = true;
            return;
        }
        text->data = more;
        text->size = size;
    }
    memcpy(text->data + text->len, data, len);
    text->len += len;
    text->data[text->len] = '\0';
}

/* All that is there by now. */
static void
drain(stream *text)
{
    char    data[16384];
    ssize_t len = 0;

    while (text->fd != -1 && (len = read(text->fd, data, sizeof(data))) > 0) {
        keep(text, data, (size_t) len);
    }
    if (text->fd != -1
        && (len == 0 || (errno != EAGAIN && errno != EINTR)))
    {
        close_stream(text);
    }
}

/* Reads until the program has ended, also when something that it left behind
 * keeps its pipes open.  False: the time is over, or it writes too much. */
static bool
follow(program_run *run, int64_t deadline)
{
    struct pollfd polls[3];

    for (;;) {
        int64_t left = deadline - now_ms();

        if (left <= 0 || run->out.over) {
            return false;
        }
        polls[0] = (struct pollfd) { run->out.fd, POLLIN, 0 };
        polls[1] = (struct pollfd) { run->err.fd, POLLIN, 0 };
        polls[2] = (struct pollfd) { run->pidfd, POLLIN, 0 };
        if (poll(polls, 3, (int) left) == -1 && errno != EINTR) {
            return false;
        }
        drain(&run->out);
        drain(&run->err);
        if ((polls[2].revents & POLLIN) != 0) {
            drain(&run->out);
            drain(&run->err);
            return !run->out.over;
        }
    }
}

/* --- end ---------------------------------------------- */

static void
wait_ms(const program_run *run, int64_t milliseconds)
{
    struct pollfd poll_end = { run->pidfd, POLLIN, 0 };

    (void) poll(&poll_end, 1, (int) milliseconds);
}

/* What a program that ended by itself left behind goes on: that is how it
 * begins what takes longer.  Otherwise all of its group ends; the number of the
 * group is the program's until waitpid() has taken it. */
static int
finish(program_run *run, bool ended)
{
    int status = 0;

    if (!ended) {
        (void) kill(-run->pid, SIGTERM);
        wait_ms(run, GRACE_MS);
        (void) kill(-run->pid, SIGKILL);
    }
    while (waitpid(run->pid, &status, 0) == -1 && errno == EINTR) {
    }
    return status;
}

/* One line, and the password is not in it. */
static void
tell_error(program_run *run)
{
    char  *text = run->err.data;
    size_t secret = run->password == NULL ? 0 : strlen(run->password);
    char  *found;
    size_t used = 0;

    if (text == NULL) {
        return;
    }
    while (secret > 0 && (found = strstr(text, run->password)) != NULL) {
        memset(found, '*', secret);
    }
    for (size_t i = 0; text[i] != '\0'
                       && used + 1 < sizeof(run->result->error); i++)
    {
        bool blank = strchr(" \t\r\n", text[i]) != NULL;

        if (!blank) {
            run->result->error[used++] = text[i];
        } else if (used > 0 && run->result->error[used - 1] != ' ') {
            run->result->error[used++] = ' ';
        }
    }
    while (used > 0 && run->result->error[used - 1] == ' ') {
        used--;
    }
    run->result->error[used] = '\0';
}

static void
judge(program_run *run, int status, bool ended)
{
    const char *name = run->call->access->program;

    tell_error(run);
    if (run->out.over) {
        fail_run(run, "%s %s printed more than %zu MiB", name,
                 run->call->verb, OUTPUT_MAX / 1024 / 1024);
    } else if (!ended) {
        fail_run(run, "%s %s took longer than %d s and was ended", name,
                 run->call->verb, run->call->access->statement_seconds);
    } else if (WIFSIGNALED(status)) {
        fail_run(run, "%s %s was ended by signal %d", name, run->call->verb,
                 WTERMSIG(status));
    } else if (WEXITSTATUS(status) == 127) {
        char text[BT_REASON_MAX / 2];

        (void) snprintf(text, sizeof(text), "%.*s", (int) sizeof(text) - 1,
                        run->result->error);
        fail_run(run, "%s %s", name, text);
    } else {
        run->result->status = WEXITSTATUS(status);
    }
}

void
bt_program_run(const bt_program_call *call, bt_program_result *result)
{
    program_run run = {
        .call = call, .result = result, .pidfd = -1,
        .out = { .fd = -1, .limit = OUTPUT_MAX },
        .err = { .fd = -1, .limit = ERROR_MAX }
    };
    int64_t     deadline = now_ms()
                           + (int64_t) call->access->statement_seconds * 1000;

    *result = (bt_program_result) { .status = -1 };
    if (make_environment(&run) && begin(&run)) {
        bool ended = follow(&run, deadline);
        int  status = finish(&run, ended);

        judge(&run, status, ended);
    }
    close_stream(&run.out);
    close_stream(&run.err);
    if (run.pidfd != -1) {
        (void) close(run.pidfd);
    }
    for (size_t i = 0; i < run.count; i++) {
        explicit_bzero(run.variables[i], strlen(run.variables[i]));
        free(run.variables[i]);
    }
    bt_secret_free(run.password);
    free(run.err.data);
    result->output = run.out.data;
    result->len = run.out.len;
}

void
bt_program_result_free(bt_program_result *result)
{
    free(result->output);
    *result = (bt_program_result) { .status = -1 };
}

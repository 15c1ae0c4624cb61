/* killsend.c: preloaded into a program, kills or stops it at a packet to the database. */

#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef ssize_t (*send_function)(int, const void *, size_t, int);

/* KILL_SEND=n: dies instead of sending the n-th packet; KILL_SENT=n: dies as
 * soon as it is sent, while the server works on it.  KILL_AT=text, KILL_PAST=
 * text: the same at the first packet that holds the text.  STOP_AT=text: stops
 * before it, and sends it when it may go on. */
static bool
is_wanted(const char *name, long count)
{
    const char *text = getenv(name);

    return text != NULL && strtol(text, NULL, 10) == count;
}

static bool
holds(const char *name, const void *data, size_t len)
{
    const char *text = getenv(name);

    return text != NULL && memmem(data, len, text, strlen(text)) != NULL;
}

ssize_t
send(int fd, const void *data, size_t len, int flags)
{
    static atomic_long count;
    static atomic_bool stopped;
    send_function      next = (send_function) dlsym(RTLD_NEXT, "send");
    long               number = atomic_fetch_add(&count, 1) + 1;
    ssize_t            sent;

    if (is_wanted("KILL_SEND", number) || holds("KILL_AT", data, len)) {
        (void) kill(getpid(), SIGKILL);
    }
    if (holds("STOP_AT", data, len) && !atomic_exchange(&stopped, true)) {
        (void) raise(SIGSTOP);
    }
    sent = next(fd, data, len, flags);
    if (is_wanted("KILL_SENT", number) || holds("KILL_PAST", data, len)) {
        (void) kill(getpid(), SIGKILL);
    }
    return sent;
}

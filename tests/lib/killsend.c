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
 * soon as it is sent, while the server works on it.  STOP_AT=text: stops before
 * the first packet that holds the text, and sends it when it may go on. */
static long
wanted(const char *name)
{
    const char *text = getenv(name);

    return text != NULL ? strtol(text, NULL, 10) : 0;
}

ssize_t
send(int fd, const void *data, size_t len, int flags)
{
    static long        count;
    static atomic_bool stopped;
    const char        *text = getenv("STOP_AT");
    send_function      next = (send_function) dlsym(RTLD_NEXT, "send");
    ssize_t            sent;

    count++;
    if (count == wanted("KILL_SEND")) {
        (void) kill(getpid(), SIGKILL);
    }
    if (text != NULL && memmem(data, len, text, strlen(text)) != NULL
        && !atomic_exchange(&stopped, true))
    {
        (void) raise(SIGSTOP);
    }
    sent = next(fd, data, len, flags);
    if (count == wanted("KILL_SENT")) {
        (void) kill(getpid(), SIGKILL);
    }
    return sent;
}

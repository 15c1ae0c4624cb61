/* cluster_password.c: reads a password from the terminal into a file that only its owner may read. */

#include "cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define PASSWORD_MAX  1024

/* One line without echo; false at its end or when it is too long. */
static bool
read_line(int terminal, const char *prompt, char line[PASSWORD_MAX])
{
    struct termios before, silent;
    size_t         used = 0;
    bool           good;

    if (tcgetattr(terminal, &before) != 0) {
        return false;
    }
    silent = before;
    silent.c_lflag &= ~(tcflag_t) ECHO;
    if (tcsetattr(terminal, TCSAFLUSH, &silent) != 0) {
        return false;
    }
    good = write(terminal, prompt, strlen(prompt)) >= 0;
    while (good && used < PASSWORD_MAX - 1
           && read(terminal, line + used, 1) == 1 && line[used] != '\n')
    {
        used++;
    }
    good = good && line[used] == '\n';
    line[used] = '\0';
    (void) tcsetattr(terminal, TCSAFLUSH, &before);
    return write(terminal, "\n", 1) == 1 && good;
}

static int
write_file(const char *path, const char *password)
{
    size_t len = strlen(password);
    int    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool   good;

    if (fd < 0) {
        return ctl_say(CTL_REFUSED, "the password file %s cannot be made: "
                       "%s%s", path, strerror(errno),
                       errno == EEXIST ? "; take the old one away first, or "
                       "name it by --password-file" : "");
    }
    good = write(fd, password, len) == (ssize_t) len
           && write(fd, "\n", 1) == 1 && fsync(fd) == 0;
    good = close(fd) == 0 && good;
    if (!good) {
        (void) unlink(path);
        return ctl_say(CTL_FAILED, "the password file %s could not be "
                       "written", path);
    }
    return ctl_say(CTL_DONE, "wrote %s; it must belong to the agent's user: "
                   "chown it where that is another one", path);
}

static int
ask(int terminal, const char *path, char first[PASSWORD_MAX],
    char second[PASSWORD_MAX])
{
    if (!read_line(terminal, "Password of the cluster's user: ", first)
        || !read_line(terminal, "The same again: ", second))
    {
        return ctl_say(CTL_REFUSED, "no password was read");
    }
    if (strcmp(first, second) != 0) {
        return ctl_say(CTL_REFUSED, "the two are not the same");
    }
    return first[0] != '\0' ? write_file(path, first)
                            : ctl_say(CTL_REFUSED, "it is empty");
}

int
cluster_password_ask(const char *path)
{
    char first[PASSWORD_MAX] = "", second[PASSWORD_MAX] = "";
    int  terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    int  code;

    if (terminal < 0) {
        return ctl_say(CTL_REFUSED, "there is no terminal to ask for the "
                       "password on; name a file by --password-file");
    }
    code = ask(terminal, path, first, second);
    explicit_bzero(first, sizeof(first));
    explicit_bzero(second, sizeof(second));
    (void) close(terminal);
    return code;
}

/* bt_log.c: the log of a daemon: one line per event, safe to read in a terminal. */

#include "bt_log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bt_time.h"

#define LINE_MAX_BYTES  2048


bool
bt_log_open(const char *file)
{
    int  fd, rc;

    if (strcmp(file, "stderr") == 0) {
        return true;
    }

    fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);

    if (fd == -1) {
        return false;
    }

    rc = dup2(fd, STDERR_FILENO);
    close(fd);

    return rc != -1;
}


static void
add_escaped(bt_buf *line, const char *text)
{
    char                  hex[8];
    const unsigned char  *p;

    for (p = (const unsigned char *) text; *p != '\0'; p++) {

        if (*p >= 0x20 && *p != 0x7f) {
            bt_buf_addc(line, (char) *p);
            continue;
        }

        snprintf(hex, sizeof(hex), "\\x%02x", *p);
        bt_buf_addz(line, hex);
    }
}


void
bt_log(const char *level, const char *format, ...)
{
    char     data[LINE_MAX_BYTES], text[LINE_MAX_BYTES / 2];
    char     now[BT_TIME_MAX];
    bt_buf   line;
    va_list  args;
    ssize_t  ignored;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);

    bt_time_format_utc(now, bt_time_now());

    bt_buf_init(&line, data, sizeof(data) - 1);
    bt_buf_addz(&line, now);
    bt_buf_addc(&line, ' ');
    bt_buf_addz(&line, level);
    bt_buf_addc(&line, ' ');
    add_escaped(&line, text);

    data[line.len] = '\n';

    /* One write per line: lines of several threads do not mix. */
    ignored = write(STDERR_FILENO, data, line.len + 1);
    (void) ignored;
}

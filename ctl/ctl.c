/* ctl.c: messages and arguments, for every command of backup-tasks-ctl. */

#include "ctl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int
ctl_say(int code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void) fputs("backup-tasks-ctl: ", stderr);
    (void) vfprintf(stderr, format, args);
    (void) fputc('\n', stderr);
    va_end(args);
    return code;
}

static const char *
advice(const bt_store *store)
{
    switch (bt_store_errno(store)) {
    case 1044:
    case 1045:
    case 1142:
    case 1698:
        return "check user and password in the option file, and the grants";
    case 1049:
    case 1146:
        return "run: backup-tasks-ctl migrate";
    case 2002:
    case 2003:
        return "check that the database runs and that host, port or socket in"
               " the option file are right";
    case 2026:
        return "check the options for TLS in the option file, and that the"
               " server offers TLS";
    default:
        return bt_store_status_of(store) == BT_STORE_UNAVAILABLE
               ? "try again when the database is back"
               : "see the database's log";
    }
}

int
ctl_store_failed(const ctl_context *ctl, const char *doing)
{
    if (bt_store_errno(ctl->store) == 0) {
        return ctl_say(CTL_FAILED, "%s: %s", doing,
                       bt_store_error(ctl->store));
    }
    return ctl_say(CTL_FAILED, "%s: %s (error %u); %s", doing,
                   bt_store_error(ctl->store), bt_store_errno(ctl->store),
                   advice(ctl->store));
}

bool
ctl_number(const char *text, int64_t min, int64_t max, int64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *out >= min
           && *out <= max;
}

int
ctl_open(ctl_context *ctl, char *why, size_t size)
{
    if (bt_store_library_begin() != 0) {
        (void) snprintf(why, size, "the database library cannot start");
        return CTL_FAILED;
    }
    if (!bt_store_conf_check(&ctl->conf, why, size)) {
        bt_store_library_end();
        return CTL_REFUSED;
    }
    ctl->store = bt_store_new(&ctl->conf);
    if (ctl->store == NULL) {
        (void) snprintf(why, size, "out of memory");
        bt_store_library_end();
        return CTL_FAILED;
    }
    return CTL_DONE;
}

void
ctl_close(ctl_context *ctl)
{
    bt_store_free(ctl->store);
    ctl->store = NULL;
    bt_store_library_end();
}

/* bt_log.h: the log of a daemon: one line per event, safe to read in a terminal. */

#ifndef BT_LOG_H
#define BT_LOG_H

#include "bt_text.h"

/* Opens `file` for appending, or standard error for "stderr"; opening again
 * (after a rotation) replaces the first.  False, with errno, if it cannot. */
bool bt_log_open(const char *file);

/* Writes "TIME LEVEL text".  Control characters in the text are written as
 * \xHH, so that nothing a client sends can forge a line.  Any thread. */
void bt_log(const char *level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif

/* bt_process.h: what every daemon does: numbers of options, process id file, end by a signal. */

#ifndef BT_PROCESS_H
#define BT_PROCESS_H

#include <signal.h>
#include <stdbool.h>

/* A number of [1, max]; 0 if the text is none. */
int  bt_process_number(const char *text, int max);

/* Writes the process id into `path` (NULL: nowhere); false, with errno. */
bool bt_process_pid(const char *path);

/* Blocks the signals that end a daemon or open its log again, for all threads
 * that are started from here on. */
void bt_process_block(sigset_t *set);

/* Waits for one of them; SIGHUP opens `log` again after a rotation. */
void bt_process_wait(const sigset_t *set, const char *log);

#endif

/* ctl.h: what the commands of backup-tasks-ctl share. */

#ifndef CTL_H
#define CTL_H

#include "store/bt_store.h"

#ifndef BT_SHARE_DIR
#define BT_SHARE_DIR  "/usr/local/share/backup-tasks"
#endif

/* Exit codes. */
#define CTL_DONE      0
#define CTL_FAILED    1             /* it did not work, or something is wrong */
#define CTL_REFUSED   2             /* wrong usage, or not for this store */

typedef struct {
    bt_store_conf conf;
    bt_store     *store;
} ctl_context;

typedef struct {
    const char *name;
    const char *arguments;
    const char *summary;
    int       (*run)(ctl_context *ctl, int argc, char **argv);
    bool        alone;              /* needs no record store */
} ctl_command;

int  ctl_migrate(ctl_context *ctl, int argc, char **argv);
int  ctl_check(ctl_context *ctl, int argc, char **argv);
int  ctl_cluster(ctl_context *ctl, int argc, char **argv);
int  ctl_sample(ctl_context *ctl, int argc, char **argv);
int  ctl_log(ctl_context *ctl, int argc, char **argv);
int  ctl_backup(ctl_context *ctl, int argc, char **argv);
int  ctl_cancel(ctl_context *ctl, int argc, char **argv);
int  ctl_monitor(ctl_context *ctl, int argc, char **argv);
int  ctl_status(ctl_context *ctl, int argc, char **argv);
int  ctl_command_of(ctl_context *ctl, int argc, char **argv);
int  ctl_audit(ctl_context *ctl, int argc, char **argv);
int  ctl_report(ctl_context *ctl, int argc, char **argv);
int  ctl_grants(ctl_context *ctl, int argc, char **argv);

/* Gets ready for the record store, which is asked with the first statement;
 * else `why` tells what is wrong.  ctl_close() after CTL_DONE. */
int  ctl_open(ctl_context *ctl, char *why, size_t size);
void ctl_close(ctl_context *ctl);

/* Waits until a command is over and tells what became of it; CTL_DONE when it
 * was carried out. */
int  ctl_command_wait(ctl_context *ctl, int64_t id);

/* Puts on record what was done to the store as a whole: the word of the audit
 * trail, and more about it. */
int  ctl_note(ctl_context *ctl, const char *action, const char *detail);
/* Writes "backup-tasks-ctl: ..." to standard error and returns `code`. */
int  ctl_say(int code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The store's last error with what to do next; returns CTL_FAILED. */
int  ctl_store_failed(const ctl_context *ctl, const char *doing);
/* A whole number from min to max. */
bool ctl_number(const char *text, int64_t min, int64_t max, int64_t *out);
#endif

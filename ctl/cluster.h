/* cluster.h: a cluster's registration, as the commands of "cluster" work with it. */

#ifndef CTL_CLUSTER_H
#define CTL_CLUSTER_H

#include "ctl.h"

#include "common/bt_pool.h"

#include <stdio.h>

#define CLUSTER_GROUPS_MAX  64
#define CLUSTER_TEXT        2600    /* one setting as text */

/* What an operator can allow on a cluster. */
typedef enum {
    CLUSTER_START, CLUSTER_STOP, CLUSTER_RESTART, CLUSTER_CANCEL,
    CLUSTER_BACKUP, CLUSTER_ACTS
} cluster_act;

extern const char *const cluster_act_names[CLUSTER_ACTS];

/* One setting of a registration; those of text first, then those of seconds. */
typedef enum {
    CLUSTER_ADAPTER, CLUSTER_ENDPOINTS, CLUSTER_USER, CLUSTER_SECRET,
    CLUSTER_TLS, CLUSTER_TLS_CA, CLUSTER_PROGRAM, CLUSTER_TEXTS,
    CLUSTER_RPO = CLUSTER_TEXTS, CLUSTER_DATA_AGE, CLUSTER_ROUND,
    CLUSTER_CONNECT, CLUSTER_STATEMENT, CLUSTER_NUMBERS_END,
    CLUSTER_GROUPS = CLUSTER_NUMBERS_END, CLUSTER_ALLOW, CLUSTER_SETTINGS
} cluster_setting;

#define CLUSTER_NUMBERS  (CLUSTER_NUMBERS_END - CLUSTER_TEXTS)

/* A registration.  id 0: it is not there yet; registered: it can be asked. */
typedef struct {
    int64_t     id;
    const char *name;
    bool        registered;
    bool        removed;
    bool        simulated;          /* a sample: a program stands for it */
    const char *texts[CLUSTER_TEXTS];
    int64_t     numbers[CLUSTER_NUMBERS];
    const char *groups[CLUSTER_GROUPS_MAX];
    size_t      group_count;
    bool        allowed[CLUSTER_ACTS];
} cluster_settings;

/* What the options say.  NULL, 0 and -1: not given. */
typedef struct {
    const char *name;
    const char *texts[CLUSTER_TEXTS];
    int64_t     numbers[CLUSTER_NUMBERS];
    const char *groups[CLUSTER_GROUPS_MAX];
    size_t      group_count;
    bool        no_groups;
    int         allowed[CLUSTER_ACTS];
    const char *ask_password;       /* the file to write it to */
    bool        no_check;
    char        secret[1100];
} cluster_order;

/* Reads the options of "add" and "set"; CTL_REFUSED: it has said why. */
int  cluster_order_read(cluster_order *order, int argc, char **argv);
void cluster_order_help(FILE *out);

/* The name of a setting as its option has it, and its value as text. */
const char *cluster_setting_name(cluster_setting setting);
void        cluster_setting_text(const cluster_settings *settings,
                                 cluster_setting setting,
                                 char text[CLUSTER_TEXT]);

/* A registration as nobody has changed it. */
void cluster_defaults(cluster_settings *settings, const char *name);
/* Puts what was given over it; its texts are the order's then. */
void cluster_apply(cluster_settings *settings, const cluster_order *order);
/* CTL_DONE when a cluster can be registered so; else it has said why not. */
int  cluster_validate(const cluster_settings *settings);

/* Reads a registration by its name; the texts are the pool's. */
int  cluster_load(ctl_context *ctl, bt_pool *pool, const char *name,
                  cluster_settings *settings);
/* The same; one that is not registered is refused. */
int  cluster_find(ctl_context *ctl, bt_pool *pool, const char *name,
                  cluster_settings *settings);

/* Writes a registration and the event of the audit trail in one transaction;
 * a new one gets its id. */
int  cluster_write(ctl_context *ctl, cluster_settings *settings,
                   const char *action, const char *detail);
/* The same of a single change: pause, resume or the registration's end. */
int  cluster_pause(ctl_context *ctl, const cluster_settings *settings,
                   bool pause);
int  cluster_withdraw(ctl_context *ctl, const cluster_settings *settings,
                      bool records);

/* Asks the cluster as the agent would, and prints what it found; CTL_FAILED
 * when something is missing. */
int  cluster_ask(const cluster_settings *settings);

int  cluster_list(ctl_context *ctl, int argc, char **argv);
int  cluster_show(ctl_context *ctl, int argc, char **argv);
int  cluster_check(ctl_context *ctl, int argc, char **argv);
int  cluster_remove(ctl_context *ctl, int argc, char **argv);

/* Reads a password from the terminal, twice, and writes it into a new file
 * that only its owner may read. */
int  cluster_password_ask(const char *path);

#endif

/* order.h: what the commands that request acts share: their options, the act, what is said of it. */

#ifndef CTL_ORDER_H
#define CTL_ORDER_H

#include "acts/bt_act.h"
#include "ctl.h"

#define ORDER_NAME_TEXT  600

typedef struct {
    const char *state;              /* "" : any */
    const char *key;                /* NULL: a new one */
    int64_t     seconds;
    bool        wait;
} ctl_order;

/* Of getopt_long(), before those that only one command has. */
#define ORDER_OPTIONS                                                         \
    { "expected-state", required_argument, NULL, 'e' },                       \
    { "key", required_argument, NULL, 'k' },                                  \
    { "deadline", required_argument, NULL, 'd' },                             \
    { "wait", no_argument, NULL, 'w' }

/* What is meant, as it was found in the store. */
typedef struct {
    int64_t id;                     /* of the record, or of the cluster */
    int64_t tenant_id;              /* of a backup */
    bt_usec agent_seen;             /* BT_USEC_NONE: never */
    char    name[ORDER_NAME_TEXT];  /* cluster/tenant */
} ctl_target;

void ctl_order_begin(ctl_order *order);
/* Takes an option of ORDER_OPTIONS; false: another one, or a bad value. */
bool ctl_order_option(ctl_order *order, int option);

/* "cluster/tenant", or the cluster alone, harmless to a terminal. */
void ctl_target_name(char out[ORDER_NAME_TEXT], bt_rows *rows, size_t cluster,
                     size_t tenant);
/* When the cluster's agent was seen last, from a column of the row. */
bt_usec ctl_target_seen(bt_rows *rows, size_t column);

/* Carries out the act, of which action, kind and mode are given, and tells what
 * came of it; `label` is what the act is done to, e.g. "log backup 7".
 * Warns when no agent is there, and waits where the order says so. */
int  ctl_order_carry_out(ctl_context *ctl, const ctl_order *order, bt_act act,
                         const ctl_target *target, const char *label);

#endif

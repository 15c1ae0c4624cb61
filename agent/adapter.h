/* adapter.h: what an adapter is: how the agent asks one kind of cluster, and acts on it. */

#ifndef BT_ADAPTER_H
#define BT_ADAPTER_H

#include "agent/access.h"
#include "agent/collect.h"
#include "common/bt_view.h"

#define BT_STEP_WORD_MAX  32
#define BT_REASON_MAX     512

/* How a call to a cluster ended.  The reason of everything but OK stands in
 * bt_reason: one line for the page, with what to do, without a secret. */
typedef enum {
    BT_ANSWER_OK,
    BT_ANSWER_UNREACHABLE,          /* no connection, lost, timed out */
    BT_ANSWER_REFUSED,              /* credentials, privileges, TLS */
    BT_ANSWER_BROKEN                /* it answered what cannot be understood */
} bt_answer;

typedef struct {
    char text[BT_REASON_MAX];
} bt_reason;

/* One command on its way.  round_before: the newest round of the log backup
 * when the command was taken (BT_UNKNOWN: none).  step: the word that the
 * adapter set by intend() last, kept in the store; "" before the first;
 * intend() itself sets step and step_at. */
typedef struct bt_order bt_order;

struct bt_order {
    int64_t     command_id;
    bt_action_e action;
    bt_view_e   kind;               /* data, log, cleanup, clusters */
    int64_t     tenant;             /* the cluster's own number */
    bt_str      tenant_name;
    bt_str      source_id;          /* of the record */
    bt_str      mode;               /* backup: FULL or INCREMENTAL */
    int64_t     round_before;
    bt_usec     taken;              /* by the store's clock */
    bt_usec     now;                /* by the store's clock */
    char        step[BT_STEP_WORD_MAX];
    bt_usec     step_at;            /* when the word was set; BT_UNKNOWN */

    /* Must be called before every statement that changes the cluster: makes
     * sure that the lease still holds and writes the word down.  False: the
     * command is not ours any more, nothing may be sent. */
    bool      (*intend)(bt_order *order, const char *word);
    void       *context;            /* of the caller */
};

typedef enum {
    BT_STEP_WAIT,                   /* look again after a while */
    BT_STEP_DONE,
    BT_STEP_FAILED
} bt_step_e;

/* text: the result, or what is waited for and since when. */
typedef struct {
    bt_step_e outcome;
    char      text[BT_REASON_MAX];
} bt_step;

/* One line of "cluster check". */
typedef enum { BT_CHECK_PASS, BT_CHECK_WARN, BT_CHECK_FAIL } bt_check_e;

typedef struct bt_check_report bt_check_report;

struct bt_check_report {
    void (*line)(bt_check_report *report, bt_check_e verdict,
                 const char *what, const char *found, const char *hint);
    void  *context;
};

/* The adapter's own: connection, what it knows of the cluster. */
typedef struct bt_link bt_link;

/* open: reaches for nothing yet; NULL: no memory.  collect, step and check
 * connect when they must, and again after a loss.  One link is used by one
 * thread at a time.  None of them takes longer than the access allows.
 *
 * collect: puts what has changed, or might have, since the last collect of
 * this link; the first one of a link puts all history that the cluster still
 * has.  What was put before the call failed is thrown away.
 *
 * step: looks at the state of the cluster first, always, and does at most one
 * statement that changes it; so the same order can be stepped again by another
 * agent after a crash at any moment. */
typedef struct {
    const char *name;
    bt_link  *(*open)(const bt_access *access);
    void      (*close)(bt_link *link);
    bt_answer (*collect)(bt_link *link, bt_collect *collect,
                         bt_reason *reason);
    bt_answer (*step)(bt_link *link, bt_order *order, bt_step *step,
                      bt_reason *reason);
    bt_answer (*check)(bt_link *link, bt_check_report *report,
                       bt_reason *reason);
} bt_adapter;

extern const bt_adapter bt_adapter_oceanbase4;
extern const bt_adapter bt_adapter_oceanbase2;
extern const bt_adapter bt_adapter_program;

/* NULL: there is no such adapter. */
const bt_adapter *bt_adapter_by_name(bt_str name);

#endif

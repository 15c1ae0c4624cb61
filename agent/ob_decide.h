/* ob_decide.h: what an act on a log backup needs next, from the cluster's state alone. */

#ifndef BT_OB_DECIDE_H
#define BT_OB_DECIDE_H

#include "agent/adapter.h"
#include "agent/ob_states.h"
#include "common/bt_ob.h"

/* What the cluster says of a log backup at this moment, and what is known of
 * the command.  Texts are ""; numbers and times BT_UNKNOWN, where unknown. */
typedef struct {
    bt_action_e action;             /* start, stop or restart */
    bool        is_there;           /* the tenant */
    bool        is_normal;          /* not being created, restored, dropped */
    bt_str      tenant_state;       /* the cluster's word, of one that is not */
    bt_str      log_mode;           /* ARCHIVELOG, NOARCHIVELOG; "": 4.0, 3.x */
    ob_round_e  round;
    bt_str      raw;                /* the cluster's word for it */
    bt_str      comment;
    int64_t     round_id;
    bt_usec     checkpoint;
    bool        has_destination;    /* or it cannot be seen */
    bool        deferred;
    int64_t     round_before;       /* newest when the command was taken */
    bt_str      step;               /* the word set before the last statement */
    bt_usec     step_age;           /* since then */
    bt_usec     age;                /* since the command was taken */
} ob_log_facts;

typedef enum {
    OB_DO_WAIT, OB_DO_STATEMENT, OB_DO_DONE, OB_DO_FAIL
} ob_do_e;

/* statement and word: of OB_DO_STATEMENT; the word is the step's.  answered:
 * the step's once the cluster has taken it; NULL: that makes no difference.
 * already: one more error that says that what was asked for is so; 0: none. */
typedef struct {
    ob_do_e     what;
    bt_ob_log_e statement;
    const char *word;
    const char *answered;
    unsigned    already;
    char        text[BT_REASON_MAX];
} ob_decision;

/* A pure function: the same facts, the same decision.  Therefore a command can
 * be carried on by anybody, after a crash at any moment.
 * Source: state graph of ob_tenant_archive_round.cpp and the schedulers of
 * archiving: a round begins from STOP only; it can be stopped from BEGINNING,
 * DOING, INTERRUPTED, SUSPENDING and SUSPEND, not from PREPARE; INTERRUPTED
 * never heals by itself; the statements only flip the log mode. */
void ob_decide_log(const ob_log_facts *facts, ob_decision *decision);

/* An immediate data backup.  job: the one that this command began, found by
 * its description, or by its number; BT_UNKNOWN: there is none.  failed: it has
 * ended badly already. */
typedef struct {
    bool    is_there;               /* the tenant */
    int64_t job;
    bool    failed;
    bt_str  raw;
    bt_str  step;
    bt_usec step_age;
} ob_backup_facts;

/* A backup is done as a command when its task is there: the task goes on by
 * itself.  One that the cluster took is not sent again, since a second one
 * might be a second backup; one whose sender died before the answer, and of
 * which no task has appeared, is. */
void ob_decide_backup(const ob_backup_facts *facts, ob_decision *decision);

/* The cancel of a data backup or a cleanup. */
typedef struct {
    bool    running;
    bool    ended;
    bt_str  raw;
    bt_str  step;
    bt_usec step_age;
    bt_usec age;
} ob_cancel_facts;

void ob_decide_cancel(const ob_cancel_facts *facts, ob_decision *decision);

/* What the server's answer to a statement means for the command: WAIT (done,
 * or "already", or not known: look again) or FAIL with the reason and what to
 * do.  number: 0, or the error, with either sign.  message: the server's.
 * decision->already is read. */
void ob_decide_answer(unsigned number, const char *message,
                      ob_decision *decision);

#endif

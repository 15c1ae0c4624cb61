/* bt_act.h: acts on records: which are allowed, and the one transaction that carries one out. */

#ifndef BT_ACT_H
#define BT_ACT_H

#include "acts/bt_subject.h"

#define BT_ACT_STATE_MAX    BT_SUBJECT_STATUS_MAX
#define BT_COMMAND_SECONDS  600      /* life of a requested command */

/* Who acts, and from where.  Texts longer than the columns are cut. */
typedef struct {
    bt_str user;                         /* signed in */
    bt_str roles;
    bt_str client_address;
    bt_str request_id;
    bt_str note;                         /* more about who, for the trail */
} bt_actor;

/* What is to be done to which record. */
typedef struct {
    bt_action_e action;
    bt_view_e   kind;                    /* its list: data, log, cleanup ... */
    int64_t     id;
    int64_t     tenant_id;               /* backup: whose; else 0 */
    bt_str      mode;                    /* backup: FULL or INCREMENTAL */
    bt_str      expected_state;          /* "": any that allows the act */
    bt_str      key;                     /* the same key is the same act */
    bt_str      reason;
    int         seconds;                 /* life of the command it requests */
} bt_act;

/* What rules whether a record takes an act. */
typedef struct {
    bt_view_e   kind;
    const char *status;                  /* of the record; backup: whether one
                                          * runs, IN_PROGRESS or IDLE */
    bool        acknowledged;
    bool        forbidden;               /* by the operator, on this cluster */
    bool        not_alone;               /* the database does it to others, too,
                                          * or never to this tenant */
    int64_t     open_id;                 /* its open command; 0: none */
} bt_act_facts;

typedef enum {
    BT_ACT_DONE,
    BT_ACT_REPEATED,                     /* it was done before, by this key */
    BT_ACT_CONFLICT,                     /* the state does not allow it */
    BT_ACT_FORBIDDEN                     /* the operator does not allow it */
} bt_act_outcome;

typedef struct {
    bt_act_outcome outcome;
    const char    *text;                 /* why not, and what can be done */
    char           state[BT_ACT_STATE_MAX];   /* present; "": no such record */
    int64_t        command_id;           /* requested, canceled; 0: none */
} bt_act_result;

/* Start, stop and restart go by the state of a log backup, cancel by that of
 * a command or task, backup by whether one runs; acknowledge by whether the
 * record is in a bad state.  Facts: contract, sections 4 and 9. */
bool            bt_act_state_allows(bt_str status, bt_action_e action);

/* Whether the operator of the page has to allow the act on each cluster (table
 * cluster_actions).  All others are allowed unless they are forbidden there. */
bool            bt_act_needs_leave(bt_view_e kind, bt_action_e action);

/* Whether a backup of this tenant, or the cancel of its task, would concern
 * more than it, or is not done at all.  ob_id: the cluster's own number of it;
 * 0: unknown. */
bool            bt_act_not_alone(bt_str adapter, bt_str version,
                                 int64_t ob_id);

/* NULL when the act is possible; else why not and what can be done, with the
 * outcome that this is. */
const char     *bt_act_refusal(const bt_act_facts *facts, bt_action_e action,
                               bt_act_outcome *outcome);

/* Carries out an act in one transaction: checks the expected state against
 * the locked record, requests or cancels a command or acknowledges, notes the
 * changes and the audit event.  A refusal is audited too, and is BT_STORE_OK
 * with its outcome.  Whether the actor may see the record is for the caller
 * to check.
 *
 * Everybody locks in this order: the record (of a backup: the cluster), its
 * command, the change counter. */
bt_store_status bt_act_carry_out(bt_store *store, const bt_actor *actor,
                                 const bt_act *act, bt_act_result *result);

/* Puts on record what is no act on a record: a migration, a repair. */
bt_store_status bt_act_note(bt_store *store, const bt_actor *actor,
                            const char *action, const char *detail);
/* The same, about a cluster unless cluster_id is 0, inside the transaction that
 * does it and that has called bt_change_number(). */
bt_store_status bt_act_note_in(bt_store *store, const bt_actor *actor,
                               const char *action, int64_t cluster_id,
                               const char *detail);

/* Audits an act that was refused before it came to its transaction. */
bt_store_status bt_act_refused(bt_store *store, const bt_actor *actor,
                               const bt_act *act, const char *text);

#endif

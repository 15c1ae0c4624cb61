/* bt_act_internal.h: what the files of an act share; internal to acts/. */

#ifndef BT_ACT_INTERNAL_H
#define BT_ACT_INTERNAL_H

#include "acts/bt_act.h"
#include "acts/bt_command.h"

#define BT_ACT_GONE_TEXT                                                      \
    "The record is not there any more. Look at the list again."

/* An act on its way.  The record is the one that is locked: the act's own, or
 * that of a command.  tenant_id: for command and trail. */
typedef struct {
    bt_store       *store;
    const bt_actor *actor;
    const bt_act   *act;
    bt_act_result  *result;
    bt_usec         now;
    bt_subject      subject;
    int64_t         tenant_id;
    bt_act_facts    facts;               /* of what the act is about */
    bool            refused;             /* the transaction is to be undone */
} bt_acting;

/* What a transaction does; acting->refused undoes it. */
typedef bt_store_status (*bt_acting_body)(bt_acting *acting);

/* Runs a transaction, again when it met another one. */
bt_store_status bt_acting_run(bt_acting *acting, bt_acting_body body);

/* Copies a state that was read. */
void            bt_acting_state(char state[BT_ACT_STATE_MAX], bt_str text);

/* Not longer than a column of so many bytes, nor cut within a character. */
bt_str          bt_act_cut(bt_str text, size_t max);

/* Reads the record's state and place for the trail; neither if it is gone. */
bt_store_status bt_acting_find(bt_acting *acting);

/* Begins an act: locks the record's row and takes its present state, its place,
 * and whether the operator allows the act there.  Refuses when it is gone. */
bt_store_status bt_acting_lock(bt_acting *acting);

/* Refuses unless the state is the expected one and allows the act. */
void            bt_acting_check(bt_acting *acting);

void            bt_acting_refuse(bt_acting *acting, bt_act_outcome outcome,
                                 const char *text);

/* The transaction's body for what requests a command. */
bt_store_status bt_acting_request(bt_acting *acting);

/* The transaction's body for acknowledge. */
bt_store_status bt_acting_acknowledge(bt_acting *acting);

/* The transaction's body for the cancel of a command. */
bt_store_status bt_acting_cancel(bt_acting *acting);

/* Marks the record as changed, and for to != NULL notes that the result's
 * command has gone from one state to another (from NULL: it is new). */
bt_store_status bt_acting_changes(bt_acting *acting, int64_t number,
                                  const char *from, const char *to);

bt_store_status bt_acting_audit(const bt_acting *acting, const char *outcome,
                                bt_str detail);

#endif

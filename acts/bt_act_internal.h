/* bt_act_internal.h: what the files of an act share; internal to acts/. */

#ifndef BT_ACT_INTERNAL_H
#define BT_ACT_INTERNAL_H

#include "acts/bt_act.h"
#include "acts/bt_command.h"

/* An act on its way. */
typedef struct {
    bt_store       *store;
    const bt_actor *actor;
    const bt_act   *act;
    bt_act_result  *result;
    bt_usec         now;
    bt_usec         listed_at;           /* of the record */
    int64_t         cluster_id;
    int64_t         tenant_id;
    bt_act_facts    facts;
    bool            refused;             /* the transaction is to be undone */
} bt_acting;

/* Not longer than a column of so many bytes, nor cut within a character. */
bt_str          bt_act_cut(bt_str text, size_t max);

/* Reads the record's state and place for the trail; neither if it is gone. */
bt_store_status bt_acting_find(bt_acting *acting);

/* Begins an act: locks the record's row and takes its present state, its place,
 * and whether the operator allows the act there.  Refuses when it is gone. */
bt_store_status bt_acting_lock(bt_acting *acting);

/* Marks the record as changed. */
bt_store_status bt_acting_touch(bt_acting *acting, int64_t number);

/* Refuses unless the state is the expected one and allows the act. */
void            bt_acting_check(bt_acting *acting);

void            bt_acting_refuse(bt_acting *acting, bt_act_outcome outcome,
                                 const char *text);

/* The transaction's body for start, stop and restart. */
bt_store_status bt_acting_request(bt_acting *acting);

/* The transaction's body for acknowledge. */
bt_store_status bt_acting_acknowledge(bt_acting *acting);

/* Notes that the record has changed, and with command_id != 0 that this
 * command is there. */
bt_store_status bt_acting_changes(bt_acting *acting, int64_t number,
                                  int64_t command_id);

bt_store_status bt_acting_audit(const bt_acting *acting, const char *outcome,
                                bt_str detail);

#endif

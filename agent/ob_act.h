/* ob_act.h: how a decision becomes a step of a command. */

#ifndef BT_OB_ACT_H
#define BT_OB_ACT_H

#include "agent/ob_decide.h"
#include "agent/ob_link.h"

/* Carries out a decision: writes down the intention and sends `statement`
 * where it is one to be sent; tells the rest.  statement: NULL where the
 * tenant's name cannot be an identifier. */
bt_answer ob_act(ob_link *link, bt_order *order, const ob_decision *decision,
                 const char *statement, bt_step *step, bt_reason *reason);

/* Of the command: time since its last statement, and since it was taken. */
bt_usec   ob_step_age(const bt_order *order);
bt_usec   ob_order_age(const bt_order *order);

#endif

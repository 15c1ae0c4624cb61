/* ob_act.c: sends what was decided, once its intention is written down. */

#include "agent/ob_act.h"

#include <stdio.h>
#include <string.h>

/* A cluster closes a connection that is silent for so many seconds, fewer than
 * the lease lasts at least: what an agent sends that was stopped in between,
 * and goes on when another one has taken over, reaches nobody. */
#define GUARD    "SET SESSION wait_timeout = 8"
#define UNGUARD  "SET SESSION wait_timeout = 28800"

bt_usec
ob_step_age(const bt_order *order)
{
    return order->step[0] == '\0' || order->step_at == BT_UNKNOWN
           ? BT_UNKNOWN : order->now - order->step_at;
}

bt_usec
ob_order_age(const bt_order *order)
{
    return order->taken == BT_UNKNOWN ? BT_UNKNOWN
                                      : order->now - order->taken;
}

static void
tell(bt_step *step, bt_step_e outcome, const char *text)
{
    step->outcome = outcome;
    (void) snprintf(step->text, sizeof(step->text), "%s", text);
}

/* Nothing is known of a statement whose connection was lost: the next step
 * looks what became of it. */
static bt_answer
send(ob_link *link, bt_order *order, const ob_decision *decision,
     const char *statement, bt_step *step, bt_reason *reason)
{
    ob_decision answer = {
        .what = OB_DO_WAIT, .already = decision->already
    };
    unsigned    number = 0;
    bt_answer   sent = ob_execute(link, statement, &number, reason);

    if (sent != BT_ANSWER_OK && (number == 0 || link->mysql == NULL)) {
        return sent;
    }
    /* Whoever goes on from here knows that the cluster took it. */
    if (number == 0 && decision->answered != NULL) {
        (void) order->intend(order, decision->answered);
    }
    ob_decide_answer(number, reason->text, &answer);
    tell(step, answer.what == OB_DO_FAIL ? BT_STEP_FAILED : BT_STEP_WAIT,
         answer.text);
    return BT_ANSWER_OK;
}

/* A cluster that does not know the variable does without. */
static bt_answer
guard(ob_link *link, const char *statement, bt_reason *reason)
{
    unsigned  number = 0;
    bt_answer answer = ob_execute(link, statement, &number, reason);

    return link->mysql != NULL ? BT_ANSWER_OK : answer;
}

/* The intention is written down between the guard and the statement. */
static bt_answer
intend_and_send(ob_link *link, bt_order *order, const ob_decision *decision,
                const char *statement, bt_step *step, bt_reason *reason)
{
    bt_answer answer = guard(link, GUARD, reason);
    bt_reason ignored;

    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    reason->text[0] = '\0';
    if (!order->intend(order, decision->word)) {
        tell(step, BT_STEP_WAIT, "Another agent has taken over.");
    } else {
        answer = send(link, order, decision, statement, step, reason);
    }
    if (link->mysql != NULL) {
        (void) guard(link, UNGUARD, &ignored);
    }
    return answer;
}

bt_answer
ob_act(ob_link *link, bt_order *order, const ob_decision *decision,
       const char *statement, bt_step *step, bt_reason *reason)
{
    switch (decision->what) {
    case OB_DO_WAIT:
        tell(step, BT_STEP_WAIT, decision->text);
        return BT_ANSWER_OK;
    case OB_DO_DONE:
        tell(step, BT_STEP_DONE, decision->text);
        return BT_ANSWER_OK;
    case OB_DO_FAIL:
        tell(step, BT_STEP_FAILED, decision->text);
        return BT_ANSWER_OK;
    default:
        break;
    }
    if (statement == NULL) {
        tell(step, BT_STEP_FAILED, "The tenant's name cannot be written as an "
             "identifier.");
        return BT_ANSWER_OK;
    }
    return intend_and_send(link, order, decision, statement, step, reason);
}

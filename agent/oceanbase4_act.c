/* oceanbase4_act.c: acts on a 4.x cluster. */

#include "agent/oceanbase4_act.h"

#include <stdio.h>

bt_answer
ob4_step(ob4_link *link, bt_order *order, bt_step *step, bt_reason *reason)
{
    (void) order;
    step->outcome = BT_STEP_FAILED;
    (void) snprintf(step->text, sizeof(step->text),
                    "This agent does not carry out acts yet.");
    return ob4_ready(link, reason);
}

bt_answer
ob4_check(ob4_link *link, bt_check_report *report, bt_reason *reason)
{
    bt_answer answer = ob4_ready(link, reason);

    report->line(report, answer == BT_ANSWER_OK ? BT_CHECK_PASS
                                                : BT_CHECK_FAIL,
                 "connection", answer == BT_ANSWER_OK ? link->version
                                                      : reason->text, "");
    return answer;
}

/* oceanbase4_act.h: acts on a 4.x cluster, and the check of one. */

#ifndef BT_OCEANBASE4_ACT_H
#define BT_OCEANBASE4_ACT_H

#include "agent/oceanbase4.h"

bt_answer ob4_step(ob4_link *link, bt_order *order, bt_step *step,
                   bt_reason *reason);
bt_answer ob4_check(ob4_link *link, bt_check_report *report,
                    bt_reason *reason);

#endif

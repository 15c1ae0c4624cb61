/* oceanbase2_act.h: acts on a 2.2.7x or 3.x cluster, and the check of one. */

#ifndef BT_OCEANBASE2_ACT_H
#define BT_OCEANBASE2_ACT_H

#include "agent/oceanbase2.h"

bt_answer ob2_step(ob2_link *link, bt_order *order, bt_step *step,
                   bt_reason *reason);
bt_answer ob2_check(ob2_link *link, bt_check_report *report,
                    bt_reason *reason);

#endif

/* state.h: which acts the state of a record allows. */

#ifndef BT_STATE_H
#define BT_STATE_H

#include "common/bt_view.h"

/* Start, stop and restart go by the state of a log backup; acknowledge by
 * whether the record is in a bad state.  Facts: contract, sections 4 and 9. */
bool bt_state_allows(bt_str status, bt_action_e action);

#endif

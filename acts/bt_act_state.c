/* bt_act_state.c: which acts the state of a record allows. */

#include "acts/bt_act.h"

#define ACT(action)  (1u << BT_ACTION_##action)


typedef struct {
    const char  *status;
    unsigned     actions;
} state_entry;


static const state_entry  states[] = {
    { "STARTING", ACT(STOP) },
    { "IN_PROGRESS", ACT(STOP) },
    { "STOPPED", ACT(START) | ACT(ACKNOWLEDGE) },
    { "INTERRUPTED", ACT(STOP) | ACT(RESTART) | ACT(ACKNOWLEDGE) },
    { "FAILED", ACT(START) | ACT(ACKNOWLEDGE) },
    { "UNKNOWN", ACT(ACKNOWLEDGE) },
    { "REQUESTED", ACT(CANCEL) }
};


bool
bt_act_state_allows(bt_str status, bt_action_e action)
{
    size_t  i;

    for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {

        if (bt_str_eqz(status, states[i].status)) {
            return (states[i].actions & (1u << action)) != 0;
        }
    }

    return false;
}

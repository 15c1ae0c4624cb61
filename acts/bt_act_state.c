/* bt_act_state.c: which acts the state of a record allows. */

#include "acts/bt_act.h"

#include "common/bt_ob.h"

#define ACT(action)  (1u << BT_ACTION_##action)


typedef struct {
    const char  *status;
    unsigned     actions;
} state_entry;


static const state_entry  states[] = {
    { "STARTING", ACT(STOP) },
    { "IN_PROGRESS", ACT(STOP) | ACT(CANCEL) },
    { "PENDING", ACT(CANCEL) },
    { "EXECUTING", ACT(CANCEL) },
    { "IDLE", ACT(BACKUP) },
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


bool
bt_act_needs_leave(bt_view_e kind, bt_action_e action)
{
    return action == BT_ACTION_BACKUP
           || (action == BT_ACTION_CANCEL && kind != BT_VIEW_COMMANDS);
}


/* A program may serve any database; of OceanBase it knows the rules itself,
 * but that nobody backs up sys. */
bool
bt_act_not_alone(bt_str adapter, bt_str version, int64_t ob_id)
{
    int  major = bt_ob_major(version);

    if (bt_str_eqz(adapter, "program") && major != 4) {
        return false;
    }

    return !bt_ob_backs_up(major, ob_id);
}

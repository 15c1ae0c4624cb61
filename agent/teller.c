/* teller.c: the teller's thread: has the operator's program told of what endangers clusters. */

#include "agent/internal.h"

#define LOOK_SECONDS  5             /* at most */

static void
look(bt_agent *agent, bt_notify *notify, bt_store *store)
{
    int64_t id = bt_agent_holder(agent).id;

    if (id != 0 && !bt_notify_look(notify, id, bt_time_now())) {
        bt_agent_complain(agent, "risks cannot be looked at",
                          bt_store_error(store));
    }
}

void *
bt_teller_run(void *data)
{
    bt_agent  *agent = data;
    bt_store  *store = agent->teller_store;
    bt_notify *notify = bt_notify_new(&agent->conf.notify, store);
    int        delay = agent->conf.notify.delay_seconds;
    bt_usec    pause = (delay < LOOK_SECONDS ? delay : LOOK_SECONDS)
                       * BT_SECOND;

    bt_store_thread_begin();
    while (notify != NULL && !atomic_load(&agent->stopping)) {
        look(agent, notify, store);
        bt_agent_pause(agent, bt_clock() + pause, &agent->stopping);
    }
    bt_notify_free(notify);
    bt_store_free(store);
    agent->teller_store = NULL;
    bt_store_thread_end();
    return NULL;
}

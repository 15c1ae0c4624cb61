/* agent.h: the agent as a whole: its threads, from the start to an orderly end. */

#ifndef BT_AGENT_H
#define BT_AGENT_H

#include "agent/adapter.h"
#include "agent/notify.h"

#define BT_AGENT_NAME_MAX  128      /* bytes */

/* name: tells agents apart, one process each.  adapter: bt_adapter_by_name,
 * or a test's own.  notify: nobody is told where its program is NULL. */
typedef struct {
    bt_store_conf      store;
    const char        *name;
    unsigned           threads;
    const bt_adapter *(*adapter)(bt_str name);
    bt_notify_conf     notify;
    int                report_days;   /* reports are kept; 0: for ever */
} bt_agent_conf;

typedef struct bt_agent bt_agent;

/* Starts the threads; the store need not be there yet.  NULL: the option file
 * cannot be read, or no memory. */
bt_agent *bt_agent_start(const bt_agent_conf *conf);

/* Takes nothing more, waits for the statements under way, and gives the
 * leases back.  False when the agent had given up before: another process runs
 * under its name. */
bool      bt_agent_stop(bt_agent *agent);

#endif

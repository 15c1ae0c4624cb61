/* order.c: requests an act as the page's form does, and tells what came of it. */

#include "actor.h"
#include "order.h"
#include "table.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#define DEADLINE_MAX   86400
#define AGENT_SECONDS  60           /* an agent that was not seen for so long */

void
ctl_order_begin(ctl_order *order)
{
    *order = (ctl_order) { .state = "", .seconds = BT_COMMAND_SECONDS };
}

bool
ctl_order_option(ctl_order *order, int option)
{
    switch (option) {
    case 'e':
        order->state = optarg;
        return true;
    case 'k':
        order->key = optarg;
        return ctl_key_valid(optarg);
    case 'd':
        return ctl_number(optarg, 1, DEADLINE_MAX, &order->seconds);
    case 'w':
        order->wait = true;
        return true;
    default:
        return false;
    }
}

void
ctl_target_name(char out[ORDER_NAME_TEXT], bt_rows *rows, size_t cluster,
                size_t tenant)
{
    char     one[ORDER_NAME_TEXT / 2], other[ORDER_NAME_TEXT / 2];
    bt_value name = bt_rows_get(rows, tenant);

    (void) ctl_harmless(one, sizeof(one), bt_rows_get(rows, cluster).text);
    if (name.type != BT_VALUE_TEXT) {
        (void) snprintf(out, ORDER_NAME_TEXT, "%s", one);
        return;
    }
    (void) ctl_harmless(other, sizeof(other), name.text);
    (void) snprintf(out, ORDER_NAME_TEXT, "%s/%s", one, other);
}

bt_usec
ctl_target_seen(bt_rows *rows, size_t column)
{
    bt_value seen = bt_rows_get(rows, column);

    return seen.type == BT_VALUE_TIME ? seen.number : BT_USEC_NONE;
}

/* Whoever presses a button on the page sees this in the form. */
static void
warn_of_agent(const ctl_target *target)
{
    bt_usec now = bt_time_now();

    if (target->agent_seen == BT_USEC_NONE) {
        (void) ctl_say(CTL_DONE, "warning: no agent was ever seen for this "
                       "cluster; nobody would carry this out");
    } else if (now - target->agent_seen > AGENT_SECONDS * BT_SECOND) {
        (void) ctl_say(CTL_DONE, "warning: the agent of this cluster was last "
                       "seen %" PRId64 " s ago; it may not carry this out "
                       "before the deadline",
                       (now - target->agent_seen) / BT_SECOND);
    }
}

static int
tell(const bt_act *act, const ctl_target *target, const char *label,
     const bt_act_result *result)
{
    if (result->outcome == BT_ACT_CONFLICT
        || result->outcome == BT_ACT_FORBIDDEN)
    {
        return ctl_say(CTL_FAILED, "nothing was done to %s: %s%s%s%s",
                       target->name, result->text,
                       result->state[0] != '\0' ? " (" : "", result->state,
                       result->state[0] != '\0' ? ")" : "");
    }
    (void) printf("command %" PRId64 ": %s of %s (%s) %s\n",
                  result->command_id, bt_action_name(act->action), label,
                  target->name, result->outcome == BT_ACT_REPEATED
                  ? "was requested before with this key" : "requested");
    return CTL_DONE;
}

int
ctl_order_carry_out(ctl_context *ctl, const ctl_order *order, bt_act act,
                    const ctl_target *target, const char *label)
{
    char          key[CTL_KEY_DIGITS + 1];
    int           code;
    ctl_actor     who;
    bt_act_result result;

    if (order->key == NULL && !ctl_key_make(key)) {
        return ctl_say(CTL_FAILED, "the system has no random numbers");
    }
    act.id = target->id;
    act.tenant_id = target->tenant_id;
    act.expected_state = bt_str_of(order->state);
    act.key = bt_str_of(order->key != NULL ? order->key : key);
    act.seconds = (int) order->seconds;
    ctl_actor_find(&who);
    if (bt_act_carry_out(ctl->store, &who.actor, &act, &result)
        != BT_STORE_OK)
    {
        return ctl_store_failed(ctl, "nothing was requested");
    }
    code = tell(&act, target, label, &result);
    if (code != CTL_DONE) {
        return code;
    }
    warn_of_agent(target);
    return order->wait ? ctl_command_wait(ctl, result.command_id) : CTL_DONE;
}

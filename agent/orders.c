/* orders.c: carries the commands of a cluster out: takes them, steps them, ends them. */

#include "agent/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bt_log.h"

#define ORDERS_MAX     32           /* of one cluster in one visit */
#define SLOW_SECONDS   120
#define GIVE_UP        (30 * BT_MINUTE)
#define MARGIN_LEAST   9            /* seconds of the lease that must be left */
#define MARGIN_MOST    15
#define RETRY_SECONDS  10           /* of a cluster that does not answer */

/* An open command as the store has it. */
typedef struct {
    bt_command_of of;
    bool          requested;
    bool          ours;
    bool          foreign;          /* of the cluster before this one */
    bt_order      order;
    char         *tenant_name;
    char         *source_id;
    char         *mode;
    char         *progress;
    bool          stepped;
    bt_step       step;
} open_order;

/* What intend() needs. */
typedef struct {
    bt_hand    *hand;
    bt_visit   *visit;
    open_order *open;
} intention;

/* Commands and what the adapters are told of them; takes the cluster. */
#define ORDERS_SQL                                                            \
    "SELECT t.id, t.action, t.kind, t.target_id, t.state, t.agent_id, "       \
    "t.started_at, UTC_TIMESTAMP(6), t.step, t.step_at, t.round_before, "     \
    "t.mode, t.progress, k.source_id, k.incarnation, c.incarnation, "         \
    "COALESCE(k.ob_tenant_id, n.ob_id), n.name FROM commands t "              \
    "JOIN clusters c ON c.id = t.cluster_id "                                 \
    "LEFT JOIN record_keys k ON k.id = t.target_id AND k.kind = t.kind "      \
    "LEFT JOIN tenants n ON n.id = t.tenant_id "                              \
    "WHERE t.cluster_id = ? AND t.state IN ('REQUESTED', 'RUNNING') "         \
    "AND NOT (" BT_SQL_OVERDUE("t") ") ORDER BY t.id LIMIT 32"

static char *
text_at(bt_rows *rows, size_t column)
{
    bt_str text = bt_rows_get(rows, column).text;

    return strndup(text.data != NULL ? text.data : "", text.len);
}

static int64_t
number_at(bt_rows *rows, size_t column)
{
    bt_value value = bt_rows_get(rows, column);

    return value.type == BT_VALUE_NULL ? BT_UNKNOWN : value.number;
}

static void
take_text(char *room, size_t size, bt_str text)
{
    bt_buf buf;

    bt_buf_init(&buf, room, size);
    bt_buf_add(&buf, text.data, text.len);
}

static void
take_row(open_order *open, bt_rows *rows, int64_t cluster_id,
         int64_t agent_id)
{
    bt_order *order = &open->order;

    *open = (open_order) {
        .of = {
            .id = number_at(rows, 0),
            .action = bt_action_by_name(bt_rows_get(rows, 1).text),
            .kind = bt_view_by_name(bt_rows_get(rows, 2).text),
            .target_id = number_at(rows, 3), .cluster_id = cluster_id
        },
        .requested = bt_str_eqz(bt_rows_get(rows, 4).text, "REQUESTED"),
        .ours = number_at(rows, 5) == agent_id,
        .foreign = number_at(rows, 14) != BT_UNKNOWN
                   && number_at(rows, 14) != number_at(rows, 15),
        .mode = text_at(rows, 11), .progress = text_at(rows, 12),
        .source_id = text_at(rows, 13), .tenant_name = text_at(rows, 17)
    };
    *order = (bt_order) {
        .command_id = open->of.id, .action = open->of.action,
        .kind = open->of.kind, .tenant = number_at(rows, 16),
        .round_before = number_at(rows, 10), .taken = number_at(rows, 6),
        .now = number_at(rows, 7), .step_at = number_at(rows, 9)
    };
    take_text(order->step, sizeof(order->step), bt_rows_get(rows, 8).text);
    if (open->mode != NULL && open->source_id != NULL
        && open->tenant_name != NULL)
    {
        order->mode = bt_str_of(open->mode);
        order->source_id = bt_str_of(open->source_id);
        order->tenant_name = bt_str_of(open->tenant_name);
    }
}

static void
free_orders(open_order *orders, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(orders[i].mode);
        free(orders[i].progress);
        free(orders[i].source_id);
        free(orders[i].tenant_name);
    }
}

static bool
read_orders(bt_hand *hand, const bt_watch *watch,
            open_order orders[ORDERS_MAX], size_t *count)
{
    int64_t  agent_id = bt_agent_holder(hand->agent).id;
    bt_value id = bt_int(watch->id);
    bt_rows *rows;

    *count = 0;
    if (bt_store_run(hand->store, ORDERS_SQL, &id, 1, &rows, NULL)
        != BT_STORE_OK)
    {
        bt_agent_complain(hand->agent, "commands cannot be read",
                          bt_store_error(hand->store));
        return false;
    }
    while (*count < ORDERS_MAX && bt_rows_next(rows) == 1) {
        take_row(&orders[(*count)++], rows, watch->id, agent_id);
    }
    bt_rows_close(rows);
    return true;
}

static bt_command_agent
agent_of(bt_hand *hand)
{
    return (bt_command_agent) {
        .holder = bt_agent_holder(hand->agent),
        .name = bt_str_of(hand->agent->name)
    };
}

/* Takes what is requested and takes over what another agent left; the last
 * look is the one that the round on record comes from. */
static void
take_orders(bt_hand *hand, open_order *orders, size_t count)
{
    bt_command_agent agent = agent_of(hand);
    bool             done;

    for (size_t i = 0; i < count; i++) {
        open_order *open = &orders[i];

        done = false;
        if (open->requested) {
            (void) bt_command_take(hand->store, &agent, &open->of, &done);
        } else if (!open->ours) {
            (void) bt_command_adopt(hand->store, &agent, &open->of, &done);
        }
        if (done) {
            bt_log("info", "command %lld: %s, %s of cluster %lld",
                   (long long) open->of.id,
                   open->requested ? "taken" : "taken over",
                   bt_action_name(open->of.action),
                   (long long) open->of.cluster_id);
        }
    }
}

static bt_usec
margin_of(const bt_access *access)
{
    int seconds = access->statement_seconds;

    if (seconds < MARGIN_LEAST) {
        seconds = MARGIN_LEAST;
    } else if (seconds > MARGIN_MOST) {
        seconds = MARGIN_MOST;
    }
    return (seconds + 1) * BT_SECOND;
}

/* The lease must last longer than the statement may take; asked again after
 * the word is written, which may have taken its time. */
static bool
intend(bt_order *order, const char *word)
{
    const intention *why = order->context;
    bt_hand         *hand = why->hand;
    const bt_watch  *watch = why->visit->watch;
    bt_usec          margin = margin_of(&watch->access);
    bt_command_agent agent = agent_of(hand);
    bool             done = false;

    if (!bt_schedule_held(hand->agent, watch, margin)) {
        return false;
    }
    if (bt_command_intend(hand->store, &agent, &why->open->of, word, &done)
        != BT_STORE_OK)
    {
        bt_agent_complain(hand->agent, "an intention cannot be written",
                          bt_store_error(hand->store));
    }
    if (!done || !bt_schedule_held(hand->agent, watch, margin)) {
        return false;
    }
    take_text(order->step, sizeof(order->step), bt_str_of(word));
    order->step_at = order->now;
    bt_log("info", "command %lld: %s", (long long) order->command_id, word);
    return true;
}

static void
step_order(bt_hand *hand, bt_visit *visit, open_order *open)
{
    bt_watch *watch = visit->watch;
    intention why = { hand, visit, open };
    bt_reason reason = { "" };

    open->stepped = true;
    open->order.intend = intend;
    open->order.context = &why;
    open->step = (bt_step) { .outcome = BT_STEP_WAIT };
    if (open->foreign) {
        open->step.outcome = BT_STEP_FAILED;
        (void) snprintf(open->step.text, sizeof(open->step.text), "The record "
                        "belongs to the cluster that had this name before; "
                        "nothing was done.");
    } else if (watch->adapter->step(watch->link, &open->order, &open->step,
                                    &reason) != BT_ANSWER_OK)
    {
        open->step.outcome = BT_STEP_WAIT;
        (void) snprintf(open->step.text, sizeof(open->step.text), "%s",
                        reason.text);
        visit->next_step = bt_clock() + RETRY_SECONDS * BT_SECOND;
    }
}

/* What took too long is ended, so that somebody looks. */
static void
limit_patience(open_order *open)
{
    bt_usec age = open->order.now - open->order.taken;
    bt_step step = open->step;

    if (step.outcome != BT_STEP_WAIT || open->order.taken == BT_UNKNOWN) {
        return;
    }
    if (age >= GIVE_UP) {
        open->step.outcome = BT_STEP_FAILED;
        (void) snprintf(open->step.text, sizeof(open->step.text), "Given up "
                        "after 30 minutes: %.300s Look at the cluster itself "
                        "and at its backup destination, then try again.",
                        step.text);
    } else if (age >= SLOW_SECONDS * BT_SECOND) {
        (void) snprintf(open->step.text, sizeof(open->step.text), "%.400s "
                        "(longer than usual: begun %lld minutes ago)",
                        step.text, (long long) (age / BT_MINUTE));
    }
}

static void
write_outcome(bt_hand *hand, open_order *open)
{
    bt_command_agent agent = agent_of(hand);
    bool             good = open->step.outcome == BT_STEP_DONE;
    bool             done = true;
    bt_store_status  status = BT_STORE_OK;

    if (open->step.outcome != BT_STEP_WAIT) {
        status = bt_command_end(hand->store, &agent, &open->of, good,
                                open->step.text, &done);
        bt_log(good ? "info" : "warning", "command %lld: %s: %s",
               (long long) open->of.id,
               !done ? "not ended" : good ? "done" : "failed",
               open->step.text);
    } else if (open->progress == NULL
               || strcmp(open->progress, open->step.text) != 0)
    {
        status = bt_command_progress(hand->store, &agent, &open->of,
                                     open->step.text, &done);
    }
    if (status != BT_STORE_OK) {
        bt_agent_complain(hand->agent, "a command cannot be written",
                          bt_store_error(hand->store));
    }
}

/* Between a step and its outcome on record stands a look, so that the page
 * never shows the end of a command before what it did. */
static void
step_orders(bt_hand *hand, bt_visit *visit, open_order *orders, size_t count)
{
    bool any = false;

    for (size_t i = 0; i < count; i++) {
        if (orders[i].requested || !orders[i].ours
            || atomic_load(&hand->agent->stopping)
            || visit->watch->link == NULL
            || !bt_schedule_held(hand->agent, visit->watch, 0))
        {
            continue;
        }
        step_order(hand, visit, &orders[i]);
        limit_patience(&orders[i]);
        any = true;
    }
    if (any) {
        (void) bt_visit_look(hand, visit);
    }
    for (size_t i = 0; i < count; i++) {
        if (orders[i].stepped) {
            write_outcome(hand, &orders[i]);
        }
    }
}

/* A cluster that does not answer keeps its commands waiting, and says so. */
static void
tell_waiting(bt_hand *hand, bt_visit *visit, open_order *orders, size_t count)
{
    visit->next_step = bt_clock() + RETRY_SECONDS * BT_SECOND;
    if (visit->watch->reason[0] == '\0') {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        open_order *open = &orders[i];

        if (open->requested || !open->ours) {
            continue;
        }
        open->step = (bt_step) { .outcome = BT_STEP_WAIT };
        (void) snprintf(open->step.text, sizeof(open->step.text), "%s",
                        visit->watch->reason);
        limit_patience(open);
        write_outcome(hand, open);
    }
}

/* Whether some are to be taken, so that they have to be read again then. */
static bool
any_to_take(const open_order *orders, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (orders[i].requested || !orders[i].ours) {
            return true;
        }
    }
    return false;
}

/* A look comes before a command is taken. */
static void
run_orders(bt_hand *hand, bt_visit *visit, open_order orders[ORDERS_MAX],
           size_t *count)
{
    bool taking = any_to_take(orders, *count);

    if (taking ? !bt_visit_look(hand, visit) : !bt_visit_link(hand, visit)) {
        tell_waiting(hand, visit, orders, *count);
        return;
    }
    if (taking) {
        take_orders(hand, orders, *count);
        free_orders(orders, *count);
        if (!read_orders(hand, visit->watch, orders, count)) {
            return;
        }
    }
    step_orders(hand, visit, orders, *count);
}

void
bt_orders_run(bt_hand *hand, bt_visit *visit)
{
    open_order *orders = calloc(ORDERS_MAX, sizeof(*orders));
    size_t      count = 0;

    visit->next_step = bt_clock() + BT_STEP_SECONDS * BT_SECOND;
    if (orders != NULL && read_orders(hand, visit->watch, orders, &count)) {
        if (count > 0) {
            run_orders(hand, visit, orders, &count);
        } else {
            visit->next_step = BT_UNKNOWN;
        }
    }
    if (orders != NULL) {
        free_orders(orders, count);
    }
    free(orders);
}

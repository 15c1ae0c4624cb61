/* visit.c: one visit to a cluster: its commands, then a look at it. */

#include "agent/internal.h"

#include <stdio.h>
#include <string.h>

#include "common/bt_log.h"

#define PAUSED_TEXT                                                           \
    "Paused by the operator: the cluster is not asked, and no command is "    \
    "carried out on it."

void
bt_visit_close(bt_watch *watch)
{
    if (watch->link != NULL) {
        watch->adapter->close(watch->link);
        watch->link = NULL;
    }
    bt_collect_free(watch->collect);
    watch->collect = NULL;
    bt_access_free(&watch->access);
    watch->reason[0] = '\0';
}

/* Why the cluster is not known well is written once for each reason. */
static bool
write_reason(bt_hand *hand, bt_watch *watch, const char *reason)
{
    if (strcmp(watch->reason, reason) == 0) {
        return true;
    }
    if (bt_recorder_stale(hand->recorder, watch->id, bt_str_of(reason))
        != BT_STORE_OK)
    {
        bt_agent_complain(hand->agent, "a reason cannot be written",
                          bt_recorder_error(hand->recorder));
        return false;
    }
    (void) snprintf(watch->reason, sizeof(watch->reason), "%s", reason);
    return true;
}

/* 10 s, 20, 40, 60: from the round on, doubled. */
static bt_usec
backoff(const bt_visit *visit)
{
    int64_t seconds = visit->round_seconds;
    int64_t longest = seconds > BT_BACKOFF_SECONDS ? seconds
                                                   : BT_BACKOFF_SECONDS;

    for (int i = 1; i < visit->failures && seconds < longest; i++) {
        seconds *= 2;
    }
    return (seconds < longest ? seconds : longest) * BT_SECOND;
}

static void
is_silent(bt_hand *hand, bt_visit *visit, const bt_reason *reason)
{
    bt_watch *watch = visit->watch;

    if (strcmp(watch->reason, reason->text) != 0) {
        bt_log("warning", "cluster %lld \"%s\": %s", (long long) watch->id,
               watch->access.name, reason->text);
    }
    (void) write_reason(hand, watch, reason->text);
    visit->failures++;
    visit->next_look = bt_clock() + backoff(visit);
}

/* The store failed, or the lease is lost: what the link has told may not be on
 * record, so that it must tell all of it again. */
static void
broke_off(bt_hand *hand, bt_visit *visit, bt_look look)
{
    if (look == BT_LOOK_FAILED) {
        bt_agent_complain(hand->agent, "a look cannot be recorded",
                          bt_recorder_error(hand->recorder));
    } else {
        bt_log("warning", "cluster %lld: the lease is over",
               (long long) visit->watch->id);
    }
    bt_visit_close(visit->watch);
    visit->next_look = bt_clock() + BT_SECOND;
}

static bool
open_link(bt_hand *hand, bt_watch *watch, bt_reason *reason)
{
    const bt_access *access = &watch->access;

    watch->adapter = hand->agent->conf.adapter(bt_str_of(access->adapter));
    if (watch->adapter == NULL) {
        (void) snprintf(reason->text, sizeof(reason->text), "This agent has "
                        "no adapter \"%s\".", access->adapter);
        return false;
    }
    watch->collect = bt_collect_new(watch->id);
    watch->link = watch->collect != NULL ? watch->adapter->open(access) : NULL;
    if (watch->link == NULL) {
        (void) snprintf(reason->text, sizeof(reason->text),
                        "The agent has not enough memory.");
        bt_collect_free(watch->collect);
        watch->collect = NULL;
    }
    return watch->link != NULL;
}

/* A cluster that is being registered or removed has no access for a moment. */
bool
bt_visit_link(bt_hand *hand, bt_visit *visit)
{
    bt_watch *watch = visit->watch;
    bt_reason reason;

    if (watch->link != NULL) {
        return true;
    }
    bt_access_free(&watch->access);
    if (!bt_access_read(hand->store, watch->id, &watch->access)) {
        if (bt_store_status_of(hand->store) != BT_STORE_OK) {
            bt_agent_complain(hand->agent, "a registration cannot be read",
                              bt_store_error(hand->store));
        }
        visit->next_look = bt_clock() + BT_SECOND;
        return false;
    }
    if (open_link(hand, watch, &reason)) {
        return true;
    }
    is_silent(hand, visit, &reason);
    return false;
}

bool
bt_visit_look(bt_hand *hand, bt_visit *visit)
{
    bt_watch *watch = visit->watch;
    bt_reason reason = { "" };
    bt_answer answer;
    bt_look   look;

    visit->look = false;
    if (!bt_schedule_held(hand->agent, watch, 0)) {
        visit->next_look = bt_clock() + BT_SECOND;
        return false;
    }
    if (!bt_visit_link(hand, visit)) {
        return false;
    }
    look = bt_collect_begin(watch->collect, hand->recorder, bt_time_now());
    if (look != BT_LOOK_DONE) {
        broke_off(hand, visit, look);
        return false;
    }
    answer = watch->adapter->collect(watch->link, watch->collect, &reason);
    look = bt_collect_end(watch->collect, answer == BT_ANSWER_OK);
    if (look != BT_LOOK_DONE) {
        broke_off(hand, visit, look);
        return false;
    }
    if (answer != BT_ANSWER_OK) {
        is_silent(hand, visit, &reason);
        return false;
    }
    if (visit->failures > 0) {
        bt_log("notice", "cluster %lld \"%s\" answers",
               (long long) watch->id, watch->access.name);
    }
    watch->reason[0] = '\0';
    visit->failures = 0;
    visit->next_look = visit->began + visit->round_seconds * BT_SECOND;
    return true;
}

static void
stay_away(bt_hand *hand, bt_visit *visit)
{
    bt_visit_close(visit->watch);
    visit->told = write_reason(hand, visit->watch, PAUSED_TEXT);
    visit->next_look = bt_clock() + BT_LIST_SECONDS * BT_SECOND;
    visit->failures = 0;
}

void
bt_visit_run(bt_hand *hand, bt_visit *visit)
{
    bt_holder holder = bt_agent_holder(hand->agent);

    visit->next_step = BT_UNKNOWN;
    bt_recorder_hold(hand->recorder, &holder);
    if (visit->paused) {
        stay_away(hand, visit);
        return;
    }
    if (visit->anew) {
        bt_visit_close(visit->watch);
    }
    if (visit->step) {
        bt_orders_run(hand, visit);
    }
    if (visit->look) {
        (void) bt_visit_look(hand, visit);
    }
}

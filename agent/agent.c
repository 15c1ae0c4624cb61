/* agent.c: starts and ends the agent's threads. */

#include "agent/agent.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "agent/internal.h"
#include "common/bt_log.h"

bt_usec
bt_clock(void)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_BOOTTIME, &now);
    return (bt_usec) now.tv_sec * BT_SECOND + now.tv_nsec / 1000;
}

bt_holder
bt_agent_holder(bt_agent *agent)
{
    bt_holder holder;

    (void) pthread_mutex_lock(&agent->mutex);
    holder = agent->holder;
    (void) pthread_mutex_unlock(&agent->mutex);
    return holder;
}

void
bt_agent_pause(bt_agent *agent, bt_usec until, const atomic_bool *end)
{
    struct timespec at;
    bt_usec         now = bt_clock();
    bt_usec         pause = until > now ? until - now : 0;

    (void) clock_gettime(CLOCK_MONOTONIC, &at);
    pause += at.tv_nsec / 1000;
    at.tv_sec += (time_t) (pause / BT_SECOND);
    at.tv_nsec = (long) (pause % BT_SECOND) * 1000;
    (void) pthread_mutex_lock(&agent->mutex);
    while (!atomic_load(end)
           && pthread_cond_timedwait(&agent->wake, &agent->mutex, &at) == 0)
    {
    }
    (void) pthread_mutex_unlock(&agent->mutex);
}

void
bt_agent_complain(bt_agent *agent, const char *what, const char *why)
{
    if (!atomic_exchange(&agent->away, true)) {
        bt_log("error", "%s: %s", what, why);
    }
}

void
bt_agent_back(bt_agent *agent)
{
    if (atomic_exchange(&agent->away, false)) {
        bt_log("notice", "the record store is back");
    }
}

/* Ends the program by the way of every other end. */
void
bt_agent_give_up(bt_agent *agent)
{
    if (!atomic_exchange(&agent->superseded, true)) {
        bt_log("error", "another agent has started under the name \"%s\": "
               "this one ends; give each of them a --name", agent->name);
        (void) kill(getpid(), SIGTERM);
    }
}

void *
bt_hand_run(void *data)
{
    bt_hand *hand = data;
    bt_visit visit;

    bt_store_thread_begin();
    while (bt_schedule_next(hand->agent, &visit)) {
        bt_visit_run(hand, &visit);
        bt_schedule_back(hand->agent, &visit);
    }
    bt_recorder_free(hand->recorder);
    bt_store_free(hand->store);
    hand->recorder = NULL;
    hand->store = NULL;
    bt_store_thread_end();
    return NULL;
}

static bool
start_hand(bt_agent *agent, bt_hand *hand)
{
    hand->agent = agent;
    hand->store = bt_store_new(&agent->conf.store);
    if (hand->store != NULL) {
        hand->recorder = bt_recorder_new(hand->store);
    }
    hand->started = hand->recorder != NULL
                    && pthread_create(&hand->thread, NULL, bt_hand_run, hand)
                       == 0;
    if (!hand->started) {
        bt_recorder_free(hand->recorder);
        bt_store_free(hand->store);
    }
    return hand->started;
}

static bool
start_keeper(bt_agent *agent)
{
    agent->keeper_store = bt_store_new(&agent->conf.store);
    agent->keeper_started = agent->keeper_store != NULL
                            && pthread_create(&agent->keeper, NULL,
                                              bt_keeper_run, agent) == 0;
    if (!agent->keeper_started) {
        bt_store_free(agent->keeper_store);
    }
    return agent->keeper_started;
}

static bool
start_housekeeper(bt_agent *agent)
{
    agent->housekeeper_store = bt_store_new(&agent->conf.store);
    agent->housekeeper_started =
        agent->housekeeper_store != NULL
        && pthread_create(&agent->housekeeper, NULL, bt_housekeeper_run, agent)
           == 0;
    if (!agent->housekeeper_started) {
        bt_store_free(agent->housekeeper_store);
    }
    return agent->housekeeper_started;
}

/* Only where there is a program to run. */
static bool
start_teller(bt_agent *agent)
{
    if (agent->conf.notify.program == NULL) {
        return true;
    }
    agent->conf.notify.end = &agent->stopping;
    agent->teller_store = bt_store_new(&agent->conf.store);
    agent->teller_started = agent->teller_store != NULL
                            && pthread_create(&agent->teller, NULL,
                                              bt_teller_run, agent) == 0;
    if (!agent->teller_started) {
        bt_store_free(agent->teller_store);
    }
    return agent->teller_started;
}

static void
init_waiting(bt_agent *agent)
{
    pthread_condattr_t clock;

    (void) pthread_mutex_init(&agent->mutex, NULL);
    (void) pthread_condattr_init(&clock);
    (void) pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    (void) pthread_cond_init(&agent->work, &clock);
    (void) pthread_cond_init(&agent->wake, &clock);
    (void) pthread_condattr_destroy(&clock);
}

bt_agent *
bt_agent_start(const bt_agent_conf *conf)
{
    bt_agent *agent = calloc(1, sizeof(*agent));
    bool      good;

    if (agent == NULL) {
        return NULL;
    }
    agent->conf = *conf;
    (void) snprintf(agent->name, sizeof(agent->name), "%s", conf->name);
    init_waiting(agent);
    agent->hands = calloc(conf->threads, sizeof(*agent->hands));
    good = agent->hands != NULL && start_keeper(agent)
           && start_housekeeper(agent) && start_teller(agent);
    for (unsigned i = 0; good && i < conf->threads; i++) {
        good = start_hand(agent, &agent->hands[i]);
    }
    if (!good) {
        (void) bt_agent_stop(agent);
        agent = NULL;
    }
    return agent;
}

static void
wake_all(bt_agent *agent, atomic_bool *flag)
{
    (void) pthread_mutex_lock(&agent->mutex);
    atomic_store(flag, true);
    (void) pthread_cond_broadcast(&agent->work);
    (void) pthread_cond_broadcast(&agent->wake);
    (void) pthread_mutex_unlock(&agent->mutex);
}

bool
bt_agent_stop(bt_agent *agent)
{
    bool good = !atomic_load(&agent->superseded);

    wake_all(agent, &agent->stopping);
    for (unsigned i = 0; agent->hands != NULL && i < agent->conf.threads; i++) {
        if (agent->hands[i].started) {
            (void) pthread_join(agent->hands[i].thread, NULL);
        }
    }
    if (agent->housekeeper_started) {
        (void) pthread_join(agent->housekeeper, NULL);
    }
    if (agent->teller_started) {
        (void) pthread_join(agent->teller, NULL);
    }
    wake_all(agent, &agent->ended);
    if (agent->keeper_started) {
        (void) pthread_join(agent->keeper, NULL);
    }
    bt_schedule_free(agent);
    (void) pthread_cond_destroy(&agent->work);
    (void) pthread_cond_destroy(&agent->wake);
    (void) pthread_mutex_destroy(&agent->mutex);
    free(agent->hands);
    free(agent);
    return good;
}

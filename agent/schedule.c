/* schedule.c: the clusters that this agent holds, and which is to be visited next. */

#include "agent/internal.h"

#include <stdlib.h>

static bt_watch *
find(const bt_agent *agent, int64_t id)
{
    for (size_t i = 0; i < agent->watch_count; i++) {
        if (agent->watches[i]->id == id && !agent->watches[i]->gone) {
            return agent->watches[i];
        }
    }
    return NULL;
}

static void
free_watch(bt_watch *watch)
{
    bt_visit_close(watch);
    free(watch);
}

/* Clusters that do not answer keep at most half of the hands. */
static bool
may_visit(const bt_agent *agent, const bt_watch *watch)
{
    return watch->failures == 0
           || 2 * agent->silent_busy < agent->conf.threads;
}

static bt_usec
due(const bt_watch *watch)
{
    if (watch->paused) {
        return watch->told ? INT64_MAX : watch->next_look;
    }
    return watch->next_step != BT_UNKNOWN
           && watch->next_step < watch->next_look ? watch->next_step
                                                  : watch->next_look;
}

/* The one that has waited longest; else *next is when one will be due. */
static bt_watch *
choose(const bt_agent *agent, bt_usec now, bt_usec *next)
{
    bt_watch *chosen = NULL;

    *next = now + BT_MINUTE;
    for (size_t i = 0; i < agent->watch_count; i++) {
        bt_watch *watch = agent->watches[i];
        bt_usec   at;

        if (watch->busy || watch->gone || watch->held_until <= now
            || !may_visit(agent, watch))
        {
            continue;
        }
        at = due(watch);
        if (at < *next) {
            *next = at;
            chosen = at <= now ? watch : NULL;
        }
    }
    return chosen;
}

static void
wait_until(bt_agent *agent, bt_usec now, bt_usec until)
{
    struct timespec at;
    bt_usec         pause = until > now ? until - now : 0;

    (void) clock_gettime(CLOCK_MONOTONIC, &at);
    pause += (bt_usec) at.tv_nsec / 1000;
    at.tv_sec += (time_t) (pause / BT_SECOND);
    at.tv_nsec = (long) (pause % BT_SECOND) * 1000;
    (void) pthread_cond_timedwait(&agent->work, &agent->mutex, &at);
}

static void
begin_visit(bt_agent *agent, bt_watch *watch, bt_usec now, bt_visit *visit)
{
    *visit = (bt_visit) {
        .watch = watch, .began = now, .round_seconds = watch->round_seconds,
        .paused = watch->paused, .anew = watch->anew,
        .look = watch->next_look <= now,
        .step = watch->next_step != BT_UNKNOWN && watch->next_step <= now,
        .was_silent = watch->failures > 0, .failures = watch->failures,
        .next_look = watch->next_look, .next_step = watch->next_step
    };
    watch->busy = true;
    watch->anew = false;
    watch->next_step = BT_UNKNOWN;
    agent->silent_busy += visit->was_silent;
}

bool
bt_schedule_next(bt_agent *agent, bt_visit *visit)
{
    bt_watch *watch = NULL;
    bt_usec   now, next;

    (void) pthread_mutex_lock(&agent->mutex);
    while (!atomic_load(&agent->stopping)) {
        now = bt_clock();
        watch = choose(agent, now, &next);
        if (watch != NULL) {
            begin_visit(agent, watch, now, visit);
            break;
        }
        wait_until(agent, now, next);
    }
    (void) pthread_mutex_unlock(&agent->mutex);
    return watch != NULL;
}

static void
forget(bt_agent *agent, bt_watch *watch)
{
    for (size_t i = 0; i < agent->watch_count; i++) {
        if (agent->watches[i] == watch) {
            agent->watches[i] = agent->watches[--agent->watch_count];
            break;
        }
    }
    free_watch(watch);
}

/* What the keeper changed during the visit stands. */
void
bt_schedule_back(bt_agent *agent, const bt_visit *visit)
{
    bt_watch *watch = visit->watch;

    (void) pthread_mutex_lock(&agent->mutex);
    watch->busy = false;
    agent->silent_busy -= visit->was_silent;
    watch->told = watch->paused && visit->told;
    watch->failures = watch->anew ? 0 : visit->failures;
    watch->next_look = watch->anew ? 0 : visit->next_look;
    if (visit->next_step != BT_UNKNOWN) {
        watch->next_step = visit->next_step;
    }
    if (watch->gone) {
        forget(agent, watch);
    }
    (void) pthread_cond_signal(&agent->work);
    (void) pthread_mutex_unlock(&agent->mutex);
}

/* A hand may still be at it from before. */
static bool
is_leaving(const bt_agent *agent, int64_t id)
{
    for (size_t i = 0; i < agent->watch_count; i++) {
        if (agent->watches[i]->id == id && agent->watches[i]->gone) {
            return true;
        }
    }
    return false;
}

static bt_watch *
add(bt_agent *agent, int64_t id)
{
    bt_watch **more;
    bt_watch  *watch;

    if (agent->watch_count == agent->watch_room) {
        size_t room = agent->watch_room > 0 ? 2 * agent->watch_room : 16;

        more = realloc(agent->watches, room * sizeof(bt_watch *));
        if (more == NULL) {
            return NULL;
        }
        agent->watches = more;
        agent->watch_room = room;
    }
    watch = calloc(1, sizeof(*watch));
    if (watch != NULL) {
        watch->id = id;
        watch->next_step = BT_UNKNOWN;
        agent->watches[agent->watch_count++] = watch;
    }
    return watch;
}

/* What the operator changed counts from the next visit on, which is now. */
static void
take_listed(bt_watch *watch, const bt_listed *listed)
{
    if (watch->fingerprint != listed->fingerprint) {
        watch->fingerprint = listed->fingerprint;
        watch->anew = true;
        watch->failures = 0;
        watch->next_look = 0;
    }
    if (watch->paused != listed->paused) {
        watch->next_look = 0;
        watch->told = false;
    }
    watch->paused = listed->paused;
    watch->round_seconds = listed->round_seconds > 0 ? listed->round_seconds
                                                     : 1;
}

void
bt_schedule_hold(bt_agent *agent, const bt_listed *listed, bt_usec since)
{
    bt_watch *watch;

    (void) pthread_mutex_lock(&agent->mutex);
    watch = find(agent, listed->id);
    if (watch == NULL && since != BT_UNKNOWN
        && !is_leaving(agent, listed->id))
    {
        watch = add(agent, listed->id);
    }
    if (watch != NULL) {
        take_listed(watch, listed);
        if (since != BT_UNKNOWN) {
            /* Somebody else may have had it in between. */
            watch->anew = watch->anew || watch->held_until <= bt_clock();
            watch->held_until = since + BT_LEASE_SECONDS * BT_SECOND
                                - BT_DRIFT;
        }
    }
    (void) pthread_cond_signal(&agent->work);
    (void) pthread_mutex_unlock(&agent->mutex);
}

static void
drop(bt_agent *agent, bt_watch *watch)
{
    watch->held_until = 0;
    if (watch->busy) {
        watch->gone = true;
    } else {
        forget(agent, watch);
    }
}

void
bt_schedule_drop(bt_agent *agent, int64_t id)
{
    bt_watch *watch;

    (void) pthread_mutex_lock(&agent->mutex);
    watch = find(agent, id);
    if (watch != NULL) {
        drop(agent, watch);
    }
    (void) pthread_mutex_unlock(&agent->mutex);
}

static int
compare_listed(const void *a, const void *b)
{
    int64_t left = ((const bt_listed *) a)->id;
    int64_t right = ((const bt_listed *) b)->id;

    return (left > right) - (left < right);
}

/* A lease of ours that the store gave to somebody else is not ours. */
void
bt_schedule_sweep(bt_agent *agent, const bt_listed *listed, size_t count)
{
    (void) pthread_mutex_lock(&agent->mutex);
    for (size_t i = agent->watch_count; i-- > 0;) {
        bt_watch        *watch = agent->watches[i];
        bt_listed        wanted = { .id = watch->id };
        const bt_listed *found = count == 0 ? NULL
                                 : bsearch(&wanted, listed, count,
                                           sizeof(*listed), compare_listed);

        if (!watch->gone && (found == NULL || !found->ours)) {
            drop(agent, watch);
        }
    }
    (void) pthread_mutex_unlock(&agent->mutex);
}

/* It is out of the schedule from then on. */
int64_t
bt_schedule_spare(bt_agent *agent)
{
    int64_t id = 0;

    (void) pthread_mutex_lock(&agent->mutex);
    for (size_t i = agent->watch_count; id == 0 && i-- > 0;) {
        bt_watch *watch = agent->watches[i];

        if (!watch->busy && !watch->gone && watch->next_step == BT_UNKNOWN) {
            id = watch->id;
            drop(agent, watch);
        }
    }
    (void) pthread_mutex_unlock(&agent->mutex);
    return id;
}

size_t
bt_schedule_count(bt_agent *agent)
{
    size_t count = 0;

    (void) pthread_mutex_lock(&agent->mutex);
    for (size_t i = 0; i < agent->watch_count; i++) {
        count += !agent->watches[i]->gone;
    }
    (void) pthread_mutex_unlock(&agent->mutex);
    return count;
}

bool
bt_schedule_has(bt_agent *agent, int64_t id)
{
    bool found;

    (void) pthread_mutex_lock(&agent->mutex);
    found = find(agent, id) != NULL;
    (void) pthread_mutex_unlock(&agent->mutex);
    return found;
}

void
bt_schedule_order(bt_agent *agent, int64_t id)
{
    bt_watch *watch;

    (void) pthread_mutex_lock(&agent->mutex);
    watch = find(agent, id);
    if (watch != NULL && watch->next_step == BT_UNKNOWN) {
        watch->next_step = 0;
        (void) pthread_cond_signal(&agent->work);
    }
    (void) pthread_mutex_unlock(&agent->mutex);
}

bool
bt_schedule_held(bt_agent *agent, const bt_watch *watch, bt_usec margin)
{
    bool held;

    (void) pthread_mutex_lock(&agent->mutex);
    held = !watch->gone && watch->held_until - margin > bt_clock();
    (void) pthread_mutex_unlock(&agent->mutex);
    return held;
}

void
bt_schedule_free(bt_agent *agent)
{
    for (size_t i = 0; i < agent->watch_count; i++) {
        free_watch(agent->watches[i]);
    }
    free(agent->watches);
    agent->watches = NULL;
    agent->watch_count = 0;
}

/* internal.h: what the files of the agent's daemon share: clusters held, threads, leases. */

#ifndef BT_AGENT_INTERNAL_H
#define BT_AGENT_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "acts/bt_command.h"
#include "agent/agent.h"

#define BT_LEASE_SECONDS    30
#define BT_RENEW_SECONDS    10
#define BT_LIST_SECONDS     2       /* how soon a new cluster is noticed */
#define BT_SEEN_SECONDS     5       /* agents.last_seen */
#define BT_STEP_SECONDS     2       /* between two steps of a command */
#define BT_BACKOFF_SECONDS  60      /* longest pause of a silent cluster */
#define BT_DRIFT            BT_SECOND   /* our clock against the store's */

/* A cluster that this agent holds.  The first part is the schedule's, under
 * its mutex; the second one belongs to the hand that has it busy. */
typedef struct {
    int64_t           id;
    bt_usec           held_until;   /* by bt_clock() */
    int               round_seconds;
    bool              paused;
    bool              told;         /* that it is paused stands in the store */
    uint64_t          fingerprint;  /* of its registration */
    bt_usec           next_look;    /* by bt_clock() */
    bt_usec           next_step;    /* BT_UNKNOWN: no open command */
    int               failures;     /* looks in a row */
    bool              busy;
    bool              gone;         /* to be freed when not busy */
    bool              anew;         /* link and memory are not to be trusted */

    bt_access         access;       /* as long as there is a link */
    const bt_adapter *adapter;
    bt_link          *link;
    bt_collect       *collect;
    char              reason[BT_REASON_MAX];   /* written as stale_reason */
} bt_watch;

/* A visit of a hand to a cluster: what it begins with, and how it ended. */
typedef struct {
    bt_watch *watch;
    bt_usec   began;                /* by bt_clock() */
    int       round_seconds;
    bool      paused;
    bool      anew;
    bool      look;                 /* it is due */
    bool      step;
    bool      was_silent;
    bool      told;
    int       failures;
    bt_usec   next_look;
    bt_usec   next_step;
} bt_visit;

/* A row of the list of registered clusters. */
typedef struct {
    int64_t  id;
    int      round_seconds;
    bool     paused;
    bool     ours;                  /* by the store, whether lapsed or not */
    bool     held;                  /* by somebody, and not lapsed */
    bool     lapsed;                /* somebody held it too long ago */
    uint64_t fingerprint;
} bt_listed;

typedef struct {
    bt_agent    *agent;
    pthread_t    thread;
    bool         started;
    bt_store    *store;
    bt_recorder *recorder;
} bt_hand;

struct bt_agent {
    bt_agent_conf    conf;
    char             name[BT_AGENT_NAME_MAX + 1];
    atomic_bool      stopping;      /* nothing new is taken */
    atomic_bool      ended;         /* the hands have ended: leases may go */
    atomic_bool      superseded;
    atomic_bool      away;          /* the store fails, and it was said */

    pthread_mutex_t  mutex;         /* schedule and holder */
    pthread_cond_t   work;          /* for hands */
    pthread_cond_t   wake;          /* for keeper and housekeeper */
    bt_holder        holder;        /* id 0: not registered yet */
    bt_watch       **watches;
    size_t           watch_count;
    size_t           watch_room;
    unsigned         patience;      /* of the keeper, with free clusters */
    bt_usec          keep_until;    /* it gives none back before */
    unsigned         silent_busy;   /* hands at clusters that do not answer */

    bt_hand         *hands;
    pthread_t        keeper;
    bool             keeper_started;
    bt_store        *keeper_store;
    pthread_t        housekeeper;
    bool             housekeeper_started;
    bt_store        *housekeeper_store;
    pthread_t        teller;
    bool             teller_started;
    bt_store        *teller_store;
};

/* agent.c */

/* Microseconds that pass also while the machine sleeps; never set. */
bt_usec    bt_clock(void);
bt_holder  bt_agent_holder(bt_agent *agent);
/* Waits until `until` by bt_clock(), or until the agent stops. */
void       bt_agent_pause(bt_agent *agent, bt_usec until,
                          const atomic_bool *end);
/* The store failed; said once until it is back. */
void       bt_agent_complain(bt_agent *agent, const char *what,
                             const char *why);
void       bt_agent_back(bt_agent *agent);
/* The keeper found out that it is not the newest under its name. */
void       bt_agent_give_up(bt_agent *agent);

/* schedule.c: all of them take the mutex themselves. */

/* The next cluster to be visited, now busy; false when the agent stops. */
bool       bt_schedule_next(bt_agent *agent, bt_visit *visit);
/* After the visit. */
void       bt_schedule_back(bt_agent *agent, const bt_visit *visit);
/* What a listed cluster now is like; held: its lease was renewed or taken at
 * `since`, which adds it where it is new. */
void       bt_schedule_hold(bt_agent *agent, const bt_listed *listed,
                            bt_usec since);
/* It is not ours any more. */
void       bt_schedule_drop(bt_agent *agent, int64_t id);
/* Drops what is not among the listed clusters (in order of id). */
void       bt_schedule_sweep(bt_agent *agent, const bt_listed *listed,
                             size_t count);
/* One that can be given back: not busy, no open command; 0: none. */
int64_t    bt_schedule_spare(bt_agent *agent);
size_t     bt_schedule_count(bt_agent *agent);
bool       bt_schedule_has(bt_agent *agent, int64_t id);
/* A cluster has open commands. */
void       bt_schedule_order(bt_agent *agent, int64_t id);
/* The lease holds for at least so long; asked before anything is written or
 * sent. */
bool       bt_schedule_held(bt_agent *agent, const bt_watch *watch,
                            bt_usec margin);
void       bt_schedule_free(bt_agent *agent);

/* lease.c: the store's side; false: the store failed. */

bool       bt_lease_register(bt_agent *agent, bt_store *store);
/* *newest: no later process has the agent's name. */
bool       bt_lease_seen(bt_agent *agent, bt_store *store, bool *newest);
/* Lists the clusters, renews what is held, takes what is free, gives back what
 * is more than a fair share. */
bool       bt_lease_share(bt_agent *agent, bt_store *store, bool renew);
bool       bt_lease_return(bt_agent *agent, bt_store *store);
/* A lease on something that one agent does for all. */
bool       bt_lease_of(bt_agent *agent, bt_store *store, const char *name,
                       bool *ours);

/* keep.c, housekeep.c, teller.c, agent.c: the threads. */
void      *bt_keeper_run(void *agent);
void      *bt_housekeeper_run(void *agent);
void      *bt_teller_run(void *agent);
void      *bt_hand_run(void *hand);

/* visit.c: one visit to a busy cluster: its commands, a look. */
void       bt_visit_run(bt_hand *hand, bt_visit *visit);
void       bt_visit_close(bt_watch *watch);
/* The cluster's link is there; else it is due again later. */
bool       bt_visit_link(bt_hand *hand, bt_visit *visit);
/* Looks at the cluster; true when what it says is on record. */
bool       bt_visit_look(bt_hand *hand, bt_visit *visit);

/* orders.c: takes the cluster's commands and steps each of them once. */
void       bt_orders_run(bt_hand *hand, bt_visit *visit);

#endif

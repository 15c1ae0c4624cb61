/* watch.c: what becomes true by time alone, looked at once a second, for validators. */

#include "fcgi_backend/watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/bt_log.h"
#include "health/bt_health.h"

/* A look costs a worker one part in twenty of a thread at most. */
#define REST_FACTOR  20
#define NSEC         (1000 * 1000 * 1000)
#define MISSED       10        /* looks that may fail before none counts */


/* One look, never changed once it is made. */
typedef struct {
    bt_usec        at;
    bt_usec        valid_until;
    bt_health      health;     /* without names */
    unsigned char  hash[BT_DIGEST_SIZE];
} look;


struct bt_watch {
    pthread_mutex_t  mutex;
    pthread_cond_t   wake;
    bool             woken;
    bt_pool         *pool;
    look            *last;     /* NULL: none yet */
    bt_usec          changed;
};


/* By a clock that nobody sets. */
static void
init_locks(bt_watch *watch)
{
    pthread_condattr_t  clock;

    pthread_mutex_init(&watch->mutex, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&watch->wake, &clock);
    pthread_condattr_destroy(&clock);
}


bt_watch *
bt_watch_new(void)
{
    bt_watch  *watch;

    watch = calloc(1, sizeof(bt_watch));

    if (watch == NULL) {
        return NULL;
    }

    watch->pool = bt_pool_new();

    if (watch->pool == NULL) {
        free(watch);
        return NULL;
    }

    init_locks(watch);

    return watch;
}


static void
free_look(look *l)
{
    if (l != NULL) {
        free(l->health.clusters);
        free(l->health.risks);
        free(l);
    }
}


void
bt_watch_free(bt_watch *watch)
{
    if (watch != NULL) {
        free_look(watch->last);
        bt_pool_free(watch->pool);
        pthread_cond_destroy(&watch->wake);
        pthread_mutex_destroy(&watch->mutex);
        free(watch);
    }
}


static int
compare_ids(const void *a, const void *b)
{
    int64_t  x = *(const int64_t *) a, y = *(const int64_t *) b;

    return (x > y) - (x < y);
}


static bool
is_asked(const int64_t *ids, size_t count, int64_t id)
{
    return ids == NULL
           || (count > 0
               && bsearch(&id, ids, count, sizeof(int64_t), compare_ids)
                  != NULL);
}


/* The order of risks shows, how long they last does not count. */
static bool
hash_health(const bt_health *health, const int64_t *ids, size_t count,
    unsigned char hash[BT_DIGEST_SIZE])
{
    size_t            i;
    bt_digest         digest;
    const bt_risk    *risk;
    const bt_cluster *cluster;

    bt_digest_begin(&digest);
    bt_digest_number(&digest, health->agents_away);

    for (i = 0; i < health->cluster_count; i++) {
        cluster = &health->clusters[i];

        if (is_asked(ids, count, cluster->id)) {
            bt_digest_number(&digest, cluster->id);
            bt_digest_number(&digest, cluster->state);
        }
    }

    for (i = 0; i < health->risk_count; i++) {
        risk = &health->risks[i];

        if (is_asked(ids, count, risk->cluster_id)) {
            bt_digest_number(&digest, risk->kind);
            bt_digest_number(&digest, risk->cluster_id);
            bt_digest_number(&digest, risk->tenant_id);
            bt_digest_number(&digest, risk->log_id);
            bt_digest_number(&digest, risk->task_id);
        }
    }

    return bt_digest_end(&digest, hash);
}


bool
bt_watch_hash(const bt_health *health, unsigned char hash[BT_DIGEST_SIZE])
{
    return hash_health(health, NULL, 0, hash);
}


static void *
copy(const void *data, size_t size)
{
    void  *to;

    to = malloc(size > 0 ? size : 1);

    if (to != NULL && size > 0) {
        memcpy(to, data, size);
    }

    return to;
}


/* NULL without memory. */
static look *
make_look(const bt_health *health, bt_usec at)
{
    look  *l;

    l = calloc(1, sizeof(look));

    if (l == NULL) {
        return NULL;
    }

    l->at = at;
    l->health = *health;
    l->health.clusters = copy(health->clusters,
                              health->cluster_count * sizeof(bt_cluster));
    l->health.risks = copy(health->risks,
                           health->risk_count * sizeof(bt_risk));

    if (l->health.clusters != NULL && l->health.risks != NULL
        && bt_watch_hash(&l->health, l->hash))
    {
        return l;
    }

    free_look(l);

    return NULL;
}


static void
replace_look(bt_watch *watch, look *l, bt_usec rest)
{
    look  *old;

    l->valid_until = l->at + MISSED * rest;

    pthread_mutex_lock(&watch->mutex);

    old = watch->last;
    watch->last = l;

    if (old == NULL || memcmp(old->hash, l->hash, sizeof(l->hash)) != 0) {
        watch->changed = l->at;
    }

    pthread_mutex_unlock(&watch->mutex);

    free_look(old);
}


static bt_store_status
read_health(bt_watch *watch, bt_store *store, bt_usec now, bt_health *health)
{
    bt_store_status  status;
    bt_health_query  query = {
        .store = store, .pool = watch->pool, .now = now
    };

    status = bt_store_begin_read(store);

    if (status == BT_STORE_OK) {
        status = bt_health_find(&query, health);
        bt_store_rollback(store);
    }

    return status;
}


bt_usec
bt_watch_look(bt_watch *watch, bt_store *store)
{
    look             *l;
    bt_usec           began, rest;
    bt_health         health;
    bt_store_status   status;

    began = bt_time_now();
    status = read_health(watch, store, began, &health);
    l = status == BT_STORE_OK ? make_look(&health, began) : NULL;
    bt_pool_reset(watch->pool);

    rest = (bt_time_now() - began) * REST_FACTOR;

    if (rest < BT_SECOND) {
        rest = BT_SECOND;
    }

    if (l != NULL) {
        replace_look(watch, l, rest);

    } else if (status == BT_STORE_ERROR) {
        bt_log("error", "the health of the clusters cannot be read: %s",
               bt_store_error(store));
    }

    return rest;
}


bool
bt_watch_read(bt_watch *watch, const int64_t *ids, size_t count, bt_usec now,
    unsigned char hash[BT_DIGEST_SIZE], bt_usec *changed)
{
    bool         good;
    const look  *last;

    pthread_mutex_lock(&watch->mutex);

    last = watch->last;
    good = last != NULL && now <= last->valid_until;

    if (good) {
        *changed = watch->changed;

        if (ids == NULL) {
            memcpy(hash, last->hash, sizeof(last->hash));

        } else {
            good = hash_health(&last->health, ids, count, hash);
        }
    }

    pthread_mutex_unlock(&watch->mutex);

    return good;
}


void
bt_watch_rest(bt_watch *watch, bt_usec time)
{
    struct timespec  until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += time / BT_SECOND;
    until.tv_nsec += time % BT_SECOND * 1000;

    if (until.tv_nsec >= NSEC) {
        until.tv_nsec -= NSEC;
        until.tv_sec++;
    }

    pthread_mutex_lock(&watch->mutex);

    while (!watch->woken
           && pthread_cond_timedwait(&watch->wake, &watch->mutex, &until)
              != ETIMEDOUT)
    {
        /* void */
    }

    watch->woken = false;
    pthread_mutex_unlock(&watch->mutex);
}


void
bt_watch_wake(bt_watch *watch)
{
    pthread_mutex_lock(&watch->mutex);
    watch->woken = true;
    pthread_cond_signal(&watch->wake);
    pthread_mutex_unlock(&watch->mutex);
}

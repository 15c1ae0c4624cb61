/* server.c: worker threads that accept FastCGI requests, and their end. */

#include "fcgi_backend/server.h"

#include <errno.h>
#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "acts/bt_command.h"
#include "common/bt_log.h"
#include "fcgi_backend/reporting.h"
#include "fcgi_backend/respond.h"

/* A peer that neither reads nor writes for so long is given up. */
#define STUCK_SECONDS   300
#define EXPIRE_TIME     (5 * BT_SECOND)
#define JOIN_NSEC       (50 * 1000 * 1000)
#define NSEC            (1000 * 1000 * 1000)


typedef struct {
    bt_server   *server;
    pthread_t    thread;
    bool         started;
    bt_context   context;
} worker;


struct bt_server {
    bt_server_conf   conf;
    bt_usec          started;
    atomic_bool      stopping;
    pthread_t        keeper;
    bool             keeper_started;
    bt_store        *keeper_store;
    bt_reporting    *reporting;
    bt_watch        *watch;
    worker          *workers;
};


static void
ignore_signal(int number)
{
    (void) number;
}


/* SIGUSR1 gets a thread out of accept(); outside of it, it waits, because
 * libfcgi takes an interrupted write for a failed one. */
static void
mask_wakeup(int how)
{
    sigset_t  set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(how, &set, NULL);
}


static void
limit_patience(int fd)
{
    struct timeval  limit = { .tv_sec = STUCK_SECONDS };

    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}


static void
pause_after_error(int error)
{
    struct timespec  pause = { .tv_nsec = JOIN_NSEC };

    bt_log("error", "accept failed: %s", strerror(error));
    nanosleep(&pause, NULL);
}


static void
accept_requests(worker *w, FCGX_Request *request)
{
    int  rc;

    while (!atomic_load(&w->server->stopping)) {
        mask_wakeup(SIG_UNBLOCK);
        rc = FCGX_Accept_r(request);
        mask_wakeup(SIG_BLOCK);

        if (rc == 0) {
            limit_patience(request->ipcFd);
            bt_respond(&w->context, request);
            FCGX_Finish_r(request);

        } else if (!atomic_load(&w->server->stopping) && rc != -EINTR) {
            pause_after_error(-rc);
        }
    }
}


static void *
run_worker(void *data)
{
    worker        *w = data;
    FCGX_Request   request;

    bt_store_thread_begin();
    bt_xml_thread_begin();

    if (FCGX_InitRequest(&request, w->server->conf.socket,
                         FCGI_FAIL_ACCEPT_ON_INTR) == 0)
    {
        accept_requests(w, &request);
        FCGX_Free(&request, 1);
    }

    if (w->context.zone.name[0] != '\0') {
        bt_zone_close(&w->context.zone);
    }

    bt_store_free(w->context.store);
    bt_pool_free(w->context.pool);
    w->context.store = NULL;
    w->context.pool = NULL;
    bt_store_thread_end();

    return NULL;
}


static void
expire_commands(bt_store *store)
{
    size_t           i, count;
    int64_t          expired[BT_EXPIRE_BATCH];
    bt_store_status  status;

    status = bt_command_expire(store, expired, &count);

    for (i = 0; i < count; i++) {
        bt_log("info", "command %lld expired", (long long) expired[i]);
    }

    if (status == BT_STORE_ERROR) {
        bt_log("error", "commands that are overdue cannot be ended: %s",
               bt_store_error(store));
    }
}


/* The keeper writes down what is over, and looks at what becomes true by time,
 * while the others answer. */
static void *
run_keeper(void *data)
{
    bt_usec     now, due;
    bt_server  *server = data;

    bt_store_thread_begin();
    mask_wakeup(SIG_BLOCK);
    due = 0;

    while (!atomic_load(&server->stopping)) {
        now = bt_time_now();

        if (now >= due || now < due - EXPIRE_TIME) {
            expire_commands(server->keeper_store);
            due = now + EXPIRE_TIME;
        }

        bt_watch_rest(server->watch,
                      bt_watch_look(server->watch, server->keeper_store));
    }

    bt_store_free(server->keeper_store);
    server->keeper_store = NULL;
    bt_store_thread_end();

    return NULL;
}


static bool
start_worker(bt_server *server, worker *w)
{
    w->server = server;
    w->context.command_seconds = server->conf.command_seconds;
    w->context.threads = server->conf.threads;
    w->context.started = server->started;
    w->context.report_zone = server->conf.report.zone;
    w->context.cache_seconds = server->conf.cache_seconds;
    w->context.watch = server->watch;
    w->context.store = bt_store_new(&server->conf.store);
    w->context.pool = bt_pool_new();

    if (w->context.store != NULL && w->context.pool != NULL
        && pthread_create(&w->thread, NULL, run_worker, w) == 0)
    {
        w->started = true;
        return true;
    }

    bt_store_free(w->context.store);
    bt_pool_free(w->context.pool);

    return false;
}


static bool
start_keeper(bt_server *server)
{
    server->keeper_store = bt_store_new(&server->conf.store);

    if (server->keeper_store == NULL) {
        return false;
    }

    if (pthread_create(&server->keeper, NULL, run_keeper, server) != 0) {
        bt_store_free(server->keeper_store);
        return false;
    }

    server->keeper_started = true;

    return true;
}


static bool
start_reporting(bt_server *server)
{
    if (server->conf.report.zone == NULL) {
        return true;
    }

    server->reporting = bt_reporting_start(&server->conf.report,
                                           &server->conf.store);

    return server->reporting != NULL;
}


bt_server *
bt_server_start(const bt_server_conf *conf)
{
    unsigned           i;
    bt_server         *server;
    struct sigaction   action = { .sa_handler = ignore_signal };

    server = calloc(1, sizeof(bt_server));

    if (server == NULL) {
        return NULL;
    }

    server->conf = *conf;
    server->started = bt_time_now();
    server->workers = calloc(conf->threads, sizeof(worker));
    server->watch = bt_watch_new();

    FCGX_Init();
    sigemptyset(&action.sa_mask);
    sigaction(SIGUSR1, &action, NULL);
    mask_wakeup(SIG_BLOCK);

    if (server->workers == NULL || server->watch == NULL
        || !start_keeper(server) || !start_reporting(server))
    {
        bt_server_stop(server);
        return NULL;
    }

    for (i = 0; i < conf->threads; i++) {

        if (!start_worker(server, &server->workers[i])) {
            bt_server_stop(server);
            return NULL;
        }
    }

    return server;
}


/* A signal may come between the test of a flag and accept(): it is sent again
 * until the thread has ended. */
static void
join_worker(const worker *w)
{
    struct timespec  until;

    do {
        pthread_kill(w->thread, SIGUSR1);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += JOIN_NSEC;

        if (until.tv_nsec >= NSEC) {
            until.tv_nsec -= NSEC;
            until.tv_sec++;
        }

    } while (pthread_timedjoin_np(w->thread, NULL, &until) != 0);
}


void
bt_server_stop(bt_server *server)
{
    unsigned  i;

    atomic_store(&server->stopping, true);

    if (server->watch != NULL) {
        bt_watch_wake(server->watch);
    }

    FCGX_ShutdownPending();

    for (i = 0; server->workers != NULL && i < server->conf.threads; i++) {
        if (server->workers[i].started) {
            join_worker(&server->workers[i]);
        }
    }

    bt_reporting_stop(server->reporting);

    if (server->keeper_started) {
        pthread_join(server->keeper, NULL);
    }

    bt_watch_free(server->watch);
    free(server->workers);
    free(server);
}

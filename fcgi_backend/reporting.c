/* reporting.c: the worker's thread that writes daily reports. */

#include "fcgi_backend/reporting.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/bt_log.h"
#include "xml/bt_xml.h"

#define TURN_SECONDS  60
#define NICE          10


struct bt_reporting {
    bt_report_conf   conf;
    bt_store_conf    store;
    atomic_bool      stopping;
    pthread_mutex_t  mutex;
    pthread_cond_t   stop;
    pthread_t        thread;
};


/* Waits until it is time again; false when the worker ends. */
static bool
wait_turn(bt_reporting *reporting)
{
    struct timespec  until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += TURN_SECONDS;

    pthread_mutex_lock(&reporting->mutex);

    while (!atomic_load(&reporting->stopping)
           && pthread_cond_timedwait(&reporting->stop, &reporting->mutex,
                                     &until) != ETIMEDOUT)
    {
        /* void */
    }

    pthread_mutex_unlock(&reporting->mutex);

    return !atomic_load(&reporting->stopping);
}


/* A store that lacks something is told of once until it changes: each turn
 * would fill the log. */
static void
take_turn(bt_reporter *reporter, bt_store_status *last)
{
    int64_t          written;
    bt_store_status  status;

    status = bt_report_catch_up(reporter, bt_time_now(), &written);

    if (status == BT_STORE_ERROR && *last != BT_STORE_ERROR) {
        bt_log("error", "daily reports cannot be written: %s",
               bt_store_error(reporter->reader));
    }

    *last = status;
}


static void *
run(void *data)
{
    sigset_t          set;
    bt_reporter       reporter;
    bt_reporting     *reporting = data;
    bt_store_status   last = BT_STORE_OK;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);

    /* Pages come first. */
    (void) setpriority(PRIO_PROCESS, (id_t) gettid(), NICE);

    bt_store_thread_begin();
    bt_xml_thread_begin();

    if (bt_reporter_open(&reporter, &reporting->conf, &reporting->store)) {
        reporter.stopping = &reporting->stopping;

        do {
            take_turn(&reporter, &last);
        } while (wait_turn(reporting));

        bt_reporter_close(&reporter);

    } else {
        bt_log("error", "no daily reports are written: %s", reporter.why);
    }

    bt_store_thread_end();

    return NULL;
}


bt_reporting *
bt_reporting_start(const bt_report_conf *conf, const bt_store_conf *store)
{
    bt_reporting  *reporting = calloc(1, sizeof(bt_reporting));

    if (reporting == NULL) {
        return NULL;
    }

    reporting->conf = *conf;
    reporting->store = *store;
    pthread_mutex_init(&reporting->mutex, NULL);
    pthread_cond_init(&reporting->stop, NULL);

    if (pthread_create(&reporting->thread, NULL, run, reporting) != 0) {
        free(reporting);
        return NULL;
    }

    return reporting;
}


void
bt_reporting_stop(bt_reporting *reporting)
{
    if (reporting == NULL) {
        return;
    }

    pthread_mutex_lock(&reporting->mutex);
    atomic_store(&reporting->stopping, true);
    pthread_cond_broadcast(&reporting->stop);
    pthread_mutex_unlock(&reporting->mutex);

    pthread_join(reporting->thread, NULL);
    pthread_cond_destroy(&reporting->stop);
    pthread_mutex_destroy(&reporting->mutex);
    free(reporting);
}

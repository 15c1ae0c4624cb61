/* server.h: worker threads that accept FastCGI requests, and their end. */

#ifndef BT_SERVER_H
#define BT_SERVER_H

#include "reports/bt_report.h"

typedef struct {
    int           socket;             /* listening */
    unsigned      threads;
    int           command_seconds;    /* life of a requested command */
    int           cache_seconds;      /* of documents in nginx's cache */
    bt_store_conf store;
    bt_report_conf report;            /* zone NULL: writes no reports */
} bt_server_conf;

typedef struct bt_server bt_server;

/* Starts the threads; the calling thread's blocked signals stay blocked in
 * them.  NULL: no memory, or no thread could be started. */
bt_server *bt_server_start(const bt_server_conf *conf);

/* Lets every thread finish its request, joins them all, frees everything. */
void       bt_server_stop(bt_server *server);

#endif

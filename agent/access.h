/* access.h: how a cluster is reached: its registration, and where the password comes from. */

#ifndef BT_ACCESS_H
#define BT_ACCESS_H

#include "store/bt_option.h"
#include "store/bt_store.h"

/* A registration.  endpoints: "host:port[,host:port ...]" or "/path/of.sock",
 * tried in this order, the last that worked first.  secret: where the password
 * is, never the password:
 *   file:PATH          its first line; only the owner may read the file
 *   env:NAME           a variable of the agent's environment
 *   option:PATH#GROUP  a MySQL option file; also user, host, TLS unless given
 *   ""                 none */
typedef struct {
    int64_t  cluster_id;
    char    *name;
    char    *adapter;
    char    *endpoints;
    char    *user;
    char    *secret;
    char    *tls_ca;
    bt_tls_e tls;
    char    *program;               /* of the program adapter, absolute */
    int      round_seconds;
    int      connect_seconds;       /* 3 unless given */
    int      statement_seconds;     /* 10 unless given */
} bt_access;

/* Reads a registration; false: no such cluster, or the store failed. */
bool bt_access_read(bt_store *store, int64_t cluster_id, bt_access *access);
/* Takes from an option file, where `secret` names one, what is empty; TLS,
 * too, unless it was given.  The texts are malloc's. */
void bt_access_fill(bt_access *access, bool tls_given);
void bt_access_free(bt_access *access);

/* Fetches the password anew, since files are rotated.  *password is to be
 * given to bt_secret_free(), which overwrites it.  False: `why` says why not
 * and what to do, without the secret. */
bool bt_secret_read(const bt_access *access, char **password, char *why,
                    size_t size);
void bt_secret_free(char *password);

#endif

/* endpoint.h: the addresses of a cluster, one by one. */

#ifndef BT_ENDPOINT_H
#define BT_ENDPOINT_H

/* One of the endpoints of a registration. */
typedef struct {
    char     host[256];             /* or the path of a socket */
    unsigned port;                  /* 0: a socket */
} bt_endpoint;

/* Takes the first endpoint off *list (see access.h): 1; 0: there is none left;
 * -1: what stands there is none.  IPv6 addresses stand in brackets. */
int bt_endpoint_next(const char **list, bt_endpoint *out);

#endif

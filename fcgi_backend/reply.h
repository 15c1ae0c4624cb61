/* reply.h: what everything that answers one request works with. */

#ifndef BT_REPLY_H
#define BT_REPLY_H

#include "fcgi_backend/output.h"
#include "fcgi_backend/request.h"
#include "fcgi_backend/watch.h"
#include "xml/bt_xml.h"

/* What a worker thread keeps from request to request. */
typedef struct {
    bt_store *store;
    bt_pool  *pool;
    bt_zone   zone;               /* the last one used; name "" at first */
    bt_watch *watch;              /* that of the server */
    int       cache_seconds;      /* how long a shared cache may keep */
    int       command_seconds;    /* life of a requested command */
    unsigned  threads;            /* of this worker */
    bt_usec   started;            /* this worker */
    const char *report_zone;      /* whose days reports are of; NULL: none */
} bt_context;

/* Why a request gets an <error>. */
typedef struct {
    const char *code;             /* of the contract, e.g. "NOT_FOUND" */
    const char *parameter;        /* NULL: none */
    const char *text;             /* what the reader can do */
    const char *present_state;    /* NULL: none */
    const char *required_role;    /* NULL: none */
    const char *start_again;      /* address of a whole list; NULL: none */
} bt_error;

/* What tells a reader's copy from the present document; "" for none. */
typedef struct {
    char          tag[80];        /* ETag, weak but of what never changes */
    char          date[32];       /* Last-Modified */
    unsigned char health[BT_DIGEST_SIZE];   /* the health that it counts */
} bt_validator;

struct bt_counted;

typedef struct {
    bt_context *context;
    bt_request *request;
    bt_store   *store;
    bt_zone    *zone;             /* NULL: times in UTC only */
    bt_output  *output;
    bt_xml     *xml;
    bt_error    error;
    bt_validator validator;
    struct bt_counted *counted;   /* what count.c has counted already */
} bt_reply;

/* Sets the error and returns `status`, for "return bt_reply_error(...)". */
int bt_reply_error(bt_reply *reply, int status, const char *code,
                   const char *text);
/* 404, with the same words for what is not there and what is out of scope. */
int bt_reply_not_found(bt_reply *reply);
/* 503: the store answers, and lacks what the remedy brings; for the log. */
int bt_reply_not_ready(bt_reply *reply, const char *what, const char *remedy);
/* 200 for BT_STORE_OK, else the error of a store that failed: 503 when it is
 * away or too slow, 500 otherwise. */
int bt_reply_store(bt_reply *reply, bt_store_status status);

#endif

/* request.h: one request as nginx hands it over, checked again. */

#ifndef BT_REQUEST_H
#define BT_REQUEST_H

#include <fcgiapp.h>

#include "common/bt_param.h"
#include "common/bt_pool.h"
#include "store/bt_store.h"

/* One tenant of one cluster, by their names. */
typedef struct {
    bt_str cluster;
    bt_str tenant;
} bt_scope_tenant;

/* What a user may see (contract, section 6).  Without `all` and without any
 * item: nothing. */
typedef struct {
    bool             all;
    bt_value        *groups;
    size_t           group_count;
    bt_value        *clusters;
    size_t           cluster_count;
    bt_scope_tenant *tenants;
    size_t           tenant_count;
} bt_scope;

/* All texts are NUL-terminated and live as long as the request. */
typedef struct {
    FCGX_Request *fcgi;
    bt_pool      *pool;
    bool          post;
    const char   *refused;        /* why nginx refuses this act; NULL: not */
    bool          rendered;       /* by a sheet of the operator's */
    bt_route      route;
    bt_query      query;
    bt_usec       now;
    bt_usec       range_max;
    unsigned      roles;
    bt_scope      scope;
    const char   *user;
    const char   *role_names;
    const char   *client;
    const char   *id;             /* request id */
    const char   *base;           /* public base path, ends with '/' */
    const char   *origin;         /* "https://host" of it; "": not known */
    const char   *csrf;           /* "current previous" */
    const char   *zone_name;      /* BT_TZ */
    const char   *query_text;     /* BT_QUERY */
    const char   *scope_text;     /* BT_SCOPE */
    const char   *page;           /* all else that nginx shapes a page by */
    const char   *if_none_match;  /* "" where nginx itself compares */
    const char   *if_modified_since;
    int64_t       content_length;
} bt_request;

/* Reads the BT_ parameters.  Returns 200, or the status of a refusal with its
 * parameter and a text that says what to do; 500 when nginx did not hand over
 * what it must (no user, no view). */
int  bt_request_read(bt_request *request, FCGX_Request *fcgi, bt_pool *pool,
                     bt_refusal *refusal);

/* Reads a scope: items separated by blanks, each percent-encoded; false
 * without memory.  An item that cannot be decoded grants nothing. */
bool bt_scope_parse(bt_scope *scope, bt_str text, bt_pool *pool);

#endif

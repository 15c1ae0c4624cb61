/* request.c: one request as nginx hands it over, checked again. */

#include "fcgi_backend/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bt_day.h"


static const char *
param(const bt_request *request, const char *name)
{
    const char  *value;

    value = FCGX_GetParam(name, request->fcgi->envp);

    return value != NULL ? value : "";
}


/* A decimal number; `missing` where the text is empty, and where it is none. */
static int64_t
number(const char *text, int64_t missing)
{
    char       *end;
    long long   value;

    if (*text == '\0') {
        return missing;
    }

    errno = 0;
    value = strtoll(text, &end, 10);

    return errno == 0 && *end == '\0' ? (int64_t) value : missing;
}


static int
refuse(bt_refusal *refusal, int status, const char *text)
{
    refusal->status = status;
    refusal->param[0] = '\0';
    snprintf(refusal->text, sizeof(refusal->text), "%s", text);

    return status;
}


static void
read_route(bt_request *request)
{
    bt_route  *route = &request->route;

    route->view = bt_view_by_name(bt_str_of(param(request, "BT_VIEW")));
    route->kind = bt_view_by_name(bt_str_of(param(request, "BT_KIND")));
    route->action = bt_action_by_name(bt_str_of(param(request, "BT_ACTION")));
    route->format = bt_format_by_name(bt_str_of(param(request, "BT_FORMAT")));
    route->id = number(param(request, "BT_ID"), 0);
}


/* Views with an id need one, the others must have none. */
static bool
route_fits(const bt_route *route)
{
    switch (route->view) {

    case BT_VIEW_NONE:
    case BT_VIEW_ROOT:
    case BT_VIEW_STATIC:
    case BT_VIEW_SCHEMA:
    case BT_VIEW_MAX:
        return false;

    case BT_VIEW_DATA_TASK:
    case BT_VIEW_DATA_CAUSE:
    case BT_VIEW_DATA_SECOND:
    case BT_VIEW_SECOND_BACKUP:
    case BT_VIEW_LOG_BACKUP:
    case BT_VIEW_CLEANUP_TASK:
    case BT_VIEW_CLUSTER:
    case BT_VIEW_COMMAND:
        return route->id > 0 && route->id <= BT_ID_MAX;

    case BT_VIEW_REPORT:
        return bt_day_valid(route->id);

    case BT_VIEW_ACTION:
        return route->id > 0 && route->id <= BT_ID_MAX
               && bt_route_has_action(route->kind, route->action);

    default:
        return route->id == 0;
    }
}


/* The window of nginx is the one that holds: both programs have their own
 * clock reading. */
static int
read_query(bt_request *request, bt_refusal *refusal)
{
    int            status;
    bt_usec        from, to;
    bt_param_conf  conf;

    request->query_text = param(request, "BT_QUERY");
    request->zone_name = param(request, "BT_TZ");
    request->range_max = number(param(request, "BT_RANGE_MAX"), 0) * BT_SECOND;

    conf = (bt_param_conf) {
        .now = request->now,
        .range_max = request->range_max,
        .time_zone = *request->zone_name != '\0' ? request->zone_name : "UTC"
    };

    if (request->range_max <= 0) {
        request->range_max = 400 * BT_DAY;
    }

    status = bt_query_parse(bt_str_of(request->query_text), &request->route,
                            &conf, &request->query, refusal);

    if (status != 200) {
        return status;
    }

    from = number(param(request, "BT_FROM"), BT_USEC_NONE);
    to = number(param(request, "BT_TO"), BT_USEC_NONE);

    if (from != BT_USEC_NONE && to != BT_USEC_NONE) {

        if (from >= to) {
            snprintf(refusal->param, sizeof(refusal->param), "from");
            snprintf(refusal->text, sizeof(refusal->text),
                     "The time range ends before it begins.");
            return 400;
        }

        request->query.from = from;
        request->query.to = to;
    }

    return 200;
}


/* An act that nginx has refused comes under a method of its own: a worker that
 * did not know of it would show a form, never act. */
static void
read_method(bt_request *request)
{
    const char  *method = param(request, "BT_METHOD");

    request->post = strcmp(method, "POST") == 0;

    if (strcmp(method, "REFUSED") == 0) {
        request->refused = param(request, "BT_REFUSED");
    }
}


/* What the reader has, and what else makes the page. */
static void
read_conditions(bt_request *request)
{
    request->page = param(request, "BT_PAGE");
    request->if_none_match = param(request, "BT_IF_NONE_MATCH");
    request->if_modified_since = param(request, "BT_IF_MODIFIED_SINCE");
}


static void
read_person(bt_request *request)
{
    request->scope_text = param(request, "BT_SCOPE");
    request->user = param(request, "BT_USER");
    request->role_names = param(request, "BT_ROLES");
    request->roles = bt_roles_parse(bt_str_of(request->role_names));
    request->client = param(request, "BT_CLIENT");
    request->csrf = param(request, "BT_CSRF");
    request->content_length = number(param(request, "CONTENT_LENGTH"), 0);
}


/* A name that every table can hold. */
static bool
is_name(const char *text)
{
    size_t  chars;

    return *text != '\0' && bt_utf8_valid(bt_str_of(text), &chars)
           && chars <= BT_NAME_CHARS;
}


int
bt_request_read(bt_request *request, FCGX_Request *fcgi, bt_pool *pool,
    bt_refusal *refusal)
{
    *request = (bt_request) { .fcgi = fcgi, .pool = pool };
    *refusal = (bt_refusal) { .param = "" };

    request->now = bt_time_now();
    request->id = param(request, "BT_REQUEST_ID");
    request->base = param(request, "BT_BASE");
    request->origin = param(request, "BT_ORIGIN");
    request->zone_name = "";
    request->query_text = "";

    read_method(request);
    read_person(request);
    read_conditions(request);
    read_route(request);
    request->rendered = strcmp(param(request, "BT_RENDERED"), "1") == 0;

    if (request->route.view == BT_VIEW_HEALTH) {
        request->query_text = param(request, "BT_QUERY");
        return 200;
    }

    if (!is_name(request->user) || *request->base == '\0'
        || !route_fits(&request->route))
    {
        return refuse(refusal, 500, "The web server handed over no user, or no"
                      " view that exists. Tell the operator of this page to"
                      " complete its configuration.");
    }

    if (!bt_scope_parse(&request->scope, bt_str_of(request->scope_text),
                        pool))
    {
        return refuse(refusal, 500, "There is no memory left. Try again in a"
                      " moment.");
    }

    return read_query(request, refusal);
}

/* bt_route.c: the table of paths, and what a path says. */

#include "common/bt_view.h"

#include <string.h>

#include "common/bt_day.h"

#define ROUTE_SEGMENTS  3
#define ID_DIGITS       16


typedef struct {
    const char  *first;
    bool         id;
    const char  *last;           /* after the id; NULL: nothing */
    bt_view_e    view;
    bt_view_e    kind;
    bt_action_e  action;
} route_entry;


static const route_entry  routes[] = {
    { "data", false, NULL, BT_VIEW_DATA, BT_VIEW_NONE, BT_ACTION_NONE },
    { "log", false, NULL, BT_VIEW_LOG, BT_VIEW_NONE, BT_ACTION_NONE },
    { "cleanup", false, NULL, BT_VIEW_CLEANUP, BT_VIEW_NONE, BT_ACTION_NONE },
    { "second", false, NULL, BT_VIEW_SECOND, BT_VIEW_NONE, BT_ACTION_NONE },
    { "clusters", false, NULL, BT_VIEW_CLUSTERS, BT_VIEW_NONE,
      BT_ACTION_NONE },
    { "commands", false, NULL, BT_VIEW_COMMANDS, BT_VIEW_NONE,
      BT_ACTION_NONE },
    { "audit", false, NULL, BT_VIEW_AUDIT, BT_VIEW_NONE, BT_ACTION_NONE },
    { "reports", false, NULL, BT_VIEW_REPORTS, BT_VIEW_NONE,
      BT_ACTION_NONE },
    { "health", false, NULL, BT_VIEW_HEALTH, BT_VIEW_NONE, BT_ACTION_NONE },
    { "health", false, "report", BT_VIEW_HEALTH_REPORT, BT_VIEW_NONE,
      BT_ACTION_NONE },
    { "metrics", false, NULL, BT_VIEW_METRICS, BT_VIEW_NONE,
      BT_ACTION_NONE },
    { "data", true, NULL, BT_VIEW_DATA_TASK, BT_VIEW_DATA, BT_ACTION_NONE },
    { "data", true, "cause", BT_VIEW_DATA_CAUSE, BT_VIEW_DATA,
      BT_ACTION_NONE },
    { "data", true, "second", BT_VIEW_DATA_SECOND, BT_VIEW_DATA,
      BT_ACTION_NONE },
    { "data", true, "acknowledge", BT_VIEW_ACTION, BT_VIEW_DATA,
      BT_ACTION_ACKNOWLEDGE },
    { "data", true, "cancel", BT_VIEW_ACTION, BT_VIEW_DATA,
      BT_ACTION_CANCEL },
    { "log", true, NULL, BT_VIEW_LOG_BACKUP, BT_VIEW_LOG, BT_ACTION_NONE },
    { "log", true, "start", BT_VIEW_ACTION, BT_VIEW_LOG, BT_ACTION_START },
    { "log", true, "stop", BT_VIEW_ACTION, BT_VIEW_LOG, BT_ACTION_STOP },
    { "log", true, "restart", BT_VIEW_ACTION, BT_VIEW_LOG,
      BT_ACTION_RESTART },
    { "log", true, "acknowledge", BT_VIEW_ACTION, BT_VIEW_LOG,
      BT_ACTION_ACKNOWLEDGE },
    { "cleanup", true, NULL, BT_VIEW_CLEANUP_TASK, BT_VIEW_CLEANUP,
      BT_ACTION_NONE },
    { "cleanup", true, "acknowledge", BT_VIEW_ACTION, BT_VIEW_CLEANUP,
      BT_ACTION_ACKNOWLEDGE },
    { "cleanup", true, "cancel", BT_VIEW_ACTION, BT_VIEW_CLEANUP,
      BT_ACTION_CANCEL },
    { "second", true, NULL, BT_VIEW_SECOND_BACKUP, BT_VIEW_SECOND,
      BT_ACTION_NONE },
    { "second", true, "acknowledge", BT_VIEW_ACTION, BT_VIEW_SECOND,
      BT_ACTION_ACKNOWLEDGE },
    { "clusters", true, NULL, BT_VIEW_CLUSTER, BT_VIEW_CLUSTERS,
      BT_ACTION_NONE },
    { "clusters", true, "backup", BT_VIEW_ACTION, BT_VIEW_CLUSTERS,
      BT_ACTION_BACKUP },
    { "commands", true, NULL, BT_VIEW_COMMAND, BT_VIEW_COMMANDS,
      BT_ACTION_NONE },
    { "commands", true, "cancel", BT_VIEW_ACTION, BT_VIEW_COMMANDS,
      BT_ACTION_CANCEL },
    { "reports", true, NULL, BT_VIEW_REPORT, BT_VIEW_REPORTS,
      BT_ACTION_NONE },
};


/* Cuts a path at its slashes.  Returns the number of segments, 0 when one is
 * empty or there are more than `max`. */
static size_t
split(bt_str path, bt_str *segments, size_t max)
{
    const char  *start = path.data;
    const char  *end = path.data + path.len;
    const char  *slash;
    size_t       n = 0;

    for ( ;; ) {
        slash = memchr(start, '/', (size_t) (end - start));
        if (slash == NULL) {
            slash = end;
        }

        if (slash == start || n == max) {
            return 0;
        }

        segments[n].data = start;
        segments[n++].len = (size_t) (slash - start);

        if (slash == end) {
            return n;
        }

        start = slash + 1;

        if (start == end) {
            return 0;
        }
    }
}


/* An id as we write it: no sign, no leading zero, 1 to BT_ID_MAX. */
static bool
parse_id(bt_str s, int64_t *id)
{
    int64_t  n = 0;
    size_t   i;

    if (s.len == 0 || s.len > ID_DIGITS || s.data[0] == '0') {
        return false;
    }

    for (i = 0; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9') {
            return false;
        }
        n = n * 10 + (s.data[i] - '0');
    }

    *id = n;
    return n <= BT_ID_MAX;
}


void
bt_route_id_format(bt_buf *out, const bt_route *route)
{
    char  day[BT_DAY_TEXT];

    if (route->view != BT_VIEW_REPORT) {
        bt_buf_addi(out, route->id);
        return;
    }

    bt_day_format(day, route->id);
    bt_buf_addz(out, day);
}


static bool
entry_matches(const route_entry *entry, const bt_str *segments, size_t n,
    int64_t *id)
{
    size_t  want = 1u + entry->id + (entry->last != NULL);

    *id = 0;

    return n == want && bt_str_eqz(segments[0], entry->first)
           && (!entry->id || (entry->view == BT_VIEW_REPORT
                              ? bt_day_parse(segments[1], id)
                              : parse_id(segments[1], id)))
           && (entry->last == NULL || bt_str_eqz(segments[n - 1], entry->last));
}


/* Everything below static/ belongs to nginx, but for a path that could leave
 * the directory. */
static bool
is_static(bt_str path)
{
    const char  *p = path.data;
    const char  *end = path.data + path.len;
    const char  *slash;
    size_t       len;

    if (path.len < 8 || memcmp(p, "static/", 7) != 0) {
        return false;
    }

    for (p += 7; /* void */ ; p = slash + 1) {
        slash = memchr(p, '/', (size_t) (end - p));
        len = (size_t) ((slash == NULL ? end : slash) - p);

        if (len == 0 || (len == 1 && p[0] == '.')
            || (len == 2 && p[0] == '.' && p[1] == '.'))
        {
            return false;
        }

        if (slash == NULL) {
            return true;
        }
    }
}


static const char *const  suffixes[BT_FORMAT_TEXT] = {
    [BT_FORMAT_HTML] = "",
    [BT_FORMAT_XML] = ".xml",
    [BT_FORMAT_CSV] = ".csv",
    [BT_FORMAT_ATOM] = ".atom",
};


static bool
is_schema(bt_str path)
{
    return bt_str_eqz(path, "feed.xsd") || bt_str_eqz(path, "feed.rng");
}


static bool
ends_with(bt_str path, const char *suffix)
{
    bt_str  end = bt_str_of(suffix);

    if (path.len <= end.len) {
        return false;
    }

    path.data += path.len - end.len;
    path.len = end.len;

    return bt_str_eq(path, end);
}


/* The format that the suffix names, HTML for none. */
static bt_format_e
suffix_of(bt_str path)
{
    int  i;

    for (i = BT_FORMAT_XML; i < BT_FORMAT_TEXT; i++) {
        if (ends_with(path, suffixes[i])) {
            return (bt_format_e) i;
        }
    }

    return BT_FORMAT_HTML;
}


bool
bt_path_is_feed(bt_str path)
{
    return suffix_of(path) != BT_FORMAT_HTML || ends_with(path, "/feed.xsd")
           || ends_with(path, "/feed.rng") || ends_with(path, "/metrics");
}


static int
find_route(bt_str path, bt_route *route)
{
    bt_str  segments[ROUTE_SEGMENTS] = { { NULL, 0 } };
    size_t  i, n;

    n = split(path, segments, ROUTE_SEGMENTS);

    for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (entry_matches(&routes[i], segments, n, &route->id)) {
            route->view = routes[i].view;
            route->kind = routes[i].kind;
            route->action = routes[i].action;
            return 200;
        }
    }

    route->id = 0;
    return 404;
}


int
bt_route_parse(bt_str path, bt_route *route)
{
    memset(route, 0, sizeof(*route));

    if (path.len == 0) {
        route->view = BT_VIEW_ROOT;
        return 200;
    }

    if (memchr(path.data, '\0', path.len) != NULL) {
        return 404;
    }

    if (is_static(path)) {
        route->view = BT_VIEW_STATIC;
        return 200;
    }

    if (is_schema(path)) {
        route->view = BT_VIEW_SCHEMA;
        route->format = BT_FORMAT_XML;
        return 200;
    }

    route->format = suffix_of(path);
    path.len -= bt_str_of(suffixes[route->format]).len;

    if (find_route(path, route) != 200) {
        return 404;
    }

    if (route->view == BT_VIEW_HEALTH && route->format == BT_FORMAT_XML) {
        route->view = BT_VIEW_HEALTH_REPORT;
    }

    if (route->view == BT_VIEW_METRICS && route->format == BT_FORMAT_HTML) {
        route->format = BT_FORMAT_TEXT;
    }

    return bt_view_has_format(route->view, route->format) ? 200 : 404;
}


bool
bt_route_has_action(bt_view_e kind, bt_action_e action)
{
    size_t  i;

    for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (routes[i].view == BT_VIEW_ACTION && routes[i].kind == kind
            && routes[i].action == action)
        {
            return true;
        }
    }

    return false;
}

/* bt_view.c: the names of views, actions, formats, status codes and roles. */

#include "common/bt_view.h"


static const char *const  view_names[BT_VIEW_MAX] = {
    [BT_VIEW_NONE] = "none",
    [BT_VIEW_ROOT] = "root",
    [BT_VIEW_DATA] = "data",
    [BT_VIEW_LOG] = "log",
    [BT_VIEW_CLEANUP] = "cleanup",
    [BT_VIEW_SECOND] = "second",
    [BT_VIEW_CLUSTERS] = "clusters",
    [BT_VIEW_COMMANDS] = "commands",
    [BT_VIEW_AUDIT] = "audit",
    [BT_VIEW_REPORTS] = "reports",
    [BT_VIEW_DATA_TASK] = "data-task",
    [BT_VIEW_DATA_CAUSE] = "data-cause",
    [BT_VIEW_DATA_SECOND] = "data-second",
    [BT_VIEW_SECOND_BACKUP] = "second-backup",
    [BT_VIEW_LOG_BACKUP] = "log-backup",
    [BT_VIEW_CLEANUP_TASK] = "cleanup-task",
    [BT_VIEW_CLUSTER] = "cluster",
    [BT_VIEW_COMMAND] = "command",
    [BT_VIEW_REPORT] = "report",
    [BT_VIEW_ACTION] = "action",
    [BT_VIEW_HEALTH] = "health",
    [BT_VIEW_HEALTH_REPORT] = "health-report",
    [BT_VIEW_STATIC] = "static",
    [BT_VIEW_SCHEMA] = "schema",
    [BT_VIEW_METRICS] = "metrics",
};


static const char *const  action_names[BT_ACTION_MAX] = {
    [BT_ACTION_NONE] = "",
    [BT_ACTION_START] = "start",
    [BT_ACTION_STOP] = "stop",
    [BT_ACTION_RESTART] = "restart",
    [BT_ACTION_ACKNOWLEDGE] = "acknowledge",
    [BT_ACTION_CANCEL] = "cancel",
    [BT_ACTION_BACKUP] = "backup",
};


static const char *const  format_names[] = {
    [BT_FORMAT_HTML] = "html",
    [BT_FORMAT_XML] = "xml",
    [BT_FORMAT_CSV] = "csv",
    [BT_FORMAT_ATOM] = "atom",
    [BT_FORMAT_TEXT] = "text",
    [BT_FORMAT_OPENMETRICS] = "openmetrics",
};


static const char *const  statuses_data[] = {
    "IN_PROGRESS", "FAILED", "COMPLETED", "UNKNOWN", NULL
};

static const char *const  statuses_log[] = {
    "STARTING", "IN_PROGRESS", "STOPPING", "STOPPED", "FAILED",
    "INTERRUPTED", "UNKNOWN", NULL
};

static const char *const  statuses_cleanup[] = {
    "PENDING", "EXECUTING", "FAILED", "COMPLETED", "UNKNOWN", NULL
};

static const char *const  statuses_second[] = {
    "SCHEDULING", "IN_PROGRESS", "CLEANING", "COMPLETED", "CANCELED",
    "FAILED", "STOPPED", "UNKNOWN", NULL
};

static const char *const  statuses_clusters[] = {
    "OK", "WARNING", "CRITICAL", "STALE", "UNKNOWN", NULL
};

static const char *const  statuses_commands[] = {
    "REQUESTED", "RUNNING", "DONE", "FAILED", "EXPIRED", "CANCELED", NULL
};


typedef struct {
    const char  *name;
    unsigned     bit;
} role_entry;


static const role_entry  role_table[] = {
    { "viewer", BT_ROLE_VIEWER },
    { "operator", BT_ROLE_OPERATOR },
    { "auditor", BT_ROLE_AUDITOR },
    { "feed", BT_ROLE_FEED },
};

#define ROLE_COUNT  (sizeof(role_table) / sizeof(role_table[0]))


const char *
bt_view_name(bt_view_e view)
{
    return view_names[(unsigned) view < BT_VIEW_MAX ? view : BT_VIEW_NONE];
}


/* Index of `name` among `count` names from `first` on, or `none`. */
static int
find_name(const char *const *names, int first, int count, bt_str name, int none)
{
    int  i;

    for (i = first; i < count; i++) {
        if (bt_str_eqz(name, names[i])) {
            return i;
        }
    }

    return none;
}


bt_view_e
bt_view_by_name(bt_str name)
{
    return (bt_view_e) find_name(view_names, BT_VIEW_ROOT, BT_VIEW_MAX, name,
                                 BT_VIEW_NONE);
}


const char *
bt_action_name(bt_action_e action)
{
    return action_names[(unsigned) action < BT_ACTION_MAX ? action
                                                          : BT_ACTION_NONE];
}


bt_action_e
bt_action_by_name(bt_str name)
{
    return (bt_action_e) find_name(action_names, BT_ACTION_START,
                                   BT_ACTION_MAX, name, BT_ACTION_NONE);
}


const char *
bt_format_name(bt_format_e format)
{
    return format_names[(unsigned) format < BT_FORMAT_MAX ? format
                                                          : BT_FORMAT_HTML];
}


bt_format_e
bt_format_by_name(bt_str name)
{
    return (bt_format_e) find_name(format_names, BT_FORMAT_HTML,
                                   BT_FORMAT_MAX, name, BT_FORMAT_HTML);
}


bool
bt_format_streams(bt_format_e format)
{
    return format == BT_FORMAT_XML || format == BT_FORMAT_CSV;
}


bool
bt_view_is_list(bt_view_e view)
{
    return (view >= BT_VIEW_DATA && view <= BT_VIEW_REPORTS)
           || view == BT_VIEW_DATA_SECOND;
}


bool
bt_view_has_format(bt_view_e view, bt_format_e format)
{
    switch (format) {

    case BT_FORMAT_XML:
        return view != BT_VIEW_HEALTH && view != BT_VIEW_METRICS;

    case BT_FORMAT_CSV:
        return bt_view_is_list(view) || view == BT_VIEW_REPORT;

    case BT_FORMAT_ATOM:
        return bt_view_is_list(view) && view != BT_VIEW_REPORTS;

    case BT_FORMAT_TEXT:
    case BT_FORMAT_OPENMETRICS:
        return view == BT_VIEW_METRICS;

    default:
        return view != BT_VIEW_METRICS;
    }
}


const char *const *
bt_view_statuses(bt_view_e view)
{
    switch (view) {

    case BT_VIEW_ROOT:
    case BT_VIEW_DATA:
        return statuses_data;

    case BT_VIEW_LOG:
        return statuses_log;

    case BT_VIEW_CLEANUP:
        return statuses_cleanup;

    case BT_VIEW_SECOND:
    case BT_VIEW_DATA_SECOND:
        return statuses_second;

    case BT_VIEW_CLUSTERS:
        return statuses_clusters;

    case BT_VIEW_COMMANDS:
        return statuses_commands;

    default:
        return NULL;
    }
}


static unsigned
feed_role(const bt_route *route)
{
    return route->format != BT_FORMAT_HTML ? BT_ROLE_FEED : 0;
}


/* The roles of which one is enough; 0: nobody is asked. */
static unsigned
roles_needed(const bt_route *route)
{
    switch (route->view) {

    case BT_VIEW_HEALTH:
    case BT_VIEW_STATIC:
        return 0;

    case BT_VIEW_SCHEMA:
    case BT_VIEW_METRICS:
        return BT_ROLE_VIEWER | BT_ROLE_OPERATOR | BT_ROLE_AUDITOR
               | BT_ROLE_FEED;

    case BT_VIEW_ACTION:
        return BT_ROLE_OPERATOR;

    case BT_VIEW_COMMANDS:
    case BT_VIEW_COMMAND:
    case BT_VIEW_AUDIT:
        return BT_ROLE_OPERATOR | BT_ROLE_AUDITOR;

    case BT_VIEW_REPORTS:
    case BT_VIEW_REPORT:
        return BT_ROLE_OPERATOR | BT_ROLE_AUDITOR | feed_role(route);

    default:
        return BT_ROLE_VIEWER | BT_ROLE_OPERATOR | BT_ROLE_AUDITOR
               | feed_role(route);
    }
}


int
bt_route_allowed(const bt_route *route, unsigned roles, const char **missing)
{
    unsigned  needed = roles_needed(route);
    size_t    i;

    if (missing != NULL) {
        *missing = NULL;
    }

    if (needed == 0 || (roles & needed) != 0) {
        return 200;
    }

    for (i = 0; missing != NULL && i < ROLE_COUNT; i++) {
        if ((needed & role_table[i].bit) != 0) {
            *missing = role_table[i].name;
            break;
        }
    }

    return 403;
}


bool
bt_route_takes_post(const bt_route *route)
{
    return route->view == BT_VIEW_ACTION && route->format == BT_FORMAT_HTML;
}


static unsigned
role_bit(bt_str name)
{
    size_t  i;

    for (i = 0; i < ROLE_COUNT; i++) {
        if (bt_str_eqz(name, role_table[i].name)) {
            return role_table[i].bit;
        }
    }

    return 0;
}


unsigned
bt_roles_parse(bt_str names)
{
    unsigned  roles = 0;
    size_t    i, start = 0;
    bt_str    word;

    for (i = 0; i <= names.len; i++) {
        if (i < names.len && names.data[i] != ' ' && names.data[i] != ','
            && names.data[i] != '\t')
        {
            continue;
        }

        if (i > start) {
            word.data = names.data + start;
            word.len = i - start;
            roles |= role_bit(word);
        }

        start = i + 1;
    }

    return roles;
}


void
bt_roles_format(bt_buf *out, unsigned roles)
{
    const char  *separator = "";
    size_t       i;

    for (i = 0; i < ROLE_COUNT; i++) {
        if ((roles & role_table[i].bit) != 0) {
            bt_buf_addz(out, separator);
            bt_buf_addz(out, role_table[i].name);
            separator = " ";
        }
    }
}

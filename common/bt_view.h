/* bt_view.h: views, paths, status codes and roles, for module and worker. */

#ifndef BT_VIEW_H
#define BT_VIEW_H

#include "bt_text.h"

typedef enum {
    BT_VIEW_NONE,
    BT_VIEW_ROOT,            /* "" -> 302 data */
    BT_VIEW_DATA,            /* data */
    BT_VIEW_LOG,             /* log */
    BT_VIEW_CLEANUP,         /* cleanup */
    BT_VIEW_SECOND,          /* second */
    BT_VIEW_CLUSTERS,        /* clusters */
    BT_VIEW_COMMANDS,        /* commands */
    BT_VIEW_AUDIT,           /* audit */
    BT_VIEW_REPORTS,         /* reports */
    BT_VIEW_DATA_TASK,       /* data/ID */
    BT_VIEW_DATA_CAUSE,      /* data/ID/cause */
    BT_VIEW_DATA_SECOND,     /* data/ID/second */
    BT_VIEW_SECOND_BACKUP,   /* second/ID */
    BT_VIEW_LOG_BACKUP,      /* log/ID */
    BT_VIEW_CLEANUP_TASK,    /* cleanup/ID */
    BT_VIEW_CLUSTER,         /* clusters/ID */
    BT_VIEW_COMMAND,         /* commands/ID */
    BT_VIEW_REPORT,          /* reports/YYYY-MM-DD */
    BT_VIEW_ACTION,          /* log/ID/start and its like: form and act */
    BT_VIEW_HEALTH,          /* health, without identity */
    BT_VIEW_HEALTH_REPORT,   /* health.xml, and its page health/report */
    BT_VIEW_STATIC,          /* static/...: left to nginx */
    BT_VIEW_SCHEMA,          /* feed.xsd, feed.rng: left to nginx */
    BT_VIEW_METRICS,         /* metrics */
    BT_VIEW_MAX
} bt_view_e;

typedef enum {
    BT_ACTION_NONE,
    BT_ACTION_START,
    BT_ACTION_STOP,
    BT_ACTION_RESTART,
    BT_ACTION_ACKNOWLEDGE,
    BT_ACTION_CANCEL,
    BT_ACTION_BACKUP,
    BT_ACTION_MAX
} bt_action_e;

typedef enum {
    BT_FORMAT_HTML, BT_FORMAT_XML, BT_FORMAT_CSV, BT_FORMAT_ATOM,
    BT_FORMAT_TEXT,          /* of metrics */
    BT_FORMAT_OPENMETRICS,   /* of metrics, where the client prefers it */
    BT_FORMAT_MAX
} bt_format_e;

/* Roles of the contract, section 6, as bits. */
#define BT_ROLE_VIEWER    0x1u
#define BT_ROLE_OPERATOR  0x2u
#define BT_ROLE_AUDITOR   0x4u
#define BT_ROLE_FEED      0x8u

#define BT_ID_MAX  ((INT64_C(1) << 53) - 1)

/* What a path says.  `kind` is the list view that the id belongs to
 * (BT_VIEW_DATA for data/7/cause, BT_VIEW_LOG for log/7/stop). */
typedef struct {
    bt_view_e   view;
    bt_view_e   kind;
    bt_action_e action;
    bt_format_e format;
    int64_t     id;          /* 0 when the path has none; of a report its day,
                                as 20261122 */
} bt_route;

/* `path`: what follows the location's prefix, decoded, without a leading
 * slash ("data/18230.xml").  Returns 200, or 404. */
int         bt_route_parse(bt_str path, bt_route *route);

/* Whether there is a path of this action for records of this list. */
bool        bt_route_has_action(bt_view_e kind, bt_action_e action);

/* Writes the id as the path has it: a number, or the day of a report. */
void        bt_route_id_format(bt_buf *out, const bt_route *route);

/* The word of the contract: "data", "log" ... for lists; "data-task",
 * "data-cause" ... for the others; never NULL. */
const char *bt_view_name(bt_view_e view);
bt_view_e   bt_view_by_name(bt_str name);
const char *bt_action_name(bt_action_e action);
bt_action_e bt_action_by_name(bt_str name);
const char *bt_format_name(bt_format_e format);
bt_format_e bt_format_by_name(bt_str name);
/* True for the formats that are streamed, to any number of rows. */
bool        bt_format_streams(bt_format_e format);

/* True for the views whose document is a list of rows with cursor. */
bool        bt_view_is_list(bt_view_e view);

/* Every document has an XML form but the one word of health; lists have the
 * others, and so has a report. */
bool        bt_view_has_format(bt_view_e view, bt_format_e format);

/* True when a client's path has the suffix of a format, or ends like those of
 * schemas and metrics: whoever asks for it does not open a page. */
bool        bt_path_is_feed(bt_str path);

/* Codes of a view's status parameter, NULL-terminated; NULL if it has none.
 * Index in this array is the bit in bt_query.status. */
const char *const *bt_view_statuses(bt_view_e view);

/* 200, 403 when the roles do not allow this route (section 6: feed sees no
 * pages; commands and audit need operator or auditor, and so do reports, which
 * feed may read, too; actions need operator).
 * *missing (may be NULL) gets the name of a role that would do. */
int         bt_route_allowed(const bt_route *route, unsigned roles,
                             const char **missing);
/* Methods: true when the route takes POST (actions only). */
bool        bt_route_takes_post(const bt_route *route);

/* Names separated by blanks or commas; unknown names are ignored. */
unsigned    bt_roles_parse(bt_str names);
/* Writes the names of the bits, separated by a space. */
void        bt_roles_format(bt_buf *out, unsigned roles);

#endif

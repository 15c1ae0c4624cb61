/* bt_param.h: the parameters of a request: parsed, checked, written back. */

#ifndef BT_PARAM_H
#define BT_PARAM_H

#include "bt_time.h"
#include "bt_view.h"

#define BT_NAME_CHARS   128                        /* code points */
#define BT_NAME_MAX     (BT_NAME_CHARS * 4 + 1)    /* bytes with NUL */
#define BT_CURSOR_MAX   256
#define BT_PARAM_NAME_MAX  40
#define BT_REFUSAL_MAX  240
#define BT_SIZE_ALL     INT32_MAX
#define BT_SIZE_PAGE    500                        /* whole-in-memory bound */
#define BT_SIZE_MAX     100000

/* Order is the canonical order in links. */
typedef enum {
    BT_PARAM_RANGE, BT_PARAM_FROM, BT_PARAM_TO, BT_PARAM_TZ, BT_PARAM_STATUS,
    BT_PARAM_CLUSTER, BT_PARAM_TENANT, BT_PARAM_CLUSTER_ID,
    BT_PARAM_TENANT_NAME, BT_PARAM_GROUP, BT_PARAM_BACKUP_SET, BT_PARAM_MODE,
    BT_PARAM_METHOD, BT_PARAM_KIND, BT_PARAM_SETTLED, BT_PARAM_ACTION,
    BT_PARAM_USER, BT_PARAM_UPDATED_AFTER, BT_PARAM_SIZE, BT_PARAM_AFTER,
    BT_PARAM_BEFORE, BT_PARAM_DELTA, BT_PARAM_LANG, BT_PARAM_LAYOUT,
    BT_PARAM_MAX
} bt_param_e;

typedef enum {
    BT_RANGE_NONE, BT_RANGE_1H, BT_RANGE_24H, BT_RANGE_7D, BT_RANGE_30D,
    BT_RANGE_CUSTOM
} bt_range_e;

/* What the operator configured and what the clock says. */
typedef struct {
    bt_usec     now;
    bt_usec     range_max;        /* longest range asked for; 0: 400 days */
    const char *time_zone;        /* default zone name; NULL: UTC */
} bt_param_conf;

/* How far a reader has followed the changes of a list: the key of the last row
 * and of the last tombstone, when that was told, and a mark of the places that
 * the reader could see then (0: all). */
typedef struct {
    int64_t    change;
    bt_usec    at;
    int64_t    id;
    int64_t    removed_change;
    int64_t    removed_id;
    bt_usec    issued;
    int64_t    places;
} bt_delta;

/* A checked request.  Absent texts are "" (an empty value is an absent one);
 * no memory outside the struct. */
typedef struct {
    uint32_t   given;                         /* 1u << bt_param_e */
    bt_range_e range;                         /* default applied */
    bt_usec    from, to;                      /* BT_USEC_NONE without range */
    char       tz[BT_ZONE_MAX];               /* default applied */
    uint32_t   status;                        /* bits of bt_view_statuses */
    char       cluster[BT_NAME_MAX];
    char       tenant[BT_NAME_MAX];
    int64_t    cluster_id;                    /* 0: absent */
    char       tenant_name[BT_NAME_MAX];
    char       group[BT_NAME_MAX];
    int64_t    backup_set;                    /* -1: absent */
    char       mode[16];                      /* FULL INCREMENTAL */
    char       method[16];                    /* PHYSICAL LOGICAL */
    char       kind[16];                      /* DATA LOG */
    char       settled[4];                    /* yes no */
    char       action[40];                    /* commands, audit: a code */
    char       user[BT_NAME_MAX];
    bt_usec    updated_after;                 /* BT_USEC_NONE: absent */
    int32_t    size;                          /* BT_SIZE_ALL: all */
    char       after[BT_CURSOR_MAX];
    char       before[BT_CURSOR_MAX];
    char       delta[BT_CURSOR_MAX];          /* "" unless given */
    bt_delta   position_delta;                /* from it */
    char       lang[8];                       /* "" unless given */
    char       layout[16];                    /* "" unless given */
    bt_usec    position_at;                   /* from the cursor */
    int64_t    position_id;                   /* 0: no cursor */
} bt_query;

/* Why a request was refused.  `param` is the parameter's name; of a name that
 * is not ours its first characters, anything but printable ASCII as '?'; ""
 * when no name could be read at all. */
typedef struct {
    int  status;                     /* 400; 500: bad conf->time_zone */
    char param[BT_PARAM_NAME_MAX];
    char text[BT_REFUSAL_MAX];                /* tells what to do next */
} bt_refusal;

/* Parses and checks the raw query string (still percent-encoded, without the
 * '?') for a route.  Returns 200 or the refusal's status; `refusal` is written
 * only then, and names the first mistake.  Of a refused query tz, lang and
 * layout are still good wherever they could be read, for the error's page.
 * A cursor carries its own window, so that next and previous pages show the
 * period of the first; it is refused when it belongs to another view, id,
 * filter or range. */
int         bt_query_parse(bt_str raw, const bt_route *route,
                           const bt_param_conf *conf, bt_query *query,
                           bt_refusal *refusal);

/* Appends the canonical query string (no '?'), parameters in table order,
 * those in `omit` (bits) and those that `route` does not take left out, so
 * that a page's query can be written for its .xml form.  Cursors are always
 * left out; range=custom writes from and to as UTC RFC 3339, and without
 * range they are left out too.  Parsing the output gives an equal query.
 * Only what was given is written. */
void        bt_query_format(bt_buf *out, const bt_query *query,
                            const bt_route *route, uint32_t omit);

/* Cursor text for links: position (microseconds and id, 1 to BT_ID_MAX) and
 * the query's window, bound to the route and the query's filters and range,
 * but not to size, tz, lang and layout, and of the format only to whether it is
 * Atom, whose position is that of a change: its number and its record's id. */
void        bt_cursor_format(char out[BT_CURSOR_MAX], const bt_query *query,
                             const bt_route *route, bt_usec at, int64_t id);

/* The same for following: bound to the query's filters, without its range and
 * updated-after, which a delta does not take. */
void        bt_delta_format(char out[BT_CURSOR_MAX], const bt_query *query,
                            const bt_route *route, const bt_delta *delta);

/* True for a list longer than a page: it is read in chunks, each for itself,
 * since a view of the store as it was would have to be held for as long as a
 * reader takes.  A report is one, too: it does not change. */
bool        bt_query_is_stream(const bt_query *query, const bt_route *route);
/* True for what a shared cache may keep for a moment: documents that are whole
 * before their first byte, but neither positions nor what somebody who has
 * just acted waits for. */
bool        bt_query_may_be_kept(const bt_query *query, const bt_route *route);

const char *bt_param_name(bt_param_e param);
bool        bt_param_allowed(bt_param_e param, const bt_route *route);
const char *bt_range_name(bt_range_e range);

#endif

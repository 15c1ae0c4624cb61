/* bt_param_table.h: what the files of bt_param share; private to common/. */

#ifndef BT_PARAM_TABLE_H
#define BT_PARAM_TABLE_H

#include "bt_param.h"

#define BT_RANGE_DEFAULT_MAX  (400 * BT_DAY)

typedef struct bt_param_desc bt_param_desc;

/* One query string on its way into a bt_query. */
typedef struct {
    const bt_route      *route;
    const bt_param_conf *conf;
    bt_query            *query;
    bt_refusal          *refusal;
    bool                 refused;
    char                 from[BT_TIME_MAX];    /* kept until tz is known */
    char                 to[BT_TIME_MAX];
} bt_param_state;

/* Checks a decoded value (UTF-8, not empty, no NUL) and stores it. */
typedef bool (*bt_param_set)(bt_param_state *state, const bt_param_desc *desc,
                             bt_str value);

struct bt_param_desc {
    const char        *name;
    uint32_t           views;              /* 1u << bt_view_e */
    uint32_t           formats;            /* 1u << bt_format_e */
    bt_param_set       set;
    size_t             offset;             /* of its field in bt_query */
    const char *const *codes;              /* the values, if they are few */
    const char        *hint;               /* what a good value looks like */
};

extern const bt_param_desc bt_param_table[BT_PARAM_MAX];

/* Setters of the table, bt_param_value.c. */
bool bt_set_range(bt_param_state *, const bt_param_desc *, bt_str);
bool bt_set_from(bt_param_state *, const bt_param_desc *, bt_str);
bool bt_set_to(bt_param_state *, const bt_param_desc *, bt_str);
bool bt_set_tz(bt_param_state *, const bt_param_desc *, bt_str);
bool bt_set_status(bt_param_state *, const bt_param_desc *, bt_str);
bool bt_set_name(bt_param_state *, const bt_param_desc *, bt_str);
bool bt_set_code(bt_param_state *, const bt_param_desc *, bt_str);
bool bt_set_action(bt_param_state *, const bt_param_desc *, bt_str);
bool bt_set_cluster_id(bt_param_state *, const bt_param_desc *, bt_str);
bool bt_set_backup_set(bt_param_state *, const bt_param_desc *, bt_str);
bool bt_set_updated_after(bt_param_state *, const bt_param_desc *, bt_str);
bool bt_set_size(bt_param_state *, const bt_param_desc *, bt_str);
bool bt_set_cursor(bt_param_state *, const bt_param_desc *, bt_str);

/* Refuse the request, bt_param_refuse.c; the first refusal stays.  The text
 * becomes: The parameter "NAME" WHAT. */
void bt_refuse(bt_param_state *state, bt_str name, const char *what);
void bt_refuse_param(bt_param_state *state, bt_param_e param,
                     const char *what);
/* A value of the wrong form: says which form or codes would do. */
void bt_refuse_value(bt_param_state *state, bt_param_e param);
/* A parameter that the view or the format does not take. */
void bt_refuse_place(bt_param_state *state, bt_param_e param);

/* Whether the route takes the parameter, in one format at least. */
bool bt_param_fits(bt_param_e param, const bt_route *route);

/* Makes the range absolute, bt_param_range.c. */
void bt_resolve_range(bt_param_state *state);

/* Length of a preset in microseconds, 0 for the others. */
bt_usec bt_range_length(bt_range_e range);

typedef enum { BT_CURSOR_GOOD, BT_CURSOR_BROKEN, BT_CURSOR_OTHER } bt_cursor_e;

/* Reads a cursor's position, and for a preset its window, into the query,
 * whose other fields are final.  OTHER: a whole cursor of another list. */
bt_cursor_e bt_cursor_parse(bt_str text, const bt_route *route,
                            bt_query *query);
/* The same with the position of a delta. */
bt_cursor_e bt_delta_parse(bt_str text, const bt_route *route,
                           bt_query *query);

#endif

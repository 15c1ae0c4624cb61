/* bt_param.c: parses and checks a query string. */

#include "common/bt_param_table.h"

#include <string.h>

/* The longest value that any check accepts, before percent-decoding. */
#define VALUE_MAX     (3 * BT_NAME_MAX)
#define NAME_MAX_RAW  (3 * BT_PARAM_NAME_MAX)
#define SIZE_DEFAULT  50


static bt_param_e
find_param(bt_str name)
{
    int  i;

    for (i = 0; i < BT_PARAM_MAX; i++) {
        if (bt_str_eqz(name, bt_param_table[i].name)) {
            break;
        }
    }

    return (bt_param_e) i;
}


/* Decodes and stores the value of a parameter that is allowed here. */
static void
take_value(bt_param_state *state, bt_param_e param, bt_str raw)
{
    char    data[VALUE_MAX];
    long    len;
    bt_str  value;

    if (raw.len > sizeof(data)) {
        bt_refuse_value(state, param);
        return;
    }

    len = bt_percent_decode(data, raw, true);

    if (len < 0) {
        bt_refuse_param(state, param, "has a broken percent-encoding: write"
                        " a percent sign as %25");
        return;
    }

    value.data = data;
    value.len = (size_t) len;

    if (!bt_utf8_valid(value, NULL)
        || memchr(value.data, '\0', value.len) != NULL)
    {
        bt_refuse_param(state, param, "is not text in UTF-8 without NUL:"
                        " encode it as UTF-8");
        return;
    }

    if (!bt_param_table[param].set(state, &bt_param_table[param], value)) {
        bt_refuse_value(state, param);
    }
}


static void
take_name(bt_param_state *state, bt_str raw, char data[NAME_MAX_RAW],
    bt_str *name)
{
    long  len;

    if (raw.len > NAME_MAX_RAW) {
        raw.len = NAME_MAX_RAW;
    }

    len = bt_percent_decode(data, raw, true);

    if (len < 0) {
        bt_refuse(state, raw, "has a broken percent-encoding in its name:"
                  " write a percent sign as %25");
        len = 0;
    }

    name->data = data;
    name->len = (size_t) len;
}


/* One "name=value" of the query string. */
static void
take_pair(bt_param_state *state, bt_str raw_name, bt_str raw_value)
{
    char        data[NAME_MAX_RAW];
    bt_query   *query = state->query;
    bt_str      name;
    bt_param_e  param;

    take_name(state, raw_name, data, &name);
    param = find_param(name);

    if (param == BT_PARAM_MAX) {
        bt_refuse(state, name, "is not known: correct its name or leave it"
                  " out");
        return;
    }

    if (raw_value.len == 0) {
        return;
    }

    if (!bt_param_allowed(param, state->route)) {
        bt_refuse_place(state, param);
        return;
    }

    if ((query->given & (1u << param)) != 0 && param != BT_PARAM_STATUS) {
        bt_refuse_param(state, param, "is given twice: keep one");
        return;
    }

    query->given |= 1u << param;
    take_value(state, param, raw_value);
}


static void
take_pairs(bt_param_state *state, bt_str raw)
{
    const char  *p = raw.data;
    const char  *end, *stop, *equals;
    bt_str       name, value;

    if (raw.len == 0) {
        return;
    }

    end = p + raw.len;

    for ( /* void */ ; p < end; p = stop < end ? stop + 1 : end) {
        stop = memchr(p, '&', (size_t) (end - p));
        stop = stop == NULL ? end : stop;
        equals = memchr(p, '=', (size_t) (stop - p));

        name.data = p;
        name.len = (size_t) ((equals == NULL ? stop : equals) - p);
        value.data = equals == NULL ? stop : equals + 1;
        value.len = (size_t) (stop - value.data);

        if (stop > p) {
            take_pair(state, name, value);
        }
    }
}


static void
set_defaults(bt_param_state *state)
{
    bt_query  *query = state->query;
    bt_str     name = bt_str_of(state->conf->time_zone);
    bt_zone    zone;

    memset(query, 0, sizeof(*query));

    query->from = BT_USEC_NONE;
    query->to = BT_USEC_NONE;
    query->updated_after = BT_USEC_NONE;
    query->backup_set = -1;
    query->size = bt_format_streams(state->route->format) ? BT_SIZE_ALL
                                                          : SIZE_DEFAULT;

    if (!bt_zone_open(&zone, name.len > 0 ? name : BT_STR("UTC"))) {
        bt_refuse_param(state, BT_PARAM_TZ, "has a default that is no time"
                        " zone: the operator has to correct it");
        state->refusal->status = 500;
        bt_zone_open(&zone, BT_STR("UTC"));
    }

    memcpy(query->tz, zone.name, sizeof(zone.name));
    bt_zone_close(&zone);
}


static void
resolve_cursor(bt_param_state *state)
{
    bt_query    *query = state->query;
    bt_param_e   param = BT_PARAM_AFTER;
    bt_str       text = bt_str_of(query->after);

    if (query->before[0] != '\0') {
        if (text.len > 0) {
            bt_refuse_param(state, BT_PARAM_BEFORE, "excludes after: keep one");
            return;
        }

        param = BT_PARAM_BEFORE;
        text = bt_str_of(query->before);
    }

    if (text.len == 0) {
        return;
    }

    switch (bt_cursor_parse(text, state->route, query)) {

    case BT_CURSOR_GOOD:
        return;

    case BT_CURSOR_BROKEN:
        bt_refuse_value(state, param);
        return;

    case BT_CURSOR_OTHER:
        bt_refuse_param(state, param, "belongs to another list, filter or"
                        " range: open the list without it");
        return;
    }
}


/* What a delta cannot be narrowed by. */
static const bt_param_e  not_with_delta[] = {
    BT_PARAM_RANGE, BT_PARAM_FROM, BT_PARAM_TO, BT_PARAM_UPDATED_AFTER,
    BT_PARAM_AFTER, BT_PARAM_BEFORE
};


static void
resolve_delta(bt_param_state *state)
{
    size_t     i;
    bt_query  *query = state->query;

    if (query->delta[0] == '\0') {
        return;
    }

    for (i = 0; i < sizeof(not_with_delta) / sizeof(not_with_delta[0]); i++) {

        if ((query->given & (1u << not_with_delta[i])) != 0) {
            bt_refuse_param(state, not_with_delta[i], "does not go with delta:"
                            " leave it out");
            return;
        }
    }

    switch (bt_delta_parse(bt_str_of(query->delta), state->route, query)) {

    case BT_CURSOR_GOOD:
        return;

    case BT_CURSOR_BROKEN:
        bt_refuse_value(state, BT_PARAM_DELTA);
        return;

    case BT_CURSOR_OTHER:
        bt_refuse_param(state, BT_PARAM_DELTA, "belongs to another list or"
                        " filter: open the list without it");
        return;
    }
}


int
bt_query_parse(bt_str raw, const bt_route *route, const bt_param_conf *conf,
    bt_query *query, bt_refusal *refusal)
{
    bt_param_state  state;

    memset(&state, 0, sizeof(state));

    state.route = route;
    state.query = query;
    state.conf = conf;
    state.refusal = refusal;

    set_defaults(&state);
    take_pairs(&state, raw);

    if (!state.refused) {
        bt_resolve_range(&state);
    }

    if (!state.refused) {
        resolve_cursor(&state);
    }

    if (!state.refused) {
        resolve_delta(&state);
    }

    return state.refused ? refusal->status : 200;
}


bool
bt_query_is_stream(const bt_query *query, const bt_route *route)
{
    if (route->view == BT_VIEW_REPORT) {
        return true;
    }

    return bt_view_is_list(route->view) && route->view != BT_VIEW_CLUSTERS
           && query->size > BT_SIZE_PAGE;
}


bool
bt_query_may_be_kept(const bt_query *query, const bt_route *route)
{
    switch (route->view) {

    case BT_VIEW_NONE:
    case BT_VIEW_ROOT:
    case BT_VIEW_STATIC:
    case BT_VIEW_SCHEMA:
    case BT_VIEW_HEALTH:
    case BT_VIEW_HEALTH_REPORT:
    case BT_VIEW_METRICS:
    case BT_VIEW_ACTION:
    case BT_VIEW_COMMAND:
        return false;

    default:
        return query->delta[0] == '\0' && !bt_query_is_stream(query, route);
    }
}

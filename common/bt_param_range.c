/* bt_param_range.c: makes a range absolute: presets, custom, default. */

#include "common/bt_param_table.h"


/* The range of a query that names none. */
static bt_range_e
default_range(const bt_route *route, const bt_query *query)
{
    /* The address of a feed shows its newest entries, whenever they were. */
    if (query->updated_after != BT_USEC_NONE || query->delta[0] != '\0'
        || route->format == BT_FORMAT_ATOM)
    {
        return BT_RANGE_NONE;
    }

    switch (route->view) {

    case BT_VIEW_ROOT:
    case BT_VIEW_DATA:
    case BT_VIEW_CLEANUP:
    case BT_VIEW_SECOND:
    case BT_VIEW_COMMANDS:
    case BT_VIEW_AUDIT:
    case BT_VIEW_LOG_BACKUP:
        return BT_RANGE_24H;

    default:
        return BT_RANGE_NONE;
    }
}


static bt_usec
floor_minute(bt_usec at)
{
    bt_usec  rest = at % BT_MINUTE;

    return at - (rest < 0 ? rest + BT_MINUTE : rest);
}


static void
resolve_preset(bt_param_state *state)
{
    bt_query  *query = state->query;
    bt_usec    length = bt_range_length(query->range);
    bt_usec    now = state->conf->now;

    if (length > 0) {
        query->from = floor_minute(now - length);
        query->to = floor_minute(now + BT_MINUTE - 1);
    }
}


static void
resolve_custom(bt_param_state *state)
{
    bt_query  *query = state->query;
    bt_zone    zone;

    if (state->from[0] == '\0') {
        bt_refuse_param(state, BT_PARAM_FROM, "is missing: range=custom needs"
                        " from and to");
        return;
    }

    if (state->to[0] == '\0') {
        bt_refuse_param(state, BT_PARAM_TO, "is missing: range=custom needs"
                        " from and to");
        return;
    }

    if (!bt_zone_open(&zone, bt_str_of(query->tz))) {
        bt_refuse_value(state, BT_PARAM_TZ);
        return;
    }

    if (!bt_time_parse(bt_str_of(state->from), &zone, BT_GAP_FIRST,
                       &query->from))
    {
        bt_refuse_value(state, BT_PARAM_FROM);

    } else if (!bt_time_parse(bt_str_of(state->to), &zone,
                              BT_GAP_SECOND, &query->to))
    {
        bt_refuse_value(state, BT_PARAM_TO);

    } else if (query->from >= query->to) {
        bt_refuse_param(state, BT_PARAM_FROM, "is not before to: give an"
                        " earlier from or a later to");
    }

    bt_zone_close(&zone);
}


static void
check_range_length(bt_param_state *state)
{
    const bt_query  *query = state->query;
    bt_usec          most = state->conf->range_max;
    bt_usec          length = bt_range_length(query->range);
    char             data[BT_REFUSAL_MAX];
    bt_buf           what;

    most = most > 0 ? most : BT_RANGE_DEFAULT_MAX;
    length = length > 0 ? length : query->to - query->from;

    if (length <= most) {
        return;
    }

    bt_buf_init(&what, data, sizeof(data));
    bt_buf_addz(&what, "is too long: ask for at most ");

    if (most % BT_DAY == 0) {
        bt_buf_addi(&what, most / BT_DAY);
        bt_buf_addz(&what, " days");
    } else {
        bt_buf_addi(&what, most / BT_SECOND);
        bt_buf_addz(&what, " seconds");
    }

    bt_refuse_param(state, BT_PARAM_RANGE, data);
}


void
bt_resolve_range(bt_param_state *state)
{
    bt_query   *query = state->query;
    bt_param_e  lone;

    if (query->range == BT_RANGE_CUSTOM) {
        resolve_custom(state);

    } else if (state->from[0] != '\0' || state->to[0] != '\0') {
        lone = state->from[0] != '\0' ? BT_PARAM_FROM : BT_PARAM_TO;
        bt_refuse_param(state, lone, "needs range=custom: add it, or leave from"
                        " and to out");

    } else if (query->range == BT_RANGE_NONE) {
        query->range = default_range(state->route, query);
        resolve_preset(state);
        return;

    } else {
        resolve_preset(state);
    }

    if (!state->refused) {
        check_range_length(state);
    }
}

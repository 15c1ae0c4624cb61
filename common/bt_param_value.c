/* bt_param_value.c: one check per kind of parameter value. */

#include "common/bt_param_table.h"

#include <string.h>


static const char *const  range_names[] = {
    [BT_RANGE_NONE] = "",
    [BT_RANGE_1H] = "1h",
    [BT_RANGE_24H] = "24h",
    [BT_RANGE_7D] = "7d",
    [BT_RANGE_30D] = "30d",
    [BT_RANGE_CUSTOM] = "custom",
};


const char *
bt_range_name(bt_range_e range)
{
    return range_names[(unsigned) range <= BT_RANGE_CUSTOM ? range
                                                           : BT_RANGE_NONE];
}


bt_usec
bt_range_length(bt_range_e range)
{
    switch (range) {

    case BT_RANGE_1H:
        return BT_HOUR;

    case BT_RANGE_24H:
        return BT_DAY;

    case BT_RANGE_7D:
        return 7 * BT_DAY;

    case BT_RANGE_30D:
        return 30 * BT_DAY;

    default:
        return 0;
    }
}


/* Copies a value into a field of `size` bytes. */
static bool
keep(char *field, size_t size, bt_str value)
{
    if (value.len >= size) {
        return false;
    }

    memcpy(field, value.data, value.len);
    field[value.len] = '\0';
    return true;
}


static char *
field_of(bt_query *query, const bt_param_desc *desc)
{
    return (char *) query + desc->offset;
}


/* A decimal number as we write it: no sign, no leading zero, not above
 * `most`. */
static bool
parse_number(bt_str s, int64_t most, int64_t *number)
{
    int64_t  n = 0;
    size_t   i;

    if (s.len == 0 || (s.len > 1 && s.data[0] == '0')) {
        return false;
    }

    for (i = 0; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9') {
            return false;
        }

        n = n * 10 + (s.data[i] - '0');

        if (n > most) {
            return false;
        }
    }

    *number = n;
    return true;
}


bool
bt_set_range(bt_param_state *state, const bt_param_desc *desc, bt_str value)
{
    int  i;

    (void) desc;

    for (i = BT_RANGE_1H; i <= BT_RANGE_CUSTOM; i++) {
        if (bt_str_eqz(value, range_names[i])) {
            state->query->range = (bt_range_e) i;
            return true;
        }
    }

    return false;
}


/* Keeps a time, with the '+' of its offset brought back: in a query string
 * that was not encoded it has become a blank. */
static bool
keep_time(char field[BT_TIME_MAX], bt_str value)
{
    if (!keep(field, BT_TIME_MAX, value)) {
        return false;
    }

    if (value.len > 6 && field[value.len - 6] == ' ') {
        field[value.len - 6] = '+';
    }

    return true;
}


bool
bt_set_from(bt_param_state *state, const bt_param_desc *desc, bt_str value)
{
    (void) desc;

    return keep_time(state->from, value);
}


bool
bt_set_to(bt_param_state *state, const bt_param_desc *desc, bt_str value)
{
    (void) desc;

    return keep_time(state->to, value);
}


bool
bt_set_tz(bt_param_state *state, const bt_param_desc *desc, bt_str value)
{
    char     name[BT_ZONE_MAX];
    size_t   i;
    bt_zone  zone;

    (void) desc;

    if (!keep(name, sizeof(name), value)) {
        return false;
    }

    /* no zone has a blank in its name: +08:00 and Etc/GMT+5 had a sign */
    for (i = 0; i < value.len; i++) {
        if (name[i] == ' ') {
            name[i] = '+';
        }
    }

    if (!bt_zone_open(&zone, bt_str_of(name))) {
        return false;
    }

    memcpy(state->query->tz, zone.name, sizeof(zone.name));
    bt_zone_close(&zone);
    return true;
}


bool
bt_set_status(bt_param_state *state, const bt_param_desc *desc, bt_str value)
{
    const char *const  *codes = bt_view_statuses(state->route->view);
    unsigned            i;

    (void) desc;

    for (i = 0; codes != NULL && codes[i] != NULL; i++) {
        if (bt_str_eqz(value, codes[i])) {
            state->query->status |= 1u << i;
            return true;
        }
    }

    return false;
}


bool
bt_set_name(bt_param_state *state, const bt_param_desc *desc, bt_str value)
{
    size_t  chars;

    return bt_utf8_valid(value, &chars) && chars <= BT_NAME_CHARS
           && keep(field_of(state->query, desc), BT_NAME_MAX, value);
}


bool
bt_set_code(bt_param_state *state, const bt_param_desc *desc, bt_str value)
{
    const char *const  *code;

    for (code = desc->codes; *code != NULL; code++) {
        if (bt_str_eqz(value, *code)) {
            memcpy(field_of(state->query, desc), *code, value.len + 1);
            return true;
        }
    }

    return false;
}


/* Commands know a few actions; what is written into the audit may grow. */
bool
bt_set_action(bt_param_state *state, const bt_param_desc *desc, bt_str value)
{
    size_t  i;

    if (state->route->view == BT_VIEW_COMMANDS
        && bt_action_by_name(value) == BT_ACTION_NONE)
    {
        return false;
    }

    for (i = 0; i < value.len; i++) {
        if (value.data[i] != '-'
            && (value.data[i] < 'a' || value.data[i] > 'z'))
        {
            return false;
        }
    }

    return value.len <= 32
           && keep(field_of(state->query, desc),
                   sizeof(state->query->action), value);
}


bool
bt_set_cluster_id(bt_param_state *state, const bt_param_desc *desc,
    bt_str value)
{
    (void) desc;

    return parse_number(value, BT_ID_MAX, &state->query->cluster_id)
           && state->query->cluster_id > 0;
}


bool
bt_set_backup_set(bt_param_state *state, const bt_param_desc *desc,
    bt_str value)
{
    (void) desc;

    return parse_number(value, BT_ID_MAX, &state->query->backup_set);
}


bool
bt_set_updated_after(bt_param_state *state, const bt_param_desc *desc,
    bt_str value)
{
    char  text[BT_TIME_MAX];

    (void) desc;

    return keep_time(text, value)
           && bt_time_parse_rfc3339(bt_str_of(text),
                                    &state->query->updated_after);
}


bool
bt_set_size(bt_param_state *state, const bt_param_desc *desc, bt_str value)
{
    bool     stream = bt_format_streams(state->route->format);
    int64_t  size;

    (void) desc;

    if (stream && bt_str_eqz(value, "all")) {
        state->query->size = BT_SIZE_ALL;
        return true;
    }

    if (!parse_number(value, stream ? BT_SIZE_MAX : BT_SIZE_PAGE, &size)
        || size == 0)
    {
        return false;
    }

    state->query->size = (int32_t) size;
    return true;
}


bool
bt_set_cursor(bt_param_state *state, const bt_param_desc *desc, bt_str value)
{
    return keep(field_of(state->query, desc), BT_CURSOR_MAX, value);
}

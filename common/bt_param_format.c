/* bt_param_format.c: writes a query back as a canonical query string. */

#include "common/bt_param_table.h"

#include <string.h>


typedef struct {
    bt_buf         *out;
    const bt_query *query;
    const bt_route *route;
    const char     *separator;
} format_state;


static void
add_key(format_state *state, bt_param_e param)
{
    bt_buf_addz(state->out, state->separator);
    bt_buf_addz(state->out, bt_param_name(param));
    bt_buf_addc(state->out, '=');

    state->separator = "&";
}


static void
add_text(format_state *state, bt_param_e param, const char *value)
{
    add_key(state, param);
    bt_percent_encode(state->out, bt_str_of(value));
}


static void
add_number(format_state *state, bt_param_e param, int64_t number)
{
    add_key(state, param);
    bt_buf_addi(state->out, number);
}


/* Slashes and colons of zones and times need no encoding in a query string,
 * and links are read by people. */
static void
add_readable(format_state *state, bt_param_e param, const char *value)
{
    bt_str  piece;

    add_key(state, param);

    for ( /* void */ ; *value != '\0'; value += piece.len) {
        piece.data = value;
        piece.len = strcspn(value, "/:");

        if (piece.len == 0) {
            piece.len = 1;
            bt_buf_addc(state->out, *value);
        } else {
            bt_percent_encode(state->out, piece);
        }
    }
}


static void
add_time(format_state *state, bt_param_e param, bt_usec at)
{
    char    text[BT_TIME_MAX];
    size_t  len = bt_time_format_utc(text, at);

    /* without an empty fraction */
    if (at % BT_SECOND == 0) {
        memcpy(text + len - sizeof(".000000"), "Z", sizeof("Z"));
    }

    add_readable(state, param, text);
}


static void
add_statuses(format_state *state)
{
    const char *const  *codes = bt_view_statuses(state->route->view);
    unsigned            i;

    for (i = 0; codes != NULL && codes[i] != NULL; i++) {
        if ((state->query->status & (1u << i)) != 0) {
            add_text(state, BT_PARAM_STATUS, codes[i]);
        }
    }
}


static void
add_size(format_state *state)
{
    bool     stream = bt_format_streams(state->route->format);
    int32_t  size = state->query->size;

    if (size == BT_SIZE_ALL && stream) {
        add_text(state, BT_PARAM_SIZE, "all");

    } else if (size <= BT_SIZE_PAGE || stream) {
        add_number(state, BT_PARAM_SIZE, size);
    }
}


static void
add_param(format_state *state, bt_param_e param)
{
    const bt_query  *query = state->query;

    switch (param) {

    case BT_PARAM_RANGE:
        add_text(state, param, bt_range_name(query->range));
        break;

    case BT_PARAM_FROM:
        add_time(state, param, query->from);
        break;

    case BT_PARAM_TO:
        add_time(state, param, query->to);
        break;

    case BT_PARAM_TZ:
        add_readable(state, param, query->tz);
        break;

    case BT_PARAM_STATUS:
        add_statuses(state);
        break;

    case BT_PARAM_CLUSTER_ID:
        add_number(state, param, query->cluster_id);
        break;

    case BT_PARAM_BACKUP_SET:
        add_number(state, param, query->backup_set);
        break;

    case BT_PARAM_UPDATED_AFTER:
        add_time(state, param, query->updated_after);
        break;

    case BT_PARAM_SIZE:
        add_size(state);
        break;

    default:
        add_text(state, param,
                 (const char *) query + bt_param_table[param].offset);
    }
}


void
bt_query_format(bt_buf *out, const bt_query *query, const bt_route *route,
    uint32_t omit)
{
    format_state  state = { out, query, route, "" };
    bt_param_e    param;

    omit |= (1u << BT_PARAM_AFTER) | (1u << BT_PARAM_BEFORE)
            | (1u << BT_PARAM_DELTA);

    if ((omit & (1u << BT_PARAM_RANGE)) != 0
        || query->range != BT_RANGE_CUSTOM)
    {
        omit |= (1u << BT_PARAM_FROM) | (1u << BT_PARAM_TO);
    }

    for (param = 0; param < BT_PARAM_MAX; param++) {
        if ((query->given & ~omit & (1u << param)) != 0
            && bt_param_allowed(param, route))
        {
            add_param(&state, param);
        }
    }
}

/* bt_cursor.c: the position in a list as text, bound to the list it is from. */

#include "common/bt_param_table.h"

#include <string.h>

/* version 1, from 8, to 8, at 8, id 7, filters 8, checksum 8: bytes without
 * a rest in base64, so that no bit of the text is unused. */
#define CURSOR_VERSION  1
#define ID_BYTES        7
#define SUM_BYTES       8
#define CURSOR_BYTES    48
#define CURSOR_CHARS    64

/* version 2, reserved 1, change 8, at 8, id 7, removed 8 and 7, issued 8,
 * places 8, filters 8, checksum 8. */
#define DELTA_VERSION   2
#define DELTA_BYTES     72
#define DELTA_CHARS     96

#define FNV_BASIS       UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME       UINT64_C(0x100000001b3)

#define AT_LEAST        (INT64_C(-62135596800) * BT_SECOND)     /* year 1 */
#define AT_MOST         (INT64_C(253402300800) * BT_SECOND)     /* 10000 */


static const char  alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";


static uint64_t
hash_bytes(uint64_t hash, const void *data, size_t len)
{
    const unsigned char  *p = data;

    while (len-- > 0) {
        hash = (hash ^ *p++) * FNV_PRIME;
    }

    return hash;
}


/* With its NUL, so that no two lists of texts hash as one. */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
    return hash_bytes(hash, text, strlen(text) + 1);
}


static uint64_t
hash_number(uint64_t hash, int64_t number)
{
    unsigned char  bytes[8];
    uint64_t       n = (uint64_t) number;
    size_t         i;

    for (i = 0; i < sizeof(bytes); i++, n >>= 8) {
        bytes[i] = (unsigned char) n;
    }

    return hash_bytes(hash, bytes, sizeof(bytes));
}


/* What a cursor is bound to: names rather than numbers of our enumerations,
 * so that a link outlives a new version of the program.  The entries of a feed
 * are other rows than those of its list. */
static uint64_t
hash_filters(const bt_query *query, const bt_route *route)
{
    const char *const  *codes = bt_view_statuses(route->view);
    uint64_t            hash = FNV_BASIS;
    unsigned            i;

    hash = hash_text(hash, bt_view_name(route->view));
    hash = hash_number(hash, route->id);
    hash = hash_text(hash, bt_range_name(query->range));

    for (i = 0; codes != NULL && codes[i] != NULL; i++) {
        if ((query->status & (1u << i)) != 0) {
            hash = hash_text(hash, codes[i]);
        }
    }

    hash = hash_text(hash, "");
    hash = hash_text(hash, query->cluster);
    hash = hash_text(hash, query->tenant);
    hash = hash_number(hash, query->cluster_id);
    hash = hash_text(hash, query->tenant_name);
    hash = hash_text(hash, query->group);
    hash = hash_number(hash, query->backup_set);
    hash = hash_text(hash, query->mode);
    hash = hash_text(hash, query->method);
    hash = hash_text(hash, query->kind);
    hash = hash_text(hash, query->action);
    hash = hash_text(hash, query->user);

    hash = hash_number(hash, query->updated_after);

    if (query->settled[0] != '\0') {
        hash = hash_text(hash, query->settled);
    }

    return route->format == BT_FORMAT_ATOM
           ? hash_text(hash, bt_format_name(route->format)) : hash;
}


static void
put_number(unsigned char **p, uint64_t number, size_t bytes)
{
    while (bytes-- > 0) {
        *(*p)++ = (unsigned char) (number >> (8 * bytes));
    }
}


static uint64_t
get_number(const unsigned char **p, size_t bytes)
{
    uint64_t  number = 0;

    while (bytes-- > 0) {
        number = (number << 8) | *(*p)++;
    }

    return number;
}


static void
encode(char *out, const unsigned char *data, size_t bytes)
{
    size_t    i;
    uint32_t  group;

    for (i = 0; i < bytes; i += 3, out += 4) {
        group = (uint32_t) data[i] << 16 | (uint32_t) data[i + 1] << 8
                | data[i + 2];
        out[0] = alphabet[group >> 18];
        out[1] = alphabet[(group >> 12) & 63];
        out[2] = alphabet[(group >> 6) & 63];
        out[3] = alphabet[group & 63];
    }

    *out = '\0';
}


static bool
decode(unsigned char *out, const char *text, size_t chars)
{
    const char  *found;
    size_t       i;
    uint32_t     group = 0;

    for (i = 0; i < chars; i++) {
        found = memchr(alphabet, text[i], sizeof(alphabet) - 1);
        if (found == NULL) {
            return false;
        }

        group = (group << 6) | (uint32_t) (found - alphabet);

        if (i % 4 == 3) {
            *out++ = (unsigned char) (group >> 16);
            *out++ = (unsigned char) (group >> 8);
            *out++ = (unsigned char) group;
        }
    }

    return true;
}


/* A checksum against damage, not against intent: whoever makes a cursor may
 * as well write the filters that it would show. */
static uint64_t
checksum(const unsigned char *data, size_t bytes)
{
    return hash_bytes(FNV_BASIS, data, bytes - SUM_BYTES);
}


void
bt_cursor_format(char out[BT_CURSOR_MAX], const bt_query *query,
    const bt_route *route, bt_usec at, int64_t id)
{
    unsigned char   data[CURSOR_BYTES];
    unsigned char  *p = data;

    *p++ = CURSOR_VERSION;
    put_number(&p, (uint64_t) query->from, 8);
    put_number(&p, (uint64_t) query->to, 8);
    put_number(&p, (uint64_t) at, 8);
    put_number(&p, (uint64_t) id, ID_BYTES);
    put_number(&p, hash_filters(query, route), 8);
    put_number(&p, checksum(data, CURSOR_BYTES), SUM_BYTES);

    encode(out, data, CURSOR_BYTES);
}


/* A preset's window in whole minutes, the window given, or none. */
static bool
window_fits(const bt_query *query, bt_usec from, bt_usec to)
{
    bt_usec  length = bt_range_length(query->range);

    if (length == 0) {
        return from == query->from && to == query->to;
    }

    return from > AT_LEAST && to > from && to < AT_MOST
           && from % BT_MINUTE == 0 && to % BT_MINUTE == 0
           && (to - from == length || to - from == length + BT_MINUTE);
}


bt_cursor_e
bt_cursor_parse(bt_str text, const bt_route *route, bt_query *query)
{
    unsigned char         data[CURSOR_BYTES];
    const unsigned char  *p = data + 1;
    bt_usec               from, to, at;
    int64_t               id;
    uint64_t              filters;

    if (text.len != CURSOR_CHARS || !decode(data, text.data, CURSOR_CHARS)
        || data[0] != CURSOR_VERSION)
    {
        return BT_CURSOR_BROKEN;
    }

    from = (bt_usec) get_number(&p, 8);
    to = (bt_usec) get_number(&p, 8);
    at = (bt_usec) get_number(&p, 8);
    id = (int64_t) get_number(&p, ID_BYTES);
    filters = get_number(&p, 8);

    if (get_number(&p, SUM_BYTES) != checksum(data, CURSOR_BYTES)
        || id == 0
        || id > BT_ID_MAX || at < AT_LEAST || at >= AT_MOST)
    {
        return BT_CURSOR_BROKEN;
    }

    if (filters != hash_filters(query, route)
        || !window_fits(query, from, to))
    {
        return BT_CURSOR_OTHER;
    }

    query->from = from;
    query->to = to;
    query->position_at = at;
    query->position_id = id;

    return BT_CURSOR_GOOD;
}


/* The filters that a list and what follows it have in common. */
static uint64_t
hash_followed(const bt_query *query, const bt_route *route)
{
    bt_query  followed = *query;

    followed.range = BT_RANGE_NONE;
    followed.updated_after = BT_USEC_NONE;

    return hash_filters(&followed, route);
}


void
bt_delta_format(char out[BT_CURSOR_MAX], const bt_query *query,
    const bt_route *route, const bt_delta *delta)
{
    unsigned char   data[DELTA_BYTES];
    unsigned char  *p = data;

    *p++ = DELTA_VERSION;
    *p++ = 0;
    put_number(&p, (uint64_t) delta->change, 8);
    put_number(&p, (uint64_t) delta->at, 8);
    put_number(&p, (uint64_t) delta->id, ID_BYTES);
    put_number(&p, (uint64_t) delta->removed_change, 8);
    put_number(&p, (uint64_t) delta->removed_id, ID_BYTES);
    put_number(&p, (uint64_t) delta->issued, 8);
    put_number(&p, (uint64_t) delta->places, 8);
    put_number(&p, hash_followed(query, route), 8);
    put_number(&p, checksum(data, DELTA_BYTES), SUM_BYTES);

    encode(out, data, DELTA_BYTES);
}


static bool
delta_fits(const bt_delta *delta)
{
    return delta->change >= 0 && delta->removed_change >= 0
           && delta->id <= BT_ID_MAX && delta->removed_id <= BT_ID_MAX
           && delta->at > AT_LEAST && delta->at < AT_MOST
           && delta->issued > AT_LEAST && delta->issued < AT_MOST;
}


bt_cursor_e
bt_delta_parse(bt_str text, const bt_route *route, bt_query *query)
{
    bt_delta             *delta = &query->position_delta;
    uint64_t              filters;
    unsigned char         data[DELTA_BYTES];
    const unsigned char  *p = data + 2;

    if (text.len != DELTA_CHARS || !decode(data, text.data, DELTA_CHARS)
        || data[0] != DELTA_VERSION || data[1] != 0)
    {
        return BT_CURSOR_BROKEN;
    }

    delta->change = (int64_t) get_number(&p, 8);
    delta->at = (bt_usec) get_number(&p, 8);
    delta->id = (int64_t) get_number(&p, ID_BYTES);
    delta->removed_change = (int64_t) get_number(&p, 8);
    delta->removed_id = (int64_t) get_number(&p, ID_BYTES);
    delta->issued = (bt_usec) get_number(&p, 8);
    delta->places = (int64_t) get_number(&p, 8);
    filters = get_number(&p, 8);

    if (get_number(&p, SUM_BYTES) != checksum(data, DELTA_BYTES)
        || !delta_fits(delta))
    {
        return BT_CURSOR_BROKEN;
    }

    return filters == hash_followed(query, route) ? BT_CURSOR_GOOD
                                                  : BT_CURSOR_OTHER;
}

/* fuzz_cursor.c: no text is taken as a cursor but one that we would write. */

#include <stdlib.h>
#include <string.h>

#include "common/bt_param.h"

#define COUNT(table)  (sizeof(table) / sizeof((table)[0]))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* A list and filters; each has a cursor of its own. */
static const struct {
    const char  *path;
    const char  *raw;
} lists[] = {
    { "data", "" },
    { "data", "range=7d&status=FAILED" },
    { "log", "" },
    { "second.xml", "kind=LOG&cluster=a" },
    { "data/7/second", "" },
    { "audit", "range=custom&from=2026-11-01&to=2026-11-02" },
};


static void
check(bool holds)
{
    if (!holds) {
        abort();
    }
}


static int
parse_list(size_t list, bt_str cursor, bt_route *route, bt_query *query)
{
    static char    text[1024];
    bt_param_conf  conf = { INT64_C(1795335604500000), 0, NULL };
    bt_refusal     refusal;
    bt_buf         buf;
    bt_str         raw;
    int            status;

    check(bt_route_parse(bt_str_of(lists[list].path), route) == 200);

    bt_buf_init(&buf, text, sizeof(text));
    bt_buf_addz(&buf, lists[list].raw);
    bt_buf_addz(&buf, "&after=");
    bt_percent_encode(&buf, cursor);

    raw.data = text;
    raw.len = buf.len;
    status = bt_query_parse(raw, route, &conf, query, &refusal);

    check(status == 200 || (status == 400
                            && strcmp(refusal.param, "after") == 0));
    return status;
}


/* The text as it is. */
static void
check_text(bt_str text)
{
    bt_route  route;
    bt_query  query;
    char      again[BT_CURSOR_MAX];
    size_t    i;

    if (text.len == 0 || text.len > 300) {
        return;
    }

    for (i = 0; i < COUNT(lists); i++) {
        if (parse_list(i, text, &route, &query) == 200) {
            bt_cursor_format(again, &query, &route, query.position_at,
                             query.position_id);
            check(bt_str_eqz(text, again));
        }
    }
}


/* A good cursor, then the same with one character exchanged. */
static void
check_damage(const uint8_t *data)
{
    size_t    list = data[0] % COUNT(lists), other;
    char      cursor[BT_CURSOR_MAX];
    bt_route  route;
    bt_query  query;
    int64_t   at, id;
    char     *place;

    memcpy(&at, data + 1, sizeof(at));
    memcpy(&id, data + 9, sizeof(id));
    at %= INT64_C(253402300800) * BT_SECOND;
    at = at < 0 ? -at : at;
    id = (id & (BT_ID_MAX - 1)) + 1;

    check(parse_list(list, BT_STR(""), &route, &query) == 200);
    bt_cursor_format(cursor, &query, &route, at, id);

    check(parse_list(list, bt_str_of(cursor), &route, &query) == 200);
    check(query.position_at == at && query.position_id == id);

    other = (list + 1 + data[19] % (COUNT(lists) - 1)) % COUNT(lists);
    check(parse_list(other, bt_str_of(cursor), &route, &query) == 400);

    place = &cursor[data[17] % strlen(cursor)];
    if (*place != (char) data[18] && data[18] != 0) {
        *place = (char) data[18];
        check(parse_list(list, bt_str_of(cursor), &route, &query) == 400);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bt_str  text = { (const char *) data, size };

    check_text(text);

    if (size >= 20) {
        check_damage(data);
    }

    return 0;
}

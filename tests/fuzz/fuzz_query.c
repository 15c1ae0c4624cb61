/* fuzz_query.c: a query string is refused by name, or reads as it is written. */

#include <stdlib.h>
#include <string.h>

#include "common/bt_param.h"

#define COUNT(table)  (sizeof(table) / sizeof((table)[0]))
#define CURSORS       (1u << BT_PARAM_AFTER | 1u << BT_PARAM_BEFORE)
#define QUERY_MAX     16384

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const char *const  paths[] = {
    "data", "data.xml", "log", "log.xml", "second", "second.xml", "audit",
    "commands", "clusters", "cleanup.xml", "data/7/second", "log/7",
    "log/7.xml", "data/7/cause", "log/7/stop", "", "reports",
    "reports.csv", "reports/2026-11-22",
};

static const char *const  zones[] = {
    NULL, "Asia/Shanghai", "+05:45", "Europe/Berlin",
};


static void
check(bool holds)
{
    if (!holds) {
        abort();
    }
}


static void
check_refusal(int status, const bt_refusal *refusal)
{
    size_t  len = strlen(refusal->text);

    check(status == 400 && refusal->status == 400);
    check(len > 0 && refusal->text[len - 1] == '.');
    check(strstr(refusal->text, refusal->param) != NULL);
    check(bt_utf8_valid(bt_str_of(refusal->text), NULL));
}


static void
check_query(const bt_query *query)
{
    bool  has_window = query->range != BT_RANGE_NONE;

    check(has_window == (query->from != BT_USEC_NONE));
    check(has_window == (query->to != BT_USEC_NONE));
    check(!has_window || query->from < query->to);
    check(query->size > 0);
    check(bt_utf8_valid(bt_str_of(query->cluster), NULL));
    check((query->position_id != 0) == ((query->given & CURSORS) != 0));
}


static void
check_round(const bt_query *query, const bt_route *route,
    const bt_param_conf *conf)
{
    static char  first[QUERY_MAX], second[QUERY_MAX];
    bt_query     again;
    bt_refusal   refusal;
    bt_buf       buf;
    bt_str       text;

    bt_buf_init(&buf, first, sizeof(first));
    bt_query_format(&buf, query, route, 0);
    check(!buf.full);

    text.data = first;
    text.len = buf.len;
    check(bt_query_parse(text, route, conf, &again, &refusal) == 200);

    if ((query->given & CURSORS) == 0) {
        /* the parser writes the padding, too */
        /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-*) */
        check(memcmp(&again, query, sizeof(again)) == 0);
    }

    bt_buf_init(&buf, second, sizeof(second));
    bt_query_format(&buf, &again, route, 0);
    check(strcmp(first, second) == 0);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bt_param_conf  conf = { INT64_C(1795335604500000), 0, NULL };
    bt_route       route;
    bt_query       query;
    bt_refusal     refusal;
    bt_str         raw;
    int            status;

    if (size < 1) {
        return 0;
    }

    conf.time_zone = zones[data[0] / 16 % COUNT(zones)];
    check(bt_route_parse(bt_str_of(paths[data[0] % COUNT(paths)]), &route)
          == 200);

    raw.data = (const char *) data + 1;
    raw.len = size - 1;
    status = bt_query_parse(raw, &route, &conf, &query, &refusal);

    if (status != 200) {
        check_refusal(status, &refusal);
        return 0;
    }

    check_query(&query);
    check_round(&query, &route, &conf);
    return 0;
}

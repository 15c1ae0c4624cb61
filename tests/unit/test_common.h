/* test_common.h: what the tests of common/ share: cmocka, routes, queries. */

#ifndef TEST_COMMON_H
#define TEST_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/bt_param.h"

#define COUNT(table)  (sizeof(table) / sizeof((table)[0]))

/* 2026-11-22T08:20:04.5Z, a Sunday. */
#define TEST_NOW      (INT64_C(1795335604500000))

/* Room for any canonical query: each byte of a text may become three. */
#define TEST_QUERY_MAX  16384


static inline bt_route
test_route(const char *path)
{
    bt_route  route;

    if (bt_route_parse(bt_str_of(path), &route) != 200) {
        fail_msg("no route: %s", path);
    }

    return route;
}


static inline bt_param_conf
test_conf(void)
{
    bt_param_conf  conf = { TEST_NOW, 0, NULL };

    return conf;
}


/* Parses; a refusal that has no name or no text, or whose text does not name
 * the parameter, fails the test. */
static inline int
test_parse(const char *raw, const char *path, const bt_param_conf *conf,
    bt_query *query, bt_refusal *refusal)
{
    bt_route  route = test_route(path);
    size_t    len;
    int       status;

    memset(refusal, 0, sizeof(*refusal));
    status = bt_query_parse(bt_str_of(raw), &route, conf, query, refusal);

    if (status != 200) {
        len = strlen(refusal->text);

        if (status != refusal->status || len == 0
            || refusal->text[len - 1] != '.'
            || strstr(refusal->text, refusal->param) == NULL)
        {
            fail_msg("%s?%s: bad refusal %d \"%s\"", path, raw,
                     refusal->status, refusal->text);
        }
    }

    return status;
}


/* Parses what has to be good. */
static inline bt_query
test_good(const char *raw, const char *path)
{
    bt_param_conf  conf = test_conf();
    bt_query       query;
    bt_refusal     refusal;

    if (test_parse(raw, path, &conf, &query, &refusal) != 200) {
        fail_msg("%s?%s: refused: %s", path, raw, refusal.text);
    }

    return query;
}


/* Parses what has to be refused for `param`. */
static inline void
test_bad(const char *raw, const char *path, const char *param)
{
    bt_param_conf  conf = test_conf();
    bt_query       query;
    bt_refusal     refusal;
    int            status = test_parse(raw, path, &conf, &query, &refusal);

    if (status != 400 || strcmp(refusal.param, param) != 0) {
        fail_msg("%s?%s: %d for \"%s\", not 400 for \"%s\"", path, raw,
                 status, status == 200 ? "" : refusal.param, param);
    }
}


static inline const char *
test_format(const bt_query *query, const char *path, uint32_t omit)
{
    static char  data[TEST_QUERY_MAX];
    bt_route     route = test_route(path);
    bt_buf       buf;

    bt_buf_init(&buf, data, sizeof(data));
    bt_query_format(&buf, query, &route, omit);
    assert_false(buf.full);

    return data;
}

#endif

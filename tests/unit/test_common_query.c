/* test_common_query.c: canonical query strings and cursors, there and back. */

#include "tests/unit/test_common.h"


static void
test_canonical(void **state)
{
    static const struct {
        const char  *path;
        const char  *raw;
        const char  *canonical;
    } cases[] = {
        { "data", "", "" },
        { "data", "cluster=&range=24h", "range=24h" },
        { "data", "tz=+08:00&size=20&range=7d",
          "range=7d&tz=%2B08:00&size=20" },
        { "data", "tz=Z", "tz=UTC" },
        { "data", "tz=Asia%2FShanghai", "tz=Asia/Shanghai" },
        { "data", "tz=Etc/GMT+5", "tz=Etc/GMT%2B5" },
        { "data", "status=UNKNOWN&status=FAILED&status=FAILED",
          "status=FAILED&status=UNKNOWN" },
        { "data", "cluster=a+b%2B%25_&tenant=%e4%b8%ad",
          "cluster=a%20b%2B%25_&tenant=%E4%B8%AD" },
        { "data", "to=2026-11-02&from=2026-11-01T08:00:00.250+08:00"
          "&range=custom", "range=custom&from=2026-11-01T00:00:00.250000Z"
          "&to=2026-11-02T00:00:00Z" },
        { "data", "lang=zh&layout=frame&mode=FULL&method=LOGICAL"
          "&backup-set=0&cluster-id=3&group=g&tenant-name=t&user=",
          "cluster-id=3&tenant-name=t&group=g&backup-set=0&mode=FULL"
          "&method=LOGICAL&lang=zh&layout=frame" },
        { "second.xml", "size=all&kind=LOG"
          "&updated-after=2026-11-22T16:20:04+08:00",
          "kind=LOG&updated-after=2026-11-22T08:20:04Z&size=all" },
        { "audit", "user=li.wei&action=sign-in&size=500",
          "action=sign-in&user=li.wei&size=500" },
    };
    bt_query  query;
    size_t    i;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        query = test_good(cases[i].raw, cases[i].path);
        assert_string_equal(test_format(&query, cases[i].path, 0),
                            cases[i].canonical);
    }
}


static void
test_omit(void **state)
{
    const char  *raw = "range=custom&from=2026-11-01&to=2026-11-02&tz=UTC"
                       "&status=FAILED&cluster=a&size=10&lang=en";
    bt_query     query = test_good(raw, "data");

    (void) state;

    assert_string_equal(test_format(&query, "data", 1u << BT_PARAM_STATUS
                                    | 1u << BT_PARAM_TZ),
                        "range=custom&from=2026-11-01T00:00:00Z"
                        "&to=2026-11-02T00:00:00Z&cluster=a&size=10&lang=en");
    /* without range, from and to would be refused */
    assert_string_equal(test_format(&query, "data", 1u << BT_PARAM_RANGE),
                        "tz=UTC&status=FAILED&cluster=a&size=10&lang=en");
    assert_string_equal(test_format(&query, "data", UINT32_MAX), "");
}


/* A page's query written for another route is good there. */
static void
test_other_route(void **state)
{
    bt_query  query = test_good("range=7d&cluster=a&mode=FULL&lang=zh"
                                "&layout=frame&size=20", "data");

    (void) state;

    assert_string_equal(test_format(&query, "data.xml", 0),
                        "range=7d&cluster=a&mode=FULL&size=20");
    assert_string_equal(test_format(&query, "data/7", 0),
                        "lang=zh&layout=frame");
    assert_string_equal(test_format(&query, "log", 0),
                        "range=7d&cluster=a&size=20&lang=zh&layout=frame");

    query = test_good("size=all&updated-after=2026-01-01T00:00:00Z",
                      "data.xml");
    assert_string_equal(test_format(&query, "data", 0), "");
    query = test_good("size=501", "data.xml");
    assert_string_equal(test_format(&query, "data", 0), "");
    query = test_good("size=500", "data.xml");
    assert_string_equal(test_format(&query, "data", 0), "size=500");
}


static void
test_full_buffer(void **state)
{
    char      data[8];
    bt_buf    buf;
    bt_query  query = test_good("range=7d&cluster=abc", "data");
    bt_route  route = test_route("data");

    (void) state;

    bt_buf_init(&buf, data, sizeof(data));
    bt_query_format(&buf, &query, &route, 0);
    assert_true(buf.full);
}


/* Random requests made of good and bad pieces. */

static uint64_t  seed = 20261122;

static unsigned
pick(unsigned count)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);

    return (unsigned) (seed >> 33) % count;
}


static const char *const  pieces[] = {
    "range=1h", "range=24h", "range=7d", "range=30d", "range=custom",
    "range=custom&from=2026-03-01&to=2026-03-29T02:30",
    "from=2026-03-29T02:30", "to=2026-10-25T02:30", "from=x",
    "tz=Europe/Berlin", "tz=%2B05:30", "tz=Pacific/Apia", "tz=Nowhere",
    "status=FAILED", "status=UNKNOWN", "status=STOPPED", "status=OK",
    "status=", "cluster=%F0%9F%92%BE%00", "cluster=pay%25core_1",
    "cluster=%3C%26%22%27%3E", "tenant=a+b%2B", "tenant=%01%0d", "tenant=",
    "cluster-id=7", "cluster-id=0", "tenant-name=acct", "group=g%2F1",
    "backup-set=0", "backup-set=9007199254740991", "mode=FULL", "mode=full",
    "method=LOGICAL", "kind=LOG", "action=stop", "action=sign-in",
    "user=li.wei", "updated-after=2026-11-01T00:00:00.5%2B08:00",
    "size=1", "size=500", "size=501", "size=all", "size=100000", "lang=zh",
    "layout=fragment", "after=AAAA", "before=", "foo=1", "%=1", "",
};

static const char *const  routes[] = {
    "data", "log", "cleanup", "second", "clusters", "commands", "audit",
    "data/1/second", "log/1", "data/1", "data.xml", "log.xml", "second.xml",
    "clusters.xml", "commands.xml", "audit.xml", "data/1/second.xml",
    "log/1.xml", "log/1/stop", "reports", "reports.xml",
    "reports/2026-11-22", "reports/2026-11-22.csv",
};


static void
random_query(char *out, size_t size)
{
    unsigned  count = pick(7);
    bt_buf    buf;

    bt_buf_init(&buf, out, size);

    while (count-- > 0) {
        bt_buf_addz(&buf, pieces[pick(COUNT(pieces))]);
        bt_buf_addc(&buf, '&');
    }
}


/* Both ways of asking give the same query: as it came, and written back. */
static void
assert_round(const char *path, const bt_query *query)
{
    bt_query     again;
    const char  *text = test_format(query, path, 0);
    char         copy[TEST_QUERY_MAX];

    snprintf(copy, sizeof(copy), "%s", text);
    again = test_good(copy, path);

    /* the parser writes the padding, too */
    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-*) */
    if (memcmp(&again, query, sizeof(again)) != 0
        || strcmp(test_format(&again, path, 0), copy) != 0)
    {
        fail_msg("%s?%s", path, copy);
    }
}


static void
test_random_round(void **state)
{
    char           raw[1024];
    const char    *path;
    bt_param_conf  conf = test_conf();
    bt_query       query;
    bt_refusal     refusal;
    int            i, good = 0;

    (void) state;

    for (i = 0; i < 50000; i++) {
        path = routes[pick(COUNT(routes))];
        random_query(raw, sizeof(raw));

        if (test_parse(raw, path, &conf, &query, &refusal) == 200) {
            assert_round(path, &query);
            good++;
        }
    }

    assert_true(good > 5000);
}


static const char *
cursor_of(const bt_query *query, const char *path, bt_usec at, int64_t id)
{
    static char  text[BT_CURSOR_MAX];
    bt_route     route = test_route(path);

    bt_cursor_format(text, query, &route, at, id);
    return text;
}


/* Parses `raw` with a cursor added; the clock is an hour later. */
static int
parse_with(const char *raw, const char *name, const char *cursor,
    const char *path, bt_query *query, bt_refusal *refusal)
{
    char           text[2048];
    bt_param_conf  conf = test_conf();

    conf.now += BT_HOUR;
    snprintf(text, sizeof(text), "%s&%s=%s", raw, name, cursor);

    return test_parse(text, path, &conf, query, refusal);
}


static void
test_cursor_round(void **state)
{
    static const struct {
        const char  *path;
        const char  *raw;
        bt_usec      at;
        int64_t      id;
    } cases[] = {
        { "data", "", TEST_NOW, 1 },
        { "data", "range=7d&status=FAILED&cluster=%25", 0, BT_ID_MAX },
        { "data.xml", "size=1000", -BT_SECOND, 77 },
        { "log", "", TEST_NOW, 5 },
        { "clusters", "group=g", 0, 5 },
        { "second", "range=custom&from=2026-11-01&to=2026-11-02", 9, 5 },
        { "data/7/second", "kind=DATA", INT64_C(253402300799999999), 5 },
        { "data.xml", "updated-after=2026-11-01T00:00:00Z", TEST_NOW, 5 },
        { "audit", "action=sign-in&user=x", TEST_NOW, 5 },
    };
    bt_query     first, next;
    bt_refusal   refusal;
    const char  *cursor;
    size_t       i;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        first = test_good(cases[i].raw, cases[i].path);
        assert_int_equal(first.position_id, 0);
        cursor = cursor_of(&first, cases[i].path, cases[i].at, cases[i].id);
        assert_in_range(strlen(cursor), 1, BT_CURSOR_MAX - 1);

        assert_int_equal(parse_with(cases[i].raw, i % 2 ? "after" : "before",
                                    cursor, cases[i].path, &next, &refusal),
                         200);
        assert_int_equal(next.position_at, cases[i].at);
        assert_int_equal(next.position_id, cases[i].id);
        assert_int_equal(next.from, first.from);
        assert_int_equal(next.to, first.to);
        assert_string_equal(i % 2 ? next.after : next.before, cursor);

        /* the third page's cursor has the same window */
        assert_string_equal(cursor_of(&next, cases[i].path, cases[i].at,
                                      cases[i].id), cursor);
    }
}


/* What may change while a list is read, and what may not. */
static void
test_cursor_bound(void **state)
{
    static const struct {
        const char  *path;
        const char  *raw;
        int          status;
    } cases[] = {
        { "data", "status=FAILED&cluster=a", 200 },
        { "data", "cluster=a&status=FAILED&range=24h", 200 },
        { "data", "status=FAILED&cluster=a&tz=Asia/Tokyo&size=7", 200 },
        { "data", "status=FAILED&cluster=a&lang=zh&layout=frame", 200 },
        { "data.xml", "status=FAILED&cluster=a", 200 },
        { "data", "status=FAILED", 400 },
        { "data", "cluster=a", 400 },
        { "data", "status=FAILED&status=UNKNOWN&cluster=a", 400 },
        { "data", "status=FAILED&cluster=A", 400 },
        { "data", "status=FAILED&tenant=a", 400 },
        { "data", "status=FAILED&cluster=a&tenant=a", 400 },
        { "data", "status=FAILED&cluster=a&tenant-name=a", 400 },
        { "data", "status=FAILED&cluster=a&group=a", 400 },
        { "data", "status=FAILED&cluster=a&cluster-id=1", 400 },
        { "data", "status=FAILED&cluster=a&backup-set=0", 400 },
        { "data", "status=FAILED&cluster=a&mode=FULL", 400 },
        { "data", "status=FAILED&cluster=a&method=LOGICAL", 400 },
        { "data", "status=FAILED&cluster=a&settled=no", 400 },
        { "data.atom", "status=FAILED&cluster=a&range=24h", 400 },
        { "data", "status=FAILED&cluster=a&range=7d", 400 },
        { "data", "status=FAILED&cluster=a&range=custom&from=2026-11-01"
          "&to=2026-11-02", 400 },
        { "data.xml", "status=FAILED&cluster=a"
          "&updated-after=2026-11-01T00:00:00Z", 400 },
        { "log", "status=FAILED&cluster=a&range=24h", 400 },
        { "cleanup", "status=FAILED&cluster=a", 400 },
        { "second", "status=FAILED&cluster=a", 400 },
        { "data/7/second", "status=FAILED&cluster=a&range=24h", 400 },
    };
    bt_query    query = test_good("status=FAILED&cluster=a", "data"), next;
    bt_refusal  refusal;
    char        cursor[BT_CURSOR_MAX];
    size_t      i;
    int         status;

    (void) state;

    snprintf(cursor, sizeof(cursor), "%s",
             cursor_of(&query, "data", TEST_NOW, 9));

    for (i = 0; i < COUNT(cases); i++) {
        status = parse_with(cases[i].raw, "after", cursor, cases[i].path,
                            &next, &refusal);
        if (status != cases[i].status) {
            fail_msg("%s?%s: %d", cases[i].path, cases[i].raw, status);
        }
        if (status == 400) {
            assert_string_equal(refusal.param, "after");
        }
    }
}


static void
test_cursor_ids(void **state)
{
    bt_query    query = test_good("", "data/7/second"), next;
    bt_refusal  refusal;
    char        cursor[BT_CURSOR_MAX];

    (void) state;

    snprintf(cursor, sizeof(cursor), "%s",
             cursor_of(&query, "data/7/second", 1, 9));
    assert_int_equal(parse_with("", "before", cursor, "data/7/second", &next,
                                &refusal), 200);
    assert_int_equal(parse_with("", "before", cursor, "data/8/second", &next,
                                &refusal), 400);
    assert_string_equal(refusal.param, "before");
}


static void
test_cursor_custom(void **state)
{
    const char  *raw = "range=custom&from=2026-11-01&to=2026-11-02";
    bt_query     query = test_good(raw, "data"), next;
    bt_refusal   refusal;
    char         cursor[BT_CURSOR_MAX];

    (void) state;

    snprintf(cursor, sizeof(cursor), "%s", cursor_of(&query, "data", 1, 9));
    assert_int_equal(parse_with(raw, "after", cursor, "data", &next,
                                &refusal), 200);
    /* the same instants in other words */
    assert_int_equal(parse_with("range=custom&tz=Asia/Shanghai"
                                "&from=2026-11-01T08:00&to=2026-11-02T08:00",
                                "after", cursor, "data", &next, &refusal),
                     200);
    /* other instants in the same words */
    assert_int_equal(parse_with("range=custom&tz=Asia/Shanghai"
                                "&from=2026-11-01&to=2026-11-02",
                                "after", cursor, "data", &next, &refusal),
                     400);
    assert_int_equal(parse_with("range=custom&from=2026-11-01&to=2026-11-03",
                                "after", cursor, "data", &next, &refusal),
                     400);
}


/* Every change of one character is found. */
static void
test_cursor_mutated(void **state)
{
    static const char  letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
                                   "opqrstuvwxyz0123456789-_.~";
    bt_query           query = test_good("", "data"), next;
    bt_refusal         refusal;
    char               good[BT_CURSOR_MAX], bad[BT_CURSOR_MAX];
    size_t             i, k;

    (void) state;

    snprintf(good, sizeof(good), "%s", cursor_of(&query, "data", 1, 9));

    for (i = 0; good[i] != '\0'; i++) {
        for (k = 0; k < sizeof(letters) - 1; k++) {
            memcpy(bad, good, sizeof(bad));
            bad[i] = letters[k];

            if (bad[i] != good[i]) {
                assert_int_equal(parse_with("", "after", bad, "data", &next,
                                            &refusal), 400);
                assert_string_equal(refusal.param, "after");
            }
        }
    }
}


static void
test_cursor_garbage(void **state)
{
    bt_query     query = test_good("", "data"), next;
    bt_refusal   refusal;
    char         cursor[BT_CURSOR_MAX], text[1024];
    size_t       len;

    (void) state;

    snprintf(cursor, sizeof(cursor), "%s", cursor_of(&query, "data", 1, 9));
    len = strlen(cursor);

    snprintf(text, sizeof(text), "%sA", cursor);
    assert_int_equal(parse_with("", "after", text, "data", &next, &refusal),
                     400);
    snprintf(text, sizeof(text), "%s==", cursor);
    assert_int_equal(parse_with("", "after", text, "data", &next, &refusal),
                     400);
    snprintf(text, sizeof(text), "%.*s", (int) len - 1, cursor);
    assert_int_equal(parse_with("", "after", text, "data", &next, &refusal),
                     400);
    memset(text, 'A', 600);
    text[600] = '\0';
    assert_int_equal(parse_with("", "after", text, "data", &next, &refusal),
                     400);
    snprintf(text, sizeof(text), "%s&before=%s", cursor, cursor);
    assert_int_equal(parse_with("", "after", text, "data", &next, &refusal),
                     400);
    assert_string_equal(refusal.param, "before");
    snprintf(text, sizeof(text), "%s&before=", cursor);
    assert_int_equal(parse_with("", "after", text, "data", &next, &refusal),
                     200);

    /* positions that no row has */
    assert_int_equal(parse_with("", "after", cursor_of(&query, "data", 1, 0),
                                "data", &next, &refusal), 400);
    assert_int_equal(parse_with("", "after",
                                cursor_of(&query, "data", 1, BT_ID_MAX + 1),
                                "data", &next, &refusal), 400);
    assert_int_equal(parse_with("", "after",
                                cursor_of(&query, "data", INT64_MIN, 1),
                                "data", &next, &refusal), 400);
    assert_int_equal(parse_with("", "after",
                                cursor_of(&query, "data", INT64_MAX, 1),
                                "data", &next, &refusal), 400);
}


/* A cursor with the right sums and a window that no preset makes. */
static void
test_cursor_window(void **state)
{
    bt_query    query, next;
    bt_refusal  refusal;

    (void) state;

    query = test_good("range=1h", "data");
    query.from -= BT_DAY;
    assert_int_equal(parse_with("range=1h", "after",
                                cursor_of(&query, "data", 1, 9), "data",
                                &next, &refusal), 400);
    query.from = BT_USEC_NONE;
    assert_int_equal(parse_with("range=1h", "after",
                                cursor_of(&query, "data", 1, 9), "data",
                                &next, &refusal), 400);
    query = test_good("range=1h", "data");
    query.from += 1;
    query.to += 1;
    assert_int_equal(parse_with("range=1h", "after",
                                cursor_of(&query, "data", 1, 9), "data",
                                &next, &refusal), 400);
    query = test_good("", "log");
    query.from = 0;
    query.to = BT_HOUR;
    assert_int_equal(parse_with("", "after", cursor_of(&query, "log", 1, 9),
                                "log", &next, &refusal), 400);
}


static const bt_delta  far_delta = {
    .change = INT64_MAX, .at = TEST_NOW, .id = BT_ID_MAX,
    .removed_change = 7, .removed_id = 0, .issued = TEST_NOW - 1,
    .places = -5
};


/* A position comes back as it was, in the list and filters that it is from,
 * whatever the list's start was. */
static void
test_delta_round(void **state)
{
    char        text[BT_CURSOR_MAX];
    bt_query    query, next;
    bt_route    route = test_route("data.xml");
    bt_refusal  refusal;

    (void) state;

    query = test_good("cluster=pay&updated-after=2026-01-01T00:00:00Z",
                      "data.xml");
    bt_delta_format(text, &query, &route, &far_delta);
    assert_int_equal(parse_with("cluster=pay&size=7", "delta", text,
                                "data.xml", &next, &refusal), 200);
    assert_memory_equal(&next.position_delta, &far_delta, sizeof(bt_delta));
    assert_int_equal(next.from, BT_USEC_NONE);

    assert_int_equal(parse_with("cluster=pax", "delta", text, "data.xml",
                                &next, &refusal), 400);
    assert_int_equal(parse_with("", "delta", text, "data.xml", &next,
                                &refusal), 400);
    assert_int_equal(parse_with("cluster=pay", "delta", text, "log.xml",
                                &next, &refusal), 400);
    assert_int_equal(parse_with("cluster=pay", "after", text, "data.xml",
                                &next, &refusal), 400);
    assert_int_equal(parse_with("cluster=pay&range=7d", "delta", text,
                                "data.xml", &next, &refusal), 400);
    assert_string_equal(refusal.param, "range");
    assert_int_equal(parse_with("cluster=pay", "delta", text, "data", &next,
                                &refusal), 400);
    assert_string_equal(refusal.param, "delta");
}


static void
test_delta_mutated(void **state)
{
    char        good[BT_CURSOR_MAX], bad[BT_CURSOR_MAX];
    size_t      i;
    bt_query    query = test_good("", "log.xml"), next;
    bt_route    route = test_route("log.xml");
    bt_refusal  refusal;

    (void) state;

    bt_delta_format(good, &query, &route, &far_delta);

    for (i = 0; good[i] != '\0'; i++) {
        memcpy(bad, good, sizeof(bad));
        bad[i] = good[i] == 'A' ? 'B' : 'A';
        assert_int_equal(parse_with("", "delta", bad, "log.xml", &next,
                                    &refusal), 400);
        assert_string_equal(refusal.param, "delta");

        memcpy(bad, good, i);
        bad[i] = '\0';
        assert_int_equal(parse_with("", "delta", bad, "log.xml", &next,
                                    &refusal), i == 0 ? 200 : 400);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_canonical),
        cmocka_unit_test(test_omit),
        cmocka_unit_test(test_other_route),
        cmocka_unit_test(test_full_buffer),
        cmocka_unit_test(test_random_round),
        cmocka_unit_test(test_cursor_round),
        cmocka_unit_test(test_cursor_bound),
        cmocka_unit_test(test_cursor_ids),
        cmocka_unit_test(test_cursor_custom),
        cmocka_unit_test(test_cursor_mutated),
        cmocka_unit_test(test_cursor_garbage),
        cmocka_unit_test(test_cursor_window),
        cmocka_unit_test(test_delta_round),
        cmocka_unit_test(test_delta_mutated),
    };

    return cmocka_run_group_tests_name("common: query", tests, NULL, NULL);
}

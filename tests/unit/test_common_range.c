/* test_common_range.c: ranges, their defaults and bounds, zones, signs. */

#include "tests/unit/test_common.h"


static bt_usec
at(const char *text)
{
    bt_usec  usec = -1;

    assert_true(bt_time_parse_rfc3339(bt_str_of(text), &usec));
    return usec;
}


static void
assert_window(const char *raw, const char *path, bt_range_e range,
    const char *from, const char *to)
{
    bt_query  query = test_good(raw, path);
    char      text[2][BT_TIME_MAX];

    assert_int_equal(query.range, range);

    if (from == NULL) {
        assert_true(query.from == BT_USEC_NONE);
        assert_true(query.to == BT_USEC_NONE);
        return;
    }

    if (query.from != at(from) || query.to != at(to)) {
        bt_time_format_utc(text[0], query.from);
        bt_time_format_utc(text[1], query.to);
        fail_msg("%s?%s: %s to %s", path, raw, text[0], text[1]);
    }
}


static void
test_presets(void **state)
{
    (void) state;

    assert_window("range=1h", "data", BT_RANGE_1H, "2026-11-22T07:20:00Z",
                  "2026-11-22T08:21:00Z");
    assert_window("range=24h", "data", BT_RANGE_24H, "2026-11-21T08:20:00Z",
                  "2026-11-22T08:21:00Z");
    assert_window("range=7d", "data", BT_RANGE_7D, "2026-11-15T08:20:00Z",
                  "2026-11-22T08:21:00Z");
    assert_window("range=30d", "log", BT_RANGE_30D, "2026-10-23T08:20:00Z",
                  "2026-11-22T08:21:00Z");
    /* a preset is a length, not a day of the zone */
    assert_window("range=24h&tz=Asia/Kathmandu", "data", BT_RANGE_24H,
                  "2026-11-21T08:20:00Z", "2026-11-22T08:21:00Z");
}


static void
test_whole_minute(void **state)
{
    bt_param_conf  conf = test_conf();
    bt_query       query;
    bt_refusal     refusal;

    (void) state;

    conf.now = at("2026-11-22T08:20:00Z");
    assert_int_equal(test_parse("range=1h", "data", &conf, &query, &refusal),
                     200);
    assert_int_equal(query.from, at("2026-11-22T07:20:00Z"));
    assert_int_equal(query.to, at("2026-11-22T08:20:00Z"));
}


static void
test_defaults(void **state)
{
    static const char *const  day[] = {
        "", "data", "cleanup", "second", "commands", "audit", "log/1",
        "data.xml", "cleanup.xml", "second.xml", "commands.xml", "audit.xml",
        "log/1.xml",
    };
    static const char *const  none[] = {
        "log", "clusters", "data/1/second", "log.xml", "data/1", "second/1",
        "cleanup/1", "clusters/1", "commands/1", "log/1/stop", "health",
    };
    size_t  i;

    (void) state;

    for (i = 0; i < COUNT(day); i++) {
        assert_window("", day[i], BT_RANGE_24H, "2026-11-21T08:20:00Z",
                      "2026-11-22T08:21:00Z");
        assert_int_equal(test_good("", day[i]).given, 0);
    }

    for (i = 0; i < COUNT(none); i++) {
        assert_window("", none[i], BT_RANGE_NONE, NULL, NULL);
    }

    assert_window("updated-after=2026-11-01T00:00:00Z", "data.xml",
                  BT_RANGE_NONE, NULL, NULL);
    assert_window("updated-after=2026-11-01T00:00:00Z&range=1h", "data.xml",
                  BT_RANGE_1H, "2026-11-22T07:20:00Z",
                  "2026-11-22T08:21:00Z");
}


static void
test_custom(void **state)
{
    static const struct {
        const char  *raw;
        const char  *from;
        const char  *to;
    } cases[] = {
        { "from=2026-11-01&to=2026-11-02", "2026-11-01T00:00:00Z",
          "2026-11-02T00:00:00Z" },
        { "from=2026-11-01T08:00:00%2B08:00&to=2026-11-02T00:00:00Z",
          "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z" },
        { "from=2026-11-01T08:00:00+08:00&to=2026-11-02T00:00:00.5z",
          "2026-11-01T00:00:00Z", "2026-11-02T00:00:00.5Z" },
        { "from=2026-11-01T08:00:00.123456+08:00&to=2026-11-02",
          "2026-11-01T00:00:00.123456Z", "2026-11-02T00:00:00Z" },
        { "from=2026-11-01T08:00:00%2008:00&to=2026-11-02",
          "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z" },
        { "from=2026-11-01T08%3A00&to=2026-11-01t08:00:01",
          "2026-11-01T08:00:00Z", "2026-11-01T08:00:01Z" },
        { "tz=Asia/Shanghai&from=2026-11-01&to=2026-11-02",
          "2026-10-31T16:00:00Z", "2026-11-01T16:00:00Z" },
        { "from=2026-11-01&to=2026-11-02&tz=Asia%2FShanghai",
          "2026-10-31T16:00:00Z", "2026-11-01T16:00:00Z" },
        { "from=2026-11-01&to=2026-11-02&tz=+08:00",
          "2026-10-31T16:00:00Z", "2026-11-01T16:00:00Z" },
        { "from=2026-11-01&to=2026-11-02&tz=%2B08:00",
          "2026-10-31T16:00:00Z", "2026-11-01T16:00:00Z" },
        { "from=2026-11-01&to=2026-11-02&tz=-03:30",
          "2026-11-01T03:30:00Z", "2026-11-02T03:30:00Z" },
        { "from=2026-11-01&to=2026-11-02&tz=Etc/GMT+5",
          "2026-11-01T05:00:00Z", "2026-11-02T05:00:00Z" },
        { "from=2026-10-25T02:30&to=2026-10-25T02:30&tz=Europe/Berlin",
          "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z" },
        { "from=2011-12-29&to=2011-12-30&tz=Pacific/Apia",
          "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z" },
        { "from=1970-01-01&to=1970-01-02", "1970-01-01T00:00:00Z",
          "1970-01-02T00:00:00Z" },
        { "from=2199-12-01&to=2199-12-31T23:59:59.999999",
          "2199-12-01T00:00:00Z", "2199-12-31T23:59:59.999999Z" },
        { "from=2025-01-01&to=2026-02-05", "2025-01-01T00:00:00Z",
          "2026-02-05T00:00:00Z" },
    };
    char    raw[160];
    size_t  i;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        snprintf(raw, sizeof(raw), "range=custom&%s", cases[i].raw);
        assert_window(raw, "data", BT_RANGE_CUSTOM, cases[i].from,
                      cases[i].to);
        snprintf(raw, sizeof(raw), "%s&range=custom", cases[i].raw);
        assert_window(raw, "log/7.xml", BT_RANGE_CUSTOM, cases[i].from,
                      cases[i].to);
    }
}


static void
test_bad_ranges(void **state)
{
    static const struct {
        const char  *raw;
        const char  *param;
    } cases[] = {
        { "range=2h", "range" }, { "range=24H", "range" },
        { "range=none", "range" }, { "range=+24h", "range" },
        { "range=custom", "from" }, { "range=custom&from=2026-01-01", "to" },
        { "range=custom&to=2026-01-01", "from" },
        { "range=custom&from=&to=2026-01-01", "from" },
        { "range=custom&from=2026-01-01&to=", "to" },
        { "from=2026-01-01&to=2026-01-02", "from" },
        { "from=2026-01-01", "from" }, { "to=2026-01-01", "to" },
        { "range=24h&from=2026-01-01&to=2026-01-02", "from" },
        { "range=24h&to=2026-01-02", "to" },
        { "range=custom&from=2026-01-02&to=2026-01-01", "from" },
        { "range=custom&from=2026-01-02&to=2026-01-02", "from" },
        { "range=custom&from=2011-12-30&to=2011-12-31&tz=Pacific/Apia",
          "from" },
        { "range=custom&from=x&to=2026-01-01", "from" },
        { "range=custom&from=2026-01-01&to=x", "to" },
        { "range=custom&from=2026-01-01T00:00:60Z&to=2026-01-02", "from" },
        { "range=custom&from=1969-12-31&to=1970-01-02", "from" },
        { "range=custom&from=2199-12-31&to=2200-01-01", "to" },
        { "range=custom&from=2026-01-01+00:00:00&to=2026-01-02", "from" },
        { "range=custom&from=2026-01-01T00:00:00.0000001Z&to=2026-01-02",
          "from" },
        { "range=custom&from=2026-01-01T00:00:00.00000000000000000000000001Z"
          "&to=2026-01-02", "from" },
        { "range=custom&from=2025-01-01&to=2026-02-06", "range" },
        { "range=custom&from=1970-01-01&to=2199-12-31", "range" },
        { "range=custom&from=2026-01-01&to=2026-01-02&from=2026-01-01",
          "from" },
        { "tz=Mars/X&range=custom&from=2026-01-01&to=2026-01-02", "tz" },
        { "tz=8:00", "tz" }, { "tz=+8:00", "tz" }, { "tz=UTC+", "tz" },
        { "tz=UTC+8", "tz" }, { "tz=CST", "tz" }, { "tz=%2015:00", "tz" },
        { "tz=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
          "AAAAAAAAAAA", "tz" },
    };
    size_t  i;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        test_bad(cases[i].raw, "data", cases[i].param);
        test_bad(cases[i].raw, "log.xml", cases[i].param);
    }

    test_bad("updated-after=2026-01-01", "data.xml", "updated-after");
    test_bad("updated-after=2026-01-01T00:00:00", "data.xml",
             "updated-after");
    test_bad("updated-after=2200-01-01T00:00:00Z", "data.xml",
             "updated-after");
    assert_int_equal(test_good("updated-after=2026-11-22T16:20:04+08:00",
                               "data.xml").updated_after,
                     at("2026-11-22T08:20:04Z"));
}


/* What an operator configures bounds what is asked for, not our default. */
static void
test_range_max(void **state)
{
    bt_param_conf  conf = test_conf();
    bt_query       query;
    bt_refusal     refusal;

    (void) state;

    conf.range_max = 90 * BT_MINUTE;
    assert_int_equal(test_parse("range=1h", "data", &conf, &query, &refusal),
                     200);
    assert_int_equal(test_parse("", "data", &conf, &query, &refusal), 200);
    assert_int_equal(test_parse("range=24h", "data", &conf, &query,
                                &refusal), 400);
    assert_string_equal(refusal.param, "range");
    assert_non_null(strstr(refusal.text, "5400 seconds"));
    assert_int_equal(test_parse("range=custom&from=2026-01-01T00:00"
                                "&to=2026-01-01T01:30", "data", &conf,
                                &query, &refusal), 200);
    assert_int_equal(test_parse("range=custom&from=2026-01-01T00:00"
                                "&to=2026-01-01T01:30:00.000001", "data",
                                &conf, &query, &refusal), 400);

    conf.range_max = 0;
    assert_int_equal(test_parse("range=custom&from=2020-01-01&to=2026-01-01",
                                "data", &conf, &query, &refusal), 400);
    assert_non_null(strstr(refusal.text, "400 days"));

    conf.range_max = 4000 * BT_DAY;
    assert_int_equal(test_parse("range=custom&from=2020-01-01&to=2026-01-01",
                                "data", &conf, &query, &refusal), 200);
}


static void
test_zones(void **state)
{
    bt_param_conf  conf = test_conf();
    bt_query       query;
    bt_refusal     refusal;

    (void) state;

    assert_string_equal(test_good("", "data").tz, "UTC");
    assert_string_equal(test_good("tz=Z", "data").tz, "UTC");
    assert_string_equal(test_good("tz=+00:00", "data").tz, "UTC");
    assert_string_equal(test_good("tz=+08:00", "data/1").tz, "+08:00");
    assert_string_equal(test_good("tz=Etc/GMT+5", "data").tz, "Etc/GMT+5");

    conf.time_zone = "Asia/Shanghai";
    assert_int_equal(test_parse("range=custom&from=2026-11-01&to=2026-11-02",
                                "data", &conf, &query, &refusal), 200);
    assert_string_equal(query.tz, "Asia/Shanghai");
    assert_int_equal(query.given & (1u << BT_PARAM_TZ), 0);
    assert_int_equal(query.from, at("2026-10-31T16:00:00Z"));
    assert_int_equal(test_parse("tz=UTC", "data", &conf, &query, &refusal),
                     200);
    assert_string_equal(query.tz, "UTC");
}


/* A feed's bare address shows what is newest, whenever that was. */
static void
test_feed(void **state)
{
    bt_query  query = test_good("", "data.atom");

    (void) state;

    assert_int_equal(query.range, BT_RANGE_NONE);
    assert_int_equal(query.from, BT_USEC_NONE);
    assert_int_equal(query.size, 50);
    assert_int_equal(test_good("range=7d", "data.atom").range, BT_RANGE_7D);
    assert_int_equal(test_good("size=500", "data.atom").size, 500);
    test_bad("size=501", "data.atom", "size");
    test_bad("size=all", "data.atom", "size");
    test_bad("status=OK", "clusters.atom", "status");
}


static void
test_range_names(void **state)
{
    (void) state;

    assert_string_equal(bt_range_name(BT_RANGE_NONE), "");
    assert_string_equal(bt_range_name(BT_RANGE_1H), "1h");
    assert_string_equal(bt_range_name(BT_RANGE_30D), "30d");
    assert_string_equal(bt_range_name(BT_RANGE_CUSTOM), "custom");
    assert_string_equal(bt_range_name((bt_range_e) 99), "");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_presets),
        cmocka_unit_test(test_whole_minute),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_custom),
        cmocka_unit_test(test_bad_ranges),
        cmocka_unit_test(test_range_max),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_feed),
        cmocka_unit_test(test_range_names),
    };

    return cmocka_run_group_tests_name("common: range", tests, NULL, NULL);
}

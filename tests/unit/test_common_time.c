/* test_common_time.c: times as text, the calendar's arithmetic. */

#include "tests/unit/test_common.h"

#include "common/bt_civil.h"

#define T0  INT64_C(1795335604000000)      /* 2026-11-22T08:20:04Z */


static void
test_rfc3339_good(void **state)
{
    static const struct {
        const char  *text;
        bt_usec      at;
    } cases[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "2026-11-22T08:20:04Z", T0 },
        { "2026-11-22t08:20:04z", T0 },
        { "2026-11-22T08:20:04+00:00", T0 },
        { "2026-11-22T08:20:04-00:00", T0 },
        { "2026-11-22T16:20:04+08:00", T0 },
        { "2026-11-22T02:50:04-05:30", T0 },
        { "2026-11-23T08:19:04+23:59", T0 },
        { "2026-11-21T08:21:04-23:59", T0 },
        { "2026-11-22T08:20:04.5Z", T0 + 500000 },
        { "2026-11-22T08:20:04.05Z", T0 + 50000 },
        { "2026-11-22T08:20:04.123Z", T0 + 123000 },
        { "2026-11-22T08:20:04.1234Z", T0 + 123400 },
        { "2026-11-22T08:20:04.12345Z", T0 + 123450 },
        { "2026-11-22T08:20:04.123456Z", T0 + 123456 },
        { "2026-11-22T08:20:04.000001+00:00", T0 + 1 },
        { "2000-02-29T00:00:00Z", INT64_C(951782400000000) },
        { "2028-02-29T12:00:00Z", INT64_C(1835438400000000) },
        { "2199-12-31T23:59:59.999999Z", INT64_C(7258118399999999) },
        { "2199-12-31T23:59:59+23:59", INT64_C(7258032059000000) },
        { "1970-01-02T00:00:00+14:00", INT64_C(36000000000) },
    };
    bt_zone  zone;
    bt_usec  at;
    size_t   i;

    (void) state;

    assert_true(bt_zone_open(&zone, BT_STR("Asia/Shanghai")));

    for (i = 0; i < COUNT(cases); i++) {
        at = -1;
        assert_true(bt_time_parse_rfc3339(bt_str_of(cases[i].text), &at));
        assert_int_equal(at, cases[i].at);

        /* an offset wins over the zone */
        at = -1;
        assert_true(bt_time_parse(bt_str_of(cases[i].text), &zone,
                                  BT_GAP_FIRST, &at));
        assert_int_equal(at, cases[i].at);
    }

    bt_zone_close(&zone);
}


static const char *const  bad_times[] = {
    "", "Z", "T", "2026", "2026-11", "2026-11-", "2026-11-2", "2026-1-22",
    "26-11-22", "02026-11-22", "20261122", "2026/11/22", "2026-11-22Z",
    "2026-11-22T", "2026-11-22T08", "2026-11-22T8:20", "2026-11-22T0820",
    "2026-11-22T08:20Z", "2026-11-22T08:20+08:00", "2026-11-22T08:2",
    "2026-11-22T08:20:", "2026-11-22T08:20:4Z", "2026-11-22T08:20:04 Z",
    "2026-11-22 08:20:04Z", "2026-11-22 08:20:04", "2026-11-22_08:20:04Z",
    "2026-11-22T08:20:60Z", "2026-11-22T08:20:61", "2026-11-22T24:00:00Z",
    "2026-11-22T24:00", "2026-11-22T23:60", "2026-13-01", "2026-00-01",
    "2026-01-00", "2026-01-32", "2026-02-29", "2026-04-31", "2100-02-29",
    "1969-12-31", "1969-12-31T23:59:59Z", "2200-01-01", "0000-01-01",
    "9999-12-31", "1970-01-01T00:00:00+00:01", "1970-01-01T07:59:59+08:00",
    "2199-12-31T23:59:59-00:01", "2200-01-01T00:00:00+08:00",
    "2026-11-22T08:20:04.Z", "2026-11-22T08:20:04.", "2026-11-22T08:20:04,5Z",
    "2026-11-22T08:20:04.1234567Z", "2026-11-22T08:20:04.1234567",
    "2026-11-22T08:20.5", "2026-11-22T08:20:04+8:00",
    "2026-11-22T08:20:04+0800", "2026-11-22T08:20:04+08",
    "2026-11-22T08:20:04+24:00", "2026-11-22T08:20:04+08:60",
    "2026-11-22T08:20:04 08:00", "2026-11-22T08:20:04ZZ",
    "2026-11-22T08:20:04Z ", " 2026-11-22T08:20:04Z", "2026-11-22 ",
    "-2026-11-22", "+2026-11-22", "2026-11-22T-8:20", "2026-11--2",
    "2026-W47-7", "now", "1795335604", "2026-11-22T08:20:04+08:00[Asia]",
    "2026-11-22T08:20:04\xE2\x88\x92 8:00",
};


static void
test_bad_texts(void **state)
{
    bt_zone  zone;
    bt_usec  at;
    size_t   i;

    (void) state;

    assert_true(bt_zone_open(&zone, BT_STR("UTC")));

    for (i = 0; i < COUNT(bad_times); i++) {
        if (bt_time_parse(bt_str_of(bad_times[i]), &zone, BT_GAP_FIRST, &at)
            || bt_time_parse_rfc3339(bt_str_of(bad_times[i]), &at))
        {
            fail_msg("\"%s\" is taken", bad_times[i]);
        }
    }

    assert_false(bt_time_parse(BT_STR("2026-11-22\0"), &zone, BT_GAP_FIRST,
                               &at));
    assert_false(bt_time_parse(bt_str_of(NULL), &zone, BT_GAP_FIRST, &at));
}


static void
test_local_forms(void **state)
{
    static const struct {
        const char  *zone;
        const char  *text;
        bt_usec      at;
    } cases[] = {
        { "UTC", "1970-01-01", 0 },
        { "UTC", "2026-11-22T08:20:04", T0 },
        { "UTC", "2026-11-22t08:20:04", T0 },
        { "UTC", "2026-11-22T08:20", T0 - 4 * BT_SECOND },
        { "UTC", "2026-11-22T08:20:04.25", T0 + 250000 },
        { "+08:00", "2026-11-22T16:20:04", T0 },
        { "-03:30", "2026-11-22T04:50:04", T0 },
        { "Asia/Shanghai", "2026-11-22T16:20:04", T0 },
        { "America/New_York", "2026-11-22T03:20:04", T0 },
        { "Asia/Kathmandu", "2026-11-22T14:05:04", T0 },
        { "+08:00", "2026-11-22", INT64_C(1795276800000000) },
        { "UTC", "2199-12-31", INT64_C(7258032000000000) },
    };
    bt_zone  zone;
    bt_usec  at;
    size_t   i;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        assert_true(bt_zone_open(&zone, bt_str_of(cases[i].zone)));
        at = -1;
        assert_true(bt_time_parse(bt_str_of(cases[i].text), &zone,
                                  BT_GAP_SECOND, &at));
        assert_int_equal(at, cases[i].at);
        assert_false(bt_time_parse_rfc3339(bt_str_of(cases[i].text), &at));
        bt_zone_close(&zone);
    }
}


/* A local date may be good and its instant before 1970 or after 2199. */
static void
test_local_bounds(void **state)
{
    bt_zone  zone;
    bt_usec  at;

    (void) state;

    assert_true(bt_zone_open(&zone, BT_STR("Asia/Shanghai")));
    assert_false(bt_time_parse(BT_STR("1970-01-01"), &zone, 0, &at));
    assert_true(bt_time_parse(BT_STR("1970-01-01T08:00"), &zone, 0, &at));
    assert_int_equal(at, 0);
    bt_zone_close(&zone);

    assert_true(bt_zone_open(&zone, BT_STR("-12:00")));
    assert_false(bt_time_parse(BT_STR("2199-12-31T12:00"), &zone, 0, &at));
    assert_true(bt_time_parse(BT_STR("2199-12-31T11:59"), &zone, 0, &at));
}


static void
test_formats(void **state)
{
    static const struct {
        bt_usec      at;
        const char  *utc;
        const char  *sql;
    } cases[] = {
        { 0, "1970-01-01T00:00:00.000000Z", "1970-01-01 00:00:00.000000" },
        { T0, "2026-11-22T08:20:04.000000Z", "2026-11-22 08:20:04.000000" },
        { T0 + 42, "2026-11-22T08:20:04.000042Z",
          "2026-11-22 08:20:04.000042" },
        { -1, "1969-12-31T23:59:59.999999Z", "1969-12-31 23:59:59.999999" },
        { INT64_C(253402300799999999), "9999-12-31T23:59:59.999999Z",
          "9999-12-31 23:59:59.999999" },
        { INT64_C(-30610224000000000), "1000-01-01T00:00:00.000000Z",
          "1000-01-01 00:00:00.000000" },
        { INT64_C(-62135596800000000), "0001-01-01T00:00:00.000000Z",
          "0001-01-01 00:00:00.000000" },
    };
    char     text[BT_TIME_MAX];
    bt_usec  at;
    size_t   i;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        assert_int_equal(bt_time_format_utc(text, cases[i].at),
                         strlen(cases[i].utc));
        assert_string_equal(text, cases[i].utc);
        assert_int_equal(bt_time_format_sql(text, cases[i].at),
                         strlen(cases[i].sql));
        assert_string_equal(text, cases[i].sql);
        assert_true(bt_time_parse_sql(bt_str_of(text), &at));
        assert_int_equal(at, cases[i].at);
    }

    /* whatever comes, the text has room */
    assert_in_range(bt_time_format_utc(text, INT64_MAX), 1, BT_TIME_MAX - 1);
    assert_string_equal(text, "294247-01-10T04:00:54.775807Z");
    assert_in_range(bt_time_format_sql(text, INT64_MIN), 1, BT_TIME_MAX - 1);
    assert_string_equal(text, "-290308-12-21 19:59:05.224192");
}


static void
test_format_local(void **state)
{
    static const struct {
        const char  *zone;
        bt_usec      at;
        const char  *text;
    } cases[] = {
        { "UTC", T0, "2026-11-22T08:20:04+00:00" },
        { "+08:00", T0, "2026-11-22T16:20:04+08:00" },
        { "-00:30", T0, "2026-11-22T07:50:04-00:30" },
        { "-12:00", T0 + 5, "2026-11-21T20:20:04.000005-12:00" },
        { "Asia/Shanghai", T0, "2026-11-22T16:20:04+08:00" },
        { "America/St_Johns", T0, "2026-11-22T04:50:04-03:30" },
        { "Pacific/Chatham", T0, "2026-11-22T22:05:04+13:45" },
        { "Europe/Berlin", INT64_C(1792889999000000),
          "2026-10-25T02:59:59+02:00" },
        { "Europe/Berlin", INT64_C(1792890000000000),
          "2026-10-25T02:00:00+01:00" },
        /* -00:44:30 has no form in RFC 3339: whole minutes, same instant */
        { "Africa/Monrovia", 0, "1969-12-31T23:16:00-00:44" },
    };
    char     text[BT_TIME_MAX];
    bt_zone  zone;
    bt_usec  at;
    size_t   i;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        assert_true(bt_zone_open(&zone, bt_str_of(cases[i].zone)));
        assert_int_equal(bt_time_format_local(text, cases[i].at, &zone),
                         strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);

        if (cases[i].at > 0) {
            assert_true(bt_time_parse_rfc3339(bt_str_of(text), &at));
            assert_int_equal(at, cases[i].at);
        }
        bt_zone_close(&zone);
    }
}


static void
test_sql(void **state)
{
    static const char *const  bad[] = {
        "", "2026-11-22", "2026-11-22T08:20:04", "2026-11-22 08:20",
        "2026-11-22 08:20:60", "2026-11-22 08:20:04Z",
        "2026-11-22 08:20:04.1234567", "0000-00-00 00:00:00",
        "2026-02-30 00:00:00", "2026-11-22  08:20:04",
    };
    bt_usec  at;
    size_t   i;

    (void) state;

    assert_true(bt_time_parse_sql(BT_STR("2026-11-22 08:20:04"), &at));
    assert_int_equal(at, T0);
    assert_true(bt_time_parse_sql(BT_STR("2026-11-22 08:20:04.5"), &at));
    assert_int_equal(at, T0 + 500000);

    for (i = 0; i < COUNT(bad); i++) {
        assert_false(bt_time_parse_sql(bt_str_of(bad[i]), &at));
    }
}


/* Every day of years 1 to 9999, counted one by one. */
static void
test_every_day(void **state)
{
    static const int  lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
                                    30, 31 };
    bt_civil  day = { 1, 1, 1, 0 }, back;
    bt_usec   at = INT64_C(-719162) * BT_DAY;
    int       last;

    (void) state;

    for ( /* void */ ; day.year < 10000; at += BT_DAY) {
        assert_true(bt_civil_valid(day.year, day.month, day.day));
        assert_int_equal(bt_civil_to_usec(&day), at);
        bt_civil_of_usec(at + BT_DAY - 1, &back);

        if (back.year != day.year || back.month != day.month
            || back.day != day.day || back.usec != BT_DAY - 1)
        {
            fail_msg("%d-%d-%d", (int) day.year, day.month, day.day);
        }

        last = lengths[day.month - 1]
               + (day.month == 2 && ((day.year % 4 == 0 && day.year % 100 != 0)
                                     || day.year % 400 == 0));
        if (++day.day > last) {
            assert_false(bt_civil_valid(day.year, day.month, day.day));
            day.day = 1;
            if (++day.month > 12) {
                day.month = 1;
                day.year++;
            }
        }
    }
}


/* What is written in UTC is read back, whatever the microsecond. */
static void
test_round(void **state)
{
    char      text[BT_TIME_MAX];
    uint64_t  seed = 1;
    bt_usec   at, back;
    int       i;

    (void) state;

    for (i = 0; i < 100000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1;
        at = (bt_usec) ((seed >> 1) % UINT64_C(7258118400000000));
        bt_time_format_utc(text, at);
        assert_true(bt_time_parse_rfc3339(bt_str_of(text), &back));
        assert_int_equal(back, at);
    }
}


static void
test_now(void **state)
{
    bt_usec  first = bt_time_now();

    (void) state;

    assert_true(first > INT64_C(1700000000) * BT_SECOND);
    assert_true(first < INT64_C(7258118400) * BT_SECOND);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_rfc3339_good),
        cmocka_unit_test(test_bad_texts),
        cmocka_unit_test(test_local_forms),
        cmocka_unit_test(test_local_bounds),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_format_local),
        cmocka_unit_test(test_sql),
        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_round),
        cmocka_unit_test(test_now),
    };

    return cmocka_run_group_tests_name("common: time", tests, NULL, NULL);
}

/* test_common_zone.c: zone names, offsets, local times at gaps and repeats. */

#include "tests/unit/test_common.h"

#include "common/bt_civil.h"


static void
test_good_names(void **state)
{
    static const struct {
        const char  *given;
        const char  *name;
        bool         fixed;
    } cases[] = {
        { "UTC", "UTC", true }, { "Z", "UTC", true },
        { "+00:00", "UTC", true }, { "-00:00", "UTC", true },
        { "+08:00", "+08:00", true }, { "-03:30", "-03:30", true },
        { "+14:00", "+14:00", true }, { "-12:00", "-12:00", true },
        { "+05:45", "+05:45", true }, { "+00:01", "+00:01", true },
        { "Asia/Shanghai", "Asia/Shanghai", false },
        { "Asia/Calcutta", "Asia/Calcutta", false },
        { "America/Argentina/ComodRivadavia",
          "America/Argentina/ComodRivadavia", false },
        { "Etc/GMT+5", "Etc/GMT+5", false }, { "Etc/UTC", "Etc/UTC", false },
        { "GMT", "GMT", false }, { "GMT+0", "GMT+0", false },
        { "EST", "EST", false }, { "EST5EDT", "EST5EDT", false },
        { "PRC", "PRC", false }, { "WET", "WET", false },
        { "Europe/Kyiv", "Europe/Kyiv", false },
    };
    bt_zone  zone, again;
    size_t   i;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        if (!bt_zone_open(&zone, bt_str_of(cases[i].given))) {
            fail_msg("%s is refused", cases[i].given);
        }
        assert_string_equal(zone.name, cases[i].name);
        assert_int_equal(zone.fixed, cases[i].fixed);
        assert_null(zone.calendar);

        /* a name written is a name read */
        assert_true(bt_zone_open(&again, bt_str_of(zone.name)));
        assert_string_equal(again.name, zone.name);
        assert_int_equal(again.offset_seconds, zone.offset_seconds);
    }
}


static void
test_bad_names(void **state)
{
    static const char *const  names[] = {
        "", " ", "utc", "z", "asia/shanghai", "Asia/shanghai", "ASIA/SHANGHAI",
        "Asia/Shanghai ", " Asia/Shanghai", "Asia", "Asia/", "Mars/Olympus",
        "GMT+8", "GMT+08:00", "GMT-3", "UTC+8", "UTC+08:00", "Etc/Unknown",
        "CST", "IST", "PST", "AST", "BST", "JST", "ACT", "VST",
        "SystemV/PST8PDT", "+8:00", "+0800", "+08", "08:00", "+08:0",
        "+08:000", "+14:01", "-12:01", "+15:00", "-13:00", "+99:99", "+08:60",
        "+08.00", "+ 8:00", "--8:00", "+", "-", "Z ", "UTC0", "localtime",
        "/etc/localtime", "../UTC", "posix/UTC", "Asia/Shanghai\n",
        "\xE4\xB8\x8A\xE6\xB5\xB7", "Asia/Shangh\xC3\xA1i", "\xFF",
        "Asia/Shanghai/Asia/Shanghai/Asia/Shanghai/Asia/Shanghai/Asia/Shan",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    bt_zone  zone;
    size_t   i;

    (void) state;

    for (i = 0; i < COUNT(names); i++) {
        if (bt_zone_open(&zone, bt_str_of(names[i]))) {
            fail_msg("\"%s\" is taken", names[i]);
        }
        bt_zone_close(&zone);
    }

    assert_false(bt_zone_open(&zone, BT_STR("UTC\0")));
    assert_false(bt_zone_open(&zone, BT_STR("Asia/Shanghai\0")));
}


typedef struct {
    const char  *zone;
    const char  *local;
    const char  *first;              /* what it means for from */
    const char  *second;             /* what it means for to; NULL: the same */
} local_case;


static const local_case  local_cases[] = {
    /* spring and autumn in Berlin */
    { "Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z", NULL },
    { "Europe/Berlin", "2026-03-29T02:00:00", "2026-03-29T01:00:00Z", NULL },
    { "Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:00:00Z", NULL },
    { "Europe/Berlin", "2026-03-29T02:59:59.999999", "2026-03-29T01:00:00Z",
      NULL },
    { "Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z", NULL },
    { "Europe/Berlin", "2026-03-29T03:00:01", "2026-03-29T01:00:01Z", NULL },
    { "Europe/Berlin", "2026-10-25T01:59:59", "2026-10-24T23:59:59Z", NULL },
    { "Europe/Berlin", "2026-10-25T02:00:00", "2026-10-25T00:00:00Z",
      "2026-10-25T01:00:00Z" },
    { "Europe/Berlin", "2026-10-25T02:59:59.999999",
      "2026-10-25T00:59:59.999999Z", "2026-10-25T01:59:59.999999Z" },
    { "Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z", NULL },
    { "Europe/Berlin", "2199-07-01T12:00:00", "2199-07-01T10:00:00Z", NULL },
    { "America/New_York", "2026-03-08T02:15:00", "2026-03-08T07:00:00Z",
      NULL },
    { "America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z",
      "2026-11-01T06:30:00Z" },
    /* half an hour of summer time */
    { "Australia/Lord_Howe", "2026-04-05T01:29:59", "2026-04-04T14:29:59Z",
      NULL },
    { "Australia/Lord_Howe", "2026-04-05T01:30:00", "2026-04-04T14:30:00Z",
      "2026-04-04T15:00:00Z" },
    { "Australia/Lord_Howe", "2026-04-05T01:59:59", "2026-04-04T14:59:59Z",
      "2026-04-04T15:29:59Z" },
    { "Australia/Lord_Howe", "2026-04-05T02:00:00", "2026-04-04T15:30:00Z",
      NULL },
    { "Australia/Lord_Howe", "2026-10-04T02:10:00", "2026-10-03T15:30:00Z",
      NULL },
    /* days without a midnight */
    { "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", NULL },
    { "America/Sao_Paulo", "2018-11-04T00:30", "2018-11-04T03:00:00Z", NULL },
    { "Asia/Beirut", "2021-03-28", "2021-03-27T22:00:00Z", NULL },
    { "Africa/Cairo", "2010-04-30", "2010-04-29T22:00:00Z", NULL },
    /* a day with two midnights */
    { "America/Havana", "2021-11-07", "2021-11-07T04:00:00Z",
      "2021-11-07T05:00:00Z" },
    { "America/Havana", "2021-11-07T00:30", "2021-11-07T04:30:00Z",
      "2021-11-07T05:30:00Z" },
    { "America/Sao_Paulo", "2018-02-17T23:30", "2018-02-18T01:30:00Z",
      "2018-02-18T02:30:00Z" },
    { "Asia/Tehran", "2021-09-21T23:30", "2021-09-21T19:00:00Z",
      "2021-09-21T20:00:00Z" },
    { "Atlantic/Azores", "2021-10-31", "2021-10-31T00:00:00Z",
      "2021-10-31T01:00:00Z" },
    /* the day that Samoa left out, and those that Kwajalein and Kiribati did */
    { "Pacific/Apia", "2011-12-29T23:59:59", "2011-12-30T09:59:59Z", NULL },
    { "Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", NULL },
    { "Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00Z", NULL },
    { "Pacific/Apia", "2011-12-30T23:59:59.999999", "2011-12-30T10:00:00Z",
      NULL },
    { "Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", NULL },
    { "Pacific/Apia", "2011-12-31T00:00:01", "2011-12-30T10:00:01Z", NULL },
    { "Pacific/Kwajalein", "1993-08-21T12:00", "1993-08-21T12:00:00Z", NULL },
    { "Pacific/Kiritimati", "1994-12-31T06:00", "1994-12-31T10:00:00Z",
      NULL },
    /* seconds in an offset, and their end */
    { "Africa/Monrovia", "1971-06-01T00:00:00", "1971-06-01T00:44:30Z",
      NULL },
    { "Africa/Monrovia", "1972-01-07T00:00:00", "1972-01-07T00:44:30Z",
      NULL },
    { "Africa/Monrovia", "1972-01-07T00:44:29", "1972-01-07T00:44:30Z",
      NULL },
    { "Africa/Monrovia", "1972-01-07T00:44:30", "1972-01-07T00:44:30Z",
      NULL },
    /* a change of the standard offset without summer time */
    { "Asia/Pyongyang", "2015-08-14T23:45", "2015-08-14T14:45:00Z",
      "2015-08-14T15:15:00Z" },
    { "Asia/Pyongyang", "2018-05-04T23:45", "2018-05-04T15:00:00Z", NULL },
    { "America/Caracas", "2007-12-09T02:45", "2007-12-09T06:45:00Z",
      "2007-12-09T07:15:00Z" },
    /* summer and standard time swap without a change of the clock */
    { "Europe/Moscow", "2011-03-27T02:30", "2011-03-26T23:00:00Z", NULL },
    { "Europe/Moscow", "2014-10-26T01:30", "2014-10-25T21:30:00Z",
      "2014-10-25T22:30:00Z" },
    { "Asia/Kathmandu", "1985-12-31T23:59:59", "1985-12-31T18:29:59Z", NULL },
    { "Asia/Kathmandu", "1986-01-01T00:10", "1985-12-31T18:30:00Z", NULL },
    { "Asia/Shanghai", "2026-11-22T16:20:04", "2026-11-22T08:20:04Z", NULL },
    { "Asia/Shanghai", "1991-09-15T01:30", "1991-09-14T16:30:00Z",
      "1991-09-14T17:30:00Z" },
    { "Etc/GMT+5", "2026-01-01", "2026-01-01T05:00:00Z", NULL },
    { "+05:45", "2026-01-01", "2025-12-31T18:15:00Z", NULL },
};


static void
assert_instant(const local_case *c, bt_repeat_e repeat, const char *want)
{
    bt_zone  zone;
    bt_usec  at = -1, wanted;
    char     text[BT_TIME_MAX];

    assert_true(bt_time_parse_rfc3339(bt_str_of(want), &wanted));
    assert_true(bt_zone_open(&zone, bt_str_of(c->zone)));

    if (!bt_time_parse(bt_str_of(c->local), &zone, repeat, &at)
        || at != wanted)
    {
        bt_time_format_utc(text, at);
        fail_msg("%s %s: %s, not %s", c->zone, c->local, text, want);
    }

    bt_zone_close(&zone);
}


static void
test_local_times(void **state)
{
    const local_case  *c;

    (void) state;

    for (c = local_cases; c < local_cases + COUNT(local_cases); c++) {
        assert_instant(c, BT_GAP_FIRST, c->first);
        assert_instant(c, BT_GAP_SECOND, c->second ? c->second : c->first);
    }
}


static void
test_instant_bounds(void **state)
{
    bt_zone  zone;
    bt_usec  at;

    (void) state;

    assert_true(bt_zone_open(&zone, BT_STR("Asia/Shanghai")));
    assert_false(bt_zone_instant(&zone, 2026, 2, 29, 0, 0, &at));
    assert_false(bt_zone_instant(&zone, 2026, 0, 1, 0, 0, &at));
    assert_false(bt_zone_instant(&zone, 2026, 1, 1, -1, 0, &at));
    assert_false(bt_zone_instant(&zone, 2026, 1, 1, BT_DAY, 0, &at));
    assert_false(bt_zone_instant(&zone, 0, 1, 1, 0, 0, &at));
    assert_false(bt_zone_instant(&zone, 10000, 1, 1, 0, 0, &at));
    assert_true(bt_zone_instant(&zone, 9999, 12, 31, BT_DAY - 1, 0, &at));
    assert_int_equal(at, INT64_C(253402300799999999) - 8 * BT_HOUR);
    assert_true(bt_zone_instant(&zone, 1, 1, 1, 0, 0, &at));
    bt_zone_close(&zone);
    assert_null(zone.calendar);
    bt_zone_close(&zone);
}


/* The calendar is opened by the first conversion only. */
static void
test_lazy(void **state)
{
    bt_zone  zone;

    (void) state;

    assert_true(bt_zone_open(&zone, BT_STR("+02:00")));
    assert_int_equal(bt_zone_offset(&zone, TEST_NOW), 7200);
    assert_null(zone.calendar);

    assert_true(bt_zone_open(&zone, BT_STR("Asia/Shanghai")));
    assert_null(zone.calendar);
    assert_int_equal(bt_zone_offset(&zone, TEST_NOW), 28800);
    assert_non_null(zone.calendar);
    bt_zone_close(&zone);
}


/* The microsecond before a change has the old offset. */
static void
test_offset_edges(void **state)
{
    const bt_usec  change = INT64_C(1792890000) * BT_SECOND;
    bt_zone        zone;

    (void) state;

    assert_true(bt_zone_open(&zone, BT_STR("Europe/Berlin")));
    assert_int_equal(bt_zone_offset(&zone, change - 1), 7200);
    assert_int_equal(bt_zone_offset(&zone, change), 3600);
    bt_zone_close(&zone);

    assert_true(bt_zone_open(&zone, BT_STR("Africa/Monrovia")));
    assert_int_equal(bt_zone_offset(&zone, -1), -2670);
    bt_zone_close(&zone);
}


/* The definition, the slow way: all half hours within a day and a half whose
 * local time is the one asked for. */
static void
search_all(bt_zone *zone, bt_usec local, bt_repeat_e repeat,
    bt_usec *out)
{
    bt_usec  at, clock, before = INT64_MIN;
    bool     found = false;

    for (at = local - 36 * BT_HOUR; at < local + 36 * BT_HOUR;
         at += 30 * BT_MINUTE)
    {
        clock = at + bt_zone_offset(zone, at) * BT_SECOND;

        if (clock == local && (!found || repeat == BT_GAP_SECOND)) {
            *out = at;
            found = true;
        }

        if (!found && clock > local && before < local) {
            *out = at;
        }

        before = clock;
    }
}


static void
compare_around(bt_zone *zone, bt_usec change)
{
    static const int  minutes[] = { -1440, -60, -30, 0, 30, 60, 1410, 1440 };
    bt_civil          civil;
    bt_usec           local, want = BT_USEC_NONE, at;
    size_t            i;
    int               repeat;

    for (i = 0; i < COUNT(minutes) * 2; i++) {
        repeat = (int) (i % 2);
        local = change + minutes[i / 2] * BT_MINUTE
                + bt_zone_offset(zone, change - 1) * BT_SECOND;
        bt_civil_of_usec(local, &civil);
        search_all(zone, local, repeat, &want);

        if (!bt_zone_instant(zone, (int) civil.year, civil.month, civil.day,
                             civil.usec, repeat, &at)
            || at != want)
        {
            fail_msg("%s, change %lld, minute %d, %d", zone->name,
                     (long long) change, minutes[i / 2], repeat);
        }
    }
}


static void
test_against_definition(void **state)
{
    static const char *const  zones[] = {
        "Europe/Dublin", "America/Sao_Paulo", "Australia/Lord_Howe",
        "Pacific/Apia", "Africa/Casablanca", "Antarctica/Troll",
        "Asia/Gaza", "America/Caracas",
    };
    bt_zone  zone;
    bt_usec  at, low, high, middle;
    size_t   i;

    (void) state;

    for (i = 0; i < COUNT(zones); i++) {
        assert_true(bt_zone_open(&zone, bt_str_of(zones[i])));

        /* 2007 to 2019 in steps of five days: no offset lasts less */
        for (at = INT64_C(1167609600) * BT_SECOND;
             at < INT64_C(1546300800) * BT_SECOND; at += 5 * BT_DAY)
        {
            low = at;
            high = at + 5 * BT_DAY;

            if (bt_zone_offset(&zone, low) == bt_zone_offset(&zone, high)) {
                continue;
            }

            while (high - low > BT_SECOND) {
                middle = low + (high - low) / BT_SECOND / 2 * BT_SECOND;
                if (bt_zone_offset(&zone, middle)
                    == bt_zone_offset(&zone, at))
                {
                    low = middle;
                } else {
                    high = middle;
                }
            }

            compare_around(&zone, high);
        }

        bt_zone_close(&zone);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_good_names),
        cmocka_unit_test(test_bad_names),
        cmocka_unit_test(test_local_times),
        cmocka_unit_test(test_instant_bounds),
        cmocka_unit_test(test_lazy),
        cmocka_unit_test(test_offset_edges),
        cmocka_unit_test(test_against_definition),
    };

    return cmocka_run_group_tests_name("common: zone", tests, NULL, NULL);
}

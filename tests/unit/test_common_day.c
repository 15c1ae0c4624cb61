/* test_common_day.c: calendar days: text, neighbours, bounds in zones. */

#include "tests/unit/test_common.h"

#include "common/bt_day.h"


static void
test_text(void **state)
{
    static const char *const  bad[] = {
        "", "2026-11-2", "2026-11-222", "2026/11/22", "2026-13-01",
        "2026-02-29", "2026-00-10", "2026-01-00", "1969-12-31", "2200-01-01",
        "+026-11-22", "2026-11-2x", "20261122--",
    };
    char     text[BT_DAY_TEXT];
    size_t   i;
    int64_t  day;

    (void) state;

    assert_true(bt_day_parse(BT_STR("2024-02-29"), &day));
    assert_int_equal(day, 20240229);
    bt_day_format(text, day);
    assert_string_equal(text, "2024-02-29");

    for (i = 0; i < COUNT(bad); i++) {
        if (bt_day_parse(bt_str_of(bad[i]), &day)) {
            fail_msg("\"%s\" is a day", bad[i]);
        }
    }
}


static void
test_neighbours(void **state)
{
    int      i;
    int64_t  day = 20231230, before;

    (void) state;

    assert_int_equal(bt_day_add(20261231, 1), 20270101);
    assert_int_equal(bt_day_add(20240301, -1), 20240229);
    assert_int_equal(bt_day_add(20261122, -31), 20261022);

    for (i = 0; i < 1000; i++) {
        before = day;
        day = bt_day_add(day, 1);
        assert_true(bt_day_valid(day) && day > before);
        assert_int_equal(bt_day_add(day, -1), before);
    }
}


/* Days lie side by side in every zone, and each instant is in its own. */
static void
test_bounds(void **state)
{
    static const char *const  zones[] = {
        "UTC", "+14:00", "-12:00", "Europe/Berlin", "America/Santiago",
        "Australia/Lord_Howe", "Atlantic/Azores", "Asia/Shanghai",
    };
    bt_usec  from, to;
    bt_zone  zone;
    size_t   i;
    int      k;
    int64_t  day;

    (void) state;

    for (i = 0; i < COUNT(zones); i++) {
        assert_true(bt_zone_open(&zone, bt_str_of(zones[i])));
        day = 20250101;

        for (k = 0; k < 800; k++, day = bt_day_add(day, 1)) {
            from = bt_day_begin(&zone, day);
            to = bt_day_begin(&zone, bt_day_add(day, 1));
            assert_true(to - from >= 23 * BT_HOUR && to - from <= 25 * BT_HOUR);
            assert_int_equal(bt_day_of(&zone, from), day);
        }

        bt_zone_close(&zone);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

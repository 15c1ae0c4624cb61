/* test_agent_ob_value.c: odd values of a row are unknown; lists by tenant and id. */

#include "test_common.h"

#include "agent/ob_link.h"
#include "agent/ob_list.h"


static void
test_integers(void **state)
{
    (void) state;

    assert_int_equal(ob_int_of(BT_STR("0")), 0);
    assert_int_equal(ob_int_of(BT_STR("-9040")), -9040);
    assert_int_equal(ob_int_of(BT_STR("12.000")), 12);
    assert_int_equal(ob_int_of(BT_STR("9223372036854775807")), INT64_MAX);
    assert_int_equal(ob_int_of(BT_STR("9223372036854775808")), BT_UNKNOWN);
    assert_int_equal(ob_int_of(BT_STR("99999999999999999999999")),
                     BT_UNKNOWN);
    assert_int_equal(ob_int_of(BT_STR("")), BT_UNKNOWN);
    assert_int_equal(ob_int_of(BT_STR("-")), BT_UNKNOWN);
    assert_int_equal(ob_int_of(BT_STR("1x")), BT_UNKNOWN);
    assert_int_equal(ob_int_of(BT_STR(" 1")), BT_UNKNOWN);
    assert_int_equal(ob_int_of((bt_str) { NULL, 0 }), BT_UNKNOWN);
}


static void
test_times(void **state)
{
    (void) state;

    assert_int_equal(ob_time_of(BT_STR("1970-01-01 00:00:01.5")), 1500000);
    assert_int_equal(ob_time_of(BT_STR("2022-06-20 04:00:00.000000")),
                     INT64_C(1655697600000000));
    assert_int_equal(ob_time_of(BT_STR("0000-00-00 00:00:00")), BT_UNKNOWN);
    assert_int_equal(ob_time_of(BT_STR("yesterday")), BT_UNKNOWN);
    assert_int_equal(ob_time_of((bt_str) { NULL, 0 }), BT_UNKNOWN);

    assert_int_equal(ob_scn_of(BT_STR("1655697600000000000")),
                     INT64_C(1655697600000000));
    assert_int_equal(ob_scn_of(BT_STR("1655697600000000999")),
                     INT64_C(1655697600000000));
    assert_int_equal(ob_scn_of(BT_STR("0")), BT_UNKNOWN);
    assert_int_equal(ob_scn_of(BT_STR("1")), BT_UNKNOWN);
    assert_int_equal(ob_scn_of(BT_STR("18446744073709551615")),
                     INT64_C(18446744073709551));
    assert_int_equal(ob_scn_of(BT_STR("18446744073709551616")), BT_UNKNOWN);
    assert_int_equal(ob_scn_of(BT_STR("-5")), BT_UNKNOWN);
    assert_int_equal(ob_scn_of((bt_str) { NULL, 0 }), BT_UNKNOWN);
}


static void
test_hundredths(void **state)
{
    (void) state;

    assert_int_equal(ob_hundredths_of(BT_STR("0.00")), 0);
    assert_int_equal(ob_hundredths_of(BT_STR("42.3")), 4230);
    assert_int_equal(ob_hundredths_of(BT_STR("99.99")), 9999);
    assert_int_equal(ob_hundredths_of(BT_STR("7")), 700);
    assert_int_equal(ob_hundredths_of(BT_STR("7.")), 700);
    assert_int_equal(ob_hundredths_of(BT_STR("-1.0")), BT_UNKNOWN);
    assert_int_equal(ob_hundredths_of(BT_STR("9223372036854775807")),
                     BT_UNKNOWN);
    assert_int_equal(ob_hundredths_of((bt_str) { NULL, 0 }), BT_UNKNOWN);
}


/* Only integers come into a statement. */
static void
test_statements(void **state)
{
    ob_sql  sql;

    (void) state;

    ob_sql_start(&sql, "SELECT ");
    ob_sql_int(&sql, INT64_MIN);
    ob_sql_add(&sql, ", ");
    ob_sql_time(&sql, 1500 * BT_SECOND);
    assert_string_equal(sql.text, "SELECT -9223372036854775808, "
                        "FROM_UNIXTIME(1499)");
    ob_sql_start(&sql, "");
    ob_sql_time(&sql, BT_UNKNOWN);
    assert_string_equal(sql.text, "FROM_UNIXTIME(0)");
}


typedef struct {
    int64_t tenant;
    int64_t id;
    int     mark;
} item;


static void
test_lists(void **state)
{
    ob_list  list = { .data = NULL };
    item    *found;

    (void) state;

    assert_null(ob_list_find(&list, 1, 1));

    for (int i = 0; i < 100; i++) {
        found = ob_list_add(&list, sizeof(*found));
        assert_non_null(found);
        *found = (item) { 1000 - i % 10, i * 37 % 101, i };
    }

    ob_list_sort(&list);

    for (int i = 0; i < 100; i++) {
        found = ob_list_find(&list, 1000 - i % 10, i * 37 % 101);
        assert_non_null(found);
        assert_int_equal(found->mark, i);
    }

    assert_null(ob_list_find(&list, 1000, 102));
    ob_list_free(&list);

    for (int64_t i = 0; i < 10; i++) {
        assert_true(ob_ids_add(&list, i % 5));
    }

    assert_int_equal(list.count, 5);
    ob_ids_remove(&list, 3);
    assert_false(ob_ids_has(&list, 3));
    ob_ids_trim(&list, 2);
    assert_int_equal(list.count, 2);
    assert_true(ob_ids_has(&list, 4));
    ob_list_free(&list);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_hundredths),
        cmocka_unit_test(test_statements),
        cmocka_unit_test(test_lists),
    };

    return cmocka_run_group_tests_name("agent: ob values", tests, NULL, NULL);
}

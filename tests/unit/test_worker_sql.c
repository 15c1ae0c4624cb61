/* test_worker_sql.c: statements from constant fragments, and scopes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi_backend/request.h"
#include "store/bt_sql.h"


static void
test_in(void **state)
{
    size_t    i;
    bt_sql    sql;
    bt_value  values[5];

    (void) state;

    for (i = 0; i < 5; i++) {
        values[i] = bt_int((int64_t) i + 10);
    }

    bt_sql_init(&sql);
    bt_sql_in(&sql, "a", values, 0);
    assert_string_equal(sql.text, "1 = 0");
    bt_sql_free(&sql);

    bt_sql_in(&sql, "a", values, 1);
    assert_string_equal(sql.text, "a IN (?)");
    bt_sql_free(&sql);

    bt_sql_in(&sql, "a", values, 5);
    assert_string_equal(sql.text, "a IN (?, ?, ?, ?, ?, ?, ?, ?)");
    assert_int_equal(sql.count, 8);
    assert_int_equal(sql.values[4].number, 14);
    assert_int_equal(sql.values[7].number, 14);
    bt_sql_free(&sql);
}


static void
test_long(void **state)
{
    int     i;
    bt_sql  sql;

    (void) state;

    bt_sql_init(&sql);

    for (i = 0; i < 3000; i++) {
        bt_sql_value(&sql, " OR x = ?", bt_int(i));
    }

    assert_int_equal(sql.count, 3000);
    assert_int_equal(strlen(sql.text), 3000 * strlen(" OR x = ?"));
    assert_int_equal(sql.values[2999].number, 2999);
    bt_sql_free(&sql);
}


static void
test_contains(void **state)
{
    bt_str    pattern;
    bt_pool  *pool;

    (void) state;

    pool = bt_pool_new();
    assert_non_null(pool);

    pattern = bt_sql_contains(pool, BT_STR("50%_a|b\\'"));
    assert_true(bt_str_eqz(pattern, "%50|%|_a||b\\'%"));

    bt_pool_free(pool);
}


static void
test_scope(void **state)
{
    bt_pool   *pool;
    bt_scope   scope;

    (void) state;

    pool = bt_pool_new();
    assert_non_null(pool);

    assert_true(bt_scope_parse(&scope, BT_STR(""), pool));
    assert_false(scope.all);
    assert_int_equal(scope.cluster_count + scope.group_count
                     + scope.tenant_count, 0);

    assert_true(bt_scope_parse(&scope, BT_STR(" * "), pool));
    assert_true(scope.all);

    assert_true(bt_scope_parse(&scope, BT_STR("group:a%20b pay%2Fx c/t%2F1"
                                              "  group: /t c/ %zz %ff"),
                               pool));
    assert_false(scope.all);
    assert_int_equal(scope.group_count, 1);
    assert_true(bt_str_eqz(scope.groups[0].text, "a b"));
    assert_int_equal(scope.tenant_count, 1);
    assert_true(bt_str_eqz(scope.tenants[0].cluster, "c"));
    assert_true(bt_str_eqz(scope.tenants[0].tenant, "t/1"));

    /* "group:" alone is a cluster of that name, as nothing else can be. */
    assert_int_equal(scope.cluster_count, 2);
    assert_true(bt_str_eqz(scope.clusters[0].text, "pay/x"));

    bt_pool_free(pool);
}


static void
test_pool(void **state)
{
    char     *big;
    size_t    i;
    bt_pool  *pool;

    (void) state;

    pool = bt_pool_new();
    assert_non_null(pool);

    for (i = 1; i < 1000; i++) {
        assert_int_equal((uintptr_t) bt_pool_alloc(pool, i) % 16, 0);
    }

    big = bt_pool_alloc(pool, 1000000);
    assert_non_null(big);
    memset(big, 1, 1000000);

    bt_pool_reset(pool);
    assert_string_equal(bt_pool_copy(pool, BT_STR("abc")), "abc");
    assert_string_equal(bt_pool_copy(pool, BT_STR("")), "");
    bt_pool_free(pool);
    bt_pool_free(NULL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_in),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_contains),
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_pool),
    };

    return cmocka_run_group_tests_name("worker: sql", tests, NULL, NULL);
}

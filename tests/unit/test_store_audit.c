/* test_store_audit.c: the hash of audit events, against values made by hand. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/sha.h>

#include "store/bt_audit.h"


static bt_audit_event
sample(void)
{
    return (bt_audit_event) {
        .id = 7,
        .at = INT64_C(1763800000123456),
        .user = BT_STR("li.wei"),
        .action = BT_STR("stop"),
        .kind = BT_STR("log"),
        .target_id = 9,
        .outcome = BT_STR("ACCEPTED"),
        .detail = BT_STR("\xe6\xbb\xa1")
    };
}


static void
test_form(void **state)
{
    unsigned char             previous[BT_AUDIT_HASH], hash[BT_AUDIT_HASH];
    unsigned char             expected[SHA256_DIGEST_LENGTH];
    char                      bytes[512];
    const bt_audit_event      event = sample();
    static const char         text[] =
        "1:7\n26:2025-11-22 08:26:40.123456\n6:li.wei\n-\n-\n-\n4:stop\n"
        "3:log\n1:9\n-\n-\n-\n8:ACCEPTED\n3:\xe6\xbb\xa1\n";

    (void) state;

    memset(previous, 0xab, sizeof(previous));
    memcpy(bytes, previous, sizeof(previous));
    memcpy(bytes + sizeof(previous), text, sizeof(text) - 1);
    SHA256((unsigned char *) bytes, sizeof(previous) + sizeof(text) - 1,
           expected);

    assert_true(bt_audit_hash(previous, &event, hash));
    assert_memory_equal(hash, expected, BT_AUDIT_HASH);
}


/* No two events that differ hash alike, also where text moves a column. */
static void
test_columns(void **state)
{
    bt_audit_event  a = sample(), b = sample();
    unsigned char   previous[BT_AUDIT_HASH] = { 0 };
    unsigned char   x[BT_AUDIT_HASH], y[BT_AUDIT_HASH];

    (void) state;

    a.roles = BT_STR("operator");
    b.client_address = BT_STR("operator");
    assert_true(bt_audit_hash(previous, &a, x));
    assert_true(bt_audit_hash(previous, &b, y));
    assert_memory_not_equal(x, y, BT_AUDIT_HASH);

    b = a;
    b.detail = BT_STR("");
    assert_true(bt_audit_hash(previous, &b, y));
    assert_memory_not_equal(x, y, BT_AUDIT_HASH);

    previous[31] = 1;
    assert_true(bt_audit_hash(previous, &a, y));
    assert_memory_not_equal(x, y, BT_AUDIT_HASH);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_columns),
    };

    return cmocka_run_group_tests_name("store: audit", tests, NULL, NULL);
}

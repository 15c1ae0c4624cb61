/* test_common_ob.c: OceanBase versions, identifiers and statements. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/bt_ob.h"


static void
test_major(void **state)
{
    (void) state;

    assert_int_equal(bt_ob_major(BT_STR("4.2.1.0")), 4);
    assert_int_equal(bt_ob_major(BT_STR("3.1.5-OceanBase CE")), 3);
    assert_int_equal(bt_ob_major(BT_STR("5.7.25-OceanBase-v3.2.3.3")), 3);
    assert_int_equal(bt_ob_major(BT_STR("5.7.25-OceanBase-v4.2.1")), 4);
    assert_int_equal(bt_ob_major(BT_STR("2.2.77")), 2);
    assert_int_equal(bt_ob_major(BT_STR("")), 0);
    assert_int_equal(bt_ob_major((bt_str) { NULL, 0 }), 0);
    assert_int_equal(bt_ob_major(BT_STR("OceanBase-v")), 0);
    assert_true(bt_ob_major(BT_STR("99999999999999999999")) > 0);
}


static void
assert_quoted(bt_str name, const char *expected)
{
    char    data[BT_OB_STATEMENT_MAX];
    bt_buf  out;

    bt_buf_init(&out, data, sizeof(data));
    assert_int_equal(bt_ob_quote(&out, name), expected != NULL);
    assert_string_equal(data, expected != NULL ? expected : "");
}


static void
test_quote(void **state)
{
    char  name[4 * 129];

    (void) state;

    assert_quoted(BT_STR("acct"), "`acct`");
    assert_quoted(BT_STR("a`; DROP TABLE x; -- "), "`a``; DROP TABLE x; -- `");
    assert_quoted(BT_STR("```"), "````````");
    assert_quoted(BT_STR("'\"\\"), "`'\"\\`");
    assert_quoted(BT_STR(""), NULL);
    assert_quoted(BT_STR("a\0b"), NULL);
    assert_quoted(BT_STR("\xff"), NULL);

    memset(name, '`', sizeof(name));
    assert_quoted((bt_str) { name, 129 }, NULL);
}


static void
test_statements(void **state)
{
    char  text[BT_OB_STATEMENTS][BT_OB_STATEMENT_MAX];

    (void) state;

    assert_int_equal(bt_ob_statements(text, BT_ACTION_START, 4,
                                      BT_STR("acct"), BT_STR("STOP")), 1);
    assert_string_equal(text[0], "ALTER SYSTEM ARCHIVELOG TENANT = `acct`");

    assert_int_equal(bt_ob_statements(text, BT_ACTION_START, 4,
                                      BT_STR("acct"), BT_STR("SUSPEND")), 1);
    assert_string_equal(text[0], "ALTER SYSTEM SET LOG_ARCHIVE_DEST_STATE ="
                        " 'ENABLE' TENANT = `acct`");

    /* a deferred destination, of a round or a log mode that is off or on */
    assert_int_equal(bt_ob_statements(text, BT_ACTION_START, 4,
                                      BT_STR("acct"), BT_STR("STOP, DEFER")),
                     2);
    assert_string_equal(text[0], "ALTER SYSTEM SET LOG_ARCHIVE_DEST_STATE ="
                        " 'ENABLE' TENANT = `acct`");
    assert_string_equal(text[1], "ALTER SYSTEM ARCHIVELOG TENANT = `acct`");
    assert_int_equal(bt_ob_statements(text, BT_ACTION_START, 4,
                                      BT_STR("acct"),
                                      BT_STR("ARCHIVELOG, DEFER")), 1);
    assert_int_equal(bt_ob_statements(text, BT_ACTION_START, 4,
                                      BT_STR("acct"), BT_STR("DEFER")), 1);
    assert_string_equal(text[0], "ALTER SYSTEM ARCHIVELOG TENANT = `acct`");

    assert_int_equal(bt_ob_statements(text, BT_ACTION_RESTART, 4,
                                      BT_STR("a`b"), BT_STR("")), 2);
    assert_string_equal(text[0], "ALTER SYSTEM NOARCHIVELOG TENANT = `a``b`");
    assert_string_equal(text[1], "ALTER SYSTEM ARCHIVELOG TENANT = `a``b`");

    assert_int_equal(bt_ob_statements(text, BT_ACTION_STOP, 3,
                                      BT_STR("sys"), BT_STR("DOING")), 1);
    assert_string_equal(text[0], "ALTER SYSTEM NOARCHIVELOG");

    assert_int_equal(bt_ob_statements(text, BT_ACTION_STOP, 4, BT_STR(""),
                                      BT_STR("DOING")), 0);
    assert_int_equal(bt_ob_statements(text, BT_ACTION_ACKNOWLEDGE, 4,
                                      BT_STR("acct"), BT_STR("")), 0);
}


static void
test_backup(void **state)
{
    char  text[BT_OB_STATEMENT_MAX];

    (void) state;

    assert_true(bt_ob_backup(text, false, 4, BT_STR("a`b"), 12));
    assert_string_equal(text, "ALTER SYSTEM BACKUP TENANT = `a``b`"
                        " DESCRIPTION = 'backup-tasks command 12'");
    assert_true(bt_ob_backup(text, true, 4, BT_STR("acct"), 0));
    assert_string_equal(text, "ALTER SYSTEM BACKUP INCREMENTAL TENANT = `acct`"
                        " DESCRIPTION = 'backup-tasks command N'");
    assert_true(bt_ob_backup(text, false, 3, BT_STR("sys"), 12));
    assert_string_equal(text, "ALTER SYSTEM BACKUP DATABASE");
    assert_true(bt_ob_backup(text, true, 2, BT_STR("sys"), 12));
    assert_string_equal(text, "ALTER SYSTEM BACKUP INCREMENTAL DATABASE");
    assert_false(bt_ob_backup(text, false, 4, BT_STR(""), 12));
}


static void
test_cancel(void **state)
{
    char  text[BT_OB_STATEMENT_MAX];

    (void) state;

    assert_true(bt_ob_cancel(text, BT_VIEW_DATA, 4, BT_STR("a`b")));
    assert_string_equal(text, "ALTER SYSTEM CANCEL BACKUP TENANT = `a``b`");
    assert_true(bt_ob_cancel(text, BT_VIEW_CLEANUP, 4, BT_STR("acct")));
    assert_string_equal(text,
                        "ALTER SYSTEM CANCEL DELETE BACKUP TENANT = `acct`");
    assert_true(bt_ob_cancel(text, BT_VIEW_DATA, 3, BT_STR("sys")));
    assert_string_equal(text, "ALTER SYSTEM CANCEL BACKUP");
    assert_false(bt_ob_cancel(text, BT_VIEW_LOG, 4, BT_STR("acct")));
    assert_false(bt_ob_cancel(text, BT_VIEW_DATA, 4, BT_STR("")));
}


static void
test_backs_up(void **state)
{
    (void) state;

    assert_true(bt_ob_backs_up(4, 1002));
    assert_false(bt_ob_backs_up(4, 1));
    assert_true(bt_ob_backs_up(3, 1));
    assert_false(bt_ob_backs_up(3, 1001));
}


/* The longest names, doubled or of four bytes a character, fit. */
static void
test_longest(void **state)
{
    static const char  widest[] = { '\xf0', '\xa0', '\x80', '\x80' };

    char    name[128], wide[4 * 128];
    char    text[BT_OB_STATEMENTS][BT_OB_STATEMENT_MAX];
    size_t  i;
    bt_str  tenant = { name, sizeof(name) };

    (void) state;

    memset(name, '`', sizeof(name));
    assert_int_equal(bt_ob_statements(text, BT_ACTION_START, 4, tenant,
                                      BT_STR("SUSPEND")), 1);
    assert_int_equal(strlen(strchr(text[0], '`')), 2 * 128 + 2);

    for (i = 0; i < sizeof(wide); i += sizeof(widest)) {
        memcpy(wide + i, widest, sizeof(widest));
    }

    assert_true(bt_ob_backup(text[0], true, 4, (bt_str) { wide, sizeof(wide) },
                             BT_ID_MAX));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_major),
        cmocka_unit_test(test_quote),
        cmocka_unit_test(test_statements),
        cmocka_unit_test(test_backup),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_backs_up),
        cmocka_unit_test(test_longest),
    };

    return cmocka_run_group_tests_name("common: ob", tests, NULL, NULL);
}

/* test_worker_form.c: tokens of forms, states and acts, causes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "acts/bt_act.h"
#include "fcgi_backend/cause.h"
#include "fcgi_backend/form.h"


static bool
trusted(const char *sent, const char *valid)
{
    bt_form  form = { .csrf = sent };

    return bt_form_trusted(&form, valid);
}


static void
test_token(void **state)
{
    (void) state;

    assert_true(trusted("aaaa", "aaaa bbbb"));
    assert_true(trusted("bbbb", "aaaa bbbb"));
    assert_true(trusted("aaaa", "aaaa"));
    assert_false(trusted("aaab", "aaaa bbbb"));
    assert_false(trusted("aaaa bbbb", "aaaa bbbb"));
    assert_false(trusted("", "aaaa bbbb"));
    assert_false(trusted("", ""));
    assert_false(trusted("", " "));
    assert_false(trusted("aaaa", ""));
}


static bool
allows(const char *status, bt_action_e action)
{
    return bt_act_state_allows(bt_str_of(status), action);
}


static void
test_states(void **state)
{
    (void) state;

    assert_true(allows("STOPPED", BT_ACTION_START));
    assert_false(allows("STOPPED", BT_ACTION_STOP));
    assert_true(allows("IN_PROGRESS", BT_ACTION_STOP));
    assert_false(allows("IN_PROGRESS", BT_ACTION_START));
    assert_false(allows("IN_PROGRESS", BT_ACTION_RESTART));
    assert_true(allows("STARTING", BT_ACTION_STOP));
    assert_true(allows("INTERRUPTED", BT_ACTION_STOP));
    assert_true(allows("INTERRUPTED", BT_ACTION_RESTART));
    assert_false(allows("INTERRUPTED", BT_ACTION_START));
    assert_false(allows("STOPPING", BT_ACTION_START));
    assert_false(allows("STOPPING", BT_ACTION_STOP));
    assert_true(allows("FAILED", BT_ACTION_START));
    assert_true(allows("FAILED", BT_ACTION_ACKNOWLEDGE));
    assert_false(allows("COMPLETED", BT_ACTION_ACKNOWLEDGE));
    assert_false(allows("", BT_ACTION_START));
    assert_true(allows("IN_PROGRESS", BT_ACTION_CANCEL));
    assert_true(allows("PENDING", BT_ACTION_CANCEL));
    assert_true(allows("EXECUTING", BT_ACTION_CANCEL));
    assert_true(allows("REQUESTED", BT_ACTION_CANCEL));
    assert_false(allows("RUNNING", BT_ACTION_CANCEL));
    assert_false(allows("COMPLETED", BT_ACTION_CANCEL));
    assert_true(allows("IDLE", BT_ACTION_BACKUP));
    assert_false(allows("IN_PROGRESS", BT_ACTION_BACKUP));
}


static bool
not_alone(const char *adapter, const char *version, int64_t ob_id)
{
    return bt_act_not_alone(bt_str_of(adapter), bt_str_of(version), ob_id);
}


/* Off unless the operator says so, and only what reaches one tenant. */
static void
test_rules(void **state)
{
    (void) state;

    assert_true(bt_act_needs_leave(BT_VIEW_DATA, BT_ACTION_CANCEL));
    assert_true(bt_act_needs_leave(BT_VIEW_CLEANUP, BT_ACTION_CANCEL));
    assert_true(bt_act_needs_leave(BT_VIEW_CLUSTERS, BT_ACTION_BACKUP));
    assert_false(bt_act_needs_leave(BT_VIEW_COMMANDS, BT_ACTION_CANCEL));
    assert_false(bt_act_needs_leave(BT_VIEW_LOG, BT_ACTION_STOP));
    assert_false(bt_act_needs_leave(BT_VIEW_DATA, BT_ACTION_ACKNOWLEDGE));

    assert_false(not_alone("oceanbase4", "4.2.1.0", 1002));
    assert_true(not_alone("oceanbase4", "4.2.1.0", 1));
    assert_false(not_alone("oceanbase2", "3.1.5-OceanBase CE", 1));
    assert_true(not_alone("oceanbase2", "3.1.5-OceanBase CE", 1001));
    assert_false(not_alone("program", "10.11.6-MariaDB", 1));
    assert_false(not_alone("program", "", 7));
    assert_true(not_alone("program", "4.2.1.0", 1));
}


static void
test_causes(void **state)
{
    size_t                     i;
    const bt_cause            *cause;
    static const char *const   codes[] = {
        "-9040", "-9082", "-9071", "-9070", "-9036", "-9026", "-9138",
        "-9041", "-4072", "-4012", "-4018", "-9087", "-9025", "CANCELED",
        "9040"
    };

    (void) state;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        cause = bt_cause_find(codes[i]);
        assert_non_null(cause);
        assert_non_null(cause->meaning[0]);
        assert_non_null(cause->meaning[1]);
        assert_non_null(cause->remedy[0]);
        assert_non_null(cause->remedy[1]);
    }

    assert_null(bt_cause_find("-1"));
    assert_null(bt_cause_find(""));
    assert_null(bt_cause_find("-"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_causes),
    };

    return cmocka_run_group_tests_name("worker: forms", tests, NULL, NULL);
}

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
        cmocka_unit_test(test_causes),
    };

    return cmocka_run_group_tests_name("worker: forms", tests, NULL, NULL);
}

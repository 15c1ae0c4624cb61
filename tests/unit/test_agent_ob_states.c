/* test_agent_ob_states.c: every state of every OceanBase version has its code; unknown ones never disappear. */

#include "test_common.h"

#include "agent/ob_states.h"

typedef struct {
    bt_view_e   view;
    unsigned    family;
    const char *raw;
    const char *code;
} row;

/* From the kernels' lists and the documents' samples, version by version. */
static const row rows[] = {
    /* 4.0 */
    { BT_VIEW_DATA, OB_V4, "INIT", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "DOING", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_DATA", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_META", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "COMPLETED", "COMPLETED" },
    { BT_VIEW_DATA, OB_V4, "FAILED", "FAILED" },
    { BT_VIEW_DATA, OB_V4, "CANCELING", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "CANCELED", "FAILED" },
    /* 4.2 */
    { BT_VIEW_DATA, OB_V4, "BACKUP_SYS_META", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_USER_META", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_DATA_SYS", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_DATA_MINOR", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_DATA_MAJOR", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_LOG", "IN_PROGRESS" },
    /* 4.3 and newer */
    { BT_VIEW_DATA, OB_V4, "BACKUP_META_FINISH", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_SYS_DATA", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_USER_DATA", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BEFORE_BACKUP_LOG", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "PREPARE_BACKUP_LOG", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_FUSE_TABLET_META", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BEGINNING", "IN_PROGRESS" },
    /* not known */
    { BT_VIEW_DATA, OB_V4, "BACKUP_SOMETHING_NEW", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BEFORE_", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "PREPARE_X", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP", "UNKNOWN" },
    { BT_VIEW_DATA, OB_V4, "ARCHIVED", "UNKNOWN" },
    { BT_VIEW_DATA, OB_V4, "completed", "UNKNOWN" },
    { BT_VIEW_DATA, OB_V4, "", "UNKNOWN" },
    { BT_VIEW_DATA, OB_V4, "\xff", "UNKNOWN" },
    /* 2.2.7x, 3.x */
    { BT_VIEW_DATA, OB_V2, "RUNNING", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V2, "GENERATE", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V2, "COMPLETED", "COMPLETED" },
    { BT_VIEW_DATA, OB_V2, "DELETING", "COMPLETED" },
    { BT_VIEW_DATA, OB_V2, "FAILED", "FAILED" },
    { BT_VIEW_DATA, OB_V2, "INIT", "UNKNOWN" },
    { BT_VIEW_DATA, OB_V4, "RUNNING", "UNKNOWN" },

    { BT_VIEW_LOG, OB_V4, "PREPARE", "STARTING" },
    { BT_VIEW_LOG, OB_V4, "BEGINNING", "STARTING" },
    { BT_VIEW_LOG, OB_V4, "DOING", "IN_PROGRESS" },
    { BT_VIEW_LOG, OB_V4, "INTERRUPTED", "INTERRUPTED" },
    { BT_VIEW_LOG, OB_V4, "STOPPING", "STOPPING" },
    { BT_VIEW_LOG, OB_V4, "STOP", "STOPPED" },
    { BT_VIEW_LOG, OB_V4, "SUSPENDING", "STOPPING" },
    { BT_VIEW_LOG, OB_V4, "SUSPEND", "STOPPED" },
    { BT_VIEW_LOG, OB_V4, "NOARCHIVELOG", "STOPPED" },
    { BT_VIEW_LOG, OB_V4, "ARCHIVELOG", "FAILED" },
    { BT_VIEW_LOG, OB_V4, "STOP, DEFER", "STOPPED" },
    { BT_VIEW_LOG, OB_V4, "BACKUP_X", "UNKNOWN" },
    { BT_VIEW_LOG, OB_V2, "BEGINNING", "STARTING" },
    { BT_VIEW_LOG, OB_V2, "DOING", "IN_PROGRESS" },
    { BT_VIEW_LOG, OB_V2, "STOPPING", "STOPPING" },
    { BT_VIEW_LOG, OB_V2, "STOP", "STOPPED" },
    { BT_VIEW_LOG, OB_V2, "PAUSED", "STOPPED" },
    { BT_VIEW_LOG, OB_V2, "INTERRUPTED", "INTERRUPTED" },
    { BT_VIEW_LOG, OB_V2, "MIXED", "UNKNOWN" },
    { BT_VIEW_LOG, OB_V2, "INVALID", "UNKNOWN" },

    { BT_VIEW_CLEANUP, OB_V4, "INIT", "PENDING" },
    { BT_VIEW_CLEANUP, OB_V4, "DOING", "EXECUTING" },
    { BT_VIEW_CLEANUP, OB_V4, "CANCELING", "EXECUTING" },
    { BT_VIEW_CLEANUP, OB_V4, "COMPLETED", "COMPLETED" },
    { BT_VIEW_CLEANUP, OB_V4, "FAILED", "FAILED" },
    { BT_VIEW_CLEANUP, OB_V4, "CANCELED", "FAILED" },
    { BT_VIEW_CLEANUP, OB_V4, "BACKUP_X", "UNKNOWN" },
    { BT_VIEW_CLEANUP, OB_V2, "PREPARE", "PENDING" },
    { BT_VIEW_CLEANUP, OB_V2, "DOING", "EXECUTING" },
    { BT_VIEW_CLEANUP, OB_V2, "STOP", "COMPLETED" },

    { BT_VIEW_SECOND, OB_V2, "SCHEDULE", "SCHEDULING" },
    { BT_VIEW_SECOND, OB_V2, "BACKUP", "IN_PROGRESS" },
    { BT_VIEW_SECOND, OB_V2, "RUNNING", "IN_PROGRESS" },
    { BT_VIEW_SECOND, OB_V2, "CLEAN", "CLEANING" },
    { BT_VIEW_SECOND, OB_V2, "FINISH", "COMPLETED" },
    { BT_VIEW_SECOND, OB_V2, "COMPLETED", "COMPLETED" },
    { BT_VIEW_SECOND, OB_V2, "CANCEL", "CANCELED" },
    { BT_VIEW_SECOND, OB_V2, "FAILED", "FAILED" },
    { BT_VIEW_SECOND, OB_V2, "STOP", "STOPPED" },
    { BT_VIEW_SECOND, OB_V2, "NEW", "UNKNOWN" }
};


static bool
is_code(bt_view_e view, const char *code)
{
    const char *const  *codes = bt_view_statuses(view);

    for (; *codes != NULL; codes++) {
        if (strcmp(*codes, code) == 0) {
            return true;
        }
    }

    return false;
}


static void
test_codes(void **state)
{
    (void) state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const char  *code = ob_state_code(rows[i].view, rows[i].family,
                                          bt_str_of(rows[i].raw));

        if (strcmp(code, rows[i].code) != 0) {
            fail_msg("%s: %s \"%s\" is %s, not %s",
                     bt_view_name(rows[i].view),
                     rows[i].family == OB_V4 ? "4.x" : "3.x", rows[i].raw,
                     code, rows[i].code);
        }

        assert_true(is_code(rows[i].view, code));
    }
}


static void
test_null(void **state)
{
    (void) state;

    assert_string_equal(ob_state_code(BT_VIEW_DATA, OB_V4,
                                      (bt_str) { NULL, 0 }), "UNKNOWN");
    assert_int_equal(ob_round_of((bt_str) { NULL, 0 }), OB_ROUND_NONE);
}


static void
test_rounds(void **state)
{
    (void) state;

    assert_int_equal(ob_round_of(BT_STR("")), OB_ROUND_NONE);
    assert_int_equal(ob_round_of(BT_STR("PREPARE")), OB_ROUND_PREPARE);
    assert_int_equal(ob_round_of(BT_STR("BEGINNING")), OB_ROUND_BEGINNING);
    assert_int_equal(ob_round_of(BT_STR("DOING")), OB_ROUND_DOING);
    assert_int_equal(ob_round_of(BT_STR("INTERRUPTED")),
                     OB_ROUND_INTERRUPTED);
    assert_int_equal(ob_round_of(BT_STR("STOPPING")), OB_ROUND_STOPPING);
    assert_int_equal(ob_round_of(BT_STR("STOP")), OB_ROUND_STOP);
    assert_int_equal(ob_round_of(BT_STR("STOPPED")), OB_ROUND_STOP);
    assert_int_equal(ob_round_of(BT_STR("SUSPENDING")), OB_ROUND_SUSPENDING);
    assert_int_equal(ob_round_of(BT_STR("SUSPEND")), OB_ROUND_SUSPEND);
    assert_int_equal(ob_round_of(BT_STR("MIXED")), OB_ROUND_OTHER);
    assert_int_equal(ob_round_of(BT_STR("doing")), OB_ROUND_OTHER);
}


static void
test_ended(void **state)
{
    (void) state;

    assert_true(ob_state_ended("COMPLETED"));
    assert_true(ob_state_ended("FAILED"));
    assert_true(ob_state_ended("CANCELED"));
    assert_false(ob_state_ended("IN_PROGRESS"));
    assert_false(ob_state_ended("EXECUTING"));
    assert_false(ob_state_ended("UNKNOWN"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_null),
        cmocka_unit_test(test_rounds),
        cmocka_unit_test(test_ended),
    };

    return cmocka_run_group_tests_name("agent: ob states", tests, NULL, NULL);
}

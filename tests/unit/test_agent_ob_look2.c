/* test_agent_ob_look2.c: looks at a 3.x cluster whose views stand in a MariaDB. */

#include "look.h"

#include "agent/oceanbase2.h"

#define SETS                                                                  \
    "(BS_KEY BIGINT, TENANT_ID BIGINT, COPY_ID BIGINT, BACKUP_TYPE TEXT, "    \
    "PARTITION_COUNT BIGINT, FINISH_PARTITION_COUNT BIGINT, "                 \
    "MACRO_BLOCK_COUNT BIGINT, FINISH_MACRO_BLOCK_COUNT BIGINT, "             \
    "OUTPUT_BYTES BIGINT, START_TIME TIMESTAMP(6) NULL, "                     \
    "COMPLETION_TIME TIMESTAMP(6) NULL, STATUS TEXT)"
#define ROUNDS                                                                \
    "(INCARNATION BIGINT, LOG_ARCHIVE_ROUND BIGINT, TENANT_ID BIGINT, "       \
    "STATUS TEXT, MIN_FIRST_TIME VARCHAR(26), MAX_NEXT_TIME VARCHAR(26))"
#define JOBS                                                                  \
    "(JOB_ID BIGINT, TENANT_ID BIGINT, BACKUP_SET_ID BIGINT, STATUS TEXT, "   \
    "BACKUP_DEST TEXT, RESULT BIGINT)"
#define COPIES                                                                \
    "(JOB_ID BIGINT, BS_KEY BIGINT, COPY_ID BIGINT, TENANT_ID BIGINT, "       \
    "START_TIME TIMESTAMP(6) NULL, COMPLETION_TIME TIMESTAMP(6) NULL, "       \
    "STATUS TEXT)"

/* No piece jobs, and the history of cleanup under its other name. */
static int
setup(void **state)
{
    assert_int_equal(database_setup(state), 0);
    RUN("CREATE DATABASE oceanbase CHARACTER SET utf8mb4",
        "USE oceanbase",
        "CREATE TABLE __all_tenant (tenant_id BIGINT, tenant_name TEXT)",
        "INSERT INTO __all_tenant VALUES (1, 'sys'), (1001, 'shop'), "
        "(1003, 'bank')",
        "CREATE TABLE CDB_OB_BACKUP_PROGRESS " SETS,
        "CREATE TABLE CDB_OB_BACKUP_SET_DETAILS " SETS,
        "CREATE TABLE CDB_OB_BACKUP_SET_FILES (BS_KEY BIGINT, "
        "TENANT_ID BIGINT, COPY_ID BIGINT, FILE_STATUS TEXT, "
        "OUTPUT_BYTES BIGINT)",
        "CREATE TABLE __all_backup_task_history (backup_set_id BIGINT, "
        "tenant_id BIGINT, result BIGINT, comments TEXT)",
        "CREATE TABLE CDB_OB_BACKUP_ARCHIVELOG " ROUNDS,
        "CREATE TABLE CDB_OB_BACKUP_ARCHIVELOG_SUMMARY " ROUNDS,
        "CREATE TABLE __all_virtual_backup_clean_info (tenant_id BIGINT, "
        "job_id BIGINT, start_time BIGINT, type TEXT, status TEXT, "
        "error_msg TEXT, result BIGINT)",
        "CREATE TABLE CDB_OB_BAKCUP_CLEAN_HISTORY (TENANT_ID BIGINT, "
        "BS_KEY BIGINT, START_TIME TIMESTAMP(6) NULL, END_TIME TIMESTAMP(6) "
        "NULL, TYPE TEXT, STATUS TEXT, ERROR_MSG TEXT)",
        "CREATE TABLE CDB_OB_BACKUP_BACKUPSET_JOB " JOBS,
        "CREATE TABLE CDB_OB_BACKUP_BACKUPSET_JOB_HISTORY " JOBS,
        "CREATE TABLE CDB_OB_BACKUP_BACKUPSET_TASK " COPIES,
        "CREATE TABLE CDB_OB_BACKUP_BACKUPSET_TASK_HISTORY " COPIES);
    sign_in(&bt_adapter_oceanbase2);
    return 0;
}

static void
test_first(void **state)
{
    (void) state;
    RUN("INSERT INTO CDB_OB_BACKUP_SET_DETAILS VALUES "
        "(1, 1, 0, 'D', 0, 0, 0, 0, 900, '2022-06-20 01:00:00', "
        "'2022-06-20 01:30:00', 'COMPLETED'), "
        "(1, 1001, 0, 'D', 5, 5, 7, 7, 300, '2022-06-20 01:00:00', "
        "'2022-06-20 01:30:00', 'COMPLETED'), "
        "(1, 1, 1, 'D', 0, 0, 0, 0, 900, '2022-06-20 01:00:00', "
        "'2022-06-20 01:30:00', 'COMPLETED'), "
        "(2, 1, 0, 'I', 0, 0, 0, 0, 0, '2022-06-20 02:00:00', "
        "'2022-06-20 02:30:00', 'FAILED'), "
        "(3, 1, 0, 'I', 0, 0, 0, 0, 0, '2022-06-20 03:00:00', "
        "'2022-06-20 03:30:00', 'FAILED'), "
        "(NULL, 1, 0, 'I', 0, 0, 0, 0, 0, NULL, NULL, NULL)",
        "INSERT INTO CDB_OB_BACKUP_SET_FILES VALUES "
        "(1, 1, 0, 'AVAILABLE', 900), (1, 1, 1, 'BROKEN', 900)",
        "INSERT INTO __all_backup_task_history VALUES "
        "(2, 1, -9082, 'no space, access_key=SECRET')",
        "INSERT INTO CDB_OB_BACKUP_ARCHIVELOG_SUMMARY VALUES "
        "(1, 1, 1, 'STOP', '2022-06-20 00:00:00', '2022-06-20 02:00:00'), "
        "(1, 2, 1, 'MIXED', '2022-06-20 03:00:00', '2022-06-20 06:00:00'), "
        "(1, 2, 1001, 'DOING', '2022-06-20 03:00:00', "
        "'2022-06-20 05:00:00'), (1, 2, 1003, 'INTERRUPTED', "
        "'2022-06-20 03:00:00', '2022-06-20 04:00:00'), "
        "(1, NULL, 1, 'odd', NULL, 'never')",
        "INSERT INTO CDB_OB_BACKUP_ARCHIVELOG SELECT * FROM "
        "CDB_OB_BACKUP_ARCHIVELOG_SUMMARY WHERE LOG_ARCHIVE_ROUND = 2",
        "INSERT INTO CDB_OB_BAKCUP_CLEAN_HISTORY VALUES "
        "(1, 1, '2022-06-20 01:00:00', '2022-06-20 01:10:00', "
        "'DELETE OBSOLETE BACKUP', 'STOP', ''), "
        "(1, 2, '2022-06-20 02:00:00', '2022-06-20 02:10:00', "
        "'DELETE OBSOLETE BACKUP', 'STOP', ''), "
        "(1001, 2, '2022-06-20 02:00:00', '2022-06-20 02:10:00', "
        "'DELETE OBSOLETE BACKUP', 'STOP', 'IO error')",
        "INSERT INTO CDB_OB_BACKUP_BACKUPSET_JOB_HISTORY VALUES "
        "(1, 1, 1, 'FINISH', 'oss://b/2?access_key=SECRET', 0), "
        "(2, 1, 2, 'FINISH', 'oss://b/2', -9059)",
        "INSERT INTO CDB_OB_BACKUP_BACKUPSET_TASK_HISTORY VALUES "
        "(1, 1, 1, 1, '2022-06-20 07:00:00', '2022-06-20 07:30:00', "
        "'COMPLETED'), (1, 1, 1, 1001, '2022-06-20 07:00:00', "
        "'2022-06-20 07:30:00', 'COMPLETED')");
    look();
    has("data 1 1 FULL COMPLETED COMPLETED - 900 AVAILABLE - in 1001 "
        "COMPLETED -");
    has("data 1 2 INCREMENTAL FAILED FAILED - - - - cause -9082 - -");
    has("data 1 3 INCREMENTAL FAILED FAILED - - - - cause - - -");
    has("log 1 1 INTERRUPTED MIXED 2022-06-20T04:00:00 - round 1 round 2 gap "
        "2022-06-20T02:00:00 2022-06-20T03:00:00 gap 2022-06-20T04:00:00 - "
        "cause -9027 ARCHIVE -");
    has("cleanup 1 1 COMPLETED - -");
    has("cleanup 1 2 FAILED - - cause - - -");
    has("second 1 1 1 DATA 1 COMPLETED COMPLETED - oss://b/2");
    has("second 1 job-2 0 DATA 2 FAILED FINISH - oss://b/2 cause -9059 - -");
    has("tenant 1003 bank - - -");
}

/* The cluster's row counts nothing; the end of what runs is none. */
static void
test_running(void **state)
{
    (void) state;
    RUN("INSERT INTO CDB_OB_BACKUP_PROGRESS VALUES "
        "(4, 1, NULL, 'D', 0, 0, 0, 0, 0, NOW(6), NOW(6), 'RUNNING'), "
        "(4, 1001, NULL, 'D', 10, 5, 100, 50, 10, NOW(6), NOW(6), "
        "'RUNNING'), (4, 1003, NULL, 'D', 10, 0, 300, 0, 20, NOW(6), NOW(6), "
        "'RUNNING')");
    look();
    has("data 1 4 FULL IN_PROGRESS RUNNING 1250 30 - - in 1001 IN_PROGRESS "
        "5000 in 1003 IN_PROGRESS 0");
    has_not("data 1 1 ");
    RUN("INSERT INTO CDB_OB_BACKUP_SET_DETAILS SELECT * FROM "
        "CDB_OB_BACKUP_PROGRESS",
        "DELETE FROM CDB_OB_BACKUP_PROGRESS",
        "UPDATE CDB_OB_BACKUP_SET_DETAILS SET STATUS = 'COMPLETED' "
        "WHERE BS_KEY = 4",
        "INSERT INTO CDB_OB_BACKUP_SET_FILES VALUES (4, 1, 0, 'AVAILABLE', "
        "30)");
    look();
    has("data 1 4 FULL COMPLETED COMPLETED - 30 AVAILABLE - in 1001 "
        "COMPLETED - in 1003 COMPLETED -");
}

static void
test_cleanup(void **state)
{
    (void) state;
    RUN("INSERT INTO __all_virtual_backup_clean_info VALUES "
        "(1, 3, 1655700000000000, 'DELETE OBSOLETE BACKUP', 'DOING', '', 0), "
        "(1001, 3, 1655700000000000, 'DELETE OBSOLETE BACKUP', 'STOP', '', 0)"
        ", (1003, 0, 0, '', 'STOP', '', 0)");
    look();
    has("cleanup 1 3 EXECUTING - -");
    has_not("cleanup 1 2");
}

/* A job without copies stands for itself, and leaves for them. */
static void
test_second(void **state)
{
    (void) state;
    RUN("INSERT INTO CDB_OB_BACKUP_BACKUPSET_JOB VALUES "
        "(3, 1, 4, 'SCHEDULE', 'oss://b/2', 0)");
    look();
    has("second 1 job-3 0 DATA 4 SCHEDULING SCHEDULE - oss://b/2");
    RUN("UPDATE CDB_OB_BACKUP_BACKUPSET_JOB SET STATUS = 'BACKUP'",
        "INSERT INTO CDB_OB_BACKUP_BACKUPSET_TASK VALUES "
        "(3, 4, 1, 1, NOW(6), NULL, 'RUNNING')");
    look();
    has("gone second 1 job-3");
    has("second 1 4 1 DATA 4 IN_PROGRESS RUNNING - oss://b/2");
    RUN("UPDATE CDB_OB_BACKUP_BACKUPSET_JOB SET STATUS = 'CLEAN'",
        "UPDATE CDB_OB_BACKUP_BACKUPSET_TASK SET STATUS = 'COMPLETED'");
    look();
    has("second 1 4 1 DATA 4 CLEANING CLEAN - oss://b/2");
    RUN("INSERT INTO CDB_OB_BACKUP_BACKUPSET_JOB_HISTORY SELECT * FROM "
        "CDB_OB_BACKUP_BACKUPSET_JOB",
        "UPDATE CDB_OB_BACKUP_BACKUPSET_JOB_HISTORY SET STATUS = 'FINISH'",
        "DELETE FROM CDB_OB_BACKUP_BACKUPSET_JOB",
        "UPDATE CDB_OB_BACKUP_BACKUPSET_TASK SET COMPLETION_TIME = NOW(6)",
        "INSERT INTO CDB_OB_BACKUP_BACKUPSET_TASK_HISTORY SELECT * FROM "
        "CDB_OB_BACKUP_BACKUPSET_TASK",
        "DELETE FROM CDB_OB_BACKUP_BACKUPSET_TASK");
    look();
    has("second 1 4 1 DATA 4 COMPLETED COMPLETED - oss://b/2");
    has_not("job-");
    look();
    has_not("second");
}

static bool
intend(bt_order *order, const char *word)
{
    (void) snprintf(order->step, sizeof(order->step), "%s", word);
    return true;
}

/* The newest number is known from a second backup, too, whichever row of the
 * two comes first. */
static void
test_backup(void **state)
{
    bt_order  order = {
        .command_id = 5, .action = BT_ACTION_BACKUP, .kind = BT_VIEW_CLUSTERS,
        .tenant = 1, .mode = BT_STR("FULL"), .step_at = BT_UNKNOWN,
        .intend = intend
    };
    bt_step   step;
    bt_reason reason = { "" };

    (void) state;
    RUN("DELETE FROM CDB_OB_BACKUP_SET_DETAILS WHERE BS_KEY = 4",
        "INSERT INTO CDB_OB_BACKUP_SET_DETAILS VALUES "
        "(4, 1, 1, 'D', 0, 0, 0, 0, 900, NOW(6), NOW(6), 'COMPLETED')");
    assert_int_equal(asking->step(asked, &order, &step, &reason),
                     BT_ANSWER_OK);
    assert_string_equal(order.step, "BACKUP 4");
}

/* A server that quotes a destination in its error. */
static void
test_secret(void **state)
{
    ob_link  *link = &((ob2_link *) asked)->link;
    unsigned  number = 0;
    bt_reason reason = { "" };

    (void) state;
    assert_int_not_equal(ob_execute(link, "SIGNAL SQLSTATE '45000' SET "
                                    "MESSAGE_TEXT = 'no oss://b/1?"
                                    "access_key=SECRET here'", &number,
                                    &reason), BT_ANSWER_OK);
    assert_non_null(strstr(reason.text, "no oss://b/1?*** here"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first),
        cmocka_unit_test(test_running),
        cmocka_unit_test(test_cleanup),
        cmocka_unit_test(test_second),
        cmocka_unit_test(test_backup),
        cmocka_unit_test(test_secret)
    };

    return cmocka_run_group_tests_name("agent: ob look 2", tests, setup,
                                       teardown);
}

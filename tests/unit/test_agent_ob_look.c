/* test_agent_ob_look.c: looks at a cluster whose views stand in a MariaDB: what is put, step by step. */

#include "look.h"

/* Without DATA_PROGRESS and other columns of some versions. */
static int
setup(void **state)
{
    assert_int_equal(database_setup(state), 0);
    RUN("CREATE DATABASE oceanbase CHARACTER SET utf8mb4",
        "USE oceanbase",
        "CREATE TABLE `GV$OB_PARAMETERS` (NAME TEXT, VALUE TEXT)",
        "INSERT INTO `GV$OB_PARAMETERS` VALUES ('cluster_id', '7')",
        "CREATE TABLE DBA_OB_TENANTS (TENANT_ID BIGINT, TENANT_NAME TEXT, "
        "TENANT_TYPE TEXT, CREATE_TIME DATETIME(6), STATUS TEXT, "
        "LOG_MODE TEXT)",
        "CREATE TABLE CDB_OB_ARCHIVELOG (TENANT_ID BIGINT, ROUND_ID BIGINT, "
        "DEST_NO BIGINT, INCARNATION BIGINT, STATUS TEXT, "
        "START_SCN BIGINT UNSIGNED, CHECKPOINT_SCN BIGINT UNSIGNED, "
        "COMMENT TEXT, PATH TEXT)",
        "CREATE TABLE CDB_OB_ARCHIVELOG_SUMMARY LIKE CDB_OB_ARCHIVELOG",
        "CREATE TABLE CDB_OB_ARCHIVE_DEST (TENANT_ID BIGINT, DEST_NO BIGINT, "
        "NAME TEXT, VALUE TEXT)",
        "CREATE TABLE CDB_OB_BACKUP_JOBS (TENANT_ID BIGINT, JOB_ID BIGINT, "
        "BACKUP_SET_ID BIGINT, INITIATOR_TENANT_ID BIGINT, "
        "INITIATOR_JOB_ID BIGINT, BACKUP_TYPE TEXT, "
        "START_TIMESTAMP TIMESTAMP(6) NULL, END_TIMESTAMP TIMESTAMP(6) NULL, "
        "STATUS TEXT, RESULT BIGINT, COMMENT TEXT, DESCRIPTION TEXT, "
        "PATH TEXT)",
        "CREATE TABLE CDB_OB_BACKUP_JOB_HISTORY LIKE CDB_OB_BACKUP_JOBS",
        "CREATE TABLE CDB_OB_BACKUP_TASKS (TENANT_ID BIGINT, JOB_ID BIGINT, "
        "STATUS TEXT, RESULT BIGINT, COMMENT TEXT, MACRO_BLOCK_COUNT BIGINT, "
        "FINISH_MACRO_BLOCK_COUNT BIGINT, OUTPUT_BYTES BIGINT)",
        "CREATE TABLE CDB_OB_BACKUP_TASK_HISTORY LIKE CDB_OB_BACKUP_TASKS",
        "CREATE TABLE CDB_OB_BACKUP_SET_FILES (TENANT_ID BIGINT, "
        "BACKUP_SET_ID BIGINT, BACKUP_TYPE TEXT, FILE_STATUS TEXT, "
        "START_REPLAY_SCN BIGINT UNSIGNED, MIN_RESTORE_SCN BIGINT UNSIGNED, "
        "OUTPUT_BYTES BIGINT)",
        "CREATE TABLE CDB_OB_BACKUP_DELETE_JOBS (TENANT_ID BIGINT, "
        "JOB_ID BIGINT, INITIATOR_TENANT_ID BIGINT, INITIATOR_JOB_ID BIGINT, "
        "TYPE TEXT, START_TIMESTAMP TIMESTAMP(6) NULL, "
        "END_TIMESTAMP TIMESTAMP(6) NULL, STATUS TEXT, TASK_COUNT BIGINT, "
        "SUCCESS_TASK_COUNT BIGINT, RESULT BIGINT, COMMENT TEXT)",
        "CREATE TABLE CDB_OB_BACKUP_DELETE_JOB_HISTORY LIKE "
        "CDB_OB_BACKUP_DELETE_JOBS",
        "CREATE TABLE DBA_OB_ROOTSERVICE_EVENT_HISTORY (`TIMESTAMP` "
        "TIMESTAMP(6) NULL, MODULE TEXT, EVENT TEXT, NAME1 TEXT, VALUE1 TEXT, "
        "NAME2 TEXT, VALUE2 TEXT, NAME3 TEXT, VALUE3 TEXT, NAME4 TEXT, "
        "VALUE4 TEXT)",
        "INSERT INTO DBA_OB_TENANTS VALUES (1, 'sys', 'SYS', NOW(6), "
        "'NORMAL', 'NOARCHIVELOG'), (1001, 'META$1002', 'META', NOW(6), "
        "'NORMAL', 'NOARCHIVELOG'), (1002, 'shop', 'USER', NOW(6), 'NORMAL', "
        "'ARCHIVELOG')");
    sign_in(&bt_adapter_oceanbase4);
    return 0;
}

/* SCNs: seconds of 2022-06-20, in nanoseconds. */
#define SCN(clock)                                                            \
    "((TO_SECONDS('2022-06-20 " clock "') - TO_SECONDS('1970-01-01'))"        \
    " * 1000000000)"

/* All history that is there: rounds with their gap, refusals, failures. */
static void
test_first(void **state)
{
    (void) state;
    RUN("INSERT INTO CDB_OB_ARCHIVE_DEST VALUES (1002, 0, 'path', "
        "'oss://b/log?access_key=SECRET'), (1002, 0, 'state', 'ENABLE'), "
        "(1002, 0, 'binding', 'OPTIONAL')",
        "INSERT INTO CDB_OB_ARCHIVELOG_SUMMARY VALUES (1002, 1, 0, 1, 'STOP', "
        SCN("01:00:00") ", " SCN("02:00:00") ", '', ''), (1002, 2, 0, 1, "
        "'DOING', " SCN("03:00:00") ", " SCN("05:00:00") ", '', '')",
        "INSERT INTO CDB_OB_ARCHIVELOG SELECT * FROM "
        "CDB_OB_ARCHIVELOG_SUMMARY WHERE ROUND_ID = 2",
        "INSERT INTO CDB_OB_BACKUP_SET_FILES VALUES "
        "(1002, 1, 'FULL', 'AVAILABLE', " SCN("01:10:00") ", "
        SCN("01:20:00") ", 100), (1002, 2, 'FULL', 'DELETED', "
        SCN("03:10:00") ", " SCN("03:20:00") ", 200), "
        "(1002, 3, 'FULL', 'AVAILABLE', " SCN("03:30:00") ", "
        SCN("03:40:00") ", 300)",
        "INSERT INTO CDB_OB_BACKUP_JOB_HISTORY VALUES "
        "(1, 1, 0, 1, 1, 'FULL', '2022-06-20 01:10:00', "
        "'2022-06-20 01:20:00', 'COMPLETED', 0, '', '', ''), "
        "(1002, 1, 1, 1, 1, 'FULL', '2022-06-20 01:10:00', "
        "'2022-06-20 01:20:00', 'COMPLETED', 0, '', '', "
        "'oss://b/data?access_key=SECRET'), "
        "(1002, 4, 4, 1002, 0, 'I', '2022-06-20 04:00:00', "
        "'2022-06-20 04:10:00', 'FAILED', -4012, '', '', ''), "
        "(1002, 5, 5, 1002, 0, 'INC', '2022-06-20 04:20:00', "
        "'2022-06-20 04:30:00', 'CANCELED', -4072, 'Operation canceled', '', "
        "''), (1001, 1, 1, 1, 1, 'FULL', '2022-06-20 01:10:00', NULL, "
        "'COMPLETED', 0, '', '', ''), (NULL, 1, 1, 1, 1, NULL, NULL, NULL, "
        "NULL, NULL, NULL, NULL, NULL)",
        "INSERT INTO CDB_OB_BACKUP_TASK_HISTORY VALUES (1002, 4, 'FAILED', "
        "-4012, '(SERVER)ls_id: 1, module: BACKUP_DATA, result: "
        "-4012(Timeout)', 1, 1, 1)",
        "INSERT INTO DBA_OB_ROOTSERVICE_EVENT_HISTORY VALUES "
        "('2022-06-20 04:10:00', 'backup_data', 'deal with failed job', "
        "'tenant_id', '1002', 'job_id', '4', 'result', '-4012', 'trace_id', "
        "'Y4'), ('2022-06-20 00:30:00', 'backup_data', 'start_backup_data', "
        "'tenant_id', '1002', 'result', '-9040', NULL, NULL, NULL, NULL), "
        "('2022-06-20 00:40:00', 'backup_data', 'start_backup_data', "
        "'tenant_id', '1002', 'result', '0', NULL, NULL, NULL, NULL)");
    look();
    has("log 1002 0 IN_PROGRESS DOING 2022-06-20T05:00:00 oss://b/log round 1 "
        "round 2 gap 2022-06-20T02:00:00 2022-06-20T03:00:00");
    has("data 1002 1 FULL COMPLETED COMPLETED - 100 AVAILABLE oss://b/data");
    has("data 1002 4 INCREMENTAL FAILED FAILED - - - - cause -4012 "
        "BACKUP_DATA Y4");
    has("data 1002 5 INCREMENTAL FAILED CANCELED - - - - cause CANCELED - -");
    has("data 1002 refused-1655685000000000 - FAILED REFUSED - - - - cause "
        "-9040 start -");
    has_not("data 1 ");
    has_not("1001");
    has_not("refused-1655685600000000");
    /* the log of the oldest set ends before the gap */
    has("tenant 1002 shop ARCHIVELOG 2022-06-20T03:40:00 "
        "2022-06-20T05:00:00");
}

/* Nothing has happened: only what moves by itself is put. */
static void
test_unchanged(void **state)
{
    (void) state;
    look();
    assert_string_equal(collected.lines,
                        "log 1002 0 IN_PROGRESS DOING 2022-06-20T05:00:00 "
                        "oss://b/log round 2\n"
                        "tenant 1002 shop ARCHIVELOG 2022-06-20T03:40:00 "
                        "2022-06-20T05:00:00\n");
}

/* The sys tenant's job is there first, and leaves when a tenant's is. */
static void
test_parent(void **state)
{
    (void) state;
    RUN("INSERT INTO CDB_OB_BACKUP_JOBS VALUES (1, 9, 0, 1, 9, 'FULL', "
        "NOW(6), NULL, 'DOING', 0, '', '', '')");
    look();
    has("data 1 9 FULL IN_PROGRESS DOING - - - -");
    RUN("INSERT INTO CDB_OB_BACKUP_JOBS VALUES (1002, 6, 6, 1, 9, 'FULL', "
        "NOW(6), NULL, 'BACKUP_NEW_STAGE', 0, '', '', '')",
        "INSERT INTO CDB_OB_BACKUP_TASKS VALUES (1002, 6, 'DOING', 0, '', "
        "100, 25, 50), (1002, 6, 'DOING', 0, '', 100, 25, 50)");
    look();
    has("gone data 1 9");
    has_not("data 1 9 FULL");
    has("data 1002 6 FULL IN_PROGRESS BACKUP_NEW_STAGE 2500 100 - -");
    look();
    has_not("gone");
}

/* In neither view for a moment; then it has ended, with its set. */
static void
test_end(void **state)
{
    (void) state;
    RUN("CREATE TABLE kept SELECT * FROM CDB_OB_BACKUP_JOBS",
        "DELETE FROM CDB_OB_BACKUP_JOBS", "DELETE FROM CDB_OB_BACKUP_TASKS");
    look();
    has_not("data ");
    RUN("UPDATE kept SET STATUS = 'COMPLETED', END_TIMESTAMP = NOW(6)",
        "INSERT INTO CDB_OB_BACKUP_SET_FILES VALUES (1002, 6, 'FULL', "
        "'AVAILABLE', " SCN("04:50:00") ", " SCN("04:55:00") ", 600)",
        "INSERT INTO CDB_OB_BACKUP_JOB_HISTORY SELECT * FROM kept");
    look();
    has("data 1002 6 FULL COMPLETED COMPLETED - 600 AVAILABLE -");
    has_not("data 1 9");
    look();
    has_not("data ");
}

/* A cleanup takes the oldest set away: its task shows it, and what can be
 * restored begins later. */
static void
test_cleanup(void **state)
{
    (void) state;
    RUN("INSERT INTO CDB_OB_BACKUP_DELETE_JOBS VALUES (1002, 3, 1002, 3, "
        "'DELETE OBSOLETE BACKUP', NOW(6), NULL, 'DOING', 2, 1, 0, '')");
    look();
    has("cleanup 1002 3 EXECUTING 1 2");
    RUN("INSERT INTO CDB_OB_BACKUP_DELETE_JOB_HISTORY SELECT * FROM "
        "CDB_OB_BACKUP_DELETE_JOBS",
        "DELETE FROM CDB_OB_BACKUP_DELETE_JOBS",
        "UPDATE CDB_OB_BACKUP_DELETE_JOB_HISTORY SET STATUS = 'COMPLETED', "
        "SUCCESS_TASK_COUNT = 2, END_TIMESTAMP = NOW(6)",
        "UPDATE CDB_OB_BACKUP_SET_FILES SET FILE_STATUS = 'DELETED' "
        "WHERE BACKUP_SET_ID IN (1, 3)");
    look();
    has("cleanup 1002 3 COMPLETED 2 2");
    has("data 1002 1 FULL COMPLETED COMPLETED - 100 DELETED oss://b/data");
    has_not("data 1002 6");
    has("tenant 1002 shop ARCHIVELOG 2022-06-20T04:55:00 "
        "2022-06-20T05:00:00");
}

/* Interrupted: a gap that is open; the log mode on, and nothing runs: said. */
static void
test_log(void **state)
{
    (void) state;
    RUN("UPDATE CDB_OB_ARCHIVELOG SET STATUS = 'INTERRUPTED', "
        "COMMENT = 'log stream 1001 interrupted.'");
    look();
    has("log 1002 0 INTERRUPTED INTERRUPTED 2022-06-20T05:00:00 oss://b/log "
        "round 1 round 2 gap 2022-06-20T02:00:00 2022-06-20T03:00:00 gap "
        "2022-06-20T05:00:00 - cause -9027 ARCHIVE -");
    RUN("UPDATE CDB_OB_ARCHIVELOG SET STATUS = 'STOP'",
        "UPDATE CDB_OB_ARCHIVE_DEST SET VALUE = 'DEFER' "
        "WHERE NAME = 'state'",
        "UPDATE DBA_OB_TENANTS SET LOG_MODE = 'NOARCHIVELOG' "
        "WHERE TENANT_ID = 1002");
    look();
    has_not("STOPPED STOP 2022");
    assert_non_null(strstr(collected.lines, "STOPPED STOP, DEFER 2022"));
    RUN("UPDATE DBA_OB_TENANTS SET LOG_MODE = 'ARCHIVELOG' "
        "WHERE TENANT_ID = 1002",
        "DELETE FROM CDB_OB_ARCHIVE_DEST");
    look();
    assert_non_null(strstr(collected.lines, "FAILED ARCHIVELOG 2022"));
    assert_non_null(strstr(collected.lines, "cause -9026 ARCHIVE"));
}

/* A tenant of old history that is gone is put without a name. */
static void
test_dropped(void **state)
{
    (void) state;
    RUN("INSERT INTO CDB_OB_BACKUP_JOB_HISTORY VALUES (1044, 1, 1, 1044, 0, "
        "'D', NOW(6), NOW(6), 'COMPLETED', 0, '', '', 'file:///x')");
    look();
    has("tenant 1044 - - - -");
    has("data 1044 1 FULL COMPLETED COMPLETED - - - file:///x");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first),
        cmocka_unit_test(test_unchanged),
        cmocka_unit_test(test_parent),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_cleanup),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_dropped)
    };

    return cmocka_run_group_tests_name("agent: ob look", tests, setup,
                                       teardown);
}

/* test_agent_ob_look.c: looks at a cluster whose views stand in a MariaDB: what is put, step by step. */

#include "database.h"

#include "agent/adapter.h"

/* What a look puts, one line per record. */
struct bt_collect {
    char   lines[16384];
    bt_buf out;
};

static bt_collect collected;
static bt_link   *link4;

static void
add_time(bt_usec at)
{
    char text[BT_TIME_MAX];

    if (at == BT_UNKNOWN) {
        bt_buf_addz(&collected.out, " -");
        return;
    }
    (void) bt_time_format_utc(text, at);
    text[19] = '\0';
    bt_buf_addc(&collected.out, ' ');
    bt_buf_addz(&collected.out, text);
}

static void
add_text(bt_str text)
{
    bt_buf_addc(&collected.out, ' ');
    if (text.len > 0) {
        bt_buf_add(&collected.out, text.data, text.len);
    } else {
        bt_buf_addc(&collected.out, '-');
    }
}

static void
add_number(int64_t number)
{
    bt_buf_addc(&collected.out, ' ');
    if (number == BT_UNKNOWN) {
        bt_buf_addc(&collected.out, '-');
    } else {
        bt_buf_addi(&collected.out, number);
    }
}

static void
begin(const char *kind, int64_t tenant, bt_str id)
{
    bt_buf_addz(&collected.out, kind);
    add_number(tenant);
    add_text(id);
}

static void
end(const bt_cause_record *cause)
{
    if (cause->text.len > 0 || cause->code.len > 0) {
        bt_buf_addz(&collected.out, " cause");
        add_text(cause->code);
        add_text(cause->stage);
        add_text(cause->trace_id);
    }
    bt_buf_addc(&collected.out, '\n');
    assert_false(collected.out.full);
}

void
bt_collect_cluster_is(bt_collect *collect, const bt_collect_cluster *cluster)
{
    assert_ptr_equal(collect, &collected);
    assert_true(cluster->clock > 0);
    assert_int_equal(cluster->ob_id, 7);
}

void
bt_collect_tenant(bt_collect *collect, const bt_tenant_record *tenant)
{
    (void) collect;
    begin("tenant", tenant->ob_id, tenant->name);
    add_text(tenant->log_mode);
    add_time(tenant->restorable_from);
    add_time(tenant->restorable_to);
    bt_buf_addc(&collected.out, '\n');
}

void
bt_collect_data(bt_collect *collect, const bt_data_record *task)
{
    (void) collect;
    begin("data", task->tenant, task->source_id);
    add_text(task->mode);
    add_text(task->status);
    add_text(task->raw_status);
    add_number(task->progress);
    add_number(task->size_bytes);
    add_text(task->set_state);
    add_text(task->storage_directory);
    end(&task->cause);
}

void
bt_collect_cleanup(bt_collect *collect, const bt_cleanup_record *task)
{
    (void) collect;
    begin("cleanup", task->tenant, task->source_id);
    add_text(task->status);
    add_number(task->items_done);
    add_number(task->items_total);
    end(&task->cause);
}

void
bt_collect_second(bt_collect *collect, const bt_second_record *second)
{
    (void) collect;
    (void) second;
    fail_msg("a second backup of 4.x");
}

void
bt_collect_log(bt_collect *collect, const bt_log_record *log)
{
    (void) collect;
    begin("log", log->tenant, log->source_id);
    add_text(log->status);
    add_text(log->raw_status);
    add_time(log->latest_backup_time);
    add_text(log->storage_directory);
    for (size_t i = 0; i < log->round_count; i++) {
        bt_buf_addz(&collected.out, " round");
        add_number(log->rounds[i].round_id);
    }
    for (size_t i = 0; i < log->gap_count; i++) {
        bt_buf_addz(&collected.out, " gap");
        add_time(log->gaps[i].from);
        add_time(log->gaps[i].to);
    }
    end(&log->cause);
}

void
bt_collect_gone(bt_collect *collect, bt_kind kind, int64_t tenant,
                bt_str source_id)
{
    (void) collect;
    begin(kind == BT_KIND_DATA ? "gone data" : "gone cleanup", tenant,
          source_id);
    bt_buf_addc(&collected.out, '\n');
}

static void
run(const char *const *statements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        database_plain(statements[i]);
    }
}

#define RUN(...)                                                              \
    do {                                                                      \
        const char *const list[] = { __VA_ARGS__ };                           \
        run(list, COUNT(list));                                               \
    } while (0)

static void
look(void)
{
    bt_reason reason = { "" };
    bt_answer answer;

    bt_buf_init(&collected.out, collected.lines, sizeof(collected.lines));
    answer = bt_adapter_oceanbase4.collect(link4, &collected, &reason);
    if (answer != BT_ANSWER_OK) {
        fail_msg("%d: %s", answer, reason.text);
    }
    assert_null(strstr(collected.lines, "SECRET"));
}

static void
has(const char *line)
{
    char whole[1024];

    (void) snprintf(whole, sizeof(whole), "%s\n", line);
    if (strstr(collected.lines, whole) == NULL) {
        fail_msg("no line\n%sin\n%s", whole, collected.lines);
    }
}

static void
has_not(const char *part)
{
    if (strstr(collected.lines, part) != NULL) {
        fail_msg("\"%s\" in\n%s", part, collected.lines);
    }
}

/* Without DATA_PROGRESS and other columns of some versions. */
static int
setup(void **state)
{
    static char endpoint[128];
    static bt_access access = {
        .cluster_id = 1, .name = "c", .adapter = "oceanbase4",
        .endpoints = endpoint, .user = "root", .secret = "", .tls_ca = "",
        .tls = BT_TLS_DISABLED, .program = ""
    };

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
    (void) snprintf(endpoint, sizeof(endpoint), "%s/sock", database.dir);
    link4 = bt_adapter_oceanbase4.open(&access);
    assert_non_null(link4);
    return 0;
}

static int
teardown(void **state)
{
    bt_adapter_oceanbase4.close(link4);
    return database_teardown(state);
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

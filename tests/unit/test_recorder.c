/* test_recorder.c: the recorder against a real store: what it writes, what not, and what stays. */

#include "database.h"

#include "recorder/recorder.h"

/* 2026-11-20T10:15:00Z */
#define T0  (INT64_C(1795169700) * BT_SECOND)

typedef struct {
    bt_recorder *recorder;
    int64_t      cluster;
} fixture;

static bt_cluster_record
cluster_named(const char *name)
{
    return (bt_cluster_record) {
        .name = bt_str_of(name), .ob_name = bt_str_of(name), .ob_id = 1,
        .incarnation = 1, .version = BT_STR("4.2.1.8"),
        .adapter = BT_STR("oceanbase4"), .round_seconds = 10,
        .rpo_seconds = 600, .data_age_seconds = 129600
    };
}

static int64_t
register_cluster(bt_recorder *recorder, const char *name)
{
    bt_cluster_record cluster = cluster_named(name);
    int64_t           id = 0;

    assert_int_equal(bt_recorder_cluster(recorder, &cluster, &id),
                     BT_STORE_OK);
    assert_true(id > 0);
    return id;
}

static void
commit(bt_recorder *recorder)
{
    if (bt_recorder_commit(recorder) != BT_STORE_OK) {
        fail_msg("%s", bt_recorder_error(recorder));
    }
    assert_int_equal(bt_recorder_waiting(recorder), 0);
}

static void
put_tenant(bt_recorder *recorder, int64_t ob_id, const char *name)
{
    bt_recorder_put_tenant(recorder, &(bt_tenant_record) {
        .ob_id = ob_id, .name = bt_str_of(name), .role = BT_STR("PRIMARY"),
        .log_mode = BT_STR("ARCHIVELOG"), .restorable_from = BT_UNKNOWN,
        .restorable_to = BT_UNKNOWN
    });
}

static const char *const tables[] = {
    "clusters", "cluster_groups", "tenants", "record_keys", "data_tasks",
    "data_task_tenants", "cleanup_tasks", "second_backups", "log_backups",
    "log_rounds", "log_gaps", "log_latency", "causes", "acknowledgements",
    "changes", "removed", "hourly_counts"
};

/* An empty store with one cluster of two tenants. */
static int
set_up(void **state)
{
    static fixture f;
    char           sql[128];

    for (size_t i = 0; i < COUNT(tables); i++) {
        (void) snprintf(sql, sizeof(sql), "DELETE FROM %s", tables[i]);
        database_plain(sql);
    }
    f.recorder = bt_recorder_new(database.store);
    assert_non_null(f.recorder);
    f.cluster = register_cluster(f.recorder, "main");
    bt_recorder_scope(f.recorder, f.cluster, 1, T0);
    put_tenant(f.recorder, 1002, "one");
    put_tenant(f.recorder, 1004, "two");
    commit(f.recorder);
    *state = &f;
    return 0;
}

static int
tear_down(void **state)
{
    fixture *f = *state;

    bt_recorder_free(f->recorder);
    return 0;
}

static bt_data_record
data_task(const char *source_id, const char *status)
{
    return (bt_data_record) {
        .tenant = 1002, .source_id = bt_str_of(source_id),
        .mode = BT_STR("FULL"), .method = BT_STR("PHYSICAL"),
        .backup_set_id = 7, .source = BT_STR("OCP schedule"),
        .start_time = T0, .end_time = BT_UNKNOWN,
        .status = bt_str_of(status), .raw_status = bt_str_of(status),
        .status_since = BT_UNKNOWN, .progress = BT_UNKNOWN,
        .data_version = BT_UNKNOWN, .storage_directory = BT_STR("file:///b"),
        .size_bytes = BT_UNKNOWN, .restorable_from = BT_UNKNOWN,
        .restorable_to = BT_UNKNOWN
    };
}

static void
put_data(bt_recorder *recorder, bt_data_record task)
{
    bt_recorder_put_data(recorder, &task);
}

static bt_data_record
finished(const char *source_id, const char *status, bt_usec start, bt_usec end)
{
    bt_data_record task = data_task(source_id, status);

    task.start_time = start;
    task.end_time = end;
    return task;
}

static void
record_data(bt_recorder *recorder, bt_data_record task)
{
    put_data(recorder, task);
    commit(recorder);
}

/* Everything in the store that a commit may write, as one number. */
static uint64_t
picture(void)
{
    static const char *const columns[] = {
        "id, observed, change_no, updated", "name, cluster_id",
        "id, name, last_full, last_incremental, last_data_id, updated",
        "id, listed_at", "id, status, second_backups, change_no, updated",
        "task_id, tenant_id, status", "id, status, change_no",
        "id, status, task_id, change_no", "id, status, observed, change_no",
        "log_id, round_id, status, checkpoint", "log_id, gap_from",
        "log_id, sampled_at, latency_seconds", "record_id, text",
        "record_id, reason", "number, kind, record_id",
        "record_id, change_no", "kind, hour, status, tasks"
    };
    uint64_t sum = (uint64_t) database_number(
        "SELECT number FROM change_counter");
    char     sql[256];

    for (size_t i = 0; i < COUNT(tables); i++) {
        (void) snprintf(sql, sizeof(sql), "SELECT CAST(COALESCE(SUM(CRC32("
                        "CONCAT_WS('|', %s))), 0) AS SIGNED) FROM %s",
                        columns[i], tables[i]);
        sum = sum * 31 + (uint64_t) database_number(sql);
    }
    return sum;
}

/* hourly_counts is what the rows say, without a cell of nothing. */
static void
check_counts(void)
{
    static const char *const rows[] = {
        "SELECT 'data' AS kind, listed_at, cluster_id, tenant_id, status, "
        "COALESCE(mode, '') AS mode, COALESCE(method, '') AS method "
        "FROM data_tasks",
        "SELECT 'cleanup' AS kind, listed_at, cluster_id, tenant_id, status, "
        "'' AS mode, '' AS method FROM cleanup_tasks",
        "SELECT 'second' AS kind, listed_at, cluster_id, tenant_id, status, "
        "kind AS mode, '' AS method FROM second_backups"
    };
    char sql[2048];

    for (size_t i = 0; i < COUNT(rows); i++) {
        for (int rolled = 0; rolled < 2; rolled++) {
            (void) snprintf(sql, sizeof(sql),
                "SELECT COUNT(*) FROM (SELECT SUM(n) AS n FROM (SELECT kind, "
                "CAST(DATE_FORMAT(listed_at, '%%Y-%%m-%%d %%H:00:00') AS "
                "DATETIME) AS hour, %s, status, mode, method, COUNT(*) AS n "
                "FROM (%s) r GROUP BY 1, 2, 3, 4, 5, 6, 7 UNION ALL SELECT "
                "kind, hour, cluster_id, tenant_id, status, mode, method, "
                "-tasks FROM hourly_counts WHERE cluster_id %s 0) u WHERE "
                "kind = (SELECT kind FROM (%s) k LIMIT 1) GROUP BY kind, hour, "
                "cluster_id, tenant_id, status, mode, method) s WHERE n <> 0",
                rolled ? "0 AS cluster_id, 0 AS tenant_id"
                       : "cluster_id, tenant_id",
                rows[i], rolled ? "=" : ">", rows[i]);
            assert_int_equal(database_number(sql), 0);
        }
    }
    assert_int_equal(database_number(
        "SELECT COUNT(*) FROM hourly_counts WHERE tasks <= 0"), 0);
    assert_int_equal(database_number(
        "SELECT COALESCE(CAST(SUM(CASE WHEN cluster_id = 0 THEN tasks ELSE "
        "-tasks END) AS SIGNED), 0) FROM hourly_counts"), 0);
    assert_int_equal(database_number(
        "SELECT COUNT(*) FROM hourly_counts WHERE cluster_id = 0"),
        database_number("SELECT COUNT(*) FROM (SELECT DISTINCT kind, hour, "
                        "status, mode, method FROM hourly_counts "
                        "WHERE cluster_id > 0) d"));
}

static int64_t
counted(const char *status)
{
    char sql[256];

    (void) snprintf(sql, sizeof(sql), "SELECT COALESCE(CAST(SUM(tasks) AS "
                    "SIGNED), 0) FROM hourly_counts WHERE kind = 'data' AND "
                    "cluster_id = 0 AND status = '%s'", status);
    return database_number(sql);
}

static int64_t
rows_of(const char *table)
{
    char sql[128];

    (void) snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM %s", table);
    return database_number(sql);
}

/* The same task twice is one row, and the second time nothing is written. */
static void
test_twice(void **state)
{
    fixture *f = *state;
    uint64_t before = 0;

    for (int i = 0; i < 3; i++) {
        bt_data_record task = data_task("17", "FAILED");

        task.cause = (bt_cause_record) {
            BT_STR("-9082"), BT_STR("BACKUP_DATA"), BT_STR("no space"),
            BT_STR("Y1-2")
        };
        task.progress = 4050;
        put_tenant(f->recorder, 1002, "one");
        record_data(f->recorder, task);
        before = i == 0 ? picture() : before;
    }
    assert_true(picture() == before);
    assert_int_equal(rows_of("data_tasks"), 1);
    assert_int_equal(rows_of("record_keys"), 1);
    assert_int_equal(rows_of("changes"), 1);
    assert_int_equal(counted("FAILED"), 1);
    check_counts();
}

/* An empty commit takes no number either. */
static void
test_nothing(void **state)
{
    fixture *f = *state;
    uint64_t before = picture();

    commit(f->recorder);
    assert_true(picture() == before);
}

/* Whose newest change stands at the counter. */
static int64_t
marked(int64_t cluster_id)
{
    char sql[256];

    (void) snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM cluster_changes m "
                    "JOIN change_counter k ON k.number = m.number AND k.at = "
                    "m.at WHERE m.cluster_id = %lld", (long long) cluster_id);
    return database_number(sql);
}

/* A change marks its cluster, and no other; observations mark none. */
static void
test_marks(void **state)
{
    fixture *f = *state;
    int64_t  other = register_cluster(f->recorder, "c2");
    int64_t  at;

    assert_int_equal(marked(other), 1);
    assert_int_equal(marked(f->cluster), 0);
    record_data(f->recorder, data_task("1", "IN_PROGRESS"));
    assert_int_equal(marked(f->cluster), 1);
    assert_int_equal(marked(other), 0);

    at = database_number("SELECT number FROM change_counter");
    assert_int_equal(bt_recorder_touch(f->recorder, f->cluster, NULL, 0),
                     BT_STORE_OK);
    record_data(f->recorder, data_task("1", "IN_PROGRESS"));
    assert_int_equal(database_number("SELECT number FROM change_counter"), at);
}

/* A clock that is set back: each number has a second of its own. */
static void
test_clock_back(void **state)
{
    fixture *f = *state;

    database_plain("UPDATE change_counter SET at = UTC_TIMESTAMP(6) + "
                   "INTERVAL 1 HOUR");
    record_data(f->recorder, data_task("1", "IN_PROGRESS"));
    record_data(f->recorder, data_task("2", "IN_PROGRESS"));
    assert_int_equal(marked(f->cluster), 1);
    assert_int_equal(database_number("SELECT at > UTC_TIMESTAMP(6) + INTERVAL "
                                     "3600 SECOND FROM change_counter"), 1);
}

static void
test_status_moves(void **state)
{
    fixture *f = *state;
    int64_t  number;

    record_data(f->recorder, data_task("1", "IN_PROGRESS"));
    record_data(f->recorder, data_task("2", "IN_PROGRESS"));
    number = database_number("SELECT number FROM change_counter");
    assert_int_equal(counted("IN_PROGRESS"), 2);

    bt_recorder_scope(f->recorder, f->cluster, 1, T0 + BT_MINUTE);
    record_data(f->recorder, data_task("1", "COMPLETED"));
    assert_int_equal(counted("IN_PROGRESS"), 1);
    assert_int_equal(counted("COMPLETED"), 1);
    check_counts();
    assert_int_equal(database_number("SELECT number FROM change_counter"),
                     number + 1);
    assert_int_equal(database_number(
        "SELECT COUNT(*) FROM changes c JOIN data_tasks d ON d.id = "
        "c.record_id AND d.change_no = c.number WHERE c.kind = 'data' AND "
        "c.old_status = 'IN_PROGRESS' AND c.new_status = 'COMPLETED' AND "
        "d.source_id = '1' AND d.status_since = c.at AND d.updated = c.at"),
        1);
}

/* What is unknown is NULL, a status that is unknown is UNKNOWN. */
static void
test_unknown(void **state)
{
    fixture       *f = *state;
    bt_data_record task = data_task("1", "");

    task.mode = task.method = task.source = BT_STR("");
    task.raw_status = task.storage_directory = BT_STR("");
    task.backup_set_id = task.start_time = BT_UNKNOWN;
    record_data(f->recorder, task);
    assert_int_equal(database_number(
        "SELECT COUNT(*) FROM data_tasks WHERE status = 'UNKNOWN' AND "
        "COALESCE(mode, method, backup_set_id, source, start_time, end_time, "
        "raw_status, progress_percent, data_version, storage_directory, "
        "size_bytes, set_state, restorable_from, restorable_to) IS NULL"), 1);
    assert_true(database_number("SELECT listed_at FROM data_tasks") == T0);
    assert_true(database_number("SELECT status_since FROM data_tasks") == T0);
    check_counts();

    /* Its place in the list does not move when the start becomes known. */
    record_data(f->recorder, finished("1", "COMPLETED", T0 - BT_HOUR, T0));
    assert_true(database_number("SELECT listed_at FROM data_tasks") == T0);
    assert_true(database_number("SELECT start_time FROM data_tasks")
                == T0 - BT_HOUR);
    check_counts();
}

/* What a column cannot hold must not cost the others their record. */
static void
test_odd_values(void **state)
{
    static char    long_text[3 * 4096];
    fixture       *f = *state;
    bt_data_record task = data_task("1", "FAILED");

    memset(long_text, 'x', sizeof(long_text));
    task.end_time = INT64_MAX;
    task.restorable_from = -INT64_C(99999999999) * BT_SECOND;
    task.progress = 123456789;
    task.source = (bt_str) { long_text, sizeof(long_text) };
    task.storage_directory = (bt_str) { long_text, sizeof(long_text) };
    task.raw_status = BT_STR("A\xff\xf0\x9f\x92\xbe");
    task.cause = (bt_cause_record) {
        { long_text, 100 }, { long_text, 100 },
        { long_text, sizeof(long_text) }, { long_text, 200 }
    };
    record_data(f->recorder, task);
    record_data(f->recorder, task);
    assert_int_equal(database_number(
        "SELECT COUNT(*) FROM data_tasks d JOIN causes c ON c.record_id = d.id "
        "WHERE end_time IS NULL AND restorable_from IS NULL AND "
        "progress_percent IS NULL AND LENGTH(source) = 128 AND "
        "LENGTH(storage_directory) = 2048 AND "
        "HEX(raw_status) = '41EFBFBDF09F92BE' AND LENGTH(c.text) = 12288 AND "
        "LENGTH(c.code) = 64 AND LENGTH(c.trace_id) = 128"), 1);
    assert_int_equal(rows_of("changes"), 1);
}

static void
test_cause(void **state)
{
    fixture       *f = *state;
    bt_data_record task = data_task("1", "FAILED");
    int64_t        number;

    record_data(f->recorder, task);
    assert_int_equal(rows_of("causes"), 0);
    number = database_number("SELECT change_no FROM data_tasks");

    task.cause.code = BT_STR("-9082");
    task.cause.text = BT_STR("no space");
    record_data(f->recorder, task);
    assert_string_equal(database_text("SELECT text FROM causes"), "no space");
    assert_true(database_number("SELECT change_no FROM data_tasks") > number);
    assert_int_equal(rows_of("changes"), 1);

    task.cause.text = BT_STR("no space left");
    record_data(f->recorder, task);
    assert_string_equal(database_text("SELECT text FROM causes"),
                        "no space left");

    record_data(f->recorder, data_task("1", "COMPLETED"));
    assert_int_equal(rows_of("causes"), 0);
    check_counts();
}

/* An acknowledgement is of a state, and goes with it. */
static void
test_acknowledgement(void **state)
{
    fixture       *f = *state;
    bt_data_record task = data_task("1", "FAILED");

    record_data(f->recorder, task);
    database_plain("INSERT INTO acknowledgements (record_id, acknowledged_by, "
                   "acknowledged_at) SELECT id, 'li.wei', NOW(6) "
                   "FROM data_tasks");
    task.size_bytes = 5;
    record_data(f->recorder, task);
    assert_int_equal(rows_of("acknowledgements"), 1);
    record_data(f->recorder, data_task("1", "COMPLETED"));
    assert_int_equal(rows_of("acknowledgements"), 0);
}

/* The rebuilt cluster begins its numbers anew, and the history stays. */
static void
test_incarnation(void **state)
{
    fixture          *f = *state;
    bt_cluster_record cluster = cluster_named("main");
    int64_t           id;

    record_data(f->recorder, data_task("1", "COMPLETED"));
    cluster.incarnation = 2;
    assert_int_equal(bt_recorder_cluster(f->recorder, &cluster, &id),
                     BT_STORE_OK);
    assert_true(id == f->cluster);

    bt_recorder_scope(f->recorder, id, 2, T0 + BT_HOUR);
    put_tenant(f->recorder, 1002, "one");
    record_data(f->recorder, data_task("1", "FAILED"));
    assert_int_equal(rows_of("data_tasks"), 2);
    assert_int_equal(counted("COMPLETED"), 1);
    assert_int_equal(counted("FAILED"), 1);
    assert_int_equal(database_number(
        "SELECT COUNT(DISTINCT tenant_id) FROM data_tasks"), 2);
    check_counts();
}

/* Ids that the store's text comparison takes for the same are not. */
static void
test_exact_keys(void **state)
{
    static char longer[2][200];
    static const char *const ids[] = {
        "A", "a", "\xc3\xa4", "a\xcc\x88", "a ", "a  ", " a", "", " ", "\xe5",
        "\xe6", "ss", "\xc3\x9f", longer[0], longer[1]
    };
    fixture *f = *state;

    memset(longer, 'y', sizeof(longer));
    longer[0][198] = 'z';
    longer[0][199] = longer[1][199] = '\0';
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < COUNT(ids); i++) {
            put_data(f->recorder, data_task(ids[i], "COMPLETED"));
        }
        commit(f->recorder);
    }
    for (size_t i = 0; i < COUNT(ids); i++) {
        record_data(f->recorder, data_task(ids[i], "COMPLETED"));
    }
    assert_int_equal(rows_of("data_tasks"), COUNT(ids));
    assert_int_equal(rows_of("record_keys"), COUNT(ids));
    assert_int_equal(rows_of("changes"), COUNT(ids));
    assert_int_equal(counted("COMPLETED"), COUNT(ids));
    check_counts();
}

static void
test_cluster_names(void **state)
{
    static const char *const names[] = {
        "Main", "m\xc3\xa4in", "main.", "m\xf0\x9f\x9a\x80", "ma in"
    };
    static const char *const refused[] = {
        "", " main", "main ", "\xff"
    };
    fixture *f = *state;
    int64_t  id;

    for (size_t i = 0; i < COUNT(names); i++) {
        id = register_cluster(f->recorder, names[i]);
        assert_true(id != f->cluster);
        assert_true(register_cluster(f->recorder, names[i]) == id);
    }
    assert_int_equal(rows_of("clusters"), 1 + COUNT(names));
    for (size_t i = 0; i < COUNT(refused); i++) {
        bt_cluster_record cluster = cluster_named(refused[i]);

        assert_int_equal(bt_recorder_cluster(f->recorder, &cluster, &id),
                         BT_STORE_ERROR);
        assert_true(strlen(bt_recorder_error(f->recorder)) > 0);
    }
    assert_int_equal(rows_of("clusters"), 1 + COUNT(names));
}

static int64_t
renames_of(const fixture *f)
{
    char sql[80];

    (void) snprintf(sql, sizeof(sql), "SELECT renames FROM clusters "
                    "WHERE id = %lld", (long long) f->cluster);
    return database_number(sql);
}

/* Rows show the name of a tenant: whoever follows them has to begin again. */
static void
test_tenant_renamed(void **state)
{
    fixture *f = *state;

    bt_recorder_scope(f->recorder, f->cluster, 1, T0);
    put_tenant(f->recorder, 1001, "acct");
    commit(f->recorder);
    put_tenant(f->recorder, 1001, "acct");
    commit(f->recorder);
    assert_int_equal(renames_of(f), 0);
    put_tenant(f->recorder, 1001, "books");
    put_tenant(f->recorder, 1003, "acct");
    commit(f->recorder);
    assert_int_equal(renames_of(f), 1);
}

static void
test_cluster_changes(void **state)
{
    fixture          *f = *state;
    bt_cluster_record cluster = cluster_named("main");
    bt_str            groups[] = {
        BT_STR("Test"), BT_STR("test"), BT_STR("Test")
    };
    int64_t           id, number;

    cluster.groups = groups;
    cluster.group_count = COUNT(groups);
    assert_int_equal(bt_recorder_cluster(f->recorder, &cluster, &id),
                     BT_STORE_OK);
    assert_int_equal(rows_of("cluster_groups"), 2);
    number = database_number("SELECT number FROM change_counter");
    assert_int_equal(database_number("SELECT change_no FROM clusters"),
                     number);

    assert_int_equal(bt_recorder_cluster(f->recorder, &cluster, &id),
                     BT_STORE_OK);
    assert_int_equal(database_number("SELECT number FROM change_counter"),
                     number);

    cluster.group_count = 1;
    cluster.version = BT_STR("4.3.0.0");
    assert_int_equal(bt_recorder_cluster(f->recorder, &cluster, &id),
                     BT_STORE_OK);
    assert_int_equal(rows_of("cluster_groups"), 1);
    assert_string_equal(database_text("SELECT version FROM clusters"),
                        "4.3.0.0");
    assert_int_equal(database_number("SELECT number FROM change_counter"),
                     number + 1);

    assert_int_equal(bt_recorder_observed(f->recorder, id, T0 + 5,
                                          BT_STR("no answer")), BT_STORE_OK);
    assert_int_equal(database_number(
        "SELECT COUNT(*) FROM clusters WHERE stale_reason = 'no answer'"), 1);
    assert_int_equal(database_number("SELECT number FROM change_counter"),
                     number + 1);
}

/* Twice in one commit: the last one counts, with its parts only. */
static void
test_duplicates(void **state)
{
    const bt_task_tenant_record first = {
        .tenant = 1002, .status = BT_STR("FAILED"),
        .raw_status = BT_STR("FAILED"), .start_time = T0,
        .end_time = BT_UNKNOWN, .progress = BT_UNKNOWN,
        .size_bytes = BT_UNKNOWN
    };
    bt_task_tenant_record last = first;
    bt_data_record        task;
    fixture              *f = *state;
    uint64_t              before = 0;

    for (int turn = 0; turn < 2; turn++) {
        task = data_task("1", "IN_PROGRESS");
        task.tenants = &first;
        task.tenant_count = 1;
        put_data(f->recorder, task);
        task = finished("1", "COMPLETED", T0, T0 + BT_HOUR);
        last.tenant = 1004;
        last.status = BT_STR("COMPLETED");
        last.end_time = T0 + BT_HOUR;
        task.tenants = &last;
        task.tenant_count = 1;
        put_data(f->recorder, task);
        commit(f->recorder);
        before = turn == 0 ? picture() : before;
    }
    assert_true(picture() == before);
    assert_int_equal(rows_of("data_tasks"), 1);
    assert_int_equal(rows_of("changes"), 1);
    assert_int_equal(counted("COMPLETED"), 1);
    assert_int_equal(database_number(
        "SELECT COUNT(*) FROM data_task_tenants WHERE status = 'COMPLETED'"),
        1);
    assert_int_equal(rows_of("data_task_tenants"), 1);
    assert_int_equal(database_number(
        "SELECT COUNT(*) FROM tenants WHERE ob_id = 1004 AND last_full = "
        "(SELECT end_time FROM data_tasks)"), 1);
    check_counts();
}

/* More than one statement's worth, known and new ones mixed. */
static void
test_many(void **state)
{
    fixture *f = *state;
    char     ids[300][8];

    for (int turn = 1; turn <= 2; turn++) {
        for (size_t i = 0; i < COUNT(ids); i++) {
            (void) snprintf(ids[i], sizeof(ids[i]), "%zu", i);
            if (turn == 2 || i % 3 == 0) {
                bt_data_record task = data_task(ids[i], "COMPLETED");

                task.start_time = T0 + (bt_usec) i * 7 * BT_MINUTE;
                put_data(f->recorder, task);
            }
        }
        commit(f->recorder);
    }
    assert_int_equal(rows_of("data_tasks"), COUNT(ids));
    assert_int_equal(database_number(
        "SELECT COUNT(*) FROM data_tasks d JOIN record_keys k ON k.id = d.id "
        "AND k.listed_at = d.listed_at AND k.source_id = d.source_id"),
        COUNT(ids));
    check_counts();
}

static bt_second_record
second_of(const char *source_id, const char *task)
{
    return (bt_second_record) {
        .tenant = 1002, .source_id = bt_str_of(source_id), .copy_id = 1,
        .kind = BT_STR("DATA"), .task_tenant = 1002,
        .task_source_id = bt_str_of(task), .backup_set_id = 7,
        .start_time = T0 + BT_HOUR, .end_time = BT_UNKNOWN,
        .latest_backup_time = BT_UNKNOWN, .status = BT_STR("IN_PROGRESS"),
        .status_since = BT_UNKNOWN
    };
}

static void
record_second(bt_recorder *recorder, bt_second_record second)
{
    bt_recorder_put_second(recorder, &second);
    commit(recorder);
}

static int64_t
seconds_of(const char *source_id)
{
    char sql[128];

    (void) snprintf(sql, sizeof(sql), "SELECT second_backups FROM data_tasks "
                    "WHERE source_id = '%s'", source_id);
    return database_number(sql);
}

static void
test_second_backups(void **state)
{
    fixture        *f = *state;
    bt_data_record  task = data_task("1", "COMPLETED");
    bt_second_record second = second_of("s1", "1");
    int64_t         number;

    /* Its task is not known yet. */
    record_second(f->recorder, second);
    assert_true(database_number("SELECT task_id FROM second_backups")
                == BT_USEC_NONE);

    /* Together with its task, and another copy after it. */
    bt_recorder_put_second(f->recorder, &second);
    put_data(f->recorder, task);
    commit(f->recorder);
    assert_int_equal(seconds_of("1"), 1);
    number = database_number("SELECT change_no FROM data_tasks");
    second.copy_id = 2;
    record_second(f->recorder, second);
    assert_int_equal(seconds_of("1"), 2);
    assert_true(database_number("SELECT change_no FROM data_tasks") > number);
    record_second(f->recorder, second);
    record_data(f->recorder, task);
    assert_int_equal(seconds_of("1"), 2);

    /* It was a copy of another one. */
    put_data(f->recorder, data_task("2", "COMPLETED"));
    put_data(f->recorder, task);
    second.task_source_id = BT_STR("2");
    record_second(f->recorder, second);
    record_second(f->recorder, second);
    assert_int_equal(seconds_of("1"), 1);
    assert_int_equal(seconds_of("2"), 1);

    bt_recorder_put_removal(f->recorder, BT_KIND_SECOND, database_number(
        "SELECT id FROM second_backups WHERE copy_id = 2"));
    commit(f->recorder);
    assert_int_equal(seconds_of("2"), 0);
    check_counts();
}

static int64_t
tenant_time(const char *column)
{
    char sql[128];

    (void) snprintf(sql, sizeof(sql),
                    "SELECT %s FROM tenants WHERE ob_id = 1002", column);
    return database_number(sql);
}

static void
test_last_backups(void **state)
{
    fixture       *f = *state;
    bt_data_record task;
    int64_t        bad;

    record_data(f->recorder, finished("1", "COMPLETED", T0, T0 + BT_HOUR));
    assert_true(tenant_time("last_full") == T0 + BT_HOUR);
    assert_true(tenant_time("last_incremental") == BT_USEC_NONE);

    /* An older one does not move it. */
    record_data(f->recorder, finished("0", "COMPLETED", T0 - BT_DAY,
                                      T0 - BT_DAY + BT_HOUR));
    assert_true(tenant_time("last_full") == T0 + BT_HOUR);
    assert_true(tenant_time("last_data_at") == T0);

    task = finished("2", "COMPLETED", T0 + BT_DAY, T0 + BT_DAY + 60);
    task.mode = BT_STR("INCREMENTAL");
    record_data(f->recorder, task);
    assert_true(tenant_time("last_incremental") == T0 + BT_DAY + 60);

    record_data(f->recorder, finished("3", "FAILED", T0 + 2 * BT_DAY,
                                      T0 + 2 * BT_DAY + 1));
    bad = database_number("SELECT id FROM data_tasks WHERE source_id = '3'");
    assert_true(tenant_time("last_data_id") == bad);

    /* Canceled and running ones say nothing. */
    task = finished("4", "FAILED", T0 + 3 * BT_DAY, T0 + 3 * BT_DAY + 1);
    task.cause.code = BT_STR("CANCELED");
    record_data(f->recorder, task);
    task = data_task("5", "IN_PROGRESS");
    task.start_time = T0 + 4 * BT_DAY;
    record_data(f->recorder, task);
    assert_true(tenant_time("last_data_id") == bad);

    /* That it was canceled becomes known later: the one before counts. */
    task = finished("3", "FAILED", T0 + 2 * BT_DAY, T0 + 2 * BT_DAY + 1);
    task.cause.code = BT_STR("-4072");
    record_data(f->recorder, task);
    assert_true(tenant_time("last_data_at") == T0 + BT_DAY);
    assert_string_equal(database_text(
        "SELECT last_data_status FROM tenants WHERE ob_id = 1002"),
        "COMPLETED");

    /* A good one turns out to be bad. */
    record_data(f->recorder, finished("1", "FAILED", T0, T0 + BT_HOUR));
    assert_true(tenant_time("last_full") == T0 - BT_DAY + BT_HOUR);
    assert_true(tenant_time("last_incremental") == T0 + BT_DAY + 60);
}

/* Within a cluster's task of old versions each tenant has an end of its own. */
static void
test_task_tenants(void **state)
{
    bt_task_tenant_record parts[2] = {
        { 1002, BT_STR("COMPLETED"), BT_STR("FINISH"), T0, T0 + BT_HOUR, 10000,
          5 },
        { 1004, BT_STR("IN_PROGRESS"), BT_STR("DOING"), T0, BT_UNKNOWN, 4000,
          BT_UNKNOWN }
    };
    fixture       *f = *state;
    bt_data_record task = data_task("1", "IN_PROGRESS");
    int64_t        number;

    task.tenants = parts;
    task.tenant_count = 2;
    record_data(f->recorder, task);
    assert_true(tenant_time("last_full") == T0 + BT_HOUR);
    assert_int_equal(rows_of("data_task_tenants"), 2);
    number = database_number("SELECT change_no FROM data_tasks");
    record_data(f->recorder, task);
    assert_int_equal(database_number("SELECT change_no FROM data_tasks"),
                     number);

    /* A part changes, and with it the task. */
    parts[1].progress = 5000;
    task.tenants = parts;
    record_data(f->recorder, task);
    assert_true(database_number("SELECT change_no FROM data_tasks") > number);
    assert_string_equal(database_text(
        "SELECT CAST(progress_percent AS CHAR) FROM data_task_tenants "
        "WHERE status = 'IN_PROGRESS'"), "50.00");

    /* A tenant that nobody has put. */
    parts[1].tenant = 4711;
    task.tenants = parts;
    put_data(f->recorder, task);
    assert_int_equal(bt_recorder_commit(f->recorder), BT_STORE_ERROR);
    assert_non_null(strstr(bt_recorder_error(f->recorder), "4711"));
    assert_int_equal(bt_recorder_waiting(f->recorder), 0);
    task = data_task("2", "COMPLETED");
    task.tenant = 4712;
    put_data(f->recorder, task);
    assert_int_equal(bt_recorder_commit(f->recorder), BT_STORE_ERROR);
    assert_non_null(strstr(bt_recorder_error(f->recorder), "4712"));
    assert_int_equal(rows_of("data_tasks"), 1);
}

static bt_log_record
log_backup(const char *status)
{
    return (bt_log_record) {
        .tenant = 1002, .source_id = BT_STR("dest-1"),
        .method = BT_STR("PHYSICAL"), .host = BT_STR("10.0.0.1"),
        .latest_backup_time = T0 - 30 * BT_SECOND, .latency_seconds = 30,
        .observed = T0, .storage_directory = BT_STR("file:///log"),
        .start_time = T0 - BT_DAY, .status = bt_str_of(status),
        .raw_status = BT_STR("DOING"), .status_since = BT_UNKNOWN
    };
}

/* Latency and checkpoints are no change; rounds and gaps are. */
static void
test_log_backup(void **state)
{
    bt_round_record rounds[2] = {
        { 1, 4, BT_STR("STOPPED"), BT_STR("STOP"), T0 - 9 * BT_DAY,
          T0 - 2 * BT_DAY, T0 - 2 * BT_DAY },
        { 1, 5, BT_STR("IN_PROGRESS"), BT_STR("DOING"), T0 - BT_DAY,
          BT_UNKNOWN, T0 - 30 * BT_SECOND }
    };
    bt_gap_record   gap = { T0 - 2 * BT_DAY, BT_UNKNOWN };
    fixture        *f = *state;
    bt_log_record   log = log_backup("IN_PROGRESS");
    int64_t         number;

    log.rounds = rounds;
    log.round_count = 2;
    log.gaps = &gap;
    log.gap_count = 1;
    bt_recorder_put_log(f->recorder, &log);
    commit(f->recorder);
    assert_int_equal(rows_of("log_rounds"), 2);
    assert_int_equal(rows_of("log_gaps WHERE gap_to IS NULL"), 1);
    number = database_number("SELECT number FROM change_counter");

    log.observed = T0 + 20 * BT_SECOND;
    log.latency_seconds = 50;
    rounds[1].checkpoint += BT_SECOND;
    log.rounds = rounds;
    bt_recorder_put_log(f->recorder, &log);
    commit(f->recorder);
    assert_int_equal(database_number("SELECT number FROM change_counter"),
                     number);
    assert_int_equal(database_number("SELECT change_no FROM log_backups"),
                     number);
    assert_int_equal(database_number(
        "SELECT latency_seconds FROM log_backups"), 50);
    assert_true(database_number("SELECT checkpoint FROM log_rounds "
                                "WHERE round_id = 5")
                == T0 - 29 * BT_SECOND);

    gap.to = T0 - BT_DAY;
    log.gaps = &gap;
    bt_recorder_put_log(f->recorder, &log);
    commit(f->recorder);
    assert_int_equal(rows_of("log_gaps WHERE gap_to IS NULL"), 0);
    assert_int_equal(database_number("SELECT change_no FROM log_backups"),
                     number + 1);
    assert_int_equal(rows_of("changes WHERE kind = 'log'"), 1);
}

/* One sample for five minutes, the worst. */
static void
test_samples(void **state)
{
    bt_latency_record samples[] = {
        { T0 - 20 * BT_MINUTE, 10 }, { T0 - 19 * BT_MINUTE, 400 },
        { T0 - 18 * BT_MINUTE, 20 }, { T0 - 10 * BT_MINUTE, 30 },
        { BT_UNKNOWN, 1 }, { T0, BT_UNKNOWN }
    };
    fixture      *f = *state;
    bt_log_record log = log_backup("IN_PROGRESS");

    log.samples = samples;
    log.sample_count = COUNT(samples);
    for (int turn = 0; turn < 2; turn++) {
        bt_recorder_put_log(f->recorder, &log);
        commit(f->recorder);
    }
    assert_int_equal(rows_of("log_latency"), 3);
    assert_int_equal(rows_of("log_latency WHERE latency_seconds = 400"), 1);
    log.latency_seconds = 25;
    bt_recorder_put_log(f->recorder, &log);
    commit(f->recorder);
    assert_int_equal(rows_of("log_latency WHERE latency_seconds = 30"), 2);
}

static void
remove_record(bt_recorder *recorder, bt_kind kind, int64_t id)
{
    bt_recorder_put_removal(recorder, kind, id);
    bt_recorder_put_removal(recorder, kind, id);
    commit(recorder);
}

/* A tombstone, right counts, no parts left, and it does not come back. */
static void
test_removal(void **state)
{
    const bt_task_tenant_record part = {
        1004, BT_STR("COMPLETED"), BT_STR("FINISH"), T0, T0 + BT_HOUR, 10000, 5
    };
    fixture       *f = *state;
    bt_data_record task = finished("1", "FAILED", T0, T0 + BT_HOUR);
    bt_log_record  log = log_backup("STOPPED");
    int64_t        id;
    uint64_t       before;

    task.tenants = &part;
    task.tenant_count = 1;
    task.cause.code = BT_STR("-9082");
    put_data(f->recorder, task);
    put_data(f->recorder, data_task("2", "FAILED"));
    bt_recorder_put_log(f->recorder, &log);
    commit(f->recorder);
    id = database_number("SELECT id FROM data_tasks WHERE source_id = '1'");

    /* Of another kind there is none of this id. */
    remove_record(f->recorder, BT_KIND_CLEANUP, id);
    assert_int_equal(rows_of("data_tasks"), 2);

    remove_record(f->recorder, BT_KIND_DATA, id);
    remove_record(f->recorder, BT_KIND_LOG,
                  database_number("SELECT id FROM log_backups"));
    assert_int_equal(rows_of("data_tasks"), 1);
    assert_int_equal(rows_of("log_backups"), 0);
    assert_int_equal(rows_of("causes"), 0);
    assert_int_equal(rows_of("data_task_tenants"), 0);
    assert_int_equal(rows_of("log_latency"), 0);
    /* What looked at T0 has a clock that is days behind. */
    assert_int_equal(rows_of("removed WHERE updated > UTC_TIMESTAMP(6) - "
                             "INTERVAL 1 HOUR"), 2);
    assert_int_equal(rows_of("changes WHERE new_status IS NULL"), 2);
    assert_int_equal(counted("FAILED"), 1);
    check_counts();

    before = picture();
    put_data(f->recorder, task);
    bt_recorder_put_log(f->recorder, &log);
    commit(f->recorder);
    task.status = BT_STR("COMPLETED");
    record_data(f->recorder, task);
    remove_record(f->recorder, BT_KIND_DATA, id);
    assert_true(picture() == before);
}

/* Put and removed by one commit: it is gone, and counted away once. */
static void
test_removal_of_what_is_put(void **state)
{
    fixture *f = *state;

    record_data(f->recorder, data_task("1", "IN_PROGRESS"));
    put_data(f->recorder, data_task("1", "COMPLETED"));
    remove_record(f->recorder, BT_KIND_DATA,
                  database_number("SELECT id FROM data_tasks"));
    assert_int_equal(rows_of("data_tasks"), 0);
    assert_int_equal(rows_of("hourly_counts"), 0);
    assert_int_equal(rows_of("removed"), 1);
}

/* Cells of the hour before 1970 and of its edges. */
static void
test_hours(void **state)
{
    static const bt_usec starts[] = {
        -1, 0, -BT_HOUR, BT_HOUR - 1, BT_HOUR, INT64_C(951868799999999)
    };
    fixture *f = *state;
    char     id[8];

    for (size_t i = 0; i < COUNT(starts); i++) {
        bt_data_record task;

        (void) snprintf(id, sizeof(id), "%zu", i);
        task = data_task(id, "COMPLETED");
        task.start_time = starts[i];
        record_data(f->recorder, task);
    }
    check_counts();
}

static void
test_cleanup(void **state)
{
    bt_cleanup_record task = {
        .tenant = 1002, .source_id = BT_STR("1"),
        .type = BT_STR("DELETE OBSOLETE BACKUP"), .start_time = T0,
        .end_time = BT_UNKNOWN, .status = BT_STR("EXECUTING"),
        .raw_status = BT_STR("DOING"), .status_since = BT_UNKNOWN,
        .items_total = 13, .items_done = 0
    };
    fixture *f = *state;

    /* The same source id as a data task's is another record. */
    put_data(f->recorder, data_task("1", "COMPLETED"));
    bt_recorder_put_cleanup(f->recorder, &task);
    commit(f->recorder);
    task.items_done = 13;
    task.status = BT_STR("COMPLETED");
    bt_recorder_put_cleanup(f->recorder, &task);
    commit(f->recorder);
    assert_int_equal(rows_of("record_keys"), 2);
    assert_int_equal(rows_of("hourly_counts WHERE kind = 'cleanup' AND "
                             "status = 'COMPLETED' AND tasks = 1"), 2);
    check_counts();
}

#define SIMPLE(test)  cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SIMPLE(test_twice), SIMPLE(test_nothing), SIMPLE(test_marks),
        SIMPLE(test_clock_back), SIMPLE(test_status_moves),
        SIMPLE(test_unknown), SIMPLE(test_odd_values), SIMPLE(test_cause),
        SIMPLE(test_acknowledgement), SIMPLE(test_incarnation),
        SIMPLE(test_exact_keys), SIMPLE(test_cluster_names),
        SIMPLE(test_tenant_renamed),
        SIMPLE(test_cluster_changes), SIMPLE(test_duplicates),
        SIMPLE(test_many), SIMPLE(test_second_backups),
        SIMPLE(test_last_backups), SIMPLE(test_task_tenants),
        SIMPLE(test_log_backup), SIMPLE(test_samples), SIMPLE(test_removal),
        SIMPLE(test_removal_of_what_is_put), SIMPLE(test_hours),
        SIMPLE(test_cleanup)
    };

    return cmocka_run_group_tests_name("agent: recorder", tests,
                                       database_setup, database_teardown);
}

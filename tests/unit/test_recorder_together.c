/* test_recorder_together.c: several recorders at the same records: deadlocks, and nothing lost or doubled. */

#include "database.h"

#include <pthread.h>

#include "recorder/recorder.h"

/* 2026-11-20T10:00:00Z */
#define T0        (INT64_C(1795168800) * BT_SECOND)
#define CLUSTERS  3
#define TASKS     40

static bt_str
cluster_name(char *name, size_t size, int number)
{
    (void) snprintf(name, size, "cluster-%d", number);
    return bt_str_of(name);
}

static int64_t
register_cluster(bt_recorder *recorder, int number)
{
    char              name[32];
    int64_t           id = 0;
    bt_cluster_record cluster = {
        .name = cluster_name(name, sizeof(name), number), .ob_id = 1,
        .incarnation = 1, .adapter = BT_STR("program"), .round_seconds = 10,
        .rpo_seconds = 600, .data_age_seconds = 129600
    };

    if (bt_recorder_cluster(recorder, &cluster, &id) != BT_STORE_OK) {
        return 0;
    }
    return id;
}

static void
put_tasks(bt_recorder *recorder, int64_t cluster, const char *status,
          int round)
{
    char id[16];

    bt_recorder_scope(recorder, cluster, 1, T0 + round * BT_SECOND);
    bt_recorder_put_tenant(recorder, &(bt_tenant_record) {
        .ob_id = 1, .name = BT_STR("t"), .restorable_from = BT_UNKNOWN,
        .restorable_to = BT_UNKNOWN
    });
    for (int i = 0; i < TASKS; i++) {
        (void) snprintf(id, sizeof(id), "%d", i);
        bt_recorder_put_data(recorder, &(bt_data_record) {
            .tenant = 1, .source_id = bt_str_of(id), .mode = BT_STR("FULL"),
            .backup_set_id = BT_UNKNOWN, .start_time = T0 + i * BT_MINUTE,
            .end_time = BT_UNKNOWN, .status = bt_str_of(status),
            .status_since = BT_UNKNOWN, .progress = BT_UNKNOWN,
            .data_version = BT_UNKNOWN, .size_bytes = BT_UNKNOWN,
            .restorable_from = BT_UNKNOWN, .restorable_to = BT_UNKNOWN
        });
    }
}

typedef struct {
    int64_t         cluster;
    int             number;
    bt_store_status status;
    char            error[256];
} worker;

static void
end_worker(worker *w, bt_recorder *recorder)
{
    (void) snprintf(w->error, sizeof(w->error), "%s",
                    bt_recorder_error(recorder));
}

/* One commit. */
static void *
commit_once(void *data)
{
    worker      *w = data;
    bt_store    *store;
    bt_recorder *recorder;

    bt_store_thread_begin();
    store = database_open(&(bt_store_conf) { .group = NULL });
    recorder = bt_recorder_new(store);
    put_tasks(recorder, w->cluster, "COMPLETED", 1);
    w->status = bt_recorder_commit(recorder);
    end_worker(w, recorder);
    bt_recorder_free(recorder);
    bt_store_free(store);
    bt_store_thread_end();
    return NULL;
}

static void
check_counts(int64_t tasks)
{
    assert_int_equal(database_number("SELECT COUNT(*) FROM data_tasks"),
                     tasks);
    assert_int_equal(database_number(
        "SELECT COUNT(*) FROM (SELECT cluster_id, listed_at, status, SUM(n) "
        "AS n FROM (SELECT cluster_id, CAST(DATE_FORMAT(listed_at, "
        "'%Y-%m-%d %H:00:00') AS DATETIME) AS listed_at, status, COUNT(*) AS n "
        "FROM data_tasks GROUP BY 1, 2, 3 UNION ALL SELECT cluster_id, hour, "
        "status, -tasks FROM hourly_counts WHERE cluster_id > 0) u "
        "GROUP BY cluster_id, listed_at, status) s WHERE n <> 0"), 0);
    assert_int_equal(database_number(
        "SELECT CAST(SUM(tasks) AS SIGNED) FROM hourly_counts "
        "WHERE cluster_id = 0"), tasks);
}

/* The recorder waits for the change counter, whose holder then wants the lock
 * of the cluster: the database breaks the tie at the recorder's cost. */
static void
test_deadlock(void **state)
{
    bt_recorder *recorder = bt_recorder_new(database.store);
    worker       w = { .cluster = register_cluster(recorder, 0) };
    bt_value     id = bt_int(w.cluster);
    pthread_t    thread;
    int64_t      deadlocks;

    (void) state;
    bt_recorder_free(recorder);
    database_plain("CREATE TABLE weight (id INT NOT NULL PRIMARY KEY)");
    deadlocks = database_number(
        "SELECT CAST(variable_value AS SIGNED) FROM "
        "information_schema.global_status "
        "WHERE variable_name = 'INNODB_DEADLOCKS'");

    assert_int_equal(bt_store_begin(database.store), BT_STORE_OK);
    database_plain("INSERT INTO weight SELECT seq FROM seq_1_to_5000");
    (void) database_number("SELECT number FROM change_counter FOR UPDATE");
    assert_int_equal(pthread_create(&thread, NULL, commit_once, &w), 0);
    database_until("SELECT COUNT(*) FROM information_schema.innodb_trx "
                   "WHERE trx_state = 'LOCK WAIT'");
    assert_int_equal(bt_store_run(database.store, "SELECT id FROM clusters "
                                  "WHERE id = ? FOR UPDATE", &id, 1, NULL,
                                  NULL), BT_STORE_OK);
    assert_int_equal(bt_store_commit(database.store), BT_STORE_OK);

    assert_int_equal(pthread_join(thread, NULL), 0);
    if (w.status != BT_STORE_OK) {
        fail_msg("%s", w.error);
    }
    assert_int_equal(database_number(
        "SELECT CAST(variable_value AS SIGNED) FROM "
        "information_schema.global_status "
        "WHERE variable_name = 'INNODB_DEADLOCKS'"), deadlocks + 1);
    check_counts(TASKS);
    assert_int_equal(database_number("SELECT COUNT(*) FROM changes"), TASKS);
    database_plain("DROP TABLE weight");
}

#define ROUNDS  12

/* All clusters in each commit, in this worker's order, statuses to and fro. */
static void *
commit_often(void *data)
{
    static const char *const statuses[] = {
        "IN_PROGRESS", "COMPLETED", "FAILED"
    };
    worker      *w = data;
    bt_store    *store;
    bt_recorder *recorder;

    bt_store_thread_begin();
    store = database_open(&(bt_store_conf) { .group = NULL });
    recorder = bt_recorder_new(store);
    w->status = BT_STORE_OK;
    for (int round = 0; round < ROUNDS && w->status == BT_STORE_OK; round++) {
        for (int i = 0; i < CLUSTERS; i++) {
            int     number = w->number == 0 ? i : CLUSTERS - 1 - i;
            int64_t id = register_cluster(recorder, number);

            put_tasks(recorder, id, statuses[(round + w->number) % 3], round);
        }
        w->status = bt_recorder_commit(recorder);
    }
    end_worker(w, recorder);
    bt_recorder_free(recorder);
    bt_store_free(store);
    bt_store_thread_end();
    return NULL;
}

/* Both agents look after the same clusters, new ones at first. */
static void
test_two_at_once(void **state)
{
    worker    workers[2] = { { .number = 0 }, { .number = 1 } };
    pthread_t threads[2];

    (void) state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, commit_often,
                                        &workers[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    for (int i = 0; i < 2; i++) {
        if (workers[i].status != BT_STORE_OK) {
            fail_msg("worker %d: %s", i, workers[i].error);
        }
    }
    check_counts((int64_t) CLUSTERS * TASKS);
    assert_int_equal(database_number("SELECT COUNT(*) FROM record_keys"),
                     CLUSTERS * TASKS);
    /* Each change begins where the one before it ended. */
    assert_int_equal(database_number(
        "SELECT COUNT(*) FROM (SELECT record_id, new_status, LAG(new_status) "
        "OVER w AS before_it, old_status, LEAD(number) OVER w AS next FROM "
        "changes WINDOW w AS (PARTITION BY record_id ORDER BY number)) c "
        "JOIN data_tasks d ON d.id = c.record_id WHERE "
        "NOT (c.old_status <=> c.before_it) OR "
        "(c.next IS NULL AND c.new_status <> d.status)"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deadlock),
        cmocka_unit_test(test_two_at_once)
    };

    return cmocka_run_group_tests_name("agent: recorders together", tests,
                                       database_setup, database_teardown);
}

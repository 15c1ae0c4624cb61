/* test_agent_collect.c: what one look writes into a real store: what is new, and else one statement. */

#include "database.h"

#include "agent/collect.h"

/* 2026-11-20T10:15:00Z */
#define T0     (INT64_C(1795169700) * BT_SECOND)
#define AGENT  5
#define STARTED  (T0 - BT_HOUR)

typedef struct {
    bt_recorder *recorder;
    bt_collect  *collect;
    int64_t      cluster;
} fixture;

static const char *const tables[] = {
    "clusters", "agents", "tenants", "record_keys", "data_tasks",
    "cleanup_tasks", "second_backups", "log_backups", "log_rounds", "log_gaps",
    "log_latency", "causes", "changes", "removed", "hourly_counts"
};

static void
hold(const char *until)
{
    char sql[160];

    (void) snprintf(sql, sizeof(sql), "UPDATE clusters SET agent_id = %d, "
                    "lease_until = UTC_TIMESTAMP(6) %s", AGENT, until);
    database_plain(sql);
}

/* An empty store, one cluster, its lease held by agent 5. */
static int
set_up(void **state)
{
    static fixture    f;
    bt_cluster_record cluster = {
        .name = BT_STR("main"), .ob_id = BT_UNKNOWN, .incarnation = 1,
        .adapter = BT_STR("oceanbase4"), .round_seconds = 10,
        .rpo_seconds = 600, .data_age_seconds = 129600
    };
    char              sql[160];

    for (size_t i = 0; i < COUNT(tables); i++) {
        (void) snprintf(sql, sizeof(sql), "DELETE FROM %s", tables[i]);
        database_plain(sql);
    }
    database_plain("INSERT INTO agents (id, name, started, last_seen) VALUES "
                   "(5, 'a', FROM_UNIXTIME(1795166100), UTC_TIMESTAMP(6))");
    f.recorder = bt_recorder_new(database.store);
    assert_non_null(f.recorder);
    assert_int_equal(bt_recorder_cluster(f.recorder, &cluster, &f.cluster),
                     BT_STORE_OK);
    hold("+ INTERVAL 1 HOUR");
    bt_recorder_hold(f.recorder, &(bt_holder) { AGENT, STARTED });
    f.collect = bt_collect_new(f.cluster);
    assert_non_null(f.collect);
    *state = &f;
    return 0;
}

static int
tear_down(void **state)
{
    fixture *f = *state;

    bt_collect_free(f->collect);
    bt_recorder_free(f->recorder);
    return 0;
}

/* What a look sees. */
typedef struct {
    bt_usec     clock;
    int64_t     ob_id;
    const char *data_status;
    const char *log_status;
    int64_t     latency;
    bt_usec     restorable_to;
} sight;

static const sight usual = {
    .clock = T0, .ob_id = 77, .data_status = "IN_PROGRESS",
    .log_status = "IN_PROGRESS", .latency = 3, .restorable_to = T0
};

static void
put_all(bt_collect *collect, const sight *s)
{
    bt_round_record round = {
        .incarnation = 1, .round_id = 4, .status = bt_str_of(s->log_status),
        .start_time = T0 - BT_DAY, .end_time = BT_UNKNOWN,
        .checkpoint = s->clock - s->latency * BT_SECOND
    };

    bt_collect_cluster_is(collect, &(bt_collect_cluster) {
        .ob_name = BT_STR("obmain"), .ob_id = s->ob_id,
        .version = BT_STR("4.2.1.8"), .incarnation = 1,
        .created = BT_UNKNOWN, .clock = s->clock
    });
    bt_collect_tenant(collect, &(bt_tenant_record) {
        .ob_id = 1002, .name = BT_STR("one"), .role = BT_STR("PRIMARY"),
        .log_mode = BT_STR("ARCHIVELOG"), .restorable_from = T0 - BT_DAY,
        .restorable_to = s->restorable_to
    });
    bt_collect_data(collect, &(bt_data_record) {
        .tenant = 1002, .source_id = BT_STR("17"), .mode = BT_STR("FULL"),
        .method = BT_STR("PHYSICAL"), .backup_set_id = 3,
        .start_time = T0 - BT_HOUR, .end_time = BT_UNKNOWN,
        .status = bt_str_of(s->data_status), .status_since = BT_UNKNOWN,
        .progress = BT_UNKNOWN, .data_version = BT_UNKNOWN,
        .size_bytes = BT_UNKNOWN, .restorable_from = BT_UNKNOWN,
        .restorable_to = BT_UNKNOWN
    });
    bt_collect_log(collect, &(bt_log_record) {
        .tenant = 1002, .source_id = BT_STR("1"),
        .method = BT_STR("PHYSICAL"),
        .latest_backup_time = s->clock - s->latency * BT_SECOND,
        .latency_seconds = s->latency, .observed = s->clock,
        .start_time = T0 - BT_DAY, .status = bt_str_of(s->log_status),
        .status_since = T0 - BT_DAY, .rounds = &round, .round_count = 1
    });
}

static bt_look
look(fixture *f, const sight *s, bool good)
{
    bt_look begun = bt_collect_begin(f->collect, f->recorder, s->clock);

    if (begun != BT_LOOK_DONE) {
        return begun;
    }
    put_all(f->collect, s);
    return bt_collect_end(f->collect, good);
}

static void
look_well(fixture *f, const sight *s)
{
    if (look(f, s, true) != BT_LOOK_DONE) {
        fail_msg("%s", bt_recorder_error(f->recorder));
    }
}

static int64_t
changes(void)
{
    return database_number("SELECT number FROM change_counter");
}

static int64_t
statements(void)
{
    return database_number("SELECT CAST(SUM(variable_value) AS SIGNED) FROM "
                           "information_schema.global_status WHERE "
                           "variable_name IN ('COM_STMT_EXECUTE', "
                           "'COM_BEGIN', 'COM_COMMIT')");
}

static void
test_first_look(void **state)
{
    fixture *f = *state;

    look_well(f, &usual);
    assert_int_equal(database_number("SELECT COUNT(*) FROM data_tasks WHERE "
                                     "status = 'IN_PROGRESS'"), 1);
    assert_int_equal(database_number("SELECT latency_seconds FROM "
                                     "log_backups"), 3);
    assert_int_equal(database_number("SELECT COUNT(*) FROM log_rounds"), 1);
    assert_int_equal(database_number("SELECT COUNT(*) FROM log_latency"), 1);
    assert_string_equal(database_text("SELECT ob_name FROM clusters"),
                        "obmain");
    assert_int_equal(database_number("SELECT ob_id FROM clusters"), 77);
    assert_int_equal(database_number("SELECT COUNT(*) FROM clusters WHERE "
                                     "observed > UTC_TIMESTAMP(6) - "
                                     "INTERVAL 10 SECOND"), 1);
}

static void
test_unchanged_look(void **state)
{
    fixture *f = *state;
    sight    later = usual;
    int64_t  number, before, ours;

    look_well(f, &usual);
    /* The second look learns the number of the log backup. */
    later.clock += 10 * BT_SECOND;
    look_well(f, &later);
    number = changes();
    before = statements();
    ours = statements() - before;
    for (int i = 0; i < 5; i++) {
        later.clock += 10 * BT_SECOND;
        later.latency++;
        later.restorable_to += 9 * BT_SECOND;
        before = statements();
        look_well(f, &later);
        assert_int_equal(statements() - before - ours, 1);
    }
    assert_int_equal(changes(), number);
    assert_int_equal(database_number("SELECT latency_seconds FROM "
                                     "log_backups"), 8);
    assert_int_equal(database_number("SELECT observed FROM log_backups"),
                     later.clock);
    assert_int_equal(database_number("SELECT latest_backup_time FROM "
                                     "log_backups"),
                     later.clock - 8 * BT_SECOND);
    assert_int_equal(database_number("SELECT COUNT(*) FROM changes"), 2);
}

static void
test_change(void **state)
{
    fixture *f = *state;
    sight    later = usual;

    look_well(f, &usual);
    later.clock += 10 * BT_SECOND;
    later.data_status = "COMPLETED";
    look_well(f, &later);
    later.log_status = "INTERRUPTED";
    look_well(f, &later);
    assert_string_equal(database_text("SELECT status FROM data_tasks"),
                        "COMPLETED");
    assert_string_equal(database_text("SELECT status FROM log_backups"),
                        "INTERRUPTED");
    assert_string_equal(database_text("SELECT status FROM log_rounds"),
                        "INTERRUPTED");
    assert_int_equal(database_number("SELECT COUNT(*) FROM changes"), 4);
    /* Back to what it was is a change, too. */
    later.log_status = "IN_PROGRESS";
    look_well(f, &later);
    assert_string_equal(database_text("SELECT status FROM log_backups"),
                        "IN_PROGRESS");
}

/* A sample for each five minutes, the worst of them; what moves on is
 * refreshed. */
static void
test_samples(void **state)
{
    fixture *f = *state;
    sight    later = usual;
    int64_t  number;

    look_well(f, &usual);
    number = changes();
    for (int i = 1; i <= 90; i++) {
        later.clock = T0 + i * 10 * BT_SECOND;
        later.latency = i % 30 == 13 ? 100 + i : 3;
        later.restorable_to = later.clock;
        look_well(f, &later);
    }
    assert_int_equal(changes(), number);
    assert_in_range(database_number("SELECT COUNT(*) FROM log_latency"), 3,
                    4);
    assert_int_equal(database_number("SELECT latency_seconds FROM log_latency "
                                     "ORDER BY sampled_at LIMIT 1"), 113);
    assert_true(database_number("SELECT restorable_to FROM tenants")
                > T0 + 9 * BT_MINUTE);
    assert_true(database_number("SELECT checkpoint FROM log_rounds")
                > T0 + 9 * BT_MINUTE);
}

static void
test_bad_look(void **state)
{
    fixture *f = *state;

    assert_int_equal(look(f, &usual, false), BT_LOOK_DONE);
    assert_int_equal(database_number("SELECT COUNT(*) FROM record_keys"), 0);
    assert_int_equal(database_number("SELECT observed FROM clusters"),
                     BT_USEC_NONE);
    look_well(f, &usual);
    assert_int_equal(database_number("SELECT COUNT(*) FROM record_keys"), 2);
}

/* Each way in which a cluster is not ours any more. */
static void
test_lost(void **state)
{
    static const char *const ways[] = {
        "UPDATE clusters SET lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 "
        "SECOND", "UPDATE clusters SET agent_id = 6",
        "UPDATE clusters SET agent_id = NULL",
        "UPDATE agents SET started = UTC_TIMESTAMP(6)"
    };
    fixture *f = *state;
    sight    later = usual;

    for (size_t i = 0; i < COUNT(ways); i++) {
        look_well(f, &later);
        database_plain(ways[i]);
        later.clock += 10 * BT_SECOND;
        assert_int_equal(look(f, &later, true), BT_LOOK_LOST);
        later.log_status = i % 2 ? "STOPPED" : "STOPPING";
        assert_int_equal(look(f, &later, true), BT_LOOK_LOST);
        assert_string_not_equal(database_text("SELECT status FROM "
                                              "log_backups"),
                                later.log_status);
        hold("+ INTERVAL 1 HOUR");
        database_plain("UPDATE agents SET "
                       "started = FROM_UNIXTIME(1795166100)");
        bt_collect_free(f->collect);
        f->collect = bt_collect_new(f->cluster);
        assert_non_null(f->collect);
    }
}

static void
test_another_cluster(void **state)
{
    fixture *f = *state;
    sight    later = usual;

    look_well(f, &usual);
    later.ob_id = 78;
    look_well(f, &later);
    look_well(f, &later);
    assert_int_equal(database_number("SELECT incarnation FROM clusters"), 2);
    assert_int_equal(database_number("SELECT COUNT(*) FROM data_tasks"), 2);
    bt_collect_free(f->collect);
    f->collect = bt_collect_new(f->cluster);
    assert_non_null(f->collect);
    look_well(f, &later);
    assert_int_equal(database_number("SELECT incarnation FROM clusters"), 2);
    assert_int_equal(database_number("SELECT COUNT(*) FROM data_tasks"), 2);
}

static void
test_gone(void **state)
{
    fixture *f = *state;

    look_well(f, &usual);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(bt_collect_begin(f->collect, f->recorder, T0),
                         BT_LOOK_DONE);
        bt_collect_gone(f->collect, BT_KIND_DATA, 1002, BT_STR("17"));
        bt_collect_gone(f->collect, BT_KIND_DATA, 1002, BT_STR("18"));
        assert_int_equal(bt_collect_end(f->collect, true), BT_LOOK_DONE);
    }
    assert_int_equal(database_number("SELECT COUNT(*) FROM data_tasks"), 0);
    assert_int_equal(database_number("SELECT COUNT(*) FROM removed"), 1);
}

static void
test_tenant_by_number(void **state)
{
    fixture *f = *state;

    assert_int_equal(bt_collect_begin(f->collect, f->recorder, T0),
                     BT_LOOK_DONE);
    bt_collect_tenant(f->collect, &(bt_tenant_record) {
        .ob_id = 1004, .restorable_from = BT_UNKNOWN,
        .restorable_to = BT_UNKNOWN
    });
    assert_int_equal(bt_collect_end(f->collect, true), BT_LOOK_DONE);
    assert_string_equal(database_text("SELECT name FROM tenants"), "1004");
}

/* Longer than one commit; then most of it is forgotten. */
static void
test_long_history(void **state)
{
    fixture *f = *state;
    char     id[16];

    for (int i = 0; i < 4; i++) {
        assert_int_equal(bt_collect_begin(f->collect, f->recorder, T0),
                         BT_LOOK_DONE);
        put_all(f->collect, &usual);
        for (int k = 0; k < (i == 0 ? 1300 : 3); k++) {
            (void) snprintf(id, sizeof(id), "c%d", k);
            bt_collect_cleanup(f->collect, &(bt_cleanup_record) {
                .tenant = 1002, .source_id = bt_str_of(id),
                .type = BT_STR("DELETE OBSOLETE BACKUP"),
                .start_time = T0 - k * BT_MINUTE, .end_time = T0,
                .status = BT_STR("COMPLETED"), .status_since = BT_UNKNOWN,
                .items_total = 1, .items_done = 1
            });
        }
        assert_int_equal(bt_collect_end(f->collect, true), BT_LOOK_DONE);
    }
    assert_int_equal(database_number("SELECT COUNT(*) FROM cleanup_tasks"),
                     1300);
}

static void
test_store_away(void **state)
{
    fixture *f = *state;

    look_well(f, &usual);
    database_stop(SIGTERM);
    assert_int_equal(look(f, &usual, true), BT_LOOK_FAILED);
    database_start();
    bt_collect_free(f->collect);
    f->collect = bt_collect_new(f->cluster);
    assert_non_null(f->collect);
    look_well(f, &usual);
    assert_int_equal(database_number("SELECT COUNT(*) FROM data_tasks"), 1);
    assert_int_equal(database_number("SELECT COUNT(*) FROM record_keys"), 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_first_look, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unchanged_look, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_samples, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_look, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_cluster, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tenant_by_number, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_long_history, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_store_away, set_up, tear_down)
    };

    return cmocka_run_group_tests(tests, database_setup, database_teardown);
}

/* test_agent_command.c: who may take, step and end a command, against a real store. */

#include "database.h"

#include "acts/bt_command.h"
#include "store/bt_audit.h"

/* FROM_UNIXTIME() of these, in UTC. */
#define STARTED  (INT64_C(1795166100) * BT_SECOND)

static const bt_command_agent first = { { 5, STARTED }, BT_STR("one") };
static const bt_command_agent second = { { 6, STARTED }, BT_STR("two") };
/* An earlier process under the first one's name. */
static const bt_command_agent stale = { { 5, STARTED - 1 }, BT_STR("one") };

static const bt_command_of command = {
    .id = 9, .action = BT_ACTION_STOP, .kind = BT_VIEW_LOG, .target_id = 3,
    .cluster_id = 1
};

static void
hold(int agent)
{
    char sql[160];

    (void) snprintf(sql, sizeof(sql), "UPDATE clusters SET agent_id = %d, "
                    "lease_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR", agent);
    database_plain(sql);
}

/* One log backup with one requested command; the lease is the first one's. */
static int
set_up(void **state)
{
    static const char *const statements[] = {
        "DELETE FROM clusters", "DELETE FROM agents", "DELETE FROM tenants",
        "DELETE FROM record_keys", "DELETE FROM log_backups",
        "DELETE FROM log_rounds", "DELETE FROM commands",
        "DELETE FROM changes", "DELETE FROM audit_events",
        "SET time_zone = '+00:00'",
        "INSERT INTO agents (id, name, started, last_seen) VALUES "
        "(5, 'one', FROM_UNIXTIME(1795166100), UTC_TIMESTAMP(6)), "
        "(6, 'two', FROM_UNIXTIME(1795166100), UTC_TIMESTAMP(6))",
        "INSERT INTO clusters (id, name, adapter, created, updated, "
        "change_no) VALUES (1, 'c', 'oceanbase4', UTC_TIMESTAMP(6), "
        "UTC_TIMESTAMP(6), 0)",
        "INSERT INTO tenants (id, cluster_id, incarnation, ob_id, name, "
        "created, updated) VALUES (2, 1, 1, 1002, 't', UTC_TIMESTAMP(6), "
        "UTC_TIMESTAMP(6))",
        "INSERT INTO record_keys (id, kind, cluster_id, incarnation, "
        "ob_tenant_id, source_id, listed_at) VALUES (3, 'log', 1, 1, 1002, "
        "'1', '2026-01-01')",
        "INSERT INTO log_backups (listed_at, id, cluster_id, tenant_id, "
        "source_id, status, updated, change_no) VALUES ('2026-01-01', 3, 1, "
        "2, '1', 'IN_PROGRESS', UTC_TIMESTAMP(6), 0)",
        "INSERT INTO log_rounds (log_id, incarnation, round_id, status) "
        "VALUES (3, 1, 7, 'STOPPED'), (3, 1, 8, 'IN_PROGRESS')",
        "INSERT INTO commands (id, action, kind, target_id, cluster_id, "
        "tenant_id, expected_state, state, open_target, idempotency_key, "
        "requested_by, requested_at, deadline, updated, change_no) VALUES "
        "(9, 'stop', 'log', 3, 1, 2, 'IN_PROGRESS', 'REQUESTED', 3, 'k', "
        "'li', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 HOUR, "
        "UTC_TIMESTAMP(6), 0)"
    };

    (void) state;
    for (size_t i = 0; i < COUNT(statements); i++) {
        database_plain(statements[i]);
    }
    hold(5);
    return 0;
}

static const char *
state_now(void)
{
    return database_text("SELECT state FROM commands");
}

static bool
take(const bt_command_agent *agent)
{
    bool done;

    assert_int_equal(bt_command_take(database.store, agent, &command, &done),
                     BT_STORE_OK);
    return done;
}

static bool
end(const bt_command_agent *agent, bool good)
{
    bool done;

    assert_int_equal(bt_command_end(database.store, agent, &command, good,
                                    "It has stopped.", &done), BT_STORE_OK);
    return done;
}

static bool
intend(const bt_command_agent *agent)
{
    bool done;

    assert_int_equal(bt_command_intend(database.store, agent, &command, "STOP",
                                       &done), BT_STORE_OK);
    return done;
}

static bool
adopt(const bt_command_agent *agent)
{
    bool done;

    assert_int_equal(bt_command_adopt(database.store, agent, &command, &done),
                     BT_STORE_OK);
    return done;
}

static bool
progress(const bt_command_agent *agent)
{
    bool done;

    assert_int_equal(bt_command_progress(database.store, agent, &command,
                                         "STOPPING for 5 s", &done),
                     BT_STORE_OK);
    return done;
}

static void
test_whole_life(void **state)
{
    bt_audit_walk walk;
    int64_t       number;

    (void) state;
    assert_false(intend(&first));
    assert_false(end(&first, true));
    assert_true(take(&first));
    assert_false(take(&first));
    assert_int_equal(database_number("SELECT round_before FROM commands"), 8);
    assert_true(intend(&first));
    assert_true(intend(&first));
    number = database_number("SELECT number FROM change_counter");
    assert_true(progress(&first));
    assert_int_equal(database_number("SELECT number FROM change_counter"),
                     number + 1);
    assert_string_equal(database_text("SELECT step FROM commands"), "STOP");
    assert_true(end(&first, true));
    assert_false(end(&first, false));
    assert_false(intend(&first));
    assert_string_equal(state_now(), "DONE");
    assert_int_equal(database_number("SELECT COUNT(*) FROM commands WHERE "
                                     "open_target IS NULL AND progress IS "
                                     "NULL AND ended_at IS NOT NULL"), 1);
    assert_string_equal(database_text("SELECT GROUP_CONCAT(kind, ':', "
                                      "new_status ORDER BY number, kind) "
                                      "FROM changes"),
                        "command:RUNNING,log:IN_PROGRESS,command:DONE,"
                        "log:IN_PROGRESS");
    assert_string_equal(database_text("SELECT CONCAT(user, ' ', action, ' ', "
                                      "outcome, ' ', detail) FROM "
                                      "audit_events"),
                        "bt:agent stop DONE It has stopped. [one]");
    assert_int_equal(bt_audit_verify(database.store, 1, &walk), BT_STORE_OK);
    assert_int_equal(walk.bad_id, 0);
    assert_int_equal(database_number("SELECT COUNT(*) FROM log_backups WHERE "
                                     "change_no = (SELECT number FROM "
                                     "change_counter)"), 1);
}

/* Nothing happens without the lease, and nothing by an earlier process. */
static void
test_not_ours(void **state)
{
    (void) state;
    assert_false(take(&second));
    assert_false(take(&stale));
    database_plain("UPDATE clusters SET lease_until = UTC_TIMESTAMP(6) "
                   "- INTERVAL 1 SECOND");
    assert_false(take(&first));
    assert_string_equal(state_now(), "REQUESTED");
    hold(5);
    assert_true(take(&first));
    assert_false(intend(&stale));
    assert_false(progress(&stale));
    assert_false(end(&stale, true));
    hold(6);
    assert_false(intend(&first));
    assert_false(progress(&first));
    assert_false(end(&first, true));
    assert_false(end(&second, true));
    assert_string_equal(state_now(), "RUNNING");
    assert_int_equal(database_number("SELECT COUNT(*) FROM audit_events"), 0);
}

static void
test_taken_over(void **state)
{
    (void) state;
    assert_true(take(&first));
    assert_true(intend(&first));
    assert_false(adopt(&second));
    hold(6);
    assert_true(adopt(&second));
    assert_false(adopt(&second));
    assert_false(intend(&first));
    assert_true(end(&second, false));
    assert_string_equal(state_now(), "FAILED");
}

static void
test_overdue(void **state)
{
    (void) state;
    database_plain("UPDATE commands SET deadline = UTC_TIMESTAMP(6)");
    assert_false(take(&first));
    assert_string_equal(state_now(), "REQUESTED");
}

static void
test_canceled(void **state)
{
    (void) state;
    database_plain("UPDATE commands SET state = 'CANCELED', "
                   "open_target = NULL");
    assert_false(take(&first));
    assert_string_equal(state_now(), "CANCELED");
}

/* The record was taken out meanwhile: its command ends all the same. */
static void
test_record_gone(void **state)
{
    (void) state;
    assert_true(take(&first));
    database_plain("DELETE FROM log_backups");
    assert_true(end(&first, false));
    assert_string_equal(state_now(), "FAILED");
}

/* A backup at once is about the cluster. */
static void
test_of_cluster(void **state)
{
    static const bt_command_of backup = {
        .id = 9, .action = BT_ACTION_BACKUP, .kind = BT_VIEW_CLUSTERS,
        .target_id = 1, .cluster_id = 1
    };
    bool done;

    (void) state;
    database_plain("UPDATE commands SET kind = 'clusters', target_id = 1, "
                   "action = 'backup', open_target = 2");
    assert_int_equal(bt_command_take(database.store, &first, &backup, &done),
                     BT_STORE_OK);
    assert_true(done);
    assert_int_equal(database_number("SELECT round_before FROM commands"),
                     BT_USEC_NONE);
    assert_int_equal(bt_command_end(database.store, &first, &backup, true,
                                    "Begun.", &done), BT_STORE_OK);
    assert_true(done);
    assert_int_equal(database_number("SELECT tenant_id FROM audit_events"),
                     2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_whole_life, set_up),
        cmocka_unit_test_setup(test_not_ours, set_up),
        cmocka_unit_test_setup(test_taken_over, set_up),
        cmocka_unit_test_setup(test_overdue, set_up),
        cmocka_unit_test_setup(test_canceled, set_up),
        cmocka_unit_test_setup(test_record_gone, set_up),
        cmocka_unit_test_setup(test_of_cluster, set_up)
    };

    return cmocka_run_group_tests(tests, database_setup, database_teardown);
}

/* test_store.c: one connection to a real server: losses, types, deadlines, conflicts, cache. */

#include "database.h"

#include "store/bt_connection.h"

static bt_store *
open_store(void)
{
    return database_open(&(bt_store_conf) { .group = NULL });
}

static int64_t
number_of(bt_store *store, const char *sql)
{
    bt_rows *rows;
    int64_t  number;

    assert_int_equal(bt_store_run(store, sql, NULL, 0, &rows, NULL),
                     BT_STORE_OK);
    assert_int_equal(bt_rows_next(rows), 1);
    number = bt_rows_get(rows, 0).number;
    bt_rows_close(rows);
    return number;
}

static void
kill_connection(int64_t id)
{
    char sql[64];

    (void) snprintf(sql, sizeof(sql), "KILL %lld", (long long) id);
    database_plain(sql);
}

/* A read is tried again on a new connection, and the caller sees nothing. */
static void
test_read_after_loss(void **state)
{
    bt_store *store = open_store();
    int64_t   first = number_of(store, "SELECT CONNECTION_ID()");

    (void) state;
    kill_connection(first);
    assert_int_not_equal(number_of(store, "SELECT CONNECTION_ID()"), first);
    assert_int_equal(bt_store_errno(store), 0);
    assert_string_equal(bt_store_error(store), "");
    bt_store_free(store);
}

/* A write may have been done: only the caller knows whether to repeat it. */
static void
test_write_after_loss(void **state)
{
    static const char insert[] = "INSERT INTO agents (name, started, last_seen)"
                                 " VALUES ('w', NOW(6), NOW(6))";
    bt_store *store = open_store();

    (void) state;
    kill_connection(number_of(store, "SELECT CONNECTION_ID()"));
    assert_int_equal(bt_store_run(store, insert, NULL, 0, NULL, NULL),
                     BT_STORE_UNAVAILABLE);
    assert_int_not_equal(bt_store_errno(store), 0);
    assert_int_equal(database_number("SELECT COUNT(*) FROM agents"), 0);
    assert_int_equal(bt_store_run(store, insert, NULL, 0, NULL, NULL),
                     BT_STORE_OK);
    assert_int_equal(database_number("SELECT COUNT(*) FROM agents"), 1);
    database_plain("DELETE FROM agents");
    bt_store_free(store);
}

/* What is left of a transaction must not run on another connection. */
static void
test_loss_in_transaction(void **state)
{
    bt_store *store = open_store();

    (void) state;
    assert_int_equal(bt_store_begin(store), BT_STORE_OK);
    assert_int_equal(bt_store_run(store, "INSERT INTO agents (name, started, "
                                  "last_seen) VALUES ('t', NOW(6), NOW(6))",
                                  NULL, 0, NULL, NULL), BT_STORE_OK);
    kill_connection(number_of(store, "SELECT CONNECTION_ID()"));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(bt_store_run(store, "SELECT 1", NULL, 0, NULL, NULL),
                         BT_STORE_UNAVAILABLE);
        assert_int_equal(bt_store_run(store, "DELETE FROM agents", NULL, 0,
                                      NULL, NULL), BT_STORE_UNAVAILABLE);
    }
    assert_int_equal(bt_store_commit(store), BT_STORE_UNAVAILABLE);
    bt_store_rollback(store);
    assert_int_equal(number_of(store, "SELECT COUNT(*) FROM agents"), 0);
    assert_int_equal(bt_store_begin(store), BT_STORE_OK);
    bt_store_rollback(store);
    bt_store_free(store);
}

/* A transaction may begin on a connection that died while it was idle. */
static void
test_begin_after_loss(void **state)
{
    bt_store *store = open_store();

    (void) state;
    kill_connection(number_of(store, "SELECT CONNECTION_ID()"));
    assert_int_equal(bt_store_begin(store), BT_STORE_OK);
    kill_connection(number_of(store, "SELECT CONNECTION_ID()"));
    bt_store_rollback(store);
    assert_int_equal(bt_store_begin_read(store), BT_STORE_OK);
    bt_store_rollback(store);
    kill_connection(number_of(store, "SELECT CONNECTION_ID()"));
    assert_int_equal(bt_store_begin_read(store), BT_STORE_OK);
    assert_int_equal(number_of(store, "SELECT 1"), 1);
    bt_store_rollback(store);
    bt_store_free(store);
}

static void
test_server_away(void **state)
{
    bt_store *store = open_store();

    (void) state;
    assert_int_equal(number_of(store, "SELECT 1"), 1);
    database_stop(SIGTERM);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(bt_store_run(store, "SELECT 1", NULL, 0, NULL, NULL),
                         BT_STORE_UNAVAILABLE);
        assert_int_equal(bt_store_begin(store), BT_STORE_UNAVAILABLE);
    }
    assert_true(strlen(bt_store_error(store)) > 0);
    database_start();
    assert_int_equal(number_of(store, "SELECT 1"), 1);
    bt_store_free(store);
}

/* Rows are in memory: they can be read to their end without the server. */
static void
test_rows_outlive_connection(void **state)
{
    bt_store *store = open_store();
    bt_rows  *rows;
    int64_t   sum = 0;

    (void) state;
    assert_int_equal(bt_store_run(store, "SELECT seq FROM seq_1_to_1000",
                                  NULL, 0, &rows, NULL), BT_STORE_OK);
    kill_connection(database_number("SELECT MAX(id) FROM "
                                    "information_schema.processlist "
                                    "WHERE command = 'Sleep'"));
    assert_int_equal(bt_store_run(store, "DO 1", NULL, 0, NULL, NULL),
                     BT_STORE_UNAVAILABLE);
    while (bt_rows_next(rows) == 1) {
        sum += bt_rows_get(rows, 0).number;
    }
    assert_int_equal(sum, 500500);
    bt_rows_close(rows);
    assert_int_equal(number_of(store, "SELECT 2"), 2);
    bt_store_free(store);
}

static void
check_length(bt_store *store, size_t length)
{
    char    *text = malloc(length + 1);
    bt_value param;
    bt_rows *rows;
    bt_str   back;

    assert_non_null(text);
    for (size_t i = 0; i < length; i++) {
        text[i] = (char) (i % 251);
    }
    param = bt_text(((bt_str) { text, length }));
    assert_int_equal(bt_store_run(store, "INSERT INTO long_texts VALUES (?)",
                                  &param, 1, NULL, NULL), BT_STORE_OK);
    assert_int_equal(bt_store_run(store, "SELECT text, 7 FROM long_texts",
                                  NULL, 0, &rows, NULL), BT_STORE_OK);
    assert_int_equal(bt_rows_next(rows), 1);
    back = bt_rows_get(rows, 0).text;
    assert_int_equal(back.len, length);
    assert_memory_equal(back.data, text, length);
    assert_int_equal(bt_rows_get(rows, 1).number, 7);
    bt_rows_close(rows);
    assert_int_equal(bt_store_run(store, "DELETE FROM long_texts", NULL, 0,
                                  NULL, NULL), BT_STORE_OK);
    free(text);
}

static void
test_lengths(void **state)
{
    static const size_t lengths[] = {
        0, 1, 2, 255, 256, 4095, 65535, 65536, 70000, 5 << 20
    };
    bt_store *store = open_store();

    (void) state;
    database_plain("CREATE TABLE long_texts (text LONGBLOB NOT NULL)");
    for (size_t i = 0; i < COUNT(lengths); i++) {
        check_length(store, lengths[i]);
    }
    database_plain("DROP TABLE long_texts");
    bt_store_free(store);
}

/* A short row after a long one, and the other way round. */
static void
test_lengths_in_one_result(void **state)
{
    bt_store *store = open_store();
    bt_rows  *rows;

    (void) state;
    assert_int_equal(bt_store_run(store, "SELECT REPEAT('x', seq * seq) FROM "
                                  "seq_300_to_0", NULL, 0, &rows, NULL),
                     BT_STORE_OK);
    for (size_t i = 300;; i--) {
        assert_int_equal(bt_rows_next(rows), 1);
        assert_int_equal(bt_rows_get(rows, 0).text.len, i * i);
        if (i == 0) {
            break;
        }
    }
    assert_int_equal(bt_rows_next(rows), 0);
    bt_rows_close(rows);
    bt_store_free(store);
}

static void
check_time(bt_store *store, bt_usec at, const char *text)
{
    bt_value param = bt_time(at);
    bt_rows *rows;

    assert_int_equal(bt_store_run(store, "SELECT CAST(? AS DATETIME(6)), "
                                  "CAST(CAST(? AS DATETIME(6)) AS CHAR)",
                                  (bt_value[]) { param, param }, 2, &rows,
                                  NULL), BT_STORE_OK);
    assert_int_equal(bt_rows_next(rows), 1);
    assert_int_equal(bt_rows_get(rows, 0).type, BT_VALUE_TIME);
    assert_true(bt_rows_get(rows, 0).number == at);
    assert_true(bt_str_eqz(bt_rows_get(rows, 1).text, text));
    bt_rows_close(rows);
}

static void
test_times(void **state)
{
    bt_store *store = open_store();
    bt_rows  *rows;

    (void) state;
    check_time(store, 0, "1970-01-01 00:00:00.000000");
    check_time(store, -1, "1969-12-31 23:59:59.999999");
    check_time(store, INT64_C(951782400000001), "2000-02-29 00:00:00.000001");
    check_time(store, INT64_C(4107542400000000), "2100-03-01 00:00:00.000000");
    check_time(store, INT64_C(253402300799999999),
               "9999-12-31 23:59:59.999999");
    assert_int_equal(bt_store_run(store, "SELECT DATE '2026-11-22', "
                                  "@@session.time_zone", NULL, 0, &rows,
                                  NULL), BT_STORE_OK);
    assert_int_equal(bt_rows_next(rows), 1);
    assert_true(bt_rows_get(rows, 0).number
                == INT64_C(1795305600) * BT_SECOND);
    assert_true(bt_str_eqz(bt_rows_get(rows, 1).text, "+00:00"));
    bt_rows_close(rows);
    bt_store_free(store);
}

static void
test_types(void **state)
{
    bt_value  params[] = {
        bt_int(INT64_MIN), bt_int(INT64_MAX), bt_null(),
        bt_text(((bt_str) { "a\0b\xf0\x9f\x92\xbe", 7 })),
        bt_text(((bt_str) { NULL, 0 }))
    };
    bt_store *store = open_store();
    bt_rows  *rows;

    (void) state;
    assert_int_equal(bt_store_run(store, "SELECT ?, ?, ?, ?, ?, "
                                  "CAST(12.5 AS DECIMAL(5,2)), SUM(2)",
                                  params, 5, &rows, NULL), BT_STORE_OK);
    assert_int_equal(bt_rows_columns(rows), 7);
    assert_int_equal(bt_rows_next(rows), 1);
    assert_true(bt_rows_get(rows, 0).number == INT64_MIN);
    assert_true(bt_rows_get(rows, 1).number == INT64_MAX);
    assert_int_equal(bt_rows_get(rows, 2).type, BT_VALUE_NULL);
    assert_true(bt_str_eq(bt_rows_get(rows, 3).text, params[3].text));
    assert_int_equal(bt_rows_get(rows, 4).type, BT_VALUE_TEXT);
    assert_int_equal(bt_rows_get(rows, 4).text.len, 0);
    assert_true(bt_str_eqz(bt_rows_get(rows, 5).text, "12.50"));
    assert_true(bt_str_eqz(bt_rows_get(rows, 6).text, "2"));
    assert_int_equal(bt_rows_next(rows), 0);
    assert_int_equal(bt_rows_next(rows), 0);
    bt_rows_close(rows);
    bt_store_free(store);
}

/* The statement ends, the connection stays, and the same statement can be run
 * again: with a deadline before or after its first rows. */
static void
test_deadline(void **state)
{
    static const char *const slow[] = {
        "SELECT COUNT(*) FROM seq_1_to_100000000000 WHERE seq % 7 = 3",
        "SELECT seq FROM seq_1_to_100000000000 WHERE seq * 1 < 5"
    };
    bt_store *store = database_open(&(bt_store_conf) {
        .statement_seconds = 1
    });
    int64_t   id = number_of(store, "SELECT CONNECTION_ID()");
    bt_rows  *rows;

    (void) state;
    for (size_t i = 0; i < 2 * COUNT(slow); i++) {
        assert_int_equal(bt_store_run(store, slow[i / 2], NULL, 0,
                                      i % 2 == 0 ? NULL : &rows, NULL),
                         BT_STORE_DEADLINE);
    }
    assert_null(rows);
    assert_int_equal(number_of(store, "SELECT CONNECTION_ID()"), id);
    bt_store_free(store);
}

static void
test_duplicate_and_error(void **state)
{
    static const char insert[] = "INSERT INTO agents (name, started, last_seen)"
                                 " VALUES ('d', NOW(6), NOW(6))";
    bt_store *store = open_store();
    int64_t   affected = -1;

    (void) state;
    assert_int_equal(bt_store_run(store, insert, NULL, 0, NULL, &affected),
                     BT_STORE_OK);
    assert_int_equal(affected, 1);
    assert_true(bt_store_insert_id(store) > 0);
    assert_int_equal(bt_store_run(store, insert, NULL, 0, NULL, NULL),
                     BT_STORE_DUPLICATE);
    assert_int_equal(bt_store_errno(store), 1062);
    assert_int_equal(bt_store_run(store, "DELETE FROM agents", NULL, 0, NULL,
                                  &affected), BT_STORE_OK);
    assert_int_equal(affected, 1);
    assert_int_equal(bt_store_run(store, "SELECT * FROM no_such_table", NULL,
                                  0, NULL, NULL), BT_STORE_ERROR);
    assert_int_equal(bt_store_errno(store), BT_ERROR_NO_TABLE);
    assert_int_equal(bt_store_run(store, "SELECT ?", NULL, 0, NULL, NULL),
                     BT_STORE_ERROR);
    assert_int_equal(bt_store_errno(store), 0);
    assert_int_equal(number_of(store, "SELECT 1"), 1);
    bt_store_free(store);
}

static void
test_conflict(void **state)
{
    static const char lock[] = "SELECT number FROM change_counter "
                               "WHERE id = 1 FOR UPDATE";
    bt_store *one = open_store();
    bt_store *two = open_store();

    (void) state;
    assert_int_equal(bt_store_plain(two, "SET SESSION "
                                    "innodb_lock_wait_timeout = 1"),
                     BT_STORE_OK);
    assert_int_equal(bt_store_begin(one), BT_STORE_OK);
    assert_int_equal(bt_store_run(one, lock, NULL, 0, NULL, NULL),
                     BT_STORE_OK);
    assert_int_equal(bt_store_begin(two), BT_STORE_OK);
    assert_int_equal(bt_store_run(two, lock, NULL, 0, NULL, NULL),
                     BT_STORE_CONFLICT);
    bt_store_rollback(two);
    assert_int_equal(bt_store_status_of(two), BT_STORE_CONFLICT);
    bt_store_rollback(one);
    assert_int_equal(bt_store_begin(two), BT_STORE_OK);
    assert_int_equal(bt_store_run(two, lock, NULL, 0, NULL, NULL),
                     BT_STORE_OK);
    assert_int_equal(bt_store_begin(two), BT_STORE_ERROR);
    bt_store_rollback(two);
    bt_store_free(one);
    bt_store_free(two);
}

/* A lock that cannot be had after rows that could. */
static void
test_conflict_in_rows(void **state)
{
    static const char lock[] = "SELECT id FROM agents ORDER BY id FOR UPDATE";
    bt_store *store = open_store();
    bt_rows  *rows;

    (void) state;
    database_plain("INSERT INTO agents (name, started, last_seen) SELECT seq, "
                   "NOW(6), NOW(6) FROM seq_1_to_1000");
    assert_int_equal(bt_store_plain(store, "SET SESSION "
                                    "innodb_lock_wait_timeout = 1"),
                     BT_STORE_OK);
    assert_int_equal(bt_store_begin(database.store), BT_STORE_OK);
    (void) database_number("SELECT id FROM agents ORDER BY id DESC LIMIT 1 "
                           "FOR UPDATE");
    assert_int_equal(bt_store_begin(store), BT_STORE_OK);
    assert_int_equal(bt_store_run(store, lock, NULL, 0, NULL, NULL),
                     BT_STORE_CONFLICT);
    assert_int_equal(bt_store_run(store, lock, NULL, 0, &rows, NULL),
                     BT_STORE_CONFLICT);
    assert_null(rows);
    bt_store_rollback(database.store);
    assert_int_equal(bt_store_run(store, lock, NULL, 0, NULL, NULL),
                     BT_STORE_OK);
    bt_store_rollback(store);
    database_plain("DELETE FROM agents");
    bt_store_free(store);
}

static void
add_agent(const char *name)
{
    bt_value param = bt_text(bt_str_of(name));

    assert_int_equal(bt_store_run(database.store, "INSERT INTO agents (name, "
                                  "started, last_seen) VALUES (?, NOW(6), "
                                  "NOW(6))", &param, 1, NULL, NULL),
                     BT_STORE_OK);
}

/* begin() sees what others have committed meanwhile, begin_read() does not. */
static void
test_isolation(void **state)
{
    static const char count[] = "SELECT COUNT(*) FROM agents";
    bt_store *store = open_store();

    (void) state;
    assert_int_equal(bt_store_begin(store), BT_STORE_OK);
    assert_int_equal(number_of(store, count), 0);
    add_agent("one");
    assert_int_equal(number_of(store, count), 1);
    bt_store_rollback(store);

    assert_int_equal(bt_store_begin_read(store), BT_STORE_OK);
    add_agent("two");
    assert_int_equal(number_of(store, count), 1);
    bt_store_rollback(store);
    assert_int_equal(number_of(store, count), 2);

    assert_int_equal(bt_store_begin(store), BT_STORE_OK);
    add_agent("three");
    assert_int_equal(number_of(store, count), 3);
    bt_store_rollback(store);
    database_plain("DELETE FROM agents");
    bt_store_free(store);
}

/* Closing takes no answer, neither of a statement nor of a connection: the
 * server counts in its own time, so this waits until the number stays. */
static int64_t
prepared_statements(void)
{
    int64_t count = -1;

    for (int same = 0; same < 20; same++) {
        int64_t now = database_number(
            "SELECT CAST(variable_value AS SIGNED) FROM "
            "information_schema.global_status "
            "WHERE variable_name = 'PREPARED_STMT_COUNT'");

        same = now == count ? same : 0;
        count = now;
        (void) usleep(10000);
    }
    return count;
}

/* More different statements than a connection keeps, each used again. */
static void
test_statement_cache(void **state)
{
    bt_store *store = open_store();
    int64_t   before = prepared_statements();

    (void) state;
    for (int turn = 0; turn < 3; turn++) {
        for (int i = 0; i < 2 * BT_STATEMENTS_MAX; i++) {
            char sql[32];

            (void) snprintf(sql, sizeof(sql), "SELECT %d", i);
            assert_int_equal(number_of(store, sql), i);
        }
    }
    assert_int_equal(prepared_statements() - before, BT_STATEMENTS_MAX);
    bt_store_free(store);
}

/* The same text while its rows are being read, deeper than the cache. */
static void
test_open_rows(void **state)
{
    bt_store *store = open_store();
    bt_rows  *rows[BT_STATEMENTS_MAX + 4];

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(bt_store_run(store, "SELECT seq FROM seq_1_to_2",
                                      NULL, 0, &rows[i], NULL), BT_STORE_OK);
        assert_int_equal(bt_rows_next(rows[i]), 1);
    }
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(bt_rows_next(rows[i]), 1);
        assert_int_equal(bt_rows_get(rows[i], 0).number, 2);
        assert_int_equal(bt_rows_next(rows[i]), 0);
        bt_rows_close(rows[i]);
    }
    assert_int_equal(number_of(store, "SELECT seq FROM seq_1_to_2"), 1);
    bt_store_free(store);
}

/* A statement that stays prepared while its table changes. */
static void
test_table_changes(void **state)
{
    bt_store *store = open_store();

    (void) state;
    database_plain("CREATE TABLE turning (number INT NOT NULL)");
    database_plain("INSERT INTO turning VALUES (4)");
    assert_int_equal(number_of(store, "SELECT number FROM turning"), 4);
    database_plain("ALTER TABLE turning MODIFY number BIGINT NOT NULL, "
                   "ADD COLUMN other INT NULL");
    database_plain("UPDATE turning SET number = 5000000000");
    assert_true(number_of(store, "SELECT number FROM turning")
                == INT64_C(5000000000));
    database_plain("DROP TABLE turning");
    bt_store_free(store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_after_loss),
        cmocka_unit_test(test_write_after_loss),
        cmocka_unit_test(test_loss_in_transaction),
        cmocka_unit_test(test_begin_after_loss),
        cmocka_unit_test(test_server_away),
        cmocka_unit_test(test_rows_outlive_connection),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_lengths_in_one_result),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_duplicate_and_error),
        cmocka_unit_test(test_conflict),
        cmocka_unit_test(test_conflict_in_rows),
        cmocka_unit_test(test_isolation),
        cmocka_unit_test(test_statement_cache),
        cmocka_unit_test(test_open_rows),
        cmocka_unit_test(test_table_changes)
    };

    return cmocka_run_group_tests_name("store: connection", tests,
                                       database_setup, database_teardown);
}

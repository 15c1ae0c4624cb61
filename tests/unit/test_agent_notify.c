/* test_agent_notify.c: each change is told once, late enough, not too often, and again after a failure. */

#include "database.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "agent/notify_internal.h"

#define BEGIN      INT64_C(1700000000)  /* seconds; any time will do */
#define DELAY      30
#define INTERVAL   300

static char script[128], told_path[128], fail_path[128];

static void
make_program(const char *text)
{
    FILE *file;

    (void) snprintf(script, sizeof(script), "%s/notify", database.dir);
    (void) snprintf(told_path, sizeof(told_path), "%s/told", database.dir);
    (void) snprintf(fail_path, sizeof(fail_path), "%s/fail", database.dir);
    (void) unlink(script);
    (void) unlink(told_path);
    (void) unlink(fail_path);
    file = fopen(script, "we");
    assert_non_null(file);
    (void) fprintf(file, "#!/bin/sh\ncd %s\n%s\n", database.dir, text);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(script, 0755), 0);
}

static void
usual_program(void)
{
    make_program("if [ -e fail ]; then echo no mail today >&2; exit 3; fi\n"
                 "cat >> told\n"
                 "echo \"<!-- $BACKUP_TASKS_NUMBER|$BACKUP_TASKS_SEVERITY|"
                 "$BACKUP_TASKS_SUBJECT|$BACKUP_TASKS_TEXT_ZH -->\" >> told");
}

/* What was told since the last call, "" for nothing. */
static const char *
told(void)
{
    static char text[64 * 1024];
    FILE       *file = fopen(told_path, "re");
    size_t      len;

    text[0] = '\0';
    if (file != NULL) {
        len = fread(text, 1, sizeof(text) - 1, file);
        text[len] = '\0';
        assert_int_equal(fclose(file), 0);
        (void) unlink(told_path);
    }
    return text;
}

static void
has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in: %s", part, text);
    }
}

static bt_notify *
open_notify(int limit)
{
    bt_notify_conf conf = {
        .program = script, .public_url = "https://b.example/backup/",
        .delay_seconds = DELAY, .interval_seconds = INTERVAL,
        .limit_seconds = limit
    };
    bt_notify     *notify = bt_notify_new(&conf, database.store);

    assert_non_null(notify);
    return notify;
}

/* A look of agent 1, `at` seconds after the beginning. */
static void
look_at(bt_notify *notify, int64_t at)
{
    assert_true(bt_notify_look(notify, 1, (BEGIN + at) * BT_SECOND));
}

static void
set_log(const char *status)
{
    char sql[256];

    (void) snprintf(sql, sizeof(sql), "UPDATE log_backups SET status = '%s'",
                    status);
    database_plain(sql);
}

/* One cluster that always answers, a tenant, a log backup. */
static int
prepare(void **state)
{
    static const char *const statements[] = {
        "DELETE FROM clusters", "DELETE FROM tenants",
        "DELETE FROM log_backups", "DELETE FROM notify_risks",
        "UPDATE notify_state SET agent_id = NULL, lease_until = NULL,"
        " number = 1, tries = 0, try_after = NULL, told_at = NULL",
        "INSERT INTO clusters (id, name, adapter, version, data_age_seconds,"
        " observed, created, updated, change_no) VALUES (7, 'pay',"
        " 'oceanbase4', '4.2.1.0', 2000000000, '2037-01-01', NOW(), NOW(), 1)",
        "INSERT INTO tenants (id, cluster_id, incarnation, ob_id, name,"
        " last_full, created, updated) VALUES (31, 7, 1, 1002,"
        " 'ac<c\\nt\\'&', '2023-11-01', NOW(), NOW())",
        "INSERT INTO log_backups (listed_at, id, cluster_id, tenant_id,"
        " source_id, status, status_since, updated, change_no) VALUES"
        " (NOW(), 9, 7, 31, '1', 'IN_PROGRESS', FROM_UNIXTIME(1700000000),"
        " NOW(), 1)"
    };

    (void) state;
    for (size_t i = 0; i < COUNT(statements); i++) {
        database_plain(statements[i]);
    }
    usual_program();
    return 0;
}

static void
test_once(void **state)
{
    bt_notify  *notify = open_notify(10);
    const char *text;

    (void) state;
    look_at(notify, 0);
    look_at(notify, 100);
    assert_string_equal(told(), "");
    set_log("INTERRUPTED");
    look_at(notify, 110);
    look_at(notify, 130);
    assert_string_equal(told(), "");
    look_at(notify, 140);
    text = told();
    has(text, "<notification xmlns=\"urn:nginx-backup-tasks:1\"");
    has(text, "number=\"1\" severity=\"CRITICAL\"");
    has(text, "<change what=\"BEGAN\">\n<risk kind=\"LOG_INTERRUPTED\"");
    has(text, "<cluster id=\"7\">pay</cluster>");
    has(text, ">ac&lt;c\nt'&amp;</tenant>");
    has(text, "<sentence xml:lang=\"en\">1 of 1 clusters is at risk. Log "
        "backup of pay (tenant ac&lt;c t'&amp;) was interrupted");
    has(text, "<sentence xml:lang=\"zh\">1 个集群中有 1 个存在风险。");
    has(text, "href=\"https://b.example/backup/log/9\"");
    has(text, "<!-- 1|CRITICAL|1 of 1 clusters is at risk.|1 个集群中有");
    look_at(notify, 150);
    look_at(notify, 1000);
    assert_string_equal(told(), "");
    /* Another process of the same agent: nothing is told again. */
    bt_notify_free(notify);
    notify = open_notify(10);
    look_at(notify, 1010);
    look_at(notify, 1100);
    assert_string_equal(told(), "");
    set_log("IN_PROGRESS");
    look_at(notify, 1110);
    look_at(notify, 1140);
    text = told();
    has(text, "number=\"2\" severity=\"OK\"");
    has(text, "<change what=\"ENDED\">\n<risk kind=\"LOG_INTERRUPTED\"");
    has(text, ">The one cluster is not at risk.<");
    look_at(notify, 1200);
    assert_string_equal(told(), "");
    assert_int_equal(database_number("SELECT number FROM notify_state"), 3);
    bt_notify_free(notify);
}

static void
test_flapping(void **state)
{
    bt_notify *notify = open_notify(10);
    int        messages = 0;

    (void) state;
    /* Shorter than the delay: never told. */
    for (int64_t at = 0; at < 600; at += 10) {
        set_log(at % 20 == 0 ? "FAILED" : "IN_PROGRESS");
        look_at(notify, at);
    }
    assert_string_equal(told(), "");
    /* Longer: once in the interval. */
    for (int64_t at = 600; at < 2400; at += 10) {
        set_log(at / 50 % 2 == 0 ? "FAILED" : "IN_PROGRESS");
        look_at(notify, at);
        messages += *told() != '\0';
    }
    assert_true(messages >= 2 && messages <= 6);
    bt_notify_free(notify);
}

/* Another risk is told although one flaps. */
static void
test_another(void **state)
{
    bt_notify *notify = open_notify(10);

    (void) state;
    set_log("FAILED");
    look_at(notify, 0);
    look_at(notify, 30);
    has(told(), "LOG_FAILED");
    database_plain("INSERT INTO log_backups (listed_at, id, cluster_id,"
                   " tenant_id, source_id, status, updated, change_no)"
                   " VALUES (NOW(), 10, 7, 31, '2', 'STOPPED', NOW(), 1)");
    set_log("IN_PROGRESS");
    database_plain("UPDATE log_backups SET status = 'STOPPED' WHERE id = 10");
    look_at(notify, 40);
    look_at(notify, 70);
    assert_string_equal(told(), "");    /* a minute between two messages */
    look_at(notify, 90);
    has(told(), "<change what=\"BEGAN\">\n<risk kind=\"LOG_STOPPED\"");
    look_at(notify, 320);
    assert_string_equal(told(), "");
    look_at(notify, 330);
    has(told(), "<change what=\"ENDED\">\n<risk kind=\"LOG_FAILED\"");
    bt_notify_free(notify);
}

static void
test_failure(void **state)
{
    bt_notify *notify = open_notify(10);
    int        fd;

    (void) state;
    set_log("INTERRUPTED");
    fd = open(fail_path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    look_at(notify, 0);
    look_at(notify, 30);
    assert_int_equal(database_number("SELECT tries FROM notify_state"), 1);
    look_at(notify, 35);
    assert_int_equal(database_number("SELECT tries FROM notify_state"), 1);
    look_at(notify, 40);
    assert_int_equal(database_number("SELECT tries FROM notify_state"), 2);
    look_at(notify, 50);
    assert_int_equal(database_number("SELECT tries FROM notify_state"), 2);
    for (int64_t at = 60; at < 10000; at += 10) {
        look_at(notify, at);
    }
    assert_in_range(database_number("SELECT tries FROM notify_state"), 15,
                    25);
    assert_string_equal(told(), "");
    (void) unlink(fail_path);
    /* Another process waits as long. */
    bt_notify_free(notify);
    notify = open_notify(10);
    look_at(notify, 10000);
    look_at(notify, 10700);
    has(told(), "number=\"1\"");
    look_at(notify, 10800);
    assert_string_equal(told(), "");
    assert_int_equal(database_number("SELECT tries FROM notify_state"), 0);
    bt_notify_free(notify);
}

static void
test_two_agents(void **state)
{
    bt_notify *one = open_notify(10), *two = open_notify(10);

    (void) state;
    set_log("INTERRUPTED");
    look_at(one, 0);
    assert_true(bt_notify_look(two, 2, BEGIN * BT_SECOND));
    assert_true(bt_notify_look(two, 2, (BEGIN + 60) * BT_SECOND));
    assert_string_equal(told(), "");
    look_at(one, 60);
    has(told(), "number=\"1\"");
    database_plain("UPDATE notify_state SET lease_until ="
                   " UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
    set_log("IN_PROGRESS");
    assert_true(bt_notify_look(two, 2, (BEGIN + 400) * BT_SECOND));
    assert_true(bt_notify_look(two, 2, (BEGIN + 430) * BT_SECOND));
    has(told(), "number=\"2\"");
    look_at(one, 500);
    assert_string_equal(told(), "");
    bt_notify_free(one);
    bt_notify_free(two);
}

/* A program that hangs, with what it started; that prints without end; that
 * does not read; that is not there. */
static void
test_programs(void **state)
{
    char *const none[] = { NULL };
    char        why[512], large[256 * 1024];
    bt_str      text = { large, sizeof(large) };
    atomic_bool end = true;

    (void) state;
    memset(large, 'x', sizeof(large));
    make_program("sleep 60 & echo $! > child; echo waits; sleep 60");
    assert_false(bt_notify_run(script, text, none, 1, NULL, why,
                               sizeof(why)));
    has(why, "ended after 1 s");
    has(why, "waits");
    make_program("! grep -q '^State:[[:blank:]]*[A-Y]'"
                 " /proc/$(cat child)/status 2> /dev/null");
    assert_true(bt_notify_run(script, text, none, 5, NULL, why,
                              sizeof(why)));
    make_program("yes");
    assert_false(bt_notify_run(script, text, none, 1, NULL, why,
                               sizeof(why)));
    make_program("sleep 60");
    assert_false(bt_notify_run(script, text, none, 60, &end, why,
                               sizeof(why)));
    make_program("kill -9 $$");
    assert_false(bt_notify_run(script, text, none, 5, NULL, why,
                               sizeof(why)));
    has(why, "ended by signal 9");
    make_program("exit 75");
    assert_false(bt_notify_run(script, text, none, 5, NULL, why,
                               sizeof(why)));
    has(why, "exit status 75");
    make_program("exit 0");
    assert_true(bt_notify_run(script, text, none, 5, NULL, why,
                              sizeof(why)));
    make_program("test $(wc -c) -eq 262144 && test $(ls /proc/$$/fd | wc -l)"
                 " -le 5");
    assert_true(bt_notify_run(script, text, none, 5, NULL, why,
                              sizeof(why)));
    assert_false(bt_notify_run("/nowhere/notify", text, none, 5, NULL, why,
                               sizeof(why)));
    has(why, "cannot be run: No such file");
}

/* With the store away nothing is told, and afterwards a state must last. */
static void
test_store_away(void **state)
{
    bt_notify *notify = open_notify(10);

    (void) state;
    set_log("INTERRUPTED");
    look_at(notify, 0);
    database_plain("RENAME TABLE notify_state TO elsewhere");
    assert_false(bt_notify_look(notify, 1, (BEGIN + 60) * BT_SECOND));
    database_plain("RENAME TABLE elsewhere TO notify_state");
    look_at(notify, 70);
    assert_string_equal(told(), "");
    look_at(notify, 100);
    has(told(), "number=\"1\"");
    bt_notify_free(notify);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_once, prepare),
        cmocka_unit_test_setup(test_flapping, prepare),
        cmocka_unit_test_setup(test_another, prepare),
        cmocka_unit_test_setup(test_failure, prepare),
        cmocka_unit_test_setup(test_two_agents, prepare),
        cmocka_unit_test_setup(test_programs, prepare),
        cmocka_unit_test_setup(test_store_away, prepare)
    };

    return cmocka_run_group_tests(tests, database_setup, database_teardown);
}

/* test_agent_access.c: registrations and where passwords come from. */

#include "database.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "agent/access.h"
#include "agent/endpoint.h"

#define PASSWORD  "s3cret pass'\"\\"

static char file_path[128];

static void
write_file(const char *text, mode_t mode)
{
    int fd;

    (void) snprintf(file_path, sizeof(file_path), "%s/password",
                    database.dir);
    (void) unlink(file_path);
    fd = open(file_path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

/* The password that `secret` leads to; NULL: refused, with `says`. */
static void
expect(const char *secret, const char *password, const char *says)
{
    bt_access access = { .secret = (char *) secret };
    char      why[512] = "";
    char     *got = NULL;

    if (bt_secret_read(&access, &got, why, sizeof(why))) {
        assert_non_null(password);
        assert_string_equal(got, password);
    } else {
        if (password != NULL) {
            fail_msg("%s: %s", secret, why);
        }
        if (strstr(why, says) == NULL) {
            fail_msg("%s: says \"%s\", not \"%s\"", secret, why, says);
        }
    }
    assert_null(strstr(why, PASSWORD));
    bt_secret_free(got);
}

static void
test_file(void **state)
{
    char secret[160];

    (void) state;
    write_file(PASSWORD "\r\nsecond line\n", 0600);
    (void) snprintf(secret, sizeof(secret), "file:%s", file_path);
    expect(secret, PASSWORD, "");
    write_file(PASSWORD, 0400);
    expect(secret, PASSWORD, "");
    write_file(PASSWORD "\n", 0640);
    expect(secret, NULL, "chmod 600");
    write_file(PASSWORD "\n", 0604);
    expect(secret, NULL, "chmod 600");
    write_file("\n" PASSWORD, 0600);
    expect(secret, NULL, "is empty");
    write_file("", 0600);
    expect(secret, NULL, "is empty");
    (void) unlink(file_path);
    expect(secret, NULL, "No such file");
    expect("file:/tmp", NULL, "is no regular file");
    expect("file:/dev/zero", NULL, "is no regular file");
}

static void
test_other_sources(void **state)
{
    (void) state;
    expect("", "", "");
    assert_int_equal(setenv("BT_TEST_SECRET", PASSWORD, 1), 0);
    expect("env:BT_TEST_SECRET", PASSWORD, "");
    assert_int_equal(unsetenv("BT_TEST_SECRET"), 0);
    expect("env:BT_TEST_SECRET", NULL, "is not in");
    expect("env:PATH_THAT_IS_NOT", NULL, "is not in");
    expect("plain:" PASSWORD, NULL, "must be given as");
    expect("s3cret", NULL, "must be given as");
}

static void
test_option_file(void **state)
{
    char secret[160];

    (void) state;
    write_file("[client]\npassword=other\n[pay]\npassword=\"s3\"\n[none]\n",
               0600);
    (void) snprintf(secret, sizeof(secret), "option:%s#pay", file_path);
    expect(secret, "s3", "");
    (void) snprintf(secret, sizeof(secret), "option:%s", file_path);
    expect(secret, "other", "");
    write_file("[pay]\nuser=me\n", 0600);
    (void) snprintf(secret, sizeof(secret), "option:%s#pay", file_path);
    expect(secret, "", "");
    write_file("[pay]\npassword=s3\n", 0604);
    expect(secret, NULL, file_path);
    expect("option:/nowhere#pay", NULL, "/nowhere");
}

static void
next_is(const char **list, const char *host, unsigned port)
{
    bt_endpoint found;

    assert_int_equal(bt_endpoint_next(list, &found), 1);
    assert_string_equal(found.host, host);
    assert_int_equal(found.port, port);
}

static void
test_endpoints(void **state)
{
    static const char *const bad[] = {
        "host", "host:", "host:0", "host:65536", ":2881", "host:28x", "a b:1",
        "::1:2881", "[::1]", "[]:2881", "host:1,", "host:1,,b:2", ",host:1",
        "host:-1", "host: 1", "[::1:2881"
    };
    const char *list = "ob1.example:2881, 10.1.2.3:2883,[fd00::1]:65535";
    bt_endpoint found;
    int         got;

    (void) state;
    next_is(&list, "ob1.example", 2881);
    next_is(&list, "10.1.2.3", 2883);
    next_is(&list, "fd00::1", 65535);
    assert_int_equal(bt_endpoint_next(&list, &found), 0);
    list = "/run/db.sock";
    next_is(&list, "/run/db.sock", 0);
    assert_int_equal(bt_endpoint_next(&list, &found), 0);
    for (size_t i = 0; i < COUNT(bad); i++) {
        list = bad[i];
        do {
            got = bt_endpoint_next(&list, &found);
        } while (got == 1);
        if (got != -1) {
            fail_msg("%s is taken for endpoints", bad[i]);
        }
    }
}

static void
test_ipv6(void **state)
{
    bt_access access;
    char      sql[1024];

    (void) state;
    write_file("[client]\nhost=fd00::1\n", 0600);
    (void) snprintf(sql, sizeof(sql), "UPDATE cluster_access SET secret ="
                    " 'option:%s', endpoints = '' WHERE cluster_id = 9",
                    file_path);
    database_plain(sql);
    assert_true(bt_access_read(database.store, 9, &access));
    assert_string_equal(access.endpoints, "[fd00::1]:3306");
    bt_access_free(&access);
}

static void
test_registration(void **state)
{
    bt_access access;
    char      sql[1024];

    (void) state;
    database_plain("INSERT INTO clusters (id, name, adapter, round_seconds,"
                   " created, updated, change_no) VALUES"
                   " (7, 'pay', 'oceanbase4', 30, NOW(), NOW(), 1),"
                   " (8, 'bare', 'program', 10, NOW(), NOW(), 1),"
                   " (9, 'crm', 'oceanbase2', 10, NOW(), NOW(), 1)");
    database_plain("INSERT INTO cluster_access VALUES (7, 'ob1:2881',"
                   " 'root@sys#pay', 'env:PAY', 'VERIFY_IDENTITY',"
                   " '/ca.pem', '', 5, 20)");
    assert_false(bt_access_read(database.store, 6, &access));
    assert_false(bt_access_read(database.store, 8, &access));
    assert_true(bt_access_read(database.store, 7, &access));
    assert_string_equal(access.name, "pay");
    assert_string_equal(access.adapter, "oceanbase4");
    assert_string_equal(access.endpoints, "ob1:2881");
    assert_string_equal(access.user, "root@sys#pay");
    assert_string_equal(access.secret, "env:PAY");
    assert_string_equal(access.tls_ca, "/ca.pem");
    assert_string_equal(access.program, "");
    assert_int_equal(access.tls, BT_TLS_VERIFY);
    assert_int_equal(access.round_seconds, 30);
    assert_int_equal(access.connect_seconds, 5);
    assert_int_equal(access.statement_seconds, 20);
    bt_access_free(&access);

    write_file("[pay]\nhost=db1\nport=2883\nuser=file@sys\npassword=x\n"
               "ssl-mode=VERIFY_IDENTITY\nssl-ca=/file.pem\n", 0600);
    (void) snprintf(sql, sizeof(sql), "INSERT INTO cluster_access VALUES"
                    " (9, '', '', 'option:%s#pay', '', '', '', 3, 10)",
                    file_path);
    database_plain(sql);
    assert_true(bt_access_read(database.store, 9, &access));
    assert_string_equal(access.endpoints, "db1:2883");
    assert_string_equal(access.user, "file@sys");
    assert_string_equal(access.tls_ca, "/file.pem");
    assert_int_equal(access.tls, BT_TLS_VERIFY);
    bt_access_free(&access);

    database_plain("UPDATE cluster_access SET user = 'own', tls = 'DISABLED'"
                   " WHERE cluster_id = 9");
    assert_true(bt_access_read(database.store, 9, &access));
    assert_string_equal(access.user, "own");
    assert_int_equal(access.tls, BT_TLS_DISABLED);
    bt_access_free(&access);
    database_plain("UPDATE cluster_access SET tls = 'what' WHERE"
                   " cluster_id = 9");
    assert_true(bt_access_read(database.store, 9, &access));
    assert_int_equal(access.tls, BT_TLS_VERIFY);
    bt_access_free(&access);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_other_sources),
        cmocka_unit_test(test_option_file),
        cmocka_unit_test(test_endpoints),
        cmocka_unit_test(test_registration),
        cmocka_unit_test(test_ipv6)
    };

    return cmocka_run_group_tests(tests, database_setup, database_teardown);
}

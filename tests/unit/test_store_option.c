/* test_store_option.c: option files as people write them, and what is refused. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/bt_option.h"

#define COUNT(list)  (sizeof(list) / sizeof((list)[0]))

static char path[64];

static int
make_file(void **state)
{
    int fd;

    (void) state;
    (void) snprintf(path, sizeof(path), "/tmp/bt-option-XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    return close(fd);
}

static int
remove_file(void **state)
{
    (void) state;
    return unlink(path);
}

static bool
read_text(const char *text, bt_option *option, char *why, size_t size)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return bt_option_read(option, path, NULL, why, size);
}

static bt_option
good(const char *text)
{
    bt_option option = { .port = 0 };
    char      why[512] = "";

    if (!read_text(text, &option, why, sizeof(why))) {
        fail_msg("%s", why);
    }
    return option;
}

static void
test_whole(void **state)
{
    bt_option option = good(
        "# where the store is\n; another comment\n\n"
        "[mysqld]\nport=1\nuser=nobody\nthis line is of no concern\n"
        "[client]\nuser=client\nhost = db.example.net\n"
        "[ backup-tasks ]\r\n  port = 3307 \r\nuser=backup\n"
        "password=secret\ndatabase=records\nssl_ca = /etc/ca.pem\n"
        "ssl-cert=/etc/c.pem\nssl-key=/etc/k.pem\nssl-capath=/etc/ssl\n"
        "ssl-mode=verify_identity\nquick\ndefault-character-set=latin1\n"
        "[other]\nuser=other\n");

    (void) state;
    assert_string_equal(option.host, "db.example.net");
    assert_int_equal(option.port, 3307);
    assert_string_equal(option.user, "backup");
    assert_string_equal(option.password, "secret");
    assert_string_equal(option.database, "records");
    assert_string_equal(option.ssl_ca, "/etc/ca.pem");
    assert_string_equal(option.ssl_cert, "/etc/c.pem");
    assert_string_equal(option.ssl_key, "/etc/k.pem");
    assert_string_equal(option.ssl_capath, "/etc/ssl");
    assert_null(option.socket);
    assert_int_equal(option.tls, BT_TLS_VERIFY);
    bt_option_free(&option);
    assert_null(option.password);
}

static void
test_defaults(void **state)
{
    bt_option option = good("");

    (void) state;
    assert_string_equal(option.database, BT_OPTION_DATABASE);
    assert_null(option.host);
    assert_int_equal(option.port, 0);
    assert_int_equal(option.tls, BT_TLS_PREFERRED);
    bt_option_free(&option);
}

static void
test_values(void **state)
{
    static const struct {
        const char *line;
        const char *password;
    } values[] = {
        { "password=plain", "plain" },
        { "password = with blanks ", "with blanks" },
        { "password=cut # comment", "cut" },
        { "password=\"a # b\"", "a # b" },
        { "password='it\"s'", "it\"s" },
        { "password=\"say \\\"a\\\"\"", "say \"a\"" },
        { "password=a\\sb\\\\c", "a b\\c" },
        { "password=\"tab\\there\"", "tab\there" },
        { "password=\"\"", "" },
        { "password=", "" },
        { "password=a=b", "a=b" },
        { "password=\xe5\xaf\x86", "\xe5\xaf\x86" },
        { "password=one\npassword=two", "two" }
    };
    char text[256];

    (void) state;
    for (size_t i = 0; i < COUNT(values); i++) {
        bt_option option;

        (void) snprintf(text, sizeof(text), "[backup-tasks]\n%s\n",
                        values[i].line);
        option = good(text);
        assert_string_equal(option.password, values[i].password);
        bt_option_free(&option);
    }
}

/* The last word on TLS counts, in whichever form. */
static void
test_tls(void **state)
{
    static const struct {
        const char *lines;
        bt_tls_e    tls;
    } values[] = {
        { "ssl", BT_TLS_REQUIRED }, { "ssl=1", BT_TLS_REQUIRED },
        { "ssl=0", BT_TLS_DISABLED }, { "skip-ssl", BT_TLS_DISABLED },
        { "ssl-verify-server-cert", BT_TLS_VERIFY },
        { "ssl-verify-server-cert\nssl", BT_TLS_VERIFY },
        { "ssl\nssl-verify-server-cert=TRUE", BT_TLS_VERIFY },
        { "ssl-verify-server-cert\nssl-verify-server-cert=0",
          BT_TLS_REQUIRED },
        { "ssl-verify-server-cert=off", BT_TLS_PREFERRED },
        { "ssl-mode=REQUIRED\nssl-verify-server-cert=0", BT_TLS_REQUIRED },
        { "ssl-mode=DISABLED", BT_TLS_DISABLED },
        { "ssl_mode=Preferred", BT_TLS_PREFERRED },
        { "ssl-mode=VERIFY_CA", BT_TLS_VERIFY },
        { "ssl-mode=VERIFY_CA\nssl-mode=REQUIRED", BT_TLS_REQUIRED },
        { "ssl-mode=REQUIRED\nskip_ssl", BT_TLS_DISABLED }
    };
    char text[256];

    (void) state;
    for (size_t i = 0; i < COUNT(values); i++) {
        bt_option option;

        (void) snprintf(text, sizeof(text), "[backup-tasks]\n%s\n",
                        values[i].lines);
        option = good(text);
        if (option.tls != values[i].tls) {
            fail_msg("%s: %d", values[i].lines, (int) option.tls);
        }
        bt_option_free(&option);
    }
}

/* Refused, with the place and without the secret. */
static void
test_refused(void **state)
{
    static const struct {
        const char *text;
        const char *says;
    } values[] = {
        { "[backup-tasks\n", ", line 1: the closing ] is missing" },
        { "[backup-tasks]\npassword=\"s3cret\n",
          ", line 2: the closing \" is missing" },
        { "[backup-tasks]\n\nport=s3cret\n", ", line 3: port is a number" },
        { "[backup-tasks]\nport=0\n", "port is a number" },
        { "[backup-tasks]\nport=65536\n", "port is a number" },
        { "[backup-tasks]\nport\n", "port needs a value" },
        { "[backup-tasks]\nuser\n", "user needs a value" },
        { "[backup-tasks]\nssl-mode=s3cret\n", "ssl-mode is DISABLED" },
        { "[backup-tasks]\nssl-mode\n", "ssl-mode is DISABLED" },
        { "!include /etc/my.cnf\n", "!include is not followed" },
        { "!includedir /etc/mysql\n", "!include is not followed" }
    };
    bt_option option = { .port = 0 };
    char      why[512];

    (void) state;
    for (size_t i = 0; i < COUNT(values); i++) {
        assert_false(read_text(values[i].text, &option, why, sizeof(why)));
        if (strstr(why, values[i].says) == NULL || strstr(why, path) != why
            || strstr(why, "s3cret") != NULL)
        {
            fail_msg("%s\n%s", values[i].text, why);
        }
        assert_null(option.user);
    }
}

static void
test_file(void **state)
{
    bt_option option = { .port = 0 };
    char      why[512];

    (void) state;
    assert_int_equal(chmod(path, 0644), 0);
    assert_false(read_text("[client]\npassword=x\n", &option, why,
                           sizeof(why)));
    assert_non_null(strstr(why, "chmod o-rw"));
    option = good("[client]\nuser=x\n");
    bt_option_free(&option);
    assert_int_equal(chmod(path, 0640), 0);
    option = good("[client]\npassword=x\n");
    bt_option_free(&option);

    assert_false(bt_option_read(&option, "/tmp/no/such/file", NULL, why,
                                sizeof(why)));
    assert_string_equal(why, "/tmp/no/such/file: No such file or directory");
    assert_false(bt_option_read(&option, "/tmp", NULL, why, sizeof(why)));
    assert_string_equal(why, "/tmp: Is a directory");
}

/* Another section instead of ours. */
static void
test_group(void **state)
{
    bt_option option = good("[backup-tasks]\nuser=a\n[admin]\nuser=b\n");
    char      why[512];

    (void) state;
    assert_string_equal(option.user, "a");
    bt_option_free(&option);
    assert_true(bt_option_read(&option, path, "admin", why, sizeof(why)));
    assert_string_equal(option.user, "b");
    bt_option_free(&option);
}

#define SIMPLE(test)  cmocka_unit_test_setup_teardown(test, make_file,        \
                                                      remove_file)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SIMPLE(test_whole), SIMPLE(test_defaults), SIMPLE(test_values),
        SIMPLE(test_tls), SIMPLE(test_refused), SIMPLE(test_file),
        SIMPLE(test_group)
    };

    return cmocka_run_group_tests_name("store: option file", tests, NULL,
                                       NULL);
}

/* test_health_sentence.c: the sentence in words is the page's, to the letter. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <libgen.h>

#include <cmocka.h>

#include "health/bt_sentence.h"

#define COUNT(list)  (sizeof(list) / sizeof((list)[0]))

static char *
read_messages(const char *language)
{
    char    dir[512], path[700];
    ssize_t len = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
    char   *text = calloc(1, 256 * 1024);
    FILE   *file;

    assert_true(len > 0);
    dir[len] = '\0';
    (void) snprintf(path, sizeof(path), "%s/../../xslt/messages/%s.xsl",
                    dirname(dir), language);
    file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(text);
    assert_true(fread(text, 1, 256 * 1024 - 1, file) > 1000);
    assert_int_equal(fclose(file), 0);
    return text;
}

/* <v n="x"/> becomes {x}; links lose their tags. */
static void
flatten(const char *from, const char *end, char *out)
{
    while (from < end) {
        if (*from != '<') {
            *out++ = *from++;
            continue;
        }
        if (strncmp(from, "<v n=\"", 6) == 0) {
            *out++ = '{';
            for (from += 6; *from != '"'; from++) {
                *out++ = *from;
            }
            *out++ = '}';
        }
        from = strchr(from, '>') + 1;
    }
    *out = '\0';
}

static void
compare(bt_language_e language, const char *messages, const char *key)
{
    char        mark[64], text[512];
    const char *at, *begin;

    (void) snprintf(mark, sizeof(mark), "<m k=\"%s\"", key);
    at = strstr(messages, mark);
    if (at == NULL) {
        fail_msg("the page has no message %s", key);
        return;
    }
    begin = strchr(at, '>') + 1;
    flatten(begin, strstr(begin, "</m>"), text);
    assert_string_equal(bt_sentence_pattern(language, key), text);
}

static void
test_messages(void **state)
{
    static const char *const keys[] = {
        "health.at-risk.one", "health.at-risk.many", "health.ok.one",
        "health.ok.many", "health.none", "health.empty",
        "health.unknown.one", "health.unknown.many", "risk.tenant",
        "time.unknown", "unit.s", "unit.min", "unit.h", "unit.d"
    };
    char  key[64];
    char *messages;

    (void) state;
    for (bt_language_e l = BT_ENGLISH; l < BT_LANGUAGES; l++) {
        messages = read_messages(bt_language_name(l));
        for (size_t i = 0; i < COUNT(keys); i++) {
            compare(l, messages, keys[i]);
        }
        for (bt_risk_e kind = 0; kind < BT_RISK_MAX; kind++) {
            (void) snprintf(key, sizeof(key), "risk.%s", bt_risk_name(kind));
            compare(l, messages, key);
        }
        free(messages);
    }
}

static void
says(bt_language_e language, const bt_health *health, const char *expected)
{
    char   text[BT_SENTENCE_MAX];
    bt_buf buf;

    bt_buf_init(&buf, text, sizeof(text));
    bt_sentence(language, health, &buf);
    assert_string_equal(text, expected);
}

static void
test_whole(void **state)
{
    bt_cluster clusters[1234] = { { .state = BT_HEALTH_CRITICAL } };
    bt_cluster good = { .state = BT_HEALTH_OK };
    bt_cluster some[3] = { { .state = BT_HEALTH_UNKNOWN } };
    bt_risk    risks[] = {
        { .kind = BT_RISK_LOG_LATENCY, .cluster = "pay", .tenant = "a\r\nb",
          .tenant_id = 7, .seconds = 7980 },
        { .kind = BT_RISK_DATA_NEVER, .cluster = "pay", .seconds = -1 },
        { .kind = BT_RISK_STALE, .seconds = 864000 + 7200, .cluster =
          "0123456789012345678901234567890123456789x" },
        { .kind = BT_RISK_LOG_STOPPED, .cluster = "not shown" }
    };
    bt_health  health = { .agents_away = BT_USEC_NONE, .clusters = clusters,
                          .cluster_count = 1234, .risks = risks,
                          .risk_count = 4 };

    (void) state;
    says(BT_ENGLISH, &health, "1 of 1,234 clusters is at risk. Log backup of "
         "pay (tenant a  b) is at least 2 h 13 min behind. pay has never had "
         "a good data backup. 012345678901234567890123456789012345678… has "
         "not answered for 10 d; what is shown of it is that old.");
    says(BT_CHINESE, &health, "1,234 个集群中有 1 个存在风险。 pay (租户 a  b) "
         "的日志备份延时至少 2 小时 13 分钟。 pay 从未有过成功的数据备份。 "
         "012345678901234567890123456789012345678… 已有 10 天没有响应，"
         "其数据停留在当时。");
    health = (bt_health) { .clusters = clusters, .cluster_count = 0 };
    says(BT_ENGLISH, &health, "There is no cluster here that you may see.");
    health = (bt_health) { .clusters = &good, .cluster_count = 1 };
    says(BT_ENGLISH, &health, "The one cluster is not at risk.");
    health = (bt_health) { .clusters = some, .cluster_count = 3 };
    says(BT_ENGLISH, &health, "No cluster is known to be at risk. 1 cluster "
         "has never been observed.");
}

static void
test_ages(void **state)
{
    static const struct {
        int64_t     seconds;
        const char *text;
    } ages[] = {
        { -1, "an unknown time" }, { 0, "0 s" }, { 59, "59 s" },
        { 60, "1 min" }, { 3599, "59 min" }, { 3600, "1 h" },
        { 3660, "1 h 1 min" }, { 86399, "23 h 59 min" }, { 86400, "1 d" },
        { 863999, "9 d 23 h" }, { 867600, "10 d" }
    };
    char    text[BT_SENTENCE_MAX], expected[256];
    bt_buf  buf;
    bt_risk risk = { .kind = BT_RISK_LOG_FAILED, .cluster = "x" };

    (void) state;
    for (size_t i = 0; i < COUNT(ages); i++) {
        risk.seconds = ages[i].seconds;
        bt_buf_init(&buf, text, sizeof(text));
        bt_sentence_risk(BT_ENGLISH, &risk, &buf);
        (void) snprintf(expected, sizeof(expected),
                        "Log backup of x failed %s ago.", ages[i].text);
        assert_string_equal(text, expected);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_ages)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

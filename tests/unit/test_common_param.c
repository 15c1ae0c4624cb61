/* test_common_param.c: each parameter's values, places and refusals. */

#include "tests/unit/test_common.h"


#define NAME_128  "0123456789abcdef0123456789abcdef0123456789abcdef" \
                  "0123456789abcdef0123456789abcdef0123456789abcdef" \
                  "0123456789abcdef0123456789abcdef"
#define EMOJI_8   "%F0%9F%92%BE%F0%9F%92%BE%F0%9F%92%BE%F0%9F%92%BE" \
                  "%F0%9F%92%BE%F0%9F%92%BE%F0%9F%92%BE%F0%9F%92%BE"
#define EMOJI_32  EMOJI_8 EMOJI_8 EMOJI_8 EMOJI_8
#define EMOJI_128 EMOJI_32 EMOJI_32 EMOJI_32 EMOJI_32


static const char *const  paths[] = {
    "", "data", "log", "cleanup", "second", "clusters", "commands", "audit",
    "data/1", "data/1/cause", "data/1/second", "second/1", "log/1",
    "cleanup/1", "clusters/1", "commands/1", "log/1/stop",
    "data/1/acknowledge", "health",
    "data.xml", "log.xml", "cleanup.xml", "second.xml", "clusters.xml",
    "commands.xml", "audit.xml", "data/1.xml", "data/1/cause.xml",
    "data/1/second.xml", "second/1.xml", "log/1.xml", "cleanup/1.xml",
    "clusters/1.xml", "commands/1.xml", "log/1/stop.xml", "reports",
    "reports.xml", "reports/2026-11-22", "reports/2026-11-22.xml",
    "data.atom", "log.atom", "second.atom", "clusters.atom", "audit.atom",
    "data/1/second.atom",
};


/* The contract's table of parameters: where each one may stand, and a value
 * that is good there. */
static const struct {
    const char  *text;                   /* name=value and what it needs */
    const char  *name;
    const char  *places;                 /* views, each between blanks */
    bool         html, xml;
} table[] = {
    { "range=7d", "range", " root data log cleanup second data-second commands"
      " audit reports log-backup ", true, true },
    { "range=custom&from=2026-01-01&to=2026-01-02", "range",
      " root data log cleanup second data-second commands audit reports"
      " log-backup ", true, true },
    { "tz=Asia/Tokyo", "tz", " root data log cleanup second data-second"
      " clusters commands audit reports data-task data-cause second-backup"
      " log-backup cleanup-task cluster command action ", true, true },
    { "status=FAILED", "status", " root data log cleanup second data-second"
      " commands ", true, true },
    { "status=STALE", "status", " clusters ", true, true },
    { "cluster=a", "cluster", " root data log cleanup second data-second"
      " clusters commands audit ", true, true },
    { "tenant=a", "tenant", " root data log cleanup second data-second"
      " clusters commands audit ", true, true },
    { "cluster-id=1", "cluster-id", " root data log cleanup second"
      " data-second clusters commands audit ", true, true },
    { "tenant-name=a", "tenant-name", " root data log cleanup second"
      " data-second clusters commands audit ", true, true },
    { "group=a", "group", " root data log cleanup second data-second clusters"
      " commands audit reports report ", true, true },
    { "backup-set=1", "backup-set", " root data second data-second ", true,
      true },
    { "mode=FULL", "mode", " root data ", true, true },
    { "method=LOGICAL", "method", " root data log ", true, true },
    { "kind=LOG", "kind", " second data-second ", true, true },
    { "settled=no", "settled", " root data log cleanup second data-second ",
      true, true },
    { "action=stop", "action", " commands audit ", true, true },
    { "user=a", "user", " commands audit ", true, true },
    { "updated-after=2026-01-01T00:00:00Z", "updated-after", " data log"
      " cleanup second data-second clusters ", false, true },
    { "size=7", "size", " root data log cleanup second data-second clusters"
      " commands audit reports ", true, true },
    { "lang=zh", "lang", " root data log cleanup second data-second clusters"
      " commands audit reports report data-task data-cause second-backup"
      " log-backup cleanup-task cluster command action ", true, false },
    { "layout=frame", "layout", " root data log cleanup second data-second"
      " clusters commands audit reports report data-task data-cause"
      " second-backup log-backup cleanup-task cluster command action ", true,
      false },
};


static bool
is_place(size_t entry, const bt_route *route)
{
    char  word[32];

    snprintf(word, sizeof(word), " %s ", bt_view_name(route->view));

    if (route->format == BT_FORMAT_ATOM) {
        return strstr(table[entry].places, word) != NULL && table[entry].html
               && table[entry].xml
               && strcmp(table[entry].text, "status=STALE") != 0;
    }

    return strstr(table[entry].places, word) != NULL
           && (route->format == BT_FORMAT_XML ? table[entry].xml
                                              : table[entry].html);
}


static void
test_places(void **state)
{
    bt_route  route;
    size_t    i, k;
    int       param;

    (void) state;

    for (i = 0; i < COUNT(table); i++) {
        for (k = 0; k < COUNT(paths); k++) {
            route = test_route(paths[k]);

            if (is_place(i, &route)) {
                test_good(table[i].text, paths[k]);
                continue;
            }

            /* a status of another view is a wrong value here */
            test_bad(table[i].text, paths[k], table[i].name);
        }
    }

    for (param = 0; param < BT_PARAM_MAX; param++) {
        route = test_route("health");
        assert_false(bt_param_allowed((bt_param_e) param, &route));
        route = test_route("static/a");
        assert_false(bt_param_allowed((bt_param_e) param, &route));
    }

    assert_false(bt_param_allowed(BT_PARAM_MAX, &route));
    assert_string_equal(bt_param_name(BT_PARAM_UPDATED_AFTER),
                        "updated-after");
    assert_string_equal(bt_param_name(BT_PARAM_MAX), "");
}


/* An empty value is an absent one, for every parameter at every place. */
static void
test_empty(void **state)
{
    char      raw[64];
    bt_query  query, plain;
    size_t    k;
    int       param;

    (void) state;

    for (k = 0; k < COUNT(paths); k++) {
        plain = test_good("", paths[k]);
        assert_int_equal(plain.given, 0);

        for (param = 0; param < BT_PARAM_MAX; param++) {
            snprintf(raw, sizeof(raw), "%s=", bt_param_name(param));
            query = test_good(raw, paths[k]);
            assert_memory_equal(&query, &plain, sizeof(query));
            query = test_good(bt_param_name(param), paths[k]);
            assert_memory_equal(&query, &plain, sizeof(query));
        }
    }

    query = test_good("cluster=&status=&cluster=a&tenant=&status=FAILED&&",
                      "data");
    assert_string_equal(query.cluster, "a");
    assert_int_equal(query.status, 2);
    test_good("&", "data");
    test_good("&&&", "data");
}


static void
test_twice(void **state)
{
    char    raw[256];
    size_t  i;

    (void) state;

    for (i = 0; i < COUNT(table); i++) {
        bool  is_status = strcmp(table[i].name, "status") == 0;

        if (!table[i].html || strstr(table[i].places, " commands ") == NULL) {
            continue;
        }

        snprintf(raw, sizeof(raw), "%s&%s", table[i].text, table[i].text);

        if (is_status) {
            test_good(raw, "commands");
        } else {
            test_bad(raw, "commands", table[i].name);
        }
    }

    test_bad("cluster=a&tenant=b&cluster=b", "data", "cluster");
}


static void
test_unknown(void **state)
{
    (void) state;

    test_bad("foo=1", "data", "foo");
    test_bad("foo", "data", "foo");
    test_bad("foo=", "data", "foo");
    test_bad("Range=24h", "data", "Range");
    test_bad("cluster_id=1", "data", "cluster_id");
    test_bad("cluster[]=1", "data", "cluster[]");
    test_bad("=1", "data", "");
    test_bad("=", "data", "");
    test_bad("range=24h;size=1", "data", "range");
    test_bad("cluster =a", "data", "cluster?");
    test_bad("cluster+=a", "data", "cluster?");
    test_bad("%ff%00=a", "data", "??");
    test_bad("<b>=1", "data", "<b>");
    test_bad("clus%=1", "data", "clus%");
    test_bad("x%zz=1", "data", "x%zz");
    test_bad("a234567890123456789012345678901234567890123456789=1", "data",
             "a23456789012345678901234567890123456789");
    test_bad("range=24h", "health", "range");
    test_good("clu%73ter=a", "data");
}


static void
test_encoding(void **state)
{
    static const char *const  values[] = {
        "%", "%4", "%zz", "a%", "%e4%b8", "%ff", "%C0%80", "%ED%A0%80",
        "%F4%90%80%80", "%00", "a%00b", "%80", "\xff", "\xe4\xb8",
    };
    char        raw[64];
    const char *names[] = { "cluster", "tz", "from", "status", "size", "after",
                            "range", "group" };
    size_t      i, k;

    (void) state;

    for (i = 0; i < COUNT(values); i++) {
        for (k = 0; k < COUNT(names); k++) {
            snprintf(raw, sizeof(raw), "%s=%s", names[k], values[i]);
            test_bad(raw, "data", names[k]);
        }
    }
}


static void
test_names(void **state)
{
    bt_query  query;

    (void) state;

    query = test_good("cluster=a+b%2Bc%25_%26%3D&tenant=%3C%3E%22%27%2F"
                      "&tenant-name=%E4%B8%AD%E6%96%87&group=x", "data");
    assert_string_equal(query.cluster, "a b+c%_&=");
    assert_string_equal(query.tenant, "<>\"'/");
    assert_string_equal(query.tenant_name, "\xE4\xB8\xAD\xE6\x96\x87");
    assert_string_equal(query.group, "x");

    query = test_good("cluster=+a+&tenant=a=b", "data");
    assert_string_equal(query.cluster, " a ");
    assert_string_equal(query.tenant, "a=b");

    /* names of clusters may hold anything but NUL */
    query = test_good("cluster=%01%0D%0A%7F%EF%BF%BE", "data");
    assert_string_equal(query.cluster, "\x01\r\n\x7F\xEF\xBF\xBE");
    query = test_good("cluster=\xE4\xB8\xAD", "data");
    assert_string_equal(query.cluster, "\xE4\xB8\xAD");

    query = test_good("cluster=" NAME_128, "data");
    assert_string_equal(query.cluster, NAME_128);
    query = test_good("cluster=" EMOJI_128, "data");
    assert_int_equal(strlen(query.cluster), 512);
    query = test_good("user=" EMOJI_128, "audit");
    assert_int_equal(strlen(query.user), 512);

    test_bad("cluster=" NAME_128 "x", "data", "cluster");
    test_bad("tenant=" EMOJI_128 "x", "data", "tenant");
    test_bad("group=" EMOJI_128 EMOJI_128, "data", "group");
    test_bad("tenant-name=" NAME_128 NAME_128 NAME_128 NAME_128 NAME_128
             NAME_128 NAME_128 NAME_128 NAME_128 NAME_128 NAME_128 NAME_128
             NAME_128, "data", "tenant-name");
}


static void
test_codes(void **state)
{
    bt_query  query;

    (void) state;

    query = test_good("status=FAILED&status=UNKNOWN&status=FAILED", "data");
    assert_int_equal(query.status, 2 | 8);
    assert_string_equal(test_good("mode=INCREMENTAL", "data").mode,
                        "INCREMENTAL");
    assert_string_equal(test_good("method=PHYSICAL", "log").method,
                        "PHYSICAL");
    assert_string_equal(test_good("kind=DATA", "second").kind, "DATA");
    assert_string_equal(test_good("layout=fragment", "log/1").layout,
                        "fragment");
    assert_string_equal(test_good("lang=en", "log").lang, "en");

    test_bad("status=failed", "data", "status");
    test_bad("status=STOPPED", "data", "status");
    test_bad("status=FAILED,UNKNOWN", "data", "status");
    test_bad("status=FAILED&status=X", "data", "status");
    test_bad("status=+FAILED", "data", "status");
    test_bad("status=FAILED", "clusters", "status");
    test_bad("mode=Full", "data", "mode");
    test_bad("mode=INCREMENTAL_AND_MORE_THAN_FITS", "data", "mode");
    test_bad("method=FULL", "data", "method");
    test_bad("kind=data", "second", "kind");
    test_bad("lang=de", "data", "lang");
    test_bad("lang=EN", "data", "lang");
    test_bad("layout=none", "data", "layout");
}


static void
test_actions(void **state)
{
    (void) state;

    assert_string_equal(test_good("action=acknowledge", "commands").action,
                        "acknowledge");
    test_bad("action=sign-in", "commands", "action");
    assert_string_equal(test_good("action=backup", "audit").action, "backup");

    /* Of the acts, only a backup is told whose it is to be. */
    assert_string_equal(test_good("tenant-name=a%60b",
                                  "clusters/1/backup").tenant_name, "a`b");
    test_good("tenant-name=a", "clusters/1/backup.xml");
    test_bad("tenant-name=a", "data/1/cancel", "tenant-name");
    test_bad("tenant=a", "clusters/1/backup", "tenant");
    assert_string_equal(test_good("action=sign-in", "audit").action,
                        "sign-in");
    assert_int_equal(strlen(test_good("action=abcdefghabcdefghabcdefgh"
                                      "abcdefgh", "audit").action), 32);
    test_bad("action=abcdefghabcdefghabcdefghabcdefghi", "audit", "action");
    test_bad("action=Stop", "audit", "action");
    test_bad("action=stop1", "audit", "action");
    test_bad("action=a+b", "audit", "action");
}


static void
test_numbers(void **state)
{
    static const char *const  bad[] = {
        "-1", "+1", "%2B1", "01", "00", "1.0", "1e3", "0x1", "a", "1a", "+",
        "9007199254740992", "18446744073709551617", "%EF%BC%91",
        "99999999999999999999999999999999999999",
    };
    char    raw[96];
    size_t  i;

    (void) state;

    for (i = 0; i < COUNT(bad); i++) {
        snprintf(raw, sizeof(raw), "cluster-id=%s", bad[i]);
        test_bad(raw, "data", "cluster-id");
        snprintf(raw, sizeof(raw), "backup-set=%s", bad[i]);
        test_bad(raw, "data", "backup-set");
        snprintf(raw, sizeof(raw), "size=%s", bad[i]);
        test_bad(raw, "data", "size");
        test_bad(raw, "data.xml", "size");
    }

    test_bad("cluster-id=0", "data", "cluster-id");
    assert_int_equal(test_good("cluster-id=1", "data").cluster_id, 1);
    assert_int_equal(test_good("cluster-id=9007199254740991", "data")
                     .cluster_id, BT_ID_MAX);
    assert_int_equal(test_good("backup-set=0", "data").backup_set, 0);
    assert_int_equal(test_good("backup-set=9007199254740991", "second")
                     .backup_set, BT_ID_MAX);
    assert_int_equal(test_good("", "data").cluster_id, 0);
    assert_int_equal(test_good("", "data").backup_set, -1);
}


static void
test_sizes(void **state)
{
    (void) state;

    assert_int_equal(test_good("", "data").size, 50);
    assert_int_equal(test_good("", "data.xml").size, BT_SIZE_ALL);
    assert_int_equal(test_good("size=1", "data").size, 1);
    assert_int_equal(test_good("size=500", "data").size, 500);
    test_bad("size=0", "data", "size");
    test_bad("size=501", "data", "size");
    test_bad("size=all", "data", "size");
    assert_int_equal(test_good("size=1", "data.xml").size, 1);
    assert_int_equal(test_good("size=100000", "data.xml").size, 100000);
    assert_int_equal(test_good("size=all", "data.xml").size, BT_SIZE_ALL);
    test_bad("size=0", "data.xml", "size");
    test_bad("size=100001", "data.xml", "size");
    test_bad("size=ALL", "data.xml", "size");
}


/* The first mistake is named, and the page of the error still has its
 * language, layout and zone. */
static void
test_refused_page(void **state)
{
    bt_param_conf  conf = test_conf();
    bt_query       query;
    bt_refusal     refusal;

    (void) state;

    assert_int_equal(test_parse("foo=1&mode=x&lang=zh&layout=fragment"
                                "&tz=Asia/Tokyo", "data", &conf, &query,
                                &refusal), 400);
    assert_string_equal(refusal.param, "foo");
    assert_string_equal(query.lang, "zh");
    assert_string_equal(query.layout, "fragment");
    assert_string_equal(query.tz, "Asia/Tokyo");

    conf.time_zone = "+08:00";
    assert_int_equal(test_parse("tz=Mars/X", "data", &conf, &query,
                                &refusal), 400);
    assert_string_equal(query.tz, "+08:00");
}


static void
test_bad_default_zone(void **state)
{
    bt_param_conf  conf = test_conf();
    bt_query       query;
    bt_refusal     refusal;

    (void) state;

    conf.time_zone = "Mars/X";
    assert_int_equal(test_parse("", "data", &conf, &query, &refusal), 500);
    assert_string_equal(refusal.param, "tz");
    assert_string_equal(query.tz, "UTC");

    conf.time_zone = "";
    assert_int_equal(test_parse("", "data", &conf, &query, &refusal), 200);
    assert_string_equal(query.tz, "UTC");
}


/* A text cut at any byte is refused or taken, and never read beyond. */
static void
test_cut(void **state)
{
    static const char  whole[] = "range=custom&from=2026-01-01T00:00:00+08:00"
        "&to=2026-01-02&tz=Asia/Shanghai&status=FAILED&cluster=%E4%B8%AD"
        "&cluster-id=12&backup-set=5&mode=FULL&method=PHYSICAL&size=20"
        "&lang=zh&layout=frame&after=AAAA";
    bt_route           route = test_route("data");
    bt_param_conf      conf = test_conf();
    bt_query           query;
    bt_refusal         refusal;
    bt_str             raw;
    char              *copy;
    int                status;

    (void) state;

    for (raw.len = 0; raw.len < sizeof(whole); raw.len++) {
        copy = test_malloc(raw.len + 1);
        memcpy(copy, whole, raw.len);
        raw.data = copy;
        status = bt_query_parse(raw, &route, &conf, &query, &refusal);
        assert_true(status == 200 || status == 400);
        test_free(copy);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_encoding),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_actions),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_refused_page),
        cmocka_unit_test(test_bad_default_zone),
        cmocka_unit_test(test_cut),
    };

    return cmocka_run_group_tests_name("common: param", tests, NULL, NULL);
}

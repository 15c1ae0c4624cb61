/* test_common_view.c: paths, names, status codes, roles, methods. */

#include "tests/unit/test_common.h"

#define ALL_ROLES  (BT_ROLE_VIEWER | BT_ROLE_OPERATOR | BT_ROLE_AUDITOR       \
                    | BT_ROLE_FEED)


typedef struct {
    const char  *path;
    bt_view_e    view;
    bt_view_e    kind;
    bt_action_e  action;
    int64_t      id;
    bool         has_xml;
} good_path;


static const good_path  good_paths[] = {
    { "", BT_VIEW_ROOT, 0, 0, 0, false },
    { "data", BT_VIEW_DATA, 0, 0, 0, true },
    { "log", BT_VIEW_LOG, 0, 0, 0, true },
    { "cleanup", BT_VIEW_CLEANUP, 0, 0, 0, true },
    { "second", BT_VIEW_SECOND, 0, 0, 0, true },
    { "clusters", BT_VIEW_CLUSTERS, 0, 0, 0, true },
    { "commands", BT_VIEW_COMMANDS, 0, 0, 0, true },
    { "audit", BT_VIEW_AUDIT, 0, 0, 0, true },
    { "reports", BT_VIEW_REPORTS, 0, 0, 0, true },
    { "reports/2026-11-22", BT_VIEW_REPORT, BT_VIEW_REPORTS, 0, 20261122,
      true },
    { "reports/2024-02-29", BT_VIEW_REPORT, BT_VIEW_REPORTS, 0, 20240229,
      true },
    { "health", BT_VIEW_HEALTH, 0, 0, 0, false },
    { "health/report", BT_VIEW_HEALTH_REPORT, 0, 0, 0, true },
    { "static/a", BT_VIEW_STATIC, 0, 0, 0, false },
    { "static/css/page.css", BT_VIEW_STATIC, 0, 0, 0, false },
    { "static/x.xml", BT_VIEW_STATIC, 0, 0, 0, false },
    { "static/..a", BT_VIEW_STATIC, 0, 0, 0, false },
    { "feed.xsd", BT_VIEW_SCHEMA, 0, 0, 0, false },
    { "feed.rng", BT_VIEW_SCHEMA, 0, 0, 0, false },
    { "metrics", BT_VIEW_METRICS, 0, 0, 0, false },
    { "data/18230", BT_VIEW_DATA_TASK, BT_VIEW_DATA, 0, 18230, true },
    { "data/1/cause", BT_VIEW_DATA_CAUSE, BT_VIEW_DATA, 0, 1, true },
    { "data/1/second", BT_VIEW_DATA_SECOND, BT_VIEW_DATA, 0, 1, true },
    { "data/9007199254740991", BT_VIEW_DATA_TASK, BT_VIEW_DATA, 0,
      BT_ID_MAX, true },
    { "second/4", BT_VIEW_SECOND_BACKUP, BT_VIEW_SECOND, 0, 4, true },
    { "log/7", BT_VIEW_LOG_BACKUP, BT_VIEW_LOG, 0, 7, true },
    { "cleanup/10", BT_VIEW_CLEANUP_TASK, BT_VIEW_CLEANUP, 0, 10, true },
    { "clusters/2", BT_VIEW_CLUSTER, BT_VIEW_CLUSTERS, 0, 2, true },
    { "commands/3", BT_VIEW_COMMAND, BT_VIEW_COMMANDS, 0, 3, true },
    { "log/7/start", BT_VIEW_ACTION, BT_VIEW_LOG, BT_ACTION_START, 7, true },
    { "log/7/stop", BT_VIEW_ACTION, BT_VIEW_LOG, BT_ACTION_STOP, 7, true },
    { "log/7/restart", BT_VIEW_ACTION, BT_VIEW_LOG, BT_ACTION_RESTART, 7,
      true },
    { "log/7/acknowledge", BT_VIEW_ACTION, BT_VIEW_LOG,
      BT_ACTION_ACKNOWLEDGE, 7, true },
    { "data/7/acknowledge", BT_VIEW_ACTION, BT_VIEW_DATA,
      BT_ACTION_ACKNOWLEDGE, 7, true },
    { "cleanup/7/acknowledge", BT_VIEW_ACTION, BT_VIEW_CLEANUP,
      BT_ACTION_ACKNOWLEDGE, 7, true },
    { "second/7/acknowledge", BT_VIEW_ACTION, BT_VIEW_SECOND,
      BT_ACTION_ACKNOWLEDGE, 7, true },
    { "commands/7/cancel", BT_VIEW_ACTION, BT_VIEW_COMMANDS,
      BT_ACTION_CANCEL, 7, true },
    { "data/7/cancel", BT_VIEW_ACTION, BT_VIEW_DATA, BT_ACTION_CANCEL, 7,
      true },
    { "cleanup/7/cancel", BT_VIEW_ACTION, BT_VIEW_CLEANUP, BT_ACTION_CANCEL,
      7, true },
    { "clusters/7/backup", BT_VIEW_ACTION, BT_VIEW_CLUSTERS,
      BT_ACTION_BACKUP, 7, true },
};


static void
assert_route(const bt_route *route, const good_path *want, bt_format_e format)
{
    assert_int_equal(route->view, want->view);
    assert_int_equal(route->kind, want->kind);
    assert_int_equal(route->action, want->action);
    assert_int_equal(route->id, want->id);
    assert_int_equal(route->format, format);
}


static void
test_good_paths(void **state)
{
    static const bt_format_e  list_formats[] = {
        BT_FORMAT_CSV, BT_FORMAT_ATOM
    };
    char                      path[64];
    bt_route                  route;
    size_t                    i, k;

    (void) state;

    for (i = 0; i < COUNT(good_paths); i++) {
        assert_int_equal(bt_route_parse(bt_str_of(good_paths[i].path),
                                        &route), 200);
        assert_route(&route, &good_paths[i],
                     good_paths[i].view == BT_VIEW_SCHEMA ? BT_FORMAT_XML
                     : good_paths[i].view == BT_VIEW_METRICS ? BT_FORMAT_TEXT
                     : BT_FORMAT_HTML);

        if (good_paths[i].has_xml) {
            snprintf(path, sizeof(path), "%s.xml", good_paths[i].path);
            assert_int_equal(bt_route_parse(bt_str_of(path), &route), 200);
            assert_route(&route, &good_paths[i], BT_FORMAT_XML);
        }

        for (k = 0; k < COUNT(list_formats); k++) {
            snprintf(path, sizeof(path), "%s.%s", good_paths[i].path,
                     bt_format_name(list_formats[k]));

            if (bt_view_has_format(good_paths[i].view, list_formats[k])) {
                assert_int_equal(bt_route_parse(bt_str_of(path), &route), 200);
                assert_route(&route, &good_paths[i], list_formats[k]);

            } else if (good_paths[i].view != BT_VIEW_STATIC) {
                assert_int_equal(bt_route_parse(bt_str_of(path), &route), 404);
            }
        }
    }
}


/* The detail of a view that is one word. */
static void
test_health_paths(void **state)
{
    bt_route  route = test_route("health.xml");

    (void) state;

    assert_int_equal(route.view, BT_VIEW_HEALTH_REPORT);
    assert_int_equal(route.format, BT_FORMAT_XML);
    assert_int_equal(test_route("health").view, BT_VIEW_HEALTH);
}


static void
test_bad_paths(void **state)
{
    static const char *const  paths[] = {
        "/", "data/", "/data", "data//1", "data/1/", "Data", "datas", "dat",
        "data/0", "data/01", "data/-1", "data/+1", "data/1x", "data/ 1",
        "data/9007199254740992", "data/99999999999999999999", "data/1/2",
        "data/1/stop", "data/1/start", "data/1/cause/x", "data/cause",
        "data/1/CAUSE", "log/1/cause", "log/1/second", "log/1/Stop",
        "log/stop", "log/1/stop/now", "second/1/cause", "cleanup/1/stop",
        "clusters/1/acknowledge", "clusters/1/stop", "commands/1/stop",
        "log/1/cancel", "second/1/cancel", "clusters/1/cancel",
        "data/1/backup", "clusters/backup", "commands/cancel",
        "commands/1/acknowledge", "audit/1", "health/1",
        "health/report/1", ".xml",
        "data.XML", "data.xml.xml", "data.xml/1", "data.CSV", "data/1.csv",
        "log/1/stop.csv", "health.csv", "data/1.atom", "data.atom.xml",
        "health.atom", "DATA.atom", ".atom", "reports.atom", "static.csv",
        ".csv", "data.csv.xml",
        "data.",
        "data/.xml", "data/1.", "data/1/.xml", ".", "..", "../data",
        "data/..", "data/./1", "static", "static/", "static/..", "static/.",
        "static/../data", "static/a/../../data", "static//a", "static/a/",
        "static.xml", "root", "data task", "data%2F1", "metrics.xml",
        "metrics.csv", "metrics/1", "reports/1", "reports/20261122",
        "reports/2026-11-31", "reports/2023-02-29", "reports/2026-11-2",
        "reports/1969-12-31", "reports/2200-01-01", "reports/2026-00-10",
        "reports/2026/11/22", "reports/2026-11-22/cause",
        "reports/2026-11-22.html", "reports/+026-11-22", "report",
        "data/1\n", "log/\xEF\xBC\x97",
    };
    bt_route  route;
    size_t    i;

    (void) state;

    for (i = 0; i < COUNT(paths); i++) {
        if (bt_route_parse(bt_str_of(paths[i]), &route) != 404) {
            fail_msg("\"%s\" is not 404", paths[i]);
        }
    }

    assert_int_equal(bt_route_parse(BT_STR("data\0"), &route), 404);
    assert_int_equal(bt_route_parse(BT_STR("data/1\0.xml"), &route), 404);
    assert_int_equal(bt_route_parse(BT_STR("static/a\0b"), &route), 404);
    assert_int_equal(bt_route_parse(bt_str_of(NULL), &route), 200);
}


static void
test_names(void **state)
{
    int  i;

    (void) state;

    for (i = BT_VIEW_ROOT; i < BT_VIEW_MAX; i++) {
        assert_non_null(bt_view_name((bt_view_e) i));
        assert_int_equal(bt_view_by_name(bt_str_of(bt_view_name(i))), i);
    }

    assert_int_equal(bt_view_by_name(BT_STR("")), BT_VIEW_NONE);
    assert_int_equal(bt_view_by_name(BT_STR("none")), BT_VIEW_NONE);
    assert_string_equal(bt_view_name((bt_view_e) 99), "none");
    assert_string_equal(bt_view_name(BT_VIEW_DATA_SECOND), "data-second");

    for (i = BT_ACTION_START; i < BT_ACTION_MAX; i++) {
        assert_int_equal(bt_action_by_name(bt_str_of(bt_action_name(i))), i);
    }

    assert_string_equal(bt_action_name(BT_ACTION_NONE), "");
    assert_string_equal(bt_action_name((bt_action_e) 99), "");
    assert_int_equal(bt_action_by_name(BT_STR("")), BT_ACTION_NONE);
    assert_int_equal(bt_action_by_name(BT_STR("back")), BT_ACTION_NONE);

    assert_true(bt_route_has_action(BT_VIEW_CLUSTERS, BT_ACTION_BACKUP));
    assert_false(bt_route_has_action(BT_VIEW_DATA, BT_ACTION_BACKUP));
    assert_false(bt_route_has_action(BT_VIEW_SECOND, BT_ACTION_CANCEL));
    assert_false(bt_route_has_action(BT_VIEW_NONE, BT_ACTION_NONE));

    assert_string_equal(bt_format_name(BT_FORMAT_HTML), "html");
    assert_string_equal(bt_format_name(BT_FORMAT_XML), "xml");
    assert_int_equal(bt_format_by_name(BT_STR("xml")), BT_FORMAT_XML);
    assert_int_equal(bt_format_by_name(BT_STR("html")), BT_FORMAT_HTML);
    assert_string_equal(bt_format_name(BT_FORMAT_CSV), "csv");
    assert_int_equal(bt_format_by_name(BT_STR("csv")), BT_FORMAT_CSV);
    assert_string_equal(bt_format_name(BT_FORMAT_ATOM), "atom");
    assert_int_equal(bt_format_by_name(BT_STR("atom")), BT_FORMAT_ATOM);
    assert_int_equal(bt_format_by_name(BT_STR("pdf")), BT_FORMAT_HTML);
}


/* The table of status codes, as the contract writes it. */
static void
test_statuses(void **state)
{
    static const struct {
        bt_view_e    view;
        const char  *codes;
    } cases[] = {
        { BT_VIEW_DATA, "IN_PROGRESS FAILED COMPLETED UNKNOWN " },
        { BT_VIEW_LOG, "STARTING IN_PROGRESS STOPPING STOPPED FAILED"
          " INTERRUPTED UNKNOWN " },
        { BT_VIEW_CLEANUP, "PENDING EXECUTING FAILED COMPLETED UNKNOWN " },
        { BT_VIEW_SECOND, "SCHEDULING IN_PROGRESS CLEANING COMPLETED"
          " CANCELED FAILED STOPPED UNKNOWN " },
        { BT_VIEW_CLUSTERS, "OK WARNING CRITICAL STALE UNKNOWN " },
        { BT_VIEW_COMMANDS, "REQUESTED RUNNING DONE FAILED EXPIRED"
          " CANCELED " },
    };
    const char *const  *code;
    char                text[256];
    size_t              i;
    bt_buf              buf;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        bt_buf_init(&buf, text, sizeof(text));
        for (code = bt_view_statuses(cases[i].view); *code; code++) {
            bt_buf_addz(&buf, *code);
            bt_buf_addc(&buf, ' ');
        }
        assert_string_equal(text, cases[i].codes);
    }

    assert_ptr_equal(bt_view_statuses(BT_VIEW_DATA_SECOND),
                     bt_view_statuses(BT_VIEW_SECOND));
    assert_null(bt_view_statuses(BT_VIEW_AUDIT));
    assert_null(bt_view_statuses(BT_VIEW_DATA_TASK));
    assert_null(bt_view_statuses(BT_VIEW_NONE));
}


static void
test_lists(void **state)
{
    static const char *const  lists[] = {
        "data", "log", "cleanup", "second", "clusters", "commands", "audit",
        "reports", "data/1/second"
    };
    size_t  i, n = 0;

    (void) state;

    for (i = 0; i < COUNT(lists); i++) {
        assert_true(bt_view_is_list(test_route(lists[i]).view));
    }

    for (i = 0; i < BT_VIEW_MAX; i++) {
        n += bt_view_is_list((bt_view_e) i);
    }

    assert_int_equal(n, COUNT(lists));
}


/* Section 6 of the contract, as roles that are enough alone. */
static void
test_roles_needed(void **state)
{
    const unsigned  pages = ALL_ROLES & ~BT_ROLE_FEED;
    const unsigned  acts = BT_ROLE_OPERATOR | BT_ROLE_AUDITOR;
    const struct {
        const char  *path;
        unsigned     enough;
        const char  *missing;
    } cases[] = {
        { "", pages, "viewer" }, { "data", pages, "viewer" },
        { "data.xml", ALL_ROLES, "viewer" },
        { "data.csv", ALL_ROLES, "viewer" },
        { "data.atom", ALL_ROLES, "viewer" },
        { "audit.csv", acts, "operator" },
        { "audit.atom", acts, "operator" },
        { "feed.xsd", ALL_ROLES, "viewer" },
        { "metrics", ALL_ROLES, "viewer" }, { "log/1", pages, "viewer" },
        { "log/1.xml", ALL_ROLES, "viewer" },
        { "data/1/cause", pages, "viewer" },
        { "clusters.xml", ALL_ROLES, "viewer" },
        { "data/1/second.xml", ALL_ROLES, "viewer" },
        { "commands", acts, "operator" },
        { "commands.xml", acts, "operator" },
        { "commands/1", acts, "operator" }, { "audit", acts, "operator" },
        { "audit.xml", acts, "operator" },
        { "reports", acts, "operator" },
        { "reports.csv", acts | BT_ROLE_FEED, "operator" },
        { "reports/2026-11-22", acts, "operator" },
        { "reports/2026-11-22.xml", acts | BT_ROLE_FEED, "operator" },
        { "log/1/stop", BT_ROLE_OPERATOR, "operator" },
        { "log/1/stop.xml", BT_ROLE_OPERATOR, "operator" },
        { "data/1/acknowledge", BT_ROLE_OPERATOR, "operator" },
        { "commands/1/cancel", BT_ROLE_OPERATOR, "operator" },
        { "data/1/cancel", BT_ROLE_OPERATOR, "operator" },
        { "clusters/1/backup", BT_ROLE_OPERATOR, "operator" },
    };
    const char  *missing;
    bt_route     route;
    size_t       i;
    unsigned     roles;
    int          want;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        route = test_route(cases[i].path);

        for (roles = 0; roles <= ALL_ROLES; roles++) {
            want = (roles & cases[i].enough) != 0 ? 200 : 403;
            missing = "x";
            assert_int_equal(bt_route_allowed(&route, roles, NULL), want);
            assert_int_equal(bt_route_allowed(&route, roles, &missing), want);

            if (want == 403) {
                assert_string_equal(missing, cases[i].missing);
            } else {
                assert_null(missing);
            }
        }
    }
}


static void
test_open_to_all(void **state)
{
    bt_route  route = test_route("health");

    (void) state;

    assert_int_equal(bt_route_allowed(&route, 0, NULL), 200);
    route = test_route("static/a.css");
    assert_int_equal(bt_route_allowed(&route, 0, NULL), 200);
}


static void
test_post(void **state)
{
    bt_route  route;
    size_t    i;

    (void) state;

    for (i = 0; i < COUNT(good_paths); i++) {
        route = test_route(good_paths[i].path);
        assert_int_equal(bt_route_takes_post(&route),
                         good_paths[i].view == BT_VIEW_ACTION);
    }

    route = test_route("log/7/stop.xml");
    assert_false(bt_route_takes_post(&route));
}


static void
test_role_names(void **state)
{
    static const struct {
        const char  *names;
        unsigned     roles;
        const char  *written;
    } cases[] = {
        { "", 0, "" }, { "viewer", BT_ROLE_VIEWER, "viewer" },
        { "feed, operator", BT_ROLE_FEED | BT_ROLE_OPERATOR,
          "operator feed" },
        { " auditor\tviewer ,", BT_ROLE_AUDITOR | BT_ROLE_VIEWER,
          "viewer auditor" },
        { "root viewers Viewer", 0, "" }, { "viewer,viewer",
          BT_ROLE_VIEWER, "viewer" }, { ",, ,", 0, "" },
        { "viewer operator auditor feed", ALL_ROLES,
          "viewer operator auditor feed" },
    };
    char    data[64];
    bt_buf  buf;
    size_t  i;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        assert_int_equal(bt_roles_parse(bt_str_of(cases[i].names)),
                         cases[i].roles);
        bt_buf_init(&buf, data, sizeof(data));
        bt_roles_format(&buf, cases[i].roles);
        assert_string_equal(data, cases[i].written);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_good_paths),
        cmocka_unit_test(test_health_paths),
        cmocka_unit_test(test_bad_paths),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_roles_needed),
        cmocka_unit_test(test_open_to_all),
        cmocka_unit_test(test_post),
        cmocka_unit_test(test_role_names),
    };

    return cmocka_run_group_tests_name("common: view", tests, NULL, NULL);
}

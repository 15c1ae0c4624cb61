/* fuzz_route.c: a path is 404, or is written back from its route. */

#include <stdlib.h>
#include <string.h>

#include "common/bt_day.h"
#include "common/bt_view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check(bool holds)
{
    if (!holds) {
        abort();
    }
}


static const char *
last_segment(const bt_route *route)
{
    switch (route->view) {

    case BT_VIEW_DATA_CAUSE:
        return "cause";

    case BT_VIEW_DATA_SECOND:
        return "second";

    default:
        return bt_action_name(route->action);
    }
}


static void
write_path(bt_buf *out, const bt_route *route)
{
    const char  *last = last_segment(route);

    if (route->view == BT_VIEW_ROOT) {
        return;
    }

    bt_buf_addz(out, bt_view_name(route->id != 0 ? route->kind
                                                 : route->view));

    if (route->id != 0) {
        bt_buf_addc(out, '/');
        bt_route_id_format(out, route);
    }

    if (last[0] != '\0') {
        bt_buf_addc(out, '/');
        bt_buf_addz(out, last);
    }

    if (route->format != BT_FORMAT_HTML && route->view != BT_VIEW_METRICS) {
        bt_buf_addc(out, '.');
        bt_buf_addz(out, bt_format_name(route->format));
    }
}


static void
check_route(const bt_route *route)
{
    const char  *missing;
    unsigned     roles;
    int          status;

    check(route->view > BT_VIEW_NONE && route->view < BT_VIEW_MAX);
    check(route->id >= 0 && route->id <= BT_ID_MAX);
    check(route->view != BT_VIEW_REPORT || bt_day_valid(route->id));
    check((route->id != 0) == (route->kind != BT_VIEW_NONE));
    check((route->view == BT_VIEW_ACTION)
          == (route->action != BT_ACTION_NONE));
    check(!bt_route_takes_post(route) || route->view == BT_VIEW_ACTION);

    for (roles = 0; roles < 16; roles++) {
        status = bt_route_allowed(route, roles, &missing);
        check(status == 200 || status == 403);
        check((status == 403) == (missing != NULL));
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char      copy[128], roles[64];
    bt_str    path = { (const char *) data, size };
    bt_route  route;
    bt_buf    buf;

    bt_buf_init(&buf, roles, sizeof(roles));
    bt_roles_format(&buf, bt_roles_parse(path));
    check(!buf.full);

    if (bt_route_parse(path, &route) != 200) {
        return 0;
    }

    check_route(&route);

    if (route.view == BT_VIEW_STATIC) {
        check(size > 7 && memcmp(data, "static/", 7) == 0);
        return 0;
    }

    if (route.view == BT_VIEW_SCHEMA) {
        check(bt_str_eqz(path, "feed.xsd") || bt_str_eqz(path, "feed.rng"));
        return 0;
    }

    if (route.view == BT_VIEW_HEALTH_REPORT) {
        check(bt_str_eqz(path, "health.xml")
              || bt_str_eqz(path, "health/report.xml")
              || bt_str_eqz(path, "health/report"));
        return 0;
    }

    bt_buf_init(&buf, copy, sizeof(copy));
    write_path(&buf, &route);
    check(!buf.full && bt_str_eqz(path, copy));
    return 0;
}

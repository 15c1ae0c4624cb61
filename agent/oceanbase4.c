/* oceanbase4.c: the adapter for OceanBase 4.0 and later: one look at a cluster. */

#include "agent/oceanbase4.h"
#include "agent/oceanbase4_act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* States of sets change by cleanup, too, which may be somebody else's. */
#define SETS_TIME   (300 * BT_SECOND)
/* Privileges may be granted, and versions change. */
#define PROBE_TIME  (600 * BT_SECOND)

bt_answer
ob4_no_memory(ob4_look *look)
{
    ob_reason(look->reason, "out of memory");
    return BT_ANSWER_BROKEN;
}

bt_answer
ob4_select(ob4_look *look, const ob_sql *sql, bool stored, ob_rows *rows)
{
    return ob_select(&look->link->link, sql, stored, rows, look->reason);
}

bt_cause_record
ob4_cause(const ob_cause *cause)
{
    return (bt_cause_record) {
        .code = bt_str_of(cause->code), .stage = bt_str_of(cause->stage),
        .text = bt_str_of(cause->text),
        .trace_id = bt_str_of(cause->trace_id)
    };
}

/* The first value of the first row, cut; false: it could not be had. */
static bool
read_word(ob4_link *link, const char *select, char *out, size_t size)
{
    ob_sql    sql;
    ob_rows   rows;
    bt_reason reason = { "" };
    bt_str    text;

    ob_sql_start(&sql, select);
    if (ob_select(&link->link, &sql, true, &rows, &reason) != BT_ANSWER_OK) {
        return false;
    }
    if (ob_rows_next(&rows)) {
        text = ob_text(&rows, 0);
        (void) snprintf(out, size, "%.*s", (int) text.len,
                        text.len > 0 ? text.data : "");
    }
    (void) ob_rows_end(&rows, &reason);
    return true;
}

static void
read_identity(ob4_link *link)
{
    char number[32] = "";

    if (!read_word(link, "SELECT OB_VERSION()", link->version,
                   sizeof(link->version)))
    {
        (void) read_word(link, "SELECT VERSION()", link->version,
                         sizeof(link->version));
    }
    link->number = BT_UNKNOWN;
    if (link->found[OB4_PARAMETERS].columns == 0) {
        return;
    }
    (void) read_word(link, "SELECT `VALUE` FROM oceanbase.`GV$OB_PARAMETERS` "
                     "WHERE `NAME` = 'cluster' LIMIT 1", link->name,
                     sizeof(link->name));
    (void) read_word(link, "SELECT `VALUE` FROM oceanbase.`GV$OB_PARAMETERS` "
                     "WHERE `NAME` = 'cluster_id' LIMIT 1", number,
                     sizeof(number));
    link->number = ob_int_of(bt_str_of(number));
}

bt_answer
ob4_ready(ob4_link *link, bt_reason *reason)
{
    bt_answer answer = ob_link_connect(&link->link, reason);

    if (answer != BT_ANSWER_OK || (link->session == link->link.session
                                   && bt_time_now() < link->probe_at))
    {
        return answer;
    }
    answer = ob_views_find(&link->link, ob4_views, OB4_VIEWS, link->found,
                           reason);
    if (answer == BT_ANSWER_OK) {
        read_identity(link);
        link->session = link->link.session;
        link->probe_at = bt_time_now() + PROBE_TIME;
    }
    return answer;
}

static void
free_look(ob4_look *look)
{
    ob_list_free(&look->sets);
    ob_list_free(&look->tasks);
}

static bt_answer
read_all(ob4_look *look)
{
    static bt_answer (*const parts[])(ob4_look *) = {
        ob4_read_tenants, ob4_read_rounds, ob4_read_deletes, ob4_read_events,
        ob4_read_jobs
    };
    bt_answer answer = BT_ANSWER_OK;

    for (size_t i = 0;
         i < sizeof(parts) / sizeof(parts[0]) && answer == BT_ANSWER_OK; i++)
    {
        answer = parts[i](look);
        /* without an answer there is no clock */
        if (answer == BT_ANSWER_OK
            && look->clock - look->link->sets_at > SETS_TIME)
        {
            look->sets_due = true;
        }
    }
    return answer;
}

/* A look that failed is thrown away: the next one reads everything again. */
static void
forget(ob4_link *link)
{
    link->first = true;
    link->read_to = link->sets_at = 0;
    ob_list_clear(&link->recent);
    ob_list_clear(&link->traces);
    ob_list_free(&link->sets);
    ob_list_clear(&link->parents);
    ob_list_clear(&link->cleanup_parents);
    for (size_t i = 0; i < link->tenants.count; i++) {
        ((ob4_tenant *) ob_list_at(&link->tenants, i))->rounds_due = true;
    }
}

static bt_answer
collect(bt_link *opaque, bt_collect *collect, bt_reason *reason)
{
    ob4_link *link = (ob4_link *) opaque;
    ob4_look *look;
    bt_answer answer = ob4_ready(link, reason);

    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    look = calloc(1, sizeof(*look));
    if (look == NULL) {
        ob_reason(reason, "out of memory");
        return BT_ANSWER_BROKEN;
    }
    look->link = link;
    look->collect = collect;
    look->reason = reason;
    answer = read_all(look);
    if (answer == BT_ANSWER_OK) {
        ob4_put_tenants(look);
        link->first = false;
        link->read_to = look->clock;
    } else {
        forget(link);
        /* an upgrade may have changed the views under the connection */
        link->session = answer == BT_ANSWER_BROKEN ? 0 : link->session;
    }
    free_look(look);
    free(look);
    return answer;
}

static bt_link *
open_link(const bt_access *access)
{
    ob4_link *link = calloc(1, sizeof(*link));

    if (link != NULL && !ob_link_init(&link->link, access)) {
        ob_link_free(&link->link);
        free(link);
        return NULL;
    }
    if (link != NULL) {
        link->first = true;
    }
    return (bt_link *) link;
}

static void
close_link(bt_link *opaque)
{
    ob4_link *link = (ob4_link *) opaque;

    if (link == NULL) {
        return;
    }
    for (size_t i = 0; i < link->tenants.count; i++) {
        free(((ob4_tenant *) ob_list_at(&link->tenants, i))->name);
    }
    ob_list_free(&link->tenants);
    ob_list_free(&link->sets);
    ob_list_free(&link->running);
    ob_list_free(&link->recent);
    ob_list_free(&link->traces);
    ob_list_free(&link->parents);
    ob_list_free(&link->cleanup_parents);
    ob_list_free(&link->shown);
    ob_list_free(&link->cleanup_shown);
    ob_link_free(&link->link);
    free(link);
}

static bt_answer
step(bt_link *opaque, bt_order *order, bt_step *step, bt_reason *reason)
{
    return ob4_step((ob4_link *) opaque, order, step, reason);
}

static bt_answer
check(bt_link *opaque, bt_check_report *report, bt_reason *reason)
{
    return ob4_check((ob4_link *) opaque, report, reason);
}

const bt_adapter bt_adapter_oceanbase4 = {
    .name = "oceanbase4", .open = open_link, .close = close_link,
    .collect = collect, .step = step, .check = check
};

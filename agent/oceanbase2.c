/* oceanbase2.c: the adapter for OceanBase 2.2.7x and 3.x: one look at a cluster. */

#include "agent/oceanbase2.h"
#include "agent/oceanbase2_act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* States of sets change by cleanup. */
#define SETS_TIME   (300 * BT_SECOND)
/* Privileges may be granted, and versions change. */
#define PROBE_TIME  (600 * BT_SECOND)

bt_answer
ob2_no_memory(ob2_look *look)
{
    ob_reason(look->reason, "out of memory");
    return BT_ANSWER_BROKEN;
}

bt_answer
ob2_select(ob2_look *look, const ob_sql *sql, bool stored, ob_rows *rows)
{
    return ob_select(&look->link->link, sql, stored, rows, look->reason);
}

bool
ob2_is_there(const ob2_link *link, ob2_view_e view)
{
    return link->found[view].columns != 0;
}

bt_cause_record
ob2_cause(const ob_cause *cause)
{
    return (bt_cause_record) {
        .code = bt_str_of(cause->code), .stage = bt_str_of(cause->stage),
        .text = bt_str_of(cause->text),
        .trace_id = bt_str_of(cause->trace_id)
    };
}

/* The columns "name" and "value" of SHOW PARAMETERS. */
static bool
find_columns(const ob_rows *rows, unsigned *name, unsigned *value)
{
    const MYSQL_FIELD *fields = mysql_fetch_fields(rows->result);

    *name = *value = rows->columns;
    for (unsigned i = 0; i < rows->columns; i++) {
        if (strcasecmp(fields[i].name, "name") == 0) {
            *name = i;
        } else if (strcasecmp(fields[i].name, "value") == 0) {
            *value = i;
        }
    }
    return *name < rows->columns && *value < rows->columns;
}

static void
take_parameter(ob2_link *link, bt_str name, bt_str value)
{
    if (bt_str_eqz(name, "backup_dest")) {
        ob_path_clean(value, link->dest, sizeof(link->dest));
        link->has_dest = value.len > 0;
    } else if (bt_str_eqz(name, "backup_backup_dest")) {
        ob_path_clean(value, link->second_dest, sizeof(link->second_dest));
    } else if (bt_str_eqz(name, "cluster")) {
        ob_text_clean(value, link->name, sizeof(link->name));
    } else if (bt_str_eqz(name, "cluster_id")) {
        link->number = ob_int_of(value);
    }
}

static bt_answer
read_parameters(ob2_link *link, const char *show, bt_reason *reason)
{
    ob_sql    sql;
    ob_rows   rows;
    unsigned  name, value;
    bt_answer answer;

    ob_sql_start(&sql, show);
    answer = ob_select(&link->link, &sql, true, &rows, reason);
    if (answer != BT_ANSWER_OK) {
        return answer == BT_ANSWER_UNREACHABLE ? answer : BT_ANSWER_OK;
    }
    while (find_columns(&rows, &name, &value) && ob_rows_next(&rows)) {
        take_parameter(link, ob_text(&rows, name), ob_text(&rows, value));
    }
    return ob_rows_end(&rows, reason);
}

bt_answer
ob2_read_parameters(ob2_link *link, bt_reason *reason)
{
    link->has_dest = true;
    return read_parameters(link, "SHOW PARAMETERS LIKE 'backup%dest'", reason);
}

static void
read_version(ob2_link *link)
{
    ob_sql    sql;
    ob_rows   rows;
    bt_reason ignored = { "" };
    bt_str    text;

    ob_sql_start(&sql, "SELECT VERSION()");
    if (ob_select(&link->link, &sql, true, &rows, &ignored) == BT_ANSWER_OK) {
        (void) ob_rows_next(&rows);
        text = ob_text(&rows, 0);
        (void) snprintf(link->version, sizeof(link->version), "%.*s",
                        (int) text.len, text.len > 0 ? text.data : "");
        (void) ob_rows_end(&rows, &ignored);
    }
}

bt_answer
ob2_ready(ob2_link *link, bt_reason *reason)
{
    bt_answer answer = ob_link_connect(&link->link, reason);

    if (answer != BT_ANSWER_OK || (link->session == link->link.session
                                   && bt_time_now() < link->probe_at))
    {
        return answer;
    }
    answer = ob_views_find(&link->link, ob2_views, OB2_VIEWS, link->found,
                           reason);
    if (answer == BT_ANSWER_OK) {
        read_version(link);
        link->number = BT_UNKNOWN;
        answer = read_parameters(link, "SHOW PARAMETERS LIKE 'cluster%'",
                                 reason);
    }
    if (answer == BT_ANSWER_OK) {
        link->session = link->link.session;
        link->probe_at = bt_time_now() + PROBE_TIME;
    }
    return answer;
}

static void
free_look(ob2_look *look)
{
    for (size_t i = 0; i < look->results.count; i++) {
        free(((ob2_result *) ob_list_at(&look->results, i))->comment);
    }
    ob_list_free(&look->results);
    ob_list_free(&look->files);
    ob_list_free(&look->parts);
}

static bt_answer
read_all(ob2_look *look)
{
    static bt_answer (*const parts[])(ob2_look *) = {
        ob2_read_tenants, ob2_read_rounds, ob2_read_cleanups, ob2_read_sets,
        ob2_read_seconds
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
forget(ob2_link *link)
{
    link->first = true;
    link->rounds_due = true;
    link->read_to = link->sets_at = link->second_at = 0;
    link->files = 0;
    ob_list_clear(&link->done);
}

static bt_answer
collect(bt_link *opaque, bt_collect *collect, bt_reason *reason)
{
    ob2_link *link = (ob2_link *) opaque;
    ob2_look *look;
    bt_answer answer = ob2_ready(link, reason);

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
    ob2_link *link = calloc(1, sizeof(*link));

    if (link != NULL && !ob_link_init(&link->link, access)) {
        ob_link_free(&link->link);
        free(link);
        return NULL;
    }
    if (link != NULL) {
        link->has_dest = true;
        forget(link);
    }
    return (bt_link *) link;
}

static void
close_link(bt_link *opaque)
{
    ob2_link *link = (ob2_link *) opaque;

    if (link == NULL) {
        return;
    }
    for (size_t i = 0; i < link->tenants.count; i++) {
        free(((ob2_tenant *) ob_list_at(&link->tenants, i))->name);
    }
    ob_list_free(&link->tenants);
    ob_list_free(&link->running);
    ob_list_free(&link->cleaning);
    ob_list_free(&link->waiting);
    ob_list_free(&link->done);
    ob_link_free(&link->link);
    free(link);
}

static bt_answer
step(bt_link *opaque, bt_order *order, bt_step *step, bt_reason *reason)
{
    return ob2_step((ob2_link *) opaque, order, step, reason);
}

static bt_answer
check(bt_link *opaque, bt_check_report *report, bt_reason *reason)
{
    return ob2_check((ob2_link *) opaque, report, reason);
}

const bt_adapter bt_adapter_oceanbase2 = {
    .name = "oceanbase2", .open = open_link, .close = close_link,
    .collect = collect, .step = step, .check = check
};

/* oceanbase4_events.c: backups of 4.x that were refused without a job, and trace ids of failures. */

#include "agent/oceanbase4.h"

#include <stdio.h>

/* Events are written a little later than they are dated. */
#define OVERLAP      (120 * BT_SECOND)
#define TRACES_KEPT  64

/* The value of a name among the event's pairs. */
static bt_str
value_of(const ob_rows *rows, const char *name)
{
    for (unsigned i = 0; i < 6; i++) {
        if (bt_str_eqz(ob_text(rows, OB4_EVENT_PAIRS + 2 * i), name)) {
            return ob_text(rows, OB4_EVENT_PAIRS + 2 * i + 1);
        }
    }
    return (bt_str) { NULL, 0 };
}

/* Each refusal is a task of its own, known by its time. */
static void
put_refused(ob4_look *look, int64_t tenant, int64_t result, bt_usec at)
{
    char           source_id[48];
    bt_data_record task = {
        .tenant = tenant, .method = BT_STR("PHYSICAL"),
        .backup_set_id = BT_UNKNOWN, .start_time = at, .end_time = at,
        .status = BT_STR("FAILED"), .raw_status = BT_STR("REFUSED"),
        .status_since = at, .progress = BT_UNKNOWN,
        .data_version = BT_UNKNOWN, .size_bytes = BT_UNKNOWN,
        .restorable_from = BT_UNKNOWN, .restorable_to = BT_UNKNOWN
    };

    (void) snprintf(source_id, sizeof(source_id), "refused-%lld",
                    (long long) at);
    task.source_id = bt_str_of(source_id);
    ob_cause_parse(&look->cause, (bt_str) { NULL, 0 }, result, false);
    task.cause = ob4_cause(&look->cause);
    task.cause.stage = BT_STR("start");
    if (task.cause.text.len == 0) {
        task.cause.text = BT_STR("The cluster refused to start the backup.");
    }
    ob4_name_tenant(look, tenant);
    bt_collect_data(look->collect, &task);
}

const ob4_trace *
ob4_find_trace(const ob4_link *link, int64_t tenant, int64_t job)
{
    for (size_t i = link->traces.count; i-- > 0;) {
        const ob4_trace *trace = ob_list_at(&link->traces, i);

        if (trace->tenant == tenant && trace->id == job) {
            return trace;
        }
    }
    return NULL;
}

void
ob4_trim_traces(ob4_link *link)
{
    while (link->traces.count > TRACES_KEPT) {
        ob_list_remove(&link->traces, 0);
    }
}

static bool
take_trace(ob4_look *look, const ob_rows *rows, int64_t tenant)
{
    int64_t    job = ob_int_of(value_of(rows, "job_id"));
    bt_str     id = value_of(rows, "trace_id");
    ob4_trace *trace;

    if (job == BT_UNKNOWN || id.len == 0
        || id.len >= sizeof(trace->trace))
    {
        return true;
    }
    if (ob4_find_trace(look->link, tenant, job) != NULL) {
        return true;
    }
    trace = ob_list_add(&look->link->traces, sizeof(*trace));
    if (trace == NULL) {
        return false;
    }
    trace->tenant = tenant;
    trace->id = job;
    (void) snprintf(trace->trace, sizeof(trace->trace), "%.*s", (int) id.len,
                    id.data);
    return true;
}

static bool
take_event(ob4_look *look, const ob_rows *rows)
{
    int64_t tenant = ob_int_of(value_of(rows, "tenant_id"));
    int64_t result = ob_int_of(value_of(rows, "result"));
    bt_usec at = ob_time(rows, OB4_EVENT_AT);

    if (tenant == BT_UNKNOWN || at == BT_UNKNOWN || !ob4_shows(tenant)) {
        return true;
    }
    if (!bt_str_eqz(ob_text(rows, OB4_EVENT_NAME), "start_backup_data")) {
        return take_trace(look, rows, tenant);
    }
    if (result != BT_UNKNOWN && result != 0) {
        put_refused(look, tenant, result, at);
    }
    return true;
}

bt_answer
ob4_read_events(ob4_look *look)
{
    const ob_found *found = &look->link->found[OB4_EVENTS];
    ob_sql          sql;
    ob_rows         rows;
    bt_answer       answer;
    bool            good = true;

    if (found->columns == 0) {
        return BT_ANSWER_OK;
    }
    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob4_views[OB4_EVENTS], found);
    ob_sql_add(&sql, " WHERE `MODULE` = 'backup_data' AND `EVENT` IN "
               "('start_backup_data', 'deal with failed job')");
    if (!look->link->first) {
        ob_sql_add(&sql, " AND `TIMESTAMP` >= ");
        ob_sql_time(&sql, look->link->read_to - OVERLAP);
    }
    answer = ob4_select(look, &sql, true, &rows);
    while (answer == BT_ANSWER_OK && good && ob_rows_next(&rows)) {
        good = take_event(look, &rows);
    }
    if (answer == BT_ANSWER_OK) {
        answer = ob_rows_end(&rows, look->reason);
    }
    return good ? answer : ob4_no_memory(look);
}

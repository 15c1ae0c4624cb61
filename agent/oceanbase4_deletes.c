/* oceanbase4_deletes.c: cleanup tasks of 4.x. */

#include "agent/oceanbase4.h"

#include <stdio.h>

#define OVERLAP  (600 * BT_SECOND)

/* Column 0 tells the history (1) from the running jobs (0). */
#define COLUMN(name)  (1U + (name))

static void
put_delete(ob4_look *look, const ob_rows *rows, const char *code)
{
    int64_t           tenant = ob_int(rows, COLUMN(OB4_DELETE_TENANT));
    bt_str            raw = ob_text(rows, COLUMN(OB4_DELETE_STATUS));
    char              source_id[24];
    bt_cleanup_record task = {
        .tenant = tenant, .type = ob_text(rows, COLUMN(OB4_DELETE_TYPE)),
        .start_time = ob_time(rows, COLUMN(OB4_DELETE_START)),
        .end_time = ob_time(rows, COLUMN(OB4_DELETE_END)),
        .status = bt_str_of(code), .raw_status = raw,
        .items_total = ob_int(rows, COLUMN(OB4_DELETE_TOTAL)),
        .items_done = ob_int(rows, COLUMN(OB4_DELETE_DONE))
    };

    (void) snprintf(source_id, sizeof(source_id), "%lld",
                    (long long) ob_int(rows, COLUMN(OB4_DELETE_ID)));
    task.source_id = bt_str_of(source_id);
    task.status_since = ob_state_ended(code) ? task.end_time : BT_UNKNOWN;
    if (bt_str_eqz(task.status, "FAILED")) {
        ob_cause_parse(&look->cause,
                       ob_text(rows, COLUMN(OB4_DELETE_COMMENT)),
                       ob_int(rows, COLUMN(OB4_DELETE_RESULT)),
                       bt_str_eqz(raw, "CANCELED"));
        task.cause = ob4_cause(&look->cause);
        if (task.cause.text.len == 0) {
            task.cause.text = OB4_NO_WORD;
        }
    }
    ob4_name_tenant(look, tenant);
    bt_collect_cleanup(look->collect, &task);
}

static bool
take_delete(ob4_look *look, const ob_rows *rows)
{
    int64_t     tenant = ob_int(rows, COLUMN(OB4_DELETE_TENANT));
    int64_t     id = ob_int(rows, COLUMN(OB4_DELETE_ID));
    bool        ended = ob_int(rows, 0) == 1;
    bt_usec     end = ob_time(rows, COLUMN(OB4_DELETE_END));
    ob4_running job = {
        .kind = BT_KIND_CLEANUP, .tenant = tenant, .id = id,
        .start = ob_time(rows, COLUMN(OB4_DELETE_START))
    };

    if (tenant == BT_UNKNOWN || id == BT_UNKNOWN || !ob4_shows(tenant)) {
        return true;
    }
    if (ended && (end > look->link->read_to
                  || ob4_was_running(look->link, job.kind, tenant, id)))
    {
        look->sets_due = true;
    }
    if (ob4_is_shown(look, BT_KIND_CLEANUP, tenant, id,
                     !ended || job.start > look->clock - BT_DAY))
    {
        put_delete(look, rows, ob_state_code(BT_VIEW_CLEANUP, OB_V4,
                   ob_text(rows, COLUMN(OB4_DELETE_STATUS))));
    }
    if (ended) {
        ob4_note_ended(look, BT_KIND_CLEANUP, tenant, id);
        return true;
    }
    return ob4_note_running(look, &job);
}

static bool
take_rows(ob4_look *look, ob_rows *rows)
{
    bool good = true;

    while (good && ob_rows_next(rows)) {
        int64_t tenant = ob_int(rows, COLUMN(OB4_DELETE_TENANT));
        int64_t by = ob_int(rows, COLUMN(OB4_DELETE_BY_TENANT));
        int64_t job = ob_int(rows, COLUMN(OB4_DELETE_BY_JOB));

        if (ob4_is_child(tenant, by, job)) {
            good = ob_ids_add(&look->link->cleanup_parents, job);
        }
    }
    ob_rows_again(rows);
    while (good && ob_rows_next(rows)) {
        good = take_delete(look, rows);
    }
    return good;
}

static void
write_history(ob_sql *sql, const ob4_link *link)
{
    const ob_found *found = &link->found[OB4_DELETE_HISTORY];

    if (found->columns == 0) {
        return;
    }
    ob_sql_add(sql, " UNION ALL ");
    ob_sql_view(sql, "1, ", &ob4_views[OB4_DELETE_HISTORY], found);
    if (!link->first) {
        ob_sql_add(sql, " WHERE `END_TIMESTAMP` >= ");
        ob_sql_time(sql, link->read_to - OVERLAP);
    }
}

static bt_answer
read_rows(ob4_look *look, const ob_sql *sql)
{
    ob_rows   rows;
    bool      good = true;
    bt_answer answer = ob4_select(look, sql, true, &rows);

    if (answer == BT_ANSWER_OK) {
        good = take_rows(look, &rows);
        answer = ob_rows_end(&rows, look->reason);
    }
    return good ? answer : ob4_no_memory(look);
}

/* Those that were running and are in neither view now. */
static bt_answer
read_missing(ob4_look *look)
{
    ob_list   ids = { .data = NULL };
    ob_sql    sql;
    bt_answer answer = BT_ANSWER_OK;

    if (!ob4_missing(look, BT_KIND_CLEANUP, &ids)) {
        ob_list_free(&ids);
        return ob4_no_memory(look);
    }
    if (ids.count > 0 && look->link->found[OB4_DELETE_HISTORY].columns != 0) {
        ob_sql_start(&sql, "");
        ob_sql_view(&sql, "1, ", &ob4_views[OB4_DELETE_HISTORY],
                    &look->link->found[OB4_DELETE_HISTORY]);
        ob_sql_add(&sql, " WHERE `JOB_ID` IN (0");
        for (size_t i = 0; i < ids.count && i < 100; i++) {
            ob_sql_add(&sql, ", ");
            ob_sql_int(&sql, *(const int64_t *) ob_list_at(&ids, i));
        }
        ob_sql_add(&sql, ")");
        answer = read_rows(look, &sql);
    }
    ob_list_free(&ids);
    return answer;
}

bt_answer
ob4_read_deletes(ob4_look *look)
{
    ob4_link *link = look->link;
    ob_sql    sql;
    bt_answer answer;

    if (link->found[OB4_DELETES].columns == 0) {
        return BT_ANSWER_OK;
    }
    ob4_begin_running(look, BT_KIND_CLEANUP);
    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "0, ", &ob4_views[OB4_DELETES],
                &link->found[OB4_DELETES]);
    write_history(&sql, link);
    answer = read_rows(look, &sql);
    if (answer == BT_ANSWER_OK) {
        answer = read_missing(look);
    }
    if (answer == BT_ANSWER_OK) {
        ob4_put_lost(look, BT_KIND_CLEANUP);
        ob_ids_trim(&link->cleanup_parents, 64);
        ob_ids_trim(&link->cleanup_shown, 64);
    }
    return answer;
}

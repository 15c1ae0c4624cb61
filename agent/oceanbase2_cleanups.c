/* oceanbase2_cleanups.c: cleanup tasks of a 2.2.7x or 3.x cluster. */

#include "agent/oceanbase2.h"

#include <stdio.h>
#include <string.h>

#define OVERLAP  (600 * BT_SECOND)

/* A job, put together from the rows of its tenants; id and tenant first. */
typedef struct {
    int64_t id;
    int64_t tenant;                 /* OB2_CLUSTER: its own row was seen */
    bt_usec start;
    bt_usec end;
    int64_t result;
    char    type[64];
    char    status[32];
    char    error[512];
} ob2_cleanup;

static void
keep(char *out, size_t size, bt_str text)
{
    (void) snprintf(out, size, "%.*s", (int) text.len,
                    text.len > 0 ? text.data : "");
}

static ob2_cleanup *
find_job(const ob_list *jobs, int64_t id)
{
    for (size_t i = 0; i < jobs->count; i++) {
        ob2_cleanup *job = ob_list_at(jobs, i);

        if (job->id == id) {
            return job;
        }
    }
    return NULL;
}

/* The live table has its times in microseconds, the history as text. */
static bt_usec
start_of(const ob_rows *rows, bool live)
{
    int64_t at = live ? ob_int(rows, OB2_CLEAN_START) : BT_UNKNOWN;

    return live ? (at > 0 ? at : BT_UNKNOWN) : ob_time(rows, OB2_CLEAN_START);
}

static bool
take_row(ob_list *jobs, const ob_rows *rows, bool live)
{
    int64_t      id = ob_int(rows, OB2_CLEAN_ID);
    int64_t      tenant = ob_int(rows, OB2_CLEAN_TENANT);
    int64_t      result = ob_int(rows, OB2_CLEAN_RESULT);
    bt_str       error = ob_text(rows, OB2_CLEAN_ERROR);
    ob2_cleanup *job = find_job(jobs, id);

    if (id == BT_UNKNOWN || id <= 0 || tenant == BT_UNKNOWN
        || (live && bt_str_eqz(ob_text(rows, OB2_CLEAN_STATUS), "STOP")))
    {
        return true;
    }
    if (job == NULL) {
        job = ob_list_add(jobs, sizeof(*job));
        if (job == NULL) {
            return false;
        }
        job->id = id;
        job->start = job->end = BT_UNKNOWN;
        job->result = BT_UNKNOWN;
    }
    if (job->status[0] == '\0' || tenant == OB2_CLUSTER) {
        job->tenant = tenant;
        job->start = start_of(rows, live);
        job->end = ob_time(rows, OB2_CLEAN_END);
        keep(job->type, sizeof(job->type), ob_text(rows, OB2_CLEAN_TYPE));
        keep(job->status, sizeof(job->status),
             ob_text(rows, OB2_CLEAN_STATUS));
    }
    if (error.len > 0) {
        keep(job->error, sizeof(job->error), error);
    }
    if (result != BT_UNKNOWN && result != 0) {
        job->result = result;
    }
    return true;
}

static void
put_job(ob2_look *look, const ob2_cleanup *job, bool live)
{
    char              source_id[24];
    const char       *code = ob_state_code(BT_VIEW_CLEANUP, OB_V2,
                                           bt_str_of(job->status));
    bt_cleanup_record task = {
        .tenant = OB2_CLUSTER, .type = bt_str_of(job->type),
        .start_time = job->start, .end_time = live ? BT_UNKNOWN : job->end,
        .raw_status = bt_str_of(job->status),
        .status_since = live ? BT_UNKNOWN : job->end,
        .items_total = BT_UNKNOWN, .items_done = BT_UNKNOWN
    };

    (void) snprintf(source_id, sizeof(source_id), "%lld",
                    (long long) job->id);
    task.source_id = bt_str_of(source_id);
    /* in the history every status is STOP */
    if (!live && (job->error[0] != '\0' || job->result != BT_UNKNOWN)) {
        code = "FAILED";
        ob_cause_parse(&look->cause, bt_str_of(job->error), job->result,
                       false);
        task.cause = ob2_cause(&look->cause);
    }
    task.status = bt_str_of(code);
    bt_collect_cleanup(look->collect, &task);
}

static bt_answer
read_view(ob2_look *look, ob2_view_e view, ob_list *jobs)
{
    bool      live = view == OB2_CLEAN;
    bool      good = true;
    ob_sql    sql;
    ob_rows   rows;
    bt_answer answer;

    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob2_views[view], &look->link->found[view]);
    if (!live && !look->link->first) {
        ob_sql_add(&sql, " WHERE `END_TIME` >= ");
        ob_sql_time(&sql, look->link->read_to - OVERLAP);
    }
    answer = ob2_select(look, &sql, true, &rows);
    while (answer == BT_ANSWER_OK && good && ob_rows_next(&rows)) {
        good = take_row(jobs, &rows, live);
    }
    if (answer == BT_ANSWER_OK) {
        answer = ob_rows_end(&rows, look->reason);
    }
    return good ? answer : ob2_no_memory(look);
}

static bt_answer
read_live(ob2_look *look, bool *ended)
{
    ob_list   jobs = { .data = NULL };
    ob_list   now = { .data = NULL };
    bt_answer answer = read_view(look, OB2_CLEAN, &jobs);

    for (size_t i = 0; answer == BT_ANSWER_OK && i < jobs.count; i++) {
        const ob2_cleanup *job = ob_list_at(&jobs, i);

        put_job(look, job, true);
        if (!ob_ids_add(&now, job->id)) {
            answer = ob2_no_memory(look);
        }
    }
    for (size_t i = 0; i < look->link->cleaning.count; i++) {
        *ended = *ended
                 || !ob_ids_has(&now, *(const int64_t *)
                                ob_list_at(&look->link->cleaning, i));
    }
    ob_list_free(&look->link->cleaning);
    look->link->cleaning = now;
    ob_list_free(&jobs);
    return answer;
}

bt_answer
ob2_read_cleanups(ob2_look *look)
{
    ob2_link  *link = look->link;
    ob_list    jobs = { .data = NULL };
    ob2_view_e view = ob2_is_there(link, OB2_CLEAN_HISTORY)
                      ? OB2_CLEAN_HISTORY : OB2_CLEAN_MISSPELT;
    bool       ended = false;
    bt_answer  answer = BT_ANSWER_OK;

    if (ob2_is_there(link, OB2_CLEAN)) {
        answer = read_live(look, &ended);
    }
    if (answer == BT_ANSWER_OK && ob2_is_there(link, view)) {
        answer = read_view(look, view, &jobs);
    }
    for (size_t i = 0; answer == BT_ANSWER_OK && i < jobs.count; i++) {
        put_job(look, ob_list_at(&jobs, i), false);
    }
    look->sets_due = look->sets_due || ended;
    ob_list_free(&jobs);
    return answer;
}

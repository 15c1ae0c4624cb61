/* oceanbase4_jobs.c: data backups of 4.x: jobs that run, jobs that have ended, their progress. */

#include "agent/oceanbase4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OVERLAP     (600 * BT_SECOND)
#define SYS_TENANT  1
#define IDS_MAX     200             /* in one statement */
/* Older children may have left the history before their parent. */
#define LATELY      (7 * BT_DAY)

static void
free_tasks(ob4_look *look)
{
    for (size_t i = 0; i < look->tasks.count; i++) {
        free(((ob4_task *) ob_list_at(&look->tasks, i))->comment);
    }
    ob_list_clear(&look->tasks);
}

static ob4_task *
find_task(const ob4_look *look, int64_t tenant, int64_t job)
{
    for (size_t i = 0; i < look->tasks.count; i++) {
        ob4_task *task = ob_list_at(&look->tasks, i);

        if (task->tenant == tenant && task->id == job) {
            return task;
        }
    }
    return NULL;
}

static void
add_known(int64_t *sum, int64_t number)
{
    if (number >= 0) {
        *sum = *sum == BT_UNKNOWN ? number : *sum + number;
    }
}

/* A job may have several tasks: their blocks add up, the first error counts. */
static bool
take_task(ob4_look *look, const ob_rows *rows)
{
    int64_t   tenant = ob_int(rows, OB4_TASK_TENANT);
    int64_t   job = ob_int(rows, OB4_TASK_JOB);
    int64_t   result = ob_int(rows, OB4_TASK_RESULT);
    bt_str    status = ob_text(rows, OB4_TASK_STATUS);
    bt_str    comment = ob_text(rows, OB4_TASK_COMMENT);
    ob4_task *task = find_task(look, tenant, job);

    if (tenant == BT_UNKNOWN || job == BT_UNKNOWN) {
        return true;
    }
    if (task == NULL) {
        task = ob_list_add(&look->tasks, sizeof(*task));
        if (task == NULL) {
            return false;
        }
        task->tenant = tenant;
        task->id = job;
        task->blocks = task->done = task->bytes = BT_UNKNOWN;
        task->progress = ob_hundredths(rows, OB4_TASK_PROGRESS);
    }
    add_known(&task->blocks, ob_int(rows, OB4_TASK_BLOCKS));
    add_known(&task->done, ob_int(rows, OB4_TASK_DONE));
    add_known(&task->bytes, ob_int(rows, OB4_TASK_BYTES));
    (void) snprintf(task->status, sizeof(task->status), "%.*s",
                    (int) status.len, status.len > 0 ? status.data : "");
    if (task->result == 0 && result != BT_UNKNOWN) {
        task->result = result;
    }
    if (task->comment == NULL && comment.len > 0) {
        task->comment = strndup(comment.data, comment.len);
    }
    return true;
}

static bt_answer
read_tasks(ob4_look *look, ob4_view_e view, const ob_list *jobs)
{
    const ob_found *found = &look->link->found[view];
    ob_sql          sql;
    ob_rows         rows;
    bt_answer       answer;
    bool            good = true;

    if (found->columns == 0) {
        return BT_ANSWER_OK;
    }
    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob4_views[view], found);
    if (jobs != NULL) {
        ob_sql_add(&sql, " WHERE `JOB_ID` IN (0");
        for (size_t i = 0; i < jobs->count && i < IDS_MAX; i++) {
            ob_sql_add(&sql, ", ");
            ob_sql_int(&sql, *(const int64_t *) ob_list_at(jobs, i));
        }
        ob_sql_add(&sql, ")");
    } else if (view == OB4_TASK_HISTORY) {
        ob_sql_add(&sql, " WHERE `RESULT` <> 0");
    }
    answer = ob4_select(look, &sql, false, &rows);
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    while (good && ob_rows_next(&rows)) {
        good = take_task(look, &rows);
    }
    answer = ob_rows_end(&rows, look->reason);
    return good ? answer : ob4_no_memory(look);
}

/* Of a job that runs: what the cluster says, else what its blocks say. */
static int64_t
progress_of(const ob4_task *task)
{
    int64_t progress = BT_UNKNOWN;

    if (task == NULL) {
        return BT_UNKNOWN;
    }
    if (task->blocks > 0 && task->done >= 0) {
        progress = task->done >= task->blocks ? 9999
                   : (int64_t) ((double) task->done * 10000
                                / (double) task->blocks);
    }
    if (task->progress > 0) {
        progress = task->progress;
    }
    if (progress == BT_UNKNOWN && task->blocks == 0) {
        progress = 0;
    }
    return progress > 9999 ? 9999 : progress;
}

static bool
is_incremental(bt_str type)
{
    return bt_str_eqz(type, "INC") || bt_str_eqz(type, "I")
           || bt_str_eqz(type, "INCREMENTAL");
}

static bt_str
mode_of(bt_str type)
{
    if (is_incremental(type)) {
        return BT_STR("INCREMENTAL");
    }
    return bt_str_eqz(type, "FULL") || bt_str_eqz(type, "D")
           ? BT_STR("FULL") : BT_STR("");
}

/* Why a job failed: its own words, else those of its task; the trace id of the
 * event where neither has one. */
static void
explain(ob4_look *look, const ob_rows *rows, bt_data_record *task)
{
    int64_t          id = ob_int(rows, OB4_JOB_ID);
    bt_str           comment = ob_text(rows, OB4_JOB_COMMENT);
    int64_t          result = ob_int(rows, OB4_JOB_RESULT);
    const ob4_task  *part = find_task(look, task->tenant, id);
    const ob4_trace *trace = ob4_find_trace(look->link, task->tenant, id);
    bool             own = comment.len > 0;

    if (part != NULL && part->comment != NULL && !own) {
        comment = bt_str_of(part->comment);
    }
    if (part != NULL && (result == 0 || result == BT_UNKNOWN)) {
        result = part->result;
    }
    ob_cause_parse(&look->cause, comment, result,
                   bt_str_eqz(task->raw_status, "CANCELED"));
    if (trace != NULL && look->cause.trace_id[0] == '\0') {
        (void) snprintf(look->cause.trace_id, sizeof(look->cause.trace_id),
                        "%s", trace->trace);
    }
    task->cause = ob4_cause(&look->cause);
    if (task->cause.text.len == 0) {
        task->cause.text = OB4_NO_WORD;
    }
}

/* A cluster-wide backup ends well even when every tenant was refused. */
static void
note_nothing(const ob4_look *look, bt_data_record *task)
{
    if (task->tenant == SYS_TENANT && bt_str_eqz(task->status, "COMPLETED")
        && task->end_time > look->clock - LATELY)
    {
        task->status = BT_STR("FAILED");
        task->cause = (bt_cause_record) {
            .stage = BT_STR("start"), .text = BT_STR(
                "No tenant was backed up: each was refused, as its own "
                "task tells.")
        };
    }
}

static void
add_set(const ob4_look *look, bt_data_record *task)
{
    const ob4_set *set = task->backup_set_id <= 0 ? NULL
        : ob_list_find(&look->sets, task->tenant, task->backup_set_id);

    if (set == NULL) {
        return;
    }
    if (set->bytes > 0 || bt_str_eqz(task->status, "COMPLETED")) {
        task->size_bytes = set->bytes;
    }
    task->set_state = bt_str_of(set->state);
    task->restorable_from = set->restore;
}

static void
put_job(ob4_look *look, const ob_rows *rows, const char *code)
{
    int64_t         id = ob_int(rows, OB4_JOB_ID);
    const ob4_task *part;
    char            source_id[24];
    char            source[512];
    bt_data_record  task = {
        .tenant = ob_int(rows, OB4_JOB_TENANT), .method = BT_STR("PHYSICAL"),
        .mode = mode_of(ob_text(rows, OB4_JOB_TYPE)),
        .backup_set_id = ob_int(rows, OB4_JOB_SET),
        .start_time = ob_time(rows, OB4_JOB_START),
        .end_time = ob_time(rows, OB4_JOB_END), .status = bt_str_of(code),
        .raw_status = ob_text(rows, OB4_JOB_STATUS),
        .progress = BT_UNKNOWN, .data_version = BT_UNKNOWN,
        .size_bytes = BT_UNKNOWN, .restorable_from = BT_UNKNOWN,
        .restorable_to = BT_UNKNOWN
    };

    part = find_task(look, task.tenant, id);
    (void) snprintf(source_id, sizeof(source_id), "%lld", (long long) id);
    task.source_id = bt_str_of(source_id);
    if (task.backup_set_id <= 0) {
        task.backup_set_id = BT_UNKNOWN;
    }
    ob_text_clean(ob_text(rows, OB4_JOB_DESCRIPTION), source, sizeof(source));
    task.source = bt_str_of(source);
    ob_path_clean(ob_text(rows, OB4_JOB_PATH), look->path,
                  sizeof(look->path));
    task.storage_directory = bt_str_of(look->path);
    task.status_since = ob_state_ended(code) ? task.end_time : BT_UNKNOWN;
    if (!ob_state_ended(code)) {
        task.progress = progress_of(part);
        task.size_bytes = part == NULL ? BT_UNKNOWN : part->bytes;
    }
    add_set(look, &task);
    if (strcmp(code, "FAILED") == 0) {
        explain(look, rows, &task);
    }
    note_nothing(look, &task);
    ob4_name_tenant(look, task.tenant);
    bt_collect_data(look->collect, &task);
}

static const ob4_known *
find_recent(const ob4_link *link, int64_t tenant, int64_t id)
{
    for (size_t i = 0; i < link->recent.count; i++) {
        const ob4_known *known = ob_list_at(&link->recent, i);

        if (known->tenant == tenant && known->id == id) {
            return known;
        }
    }
    return NULL;
}

static bool
note_recent(ob4_link *link, int64_t tenant, int64_t id, bt_usec end)
{
    ob4_known *known;

    if (find_recent(link, tenant, id) != NULL) {
        return true;
    }
    known = ob_list_add(&link->recent, sizeof(*known));
    if (known != NULL) {
        *known = (ob4_known) { tenant, id, (uint64_t) end };
    }
    return known != NULL;
}

static void
trim_recent(const ob4_look *look)
{
    ob_list *recent = &look->link->recent;

    for (size_t i = recent->count; i-- > 0;) {
        const ob4_known *known = ob_list_at(recent, i);

        if ((bt_usec) known->state < look->clock - 2 * OVERLAP) {
            ob_list_remove(recent, i);
        }
    }
}

static bool
note_job(ob4_look *look, const ob_rows *rows, bool ended)
{
    bt_usec     end = ob_time(rows, OB4_JOB_END);
    ob4_running job = {
        .kind = BT_KIND_DATA, .tenant = ob_int(rows, OB4_JOB_TENANT),
        .id = ob_int(rows, OB4_JOB_ID), .set = ob_int(rows, OB4_JOB_SET),
        .start = ob_time(rows, OB4_JOB_START),
        .incremental = is_incremental(ob_text(rows, OB4_JOB_TYPE))
    };

    if (!ended) {
        return ob4_note_running(look, &job);
    }
    ob4_note_ended(look, BT_KIND_DATA, job.tenant, job.id);
    return end < look->clock - 2 * OVERLAP
           || note_recent(look->link, job.tenant, job.id, end);
}

static bool
is_odd(const ob_rows *rows)
{
    int64_t tenant = ob_int(rows, OB4_JOB_TENANT);

    return tenant == BT_UNKNOWN || !ob4_shows(tenant)
           || ob_int(rows, OB4_JOB_ID) == BT_UNKNOWN;
}

static bool
take_job(ob4_look *look, const ob_rows *rows, bool ended)
{
    if (is_odd(rows)) {
        return true;
    }
    if (ob4_is_shown(look, BT_KIND_DATA, ob_int(rows, OB4_JOB_TENANT),
                     ob_int(rows, OB4_JOB_ID),
                     !ended || ob_time(rows, OB4_JOB_START)
                               > look->clock - BT_DAY))
    {
        put_job(look, rows, ob_state_code(BT_VIEW_DATA, OB_V4,
                                          ob_text(rows, OB4_JOB_STATUS)));
    }
    return note_job(look, rows, ended);
}

/* Which of the sys tenant's jobs have children among these. */
static bool
note_parents(ob4_look *look, ob_rows *rows)
{
    bool good = true;

    while (good && ob_rows_next(rows)) {
        int64_t job = ob_int(rows, OB4_JOB_BY_JOB);

        if (ob4_is_child(ob_int(rows, OB4_JOB_TENANT),
                         ob_int(rows, OB4_JOB_BY_TENANT), job))
        {
            good = ob_ids_add(&look->link->parents, job);
        }
    }
    ob_rows_again(rows);
    return good;
}

/* The first time, before the history is read row by row. */
static bt_answer
read_parents(ob4_look *look)
{
    ob_sql    sql;
    ob_rows   rows;
    int64_t  *place;
    bt_answer answer;
    bool      good = true;

    ob_sql_start(&sql, "SELECT DISTINCT `INITIATOR_JOB_ID` FROM oceanbase."
                 "`CDB_OB_BACKUP_JOB_HISTORY` WHERE `INITIATOR_TENANT_ID` = 1 "
                 "AND `TENANT_ID` <> 1 ORDER BY 1");
    answer = ob4_select(look, &sql, true, &rows);
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    while (good && ob_rows_next(&rows)) {
        place = ob_list_add(&look->link->parents, sizeof(*place));
        good = place != NULL;
        if (good) {
            *place = ob_int(&rows, 0);
        }
    }
    answer = ob_rows_end(&rows, look->reason);
    return good ? answer : ob4_no_memory(look);
}

/* Jobs that failed without a word: the tasks may know why. */
static bool
wants_tasks(const ob_rows *rows)
{
    int64_t result = ob_int(rows, OB4_JOB_RESULT);

    return ob_text(rows, OB4_JOB_COMMENT).len == 0 && result != 0;
}

/* Histories are read a little further back than needed. */
static bool
is_old_news(const ob4_look *look, const ob_rows *rows, bool again)
{
    return is_odd(rows)
           || (!again && find_recent(look->link, ob_int(rows, OB4_JOB_TENANT),
                                     ob_int(rows, OB4_JOB_ID)) != NULL);
}

/* What the rows of the history need beside themselves: why, and their sets. */
static bt_answer
prepare_history(ob4_look *look, ob_rows *rows, bool again)
{
    ob_list   jobs = { .data = NULL };
    bt_answer answer = BT_ANSWER_OK;
    bool      good = true;

    while (good && ob_rows_next(rows)) {
        if (is_old_news(look, rows, again)) {
            continue;
        }
        look->sets_due = true;
        if (wants_tasks(rows)) {
            good = ob_ids_add(&jobs, ob_int(rows, OB4_JOB_ID));
        }
    }
    ob_rows_again(rows);
    if (good && jobs.count > 0) {
        answer = read_tasks(look, OB4_TASK_HISTORY, &jobs);
    }
    if (good && answer == BT_ANSWER_OK && look->sets_due
        && look->sets.count == 0)
    {
        answer = ob4_read_sets(look);
    }
    ob_list_free(&jobs);
    return good ? answer : ob4_no_memory(look);
}

/* Rows are stored, except at the first look, which reads everything.  again:
 * jobs that were put before are put once more. */
static bt_answer
read_history(ob4_look *look, const ob_sql *sql, bool again)
{
    ob_rows   rows;
    bool      good = true;
    bool      stored = !look->link->first;
    bt_answer answer = ob4_select(look, sql, stored, &rows);

    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    if (stored) {
        good = note_parents(look, &rows);
        answer = prepare_history(look, &rows, again);
    }
    while (good && answer == BT_ANSWER_OK && ob_rows_next(&rows)) {
        good = is_old_news(look, &rows, again || !stored)
               || take_job(look, &rows, true);
    }
    if (answer == BT_ANSWER_OK) {
        answer = ob_rows_end(&rows, look->reason);
    } else {
        bt_reason ignored = { "" };

        (void) ob_rows_end(&rows, &ignored);
    }
    return good ? answer : ob4_no_memory(look);
}

static void
start_history(const ob4_link *link, ob_sql *sql)
{
    ob_sql_start(sql, "");
    ob_sql_view(sql, link->first ? OB_SQL_PATIENT : "",
                &ob4_views[OB4_JOB_HISTORY], &link->found[OB4_JOB_HISTORY]);
}

static bt_answer
read_ended(ob4_look *look)
{
    ob4_link *link = look->link;
    ob_sql    sql;
    bt_answer answer = BT_ANSWER_OK;

    start_history(link, &sql);
    if (link->first) {
        answer = read_parents(look);
        if (answer == BT_ANSWER_OK) {
            answer = read_tasks(look, OB4_TASK_HISTORY, NULL);
        }
        if (answer == BT_ANSWER_OK) {
            answer = ob4_read_sets(look);
        }
    } else {
        ob_sql_add(&sql, " WHERE `END_TIMESTAMP` >= ");
        ob_sql_time(&sql, link->read_to - OVERLAP);
    }
    return answer == BT_ANSWER_OK ? read_history(look, &sql, false) : answer;
}

static bt_answer
read_some(ob4_look *look, const char *column, const ob_list *ids)
{
    ob_sql    sql;
    bt_answer answer = BT_ANSWER_OK;

    for (size_t from = 0; answer == BT_ANSWER_OK && from < ids->count;
         from += IDS_MAX)
    {
        start_history(look->link, &sql);
        ob_sql_add(&sql, " WHERE `");
        ob_sql_add(&sql, column);
        ob_sql_add(&sql, "` IN (0");
        for (size_t i = from; i < ids->count && i < from + IDS_MAX; i++) {
            ob_sql_add(&sql, ", ");
            ob_sql_int(&sql, *(const int64_t *) ob_list_at(ids, i));
        }
        ob_sql_add(&sql, ")");
        answer = read_history(look, &sql, true);
    }
    return answer;
}

static bt_answer
read_missing(ob4_look *look)
{
    ob_list   ids = { .data = NULL };
    bt_answer answer;

    if (!ob4_missing(look, BT_KIND_DATA, &ids)) {
        ob_list_free(&ids);
        return ob4_no_memory(look);
    }
    answer = read_some(look, "JOB_ID", &ids);
    ob_list_free(&ids);
    return answer;
}

/* Jobs whose sets have changed since the last look: they are put again. */
static bt_answer
read_changed(ob4_look *look)
{
    ob_list   ids = { .data = NULL };
    bt_answer answer = BT_ANSWER_OK;
    bool      first = look->link->first;

    if (!look->sets_due && !first) {
        return BT_ANSWER_OK;
    }
    if (look->sets.count == 0) {
        answer = ob4_read_sets(look);
    }
    if (answer == BT_ANSWER_OK && !ob4_changed_sets(look, &ids)) {
        answer = ob4_no_memory(look);
    }
    if (answer == BT_ANSWER_OK && !first) {
        answer = read_some(look, "BACKUP_SET_ID", &ids);
    }
    ob_list_free(&ids);
    return answer;
}

static bt_answer
read_current(ob4_look *look)
{
    ob_sql    sql;
    ob_rows   rows;
    bt_answer answer;
    bool      good, any;

    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob4_views[OB4_JOBS],
                &look->link->found[OB4_JOBS]);
    answer = ob4_select(look, &sql, true, &rows);
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    any = mysql_num_rows(rows.result) > 0;
    good = note_parents(look, &rows);
    if (any) {
        answer = read_tasks(look, OB4_TASKS, NULL);
    }
    while (good && answer == BT_ANSWER_OK && ob_rows_next(&rows)) {
        good = take_job(look, &rows, false);
    }
    (void) ob_rows_end(&rows, look->reason);
    return good ? answer : ob4_no_memory(look);
}

bt_answer
ob4_read_jobs(ob4_look *look)
{
    ob4_link *link = look->link;
    bt_answer answer;

    ob4_begin_running(look, BT_KIND_DATA);
    answer = read_current(look);
    free_tasks(look);
    if (answer == BT_ANSWER_OK) {
        answer = read_ended(look);
    }
    if (answer == BT_ANSWER_OK) {
        answer = read_missing(look);
    }
    if (answer == BT_ANSWER_OK) {
        answer = read_changed(look);
    }
    if (answer == BT_ANSWER_OK) {
        ob4_put_lost(look, BT_KIND_DATA);
        ob_ids_trim(&link->parents, 64);
        ob_ids_trim(&link->shown, 64);
        trim_recent(look);
        ob4_trim_traces(link);
    }
    free_tasks(look);
    return answer;
}

/* oceanbase2_seconds.c: second backups of a 2.2.7x or 3.x cluster: of sets, of pieces, of the log. */

#include "agent/oceanbase2.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OVERLAP      (600 * BT_SECOND)
/* Without a job on its way copies are looked at now and then. */
#define SECOND_TIME  (60 * BT_SECOND)

/* A job; kind and id first.  copies: it has rows of its own already. */
typedef struct {
    int64_t pieces;                 /* 1: of pieces, 0: of sets */
    int64_t id;
    int64_t set;
    int64_t result;
    bool    copies;
    bool    ended;
    char    status[32];
    char   *dest;
} ob2_job;

static void
keep(char *out, size_t size, bt_str text)
{
    (void) snprintf(out, size, "%.*s", (int) text.len,
                    text.len > 0 ? text.data : "");
}

static ob2_job *
find_job(const ob_list *jobs, int64_t pieces, int64_t id)
{
    for (size_t i = 0; i < jobs->count; i++) {
        ob2_job *job = ob_list_at(jobs, i);

        if (job->pieces == pieces && job->id == id) {
            return job;
        }
    }
    return NULL;
}

static bool
take_job(ob_list *jobs, const ob_rows *rows, bool pieces, bool ended)
{
    int64_t  id = ob_int(rows, OB2_JOB_ID);
    int64_t  tenant = ob_int(rows, OB2_JOB_TENANT);
    bt_str   dest = ob_text(rows, OB2_JOB_DEST);
    ob2_job *job = find_job(jobs, pieces, id);

    if (id == BT_UNKNOWN || (tenant != OB2_CLUSTER && job != NULL)) {
        return true;
    }
    if (job == NULL) {
        job = ob_list_add(jobs, sizeof(*job));
        if (job == NULL) {
            return false;
        }
    }
    free(job->dest);
    job->pieces = pieces;
    job->id = id;
    job->set = ob_int(rows, OB2_JOB_SET);
    job->result = ob_int(rows, OB2_JOB_RESULT);
    job->ended = ended;
    keep(job->status, sizeof(job->status), ob_text(rows, OB2_JOB_STATUS));
    job->dest = dest.len == 0 ? NULL : strndup(dest.data, dest.len);
    return true;
}

static bt_answer
read_jobs(ob2_look *look, ob2_view_e view, bool ended, ob_list *jobs)
{
    bool      pieces = view == OB2_PIECE_JOBS || view == OB2_PIECE_JOB_HISTORY;
    bool      good = true;
    ob_sql    sql;
    ob_rows   rows;
    bt_answer answer;

    if (!ob2_is_there(look->link, view)) {
        return BT_ANSWER_OK;
    }
    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob2_views[view], &look->link->found[view]);
    answer = ob2_select(look, &sql, true, &rows);
    while (answer == BT_ANSWER_OK && good && ob_rows_next(&rows)) {
        good = take_job(jobs, &rows, pieces, ended);
    }
    if (answer == BT_ANSWER_OK) {
        answer = ob_rows_end(&rows, look->reason);
    }
    return good ? answer : ob2_no_memory(look);
}

/* A job that has ended with a result other than 0 has failed, whatever its
 * word for it. */
static const char *
code_of(const ob2_job *job)
{
    const char *code = ob_state_code(BT_VIEW_SECOND, OB_V2,
                                     bt_str_of(job->status));

    if (strcmp(code, "COMPLETED") == 0 && job->result != BT_UNKNOWN
        && job->result != 0)
    {
        return "FAILED";
    }
    return code;
}

static void
set_place(ob2_look *look, bt_second_record *second, const char *dest)
{
    ob_path_clean(bt_str_of(dest != NULL ? dest : look->link->second_dest),
                  look->path, sizeof(look->path));
    second->storage_directory = bt_str_of(look->path);
}

static void
explain(ob2_look *look, bt_second_record *second, int64_t result)
{
    if (!bt_str_eqz(second->status, "FAILED")) {
        return;
    }
    ob_cause_parse(&look->cause, (bt_str) { NULL, 0 }, result, false);
    second->cause = ob2_cause(&look->cause);
    if (second->cause.text.len == 0) {
        second->cause.text = BT_STR("The views of this version do not tell "
                                    "why. The log of the root service does.");
    }
}

/* A copy of a set.  Its job's word counts while the job is at work after, or
 * instead of, copying. */
static void
put_copy(ob2_look *look, const ob_rows *rows, const ob_list *jobs)
{
    int64_t          set = ob_int(rows, OB2_COPY_SET);
    int64_t          copy = ob_int(rows, OB2_COPY_ID);
    ob2_job         *job = find_job(jobs, 0, ob_int(rows, OB2_COPY_JOB));
    const char      *code = ob_state_code(BT_VIEW_SECOND, OB_V2,
                                          ob_text(rows, OB2_COPY_STATUS));
    char             source_id[24];
    bt_second_record second = {
        .tenant = OB2_CLUSTER, .copy_id = copy > 0 ? copy : 1,
        .kind = BT_STR("DATA"), .task_tenant = OB2_CLUSTER,
        .backup_set_id = set, .start_time = ob_time(rows, OB2_COPY_START),
        .end_time = BT_UNKNOWN, .latest_backup_time = BT_UNKNOWN,
        .raw_status = ob_text(rows, OB2_COPY_STATUS),
        .status_since = BT_UNKNOWN
    };

    (void) snprintf(source_id, sizeof(source_id), "%lld", (long long) set);
    second.source_id = second.task_source_id = bt_str_of(source_id);
    if (job != NULL && !job->ended
        && (strcmp(code_of(job), "CLEANING") == 0
            || (strcmp(code_of(job), "CANCELED") == 0
                && strcmp(code, "COMPLETED") != 0)))
    {
        code = code_of(job);
        second.raw_status = bt_str_of(job->status);
    }
    second.status = bt_str_of(code);
    if (ob_state_ended(code)) {
        second.end_time = ob_time(rows, OB2_COPY_END);
        second.status_since = second.end_time;
    } else {
        look->link->copying = true;
    }
    set_place(look, &second, job == NULL ? NULL : job->dest);
    explain(look, &second, job == NULL ? BT_UNKNOWN : job->result);
    bt_collect_second(look->collect, &second);
}

/* Rows of the cluster; those of its tenants are parts of the same copy. */
static bt_answer
read_copies(ob2_look *look, ob2_view_e view, const ob_list *jobs)
{
    ob_sql    sql;
    ob_rows   rows;
    bt_answer answer;

    if (!ob2_is_there(look->link, view)) {
        return BT_ANSWER_OK;
    }
    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob2_views[view], &look->link->found[view]);
    ob_sql_add(&sql, " WHERE `TENANT_ID` = 1");
    if (view == OB2_SET_TASK_HISTORY && look->link->second_at > 0) {
        ob_sql_add(&sql, " AND `COMPLETION_TIME` >= ");
        ob_sql_time(&sql, look->link->second_at - OVERLAP);
    }
    answer = ob2_select(look, &sql, true, &rows);
    while (answer == BT_ANSWER_OK && ob_rows_next(&rows)) {
        int64_t  set = ob_int(&rows, OB2_COPY_SET);
        ob2_job *job = find_job(jobs, 0, ob_int(&rows, OB2_COPY_JOB));

        if (job != NULL) {
            job->copies = true;
        }
        if (set != BT_UNKNOWN) {
            put_copy(look, &rows, jobs);
        }
    }
    return answer == BT_ANSWER_OK ? ob_rows_end(&rows, look->reason) : answer;
}

/* A job by itself: of pieces always, of sets as long as it has no copies. */
static void
put_job(ob2_look *look, const ob2_job *job)
{
    char             source_id[48], set[24];
    bt_second_record second = {
        .tenant = OB2_CLUSTER,
        .kind = job->pieces ? BT_STR("LOG") : BT_STR("DATA"),
        .task_tenant = OB2_CLUSTER,
        .backup_set_id = job->pieces || job->set <= 0 ? BT_UNKNOWN : job->set,
        .start_time = BT_UNKNOWN, .end_time = BT_UNKNOWN,
        .latest_backup_time = BT_UNKNOWN,
        .status = bt_str_of(code_of(job)),
        .raw_status = bt_str_of(job->status), .status_since = BT_UNKNOWN
    };

    (void) snprintf(source_id, sizeof(source_id), "%s%lld",
                    job->pieces ? "piece-job-" : "job-", (long long) job->id);
    (void) snprintf(set, sizeof(set), "%lld",
                    (long long) (job->pieces ? 1 : job->set));
    second.source_id = bt_str_of(source_id);
    if (job->pieces || job->set > 0) {
        second.task_source_id = bt_str_of(set);
    }
    if (!job->pieces && job->copies) {
        if (ob_ids_has(&look->link->waiting, job->id)) {
            bt_collect_gone(look->collect, BT_KIND_SECOND, OB2_CLUSTER,
                            second.source_id);
            ob_ids_remove(&look->link->waiting, job->id);
        }
        return;
    }
    if (!job->ended) {
        look->link->copying = true;
        (void) ob_ids_add(&look->link->waiting, job->id);
    }
    set_place(look, &second, job->dest);
    explain(look, &second, job->result);
    bt_collect_second(look->collect, &second);
}

/* The second log backup: the newest round of each copy.  Its id must differ
 * from that of any set. */
static void
put_second_log(ob2_look *look, const ob2_round *round, int64_t copy)
{
    const char      *word = round->raw[0] != '\0' ? round->raw : round->status;
    bt_second_record second = {
        .tenant = OB2_CLUSTER, .source_id = BT_STR("log"),
        .copy_id = copy > 0 ? copy : 1, .kind = BT_STR("LOG"),
        .task_tenant = OB2_CLUSTER, .task_source_id = BT_STR("1"),
        .backup_set_id = BT_UNKNOWN, .start_time = round->from,
        .end_time = BT_UNKNOWN, .latest_backup_time = round->to,
        .status = bt_str_of(ob_state_code(BT_VIEW_SECOND, OB_V2,
                                          bt_str_of(word))),
        .raw_status = bt_str_of(word), .status_since = BT_UNKNOWN
    };

    set_place(look, &second, NULL);
    explain(look, &second, BT_UNKNOWN);
    bt_collect_second(look->collect, &second);
}

static bt_answer
read_second_log(ob2_look *look)
{
    ob_list   rounds = { .data = NULL };
    ob_sql    sql;
    ob_rows   rows;
    bt_answer answer;
    int64_t   copy = 1;
    bool      good = true;

    if (!ob2_is_there(look->link, OB2_SECOND_LOG)) {
        return BT_ANSWER_OK;
    }
    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob2_views[OB2_SECOND_LOG],
                &look->link->found[OB2_SECOND_LOG]);
    answer = ob2_select(look, &sql, true, &rows);
    while (answer == BT_ANSWER_OK && good && ob_rows_next(&rows)) {
        good = ob2_add_round(&rounds, &rows);
        copy = ob_int(&rows, OB2_ROUND_COPY);
    }
    if (answer == BT_ANSWER_OK) {
        answer = ob_rows_end(&rows, look->reason);
    }
    ob_list_sort(&rounds);
    if (rounds.count > 0) {
        put_second_log(look, ob_list_at(&rounds, rounds.count - 1), copy);
    }
    ob_list_free(&rounds);
    return good ? answer : ob2_no_memory(look);
}

static bt_answer
read_current(ob2_look *look, ob_list *jobs)
{
    bt_answer answer = read_jobs(look, OB2_SET_JOBS, false, jobs);

    return answer == BT_ANSWER_OK
           ? read_jobs(look, OB2_PIECE_JOBS, false, jobs) : answer;
}

static bt_answer
read_parts(ob2_look *look, ob_list *jobs)
{
    bt_answer answer = read_jobs(look, OB2_SET_JOB_HISTORY, true, jobs);

    if (answer == BT_ANSWER_OK) {
        answer = read_jobs(look, OB2_PIECE_JOB_HISTORY, true, jobs);
    }
    if (answer == BT_ANSWER_OK) {
        answer = read_copies(look, OB2_SET_TASKS, jobs);
    }
    if (answer == BT_ANSWER_OK) {
        answer = read_copies(look, OB2_SET_TASK_HISTORY, jobs);
    }
    return answer == BT_ANSWER_OK ? read_second_log(look) : answer;
}

/* Jobs that have ended are put once: the copies of an old one are not read
 * again, and would seem not to be there. */
static bool
put_once(ob2_look *look, const ob2_job *job)
{
    int64_t mark = job->id * 2 + job->pieces;

    if (job->ended && ob_ids_has(&look->link->done, mark)) {
        return true;
    }
    put_job(look, job);
    return !job->ended || ob_ids_add(&look->link->done, mark);
}

static void
free_jobs(ob_list *jobs)
{
    for (size_t i = 0; i < jobs->count; i++) {
        free(((ob2_job *) ob_list_at(jobs, i))->dest);
    }
    ob_list_free(jobs);
}

static bt_answer
put_all(ob2_look *look, const ob_list *jobs)
{
    for (size_t i = 0; i < jobs->count; i++) {
        if (!put_once(look, ob_list_at(jobs, i))) {
            return ob2_no_memory(look);
        }
    }
    look->link->second_at = look->clock;
    return BT_ANSWER_OK;
}

bt_answer
ob2_read_seconds(ob2_look *look)
{
    ob2_link *link = look->link;
    ob_list   jobs = { .data = NULL };
    bt_answer answer = read_current(look, &jobs);

    if (answer == BT_ANSWER_OK
        && (jobs.count > 0 || link->copying
            || look->clock - link->second_at >= SECOND_TIME))
    {
        link->copying = false;
        answer = read_parts(look, &jobs);
        if (answer == BT_ANSWER_OK) {
            answer = put_all(look, &jobs);
        }
    }
    free_jobs(&jobs);
    return answer;
}

/* oceanbase2_sets.c: data backups of a 2.2.7x or 3.x cluster: one task per set, tenants inside. */

#include "agent/oceanbase2.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OVERLAP     (600 * BT_SECOND)
#define TENANTS_MAX 64              /* kept on the stack; more: from the heap */

static ob2_part *
part_at(const ob2_look *look, size_t index)
{
    return ob_list_at(&look->parts, index);
}

static void
clear_parts(ob2_look *look)
{
    for (size_t i = 0; i < look->parts.count; i++) {
        free(part_at(look, i)->comment);
        free(part_at(look, i)->dest);
    }
    ob_list_clear(&look->parts);
}

static void
keep(char *out, size_t size, bt_str text)
{
    (void) snprintf(out, size, "%.*s", (int) text.len,
                    text.len > 0 ? text.data : "");
}

static char *
dup_text(bt_str text)
{
    return text.len == 0 ? NULL : strndup(text.data, text.len);
}

static bool
add_part(ob2_look *look, const ob_rows *rows)
{
    ob2_part *part = ob_list_add(&look->parts, sizeof(*part));

    if (part == NULL) {
        return false;
    }
    part->tenant = ob_int(rows, OB2_SET_TENANT);
    part->start = ob_time(rows, OB2_SET_START);
    part->end = ob_time(rows, OB2_SET_END);
    part->bytes = ob_int(rows, OB2_SET_BYTES);
    part->parts = ob_int(rows, OB2_SET_PARTS);
    part->parts_done = ob_int(rows, OB2_SET_PARTS_DONE);
    part->blocks = ob_int(rows, OB2_SET_BLOCKS);
    part->blocks_done = ob_int(rows, OB2_SET_BLOCKS_DONE);
    part->result = ob_int(rows, OB2_SET_RESULT);
    keep(part->status, sizeof(part->status), ob_text(rows, OB2_SET_STATUS));
    keep(part->type, sizeof(part->type), ob_text(rows, OB2_SET_TYPE));
    part->comment = dup_text(ob_text(rows, OB2_SET_COMMENT));
    part->dest = dup_text(ob_text(rows, OB2_SET_DEST));
    return true;
}

/* Done of all in hundredths of a percent; never whole while it runs. */
static int64_t
ratio(int64_t done, int64_t all)
{
    if (all <= 0 || done < 0) {
        return BT_UNKNOWN;
    }
    return done >= all ? 9999
                       : (int64_t) ((double) done * 10000 / (double) all);
}

static int64_t
progress_of(const ob2_part *part)
{
    int64_t blocks = ratio(part->blocks_done, part->blocks);

    return blocks != BT_UNKNOWN ? blocks
                                : ratio(part->parts_done, part->parts);
}

static void
add_known(int64_t *sum, int64_t number)
{
    *sum += number > 0 ? number : 0;
}

/* The cluster's row counts nothing in some versions: its tenants' rows do. */
static int64_t
sum_progress(const ob2_look *look)
{
    ob2_part sum = { .tenant = OB2_CLUSTER };
    int64_t  progress;

    for (size_t i = 0; i < look->parts.count; i++) {
        const ob2_part *part = part_at(look, i);

        if (part->tenant != OB2_CLUSTER) {
            add_known(&sum.blocks, part->blocks);
            add_known(&sum.blocks_done, part->blocks_done);
            add_known(&sum.parts, part->parts);
            add_known(&sum.parts_done, part->parts_done);
        } else if (look->parts.count == 1) {
            return progress_of(part);
        }
    }
    progress = progress_of(&sum);
    return progress == BT_UNKNOWN ? 0 : progress;
}

static int64_t
sum_bytes(const ob2_look *look, const ob2_part *cluster)
{
    int64_t sum = 0;

    for (size_t i = 0; i < look->parts.count; i++) {
        if (part_at(look, i) != cluster) {
            add_known(&sum, part_at(look, i)->bytes);
        }
    }
    if (cluster != NULL && cluster->bytes > sum) {
        sum = cluster->bytes;
    }
    return sum > 0 ? sum : BT_UNKNOWN;
}

static const ob2_part *
cluster_part(const ob2_look *look)
{
    for (size_t i = 0; i < look->parts.count; i++) {
        if (part_at(look, i)->tenant == OB2_CLUSTER) {
            return part_at(look, i);
        }
    }
    return NULL;
}

static const ob2_result *
find_result(const ob2_look *look, int64_t set)
{
    const ob2_result *found = NULL;

    for (size_t i = 0; i < look->results.count; i++) {
        const ob2_result *result = ob_list_at(&look->results, i);

        if (result->set == set
            && (found == NULL || result->tenant == OB2_CLUSTER))
        {
            found = result;
        }
    }
    return found;
}

/* Versions differ in what they tell of a failure; some tell nothing. */
static void
explain(ob2_look *look, int64_t set, bt_data_record *task)
{
    const ob2_result *result = find_result(look, set);
    int64_t           code = result == NULL ? BT_UNKNOWN : result->result;
    const char       *comment = result == NULL ? NULL : result->comment;

    for (size_t i = 0; i < look->parts.count; i++) {
        const ob2_part *part = part_at(look, i);

        if (part->result != BT_UNKNOWN && part->result != 0) {
            code = part->result;
        }
        if (part->comment != NULL) {
            comment = part->comment;
        }
    }
    ob_cause_parse(&look->cause, comment == NULL ? (bt_str) { NULL, 0 }
                                                 : bt_str_of(comment),
                   code, bt_str_eqz(task->raw_status, "CANCEL"));
    task->cause = ob2_cause(&look->cause);
    if (task->cause.text.len == 0) {
        task->cause.text = BT_STR("The views of this version do not tell why. "
                                  "The log of the root service does.");
    }
}

static void
add_file(const ob2_look *look, int64_t set, bt_data_record *task)
{
    const ob2_file *file = ob_list_find(&look->files, set, OB2_CLUSTER);

    if (file == NULL) {
        return;
    }
    task->set_state = bt_str_of(file->state);
    if (task->size_bytes == BT_UNKNOWN && file->bytes > 0) {
        task->size_bytes = file->bytes;
    }
}

static void
fill_tenants(ob2_look *look, bt_task_tenant_record *out, size_t *count)
{
    for (size_t i = 0; i < look->parts.count; i++) {
        const ob2_part *part = part_at(look, i);
        const char     *code = ob_state_code(BT_VIEW_DATA, OB_V2,
                                             bt_str_of(part->status));

        if (part->tenant == OB2_CLUSTER || part->tenant == BT_UNKNOWN) {
            continue;
        }
        ob2_name_tenant(look, part->tenant);
        out[(*count)++] = (bt_task_tenant_record) {
            .tenant = part->tenant, .status = bt_str_of(code),
            .raw_status = bt_str_of(part->status), .start_time = part->start,
            .end_time = ob_state_ended(code) ? part->end : BT_UNKNOWN,
            .progress = ob_state_ended(code) ? BT_UNKNOWN : progress_of(part),
            .size_bytes = part->bytes
        };
    }
}

static bt_str
mode_of(const char *type)
{
    if (strcmp(type, "I") == 0 || strcmp(type, "INC") == 0) {
        return BT_STR("INCREMENTAL");
    }
    return strcmp(type, "D") == 0 || strcmp(type, "FULL") == 0
           ? BT_STR("FULL") : BT_STR("");
}

static void
put_set(ob2_look *look, int64_t set, bt_task_tenant_record *tenants)
{
    const ob2_part *cluster = cluster_part(look);
    const ob2_part *first = cluster != NULL ? cluster : part_at(look, 0);
    const char     *code = ob_state_code(BT_VIEW_DATA, OB_V2,
                                         bt_str_of(first->status));
    bool            ended = ob_state_ended(code);
    char            source_id[24];
    bt_data_record  task = {
        .tenant = OB2_CLUSTER, .mode = mode_of(first->type),
        .method = BT_STR("PHYSICAL"), .backup_set_id = set,
        .start_time = first->start,
        .end_time = ended ? first->end : BT_UNKNOWN,
        .status = bt_str_of(code), .raw_status = bt_str_of(first->status),
        .status_since = ended ? first->end : BT_UNKNOWN,
        .progress = ended ? BT_UNKNOWN : sum_progress(look),
        .data_version = BT_UNKNOWN,
        .storage_directory = bt_str_of(look->link->dest),
        .size_bytes = sum_bytes(look, cluster),
        .restorable_from = BT_UNKNOWN, .restorable_to = BT_UNKNOWN,
        .tenants = tenants
    };

    (void) snprintf(source_id, sizeof(source_id), "%lld", (long long) set);
    task.source_id = bt_str_of(source_id);
    if (first->dest != NULL) {
        ob_path_clean(bt_str_of(first->dest), look->path, sizeof(look->path));
        task.storage_directory = bt_str_of(look->path);
    }
    add_file(look, set, &task);
    if (strcmp(code, "FAILED") == 0) {
        explain(look, set, &task);
    }
    fill_tenants(look, tenants, &task.tenant_count);
    bt_collect_data(look->collect, &task);
}

/* The set whose parts are at hand. */
static bool
flush(ob2_look *look, int64_t set)
{
    bt_task_tenant_record  few[TENANTS_MAX];
    bt_task_tenant_record *tenants = few;

    if (look->parts.count == 0) {
        return true;
    }
    if (look->parts.count > TENANTS_MAX) {
        tenants = calloc(look->parts.count, sizeof(*tenants));
    }
    if (tenants != NULL) {
        put_set(look, set, tenants);
    }
    if (tenants != few) {
        free(tenants);
    }
    clear_parts(look);
    return tenants != NULL;
}

/* Rows in the order of sets; of these only first backups. */
static bt_answer
take_sets(ob2_look *look, const ob_sql *sql, ob_list *seen)
{
    ob_rows   rows;
    int64_t   set = BT_UNKNOWN;
    bool      good = true;
    bt_answer answer = ob2_select(look, sql, false, &rows);

    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    while (good && ob_rows_next(&rows)) {
        int64_t next = ob_int(&rows, OB2_SET_ID);

        if (next == BT_UNKNOWN || ob_int(&rows, OB2_SET_COPY) > 0) {
            continue;
        }
        if (next != set) {
            good = flush(look, set);
            set = next;
        }
        good = good && add_part(look, &rows)
               && (seen == NULL || ob_ids_add(seen, set));
    }
    good = flush(look, set) && good;
    answer = ob_rows_end(&rows, look->reason);
    return good ? answer : ob2_no_memory(look);
}

static bt_answer
read_files(ob2_look *look, uint64_t *digest)
{
    ob_sql    sql;
    ob_rows   rows;
    bt_answer answer;
    bool      good = true;

    *digest = 1;
    if (!ob2_is_there(look->link, OB2_FILES)) {
        return BT_ANSWER_OK;
    }
    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob2_views[OB2_FILES], &look->link->found[OB2_FILES]);
    ob_sql_add(&sql, " WHERE `TENANT_ID` = 1");
    answer = ob2_select(look, &sql, false, &rows);
    while (answer == BT_ANSWER_OK && good && ob_rows_next(&rows)) {
        int64_t   set = ob_int(&rows, OB2_FILE_SET);
        bt_str    state = ob_text(&rows, OB2_FILE_STATE);
        ob2_file *file;

        if (set == BT_UNKNOWN || ob_int(&rows, OB2_FILE_COPY) > 0) {
            continue;
        }
        file = ob_list_add(&look->files, sizeof(*file));
        good = file != NULL;
        if (good) {
            file->set = set;
            file->tenant = OB2_CLUSTER;
            file->bytes = ob_int(&rows, OB2_FILE_BYTES);
            keep(file->state, sizeof(file->state), state);
        }
        for (size_t i = 0; i < state.len; i++) {
            *digest = (*digest ^ (uint64_t) set ^ (unsigned char)
                       state.data[i]) * UINT64_C(1099511628211);
        }
    }
    if (answer == BT_ANSWER_OK) {
        answer = ob_rows_end(&rows, look->reason);
    }
    ob_list_sort(&look->files);
    return good ? answer : ob2_no_memory(look);
}

static bool
take_result(ob2_look *look, const ob_rows *rows)
{
    bt_str      comment = ob_text(rows, OB2_RESULT_COMMENT);
    ob2_result *result = ob_list_add(&look->results, sizeof(*result));

    if (result == NULL) {
        return false;
    }
    result->set = ob_int(rows, OB2_RESULT_SET);
    result->tenant = ob_int(rows, OB2_RESULT_TENANT);
    result->result = ob_int(rows, OB2_RESULT_CODE);
    if (comment.len == 0) {
        comment = ob_text(rows, OB2_RESULT_COMMENTS);
    }
    result->comment = dup_text(comment);
    return true;
}

static bt_answer
read_results(ob2_look *look)
{
    ob_sql    sql;
    ob_rows   rows;
    bt_answer answer;
    bool      good = true;

    if (!ob_has(&look->link->found[OB2_RESULTS], OB2_RESULT_CODE)) {
        return BT_ANSWER_OK;
    }
    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob2_views[OB2_RESULTS],
                &look->link->found[OB2_RESULTS]);
    ob_sql_add(&sql, " WHERE `result` <> 0");
    answer = ob2_select(look, &sql, false, &rows);
    while (answer == BT_ANSWER_OK && good && ob_rows_next(&rows)) {
        good = take_result(look, &rows);
    }
    if (answer == BT_ANSWER_OK) {
        answer = ob_rows_end(&rows, look->reason);
    }
    return good ? answer : ob2_no_memory(look);
}

/* Which of the sets that ran do not any more. */
static bool
has_ended(const ob_list *before, const ob_list *now)
{
    for (size_t i = 0; i < before->count; i++) {
        if (!ob_ids_has(now, *(const int64_t *) ob_list_at(before, i))) {
            return true;
        }
    }
    return false;
}

static bt_answer
read_running(ob2_look *look)
{
    ob2_link *link = look->link;
    ob_list   now = { .data = NULL };
    ob_sql    sql;
    bt_answer answer;

    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob2_views[OB2_PROGRESS],
                &link->found[OB2_PROGRESS]);
    ob_sql_add(&sql, " ORDER BY `BS_KEY`, `TENANT_ID`");
    answer = take_sets(look, &sql, &now);
    look->sets_due = look->sets_due || has_ended(&link->running, &now);
    ob_list_free(&link->running);
    link->running = now;
    return answer;
}

/* All that have ended, or those lately. */
static bt_answer
read_ended(ob2_look *look, bool all)
{
    ob_sql sql;

    ob_sql_start(&sql, "");
    ob_sql_view(&sql, all ? OB_SQL_PATIENT : "", &ob2_views[OB2_DETAILS],
                &look->link->found[OB2_DETAILS]);
    if (!all) {
        ob_sql_add(&sql, " WHERE `COMPLETION_TIME` >= ");
        ob_sql_time(&sql, look->link->read_to - OVERLAP);
    }
    ob_sql_add(&sql, " ORDER BY `BS_KEY`, `TENANT_ID`");
    return take_sets(look, &sql, NULL);
}

/* Ended sets are read when one has ended, and every few minutes; all of them
 * when the state of one has changed, since that may be an old one. */
bt_answer
ob2_read_sets(ob2_look *look)
{
    ob2_link *link = look->link;
    uint64_t  digest = 0;
    bool      all;
    bt_answer answer = read_running(look);

    if (answer != BT_ANSWER_OK || !(look->sets_due || link->first)) {
        return answer;
    }
    answer = read_files(look, &digest);
    if (answer == BT_ANSWER_OK) {
        answer = read_results(look);
    }
    all = link->first || digest != link->files;
    if (answer == BT_ANSWER_OK) {
        answer = read_ended(look, all);
    }
    if (answer == BT_ANSWER_OK) {
        link->files = digest;
        link->sets_at = look->clock;
    }
    return answer;
}

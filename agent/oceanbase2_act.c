/* oceanbase2_act.c: acts on a 2.2.7x or 3.x cluster, which hold for all of it. */

#include "agent/oceanbase2_act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/ob_act.h"

#define MAJOR  3
/* The answer of these versions to a start where archiving is not STOP. */
#define CANNOT_START  9023

static bt_answer
read_newest(ob2_link *link, ob2_view_e view, ob2_round *newest,
            bt_reason *reason)
{
    ob_list   rounds = { .data = NULL };
    ob_sql    sql;
    ob_rows   rows;
    bt_answer answer;
    bool      good = true;

    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob2_views[view], &link->found[view]);
    answer = ob_select(&link->link, &sql, true, &rows, reason);
    while (answer == BT_ANSWER_OK && good && ob_rows_next(&rows)) {
        good = ob2_add_round(&rounds, &rows);
    }
    if (answer == BT_ANSWER_OK) {
        answer = ob_rows_end(&rows, reason);
    }
    ob_list_sort(&rounds);
    if (rounds.count > 0) {
        *newest = *(const ob2_round *) ob_list_at(&rounds, rounds.count - 1);
    }
    ob_list_free(&rounds);
    if (!good) {
        ob_reason(reason, "out of memory");
        return BT_ANSWER_BROKEN;
    }
    return answer;
}

/* The worst of the tenants where the cluster's own word is MIXED. */
static void
take_round(const ob2_round *newest, ob_log_facts *facts)
{
    const char *word = newest->raw;

    if (word[0] == '\0' || (strcmp(word, "MIXED") == 0
                            && newest->status[0] != '\0'))
    {
        word = newest->status;
    }
    facts->raw = bt_str_of(word);
    facts->round = ob_round_of(facts->raw);
    /* a paused round cannot be resumed by a statement of these versions */
    if (facts->round == OB_ROUND_SUSPEND) {
        facts->round = OB_ROUND_OTHER;
    }
    facts->round_id = newest->id > 0 ? newest->id : BT_UNKNOWN;
    facts->checkpoint = newest->id > 0 ? newest->to : BT_UNKNOWN;
}

static bt_answer
step_log(ob2_link *link, bt_order *order, bt_step *step, bt_reason *reason)
{
    char         statement[BT_OB_STATEMENT_MAX];
    ob2_round    newest = { .id = 0 };
    ob_decision  decision;
    bool         named;
    bt_answer    answer = ob2_read_parameters(link, reason);
    ob_log_facts facts = {
        .action = order->action, .is_there = true, .is_normal = true,
        .round_before = order->round_before, .step = bt_str_of(order->step),
        .step_age = ob_step_age(order), .age = ob_order_age(order)
    };

    if (answer == BT_ANSWER_OK) {
        answer = read_newest(link, ob2_is_there(link, OB2_ROUNDS)
                                   ? OB2_ROUNDS : OB2_SUMMARY, &newest,
                             reason);
    }
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    facts.has_destination = link->has_dest;
    take_round(&newest, &facts);
    ob_decide_log(&facts, &decision);
    decision.already = decision.statement == BT_OB_START ? CANNOT_START : 0;
    named = decision.what == OB_DO_STATEMENT
            && bt_ob_log(statement, decision.statement, MAJOR,
                         order->tenant_name);
    return ob_act(&link->link, order, &decision, named ? statement : NULL,
                  step, reason);
}

/* The set `id`, or the newest (BT_UNKNOWN), of a view; its state.  A second
 * backup has its set's number: it counts where only the number matters. */
static bt_answer
find_set(ob2_link *link, ob2_view_e view, int64_t id, int64_t *found,
         char *raw, size_t size, bt_reason *reason)
{
    ob_sql    sql;
    ob_rows   rows;
    bt_answer answer;

    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob2_views[view], &link->found[view]);
    ob_sql_add(&sql, " WHERE `TENANT_ID` = 1");
    if (id != BT_UNKNOWN) {
        ob_sql_add(&sql, " AND `BS_KEY` = ");
        ob_sql_int(&sql, id);
    } else {
        ob_sql_add(&sql, " ORDER BY `BS_KEY` DESC LIMIT 1");
    }
    answer = ob_select(&link->link, &sql, true, &rows, reason);
    while (answer == BT_ANSWER_OK && ob_rows_next(&rows)) {
        int64_t set = ob_int(&rows, OB2_SET_ID);
        bt_str  word = ob_text(&rows, OB2_SET_STATUS);

        if (set != BT_UNKNOWN && set >= *found
            && (id == BT_UNKNOWN || ob_int(&rows, OB2_SET_COPY) <= 0))
        {
            *found = set;
            (void) snprintf(raw, size, "%.*s", (int) word.len,
                            word.len > 0 ? word.data : "");
        }
    }
    return answer == BT_ANSWER_OK ? ob_rows_end(&rows, reason) : answer;
}

/* These versions carry no description: the backup is the first whose number is
 * above the newest one's when the statement was sent, which the step's word
 * keeps ("BACKUP 41"). */
static bt_answer
step_backup(ob2_link *link, bt_order *order, bt_step *step, bt_reason *reason)
{
    char            statement[BT_OB_STATEMENT_MAX];
    char            word[BT_STEP_WORD_MAX];
    char            raw[32] = "";
    int64_t         newest = 0;
    bool            sent = strncmp(order->step, "BACKUP ", 7) == 0;
    ob_decision     decision;
    bool            named;
    bt_answer       answer;
    ob_backup_facts facts = {
        .is_there = true, .job = BT_UNKNOWN, .step = bt_str_of(order->step),
        .step_age = ob_step_age(order)
    };

    answer = find_set(link, OB2_DETAILS, BT_UNKNOWN, &newest, raw,
                      sizeof(raw), reason);
    if (answer == BT_ANSWER_OK) {
        answer = find_set(link, OB2_PROGRESS, BT_UNKNOWN, &newest, raw,
                          sizeof(raw), reason);
    }
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    if (sent && newest > strtoll(order->step + 7, NULL, 10)) {
        facts.job = newest;
        facts.raw = bt_str_of(raw);
        facts.failed = strcmp(raw, "FAILED") == 0;
    }
    ob_decide_backup(&facts, &decision);
    (void) snprintf(word, sizeof(word), "BACKUP %lld", (long long) newest);
    decision.word = word;
    named = decision.what == OB_DO_STATEMENT
            && bt_ob_backup(statement, bt_str_eqz(order->mode, "INCREMENTAL"),
                            MAJOR, order->tenant_name, order->command_id);
    return ob_act(&link->link, order, &decision, named ? statement : NULL,
                  step, reason);
}

static bt_answer
find_cleanup(ob2_link *link, int64_t id, ob_cancel_facts *facts, char *raw,
             size_t size, bt_reason *reason)
{
    static const ob2_view_e views[] = {
        OB2_CLEAN, OB2_CLEAN_HISTORY, OB2_CLEAN_MISSPELT
    };
    bt_answer answer = BT_ANSWER_OK;
    ob_sql    sql;
    ob_rows   rows;

    for (size_t i = 0; answer == BT_ANSWER_OK
         && i < sizeof(views) / sizeof(views[0]); i++)
    {
        bool live = views[i] == OB2_CLEAN;

        if (!ob2_is_there(link, views[i])) {
            continue;
        }
        ob_sql_start(&sql, "");
        ob_sql_view(&sql, "", &ob2_views[views[i]], &link->found[views[i]]);
        ob_sql_add(&sql, live ? " WHERE `job_id` = " : " WHERE `BS_KEY` = ");
        ob_sql_int(&sql, id);
        answer = ob_select(&link->link, &sql, true, &rows, reason);
        while (answer == BT_ANSWER_OK && ob_rows_next(&rows)) {
            bt_str word = ob_text(&rows, OB2_CLEAN_STATUS);

            facts->ended = facts->ended || !live;
            facts->running = facts->running
                             || (live && !bt_str_eqz(word, "STOP"));
            (void) snprintf(raw, size, "%.*s", (int) word.len,
                            word.len > 0 ? word.data : "");
        }
        if (answer == BT_ANSWER_OK) {
            answer = ob_rows_end(&rows, reason);
        }
    }
    return answer;
}

static bt_answer
find_backup(ob2_link *link, int64_t id, ob_cancel_facts *facts, char *raw,
            size_t size, bt_reason *reason)
{
    int64_t   found = 0;
    bt_answer answer = find_set(link, OB2_PROGRESS, id, &found, raw, size,
                                reason);

    facts->running = found == id
                     && strcmp(ob_state_code(BT_VIEW_DATA, OB_V2,
                                             bt_str_of(raw)),
                               "IN_PROGRESS") == 0;
    if (answer == BT_ANSWER_OK && !facts->running) {
        found = 0;
        answer = find_set(link, OB2_DETAILS, id, &found, raw, size, reason);
        facts->ended = found == id;
    }
    return answer;
}

static bt_answer
step_cancel(ob2_link *link, bt_order *order, bt_step *step, bt_reason *reason)
{
    char            statement[BT_OB_STATEMENT_MAX];
    char            raw[32] = "";
    int64_t         id = ob_int_of(order->source_id);
    ob_decision     decision;
    bool            named;
    bt_answer       answer;
    ob_cancel_facts facts = {
        .step = bt_str_of(order->step), .step_age = ob_step_age(order),
        .age = ob_order_age(order)
    };

    if (id == BT_UNKNOWN) {
        step->outcome = BT_STEP_FAILED;
        (void) snprintf(step->text, sizeof(step->text), "There is nothing to "
                        "cancel.");
        return BT_ANSWER_OK;
    }
    answer = order->kind == BT_VIEW_CLEANUP
             ? find_cleanup(link, id, &facts, raw, sizeof(raw), reason)
             : find_backup(link, id, &facts, raw, sizeof(raw), reason);
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    facts.raw = bt_str_of(raw);
    ob_decide_cancel(&facts, &decision);
    named = decision.what == OB_DO_STATEMENT
            && bt_ob_cancel(statement, order->kind, MAJOR,
                            order->tenant_name);
    return ob_act(&link->link, order, &decision, named ? statement : NULL,
                  step, reason);
}

bt_answer
ob2_step(ob2_link *link, bt_order *order, bt_step *step, bt_reason *reason)
{
    bt_answer answer = ob2_ready(link, reason);

    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    switch (order->action) {
    case BT_ACTION_START:
    case BT_ACTION_STOP:
    case BT_ACTION_RESTART:
        return step_log(link, order, step, reason);
    case BT_ACTION_BACKUP:
        return step_backup(link, order, step, reason);
    case BT_ACTION_CANCEL:
        return step_cancel(link, order, step, reason);
    default:
        step->outcome = BT_STEP_FAILED;
        (void) snprintf(step->text, sizeof(step->text),
                        "This kind of cluster knows no such act.");
        return BT_ANSWER_OK;
    }
}

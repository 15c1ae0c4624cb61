/* oceanbase4_act.c: acts on a 4.x cluster: looks at the state, and does what is decided. */

#include "agent/oceanbase4_act.h"

#include <stdio.h>
#include <string.h>

#include "agent/ob_act.h"

#define MAJOR  4

/* What is read of the cluster for one step. */
typedef struct {
    ob4_link  *link;
    bt_order  *order;
    bt_reason *reason;
    char       name[OB4_NAME_MAX];  /* the tenant's, now */
    char       tenant_state[64];
    char       mode[24];
    char       role[24];
    char       raw[64];
    char       comment[512];
    char       statement[BT_OB_STATEMENT_MAX];
} ob4_act;

static void
keep(char *out, size_t size, bt_str text)
{
    (void) snprintf(out, size, "%.*s", (int) text.len,
                    text.len > 0 ? text.data : "");
}

/* SELECT of a view for the order's tenant, with one more condition. */
static bt_answer
select_of(const ob4_act *act, ob4_view_e view, const char *condition,
          const int64_t *number, ob_rows *rows)
{
    ob_sql sql;

    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob4_views[view], &act->link->found[view]);
    ob_sql_add(&sql, " WHERE `TENANT_ID` = ");
    ob_sql_int(&sql, act->order->tenant);
    ob_sql_add(&sql, condition);
    if (number != NULL) {
        ob_sql_int(&sql, *number);
    }
    return ob_select(&act->link->link, &sql, true, rows, act->reason);
}

static bt_answer
read_tenant(ob4_act *act, ob_log_facts *facts)
{
    ob_rows   rows;
    bt_answer answer = select_of(act, OB4_TENANTS, "", NULL, &rows);

    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    facts->is_there = ob_rows_next(&rows);
    if (facts->is_there) {
        keep(act->name, sizeof(act->name), ob_text(&rows, OB4_TENANT_NAME));
        keep(act->mode, sizeof(act->mode), ob_text(&rows, OB4_TENANT_MODE));
        keep(act->role, sizeof(act->role), ob_text(&rows, OB4_TENANT_ROLE));
        keep(act->tenant_state, sizeof(act->tenant_state),
             ob_text(&rows, OB4_TENANT_STATUS));
        if (bt_str_eqz(ob_text(&rows, OB4_TENANT_BIN), "YES")) {
            keep(act->tenant_state, sizeof(act->tenant_state),
                 BT_STR("in the recycle bin"));
        }
    }
    /* 4.0 writes TENANT_STATUS_NORMAL */
    facts->is_normal = act->tenant_state[0] == '\0'
                       || strcmp(act->tenant_state, "NORMAL") == 0
                       || strcmp(act->tenant_state, "TENANT_STATUS_NORMAL")
                          == 0;
    facts->tenant_state = bt_str_of(act->tenant_state);
    facts->log_mode = bt_str_of(act->mode);
    return ob_rows_end(&rows, act->reason);
}

static bt_answer
read_round(ob4_act *act, int64_t dest, ob_log_facts *facts)
{
    ob_rows   rows;
    bt_answer answer = select_of(act, OB4_ROUNDS, " AND `DEST_NO` = ", &dest,
                                 &rows);

    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    while (ob_rows_next(&rows)) {
        int64_t id = ob_int(&rows, OB4_ROUND_ID);

        if (id != BT_UNKNOWN && (facts->round_id == BT_UNKNOWN
                                 || id > facts->round_id))
        {
            facts->round_id = id;
            facts->checkpoint = ob_scn(&rows, OB4_ROUND_CHECKPOINT);
            keep(act->raw, sizeof(act->raw),
                 ob_text(&rows, OB4_ROUND_STATUS));
            ob_text_clean(ob_text(&rows, OB4_ROUND_COMMENT), act->comment,
                          sizeof(act->comment));
        }
    }
    facts->raw = bt_str_of(act->raw);
    facts->round = ob_round_of(facts->raw);
    facts->comment = bt_str_of(act->comment);
    return ob_rows_end(&rows, act->reason);
}

static bt_answer
read_dest(ob4_act *act, int64_t dest, ob_log_facts *facts)
{
    ob_rows   rows;
    bt_answer answer;

    facts->has_destination = act->link->found[OB4_DEST].columns == 0;
    if (facts->has_destination) {
        return BT_ANSWER_OK;
    }
    answer = select_of(act, OB4_DEST, " AND `DEST_NO` = ", &dest, &rows);
    while (answer == BT_ANSWER_OK && ob_rows_next(&rows)) {
        bt_str name = ob_text(&rows, OB4_DEST_NAME);
        bt_str value = ob_text(&rows, OB4_DEST_VALUE);

        if (bt_str_eqz(name, "path") && value.len > 0) {
            facts->has_destination = true;
        } else if (bt_str_eqz(name, "state")) {
            facts->deferred = bt_str_eqz(value, "DEFER");
        }
    }
    return answer == BT_ANSWER_OK ? ob_rows_end(&rows, act->reason) : answer;
}

/* What else may be why a start was refused. */
static void
add_role(const ob4_act *act, bt_step *step)
{
    size_t len = strlen(step->text);

    if (step->outcome == BT_STEP_FAILED && act->role[0] != '\0'
        && strcmp(act->role, "PRIMARY") != 0
        && act->order->action != BT_ACTION_STOP)
    {
        (void) snprintf(step->text + len, sizeof(step->text) - len,
                        " The tenant is a %s.", act->role);
    }
}

static bt_answer
step_log(ob4_act *act, bt_step *step)
{
    bt_order    *order = act->order;
    int64_t      dest = ob_int_of(order->source_id);
    ob_decision  decision;
    bt_answer    answer;
    bool         named;
    ob_log_facts facts = {
        .action = order->action, .round_id = BT_UNKNOWN,
        .checkpoint = BT_UNKNOWN, .round_before = order->round_before,
        .step = bt_str_of(order->step), .step_age = ob_step_age(order),
        .age = ob_order_age(order)
    };

    dest = dest == BT_UNKNOWN ? 0 : dest;
    answer = read_tenant(act, &facts);
    if (answer == BT_ANSWER_OK) {
        answer = read_round(act, dest, &facts);
    }
    if (answer == BT_ANSWER_OK) {
        answer = read_dest(act, dest, &facts);
    }
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    ob_decide_log(&facts, &decision);
    named = decision.what == OB_DO_STATEMENT
            && bt_ob_log(act->statement, decision.statement, MAJOR,
                         bt_str_of(act->name));
    answer = ob_act(&act->link->link, order, &decision,
                    named ? act->statement : NULL, step, act->reason);
    if (answer == BT_ANSWER_OK) {
        add_role(act, step);
    }
    return answer;
}

/* The job that carries this command's number. */
static bt_answer
find_backup(ob4_act *act, ob4_view_e view, ob_backup_facts *facts)
{
    ob_sql    sql;
    ob_rows   rows;
    bt_answer answer;

    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob4_views[view], &act->link->found[view]);
    ob_sql_add(&sql, " WHERE `TENANT_ID` = ");
    ob_sql_int(&sql, act->order->tenant);
    ob_sql_add(&sql, " AND `DESCRIPTION` = '" BT_OB_DESCRIPTION);
    ob_sql_int(&sql, act->order->command_id);
    ob_sql_add(&sql, "'");
    answer = ob_select(&act->link->link, &sql, true, &rows, act->reason);
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    if (ob_rows_next(&rows)) {
        facts->job = ob_int(&rows, OB4_JOB_ID);
        keep(act->raw, sizeof(act->raw), ob_text(&rows, OB4_JOB_STATUS));
        facts->raw = bt_str_of(act->raw);
        facts->failed = strcmp(ob_state_code(BT_VIEW_DATA, OB_V4, facts->raw),
                               "FAILED") == 0;
    }
    return ob_rows_end(&rows, act->reason);
}

static bt_answer
step_backup(ob4_act *act, bt_step *step)
{
    bt_order       *order = act->order;
    ob_log_facts    tenant = { .round_id = BT_UNKNOWN };
    ob_decision     decision;
    bt_answer       answer = read_tenant(act, &tenant);
    bool            named;
    ob_backup_facts facts = {
        .job = BT_UNKNOWN, .is_there = tenant.is_there,
        .step = bt_str_of(order->step), .step_age = ob_step_age(order)
    };

    if (answer == BT_ANSWER_OK) {
        answer = find_backup(act, OB4_JOBS, &facts);
    }
    if (answer == BT_ANSWER_OK && facts.job == BT_UNKNOWN) {
        answer = find_backup(act, OB4_JOB_HISTORY, &facts);
    }
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    ob_decide_backup(&facts, &decision);
    named = decision.what == OB_DO_STATEMENT
            && bt_ob_backup(act->statement,
                            bt_str_eqz(order->mode, "INCREMENTAL"), MAJOR,
                            bt_str_of(act->name), order->command_id);
    return ob_act(&act->link->link, order, &decision,
                  named ? act->statement : NULL, step, act->reason);
}

/* In which of the two views the task is. */
static bt_answer
find_task(ob4_act *act, bool cleanup, int64_t id, ob_cancel_facts *facts)
{
    ob4_view_e running = cleanup ? OB4_DELETES : OB4_JOBS;
    ob4_view_e ended = cleanup ? OB4_DELETE_HISTORY : OB4_JOB_HISTORY;
    unsigned   status = cleanup ? (unsigned) OB4_DELETE_STATUS
                                : (unsigned) OB4_JOB_STATUS;
    ob_rows    rows;
    bt_answer  answer = select_of(act, running, " AND `JOB_ID` = ", &id,
                                  &rows);

    if (answer == BT_ANSWER_OK) {
        facts->running = ob_rows_next(&rows);
        keep(act->raw, sizeof(act->raw), ob_text(&rows, status));
        answer = ob_rows_end(&rows, act->reason);
    }
    if (answer == BT_ANSWER_OK) {
        answer = select_of(act, ended, " AND `JOB_ID` = ", &id, &rows);
    }
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    if (ob_rows_next(&rows)) {
        keep(act->raw, sizeof(act->raw), ob_text(&rows, status));
    }
    /* the view of those that run shows their end for a moment */
    facts->raw = bt_str_of(act->raw);
    facts->ended = ob_state_ended(ob_state_code(act->order->kind, OB_V4,
                                                facts->raw));
    return ob_rows_end(&rows, act->reason);
}

static bt_answer
step_cancel(ob4_act *act, bt_step *step)
{
    bt_order       *order = act->order;
    int64_t         id = ob_int_of(order->source_id);
    bool            cleanup = order->kind == BT_VIEW_CLEANUP;
    bool            named;
    ob_log_facts    tenant = { .round_id = BT_UNKNOWN };
    ob_decision     decision;
    bt_answer       answer;
    ob_cancel_facts facts = {
        .step = bt_str_of(order->step), .step_age = ob_step_age(order),
        .age = ob_order_age(order)
    };

    if (id == BT_UNKNOWN || !bt_ob_backs_up(MAJOR, order->tenant)) {
        step->outcome = BT_STEP_FAILED;
        (void) snprintf(step->text, sizeof(step->text), "There is nothing to "
                        "cancel: this is no task of one tenant.");
        return BT_ANSWER_OK;
    }
    answer = read_tenant(act, &tenant);
    if (answer == BT_ANSWER_OK) {
        answer = find_task(act, cleanup, id, &facts);
    }
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    ob_decide_cancel(&facts, &decision);
    named = decision.what == OB_DO_STATEMENT
            && bt_ob_cancel(act->statement, order->kind, MAJOR,
                            bt_str_of(act->name));
    return ob_act(&act->link->link, order, &decision,
                  named ? act->statement : NULL, step, act->reason);
}

bt_answer
ob4_step(ob4_link *link, bt_order *order, bt_step *step, bt_reason *reason)
{
    ob4_act   act = { .link = link, .order = order, .reason = reason };
    bt_answer answer = ob4_ready(link, reason);

    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    switch (order->action) {
    case BT_ACTION_START:
    case BT_ACTION_STOP:
    case BT_ACTION_RESTART:
        return step_log(&act, step);
    case BT_ACTION_BACKUP:
        return step_backup(&act, step);
    case BT_ACTION_CANCEL:
        return step_cancel(&act, step);
    default:
        step->outcome = BT_STEP_FAILED;
        (void) snprintf(step->text, sizeof(step->text),
                        "This kind of cluster knows no such act.");
        return BT_ANSWER_OK;
    }
}

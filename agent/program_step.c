/* program_step.c: carries out a command by an operator's program, by what the cluster shows. */

#include "agent/program.h"

#include <stdio.h>
#include <string.h>

/* A program that took an act must let it be seen by then. */
#define SEEN_WITHIN  (60 * BT_SECOND)

static bt_answer
end_step(bt_step *step, bt_step_e outcome, const char *text)
{
    step->outcome = outcome;
    (void) snprintf(step->text, sizeof(step->text), "%s", text);
    return BT_ANSWER_OK;
}

static const char *
terminated(bt_str text, char *room, size_t size)
{
    (void) snprintf(room, size, "%.*s", (int) text.len,
                    text.data != NULL ? text.data : "");
    return room;
}

/* It must not be told twice what it took; what it took from an agent that
 * ended since then, it may be told again. */
static bool
is_accepted(const bt_link *link, const bt_order *order, const char *verb)
{
    return link->accepted == order->command_id && link->verb != NULL
           && strcmp(link->verb, verb) == 0;
}

static bt_answer
judge(bt_link *link, const bt_order *order, const char *verb,
      const bt_program_result *result, bt_step *step)
{
    char text[BT_REASON_MAX];

    switch (result->status) {
    case BT_PROGRAM_DONE:
        link->accepted = order->command_id;
        link->verb = verb;
        link->accepted_at = order->now;
        (void) snprintf(text, sizeof(text), "%s was accepted", verb);
        return end_step(step, BT_STEP_WAIT, text);
    case BT_PROGRAM_LATER:
    case -1:
        (void) snprintf(text, sizeof(text), "%s is tried again: %.400s", verb,
                        result->error);
        return end_step(step, BT_STEP_WAIT, text);
    case BT_PROGRAM_REFUSED:
        return end_step(step, BT_STEP_FAILED, result->error[0] != '\0'
                        ? result->error
                        : "the program refused, and does not say why");
    default:
        (void) snprintf(text, sizeof(text), "%s ended with status %d: %.400s",
                        verb, result->status, result->error);
        return end_step(step, BT_STEP_FAILED, text);
    }
}

static bt_answer
tell(bt_link *link, bt_order *order, const char *verb, bt_step *step)
{
    char              tenant[512], source_id[256];
    bt_program_call   call = {
        .access = link->access, .verb = verb, .tenant_id = order->tenant,
        .command_id = order->command_id
    };
    bt_program_result result;

    if (!order->intend(order, verb)) {
        return end_step(step, BT_STEP_WAIT, "another agent has taken over");
    }
    if (order->tenant_name.len > 0) {
        call.tenant = terminated(order->tenant_name, tenant, sizeof(tenant));
    }
    call.source_id = terminated(order->source_id, source_id,
                                sizeof(source_id));
    bt_program_run(&call, &result);
    (void) judge(link, order, verb, &result, step);
    bt_program_result_free(&result);
    return BT_ANSWER_OK;
}

/* Tells it once; then waits for what is to be seen. */
static bt_answer
tell_once(bt_link *link, bt_order *order, const char *verb, bt_str shown,
          bt_step *step)
{
    char text[BT_REASON_MAX];

    if (!is_accepted(link, order, verb)) {
        return tell(link, order, verb, step);
    }
    if (order->now - link->accepted_at > SEEN_WITHIN) {
        (void) snprintf(text, sizeof(text), "the program accepted %s, and "
                        "after %d s the state is still %.*s; look into its "
                        "own log", verb, (int) (SEEN_WITHIN / BT_SECOND),
                        (int) shown.len, shown.data);
        return end_step(step, BT_STEP_FAILED, text);
    }
    (void) snprintf(text, sizeof(text), "%s was accepted; the state is %.*s",
                    verb, (int) shown.len, shown.data);
    return end_step(step, BT_STEP_WAIT, text);
}

/* --- start, stop, restart ---------------------------------------------- */

static const bt_log_record *
find_log(const bt_program_document *document, const bt_order *order)
{
    for (size_t i = 0; i < document->log_count; i++) {
        if (document->logs[i].tenant == order->tenant
            && bt_str_eq(document->logs[i].source_id, order->source_id))
        {
            return &document->logs[i];
        }
    }
    return NULL;
}

static bt_answer
wait_in_state(const bt_log_record *log, const bt_order *order, bt_step *step)
{
    char    text[BT_REASON_MAX];
    bt_usec since = log->status_since != BT_UNKNOWN ? log->status_since
                    : order->step_at != BT_UNKNOWN ? order->step_at
                                                   : order->taken;

    (void) snprintf(text, sizeof(text), "%.*s for %lld s",
                    (int) log->status.len, log->status.data,
                    (long long) (order->now > since
                                 ? (order->now - since) / BT_SECOND : 0));
    return end_step(step, BT_STEP_WAIT, text);
}

static bt_answer
start(bt_link *link, bt_order *order, const bt_log_record *log, bt_step *step)
{
    char text[BT_REASON_MAX];

    if (bt_str_eqz(log->status, "IN_PROGRESS")) {
        return end_step(step, BT_STEP_DONE, "the log backup runs");
    }
    if (bt_str_eqz(log->status, "STARTING")
        || bt_str_eqz(log->status, "STOPPING"))
    {
        return wait_in_state(log, order, step);
    }
    if (is_accepted(link, order, "start-log")
        && bt_str_eqz(log->status, "FAILED"))
    {
        (void) snprintf(text, sizeof(text), "the log backup failed: %.*s",
                        (int) (log->cause.text.len > 400
                               ? 400 : log->cause.text.len),
                        log->cause.text.len > 0 ? log->cause.text.data : "");
        return end_step(step, BT_STEP_FAILED, text);
    }
    return tell_once(link, order, "start-log", log->status, step);
}

static bt_answer
stop(bt_link *link, bt_order *order, const bt_log_record *log, bt_step *step)
{
    if (bt_str_eqz(log->status, "STOPPED")) {
        return end_step(step, BT_STEP_DONE, "the log backup has stopped");
    }
    if (bt_str_eqz(log->status, "STOPPING")) {
        return wait_in_state(log, order, step);
    }
    return tell_once(link, order, "stop-log", log->status, step);
}

/* Stop, wait, start: the word that was set last tells how far it came. */
static bt_answer
restart(bt_link *link, bt_order *order, const bt_log_record *log,
        bt_step *step)
{
    if (strcmp(order->step, "start-log") == 0
        || bt_str_eqz(log->status, "STOPPED"))
    {
        return start(link, order, log, step);
    }
    return stop(link, order, log, step);
}

static bt_answer
step_log(bt_link *link, bt_order *order, const bt_program_document *document,
         bt_step *step)
{
    const bt_log_record *log = find_log(document, order);

    if (log == NULL) {
        return end_step(step, BT_STEP_FAILED, "the program shows no such log "
                        "backup any more");
    }
    switch (order->action) {
    case BT_ACTION_START:
        return start(link, order, log, step);
    case BT_ACTION_STOP:
        return stop(link, order, log, step);
    case BT_ACTION_RESTART:
        return restart(link, order, log, step);
    default:
        return end_step(step, BT_STEP_FAILED, "there is no such act on a log "
                        "backup");
    }
}

/* --- cancel ---------------------------------------------- */

/* The status of the record that is to be canceled; "": it is not shown. */
static bt_str
find_status(const bt_program_document *document, const bt_order *order)
{
    for (size_t i = 0; order->kind == BT_VIEW_DATA
                       && i < document->task_count; i++)
    {
        if (document->tasks[i].tenant == order->tenant
            && bt_str_eq(document->tasks[i].source_id, order->source_id))
        {
            return document->tasks[i].status;
        }
    }
    for (size_t i = 0; order->kind == BT_VIEW_CLEANUP
                       && i < document->cleanup_count; i++)
    {
        if (document->cleanups[i].tenant == order->tenant
            && bt_str_eq(document->cleanups[i].source_id, order->source_id))
        {
            return document->cleanups[i].status;
        }
    }
    return BT_STR("");
}

static bt_answer
cancel(bt_link *link, bt_order *order, const bt_program_document *document,
       bt_step *step)
{
    bt_str status = find_status(document, order);
    char   text[BT_REASON_MAX];

    if (status.len == 0) {
        return end_step(step, BT_STEP_FAILED, "the program shows no such task "
                        "any more");
    }
    if (bt_str_eqz(status, "COMPLETED") || bt_str_eqz(status, "FAILED")) {
        (void) snprintf(text, sizeof(text), "the task has ended: %.*s",
                        (int) status.len, status.data);
        return end_step(step, BT_STEP_DONE, text);
    }
    if (is_accepted(link, order, "cancel")) {
        return end_step(step, BT_STEP_WAIT, "the cancel was accepted; the task "
                        "has not ended yet");
    }
    return tell(link, order, "cancel", step);
}

/* --- backup ---------------------------------------------- */

/* The task whose source says that this command is where it came from. */
static const bt_data_record *
find_backup(const bt_program_document *document, const bt_order *order)
{
    char   source[64];
    bt_str wanted;

    (void) snprintf(source, sizeof(source), "backup-tasks command %lld",
                    (long long) order->command_id);
    wanted = bt_str_of(source);
    for (size_t i = 0; i < document->task_count; i++) {
        if (bt_str_eq(document->tasks[i].source, wanted)) {
            return &document->tasks[i];
        }
    }
    return NULL;
}

static bt_answer
tell_backup(const bt_data_record *task, bt_step *step)
{
    bool bad = bt_str_eqz(task->status, "FAILED");
    char text[BT_REASON_MAX];

    (void) snprintf(text, sizeof(text), "%s%.*s%s%.*s",
                    bad ? "the backup failed, as task "
                        : "the backup began, as task ",
                    (int) task->source_id.len, task->source_id.data,
                    bad && task->cause.text.len > 0 ? ": " : "",
                    bad ? (int) (task->cause.text.len > 300
                                 ? 300 : task->cause.text.len) : 0,
                    task->cause.text.len > 0 ? task->cause.text.data : "");
    return end_step(step, bad ? BT_STEP_FAILED : BT_STEP_DONE, text);
}

/* A backup takes hours: the command is done when it is seen to run. */
static bt_answer
backup(bt_link *link, bt_order *order, const bt_program_document *document,
       bt_step *step)
{
    const bt_data_record *task = find_backup(document, order);
    const char           *verb = bt_str_eqz(order->mode, "INCREMENTAL")
                                 ? "backup-incremental" : "backup-full";

    if (task != NULL) {
        return tell_backup(task, step);
    }
    if (!is_accepted(link, order, verb)) {
        return tell(link, order, verb, step);
    }
    if (order->now - link->accepted_at > SEEN_WITHIN) {
        return end_step(step, BT_STEP_DONE, "the program accepted the backup; "
                        "it does not tell which task it became");
    }
    return end_step(step, BT_STEP_WAIT, "the backup was accepted; its task is "
                    "not to be seen yet");
}

bt_answer
bt_program_step(bt_link *link, bt_order *order, bt_step *step,
                bt_reason *reason)
{
    bt_program_document document;
    bt_answer           answer = bt_program_look(link, &document, reason);

    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    if (order->kind == BT_VIEW_LOG) {
        answer = step_log(link, order, &document, step);
    } else if (order->action == BT_ACTION_CANCEL) {
        answer = cancel(link, order, &document, step);
    } else {
        answer = backup(link, order, &document, step);
    }
    bt_program_free(&document);
    return answer;
}

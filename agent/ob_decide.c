/* ob_decide.c: the state graph of log archiving, as decisions. */

#include "agent/ob_decide.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/ob_cause.h"

/* The scheduler looks every 2 to 60 seconds. */
#define BEGIN_TIME   (300 * BT_SECOND)
/* Where the log mode cannot be seen: after this time a statement whose effect
 * does not show is sent again; it is harmless then. */
#define RESEND_TIME  (60 * BT_SECOND)
#define SLOW_TIME    (120 * BT_SECOND)

#define WORD_START   "ARCHIVELOG"
#define WORD_STOP    "NOARCHIVELOG"
#define WORD_RESUME  "ENABLE"
#define WORD_BACKUP  "BACKUP"
#define WORD_BEGUN   "BACKUP ANSWERED"
#define WORD_CANCEL  "CANCEL"

static void decide(ob_decision *decision, ob_do_e what, const char *format,
                   ...) __attribute__((format(printf, 3, 4)));

static void
decide(ob_decision *decision, ob_do_e what, const char *format, ...)
{
    va_list args;

    decision->what = what;
    va_start(args, format);
    (void) vsnprintf(decision->text, sizeof(decision->text), format, args);
    va_end(args);
}

static void
run(ob_decision *decision, bt_ob_log_e statement)
{
    static const char *const words[] = {
        [BT_OB_START] = WORD_START, [BT_OB_STOP] = WORD_STOP,
        [BT_OB_RESUME] = WORD_RESUME
    };

    decision->what = OB_DO_STATEMENT;
    decision->statement = statement;
    decision->word = words[statement];
    decision->text[0] = '\0';
}

static bool
is_step(const ob_log_facts *facts, const char *word)
{
    return bt_str_eqz(facts->step, word);
}

/* Seconds since the last statement, or since the command was taken. */
static long
waited(const ob_log_facts *facts)
{
    bt_usec age = facts->step.len > 0 && facts->step_age != BT_UNKNOWN
                  ? facts->step_age : facts->age;

    return age > 0 ? (long) (age / BT_SECOND) : 0;
}

static void
wait_for(const ob_log_facts *facts, ob_decision *decision, const char *what)
{
    decide(decision, OB_DO_WAIT, "%s; the round is %.*s, waited %ld s%s",
           what, facts->raw.len > 0 ? (int) facts->raw.len : 9,
           facts->raw.len > 0 ? facts->raw.data : "not there", waited(facts),
           facts->round == OB_ROUND_STOPPING
           && waited(facts) * BT_SECOND > SLOW_TIME
           ? ": it ends when every log stream has reported, so look at the "
             "storage of the destination on every server" : "");
}

static bool
mode_is(const ob_log_facts *facts, const char *mode)
{
    return bt_str_eqz(facts->log_mode, mode);
}

/* Whether the statement of `word` took effect, seen by the log mode; where the
 * cluster shows none, by having been sent not long ago. */
static bool
is_accepted(const ob_log_facts *facts, const char *word)
{
    if (facts->log_mode.len > 0) {
        return mode_is(facts, word);
    }
    return is_step(facts, word) && facts->step_age != BT_UNKNOWN
           && facts->step_age < RESEND_TIME;
}

static void
fail_interrupted(const ob_log_facts *facts, ob_decision *decision)
{
    decide(decision, OB_DO_FAIL, "Round %lld was interrupted: %.*s "
           "It does not heal by itself: remove the cause, then restart the "
           "log backup.", (long long) facts->round_id,
           facts->comment.len > 300 ? 300 : (int) facts->comment.len,
           facts->comment.len > 0 ? facts->comment.data : "");
}

static void
done_running(const ob_log_facts *facts, ob_decision *decision)
{
    decide(decision, OB_DO_DONE, "The log is archived: round %lld is %.*s.",
           (long long) facts->round_id, (int) facts->raw.len,
           facts->raw.data);
}

static void
done_stopped(const ob_log_facts *facts, ob_decision *decision)
{
    char at[BT_TIME_MAX];

    if (facts->round == OB_ROUND_NONE) {
        decide(decision, OB_DO_DONE, "No round runs, and the log mode is off.");
        return;
    }
    if (facts->checkpoint == BT_UNKNOWN) {
        decide(decision, OB_DO_DONE, "Round %lld has stopped.",
               (long long) facts->round_id);
        return;
    }
    (void) bt_time_format_utc(at, facts->checkpoint);
    decide(decision, OB_DO_DONE, "Round %lld has stopped; the log is archived "
           "up to %s.", (long long) facts->round_id, at);
}

/* From STOP, or where there was never a round. */
static void
start_new(const ob_log_facts *facts, ob_decision *decision)
{
    if (!facts->has_destination) {
        decide(decision, OB_DO_FAIL, "The tenant has no destination: nothing "
               "would be archived. Set one first: ALTER SYSTEM SET "
               "LOG_ARCHIVE_DEST.");
    } else if (facts->deferred && !(is_step(facts, WORD_RESUME)
                                    && facts->step_age < RESEND_TIME))
    {
        run(decision, BT_OB_RESUME);
    } else if (!is_accepted(facts, WORD_START)) {
        run(decision, BT_OB_START);
    } else if (waited(facts) * BT_SECOND > BEGIN_TIME) {
        decide(decision, OB_DO_FAIL, "The log mode is ARCHIVELOG, but no "
               "round has begun for %ld s. Look at the destination and at the "
               "log of the root service.", waited(facts));
    } else {
        wait_for(facts, decision, "The start is accepted, and a round is to "
                 "begin");
    }
}

/* While a round leads to DOING. */
static void
await_running(const ob_log_facts *facts, ob_decision *decision)
{
    if (mode_is(facts, WORD_STOP)) {
        run(decision, BT_OB_START);
    } else {
        wait_for(facts, decision, "The round begins");
    }
}

static void
decide_start(const ob_log_facts *facts, ob_decision *decision)
{
    switch (facts->round) {
    case OB_ROUND_NONE:
    case OB_ROUND_STOP:
        start_new(facts, decision);
        return;
    case OB_ROUND_DOING:
        if (mode_is(facts, WORD_STOP)) {
            run(decision, BT_OB_START);
        } else if (facts->deferred && !is_step(facts, WORD_RESUME)) {
            run(decision, BT_OB_RESUME);
        } else {
            done_running(facts, decision);
        }
        return;
    case OB_ROUND_PREPARE:
    case OB_ROUND_BEGINNING:
        await_running(facts, decision);
        return;
    case OB_ROUND_INTERRUPTED:
        fail_interrupted(facts, decision);
        return;
    case OB_ROUND_SUSPEND:
        if (mode_is(facts, WORD_STOP)) {
            wait_for(facts, decision, "A stop before this start has not ended");
        } else if (!facts->deferred && facts->step.len > 0
                   && facts->step_age < RESEND_TIME)
        {
            wait_for(facts, decision, "The destination is enabled again");
        } else {
            run(decision, BT_OB_RESUME);
        }
        return;
    case OB_ROUND_STOPPING:
        wait_for(facts, decision, "A stop before this start has not ended");
        return;
    case OB_ROUND_SUSPENDING:
        wait_for(facts, decision, "The round is being suspended");
        return;
    default:
        wait_for(facts, decision, "The state is not one that is known");
        return;
    }
}

/* A round that can be stopped. */
static void
stop_round(const ob_log_facts *facts, ob_decision *decision)
{
    if (is_accepted(facts, WORD_STOP)) {
        wait_for(facts, decision, "The stop is accepted");
    } else {
        run(decision, BT_OB_STOP);
    }
}

static void
decide_stop(const ob_log_facts *facts, ob_decision *decision)
{
    switch (facts->round) {
    case OB_ROUND_NONE:
    case OB_ROUND_STOP:
        if (mode_is(facts, WORD_START)) {
            run(decision, BT_OB_STOP);
        } else {
            done_stopped(facts, decision);
        }
        return;
    case OB_ROUND_PREPARE:
        wait_for(facts, decision, "A round can be stopped from BEGINNING on");
        return;
    case OB_ROUND_STOPPING:
        wait_for(facts, decision, "The round is being stopped");
        return;
    case OB_ROUND_OTHER:
        wait_for(facts, decision, "The state is not one that is known");
        return;
    default:
        stop_round(facts, decision);
        return;
    }
}

/* Whether the round at hand is one that this restart has begun. */
static bool
is_new_round(const ob_log_facts *facts)
{
    if (facts->round_id == BT_UNKNOWN || facts->round == OB_ROUND_NONE) {
        return false;
    }
    if (facts->round_before != BT_UNKNOWN) {
        return facts->round_id > facts->round_before;
    }
    return is_step(facts, WORD_START);
}

/* Stop, wait, start: a round has to end before another can begin, and an
 * interrupted one never goes on. */
static void
decide_restart(const ob_log_facts *facts, ob_decision *decision)
{
    if (is_new_round(facts) && facts->round != OB_ROUND_STOP) {
        decide_start(facts, decision);
        return;
    }
    if (is_new_round(facts) && facts->round_before != BT_UNKNOWN) {
        decide(decision, OB_DO_FAIL, "Round %lld, which this restart began, "
               "was stopped again.", (long long) facts->round_id);
        return;
    }
    if (!facts->has_destination) {
        decide(decision, OB_DO_FAIL, "The tenant has no destination: after a "
               "stop nothing would be archived. Set one first: ALTER SYSTEM "
               "SET LOG_ARCHIVE_DEST.");
        return;
    }
    switch (facts->round) {
    case OB_ROUND_NONE:
    case OB_ROUND_STOP:
        start_new(facts, decision);
        return;
    default:
        decide_stop(facts, decision);
        return;
    }
}

void
ob_decide_log(const ob_log_facts *facts, ob_decision *decision)
{
    *decision = (ob_decision) { .what = OB_DO_WAIT, .word = "" };
    if (!facts->is_there) {
        decide(decision, OB_DO_FAIL, "The cluster does not have this tenant "
               "any more.");
        return;
    }
    if (!facts->is_normal && facts->action != BT_ACTION_STOP) {
        decide(decision, OB_DO_FAIL, "The tenant is %.*s: log backup cannot "
               "be started until it is NORMAL.",
               (int) facts->tenant_state.len, facts->tenant_state.data);
        return;
    }
    switch (facts->action) {
    case BT_ACTION_START:
        decide_start(facts, decision);
        return;
    case BT_ACTION_STOP:
        decide_stop(facts, decision);
        return;
    case BT_ACTION_RESTART:
        decide_restart(facts, decision);
        return;
    default:
        decide(decision, OB_DO_FAIL, "Log backup knows no such act.");
        return;
    }
}

void
ob_decide_backup(const ob_backup_facts *facts, ob_decision *decision)
{
    *decision = (ob_decision) { .what = OB_DO_WAIT, .word = "" };
    if (facts->job != BT_UNKNOWN) {
        decide(decision, facts->failed ? OB_DO_FAIL : OB_DO_DONE,
               facts->failed ? "Backup %lld has ended: %.*s."
                             : "Backup %lld has begun: %.*s.",
               (long long) facts->job, (int) facts->raw.len,
               facts->raw.len > 0 ? facts->raw.data : "");
    } else if (!facts->is_there) {
        decide(decision, OB_DO_FAIL, "The cluster does not have this tenant "
               "any more.");
    } else if (facts->step.len > 0 && facts->step_age != BT_UNKNOWN
               && facts->step_age < RESEND_TIME)
    {
        decide(decision, OB_DO_WAIT, "The statement was sent; its task is to "
               "appear.");
    } else if (!bt_str_eqz(facts->step, WORD_BEGUN)) {
        decide(decision, OB_DO_STATEMENT, "%s", "");
        decision->word = WORD_BACKUP;
        decision->answered = WORD_BEGUN;
    } else {
        decide(decision, OB_DO_FAIL, "The cluster took the statement, and no "
               "task of it is to be seen. Look at the list of tasks before "
               "you try again.");
    }
}

void
ob_decide_cancel(const ob_cancel_facts *facts, ob_decision *decision)
{
    *decision = (ob_decision) { .what = OB_DO_WAIT, .word = "" };
    if (facts->ended) {
        bool canceled = bt_str_eqz(facts->raw, "CANCELED")
                        || bt_str_eqz(facts->raw, "CANCEL");

        decide(decision, canceled || facts->step.len > 0 ? OB_DO_DONE
                                                         : OB_DO_FAIL,
               canceled ? "The task has ended: %.*s."
                        : "The task had ended before it was canceled: %.*s.",
               (int) facts->raw.len,
               facts->raw.len > 0 ? facts->raw.data : "");
    } else if (!facts->running) {
        decide(decision, facts->age < RESEND_TIME ? OB_DO_WAIT : OB_DO_FAIL,
               "The cluster shows this task neither among those that run nor "
               "among those that have ended.");
    } else if (bt_str_eqz(facts->raw, "CANCELING")) {
        decide(decision, OB_DO_WAIT, "The task is CANCELING.");
    } else if (facts->step.len > 0 && facts->step_age != BT_UNKNOWN
               && facts->step_age < RESEND_TIME)
    {
        decide(decision, OB_DO_WAIT, "The statement was sent; the task is "
               "%.*s.", (int) facts->raw.len,
               facts->raw.len > 0 ? facts->raw.data : "");
    } else {
        decide(decision, OB_DO_STATEMENT, "%s", "");
        decision->word = WORD_CANCEL;
    }
}

/* Errors after which nothing is known, or which pass by themselves. */
static bool
is_passing(unsigned number)
{
    static const unsigned passing[] = {
        1205, 1213, 1317, 4012, 4023, 4038, 4119, 4121, 4122, 4654, 4655, 6002,
        6003, 6005, 6210, 6211
    };

    for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++) {
        if (passing[i] == number) {
            return true;
        }
    }
    return false;
}

/* Somebody else was faster, or an answer was lost. */
static bool
is_already(unsigned number, const ob_decision *decision)
{
    return number == 9024 || number == 9034 || number == 9091
           || number == 9092
           || (number != 0 && number == decision->already);
}

void
ob_decide_answer(unsigned number, const char *message, ob_decision *decision)
{
    const char *known, *remedy, *text;
    char        code[24];
    size_t      len;

    if (number > 0x7fffffffU) {
        number = 0U - number;
    }
    known = ob_error_text(number);
    remedy = ob_error_remedy(number);
    (void) snprintf(code, sizeof(code), "-%u ", number);
    if (number == 0) {
        decide(decision, OB_DO_WAIT, "The cluster has accepted the "
               "statement.");
    } else if (is_already(number, decision)) {
        decide(decision, OB_DO_WAIT, "The cluster says that it is so already "
               "(%s%s); looking again.", code, known != NULL ? known : "");
    } else if (is_passing(number)) {
        decide(decision, OB_DO_WAIT, "The cluster did not carry out the "
               "statement at once (%u: %.200s); looking again.", number,
               message);
    } else {
        text = known != NULL ? known : message;
        len = strlen(text);
        len -= len > 0 && text[len - 1] == '.';
        decide(decision, OB_DO_FAIL, "The cluster refused: %s%.*s.%s%s%s",
               known != NULL ? code : "", len > 300 ? 300 : (int) len, text,
               remedy != NULL ? " What to do: " : "",
               remedy != NULL ? remedy : "", remedy != NULL ? "." : "");
    }
}

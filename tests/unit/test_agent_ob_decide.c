/* test_agent_ob_decide.c: acts on log backup: each decision, and whole commands against a played cluster with crashes. */

#include "test_common.h"

#include "agent/ob_decide.h"

#define MINUTES  (60 * BT_SECOND)

typedef struct {
    bt_action_e action;
    const char *mode;
    const char *raw;
    bool        no_destination;
    bool        deferred;
    int64_t     round;
    int64_t     before;
    const char *step;
    bt_usec     step_age;
    ob_do_e     what;
    const char *expected;           /* step word, or a part of the text */
} row;

#define ON   "ARCHIVELOG"
#define OFF  "NOARCHIVELOG"
#define U    BT_UNKNOWN

static const row rows[] = {
    /* start */
    { BT_ACTION_START, OFF, "", false, false, U, U, "", U,
      OB_DO_STATEMENT, "ARCHIVELOG" },
    { BT_ACTION_START, OFF, "STOP", false, false, 1, 1, "", U,
      OB_DO_STATEMENT, "ARCHIVELOG" },
    { BT_ACTION_START, OFF, "STOP", true, false, 1, 1, "", U,
      OB_DO_FAIL, "no destination" },
    { BT_ACTION_START, ON, "", true, false, U, U, "", U,
      OB_DO_FAIL, "no destination" },
    { BT_ACTION_START, OFF, "STOP", false, true, 1, 1, "", U,
      OB_DO_STATEMENT, "ENABLE" },
    { BT_ACTION_START, OFF, "STOP", false, false, 1, 1, "ENABLE", 0,
      OB_DO_STATEMENT, "ARCHIVELOG" },
    { BT_ACTION_START, ON, "STOP", false, false, 1, 1, "ARCHIVELOG", 0,
      OB_DO_WAIT, "a round is to begin" },
    { BT_ACTION_START, ON, "STOP", false, false, 1, 1, "ARCHIVELOG",
      6 * MINUTES, OB_DO_FAIL, "no round has begun" },
    { BT_ACTION_START, ON, "PREPARE", false, false, 2, 1, "ARCHIVELOG", 0,
      OB_DO_WAIT, "begins" },
    { BT_ACTION_START, ON, "BEGINNING", false, false, 2, 1, "", U,
      OB_DO_WAIT, "begins" },
    { BT_ACTION_START, ON, "DOING", false, false, 2, 1, "ARCHIVELOG", 0,
      OB_DO_DONE, "round 2 is DOING" },
    { BT_ACTION_START, OFF, "DOING", false, false, 2, 2, "", U,
      OB_DO_STATEMENT, "ARCHIVELOG" },
    { BT_ACTION_START, ON, "SUSPEND", false, true, 2, 2, "", U,
      OB_DO_STATEMENT, "ENABLE" },
    { BT_ACTION_START, ON, "SUSPEND", false, false, 2, 2, "ENABLE", 0,
      OB_DO_WAIT, "enabled again" },
    { BT_ACTION_START, ON, "SUSPENDING", false, true, 2, 2, "", U,
      OB_DO_WAIT, "suspended" },
    { BT_ACTION_START, OFF, "STOPPING", false, false, 2, 2, "", U,
      OB_DO_WAIT, "stop before this start" },
    { BT_ACTION_START, ON, "INTERRUPTED", false, false, 2, 1, "", U,
      OB_DO_FAIL, "interrupted: log stream 1 interrupted." },
    { BT_ACTION_START, ON, "NOVEL", false, false, 2, 1, "", U,
      OB_DO_WAIT, "NOVEL" },
    /* 4.0 and older show no log mode: sent, and again after a while */
    { BT_ACTION_START, "", "STOP", false, false, 1, 1, "", U,
      OB_DO_STATEMENT, "ARCHIVELOG" },
    { BT_ACTION_START, "", "STOP", false, false, 1, 1, "ARCHIVELOG",
      20 * BT_SECOND, OB_DO_WAIT, "accepted" },
    { BT_ACTION_START, "", "STOP", false, false, 1, 1, "ARCHIVELOG",
      2 * MINUTES, OB_DO_STATEMENT, "ARCHIVELOG" },

    /* stop */
    { BT_ACTION_STOP, ON, "DOING", false, false, 1, 1, "", U,
      OB_DO_STATEMENT, "NOARCHIVELOG" },
    { BT_ACTION_STOP, ON, "BEGINNING", false, false, 1, 1, "", U,
      OB_DO_STATEMENT, "NOARCHIVELOG" },
    { BT_ACTION_STOP, ON, "INTERRUPTED", false, false, 1, 1, "", U,
      OB_DO_STATEMENT, "NOARCHIVELOG" },
    { BT_ACTION_STOP, ON, "SUSPEND", false, true, 1, 1, "", U,
      OB_DO_STATEMENT, "NOARCHIVELOG" },
    { BT_ACTION_STOP, ON, "SUSPENDING", false, true, 1, 1, "", U,
      OB_DO_STATEMENT, "NOARCHIVELOG" },
    { BT_ACTION_STOP, ON, "PREPARE", false, false, 1, U, "", U,
      OB_DO_WAIT, "from BEGINNING on" },
    { BT_ACTION_STOP, OFF, "DOING", false, false, 1, 1, "NOARCHIVELOG", 0,
      OB_DO_WAIT, "accepted" },
    { BT_ACTION_STOP, OFF, "STOPPING", false, false, 1, 1, "NOARCHIVELOG",
      10 * BT_SECOND, OB_DO_WAIT, "STOPPING, waited 10 s" },
    { BT_ACTION_STOP, OFF, "STOPPING", false, false, 1, 1, "NOARCHIVELOG",
      5 * MINUTES, OB_DO_WAIT, "waited 300 s: it ends when every log stream" },
    { BT_ACTION_STOP, OFF, "STOP", false, false, 1, 1, "NOARCHIVELOG", 0,
      OB_DO_DONE, "up to 1970-01-01T00:00:07.000000Z" },
    { BT_ACTION_STOP, OFF, "", false, false, U, U, "", U,
      OB_DO_DONE, "No round runs" },
    /* the log mode alone was on */
    { BT_ACTION_STOP, ON, "STOP", false, false, 1, 1, "", U,
      OB_DO_STATEMENT, "NOARCHIVELOG" },
    { BT_ACTION_STOP, "", "DOING", false, false, 1, 1, "", U,
      OB_DO_STATEMENT, "NOARCHIVELOG" },
    { BT_ACTION_STOP, "", "DOING", false, false, 1, 1, "NOARCHIVELOG", 0,
      OB_DO_WAIT, "accepted" },
    { BT_ACTION_STOP, "", "STOP", false, false, 1, 1, "NOARCHIVELOG", 0,
      OB_DO_DONE, "stopped" },

    /* restart */
    { BT_ACTION_RESTART, ON, "INTERRUPTED", false, false, 3, 3, "", U,
      OB_DO_STATEMENT, "NOARCHIVELOG" },
    { BT_ACTION_RESTART, ON, "INTERRUPTED", true, false, 3, 3, "", U,
      OB_DO_FAIL, "after a stop nothing would be archived" },
    { BT_ACTION_RESTART, OFF, "INTERRUPTED", false, false, 3, 3,
      "NOARCHIVELOG", 0, OB_DO_WAIT, "accepted" },
    { BT_ACTION_RESTART, OFF, "STOPPING", false, false, 3, 3, "NOARCHIVELOG",
      0, OB_DO_WAIT, "being stopped" },
    { BT_ACTION_RESTART, OFF, "STOP", false, false, 3, 3, "NOARCHIVELOG", 0,
      OB_DO_STATEMENT, "ARCHIVELOG" },
    { BT_ACTION_RESTART, OFF, "STOP", false, true, 3, 3, "NOARCHIVELOG", 0,
      OB_DO_STATEMENT, "ENABLE" },
    { BT_ACTION_RESTART, ON, "STOP", false, false, 3, 3, "ARCHIVELOG", 0,
      OB_DO_WAIT, "a round is to begin" },
    { BT_ACTION_RESTART, ON, "BEGINNING", false, false, 4, 3, "ARCHIVELOG", 0,
      OB_DO_WAIT, "begins" },
    { BT_ACTION_RESTART, ON, "DOING", false, false, 4, 3, "ARCHIVELOG", 0,
      OB_DO_DONE, "round 4" },
    { BT_ACTION_RESTART, ON, "INTERRUPTED", false, false, 4, 3, "ARCHIVELOG",
      0, OB_DO_FAIL, "Round 4 was interrupted" },
    { BT_ACTION_RESTART, OFF, "STOP", false, false, 4, 3, "ARCHIVELOG", 0,
      OB_DO_FAIL, "stopped again" },
    { BT_ACTION_RESTART, ON, "DOING", false, false, 4, U, "ARCHIVELOG", 0,
      OB_DO_DONE, "round 4" },
    { BT_ACTION_RESTART, ON, "DOING", false, false, 4, U, "", U,
      OB_DO_STATEMENT, "NOARCHIVELOG" },
    { BT_ACTION_ACKNOWLEDGE, ON, "DOING", false, false, 4, U, "", U,
      OB_DO_FAIL, "no such act" }
};


static ob_log_facts
facts_of(const row *r)
{
    return (ob_log_facts) {
        .action = r->action, .is_there = true, .is_normal = true,
        .log_mode = bt_str_of(r->mode), .raw = bt_str_of(r->raw),
        .round = ob_round_of(bt_str_of(r->raw)), .round_id = r->round,
        .comment = BT_STR("log stream 1 interrupted."),
        .checkpoint = 7 * BT_SECOND, .has_destination = !r->no_destination,
        .deferred = r->deferred, .round_before = r->before,
        .step = bt_str_of(r->step), .step_age = r->step_age, .age = 0
    };
}


static void
test_table(void **state)
{
    (void) state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        ob_log_facts  facts = facts_of(&rows[i]);
        ob_decision   decision;
        const char   *found;

        ob_decide_log(&facts, &decision);
        found = decision.what == OB_DO_STATEMENT ? decision.word
                                                 : decision.text;

        if (decision.what != rows[i].what
            || (decision.what == OB_DO_STATEMENT
                ? strcmp(found, rows[i].expected) != 0
                : strstr(found, rows[i].expected) == NULL))
        {
            fail_msg("row %zu (%s of %s/%s): %d \"%s\"", i,
                     bt_action_name(rows[i].action), rows[i].raw,
                     rows[i].mode, decision.what, found);
        }
    }
}


static void
test_tenants(void **state)
{
    row           first = { BT_ACTION_START, OFF, "STOP", false, false, 1, 1,
                            "", U, OB_DO_FAIL, "" };
    ob_log_facts  facts = facts_of(&first);
    ob_decision   decision;

    (void) state;

    facts.is_normal = false;
    facts.tenant_state = BT_STR("RESTORE");
    ob_decide_log(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_FAIL);
    assert_non_null(strstr(decision.text, "RESTORE"));

    facts.action = BT_ACTION_STOP;
    ob_decide_log(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_DONE);

    facts.is_there = false;
    ob_decide_log(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_FAIL);
    assert_non_null(strstr(decision.text, "not have this tenant"));
}


static void
test_answers(void **state)
{
    static const struct {
        unsigned    number;
        ob_do_e     what;
        const char *part;
    } answers[] = {
        { 0, OB_DO_WAIT, "accepted" },
        { 9091, OB_DO_WAIT, "Already" },
        { 0U - 9091U, OB_DO_WAIT, "Already" },
        { 9092, OB_DO_WAIT, "Already" },
        { 9024, OB_DO_WAIT, "already" },
        { 9034, OB_DO_WAIT, "already" },
        { 4012, OB_DO_WAIT, "looking again" },
        { 4038, OB_DO_WAIT, "looking again" },
        { 9023, OB_DO_FAIL, "standby" },
        { 0U - 9023U, OB_DO_FAIL, "-9023" },
        { 9026, OB_DO_FAIL, "LOG_ARCHIVE_DEST" },
        { 9070, OB_DO_FAIL, "mount" },
        { 9040, OB_DO_FAIL, "start the log backup" },
        { 9036, OB_DO_FAIL, "running backup" },
        { 1227, OB_DO_FAIL, "grant ALTER SYSTEM" },
        { 4114, OB_DO_FAIL, "enable_log_archive" },
        { 4179, OB_DO_FAIL, "snapshot" },
        { 1064, OB_DO_FAIL, "what the server says" }
    };
    ob_decision  decision = { .already = 0 };

    (void) state;

    for (size_t i = 0; i < COUNT(answers); i++) {
        ob_decide_answer(answers[i].number, "what the server says",
                         &decision);
        assert_int_equal(decision.what, answers[i].what);
        assert_non_null(strstr(decision.text, answers[i].part));
    }
    decision.already = 9023;
    ob_decide_answer(0U - 9023U, "", &decision);
    assert_int_equal(decision.what, OB_DO_WAIT);
    ob_decide_answer(9026, "", &decision);
    assert_int_equal(decision.what, OB_DO_FAIL);
}


static void
test_backup(void **state)
{
    ob_backup_facts  facts = { .is_there = true, .job = U, .step_age = U };
    ob_decision      decision;

    (void) state;

    ob_decide_backup(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_STATEMENT);
    assert_string_equal(decision.word, "BACKUP");

    facts.step = BT_STR("BACKUP");
    facts.step_age = 5 * BT_SECOND;
    ob_decide_backup(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_WAIT);

    facts.step_age = 5 * MINUTES;
    ob_decide_backup(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_STATEMENT);
    assert_string_equal(decision.answered, "BACKUP ANSWERED");

    facts.step = BT_STR("BACKUP ANSWERED");
    ob_decide_backup(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_FAIL);

    facts.job = 9;
    facts.raw = BT_STR("DOING");
    ob_decide_backup(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_DONE);
    assert_non_null(strstr(decision.text, "Backup 9 has begun: DOING"));

    facts.failed = true;
    ob_decide_backup(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_FAIL);

    facts = (ob_backup_facts) { .is_there = false, .job = U };
    ob_decide_backup(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_FAIL);
}


static void
test_cancel(void **state)
{
    ob_cancel_facts  facts = { .running = true, .raw = BT_STR("DOING"),
                               .step_age = U };
    ob_decision      decision;

    (void) state;

    ob_decide_cancel(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_STATEMENT);
    assert_string_equal(decision.word, "CANCEL");

    facts.step = BT_STR("CANCEL");
    facts.step_age = BT_SECOND;
    ob_decide_cancel(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_WAIT);

    facts.raw = BT_STR("CANCELING");
    facts.step_age = 10 * MINUTES;
    ob_decide_cancel(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_WAIT);

    facts = (ob_cancel_facts) { .ended = true, .raw = BT_STR("CANCELED") };
    ob_decide_cancel(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_DONE);

    facts.raw = BT_STR("COMPLETED");
    ob_decide_cancel(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_FAIL);

    facts = (ob_cancel_facts) { .age = 0 };
    ob_decide_cancel(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_WAIT);

    facts.age = 10 * MINUTES;
    ob_decide_cancel(&facts, &decision);
    assert_int_equal(decision.what, OB_DO_FAIL);
}


/* A played archive, by the kernel's state graph. */
typedef struct {
    bool        shows_mode;
    bool        on;                 /* the log mode */
    bool        deferred;
    ob_round_e  round;
    int64_t     id;
    unsigned    starts, stops, resumes;   /* that took effect */
    uint64_t    chance;
} archive;

/* The command's memory in the store. */
typedef struct {
    char    step[32];
    bt_usec step_at;
    bt_usec now;
} memory;

static const char *const  words[] = {
    [OB_ROUND_NONE] = "", [OB_ROUND_PREPARE] = "PREPARE",
    [OB_ROUND_BEGINNING] = "BEGINNING", [OB_ROUND_DOING] = "DOING",
    [OB_ROUND_INTERRUPTED] = "INTERRUPTED", [OB_ROUND_STOPPING] = "STOPPING",
    [OB_ROUND_STOP] = "STOP", [OB_ROUND_SUSPENDING] = "SUSPENDING",
    [OB_ROUND_SUSPEND] = "SUSPEND"
};


/* A number from 0 to below `n`, the same in each run. */
static size_t
dice(archive *a, size_t n)
{
    a->chance = a->chance * UINT64_C(6364136223846793005) + 1;

    return (size_t) (a->chance >> 33) % n;
}


/* The scheduler's next turn. */
static void
turn(archive *a)
{
    switch (a->round) {

    case OB_ROUND_NONE:
    case OB_ROUND_STOP:
        if (a->on && !a->deferred) {
            a->round = OB_ROUND_PREPARE;
            a->id++;
        }
        break;

    case OB_ROUND_PREPARE:
        a->round = OB_ROUND_BEGINNING;
        break;

    case OB_ROUND_STOPPING:
        a->round = OB_ROUND_STOP;
        break;

    case OB_ROUND_BEGINNING:
        a->round = a->on ? OB_ROUND_DOING : OB_ROUND_STOPPING;
        break;

    default:
        if (!a->on) {
            a->round = OB_ROUND_STOPPING;

        } else if (a->round == OB_ROUND_SUSPENDING) {
            a->round = OB_ROUND_SUSPEND;

        } else if (a->round == OB_ROUND_SUSPEND && !a->deferred) {
            a->round = OB_ROUND_BEGINNING;

        } else if (a->round == OB_ROUND_DOING && a->deferred) {
            a->round = OB_ROUND_SUSPENDING;
        }
        break;
    }
}


/* 9091 and 9092 where the statement changes nothing. */
static unsigned
execute(archive *a, bt_ob_log_e statement)
{
    switch (statement) {

    case BT_OB_START:
        a->starts += !a->on;
        return a->on ? 9091 : ((void) (a->on = true), 0);

    case BT_OB_STOP:
        a->stops += a->on;
        return !a->on ? 9092 : ((void) (a->on = false), 0);

    default:
        a->resumes += a->deferred;
        a->deferred = false;
        return 0;
    }
}


/* One step of the executor; it may die before the statement is sent, or before
 * its answer comes. */
static ob_do_e
step(archive *a, memory *m, bt_action_e action, int64_t before)
{
    ob_decision   decision, answer = { .already = 0 };
    ob_log_facts  facts = {
        .action = action, .is_there = true, .is_normal = true,
        .log_mode = bt_str_of(!a->shows_mode ? "" : a->on ? ON : OFF),
        .round = a->round, .raw = bt_str_of(words[a->round]),
        .round_id = a->id > 0 ? a->id : U, .checkpoint = U,
        .has_destination = true, .deferred = a->deferred,
        .round_before = before, .step = bt_str_of(m->step),
        .step_age = m->step[0] == '\0' ? U : m->now - m->step_at,
        .age = m->now
    };

    ob_decide_log(&facts, &decision);

    if (decision.what != OB_DO_STATEMENT) {
        return decision.what;
    }

    snprintf(m->step, sizeof(m->step), "%s", decision.word);
    m->step_at = m->now;

    if (dice(a, 4) == 0) {
        return OB_DO_WAIT;
    }

    ob_decide_answer(execute(a, decision.statement), "", &answer);
    assert_int_equal(answer.what, OB_DO_WAIT);

    return OB_DO_WAIT;
}


/* Runs a command to its end: it is done, and its statements took effect no
 * more often than they had to. */
static void
run_command(archive *a, bt_action_e action)
{
    memory   m = { .step = "" };
    archive  first = *a;
    int64_t  before = a->id > 0 ? a->id : U;
    ob_do_e  what = OB_DO_WAIT;

    a->starts = a->stops = a->resumes = 0;

    for (int i = 0; what == OB_DO_WAIT; i++) {
        if (i == 1000) {
            fail_msg("%s of %s, log mode %d, never ends in %s",
                     bt_action_name(action), words[first.round], first.on,
                     words[a->round]);
        }

        what = step(a, &m, action, before);
        m.now += 2 * BT_SECOND;

        if (dice(a, 3) == 0) {
            turn(a);
        }
    }

    assert_int_equal(what, OB_DO_DONE);
    assert_true(a->starts <= 1 && a->stops <= 1 && a->resumes <= 1);

    if (action == BT_ACTION_STOP) {
        assert_false(a->on);
        assert_true(a->round == OB_ROUND_STOP || a->round == OB_ROUND_NONE);
        assert_int_equal(a->starts, 0);

    } else {
        assert_true(a->on);
        assert_int_equal(a->stops, action == BT_ACTION_RESTART
                                   ? first.on : 0);
    }

    if (action == BT_ACTION_RESTART) {
        assert_int_equal(a->id, first.id + 1);
    }
}


static void
test_commands(void **state)
{
    static const ob_round_e  starts[] = {
        OB_ROUND_NONE, OB_ROUND_STOP, OB_ROUND_STOPPING, OB_ROUND_SUSPEND,
        OB_ROUND_SUSPENDING
    };
    static const ob_round_e  stops[] = {
        OB_ROUND_PREPARE, OB_ROUND_BEGINNING, OB_ROUND_DOING,
        OB_ROUND_INTERRUPTED, OB_ROUND_SUSPEND, OB_ROUND_SUSPENDING
    };

    (void) state;

    for (int i = 0; i < 20000; i++) {
        archive  a = { .chance = (uint64_t) i * 7919, .id = 5 };

        a.shows_mode = dice(&a, 2) == 0;

        switch (dice(&a, 3)) {

        case 0:
            a.round = starts[dice(&a, COUNT(starts))];
            a.deferred = a.round == OB_ROUND_SUSPEND
                         || a.round == OB_ROUND_SUSPENDING
                         || (a.shows_mode && dice(&a, 4) == 0);
            a.on = a.round == OB_ROUND_SUSPEND
                   || a.round == OB_ROUND_SUSPENDING;
            a.id = a.round == OB_ROUND_NONE ? 0 : 5;
            run_command(&a, BT_ACTION_START);
            break;

        case 1:
            a.round = stops[dice(&a, COUNT(stops))];
            a.on = true;
            a.deferred = a.round == OB_ROUND_SUSPEND;
            run_command(&a, BT_ACTION_STOP);
            break;

        default:
            a.round = OB_ROUND_INTERRUPTED;
            a.on = true;
            run_command(&a, BT_ACTION_RESTART);
            break;
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_tenants),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_backup),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_commands),
    };

    return cmocka_run_group_tests_name("agent: ob decide", tests, NULL, NULL);
}

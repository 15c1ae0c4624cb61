/* test_agent_program.c: what programs print, how they are run, and how commands are stepped by them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/program.h"

/* 2026-11-22T10:00:00Z */
#define T0  (INT64_C(1795341600) * BT_SECOND)

#define HEAD  "<cluster xmlns=\"urn:nginx-backup-tasks:1\" version=\"1.0\">"
#define TAIL  "<page complete=\"true\"/></cluster>"

static char dir[64];

/* --- documents ---------------------------------------------- */

static const char whole[] =
    "<?xml version=\"1.0\"?>\n<!-- a look -->\n" HEAD
    "<version>10.11</version><observed>2026-11-22T10:00:00Z</observed>"
    "<tenants><tenant id=\"1\"><name>all</name></tenant>"
    "<tenant id=\"1002\"><name>a`; DROP TABLE x; -- </name></tenant></tenants>"
    "<data-backup-tasks>"
    "<task><source-id> 17 </source-id><tenant id=\"1002\">x</tenant>"
    "<mode>FULL</mode><start-time>2026-11-22T17:00:00+08:00</start-time>"
    "<status>COMPLETED</status><size-bytes>5000000000</size-bytes>"
    "<storage-directory>s3://me:key@bucket/a?access_key=k</storage-directory>"
    "<later-than-us>1</later-than-us></task>"
    "<task><source-id>18</source-id><status>PACKING</status>"
    "<progress-percent>47.5</progress-percent><cause><code>28</code><text>"
    "no <![CDATA[<space>]]> &amp; left\n</text></cause>"
    "<tenants><tenant id=\"1002\"><status>FAILED</status></tenant></tenants>"
    "</task></data-backup-tasks>"
    "<log-backups><log-backup><status>IN_PROGRESS</status>"
    "<latest-backup-time>2026-11-22T09:59:48Z</latest-backup-time>"
    "<rounds><round><round-id>3</round-id><status>IN_PROGRESS</status></round>"
    "</rounds><gaps><gap><from>2026-11-01T00:00:00Z</from></gap></gaps>"
    "<latency><sample at=\"2026-11-22T09:55:00Z\" seconds=\"4\"/></latency>"
    "</log-backup></log-backups>"
    "<cleanup-tasks><cleanup-task><source-id>3</source-id>"
    "<status>EXECUTING</status><items-total>4</items-total></cleanup-task>"
    "</cleanup-tasks><second-backups><second-backup><source-id>17</source-id>"
    "<kind>DATA</kind><task-source-id>17</task-source-id>"
    "<status>COMPLETED</status></second-backup></second-backups>"
    "<page count=\"5\" complete=\"true\"/></cluster>\n";

static void
assert_text(bt_str text, const char *wanted)
{
    char copy[512];

    (void) snprintf(copy, sizeof(copy), "%.*s", (int) text.len,
                    text.data != NULL ? text.data : "");
    assert_string_equal(copy, wanted);
}

static bool
parse(bt_program_document *document, const char *text, char *why, size_t size)
{
    return bt_program_parse(document, bt_str_of(text), T0 + BT_HOUR, why, size);
}

static void
test_whole(void **state)
{
    bt_program_document document;
    char                why[300];

    (void) state;
    if (!parse(&document, whole, why, sizeof(why))) {
        fail_msg("%s", why);
    }
    assert_text(document.cluster.version, "10.11");
    assert_int_equal(document.cluster.clock, T0);
    assert_int_equal(document.cluster.incarnation, 1);
    assert_int_equal(document.tenant_count, 2);
    assert_int_equal(document.tenants[1].ob_id, 1002);
    assert_text(document.tenants[1].name, "a`; DROP TABLE x; -- ");
    assert_int_equal(document.task_count, 2);
    assert_text(document.tasks[0].source_id, "17");
    assert_int_equal(document.tasks[0].tenant, 1002);
    assert_int_equal(document.tasks[0].start_time, T0 - BT_HOUR);
    assert_int_equal(document.tasks[0].end_time, BT_UNKNOWN);
    assert_int_equal(document.tasks[0].size_bytes, INT64_C(5000000000));
    assert_int_equal(document.tasks[0].progress, BT_UNKNOWN);
    assert_text(document.tasks[0].storage_directory, "s3://bucket/a");
    assert_text(document.tasks[1].status, "UNKNOWN");
    assert_text(document.tasks[1].raw_status, "PACKING");
    assert_int_equal(document.tasks[1].tenant, 1);
    assert_int_equal(document.tasks[1].progress, 4750);
    assert_text(document.tasks[1].cause.code, "28");
    assert_text(document.tasks[1].cause.text, "no <space> & left\n");
    assert_int_equal(document.tasks[1].tenant_count, 1);
    assert_int_equal(document.tasks[1].tenants[0].tenant, 1002);
    assert_int_equal(document.log_count, 1);
    assert_text(document.logs[0].source_id, "1");
    assert_int_equal(document.logs[0].observed, T0);
    assert_int_equal(document.logs[0].latency_seconds, 12);
    assert_int_equal(document.logs[0].rounds[0].round_id, 3);
    assert_int_equal(document.logs[0].gaps[0].to, BT_UNKNOWN);
    assert_int_equal(document.logs[0].samples[0].seconds, 4);
    assert_int_equal(document.cleanups[0].items_total, 4);
    assert_int_equal(document.cleanups[0].items_done, BT_UNKNOWN);
    assert_int_equal(document.seconds[0].copy_id, 1);
    assert_text(document.seconds[0].task_source_id, "17");
    bt_program_free(&document);
}

/* The text ends after the root's last angle bracket; whatever is cut before
 * it is refused, with a reason. */
static void
test_truncated(void **state)
{
    bt_program_document document;
    size_t              len = strlen(whole) - 1;
    char                why[300];

    (void) state;
    for (size_t cut = 0; cut < len; cut++) {
        if (bt_program_parse(&document, (bt_str) { whole, cut }, T0, why,
                             sizeof(why)))
        {
            fail_msg("taken for whole: the first %zu of %zu bytes", cut, len);
        }
        assert_true(why[0] != '\0');
        assert_null(strchr(why, '\n'));
    }
    assert_true(bt_program_parse(&document, (bt_str) { whole, len }, T0, why,
                                 sizeof(why)));
    bt_program_free(&document);
}

static void
test_refused(void **state)
{
    static const char *const documents[][2] = {
        { "", "is empty" },
        { " \n", "is empty" },
        { "<cluster", "ends in the middle" },
        { "warning: slow\n" HEAD TAIL, "text outside of its root" },
        { HEAD TAIL "done\n<x/>", "text outside" },
        { HEAD TAIL HEAD TAIL, "more than one root" },
        { "<clusters/>", "no root <cluster>" },
        { "<cluster version=\"1.0\">" TAIL, "namespace" },
        { "<cluster xmlns=\"urn:nginx-backup-tasks:2\" version=\"1.0\">" TAIL,
          "namespace" },
        { "<cluster xmlns=\"urn:nginx-backup-tasks:1\" version=\"2.0\">" TAIL,
          "version" },
        { HEAD "</cluster>", "does not end with <page" },
        { HEAD "<page complete=\"true\"/><tenants/></cluster>",
          "does not end with <page" },
        { HEAD "<page complete=\"false\"/></cluster>", "not complete" },
        { HEAD "<page/></cluster>", "not complete" },
        { HEAD "<page count=\"1\" complete=\"true\"/></cluster>",
          "counts 1 records, and there are 0" },
        { HEAD "<data-backup-tasks><task><status>FAILED</status></task>"
          "</data-backup-tasks>" TAIL, "<task> number 1 has no source-id" },
        { HEAD "<data-backup-tasks><task><source-id>1</source-id></task>"
          "</data-backup-tasks>" TAIL, "<task> number 1 has no status" },
        { HEAD "<log-backups><log-backup><status>STOPPED</status><start-time>"
          "yesterday</start-time></log-backup></log-backups>" TAIL,
          "start-time that is no time" },
        { HEAD "<log-backups><log-backup><status>STOPPED</status><observed>"
          "2026-11-22 10:00:00</observed></log-backup></log-backups>" TAIL,
          "observed that is no time" },
        { HEAD "<tenants><tenant id=\"one\"><name>x</name></tenant></tenants>"
          TAIL, "no whole number: \"one\"" },
        { HEAD "<tenants><tenant id=\"1\"/></tenants>" TAIL, "has no name" },
        { HEAD "<ob-id>99999999999999999999</ob-id>" TAIL, "no whole number" },
        { HEAD "<incarnation>0</incarnation>" TAIL, "incarnation" },
        { HEAD "<data-backup-tasks><task><source-id>1</source-id><status>FAILED"
          "</status><progress-percent>101</progress-percent></task>"
          "</data-backup-tasks>" TAIL, "no percentage" }
    };
    bt_program_document document;
    char                why[300];

    (void) state;
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        if (parse(&document, documents[i][0], why, sizeof(why))) {
            fail_msg("taken: %s", documents[i][0]);
        }
        if (strstr(why, documents[i][1]) == NULL) {
            fail_msg("%s\nis refused because: %s", documents[i][0], why);
        }
    }
}

/* One odd name costs no document. */
static void
test_odd_bytes(void **state)
{
    bt_program_document document;
    char                why[300];

    (void) state;
    assert_true(parse(&document, HEAD "<version>a\x01" "b\xff</version>" TAIL,
                      why, sizeof(why)));
    assert_text(document.cluster.version, "a\xef\xbf\xbd" "b\xef\xbf\xbd");
    assert_int_equal(document.cluster.clock, T0 + BT_HOUR);
    bt_program_free(&document);
}

/* --- runs ---------------------------------------------- */

static char      program[96];
static bt_access access_of_test;

/* Makes the text the program of the test. */
static const bt_access *
script(const char *text)
{
    FILE *file;

    (void) snprintf(program, sizeof(program), "%s/program", dir);
    (void) remove(program);
    file = fopen(program, "we");
    assert_non_null(file);
    (void) fprintf(file, "#!/bin/sh\n%s\n", text);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(program, 0700), 0);
    access_of_test = (bt_access) {
        .cluster_id = 1, .name = "pay \"core\"", .adapter = "program",
        .endpoints = dir, .user = "me", .secret = "env:PROGRAM_SECRET",
        .tls_ca = "", .program = program, .statement_seconds = 20
    };
    return &access_of_test;
}

static void
run(const bt_access *access, bt_program_result *result)
{
    bt_program_call call = {
        .access = access, .verb = "stop-log", .tenant = "-t `x`",
        .tenant_id = 7, .command_id = 12, .source_id = "dest 1"
    };

    bt_program_run(&call, result);
}

static void
test_arguments(void **state)
{
    bt_program_result result;

    (void) state;
    run(script("printf '%s|' \"$@\"; cat; pwd; env | sort; "
               "ls /proc/self/fd | wc -l"), &result);
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.output, "stop-log|pay \"core\"|-t `x`|/\n"));
    assert_non_null(strstr(result.output, "\nBT_COMMAND_ID=12\n"));
    assert_non_null(strstr(result.output, "\nBT_PASSWORD=s3 cr3t\n"));
    assert_non_null(strstr(result.output, "\nBT_SOURCE_ID=dest 1\n"));
    assert_non_null(strstr(result.output, "\nBT_TENANT_ID=7\n"));
    assert_non_null(strstr(result.output, "\nBT_TIME_LIMIT=20\n"));
    assert_non_null(strstr(result.output, "\nBT_USER=me\n"));
    assert_non_null(strstr(result.output, "\nLC_ALL=C.UTF-8\n"));
    assert_non_null(strstr(result.output, "\nTZ=UTC\n"));
    assert_null(strstr(result.output, "PROGRAM_SECRET"));
    assert_null(strstr(result.output, "BT_SECRET"));
    bt_program_result_free(&result);
}

static void
test_statuses(void **state)
{
    static const int  statuses[] = { 0, 1, 75, 3 };
    char              text[128];
    bt_program_result result;

    (void) state;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        (void) snprintf(text, sizeof(text), "echo ' cannot  do\nit with "
                        "s3 cr3t' >&2; exit %d", statuses[i]);
        run(script(text), &result);
        assert_int_equal(result.status, statuses[i]);
        assert_string_equal(result.error, "cannot do it with *******");
        bt_program_result_free(&result);
    }
}

static void
test_no_program(void **state)
{
    bt_program_result result;

    (void) state;
    (void) script("exit 0");
    assert_int_equal(chmod(program, 0600), 0);
    run(&access_of_test, &result);
    assert_int_equal(result.status, -1);
    assert_non_null(strstr(result.error, "cannot be run: Permission denied"));
    bt_program_result_free(&result);
    access_of_test.secret = "env:NOT_THERE";
    run(&access_of_test, &result);
    assert_int_equal(result.status, -1);
    assert_non_null(strstr(result.error, "NOT_THERE"));
    bt_program_result_free(&result);
}

/* What a program wrote of a process into a file. */
static pid_t
child_of(const char *name)
{
    char  path[128];
    char  text[32] = "";
    FILE *file;
    long  pid;

    (void) snprintf(path, sizeof(path), "%s/%s", dir, name);
    file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof(text), file));
    (void) fclose(file);
    pid = strtol(text, NULL, 10);
    assert_true(pid > 1);
    return (pid_t) pid;
}

static bool
is_alive(const char *name)
{
    return kill(child_of(name), 0) == 0;
}

static bool
ends(const char *name)
{
    const struct timespec pause = { 0, 20 * 1000 * 1000 };

    for (int i = 0; i < 500 && is_alive(name); i++) {
        (void) nanosleep(&pause, NULL);
    }
    return !is_alive(name);
}

/* A program that hangs is ended, and its children with it. */
static void
test_time_limit(void **state)
{
    bt_program_result result;

    (void) state;
    (void) script("trap '' TERM; sleep 600 & echo $! > $BT_ENDPOINTS/child;"
                  " echo $$ > $BT_ENDPOINTS/self; wait; wait");
    access_of_test.statement_seconds = 1;
    run(&access_of_test, &result);
    assert_int_equal(result.status, -1);
    assert_non_null(strstr(result.error, "took longer than 1 s"));
    assert_true(ends("child"));
    assert_true(ends("self"));
    bt_program_result_free(&result);
}

static void
end_child(const char *name)
{
    (void) kill(child_of(name), SIGKILL);
}

/* What it leaves behind goes on, and nobody waits for it although it holds the
 * outputs. */
static void
test_background(void **state)
{
    bt_program_result result;

    (void) state;
    run(script("sleep 600 & echo $! > $BT_ENDPOINTS/in\n"
               "setsid sh -c 'echo $$ > $BT_ENDPOINTS/out; exec sleep 600' &\n"
               "while [ ! -s $BT_ENDPOINTS/out ]; do sleep 0.05; done\n"
               "echo begun"), &result);
    assert_int_equal(result.status, 0);
    assert_string_equal(result.output, "begun\n");
    assert_true(is_alive("in"));
    assert_true(is_alive("out"));
    bt_program_result_free(&result);
    end_child("in");
    end_child("out");
}

static void
test_too_much(void **state)
{
    bt_program_result result;

    (void) state;
    run(script("yes"), &result);
    assert_int_equal(result.status, -1);
    assert_non_null(strstr(result.error, "printed more than 64 MiB"));
    bt_program_result_free(&result);
    run(script("head -c 300000 /dev/zero | tr '\\0' x; "
               "head -c 300000 /dev/zero | tr '\\0' y >&2; kill -9 $$"),
        &result);
    assert_int_equal(result.status, -1);
    assert_int_equal(result.len, 300000);
    assert_non_null(strstr(result.error, "signal 9"));
    bt_program_result_free(&result);
}

/* --- commands ---------------------------------------------- */

/* A cluster of one log backup, whose state is a file.  Stopping takes two
 * looks, starting one.  "refuse", "later" and "deaf" change what it does. */
static const char cluster_program[] =
    "cd $BT_ENDPOINTS; read state < state; mode=$(cat mode)\n"
    "echo $1 >> calls\n"
    "case $1 in\n"
    "collect)\n"
    "  printf '" "<cluster xmlns=\"urn:nginx-backup-tasks:1\" version=\"1.0\">"
    "<tenants><tenant><name>all</name></tenant></tenants><log-backups>"
    "<log-backup><status>%s</status></log-backup></log-backups>'  $state\n"
    "  if [ -e task ]; then printf '<data-backup-tasks><task><source-id>5"
    "</source-id><source>%s</source><status>IN_PROGRESS</status></task>"
    "</data-backup-tasks>' \"$(cat task)\"; fi\n"
    "  echo '<page complete=\"true\"/></cluster>'\n"
    "  case $state in STARTING) echo IN_PROGRESS > state ;;\n"
    "  STOPPING) echo STOPPED > state ;; esac; exit 0 ;;\n"
    "esac\n"
    "case $mode in\n"
    "refuse) echo 'no destination' >&2; exit 1 ;;\n"
    "later) echo 'busy' >&2; exit 75 ;;\n"
    "deaf) exit 0 ;;\n"
    "esac\n"
    "case $1 in\n"
    "start-log) echo STARTING > state ;;\n"
    "stop-log) echo STOPPING > state ;;\n"
    "backup-full) echo \"backup-tasks command $BT_COMMAND_ID\" > task ;;\n"
    "esac";

static void
put(const char *name, const char *text)
{
    char  path[128];
    FILE *file;

    (void) snprintf(path, sizeof(path), "%s/%s", dir, name);
    if (text == NULL) {
        (void) remove(path);
        return;
    }
    file = fopen(path, "we");
    assert_non_null(file);
    (void) fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* How often the program was told so since the state was set. */
static int
calls(const char *verb)
{
    char  path[128], line[64];
    FILE *file;
    int   count = 0;

    (void) snprintf(path, sizeof(path), "%s/calls", dir);
    file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        count += strcmp(line, verb) == 0 ? 1 : 0;
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    return count;
}

static void
cluster_is(const char *log_state, const char *mode)
{
    (void) script(cluster_program);
    put("state", log_state);
    put("mode", mode);
    put("calls", NULL);
    put("task", NULL);
}

static bool
intend(bt_order *order, const char *word)
{
    const bool *is_ours = order->context;

    if (*is_ours) {
        (void) snprintf(order->step, sizeof(order->step), "%s", word);
        order->step_at = order->now;
    }
    return *is_ours;
}

static bool ours;

static bt_order
order_for(bt_action_e action)
{
    ours = true;
    return (bt_order) {
        .command_id = 12, .action = action, .kind = BT_VIEW_LOG, .tenant = 1,
        .tenant_name = BT_STR("all"), .source_id = BT_STR("1"),
        .round_before = BT_UNKNOWN, .taken = T0, .now = T0,
        .step_at = BT_UNKNOWN, .intend = intend, .context = &ours
    };
}

/* Steps an order by one link to its end, at most so often. */
static bt_step
step_on(bt_link *link, bt_order *order, int times)
{
    bt_step   step = { .outcome = BT_STEP_WAIT };
    bt_reason reason = { "" };

    for (int i = 0; i < times && step.outcome == BT_STEP_WAIT; i++) {
        if (bt_adapter_program.step(link, order, &step, &reason)
            != BT_ANSWER_OK)
        {
            fail_msg("%s", reason.text);
        }
        order->now += 2 * BT_SECOND;
    }
    return step;
}

static bt_step
step_all(bt_order *order, int times)
{
    bt_link *link = bt_adapter_program.open(&access_of_test);
    bt_step  step = step_on(link, order, times);

    bt_adapter_program.close(link);
    return step;
}

static void
test_start_stop(void **state)
{
    bt_order order = order_for(BT_ACTION_START);
    bt_step  step;

    (void) state;
    cluster_is("STOPPED", "");
    step = step_all(&order, 9);
    assert_int_equal(step.outcome, BT_STEP_DONE);
    assert_int_equal(calls("start-log"), 1);
    step = step_all(&order, 1);
    assert_int_equal(step.outcome, BT_STEP_DONE);
    assert_int_equal(calls("start-log"), 1);
    order = order_for(BT_ACTION_STOP);
    step = step_all(&order, 9);
    assert_int_equal(step.outcome, BT_STEP_DONE);
    assert_int_equal(calls("stop-log"), 1);
}

/* Each step by another agent: none of them knows what the last one did. */
static void
test_restart_by_many(void **state)
{
    bt_order order = order_for(BT_ACTION_RESTART);
    bt_step  step = { .outcome = BT_STEP_WAIT };

    (void) state;
    cluster_is("INTERRUPTED", "");
    for (int i = 0; i < 12 && step.outcome == BT_STEP_WAIT; i++) {
        step = step_all(&order, 1);
    }
    assert_int_equal(step.outcome, BT_STEP_DONE);
    assert_int_equal(calls("stop-log"), 1);
    assert_int_equal(calls("start-log"), 1);
    assert_string_equal(order.step, "start-log");
}

static void
test_refusals(void **state)
{
    bt_order order = order_for(BT_ACTION_START);
    bt_step  step;

    (void) state;
    cluster_is("STOPPED", "refuse");
    step = step_all(&order, 9);
    assert_int_equal(step.outcome, BT_STEP_FAILED);
    assert_string_equal(step.text, "no destination");

    cluster_is("STOPPED", "later");
    step = step_all(&order, 3);
    assert_int_equal(step.outcome, BT_STEP_WAIT);
    assert_string_equal(step.text, "start-log is tried again: busy");
    assert_int_equal(calls("start-log"), 3);

    /* It says yes, and nothing comes of it. */
    cluster_is("STOPPED", "deaf");
    step = step_all(&order, 99);
    assert_int_equal(step.outcome, BT_STEP_FAILED);
    assert_non_null(strstr(step.text, "the state is still STOPPED"));
    assert_int_equal(calls("start-log"), 1);

    order = order_for(BT_ACTION_STOP);
    ours = false;
    cluster_is("IN_PROGRESS", "");
    step = step_all(&order, 3);
    assert_int_equal(step.outcome, BT_STEP_WAIT);
    assert_int_equal(calls("stop-log"), 0);

    order = order_for(BT_ACTION_STOP);
    order.source_id = BT_STR("other");
    step = step_all(&order, 1);
    assert_int_equal(step.outcome, BT_STEP_FAILED);
}

static void
test_backup(void **state)
{
    bt_order order = order_for(BT_ACTION_NONE);
    bt_step  step = { .outcome = BT_STEP_WAIT };

    (void) state;
    order.kind = BT_VIEW_CLUSTERS;
    order.mode = BT_STR("FULL");
    cluster_is("IN_PROGRESS", "");
    for (int i = 0; i < 9 && step.outcome == BT_STEP_WAIT; i++) {
        step = step_all(&order, 1);
    }
    assert_int_equal(step.outcome, BT_STEP_DONE);
    assert_string_equal(step.text, "the backup began, as task 5");
    assert_int_equal(calls("backup-full"), 1);
}

static void
test_look(void **state)
{
    bt_program_document document;
    bt_reason           reason = { "" };
    bt_link            *link;

    (void) state;
    link = bt_adapter_program.open(script("echo gone >&2; exit 75"));
    assert_int_equal(bt_program_look(link, &document, &reason),
                     BT_ANSWER_UNREACHABLE);
    assert_string_equal(reason.text, "gone");
    (void) script("echo denied >&2; exit 1");
    assert_int_equal(bt_program_look(link, &document, &reason),
                     BT_ANSWER_REFUSED);
    (void) script("echo '" HEAD "'");
    assert_int_equal(bt_program_look(link, &document, &reason),
                     BT_ANSWER_BROKEN);
    (void) script("exit 9");
    assert_int_equal(bt_program_look(link, &document, &reason),
                     BT_ANSWER_BROKEN);
    (void) script("exit 0");
    assert_int_equal(bt_program_look(link, &document, &reason),
                     BT_ANSWER_BROKEN);
    (void) script("sleep 60");
    access_of_test.statement_seconds = 1;
    assert_int_equal(bt_program_look(link, &document, &reason),
                     BT_ANSWER_UNREACHABLE);
    bt_adapter_program.close(link);
}

/* --- around it ---------------------------------------------- */

static int
set_up(void **state)
{
    (void) state;
    (void) snprintf(dir, sizeof(dir), "/tmp/bt-unit-XXXXXX");
    assert_non_null(mkdtemp(dir));
    return setenv("PROGRAM_SECRET", "s3 cr3t", 1);
}

static int
forget(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    (void) about;
    (void) kind;
    (void) walk;
    return remove(path);
}

static int
tear_down(void **state)
{
    (void) state;
    (void) nftw(dir, forget, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_odd_bytes),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_no_program),
        cmocka_unit_test(test_time_limit),
        cmocka_unit_test(test_background),
        cmocka_unit_test(test_too_much),
        cmocka_unit_test(test_start_stop),
        cmocka_unit_test(test_restart_by_many),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_backup),
        cmocka_unit_test(test_look)
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

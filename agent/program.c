/* program.c: the adapter that runs an operator's program: looks, and checks. */

#include "agent/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bt_link *
open_link(const bt_access *access)
{
    bt_link *link = calloc(1, sizeof(*link));

    if (link != NULL) {
        link->access = access;
    }
    return link;
}

static void
close_link(bt_link *link)
{
    free(link);
}

static void
say(bt_reason *reason, const char *what, const char *text)
{
    (void) snprintf(reason->text, sizeof(reason->text), "%s%s", what,
                    text[0] != '\0' ? text : "the program does not say why");
}

/* How a run without a usable answer counts. */
static bt_answer
answer_of(const bt_program_result *result, bt_reason *reason)
{
    switch (result->status) {
    case BT_PROGRAM_DONE:
        return BT_ANSWER_OK;
    case BT_PROGRAM_REFUSED:
        say(reason, "", result->error);
        return BT_ANSWER_REFUSED;
    case -1:
    case BT_PROGRAM_LATER:
        say(reason, "", result->error);
        return BT_ANSWER_UNREACHABLE;
    default:
        (void) snprintf(reason->text, sizeof(reason->text), "the program "
                        "ended with status %d: %.400s", result->status,
                        result->error);
        return BT_ANSWER_BROKEN;
    }
}

bt_answer
bt_program_look(bt_link *link, bt_program_document *document,
                bt_reason *reason)
{
    bt_program_call   call = { .access = link->access, .verb = "collect" };
    bt_program_result result;
    bt_usec           began = bt_time_now();
    bt_answer         answer;
    char              why[300];

    bt_program_run(&call, &result);
    answer = answer_of(&result, reason);
    if (answer == BT_ANSWER_OK
        && !bt_program_parse(document, (bt_str) { result.output, result.len },
                             began, why, sizeof(why)))
    {
        (void) snprintf(reason->text, sizeof(reason->text), "%s collect "
                        "printed what cannot be used: %s",
                        link->access->program, why);
        answer = BT_ANSWER_BROKEN;
    }
    bt_program_result_free(&result);
    return answer;
}

static bt_answer
collect(bt_link *link, bt_collect *to, bt_reason *reason)
{
    bt_program_document document;
    bt_answer           answer = bt_program_look(link, &document, reason);

    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    bt_collect_cluster_is(to, &document.cluster);
    for (size_t i = 0; i < document.tenant_count; i++) {
        bt_collect_tenant(to, &document.tenants[i]);
    }
    for (size_t i = 0; i < document.log_count; i++) {
        bt_collect_log(to, &document.logs[i]);
    }
    for (size_t i = 0; i < document.task_count; i++) {
        bt_collect_data(to, &document.tasks[i]);
    }
    for (size_t i = 0; i < document.cleanup_count; i++) {
        bt_collect_cleanup(to, &document.cleanups[i]);
    }
    for (size_t i = 0; i < document.second_count; i++) {
        bt_collect_second(to, &document.seconds[i]);
    }
    bt_program_free(&document);
    return BT_ANSWER_OK;
}

/* --- check ---------------------------------------------- */

static bool
check_file(const bt_access *access, bt_check_report *report)
{
    const char *hint = NULL;
    struct stat about;

    if (access->program[0] != '/') {
        hint = "register the program by its absolute path";
    } else if (stat(access->program, &about) != 0) {
        hint = "there is no such file, or a directory above it is closed";
    } else if (!S_ISREG(about.st_mode)
               || eaccess(access->program, X_OK) != 0)
    {
        hint = "make it executable for the agent's user";
    } else if ((about.st_mode & S_IWOTH) != 0) {
        hint = "everybody may write it: chmod o-w";
    }
    report->line(report, hint == NULL ? BT_CHECK_PASS : BT_CHECK_FAIL,
                 "program", access->program, hint != NULL ? hint : "");
    return hint == NULL;
}

static bt_answer
check_itself(bt_link *link, bt_check_report *report, bt_reason *reason)
{
    bt_program_call   call = { .access = link->access, .verb = "check" };
    bt_program_result result;
    bt_answer         answer;

    bt_program_run(&call, &result);
    answer = answer_of(&result, reason);
    report->line(report, answer == BT_ANSWER_OK ? BT_CHECK_PASS
                                                : BT_CHECK_FAIL,
                 "check", answer == BT_ANSWER_OK ? "the program is content"
                                                 : reason->text,
                 answer == BT_ANSWER_OK ? "" : "the program's own words; see "
                                               "its documentation");
    bt_program_result_free(&result);
    return answer;
}

static bt_answer
check_document(bt_link *link, bt_check_report *report, bt_reason *reason)
{
    bt_program_document document;
    char                found[160];
    bt_answer           answer = bt_program_look(link, &document, reason);

    if (answer != BT_ANSWER_OK) {
        report->line(report, BT_CHECK_FAIL, "collect", reason->text,
                     "its document is described in docs/program-adapter.md");
        return answer;
    }
    (void) snprintf(found, sizeof(found), "version %.*s, %zu tenants, %zu "
                    "data tasks, %zu log backups",
                    (int) (document.cluster.version.len > 64
                           ? 64 : document.cluster.version.len),
                    document.cluster.version.data, document.tenant_count,
                    document.task_count, document.log_count);
    report->line(report, document.tenant_count > 0 ? BT_CHECK_PASS
                                                   : BT_CHECK_FAIL,
                 "collect", found, document.tenant_count > 0
                                   ? "" : "name at least one tenant");
    bt_program_free(&document);
    return BT_ANSWER_OK;
}

static bt_answer
check(bt_link *link, bt_check_report *report, bt_reason *reason)
{
    bt_answer answer;

    if (!check_file(link->access, report)) {
        (void) snprintf(reason->text, sizeof(reason->text), "the program %s "
                        "cannot be run", link->access->program);
        return BT_ANSWER_REFUSED;
    }
    answer = check_itself(link, report, reason);
    return answer != BT_ANSWER_OK ? answer
                                  : check_document(link, report, reason);
}

const bt_adapter bt_adapter_program = {
    .name = "program", .open = open_link, .close = close_link,
    .collect = collect, .step = bt_program_step, .check = check
};

/* cluster_check.c: the command "cluster check": asks a cluster as the agent would. */

#include "cluster.h"
#include "table.h"

#include "agent/adapter.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define LINE_TEXT  1024

static const char *const verdicts[] = {
    [BT_CHECK_PASS] = "PASS", [BT_CHECK_WARN] = "WARN",
    [BT_CHECK_FAIL] = "FAIL"
};

/* How many lines of each verdict. */
typedef struct {
    unsigned count[BT_CHECK_FAIL + 1];
} tally;

static void
print_line(bt_check_report *report, bt_check_e verdict, const char *what,
           const char *found, const char *hint)
{
    tally *lines = report->context;
    char   text[LINE_TEXT];

    lines->count[verdict]++;
    (void) printf("%s  %s", verdicts[verdict],
                  ctl_harmless(text, sizeof(text), bt_str_of(what)));
    if (found != NULL && *found != '\0') {
        (void) printf(": %s",
                      ctl_harmless(text, sizeof(text), bt_str_of(found)));
    }
    (void) putchar('\n');
    if (hint != NULL && *hint != '\0') {
        (void) printf("      %s\n",
                      ctl_harmless(text, sizeof(text), bt_str_of(hint)));
    }
}

static void
print_answer(bt_check_report *report, bt_answer answer, const char *reason)
{
    switch (answer) {
    case BT_ANSWER_UNREACHABLE:
        report->line(report, BT_CHECK_FAIL, "connection", reason, "is the "
                     "address right, does the cluster run, and do firewalls "
                     "let this host through?");
        return;
    case BT_ANSWER_REFUSED:
        report->line(report, BT_CHECK_FAIL, "access", reason, "look at the "
                     "account (--user), its password and rights, and at TLS "
                     "(--tls, --tls-ca)");
        return;
    default:
        report->line(report, BT_CHECK_FAIL, "answer", reason, "is this the "
                     "right adapter (--adapter) for what answers there?");
        return;
    }
}

static char *
copy(const cluster_settings *settings, cluster_setting setting)
{
    return strdup(settings->texts[setting]);
}

/* The access of a registration that may not be in the store yet. */
static bool
make_access(const cluster_settings *settings, bt_access *access)
{
    const char    *tls = settings->texts[CLUSTER_TLS];
    const int64_t *numbers = settings->numbers;

    *access = (bt_access) {
        .cluster_id = settings->id,
        .name = strdup(settings->name),
        .adapter = copy(settings, CLUSTER_ADAPTER),
        .endpoints = copy(settings, CLUSTER_ENDPOINTS),
        .user = copy(settings, CLUSTER_USER),
        .secret = copy(settings, CLUSTER_SECRET),
        .tls_ca = copy(settings, CLUSTER_TLS_CA),
        .program = copy(settings, CLUSTER_PROGRAM),
        .round_seconds = (int) numbers[CLUSTER_ROUND - CLUSTER_TEXTS],
        .connect_seconds = (int) numbers[CLUSTER_CONNECT - CLUSTER_TEXTS],
        .statement_seconds = (int) numbers[CLUSTER_STATEMENT - CLUSTER_TEXTS]
    };
    if (access->name == NULL || access->adapter == NULL
        || access->endpoints == NULL || access->user == NULL
        || access->secret == NULL || access->tls_ca == NULL
        || access->program == NULL)
    {
        return false;
    }
    if (*tls != '\0' && !bt_tls_by_name(tls, &access->tls)) {
        access->tls = BT_TLS_VERIFY;
    }
    bt_access_fill(access, *tls != '\0');
    return true;
}

/* The password first: without it an adapter can only fail. */
static bool
check_secret(bt_check_report *report, const bt_access *access)
{
    char  why[LINE_TEXT];
    char *password;

    if (*access->secret == '\0') {
        return true;
    }
    if (!bt_secret_read(access, &password, why, sizeof(why))) {
        report->line(report, BT_CHECK_FAIL, "password", why, "keep it where "
                     "the agent finds it: --ask-password FILE makes the file");
        return false;
    }
    bt_secret_free(password);
    report->line(report, BT_CHECK_PASS, "password", access->secret, "");
    return true;
}

static void
ask(bt_check_report *report, const bt_adapter *adapter,
    const bt_access *access)
{
    bt_reason reason = { "" };
    bt_answer answer;
    bt_link  *link = adapter->open(access);

    if (link == NULL) {
        report->line(report, BT_CHECK_FAIL, "adapter", "out of memory", "");
        return;
    }
    answer = adapter->check(link, report, &reason);
    /* a program's own lines have said it */
    if (answer != BT_ANSWER_OK && adapter != &bt_adapter_program) {
        print_answer(report, answer, reason.text);
    }
    adapter->close(link);
}

static void
run_check(bt_check_report *report, const cluster_settings *settings)
{
    const char       *name = *settings->texts[CLUSTER_PROGRAM] != '\0'
                             ? "program" : settings->texts[CLUSTER_ADAPTER];
    const bt_adapter *adapter = bt_adapter_by_name(bt_str_of(name));
    bt_access         access;

    if (!make_access(settings, &access)) {
        report->line(report, BT_CHECK_FAIL, "adapter", "out of memory", "");
    } else if (check_secret(report, &access)) {
        if (adapter != NULL) {
            ask(report, adapter, &access);
        } else {
            report->line(report, BT_CHECK_FAIL, "adapter", name,
                         "this program was built without it");
        }
    }
    bt_access_free(&access);
}

int
cluster_ask(const cluster_settings *settings)
{
    tally           lines = { { 0 } };
    bt_check_report report = { print_line, &lines };
    char            name[LINE_TEXT];

    run_check(&report, settings);
    (void) printf("%s: %u passed, %u to look at, %u failed\n",
                  ctl_harmless(name, sizeof(name), bt_str_of(settings->name)),
                  lines.count[BT_CHECK_PASS], lines.count[BT_CHECK_WARN],
                  lines.count[BT_CHECK_FAIL]);
    (void) fflush(stdout);
    return lines.count[BT_CHECK_FAIL] == 0 ? CTL_DONE : CTL_FAILED;
}

static int
check_one(ctl_context *ctl, const char *name)
{
    cluster_settings settings;
    bt_pool         *pool = bt_pool_new();
    int              code;

    if (pool == NULL) {
        return ctl_say(CTL_FAILED, "out of memory");
    }
    code = cluster_find(ctl, pool, name, &settings);
    if (code == CTL_DONE) {
        code = cluster_ask(&settings);
    }
    bt_pool_free(pool);
    return code;
}

/* The names of all registered clusters, one after the other. */
static int
check_all(ctl_context *ctl)
{
    bt_rows *rows;
    bt_pool *pool = bt_pool_new();
    char    *name;
    int      code, worst = CTL_DONE;

    if (pool == NULL
        || bt_store_run(ctl->store, "SELECT c.name FROM clusters c"
                        " JOIN cluster_access a ON a.cluster_id = c.id"
                        " ORDER BY c.name", NULL, 0, &rows, NULL)
           != BT_STORE_OK)
    {
        bt_pool_free(pool);
        return ctl_store_failed(ctl, "cannot read the registry");
    }
    while (bt_rows_next(rows) > 0) {
        name = bt_pool_copy(pool, bt_rows_get(rows, 0).text);
        code = name != NULL ? check_one(ctl, name) : CTL_FAILED;
        worst = code != CTL_DONE ? CTL_FAILED : worst;
    }
    bt_rows_close(rows);
    bt_pool_free(pool);
    return worst;
}

int
cluster_check(ctl_context *ctl, int argc, char **argv)
{
    static const struct option options[] = {
        { "all", no_argument, NULL, 'a' },
        { NULL, 0, NULL, 0 }
    };
    bool all = false, good = true;
    int  option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        good = good && option == 'a';
        all = true;
    }
    if (!good || argc - optind != (all ? 0 : 1)) {
        return ctl_say(CTL_REFUSED, "usage: backup-tasks-ctl cluster check "
                       "NAME | --all");
    }
    return all ? check_all(ctl) : check_one(ctl, argv[optind]);
}

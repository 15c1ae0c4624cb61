/* report.c: the command "report": writes, lists, checks and removes daily reports. */

#include "ctl.h"
#include "table.h"

#include "reports/bt_report.h"
#include "store/bt_sql.h"
#include "xml/bt_xml.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SHEET  BT_SHARE_DIR "/xslt/report.xsl"

typedef struct {
    ctl_context    *ctl;
    int64_t         day;            /* 0: none was named */
    char            day_text[BT_DAY_TEXT];
    int64_t         before;
    char            before_text[BT_DAY_TEXT];
    const char     *group;          /* NULL: none was named */
    bt_report_conf  conf;
    bool            script;
    bool            yes;
} report;

static int
usage(void)
{
    return ctl_say(CTL_REFUSED, "usage: backup-tasks-ctl report "
                   "write [--day DAY [--group NAME]] [--zone ZONE] "
                   "[--language en|zh] [--report-sheet FILE] | "
                   "list [-H] [--group NAME] | "
                   "verify [--day DAY] [--group NAME] | "
                   "prune --before DAY [--yes]");
}

static bool
read_day(const char *text, int64_t *day, char copy[BT_DAY_TEXT])
{
    if (!bt_day_parse(bt_str_of(text), day)) {
        (void) ctl_say(CTL_REFUSED, "\"%s\" is not a day: use YYYY-MM-DD",
                       text);
        return false;
    }
    bt_day_format(copy, *day);
    return true;
}

static bool
take_option(report *r, int option)
{
    switch (option) {
    case 'd':
        return read_day(optarg, &r->day, r->day_text);
    case 'b':
        return read_day(optarg, &r->before, r->before_text);
    case 'g':
        r->group = optarg;
        return strlen(optarg) < BT_REPORT_GROUP_MAX;
    case 'z':
        r->conf.zone = optarg;
        return true;
    case 'l':
        r->conf.language = optarg;
        return true;
    case 's':
        r->conf.sheet = optarg;
        return true;
    case 'H':
        r->script = true;
        return true;
    case 'y':
        r->yes = true;
        return true;
    default:
        return false;
    }
}

static bool
read_options(report *r, int argc, char **argv)
{
    static const struct option options[] = {
        { "day", required_argument, NULL, 'd' },
        { "before", required_argument, NULL, 'b' },
        { "group", required_argument, NULL, 'g' },
        { "zone", required_argument, NULL, 'z' },
        { "language", required_argument, NULL, 'l' },
        { "report-sheet", required_argument, NULL, 's' },
        { "yes", no_argument, NULL, 'y' },
        { NULL, 0, NULL, 0 }
    };
    int option;

    optind = 0;
    while ((option = getopt_long(argc, argv, "H", options, NULL)) != -1) {
        if (!take_option(r, option)) {
            return false;
        }
    }
    return optind == argc;
}

static int
write_named(report *r, bt_reporter *reporter)
{
    bt_store_status status;
    const char     *group = r->group != NULL ? r->group : "";

    status = bt_report_write(reporter, r->day, group);
    if (status == BT_STORE_OK) {
        (void) printf("the report of %s was written\n", r->day_text);
        return CTL_DONE;
    }
    if (status == BT_STORE_DUPLICATE) {
        return ctl_say(CTL_FAILED, "there is a report of %s already; it is "
                       "never written anew", r->day_text);
    }
    return ctl_say(CTL_FAILED, "the report of %s cannot be written: %s",
                   r->day_text, reporter->why);
}

static int
write_due(bt_reporter *reporter)
{
    int64_t         written;
    bt_store_status status;

    status = bt_report_catch_up(reporter, bt_time_now(), &written);
    (void) printf("%" PRId64 " reports were written\n", written);
    return status == BT_STORE_OK
           ? CTL_DONE
           : ctl_say(CTL_FAILED, "reports that are due cannot be written: %s",
                     reporter->why[0] != '\0'
                     ? reporter->why : bt_store_error(reporter->reader));
}

static int
write_reports(report *r)
{
    bt_reporter reporter;
    int         code;

    if (r->group != NULL && r->day == 0) {
        return usage();
    }
    bt_xml_thread_begin();
    if (!bt_reporter_open(&reporter, &r->conf, &r->ctl->conf)) {
        return ctl_say(CTL_REFUSED, "%s", reporter.why);
    }
    code = r->day != 0 ? write_named(r, &reporter) : write_due(&reporter);
    bt_reporter_close(&reporter);
    return code;
}

/* " WHERE ..." for the day and the group that were named. */
static void
add_named(const report *r, bt_sql *sql)
{
    bt_sql_add(sql, " WHERE 1 = 1");
    if (r->day != 0) {
        bt_sql_value(sql, " AND t.day = ?", bt_text(bt_str_of(r->day_text)));
    }
    if (r->group != NULL) {
        bt_sql_value(sql, " AND t.group_name = ?",
                     bt_text(bt_str_of(r->group)));
    }
    bt_sql_add(sql, " ORDER BY t.begins DESC, t.id DESC");
}

#define SQL_KEPT                                                              \
    "EXISTS (SELECT 1 FROM report_parts p WHERE p.day = t.day"                \
    " AND p.group_name = t.group_name AND p.format = 'xml' AND p.part = 0)"

static int
list_reports(report *r)
{
    static const char *const heads[] = {
        "DAY", "GROUP", "ZONE", "ROWS", "WRITTEN", "KEPT", "XML-SHA256"
    };
    bt_sql          sql;
    bt_rows        *rows;
    ctl_table       table;
    bt_store_status status;
    bool            whole;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT DATE_FORMAT(t.day, '%Y-%m-%d'),"
               " NULLIF(t.group_name, ''), t.zone, t.rows_count, t.written,"
               " CASE WHEN " SQL_KEPT " THEN 'yes' ELSE 'no' END,"
               " t.xml_sha256 FROM reports t");
    add_named(r, &sql);
    status = bt_sql_run(&sql, r->ctl->store, &rows);
    bt_sql_free(&sql);
    if (status != BT_STORE_OK) {
        return ctl_store_failed(r->ctl, "cannot read the list of reports");
    }
    ctl_table_begin(&table, heads, sizeof(heads) / sizeof(heads[0]),
                    r->script);
    whole = ctl_table_rows(&table, rows);
    return ctl_table_end(&table) && whole
           ? CTL_DONE : ctl_say(CTL_FAILED, "out of memory");
}

typedef struct {
    int64_t good, bad, taken;
} tally;

static void
describe(const bt_report_document *document, const char *what)
{
    char day[BT_DAY_TEXT], name[BT_REPORT_GROUP_MAX];

    bt_day_format(day, document->day);
    (void) printf("%s%s%s .%s %s\n", day,
                  *document->group != '\0' ? " group " : "",
                  ctl_harmless(name, sizeof(name),
                               bt_str_of(document->group)),
                  document->format, what);
}

/* The three documents of a row of the index. */
static bt_store_status
verify_row(report *r, bt_rows *rows, tally *count)
{
    static const char *const formats[] = { "html", "xml", "csv" };
    char               group[BT_REPORT_GROUP_MAX];
    char               sum[BT_REPORT_SHA256_MAX];
    bt_report_document document = { .group = group, .sha256 = sum };
    bool               kept = false, good = false;
    bt_store_status    status;

    (void) snprintf(group, sizeof(group), "%.*s",
                    (int) bt_value_text(bt_rows_get(rows, 1)).len,
                    bt_value_text(bt_rows_get(rows, 1)).data);
    if (!bt_day_parse(bt_value_text(bt_rows_get(rows, 0)), &document.day)) {
        return BT_STORE_ERROR;
    }
    for (size_t i = 0; i < 3; i++) {
        document.format = formats[i];
        document.bytes = bt_rows_get(rows, 2 + 2 * i).number;
        (void) snprintf(sum, sizeof(sum), "%.*s",
                        (int) bt_value_text(bt_rows_get(rows, 3 + 2 * i)).len,
                        bt_value_text(bt_rows_get(rows, 3 + 2 * i)).data);
        status = bt_report_verify(r->ctl->store, &document, &kept, &good);
        if (status != BT_STORE_OK) {
            return status;
        }
        count->taken += !kept;
        count->good += kept && good;
        count->bad += kept && !good;
        if (kept && !good) {
            describe(&document, "is not what was written");
        }
    }
    return BT_STORE_OK;
}

static int
verify_reports(report *r)
{
    bt_sql          sql;
    bt_rows        *rows;
    tally           count = { 0, 0, 0 };
    bt_store_status status;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT DATE_FORMAT(t.day, '%Y-%m-%d'), t.group_name,"
               " t.html_bytes, t.html_sha256, t.xml_bytes, t.xml_sha256,"
               " t.csv_bytes, t.csv_sha256 FROM reports t");
    add_named(r, &sql);
    status = bt_sql_run(&sql, r->ctl->store, &rows);
    bt_sql_free(&sql);
    if (status == BT_STORE_OK) {
        while (status == BT_STORE_OK && bt_rows_next(rows) > 0) {
            status = verify_row(r, rows, &count);
        }
        bt_rows_close(rows);
    }
    if (status != BT_STORE_OK) {
        return ctl_store_failed(r->ctl, "cannot read the reports");
    }
    (void) printf("%" PRId64 " documents are as they were written, %" PRId64
                  " are not, %" PRId64 " were taken by retention\n",
                  count.good, count.bad, count.taken);
    return count.bad == 0 ? CTL_DONE : CTL_FAILED;
}

static bt_store_status
count_days(report *r, int64_t *count)
{
    bt_sql sql;

    bt_sql_init(&sql);
    bt_sql_value(&sql, "SELECT COUNT(*) FROM reports t WHERE t.day < ? AND "
                 SQL_KEPT, bt_text(bt_str_of(r->before_text)));
    return bt_sql_number(&sql, r->ctl->store, count);
}

static int
prune_reports(report *r)
{
    int64_t  count, removed;
    char     detail[64];
    bt_value before = bt_text(bt_str_of(r->before_text));

    if (r->before == 0) {
        return usage();
    }
    if (count_days(r, &count) != BT_STORE_OK) {
        return ctl_store_failed(r->ctl, "cannot read the list of reports");
    }
    if (!r->yes || count == 0) {
        (void) printf("%" PRId64 " reports are of days before %s%s\n", count,
                      r->before_text, count > 0 ? "; with --yes their "
                      "documents are removed for ever, and their sums stay"
                      : "");
        return CTL_DONE;
    }
    do {
        if (bt_store_run(r->ctl->store, "DELETE FROM report_parts"
                         " WHERE day < ? LIMIT 100", &before, 1, NULL,
                         &removed) != BT_STORE_OK)
        {
            return ctl_store_failed(r->ctl, "cannot remove reports (it takes "
                                    "the account of the migrations)");
        }
    } while (removed > 0);
    (void) snprintf(detail, sizeof(detail), "reports of days before %s",
                    r->before_text);
    (void) printf("the documents of %" PRId64 " reports before %s were "
                  "removed\n", count, r->before_text);
    return ctl_note(r->ctl, "prune", detail);
}

int
ctl_report(ctl_context *ctl, int argc, char **argv)
{
    static const struct {
        const char *name;
        int       (*run)(report *r);
    } commands[] = {
        { "write", write_reports }, { "list", list_reports },
        { "verify", verify_reports }, { "prune", prune_reports }
    };
    report r = { .ctl = ctl, .conf = { .sheet = SHEET } };

    for (size_t i = 0; argc > 1 && i < 4; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return read_options(&r, argc - 1, argv + 1)
                   ? commands[i].run(&r) : usage();
        }
    }
    return usage();
}

/* write.c: writes one report: its documents and its row of the index, or nothing. */

#include "reports/internal.h"

#include <stdio.h>
#include <string.h>

#include "store/bt_audit.h"

/* In the order of the columns of the index. */
static const bt_report_face *const  faces[] = {
    &bt_report_html, &bt_report_xml, &bt_report_csv
};

#define FACES  (sizeof(faces) / sizeof(faces[0]))


/* What is told of a document in the index. */
typedef struct {
    int64_t  bytes;
    char     sha256[BT_REPORT_SHA256_MAX];
} written;


/* The rows of a section on their way into a document. */
typedef struct {
    bt_report                *report;
    const bt_report_section  *section;
    const bt_report_face     *face;
} passing;


static void
pass_row(void *context, bt_rows *rows, int64_t id, void *extras)
{
    passing  *p = context;

    p->report->rows++;
    p->face->row(p->report, p->section, rows, id, extras);
}


static bt_store_status
pass_statement(passing *p)
{
    int              more;
    bt_sql           sql;
    bt_rows         *rows;
    bt_report       *report = p->report;
    bt_store_status  status;

    bt_sql_init(&sql);
    p->section->sql(report, &sql);
    status = bt_sql_run(&sql, report->reply.store, &rows);
    bt_sql_free(&sql);

    if (status != BT_STORE_OK) {
        return status;
    }

    while ((more = bt_rows_next(rows)) > 0 && !report->reply.output->gone) {
        pass_row(p, rows, 0, NULL);
    }

    bt_rows_close(rows);

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


static bt_store_status
pass_rows(passing *p)
{
    if (p->section->list == NULL) {
        return pass_statement(p);
    }

    p->report->request.route.view = p->section->list->view;

    return bt_list_each(&p->report->reply, p->section->list, pass_row, p);
}


/* What a face met with while it was given the rows ends the section, too. */
static bt_store_status
close_section(bt_report *report, const bt_report_face *face,
    const bt_report_section *section)
{
    if (report->status == BT_STORE_OK) {
        face->close(report, section);
    }

    return report->status;
}


static bt_store_status
write_section(bt_report *report, const bt_report_face *face,
    const bt_report_section *section)
{
    passing          p = { report, section, face };
    bt_store_status  status;

    face->open(report, section);

    if (report->status != BT_STORE_OK) {
        return report->status;
    }

    status = pass_rows(&p);

    if (status != BT_STORE_OK) {
        return status;
    }

    return close_section(report, face, section);
}


static bt_store_status
write_rows(bt_report *report, const bt_report_face *face)
{
    size_t           i;
    bt_store_status  status;

    report->status = BT_STORE_OK;
    report->rows = 0;
    face->begin(report);
    status = report->status;

    for (i = 0; i < BT_REPORT_SECTIONS && status == BT_STORE_OK; i++) {
        status = write_section(report, face, &bt_report_sections[i]);
    }

    if (status == BT_STORE_OK) {
        face->end(report);
        status = report->status;
    }

    return status;
}


/* Everything that a document may have left behind when it failed. */
static void
drop_document(bt_report *report)
{
    bt_xml_free(report->reply.xml);
    report->reply.xml = NULL;
    bt_output_free(&report->page.chunk);
    report->page = (bt_report_page) { .xml = NULL };
    bt_output_free(report->reply.output);
}


static bt_store_status
write_document(bt_report *report, const bt_report_face *face, written *about)
{
    bt_output        output;
    bt_report_parts  parts = {
        .reporter = report->reporter, .day = report->day_text,
        .group = report->group, .format = face->format
    };
    bt_store_status  status = BT_STORE_ERROR;

    bt_output_to(&output, bt_report_parts_write, &parts);
    report->reply.output = &output;

    if (bt_report_parts_begin(&parts)) {
        status = write_rows(report, face);

        if (status == BT_STORE_OK) {
            bt_output_finish(&output);
            bt_report_parts_end(&parts);
        }

        if (parts.status != BT_STORE_OK || output.failed) {
            status = parts.status != BT_STORE_OK ? parts.status
                                                 : BT_STORE_ERROR;
        }
    }

    about->bytes = parts.bytes;
    memcpy(about->sha256, parts.sha256, sizeof(about->sha256));
    drop_document(report);
    bt_report_parts_free(&parts);

    return status;
}


static bt_store_status
add_to_index(bt_report *report, const written about[FACES])
{
    size_t            i, n;
    int64_t           number;
    bt_value          values[16];
    bt_reporter      *reporter = report->reporter;
    bt_store_status   status;

    n = 0;
    values[n++] = bt_text(bt_str_of(report->day_text));
    values[n++] = bt_text(bt_str_of(report->group));
    values[n++] = bt_text(bt_str_of(reporter->zone.name));
    values[n++] = bt_text(bt_str_of(reporter->language));
    values[n++] = bt_time(report->from);
    values[n++] = bt_time(report->to);
    values[n++] = bt_time(report->request.now);
    values[n++] = report->as_of != BT_USEC_NONE ? bt_time(report->as_of)
                                                : bt_null();
    values[n++] = bt_text(BT_STR(BT_VERSION));
    values[n++] = bt_int(report->rows);

    for (i = 0; i < FACES; i++) {
        values[n++] = bt_int(about[i].bytes);
        values[n++] = bt_text(bt_str_of(about[i].sha256));
    }

    status = bt_store_run(reporter->writer,
                          "INSERT INTO reports (day, group_name, zone,"
                          " language, begins, ends, written, as_of,"
                          " software_version, rows_count, html_bytes,"
                          " html_sha256, xml_bytes, xml_sha256,"
                          " csv_bytes, csv_sha256) VALUES (?, ?, ?,"
                          " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values, n,
                          NULL, NULL);

    return status == BT_STORE_OK
           ? bt_change_number(reporter->writer, BT_CHANGE_EVERYWHERE, &number)
           : status;
}


/* The same number of rows in each: they are read from one view of the store. */
static bt_store_status
write_documents(bt_report *report)
{
    size_t           i;
    int64_t          rows = 0;
    written          about[FACES];
    bt_store_status  status = BT_STORE_OK;

    for (i = 0; i < FACES && status == BT_STORE_OK; i++) {
        status = write_document(report, faces[i], &about[i]);

        if (status == BT_STORE_OK && i > 0 && report->rows != rows) {
            snprintf(report->reporter->why, sizeof(report->reporter->why),
                     "the documents differ in their rows");
            status = BT_STORE_ERROR;
        }

        rows = report->rows;
    }

    return status == BT_STORE_OK ? add_to_index(report, about) : status;
}


static bt_store_status
prepare(bt_report *report)
{
    bt_store_status  status;

    status = bt_filter_init(&report->filter, &report->reply);

    if (status == BT_STORE_OK) {
        status = bt_list_as_of(&report->reply, &report->filter,
                               &report->as_of);
    }

    return status;
}


/* Two transactions: one reads what was there at its beginning, the other one
 * adds all or nothing. */
static bt_store_status
write_whole(bt_report *report)
{
    bt_reporter      *reporter = report->reporter;
    bt_store_status   status;

    status = bt_store_begin_read(reporter->reader);

    if (status != BT_STORE_OK) {
        return status;
    }

    status = prepare(report);

    if (status == BT_STORE_OK) {
        status = bt_store_begin(reporter->writer);
    }

    if (status == BT_STORE_OK) {
        status = write_documents(report);

        if (status == BT_STORE_OK) {
            status = bt_store_commit(reporter->writer);

        } else {
            bt_store_rollback(reporter->writer);
        }
    }

    bt_store_rollback(reporter->reader);

    return status;
}


/* As if somebody who may see everything asked for the day. */
static void
make_request(bt_report *report)
{
    bt_request  *request = &report->request;

    *request = (bt_request) {
        .pool = report->reporter->pool,
        .route = { .format = BT_FORMAT_XML },
        .now = bt_time_now(),
        .scope = { .all = true },
        .user = "", .role_names = "", .client = "", .id = "", .base = "",
        .csrf = "", .zone_name = "", .query_text = ""
    };

    request->query.range = BT_RANGE_CUSTOM;
    request->query.from = report->from;
    request->query.to = report->to;
    request->query.size = BT_SIZE_ALL;
    request->query.backup_set = -1;
    request->query.updated_after = BT_USEC_NONE;
    snprintf(request->query.tz, sizeof(request->query.tz), "%s",
             report->reporter->zone.name);
    snprintf(request->query.group, sizeof(request->query.group), "%s",
             report->group);
}


static void
explain(bt_reporter *reporter, bt_store_status status)
{
    const char  *text = bt_store_error(reporter->writer);

    if (status == BT_STORE_OK || status == BT_STORE_DUPLICATE
        || reporter->why[0] != '\0')
    {
        return;
    }

    if (*text == '\0') {
        text = bt_store_error(reporter->reader);
    }

    snprintf(reporter->why, sizeof(reporter->why), "%s",
             *text != '\0' ? text : "no memory, or the writer is to end");
}


bt_store_status
bt_report_write(bt_reporter *reporter, int64_t day, const char *group)
{
    bt_report        report = {
        .reporter = reporter, .day = day, .group = group,
        .as_of = BT_USEC_NONE
    };
    bt_store_status  status;

    reporter->why[0] = '\0';
    bt_day_format(report.day_text, day);
    report.from = bt_day_begin(&reporter->zone, day);
    report.to = bt_day_begin(&reporter->zone, bt_day_add(day, 1));

    if (report.from == BT_USEC_NONE || report.to == BT_USEC_NONE
        || report.to > bt_time_now())
    {
        snprintf(reporter->why, sizeof(reporter->why),
                 "the day %s has not ended in %s", report.day_text,
                 reporter->zone.name);
        return BT_STORE_ERROR;
    }

    make_request(&report);
    report.context = (bt_context) { .store = reporter->reader,
                                    .pool = reporter->pool };
    report.reply = (bt_reply) {
        .context = &report.context,
        .request = &report.request,
        .store = reporter->reader,
        .zone = strcmp(reporter->zone.name, "UTC") != 0 ? &reporter->zone
                                                        : NULL
    };

    status = write_whole(&report);
    explain(reporter, status);
    bt_pool_reset(reporter->pool);

    return status;
}

/* view_report.c: one daily report, as it was written. */

#include "fcgi_backend/views.h"

#include <stdio.h>
#include <string.h>

#include "fcgi_backend/validator.h"
#include "reports/bt_report.h"

#define TEXT_MAX  320

/* Never changes: a reader that has it need not ask again. */
#define FOR_EVER  "private, max-age=31536000, immutable"


/* What the index says about the document. */
typedef struct {
    char     day[BT_DAY_TEXT];
    int64_t  bytes;
    char     sha256[BT_REPORT_SHA256_MAX];
    bt_usec  written;
    bt_rows *part;                 /* the first */
} document;


/* nginx renders text/xml: these go as they are. */
static const char *const  types[BT_FORMAT_MAX] = {
    [BT_FORMAT_HTML] = "text/html; charset=utf-8",
    [BT_FORMAT_XML] = "application/xml; charset=utf-8",
    [BT_FORMAT_CSV] = "text/csv; charset=utf-8; header=present",
};

static const char *const  selects[BT_FORMAT_MAX] = {
    [BT_FORMAT_HTML] = "SELECT html_bytes, html_sha256, written FROM reports"
                       " WHERE day = ? AND group_name = ?",
    [BT_FORMAT_XML] = "SELECT xml_bytes, xml_sha256, written FROM reports"
                      " WHERE day = ? AND group_name = ?",
    [BT_FORMAT_CSV] = "SELECT csv_bytes, csv_sha256, written FROM reports"
                      " WHERE day = ? AND group_name = ?",
};


static int
refuse(bt_reply *reply, const char *text)
{
    char  *copy = bt_pool_copy(reply->request->pool, bt_str_of(text));

    return bt_reply_error(reply, 404, "NOT_FOUND",
                          copy != NULL ? copy : "There is no such report.");
}


/* The report of a group is for those who may see the group, that of the whole
 * site for those who may see everything. */
static bool
in_scope(const bt_request *request)
{
    size_t           i;
    const bt_scope  *scope = &request->scope;
    const char      *group = request->query.group;

    if (scope->all) {
        return true;
    }

    for (i = 0; *group != '\0' && i < scope->group_count; i++) {
        if (bt_str_eqz(scope->groups[i].text, group)) {
            return true;
        }
    }

    return false;
}


/* False where the day may still go on. */
static bool
has_ended(const bt_reply *reply, bt_zone *zone)
{
    bt_usec  end;

    end = bt_day_begin(zone, bt_day_add(reply->request->route.id, 1));

    return end != BT_USEC_NONE && end <= reply->request->now;
}


/* Why there is no report between the first and the last one, or beyond. */
static int
explain_ended(bt_reply *reply, const document *d, bt_rows *rows)
{
    char    text[TEXT_MAX];
    bt_str  first, last;

    first = bt_value_text(bt_rows_get(rows, 0));
    last = bt_value_text(bt_rows_get(rows, 1));

    if (first.len == 0) {
        return refuse(reply, reply->request->query.group[0] != '\0'
                      ? "There is no report of this group. Names of groups are"
                        " to the letter: see the list of reports."
                      : "No report has been written yet. The list of reports"
                        " tells when one is.");
    }

    if (strncmp(d->day, first.data, first.len) < 0) {
        snprintf(text, sizeof(text), "The first report is of %.*s: there are"
                 " no records of earlier days, or they were older than a month"
                 " when reports began.", (int) first.len, first.data);
        return refuse(reply, text);
    }

    if (strncmp(d->day, last.data, last.len) > 0) {
        return refuse(reply, "The report of this day has not been written yet."
                      " That is done as soon as every cluster has answered"
                      " after the day's end, at the latest six hours after"
                      " it. Try again then.");
    }

    return refuse(reply, "No report was written of this day. See the list of"
                  " reports for those that were.");
}


static int
explain(bt_reply *reply, const document *d)
{
    int              status;
    char             text[TEXT_MAX];
    bt_rows         *rows;
    bt_zone          zone;
    bt_value         group = bt_text(bt_str_of(reply->request->query.group));
    const char      *name = reply->context->report_zone;
    bt_store_status  found;

    if (name != NULL && bt_zone_open(&zone, bt_str_of(name))) {

        if (!has_ended(reply, &zone)) {
            snprintf(text, sizeof(text), "The day %s has not ended in %s. Its"
                     " report is written some time after it has.", d->day,
                     name);
            bt_zone_close(&zone);
            return refuse(reply, text);
        }

        bt_zone_close(&zone);
    }

    found = bt_store_run(reply->store, "SELECT DATE_FORMAT(MIN(day),"
                         " '%Y-%m-%d'), DATE_FORMAT(MAX(day), '%Y-%m-%d')"
                         " FROM reports WHERE group_name = ?", &group, 1,
                         &rows, NULL);

    if (found != BT_STORE_OK) {
        return bt_reply_store(reply, found);
    }

    status = bt_rows_next(rows) > 0 ? explain_ended(reply, d, rows)
                                    : bt_reply_not_found(reply);
    bt_rows_close(rows);

    return status;
}


/* Reads the row of the index; *there is whether there is one. */
static bt_store_status
find(bt_reply *reply, document *d, bool *there)
{
    bt_rows         *rows;
    bt_value         values[2];
    bt_store_status  status;

    values[0] = bt_text(bt_str_of(d->day));
    values[1] = bt_text(bt_str_of(reply->request->query.group));
    status = bt_store_run(reply->store,
                          selects[reply->request->route.format], values, 2,
                          &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    *there = bt_rows_next(rows) > 0;

    if (*there) {
        d->bytes = bt_rows_get(rows, 0).number;
        snprintf(d->sha256, sizeof(d->sha256), "%.*s",
                 (int) bt_value_text(bt_rows_get(rows, 1)).len,
                 bt_value_text(bt_rows_get(rows, 1)).data);
        d->written = bt_value_time(bt_rows_get(rows, 2));
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}


static bt_store_status
read_part(bt_reply *reply, const document *d, int64_t part, bt_rows **rows)
{
    return bt_report_part(reply->store, d->day, reply->request->query.group,
                          bt_format_name(reply->request->route.format), part,
                          rows);
}


/* Plain names only: what a group is called may be anything. */
static bool
is_plain(const char *name)
{
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] == '\0';
}


/* "daily-report-2026-11-22-core.csv" */
static void
add_file_name(bt_reply *reply, const document *d)
{
    char              data[BT_NAME_MAX + 80];
    bt_buf            name;
    const bt_request *request = reply->request;

    bt_buf_init(&name, data, sizeof(data));
    bt_buf_addz(&name, request->route.format == BT_FORMAT_CSV ? "attachment"
                                                              : "inline");
    bt_buf_addz(&name, "; filename=\"daily-report-");
    bt_buf_addz(&name, d->day);

    if (request->query.group[0] != '\0' && is_plain(request->query.group)) {
        bt_buf_addc(&name, '-');
        bt_buf_addz(&name, request->query.group);
    }

    bt_buf_addc(&name, '.');
    bt_buf_addz(&name, bt_format_name(request->route.format));
    bt_buf_addc(&name, '"');
    bt_output_header(reply->output, "Content-Disposition",
                     (bt_str) { data, name.len });
}


static void
add_headers(bt_reply *reply, const document *d)
{
    char    data[BT_REPORT_SHA256_MAX + 2];
    bt_buf  value;

    reply->output->type = types[reply->request->route.format];
    reply->output->cache_control = FOR_EVER;

    bt_buf_init(&value, data, sizeof(data));
    bt_buf_addi(&value, d->bytes);
    bt_output_header(reply->output, "Content-Length",
                     (bt_str) { data, value.len });
    add_file_name(reply, d);
}


/* The parts, one after the other.  From the first byte on, what is missing can
 * only be told by an answer that breaks off. */
static int
send_parts(bt_reply *reply, document *d)
{
    bt_str           data;
    int64_t          sent = 0, part = 0;
    bt_store_status  status = BT_STORE_OK;

    reply->output->pieces = true;

    while (d->part != NULL && status == BT_STORE_OK) {
        data = bt_value_text(bt_rows_get(d->part, 0));
        sent += (int64_t) data.len;
        bt_output_write(reply->output, data.data, data.len);
        bt_rows_close(d->part);
        d->part = NULL;

        if (sent < d->bytes && !reply->output->gone) {
            status = read_part(reply, d, ++part, &d->part);
        }
    }

    if (status != BT_STORE_OK) {
        return bt_reply_store(reply, status);
    }

    return sent == d->bytes || reply->output->gone
           ? 200
           : bt_reply_error(reply, 500, "INTERNAL", "A part of this report is"
                            " missing. Tell the operator of this page the"
                            " request id.");
}


int
bt_view_report(bt_reply *reply)
{
    bool             there = false;
    document         d = { .part = NULL };
    bt_store_status  status;

    if (!in_scope(reply->request)) {
        return bt_reply_not_found(reply);
    }

    bt_day_format(d.day, reply->request->route.id);
    status = find(reply, &d, &there);

    if (status == BT_STORE_OK && !there) {
        return explain(reply, &d);
    }

    if (status == BT_STORE_OK) {
        status = read_part(reply, &d, 0, &d.part);
    }

    if (status != BT_STORE_OK) {
        return bt_reply_store(reply, status);
    }

    if (d.part == NULL) {
        return refuse(reply, "The report of this day has been taken by"
                      " retention. The list of reports still tells its sums,"
                      " so that a copy can be proven.");
    }

    if (bt_validator_fixed(reply, d.sha256)) {
        bt_rows_close(d.part);
        reply->output->cache_control = FOR_EVER;
        return 304;
    }

    add_headers(reply, &d);

    return send_parts(reply, &d);
}

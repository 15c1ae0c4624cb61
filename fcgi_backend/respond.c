/* respond.c: answers one FastCGI request. */

#include "fcgi_backend/respond.h"

#include <string.h>

#include "acts/bt_command.h"
#include "fcgi_backend/act.h"
#include "fcgi_backend/document.h"
#include "fcgi_backend/ready.h"
#include "common/bt_log.h"
#include "fcgi_backend/validator.h"
#include "fcgi_backend/views.h"

#define RETRY_AFTER  5          /* seconds */
#define DATE_LENGTH  (sizeof("2026-11-22") - 1)


typedef int (*view_handler)(bt_reply *reply);


static const view_handler  handlers[BT_VIEW_MAX] = {
    [BT_VIEW_DATA] = bt_view_data,
    [BT_VIEW_LOG] = bt_view_log,
    [BT_VIEW_CLEANUP] = bt_view_cleanup,
    [BT_VIEW_SECOND] = bt_view_second,
    [BT_VIEW_CLUSTERS] = bt_view_clusters,
    [BT_VIEW_COMMANDS] = bt_view_commands,
    [BT_VIEW_AUDIT] = bt_view_audit,
    [BT_VIEW_REPORTS] = bt_view_reports,
    [BT_VIEW_DATA_TASK] = bt_view_data_task,
    [BT_VIEW_DATA_CAUSE] = bt_view_data_cause,
    [BT_VIEW_DATA_SECOND] = bt_view_data_second,
    [BT_VIEW_SECOND_BACKUP] = bt_view_second_backup,
    [BT_VIEW_LOG_BACKUP] = bt_view_log_backup,
    [BT_VIEW_CLEANUP_TASK] = bt_view_cleanup_task,
    [BT_VIEW_CLUSTER] = bt_view_cluster,
    [BT_VIEW_COMMAND] = bt_view_command,
    [BT_VIEW_REPORT] = bt_view_report,
    [BT_VIEW_METRICS] = bt_view_metrics,
    [BT_VIEW_HEALTH_REPORT] = bt_view_health_report,
    [BT_VIEW_ACTION] = bt_view_action
};


/* Calendars are dear to open: a thread keeps the last one. */
static void
set_zone(bt_reply *reply)
{
    bt_zone     *zone = &reply->context->zone;
    const char  *name = reply->request->query.tz;

    if (strcmp(name, "UTC") == 0 || *name == '\0') {
        return;
    }

    if (strcmp(zone->name, name) != 0) {

        if (zone->name[0] != '\0') {
            bt_zone_close(zone);
        }

        if (!bt_zone_open(zone, bt_str_of(name))) {
            *zone = (bt_zone) { 0 };
            return;
        }
    }

    reply->zone = zone;
}


/* The document, with its validator where it has one. */
static int
build(bt_reply *reply)
{
    int              status;
    bt_store_status  read;

    if (!bt_validator_applies(reply->request)) {
        return handlers[reply->request->route.view](reply);
    }

    read = bt_validator_read(reply);

    if (read != BT_STORE_OK) {
        return bt_reply_store(reply, read);
    }

    if (bt_query_is_stream(&reply->request->query, &reply->request->route)) {
        bt_validator_headers(reply);
    }

    if (bt_query_may_be_kept(&reply->request->query,
                             &reply->request->route))
    {
        reply->output->cache_seconds = reply->context->cache_seconds;
    }

    status = handlers[reply->request->route.view](reply);

    if (status == 200
        && !bt_query_is_stream(&reply->request->query, &reply->request->route))
    {
        bt_validator_headers(reply);
    }

    return status == 200 && bt_validator_is_asked(reply->request)
           && !reply->output->started && bt_validator_is_current(reply, true)
           ? 304 : status;
}


/* Tells from the validator alone, which costs one statement. */
static int
check_copy(bt_reply *reply)
{
    bt_store_status  status;

    if (!bt_validator_applies(reply->request)
        || !bt_validator_is_asked(reply->request))
    {
        return 200;
    }

    status = bt_validator_read(reply);

    if (status != BT_STORE_OK) {
        return bt_reply_store(reply, status);
    }

    return bt_validator_is_current(reply, false) ? 304 : 200;
}


static int
run_view(bt_reply *reply)
{
    int              status;
    bt_store_status  begun;

    /* and a store that is away is what the health report is about */
    if (reply->request->route.view == BT_VIEW_HEALTH_REPORT) {
        return build(reply);
    }

    status = check_copy(reply);

    if (status != 200 || bt_query_is_stream(&reply->request->query,
                                            &reply->request->route))
    {
        return status == 200 ? build(reply) : status;
    }

    begun = bt_store_begin_read(reply->store);

    if (begun != BT_STORE_OK) {
        return bt_reply_store(reply, begun);
    }

    status = build(reply);
    bt_store_rollback(reply->store);

    return status;
}


static int
refuse_role(bt_reply *reply, const char *missing)
{
    reply->error.required_role = missing;

    return bt_reply_error(reply, 403, "FORBIDDEN",
                          "Your account does not have the role for this. Ask"
                          " the operator of this page for it.");
}


static int
refuse_request(bt_reply *reply, int status, const bt_refusal *refusal)
{
    reply->error.parameter = refusal->param;

    return bt_reply_error(reply, status, status == 400 ? "BAD_PARAMETER"
                                                       : "INTERNAL",
                          refusal->text);
}


/* Else somebody who signs in could write what looks like a shell's acts. */
static bool
is_reserved(const char *user)
{
    return strncmp(user, BT_USER_SHELL, sizeof(BT_USER_SHELL) - 1) == 0
           || strncmp(user, BT_USER_PROGRAM, sizeof(BT_USER_PROGRAM) - 1) == 0;
}


static int
check_allowed(bt_reply *reply)
{
    const char        *missing;
    const bt_request  *request = reply->request;

    if (bt_route_allowed(&request->route, request->roles, &missing) != 200) {
        return refuse_role(reply, missing);
    }

    if (request->refused != NULL) {
        return bt_reply_error(reply, 403, "FORBIDDEN", request->refused);
    }

    return 200;
}


static int
answer(bt_reply *reply)
{
    int                status;
    const bt_request  *request = reply->request;

    if (is_reserved(request->user)) {
        return bt_reply_error(reply, 403, "FORBIDDEN",
                              "A user name cannot begin with \"" BT_USER_SHELL
                              "\" or \"" BT_USER_PROGRAM "\" here.");
    }

    status = check_allowed(reply);

    if (status != 200) {
        return request->route.view == BT_VIEW_ACTION
               && (request->post || request->refused != NULL)
               ? bt_reply_refuse_act(reply, status) : status;
    }

    set_zone(reply);

    if (request->post) {
        return bt_reply_act(reply);
    }

    return run_view(reply);
}


/* nginx renders text/xml, and nothing else, for people. */
static const char *const  types[BT_FORMAT_MAX] = {
    [BT_FORMAT_HTML] = "text/xml",
    [BT_FORMAT_XML] = "application/xml; charset=utf-8",
    [BT_FORMAT_CSV] = "text/csv; charset=utf-8; header=present",
    [BT_FORMAT_ATOM] = "application/atom+xml; charset=utf-8",
    [BT_FORMAT_TEXT] = "text/plain; version=0.0.4; charset=utf-8",
    [BT_FORMAT_OPENMETRICS] =
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
};


/* "data-2026-11-15-2026-11-22.csv": what it is and of when. */
static void
add_file_name(bt_output *output, const bt_request *request)
{
    char             data[160], time[BT_TIME_MAX];
    bt_buf           name;
    const bt_query  *query = &request->query;

    /* A report names itself. */
    if (request->route.view == BT_VIEW_REPORT) {
        return;
    }

    bt_buf_init(&name, data, sizeof(data));
    bt_buf_addz(&name, request->route.format == BT_FORMAT_CSV ? "attachment"
                                                              : "inline");
    bt_buf_addz(&name, "; filename=\"");
    bt_buf_addz(&name, bt_view_name(request->route.view));

    if (request->route.id > 0) {
        bt_buf_addc(&name, '-');
        bt_route_id_format(&name, &request->route);
    }

    if (query->from != BT_USEC_NONE) {
        (void) bt_time_format_utc(time, query->from);
        bt_buf_addc(&name, '-');
        bt_buf_add(&name, time, DATE_LENGTH);
    }

    (void) bt_time_format_utc(time, query->to != BT_USEC_NONE ? query->to
                                                              : request->now);
    bt_buf_addc(&name, '-');
    bt_buf_add(&name, time, DATE_LENGTH);
    bt_buf_addc(&name, '.');
    bt_buf_addz(&name, bt_format_name(request->route.format));
    bt_buf_addc(&name, '"');

    bt_output_header(output, "Content-Disposition",
                     (bt_str) { data, name.len });
}


static void
set_headers(bt_output *output, const bt_request *request)
{
    output->type = types[request->route.format];
    output->cache_control = request->route.view == BT_VIEW_ACTION
                            ? "private, no-store" : "private, no-cache";

    /* at an address of its own a document has a name already, and a sheet of
     * its own, which errors are not shown to */
    if (request->rendered) {
        output->type = request->route.format == BT_FORMAT_XML
                       ? types[BT_FORMAT_HTML] : output->type;
        return;
    }

    switch (request->route.format) {

    case BT_FORMAT_XML:
    case BT_FORMAT_CSV:
    case BT_FORMAT_ATOM:
        add_file_name(output, request);
        break;

    case BT_FORMAT_TEXT:
    case BT_FORMAT_OPENMETRICS:
        bt_output_header(output, "Vary", BT_STR("Accept"));
        break;

    default:
        break;
    }
}


/* Replaces whatever was built by an <error>. */
static void
send_error(bt_reply *reply, int status)
{
    bt_output  *output = reply->output;

    bt_output_reset(output);
    output->status = status;

    output->type = types[reply->request->route.format == BT_FORMAT_HTML
                         ? BT_FORMAT_HTML : BT_FORMAT_XML];

    output->cache_control = "private, no-store";
    output->cache_seconds = 0;
    output->retry_after = status == 503 ? RETRY_AFTER : 0;
    output->location = NULL;

    bt_xml_free(reply->xml);
    reply->xml = bt_xml_new(bt_output_write, output);

    if (reply->xml != NULL) {
        bt_document_error(reply, status);
    }

    bt_output_finish(output);
}


/* What the reader has stays good, and what was built is dropped. */
static void
send_not_modified(bt_reply *reply)
{
    bt_output  *output = reply->output;

    bt_output_reset(output);
    output->status = 304;
    output->type = NULL;
    output->cache_seconds = 0;
    bt_validator_headers(reply);
    bt_output_finish(output);
}


/* What the store said, else what the reader was told. */
static const char *
reason(const bt_reply *reply)
{
    const char  *text;

    text = bt_store_error(reply->store);

    return *text != '\0' ? text : reply->error.text;
}


static void
log_request(const bt_reply *reply, int status, bt_usec began)
{
    bool               failed;
    const bt_request  *request = reply->request;

    failed = status >= 500 || reply->output->gone;

    if (status < 400 && !failed && !request->post) {
        return;
    }

    bt_log(failed ? "error" : "info",
           "request=%s user=%s view=%s id=%lld status=%d ms=%lld%s%s%s%s%s",
           request->id, request->user, bt_view_name(request->route.view),
           (long long) request->route.id, status,
           (long long) ((bt_time_now() - began) / 1000),
           reply->output->gone ? " broken" : "",
           reply->output->location != NULL ? " location=" : "",
           reply->output->location != NULL ? reply->output->location : "",
           status >= 500 ? " reason=" : "",
           status >= 500 ? reason(reply) : "");
}


static void
finish(bt_reply *reply, int status)
{
    if (status < 400 && (reply->output->failed
                         || (reply->xml != NULL && !bt_xml_ok(reply->xml))))
    {
        status = bt_reply_error(reply, 500, "INTERNAL",
                                "There is no memory left for this document."
                                " Ask for a smaller one.");
    }

    if (status == 304) {
        send_not_modified(reply);

    } else if (status < 400) {
        reply->output->status = status;
        bt_output_finish(reply->output);

    } else if (reply->output->started) {
        bt_output_break(reply->output);

    } else {
        send_error(reply, status);
    }
}


/* Whoever asks whether this lives does not wait for the store. */
static void
respond_health(bt_context *context, bt_output *output, bool live)
{
    bt_ready  ready;

    output->type = "text/plain";
    output->cache_control = "no-store";

    if (live || bt_ready_check(context->store, &ready)) {
        bt_output_write(output, "ok\n", 3);

    } else {
        output->status = 503;
        output->retry_after = RETRY_AFTER;
        bt_output_write(output, "unavailable\n", 12);
    }

    bt_output_finish(output);
}


void
bt_respond(bt_context *context, FCGX_Request *fcgi)
{
    int         status;
    bt_reply    reply;
    bt_output   output;
    bt_request  request;
    bt_refusal  refusal;

    status = bt_request_read(&request, fcgi, context->pool, &refusal);
    bt_output_init(&output, fcgi);

    if (request.route.view == BT_VIEW_HEALTH) {
        respond_health(context, &output,
                       strcmp(request.query_text, "probe=live") == 0);

    } else {
        reply = (bt_reply) {
            .context = context,
            .request = &request,
            .store = context->store,
            .output = &output,
            .xml = bt_xml_new(bt_output_write, &output)
        };

        set_headers(&output, &request);
        status = status == 200 ? answer(&reply)
                               : refuse_request(&reply, status, &refusal);
        finish(&reply, status);
        log_request(&reply, status, request.now);
        bt_xml_free(reply.xml);
    }

    bt_output_free(&output);
    bt_pool_reset(context->pool);
}

/* ngx_http_backup_tasks_error.c: the <error> document. */


#include "ngx_http_backup_tasks_module.h"


#define NGX_HTTP_BACKUP_TASKS_DOCUMENT     4096
#define NGX_HTTP_BACKUP_TASKS_RETRY_AFTER  "5"


static ngx_int_t ngx_http_backup_tasks_error_headers(ngx_http_request_t *r,
    ngx_http_backup_tasks_error_t *error);
static void ngx_http_backup_tasks_error_document(ngx_http_request_t *r,
    ngx_http_backup_tasks_error_t *error, bt_buf *out);
static void ngx_http_backup_tasks_error_head(ngx_http_request_t *r,
    bt_buf *out);
static void ngx_http_backup_tasks_error_query(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, bt_buf *out);
static void ngx_http_backup_tasks_element(bt_buf *out, const char *name,
    bt_str text);
static ngx_uint_t ngx_http_backup_tasks_retry(ngx_uint_t status);
static const char *ngx_http_backup_tasks_challenge(ngx_http_request_t *r);


typedef struct {
    ngx_uint_t                         from;
    ngx_uint_t                         status;
    const char                        *code;
    const char                        *text;
} ngx_http_backup_tasks_status_t;


/* What nginx's own errors become; at the end the rest of 4xx, then of 5xx. */

static const ngx_http_backup_tasks_status_t
    ngx_http_backup_tasks_statuses[] =
{
    { 401, 401, "UNAUTHORIZED", "Sign in to see this page." },
    { 403, 403, "FORBIDDEN", "This page is not open to you." },
    { 404, 404, "NOT_FOUND", "There is nothing at this address." },
    { 405, 405, "METHOD_NOT_ALLOWED",
      "This address does not take this method." },
    { 413, 413, "TOO_LARGE",
      "The request is larger than this server accepts." },
    { 429, 429, "TOO_MANY_REQUESTS",
      "Too many requests at once; try again in a few seconds." },
    { 494, 400, "BAD_REQUEST", "The request header is too large." },
    { 495, 400, "BAD_REQUEST", "The client certificate was not accepted." },
    { 496, 400, "BAD_REQUEST", "A client certificate is required." },
    { 497, 400, "BAD_REQUEST", "This port takes HTTPS only." },
    { 502, 503, "UNAVAILABLE",
      "The records cannot be read at the moment; try again in a few seconds." },
    { 503, 503, "UNAVAILABLE",
      "The server is busy; try again in a few seconds." },
    { 504, 503, "UNAVAILABLE",
      "The records cannot be read at the moment; try again in a few seconds." },
    { 0, 400, "BAD_REQUEST", "The server does not understand this request." },
    { 0, 500, "INTERNAL",
      "The server failed; the request id tells its operator where to look." }
};


ngx_int_t
ngx_http_backup_tasks_refuse(ngx_http_backup_tasks_error_t *error,
    ngx_uint_t status, const char *code, const char *text)
{
    error->status = status;
    error->code = code;
    error->text = text;

    if (status != NGX_HTTP_FORBIDDEN) {
        error->role = NULL;
    }

    if (status != NGX_HTTP_NOT_ALLOWED) {
        error->allow = NULL;
    }

    return status;
}


ngx_int_t
ngx_http_backup_tasks_send_error(ngx_http_request_t *r,
    ngx_http_backup_tasks_error_t *error)
{
    u_char                    *p;
    size_t                     size;
    bt_buf                     buf;
    ngx_str_t                  type;
    ngx_http_complex_value_t   cv;

    if (ngx_http_backup_tasks_error_headers(r, error) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* as "&quot;" a character takes six */

    size = NGX_HTTP_BACKUP_TASKS_DOCUMENT + 6 * error->login_url.len;

    p = ngx_pnalloc(r->pool, size);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    bt_buf_init(&buf, (char *) p, size);
    ngx_http_backup_tasks_error_document(r, error, &buf);

    ngx_memzero(&cv, sizeof(ngx_http_complex_value_t));
    cv.value.len = buf.len;
    cv.value.data = p;

    /* the XSLT filter renders text/xml only */

    if (ngx_http_backup_tasks_is_feed(r)) {
        ngx_str_set(&type, "application/xml; charset=utf-8");

    } else {
        ngx_str_set(&type, "text/xml");
    }

    /* error_page would have the status that nginx began with */

    r->err_status = 0;

    /* a body that will not be read is not asked for */

    r->expect_tested = 1;

    return ngx_http_send_response(r, error->status, &type, &cv);
}


static ngx_int_t
ngx_http_backup_tasks_error_headers(ngx_http_request_t *r,
    ngx_http_backup_tasks_error_t *error)
{
    if (ngx_http_backup_tasks_add_header(r, "Cache-Control", "no-store")
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (error->allow
        && ngx_http_backup_tasks_add_header(r, "Allow", error->allow)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_backup_tasks_retry(error->status)
        && ngx_http_backup_tasks_add_header(r, "Retry-After",
                                            NGX_HTTP_BACKUP_TASKS_RETRY_AFTER)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (error->status == NGX_HTTP_UNAUTHORIZED
        && r->headers_out.www_authenticate == NULL
        && ngx_http_backup_tasks_add_header(r, "WWW-Authenticate",
                                         ngx_http_backup_tasks_challenge(r))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * RFC 9110 wants a challenge with each 401; a scheme that browsers do not know
 * opens no password window.  RFC 6750, section 3.1, has one word for whatever
 * is wrong with a token.
 */

static const char *
ngx_http_backup_tasks_challenge(ngx_http_request_t *r)
{
    ngx_http_backup_tasks_ctx_t       *ctx;
    ngx_http_backup_tasks_loc_conf_t  *btcf;

    btcf = ngx_http_backup_tasks_find_conf(r);

    if (btcf == NULL || btcf->token.values == NULL) {
        return "Session realm=\"backup-tasks\"";
    }

    ctx = ngx_http_backup_tasks_get_ctx(r);

    if (ctx && ctx->bearer) {
        return "Bearer realm=\"backup-tasks\", error=\"invalid_token\"";
    }

    return "Bearer realm=\"backup-tasks\"";
}


static void
ngx_http_backup_tasks_error_document(ngx_http_request_t *r,
    ngx_http_backup_tasks_error_t *error, bt_buf *out)
{
    bt_str                              id;
    ngx_http_variable_value_t          *vv;
    ngx_http_backup_tasks_main_conf_t  *btmcf;

    ngx_http_backup_tasks_error_head(r, out);

    bt_buf_addz(out, "<status>");
    bt_buf_addi(out, error->status);
    bt_buf_addz(out, "</status>");

    ngx_http_backup_tasks_element(out, "code", bt_str_of(error->code));
    ngx_http_backup_tasks_element(out, "parameter",
                                  bt_str_of(error->refusal.param));
    ngx_http_backup_tasks_element(out, "text", bt_str_of(error->text));

    if (error->role) {
        ngx_http_backup_tasks_element(out, "required-role",
                                      bt_str_of(error->role));
    }

    if (!ngx_http_backup_tasks_is_feed(r)) {
        ngx_http_backup_tasks_element(out, "login-url",
                               ngx_http_backup_tasks_str(&error->login_url));
    }

    if (ngx_http_backup_tasks_retry(error->status)) {
        ngx_http_backup_tasks_element(out, "retry-after",
                               bt_str_of(NGX_HTTP_BACKUP_TASKS_RETRY_AFTER));
    }

    btmcf = ngx_http_get_module_main_conf(r, ngx_http_backup_tasks_module);
    vv = ngx_http_get_indexed_variable(r, btmcf->request_id);

    if (vv != NULL && !vv->not_found) {
        id.data = (char *) vv->data;
        id.len = vv->len;
        ngx_http_backup_tasks_element(out, "request-id", id);
    }

    bt_buf_addz(out, "</error>\n");
}


static void
ngx_http_backup_tasks_error_head(ngx_http_request_t *r, bt_buf *out)
{
    char                          now[BT_TIME_MAX];
    ngx_http_backup_tasks_ctx_t  *ctx;

    ctx = ngx_http_backup_tasks_get_ctx(r);

    (void) bt_time_format_utc(now, ngx_http_backup_tasks_now());

    bt_buf_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<error xmlns=\"urn:nginx-backup-tasks:1\" "
                     "version=\"1.0\" generated=\"");
    bt_buf_addz(out, now);
    bt_buf_addz(out, "\"><query");

    /* a stranger is not told which addresses there are */

    if (ctx && ctx->user.len && ctx->route.view != BT_VIEW_NONE) {
        bt_buf_addz(out, " view=\"");
        bt_buf_addz(out, bt_view_name(ctx->route.view));
        bt_buf_addc(out, '"');
    }

    ngx_http_backup_tasks_error_query(r, ctx, out);
}


/* The page's links carry on how the reader wants to see things. */

static void
ngx_http_backup_tasks_error_query(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, bt_buf *out)
{
    bt_str                             tz, usual;
    ngx_http_backup_tasks_loc_conf_t  *btcf;

    btcf = ngx_http_backup_tasks_find_conf(r);

    usual = btcf ? ngx_http_backup_tasks_str(&btcf->time_zone) : BT_STR("UTC");

    if (ctx && ctx->time_zone.len) {
        usual = ngx_http_backup_tasks_str(&ctx->time_zone);
    }

    tz = usual;

    if (ctx && ctx->query.tz[0] != '\0') {
        tz = bt_str_of(ctx->query.tz);
    }

    bt_buf_addz(out, " tz=\"");
    bt_xml_escape(out, tz);
    bt_buf_addz(out, "\">");

    if (!bt_str_eq(tz, usual)) {
        ngx_http_backup_tasks_element(out, "tz", tz);
    }

    ngx_http_backup_tasks_element(out, "lang",
               bt_str_of(ngx_http_backup_tasks_given(r, BT_PARAM_LANG)));
    ngx_http_backup_tasks_element(out, "layout",
               bt_str_of(ngx_http_backup_tasks_given(r, BT_PARAM_LAYOUT)));

    bt_buf_addz(out, "</query>");
}


static void
ngx_http_backup_tasks_element(bt_buf *out, const char *name, bt_str text)
{
    if (text.len == 0) {
        return;
    }

    bt_buf_addc(out, '<');
    bt_buf_addz(out, name);
    bt_buf_addc(out, '>');
    bt_xml_escape(out, text);
    bt_buf_addz(out, "</");
    bt_buf_addz(out, name);
    bt_buf_addc(out, '>');
}


static ngx_uint_t
ngx_http_backup_tasks_retry(ngx_uint_t status)
{
    return status == NGX_HTTP_SERVICE_UNAVAILABLE
           || status == NGX_HTTP_TOO_MANY_REQUESTS;
}


ngx_int_t
ngx_http_backup_tasks_add_header(ngx_http_request_t *r, const char *name,
    const char *value)
{
    ngx_str_t  text;

    ngx_http_backup_tasks_text(&text, value);

    return ngx_http_backup_tasks_push_header(r, name, &text) ? NGX_OK
                                                             : NGX_ERROR;
}


ngx_table_elt_t *
ngx_http_backup_tasks_push_header(ngx_http_request_t *r, const char *name,
    const ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NULL;
    }

    h->hash = 1;
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif

    ngx_http_backup_tasks_text(&h->key, name);
    h->value = *value;

    return h;
}


ngx_int_t
ngx_http_backup_tasks_error_handler(ngx_http_request_t *r)
{
    ngx_int_t                              rc;
    ngx_uint_t                             status;
    ngx_http_backup_tasks_error_t          error;
    const ngx_http_backup_tasks_status_t  *entry;

    status = r->err_status;

    if (status == 0) {

        if (r->internal) {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                          "\"backup_tasks_error\" needs an \"error_page\" "
                          "without \"=\", which hides the status");
            status = NGX_HTTP_INTERNAL_SERVER_ERROR;

        } else {
            status = NGX_HTTP_NOT_FOUND;
        }
    }

    entry = ngx_http_backup_tasks_statuses;

    while (entry->from != 0 && entry->from != status) {
        entry++;
    }

    if (entry->from == 0 && status >= NGX_HTTP_INTERNAL_SERVER_ERROR) {
        entry++;
    }

    ngx_memzero(&error, sizeof(ngx_http_backup_tasks_error_t));

    if (entry->status == NGX_HTTP_NOT_ALLOWED) {
        error.allow = "GET, HEAD";
    }

    rc = ngx_http_backup_tasks_refuse(&error, entry->status, entry->code,
                                      entry->text);

    if (rc == NGX_HTTP_UNAUTHORIZED) {
        rc = ngx_http_backup_tasks_sign_in(r, &error);
    }

    if (rc == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (rc == NGX_HTTP_MOVED_TEMPORARILY) {
        return rc;
    }

    return ngx_http_backup_tasks_send_error(r, &error);
}

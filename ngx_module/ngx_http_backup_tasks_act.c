/* ngx_http_backup_tasks_act.c: what an act must bring with it. */


#include "ngx_http_backup_tasks_module.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>


#define NGX_HTTP_BACKUP_TASKS_CSRF_LEN     (32 * 2)
#define NGX_HTTP_BACKUP_TASKS_CSRF_PERIOD  (60 * 60)


static ngx_int_t ngx_http_backup_tasks_same_origin(ngx_http_request_t *r,
    ngx_http_backup_tasks_loc_conf_t *btcf);
static ngx_int_t ngx_http_backup_tasks_request_origin(ngx_http_request_t *r,
    ngx_str_t *origin);
static ngx_uint_t ngx_http_backup_tasks_is_form(ngx_http_request_t *r);
static void ngx_http_backup_tasks_shape(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);
static ngx_int_t ngx_http_backup_tasks_csrf_token(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, time_t hour, u_char *token);


ngx_int_t
ngx_http_backup_tasks_act(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error)
{
    ngx_int_t  rc;

    if (ctx->conf->csrf_key.len == 0) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "backup tasks acts need \"backup_tasks_csrf_key_file\"");

        return ngx_http_backup_tasks_refuse(error, NGX_HTTP_FORBIDDEN,
                                            "FORBIDDEN", "Acts are switched "
                                            "off on this server: it has no "
                                            "key for their forms.");
    }

    if (r->method != NGX_HTTP_POST) {
        return NGX_OK;
    }

    rc = ngx_http_backup_tasks_same_origin(r, ctx->conf);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_DECLINED) {
        return ngx_http_backup_tasks_refuse(error, NGX_HTTP_FORBIDDEN,
                                            "FORBIDDEN",
                                            "The act did not come "
                                            "from a page of this site. "
                                            "Open its form here and send "
                                            "it again.");
    }

    if (!ngx_http_backup_tasks_is_form(r)) {
        return ngx_http_backup_tasks_refuse(error, NGX_HTTP_BAD_REQUEST,
                                            "BAD_REQUEST", "An act is a form: "
                                            "application/x-www-form-"
                                            "urlencoded.");
    }

    return NGX_OK;
}


/* Each of the two headers must agree, and one of them must be there. */

static ngx_int_t
ngx_http_backup_tasks_same_origin(ngx_http_request_t *r,
    ngx_http_backup_tasks_loc_conf_t *btcf)
{
    ngx_str_t   site, origin, expected;
    ngx_uint_t  sites, origins;

    sites = ngx_http_backup_tasks_find_header(r, "Sec-Fetch-Site", &site);
    origins = ngx_http_backup_tasks_find_header(r, "Origin", &origin);

    if (sites + origins == 0 || sites > 1 || origins > 1) {
        return NGX_DECLINED;
    }

    if (sites && !bt_str_eqz(ngx_http_backup_tasks_str(&site), "same-origin"))
    {
        return NGX_DECLINED;
    }

    if (origins == 0) {
        return NGX_OK;
    }

    expected = btcf->origin;

    if (expected.len == 0
        && ngx_http_backup_tasks_request_origin(r, &expected) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!bt_str_eq(ngx_http_backup_tasks_str(&origin),
                   ngx_http_backup_tasks_str(&expected)))
    {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "backup tasks act must come from \"%V\"", &expected);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_backup_tasks_request_origin(ngx_http_request_t *r, ngx_str_t *origin)
{
    u_char     *p;
    ngx_str_t   host;

    ngx_str_null(&host);

    if (r->headers_in.host) {
        host = r->headers_in.host->value;
    }

    p = ngx_pnalloc(r->pool, sizeof("https://") - 1 + host.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    origin->data = p;

#if (NGX_HTTP_SSL)
    if (r->connection->ssl) {
        p = ngx_cpymem(p, "https://", sizeof("https://") - 1);

    } else
#endif
    {
        p = ngx_cpymem(p, "http://", sizeof("http://") - 1);
    }

    ngx_strlow(p, host.data, host.len);
    origin->len = p + host.len - origin->data;

    ngx_http_backup_tasks_strip_port(origin);

    return NGX_OK;
}


static ngx_uint_t
ngx_http_backup_tasks_is_form(ngx_http_request_t *r)
{
    ngx_str_t  form, *type;

    if (r->headers_in.content_type == NULL) {
        return 0;
    }

    ngx_str_set(&form, "application/x-www-form-urlencoded");
    type = &r->headers_in.content_type->value;

    if (type->len < form.len
        || ngx_strncasecmp(type->data, form.data, form.len) != 0)
    {
        return 0;
    }

    return type->len == form.len
           || type->data[form.len] == ';'
           || type->data[form.len] == ' ';
}


/*
 * The attempt belongs into the audit trail, which the worker writes.  The
 * method tells it, so that one that did not know of refusals would not act.
 */

ngx_int_t
ngx_http_backup_tasks_refused_act(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error)
{
    if (error->status != NGX_HTTP_FORBIDDEN
        || r->method != NGX_HTTP_POST
        || !ctx->identified
        || !bt_route_takes_post(&ctx->route))
    {
        return NGX_DECLINED;
    }

    ngx_http_backup_tasks_text(&ctx->refused, error->text);
    ngx_http_backup_tasks_shape(r, ctx);

    /* nobody reads the body, and what is not read is not asked for */

    r->expect_tested = 1;

    if (ngx_http_discard_request_body(r) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_backup_tasks_export(r, ctx);
}


/* Zone, language and layout of the answer, where the query has good ones. */

static void
ngx_http_backup_tasks_shape(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    bt_refusal     ignored;
    bt_param_conf  conf;

    conf.now = ngx_http_backup_tasks_now();
    conf.range_max = ctx->conf->range_max * BT_SECOND;
    conf.time_zone = (const char *) ctx->time_zone.data;

    if (bt_query_parse(ngx_http_backup_tasks_str(&r->args), &ctx->route, &conf,
                       &ctx->query, &ignored)
        != 200)
    {
        (void) bt_query_parse(BT_STR(""), &ctx->route, &conf, &ctx->query,
                              &ignored);
    }
}


/* The token of this hour and that of the one before, for forms left open. */

ngx_int_t
ngx_http_backup_tasks_csrf(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    u_char  *p;
    time_t   hour;

    p = ngx_pnalloc(r->pool, 2 * NGX_HTTP_BACKUP_TASKS_CSRF_LEN + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    hour = ngx_time() / NGX_HTTP_BACKUP_TASKS_CSRF_PERIOD;

    ctx->csrf.len = 2 * NGX_HTTP_BACKUP_TASKS_CSRF_LEN + 1;
    ctx->csrf.data = p;

    ctx->csrf_token.len = NGX_HTTP_BACKUP_TASKS_CSRF_LEN;
    ctx->csrf_token.data = p;

    if (ngx_http_backup_tasks_csrf_token(r, ctx, hour, p) != NGX_OK) {
        return NGX_ERROR;
    }

    p += NGX_HTTP_BACKUP_TASKS_CSRF_LEN;
    *p++ = ' ';

    return ngx_http_backup_tasks_csrf_token(r, ctx, hour - 1, p);
}


static ngx_int_t
ngx_http_backup_tasks_csrf_token(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, time_t hour, u_char *token)
{
    u_char     *message, *last;
    ngx_str_t  *key;
    u_char      md[NGX_HTTP_BACKUP_TASKS_CSRF_LEN / 2];

    message = ngx_pnalloc(r->pool, ctx->user.len + 1 + NGX_TIME_T_LEN);
    if (message == NULL) {
        return NGX_ERROR;
    }

    last = ngx_sprintf(message, "%V\n%T", &ctx->user, hour);
    key = &ctx->conf->csrf_key;

    if (HMAC(EVP_sha256(), key->data, key->len, message, last - message, md,
             NULL)
        == NULL)
    {
        return NGX_ERROR;
    }

    (void) ngx_hex_dump(token, md, sizeof(md));

    return NGX_OK;
}

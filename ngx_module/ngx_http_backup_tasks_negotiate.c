/* ngx_http_backup_tasks_negotiate.c: the form of an answer: by suffix, or by Accept. */


#include "ngx_http_backup_tasks_module.h"


#define NGX_HTTP_BACKUP_TASKS_NOT_ACCEPTABLE  406


static ngx_uint_t ngx_http_backup_tasks_is_document(ngx_http_request_t *r);
static ngx_uint_t ngx_http_backup_tasks_is_open(ngx_http_request_t *r);


/*
 * An address with a suffix has one form.  Without one Accept chooses, of the
 * forms that the view has, where a document is read; what is sent to us is a
 * form of a page.
 */

ngx_int_t
ngx_http_backup_tasks_negotiate(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    bt_view_e  view;
    ngx_str_t  accept;

    /* a rewritten address may have got its suffix from nginx */

    if (ctx->route.format != BT_FORMAT_HTML
        || !ngx_http_backup_tasks_is_open(r))
    {
        return NGX_OK;
    }

    ctx->negotiated = 1;

    if (ngx_http_backup_tasks_join_header(r, "Accept", &accept) != NGX_OK) {
        return NGX_ERROR;
    }

    /* the root leads to the default tab */

    view = ctx->route.view;

    if (view == BT_VIEW_ROOT) {
        view = BT_VIEW_DATA;
    }

    if (!bt_accept_format(ngx_http_backup_tasks_str(&accept), view,
                          &ctx->route.format))
    {
        /* a program that reads neither pages nor feeds: errors are feeds' */

        ctx->route.format = BT_FORMAT_XML;
        ctx->unacceptable = 1;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_backup_tasks_acceptable(ngx_http_backup_tasks_ctx_t *ctx,
    ngx_http_backup_tasks_error_t *error)
{
    bt_buf  buf;

    if (!ctx->unacceptable) {
        return NGX_OK;
    }

    bt_buf_init(&buf, error->refusal.text, sizeof(error->refusal.text));
    bt_buf_addz(&buf, "This document exists as ");
    bt_accept_types(&buf, ctx->route.view);
    bt_buf_addz(&buf, ": ask for one of these in Accept, or by a suffix.");

    return ngx_http_backup_tasks_refuse(error,
                                        NGX_HTTP_BACKUP_TASKS_NOT_ACCEPTABLE,
                                        "NOT_ACCEPTABLE",
                                        error->refusal.text);
}


/* Prometheus takes the text format whatever it asks for. */

ngx_int_t
ngx_http_backup_tasks_metrics_format(ngx_http_request_t *r,
    bt_format_e *format)
{
    ngx_str_t  accept;

    if (ngx_http_backup_tasks_join_header(r, "Accept", &accept) != NGX_OK) {
        return NGX_ERROR;
    }

    (void) bt_accept_format(ngx_http_backup_tasks_str(&accept),
                            BT_VIEW_METRICS, format);

    return NGX_OK;
}


/*
 * Whether a request reads a feed: no portal, and errors as XML.  In an error
 * location r->uri may be another one than the client's.  A stranger is not
 * told by the form of an error which addresses there are.
 */

ngx_uint_t
ngx_http_backup_tasks_is_feed(ngx_http_request_t *r)
{
    u_char                       *p;
    ngx_str_t                     path, accept;
    bt_format_e                   format;
    ngx_http_backup_tasks_ctx_t  *ctx;

    if (ngx_http_backup_tasks_is_document(r)) {
        return 1;
    }

    path = r->unparsed_uri;

    p = ngx_strlchr(path.data, path.data + path.len, '?');
    if (p != NULL) {
        path.len = p - path.data;
    }

    if (bt_path_is_feed(ngx_http_backup_tasks_str(&r->uri))
        || bt_path_is_feed(ngx_http_backup_tasks_str(&path)))
    {
        return 1;
    }

    if (!ngx_http_backup_tasks_is_open(r)) {
        return 0;
    }

    ctx = ngx_http_backup_tasks_get_ctx(r);

    if (ctx && ctx->identified && ctx->route.view != BT_VIEW_NONE) {
        return ctx->route.format != BT_FORMAT_HTML;
    }

    return ngx_http_backup_tasks_join_header(r, "Accept", &accept) != NGX_OK
           || !bt_accept_format(ngx_http_backup_tasks_str(&accept),
                                BT_VIEW_DATA, &format)
           || format != BT_FORMAT_HTML;
}


ngx_uint_t
ngx_http_backup_tasks_is_page(ngx_http_request_t *r)
{
    return ngx_http_backup_tasks_is_open(r)
           && !ngx_http_backup_tasks_is_feed(r);
}


static ngx_uint_t
ngx_http_backup_tasks_is_document(ngx_http_request_t *r)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf;

    btcf = ngx_http_backup_tasks_find_conf(r);

    return btcf != NULL && btcf->document.address.len != 0;
}


/* Whether the address leaves the form of the answer open. */

static ngx_uint_t
ngx_http_backup_tasks_is_open(ngx_http_request_t *r)
{
    size_t  i;
    bt_str  path, args;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))
        || ngx_http_backup_tasks_is_document(r))
    {
        return 0;
    }

    ngx_http_backup_tasks_split_address(r, &path, &args);

    if (bt_str_eqz(path, "health") || bt_str_eqz(path, "metrics")) {
        return 0;
    }

    for (i = path.len; i > 0 && path.data[i - 1] != '/'; i--) {
        if (path.data[i - 1] == '.') {
            return 0;
        }
    }

    return path.len < 7 || ngx_strncmp(path.data, "static/", 7) != 0;
}


/* What chose the form of the answer, and the language of a page. */

ngx_int_t
ngx_http_backup_tasks_vary_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t  value;

    if (!ngx_http_backup_tasks_is_open(r)) {
        v->not_found = 1;
        return NGX_OK;
    }

    ngx_http_backup_tasks_text(&value, ngx_http_backup_tasks_is_feed(r)
                                       ? "Accept" : "Accept, Accept-Language");
    ngx_http_backup_tasks_set_variable(v, &value);

    return NGX_OK;
}


/* The address at which a feed stands that Accept has asked for. */

ngx_int_t
ngx_http_backup_tasks_content_location_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char                       *p;
    ngx_str_t                    *base, *path, value;
    const char                   *suffix;
    ngx_http_backup_tasks_ctx_t  *ctx;

    ctx = ngx_http_backup_tasks_get_ctx(r);

    if (ctx == NULL || !ctx->negotiated || ctx->unacceptable
        || ctx->route.view == BT_VIEW_ROOT
        || ctx->route.format == BT_FORMAT_HTML)
    {
        v->not_found = 1;
        return NGX_OK;
    }

    path = &ctx->path;
    base = ngx_http_backup_tasks_base(ctx->conf);
    suffix = bt_format_name(ctx->route.format);

    p = ngx_pnalloc(r->pool, base->len + path->len + 1 + ngx_strlen(suffix)
                             + 1 + ctx->args.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value.data = p;
    p = ngx_sprintf(p, "%V%V.%s", base, path, suffix);

    if (ctx->args.len) {
        p = ngx_sprintf(p, "?%V", &ctx->args);
    }

    value.len = p - value.data;
    ngx_http_backup_tasks_set_variable(v, &value);

    return NGX_OK;
}

/* ngx_http_backup_tasks_identity.c: user, roles and scope. */


#include "ngx_http_backup_tasks_module.h"


#define NGX_HTTP_BACKUP_TASKS_SCOPE_MAX  8192


static ngx_int_t ngx_http_backup_tasks_source(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);
static ngx_int_t ngx_http_backup_tasks_check_user(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error);
static ngx_int_t ngx_http_backup_tasks_scope(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error);
static ngx_int_t ngx_http_backup_tasks_roles(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);
static ngx_int_t ngx_http_backup_tasks_zone(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);
static ngx_uint_t ngx_http_backup_tasks_is_separator(u_char c);


ngx_int_t
ngx_http_backup_tasks_identify(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error)
{
    ngx_int_t  rc;

    rc = ngx_http_backup_tasks_source(r, ctx);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc != NGX_OK || ctx->user.len == 0) {
        ngx_str_null(&ctx->user);

        return ngx_http_backup_tasks_refuse(error, NGX_HTTP_UNAUTHORIZED,
                                            "UNAUTHORIZED",
                                            "Sign in to see this page.");
    }

    rc = ngx_http_backup_tasks_check_user(r, ctx, error);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_http_backup_tasks_scope(r, ctx, error);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_http_backup_tasks_zone(r, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_backup_tasks_roles(r, ctx);
}


/* What is sent must be good: a bad token is not outdone by another sign-in. */

static ngx_int_t
ngx_http_backup_tasks_source(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    ngx_int_t  rc;

    rc = ngx_http_backup_tasks_token(r, ctx);

    if (rc == NGX_DECLINED) {
        rc = ngx_http_backup_tasks_proxy(r, ctx);
    }

    if (rc != NGX_DECLINED || ctx->conf->user == NULL) {
        return rc;
    }

    return ngx_http_complex_value(r, ctx->conf->user, &ctx->user);
}


static ngx_int_t
ngx_http_backup_tasks_check_user(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error)
{
    if (ngx_http_backup_tasks_is_text(&ctx->user, BT_NAME_CHARS)) {
        return NGX_OK;
    }

    ngx_str_null(&ctx->user);

    ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                  "backup tasks user is not UTF-8, has control characters "
                  "or is longer than %d characters", BT_NAME_CHARS);

    return ngx_http_backup_tasks_refuse(error, NGX_HTTP_FORBIDDEN,
                                        "FORBIDDEN", "This user name "
                                        "cannot be used here.");
}


static ngx_int_t
ngx_http_backup_tasks_scope(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error)
{
    if (ctx->told & (1 << NGX_HTTP_BACKUP_TASKS_SCOPE)) {
        /* void */

    } else if (ctx->conf->scope == NULL) {
        ngx_str_set(&ctx->scope, "*");

    } else if (ngx_http_complex_value(r, ctx->conf->scope, &ctx->scope)
               != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_backup_tasks_is_text(&ctx->scope,
                                      NGX_HTTP_BACKUP_TASKS_SCOPE_MAX))
    {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "backup tasks scope is not UTF-8, has control characters "
                  "or is longer than %d characters",
                  NGX_HTTP_BACKUP_TASKS_SCOPE_MAX);

    return ngx_http_backup_tasks_refuse(error, NGX_HTTP_FORBIDDEN,
                                        "FORBIDDEN", "The scope of this "
                                        "user cannot be read.");
}


static ngx_int_t
ngx_http_backup_tasks_roles(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    char      *p;
    bt_buf     buf;
    ngx_str_t  names;

    if (!(ctx->told & (1 << NGX_HTTP_BACKUP_TASKS_ROLE))
        && ctx->conf->role != NULL)
    {
        if (ngx_http_complex_value(r, ctx->conf->role, &names) != NGX_OK) {
            return NGX_ERROR;
        }

        ctx->role_bits = ngx_http_backup_tasks_role_list(ctx->conf, &names);
    }

    p = ngx_pnalloc(r->pool, 64);
    if (p == NULL) {
        return NGX_ERROR;
    }

    bt_buf_init(&buf, p, 64);
    bt_roles_format(&buf, ctx->role_bits);

    ctx->roles.len = buf.len;
    ctx->roles.data = (u_char *) buf.data;

    return NGX_OK;
}


ngx_uint_t
ngx_http_backup_tasks_is_text(ngx_str_t *value, size_t chars_max)
{
    size_t  i, chars;

    if (!bt_utf8_valid(ngx_http_backup_tasks_str(value), &chars)
        || chars > chars_max)
    {
        return 0;
    }

    for (i = 0; i < value->len; i++) {
        if (value->data[i] < 0x20 || value->data[i] == 0x7f) {
            return 0;
        }
    }

    return 1;
}


/* A zone that nobody knows is no zone: the operator's counts. */

static ngx_int_t
ngx_http_backup_tasks_zone(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    u_char   *p;
    bt_zone   zone;

    if (ctx->time_zone.len == 0
        || !bt_zone_open(&zone, ngx_http_backup_tasks_str(&ctx->time_zone)))
    {
        ctx->time_zone = ctx->conf->time_zone;
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, sizeof(zone.name));

    if (p != NULL) {
        (void) ngx_cpystrn(p, (u_char *) zone.name, sizeof(zone.name));
        ngx_http_backup_tasks_text(&ctx->time_zone, (char *) p);
    }

    bt_zone_close(&zone);

    return p ? NGX_OK : NGX_ERROR;
}


unsigned
ngx_http_backup_tasks_role_list(ngx_http_backup_tasks_loc_conf_t *btcf,
    ngx_str_t *names)
{
    u_char    *p, *last;
    bt_str     name;
    unsigned   bits;

    bits = 0;
    p = names->data;
    last = names->data + names->len;

    while (p < last) {

        if (ngx_http_backup_tasks_is_separator(*p)) {
            p++;
            continue;
        }

        name.data = (char *) p;

        while (p < last && !ngx_http_backup_tasks_is_separator(*p)) {
            p++;
        }

        name.len = (char *) p - name.data;
        bits |= ngx_http_backup_tasks_role_bits(btcf, name);
    }

    return bits;
}


unsigned
ngx_http_backup_tasks_role_bits(ngx_http_backup_tasks_loc_conf_t *btcf,
    bt_str name)
{
    size_t                             i;
    unsigned                           bits;
    ngx_http_backup_tasks_role_map_t  *map;

    bits = 0;

    if (btcf->role_map) {
        map = btcf->role_map->elts;

        for (i = 0; i < btcf->role_map->nelts; i++) {
            if (bt_str_eq(ngx_http_backup_tasks_str(&map[i].name), name)) {
                bits |= map[i].bits;
            }
        }

        return bits;
    }

    /* "not operator" is one name of a portal, and none of ours */

    for (i = 0; i < name.len; i++) {
        if (ngx_http_backup_tasks_is_separator(name.data[i])) {
            return 0;
        }
    }

    return bt_roles_parse(name);
}


static ngx_uint_t
ngx_http_backup_tasks_is_separator(u_char c)
{
    return c == ' ' || c == ',' || c == '\t';
}

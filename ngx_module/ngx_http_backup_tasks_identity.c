/* ngx_http_backup_tasks_identity.c: user, roles and scope. */


#include "ngx_http_backup_tasks_module.h"


#define NGX_HTTP_BACKUP_TASKS_SCOPE_MAX  8192


static ngx_uint_t ngx_http_backup_tasks_is_text(ngx_str_t *value,
    size_t chars_max);
static ngx_int_t ngx_http_backup_tasks_roles(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);


ngx_int_t
ngx_http_backup_tasks_identify(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error)
{
    ngx_str_t                          user;
    ngx_http_backup_tasks_loc_conf_t  *btcf;

    btcf = ctx->conf;

    if (ngx_http_complex_value(r, btcf->user, &user) != NGX_OK) {
        return NGX_ERROR;
    }

    if (user.len == 0) {
        return ngx_http_backup_tasks_refuse(error, NGX_HTTP_UNAUTHORIZED,
                                            "UNAUTHORIZED",
                                            "Sign in to see this page.");
    }

    if (!ngx_http_backup_tasks_is_text(&user, BT_NAME_CHARS)) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "backup tasks user is not UTF-8, has control characters "
                      "or is longer than %d characters", BT_NAME_CHARS);

        return ngx_http_backup_tasks_refuse(error, NGX_HTTP_FORBIDDEN,
                                            "FORBIDDEN", "This user name "
                                            "cannot be used here.");
    }

    ctx->user = user;

    if (btcf->scope == NULL) {
        ngx_str_set(&ctx->scope, "*");

    } else if (ngx_http_complex_value(r, btcf->scope, &ctx->scope) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!ngx_http_backup_tasks_is_text(&ctx->scope,
                                       NGX_HTTP_BACKUP_TASKS_SCOPE_MAX))
    {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "backup tasks scope is not UTF-8, has control "
                      "characters or is longer than %d characters",
                      NGX_HTTP_BACKUP_TASKS_SCOPE_MAX);

        return ngx_http_backup_tasks_refuse(error, NGX_HTTP_FORBIDDEN,
                                            "FORBIDDEN", "The scope of this "
                                            "user cannot be read.");
    }

    return ngx_http_backup_tasks_roles(r, ctx);
}


static ngx_uint_t
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


static ngx_int_t
ngx_http_backup_tasks_roles(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    char      *p;
    bt_buf     buf;
    ngx_str_t  names;

    if (ctx->conf->role == NULL) {
        return NGX_OK;
    }

    if (ngx_http_complex_value(r, ctx->conf->role, &names) != NGX_OK) {
        return NGX_ERROR;
    }

    ctx->role_bits = bt_roles_parse(ngx_http_backup_tasks_str(&names));

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

/* ngx_http_backup_tasks_token.c: signing in by a portal's token. */


#include "ngx_http_backup_tasks_module.h"


static ngx_int_t ngx_http_backup_tasks_find_token(ngx_http_request_t *r,
    ngx_array_t *values, ngx_str_t *token);
static ngx_uint_t ngx_http_backup_tasks_strip_scheme(ngx_str_t *value);
static ngx_int_t ngx_http_backup_tasks_verify(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_str_t *token);
static void ngx_http_backup_tasks_free_claims(void *data);
static ngx_int_t ngx_http_backup_tasks_claims(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);
static ngx_int_t ngx_http_backup_tasks_claim_text(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_uint_t field, ngx_str_t *text);
static void ngx_http_backup_tasks_claim_roles(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);
static ngx_int_t ngx_http_backup_tasks_claim_scope(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);
static ngx_int_t ngx_http_backup_tasks_claim_value(ngx_http_request_t *r,
    bt_claim *claim, u_char separator, ngx_str_t *value);


ngx_int_t
ngx_http_backup_tasks_token(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    ngx_int_t   rc;
    ngx_str_t   token;

    if (ctx->conf->token.values == NULL) {
        return NGX_DECLINED;
    }

    rc = ngx_http_backup_tasks_find_token(r, ctx->conf->token.values, &token);
    if (rc != NGX_OK) {
        return rc;
    }

    ctx->bearer = 1;

    rc = ngx_http_backup_tasks_verify(r, ctx, &token);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_http_backup_tasks_claims(r, ctx);
}


/* The first that holds a token counts, and no other. */

static ngx_int_t
ngx_http_backup_tasks_find_token(ngx_http_request_t *r, ngx_array_t *values,
    ngx_str_t *token)
{
    ngx_uint_t                 i;
    ngx_http_complex_value_t  *cv;

    cv = values->elts;

    for (i = 0; i < values->nelts; i++) {

        if (ngx_http_complex_value(r, &cv[i], token) != NGX_OK) {
            return NGX_ERROR;
        }

        if (ngx_http_backup_tasks_strip_scheme(token)) {
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


/* RFC 6750, section 2.1; what has another scheme is somebody else's. */

static ngx_uint_t
ngx_http_backup_tasks_strip_scheme(ngx_str_t *value)
{
    ngx_str_t  scheme;

    ngx_str_set(&scheme, "Bearer ");

    if (value->len >= scheme.len
        && ngx_strncasecmp(value->data, scheme.data, scheme.len) == 0)
    {
        value->data += scheme.len;
        value->len -= scheme.len;

        while (value->len && *value->data == ' ') {
            value->data++;
            value->len--;
        }

        return 1;
    }

    return value->len
           && ngx_strlchr(value->data, value->data + value->len, ' ') == NULL;
}


static ngx_int_t
ngx_http_backup_tasks_verify(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_str_t *token)
{
    ngx_uint_t                           level;
    bt_token_e                           reason;
    ngx_pool_cleanup_t                  *cln;
    ngx_http_backup_tasks_token_conf_t  *tcf;

    tcf = &ctx->conf->token;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    reason = bt_token_verify(tcf->keys, &tcf->rules, ngx_time(),
                             ngx_http_backup_tasks_str(token), &ctx->claims);

    cln->handler = ngx_http_backup_tasks_free_claims;
    cln->data = ctx->claims;

    if (reason == BT_TOKEN_GOOD) {
        return NGX_OK;
    }

    /* a session that has ended is everyday life */

    level = (reason == BT_TOKEN_EXPIRED) ? NGX_LOG_INFO : NGX_LOG_WARN;

    ngx_log_error(level, r->connection->log, 0,
                  "backup tasks token refused: %s", bt_token_text(reason));

    return NGX_HTTP_UNAUTHORIZED;
}


static void
ngx_http_backup_tasks_free_claims(void *data)
{
    bt_claims_free(data);
}


static ngx_int_t
ngx_http_backup_tasks_claims(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    if (ngx_http_backup_tasks_claim_text(r, ctx, NGX_HTTP_BACKUP_TASKS_USER,
                                         &ctx->user)
        != NGX_OK
        || ngx_http_backup_tasks_claim_text(r, ctx,
                                            NGX_HTTP_BACKUP_TASKS_TIME_ZONE,
                                            &ctx->time_zone)
           != NGX_OK
        || ngx_http_backup_tasks_claim_text(r, ctx,
                                            NGX_HTTP_BACKUP_TASKS_LANGUAGE,
                                            &ctx->language)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->user.len == 0) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "backup tasks token refused: its claim of the user is "
                      "missing or not a text");
        return NGX_HTTP_UNAUTHORIZED;
    }

    ngx_http_backup_tasks_claim_roles(r, ctx);

    return ngx_http_backup_tasks_claim_scope(r, ctx);
}


/* An absent claim, and one that is no text, is empty. */

static ngx_int_t
ngx_http_backup_tasks_claim_text(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_uint_t field, ngx_str_t *text)
{
    bt_claim                              claim;
    const ngx_http_backup_tasks_claim_t  *where;

    where = ctx->conf->token.claims[field];

    if (bt_claim_find(ctx->claims, where->path, where->steps, &claim)
        != BT_CLAIM_TEXT)
    {
        return NGX_OK;
    }

    return ngx_http_backup_tasks_claim_value(r, &claim, ' ', text);
}


static void
ngx_http_backup_tasks_claim_roles(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    bt_str                                name;
    bt_claim                              claim;
    bt_claim_e                            kind;
    const ngx_http_backup_tasks_claim_t  *where;

    where = ctx->conf->token.claims[NGX_HTTP_BACKUP_TASKS_ROLE];

    if (where == NULL) {
        return;
    }

    ctx->told |= 1 << NGX_HTTP_BACKUP_TASKS_ROLE;

    for ( /* void */ ; where; where = where->next) {

        kind = bt_claim_find(ctx->claims, where->path, where->steps, &claim);

        if (kind == BT_CLAIM_BAD) {
            ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                          "backup tasks token's claim of the role is neither "
                          "a text nor a list of texts");
        }

        if (kind != BT_CLAIM_TEXT && kind != BT_CLAIM_LIST) {
            continue;
        }

        while (bt_claim_next(&claim, &name)) {
            ctx->role_bits |= ngx_http_backup_tasks_role_bits(ctx->conf, name);
        }
    }
}


/* Without the claim nothing is seen. */

static ngx_int_t
ngx_http_backup_tasks_claim_scope(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    bt_claim                              claim;
    bt_claim_e                            kind;
    const ngx_http_backup_tasks_claim_t  *where;

    where = ctx->conf->token.claims[NGX_HTTP_BACKUP_TASKS_SCOPE];

    if (where == NULL) {
        return NGX_OK;
    }

    ctx->told |= 1 << NGX_HTTP_BACKUP_TASKS_SCOPE;

    kind = bt_claim_find(ctx->claims, where->path, where->steps, &claim);

    if (kind != BT_CLAIM_TEXT && kind != BT_CLAIM_LIST) {
        return NGX_OK;
    }

    return ngx_http_backup_tasks_claim_value(r, &claim, ' ', &ctx->scope);
}


/* A text as it is; of a list the items, a blank in one not parting it. */

static ngx_int_t
ngx_http_backup_tasks_claim_value(ngx_http_request_t *r, bt_claim *claim,
    u_char separator, ngx_str_t *value)
{
    u_char  *p;
    size_t   i, len;
    bt_str   item;

    item = claim->text;
    len = item.len;

    while (claim->list && bt_claim_next(claim, &item)) {
        len += 3 * item.len + 1;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value->data = p;

    if (claim->list == NULL) {
        ngx_memcpy(p, item.data, item.len);
        value->len = item.len;
        return NGX_OK;
    }

    claim->at = 0;

    while (bt_claim_next(claim, &item)) {

        if (p > value->data) {
            *p++ = separator;
        }

        for (i = 0; i < item.len; i++) {

            if ((u_char) item.data[i] == separator) {
                p = ngx_sprintf(p, "%%%02Xd", (int) separator);

            } else {
                *p++ = item.data[i];
            }
        }
    }

    value->len = p - value->data;

    return NGX_OK;
}


/* The items of a list are separated by commas. */

ngx_int_t
ngx_http_backup_tasks_claim_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                           value;
    bt_claim                            claim;
    bt_claim_e                          kind;
    ngx_http_backup_tasks_ctx_t        *ctx;
    ngx_http_backup_tasks_claim_t      *where;
    ngx_http_backup_tasks_main_conf_t  *btmcf;

    v->not_found = 1;

    ctx = ngx_http_backup_tasks_get_ctx(r);

    if (ctx == NULL || ctx->claims == NULL) {
        return NGX_OK;
    }

    btmcf = ngx_http_get_module_main_conf(r, ngx_http_backup_tasks_module);

    where = btmcf->claims.elts;
    where += data;

    kind = bt_claim_find(ctx->claims, where->path, where->steps, &claim);

    if (kind != BT_CLAIM_TEXT && kind != BT_CLAIM_LIST) {
        return NGX_OK;
    }

    if (ngx_http_backup_tasks_claim_value(r, &claim, ',', &value) != NGX_OK) {
        return NGX_ERROR;
    }

    v->len = value.len;
    v->data = value.data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}

/* ngx_http_backup_tasks_cache.c: conditional requests, and a shared cache. */


#include "ngx_http_backup_tasks_module.h"

#include <openssl/evp.h>


#define NGX_HTTP_BACKUP_TASKS_ZONE       "backup_tasks"
#define NGX_HTTP_BACKUP_TASKS_HASH       32
#define NGX_HTTP_BACKUP_TASKS_CONDITION  4096

/* What another request renews at this moment is not called old before. */
#define NGX_HTTP_BACKUP_TASKS_RENEWAL    5


static ngx_int_t ngx_http_backup_tasks_page_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_backup_tasks_condition_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_backup_tasks_cache_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_backup_tasks_key_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_backup_tasks_key_digest(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, EVP_MD_CTX *md, u_char *hash);
static ngx_int_t ngx_http_backup_tasks_hash_string(EVP_MD_CTX *md,
    const ngx_str_t *value);
static ngx_int_t ngx_http_backup_tasks_stale_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static time_t ngx_http_backup_tasks_stale_seconds(ngx_http_request_t *r);
static ngx_int_t ngx_http_backup_tasks_stale_filter(ngx_http_request_t *r);
static ngx_uint_t ngx_http_backup_tasks_makes_page(
    ngx_http_backup_tasks_ctx_t *ctx);
static void ngx_http_backup_tasks_no_value(ngx_http_variable_value_t *v);


static ngx_http_variable_t  ngx_http_backup_tasks_cache_vars[] = {

    { ngx_string("backup_tasks_page"), NULL,
      ngx_http_backup_tasks_page_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("backup_tasks_if_none_match"), NULL,
      ngx_http_backup_tasks_condition_variable, 0, NGX_HTTP_VAR_NOCACHEABLE,
      0 },

    { ngx_string("backup_tasks_if_modified_since"), NULL,
      ngx_http_backup_tasks_condition_variable, 1, NGX_HTTP_VAR_NOCACHEABLE,
      0 },

    { ngx_string("backup_tasks_cache"), NULL,
      ngx_http_backup_tasks_cache_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("backup_tasks_cache_key"), NULL,
      ngx_http_backup_tasks_key_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("backup_tasks_stale"), NULL,
      ngx_http_backup_tasks_stale_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


/* What the sheet is told, besides the user, the roles and the token of acts. */

static ngx_str_t  ngx_http_backup_tasks_page_names[] = {
    ngx_string("backup_tasks_lang"),
    ngx_string("backup_tasks_layout"),
    ngx_string("backup_tasks_base"),
    ngx_string("backup_tasks_logout_url"),
    ngx_string("backup_tasks_brand_name"),
    ngx_string("backup_tasks_brand_logo"),
    ngx_string("backup_tasks_brand_style"),
    ngx_null_string
};


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;


/*
 * Everything but the document that makes a page: a configuration that is
 * loaded anew may have other sheets, and other texts everywhere.
 */

static ngx_int_t
ngx_http_backup_tasks_page_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char                             *p;
    size_t                              len;
    ngx_uint_t                          i, n;
    ngx_int_t                          *index;
    ngx_http_variable_value_t          *part;
    ngx_http_backup_tasks_ctx_t        *ctx;
    ngx_http_backup_tasks_main_conf_t  *btmcf;

    ctx = ngx_http_backup_tasks_get_ctx(r);

    if (!ngx_http_backup_tasks_makes_page(ctx)) {
        ngx_http_backup_tasks_no_value(v);
        return NGX_OK;
    }

    btmcf = ngx_http_get_module_main_conf(r, ngx_http_backup_tasks_module);

    index = btmcf->page.elts;
    n = btmcf->page.nelts;
    len = btmcf->loaded.len;

    for (i = 0; i < n; i++) {
        part = ngx_http_get_flushed_variable(r, index[i]);
        if (part == NULL) {
            return NGX_ERROR;
        }

        len += 1 + (part->not_found ? 0 : part->len);
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    v->data = p;
    p = ngx_cpymem(p, btmcf->loaded.data, btmcf->loaded.len);

    for (i = 0; i < n; i++) {
        part = ngx_http_get_indexed_variable(r, index[i]);
        if (part == NULL) {
            return NGX_ERROR;
        }

        *p++ = LF;

        if (!part->not_found && part->len) {
            p = ngx_cpymem(p, part->data, part->len);
        }
    }

    v->len = p - v->data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


/*
 * With a cache nginx compares by itself, and what is kept must be whole.  The
 * request to the worker is made after the cache has been looked into.
 */

static ngx_int_t
ngx_http_backup_tasks_condition_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t  value;

    if (ngx_http_backup_tasks_get_ctx(r) == NULL
        || (r->upstream != NULL && r->upstream->cacheable))
    {
        ngx_http_backup_tasks_no_value(v);
        return NGX_OK;
    }

    ngx_str_null(&value);

    /* nginx lets nobody send one of these twice */

    (void) ngx_http_backup_tasks_find_header(r,
                          data ? "If-Modified-Since" : "If-None-Match", &value);

    if (value.len > NGX_HTTP_BACKUP_TASKS_CONDITION) {
        value.len = 0;
    }

    ngx_http_backup_tasks_set_variable(v, &value);

    return NGX_OK;
}


/* The value of fastcgi_cache: what may be kept for a moment, else "off". */

static ngx_int_t
ngx_http_backup_tasks_cache_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                     zone;
    ngx_http_backup_tasks_ctx_t  *ctx;

    ctx = ngx_http_backup_tasks_get_ctx(r);

    if (ctx && ctx->identified
        && (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))
        && bt_query_may_be_kept(&ctx->query, &ctx->route))
    {
        ngx_str_set(&zone, NGX_HTTP_BACKUP_TASKS_ZONE);

    } else {
        ngx_str_set(&zone, "off");
    }

    ngx_http_backup_tasks_set_variable(v, &zone);

    return NGX_OK;
}


static ngx_int_t
ngx_http_backup_tasks_key_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char                        hash[NGX_HTTP_BACKUP_TASKS_HASH];
    ngx_int_t                     rc;
    EVP_MD_CTX                   *md;
    ngx_http_backup_tasks_ctx_t  *ctx;

    ctx = ngx_http_backup_tasks_get_ctx(r);

    if (ctx == NULL) {
        ngx_http_backup_tasks_no_value(v);
        return NGX_OK;
    }

    md = EVP_MD_CTX_new();
    if (md == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_http_backup_tasks_key_digest(r, ctx, md, hash);

    EVP_MD_CTX_free(md);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    v->data = ngx_pnalloc(r->pool, 2 * NGX_HTTP_BACKUP_TASKS_HASH);
    if (v->data == NULL) {
        return NGX_ERROR;
    }

    v->len = ngx_hex_dump(v->data, hash, NGX_HTTP_BACKUP_TASKS_HASH) - v->data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


/*
 * Whatever the worker is told but the client's address and the request's name.
 * A location is told from others by its address, which holds for as long as
 * its configuration does: two may lead to different workers.
 */

static ngx_int_t
ngx_http_backup_tasks_key_digest(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, EVP_MD_CTX *md, u_char *hash)
{
    u_char                              address[2 * sizeof(void *) + 2];
    ngx_str_t                           location;
    ngx_uint_t                          i;
    ngx_http_variable_value_t           page;
    ngx_http_backup_tasks_main_conf_t  *btmcf;
    const ngx_str_t                    *parts[] = {
        &ctx->view, &ctx->kind, &ctx->format, &ctx->action, &ctx->id,
        &ctx->args, &ctx->from, &ctx->to, &ctx->tz, &ctx->range_max,
        &ctx->scope, ngx_http_backup_tasks_base(ctx->conf), &ctx->user,
        &ctx->roles
    };

    btmcf = ngx_http_get_module_main_conf(r, ngx_http_backup_tasks_module);

    location.data = address;
    location.len = ngx_sprintf(address, "%p", ctx->conf) - address;

    if (EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1
        || ngx_http_backup_tasks_hash_string(md, &btmcf->loaded) != NGX_OK
        || ngx_http_backup_tasks_hash_string(md, &location) != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {

        /* who it is makes a difference on pages only */

        if (!ngx_http_backup_tasks_makes_page(ctx)
            && (parts[i] == &ctx->user || parts[i] == &ctx->roles))
        {
            continue;
        }

        if (ngx_http_backup_tasks_hash_string(md, parts[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (ngx_http_backup_tasks_page_variable(r, &page, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    location.data = page.data;
    location.len = page.len;

    if (ngx_http_backup_tasks_hash_string(md, &location) != NGX_OK
        || EVP_DigestFinal_ex(md, hash, NULL) != 1)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_backup_tasks_hash_string(EVP_MD_CTX *md, const ngx_str_t *value)
{
    if (EVP_DigestUpdate(md, &value->len, sizeof(value->len)) != 1
        || EVP_DigestUpdate(md, value->data, value->len) != 1)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* For how many seconds the answer has been too old; empty where it is not. */

static ngx_int_t
ngx_http_backup_tasks_stale_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    time_t  seconds;

    seconds = ngx_http_backup_tasks_stale_seconds(r->main);

    if (seconds < 0) {
        ngx_http_backup_tasks_no_value(v);
        return NGX_OK;
    }

    v->data = ngx_pnalloc(r->pool, NGX_TIME_T_LEN);
    if (v->data == NULL) {
        return NGX_ERROR;
    }

    v->len = ngx_sprintf(v->data, "%T", seconds) - v->data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


static time_t
ngx_http_backup_tasks_stale_seconds(ngx_http_request_t *r)
{
#if (NGX_HTTP_CACHE)
    time_t  seconds;

    if (r->upstream == NULL || r->cache == NULL) {
        return -1;
    }

    seconds = ngx_max(ngx_time() - r->cache->valid_sec, 0);

    switch (r->upstream->cache_status) {

    case NGX_HTTP_CACHE_STALE:
        return seconds;

    case NGX_HTTP_CACHE_UPDATING:
        return (seconds < NGX_HTTP_BACKUP_TASKS_RENEWAL) ? -1 : seconds;

    default:
        break;
    }
#endif

    return -1;
}


/*
 * A page that says it is old is another one than the page that was kept: it
 * has no validators, and is sent whole.
 */

static ngx_int_t
ngx_http_backup_tasks_stale_filter(ngx_http_request_t *r)
{
    ngx_str_t                     value;
    ngx_http_variable_value_t     v;
    ngx_http_backup_tasks_ctx_t  *ctx;

    if (r != r->main || ngx_http_backup_tasks_stale_seconds(r) < 0) {
        return ngx_http_next_header_filter(r);
    }

    ctx = ngx_http_backup_tasks_get_ctx(r);

    if (ctx == NULL) {
        return ngx_http_next_header_filter(r);
    }

    if (ngx_http_backup_tasks_stale_variable(r, &v, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    value.len = v.len;
    value.data = v.data;

    if (ngx_http_backup_tasks_push_header(r, "X-Backup-Tasks-Stale", &value)
        == NULL)
    {
        return NGX_ERROR;
    }

    /* the worker's error may have told nginx not to compare */

    r->disable_not_modified = ngx_http_backup_tasks_makes_page(ctx);

    if (r->disable_not_modified) {
        ngx_http_clear_etag(r);
        ngx_http_clear_last_modified(r);
    }

    return ngx_http_next_header_filter(r);
}


static ngx_uint_t
ngx_http_backup_tasks_makes_page(ngx_http_backup_tasks_ctx_t *ctx)
{
    return ctx && ctx->identified
           && (ctx->route.format == BT_FORMAT_HTML || ctx->rendered.len);
}


static void
ngx_http_backup_tasks_no_value(ngx_http_variable_value_t *v)
{
    ngx_str_t  none;

    ngx_str_set(&none, "");
    ngx_http_backup_tasks_set_variable(v, &none);
}


ngx_int_t
ngx_http_backup_tasks_add_cache_variables(ngx_conf_t *cf)
{
    return ngx_http_backup_tasks_add_list(cf, ngx_http_backup_tasks_cache_vars);
}


ngx_int_t
ngx_http_backup_tasks_init_cache(ngx_conf_t *cf)
{
    u_char                             *p;
    ngx_int_t                          *index;
    ngx_str_t                          *name;
    ngx_time_t                         *tp;
    ngx_http_backup_tasks_main_conf_t  *btmcf;

    btmcf = ngx_http_conf_get_module_main_conf(cf,
                                               ngx_http_backup_tasks_module);

    if (ngx_array_init(&btmcf->page, cf->pool, 8, sizeof(ngx_int_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (name = ngx_http_backup_tasks_page_names; name->len; name++) {
        index = ngx_array_push(&btmcf->page);
        if (index == NULL) {
            return NGX_ERROR;
        }

        *index = ngx_http_get_variable_index(cf, name);
        if (*index == NGX_ERROR) {
            return NGX_ERROR;
        }
    }

    p = ngx_pnalloc(cf->pool, NGX_TIME_T_LEN + NGX_INT64_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    tp = ngx_timeofday();

    btmcf->loaded.data = p;
    btmcf->loaded.len = ngx_sprintf(p, "%T.%03M", tp->sec, tp->msec) - p;

    return NGX_OK;
}


/*
 * The first of all filters, before the one that compares tags.  Where the
 * module is linked into nginx, its postconfiguration comes before those of the
 * filters, the first of which begins the chain anew.
 */

ngx_int_t
ngx_http_backup_tasks_init_process(ngx_cycle_t *cycle)
{
    if (ngx_http_top_header_filter != NULL
        && ngx_http_top_header_filter != ngx_http_backup_tasks_stale_filter)
    {
        ngx_http_next_header_filter = ngx_http_top_header_filter;
        ngx_http_top_header_filter = ngx_http_backup_tasks_stale_filter;
    }

    return NGX_OK;
}

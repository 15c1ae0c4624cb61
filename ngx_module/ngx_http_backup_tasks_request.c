/* ngx_http_backup_tasks_request.c: context and headers of a request. */


#include "ngx_http_backup_tasks_module.h"


static void ngx_http_backup_tasks_cleanup(void *data);
static ngx_uint_t ngx_http_backup_tasks_is_address(ngx_http_request_t *r,
    ngx_str_t *path);


/*
 * nginx forgets a module's context in internal redirects and named locations,
 * where error pages and logs still need it: it is kept as a pool cleanup.
 */

ngx_http_backup_tasks_ctx_t *
ngx_http_backup_tasks_create_ctx(ngx_http_request_t *r,
    ngx_http_backup_tasks_loc_conf_t *btcf)
{
    ngx_pool_cleanup_t           *cln;
    ngx_http_backup_tasks_ctx_t  *ctx;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_backup_tasks_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_http_backup_tasks_ctx_t));

    ctx->conf = btcf;

    cln->handler = ngx_http_backup_tasks_cleanup;
    ngx_http_set_ctx(r, ctx, ngx_http_backup_tasks_module);

    return ctx;
}


ngx_http_backup_tasks_ctx_t *
ngx_http_backup_tasks_get_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t           *cln;
    ngx_http_backup_tasks_ctx_t  *ctx;

    /* a cache update in the background is a subrequest, with no context */

    r = r->main;

    ctx = ngx_http_get_module_ctx(r, ngx_http_backup_tasks_module);

    if (ctx == NULL && (r->internal || r->filter_finalize)) {

        for (cln = r->pool->cleanup; cln; cln = cln->next) {
            if (cln->handler == ngx_http_backup_tasks_cleanup) {
                ctx = cln->data;
                break;
            }
        }
    }

    return ctx;
}


static void
ngx_http_backup_tasks_cleanup(void *data)
{
    /* only marks the context among the pool's cleanups */
}


/*
 * In an error location, and before the precontent phase, the configuration is
 * that of the location which the client's address belongs to.
 */

ngx_http_backup_tasks_loc_conf_t *
ngx_http_backup_tasks_find_conf(ngx_http_request_t *r)
{
    size_t                              len;
    ngx_str_t                          *prefix;
    ngx_uint_t                          i;
    ngx_http_backup_tasks_ctx_t        *ctx;
    ngx_http_backup_tasks_srv_conf_t   *btscf;
    ngx_http_backup_tasks_loc_conf_t  **locations, *found;

    ctx = ngx_http_backup_tasks_get_ctx(r);
    if (ctx) {
        return ctx->conf;
    }

    btscf = ngx_http_get_module_srv_conf(r, ngx_http_backup_tasks_module);
    locations = btscf->locations.elts;

    found = NULL;
    len = 0;

    for (i = 0; i < btscf->locations.nelts; i++) {
        prefix = &locations[i]->escaped_prefix;

        if (locations[i]->document.address.len) {

            if (ngx_http_backup_tasks_is_address(r, prefix)) {
                return locations[i];
            }

            continue;
        }

        if (found == NULL) {
            found = locations[i];
        }

        if (prefix->len > len
            && r->unparsed_uri.len >= prefix->len
            && ngx_strncmp(r->unparsed_uri.data, prefix->data, prefix->len)
               == 0)
        {
            found = locations[i];
            len = prefix->len;
        }
    }

    return found;
}


static ngx_uint_t
ngx_http_backup_tasks_is_address(ngx_http_request_t *r, ngx_str_t *path)
{
    return r->unparsed_uri.len >= path->len
           && ngx_strncmp(r->unparsed_uri.data, path->data, path->len) == 0
           && (r->unparsed_uri.len == path->len
               || r->unparsed_uri.data[path->len] == '?');
}


/* Returns how often the header was sent; the value is that of the first. */

ngx_uint_t
ngx_http_backup_tasks_find_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value)
{
    size_t            len;
    ngx_uint_t        i, n;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    n = 0;
    len = ngx_strlen(name);
    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].key.len != len
            || ngx_strncasecmp(h[i].key.data, (u_char *) name, len) != 0)
        {
            continue;
        }

        if (n++ == 0) {
            *value = h[i].value;
        }
    }

    return n;
}


/* RFC 9110, section 5.3: a list may come in several lines. */

ngx_int_t
ngx_http_backup_tasks_join_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value)
{
    u_char           *p;
    size_t            len;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    ngx_str_null(value);

    if (ngx_http_backup_tasks_find_header(r, name, value) <= 1) {
        return NGX_OK;
    }

    /* all values together, which the buffers of the head bound */

    len = 0;
    part = &r->headers_in.headers.part;

    do {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            len += h[i].value.len + 1;
        }

        part = part->next;
    } while (part);

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value->data = p;
    len = ngx_strlen(name);
    part = &r->headers_in.headers.part;

    do {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].key.len == len
                && ngx_strncasecmp(h[i].key.data, (u_char *) name, len) == 0)
            {
                p = ngx_sprintf(p, "%V,", &h[i].value);
            }
        }

        part = part->next;
    } while (part);

    value->len = p - value->data;

    return NGX_OK;
}


ngx_str_t *
ngx_http_backup_tasks_base(ngx_http_backup_tasks_loc_conf_t *btcf)
{
    return btcf->base.len ? &btcf->base : &btcf->escaped_prefix;
}


ngx_int_t
ngx_http_backup_tasks_set_location(ngx_http_request_t *r,
    const ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    ngx_http_clear_location(r);

    h = ngx_http_backup_tasks_push_header(r, "Location", value);
    if (h == NULL) {
        return NGX_ERROR;
    }

    r->headers_out.location = h;

    return NGX_OK;
}

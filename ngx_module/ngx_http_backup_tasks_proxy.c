/* ngx_http_backup_tasks_proxy.c: signing in by a portal proxy's headers. */


#include "ngx_http_backup_tasks_module.h"
#include <openssl/crypto.h>
#include <openssl/sha.h>


static ngx_uint_t ngx_http_backup_tasks_has_header(ngx_http_request_t *r,
    ngx_http_backup_tasks_proxy_conf_t *pcf);
static const char *ngx_http_backup_tasks_distrust(ngx_http_request_t *r,
    ngx_http_backup_tasks_proxy_conf_t *pcf);
static ngx_uint_t ngx_http_backup_tasks_is_address(ngx_http_request_t *r,
    ngx_array_t *addresses);
static ngx_uint_t ngx_http_backup_tasks_is_certificate(ngx_http_request_t *r,
    ngx_str_t *subject);
static ngx_uint_t ngx_http_backup_tasks_is_secret(ngx_http_request_t *r,
    ngx_http_backup_tasks_proxy_conf_t *pcf);
static ngx_int_t ngx_http_backup_tasks_headers(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);


ngx_int_t
ngx_http_backup_tasks_proxy(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    const char                          *why;
    ngx_http_backup_tasks_proxy_conf_t  *pcf;

    pcf = &ctx->conf->proxy;

    if (pcf->addresses == NULL || !ngx_http_backup_tasks_has_header(r, pcf)) {
        return NGX_DECLINED;
    }

    why = ngx_http_backup_tasks_distrust(r, pcf);

    if (why) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "backup tasks ignored the headers of a portal proxy: %s",
                      why);
        return NGX_DECLINED;
    }

    return ngx_http_backup_tasks_headers(r, ctx);
}


static ngx_uint_t
ngx_http_backup_tasks_has_header(ngx_http_request_t *r,
    ngx_http_backup_tasks_proxy_conf_t *pcf)
{
    ngx_str_t   value;
    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_BACKUP_TASKS_FIELDS; i++) {
        if (pcf->headers[i].len
            && ngx_http_backup_tasks_find_header(r,
                                        (char *) pcf->headers[i].data, &value))
        {
            return 1;
        }
    }

    return 0;
}


/* An address alone proves nothing: whoever runs there could send headers. */

static const char *
ngx_http_backup_tasks_distrust(ngx_http_request_t *r,
    ngx_http_backup_tasks_proxy_conf_t *pcf)
{
    if (!ngx_http_backup_tasks_is_address(r, pcf->addresses)) {
        return "not from an address of \"backup_tasks_trusted_proxy\"";
    }

    if (pcf->subject.len
        && !ngx_http_backup_tasks_is_certificate(r, &pcf->subject))
    {
        return "without the proxy's client certificate";
    }

    if (pcf->secrets && !ngx_http_backup_tasks_is_secret(r, pcf)) {
        return "without the proxy's secret";
    }

    return NULL;
}


/* The realip module may have put a client's address into the connection. */

static ngx_uint_t
ngx_http_backup_tasks_is_address(ngx_http_request_t *r, ngx_array_t *addresses)
{
#if (NGX_HTTP_REALIP)

    ngx_addr_t                          addr;
    ngx_sockaddr_t                      local;
    ngx_http_variable_value_t          *vv;
    ngx_http_backup_tasks_main_conf_t  *btmcf;

    btmcf = ngx_http_get_module_main_conf(r, ngx_http_backup_tasks_module);
    vv = ngx_http_get_indexed_variable(r, btmcf->peer);

    if (vv == NULL || vv->not_found) {
        return 0;
    }

    if (vv->len == 5 && ngx_strncmp(vv->data, "unix:", 5) == 0) {
        local.sockaddr.sa_family = AF_UNIX;
        return ngx_cidr_match(&local.sockaddr, addresses) == NGX_OK;
    }

    return ngx_parse_addr(r->pool, &addr, vv->data, vv->len) == NGX_OK
           && ngx_cidr_match(addr.sockaddr, addresses) == NGX_OK;

#else

    return ngx_cidr_match(r->connection->sockaddr, addresses) == NGX_OK;

#endif
}


static ngx_uint_t
ngx_http_backup_tasks_is_certificate(ngx_http_request_t *r, ngx_str_t *subject)
{
    ngx_http_variable_value_t          *verify, *dn;
    ngx_http_backup_tasks_main_conf_t  *btmcf;

    btmcf = ngx_http_get_module_main_conf(r, ngx_http_backup_tasks_module);

    verify = ngx_http_get_indexed_variable(r, btmcf->client_verify);
    dn = ngx_http_get_indexed_variable(r, btmcf->client_subject);

    if (verify == NULL || verify->not_found || dn == NULL || dn->not_found) {
        return 0;
    }

    return verify->len == 7
           && ngx_strncmp(verify->data, "SUCCESS", 7) == 0
           && dn->len == subject->len
           && ngx_strncmp(dn->data, subject->data, dn->len) == 0;
}


/* Of equal length whatever was sent, compared in equal time. */

static ngx_uint_t
ngx_http_backup_tasks_is_secret(ngx_http_request_t *r,
    ngx_http_backup_tasks_proxy_conf_t *pcf)
{
    u_char      *secrets;
    ngx_str_t    value;
    ngx_uint_t   i, found;
    u_char       md[SHA256_DIGEST_LENGTH];

    if (ngx_http_backup_tasks_find_header(r, (char *) pcf->secret_header.data,
                                          &value)
        != 1)
    {
        return 0;
    }

    if (SHA256(value.data, value.len, md) == NULL) {
        return 0;
    }

    found = 0;
    secrets = pcf->secrets->elts;

    for (i = 0; i < pcf->secrets->nelts; i++) {
        if (CRYPTO_memcmp(md, secrets + i * sizeof(md), sizeof(md)) == 0) {
            found = 1;
        }
    }

    return found;
}


/* A header sent twice: the proxy added its own to that of a client. */

static ngx_int_t
ngx_http_backup_tasks_headers(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    ngx_str_t   value[NGX_HTTP_BACKUP_TASKS_FIELDS], *name;
    ngx_uint_t  i, n;

    name = ctx->conf->proxy.headers;

    for (i = 0; i < NGX_HTTP_BACKUP_TASKS_FIELDS; i++) {

        ngx_str_null(&value[i]);

        if (name[i].len == 0) {
            continue;
        }

        n = ngx_http_backup_tasks_find_header(r, (char *) name[i].data,
                                              &value[i]);
        if (n > 1) {
            ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                          "backup tasks refused a portal proxy's request: "
                          "\"%V\" was sent %ui times", &name[i], n);
            return NGX_HTTP_UNAUTHORIZED;
        }

        ctx->told |= 1 << i;
    }

    if (value[NGX_HTTP_BACKUP_TASKS_USER].len == 0) {
        ctx->told = 0;
        return NGX_DECLINED;
    }

    ctx->user = value[NGX_HTTP_BACKUP_TASKS_USER];
    ctx->scope = value[NGX_HTTP_BACKUP_TASKS_SCOPE];
    ctx->time_zone = value[NGX_HTTP_BACKUP_TASKS_TIME_ZONE];
    ctx->language = value[NGX_HTTP_BACKUP_TASKS_LANGUAGE];
    ctx->role_bits = ngx_http_backup_tasks_role_list(ctx->conf,
                                         &value[NGX_HTTP_BACKUP_TASKS_ROLE]);

    return NGX_OK;
}

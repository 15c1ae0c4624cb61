/* ngx_http_backup_tasks_proxy_conf.c: directives about a portal's proxy. */


#include "ngx_http_backup_tasks_module.h"
#include <openssl/sha.h>


#define NGX_HTTP_BACKUP_TASKS_SECRET_MIN    32
#define NGX_HTTP_BACKUP_TASKS_SECRETS_FILE  4096


static char *ngx_http_backup_tasks_add_secrets(ngx_conf_t *cf,
    ngx_array_t *secrets, ngx_str_t *name, u_char *p, u_char *last);
static ngx_uint_t ngx_http_backup_tasks_is_header(ngx_str_t *name);
static char *ngx_http_backup_tasks_check_proxy(ngx_conf_t *cf,
    ngx_http_backup_tasks_proxy_conf_t *pcf);


char *
ngx_http_backup_tasks_trusted_proxy(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf = conf;

    ngx_str_t    *value;
    ngx_int_t     rc;
    ngx_uint_t    i;
    ngx_cidr_t   *cidr;
    ngx_array_t  *addresses;

    if (btcf->proxy.addresses != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        btcf->proxy.addresses = NULL;
        return NGX_CONF_OK;
    }

    addresses = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                 sizeof(ngx_cidr_t));
    if (addresses == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        cidr = ngx_array_push(addresses);
        if (cidr == NULL) {
            return NGX_CONF_ERROR;
        }

        ngx_memzero(cidr, sizeof(ngx_cidr_t));

#if (NGX_HAVE_UNIX_DOMAIN)

        if (ngx_strcmp(value[i].data, "unix:") == 0) {
            cidr->family = AF_UNIX;
            continue;
        }

#endif

        rc = ngx_ptocidr(&value[i], cidr);

        if (rc == NGX_ERROR) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is not an address or network, such as "
                               "\"10.0.0.7\", \"10.0.0.0/24\", \"fd00::/8\" "
                               "or \"unix:\"", &value[i]);
            return NGX_CONF_ERROR;
        }

        if (rc == NGX_DONE) {
            ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                               "low address bits of %V are meaningless",
                               &value[i]);
        }
    }

    btcf->proxy.addresses = addresses;

    return NGX_CONF_OK;
}


char *
ngx_http_backup_tasks_trusted_proxy_certificate(ngx_conf_t *cf, void *post,
    void *data)
{
#if (NGX_HTTP_SSL)

    ngx_str_t  *subject = data;

    if (subject->len == 0) {
        return "must not be empty";
    }

    return NGX_CONF_OK;

#else

    return "needs an nginx with the SSL module";

#endif
}


char *
ngx_http_backup_tasks_trusted_proxy_secret(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf = conf;

    char       *rv;
    ssize_t     n;
    ngx_str_t  *value;
    u_char      buf[NGX_HTTP_BACKUP_TASKS_SECRETS_FILE + 1];

    if (btcf->proxy.secrets != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (!ngx_http_backup_tasks_is_header(&value[1])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not the name of a header", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (ngx_conf_full_name(cf->cycle, &value[2], 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    n = ngx_http_backup_tasks_read_key(cf, &value[2], buf, sizeof(buf));

    if (n == NGX_ERROR) {
        return NGX_CONF_ERROR;
    }

    if (n > NGX_HTTP_BACKUP_TASKS_SECRETS_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "secret file \"%V\" is longer than %d bytes",
                           &value[2], NGX_HTTP_BACKUP_TASKS_SECRETS_FILE);
        return NGX_CONF_ERROR;
    }

    btcf->proxy.secret_header = value[1];
    btcf->proxy.secrets = ngx_array_create(cf->pool, 2, SHA256_DIGEST_LENGTH);

    if (btcf->proxy.secrets == NULL) {
        return NGX_CONF_ERROR;
    }

    rv = ngx_http_backup_tasks_add_secrets(cf, btcf->proxy.secrets, &value[2],
                                           buf, buf + n);

    ngx_explicit_memzero(buf, sizeof(buf));

    return rv;
}


/* One in each line: a new one is added before the old one goes. */

static char *
ngx_http_backup_tasks_add_secrets(ngx_conf_t *cf, ngx_array_t *secrets,
    ngx_str_t *name, u_char *p, u_char *last)
{
    u_char      *end, *next, *md;
    ngx_uint_t   line;

    for (line = 1; p < last; line++, p = next) {

        end = ngx_strlchr(p, last, LF);
        next = end ? end + 1 : last;

        if (end == NULL) {
            end = last;
        }

        while (end > p && (end[-1] == CR || end[-1] == ' ')) {
            end--;
        }

        if (end == p) {
            continue;
        }

        if (end - p < NGX_HTTP_BACKUP_TASKS_SECRET_MIN) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "secret file \"%V\" has %z bytes in line %ui, "
                               "at least %d are needed: \"openssl rand -hex "
                               "32\" makes a secret", name,
                               (ssize_t) (end - p), line,
                               NGX_HTTP_BACKUP_TASKS_SECRET_MIN);
            return NGX_CONF_ERROR;
        }

        md = ngx_array_push(secrets);

        if (md == NULL || SHA256(p, end - p, md) == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    if (secrets->nelts == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "secret file \"%V\" is empty: \"openssl rand -hex "
                           "32\" makes a secret", name);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_backup_tasks_trusted_proxy_header(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf = conf;

    ngx_int_t   field;
    ngx_str_t  *value;

    value = cf->args->elts;

    field = ngx_http_backup_tasks_field(cf, &value[1]);
    if (field == NGX_ERROR) {
        return NGX_CONF_ERROR;
    }

    if (btcf->proxy.headers[field].data) {
        return "is duplicate";
    }

    if (!ngx_http_backup_tasks_is_header(&value[2])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not the name of a header", &value[2]);
        return NGX_CONF_ERROR;
    }

    btcf->proxy.headers[field] = value[2];

    return NGX_CONF_OK;
}


/* nginx drops headers with an underscore or a dot, unless told otherwise. */

static ngx_uint_t
ngx_http_backup_tasks_is_header(ngx_str_t *name)
{
    u_char  c;
    size_t  i;

    for (i = 0; i < name->len; i++) {

        c = ngx_tolower(name->data[i]);

        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') {
            return 0;
        }
    }

    return name->len != 0;
}


char *
ngx_http_backup_tasks_merge_proxy(ngx_conf_t *cf,
    ngx_http_backup_tasks_proxy_conf_t *prev,
    ngx_http_backup_tasks_proxy_conf_t *conf, ngx_uint_t enable)
{
    ngx_uint_t  i;

    ngx_conf_merge_ptr_value(conf->addresses, prev->addresses, NULL);
    ngx_conf_merge_str_value(conf->subject, prev->subject, "");
    ngx_conf_merge_str_value(conf->secret_header, prev->secret_header, "");
    ngx_conf_merge_ptr_value(conf->secrets, prev->secrets, NULL);

    for (i = 0; i < NGX_HTTP_BACKUP_TASKS_FIELDS; i++) {
        ngx_conf_merge_str_value(conf->headers[i], prev->headers[i], "");
    }

    if (!enable || conf->addresses == NULL) {
        return NGX_CONF_OK;
    }

    return ngx_http_backup_tasks_check_proxy(cf, conf);
}


static char *
ngx_http_backup_tasks_check_proxy(ngx_conf_t *cf,
    ngx_http_backup_tasks_proxy_conf_t *pcf)
{
    const char                *missing;
    ngx_http_core_loc_conf_t  *clcf;

    if (pcf->headers[NGX_HTTP_BACKUP_TASKS_USER].len == 0) {
        missing = "\"backup_tasks_trusted_proxy_header user NAME\": the "
                  "header that holds the user";

    } else if (pcf->subject.len == 0 && pcf->secrets == NULL) {
        missing = "\"backup_tasks_trusted_proxy_certificate\" or "
                  "\"backup_tasks_trusted_proxy_secret\": an address alone "
                  "proves nothing";

    } else {
        return NGX_CONF_OK;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"backup_tasks_trusted_proxy\" in location \"%V\" needs %s",
                  &clcf->name, missing);

    return NGX_CONF_ERROR;
}

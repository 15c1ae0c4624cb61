/* ngx_http_backup_tasks_brand.c: name, logo and style of a portal, and its frames. */


#include "ngx_http_backup_tasks_module.h"


static ngx_uint_t ngx_http_backup_tasks_is_ancestor(ngx_str_t *source);
static size_t ngx_http_backup_tasks_scheme(ngx_str_t *source);


/* A page may show and load what is on its own host, and nothing else. */

char *
ngx_http_backup_tasks_brand_path(ngx_conf_t *cf, void *post, void *data)
{
    ngx_str_t  *path = data;

    if (path->len == 0
        || (path->data[0] == '/' && ngx_http_backup_tasks_is_url(path)))
    {
        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"%V\" is not a path on this host, percent-encoded, "
                       "such as \"/portal/backup.css\"", path);

    return NGX_CONF_ERROR;
}


/* Written as Content-Security-Policy wants it: keywords in quotes. */

char *
ngx_http_backup_tasks_frame_ancestors(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf = conf;

    size_t       len;
    u_char      *p;
    ngx_str_t   *value;
    ngx_uint_t   i, keyword;

    if (btcf->frame_ancestors.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;
    len = 0;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strcmp(value[i].data, "none") == 0 && cf->args->nelts > 2) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"none\" must stand alone");
            return NGX_CONF_ERROR;
        }

        if (!ngx_http_backup_tasks_is_ancestor(&value[i])) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is neither \"self\" nor \"none\" nor "
                               "an origin such as \"https://portal.example\" "
                               "or \"https://*.example\"", &value[i]);
            return NGX_CONF_ERROR;
        }

        len += value[i].len + sizeof(" ''") - 1;
    }

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    btcf->frame_ancestors.data = p;

    for (i = 1; i < cf->args->nelts; i++) {

        keyword = ngx_http_backup_tasks_scheme(&value[i]) == 0;

        p = ngx_sprintf(p, "%s%s%V%s", (i > 1) ? " " : "", keyword ? "'" : "",
                        &value[i], keyword ? "'" : "");
    }

    btcf->frame_ancestors.len = p - btcf->frame_ancestors.data;

    return NGX_CONF_OK;
}


/* A semicolon or a comma would begin another rule of the policy. */

static ngx_uint_t
ngx_http_backup_tasks_is_ancestor(ngx_str_t *source)
{
    u_char  c;
    size_t  i, host;

    if (ngx_strcmp(source->data, "self") == 0
        || ngx_strcmp(source->data, "none") == 0)
    {
        return 1;
    }

    host = ngx_http_backup_tasks_scheme(source);

    for (i = host; i < source->len; i++) {

        c = ngx_tolower(source->data[i]);

        if ((c < 'a' || c > 'z') && (c < '0' || c > '9')
            && ngx_strchr(".-:[]*", c) == NULL)
        {
            return 0;
        }
    }

    return host != 0 && i > host;
}


static size_t
ngx_http_backup_tasks_scheme(ngx_str_t *source)
{
    if (ngx_strncasecmp(source->data, (u_char *) "https://", 8) == 0) {
        return 8;
    }

    return ngx_strncasecmp(source->data, (u_char *) "http://", 7) == 0 ? 7 : 0;
}


/* One that cannot be shown is none: the page has a name of its own. */

ngx_int_t
ngx_http_backup_tasks_brand_name(ngx_http_request_t *r,
    ngx_http_backup_tasks_loc_conf_t *btcf, ngx_str_t *name)
{
    if (btcf == NULL || btcf->brand_name == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_http_complex_value(r, btcf->brand_name, name) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_backup_tasks_is_text(name, BT_NAME_CHARS)) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "\"backup_tasks_brand_name\" is not UTF-8, has control "
                  "characters or is longer than %d characters", BT_NAME_CHARS);

    return NGX_DECLINED;
}

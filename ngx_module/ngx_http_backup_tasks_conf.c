/* ngx_http_backup_tasks_conf.c: setters of the directives. */


#include "ngx_http_backup_tasks_module.h"


#define NGX_HTTP_BACKUP_TASKS_KEY_MIN  32
#define NGX_HTTP_BACKUP_TASKS_KEY_MAX  4096


static ngx_int_t ngx_http_backup_tasks_split_base(ngx_str_t *value,
    ngx_str_t *origin, ngx_str_t *path);
static ngx_uint_t ngx_http_backup_tasks_is_path(ngx_str_t *path);


char *
ngx_http_backup_tasks_csrf_key_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf = conf;

    ssize_t     n;
    ngx_str_t  *value;
    u_char      buf[NGX_HTTP_BACKUP_TASKS_KEY_MAX + 1];

    if (btcf->csrf_key.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_conf_full_name(cf->cycle, &value[1], 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    n = ngx_http_backup_tasks_read_key(cf, &value[1], buf, sizeof(buf));

    if (n == NGX_ERROR) {
        return NGX_CONF_ERROR;
    }

    if (n > NGX_HTTP_BACKUP_TASKS_KEY_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "key file \"%V\" is longer than %d bytes",
                           &value[1], NGX_HTTP_BACKUP_TASKS_KEY_MAX);
        return NGX_CONF_ERROR;
    }

    while (n > 0 && (buf[n - 1] == LF || buf[n - 1] == CR)) {
        n--;
    }

    if (n < NGX_HTTP_BACKUP_TASKS_KEY_MIN) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "key file \"%V\" has %z bytes, at least %d are "
                           "needed: \"openssl rand -hex 32\" makes a key",
                           &value[1], n, NGX_HTTP_BACKUP_TASKS_KEY_MIN);
        return NGX_CONF_ERROR;
    }

    btcf->csrf_key.data = ngx_pnalloc(cf->pool, n);
    if (btcf->csrf_key.data == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memcpy(btcf->csrf_key.data, buf, n);
    btcf->csrf_key.len = n;

    ngx_explicit_memzero(buf, sizeof(buf));

    return NGX_CONF_OK;
}


ssize_t
ngx_http_backup_tasks_read_key(ngx_conf_t *cf, ngx_str_t *name, u_char *buf,
    size_t size)
{
    ssize_t          n;
    ngx_fd_t         fd;
    ngx_file_info_t  fi;

    fd = ngx_open_file(name->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed", name);
        return NGX_ERROR;
    }

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_fd_info_n " \"%V\" failed", name);
        n = NGX_ERROR;
        goto done;
    }

    if (ngx_file_access(&fi) & (S_IROTH|S_IWOTH|S_IWGRP)) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "key file \"%V\" can be read or changed by other "
                           "users: \"chmod 640\" it", name);
    }

    n = ngx_read_fd(fd, buf, size);

    if (n == -1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_read_fd_n " \"%V\" failed", name);
        n = NGX_ERROR;
    }

done:

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, cf->log, ngx_errno,
                      ngx_close_file_n " \"%V\" failed", name);
    }

    return n;
}


char *
ngx_http_backup_tasks_public_base(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf = conf;

    u_char     *p;
    ngx_str_t  *value, path;

    if (btcf->base.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_http_backup_tasks_split_base(&value[1], &btcf->origin, &path)
        != NGX_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is neither a path nor an http or https URL "
                           "without query, such as \"/backup/\" or "
                           "\"https://portal.example/backup/\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    p = ngx_pnalloc(cf->pool, path.len + 1);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    btcf->base.data = p;
    p = ngx_cpymem(p, path.data, path.len);

    if (path.len == 0 || path.data[path.len - 1] != '/') {
        *p++ = '/';
    }

    btcf->base.len = p - btcf->base.data;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_backup_tasks_split_base(ngx_str_t *value, ngx_str_t *origin,
    ngx_str_t *path)
{
    u_char  *p, *host, *last;

    p = value->data;
    last = value->data + value->len;

    if (value->len > 8 && ngx_strncasecmp(p, (u_char *) "https://", 8) == 0) {
        host = p + 8;

    } else if (value->len > 7
               && ngx_strncasecmp(p, (u_char *) "http://", 7) == 0)
    {
        host = p + 7;

    } else {
        host = p;
    }

    for (p = host; p < last && *p != '/'; p++) {

        *p = ngx_tolower(*p);

        if ((*p < 'a' || *p > 'z') && (*p < '0' || *p > '9')
            && ngx_strchr(".-:[]", *p) == NULL)
        {
            return NGX_ERROR;
        }
    }

    if ((p == host) != (host == value->data)) {
        return NGX_ERROR;
    }

    if (p > host) {
        ngx_strlow(value->data, value->data, host - value->data);
        origin->data = value->data;
        origin->len = p - value->data;
        ngx_http_backup_tasks_strip_port(origin);
    }

    path->data = p;
    path->len = last - p;

    return ngx_http_backup_tasks_is_path(path) ? NGX_OK : NGX_ERROR;
}


/* "//host" would lead links to another host. */

static ngx_uint_t
ngx_http_backup_tasks_is_path(ngx_str_t *path)
{
    size_t  i;
    u_char  c;

    for (i = 0; i < path->len; i++) {

        c = path->data[i];

        if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
            && (c < '0' || c > '9') && ngx_strchr("/-._~%", c) == NULL)
        {
            return 0;
        }

        if (c == '/' && i && path->data[i - 1] == '/') {
            return 0;
        }
    }

    return 1;
}


/* Browsers leave out the default port of a scheme. */

void
ngx_http_backup_tasks_strip_port(ngx_str_t *origin)
{
    u_char     *last;
    ngx_str_t   port;

    if (ngx_strncmp(origin->data, "https", 5) == 0) {
        ngx_str_set(&port, ":443");

    } else {
        ngx_str_set(&port, ":80");
    }

    last = origin->data + origin->len;

    if (origin->len > port.len
        && ngx_strncmp(last - port.len, port.data, port.len) == 0)
    {
        origin->len -= port.len;
    }
}


char *
ngx_http_backup_tasks_check_range(ngx_conf_t *cf, void *post, void *data)
{
    time_t  *range_max = data;

    /* the default range of the lists; all the years that can be asked for */

    if (*range_max < 24 * 60 * 60
        || *range_max > (time_t) 230 * 366 * 24 * 60 * 60)
    {
        return "must be between 1d and 230y";
    }

    return NGX_CONF_OK;
}


char *
ngx_http_backup_tasks_time_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf = conf;

    u_char     *p;
    bt_zone     zone;
    ngx_str_t  *value;

    if (btcf->time_zone.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (!bt_zone_open(&zone, ngx_http_backup_tasks_str(&value[1]))) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown time zone \"%V\", give an IANA name such "
                           "as \"Asia/Shanghai\", \"UTC\", or an offset such "
                           "as \"+08:00\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    p = ngx_pnalloc(cf->pool, sizeof(zone.name));
    if (p == NULL) {
        bt_zone_close(&zone);
        return NGX_CONF_ERROR;
    }

    (void) ngx_cpystrn(p, (u_char *) zone.name, sizeof(zone.name));
    ngx_http_backup_tasks_text(&btcf->time_zone, (char *) p);

    bt_zone_close(&zone);

    return NGX_CONF_OK;
}


char *
ngx_http_backup_tasks_role_map(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf = conf;

    unsigned                           bit;
    ngx_str_t                         *value;
    ngx_uint_t                         i;
    ngx_http_backup_tasks_role_map_t  *map;

    if (btcf->role_map == NGX_CONF_UNSET_PTR) {
        btcf->role_map = ngx_array_create(cf->pool, 4,
                                     sizeof(ngx_http_backup_tasks_role_map_t));
        if (btcf->role_map == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    map = ngx_array_push(btcf->role_map);
    if (map == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    map->name = value[1];
    map->bits = 0;

    for (i = 2; i < cf->args->nelts; i++) {

        bit = bt_roles_parse(ngx_http_backup_tasks_str(&value[i]));

        if (bit == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "unknown role \"%V\", there are viewer, "
                               "operator, auditor and feed", &value[i]);
            return NGX_CONF_ERROR;
        }

        map->bits |= bit;
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_backup_tasks_field(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_int_t                 i;
    static const char *const  names[NGX_HTTP_BACKUP_TASKS_FIELDS] = {
        "user", "role", "scope", "time_zone", "language"
    };

    for (i = 0; i < NGX_HTTP_BACKUP_TASKS_FIELDS; i++) {
        if (bt_str_eqz(ngx_http_backup_tasks_str(name), names[i])) {
            return i;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "unknown field \"%V\", there are user, role, scope, "
                       "time_zone and language", name);

    return NGX_ERROR;
}

/* ngx_http_backup_tasks_sign_in.c: what somebody without a sign-in is told. */


#include "ngx_http_backup_tasks_module.h"


#define NGX_HTTP_BACKUP_TASKS_RETURN_MAX  2048


static ngx_uint_t ngx_http_backup_tasks_is_challenged(ngx_http_request_t *r);
static ngx_uint_t ngx_http_backup_tasks_is_navigation(ngx_http_request_t *r);
static ngx_int_t ngx_http_backup_tasks_login_url(ngx_http_request_t *r,
    ngx_str_t *url);
static ngx_uint_t ngx_http_backup_tasks_is_plain(bt_str path);
static void ngx_http_backup_tasks_add_args(bt_buf *out, bt_str args);


/*
 * Only a page that is being opened goes to the portal by itself.  An act does
 * not: the redirect of a form that was sent is stopped by "form-action" in
 * browsers, and its sender has to know that nothing was done.
 */

ngx_int_t
ngx_http_backup_tasks_sign_in(ngx_http_request_t *r,
    ngx_http_backup_tasks_error_t *error)
{
    ngx_int_t  rc;

    if (r->method == NGX_HTTP_POST) {
        error->text = "Sign in first. Nothing was done: open the form again "
                      "and send it from there.";
    }

    rc = ngx_http_backup_tasks_login_url(r, &error->login_url);

    if (rc != NGX_OK) {
        return (rc == NGX_ERROR) ? NGX_ERROR : NGX_HTTP_UNAUTHORIZED;
    }

    if (r->method != NGX_HTTP_GET
        || !ngx_http_backup_tasks_is_navigation(r)
        || !ngx_http_backup_tasks_is_page(r)
        || ngx_http_backup_tasks_is_challenged(r))
    {
        return NGX_HTTP_UNAUTHORIZED;
    }

    if (r->headers_out.www_authenticate) {
        r->headers_out.www_authenticate->hash = 0;
        r->headers_out.www_authenticate = NULL;
    }

    if (ngx_http_backup_tasks_add_header(r, "Cache-Control", "no-store")
        != NGX_OK
        || ngx_http_backup_tasks_set_location(r, &error->login_url) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_HTTP_MOVED_TEMPORARILY;
}


/* A password window, or Kerberos, is somebody else's way of signing in. */

static ngx_uint_t
ngx_http_backup_tasks_is_challenged(ngx_http_request_t *r)
{
    ngx_table_elt_t  *h;

    h = r->headers_out.www_authenticate;

    return h != NULL && h->hash != 0
           && (h->value.len < 6
               || ngx_strncasecmp(h->value.data, (u_char *) "Bearer", 6) != 0);
}


/* Frames cannot show a portal, and scripts cannot sign in. */

static ngx_uint_t
ngx_http_backup_tasks_is_navigation(ngx_http_request_t *r)
{
    ngx_str_t    dest;
    ngx_uint_t   n;
    const char  *layout;

    n = ngx_http_backup_tasks_find_header(r, "Sec-Fetch-Dest", &dest);

    if (n > 1
        || (n && !bt_str_eqz(ngx_http_backup_tasks_str(&dest), "document")))
    {
        return 0;
    }

    layout = ngx_http_backup_tasks_given(r, BT_PARAM_LAYOUT);

    return layout == NULL || ngx_strcmp(layout, "full") == 0;
}


/* Scheme, host and port, for Content-Security-Policy; none of a path. */

ngx_int_t
ngx_http_backup_tasks_login_origin(ngx_http_request_t *r, ngx_str_t *origin)
{
    u_char     c;
    size_t     i;
    ngx_int_t  rc;
    ngx_str_t  url;

    rc = ngx_http_backup_tasks_login_url(r, &url);

    if (rc != NGX_OK || url.data[0] == '/') {
        return (rc == NGX_ERROR) ? NGX_ERROR : NGX_DECLINED;
    }

    for (i = (url.data[4] == ':') ? 7 : 8; i < url.len; i++) {

        c = ngx_tolower(url.data[i]);

        if (c == '/' || c == '?' || c == '#') {
            break;
        }

        if ((c < 'a' || c > 'z') && (c < '0' || c > '9')
            && ngx_strchr(".-:[]", c) == NULL)
        {
            return NGX_DECLINED;
        }
    }

    origin->data = url.data;
    origin->len = i;

    return NGX_OK;
}


static ngx_int_t
ngx_http_backup_tasks_login_url(ngx_http_request_t *r, ngx_str_t *url)
{
    ngx_str_t                          value;
    ngx_http_backup_tasks_loc_conf_t  *btcf;

    btcf = ngx_http_backup_tasks_find_conf(r);

    if (btcf == NULL || btcf->login_url == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_http_complex_value(r, btcf->login_url, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    if (value.len && !ngx_http_backup_tasks_is_url(&value)) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "\"backup_tasks_login_url\" must give a path or an http "
                      "or https URL, percent-encoded");
        return NGX_DECLINED;
    }

    *url = value;

    return value.len ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_http_backup_tasks_logout_url(ngx_http_request_t *r, ngx_str_t *url)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf;

    btcf = ngx_http_backup_tasks_find_conf(r);

    ngx_str_null(url);

    if (btcf == NULL || btcf->logout_url == NULL) {
        return NGX_OK;
    }

    if (ngx_http_complex_value(r, btcf->logout_url, url) != NGX_OK) {
        return NGX_ERROR;
    }

    if (url->len && !ngx_http_backup_tasks_is_url(url)) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "\"backup_tasks_logout_url\" must give a path or an http "
                      "or https URL, percent-encoded");
        ngx_str_null(url);
    }

    return NGX_OK;
}


ngx_uint_t
ngx_http_backup_tasks_is_url(ngx_str_t *url)
{
    size_t  i;

    for (i = 0; i < url->len; i++) {
        if (url->data[i] <= 0x20 || url->data[i] >= 0x7f) {
            return 0;
        }
    }

    if (url->data[0] == '/') {
        return url->len == 1 || (url->data[1] != '/' && url->data[1] != '\\');
    }

    return (url->len > 8
            && ngx_strncasecmp(url->data, (u_char *) "https://", 8) == 0)
           || (url->len > 7
               && ngx_strncasecmp(url->data, (u_char *) "http://", 7) == 0);
}


/*
 * The client's address as it was sent, in error locations, too.  The path is
 * what follows the prefix, empty for one that the pages do not have.
 */

void
ngx_http_backup_tasks_split_address(ngx_http_request_t *r, bt_str *path,
    bt_str *args)
{
    u_char                            *p, *last;
    ngx_str_t                         *prefix;
    ngx_http_backup_tasks_loc_conf_t  *btcf;

    *path = BT_STR("");
    *args = BT_STR("");

    btcf = ngx_http_backup_tasks_find_conf(r);

    if (btcf == NULL) {
        return;
    }

    prefix = &btcf->escaped_prefix;
    last = r->unparsed_uri.data + r->unparsed_uri.len;

    if (r->unparsed_uri.len < prefix->len
        || ngx_strncmp(r->unparsed_uri.data, prefix->data, prefix->len) != 0)
    {
        return;
    }

    path->data = (char *) r->unparsed_uri.data + prefix->len;

    p = ngx_strlchr((u_char *) path->data, last, '?');

    if (p == NULL) {
        path->len = last - (u_char *) path->data;
        return;
    }

    path->len = p - (u_char *) path->data;
    args->data = (char *) p + 1;
    args->len = last - p - 1;
}


/*
 * Only a path under the public base, whatever was asked for: "//host" or
 * "/..." would lead a person who has just signed in to another place.
 */

ngx_int_t
ngx_http_backup_tasks_return_path(ngx_http_request_t *r, ngx_str_t *value)
{
    u_char                            *p;
    bt_buf                             buf;
    bt_str                             path, args;
    ngx_str_t                         *base;
    ngx_http_backup_tasks_loc_conf_t  *btcf;

    btcf = ngx_http_backup_tasks_find_conf(r);

    if (btcf == NULL) {
        return NGX_DECLINED;
    }

    base = ngx_http_backup_tasks_base(btcf);
    ngx_http_backup_tasks_split_address(r, &path, &args);

    if (path.len + args.len > NGX_HTTP_BACKUP_TASKS_RETURN_MAX
        || !ngx_http_backup_tasks_is_plain(path))
    {
        path.len = 0;
        args.len = 0;
    }

    p = ngx_pnalloc(r->pool, 3 * (base->len + path.len + 1 + args.len) + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    bt_buf_init(&buf, (char *) p,
                3 * (base->len + path.len + 1 + args.len) + 1);

    bt_percent_encode(&buf, ngx_http_backup_tasks_str(base));
    bt_percent_encode(&buf, path);
    ngx_http_backup_tasks_add_args(&buf, args);

    value->data = p;
    value->len = buf.len;

    return NGX_OK;
}


static ngx_uint_t
ngx_http_backup_tasks_is_plain(bt_str path)
{
    u_char  c;
    size_t  i;

    for (i = 0; i < path.len; i++) {

        c = path.data[i];

        if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
            && (c < '0' || c > '9') && c != '-' && c != '_')
        {
            if (c != '/' || i == 0 || path.data[i - 1] == '/') {
                return 0;
            }
        }
    }

    return 1;
}


/* Whoever breaks out of a frame has the whole page then. */

static void
ngx_http_backup_tasks_add_args(bt_buf *out, bt_str args)
{
    char        *p, *next, *last;
    bt_str       arg;
    const char  *separator;

    separator = "?";
    last = (char *) args.data + args.len;

    for (p = (char *) args.data; args.len && p < last; p = next + 1) {

        next = (char *) ngx_strlchr((u_char *) p, (u_char *) last, '&');
        if (next == NULL) {
            next = last;
        }

        arg.data = p;
        arg.len = next - p;

        if (arg.len == 0
            || (arg.len >= 7 && ngx_strncmp(p, "layout=", 7) == 0))
        {
            continue;
        }

        bt_percent_encode(out, bt_str_of(separator));
        bt_percent_encode(out, arg);
        separator = "&";
    }
}

/* ngx_http_backup_tasks_module.c: directives, and who may see what. */


#include "ngx_http_backup_tasks_module.h"


#define NGX_HTTP_BACKUP_TASKS_RANGE_MAX  (400 * 24 * 60 * 60)


static ngx_int_t ngx_http_backup_tasks_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_backup_tasks_admit(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error);
static ngx_uint_t ngx_http_backup_tasks_route(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);
static ngx_int_t ngx_http_backup_tasks_static(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error);
static ngx_int_t ngx_http_backup_tasks_method(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error);
static ngx_int_t ngx_http_backup_tasks_probe(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error);
static ngx_int_t ngx_http_backup_tasks_redirect(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);
static void *ngx_http_backup_tasks_create_main_conf(ngx_conf_t *cf);
static void *ngx_http_backup_tasks_create_srv_conf(ngx_conf_t *cf);
static void *ngx_http_backup_tasks_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_backup_tasks_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static ngx_int_t ngx_http_backup_tasks_set_prefix(ngx_conf_t *cf,
    ngx_http_backup_tasks_loc_conf_t *btcf);
static char *ngx_http_backup_tasks_check_conf(ngx_conf_t *cf,
    ngx_http_backup_tasks_loc_conf_t *btcf);
static ngx_int_t ngx_http_backup_tasks_check_url(ngx_conf_t *cf,
    ngx_http_complex_value_t *url, const char *directive);
static ngx_int_t ngx_http_backup_tasks_init(ngx_conf_t *cf);
static ngx_int_t ngx_http_backup_tasks_index(ngx_conf_t *cf,
    const char *variable);
static char *ngx_http_backup_tasks_error(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static ngx_conf_post_t  ngx_http_backup_tasks_range_post =
    { ngx_http_backup_tasks_check_range };

static ngx_conf_post_t  ngx_http_backup_tasks_key_file_post =
    { ngx_http_backup_tasks_token_key_file };

static ngx_conf_post_t  ngx_http_backup_tasks_issuer_post =
    { ngx_http_backup_tasks_token_issuer };

static ngx_conf_post_t  ngx_http_backup_tasks_leeway_post =
    { ngx_http_backup_tasks_check_leeway };

static ngx_conf_post_t  ngx_http_backup_tasks_path_post =
    { ngx_http_backup_tasks_brand_path };

static ngx_conf_post_t  ngx_http_backup_tasks_certificate_post =
    { ngx_http_backup_tasks_trusted_proxy_certificate };


static ngx_command_t  ngx_http_backup_tasks_commands[] = {

    { ngx_string("backup_tasks"),
      NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_backup_tasks_loc_conf_t, enable),
      NULL },

    { ngx_string("backup_tasks_user"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_backup_tasks_loc_conf_t, user),
      NULL },

    { ngx_string("backup_tasks_role"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_backup_tasks_loc_conf_t, role),
      NULL },

    { ngx_string("backup_tasks_scope"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_backup_tasks_loc_conf_t, scope),
      NULL },

    { ngx_string("backup_tasks_role_map"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_2MORE,
      ngx_http_backup_tasks_role_map,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("backup_tasks_token"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_backup_tasks_token_values,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("backup_tasks_token_key_file"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_backup_tasks_loc_conf_t, token.key_file),
      &ngx_http_backup_tasks_key_file_post },

    { ngx_string("backup_tasks_token_algorithm"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_backup_tasks_token_algorithm,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("backup_tasks_token_issuer"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_backup_tasks_loc_conf_t, token.issuer),
      &ngx_http_backup_tasks_issuer_post },

    { ngx_string("backup_tasks_token_audience"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_backup_tasks_token_audience,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("backup_tasks_token_leeway"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_backup_tasks_loc_conf_t, token.leeway),
      &ngx_http_backup_tasks_leeway_post },

    { ngx_string("backup_tasks_token_claim"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_2MORE,
      ngx_http_backup_tasks_token_claim,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("backup_tasks_token_claim_set"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      ngx_http_backup_tasks_token_claim_set,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("backup_tasks_trusted_proxy"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_backup_tasks_trusted_proxy,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("backup_tasks_trusted_proxy_certificate"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_backup_tasks_loc_conf_t, proxy.subject),
      &ngx_http_backup_tasks_certificate_post },

    { ngx_string("backup_tasks_trusted_proxy_secret"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE2,
      ngx_http_backup_tasks_trusted_proxy_secret,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("backup_tasks_trusted_proxy_header"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE2,
      ngx_http_backup_tasks_trusted_proxy_header,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("backup_tasks_login_url"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_backup_tasks_loc_conf_t, login_url),
      NULL },

    { ngx_string("backup_tasks_logout_url"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_backup_tasks_loc_conf_t, logout_url),
      NULL },

    { ngx_string("backup_tasks_brand_name"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_backup_tasks_loc_conf_t, brand_name),
      NULL },

    { ngx_string("backup_tasks_brand_logo"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_backup_tasks_loc_conf_t, brand_logo),
      &ngx_http_backup_tasks_path_post },

    { ngx_string("backup_tasks_brand_style"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_backup_tasks_loc_conf_t, brand_style),
      &ngx_http_backup_tasks_path_post },

    { ngx_string("backup_tasks_frame_ancestors"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_backup_tasks_frame_ancestors,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("backup_tasks_csrf_key_file"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_backup_tasks_csrf_key_file,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("backup_tasks_public_base"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_backup_tasks_public_base,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("backup_tasks_range_max"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_backup_tasks_loc_conf_t, range_max),
      &ngx_http_backup_tasks_range_post },

    { ngx_string("backup_tasks_time_zone"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_backup_tasks_time_zone,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("backup_tasks_document"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_http_backup_tasks_document,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("backup_tasks_error"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_backup_tasks_error,
      0,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_backup_tasks_module_ctx = {
    ngx_http_backup_tasks_add_variables,   /* preconfiguration */
    ngx_http_backup_tasks_init,            /* postconfiguration */

    ngx_http_backup_tasks_create_main_conf, /* create main configuration */
    NULL,                                  /* init main configuration */

    ngx_http_backup_tasks_create_srv_conf, /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_backup_tasks_create_loc_conf, /* create location configuration */
    ngx_http_backup_tasks_merge_loc_conf   /* merge location configuration */
};


ngx_module_t  ngx_http_backup_tasks_module = {
    NGX_MODULE_V1,
    &ngx_http_backup_tasks_module_ctx,     /* module context */
    ngx_http_backup_tasks_commands,        /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_http_backup_tasks_init_process,    /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_backup_tasks_handler(ngx_http_request_t *r)
{
    ngx_int_t                          rc;
    ngx_http_backup_tasks_ctx_t       *ctx;
    ngx_http_backup_tasks_error_t      error;
    ngx_http_backup_tasks_loc_conf_t  *btcf;

    btcf = ngx_http_get_module_loc_conf(r, ngx_http_backup_tasks_module);

    if (!btcf->enable && btcf->document.address.len == 0) {
        return NGX_DECLINED;
    }

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "backup tasks handler");

    if (r != r->main) {
        /* no access phase in subrequests: nobody has verified the user */

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "backup tasks do not answer subrequests");
        return NGX_HTTP_FORBIDDEN;
    }

    ctx = ngx_http_backup_tasks_create_ctx(r, btcf);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(&error, sizeof(ngx_http_backup_tasks_error_t));

    ctx->given = r->args;

    if (btcf->document.address.len) {
        rc = ngx_http_backup_tasks_admit_document(r, ctx, &error);

    } else {
        rc = ngx_http_backup_tasks_admit(r, ctx, &error);
    }

    if (rc == NGX_DECLINED) {
        return NGX_DECLINED;
    }

    if (rc == NGX_HTTP_UNAUTHORIZED) {
        rc = ngx_http_backup_tasks_sign_in(r, &error);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_backup_tasks_export(r, ctx);
        return (rc == NGX_OK) ? NGX_DECLINED : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (rc == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (rc == NGX_HTTP_MOVED_TEMPORARILY) {
        return rc;
    }

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "backup tasks refused: %ui %s", error.status, error.code);

    rc = ngx_http_backup_tasks_refused_act(r, ctx, &error);

    if (rc == NGX_OK) {
        return NGX_DECLINED;
    }

    if (rc == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* the request may be gone after this, and NGX_OK would mean "go on" */

    ngx_http_finalize_request(r, ngx_http_backup_tasks_send_error(r, &error));

    return NGX_DONE;
}


/*
 * The order keeps strangers ignorant: nothing but 401 before the user is
 * known, nothing about parameters before the role is checked.  What Accept
 * asks for decides about the role, too: some may read feeds only.
 */

static ngx_int_t
ngx_http_backup_tasks_admit(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error)
{
    ngx_int_t   rc;
    ngx_uint_t  found;

    found = ngx_http_backup_tasks_route(r, ctx);

    if (ctx->route.view == BT_VIEW_STATIC) {
        return ngx_http_backup_tasks_static(r, ctx, error);
    }

    if (found && ctx->route.view == BT_VIEW_HEALTH) {
        rc = ngx_http_backup_tasks_method(r, ctx, error);

        return (rc == NGX_OK) ? ngx_http_backup_tasks_probe(r, ctx, error)
                              : rc;
    }

    rc = ngx_http_backup_tasks_identify(r, ctx, error);
    if (rc != NGX_OK) {
        return rc;
    }

    ctx->identified = 1;

    if (found && ngx_http_backup_tasks_negotiate(r, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!found) {
        return ngx_http_backup_tasks_refuse(error, NGX_HTTP_NOT_FOUND,
                                            "NOT_FOUND",
                                            "There is nothing at this "
                                            "address.");
    }

    rc = ngx_http_backup_tasks_allowed(r, ctx, error);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ctx->route.view == BT_VIEW_ROOT) {
        return ngx_http_backup_tasks_redirect(r, ctx);
    }

    if (ctx->route.view == BT_VIEW_ACTION) {
        rc = ngx_http_backup_tasks_act(r, ctx, error);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    rc = ngx_http_backup_tasks_acceptable(ctx, error);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_http_backup_tasks_query(r, ctx, error);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ctx->route.view == BT_VIEW_SCHEMA) {
        return ngx_http_backup_tasks_static(r, ctx, error);
    }

    return NGX_OK;
}


/*
 * A document has one address.  nginx has already decoded the path, resolved
 * dot segments and merged slashes; an address that needed any of this is not
 * one of ours.
 */

static ngx_uint_t
ngx_http_backup_tasks_route(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    u_char                            *p;
    bt_str                             path;
    ngx_str_t                          raw, *prefix;
    ngx_http_backup_tasks_loc_conf_t  *btcf;

    btcf = ctx->conf;
    prefix = &btcf->prefix;

    if (r->uri.len < prefix->len
        || ngx_strncmp(r->uri.data, prefix->data, prefix->len) != 0)
    {
        return 0;
    }

    path.data = (char *) r->uri.data + prefix->len;
    path.len = r->uri.len - prefix->len;

    if (bt_route_parse(path, &ctx->route) != 200) {
        ngx_memzero(&ctx->route, sizeof(bt_route));
        return 0;
    }

    ctx->path.data = (u_char *) path.data;
    ctx->path.len = path.len;

    ngx_http_backup_tasks_export_route(ctx);

    if (ctx->route.view == BT_VIEW_STATIC || !r->valid_unparsed_uri) {
        return 1;
    }

    raw = r->unparsed_uri;

    p = ngx_strlchr(raw.data, raw.data + raw.len, '?');
    if (p != NULL) {
        raw.len = p - raw.data;
    }

    prefix = &btcf->escaped_prefix;

    return raw.len == prefix->len + path.len
           && ngx_strncmp(raw.data, prefix->data, prefix->len) == 0
           && ngx_strncmp(raw.data + prefix->len, path.data, path.len) == 0;
}


static ngx_int_t
ngx_http_backup_tasks_static(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (r->content_handler == NULL
        || clcf->name.data != ctx->conf->prefix.data)
    {
        return NGX_DECLINED;
    }

    /* no nested location: static files must not reach the worker */

    return ngx_http_backup_tasks_refuse(error, NGX_HTTP_NOT_FOUND, "NOT_FOUND",
                                        "This server has no location for "
                                        "this file.");
}


ngx_int_t
ngx_http_backup_tasks_allowed(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error)
{
    if (bt_route_allowed(&ctx->route, ctx->role_bits, &error->role) != 200) {
        return ngx_http_backup_tasks_refuse(error, NGX_HTTP_FORBIDDEN,
                                            "FORBIDDEN",
                                            "Your roles do not allow this.");
    }

    return ngx_http_backup_tasks_method(r, ctx, error);
}


static ngx_int_t
ngx_http_backup_tasks_method(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error)
{
    ngx_uint_t  allowed;

    allowed = NGX_HTTP_GET|NGX_HTTP_HEAD;
    error->allow = "GET, HEAD";

    if (bt_route_takes_post(&ctx->route)) {
        allowed |= NGX_HTTP_POST;
        error->allow = "GET, HEAD, POST";
    }

    if (r->method & allowed) {
        return NGX_OK;
    }

    return ngx_http_backup_tasks_refuse(error, NGX_HTTP_NOT_ALLOWED,
                                        "METHOD_NOT_ALLOWED",
                                        "This address does not take this "
                                        "method.");
}


/* Whether nginx and worker live, or else whether documents can be had. */

static ngx_int_t
ngx_http_backup_tasks_probe(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error)
{
    bt_str  args;

    args = ngx_http_backup_tasks_str(&r->args);

    if (args.len == 0 || bt_str_eqz(args, "probe=ready")) {
        return NGX_OK;
    }

    if (bt_str_eqz(args, "probe=live")) {
        ctx->args = r->args;
        return NGX_OK;
    }

    return ngx_http_backup_tasks_refuse(error, NGX_HTTP_BAD_REQUEST,
                                        "BAD_REQUEST",
                                        "This address takes nothing but "
                                        "probe=ready or probe=live.");
}


ngx_int_t
ngx_http_backup_tasks_query(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error)
{
    bt_param_conf  conf;

    conf.now = ngx_http_backup_tasks_now();
    conf.range_max = ctx->conf->range_max * BT_SECOND;
    conf.time_zone = (const char *) ctx->time_zone.data;

    if (bt_query_parse(ngx_http_backup_tasks_str(&ctx->given), &ctx->route,
                       &conf, &ctx->query, &error->refusal)
        == 200)
    {
        return NGX_OK;
    }

    return ngx_http_backup_tasks_refuse(error, error->refusal.status,
                                        error->refusal.param[0] != '\0'
                                            ? "BAD_PARAMETER" : "BAD_REQUEST",
                                        error->refusal.text);
}


static ngx_int_t
ngx_http_backup_tasks_redirect(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    u_char     *p;
    ngx_str_t  *base, *origin, location;

    base = ngx_http_backup_tasks_base(ctx->conf);
    origin = &ctx->conf->origin;

    p = ngx_pnalloc(r->pool, origin->len + base->len + sizeof("data?") - 1
                             + r->args.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    location.data = p;
    p = ngx_sprintf(p, "%V%Vdata", origin, base);

    if (r->args.len) {
        p = ngx_sprintf(p, "?%V", &r->args);
    }

    location.len = p - location.data;

    if (ngx_http_backup_tasks_set_location(r, &location) != NGX_OK) {
        return NGX_ERROR;
    }

    return NGX_HTTP_MOVED_TEMPORARILY;
}


static void *
ngx_http_backup_tasks_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_backup_tasks_main_conf_t  *btmcf;

    btmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_backup_tasks_main_conf_t));
    if (btmcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&btmcf->claims, cf->pool, 4,
                       sizeof(ngx_http_backup_tasks_claim_t))
        != NGX_OK)
    {
        return NULL;
    }

    return btmcf;
}


static void *
ngx_http_backup_tasks_create_srv_conf(ngx_conf_t *cf)
{
    ngx_http_backup_tasks_srv_conf_t  *btscf;

    btscf = ngx_pcalloc(cf->pool, sizeof(ngx_http_backup_tasks_srv_conf_t));
    if (btscf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&btscf->locations, cf->pool, 1,
                       sizeof(ngx_http_backup_tasks_loc_conf_t *))
        != NGX_OK)
    {
        return NULL;
    }

    return btscf;
}


static void *
ngx_http_backup_tasks_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf;

    btcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_backup_tasks_loc_conf_t));
    if (btcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     btcf->prefix = { 0, NULL };
     *     btcf->escaped_prefix = { 0, NULL };
     *     btcf->brand_logo = { 0, NULL };
     *     btcf->brand_style = { 0, NULL };
     *     btcf->frame_ancestors = { 0, NULL };
     *     btcf->document = { 0 };
     *     btcf->csrf_key = { 0, NULL };
     *     btcf->origin = { 0, NULL };
     *     btcf->base = { 0, NULL };
     *     btcf->time_zone = { 0, NULL };
     *     btcf->token.key_file = { 0, NULL };
     *     btcf->token.algorithms = 0;
     *     btcf->token.issuer = { 0, NULL };
     *     btcf->token.claims = { NULL };
     *     btcf->token.keys = NULL;
     *     btcf->proxy.subject = { 0, NULL };
     *     btcf->proxy.secret_header = { 0, NULL };
     *     btcf->proxy.headers = { { 0, NULL } };
     */

    btcf->enable = NGX_CONF_UNSET;
    btcf->user = NGX_CONF_UNSET_PTR;
    btcf->role = NGX_CONF_UNSET_PTR;
    btcf->scope = NGX_CONF_UNSET_PTR;
    btcf->role_map = NGX_CONF_UNSET_PTR;
    btcf->login_url = NGX_CONF_UNSET_PTR;
    btcf->logout_url = NGX_CONF_UNSET_PTR;
    btcf->brand_name = NGX_CONF_UNSET_PTR;
    btcf->token.values = NGX_CONF_UNSET_PTR;
    btcf->token.audiences = NGX_CONF_UNSET_PTR;
    btcf->token.leeway = NGX_CONF_UNSET;
    btcf->proxy.addresses = NGX_CONF_UNSET_PTR;
    btcf->proxy.secrets = NGX_CONF_UNSET_PTR;
    btcf->range_max = NGX_CONF_UNSET;

    return btcf;
}


static char *
ngx_http_backup_tasks_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_backup_tasks_loc_conf_t  *prev = parent;
    ngx_http_backup_tasks_loc_conf_t  *conf = child;

    ngx_uint_t  answers;

    ngx_conf_merge_value(conf->enable, prev->enable, 0);

    ngx_conf_merge_ptr_value(conf->user, prev->user, NULL);
    ngx_conf_merge_ptr_value(conf->role, prev->role, NULL);
    ngx_conf_merge_ptr_value(conf->scope, prev->scope, NULL);
    ngx_conf_merge_ptr_value(conf->role_map, prev->role_map, NULL);
    ngx_conf_merge_ptr_value(conf->login_url, prev->login_url, NULL);
    ngx_conf_merge_ptr_value(conf->logout_url, prev->logout_url, NULL);
    ngx_conf_merge_ptr_value(conf->brand_name, prev->brand_name, NULL);

    ngx_conf_merge_str_value(conf->brand_logo, prev->brand_logo, "");
    ngx_conf_merge_str_value(conf->brand_style, prev->brand_style, "");
    ngx_conf_merge_str_value(conf->frame_ancestors, prev->frame_ancestors,
                             "'self'");

    ngx_conf_merge_str_value(conf->csrf_key, prev->csrf_key, "");
    ngx_conf_merge_str_value(conf->time_zone, prev->time_zone, "UTC");
    ngx_conf_merge_sec_value(conf->range_max, prev->range_max,
                             NGX_HTTP_BACKUP_TASKS_RANGE_MAX);

    /* two halves of one directive */

    if (conf->base.data == NULL) {
        conf->base = prev->base;
        conf->origin = prev->origin;
    }

    answers = conf->enable || conf->document.address.len;

    if (ngx_http_backup_tasks_merge_token(cf, &prev->token, &conf->token,
                                          answers)
        != NGX_CONF_OK
        || ngx_http_backup_tasks_merge_proxy(cf, &prev->proxy, &conf->proxy,
                                             answers)
           != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (!answers) {
        return NGX_CONF_OK;
    }

    if (conf->document.address.len) {

        if (ngx_http_backup_tasks_merge_document(cf, prev, conf)
            != NGX_CONF_OK)
        {
            return NGX_CONF_ERROR;
        }

    } else if (prev->enable) {
        /* a nested location belongs to the same pages */
        conf->prefix = prev->prefix;
        conf->escaped_prefix = prev->escaped_prefix;

    } else if (ngx_http_backup_tasks_set_prefix(cf, conf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return ngx_http_backup_tasks_check_conf(cf, conf);
}


static ngx_int_t
ngx_http_backup_tasks_set_prefix(ngx_conf_t *cf,
    ngx_http_backup_tasks_loc_conf_t *btcf)
{
    ngx_str_t                 *name;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    name = &clcf->name;

    if (clcf->exact_match
        || clcf->named
#if (NGX_PCRE)
        || clcf->regex
#endif
        || name->len == 0
        || name->data[name->len - 1] != '/')
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"backup_tasks\" needs a prefix location that ends "
                      "with \"/\", such as \"/backup/\", not \"%V\"", name);
        return NGX_ERROR;
    }

    return ngx_http_backup_tasks_add_location(cf, btcf);
}


ngx_int_t
ngx_http_backup_tasks_add_location(ngx_conf_t *cf,
    ngx_http_backup_tasks_loc_conf_t *btcf)
{
    size_t                              len;
    u_char                             *p;
    ngx_str_t                          *name;
    ngx_http_core_loc_conf_t           *clcf;
    ngx_http_backup_tasks_srv_conf_t   *btscf;
    ngx_http_backup_tasks_loc_conf_t  **location;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    name = &clcf->name;

    len = name->len
          + 2 * ngx_escape_uri(NULL, name->data, name->len, NGX_ESCAPE_URI);

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_escape_uri(p, name->data, name->len, NGX_ESCAPE_URI);

    btcf->prefix = *name;
    btcf->escaped_prefix.len = len;
    btcf->escaped_prefix.data = p;

    btscf = ngx_http_conf_get_module_srv_conf(cf,
                                              ngx_http_backup_tasks_module);

    location = ngx_array_push(&btscf->locations);
    if (location == NULL) {
        return NGX_ERROR;
    }

    *location = btcf;

    return NGX_OK;
}


static char *
ngx_http_backup_tasks_check_conf(ngx_conf_t *cf,
    ngx_http_backup_tasks_loc_conf_t *btcf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (btcf->user == NULL && btcf->token.values == NULL
        && btcf->proxy.addresses == NULL)
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"backup_tasks\" in location \"%V\" needs "
                      "\"backup_tasks_user\", \"backup_tasks_token\" or "
                      "\"backup_tasks_trusted_proxy\"", &clcf->name);
        return NGX_CONF_ERROR;
    }

    if (ngx_http_backup_tasks_check_url(cf, btcf->login_url,
                                        "backup_tasks_login_url")
        != NGX_OK
        || ngx_http_backup_tasks_check_url(cf, btcf->logout_url,
                                           "backup_tasks_logout_url")
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (btcf->user != NULL && clcf->satisfy == NGX_HTTP_SATISFY_ANY) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"satisfy any\" must not be used with \"backup_tasks\" "
                      "in location \"%V\": a user would count without having "
                      "been verified", &clcf->name);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* Of one with variables nothing is known before a request. */

static ngx_int_t
ngx_http_backup_tasks_check_url(ngx_conf_t *cf, ngx_http_complex_value_t *url,
    const char *directive)
{
    ngx_http_core_loc_conf_t  *clcf;

    if (url == NULL || url->lengths != NULL || url->value.len == 0
        || ngx_http_backup_tasks_is_url(&url->value))
    {
        return NGX_OK;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"%s\" in location \"%V\" is neither a path nor an http "
                  "or https URL", directive, &clcf->name);

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_backup_tasks_init(ngx_conf_t *cf)
{
    ngx_uint_t                          i;
    ngx_http_handler_pt                *h;
    ngx_http_core_srv_conf_t          **cscf;
    ngx_http_core_main_conf_t          *cmcf;
    ngx_http_backup_tasks_main_conf_t  *btmcf;

    btmcf = ngx_http_conf_get_module_main_conf(cf,
                                               ngx_http_backup_tasks_module);

    btmcf->request_id = ngx_http_backup_tasks_index(cf, "request_id");

#if (NGX_HTTP_SSL)
    btmcf->client_verify = ngx_http_backup_tasks_index(cf,
                                                       "ssl_client_verify");
    btmcf->client_subject = ngx_http_backup_tasks_index(cf,
                                                        "ssl_client_s_dn");
#endif

#if (NGX_HTTP_REALIP)
    btmcf->peer = ngx_http_backup_tasks_index(cf, "realip_remote_addr");
#endif

    if (btmcf->request_id == NGX_ERROR
        || btmcf->client_verify == NGX_ERROR
        || btmcf->client_subject == NGX_ERROR
        || btmcf->peer == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    cscf = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        if (ngx_http_backup_tasks_place_documents(cf,
                cscf[i]->ctx->srv_conf[ngx_http_backup_tasks_module.ctx_index])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_PRECONTENT_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_backup_tasks_handler;

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_LOG_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_backup_tasks_log_handler;

    /* the names of our variables would fill nginx's usual table */

    cmcf->variables_hash_max_size =
                                  ngx_max(cmcf->variables_hash_max_size, 2048);

    return ngx_http_backup_tasks_init_cache(cf);
}


static ngx_int_t
ngx_http_backup_tasks_index(ngx_conf_t *cf, const char *variable)
{
    ngx_str_t  name;

    ngx_http_backup_tasks_text(&name, variable);

    return ngx_http_get_variable_index(cf, &name);
}


static char *
ngx_http_backup_tasks_error(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->handler != NULL) {
        return "is duplicate";
    }

    clcf->handler = ngx_http_backup_tasks_error_handler;

    return NGX_CONF_OK;
}

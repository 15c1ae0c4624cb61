/* ngx_http_backup_tasks_variables.c: the $backup_tasks_* variables. */


#include "ngx_http_backup_tasks_module.h"


static ngx_int_t ngx_http_backup_tasks_export_query(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);
static ngx_int_t ngx_http_backup_tasks_number(ngx_http_request_t *r,
    ngx_str_t *value, int64_t number);
static ngx_int_t ngx_http_backup_tasks_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_backup_tasks_base_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_backup_tasks_logout_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_backup_tasks_sign_in_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_backup_tasks_name_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_backup_tasks_brand_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_backup_tasks_lang_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_backup_tasks_layout_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static const char *ngx_http_backup_tasks_locale_language(ngx_str_t *locale);


#define ngx_http_backup_tasks_ctx_variable(name, field)                       \
    { ngx_string("backup_tasks_" name), NULL, ngx_http_backup_tasks_variable, \
      offsetof(ngx_http_backup_tasks_ctx_t, field),                           \
      NGX_HTTP_VAR_NOCACHEABLE, 0 }


static ngx_http_variable_t  ngx_http_backup_tasks_vars[] = {

    ngx_http_backup_tasks_ctx_variable("method", method),
    ngx_http_backup_tasks_ctx_variable("refused", refused),
    ngx_http_backup_tasks_ctx_variable("view", view),
    ngx_http_backup_tasks_ctx_variable("kind", kind),
    ngx_http_backup_tasks_ctx_variable("format", format),
    ngx_http_backup_tasks_ctx_variable("rendered", rendered),
    ngx_http_backup_tasks_ctx_variable("action", action),
    ngx_http_backup_tasks_ctx_variable("id", id),
    ngx_http_backup_tasks_ctx_variable("query", args),
    ngx_http_backup_tasks_ctx_variable("from", from),
    ngx_http_backup_tasks_ctx_variable("to", to),
    ngx_http_backup_tasks_ctx_variable("tz", tz),
    ngx_http_backup_tasks_ctx_variable("range_max", range_max),
    ngx_http_backup_tasks_ctx_variable("user", user),
    ngx_http_backup_tasks_ctx_variable("roles", roles),
    ngx_http_backup_tasks_ctx_variable("scope", scope),
    ngx_http_backup_tasks_ctx_variable("csrf", csrf),
    ngx_http_backup_tasks_ctx_variable("csrf_token", csrf_token),

    { ngx_string("backup_tasks_base"), NULL,
      ngx_http_backup_tasks_base_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("backup_tasks_origin"), NULL,
      ngx_http_backup_tasks_base_variable, 1, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("backup_tasks_logout_url"), NULL,
      ngx_http_backup_tasks_logout_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("backup_tasks_return_path"), NULL,
      ngx_http_backup_tasks_sign_in_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("backup_tasks_login_origin"), NULL,
      ngx_http_backup_tasks_sign_in_variable, 1, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("backup_tasks_vary"), NULL,
      ngx_http_backup_tasks_vary_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("backup_tasks_content_location"), NULL,
      ngx_http_backup_tasks_content_location_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("backup_tasks_brand_name"), NULL,
      ngx_http_backup_tasks_name_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("backup_tasks_brand_logo"), NULL,
      ngx_http_backup_tasks_brand_variable,
      offsetof(ngx_http_backup_tasks_loc_conf_t, brand_logo),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("backup_tasks_brand_style"), NULL,
      ngx_http_backup_tasks_brand_variable,
      offsetof(ngx_http_backup_tasks_loc_conf_t, brand_style),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("backup_tasks_frame_ancestors"), NULL,
      ngx_http_backup_tasks_brand_variable,
      offsetof(ngx_http_backup_tasks_loc_conf_t, frame_ancestors),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("backup_tasks_lang"), NULL,
      ngx_http_backup_tasks_lang_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("backup_tasks_layout"), NULL,
      ngx_http_backup_tasks_layout_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


void
ngx_http_backup_tasks_export_route(ngx_http_backup_tasks_ctx_t *ctx)
{
    bt_route  *route;

    route = &ctx->route;

    ngx_http_backup_tasks_text(&ctx->view, bt_view_name(route->view));
    ngx_http_backup_tasks_text(&ctx->format, bt_format_name(route->format));
    ngx_http_backup_tasks_text(&ctx->action, bt_action_name(route->action));

    if (route->kind != BT_VIEW_NONE) {
        ngx_http_backup_tasks_text(&ctx->kind, bt_view_name(route->kind));
    }
}


ngx_int_t
ngx_http_backup_tasks_export(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    bt_route  *route;

    route = &ctx->route;

    if (route->view == BT_VIEW_METRICS
        && ngx_http_backup_tasks_metrics_format(r, &route->format) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* Accept may have chosen another one since */

    ngx_http_backup_tasks_text(&ctx->format, bt_format_name(route->format));

    if (ctx->refused.len) {
        ngx_str_set(&ctx->method, "REFUSED");

    } else {
        ctx->method = r->method_name;
    }

    if (route->id != 0
        && ngx_http_backup_tasks_number(r, &ctx->id, route->id) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (route->view == BT_VIEW_HEALTH) {
        return NGX_OK;
    }

    if (ngx_http_backup_tasks_number(r, &ctx->range_max, ctx->conf->range_max)
        != NGX_OK
        || ngx_http_backup_tasks_export_query(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (route->view == BT_VIEW_ACTION && ctx->refused.len == 0) {
        return ngx_http_backup_tasks_csrf(r, ctx);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_backup_tasks_export_query(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx)
{
    char      *p;
    size_t     size;
    bt_buf     buf;
    bt_query  *query;

    query = &ctx->query;

    if (query->from != BT_USEC_NONE
        && (ngx_http_backup_tasks_number(r, &ctx->from, query->from) != NGX_OK
            || ngx_http_backup_tasks_number(r, &ctx->to, query->to) != NGX_OK))
    {
        return NGX_ERROR;
    }

    ngx_http_backup_tasks_text(&ctx->tz, query->tz);

    /* the canonical form escapes more, and writes times in full */

    size = ctx->given.len * 3 + 4 * BT_TIME_MAX + 256;

    p = ngx_pnalloc(r->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    bt_buf_init(&buf, p, size);
    bt_query_format(&buf, query, &ctx->route, 0);

    if (query->after[0] != '\0') {
        bt_buf_addz(&buf, buf.len ? "&after=" : "after=");
        bt_percent_encode(&buf, bt_str_of(query->after));
    }

    if (query->before[0] != '\0') {
        bt_buf_addz(&buf, buf.len ? "&before=" : "before=");
        bt_percent_encode(&buf, bt_str_of(query->before));
    }

    if (query->delta[0] != '\0') {
        bt_buf_addz(&buf, buf.len ? "&delta=" : "delta=");
        bt_percent_encode(&buf, bt_str_of(query->delta));
    }

    if (buf.full) {
        ngx_log_error(NGX_LOG_ALERT, r->connection->log, 0,
                      "backup tasks canonical query is longer than %uz", size);
        return NGX_ERROR;
    }

    ctx->args.len = buf.len;
    ctx->args.data = (u_char *) buf.data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_backup_tasks_number(ngx_http_request_t *r, ngx_str_t *value,
    int64_t number)
{
    value->data = ngx_pnalloc(r->pool, NGX_INT64_LEN);
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    value->len = ngx_sprintf(value->data, "%L", number) - value->data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_backup_tasks_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_backup_tasks_ctx_t  *ctx;

    ctx = ngx_http_backup_tasks_get_ctx(r);

    if (ctx == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    ngx_http_backup_tasks_set_variable(v, (ngx_str_t *) ((char *) ctx + data));

    return NGX_OK;
}


static ngx_int_t
ngx_http_backup_tasks_base_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf;

    btcf = ngx_http_backup_tasks_find_conf(r);

    if (btcf == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    ngx_http_backup_tasks_set_variable(v, data ? &btcf->origin
                                           : ngx_http_backup_tasks_base(btcf));

    return NGX_OK;
}


static ngx_int_t
ngx_http_backup_tasks_logout_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t  url;

    if (ngx_http_backup_tasks_logout_url(r, &url) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_backup_tasks_set_variable(v, &url);

    return NGX_OK;
}


static ngx_int_t
ngx_http_backup_tasks_sign_in_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_int_t  rc;
    ngx_str_t  value;

    rc = data ? ngx_http_backup_tasks_login_origin(r->main, &value)
              : ngx_http_backup_tasks_return_path(r->main, &value);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_DECLINED) {
        v->not_found = 1;
        return NGX_OK;
    }

    ngx_http_backup_tasks_set_variable(v, &value);

    return NGX_OK;
}


static ngx_int_t
ngx_http_backup_tasks_name_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_int_t  rc;
    ngx_str_t  name;

    rc = ngx_http_backup_tasks_brand_name(r,
                                    ngx_http_backup_tasks_find_conf(r), &name);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_DECLINED) {
        v->not_found = 1;
        return NGX_OK;
    }

    ngx_http_backup_tasks_set_variable(v, &name);

    return NGX_OK;
}


static ngx_int_t
ngx_http_backup_tasks_brand_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf;

    btcf = ngx_http_backup_tasks_find_conf(r);

    if (btcf == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    ngx_http_backup_tasks_set_variable(v, (ngx_str_t *) ((char *) btcf + data));

    return NGX_OK;
}


/* The parameter, else what the portal says, else what the browser says. */

static ngx_int_t
ngx_http_backup_tasks_lang_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    const char                   *lang;
    ngx_str_t                     value, accepted;
    ngx_http_backup_tasks_ctx_t  *ctx;

    lang = ngx_http_backup_tasks_given(r, BT_PARAM_LANG);

    ctx = ngx_http_backup_tasks_get_ctx(r);

    if (lang == NULL && ctx) {
        lang = ngx_http_backup_tasks_locale_language(&ctx->language);
    }

    if (lang == NULL) {
        lang = "en";

        if (ngx_http_backup_tasks_join_header(r, "Accept-Language", &accepted)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        /* whatever is not Chinese is shown in English */

        if (bt_accept_prefers(ngx_http_backup_tasks_str(&accepted), "zh",
                              "en"))
        {
            lang = "zh";
        }
    }

    ngx_http_backup_tasks_text(&value, lang);
    ngx_http_backup_tasks_set_variable(v, &value);

    return NGX_OK;
}


static ngx_int_t
ngx_http_backup_tasks_layout_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    const char  *layout;
    ngx_str_t    value;

    layout = ngx_http_backup_tasks_given(r, BT_PARAM_LAYOUT);

    ngx_http_backup_tasks_text(&value, layout ? layout : "full");
    ngx_http_backup_tasks_set_variable(v, &value);

    return NGX_OK;
}


void
ngx_http_backup_tasks_set_variable(ngx_http_variable_value_t *v,
    ngx_str_t *value)
{
    v->len = value->len;
    v->data = value->data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
}


/* The checked query has it; where none was parsed, the query string may. */

const char *
ngx_http_backup_tasks_given(ngx_http_request_t *r, bt_param_e param)
{
    ngx_str_t                     value;
    const char                   *name, *checked, *const *choices;
    ngx_http_backup_tasks_ctx_t  *ctx;
    static const char             *const  langs[] = { "en", "zh", NULL };
    static const char             *const  layouts[] = { "full", "frame",
                                                        "fragment", NULL };

    ctx = ngx_http_backup_tasks_get_ctx(r);

    if (param == BT_PARAM_LANG) {
        checked = ctx ? ctx->query.lang : "";
        choices = langs;

    } else {
        checked = ctx ? ctx->query.layout : "";
        choices = layouts;
    }

    if (*checked != '\0') {
        return checked;
    }

    name = bt_param_name(param);

    if (ngx_http_arg(r, (u_char *) name, ngx_strlen(name), &value) != NGX_OK) {
        return NULL;
    }

    while (*choices != NULL
           && !bt_str_eqz(ngx_http_backup_tasks_str(&value), *choices))
    {
        choices++;
    }

    return *choices;
}


static const char *
ngx_http_backup_tasks_locale_language(ngx_str_t *locale)
{
    bt_str  tag;

    tag = ngx_http_backup_tasks_str(locale);

    if (bt_accept_is_language(tag, "zh")) {
        return "zh";
    }

    return bt_accept_is_language(tag, "en") ? "en" : NULL;
}


ngx_int_t
ngx_http_backup_tasks_add_variables(ngx_conf_t *cf)
{
    if (ngx_http_backup_tasks_add_list(cf, ngx_http_backup_tasks_vars)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_backup_tasks_add_cache_variables(cf);
}


ngx_int_t
ngx_http_backup_tasks_add_list(ngx_conf_t *cf, const ngx_http_variable_t *list)
{
    ngx_str_t                   name;
    ngx_http_variable_t        *var;
    const ngx_http_variable_t  *v;

    for (v = list; v->name.len; v++) {
        name = v->name;

        var = ngx_http_add_variable(cf, &name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}

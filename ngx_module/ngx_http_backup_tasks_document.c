/* ngx_http_backup_tasks_document.c: one document at an address of its own. */


#include "ngx_http_backup_tasks_module.h"


/* A sheet holds the whole document, and nothing else is done meanwhile. */
#define NGX_HTTP_BACKUP_TASKS_DOCUMENT_ROWS  10000


static ngx_int_t ngx_http_backup_tasks_document_route(ngx_conf_t *cf,
    ngx_http_backup_tasks_document_t *document);
static ngx_int_t ngx_http_backup_tasks_document_query(ngx_conf_t *cf,
    ngx_http_backup_tasks_loc_conf_t *btcf);
static ngx_int_t ngx_http_backup_tasks_document_size(ngx_conf_t *cf,
    ngx_http_backup_tasks_document_t *document, bt_query *query);


/* Answers as the pages would for the configured address. */

ngx_int_t
ngx_http_backup_tasks_admit_document(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error)
{
    ngx_int_t                          rc;
    ngx_http_backup_tasks_document_t  *document;

    document = &ctx->conf->document;

    ctx->route = document->route;
    ctx->given = document->args;
    ngx_str_set(&ctx->rendered, "1");

    ngx_http_backup_tasks_export_route(ctx);

    rc = ngx_http_backup_tasks_identify(r, ctx, error);
    if (rc != NGX_OK) {
        return rc;
    }

    ctx->identified = 1;

    rc = ngx_http_backup_tasks_allowed(r, ctx, error);
    if (rc != NGX_OK) {
        return rc;
    }

    if (r->args.len && !document->ignore_args) {
        return ngx_http_backup_tasks_refuse(error, NGX_HTTP_BAD_REQUEST,
                                            "BAD_REQUEST",
                                            "This address takes no "
                                            "parameters: what it tells is "
                                            "fixed by the server.");
    }

    return ngx_http_backup_tasks_query(r, ctx, error);
}


char *
ngx_http_backup_tasks_document(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf = conf;

    u_char                            *p;
    ngx_str_t                         *value;
    ngx_http_backup_tasks_document_t  *document;

    document = &btcf->document;

    if (document->address.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 3) {

        if (ngx_strcmp(value[2].data, "ignore_args") != 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\"", &value[2]);
            return NGX_CONF_ERROR;
        }

        document->ignore_args = 1;
    }

    document->address = value[1];
    document->path = value[1];

    p = ngx_strlchr(value[1].data, value[1].data + value[1].len, '?');

    if (p != NULL) {
        document->path.len = p - value[1].data;
        document->args.data = p + 1;
        document->args.len = value[1].len - document->path.len - 1;
    }

    if (ngx_http_backup_tasks_document_route(cf, document) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_backup_tasks_document_route(ngx_conf_t *cf,
    ngx_http_backup_tasks_document_t *document)
{
    bt_route  *route;

    route = &document->route;

    if (bt_route_parse(ngx_http_backup_tasks_str(&document->path), route)
        == 200
        && route->format != BT_FORMAT_HTML
        && bt_path_is_feed(ngx_http_backup_tasks_str(&document->path))
        && route->view != BT_VIEW_SCHEMA && route->view != BT_VIEW_STATIC
        && route->view != BT_VIEW_ACTION && route->view != BT_VIEW_METRICS)
    {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"%V\" is no document of the pages: name one as it "
                       "stands behind \"/backup/\", with its suffix, such as "
                       "\"data.xml?range=24h&size=500\"", &document->path);

    return NGX_ERROR;
}


/* What the directives around it say is known now. */

char *
ngx_http_backup_tasks_merge_document(ngx_conf_t *cf,
    ngx_http_backup_tasks_loc_conf_t *prev,
    ngx_http_backup_tasks_loc_conf_t *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (!clcf->exact_match) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"backup_tasks_document\" needs an exact location, "
                      "such as \"= /reports/backup.xml\", not \"%V\"",
                      &clcf->name);
        return NGX_CONF_ERROR;
    }

    /* links lead to the pages: those around it, else see the main level */

    if (conf->base.len == 0 && prev->enable) {
        conf->base = prev->escaped_prefix;
    }

    if (ngx_http_backup_tasks_add_location(cf, conf) != NGX_OK
        || ngx_http_backup_tasks_document_query(cf, conf) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_backup_tasks_document_query(ngx_conf_t *cf,
    ngx_http_backup_tasks_loc_conf_t *btcf)
{
    bt_query                           query;
    bt_refusal                         refusal;
    bt_param_conf                      conf;
    ngx_http_backup_tasks_document_t  *document;

    document = &btcf->document;

    conf.now = ngx_http_backup_tasks_now();
    conf.range_max = btcf->range_max * BT_SECOND;
    conf.time_zone = (const char *) btcf->time_zone.data;

    if (bt_query_parse(ngx_http_backup_tasks_str(&document->args),
                       &document->route, &conf, &query, &refusal)
        == 200)
    {
        return ngx_http_backup_tasks_document_size(cf, document, &query);
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"backup_tasks_document %V\": %s", &document->address,
                  refusal.text);

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_backup_tasks_document_size(ngx_conf_t *cf,
    ngx_http_backup_tasks_document_t *document, bt_query *query)
{
    if (query->after[0] != '\0' || query->before[0] != '\0'
        || query->delta[0] != '\0')
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"backup_tasks_document %V\" is a position in a list, "
                      "which moves on: leave \"after\", \"before\" and "
                      "\"delta\" out", &document->address);
        return NGX_ERROR;
    }

    if (document->route.format == BT_FORMAT_XML
        && bt_param_allowed(BT_PARAM_SIZE, &document->route)
        && query->size > NGX_HTTP_BACKUP_TASKS_DOCUMENT_ROWS)
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"backup_tasks_document %V\" needs \"size=\" from 1 "
                      "to %d: nginx holds the whole document while a sheet "
                      "renders it", &document->address,
                      NGX_HTTP_BACKUP_TASKS_DOCUMENT_ROWS);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* A document outside of the pages leads to the first ones of its server. */

ngx_int_t
ngx_http_backup_tasks_place_documents(ngx_conf_t *cf,
    ngx_http_backup_tasks_srv_conf_t *btscf)
{
    ngx_str_t                         *base;
    ngx_uint_t                         i;
    ngx_http_backup_tasks_loc_conf_t  **location;

    base = NULL;
    location = btscf->locations.elts;

    for (i = 0; i < btscf->locations.nelts && base == NULL; i++) {
        if (location[i]->document.address.len == 0) {
            base = ngx_http_backup_tasks_base(location[i]);
        }
    }

    for (i = 0; i < btscf->locations.nelts; i++) {

        if (location[i]->base.len || location[i]->document.address.len == 0) {
            continue;
        }

        if (base == NULL) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "\"backup_tasks_document %V\" needs "
                          "\"backup_tasks_public_base\": its server has no "
                          "pages that its links could lead to",
                          &location[i]->document.address);
            return NGX_ERROR;
        }

        location[i]->base = *base;
    }

    return NGX_OK;
}

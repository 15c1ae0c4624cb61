/* ngx_http_backup_tasks_token_conf.c: directives about tokens, and their keys. */


#include "ngx_http_backup_tasks_module.h"


static ngx_int_t ngx_http_backup_tasks_claim_path(ngx_conf_t *cf,
    ngx_http_backup_tasks_claim_t *claim);
static char *ngx_http_backup_tasks_check_token(ngx_conf_t *cf,
    ngx_http_backup_tasks_token_conf_t *tcf);
static char *ngx_http_backup_tasks_load_keys(ngx_conf_t *cf,
    ngx_http_backup_tasks_token_conf_t *tcf);
static void ngx_http_backup_tasks_free_keys(void *data);


/* OpenID Connect Core 1.0, sections 2 and 5.1. */

static const bt_str  ngx_http_backup_tasks_sub = { "sub", 3 };
static const bt_str  ngx_http_backup_tasks_zoneinfo = { "zoneinfo", 8 };
static const bt_str  ngx_http_backup_tasks_locale = { "locale", 6 };


static const ngx_http_backup_tasks_claim_t
    ngx_http_backup_tasks_claims[NGX_HTTP_BACKUP_TASKS_FIELDS] =
{
    { &ngx_http_backup_tasks_sub, 1, NULL },
    { NULL, 0, NULL },
    { NULL, 0, NULL },
    { &ngx_http_backup_tasks_zoneinfo, 1, NULL },
    { &ngx_http_backup_tasks_locale, 1, NULL }
};


char *
ngx_http_backup_tasks_token_values(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf = conf;

    ngx_str_t                         *value;
    ngx_uint_t                         i;
    ngx_array_t                       *values;
    ngx_http_complex_value_t          *cv;
    ngx_http_compile_complex_value_t   ccv;

    if (btcf->token.values != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        btcf->token.values = NULL;
        return NGX_CONF_OK;
    }

    values = ngx_array_create(cf->pool, cf->args->nelts - 1,
                              sizeof(ngx_http_complex_value_t));
    if (values == NULL) {
        return NGX_CONF_ERROR;
    }

    btcf->token.values = values;

    for (i = 1; i < cf->args->nelts; i++) {

        cv = ngx_array_push(values);
        if (cv == NULL) {
            return NGX_CONF_ERROR;
        }

        ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

        ccv.cf = cf;
        ccv.value = &value[i];
        ccv.complex_value = cv;

        if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
            return NGX_CONF_ERROR;
        }

        if (cv->lengths == NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" has no variable, a token stands in one "
                               "such as \"$cookie_portal\" or "
                               "\"$http_authorization\"", &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_http_backup_tasks_token_key_file(ngx_conf_t *cf, void *post, void *data)
{
    ngx_str_t  *name = data;

    return (ngx_conf_full_name(cf->cycle, name, 1) == NGX_OK) ? NGX_CONF_OK
                                                              : NGX_CONF_ERROR;
}


char *
ngx_http_backup_tasks_token_algorithm(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf = conf;

    unsigned     alg;
    ngx_str_t   *value;
    ngx_uint_t   i;

    if (btcf->token.algorithms) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        alg = bt_alg_by_name(ngx_http_backup_tasks_str(&value[i]));

        if (alg == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "unknown algorithm \"%V\", there are RS256, "
                               "RS384, RS512, PS256, ES256, ES384, EdDSA and "
                               "HS256", &value[i]);
            return NGX_CONF_ERROR;
        }

        btcf->token.algorithms |= alg;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_backup_tasks_token_issuer(ngx_conf_t *cf, void *post, void *data)
{
    ngx_str_t  *issuer = data;

    if (issuer->len == 0) {
        return "must not be empty, say \"off\" for any issuer";
    }

    if (ngx_strcmp(issuer->data, "off") == 0) {
        issuer->len = 0;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_backup_tasks_token_audience(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf = conf;

    bt_str       *audience;
    ngx_str_t    *value;
    ngx_uint_t    i;
    ngx_array_t  *audiences;

    if (btcf->token.audiences != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        btcf->token.audiences = NULL;
        return NGX_CONF_OK;
    }

    audiences = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                 sizeof(bt_str));
    if (audiences == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (value[i].len == 0) {
            return "must not be empty, say \"off\" for any audience";
        }

        audience = ngx_array_push(audiences);
        if (audience == NULL) {
            return NGX_CONF_ERROR;
        }

        *audience = ngx_http_backup_tasks_str(&value[i]);
    }

    btcf->token.audiences = audiences;

    return NGX_CONF_OK;
}


char *
ngx_http_backup_tasks_check_leeway(ngx_conf_t *cf, void *post, void *data)
{
    time_t  *leeway = data;

    return (*leeway <= 10 * 60) ? NGX_CONF_OK : "must not be above 10m";
}


char *
ngx_http_backup_tasks_token_claim(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_backup_tasks_loc_conf_t  *btcf = conf;

    ngx_int_t                             field;
    ngx_str_t                            *value;
    ngx_http_backup_tasks_claim_t        *claim;
    const ngx_http_backup_tasks_claim_t **claims;

    value = cf->args->elts;
    claims = btcf->token.claims;

    field = ngx_http_backup_tasks_field(cf, &value[1]);
    if (field == NGX_ERROR) {
        return NGX_CONF_ERROR;
    }

    /* roles of several claims add up; a user has one name */

    if (claims[field] && field != NGX_HTTP_BACKUP_TASKS_ROLE) {
        return "is duplicate";
    }

    claim = ngx_palloc(cf->pool, sizeof(ngx_http_backup_tasks_claim_t));

    if (claim == NULL
        || ngx_http_backup_tasks_claim_path(cf, claim) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    claim->next = claims[field];
    claims[field] = claim;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_backup_tasks_claim_path(ngx_conf_t *cf,
    ngx_http_backup_tasks_claim_t *claim)
{
    bt_str      *path;
    ngx_str_t   *value;
    ngx_uint_t   i;

    path = ngx_palloc(cf->pool, (cf->args->nelts - 2) * sizeof(bt_str));
    if (path == NULL) {
        return NGX_ERROR;
    }

    value = cf->args->elts;

    for (i = 2; i < cf->args->nelts; i++) {
        path[i - 2] = ngx_http_backup_tasks_str(&value[i]);
    }

    claim->path = path;
    claim->steps = cf->args->nelts - 2;
    claim->next = NULL;

    return NGX_OK;
}


char *
ngx_http_backup_tasks_token_claim_set(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_backup_tasks_main_conf_t  *btmcf = conf;

    ngx_str_t                      *value;
    ngx_http_variable_t            *v;
    ngx_http_backup_tasks_claim_t  *claim;

    value = cf->args->elts;

    if (value[1].data[0] != '$' || value[1].len == 1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid variable name \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    value[1].len--;
    value[1].data++;

    v = ngx_http_add_variable(cf, &value[1], NGX_HTTP_VAR_NOCACHEABLE);
    if (v == NULL) {
        return NGX_CONF_ERROR;
    }

    v->get_handler = ngx_http_backup_tasks_claim_variable;
    v->data = btmcf->claims.nelts;

    claim = ngx_array_push(&btmcf->claims);

    if (claim == NULL
        || ngx_http_backup_tasks_claim_path(cf, claim) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_backup_tasks_merge_token(ngx_conf_t *cf,
    ngx_http_backup_tasks_token_conf_t *prev,
    ngx_http_backup_tasks_token_conf_t *conf, ngx_uint_t enable)
{
    ngx_uint_t  i;

    ngx_conf_merge_ptr_value(conf->values, prev->values, NULL);
    ngx_conf_merge_str_value(conf->key_file, prev->key_file, "");
    ngx_conf_merge_sec_value(conf->leeway, prev->leeway, 0);

    if (conf->algorithms == 0) {
        conf->algorithms = prev->algorithms ? prev->algorithms : BT_ALG_RS256;
    }

    /* not given at all differs from "off" */

    if (conf->issuer.data == NULL) {
        conf->issuer = prev->issuer;
    }

    if (conf->audiences == NGX_CONF_UNSET_PTR) {
        conf->audiences = prev->audiences;
    }

    for (i = 0; i < NGX_HTTP_BACKUP_TASKS_FIELDS; i++) {

        if (conf->claims[i] == NULL) {
            conf->claims[i] = prev->claims[i];
        }

        if (conf->claims[i] == NULL && ngx_http_backup_tasks_claims[i].path) {
            conf->claims[i] = &ngx_http_backup_tasks_claims[i];
        }
    }

    if (!enable || conf->values == NULL) {
        return NGX_CONF_OK;
    }

    /* a nested location has the same keys, unless it says otherwise */

    if (prev->keys && conf->algorithms == prev->algorithms
        && conf->key_file.data == prev->key_file.data)
    {
        conf->keys = prev->keys;
    }

    return ngx_http_backup_tasks_check_token(cf, conf);
}


static char *
ngx_http_backup_tasks_check_token(ngx_conf_t *cf,
    ngx_http_backup_tasks_token_conf_t *tcf)
{
    const char                *missing;
    ngx_http_core_loc_conf_t  *clcf;

    if (tcf->key_file.len == 0) {
        missing = "\"backup_tasks_token_key_file\": the portal's public keys";

    } else if (tcf->issuer.data == NULL) {
        missing = "\"backup_tasks_token_issuer\": the \"iss\" of the portal's "
                  "tokens, or \"off\" to take those of any issuer";

    } else if (tcf->audiences == NGX_CONF_UNSET_PTR) {
        missing = "\"backup_tasks_token_audience\": the \"aud\" of tokens for "
                  "these pages, or \"off\" to take those for any application";

    } else {
        return ngx_http_backup_tasks_load_keys(cf, tcf);
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"backup_tasks_token\" in location \"%V\" needs %s",
                  &clcf->name, missing);

    return NGX_CONF_ERROR;
}


static char *
ngx_http_backup_tasks_load_keys(ngx_conf_t *cf,
    ngx_http_backup_tasks_token_conf_t *tcf)
{
    char                       why[BT_KEYS_WHY_MAX];
    ngx_pool_cleanup_t        *cln;
    ngx_http_core_loc_conf_t  *clcf;

    tcf->rules.issuer = ngx_http_backup_tasks_str(&tcf->issuer);
    tcf->rules.leeway = tcf->leeway;

    if (tcf->audiences) {
        tcf->rules.audiences = tcf->audiences->elts;
        tcf->rules.audience_count = tcf->audiences->nelts;
    }

    if (tcf->keys) {
        return NGX_CONF_OK;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_CONF_ERROR;
    }

    tcf->keys = bt_keys_load((char *) tcf->key_file.data, tcf->algorithms, why,
                             sizeof(why));
    if (tcf->keys == NULL) {
        clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"backup_tasks_token_key_file\" in location \"%V\": %s",
                      &clcf->name, why);
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_http_backup_tasks_free_keys;
    cln->data = tcf->keys;

    return NGX_CONF_OK;
}


static void
ngx_http_backup_tasks_free_keys(void *data)
{
    bt_keys_free(data);
}

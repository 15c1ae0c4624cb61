/* ngx_http_backup_tasks_module.h: what the files of the module share. */


#ifndef _NGX_HTTP_BACKUP_TASKS_MODULE_H_INCLUDED_
#define _NGX_HTTP_BACKUP_TASKS_MODULE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "common/bt_accept.h"
#include "common/bt_param.h"
#include "token/bt_token.h"


typedef struct {
    ngx_array_t                        claims;      /* of variables */
    ngx_array_t                        page;        /* indexes of variables */
    ngx_str_t                          loaded;      /* when it was read */

    /* indexes of variables of nginx */

    ngx_int_t                          request_id;
    ngx_int_t                          client_verify;
    ngx_int_t                          client_subject;
    ngx_int_t                          peer;        /* whatever realip says */
} ngx_http_backup_tasks_main_conf_t;


typedef struct {
    ngx_array_t                        locations;   /* pages, documents */
} ngx_http_backup_tasks_srv_conf_t;


/* What a token's claims or a proxy's headers may tell. */

typedef enum {
    NGX_HTTP_BACKUP_TASKS_USER,
    NGX_HTTP_BACKUP_TASKS_ROLE,
    NGX_HTTP_BACKUP_TASKS_SCOPE,
    NGX_HTTP_BACKUP_TASKS_TIME_ZONE,
    NGX_HTTP_BACKUP_TASKS_LANGUAGE,
    NGX_HTTP_BACKUP_TASKS_FIELDS
} ngx_http_backup_tasks_field_e;


typedef struct ngx_http_backup_tasks_claim_s  ngx_http_backup_tasks_claim_t;

struct ngx_http_backup_tasks_claim_s {
    const bt_str                      *path;        /* a name per level */
    size_t                             steps;
    const ngx_http_backup_tasks_claim_t
                                      *next;        /* counts as well */
};


typedef struct {
    ngx_array_t                       *values;      /* NULL: no tokens */
    ngx_str_t                          key_file;    /* ends with a NUL */
    ngx_uint_t                         algorithms;
    ngx_str_t                          issuer;      /* empty: any */
    ngx_array_t                       *audiences;   /* NULL: any */
    time_t                             leeway;
    const ngx_http_backup_tasks_claim_t
                                      *claims[NGX_HTTP_BACKUP_TASKS_FIELDS];
    bt_keys                           *keys;
    bt_token_conf                      rules;
} ngx_http_backup_tasks_token_conf_t;


typedef struct {
    ngx_array_t                       *addresses;   /* NULL: no proxy */
    ngx_str_t                          subject;     /* of its certificate */
    ngx_str_t                          secret_header;
    ngx_array_t                       *secrets;     /* SHA-256 of each */
    ngx_str_t                          headers[NGX_HTTP_BACKUP_TASKS_FIELDS];
} ngx_http_backup_tasks_proxy_conf_t;


typedef struct {
    ngx_str_t                          name;        /* the portal's */
    unsigned                           bits;
} ngx_http_backup_tasks_role_map_t;


/* What backup_tasks_document names. */

typedef struct {
    ngx_str_t                          address;     /* empty: none */
    ngx_str_t                          path;
    ngx_str_t                          args;
    bt_route                           route;
    ngx_uint_t                         ignore_args;  /* of the client */
} ngx_http_backup_tasks_document_t;


typedef struct {
    ngx_flag_t                         enable;
    ngx_str_t                          prefix;      /* "/backup/" */
    ngx_str_t                          escaped_prefix;

    ngx_http_complex_value_t          *user;
    ngx_http_complex_value_t          *role;
    ngx_http_complex_value_t          *scope;
    ngx_array_t                       *role_map;    /* NULL: own names */
    ngx_http_complex_value_t          *login_url;
    ngx_http_complex_value_t          *logout_url;

    ngx_http_complex_value_t          *brand_name;
    ngx_str_t                          brand_logo;
    ngx_str_t                          brand_style;
    ngx_str_t                          frame_ancestors;

    ngx_http_backup_tasks_document_t   document;

    ngx_http_backup_tasks_token_conf_t  token;
    ngx_http_backup_tasks_proxy_conf_t  proxy;

    ngx_str_t                          csrf_key;    /* empty: no acts */
    ngx_str_t                          origin;      /* empty: the request's */
    ngx_str_t                          base;        /* empty: the prefix */
    ngx_str_t                          time_zone;   /* ends with a NUL */
    time_t                             range_max;
} ngx_http_backup_tasks_loc_conf_t;


/* One request; the strings are the variables of the same names. */

typedef struct {
    ngx_http_backup_tasks_loc_conf_t  *conf;
    bt_route                           route;
    bt_query                           query;
    unsigned                           role_bits;
    unsigned                           told;        /* bits of the fields */
    unsigned                           bearer:1;    /* a token was sent */
    unsigned                           identified:1;
    unsigned                           negotiated:1;
    unsigned                           unacceptable:1;
    bt_claims                         *claims;      /* of a good token */
    ngx_str_t                          time_zone;   /* ends with a NUL */
    ngx_str_t                          language;
    ngx_str_t                          path;        /* below the prefix */
    ngx_str_t                          given;       /* the query string */

    ngx_str_t                          method;
    ngx_str_t                          refused;     /* act: why */
    ngx_str_t                          view;
    ngx_str_t                          kind;
    ngx_str_t                          format;
    ngx_str_t                          rendered;    /* "1": by a sheet of
                                                     * the operator's */
    ngx_str_t                          action;
    ngx_str_t                          id;
    ngx_str_t                          args;        /* canonical */
    ngx_str_t                          from;
    ngx_str_t                          to;
    ngx_str_t                          tz;
    ngx_str_t                          range_max;
    ngx_str_t                          user;
    ngx_str_t                          roles;
    ngx_str_t                          scope;
    ngx_str_t                          csrf;
    ngx_str_t                          csrf_token;
} ngx_http_backup_tasks_ctx_t;


typedef struct {
    ngx_uint_t                         status;
    const char                        *code;
    const char                        *text;
    const char                        *role;        /* that would do */
    const char                        *allow;       /* methods */
    ngx_str_t                          login_url;
    bt_refusal                         refusal;     /* of the query string */
} ngx_http_backup_tasks_error_t;


/*
 * The checks return NGX_OK, NGX_ERROR (no memory) or the status that they
 * refused with, "error" being filled then.
 */

/* Fills user, scope and roles: 401 without a user, 403 for unusable values. */
ngx_int_t ngx_http_backup_tasks_identify(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error);

/*
 * The ways of signing in fill what they are told and mark it in "told".  They
 * return NGX_OK, NGX_ERROR, NGX_DECLINED where nobody tried this way, or
 * NGX_HTTP_UNAUTHORIZED, the reason being logged.
 */
ngx_int_t ngx_http_backup_tasks_token(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);
ngx_int_t ngx_http_backup_tasks_proxy(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);
/* The roles that a single name of the portal stands for. */
unsigned ngx_http_backup_tasks_role_bits(
    ngx_http_backup_tasks_loc_conf_t *btcf, bt_str name);
/* The same of names separated by blanks or commas. */
unsigned ngx_http_backup_tasks_role_list(
    ngx_http_backup_tasks_loc_conf_t *btcf, ngx_str_t *names);

/* UTF-8 without control characters, and no longer than that. */
ngx_uint_t ngx_http_backup_tasks_is_text(ngx_str_t *value, size_t chars_max);

/* What a 401 becomes: NGX_HTTP_UNAUTHORIZED, "error" completed; or a redirect
 * to the portal, NGX_HTTP_MOVED_TEMPORARILY, its header set. */
ngx_int_t ngx_http_backup_tasks_sign_in(ngx_http_request_t *r,
    ngx_http_backup_tasks_error_t *error);
/* A path on this host, or an http or https URL, fit for a header. */
ngx_uint_t ngx_http_backup_tasks_is_url(ngx_str_t *url);
/* The value of backup_tasks_logout_url; empty where it is no URL. */
ngx_int_t ngx_http_backup_tasks_logout_url(ngx_http_request_t *r,
    ngx_str_t *url);
/* NGX_DECLINED where there is no value.  Where the portal is: */
ngx_int_t ngx_http_backup_tasks_login_origin(ngx_http_request_t *r,
    ngx_str_t *origin);
/* Where to go after signing in, percent-encoded whole: */
ngx_int_t ngx_http_backup_tasks_return_path(ngx_http_request_t *r,
    ngx_str_t *path);
ngx_int_t ngx_http_backup_tasks_set_location(ngx_http_request_t *r,
    const ngx_str_t *value);

/* NGX_DECLINED where the page's own name counts. */
ngx_int_t ngx_http_backup_tasks_brand_name(ngx_http_request_t *r,
    ngx_http_backup_tasks_loc_conf_t *btcf, ngx_str_t *name);

/* 403 for the roles, 405 for the method. */
ngx_int_t ngx_http_backup_tasks_allowed(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error);
/* Parses what was given for the route. */
ngx_int_t ngx_http_backup_tasks_query(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error);
/* All of this where the location is that of one document. */
ngx_int_t ngx_http_backup_tasks_admit_document(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error);

/* Lets Accept choose the route's format where the address leaves it open. */
ngx_int_t ngx_http_backup_tasks_negotiate(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);
/* 406 where it accepts no form that there is. */
ngx_int_t ngx_http_backup_tasks_acceptable(ngx_http_backup_tasks_ctx_t *ctx,
    ngx_http_backup_tasks_error_t *error);
ngx_int_t ngx_http_backup_tasks_metrics_format(ngx_http_request_t *r,
    bt_format_e *format);
/* What the client's address and Accept ask for, in error locations, too. */
ngx_uint_t ngx_http_backup_tasks_is_feed(ngx_http_request_t *r);
ngx_uint_t ngx_http_backup_tasks_is_page(ngx_http_request_t *r);

/* Form and act: 403 without a key or from another site, 400 if no form. */
ngx_int_t ngx_http_backup_tasks_act(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error);
/* Hands an act that is refused with 403 on to the worker, which records it and
 * answers: NGX_OK.  NGX_DECLINED for anything else. */
ngx_int_t ngx_http_backup_tasks_refused_act(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error);
/* Writes HMAC-SHA256(key, user LF hour) for this hour and the one before. */
ngx_int_t ngx_http_backup_tasks_csrf(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);

/* Writes the variables that the path gives, for logs of refusals, too. */
void ngx_http_backup_tasks_export_route(ngx_http_backup_tasks_ctx_t *ctx);
/* Writes the others, of a request that goes on to the worker. */
ngx_int_t ngx_http_backup_tasks_export(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx);
/* The value that the reader gave for BT_PARAM_LANG or BT_PARAM_LAYOUT, of a
 * refused request, too, where it is a good one; else NULL. */
const char *ngx_http_backup_tasks_given(ngx_http_request_t *r,
    bt_param_e param);
ngx_int_t ngx_http_backup_tasks_add_variables(ngx_conf_t *cf);

/* Fills "error"; role and allow stay only where the status has a use for
 * them.  Returns the status. */
ngx_int_t ngx_http_backup_tasks_refuse(ngx_http_backup_tasks_error_t *error,
    ngx_uint_t status, const char *code, const char *text);
/* Answers with the document; the result is for ngx_http_finalize_request(). */
ngx_int_t ngx_http_backup_tasks_send_error(ngx_http_request_t *r,
    ngx_http_backup_tasks_error_t *error);
/* Both must live as long as the request. */
ngx_int_t ngx_http_backup_tasks_add_header(ngx_http_request_t *r,
    const char *name, const char *value);
ngx_table_elt_t *ngx_http_backup_tasks_push_header(ngx_http_request_t *r,
    const char *name, const ngx_str_t *value);
/* The content handler of an error location. */
ngx_int_t ngx_http_backup_tasks_error_handler(ngx_http_request_t *r);

/* Of the log phase: resets the connection where an answer that broke off would
 * look whole otherwise. */
ngx_int_t ngx_http_backup_tasks_log_handler(ngx_http_request_t *r);

/* NULL without memory. */
ngx_http_backup_tasks_ctx_t *ngx_http_backup_tasks_create_ctx(
    ngx_http_request_t *r, ngx_http_backup_tasks_loc_conf_t *btcf);
/* That of the main request, in error locations, too; NULL if none was made. */
ngx_http_backup_tasks_ctx_t *ngx_http_backup_tasks_get_ctx(
    ngx_http_request_t *r);
/* The configuration which the client's address belongs to, or NULL. */
ngx_http_backup_tasks_loc_conf_t *ngx_http_backup_tasks_find_conf(
    ngx_http_request_t *r);
/* The path of all links, beginning and ending with a slash. */
ngx_str_t *ngx_http_backup_tasks_base(ngx_http_backup_tasks_loc_conf_t *btcf);
/* Returns how often the header was sent; "value" is that of the first. */
ngx_uint_t ngx_http_backup_tasks_find_header(ngx_http_request_t *r,
    const char *name, ngx_str_t *value);

/* The same, the values of all joined by commas, empty if there is none:
 * NGX_OK, or NGX_ERROR without memory. */
ngx_int_t ngx_http_backup_tasks_join_header(ngx_http_request_t *r,
    const char *name, ngx_str_t *value);
/* The client's address as it was sent, in error locations, too.  The path is
 * what follows the prefix, empty for one that the pages do not have. */
void ngx_http_backup_tasks_split_address(ngx_http_request_t *r, bt_str *path,
    bt_str *args);

void ngx_http_backup_tasks_set_variable(ngx_http_variable_value_t *v,
    ngx_str_t *value);
/* Getters: $backup_tasks_vary and $backup_tasks_content_location. */
ngx_int_t ngx_http_backup_tasks_vary_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
ngx_int_t ngx_http_backup_tasks_content_location_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
/* The getter of variables that backup_tasks_token_claim_set makes. */
ngx_int_t ngx_http_backup_tasks_claim_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);

/* ngx_http_backup_tasks_cache.c: the variables of conditional requests and of
 * a shared cache; what marks answers that are too old. */
ngx_int_t ngx_http_backup_tasks_add_cache_variables(ngx_conf_t *cf);
ngx_int_t ngx_http_backup_tasks_init_cache(ngx_conf_t *cf);
ngx_int_t ngx_http_backup_tasks_init_process(ngx_cycle_t *cycle);
/* The list ends with ngx_http_null_variable. */
ngx_int_t ngx_http_backup_tasks_add_list(ngx_conf_t *cf,
    const ngx_http_variable_t *list);

/* Setters of directives, and what is called after ready-made setters. */
char *ngx_http_backup_tasks_csrf_key_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_backup_tasks_public_base(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_backup_tasks_time_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_backup_tasks_check_range(ngx_conf_t *cf, void *post,
    void *data);
char *ngx_http_backup_tasks_document(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_backup_tasks_brand_path(ngx_conf_t *cf, void *post,
    void *data);
char *ngx_http_backup_tasks_frame_ancestors(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
char *ngx_http_backup_tasks_role_map(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_backup_tasks_token_values(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_backup_tasks_token_key_file(ngx_conf_t *cf, void *post,
    void *data);
char *ngx_http_backup_tasks_token_algorithm(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
char *ngx_http_backup_tasks_token_issuer(ngx_conf_t *cf, void *post,
    void *data);
char *ngx_http_backup_tasks_token_audience(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_backup_tasks_check_leeway(ngx_conf_t *cf, void *post,
    void *data);
char *ngx_http_backup_tasks_token_claim(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_backup_tasks_token_claim_set(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
char *ngx_http_backup_tasks_trusted_proxy(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_backup_tasks_trusted_proxy_certificate(ngx_conf_t *cf,
    void *post, void *data);
char *ngx_http_backup_tasks_trusted_proxy_secret(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
char *ngx_http_backup_tasks_trusted_proxy_header(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);

/* Merge, and check what is on; the keys are read here. */
char *ngx_http_backup_tasks_merge_token(ngx_conf_t *cf,
    ngx_http_backup_tasks_token_conf_t *prev,
    ngx_http_backup_tasks_token_conf_t *conf, ngx_uint_t enable);
char *ngx_http_backup_tasks_merge_proxy(ngx_conf_t *cf,
    ngx_http_backup_tasks_proxy_conf_t *prev,
    ngx_http_backup_tasks_proxy_conf_t *conf, ngx_uint_t enable);

/* The rest of a location with a document, then of all of a server's. */
char *ngx_http_backup_tasks_merge_document(ngx_conf_t *cf,
    ngx_http_backup_tasks_loc_conf_t *prev,
    ngx_http_backup_tasks_loc_conf_t *conf);
ngx_int_t ngx_http_backup_tasks_place_documents(ngx_conf_t *cf,
    ngx_http_backup_tasks_srv_conf_t *btscf);
/* Makes the configuration of a client's address known. */
ngx_int_t ngx_http_backup_tasks_add_location(ngx_conf_t *cf,
    ngx_http_backup_tasks_loc_conf_t *btcf);

/* The field of a directive's argument; NGX_ERROR, and it is logged. */
ngx_int_t ngx_http_backup_tasks_field(ngx_conf_t *cf, ngx_str_t *name);
/* Reads a file, warning if others may; the bytes read, at most "size", or
 * NGX_ERROR, and it is logged. */
ssize_t ngx_http_backup_tasks_read_key(ngx_conf_t *cf, ngx_str_t *name,
    u_char *buf, size_t size);
/* Cuts the default port of the scheme off, as browsers do. */
void ngx_http_backup_tasks_strip_port(ngx_str_t *origin);


extern ngx_module_t  ngx_http_backup_tasks_module;


static ngx_inline bt_str
ngx_http_backup_tasks_str(const ngx_str_t *value)
{
    bt_str  s;

    s.data = (const char *) value->data;
    s.len = value->len;

    return s;
}


static ngx_inline void
ngx_http_backup_tasks_text(ngx_str_t *value, const char *text)
{
    value->len = ngx_strlen(text);
    value->data = (u_char *) text;
}


static ngx_inline bt_usec
ngx_http_backup_tasks_now(void)
{
    ngx_time_t  *tp;

    tp = ngx_timeofday();

    return (bt_usec) tp->sec * BT_SECOND + (bt_usec) tp->msec * 1000;
}


#endif /* _NGX_HTTP_BACKUP_TASKS_MODULE_H_INCLUDED_ */

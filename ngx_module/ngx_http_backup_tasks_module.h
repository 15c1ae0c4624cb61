/* ngx_http_backup_tasks_module.h: what the files of the module share. */


#ifndef _NGX_HTTP_BACKUP_TASKS_MODULE_H_INCLUDED_
#define _NGX_HTTP_BACKUP_TASKS_MODULE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "common/bt_param.h"


typedef struct {
    ngx_int_t                          request_id;  /* index of $request_id */
} ngx_http_backup_tasks_main_conf_t;


typedef struct {
    ngx_array_t                        locations;   /* with the pages */
} ngx_http_backup_tasks_srv_conf_t;


typedef struct {
    ngx_flag_t                         enable;
    ngx_str_t                          prefix;      /* "/backup/" */
    ngx_str_t                          escaped_prefix;

    ngx_http_complex_value_t          *user;
    ngx_http_complex_value_t          *role;
    ngx_http_complex_value_t          *scope;
    ngx_http_complex_value_t          *logout_url;

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

    ngx_str_t                          method;
    ngx_str_t                          view;
    ngx_str_t                          kind;
    ngx_str_t                          format;
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
    bt_refusal                         refusal;     /* of the query string */
} ngx_http_backup_tasks_error_t;


/*
 * The checks return NGX_OK, NGX_ERROR (no memory) or the status that they
 * refused with, "error" being filled then.
 */

/* Fills user, scope and roles: 401 without a user, 403 for unusable values. */
ngx_int_t ngx_http_backup_tasks_identify(ngx_http_request_t *r,
    ngx_http_backup_tasks_ctx_t *ctx, ngx_http_backup_tasks_error_t *error);

/* Form and act: 403 without a key or from another site, 400 if no form. */
ngx_int_t ngx_http_backup_tasks_act(ngx_http_request_t *r,
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
/* The content handler of an error location. */
ngx_int_t ngx_http_backup_tasks_error_handler(ngx_http_request_t *r);

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

/* Setters of the directives of the same names. */
char *ngx_http_backup_tasks_csrf_key_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_backup_tasks_public_base(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_backup_tasks_time_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_backup_tasks_check_range(ngx_conf_t *cf, void *post,
    void *data);
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

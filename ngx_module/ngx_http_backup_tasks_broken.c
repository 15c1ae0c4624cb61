/* ngx_http_backup_tasks_broken.c: a broken answer looks broken where only the connection's end tells. */


#include "ngx_http_backup_tasks_module.h"


static ngx_uint_t ngx_http_backup_tasks_is_broken(ngx_http_request_t *r);


/*
 * An answer in chunks lacks the last one, and HTTP/2 resets the stream.  To an
 * HTTP/1.0 client, which other servers are that pass requests on, the end of
 * the connection is the end of the answer: it has to see a reset instead.
 */

ngx_int_t
ngx_http_backup_tasks_log_handler(ngx_http_request_t *r)
{
    struct linger  linger;

    if (ngx_http_backup_tasks_get_ctx(r) == NULL
        || !ngx_http_backup_tasks_is_broken(r))
    {
        return NGX_DECLINED;
    }

    linger.l_onoff = 1;
    linger.l_linger = 0;

    if (setsockopt(r->connection->fd, SOL_SOCKET, SO_LINGER,
                   (const void *) &linger, sizeof(struct linger)) == -1)
    {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, ngx_socket_errno,
                      "setsockopt(SO_LINGER) failed: a broken answer looks "
                      "whole to the client");
    }

#if (NGX_HTTP_SSL)
    if (r->connection->ssl) {
        r->connection->ssl->no_send_shutdown = 1;
    }
#endif

    return NGX_OK;
}


/* The worker has not ended it, and neither length nor chunks say so. */

static ngx_uint_t
ngx_http_backup_tasks_is_broken(ngx_http_request_t *r)
{
    ngx_http_upstream_t  *u = r->upstream;

    if (r != r->main || u == NULL || u->pipe == NULL || !r->header_sent
        || r->header_only || r->cached || r->chunked
        || r->headers_out.content_length_n != -1
        || r->http_version >= NGX_HTTP_VERSION_20)
    {
        return 0;
    }

    return u->buffering ? !u->pipe->upstream_done : u->length != 0;
}

/* respond.h: answers one FastCGI request. */

#ifndef BT_RESPOND_H
#define BT_RESPOND_H

#include "fcgi_backend/reply.h"

/* Reads the request, answers it with a document, a redirect or an <error>, and
 * logs it where it failed or acted. */
void bt_respond(bt_context *context, FCGX_Request *fcgi);

#endif

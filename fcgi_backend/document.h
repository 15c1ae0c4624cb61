/* document.h: what every document has: root, query, links, times, errors. */

#ifndef BT_DOCUMENT_H
#define BT_DOCUMENT_H

#include "fcgi_backend/reply.h"

/* Room for a path with any canonical query string. */
#define BT_HREF_MAX  (16 * 1024)

/* Opens the root with its attributes, writes query and the links that are
 * known at the beginning.  as_of: BT_USEC_NONE leaves the attribute out. */
void bt_document_begin(bt_reply *reply, const char *root, bt_usec as_of);
/* Writes page and closes the root. */
void bt_document_end(bt_reply *reply, int64_t count, bool complete);

/* Writes an <error> document of reply->error, whatever has been built. */
void bt_document_error(bt_reply *reply, int status);

/* An element with a time, and its local form where a zone is asked for; an
 * attribute with a time.  BT_USEC_NONE: nothing. */
void bt_document_time(bt_reply *reply, const char *element, bt_usec at);
void bt_document_time_attr(bt_reply *reply, const char *name, bt_usec at);

/* The href of `route` with `query` (NULL: none) in the document's own format;
 * parameter (NULL: none) gets `cursor`.  Lives as long as the request. */
bt_str bt_document_href(bt_reply *reply, const bt_route *route,
                        const bt_query *query, const char *parameter,
                        const char *cursor);
/* The media type of a document in a format, without parameters. */
const char *bt_document_type(bt_format_e format);
/* True where the answer is built as XML, for pages and feeds, too. */
bool bt_document_is_xml(const bt_reply *reply);

/* <link rel="" type="" href=""/> in the document's own format, and the header
 * Link; only that where the answer is not XML. */
void bt_document_link(bt_reply *reply, const char *rel, bt_str href);
/* The links self and alternate of the request's document. */
void bt_document_links(bt_reply *reply);
/* An element like it without a header: a link of a part. */
void bt_document_reference(bt_reply *reply, const char *rel,
                           const bt_route *route);
/* A link to another page of this list, by a cursor. */
void bt_document_page_link(bt_reply *reply, const char *rel,
                           const char *parameter, bt_usec at, int64_t id);

#endif

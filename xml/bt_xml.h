/* bt_xml.h: the one place that builds and escapes XML, on Mini-XML. */

#ifndef BT_XML_H
#define BT_XML_H

#include "common/bt_time.h"

/* Of every document; the version of their contract. */
#define BT_NAMESPACE     "urn:nginx-backup-tasks:1"
#define BT_FEED_VERSION  "1.0"

typedef struct bt_xml bt_xml;

/* Receives serialised bytes. */
typedef void (*bt_xml_sink)(void *context, const char *data, size_t len);

/* Mini-XML keeps its line wrapping per thread: each thread that builds
 * documents calls this once. */
void    bt_xml_thread_begin(void);

/* A document of one root element.  Nothing reaches the sink before
 * bt_xml_flush() or the end of the root.  NULL without memory. */
bt_xml *bt_xml_new(bt_xml_sink sink, void *context);
void    bt_xml_free(bt_xml *xml);
/* False when memory ran out: the document is then worthless. */
bool    bt_xml_ok(const bt_xml *xml);

/* Elements nest; names are constants of the program.  A character that XML
 * forbids becomes U+FFFD and its element gets replaced="true"; the reader
 * gets CR, and TAB and LF in attributes, as they were. */
void    bt_xml_open(bt_xml *xml, const char *name);
void    bt_xml_attr(bt_xml *xml, const char *name, bt_str value);
void    bt_xml_attr_int(bt_xml *xml, const char *name, int64_t value);
void    bt_xml_text(bt_xml *xml, bt_str value);
void    bt_xml_text_int(bt_xml *xml, int64_t value);
void    bt_xml_close(bt_xml *xml);

/* For a document of another namespace, before its root: its elements are not
 * marked as replaced. */
void    bt_xml_foreign(bt_xml *xml);

/* An element with text only. */
void    bt_xml_leaf(bt_xml *xml, const char *name, bt_str value);
void    bt_xml_leaf_int(bt_xml *xml, const char *name, int64_t value);

/* An element with a time, and its local form unless zone is NULL; an attribute
 * with a time.  BT_USEC_NONE: nothing. */
void    bt_xml_time(bt_xml *xml, bt_zone *zone, const char *name, bt_usec at);
void    bt_xml_time_attr(bt_xml *xml, const char *name, bt_usec at);

/* Writes what is complete and the start tags of what is still open, and frees
 * the memory of it: a long document needs no more room than one part. */
void    bt_xml_flush(bt_xml *xml);

#endif

/* bt_xml.c: the one place that builds and escapes XML, on Mini-XML. */

#include "xml/bt_xml.h"

#include <mxml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX      16
#define FIRST_BUFFER   (64 * 1024)
#define DECLARATION    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define REPLACEMENT    "\xef\xbf\xbd"

/* Control bytes that XML forbids can stand in a tree as our own marks, because
 * clean() lets none through and Mini-XML writes them as they are. */
#define MARK_TAB    '\x01'      /* a tab in an attribute */
#define MARK_LF     '\x02'      /* a line feed in an attribute */
#define MARK_BEGIN  '\x03'      /* all before it has been written already */
#define MARK_END    '\x04'      /* all after it is not complete yet */


struct bt_xml {
    bt_xml_sink   sink;
    void         *context;
    mxml_node_t  *stack[DEPTH_MAX];
    size_t        depth;
    size_t        written;          /* levels whose start tag is out */
    bool          declared;
    bool          foreign;          /* no attribute of ours */
    bool          failed;
    char         *scratch;          /* one cleaned value */
    size_t        scratch_size;
    char         *buffer;           /* serialised part */
    size_t        buffer_size;
};


void
bt_xml_thread_begin(void)
{
    mxmlSetWrapMargin(0);
}


bt_xml *
bt_xml_new(bt_xml_sink sink, void *context)
{
    bt_xml  *xml;

    xml = calloc(1, sizeof(bt_xml));

    if (xml == NULL) {
        return NULL;
    }

    xml->sink = sink;
    xml->context = context;

    return xml;
}


void
bt_xml_free(bt_xml *xml)
{
    if (xml == NULL) {
        return;
    }

    mxmlDelete(xml->stack[0]);
    free(xml->scratch);
    free(xml->buffer);
    free(xml);
}


bool
bt_xml_ok(const bt_xml *xml)
{
    return !xml->failed;
}


void
bt_xml_foreign(bt_xml *xml)
{
    xml->foreign = true;
}


static bool
grow(bt_xml *xml, char **data, size_t *size, size_t needed)
{
    char   *more;
    size_t  room;

    if (needed <= *size) {
        return true;
    }

    room = *size < 1024 ? 1024 : *size;

    while (room < needed) {
        room *= 2;
    }

    more = realloc(*data, room);

    if (more == NULL) {
        xml->failed = true;
        return false;
    }

    *data = more;
    *size = room;

    return true;
}


static char
attribute_mark(char c)
{
    switch (c) {

    case '\t':
        return MARK_TAB;

    case '\n':
        return MARK_LF;

    default:
        return c;
    }
}


/* Copies `value` into the scratch buffer without what XML forbids. */
static const char *
clean(bt_xml *xml, bt_str value, bool attribute, bool *replaced)
{
    char        *out;
    size_t       i, step;
    const char  *p;

    /* U+FFFD takes three bytes, in the place of one at least. */
    if (!grow(xml, &xml->scratch, &xml->scratch_size, value.len * 3 + 1)) {
        return NULL;
    }

    out = xml->scratch;

    for (i = 0; i < value.len; i += step) {
        p = value.data + i;

        if (*p >= 0x20 && *p < 0x7f) {
            *out++ = *p;
            step = 1;
            continue;
        }

        if (bt_xml_forbidden(p, value.len - i, &step)) {
            memcpy(out, REPLACEMENT, sizeof(REPLACEMENT) - 1);
            out += sizeof(REPLACEMENT) - 1;
            *replaced = true;
            continue;
        }

        if (step == 1) {
            *out++ = attribute ? attribute_mark(*p) : *p;
            continue;
        }

        memcpy(out, p, step);
        out += step;
    }

    *out = '\0';

    return xml->scratch;
}


void
bt_xml_open(bt_xml *xml, const char *name)
{
    mxml_node_t  *parent, *node;

    if (xml->failed || xml->depth == DEPTH_MAX) {
        xml->failed = true;
        return;
    }

    parent = xml->depth > 0 ? xml->stack[xml->depth - 1] : MXML_NO_PARENT;
    node = mxmlNewElement(parent, name);

    if (node == NULL) {
        xml->failed = true;
        return;
    }

    xml->stack[xml->depth++] = node;
}


static mxml_node_t *
current(const bt_xml *xml)
{
    return xml->failed || xml->depth == 0 ? NULL : xml->stack[xml->depth - 1];
}


void
bt_xml_attr(bt_xml *xml, const char *name, bt_str value)
{
    bool          replaced;
    const char   *text;
    mxml_node_t  *node;

    node = current(xml);

    if (node == NULL) {
        return;
    }

    replaced = false;
    text = clean(xml, value, true, &replaced);

    if (text != NULL) {
        mxmlElementSetAttr(node, name, text);
    }

    if (replaced && !xml->foreign) {
        mxmlElementSetAttr(node, "replaced", "true");
    }
}


void
bt_xml_attr_int(bt_xml *xml, const char *name, int64_t value)
{
    char    data[24];
    bt_buf  buf;

    bt_buf_init(&buf, data, sizeof(data));
    bt_buf_addi(&buf, value);
    bt_xml_attr(xml, name, (bt_str) { buf.data, buf.len });
}


static void
add_opaque(bt_xml *xml, mxml_node_t *node, const char *text)
{
    if (mxmlNewOpaque(node, text) == NULL) {
        xml->failed = true;
    }
}


void
bt_xml_text(bt_xml *xml, bt_str value)
{
    bool          replaced;
    const char   *text;
    mxml_node_t  *node;

    node = current(xml);

    if (node == NULL || value.len == 0) {
        return;
    }

    replaced = false;
    text = clean(xml, value, false, &replaced);

    if (text != NULL) {
        add_opaque(xml, node, text);
    }

    if (replaced && !xml->foreign) {
        mxmlElementSetAttr(node, "replaced", "true");
    }
}


void
bt_xml_text_int(bt_xml *xml, int64_t value)
{
    char    data[24];
    bt_buf  buf;

    bt_buf_init(&buf, data, sizeof(data));
    bt_buf_addi(&buf, value);
    bt_xml_text(xml, (bt_str) { buf.data, buf.len });
}


void
bt_xml_leaf(bt_xml *xml, const char *name, bt_str value)
{
    bt_xml_open(xml, name);
    bt_xml_text(xml, value);
    bt_xml_close(xml);
}


void
bt_xml_leaf_int(bt_xml *xml, const char *name, int64_t value)
{
    bt_xml_open(xml, name);
    bt_xml_text_int(xml, value);
    bt_xml_close(xml);
}


/* A line for each element that holds elements, and for each child of the root:
 * a document can be read, and its size hardly grows. */
static const char *
whitespace(mxml_node_t *node, int where)
{
    mxml_node_t  *parent, *child;

    if (where != MXML_WS_BEFORE_OPEN) {
        return NULL;
    }

    parent = mxmlGetParent(node);

    if (parent == NULL) {
        return NULL;
    }

    child = mxmlGetFirstChild(node);

    if (mxmlGetParent(parent) == NULL
        || (child != NULL && mxmlGetType(child) == MXML_ELEMENT))
    {
        return "\n";
    }

    return NULL;
}


/* Serialises the tree into the buffer; 0 without memory. */
static size_t
serialise(bt_xml *xml)
{
    int  len;

    if (!grow(xml, &xml->buffer, &xml->buffer_size, FIRST_BUFFER)) {
        return 0;
    }

    for ( ;; ) {
        len = mxmlSaveString(xml->stack[0], xml->buffer,
                             (int) xml->buffer_size, whitespace);

        if (len <= 0) {
            xml->failed = true;
            return 0;
        }

        if ((size_t) len < xml->buffer_size) {
            return (size_t) len;
        }

        if (!grow(xml, &xml->buffer, &xml->buffer_size, (size_t) len + 1)) {
            return 0;
        }
    }
}


/* What a control byte in the serialised text stands for; NULL: for itself.  A
 * raw CR would reach the reader as LF (XML 1.0, 2.11). */
static const char *
reference(char c)
{
    switch (c) {

    case '\r':
        return "&#13;";

    case MARK_TAB:
        return "&#9;";

    case MARK_LF:
        return "&#10;";

    default:
        return NULL;
    }
}


/* Hands out the serialised text, marks and references resolved. */
static void
emit(bt_xml *xml, const char *data, size_t len)
{
    size_t       i, start;
    const char  *text;

    start = 0;

    for (i = 0; i < len; i++) {

        text = (unsigned char) data[i] < 0x20 ? reference(data[i]) : NULL;

        if (text != NULL) {
            xml->sink(xml->context, data + start, i - start);
            xml->sink(xml->context, text, strlen(text));
            start = i + 1;
        }
    }

    xml->sink(xml->context, data + start, len - start);
}


static void
declare(bt_xml *xml)
{
    if (!xml->declared) {
        xml->sink(xml->context, DECLARATION, sizeof(DECLARATION) - 1);
        xml->declared = true;
    }
}


/* Serialises and emits what stands between the marks. */
static void
write_part(bt_xml *xml)
{
    char    *begin, *end, *mark;
    size_t   len;

    len = serialise(xml);

    if (len == 0) {
        return;
    }

    end = xml->buffer + len;
    mark = memrchr(xml->buffer, MARK_BEGIN, len);
    begin = mark != NULL ? mark + 1 : xml->buffer;
    mark = memchr(begin, MARK_END, (size_t) (end - begin));

    declare(xml);
    emit(xml, begin, (size_t) ((mark != NULL ? mark : end) - begin));
}


static void
delete_children(mxml_node_t *node, const mxml_node_t *but)
{
    mxml_node_t  *child, *next;

    for (child = mxmlGetFirstChild(node); child != NULL; child = next) {
        next = mxmlGetNextSibling(child);

        if (child != but) {
            mxmlDelete(child);
        }
    }
}


static void
add_mark(bt_xml *xml, mxml_node_t *node, char mark)
{
    add_opaque(xml, node, (char[2]) { mark, '\0' });
}


void
bt_xml_flush(bt_xml *xml)
{
    size_t  i;

    if (xml->failed || xml->depth == 0) {
        return;
    }

    add_mark(xml, xml->stack[xml->depth - 1], MARK_END);
    write_part(xml);

    for (i = 0; i < xml->depth; i++) {
        delete_children(xml->stack[i],
                        i + 1 < xml->depth ? xml->stack[i + 1] : NULL);
    }

    add_mark(xml, xml->stack[xml->depth - 1], MARK_BEGIN);
    xml->written = xml->depth;
}


/* Ends an element whose start tag has been written. */
static void
close_written(bt_xml *xml)
{
    char          tag[80];
    mxml_node_t  *node;

    bt_xml_flush(xml);

    node = xml->stack[xml->depth - 1];
    snprintf(tag, sizeof(tag), "</%s>", mxmlGetElement(node));
    xml->sink(xml->context, tag, strlen(tag));

    mxmlDelete(node);
    xml->stack[--xml->depth] = NULL;
    xml->written = xml->depth;

    if (xml->depth > 0) {
        add_mark(xml, xml->stack[xml->depth - 1], MARK_BEGIN);

    } else {
        xml->sink(xml->context, "\n", 1);
    }
}


void
bt_xml_close(bt_xml *xml)
{
    if (xml->failed || xml->depth == 0) {
        return;
    }

    if (xml->written == xml->depth) {
        close_written(xml);
        return;
    }

    if (xml->depth == 1) {
        write_part(xml);
        mxmlDelete(xml->stack[0]);
        xml->stack[0] = NULL;
    }

    xml->depth--;
}


void
bt_xml_time_attr(bt_xml *xml, const char *name, bt_usec at)
{
    char    text[BT_TIME_MAX];
    size_t  len;

    if (at == BT_USEC_NONE) {
        return;
    }

    len = bt_time_format_utc(text, at);
    bt_xml_attr(xml, name, (bt_str) { text, len });
}


void
bt_xml_time(bt_xml *xml, bt_zone *zone, const char *name, bt_usec at)
{
    char    text[BT_TIME_MAX];
    size_t  len;

    if (at == BT_USEC_NONE) {
        return;
    }

    bt_xml_open(xml, name);

    if (zone != NULL) {
        len = bt_time_format_local(text, at, zone);
        bt_xml_attr(xml, "local", (bt_str) { text, len });
    }

    len = bt_time_format_utc(text, at);
    bt_xml_text(xml, (bt_str) { text, len });
    bt_xml_close(xml);
}

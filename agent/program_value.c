/* program_value.c: texts, numbers and times of a printed document. */

#include "agent/program_value.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE  ((size_t) 65536)


struct bt_block {
    struct bt_block *next;
    size_t           used;
    size_t           size;
    _Alignas(max_align_t) char data[];
};

void
program_complain(program_reader *reader, const char *form, ...)
{
    char    text[256];
    va_list arguments;

    if (reader->failed) {
        return;
    }
    reader->failed = true;
    va_start(arguments, form);
    (void) vsnprintf(text, sizeof(text), form, arguments);
    va_end(arguments);
    for (char *at = text; *at != '\0'; at++) {
        *at = strchr("\t\r\n", *at) != NULL ? ' ' : *at;
    }
    if (reader->name[0] == '\0') {
        (void) snprintf(reader->why, reader->size, "the document %s", text);
    } else if (reader->number == 0) {
        (void) snprintf(reader->why, reader->size, "<%s> %s", reader->name,
                        text);
    } else {
        (void) snprintf(reader->why, reader->size, "<%s> number %zu %s",
                        reader->name, reader->number, text);
    }
}

void *
program_room(program_reader *reader, size_t size)
{
    struct bt_block *block = reader->document->blocks;
    size_t           unit = _Alignof(max_align_t);
    size_t           needed = (size + unit - 1) / unit * unit;
    void            *room;

    if (block == NULL || block->size - block->used < needed) {
        size_t room_size = needed > BLOCK_SIZE ? needed : BLOCK_SIZE;

        block = calloc(1, sizeof(*block) + room_size);
        if (block == NULL) {
            program_complain(reader, "is too large for the memory");
            return NULL;
        }
        block->size = room_size;
        block->next = reader->document->blocks;
        reader->document->blocks = block;
    }
    room = block->data + block->used;
    block->used += needed;
    return room;
}

void
bt_program_free(bt_program_document *document)
{
    while (document->blocks != NULL) {
        struct bt_block *block = document->blocks;

        document->blocks = block->next;
        free(block);
    }
    *document = (bt_program_document) { .blocks = NULL };
}

char *
program_clean(program_reader *reader, bt_str text)
{
    static const char replacement[3] = { '\xef', '\xbf', '\xbd' };
    char             *clean = program_room(reader, 3 * text.len + 1);
    size_t            used = 0;

    for (size_t at = 0; clean != NULL && at < text.len;) {
        size_t step;

        if (bt_xml_forbidden(text.data + at, text.len - at, &step)) {
            memcpy(clean + used, replacement, sizeof(replacement));
            used += sizeof(replacement);
        } else {
            memcpy(clean + used, text.data + at, step);
            used += step;
        }
        at += step;
    }
    return clean;
}

/* mxml tells what is wrong to a function without a context, per thread. */
static _Thread_local char load_error[200];

static void
note_error(const char *message)
{
    (void) snprintf(load_error, sizeof(load_error), "%s", message);
}

static mxml_type_t
opaque_type(mxml_node_t *node)
{
    (void) node;
    return MXML_OPAQUE;
}

/* The node above the root is ours: mxml loses what has none when it is broken
 * off. */
mxml_node_t *
program_load(program_reader *reader, const char *text)
{
    mxml_node_t *top = mxmlNewElement(MXML_NO_PARENT, "#");

    if (top == NULL) {
        program_complain(reader, "is too large for the memory");
        return NULL;
    }
    load_error[0] = '\0';
    mxmlSetErrorCallback(note_error);
    if (mxmlLoadString(top, text, opaque_type) == NULL
        || load_error[0] != '\0')
    {
        program_complain(reader, "is not well-formed%s%s",
                         load_error[0] != '\0' ? ": " : "", load_error);
    }
    mxmlSetErrorCallback(NULL);
    return top;
}

/* Comments, declarations and CDATA are elements, too, to mxml. */
bool
program_is_element(mxml_node_t *node)
{
    return mxmlGetType(node) == MXML_ELEMENT
           && strchr("!?", mxmlGetElement(node)[0]) == NULL;
}

bool
program_is(mxml_node_t *node, const char *name)
{
    return mxmlGetType(node) == MXML_ELEMENT
           && strcmp(mxmlGetElement(node), name) == 0;
}

mxml_node_t *
program_child(mxml_node_t *node, const char *name)
{
    mxml_node_t *child = node == NULL ? NULL : mxmlGetFirstChild(node);

    while (child != NULL && !program_is(child, name)) {
        child = mxmlGetNextSibling(child);
    }
    return child;
}

size_t
program_count(mxml_node_t *list, const char *name)
{
    size_t count = 0;

    for (mxml_node_t *child = list == NULL ? NULL : mxmlGetFirstChild(list);
         child != NULL; child = mxmlGetNextSibling(child))
    {
        count += program_is(child, name) ? 1 : 0;
    }
    return count;
}

const char *
program_piece(mxml_node_t *node)
{
    if (mxmlGetType(node) == MXML_OPAQUE) {
        return mxmlGetOpaque(node);
    }
    return mxmlGetType(node) == MXML_ELEMENT ? mxmlGetCDATA(node) : NULL;
}

bt_str
program_text(program_reader *reader, mxml_node_t *node, const char *name)
{
    mxml_node_t *element = program_child(node, name);
    mxml_node_t *first = element == NULL ? NULL : mxmlGetFirstChild(element);
    size_t       len = 0;
    size_t       used = 0;
    char        *text;

    for (mxml_node_t *child = first; child != NULL;
         child = mxmlGetNextSibling(child))
    {
        len += program_piece(child) == NULL ? 0 : strlen(program_piece(child));
    }
    text = len == 0 ? NULL : program_room(reader, len);
    if (text == NULL) {
        return BT_STR("");
    }
    for (mxml_node_t *child = first; child != NULL;
         child = mxmlGetNextSibling(child))
    {
        const char *piece = program_piece(child);

        for (; piece != NULL && *piece != '\0'; piece++) {
            text[used++] = *piece;
        }
    }
    return (bt_str) { text, len };
}

static bt_str
trim(bt_str text)
{
    while (text.len > 0 && strchr(" \t\r\n", text.data[0]) != NULL) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && strchr(" \t\r\n", text.data[text.len - 1]) != NULL)
    {
        text.len--;
    }
    return text;
}

bt_str
program_word(program_reader *reader, mxml_node_t *node, const char *name)
{
    return trim(program_text(reader, node, name));
}

/* scheme://[user[:password]@]host/path[?query]: what is in brackets may be a
 * key.  A plain path stays as it is. */
bt_str
program_path(program_reader *reader, mxml_node_t *node, const char *name)
{
    bt_str  path = program_word(reader, node, name);
    char   *data = (char *) path.data;
    char   *host = path.len < 3 ? NULL : memmem(data, path.len, "://", 3);
    size_t  left, user = 0;

    if (host == NULL) {
        return path;
    }
    host += 3;
    left = path.len - (size_t) (host - data);
    for (size_t i = 0; i < left && host[i] != '/' && host[i] != '?'; i++) {
        if (host[i] == '@') {
            user = i + 1;
        }
    }
    left -= user;
    memmove(host, host + user, left);
    for (size_t i = 0; i < left; i++) {
        if (host[i] == '?') {
            left = i;
        }
    }
    return (bt_str) { data, (size_t) (host - data) + left };
}

static bool
parse_number(bt_str text, int64_t *number)
{
    bool   minus = text.len > 0 && text.data[0] == '-';
    size_t at = minus ? 1 : 0;

    *number = 0;
    if (text.len - at < 1 || text.len - at > 18) {
        return false;
    }
    for (; at < text.len; at++) {
        if (text.data[at] < '0' || text.data[at] > '9') {
            return false;
        }
        *number = *number * 10 + (text.data[at] - '0');
    }
    *number = minus ? -*number : *number;
    return true;
}

/* For complaints: a value is cut to what is worth to be shown. */
static int
shown(bt_str text)
{
    return text.len > 60 ? 60 : (int) text.len;
}

static int64_t
number_of(program_reader *reader, const char *name, bt_str text, int64_t usual)
{
    int64_t number;

    if (text.len == 0) {
        return usual;
    }
    if (!parse_number(text, &number)) {
        program_complain(reader, "has a %s that is no whole number: \"%.*s\"",
                         name, shown(text), text.data);
        return usual;
    }
    return number;
}

int64_t
program_number(program_reader *reader, mxml_node_t *node, const char *name,
               int64_t usual)
{
    return number_of(reader, name, program_word(reader, node, name), usual);
}

/* "47.5" as hundredths; -1: it is no percentage. */
static int64_t
parse_percent(bt_str text)
{
    const char *point = memchr(text.data, '.', text.len);
    bt_str      whole = text;
    int64_t     number;
    int64_t     unit = 10;

    if (point != NULL) {
        whole.len = (size_t) (point - text.data);
    }
    if (!parse_number(whole, &number) || number < 0 || number > 100
        || (point != NULL && whole.len + 1 == text.len))
    {
        return -1;
    }
    number *= 100;
    for (size_t at = whole.len + 1; at < text.len; at++, unit /= 10) {
        if (text.data[at] < '0' || text.data[at] > '9') {
            return -1;
        }
        number += unit * (text.data[at] - '0');
    }
    return number > 10000 ? 10000 : number;
}

int64_t
program_percent(program_reader *reader, mxml_node_t *node, const char *name)
{
    bt_str  text = program_word(reader, node, name);
    int64_t percent = text.len == 0 ? BT_UNKNOWN : parse_percent(text);

    if (percent == -1) {
        program_complain(reader, "has a %s that is no percentage: \"%.*s\"",
                         name, shown(text), text.data);
    }
    return percent;
}

static bt_usec
time_of(program_reader *reader, const char *name, bt_str text)
{
    bt_usec at;

    if (text.len == 0) {
        return BT_UNKNOWN;
    }
    if (!bt_time_parse_rfc3339(text, &at)) {
        program_complain(reader, "has a %s that is no time such as "
                         "2026-11-22T08:20:04Z: \"%.*s\"", name, shown(text),
                         text.data);
        return BT_UNKNOWN;
    }
    return at;
}

bt_usec
program_time(program_reader *reader, mxml_node_t *node, const char *name)
{
    return time_of(reader, name, program_word(reader, node, name));
}

static bt_str
attribute(mxml_node_t *node, const char *name)
{
    const char *value = mxmlElementGetAttr(node, name);

    return value == NULL ? BT_STR("") : trim(bt_str_of(value));
}

int64_t
program_attribute(program_reader *reader, mxml_node_t *node, const char *name,
                  int64_t usual)
{
    return number_of(reader, name, attribute(node, name), usual);
}

bt_usec
program_attribute_time(program_reader *reader, mxml_node_t *node,
                       const char *name)
{
    return time_of(reader, name, attribute(node, name));
}

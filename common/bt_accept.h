/* bt_accept.h: which of several forms a client prefers (RFC 9110, 12.5). */

#ifndef BT_ACCEPT_H
#define BT_ACCEPT_H

#include "bt_view.h"

/* One item of the headers Accept and Accept-Language. */
typedef struct {
    bt_str   range;          /* "text/html", "zh-CN" */
    bt_str   params;         /* what follows it, up to the weight */
    unsigned weight;         /* 0 to 1000; 1000 where none can be read */
} bt_accept_item;

/* Takes the next item off `rest`; false when there is none.  Empty items are
 * passed over. */
bool     bt_accept_next(bt_str *rest, bt_accept_item *item);

/* The best of `count` media types such as "text/csv;charset=utf-8", by a
 * whole Accept header (several ones joined by commas): its index, the first of
 * equals, or `count` if none is acceptable.  A header without any media range
 * is an absent one.  Of an item's parameters those count that the type has:
 * one of another value is another type. */
size_t   bt_accept_choose(bt_str header, const char *const *types,
                          size_t count);

/* The format of a view that an Accept header asks for, in *format; the page
 * (of metrics the text) where it leaves the choice.  false: it accepts none. */
bool     bt_accept_format(bt_str header, bt_view_e view, bt_format_e *format);

/* Appends the media types of a view, for people: "text/html, text/csv". */
void     bt_accept_types(bt_buf *out, bt_view_e view);

/* Whether a language such as "zh-CN", or "zh_CN", has the primary tag. */
bool     bt_accept_is_language(bt_str range, const char *tag);

/* Whether an Accept-Language header prefers the language of a primary tag such
 * as "zh" to `usual`, which whatever else is asked for counts for, too. */
bool     bt_accept_prefers(bt_str header, const char *language,
                           const char *usual);

#endif

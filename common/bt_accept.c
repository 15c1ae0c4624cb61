/* bt_accept.c: which of several forms a client prefers (RFC 9110, 12.5). */

#include "common/bt_accept.h"

#include <string.h>
#include <strings.h>

#define WEIGHT_MAX  1000u


typedef struct {
    bt_format_e  format;
    const char  *type;
} offer;


/* The first of a view's is what it is without Accept. */
static const offer  offers[] = {
    { BT_FORMAT_HTML, "text/html;charset=utf-8" },
    { BT_FORMAT_TEXT, "text/plain;version=0.0.4;charset=utf-8" },
    { BT_FORMAT_OPENMETRICS,
      "application/openmetrics-text;version=1.0.0;charset=utf-8" },
    { BT_FORMAT_XML, "application/xml;charset=utf-8" },
    { BT_FORMAT_XML, "text/xml;charset=utf-8" },
    { BT_FORMAT_CSV, "text/csv;charset=utf-8;header=present" },
    { BT_FORMAT_ATOM, "application/atom+xml;charset=utf-8" },
};

#define OFFERS  (sizeof(offers) / sizeof(offers[0]))


static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}


static bt_str
trim(const char *data, size_t len)
{
    while (len > 0 && is_blank(data[0])) {
        data++;
        len--;
    }

    while (len > 0 && is_blank(data[len - 1])) {
        len--;
    }

    return (bt_str) { data, len };
}


/* How far a string goes up to a separator that is not in quotes. */
static size_t
find_separator(bt_str s, char separator)
{
    bool    quoted = false;
    size_t  i;

    for (i = 0; i < s.len; i++) {

        if (quoted && s.data[i] == '\\') {
            i++;

        } else if (s.data[i] == '"') {
            quoted = !quoted;

        } else if (!quoted && s.data[i] == separator) {
            return i;
        }
    }

    return s.len;
}


/* Takes a part off `rest`, which has no data when nothing is left. */
static bool
next_part(bt_str *rest, char separator, bt_str *part)
{
    size_t  len;

    if (rest->data == NULL) {
        return false;
    }

    len = find_separator(*rest, separator);
    *part = trim(rest->data, len);

    if (len == rest->len) {
        *rest = (bt_str) { NULL, 0 };

    } else {
        rest->data += len + 1;
        rest->len -= len + 1;
    }

    return true;
}


static bool
equal(bt_str a, bt_str b)
{
    return a.len == b.len
           && (a.len == 0 || strncasecmp(a.data, b.data, a.len) == 0);
}


/* Cuts at the first of a character; `after` is empty where there is none. */
static bt_str
cut(bt_str s, char at, bt_str *after)
{
    size_t  len = find_separator(s, at);

    *after = BT_STR("");

    if (len < s.len) {
        *after = trim(s.data + len + 1, s.len - len - 1);
    }

    return trim(s.data, len);
}


/* "0.85" in thousandths; ".2" is what some clients send.  Digits behind the
 * third do not count. */
static unsigned
read_weight(bt_str s)
{
    size_t    i = 0;
    unsigned  weight = 0, unit = WEIGHT_MAX;

    if (i < s.len && (s.data[i] == '0' || s.data[i] == '1')) {
        weight = s.data[i++] == '1' ? WEIGHT_MAX : 0;

    } else if (s.len < 2 || s.data[0] != '.') {
        return WEIGHT_MAX;
    }

    if (i < s.len && s.data[i++] != '.') {
        return WEIGHT_MAX;
    }

    for ( /* void */ ; i < s.len; i++) {

        if (s.data[i] < '0' || s.data[i] > '9') {
            return WEIGHT_MAX;
        }

        unit /= 10;
        weight += (unsigned) (s.data[i] - '0') * unit;
    }

    return weight < WEIGHT_MAX ? weight : WEIGHT_MAX;
}


static void
read_params(bt_accept_item *item, bt_str params)
{
    bt_str  rest = params, part, name, value;

    item->weight = WEIGHT_MAX;
    item->params = params;

    while (next_part(&rest, ';', &part)) {
        name = cut(part, '=', &value);

        if (equal(name, BT_STR("q"))) {
            item->weight = read_weight(value);
            item->params.len = (size_t) (part.data - params.data);
            return;
        }
    }
}


bool
bt_accept_next(bt_str *rest, bt_accept_item *item)
{
    bt_str  part, params;

    while (next_part(rest, ',', &part)) {
        item->range = cut(part, ';', &params);

        if (item->range.len > 0) {
            read_params(item, params);
            return true;
        }
    }

    return false;
}


static bt_str
unquote(bt_str s)
{
    if (s.len >= 2 && s.data[0] == '"' && s.data[s.len - 1] == '"') {
        s.data++;
        s.len -= 2;
    }

    return s;
}


static bool
find_param(bt_str params, bt_str name, bt_str *value)
{
    bt_str  part;

    while (next_part(&params, ';', &part)) {

        if (equal(cut(part, '=', value), name)) {
            return true;
        }
    }

    return false;
}


/* How many parameters of the item the type has; -1: one is another one. */
static int
match_params(bt_str wanted, bt_str params)
{
    int     count = 0;
    bt_str  part, name, value, own;

    while (next_part(&wanted, ';', &part)) {
        name = cut(part, '=', &value);

        if (!find_param(params, name, &own)) {
            continue;
        }

        if (!equal(unquote(value), own)) {
            return -1;
        }

        count++;
    }

    return count;
}


static bool
is_any(bt_str s)
{
    return s.len == 1 && s.data[0] == '*';
}


static bool
is_media_range(const bt_accept_item *item)
{
    bt_str  subtype, type = cut(item->range, '/', &subtype);

    return is_any(item->range) || (type.len > 0 && subtype.len > 0);
}


/* How exactly an item means a media type: from 0 for all of them; -1: not at
 * all.  A lone asterisk is what some clients send for all. */
static int
match(const bt_accept_item *item, const char *media_type)
{
    int     count;
    bt_str  params, name, type, subtype, wanted, wanted_subtype;

    name = cut(bt_str_of(media_type), ';', &params);
    type = cut(name, '/', &subtype);
    wanted = cut(item->range, '/', &wanted_subtype);

    if (is_any(item->range) || (is_any(wanted) && is_any(wanted_subtype))) {
        return 0;
    }

    if (!equal(wanted, type)) {
        return -1;
    }

    if (is_any(wanted_subtype)) {
        return 1;
    }

    if (!equal(wanted_subtype, subtype)) {
        return -1;
    }

    count = match_params(item->params, params);

    return count < 0 ? -1 : 2 + count;
}


/* What the most exact item about a type says. */
static unsigned
weigh(bt_str header, const char *type)
{
    int             best = -1, exact;
    unsigned        weight = 0;
    bt_accept_item  item;

    while (bt_accept_next(&header, &item)) {
        exact = match(&item, type);

        if (exact > best || (exact == best && exact >= 0
                             && item.weight > weight))
        {
            best = exact;
            weight = item.weight;
        }
    }

    return weight;
}


static bool
has_media_range(bt_str header)
{
    bt_accept_item  item;

    while (bt_accept_next(&header, &item)) {

        if (is_media_range(&item)) {
            return true;
        }
    }

    return false;
}


size_t
bt_accept_choose(bt_str header, const char *const *types, size_t count)
{
    size_t    i, chosen = count;
    unsigned  weight, best = 0;

    if (!has_media_range(header)) {
        return 0;
    }

    for (i = 0; i < count; i++) {
        weight = weigh(header, types[i]);

        if (weight > best) {
            best = weight;
            chosen = i;
        }
    }

    return chosen;
}


bool
bt_accept_format(bt_str header, bt_view_e view, bt_format_e *format)
{
    size_t       i, chosen, count = 0;
    bt_format_e  formats[OFFERS];
    const char  *types[OFFERS];

    for (i = 0; i < OFFERS; i++) {

        if (bt_view_has_format(view, offers[i].format)) {
            formats[count] = offers[i].format;
            types[count++] = offers[i].type;
        }
    }

    chosen = bt_accept_choose(header, types, count);

    if (chosen == count) {
        return false;
    }

    *format = formats[chosen];

    return true;
}


void
bt_accept_types(bt_buf *out, bt_view_e view)
{
    size_t       i;
    bt_str       params, type;
    const char  *separator = "";

    for (i = 0; i < OFFERS; i++) {

        if (bt_view_has_format(view, offers[i].format)
            && (i == 0 || offers[i].format != offers[i - 1].format))
        {
            type = cut(bt_str_of(offers[i].type), ';', &params);
            bt_buf_addz(out, separator);
            bt_buf_add(out, type.data, type.len);
            separator = ", ";
        }
    }
}


bool
bt_accept_is_language(bt_str range, const char *tag)
{
    bt_str  wanted = bt_str_of(tag);

    if (range.len > wanted.len
        && (range.data[wanted.len] == '-' || range.data[wanted.len] == '_'))
    {
        range.len = wanted.len;
    }

    return equal(range, wanted);
}


bool
bt_accept_prefers(bt_str header, const char *language, const char *usual)
{
    bool            is, prefers = false;
    unsigned        best = 0;
    bt_accept_item  item;

    while (bt_accept_next(&header, &item)) {
        is = bt_accept_is_language(item.range, language);

        if (item.weight > best
            && (is || is_any(item.range)
                || bt_accept_is_language(item.range, usual)))
        {
            best = item.weight;
            prefers = is;
        }
    }

    return prefers;
}

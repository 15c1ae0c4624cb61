/* bt_text.c: strings with a length, buffers, UTF-8, percent and XML coding. */

#include "common/bt_text.h"

#include <string.h>


bt_str
bt_str_of(const char *zero_terminated)
{
    bt_str  s = { NULL, 0 };

    if (zero_terminated != NULL) {
        s.data = zero_terminated;
        s.len = strlen(zero_terminated);
    }

    return s;
}


bool
bt_str_eq(bt_str a, bt_str b)
{
    return a.len == b.len
           && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}


bool
bt_str_eqz(bt_str a, const char *b)
{
    return bt_str_eq(a, bt_str_of(b));
}


void
bt_buf_init(bt_buf *buf, char *data, size_t size)
{
    buf->data = data;
    buf->size = size;
    buf->len = 0;
    buf->full = (size == 0);

    if (size > 0) {
        data[0] = '\0';
    }
}


void
bt_buf_add(bt_buf *buf, const char *data, size_t len)
{
    if (buf->full || len >= buf->size - buf->len) {
        buf->full = true;
        return;
    }

    if (len > 0) {
        memcpy(buf->data + buf->len, data, len);
        buf->len += len;
        buf->data[buf->len] = '\0';
    }
}


void
bt_buf_addz(bt_buf *buf, const char *zero_terminated)
{
    bt_str  s = bt_str_of(zero_terminated);

    bt_buf_add(buf, s.data, s.len);
}


void
bt_buf_addc(bt_buf *buf, char c)
{
    bt_buf_add(buf, &c, 1);
}


void
bt_buf_addi(bt_buf *buf, int64_t number)
{
    char      digits[24];
    char     *p = digits + sizeof(digits);
    uint64_t  rest;

    /* unsigned negation is defined for INT64_MIN too */
    rest = number < 0 ? 0 - (uint64_t) number : (uint64_t) number;

    do {
        *--p = (char) ('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);

    if (number < 0) {
        *--p = '-';
    }

    bt_buf_add(buf, p, (size_t) (digits + sizeof(digits) - p));
}


/* The smallest code point that needs a sequence of this length. */
static const uint32_t  utf8_least[] = { 0, 0, 0x80, 0x800, 0x10000 };


static size_t
utf8_decode(const char *data, size_t len, uint32_t *code)
{
    const unsigned char  *p = (const unsigned char *) data;
    size_t                step, i;
    uint32_t              c;

    if (len == 0) {
        return 0;
    }

    if (p[0] < 0x80) {
        *code = p[0];
        return 1;
    }

    step = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;

    if (p[0] < 0xC2 || p[0] > 0xF4 || step > len) {
        return 0;
    }

    c = p[0] & (0x7Fu >> step);

    for (i = 1; i < step; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            return 0;
        }
        c = (c << 6) | (p[i] & 0x3Fu);
    }

    if (c < utf8_least[step] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
        return 0;
    }

    *code = c;
    return step;
}


size_t
bt_utf8_step(const char *data, size_t len)
{
    uint32_t  code;

    return utf8_decode(data, len, &code);
}


bool
bt_utf8_valid(bt_str s, size_t *chars)
{
    size_t  i, step, n = 0;

    for (i = 0; i < s.len; i += step) {
        step = bt_utf8_step(s.data + i, s.len - i);
        if (step == 0) {
            return false;
        }
        n++;
    }

    if (chars != NULL) {
        *chars = n;
    }

    return true;
}


bool
bt_xml_forbidden(const char *data, size_t len, size_t *step)
{
    uint32_t  code = 0;

    *step = utf8_decode(data, len, &code);

    if (*step == 0) {
        *step = 1;
        return true;
    }

    if (code < 0x20) {
        return code != '\t' && code != '\n' && code != '\r';
    }

    return code == 0xFFFE || code == 0xFFFF;
}


static int
hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }

    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }

    return -1;
}


long
bt_percent_decode(char *out, bt_str in, bool plus_space)
{
    size_t  i, n = 0;
    int     high, low;

    for (i = 0; i < in.len; i++) {
        char  c = in.data[i];

        if (c == '%') {
            if (in.len - i < 3) {
                return -1;
            }

            high = hex_value(in.data[i + 1]);
            low = hex_value(in.data[i + 2]);

            if (high < 0 || low < 0) {
                return -1;
            }

            c = (char) (high * 16 + low);
            i += 2;

        } else if (c == '+' && plus_space) {
            c = ' ';
        }

        out[n++] = c;
    }

    return (long) n;
}


static bool
is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9')
           || c == '-' || c == '.' || c == '_' || c == '~';
}


void
bt_percent_encode(bt_buf *out, bt_str s)
{
    static const char  hex[] = "0123456789ABCDEF";
    char               triplet[3];
    size_t             i;

    for (i = 0; i < s.len; i++) {
        unsigned char  c = (unsigned char) s.data[i];

        if (is_unreserved((char) c)) {
            bt_buf_addc(out, (char) c);
            continue;
        }

        triplet[0] = '%';
        triplet[1] = hex[c >> 4];
        triplet[2] = hex[c & 15];
        bt_buf_add(out, triplet, sizeof(triplet));
    }
}


/* White space other than a blank is written as a reference: a reader would
 * normalize it, a CR everywhere and the others in attributes. */
static const char *
xml_reference(char c)
{
    switch (c) {

    case '&':
        return "&amp;";

    case '<':
        return "&lt;";

    case '>':
        return "&gt;";

    case '"':
        return "&quot;";

    case '\'':
        return "&#39;";

    case '\t':
        return "&#9;";

    case '\n':
        return "&#10;";

    case '\r':
        return "&#13;";

    default:
        return NULL;
    }
}


void
bt_xml_escape(bt_buf *out, bt_str s)
{
    const char  *reference;
    size_t       i, step;

    for (i = 0; i < s.len; i += step) {
        if (bt_xml_forbidden(s.data + i, s.len - i, &step)) {
            bt_buf_addz(out, "\xEF\xBF\xBD");
            continue;
        }

        reference = xml_reference(s.data[i]);

        if (reference != NULL) {
            bt_buf_addz(out, reference);
        } else {
            bt_buf_add(out, s.data + i, step);
        }
    }
}


bool
bt_equal_secret(const void *a, const void *b, size_t len)
{
    const volatile unsigned char  *x = a;
    const volatile unsigned char  *y = b;
    unsigned char                  difference = 0;
    size_t                         i;

    for (i = 0; i < len; i++) {
        difference |= (unsigned char) (x[i] ^ y[i]);
    }

    return difference == 0;
}

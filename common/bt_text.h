/* bt_text.h: strings with a length, UTF-8, percent coding; no allocation. */

#ifndef BT_TEXT_H
#define BT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A string that is not NUL-terminated; data may be NULL when len is 0. */
typedef struct {
    const char *data;
    size_t      len;
} bt_str;

#define BT_STR(literal) ((bt_str) { (literal), sizeof(literal) - 1 })

/* Output of a fixed size.  Each addition is written whole or not at all; once
 * one did not fit, `full` is set and nothing more is written.  `data` is
 * NUL-terminated at all times when size > 0. */
typedef struct {
    char  *data;
    size_t size;
    size_t len;
    bool   full;
} bt_buf;

bt_str bt_str_of(const char *zero_terminated);
bool   bt_str_eq(bt_str a, bt_str b);
bool   bt_str_eqz(bt_str a, const char *b);

void   bt_buf_init(bt_buf *buf, char *data, size_t size);
void   bt_buf_add(bt_buf *buf, const char *data, size_t len);
void   bt_buf_addz(bt_buf *buf, const char *zero_terminated);
void   bt_buf_addc(bt_buf *buf, char c);
void   bt_buf_addi(bt_buf *buf, int64_t number);

/* The length in bytes of the UTF-8 sequence at data (1 to 4), 0 if it is not
 * well-formed (overlong, surrogate, above U+10FFFF, cut).  RFC 3629. */
size_t bt_utf8_step(const char *data, size_t len);
/* Whole string well-formed; *chars (may be NULL) gets the code points. */
bool   bt_utf8_valid(bt_str s, size_t *chars);
/* True when XML 1.0 (section 2.2) forbids the code point at data (len >= 1);
 * *step gets the number of bytes it takes (1 for a malformed byte, which is
 * forbidden too). */
bool   bt_xml_forbidden(const char *data, size_t len, size_t *step);

/* Percent-decodes `in` into `out` (may be the same memory; out holds in.len
 * bytes).  plus_space: a '+' becomes a space.  Returns the decoded length or
 * -1 for broken percent-encoding. */
long   bt_percent_decode(char *out, bt_str in, bool plus_space);
/* Appends `s`, all but RFC 3986 unreserved characters percent-encoded. */
void   bt_percent_encode(bt_buf *out, bt_str s);
/* Appends `s` for text or an attribute: & < > " ' and tab, LF and CR escaped,
 * XML-forbidden characters as U+FFFD. */
void   bt_xml_escape(bt_buf *out, bt_str s);

/* Compares secrets of equal length without an early exit. */
bool   bt_equal_secret(const void *a, const void *b, size_t len);

#endif

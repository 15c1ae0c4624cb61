/* ob_value.c: reads the values of a row; what cannot be understood is unknown. */

#include "agent/ob_link.h"

#include <string.h>

/* Beyond it a time is garbage: 9999-12-31, as a DATETIME. */
#define LAST_TIME  (INT64_C(253402300799) * BT_SECOND)

bt_str
ob_text(const ob_rows *rows, unsigned column)
{
    if (rows->row == NULL || column >= rows->columns
        || rows->row[column] == NULL)
    {
        return (bt_str) { NULL, 0 };
    }
    return (bt_str) { rows->row[column], rows->lengths[column] };
}

/* Digits up to `end`; false: none, or too many. */
static bool
take_digits(bt_str text, size_t *i, uint64_t *number)
{
    size_t first = *i;

    *number = 0;
    while (*i < text.len && text.data[*i] >= '0' && text.data[*i] <= '9') {
        unsigned digit = (unsigned) (text.data[*i] - '0');

        if (*number > (UINT64_MAX - digit) / 10) {
            return false;
        }
        *number = *number * 10 + digit;
        (*i)++;
    }
    return *i > first;
}

/* A fraction is read over; anything else behind the digits is garbage. */
static bool
is_end(bt_str text, size_t i)
{
    if (i < text.len && text.data[i] == '.') {
        i++;
        while (i < text.len && text.data[i] >= '0' && text.data[i] <= '9') {
            i++;
        }
    }
    return i == text.len;
}

int64_t
ob_int_of(bt_str text)
{
    size_t   i = 0;
    bool     negative = text.len > 0 && text.data[0] == '-';
    uint64_t number;

    i += negative;
    if (!take_digits(text, &i, &number) || number > INT64_MAX
        || !is_end(text, i))
    {
        return BT_UNKNOWN;
    }
    return negative ? -(int64_t) number : (int64_t) number;
}

bt_usec
ob_time_of(bt_str text)
{
    bt_usec at;

    if (!bt_time_parse_sql(text, &at) || at <= 0) {
        return BT_UNKNOWN;
    }
    return at;
}

bt_usec
ob_scn_of(bt_str text)
{
    size_t   i = 0;
    uint64_t number;

    if (!take_digits(text, &i, &number) || !is_end(text, i)
        || number < 1000 || number / 1000 > LAST_TIME)
    {
        return BT_UNKNOWN;
    }
    return (bt_usec) (number / 1000);
}

int64_t
ob_hundredths_of(bt_str text)
{
    const char *point = text.len == 0 ? NULL
                                      : memchr(text.data, '.', text.len);
    int64_t     whole = ob_int_of(text);
    int64_t     part = 0;
    size_t      i;

    if (whole < 0 || whole > INT64_MAX / 1000) {
        return BT_UNKNOWN;
    }
    if (point != NULL) {
        i = (size_t) (point - text.data) + 1;
        part = (i < text.len ? text.data[i] - '0' : 0) * 10;
        part += i + 1 < text.len ? text.data[i + 1] - '0' : 0;
    }
    return whole * 100 + part;
}

int64_t
ob_int(const ob_rows *rows, unsigned column)
{
    return ob_int_of(ob_text(rows, column));
}

bt_usec
ob_time(const ob_rows *rows, unsigned column)
{
    return ob_time_of(ob_text(rows, column));
}

bt_usec
ob_scn(const ob_rows *rows, unsigned column)
{
    return ob_scn_of(ob_text(rows, column));
}

int64_t
ob_hundredths(const ob_rows *rows, unsigned column)
{
    return ob_hundredths_of(ob_text(rows, column));
}

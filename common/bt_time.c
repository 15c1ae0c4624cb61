/* bt_time.c: instants as text: RFC 3339, local times, SQL. */

#include "common/bt_civil.h"

#include <string.h>
#include <time.h>

#define YEAR_FIRST        1970
#define YEAR_LAST         2199
#define USEC_LIMIT        (INT64_C(7258118400) * BT_SECOND)      /* 2200 */
#define DATE_LEN          10                                /* YYYY-MM-DD */
#define TIME_LEN          5                                      /* HH:MM */
#define FRACTION_DIGITS   6


/* What a text of one of our forms says, before a zone makes it an instant. */
typedef struct {
    bt_civil  civil;
    bool      has_time;
    bool      has_seconds;
    bool      has_offset;
    int       offset_seconds;
} time_parts;


static bool
take_char(bt_str *s, const char *any_of)
{
    if (s->len == 0 || s->data[0] == '\0'
        || strchr(any_of, s->data[0]) == NULL)
    {
        return false;
    }

    s->data++;
    s->len--;
    return true;
}


static bool
take_digits(bt_str *s, size_t count, int *value)
{
    size_t  i;

    *value = 0;

    if (s->len < count) {
        return false;
    }

    for (i = 0; i < count; i++) {
        if (s->data[i] < '0' || s->data[i] > '9') {
            return false;
        }
        *value = *value * 10 + (s->data[i] - '0');
    }

    s->data += count;
    s->len -= count;
    return true;
}


static bool
take_date(bt_str *s, bt_civil *civil)
{
    int  year;

    if (!take_digits(s, 4, &year) || !take_char(s, "-")
        || !take_digits(s, 2, &civil->month) || !take_char(s, "-")
        || !take_digits(s, 2, &civil->day))
    {
        return false;
    }

    civil->year = year;
    civil->usec = 0;

    return bt_civil_valid(civil->year, civil->month, civil->day);
}


/* HH:MM, as a time of day or an offset. */
static bool
take_hours(bt_str *s, int *hours, int *minutes)
{
    return take_digits(s, 2, hours) && take_char(s, ":")
           && take_digits(s, 2, minutes) && *hours <= 23 && *minutes <= 59;
}


/* What follows the point: one to six digits. */
static bool
take_fraction(bt_str *s, int64_t *usec)
{
    int  digit, n;

    *usec = 0;

    for (n = 0; n < FRACTION_DIGITS && take_digits(s, 1, &digit); n++) {
        *usec = *usec * 10 + digit;
    }

    if (n == 0) {
        return false;
    }

    for ( /* void */ ; n < FRACTION_DIGITS; n++) {
        *usec *= 10;
    }

    return true;
}


static bool
take_clock(bt_str *s, time_parts *parts)
{
    int      hours, minutes, seconds = 0;
    int64_t  fraction = 0;

    if (!take_hours(s, &hours, &minutes)) {
        return false;
    }

    if (take_char(s, ":")) {
        if (!take_digits(s, 2, &seconds) || seconds > 59) {
            return false;
        }

        parts->has_seconds = true;

        if (take_char(s, ".") && !take_fraction(s, &fraction)) {
            return false;
        }
    }

    parts->has_time = true;
    parts->civil.usec = hours * BT_HOUR + minutes * BT_MINUTE
                        + seconds * BT_SECOND + fraction;
    return true;
}


/* Z or ±HH:MM; RFC 3339 has it only after seconds. */
static bool
take_offset(bt_str *s, time_parts *parts)
{
    int   hours, minutes;
    bool  minus;

    if (!parts->has_seconds) {
        return false;
    }

    parts->has_offset = true;

    if (take_char(s, "Zz")) {
        return true;
    }

    minus = take_char(s, "-");

    if ((!minus && !take_char(s, "+")) || !take_hours(s, &hours, &minutes)) {
        return false;
    }

    parts->offset_seconds = (hours * 60 + minutes) * (minus ? -60 : 60);
    return true;
}


static bool
parse_parts(bt_str s, time_parts *parts)
{
    memset(parts, 0, sizeof(*parts));

    if (!take_date(&s, &parts->civil) || parts->civil.year < YEAR_FIRST
        || parts->civil.year > YEAR_LAST)
    {
        return false;
    }

    if (s.len == 0) {
        return true;
    }

    if (!take_char(&s, "Tt") || !take_clock(&s, parts)) {
        return false;
    }

    return s.len == 0 || (take_offset(&s, parts) && s.len == 0);
}


/* An offset may carry a good date out of the years that can be written back
 * in UTC. */
static bool
in_years(bt_usec at)
{
    return at >= 0 && at < USEC_LIMIT;
}


bool
bt_time_parse(bt_str s, bt_zone *zone, bt_repeat_e repeat, bt_usec *out)
{
    time_parts  parts;

    if (!parse_parts(s, &parts)) {
        return false;
    }

    if (parts.has_offset) {
        return bt_time_parse_rfc3339(s, out);
    }

    return bt_zone_instant(zone, (int) parts.civil.year, parts.civil.month,
                           parts.civil.day, parts.civil.usec, repeat, out)
           && in_years(*out);
}


bool
bt_time_parse_rfc3339(bt_str s, bt_usec *out)
{
    time_parts  parts;

    if (!parse_parts(s, &parts) || !parts.has_offset) {
        return false;
    }

    *out = bt_civil_to_usec(&parts.civil) - parts.offset_seconds * BT_SECOND;

    return in_years(*out);
}


bool
bt_time_parse_sql(bt_str s, bt_usec *out)
{
    time_parts  parts;

    memset(&parts, 0, sizeof(parts));

    if (!take_date(&s, &parts.civil) || !take_char(&s, " ")
        || !take_clock(&s, &parts) || !parts.has_seconds || s.len != 0)
    {
        return false;
    }

    *out = bt_civil_to_usec(&parts.civil);
    return true;
}


/* Appends `number` with leading zeros up to `width`. */
static void
add_padded(bt_buf *buf, int64_t number, int width)
{
    int64_t  limit = 10;

    if (number < 0) {
        bt_buf_addc(buf, '-');
        number = -number;
    }

    for ( /* void */ ; width > 1; width--, limit *= 10) {
        if (number < limit) {
            bt_buf_addc(buf, '0');
        }
    }

    bt_buf_addi(buf, number);
}


static void
add_date_time(bt_buf *buf, int64_t usec, char separator, bool fraction)
{
    bt_civil  civil;

    bt_civil_of_usec(usec, &civil);

    add_padded(buf, civil.year, 4);
    bt_buf_addc(buf, '-');
    add_padded(buf, civil.month, 2);
    bt_buf_addc(buf, '-');
    add_padded(buf, civil.day, 2);
    bt_buf_addc(buf, separator);
    add_padded(buf, civil.usec / BT_HOUR, 2);
    bt_buf_addc(buf, ':');
    add_padded(buf, civil.usec / BT_MINUTE % 60, 2);
    bt_buf_addc(buf, ':');
    add_padded(buf, civil.usec / BT_SECOND % 60, 2);

    if (fraction) {
        bt_buf_addc(buf, '.');
        add_padded(buf, civil.usec % BT_SECOND, FRACTION_DIGITS);
    }
}


size_t
bt_time_format_utc(char *out, bt_usec at)
{
    bt_buf  buf;

    bt_buf_init(&buf, out, BT_TIME_MAX);
    add_date_time(&buf, at, 'T', true);
    bt_buf_addc(&buf, 'Z');

    return buf.len;
}


size_t
bt_time_format_sql(char *out, bt_usec at)
{
    bt_buf  buf;

    bt_buf_init(&buf, out, BT_TIME_MAX);
    add_date_time(&buf, at, ' ', true);

    return buf.len;
}


size_t
bt_time_format_local(char *out, bt_usec at, bt_zone *zone)
{
    /* RFC 3339 has no seconds in an offset; the few zones that had them
     * before 1972 are shown with whole minutes, at the same instant */
    int32_t  minutes = bt_zone_offset(zone, at) / 60;
    int32_t  size = minutes < 0 ? -minutes : minutes;
    bt_buf   buf;

    bt_buf_init(&buf, out, BT_TIME_MAX);
    add_date_time(&buf, at + minutes * BT_MINUTE, 'T', at % BT_SECOND != 0);
    bt_buf_addc(&buf, minutes < 0 ? '-' : '+');
    add_padded(&buf, size / 60, 2);
    bt_buf_addc(&buf, ':');
    add_padded(&buf, size % 60, 2);

    return buf.len;
}


bt_usec
bt_time_now(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_REALTIME, &now);

    return now.tv_sec * BT_SECOND + now.tv_nsec / 1000;
}

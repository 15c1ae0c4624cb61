/* bt_day.c: calendar days: their text, their neighbours, their bounds in a zone. */

#include "common/bt_day.h"

#include <stdio.h>

#include "common/bt_civil.h"

#define YEAR(day)   ((int) ((day) / 10000))
#define MONTH(day)  ((int) ((day) / 100 % 100))
#define DATE(day)   ((int) ((day) % 100))


bool
bt_day_valid(int64_t day)
{
    return day / 10000 >= 1970 && day / 10000 <= 2199
           && bt_civil_valid(YEAR(day), MONTH(day), DATE(day));
}


bool
bt_day_parse(bt_str text, int64_t *day)
{
    size_t   i;
    int64_t  n = 0;

    if (text.len != BT_DAY_TEXT - 1) {
        return false;
    }

    for (i = 0; i < text.len; i++) {

        if (i == 4 || i == 7) {

            if (text.data[i] != '-') {
                return false;
            }

            continue;
        }

        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }

        n = n * 10 + (text.data[i] - '0');
    }

    *day = n;
    return bt_day_valid(n);
}


void
bt_day_format(char out[BT_DAY_TEXT], int64_t day)
{
    char  text[40];

    snprintf(text, sizeof(text), "%04d-%02d-%02d", YEAR(day), MONTH(day),
             DATE(day));
    snprintf(out, BT_DAY_TEXT, "%.10s", text);
}


/* The number of the day that has this instant, as if in UTC. */
static int64_t
number(int64_t usec)
{
    bt_civil  civil;

    bt_civil_of_usec(usec, &civil);

    return civil.year * 10000 + civil.month * 100 + civil.day;
}


int64_t
bt_day_add(int64_t day, int count)
{
    bt_civil  civil = { YEAR(day), MONTH(day), DATE(day), 0 };

    return number(bt_civil_to_usec(&civil) + count * BT_DAY);
}


int64_t
bt_day_of(bt_zone *zone, bt_usec at)
{
    return number(at + bt_zone_offset(zone, at) * BT_SECOND);
}


bt_usec
bt_day_begin(bt_zone *zone, int64_t day)
{
    bt_usec  at;

    if (!bt_zone_instant(zone, YEAR(day), MONTH(day), DATE(day), 0,
                         BT_GAP_FIRST, &at))
    {
        return BT_USEC_NONE;
    }

    return at;
}

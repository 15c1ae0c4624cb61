/* bt_day.h: calendar days, as numbers that can be read: 20261122. */

#ifndef BT_DAY_H
#define BT_DAY_H

#include "bt_time.h"

#define BT_DAY_TEXT  sizeof("2026-11-22")

/* Whether there is such a day, years 1970 to 2199. */
bool    bt_day_valid(int64_t day);
/* "2026-11-22" to 20261122, to the letter; false for anything else. */
bool    bt_day_parse(bt_str text, int64_t *day);
/* The text of a valid day. */
void    bt_day_format(char out[BT_DAY_TEXT], int64_t day);
/* The day `count` days after (or, below 0, before) a valid one. */
int64_t bt_day_add(int64_t day, int count);
/* The day that it is in a zone at an instant. */
int64_t bt_day_of(bt_zone *zone, bt_usec at);
/* When a valid day begins in a zone: its midnight, or where a zone skips that
 * the first instant after it.  A day ends when the next one begins, and has 23
 * or 25 hours where clocks are changed. */
bt_usec bt_day_begin(bt_zone *zone, int64_t day);

#endif

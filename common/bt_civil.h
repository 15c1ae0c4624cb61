/* bt_civil.h: the proleptic Gregorian calendar; private to common/. */

#ifndef BT_CIVIL_H
#define BT_CIVIL_H

#include "bt_time.h"

/* A date and the microseconds since its midnight. */
typedef struct {
    int64_t year;
    int     month;               /* 1 to 12 */
    int     day;                 /* 1 to 31 */
    int64_t usec;                /* 0 to BT_DAY - 1 */
} bt_civil;

/* True for a date that exists, years 1 to 9999. */
bool    bt_civil_valid(int64_t year, int month, int day);
/* Microseconds from 1970-01-01T00:00 to a valid date's time, as if in UTC. */
int64_t bt_civil_to_usec(const bt_civil *civil);
/* The inverse, for every int64_t. */
void    bt_civil_of_usec(int64_t usec, bt_civil *civil);

#endif

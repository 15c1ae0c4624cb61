/* bt_civil.c: arithmetic of the proleptic Gregorian calendar. */

#include "common/bt_civil.h"

#define DAYS_PER_ERA   146097              /* 400 years */
#define DAYS_TO_EPOCH  719468              /* from 0000-03-01 to 1970-01-01 */


static bool
is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}


bool
bt_civil_valid(int64_t year, int month, int day)
{
    static const int  days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
                                 31 };

    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) {
        return false;
    }

    return day <= days[month - 1] + (month == 2 && is_leap(year));
}


/* Both directions count years from March, so that a leap day ends its year
 * and the days before a month follow (153 m + 2) / 5. */

int64_t
bt_civil_to_usec(const bt_civil *civil)
{
    int64_t  year = civil->year - (civil->month <= 2);
    int64_t  era = year / 400;
    int64_t  year_of_era = year - era * 400;
    int64_t  month = (civil->month + 9) % 12;
    int64_t  day_of_year = (153 * month + 2) / 5 + civil->day - 1;
    int64_t  day_of_era = year_of_era * 365 + year_of_era / 4
                          - year_of_era / 100 + day_of_year;

    return (era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH) * BT_DAY
           + civil->usec;
}


void
bt_civil_of_usec(int64_t usec, bt_civil *civil)
{
    int64_t  days = usec / BT_DAY;
    int64_t  rest = usec % BT_DAY;
    int64_t  era, day_of_era, year_of_era, day_of_year, month;

    if (rest < 0) {
        rest += BT_DAY;
        days--;
    }

    days += DAYS_TO_EPOCH;
    era = (days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    day_of_era = days - era * DAYS_PER_ERA;
    year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524
                   - day_of_era / 146096) / 365;
    day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4
                                - year_of_era / 100);
    month = (5 * day_of_year + 2) / 153;

    civil->day = (int) (day_of_year - (153 * month + 2) / 5 + 1);
    civil->month = (int) (month < 10 ? month + 3 : month - 9);
    civil->year = year_of_era + era * 400 + (civil->month <= 2);
    civil->usec = rest;
}

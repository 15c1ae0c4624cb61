/* bt_zone.c: time zones by ICU: names, offsets, instants of local times. */

#include "common/bt_civil.h"

#include <string.h>

#include <unicode/ucal.h>

#define OFFSET_LEAST    (-12 * 3600)
#define OFFSET_MOST     (14 * 3600)
#define USEC_PER_MSEC   1000

/* No zone was ever further than this from UTC, Manila and Alaska before they
 * changed sides of the date line included. */
#define OFFSET_BOUND    (24 * BT_HOUR)


/* The zones of three letters that IANA knows.  ICU adds its own (CST, IST,
 * PST ...), whose meaning depends on who reads them. */
static const char *const  short_names[] = {
    "CET", "EET", "EST", "GMT", "HST", "MET", "MST", "PRC", "ROC", "ROK",
    "UCT", "UTC", "WET"
};


static bool
has_zone_characters(bt_str name)
{
    size_t  i;
    char    c;

    for (i = 0; i < name.len; i++) {
        c = name.data[i];

        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
              || (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '-'
              || c == '+'))
        {
            return false;
        }
    }

    return true;
}


static bool
is_iana_name(bt_str name)
{
    size_t  i;

    if (!has_zone_characters(name)) {
        return false;
    }

    if (name.len > 8 && memcmp(name.data, "SystemV/", 8) == 0) {
        return false;
    }

    if (name.len != 3) {
        return true;
    }

    for (i = 0; i < sizeof(short_names) / sizeof(short_names[0]); i++) {
        if (bt_str_eqz(name, short_names[i])) {
            return true;
        }
    }

    return false;
}


/* Zone names are ASCII.  Returns the length. */
static int32_t
to_uchars(UChar *out, bt_str name)
{
    size_t  i;

    for (i = 0; i < name.len; i++) {
        out[i] = (unsigned char) name.data[i];
    }

    return (int32_t) name.len;
}


/* Asks for the canonical name, because ucal_open() takes an unknown zone for
 * GMT without an error, and "GMT+x" for a zone of its own. */
static bool
is_known_to_icu(bt_str name)
{
    UChar       id[BT_ZONE_MAX], canonical[BT_ZONE_MAX * 2];
    UBool       is_system = 0;
    UErrorCode  error = U_ZERO_ERROR;
    int32_t     len = to_uchars(id, name);

    ucal_getCanonicalTimeZoneID(id, len, canonical, BT_ZONE_MAX * 2,
                                &is_system, &error);

    return U_SUCCESS(error) && is_system;
}


static bool
two_digits(const char *p, int *value)
{
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9') {
        return false;
    }

    *value = (p[0] - '0') * 10 + (p[1] - '0');
    return true;
}


static bool
parse_offset(bt_str s, int32_t *seconds)
{
    int  hours, minutes;

    if (s.len != 6 || (s.data[0] != '+' && s.data[0] != '-')
        || s.data[3] != ':' || !two_digits(s.data + 1, &hours)
        || !two_digits(s.data + 4, &minutes) || minutes > 59)
    {
        return false;
    }

    *seconds = hours * 3600 + minutes * 60;

    if (s.data[0] == '-') {
        *seconds = -*seconds;
    }

    return *seconds >= OFFSET_LEAST && *seconds <= OFFSET_MOST;
}


bool
bt_zone_open(bt_zone *zone, bt_str name)
{
    memset(zone, 0, sizeof(*zone));

    if (name.len == 0 || name.len >= BT_ZONE_MAX) {
        return false;
    }

    if (name.data[0] == '+' || name.data[0] == '-') {
        zone->fixed = true;
        if (!parse_offset(name, &zone->offset_seconds)) {
            return false;
        }
    }

    if (bt_str_eqz(name, "UTC") || bt_str_eqz(name, "Z")
        || (zone->fixed && zone->offset_seconds == 0))
    {
        zone->fixed = true;
        memcpy(zone->name, "UTC", sizeof("UTC"));
        return true;
    }

    memcpy(zone->name, name.data, name.len);

    return zone->fixed || (is_iana_name(name) && is_known_to_icu(name));
}


void
bt_zone_close(bt_zone *zone)
{
    if (zone->calendar != NULL) {
        ucal_close(zone->calendar);
        zone->calendar = NULL;
    }
}


/* The zone's calendar set to `at` (rounded down to what ICU counts); NULL
 * when ICU has no memory. */
static UCalendar *
calendar_at(bt_zone *zone, bt_usec at)
{
    UChar       id[BT_ZONE_MAX];
    UErrorCode  error = U_ZERO_ERROR;
    int64_t     msec = at / USEC_PER_MSEC - (at % USEC_PER_MSEC < 0);

    if (zone->calendar == NULL) {
        zone->calendar = ucal_open(id, to_uchars(id, bt_str_of(zone->name)),
                                   "en_US_POSIX", UCAL_GREGORIAN, &error);
    }

    if (U_FAILURE(error)) {
        bt_zone_close(zone);
        return NULL;
    }

    ucal_setMillis(zone->calendar, (UDate) msec, &error);

    return U_SUCCESS(error) ? zone->calendar : NULL;
}


int32_t
bt_zone_offset(bt_zone *zone, bt_usec at)
{
    UCalendar   *calendar;
    UErrorCode   error = U_ZERO_ERROR;
    int32_t      msec;

    if (zone->fixed) {
        return zone->offset_seconds;
    }

    calendar = calendar_at(zone, at);
    if (calendar == NULL) {
        return 0;
    }

    msec = ucal_get(calendar, UCAL_ZONE_OFFSET, &error)
           + ucal_get(calendar, UCAL_DST_OFFSET, &error);

    return U_SUCCESS(error) ? msec / 1000 : 0;
}


/* The first instant after `at` at which the zone's rule changes, or `limit`
 * when there is none before it. */
static bt_usec
next_change(bt_zone *zone, bt_usec at, bt_usec limit)
{
    UCalendar   *calendar = calendar_at(zone, at);
    UErrorCode   error = U_ZERO_ERROR;
    UDate        change = 0;

    if (calendar == NULL
        || !ucal_getTimeZoneTransitionDate(calendar,
                                           UCAL_TZ_TRANSITION_NEXT,
                                           &change, &error)
        || U_FAILURE(error))
    {
        return limit;
    }

    at = (bt_usec) change * USEC_PER_MSEC;

    return at < limit ? at : limit;
}


/* Walks the stretches of constant offset around the local time.  It exists in
 * a stretch when the instant that the stretch's offset gives lies inside; it
 * is skipped at a change when it is too late for the stretch before and too
 * early for the one after. */
static bt_usec
search_instant(bt_zone *zone, int64_t local, bt_repeat_e repeat)
{
    bt_usec  start = local - OFFSET_BOUND;
    bt_usec  limit = local + OFFSET_BOUND;
    bt_usec  end, at;
    bt_usec  found = BT_USEC_NONE, after_gap = BT_USEC_NONE;
    bool     too_late = false;

    for ( /* void */ ; start < limit; start = end) {
        end = next_change(zone, start, limit);
        at = local - bt_zone_offset(zone, start) * BT_SECOND;

        if (at < start && too_late) {
            after_gap = start;
        }

        too_late = at >= end;

        if (at >= start && at < end
            && (found == BT_USEC_NONE || repeat == BT_GAP_SECOND))
        {
            found = at;
        }
    }

    return found != BT_USEC_NONE ? found : after_gap;
}


bool
bt_zone_instant(bt_zone *zone, int year, int month, int day,
    int64_t usec_of_day, bt_repeat_e repeat, bt_usec *out)
{
    bt_civil  civil = { year, month, day, usec_of_day };
    int64_t   local;

    if (!bt_civil_valid(year, month, day) || usec_of_day < 0
        || usec_of_day >= BT_DAY)
    {
        return false;
    }

    local = bt_civil_to_usec(&civil);

    if (zone->fixed) {
        *out = local - zone->offset_seconds * BT_SECOND;
        return true;
    }

    if (calendar_at(zone, local) == NULL) {
        return false;
    }

    *out = search_instant(zone, local, repeat);

    return *out != BT_USEC_NONE;
}

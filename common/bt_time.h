/* bt_time.h: instants in UTC microseconds, RFC 3339, time zones by ICU. */

#ifndef BT_TIME_H
#define BT_TIME_H

#include "bt_text.h"

/* An instant: microseconds since 1970-01-01T00:00:00Z, without leap seconds. */
typedef int64_t bt_usec;

#define BT_USEC_NONE   INT64_MIN
#define BT_SECOND      INT64_C(1000000)
#define BT_MINUTE      (60 * BT_SECOND)
#define BT_HOUR        (60 * BT_MINUTE)
#define BT_DAY         (24 * BT_HOUR)
#define BT_TIME_MAX    40                 /* room for any text written here */
#define BT_ZONE_MAX    64                 /* longest zone name with its NUL */

typedef enum { BT_GAP_FIRST, BT_GAP_SECOND } bt_repeat_e;

/* A resolved zone: UTC, a fixed offset or an IANA name.  The ICU calendar is
 * opened by the first conversion that needs it and closed by bt_zone_close();
 * one bt_zone belongs to one thread or request at a time. */
typedef struct {
    char    name[BT_ZONE_MAX];            /* canonical: "UTC", "+08:00", IANA */
    bool    fixed;
    int32_t offset_seconds;               /* when fixed */
    void   *calendar;
} bt_zone;

/* Accepts "UTC", "Z", an IANA name known to ICU (exact case, not an ICU custom
 * "GMT+x"), or ±HH:MM from -12:00 to +14:00.  False if unknown. */
bool    bt_zone_open(bt_zone *zone, bt_str name);
void    bt_zone_close(bt_zone *zone);
/* Seconds east of UTC in force at `at`. */
int32_t bt_zone_offset(bt_zone *zone, bt_usec at);

/* Instant of a civil local time (proleptic Gregorian).  A time the zone skips
 * is the first instant after the gap; one that occurs twice is the first or
 * the second occurrence as `repeat` says.  usec_of_day 0 to BT_DAY - 1. */
bool    bt_zone_instant(bt_zone *zone, int year, int month, int day,
                        int64_t usec_of_day, bt_repeat_e repeat, bt_usec *out);

/* Parses a value of from/to: RFC 3339 (with offset or Z), YYYY-MM-DD, or
 * YYYY-MM-DDTHH:MM[:SS[.f{1,6}]] in `zone`.  Years 1970 to 2199. */
bool    bt_time_parse(bt_str s, bt_zone *zone, bt_repeat_e repeat,
                      bt_usec *out);
/* RFC 3339 with offset only (updated-after). */
bool    bt_time_parse_rfc3339(bt_str s, bt_usec *out);

/* "2026-11-22T08:20:04.000000Z"; out holds BT_TIME_MAX bytes.  Returns the
 * length. */
size_t  bt_time_format_utc(char *out, bt_usec at);
/* "2026-11-22T16:20:04+08:00" (with fraction when there is one). */
size_t  bt_time_format_local(char *out, bt_usec at, bt_zone *zone);
/* "2026-11-22 08:20:04.000000", as a DATETIME(6) literal value. */
size_t  bt_time_format_sql(char *out, bt_usec at);
/* Parses "YYYY-MM-DD HH:MM:SS[.ffffff]" as UTC. */
bool    bt_time_parse_sql(bt_str s, bt_usec *out);

bt_usec bt_time_now(void);                /* clock_gettime(CLOCK_REALTIME) */

#endif

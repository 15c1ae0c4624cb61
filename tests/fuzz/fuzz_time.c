/* fuzz_time.c: a time or zone that is read can be written and read again. */

#include <stdlib.h>
#include <string.h>

#include "common/bt_time.h"

#define COUNT(table)  (sizeof(table) / sizeof((table)[0]))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const char *const  zones[] = {
    "UTC", "+08:00", "-03:30", "Asia/Shanghai", "Europe/Berlin",
    "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe",
    "Pacific/Apia", "Africa/Monrovia", "Asia/Beirut", "Africa/Casablanca",
    "America/Caracas", "Antarctica/Troll", "Asia/Pyongyang",
    "Pacific/Kwajalein",
};


static void
check(bool holds)
{
    if (!holds) {
        abort();
    }
}


static void
check_written(bt_usec at, bt_zone *zone)
{
    char     text[BT_TIME_MAX];
    bt_usec  back = -1;

    check(bt_time_format_utc(text, at) == strlen(text));
    check(bt_time_parse_rfc3339(bt_str_of(text), &back) && back == at);

    check(bt_time_format_sql(text, at) == strlen(text));
    check(bt_time_parse_sql(bt_str_of(text), &back) && back == at);

    /* near the ends a local year may be one that is not read */
    bt_time_format_local(text, at, zone);
    if (at > BT_DAY && at < INT64_C(7258032000) * BT_SECOND) {
        check(bt_time_parse_rfc3339(bt_str_of(text), &back) && back == at);
    }
}


static void
check_time(bt_str text, bt_zone *zone)
{
    bt_usec  first = -1, second = -1, plain = -1;
    bool     good = bt_time_parse(text, zone, BT_GAP_FIRST, &first);

    check(good == bt_time_parse(text, zone, BT_GAP_SECOND, &second));

    if (good) {
        check(first <= second && second - first <= BT_DAY);
        check_written(first, zone);
        check_written(second, zone);
    }

    if (bt_time_parse_rfc3339(text, &plain)) {
        check(good && plain == first && plain == second);
    }
}


static void
check_zone(bt_str name)
{
    bt_zone  zone, again;

    if (bt_zone_open(&zone, name)) {
        check(strlen(zone.name) > 0);
        check(bt_zone_open(&again, bt_str_of(zone.name)));
        check(strcmp(zone.name, again.name) == 0);
        check(bt_zone_offset(&zone, 0) == bt_zone_offset(&again, 0));
        bt_zone_close(&again);
    }

    bt_zone_close(&zone);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bt_zone  zone;
    bt_usec  at;
    bt_str   text;

    if (size < 1) {
        return 0;
    }

    text.data = (const char *) data + 1;
    text.len = size - 1;

    check(bt_zone_open(&zone, bt_str_of(zones[data[0] % COUNT(zones)])));
    check_time(text, &zone);

    if (bt_time_parse_sql(text, &at)) {
        char  copy[BT_TIME_MAX];

        bt_time_format_sql(copy, at);
        check(memcmp(copy, text.data, 19) == 0);
    }

    bt_zone_close(&zone);
    check_zone(text);
    return 0;
}

/* reporter.c: what a writer of reports needs: two connections, a zone, a sheet. */

#include "reports/internal.h"

#include <stdio.h>
#include <string.h>


static bool
refuse(bt_reporter *reporter, const char *what, const char *name)
{
    char  text[BT_REPORT_WHY_MAX];

    snprintf(text, sizeof(text), what, name);
    bt_reporter_close(reporter);
    memcpy(reporter->why, text, sizeof(text));

    return false;
}


bool
bt_reporter_open(bt_reporter *reporter, const bt_report_conf *conf,
    const bt_store_conf *store)
{
    const char  *zone = conf->zone != NULL ? conf->zone : "UTC";

    *reporter = (bt_reporter) { .why = "" };
    snprintf(reporter->language, sizeof(reporter->language), "%s",
             conf->language != NULL ? conf->language : "en");

    if (strcmp(reporter->language, "en") != 0
        && strcmp(reporter->language, "zh") != 0)
    {
        return refuse(reporter, "the language of reports is en or zh, not"
                      " \"%.80s\"", reporter->language);
    }

    if (!bt_zone_open(&reporter->zone, bt_str_of(zone))) {
        return refuse(reporter, "there is no time zone \"%.80s\"; use an IANA"
                      " name, UTC, or +HH:MM", zone);
    }

    reporter->sheet = bt_report_sheet_open(conf->sheet);

    if (reporter->sheet == NULL) {
        return refuse(reporter, "the sheet of reports %.150s cannot be used;"
                      " name it by --report-sheet", conf->sheet);
    }

    reporter->pool = bt_pool_new();
    reporter->reader = bt_store_new(store);
    reporter->writer = bt_store_new(store);

    if (reporter->pool == NULL || reporter->reader == NULL
        || reporter->writer == NULL)
    {
        return refuse(reporter, "no memory%s", "");
    }

    return true;
}


void
bt_reporter_close(bt_reporter *reporter)
{
    if (reporter->zone.name[0] != '\0') {
        bt_zone_close(&reporter->zone);
    }

    bt_report_sheet_free(reporter->sheet);
    bt_store_free(reporter->reader);
    bt_store_free(reporter->writer);

    if (reporter->pool != NULL) {
        bt_pool_free(reporter->pool);
    }

    *reporter = (bt_reporter) { .why = "" };
}

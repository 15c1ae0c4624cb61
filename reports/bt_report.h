/* bt_report.h: daily reports: documents of one day and group, written once and never changed. */

#ifndef BT_REPORT_H
#define BT_REPORT_H

#include <stdatomic.h>

#include "common/bt_day.h"
#include "common/bt_param.h"
#include "common/bt_pool.h"
#include "store/bt_store.h"

#define BT_REPORT_GROUP_MAX   BT_NAME_MAX
#define BT_REPORT_SHA256_MAX  65          /* hexadecimal digits and NUL */
#define BT_REPORT_WHY_MAX     256

/* A day's report is written this long after the day's end, so that what ended
 * with the day has been seen, and as soon as every cluster has answered after
 * it; at the latest after the second. */
#define BT_REPORT_GRACE       (15 * BT_MINUTE)
#define BT_REPORT_PATIENCE    (6 * BT_HOUR)
/* Days without a report are made up for so far back. */
#define BT_REPORT_DAYS        31

typedef struct bt_report_sheet bt_report_sheet;

/* Whoever writes reports.  The records are read by one connection, in one view
 * of the store, while the other one adds what becomes of them. */
typedef struct {
    bt_store          *reader;
    bt_store          *writer;
    bt_pool           *pool;
    bt_zone            zone;              /* whose days */
    char               language[8];       /* of the HTML: en, zh */
    bt_report_sheet   *sheet;
    const atomic_bool *stopping;          /* ends the writing; NULL: nothing */
    char               why[BT_REPORT_WHY_MAX];
} bt_reporter;

typedef struct {
    const char *zone;                     /* name; NULL: UTC */
    const char *language;                 /* NULL: en */
    const char *sheet;                    /* file of the HTML's sheet */
} bt_report_conf;

/* Makes a reporter; false: `why` says what is wrong. */
bool bt_reporter_open(bt_reporter *reporter, const bt_report_conf *conf,
                      const bt_store_conf *store);
void bt_reporter_close(bt_reporter *reporter);

/* Writes the report of an ended day and a group ("": all clusters): three
 * documents and their row of the index, in one transaction.
 * BT_STORE_DUPLICATE: there is one already, and it stays as it is.  Of another
 * failure `why` says more. */
bt_store_status bt_report_write(bt_reporter *reporter, int64_t day,
                                const char *group);

/* Writes what is due and not there, the newest day first; *written: reports.
 * Several may do that at once. */
bt_store_status bt_report_catch_up(bt_reporter *reporter, bt_usec now,
                                   int64_t *written);

/* What the index knows about one document. */
typedef struct {
    int64_t     day;
    const char *group;
    const char *format;                   /* html, xml, csv */
    int64_t     bytes;
    const char *sha256;
} bt_report_document;

/* Reads one document again: *good is whether it has the bytes and the sum that
 * the index tells, *kept is false when retention has taken it. */
bt_store_status bt_report_verify(bt_store *store,
                                 const bt_report_document *document,
                                 bool *kept, bool *good);

/* Reads one part of a document; *rows is NULL when there is no such part, else
 * its first column is the data. */
bt_store_status bt_report_part(bt_store *store, const char *day,
                               const char *group, const char *format,
                               int64_t part, bt_rows **rows);

#endif

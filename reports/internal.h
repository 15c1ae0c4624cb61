/* internal.h: what the files of reports/ share. */

#ifndef BT_REPORT_INTERNAL_H
#define BT_REPORT_INTERNAL_H

#include <openssl/evp.h>

#include "fcgi_backend/csv.h"
#include "fcgi_backend/views.h"
#include "reports/bt_report.h"

/* One document on its way into the store. */
typedef struct {
    bt_reporter     *reporter;
    const char      *day;
    const char      *group;
    const char      *format;
    EVP_MD_CTX      *digest;
    char            *data;               /* one part */
    size_t           len;
    int64_t          part;
    int64_t          bytes;
    char             sha256[BT_REPORT_SHA256_MAX];
    bt_store_status  status;
} bt_report_parts;

bool bt_report_parts_begin(bt_report_parts *parts);
/* A sink of bt_output: false once a part could not be added. */
bool bt_report_parts_write(void *parts, const char *data, size_t len);
/* Adds the last part and makes the sum. */
void bt_report_parts_end(bt_report_parts *parts);
void bt_report_parts_free(bt_report_parts *parts);

/* A sum as small hexadecimal digits. */
void bt_report_hex(char out[BT_REPORT_SHA256_MAX], EVP_MD_CTX *digest);

/* The bytes of a page that are not out yet. */
typedef struct {
    bt_output    chunk;                  /* XML of the rows that wait */
    bt_xml      *xml;
    int64_t      rows;                   /* in it */
    int64_t      chunks;                 /* of this section */
    char        *tail;                   /* what the page ends with */
} bt_report_page;

/* One report while it is written. */
typedef struct {
    bt_reporter    *reporter;
    int64_t         day;
    char            day_text[BT_DAY_TEXT];
    const char     *group;
    bt_usec         from, to, as_of;
    bt_context      context;
    bt_request      request;
    bt_reply        reply;
    bt_filter       filter;
    bt_csv          csv;
    bt_report_page  page;
    int64_t         rows;                /* of the present document */
    bt_store_status status;              /* of a face */
} bt_report;

/* Rows of one kind: those of a list on the day, or of a statement whose
 * columns are two of a key and those of the fields. */
typedef struct {
    const char      *record;             /* their word in counts and CSV */
    const char      *container;
    const char      *row;
    const bt_list   *list;               /* NULL: the statement */
    void           (*sql)(bt_report *report, bt_sql *sql);
    const bt_field  *fields;             /* of the statement */
    size_t           field_count;
} bt_report_section;

#define BT_REPORT_SECTIONS  7
extern const bt_report_section bt_report_sections[BT_REPORT_SECTIONS];

const bt_field *bt_report_fields(const bt_report_section *section,
                                 size_t *count);

/* How a report is written. */
typedef struct {
    const char  *format;
    void       (*begin)(bt_report *report);
    void       (*open)(bt_report *report, const bt_report_section *section);
    void       (*row)(bt_report *report, const bt_report_section *section,
                      bt_rows *rows, int64_t id, void *extras);
    void       (*close)(bt_report *report, const bt_report_section *section);
    void       (*end)(bt_report *report);
} bt_report_face;

extern const bt_report_face bt_report_html;
extern const bt_report_face bt_report_xml;
extern const bt_report_face bt_report_csv;

/* Into report->reply.xml: the root with what names the report, left open; the
 * numbers above the rows; one row. */
void bt_report_head(bt_report *report);
void bt_report_summary(bt_report *report);
void bt_report_row(bt_report *report, const bt_report_section *section,
                   bt_rows *rows, int64_t id, void *extras);

/* The sheet that makes HTML of such XML. */
bt_report_sheet *bt_report_sheet_open(const char *path);
void             bt_report_sheet_free(bt_report_sheet *sheet);
/* *out is to be freed by bt_report_sheet_drop(); false: nothing was made. */
bool             bt_report_sheet_apply(bt_report_sheet *sheet,
                                       const char *language, bt_str xml,
                                       char **out, int *len);
void             bt_report_sheet_drop(char *out);

#endif

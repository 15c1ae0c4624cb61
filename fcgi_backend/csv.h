/* csv.h: rows of a result as lines of CSV (RFC 4180), for programs and spreadsheets. */

#ifndef BT_CSV_H
#define BT_CSV_H

#include "fcgi_backend/row.h"

/* A file being written.  Cells stand in the order of the calls. */
typedef struct {
    bt_output *output;
    bool       inside;            /* the line has a cell already */
} bt_csv;

/* Text that is not ours.  What a spreadsheet would take for a formula begins
 * with an apostrophe; what XML forbids is U+FFFD here, too. */
void bt_csv_text(bt_csv *csv, bt_str text);
/* Text of ours: a name, a code, a time; a number; nothing. */
void bt_csv_word(bt_csv *csv, const char *text);
void bt_csv_number(bt_csv *csv, int64_t number);
void bt_csv_time(bt_csv *csv, bt_usec at);
void bt_csv_empty(bt_csv *csv);
/* Any value of the store. */
void bt_csv_value(bt_csv *csv, bt_value value);
void bt_csv_end_line(bt_csv *csv);

/* Begins the file: the byte order mark that spreadsheets know UTF-8 by. */
void bt_csv_begin(bt_csv *csv, bt_output *output);
/* The names of the fields' columns, and the fields of the present row, whose
 * first column is `column`: without the end of the line. */
void bt_csv_names(bt_csv *csv, const bt_field *fields, size_t count);
void bt_csv_fields(bt_csv *csv, const bt_reply *reply, const bt_field *fields,
                   size_t count, bt_rows *rows, size_t column);

/* How many cells a kind of field has; those of one field, whose columns are
 * `values`. */
size_t bt_csv_cells(bt_field_e kind);
void bt_csv_field(bt_csv *csv, const bt_reply *reply, bt_field_e kind,
                  const bt_value *values);

/* The two cells of a cluster's stale: since, reason. */
void bt_csv_stale(bt_csv *csv, bt_usec now, const bt_value stale[3]);

#endif

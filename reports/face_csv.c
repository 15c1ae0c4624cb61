/* face_csv.c: a report as one table, whose first column says what a row is. */

#include "reports/internal.h"

#include <string.h>

#define COLUMNS_MAX  128


/* A column of the table: an element of one section at least. */
typedef struct {
    const char  *element;
    bt_field_e   kind;             /* of the section that had it first */
} column;


/* The fields of a section, and where the columns of each are in a row. */
typedef struct {
    const bt_field  *fields;
    size_t           count;
} places;


static bool
is_same(const column *c, const bt_field *field)
{
    return strcmp(c->element, field->element) == 0
           && bt_csv_cells(c->kind) == bt_csv_cells(field->kind);
}


static void
add_column(column *columns, size_t *count, const bt_field *field)
{
    size_t  i;

    for (i = 0; i < *count; i++) {
        if (is_same(&columns[i], field)) {
            return;
        }
    }

    if (bt_csv_cells(field->kind) > 0 && *count < COLUMNS_MAX) {
        columns[(*count)++] = (column) { field->element, field->kind };
    }
}


/* The elements of all sections, each once, in the order of the sections. */
static size_t
find_columns(column *columns)
{
    size_t           i, j, n, count = 0;
    const bt_field  *fields;

    for (i = 0; i < BT_REPORT_SECTIONS; i++) {
        fields = bt_report_fields(&bt_report_sections[i], &n);

        for (j = 0; j < n; j++) {
            add_column(columns, &count, &fields[j]);
        }
    }

    return count;
}


static void
begin(bt_report *report)
{
    size_t    i, count;
    column    columns[COLUMNS_MAX];
    bt_field  field;

    bt_csv_begin(&report->csv, report->reply.output);
    bt_csv_word(&report->csv, "record");
    count = find_columns(columns);

    for (i = 0; i < count; i++) {
        field = (bt_field) { columns[i].element, columns[i].kind, NULL };
        bt_csv_names(&report->csv, &field, 1);
    }

    bt_csv_end_line(&report->csv);
}


static void
open_section(bt_report *report, const bt_report_section *section)
{
    (void) report;
    (void) section;
}


/* The field that a column is of in this section, with the number of its first
 * column in the rows; NULL: there is none. */
static const bt_field *
find_field(const places *p, const column *c, size_t *at)
{
    size_t  i;

    *at = 2;

    for (i = 0; i < p->count; i++) {

        if (is_same(c, &p->fields[i])) {
            return &p->fields[i];
        }

        *at += bt_field_columns(p->fields[i].kind);
    }

    return NULL;
}


static void
add_cells(bt_report *report, const places *p, const column *c, bt_rows *rows)
{
    size_t           i, at;
    bt_value         values[BT_FIELD_COLUMNS_MAX];
    const bt_field  *field = find_field(p, c, &at);

    if (field == NULL) {

        for (i = 0; i < bt_csv_cells(c->kind); i++) {
            bt_csv_empty(&report->csv);
        }

        return;
    }

    for (i = 0; i < BT_FIELD_COLUMNS_MAX; i++) {
        values[i] = i < bt_field_columns(field->kind)
                    ? bt_rows_get(rows, at + i) : bt_null();
    }

    bt_csv_field(&report->csv, &report->reply, field->kind, values);
}


static void
add_row(bt_report *report, const bt_report_section *section, bt_rows *rows,
    int64_t id, void *extras)
{
    size_t  i, count;
    column  columns[COLUMNS_MAX];
    places  p;

    (void) id;
    (void) extras;

    p.fields = bt_report_fields(section, &p.count);
    count = find_columns(columns);
    bt_csv_word(&report->csv, section->record);

    for (i = 0; i < count; i++) {
        add_cells(report, &p, &columns[i], rows);
    }

    bt_csv_end_line(&report->csv);
}


static void
close_section(bt_report *report, const bt_report_section *section)
{
    (void) report;
    (void) section;
}


static void
end(bt_report *report)
{
    (void) report;
}


const bt_report_face  bt_report_csv = {
    "csv", begin, open_section, add_row, close_section, end
};

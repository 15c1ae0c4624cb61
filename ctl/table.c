/* table.c: rows of a result as lines for people, or for scripts. */

#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CELL_MAX  4096

/* Control characters of both sets, and bytes that are no UTF-8. */
static size_t
harmful(const char *data, size_t len)
{
    unsigned char c = (unsigned char) data[0];
    size_t        step = bt_utf8_step(data, len);

    if (step == 0) {
        return 1;
    }
    if (c < 0x20 || c == 0x7f) {
        return 1;
    }
    return step == 2 && c == 0xc2 && (unsigned char) data[1] < 0xa0 ? 2 : 0;
}

const char *
ctl_harmless(char *out, size_t size, bt_str text)
{
    bt_buf buf;
    size_t step;

    bt_buf_init(&buf, out, size);
    while (text.len > 0) {
        step = harmful(text.data, text.len);
        if (step > 0) {
            bt_buf_addc(&buf, '?');
        } else {
            step = bt_utf8_step(text.data, text.len);
            bt_buf_add(&buf, text.data, step);
        }
        text.data += step;
        text.len -= step;
    }
    return out;
}

void
ctl_table_begin(ctl_table *table, const char *const *heads, size_t columns,
                bool script)
{
    *table = (ctl_table) { .heads = heads, .columns = columns,
                           .script = script };
}

static bool
make_room(ctl_table *table)
{
    size_t room = table->room == 0 ? 256 : table->room * 2;
    char **cells;

    if (table->count < table->room) {
        return true;
    }
    cells = realloc(table->cells, room * sizeof(char *));
    if (cells == NULL) {
        return false;
    }
    table->cells = cells;
    table->room = room;
    return true;
}

static void
write_cell(char text[CELL_MAX], bt_value value)
{
    char time[BT_TIME_MAX];

    switch (value.type) {
    case BT_VALUE_INT:
        (void) snprintf(text, CELL_MAX, "%" PRId64, value.number);
        break;
    case BT_VALUE_TIME:
        (void) bt_time_format_sql(time, value.number);
        (void) snprintf(text, CELL_MAX, "%.19s", time);
        break;
    case BT_VALUE_TEXT:
        (void) ctl_harmless(text, CELL_MAX, value.text);
        break;
    case BT_VALUE_NULL:
        text[0] = '\0';
        break;
    }
    if (text[0] == '\0') {
        text[0] = '-';
        text[1] = '\0';
    }
}

void
ctl_table_add(ctl_table *table, bt_value value)
{
    char text[CELL_MAX];

    write_cell(text, value);
    if (!make_room(table)) {
        table->failed = true;
        return;
    }
    table->cells[table->count] = strdup(text);
    table->failed = table->failed || table->cells[table->count] == NULL;
    table->count++;
}

bool
ctl_table_rows(ctl_table *table, bt_rows *rows)
{
    int more;

    while ((more = bt_rows_next(rows)) > 0) {
        for (size_t i = 0; i < table->columns; i++) {
            ctl_table_add(table, bt_rows_get(rows, i));
        }
    }
    bt_rows_close(rows);
    return more == 0 && !table->failed;
}

/* In characters: wide ones count once. */
static size_t
width_of(const char *text)
{
    size_t chars = 0;

    (void) bt_utf8_valid(bt_str_of(text), &chars);
    return chars;
}

static void
find_widths(const ctl_table *table, size_t widths[CTL_COLUMNS_MAX])
{
    size_t width;

    for (size_t i = 0; i < table->columns; i++) {
        widths[i] = strlen(table->heads[i]);
    }
    for (size_t i = 0, column = 0; i < table->count; i++) {
        width = width_of(table->cells[i]);
        if (width > widths[column]) {
            widths[column] = width;
        }
        column = column + 1 < table->columns ? column + 1 : 0;
    }
}

/* The last column is not filled up. */
static void
print_cell(const ctl_table *table, const char *text, size_t column,
           size_t width)
{
    bool last = column + 1 == table->columns;

    (void) fputs(text, stdout);
    if (last) {
        (void) putchar('\n');
    } else if (table->script) {
        (void) putchar('\t');
    } else {
        (void) printf("%*s", (int) (width + 2 - width_of(text)), "");
    }
}

static void
print_table(const ctl_table *table)
{
    size_t widths[CTL_COLUMNS_MAX] = { 0 };

    find_widths(table, widths);
    for (size_t i = 0; !table->script && i < table->columns; i++) {
        print_cell(table, table->heads[i], i, widths[i]);
    }
    for (size_t i = 0, column = 0; i < table->count; i++) {
        print_cell(table, table->cells[i], column, widths[column]);
        column = column + 1 < table->columns ? column + 1 : 0;
    }
}

bool
ctl_table_end(ctl_table *table)
{
    if (!table->failed) {
        print_table(table);
    }
    for (size_t i = 0; i < table->count; i++) {
        free(table->cells[i]);
    }
    free(table->cells);
    table->cells = NULL;
    table->count = 0;
    return !table->failed;
}

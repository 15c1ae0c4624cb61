/* bt_rows.c: a result set in memory, read row by row as typed values. */

#include "bt_connection.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    bt_value_e    type;
    char         *text;             /* TEXT: the value's place */
    int64_t       number;           /* INT */
    MYSQL_TIME    time;             /* TIME */
    unsigned long len;
    bt_flag       null;
    bt_flag       error;
} bt_column;

struct bt_rows {
    bt_connection *connection;
    bt_statement  *statement;
    size_t         count;
    MYSQL_BIND    *binds;
    char          *texts;           /* the places of all text columns */
    bt_column     *columns;
};

static bt_value_e
bt_column_type(enum enum_field_types type)
{
    switch (type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
        return BT_VALUE_INT;
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE:
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
        return BT_VALUE_TIME;
    case MYSQL_TYPE_NULL:
        return BT_VALUE_NULL;
    default:
        return BT_VALUE_TEXT;
    }
}

static void
bt_bind_column(MYSQL_BIND *bind, bt_column *column, unsigned long room)
{
    bind->is_null = &column->null;
    bind->length = &column->len;
    bind->error = &column->error;

    switch (column->type) {
    case BT_VALUE_INT:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = &column->number;
        break;
    case BT_VALUE_TIME:
        bind->buffer_type = MYSQL_TYPE_DATETIME;
        bind->buffer = &column->time;
        break;
    case BT_VALUE_NULL:
        bind->buffer_type = MYSQL_TYPE_NULL;
        break;
    default:
        bind->buffer_type = MYSQL_TYPE_STRING;
        bind->buffer = column->text;
        bind->buffer_length = room;
        break;
    }
}

/* Room for the longest value of each text column, so that none is cut.  The
 * lengths are known once the result is stored. */
static unsigned long
bt_room(const MYSQL_FIELD *field)
{
    return field->max_length + 32;  /* a number as text, and its NUL */
}

static bool
bt_make_columns(bt_rows *rows, const MYSQL_FIELD *fields)
{
    size_t total = 0;
    char  *place;

    rows->binds = calloc(rows->count, sizeof(*rows->binds));
    rows->columns = calloc(rows->count, sizeof(*rows->columns));
    if (rows->binds == NULL || rows->columns == NULL) {
        return false;
    }
    for (size_t i = 0; i < rows->count; i++) {
        rows->columns[i].type = bt_column_type(fields[i].type);
        total += rows->columns[i].type == BT_VALUE_TEXT ? bt_room(&fields[i])
                                                        : 0;
    }
    rows->texts = malloc(total + 1);
    place = rows->texts;
    if (place == NULL) {
        return false;
    }
    for (size_t i = 0; i < rows->count; i++) {
        unsigned long room = bt_room(&fields[i]);

        if (rows->columns[i].type == BT_VALUE_TEXT) {
            rows->columns[i].text = place;
            place += room;
        }
        bt_bind_column(&rows->binds[i], &rows->columns[i], room);
    }
    return true;
}

static bool
bt_take(bt_rows *rows, bt_failure *failure)
{
    MYSQL_STMT *stmt = rows->statement->stmt;

    if (mysql_stmt_store_result(stmt) == 0) {
        MYSQL_RES *about = mysql_stmt_result_metadata(stmt);
        bool       made;

        made = about != NULL
               && bt_make_columns(rows, mysql_fetch_fields(about));
        if (about != NULL) {
            mysql_free_result(about);
        }
        if (!made) {
            failure->number = 0;
            (void) snprintf(failure->text, sizeof(failure->text),
                            "out of memory for a result");
            return false;
        }
        if (mysql_stmt_bind_result(stmt, rows->binds) == 0) {
            return true;
        }
    }
    failure->number = mysql_stmt_errno(stmt);
    (void) snprintf(failure->text, sizeof(failure->text), "%s",
                    mysql_stmt_error(stmt));
    return false;
}

bt_rows *
bt_rows_new(bt_connection *connection, bt_statement *statement,
            bt_failure *failure)
{
    bt_rows *rows = calloc(1, sizeof(*rows));

    if (rows == NULL) {
        failure->number = 0;
        (void) snprintf(failure->text, sizeof(failure->text),
                        "out of memory for a result");
        (void) mysql_stmt_free_result(statement->stmt);
        return NULL;
    }
    rows->connection = connection;
    rows->statement = statement;
    rows->count = mysql_stmt_field_count(statement->stmt);
    statement->busy = true;
    connection->rows_open++;
    if (!bt_take(rows, failure)) {
        bool kept = statement->kept;

        /* libmariadb would wait for the rest of this answer for ever when it
         * executes the statement again. */
        bt_rows_close(rows);
        if (kept) {
            bt_connection_forget(connection, statement);
        }
        return NULL;
    }
    return rows;
}

int
bt_rows_next(bt_rows *rows)
{
    int result = mysql_stmt_fetch(rows->statement->stmt);

    if (result == 0) {
        return 1;
    }
    return result == MYSQL_NO_DATA ? 0 : -1;
}

/* Days from 1970-01-01 in the proleptic Gregorian calendar: counted from 1
 * March, so that the leap day is the year's last. */
static int64_t
bt_days(int64_t year, int64_t month, int64_t day)
{
    int64_t era;
    int64_t year_of_era;
    int64_t day_of_year;

    year -= month <= 2;
    era = (year >= 0 ? year : year - 399) / 400;
    year_of_era = year - era * 400;
    day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4
           - year_of_era / 100 + day_of_year - 719468;
}

static int64_t
bt_usec_of(const MYSQL_TIME *time)
{
    int64_t seconds = bt_days(time->year, time->month, time->day) * 86400
                      + time->hour * 3600 + time->minute * 60 + time->second;

    return seconds * BT_SECOND + (int64_t) time->second_part;
}

bt_value
bt_rows_get(bt_rows *rows, size_t index)
{
    const bt_column *column = &rows->columns[index];

    if (column->null) {
        return bt_null();
    }
    switch (column->type) {
    case BT_VALUE_INT:
        return bt_int(column->number);
    case BT_VALUE_TIME:
        return bt_time(bt_usec_of(&column->time));
    case BT_VALUE_TEXT:
        return bt_text(((bt_str) { column->text, column->len }));
    default:
        return bt_null();
    }
}

size_t
bt_rows_columns(const bt_rows *rows)
{
    return rows->count;
}

void
bt_rows_close(bt_rows *rows)
{
    bt_connection *connection;

    if (rows == NULL) {
        return;
    }
    connection = rows->connection;
    (void) mysql_stmt_free_result(rows->statement->stmt);
    rows->statement->busy = false;
    if (!rows->statement->kept) {
        bt_connection_forget(connection, rows->statement);
    }
    free(rows->binds);
    free(rows->columns);
    free(rows->texts);
    free(rows);

    connection->rows_open--;
    if (connection->dropped) {
        bt_connection_drop(connection);
    }
}

bt_str
bt_value_text(bt_value value)
{
    return value.type == BT_VALUE_TEXT ? value.text : (bt_str) { "", 0 };
}

bt_usec
bt_value_time(bt_value value)
{
    return value.type == BT_VALUE_TIME ? value.number : BT_USEC_NONE;
}

/* bt_sql.c: SQL statements from constant fragments; values only as parameters. */

#include "store/bt_sql.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_TEXT    1024
#define FIRST_VALUES  16


void
bt_sql_init(bt_sql *sql)
{
    *sql = (bt_sql) { 0 };
}


void
bt_sql_free(bt_sql *sql)
{
    free(sql->text);
    free(sql->values);
    *sql = (bt_sql) { 0 };
}


void
bt_sql_add(bt_sql *sql, const char *fragment)
{
    char    *text;
    size_t   len, room;

    len = strlen(fragment);
    room = sql->room > 0 ? sql->room : FIRST_TEXT;

    while (room < sql->len + len + 1) {
        room *= 2;
    }

    if (room != sql->room) {
        text = realloc(sql->text, room);

        if (text == NULL) {
            sql->failed = true;
            return;
        }

        sql->text = text;
        sql->room = room;
    }

    memcpy(sql->text + sql->len, fragment, len + 1);
    sql->len += len;
}


static void
add_value(bt_sql *sql, bt_value value)
{
    size_t     room;
    bt_value  *values;

    if (sql->count == sql->values_room) {
        room = sql->values_room > 0 ? sql->values_room * 2 : FIRST_VALUES;
        values = realloc(sql->values, room * sizeof(bt_value));

        if (values == NULL) {
            sql->failed = true;
            return;
        }

        sql->values = values;
        sql->values_room = room;
    }

    sql->values[sql->count++] = value;
}


void
bt_sql_value(bt_sql *sql, const char *fragment, bt_value value)
{
    bt_sql_add(sql, fragment);
    add_value(sql, value);
}


void
bt_sql_in(bt_sql *sql, const char *column, const bt_value *values,
    size_t count)
{
    size_t  i, places;

    if (count == 0) {
        bt_sql_add(sql, "1 = 0");
        return;
    }

    for (places = 1; places < count; places *= 2) { /* void */ }

    bt_sql_add(sql, column);
    bt_sql_add(sql, " IN (");

    for (i = 0; i < places; i++) {
        bt_sql_value(sql, i == 0 ? "?" : ", ?",
                     values[i < count ? i : count - 1]);
    }

    bt_sql_add(sql, ")");
}


bt_store_status
bt_sql_run(const bt_sql *sql, bt_store *store, bt_rows **rows)
{
    *rows = NULL;

    if (sql->failed) {
        return BT_STORE_ERROR;
    }

    return bt_store_run(store, sql->text, sql->values, sql->count, rows, NULL);
}


bt_store_status
bt_sql_number(bt_sql *sql, bt_store *store, int64_t *number)
{
    int              more;
    bt_rows         *rows;
    bt_store_status  status;

    status = bt_sql_run(sql, store, &rows);
    bt_sql_free(sql);

    if (status != BT_STORE_OK) {
        return status;
    }

    more = bt_rows_next(rows);
    *number = more > 0 ? bt_rows_get(rows, 0).number : 0;
    bt_rows_close(rows);

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


bt_str
bt_sql_contains(bt_pool *pool, bt_str text)
{
    char    *out;
    size_t   i, len;

    out = bt_pool_alloc(pool, text.len * 2 + 3);

    if (out == NULL) {
        return (bt_str) { NULL, 0 };
    }

    len = 0;
    out[len++] = '%';

    for (i = 0; i < text.len; i++) {

        if (strchr("%_|", text.data[i]) != NULL) {
            out[len++] = '|';
        }

        out[len++] = text.data[i];
    }

    out[len++] = '%';

    return (bt_str) { out, len };
}

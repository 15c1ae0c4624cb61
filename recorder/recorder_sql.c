/* recorder_sql.c: builds statements of constant text and values, and runs them. */

#include "recorder_internal.h"

#include <stdio.h>
#include <string.h>

void
rec_sql(bt_recorder *recorder, const char *text)
{
    for (; *text != '\0'; text++) {
        char *place = rec_add(recorder, &recorder->text);

        if (place != NULL) {
            *place = *text;
        }
    }
}

void
rec_bind(bt_recorder *recorder, bt_value value)
{
    bt_value *place = rec_add(recorder, &recorder->params);

    if (place != NULL) {
        *place = value;
    }
}

void
rec_sql_start(bt_recorder *recorder, const char *text)
{
    recorder->text.count = 0;
    recorder->params.count = 0;
    rec_sql(recorder, text);
}

static bt_store_status
run(bt_recorder *recorder, bt_rows **rows, int64_t *affected)
{
    bt_store_status status;

    (void) rec_add(recorder, &recorder->text);
    if (recorder->no_memory) {
        return BT_STORE_ERROR;
    }
    status = bt_store_run(recorder->store, recorder->text.data,
                          recorder->params.data, recorder->params.count, rows,
                          affected);
    if (status != BT_STORE_OK) {
        (void) snprintf(recorder->error, sizeof(recorder->error), "%s",
                        bt_store_error(recorder->store));
    }
    return status;
}

bool
rec_run(bt_recorder *recorder, bt_rows **rows)
{
    return run(recorder, rows, NULL) == BT_STORE_OK;
}

bt_store_status
rec_run_changing(bt_recorder *recorder, int64_t *affected)
{
    return run(recorder, NULL, affected);
}

void
rec_held(bt_recorder *recorder)
{
    bt_value values[BT_HELD_VALUES];

    if (recorder->holder.id == 0) {
        return;
    }
    rec_sql(recorder, " AND " BT_SQL_HELD("c"));
    bt_holder_bind(&recorder->holder, values);
    for (size_t i = 0; i < BT_HELD_VALUES; i++) {
        rec_bind(recorder, values[i]);
    }
}

size_t
rec_portion(size_t left)
{
    if (left >= 64) {
        return 64;
    }
    return left >= 8 ? 8 : 1;
}

void
rec_placeholders(bt_recorder *recorder, size_t count)
{
    rec_sql(recorder, "(?");
    for (size_t i = 1; i < count; i++) {
        rec_sql(recorder, ", ?");
    }
    rec_sql(recorder, ")");
}

bool
rec_take(bt_recorder *recorder, bt_rows *rows, size_t first, bt_value *values,
         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = bt_rows_get(rows, first + i);
        if (values[i].type == BT_VALUE_TEXT) {
            values[i].text = rec_copy(recorder, &recorder->scratch,
                                      values[i].text);
        }
    }
    return !recorder->no_memory;
}

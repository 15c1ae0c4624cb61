/* check_counts.c: recomputes hourly_counts from the rows, and puts them right. */

#include "check.h"

#define CELL_COLUMNS  7

#define HOUR  "CAST(DATE_FORMAT(listed_at, '%Y-%m-%d %H:00:00') AS DATETIME)"

/* Each task counts under its cluster and tenant, and under 0 and 0. */
#define ROWS(table, kind, cluster, tenant, mode, method)                      \
    " UNION ALL SELECT '" kind "', " HOUR ", " cluster ", " tenant            \
    ", status, " mode ", " method ", 0, COUNT(*) FROM " table                 \
    " GROUP BY 2, 3, 4, 5, 6, 7"
#define COUNTED(table, kind, mode, method)                                    \
    ROWS(table, kind, "cluster_id", "tenant_id", mode, method)                \
    ROWS(table, kind, "0", "0", mode, method)

static const char differences[] =
    "SELECT kind, hour, cluster_id, tenant_id, status, mode, method, "
    "CAST(SUM(counted) AS SIGNED), CAST(SUM(present) AS SIGNED) "
    "FROM (SELECT kind, hour, cluster_id, tenant_id, status, mode, method, "
    "tasks AS counted, 0 AS present FROM hourly_counts"
    COUNTED("data_tasks", "data", "COALESCE(mode, '')",
            "COALESCE(method, '')")
    COUNTED("cleanup_tasks", "cleanup", "''", "''")
    COUNTED("second_backups", "second", "COALESCE(kind, '')", "''")
    ") cells GROUP BY kind, hour, cluster_id, tenant_id, status, mode, method "
    "HAVING SUM(counted) <> SUM(present)";

static void
describe(bt_rows *rows, bt_buf *out)
{
    char   hour[BT_TIME_MAX];
    bt_str texts[4];

    (void) bt_time_format_utc(hour, bt_rows_get(rows, 1).number);
    for (size_t i = 0; i < 4; i++) {
        texts[i] = bt_rows_get(rows, i == 0 ? 0 : i + 3).text;
    }
    bt_buf_add(out, texts[0].data, texts[0].len);
    bt_buf_addz(out, ", hour ");
    bt_buf_addz(out, hour);
    bt_buf_addz(out, ", cluster ");
    bt_buf_addi(out, bt_rows_get(rows, 2).number);
    bt_buf_addz(out, ", tenant ");
    bt_buf_addi(out, bt_rows_get(rows, 3).number);
    for (size_t i = 1; i < 4; i++) {
        bt_buf_addz(out, texts[i].len > 0 ? ", " : "");
        bt_buf_add(out, texts[i].data, texts[i].len);
    }
    bt_buf_addz(out, ": ");
    bt_buf_addi(out, bt_rows_get(rows, 7).number);
    bt_buf_addz(out, " counted, ");
    bt_buf_addi(out, bt_rows_get(rows, 8).number);
    bt_buf_addz(out, " there");
}

/* The cell of the row gets the number that is there; none is no cell. */
static bool
put_right(check_run *run, bt_rows *rows)
{
    bt_value values[CELL_COLUMNS + 1];
    int64_t  tasks = bt_rows_get(rows, 8).number;

    for (size_t i = 0; i < CELL_COLUMNS; i++) {
        values[i] = bt_rows_get(rows, i);
    }
    values[CELL_COLUMNS] = bt_int(tasks);
    run->cells++;
    if (tasks == 0) {
        return bt_store_run(run->ctl->store, "DELETE FROM hourly_counts "
                            "WHERE kind = ? AND hour = ? AND cluster_id = ? "
                            "AND tenant_id = ? AND status = ? AND mode = ? "
                            "AND method = ?", values, CELL_COLUMNS, NULL, NULL)
               == BT_STORE_OK;
    }
    return bt_store_run(run->ctl->store, "INSERT INTO hourly_counts (kind, "
                        "hour, cluster_id, tenant_id, status, mode, method, "
                        "tasks) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                        "ON DUPLICATE KEY UPDATE tasks = VALUES(tasks)",
                        values, CELL_COLUMNS + 1, NULL, NULL) == BT_STORE_OK;
}

static void
tell(check_run *run, bt_rows *rows)
{
    char   text[512];
    bt_buf out;

    bt_buf_init(&out, text, sizeof(text));
    describe(rows, &out);
    check_found(run, "hourly counts", (bt_str) { text, out.len });
}

bool
check_counts(check_run *run)
{
    bt_rows *rows;
    bool     good = true;

    if (bt_store_run(run->ctl->store, differences, NULL, 0, &rows, NULL)
        != BT_STORE_OK)
    {
        return false;
    }
    while (good && bt_rows_next(rows) == 1) {
        if (run->repair) {
            good = put_right(run, rows);
        } else {
            tell(run, rows);
        }
    }
    bt_rows_close(rows);
    check_kind_done(run, NULL);
    return good;
}

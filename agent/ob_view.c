/* ob_view.c: finds out which views and columns a cluster has, whatever its version says. */

#include "agent/ob_view.h"

#include <string.h>
#include <strings.h>

#include "store/bt_dialect.h"

static void
note_columns(const ob_view *view, ob_found *found, const ob_rows *rows)
{
    const MYSQL_FIELD *fields = mysql_fetch_fields(rows->result);

    for (unsigned i = 0; i < view->count; i++) {
        for (unsigned k = 0; k < rows->columns; k++) {
            if (strcasecmp(fields[k].name, view->columns[i]) == 0) {
                found->columns |= 1U << i;
            }
        }
    }
}

static bt_answer
find_one(ob_link *link, const ob_view *view, ob_found *found,
         bt_reason *reason)
{
    ob_sql    sql;
    ob_rows   rows;
    bt_reason why = { "" };
    bt_answer answer;

    *found = (ob_found) { 0, 0 };
    ob_sql_start(&sql, "SELECT * FROM oceanbase.`");
    ob_sql_add(&sql, view->name);
    ob_sql_add(&sql, "` LIMIT 0");
    answer = ob_select(link, &sql, true, &rows, &why);
    if (answer == BT_ANSWER_OK) {
        note_columns(view, found, &rows);
        return ob_rows_end(&rows, reason);
    }
    if (answer == BT_ANSWER_UNREACHABLE || link->mysql == NULL) {
        *reason = why;
        return BT_ANSWER_UNREACHABLE;
    }
    found->error = mysql_errno(link->mysql);
    if (!view->needed) {
        return BT_ANSWER_OK;
    }
    ob_reason(reason, "oceanbase.%s cannot be read (%.300s): is this the "
              "right adapter, and may the account read the database "
              "oceanbase of the sys tenant?", view->name, why.text);
    return answer;
}

bt_answer
ob_views_find(ob_link *link, const ob_view *views, size_t count,
              ob_found *found, bt_reason *reason)
{
    bt_answer answer = BT_ANSWER_OK;

    for (size_t i = 0; i < count && answer == BT_ANSWER_OK; i++) {
        answer = find_one(link, &views[i], &found[i], reason);
    }
    return answer;
}

void
ob_sql_view(ob_sql *sql, const char *first, const ob_view *view,
            const ob_found *found)
{
    ob_sql_add(sql, "SELECT ");
    ob_sql_add(sql, first);
    for (unsigned i = 0; i < view->count; i++) {
        ob_sql_add(sql, i > 0 ? ", " : "");
        if (ob_has(found, i)) {
            ob_sql_add(sql, "`");
            ob_sql_add(sql, view->columns[i]);
            ob_sql_add(sql, "`");
        } else {
            ob_sql_add(sql, "NULL");
        }
    }
    ob_sql_add(sql, " FROM oceanbase.`");
    ob_sql_add(sql, view->name);
    ob_sql_add(sql, "`");
}

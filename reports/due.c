/* due.c: which reports are to be written, and the writing of those that are not there. */

#include "reports/bt_report.h"

#include <string.h>

#include "common/bt_log.h"
#include "store/bt_sql.h"


/* One look at what is due. */
typedef struct {
    bt_reporter  *reporter;
    int64_t       first, last;         /* days */
    char        **groups;              /* the first is "" */
    size_t        group_count;
} due;


/* A statement of one time; BT_USEC_NONE without one. */
static bt_store_status
read_time(bt_reporter *reporter, const char *sql, bt_usec *at)
{
    bt_rows         *rows;
    bt_store_status  status;

    *at = BT_USEC_NONE;
    status = bt_store_run(reporter->reader, sql, NULL, 0, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    if (bt_rows_next(rows) > 0) {
        *at = bt_value_time(bt_rows_get(rows, 0));
    }

    bt_rows_close(rows);

    return BT_STORE_OK;
}


/* True when every cluster that is asked has answered since. */
static bt_store_status
all_seen(bt_reporter *reporter, bt_usec since, bool *seen)
{
    bt_sql           sql;
    int64_t          behind;
    bt_store_status  status;

    bt_sql_init(&sql);
    bt_sql_value(&sql, "SELECT COUNT(*) FROM clusters WHERE removed_at IS NULL"
                 " AND paused = 0 AND COALESCE(observed, created) < ?",
                 bt_time(since));
    status = bt_sql_number(&sql, reporter->reader, &behind);
    *seen = behind == 0;

    return status;
}


/* The last day that has been over for long enough. */
static bt_store_status
find_last(due *d, bt_usec now)
{
    bool             seen = true;
    bt_usec          end;
    int64_t          today;
    bt_store_status  status = BT_STORE_OK;

    today = bt_day_of(&d->reporter->zone, now);
    end = bt_day_begin(&d->reporter->zone, today);
    d->last = bt_day_add(today, -1);

    if (now < end + BT_REPORT_GRACE) {
        seen = false;

    } else if (now < end + BT_REPORT_PATIENCE) {
        status = all_seen(d->reporter, end, &seen);
    }

    if (!seen) {
        d->last = bt_day_add(d->last, -1);
    }

    return status;
}


/* The day of the oldest record, at most some days back; d->first stays 0
 * without any record. */
static bt_store_status
find_first(due *d)
{
    size_t                     i;
    bt_usec                    at, oldest = BT_USEC_NONE;
    bt_store_status            status;
    static const char *const   statements[] = {
        "SELECT MIN(listed_at) FROM data_tasks",
        "SELECT MIN(listed_at) FROM log_backups",
        "SELECT MIN(listed_at) FROM cleanup_tasks",
        "SELECT MIN(listed_at) FROM second_backups"
    };

    for (i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        status = read_time(d->reporter, statements[i], &at);

        if (status != BT_STORE_OK) {
            return status;
        }

        if (at != BT_USEC_NONE && (oldest == BT_USEC_NONE || at < oldest)) {
            oldest = at;
        }
    }

    if (oldest == BT_USEC_NONE) {
        return BT_STORE_OK;
    }

    d->first = bt_day_of(&d->reporter->zone, oldest);

    if (d->first < bt_day_add(d->last, 1 - BT_REPORT_DAYS)) {
        d->first = bt_day_add(d->last, 1 - BT_REPORT_DAYS);
    }

    return BT_STORE_OK;
}


/* Copies the names: the pool is emptied with each report. */
static bt_store_status
take_groups(due *d, bt_rows *rows, bt_pool *pool)
{
    int      more;
    size_t   room = 64;
    char   **moved;

    d->groups = bt_pool_alloc(pool, room * sizeof(char *));

    if (d->groups == NULL) {
        return BT_STORE_ERROR;
    }

    d->groups[d->group_count++] = "";

    while ((more = bt_rows_next(rows)) > 0) {

        if (d->group_count == room) {
            moved = bt_pool_alloc(pool, 2 * room * sizeof(char *));

            if (moved == NULL) {
                return BT_STORE_ERROR;
            }

            memcpy(moved, d->groups, room * sizeof(char *));
            d->groups = moved;
            room *= 2;
        }

        d->groups[d->group_count] =
            bt_pool_copy(pool, bt_value_text(bt_rows_get(rows, 0)));

        if (d->groups[d->group_count++] == NULL) {
            return BT_STORE_ERROR;
        }
    }

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


static bt_store_status
find_groups(due *d, bt_pool *pool)
{
    bt_rows         *rows;
    bt_store_status  status;

    status = bt_store_run(d->reporter->reader, "SELECT DISTINCT g.name"
                          " FROM cluster_groups g JOIN clusters c"
                          " ON c.id = g.cluster_id WHERE c.removed_at IS NULL"
                          " ORDER BY g.name", NULL, 0, &rows, NULL);

    if (status != BT_STORE_OK) {
        return status;
    }

    status = take_groups(d, rows, pool);
    bt_rows_close(rows);

    return status;
}


static bt_store_status
is_there(due *d, int64_t day, const char *group, bool *there)
{
    char             text[BT_DAY_TEXT];
    bt_sql           sql;
    int64_t          count;
    bt_store_status  status;

    bt_day_format(text, day);
    bt_sql_init(&sql);
    bt_sql_value(&sql, "SELECT COUNT(*) FROM reports WHERE day = ?",
                 bt_text(bt_str_of(text)));
    bt_sql_value(&sql, " AND group_name = ?", bt_text(bt_str_of(group)));
    status = bt_sql_number(&sql, d->reporter->reader, &count);
    *there = count > 0;

    return status;
}


/* How many of the days a group has already, so that a whole month costs one
 * statement. */
static bt_store_status
is_whole(due *d, const char *group, bool *whole)
{
    char             first[BT_DAY_TEXT], last[BT_DAY_TEXT];
    bt_sql           sql;
    int64_t          day, count, wanted = 0;
    bt_store_status  status;

    for (day = d->first; day <= d->last; day = bt_day_add(day, 1)) {
        wanted++;
    }

    bt_day_format(first, d->first);
    bt_day_format(last, d->last);
    bt_sql_init(&sql);
    bt_sql_value(&sql, "SELECT COUNT(*) FROM reports WHERE day >= ?",
                 bt_text(bt_str_of(first)));
    bt_sql_value(&sql, " AND day <= ?", bt_text(bt_str_of(last)));
    bt_sql_value(&sql, " AND group_name = ?", bt_text(bt_str_of(group)));
    status = bt_sql_number(&sql, d->reporter->reader, &count);
    *whole = count >= wanted;

    return status;
}


/* A report that cannot be written does not keep the others from it, but for a
 * store that is away. */
static bt_store_status
write_one(due *d, int64_t day, const char *group, int64_t *written)
{
    bool             there;
    char             text[BT_DAY_TEXT];
    bt_store_status  status;

    status = is_there(d, day, group, &there);

    if (status != BT_STORE_OK || there) {
        return status;
    }

    bt_day_format(text, day);
    status = bt_report_write(d->reporter, day, group);

    switch (status) {

    case BT_STORE_OK:
        bt_log("info", "report of %s%s%s written", text,
               *group != '\0' ? " for group " : "", group);
        (*written)++;
        return BT_STORE_OK;

    case BT_STORE_DUPLICATE:
    case BT_STORE_CONFLICT:
        return BT_STORE_OK;

    case BT_STORE_UNAVAILABLE:
        return status;

    case BT_STORE_DEADLINE:
    case BT_STORE_ERROR:
        break;
    }

    bt_log("error", "report of %s%s%s cannot be written: %s", text,
           *group != '\0' ? " for group " : "", group, d->reporter->why);

    return bt_store_lacks(d->reporter->writer) == BT_LACKS_NOTHING
           ? BT_STORE_OK : status;
}


static bool
goes_on(const due *d)
{
    return d->reporter->stopping == NULL
           || !atomic_load(d->reporter->stopping);
}


/* That of all clusters last: it stands above those of groups, which are in
 * their order then, in an index that begins with the newest. */
static bt_store_status
write_days(due *d, int64_t *written)
{
    size_t           i;
    int64_t          day;
    bt_store_status  status = BT_STORE_OK;

    for (day = d->last; day >= d->first; day = bt_day_add(day, -1)) {
        for (i = d->group_count; i > 0; i--) {

            if (!goes_on(d)) {
                return BT_STORE_OK;
            }

            status = write_one(d, day, d->groups[i - 1], written);

            if (status != BT_STORE_OK) {
                return status;
            }
        }
    }

    return status;
}


/* Leaves the groups to which a day is missing. */
static bt_store_status
drop_whole(due *d)
{
    bool             whole;
    size_t           i, n = 0;
    bt_store_status  status;

    for (i = 0; i < d->group_count; i++) {
        status = is_whole(d, d->groups[i], &whole);

        if (status != BT_STORE_OK) {
            return status;
        }

        if (!whole) {
            d->groups[n++] = d->groups[i];
        }
    }

    d->group_count = n;

    return BT_STORE_OK;
}


static bt_store_status
catch_up(due *d, bt_usec now, bt_pool *pool, int64_t *written)
{
    bt_store_status  status;

    status = find_last(d, now);

    if (status == BT_STORE_OK) {
        status = find_first(d);
    }

    if (status != BT_STORE_OK || d->first == 0) {
        return status;
    }

    status = find_groups(d, pool);

    if (status == BT_STORE_OK) {
        status = drop_whole(d);
    }

    return status == BT_STORE_OK ? write_days(d, written) : status;
}


bt_store_status
bt_report_catch_up(bt_reporter *reporter, bt_usec now, int64_t *written)
{
    due              d = { .reporter = reporter };
    bt_pool         *pool = bt_pool_new();
    bt_store_status  status;

    *written = 0;

    if (pool == NULL) {
        return BT_STORE_ERROR;
    }

    status = catch_up(&d, now, pool, written);
    bt_pool_free(pool);

    return status;
}

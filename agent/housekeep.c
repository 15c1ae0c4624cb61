/* housekeep.c: the housekeeper's thread: what one agent does for all now and then. */

#include "agent/internal.h"

#include "common/bt_log.h"
#include "store/bt_audit.h"

#define TURN_SECONDS  60
#define LOGS_MAX      100           /* log backups thinned out at a time */
#define ROWS_MAX      "1000"        /* taken out by one statement */
#define SAMPLE_DAYS   "7"           /* then samples become hourly */
#define PARTS_MAX     "100"         /* of documents, 1 MB each at most */
#define KEEP_DAYS     "400"         /* tombstones and changes stay so long */

/* How far the thinning has come; 0: it begins anew. */
typedef struct {
    int64_t log_id;
} progress;

static bool
complain(bt_store *store, const char *what)
{
    bt_log("warning", "%s: %s", what, bt_store_error(store));
    return false;
}

/* The same rows are thinned out once: those of hours that are over by a week,
 * and not on the hour already. */
static bool
has_samples(bt_store *store, int64_t log_id, bool *found)
{
    bt_value id = bt_int(log_id);
    bt_rows *rows;

    if (bt_store_run(store, "SELECT 1 FROM log_latency WHERE log_id = ? "
                     "AND sampled_at < UTC_TIMESTAMP() - INTERVAL "
                     SAMPLE_DAYS " DAY - INTERVAL 1 HOUR "
                     "AND MINUTE(sampled_at) <> 0 LIMIT 1", &id, 1, &rows,
                     NULL) != BT_STORE_OK)
    {
        return complain(store, "samples cannot be read");
    }
    *found = bt_rows_next(rows) == 1;
    bt_rows_close(rows);
    return true;
}

/* The worst sample of an hour stands for all of it. */
static bool
thin_out(bt_store *store, int64_t log_id)
{
    bt_value values[2] = { bt_int(log_id), bt_null() };
    bt_rows *rows;

    if (bt_store_run(store, "SELECT CAST(DATE_FORMAT(UTC_TIMESTAMP() "
                     "- INTERVAL " SAMPLE_DAYS " DAY, "
                     "'%Y-%m-%d %H:00:00') AS DATETIME)", NULL, 0, &rows, NULL)
        != BT_STORE_OK)
    {
        return complain(store, "the store's time cannot be read");
    }
    if (bt_rows_next(rows) == 1) {
        values[1] = bt_rows_get(rows, 0);
    }
    bt_rows_close(rows);
    if (bt_store_begin(store) == BT_STORE_OK
        && bt_store_run(store, "INSERT INTO log_latency (log_id, sampled_at, "
                        "latency_seconds) SELECT s.log_id, "
                        "CAST(DATE_FORMAT(s.sampled_at, "
                        "'%Y-%m-%d %H:00:00') AS DATETIME), "
                        "MAX(s.latency_seconds) FROM log_latency s "
                        "WHERE s.log_id = ? AND s.sampled_at < ? "
                        "GROUP BY 1, 2 ON DUPLICATE KEY UPDATE "
                        "latency_seconds = GREATEST(log_latency."
                        "latency_seconds, VALUES(latency_seconds))", values,
                        2, NULL, NULL) == BT_STORE_OK
        && bt_store_run(store, "DELETE FROM log_latency WHERE log_id = ? "
                        "AND sampled_at < ? AND MINUTE(sampled_at) <> 0",
                        values, 2, NULL, NULL) == BT_STORE_OK
        && bt_store_commit(store) == BT_STORE_OK)
    {
        return true;
    }
    (void) complain(store, "samples cannot be thinned out");
    bt_store_rollback(store);
    return false;
}

/* The next log backups in order of their number. */
static bool
next_logs(bt_store *store, const progress *at, int64_t ids[LOGS_MAX],
          size_t *count)
{
    bt_value values[2] = { bt_int(at->log_id), bt_int(LOGS_MAX) };
    bt_rows *rows;

    *count = 0;
    if (bt_store_run(store, "SELECT id FROM record_keys WHERE kind = 'log' "
                     "AND id > ? ORDER BY id LIMIT ?", values, 2, &rows, NULL)
        != BT_STORE_OK)
    {
        return complain(store, "log backups cannot be listed");
    }
    while (*count < LOGS_MAX && bt_rows_next(rows) == 1) {
        ids[(*count)++] = bt_rows_get(rows, 0).number;
    }
    bt_rows_close(rows);
    return true;
}

static bool
thin_some(bt_agent *agent, bt_store *store, progress *at)
{
    int64_t ids[LOGS_MAX];
    size_t  count;
    bool    found = false;

    if (!next_logs(store, at, ids, &count)) {
        return false;
    }
    for (size_t i = 0; i < count && !atomic_load(&agent->stopping); i++) {
        if (!has_samples(store, ids[i], &found)
            || (found && !thin_out(store, ids[i])))
        {
            return false;
        }
        at->log_id = ids[i];
    }
    if (count < LOGS_MAX) {
        at->log_id = 0;
    }
    return true;
}

static bool
prune(bt_store *store)
{
    static const char *const statements[] = {
        "DELETE FROM removed WHERE updated < UTC_TIMESTAMP(6) - INTERVAL "
        KEEP_DAYS " DAY LIMIT " ROWS_MAX,
        "DELETE FROM changes WHERE at < UTC_TIMESTAMP(6) - INTERVAL "
        KEEP_DAYS " DAY LIMIT " ROWS_MAX
    };

    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        if (bt_store_run(store, statements[i], NULL, 0, NULL, NULL)
            != BT_STORE_OK)
        {
            return complain(store, "old changes cannot be taken out");
        }
    }
    return true;
}

/* Documents of daily reports that are older than the operator wants to keep
 * them; what the index knows of them stays. */
static bt_store_status
take_reports(bt_store *store, int days)
{
    bt_value        value = bt_int(days);
    int64_t         taken = 0, number;
    bt_store_status status;

    status = bt_store_run(store, "DELETE FROM report_parts WHERE day < "
                          "UTC_DATE() - INTERVAL ? DAY LIMIT " PARTS_MAX,
                          &value, 1, NULL, &taken);
    return status == BT_STORE_OK && taken > 0
           ? bt_change_number(store, BT_CHANGE_EVERYWHERE, &number) : status;
}

static bool
prune_reports(bt_store *store, int days)
{
    if (days == 0) {
        return true;
    }
    if (bt_store_begin(store) == BT_STORE_OK
        && take_reports(store, days) == BT_STORE_OK
        && bt_store_commit(store) == BT_STORE_OK)
    {
        return true;
    }
    (void) complain(store, "old reports cannot be taken out");
    bt_store_rollback(store);
    return false;
}

static void
expire(bt_store *store)
{
    int64_t expired[BT_EXPIRE_BATCH];
    size_t  count;

    if (bt_command_expire(store, expired, &count) != BT_STORE_OK) {
        (void) complain(store, "overdue commands cannot be ended");
    }
    for (size_t i = 0; i < count; i++) {
        bt_log("info", "command %lld expired", (long long) expired[i]);
    }
}

static void
keep_house(bt_agent *agent, bt_store *store, progress *at)
{
    bool ours = false;

    if (!bt_lease_of(agent, store, "housekeeping", &ours) || !ours) {
        return;
    }
    expire(store);
    if (prune(store) && prune_reports(store, agent->conf.report_days)) {
        (void) thin_some(agent, store, at);
    }
}

void *
bt_housekeeper_run(void *data)
{
    bt_agent *agent = data;
    bt_store *store = agent->housekeeper_store;
    progress  at = { 0 };

    bt_store_thread_begin();
    while (!atomic_load(&agent->stopping)) {
        bool known = bt_agent_holder(agent).id != 0;

        if (known) {
            keep_house(agent, store, &at);
        }
        bt_agent_pause(agent,
                       bt_clock() + (known ? TURN_SECONDS : 1) * BT_SECOND,
                       &agent->stopping);
    }
    bt_store_free(store);
    agent->housekeeper_store = NULL;
    bt_store_thread_end();
    return NULL;
}

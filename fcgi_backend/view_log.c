/* view_log.c: log backups: the list, and one with rounds, gaps and latency. */

#include "fcgi_backend/views.h"

#include <stdlib.h>

#include "acts/bt_command.h"
#include "fcgi_backend/document.h"
#include "fcgi_backend/record.h"

#define PARTS_MAX      1000      /* rounds or gaps of one log backup */
#define SAMPLES_MAX    500       /* latency samples in a document */
#define LATENCY_RANGE  BT_DAY    /* without a range */


static const bt_field  fields[] = {
    { "id", BT_FIELD_PLAIN, "t.id" },
    { "cluster", BT_FIELD_CLUSTER, BT_SQL_CLUSTER },
    { "tenant", BT_FIELD_REF, BT_SQL_TENANT },
    { "method", BT_FIELD_PLAIN, "t.method" },
    { "host", BT_FIELD_PLAIN, "t.host" },
    { "latest-backup-time", BT_FIELD_PLAIN, "t.latest_backup_time" },
    { "latency-seconds", BT_FIELD_PLAIN, "t.latency_seconds" },
    { "observed", BT_FIELD_PLAIN, "t.observed" },
    { "rpo-seconds", BT_FIELD_PLAIN, "c.rpo_seconds" },
    { "storage-directory", BT_FIELD_PLAIN, "t.storage_directory" },
    { "start-time", BT_FIELD_PLAIN, "t.start_time" },
    { "status", BT_FIELD_PLAIN, "t.status" },
    { "raw-status", BT_FIELD_PLAIN, "t.raw_status" },
    { "status-since", BT_FIELD_PLAIN, "t.status_since" },
    { "actions", BT_FIELD_ACTIONS, "t.status" },
    { "rounds", BT_FIELD_EXTRA, NULL },
    { "cause", BT_FIELD_CAUSE, BT_SQL_CAUSE },
    { "acknowledged", BT_FIELD_ACK, BT_SQL_ACK },
    { "command", BT_FIELD_COMMAND, BT_SQL_COMMAND },
    { "stale", BT_FIELD_STALE, BT_SQL_STALE },
    { "updated", BT_FIELD_PLAIN, "t.updated" }
};


static const bt_field  round_fields[] = {
    { "round-id", BT_FIELD_PLAIN, "r.round_id" },
    { "status", BT_FIELD_PLAIN, "r.status" },
    { "raw-status", BT_FIELD_PLAIN, "r.raw_status" },
    { "start-time", BT_FIELD_PLAIN, "r.start_time" },
    { "end-time", BT_FIELD_PLAIN, "r.end_time" },
    { "checkpoint", BT_FIELD_PLAIN, "r.checkpoint" }
};

#define ROUND_FIELDS  (sizeof(round_fields) / sizeof(round_fields[0]))


static const bt_field  gap_fields[] = {
    { "from", BT_FIELD_PLAIN, "g.gap_from" },
    { "to", BT_FIELD_PLAIN, "g.gap_to" }
};

#define GAP_FIELDS  (sizeof(gap_fields) / sizeof(gap_fields[0]))


/* The rounds that go with a part's rows, in the order of the rows. */
typedef struct {
    bt_rows  *rows;
    bool      there;              /* a row is waiting */
} rounds;


/* Reads the rounds that were alive in the range of a list. */
static bt_store_status
prepare_rounds(bt_reply *reply, const bt_part *part, void **context)
{
    bt_sql           sql;
    rounds          *r;
    bt_store_status  status;
    const bt_query  *query = &reply->request->query;

    if (query->from == BT_USEC_NONE) {
        return BT_STORE_OK;
    }

    r = calloc(1, sizeof(rounds));

    if (r == NULL) {
        return BT_STORE_ERROR;
    }

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT k.id, ");
    bt_row_columns(&sql, round_fields, ROUND_FIELDS);
    bt_sql_add(&sql, " FROM (");
    bt_part_keys(&sql, part);
    bt_sql_add(&sql, ") k STRAIGHT_JOIN log_rounds r ON r.log_id = k.id");
    bt_sql_value(&sql, " WHERE (r.start_time IS NULL OR r.start_time < ?)",
                 bt_time(query->to));
    bt_sql_value(&sql, " AND (r.end_time IS NULL OR r.end_time >= ?)",
                 bt_time(query->from));
    bt_sql_add(&sql, " ORDER BY k.at DESC, k.id DESC, r.incarnation DESC,"
               " r.round_id DESC");

    status = bt_sql_run(&sql, reply->store, &r->rows);
    bt_sql_free(&sql);

    if (status != BT_STORE_OK) {
        free(r);
        return status;
    }

    r->there = bt_rows_next(r->rows) > 0;
    *context = r;

    return BT_STORE_OK;
}


static void
release_rounds(void *context)
{
    rounds  *r = context;

    bt_rows_close(r->rows);
    free(r);
}


static void
write_rounds(bt_reply *reply, void *context, int64_t id)
{
    rounds  *r = context;

    if (r == NULL) {
        return;
    }

    bt_xml_open(reply->xml, "rounds");

    while (r->there && bt_rows_get(r->rows, 0).number == id) {
        bt_xml_open(reply->xml, "round");
        bt_row_write(reply, round_fields, ROUND_FIELDS, r->rows, 1, 0, NULL,
                     NULL);
        bt_xml_close(reply->xml);

        r->there = bt_rows_next(r->rows) > 0;
    }

    bt_xml_close(reply->xml);
}


/* Every log backup stands in the list, whatever the range. */
const bt_list  bt_list_log = {
    .view = BT_VIEW_LOG,
    .root = "log-backups",
    .container = "backups",
    .row = "log-backup",
    .kind = "log",
    .table = " FROM log_backups t",
    .order = " ORDER BY t.listed_at DESC, t.id DESC",
    .reverse = " ORDER BY t.listed_at, t.id",
    .at = "t.listed_at",
    .columns = {
        .status = "t.status",
        .method = "t.method",
        .updated = "t.updated"
    },
    .indexes = {
        .order = " FORCE INDEX (PRIMARY)",
        .cluster = " FORCE INDEX (log_backups_cluster)",
        .status = " FORCE INDEX (log_backups_status)",
        .updated = " FORCE INDEX (log_backups_updated)",
        .change = " FORCE INDEX (log_backups_change)",
        .cluster_change = " FORCE INDEX (log_backups_cluster_change)"
    },
    .joins = BT_JOIN_RECORD BT_JOIN_COMMAND,
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .prepare = prepare_rounds,
    .extra = write_rounds,
    .release = release_rounds
};


int
bt_view_log(bt_reply *reply)
{
    return bt_list_view(reply, &bt_list_log);
}


static bt_store_status
write_all_rounds(bt_reply *reply, int64_t id)
{
    bt_sql           sql;
    bt_store_status  status;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT ");
    bt_row_columns(&sql, round_fields, ROUND_FIELDS);
    bt_sql_value(&sql, " FROM log_rounds r WHERE r.log_id = ?", bt_int(id));
    bt_sql_value(&sql, " ORDER BY r.incarnation DESC, r.round_id DESC LIMIT ?",
                 bt_int(PARTS_MAX));

    status = bt_record_part(reply, &sql, "rounds", "round", round_fields,
                            ROUND_FIELDS);
    bt_sql_free(&sql);

    return status;
}


static bt_store_status
write_gaps(bt_reply *reply, int64_t id)
{
    bt_sql           sql;
    bt_store_status  status;

    bt_sql_init(&sql);
    bt_sql_add(&sql, "SELECT ");
    bt_row_columns(&sql, gap_fields, GAP_FIELDS);
    bt_sql_value(&sql, " FROM log_gaps g WHERE g.log_id = ?", bt_int(id));
    bt_sql_value(&sql, " ORDER BY g.gap_from DESC LIMIT ?", bt_int(PARTS_MAX));

    status = bt_record_part(reply, &sql, "gaps", "gap", gap_fields,
                            GAP_FIELDS);
    bt_sql_free(&sql);

    return status;
}


static bt_store_status
run_latency(bt_reply *reply, const char *select, const char *order,
    const bt_value range[3], bt_rows **rows)
{
    bt_sql           sql;
    bt_store_status  status;

    bt_sql_init(&sql);
    bt_sql_add(&sql, select);
    bt_sql_value(&sql, " FROM log_latency l WHERE l.log_id = ?", range[0]);
    bt_sql_value(&sql, " AND l.sampled_at >= ?", range[1]);
    bt_sql_value(&sql, " AND l.sampled_at < ?", range[2]);
    bt_sql_add(&sql, order);

    status = bt_sql_run(&sql, reply->store, rows);
    bt_sql_free(&sql);

    return status;
}


static void
write_sample(bt_reply *reply, bt_usec at, int64_t seconds)
{
    bt_xml_open(reply->xml, "sample");
    bt_document_time_attr(reply, "at", at);
    bt_xml_attr_int(reply->xml, "seconds", seconds);
    bt_xml_close(reply->xml);
}


/* One sample for each stretch of `step`: the worst. */
static int
write_samples(bt_reply *reply, bt_rows *rows, bt_usec from, bt_usec step)
{
    int      more;
    bt_usec  at, worst_at;
    int64_t  seconds, worst, stretch, present;

    worst = -1;
    worst_at = from;
    present = 0;

    while ((more = bt_rows_next(rows)) > 0) {
        at = bt_rows_get(rows, 0).number;
        seconds = bt_rows_get(rows, 1).number;
        stretch = (at - from) / step;

        if (worst >= 0 && stretch != present) {
            write_sample(reply, worst_at, worst);
            worst = -1;
        }

        if (seconds > worst) {
            worst = seconds;
            worst_at = at;
        }

        present = stretch;
    }

    if (worst >= 0) {
        write_sample(reply, worst_at, worst);
    }

    return more;
}


static bt_store_status
count_samples(bt_reply *reply, const bt_value range[3], int64_t *count)
{
    bt_rows         *rows;
    bt_store_status  status;

    status = run_latency(reply, "SELECT COUNT(*)", "", range, &rows);

    if (status != BT_STORE_OK) {
        return status;
    }

    *count = bt_rows_next(rows) > 0 ? bt_rows_get(rows, 0).number : 0;
    bt_rows_close(rows);

    return BT_STORE_OK;
}


static bt_store_status
write_latency(bt_reply *reply, int64_t id)
{
    int              more;
    bt_usec          from, to, step;
    bt_rows         *rows;
    int64_t          count;
    bt_value         range[3];
    bt_store_status  status;

    to = reply->request->query.to;
    from = reply->request->query.from;

    if (from == BT_USEC_NONE) {
        to = reply->request->now;
        from = to - LATENCY_RANGE;
    }

    range[0] = bt_int(id);
    range[1] = bt_time(from);
    range[2] = bt_time(to);

    status = count_samples(reply, range, &count);

    if (status == BT_STORE_OK) {
        status = run_latency(reply, "SELECT l.sampled_at, l.latency_seconds",
                             " ORDER BY l.sampled_at", range, &rows);
    }

    if (status != BT_STORE_OK) {
        return status;
    }

    step = count > SAMPLES_MAX ? (to - from + SAMPLES_MAX - 1) / SAMPLES_MAX
                               : 1;

    bt_xml_open(reply->xml, "latency");
    bt_document_time_attr(reply, "from", from);
    bt_document_time_attr(reply, "to", to);
    more = write_samples(reply, rows, from, step);
    bt_xml_close(reply->xml);
    bt_rows_close(rows);

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


/* What a failure was is left in *context, a bt_store_status. */
static void
write_history(bt_reply *reply, void *context, int64_t id)
{
    bt_store_status  *status = context;

    *status = write_all_rounds(reply, id);

    if (*status == BT_STORE_OK) {
        *status = write_gaps(reply, id);
    }

    if (*status == BT_STORE_OK) {
        *status = write_latency(reply, id);
    }
}


int
bt_view_log_backup(bt_reply *reply)
{
    int              code;
    bt_store_status  status;

    status = BT_STORE_OK;
    code = bt_record_view(reply, &bt_list_log, write_history, &status);

    return code == 200 ? bt_reply_store(reply, status) : code;
}

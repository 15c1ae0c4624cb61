/* oceanbase4_rounds.c: log backups of 4.x: destinations, rounds, gaps, and what does not run. */

#include "agent/oceanbase4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long after the log mode was switched on a round may take to begin: the
 * scheduler looks every 2 to 60 seconds. */
#define BEGIN_TIME  (120 * BT_SECOND)

/* A destination as configured; tenant and id (DEST_NO) first. */
typedef struct {
    int64_t tenant;
    int64_t id;
    bool    deferred;
    char   *path;
} ob4_dest;

/* A round; tenant and id (of the round) first. */
typedef struct {
    int64_t tenant;
    int64_t id;
    int64_t dest;
    int     incarnation;
    bool    current;
    bt_usec start;
    bt_usec checkpoint;
    char    status[24];
    char   *comment;
    char   *path;
} ob4_round;

/* The log backup at hand. */
typedef struct {
    ob4_tenant     *tenant;
    int64_t         dest_no;
    const ob4_dest *dest;           /* NULL: not configured */
    const ob4_round *current;       /* NULL: none */
    char            raw[64];
    char            source_id[24];
    bt_round_record *rounds;
    bt_gap_record   *gaps;
    bt_log_record   record;
} ob4_log;

static void
dup_text(bt_str text, char **copy)
{
    free(*copy);
    *copy = text.len == 0 ? NULL : strndup(text.data, text.len);
}

static ob4_dest *
dest_at(const ob4_look *look, size_t index)
{
    return ob_list_at(&look->dests, index);
}

static ob4_round *
round_at(const ob4_look *look, size_t index)
{
    return ob_list_at(&look->rounds, index);
}

static ob4_dest *
find_dest(const ob4_look *look, int64_t tenant, int64_t number)
{
    for (size_t i = 0; i < look->dests.count; i++) {
        ob4_dest *dest = dest_at(look, i);

        if (dest->tenant == tenant && dest->id == number) {
            return dest;
        }
    }
    return NULL;
}

/* A destination without a path is none. */
static bool
take_dest(ob4_look *look, const ob_rows *rows)
{
    int64_t   tenant = ob_int(rows, OB4_DEST_TENANT);
    int64_t   number = ob_int(rows, OB4_DEST_NO);
    bt_str    name = ob_text(rows, OB4_DEST_NAME);
    bt_str    value = ob_text(rows, OB4_DEST_VALUE);
    ob4_dest *dest;

    if (tenant == BT_UNKNOWN || number == BT_UNKNOWN || value.len == 0) {
        return true;
    }
    dest = find_dest(look, tenant, number);
    if (dest == NULL) {
        dest = ob_list_add(&look->dests, sizeof(*dest));
        if (dest == NULL) {
            return false;
        }
        dest->tenant = tenant;
        dest->id = number;
    }
    if (bt_str_eqz(name, "path")) {
        dup_text(value, &dest->path);
    } else if (bt_str_eqz(name, "state")) {
        dest->deferred = bt_str_eqz(value, "DEFER");
    }
    return true;
}

static bt_answer
read_dests(ob4_look *look)
{
    const ob_found *found = &look->link->found[OB4_DEST];
    ob_sql          sql;
    ob_rows         rows;
    bt_answer       answer;
    bool            good = true;

    if (found->columns == 0) {
        return BT_ANSWER_OK;
    }
    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob4_views[OB4_DEST], found);
    ob_sql_add(&sql, " WHERE `NAME` IN ('path', 'state')");
    answer = ob4_select(look, &sql, true, &rows);
    while (answer == BT_ANSWER_OK && good && ob_rows_next(&rows)) {
        good = take_dest(look, &rows);
    }
    if (answer == BT_ANSWER_OK) {
        answer = ob_rows_end(&rows, look->reason);
    }
    return good ? answer : ob4_no_memory(look);
}

static ob4_round *
find_round(const ob4_look *look, int64_t tenant, int64_t dest, int64_t id)
{
    for (size_t i = 0; i < look->rounds.count; i++) {
        ob4_round *round = round_at(look, i);

        if (round->tenant == tenant && round->dest == dest && round->id == id)
        {
            return round;
        }
    }
    return NULL;
}

/* What the view of current rounds says stands above the summary. */
static bool
take_round(ob4_look *look, const ob_rows *rows, bool current)
{
    int64_t    tenant = ob_int(rows, OB4_ROUND_TENANT);
    int64_t    id = ob_int(rows, OB4_ROUND_ID);
    int64_t    dest = ob_int(rows, OB4_ROUND_DEST);
    bt_str     status = ob_text(rows, OB4_ROUND_STATUS);
    ob4_round *round;

    dest = dest == BT_UNKNOWN ? 0 : dest;
    if (tenant == BT_UNKNOWN || id == BT_UNKNOWN || !ob4_shows(tenant)
        || find_round(look, tenant, dest, id) != NULL)
    {
        return true;
    }
    round = ob_list_add(&look->rounds, sizeof(*round));
    if (round == NULL) {
        return false;
    }
    round->tenant = tenant;
    round->id = id;
    round->dest = dest;
    round->current = current;
    round->incarnation = ob_int(rows, OB4_ROUND_INCARNATION) == BT_UNKNOWN
                         ? 1 : (int) ob_int(rows, OB4_ROUND_INCARNATION);
    round->start = ob_scn(rows, OB4_ROUND_START);
    round->checkpoint = ob_scn(rows, OB4_ROUND_CHECKPOINT);
    (void) snprintf(round->status, sizeof(round->status), "%.*s",
                    (int) status.len, status.len > 0 ? status.data : "");
    dup_text(ob_text(rows, OB4_ROUND_COMMENT), &round->comment);
    dup_text(ob_text(rows, OB4_ROUND_PATH), &round->path);
    return true;
}

static bt_answer
read_view(ob4_look *look, ob4_view_e view)
{
    ob_sql    sql;
    ob_rows   rows;
    bt_answer answer;
    bool      good = true;

    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob4_views[view], &look->link->found[view]);
    answer = ob4_select(look, &sql, true, &rows);
    while (answer == BT_ANSWER_OK && good && ob_rows_next(&rows)) {
        good = take_round(look, &rows, view == OB4_ROUNDS);
    }
    if (answer == BT_ANSWER_OK) {
        answer = ob_rows_end(&rows, look->reason);
    }
    return good ? answer : ob4_no_memory(look);
}

static bool
has_round(const ob4_look *look, int64_t tenant)
{
    for (size_t i = 0; i < look->rounds.count; i++) {
        if (round_at(look, i)->tenant == tenant) {
            return true;
        }
    }
    return false;
}

/* Notes which tenants have another round or state than at the last look, or
 * none any more: their earlier rounds are to be read. */
static bool
note_changes(ob4_look *look)
{
    bool due = false;

    for (size_t i = 0; i < look->rounds.count; i++) {
        const ob4_round *round = round_at(look, i);
        ob4_tenant      *tenant = ob4_find_tenant(look->link, round->tenant);

        if (tenant != NULL && round->id >= tenant->round
            && (round->id != tenant->round
                || strcmp(round->status, tenant->round_status) != 0))
        {
            tenant->rounds_due = true;
        }
    }
    for (size_t i = 0; i < look->link->tenants.count; i++) {
        ob4_tenant *tenant = ob_list_at(&look->link->tenants, i);

        if (tenant->round != 0 && !has_round(look, tenant->id)) {
            tenant->rounds_due = true;
        }
        due = due || (tenant->user && tenant->rounds_due);
    }
    return due;
}

/* In the order of tenant, then round. */
static void
sort_rounds(ob4_look *look)
{
    ob_list_sort(&look->rounds);
}

static const ob4_round *
current_of(const ob4_look *look, int64_t tenant, int64_t dest)
{
    const ob4_round *newest = NULL;

    for (size_t i = 0; i < look->rounds.count; i++) {
        const ob4_round *round = round_at(look, i);

        if (round->tenant == tenant && round->dest == dest) {
            newest = round;
        }
    }
    return newest;
}

/* The word for the state.  Without a round, and where a round has stopped,
 * log mode and destination tell more than the round. */
static void
decide_raw(ob4_look *look, ob4_log *log)
{
    ob4_tenant *tenant = log->tenant;
    const char *round = log->current == NULL ? "" : log->current->status;
    bool        off = round[0] == '\0' || strcmp(round, "STOP") == 0
                      || strcmp(round, "STOPPED") == 0;
    bool        on = strcmp(tenant->mode, "ARCHIVELOG") == 0;
    bool        deferred = log->dest != NULL && log->dest->deferred;

    if (!off || !on || deferred) {
        tenant->waits_since = BT_UNKNOWN;
    } else if (tenant->waits_since == BT_UNKNOWN) {
        tenant->waits_since = look->link->first ? 0 : look->clock;
    }
    (void) snprintf(log->raw, sizeof(log->raw), "%s%s",
                    !off ? round : on ? "ARCHIVELOG"
                    : round[0] != '\0' ? round : tenant->mode,
                    off && deferred ? ", DEFER" : "");
}

/* Log mode on, and nothing runs: first it may be about to begin. */
static const char *
decide_code(const ob4_look *look, const ob4_log *log)
{
    bt_usec waits = log->tenant->waits_since;

    if (waits != BT_UNKNOWN) {
        return log->dest != NULL && look->clock - waits < BEGIN_TIME
               ? "STARTING" : "FAILED";
    }
    /* before LOG_MODE there was (4.0), no round says all that is known */
    if (log->raw[0] == '\0') {
        return "STOPPED";
    }
    return ob_state_code(BT_VIEW_LOG, OB_V4, bt_str_of(log->raw));
}

static void
explain(ob4_look *look, ob4_log *log)
{
    bt_log_record *record = &log->record;
    bt_str         comment = log->current == NULL
                             || log->current->comment == NULL
                             ? (bt_str) { NULL, 0 }
                             : bt_str_of(log->current->comment);

    if (bt_str_eqz(record->status, "INTERRUPTED")) {
        ob_cause_parse(&look->cause, comment, -9027, false);
    } else if (!bt_str_eqz(record->status, "FAILED")) {
        return;
    } else if (log->dest == NULL) {
        ob_cause_parse(&look->cause, BT_STR(
            "The log mode is ARCHIVELOG, but the tenant has no destination "
            "(LOG_ARCHIVE_DEST): nothing is archived."), -9026, false);
    } else {
        ob_cause_parse(&look->cause, BT_STR(
            "The log mode is ARCHIVELOG, but no round has begun: nothing is "
            "archived."), -9029, false);
    }
    record->cause = ob4_cause(&look->cause);
    if (record->cause.stage.len == 0) {
        record->cause.stage = BT_STR("ARCHIVE");
    }
}

static bool
is_open_gap(const ob4_round *round)
{
    ob_round_e state = ob_round_of(bt_str_of(round->status));

    return state == OB_ROUND_STOP || state == OB_ROUND_INTERRUPTED;
}

/* Rounds of the log backup, and the gaps between them. */
static void
fill_rounds(const ob4_look *look, ob4_log *log)
{
    bt_log_record   *record = &log->record;
    const ob4_round *last = NULL;

    record->rounds = log->rounds;
    record->gaps = log->gaps;
    for (size_t i = 0; i < look->rounds.count; i++) {
        const ob4_round *round = round_at(look, i);
        bool             over;

        if (round->tenant != log->tenant->id || round->dest != log->dest_no) {
            continue;
        }
        if (last != NULL && last->checkpoint != BT_UNKNOWN
            && round->start != BT_UNKNOWN && round->start > last->checkpoint)
        {
            log->gaps[record->gap_count++] = (bt_gap_record) {
                last->checkpoint, round->start
            };
        }
        over = ob_round_of(bt_str_of(round->status)) == OB_ROUND_STOP;
        log->rounds[record->round_count++] = (bt_round_record) {
            .incarnation = round->incarnation, .round_id = round->id,
            .status = bt_str_of(ob_state_code(BT_VIEW_LOG, OB_V4,
                                              bt_str_of(round->status))),
            .raw_status = bt_str_of(round->status),
            .start_time = round->start,
            .end_time = over ? round->checkpoint : BT_UNKNOWN,
            .checkpoint = round->checkpoint
        };
        last = round;
    }
    if (last != NULL && is_open_gap(last) && last->checkpoint != BT_UNKNOWN) {
        log->gaps[record->gap_count++] = (bt_gap_record) {
            last->checkpoint, BT_UNKNOWN
        };
    }
}

static bt_usec
latest_of(const ob4_log *log)
{
    bt_usec latest = BT_UNKNOWN;

    for (size_t i = 0; i < log->record.round_count; i++) {
        if (log->rounds[i].checkpoint > latest) {
            latest = log->rounds[i].checkpoint;
        }
    }
    if (latest == BT_UNKNOWN) {
        latest = log->tenant->checkpoint;
    }
    return latest;
}

static void
put_log(ob4_look *look, ob4_log *log)
{
    bt_log_record *record = &log->record;
    const char    *path = log->dest != NULL ? log->dest->path
                          : log->current != NULL ? log->current->path : NULL;

    decide_raw(look, log);
    (void) snprintf(log->source_id, sizeof(log->source_id), "%lld",
                    (long long) log->dest_no);
    ob_path_clean(path == NULL ? (bt_str) { NULL, 0 } : bt_str_of(path),
                  look->path, sizeof(look->path));
    *record = (bt_log_record) {
        .tenant = log->tenant->id, .source_id = bt_str_of(log->source_id),
        .method = BT_STR("PHYSICAL"), .latency_seconds = BT_UNKNOWN,
        .observed = look->observed, .storage_directory = bt_str_of(look->path),
        .start_time = log->current == NULL ? BT_UNKNOWN : log->current->start,
        .status = bt_str_of(decide_code(look, log)),
        .raw_status = bt_str_of(log->raw), .status_since = BT_UNKNOWN
    };
    fill_rounds(look, log);
    record->latest_backup_time = latest_of(log);
    if (record->latest_backup_time != BT_UNKNOWN) {
        record->latency_seconds = look->clock > record->latest_backup_time
            ? (look->clock - record->latest_backup_time) / BT_SECOND : 0;
    }
    explain(look, log);
    bt_collect_log(look->collect, record);
}

/* The stretches of continuous log, the newest OB4_SEGMENTS of them. */
static void
keep_segments(const ob4_look *look, ob4_tenant *tenant)
{
    ob4_segment *last;

    tenant->segment_count = 0;
    for (size_t i = 0; i < look->rounds.count; i++) {
        const ob4_round *round = round_at(look, i);

        if (round->tenant != tenant->id || round->start == BT_UNKNOWN
            || round->checkpoint == BT_UNKNOWN)
        {
            continue;
        }
        last = &tenant->segments[tenant->segment_count > 0
                                 ? tenant->segment_count - 1 : 0];
        if (tenant->segment_count > 0 && round->start <= last->to) {
            last->to = round->checkpoint > last->to ? round->checkpoint
                                                    : last->to;
            continue;
        }
        if (tenant->segment_count == OB4_SEGMENTS) {
            memmove(tenant->segments, tenant->segments + 1,
                    sizeof(tenant->segments) - sizeof(tenant->segments[0]));
            tenant->segment_count--;
        }
        tenant->segments[tenant->segment_count++] = (ob4_segment) {
            round->start, round->checkpoint
        };
    }
}

static void
remember(ob4_look *look, ob4_tenant *tenant)
{
    const ob4_round *newest = NULL;

    for (size_t i = 0; i < look->rounds.count; i++) {
        const ob4_round *round = round_at(look, i);

        if (round->tenant == tenant->id) {
            newest = round;
        }
    }
    if (tenant->rounds_due) {
        keep_segments(look, tenant);
        look->sets_due = true;
    }
    tenant->rounds_due = false;
    tenant->round = newest == NULL ? 0 : newest->id;
    (void) snprintf(tenant->round_status, sizeof(tenant->round_status), "%s",
                    newest == NULL ? "" : newest->status);
    if (newest != NULL && newest->checkpoint != BT_UNKNOWN) {
        tenant->checkpoint = newest->checkpoint;
        if (tenant->segment_count > 0) {
            ob4_segment *last = &tenant->segments[tenant->segment_count - 1];

            last->to = newest->checkpoint > last->to ? newest->checkpoint
                                                     : last->to;
        }
    }
}

/* One log backup for each destination that is configured or has rounds, and
 * one where the log mode is on without either. */
static void
put_tenant_logs(ob4_look *look, ob4_log *log, ob4_tenant *tenant)
{
    ob_list numbers = { .data = NULL };

    for (size_t i = 0; i < look->dests.count; i++) {
        if (dest_at(look, i)->tenant == tenant->id
            && dest_at(look, i)->path != NULL)
        {
            (void) ob_ids_add(&numbers, dest_at(look, i)->id);
        }
    }
    for (size_t i = 0; i < look->rounds.count; i++) {
        if (round_at(look, i)->tenant == tenant->id) {
            (void) ob_ids_add(&numbers, round_at(look, i)->dest);
        }
    }
    if (numbers.count == 0 && strcmp(tenant->mode, "ARCHIVELOG") == 0) {
        (void) ob_ids_add(&numbers, 0);
    }
    for (size_t i = 0; i < numbers.count; i++) {
        log->tenant = tenant;
        log->dest_no = *(const int64_t *) ob_list_at(&numbers, i);
        log->dest = find_dest(look, tenant->id, log->dest_no);
        if (log->dest != NULL && log->dest->path == NULL) {
            log->dest = NULL;
        }
        log->current = current_of(look, tenant->id, log->dest_no);
        put_log(look, log);
    }
    ob_list_free(&numbers);
}

static bool
put_logs(ob4_look *look)
{
    size_t  room = look->rounds.count + 1;
    ob4_log log = {
        .rounds = calloc(room, sizeof(*log.rounds)),
        .gaps = calloc(room, sizeof(*log.gaps))
    };
    bool    good = log.rounds != NULL && log.gaps != NULL;

    for (size_t i = 0; good && i < look->link->tenants.count; i++) {
        ob4_tenant *tenant = ob_list_at(&look->link->tenants, i);

        if (tenant->user) {
            remember(look, tenant);
            put_tenant_logs(look, &log, tenant);
        }
    }
    free(log.rounds);
    free(log.gaps);
    return good;
}

static void
free_lists(ob4_look *look)
{
    for (size_t i = 0; i < look->dests.count; i++) {
        free(dest_at(look, i)->path);
    }
    for (size_t i = 0; i < look->rounds.count; i++) {
        free(round_at(look, i)->comment);
        free(round_at(look, i)->path);
    }
    ob_list_free(&look->dests);
    ob_list_free(&look->rounds);
}

bt_answer
ob4_read_rounds(ob4_look *look)
{
    bt_answer answer = read_view(look, OB4_ROUNDS);

    if (answer == BT_ANSWER_OK && note_changes(look)
        && look->link->found[OB4_SUMMARY].columns != 0)
    {
        answer = read_view(look, OB4_SUMMARY);
    }
    if (answer == BT_ANSWER_OK) {
        answer = read_dests(look);
    }
    if (answer == BT_ANSWER_OK) {
        sort_rounds(look);
        if (!put_logs(look)) {
            answer = ob4_no_memory(look);
        }
    }
    free_lists(look);
    return answer;
}

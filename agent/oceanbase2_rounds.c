/* oceanbase2_rounds.c: the log backup of a 2.2.7x or 3.x cluster: rounds, gaps, the worst of its tenants. */

#include "agent/oceanbase2.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEST_TIME  (60 * BT_SECOND)

/* Where the cluster's row says MIXED, the first of these that a tenant has. */
static const char *const worst[] = {
    "INTERRUPTED", "STOPPING", "BEGINNING", "STOP", "DOING"
};

static size_t
badness(const char *status)
{
    size_t i = 0;

    while (i < sizeof(worst) / sizeof(worst[0])
           && strcmp(worst[i], status) != 0)
    {
        i++;
    }
    return i;
}

static ob2_round *
find_round(const ob_list *rounds, int64_t incarnation, int64_t id)
{
    for (size_t i = 0; i < rounds->count; i++) {
        ob2_round *round = ob_list_at(rounds, i);

        if (round->incarnation == incarnation && round->id == id) {
            return round;
        }
    }
    return NULL;
}

static void
add_row(ob2_round *round, const ob_rows *rows)
{
    bt_str  status = ob_text(rows, OB2_ROUND_STATUS);
    bt_usec from = ob_time(rows, OB2_ROUND_FROM);
    bt_usec to = ob_time(rows, OB2_ROUND_TO);
    char    word[32];

    (void) snprintf(word, sizeof(word), "%.*s", (int) status.len,
                    status.len > 0 ? status.data : "");
    if (from != BT_UNKNOWN && (round->from == BT_UNKNOWN || from < round->from))
    {
        round->from = from;
    }
    if (to != BT_UNKNOWN && (round->to == BT_UNKNOWN || to < round->to)) {
        round->to = to;
    }
    if (ob_int(rows, OB2_ROUND_TENANT) == OB2_CLUSTER) {
        memcpy(round->raw, word, sizeof(word));
    } else if (round->status[0] == '\0'
               || badness(word) < badness(round->status))
    {
        memcpy(round->status, word, sizeof(word));
    }
}

bool
ob2_add_round(ob_list *rounds, const ob_rows *rows)
{
    int64_t    incarnation = ob_int(rows, OB2_ROUND_INCARNATION);
    int64_t    id = ob_int(rows, OB2_ROUND_ID);
    ob2_round *round;

    if (id == BT_UNKNOWN || id <= 0
        || ob_int(rows, OB2_ROUND_TENANT) == BT_UNKNOWN)
    {
        return true;
    }
    incarnation = incarnation == BT_UNKNOWN ? 1 : incarnation;
    round = find_round(rounds, incarnation, id);
    if (round == NULL) {
        round = ob_list_add(rounds, sizeof(*round));
        if (round == NULL) {
            return false;
        }
        round->incarnation = incarnation;
        round->id = id;
        round->from = round->to = BT_UNKNOWN;
    }
    add_row(round, rows);
    return true;
}

/* The cluster's word counts; MIXED, or none, is what the tenants say. */
static void
settle(ob2_round *round)
{
    if (round->raw[0] == '\0') {
        memcpy(round->raw, round->status, sizeof(round->raw));
    }
    if (strcmp(round->raw, "MIXED") != 0 || round->status[0] == '\0') {
        memcpy(round->status, round->raw, sizeof(round->status));
    }
}

static bt_answer
read_view(ob2_look *look, ob2_view_e view, ob_list *rounds)
{
    ob_list   found = { .data = NULL };
    ob_sql    sql;
    ob_rows   rows;
    bt_answer answer;
    bool      good = true;

    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob2_views[view], &look->link->found[view]);
    answer = ob2_select(look, &sql, true, &rows);
    while (answer == BT_ANSWER_OK && good && ob_rows_next(&rows)) {
        good = ob2_add_round(&found, &rows);
    }
    if (answer == BT_ANSWER_OK) {
        answer = ob_rows_end(&rows, look->reason);
    }
    for (size_t i = 0; good && i < found.count; i++) {
        ob2_round *round = ob_list_at(&found, i);

        settle(round);
        if (find_round(rounds, round->incarnation, round->id) == NULL) {
            ob2_round *place = ob_list_add(rounds, sizeof(*place));

            good = place != NULL;
            if (good) {
                *place = *round;
            }
        }
    }
    ob_list_free(&found);
    return good ? answer : ob2_no_memory(look);
}

/* Current rounds each time; all of them when there is news. */
static bt_answer
read_rounds(ob2_look *look, ob_list *rounds)
{
    ob2_link        *link = look->link;
    bt_answer        answer = BT_ANSWER_OK;
    const ob2_round *newest;
    bool             current = ob2_is_there(link, OB2_ROUNDS);

    if (current) {
        answer = read_view(look, OB2_ROUNDS, rounds);
        ob_list_sort(rounds);
    }
    newest = rounds->count == 0 ? NULL : ob_list_at(rounds, rounds->count - 1);
    if (newest == NULL || newest->id != link->round
        || strcmp(newest->raw, link->round_status) != 0)
    {
        link->rounds_due = true;
    }
    if (answer == BT_ANSWER_OK && (link->rounds_due || !current)) {
        answer = read_view(look, OB2_SUMMARY, rounds);
        ob_list_sort(rounds);
        link->rounds_due = false;
    }
    return answer;
}

static void
fill_rounds(bt_log_record *record, const ob_list *rounds,
            bt_round_record *out, bt_gap_record *gaps)
{
    const ob2_round *last = NULL;

    record->rounds = out;
    record->gaps = gaps;
    for (size_t i = 0; i < rounds->count; i++) {
        const ob2_round *round = ob_list_at(rounds, i);
        bool             over = strcmp(round->status, "STOP") == 0;

        if (last != NULL && last->to != BT_UNKNOWN
            && round->from != BT_UNKNOWN && round->from > last->to)
        {
            gaps[record->gap_count++] = (bt_gap_record) {
                last->to, round->from
            };
        }
        out[record->round_count++] = (bt_round_record) {
            .incarnation = (int) round->incarnation, .round_id = round->id,
            .status = bt_str_of(ob_state_code(BT_VIEW_LOG, OB_V2,
                                              bt_str_of(round->status))),
            .raw_status = bt_str_of(round->raw), .start_time = round->from,
            .end_time = over ? round->to : BT_UNKNOWN,
            .checkpoint = round->to
        };
        last = round;
    }
    if (last != NULL && last->to != BT_UNKNOWN
        && (strcmp(last->status, "STOP") == 0
            || strcmp(last->status, "INTERRUPTED") == 0))
    {
        gaps[record->gap_count++] = (bt_gap_record) { last->to, BT_UNKNOWN };
    }
}

static void
put_log(ob2_look *look, const ob_list *rounds, bt_round_record *out,
        bt_gap_record *gaps)
{
    ob2_link        *link = look->link;
    const ob2_round *newest = rounds->count == 0
        ? NULL : ob_list_at(rounds, rounds->count - 1);
    bt_log_record    record = {
        .tenant = OB2_CLUSTER, .source_id = BT_STR("1"),
        .method = BT_STR("PHYSICAL"), .latest_backup_time = BT_UNKNOWN,
        .latency_seconds = BT_UNKNOWN, .observed = look->observed,
        .storage_directory = bt_str_of(link->dest),
        .start_time = newest == NULL ? BT_UNKNOWN : newest->from,
        .status = BT_STR("STOPPED"), .raw_status = BT_STR("STOP"),
        .status_since = BT_UNKNOWN
    };

    fill_rounds(&record, rounds, out, gaps);
    if (newest != NULL) {
        record.status = bt_str_of(ob_state_code(BT_VIEW_LOG, OB_V2,
                                                bt_str_of(newest->status)));
        record.raw_status = bt_str_of(newest->raw);
    }
    for (size_t i = 0; i < rounds->count; i++) {
        const ob2_round *round = ob_list_at(rounds, i);

        link->latest = round->to > link->latest ? round->to : link->latest;
    }
    if (link->latest > 0) {
        record.latest_backup_time = link->latest;
        record.latency_seconds = look->clock > link->latest
            ? (look->clock - link->latest) / BT_SECOND : 0;
    }
    if (bt_str_eqz(record.status, "INTERRUPTED")) {
        ob_cause_parse(&look->cause, (bt_str) { NULL, 0 }, -9027, false);
        record.cause = ob2_cause(&look->cause);
        record.cause.stage = BT_STR("ARCHIVE");
    }
    bt_collect_log(look->collect, &record);
}

bt_answer
ob2_read_rounds(ob2_look *look)
{
    ob2_link        *link = look->link;
    ob_list          rounds = { .data = NULL };
    bt_round_record *out;
    bt_gap_record   *gaps;
    bt_answer        answer = BT_ANSWER_OK;

    if (link->first || look->clock - link->dest_at > DEST_TIME) {
        answer = ob2_read_parameters(link, look->reason);
        link->dest_at = look->clock;
    }
    if (answer == BT_ANSWER_OK) {
        answer = read_rounds(look, &rounds);
    }
    out = calloc(rounds.count + 1, sizeof(*out));
    gaps = calloc(rounds.count + 1, sizeof(*gaps));
    if (answer == BT_ANSWER_OK && out != NULL && gaps != NULL) {
        const ob2_round *newest = rounds.count == 0
            ? NULL : ob_list_at(&rounds, rounds.count - 1);

        if (newest != NULL || link->dest[0] != '\0') {
            put_log(look, &rounds, out, gaps);
        }
        link->round = newest == NULL ? 0 : newest->id;
        (void) snprintf(link->round_status, sizeof(link->round_status), "%s",
                        newest == NULL ? "" : newest->raw);
    }
    if (out == NULL || gaps == NULL) {
        answer = ob2_no_memory(look);
    }
    free(out);
    free(gaps);
    ob_list_free(&rounds);
    return answer;
}

/* recorder_kinds.c: the columns of each kind of record, and taking over what is put. */

#include "recorder_internal.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define SOURCE_CHARS  128           /* of the column source_id */
#define DIGEST_BYTES  16            /* of a SHA-256: enough to tell apart */
#define CAUSE_CHARS   1000000       /* more than any cluster says */

/* The order of the values in the functions below. */
static const rec_column data_columns[] = {
    { "mode", 16, REC_PLAIN }, { "method", 16, REC_PLAIN },
    { "second_backups", 0, REC_DERIVED }, { "backup_set_id", 0, REC_PLAIN },
    { "source", 128, REC_PLAIN }, { "start_time", 0, REC_PLAIN },
    { "end_time", 0, REC_PLAIN }, { "status", 32, REC_PLAIN },
    { "raw_status", 64, REC_PLAIN }, { "status_since", 0, REC_PLAIN },
    { "progress_percent", 0, REC_PLAIN }, { "data_version", 0, REC_PLAIN },
    { "storage_directory", 2048, REC_PLAIN },
    { "size_bytes", 0, REC_PLAIN }, { "set_state", 32, REC_PLAIN },
    { "restorable_from", 0, REC_PLAIN }, { "restorable_to", 0, REC_PLAIN }
};

static const rec_column cleanup_columns[] = {
    { "type", 64, REC_PLAIN }, { "start_time", 0, REC_PLAIN },
    { "end_time", 0, REC_PLAIN }, { "status", 32, REC_PLAIN },
    { "raw_status", 64, REC_PLAIN }, { "status_since", 0, REC_PLAIN },
    { "items_total", 0, REC_PLAIN }, { "items_done", 0, REC_PLAIN }
};

static const rec_column second_columns[] = {
    { "copy_id", 0, REC_PLAIN }, { "kind", 16, REC_PLAIN },
    { "task_id", 0, REC_PLAIN }, { "backup_set_id", 0, REC_PLAIN },
    { "start_time", 0, REC_PLAIN }, { "end_time", 0, REC_PLAIN },
    { "latest_backup_time", 0, REC_VOLATILE },
    { "storage_directory", 2048, REC_PLAIN }, { "status", 32, REC_PLAIN },
    { "raw_status", 64, REC_PLAIN }, { "status_since", 0, REC_PLAIN }
};

static const rec_column log_columns[] = {
    { "method", 16, REC_PLAIN }, { "host", 255, REC_PLAIN },
    { "latest_backup_time", 0, REC_VOLATILE },
    { "latency_seconds", 0, REC_VOLATILE }, { "observed", 0, REC_VOLATILE },
    { "storage_directory", 2048, REC_PLAIN }, { "start_time", 0, REC_PLAIN },
    { "status", 32, REC_PLAIN }, { "raw_status", 64, REC_PLAIN },
    { "status_since", 0, REC_PLAIN }
};

#define COLUMNS(list)  (list), sizeof(list) / sizeof((list)[0])

const rec_kind rec_kinds[BT_KIND_MAX] = {
    [BT_KIND_DATA] = {
        "data", "data_tasks", COLUMNS(data_columns), .status = 7,
        .status_since = 9, .start_time = 5, .end_time = 6, .mode = 0,
        .method = 1, .counted = true
    },
    [BT_KIND_CLEANUP] = {
        "cleanup", "cleanup_tasks", COLUMNS(cleanup_columns), .status = 3,
        .status_since = 5, .start_time = 1, .end_time = 2, .mode = REC_NONE,
        .method = REC_NONE, .counted = true
    },
    [BT_KIND_SECOND] = {
        "second", "second_backups", COLUMNS(second_columns), .status = 8,
        .status_since = 10, .start_time = 4, .end_time = 5,
        .mode = REC_SECOND_KIND, .method = REC_NONE, .counted = true
    },
    [BT_KIND_LOG] = {
        "log", "log_backups", COLUMNS(log_columns), .status = 7,
        .status_since = 9, .start_time = 6, .end_time = REC_NONE,
        .mode = REC_NONE, .method = 0, .counted = false
    }
};

static const rec_column task_tenant_columns[] = {
    { "tenant_id", 0, REC_PLAIN }, { "status", 32, REC_PLAIN },
    { "raw_status", 64, REC_PLAIN }, { "start_time", 0, REC_PLAIN },
    { "end_time", 0, REC_PLAIN }, { "progress_percent", 0, REC_PLAIN },
    { "size_bytes", 0, REC_PLAIN }
};

static const rec_column round_columns[] = {
    { "incarnation", 0, REC_PLAIN }, { "round_id", 0, REC_PLAIN },
    { "status", 32, REC_PLAIN }, { "raw_status", 64, REC_PLAIN },
    { "start_time", 0, REC_PLAIN }, { "end_time", 0, REC_PLAIN },
    { "checkpoint", 0, REC_VOLATILE }
};

static const rec_column gap_columns[] = {
    { "gap_from", 0, REC_PLAIN }, { "gap_to", 0, REC_PLAIN }
};

const rec_part_table rec_part_tables[REC_PARTS] = {
    [REC_TASK_TENANTS] = {
        "data_task_tenants", "task_id", task_tenant_columns, 1,
        sizeof(task_tenant_columns) / sizeof(task_tenant_columns[0])
    },
    [REC_ROUNDS] = {
        "log_rounds", "log_id", round_columns, 2,
        sizeof(round_columns) / sizeof(round_columns[0])
    },
    [REC_GAPS] = {
        "log_gaps", "log_id", gap_columns, 1,
        sizeof(gap_columns) / sizeof(gap_columns[0])
    }
};

/* DECIMAL(5,2), as the server writes it. */
static bt_value
percent(bt_recorder *recorder, int64_t hundredths)
{
    char text[16];

    if (hundredths < 0 || hundredths > 10000) {
        return bt_null();
    }
    (void) snprintf(text, sizeof(text), "%d.%02d", (int) (hundredths / 100),
                    (int) (hundredths % 100));
    return bt_text(rec_copy(recorder, &recorder->arena, bt_str_of(text)));
}

static bt_value
status_value(bt_recorder *recorder, bt_str status)
{
    if (status.len == 0) {
        return bt_text(BT_STR("UNKNOWN"));
    }
    return rec_text_value(recorder, status, 32);
}

/* A digest stands for what the column cannot hold or compare, so that two
 * different ids stay different. */
static bt_str
with_digest(bt_recorder *recorder, bt_str source_id)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned      len = 0;
    bt_value      head = rec_text_value(recorder, source_id,
                                        SOURCE_CHARS - 1 - 2 * DIGEST_BYTES);
    bt_str        text = rec_text_of(&head);
    char         *out = rec_alloc(recorder, &recorder->arena,
                                  text.len + 2 + 2 * DIGEST_BYTES);

    if (out == NULL
        || EVP_Digest(source_id.data, source_id.len, hash, &len, EVP_sha256(),
                      NULL) != 1)
    {
        recorder->no_memory = true;
        return text;
    }
    memcpy(out, text.data, text.len);
    out[text.len] = '~';
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        (void) snprintf(out + text.len + 1 + 2 * i, 3, "%02x", hash[i]);
    }
    return (bt_str) { out, text.len + 1 + 2 * DIGEST_BYTES };
}

bt_str
rec_source_text(bt_recorder *recorder, bt_str source_id)
{
    bt_value value = rec_text_value(recorder, source_id, SOURCE_CHARS);
    bt_str   text = rec_text_of(&value);

    /* Too long, not UTF-8, or with blanks at the end, which keys overlook. */
    if (!bt_str_eq(text, source_id)
        || (text.len > 0 && text.data[text.len - 1] == ' '))
    {
        return with_digest(recorder, source_id);
    }
    return text;
}

/* What an earlier put of the same record said about its parts. */
static void
forget_parts(bt_recorder *recorder, size_t item)
{
    rec_part *parts = recorder->parts.data;
    size_t    kept = 0;

    for (size_t i = 0; i < recorder->parts.count; i++) {
        if (parts[i].item != item) {
            parts[kept++] = parts[i];
        }
    }
    recorder->parts.count = kept;
}

/* The item of this key: a new one, or the one that an earlier put made. */
static rec_item *
take_item(bt_recorder *recorder, bt_kind kind, int64_t tenant,
          bt_str source_id, int64_t copy_id)
{
    rec_key wanted = {
        .kind = kind, .cluster_id = recorder->cluster_id,
        .incarnation = recorder->incarnation, .tenant = tenant,
        .source_id = rec_source_text(recorder, source_id), .copy_id = copy_id,
        .item = REC_NONE
    };
    size_t    place = rec_key_of(recorder, &wanted);
    rec_key  *key;
    rec_item *item;

    if (place == REC_NONE) {
        return NULL;
    }
    key = rec_at(&recorder->keys, place);
    if (key->item != REC_NONE) {
        forget_parts(recorder, key->item);
        return rec_at(&recorder->items, key->item);
    }
    item = rec_add(recorder, &recorder->items);
    if (item != NULL) {
        key->item = recorder->items.count - 1;
        item->key = place;
        item->kind = kind;
        item->link = REC_NONE;
    }
    return item;
}

static void
take_cause(bt_recorder *recorder, rec_item *item, const bt_cause_record *cause)
{
    item->at = recorder->at;
    item->cause[0] = rec_text_value(recorder, cause->code, 64);
    item->cause[1] = rec_text_value(recorder, cause->stage, 64);
    item->cause[2] = rec_text_value(recorder, cause->text, CAUSE_CHARS);
    item->cause[3] = rec_text_value(recorder, cause->trace_id, 128);
}

static bt_value *
add_part(bt_recorder *recorder, rec_part_kind kind, const rec_item *item)
{
    rec_part *part = rec_add(recorder, &recorder->parts);

    if (part == NULL) {
        return NULL;
    }
    part->kind = kind;
    part->item = (size_t) (item - (const rec_item *) recorder->items.data);
    return part->values;
}

static void
put_task_tenant(bt_recorder *recorder, const rec_item *item,
                const bt_task_tenant_record *tenant)
{
    bt_value *values = add_part(recorder, REC_TASK_TENANTS, item);

    if (values != NULL) {
        values[0] = bt_int(tenant->tenant);
        values[1] = status_value(recorder, tenant->status);
        values[2] = rec_text_value(recorder, tenant->raw_status, 64);
        values[3] = rec_time_value(tenant->start_time);
        values[4] = rec_time_value(tenant->end_time);
        values[5] = percent(recorder, tenant->progress);
        values[6] = rec_number_value(tenant->size_bytes);
    }
}

void
bt_recorder_put_data(bt_recorder *recorder, const bt_data_record *task)
{
    rec_item *item = take_item(recorder, BT_KIND_DATA, task->tenant,
                               task->source_id, 0);
    bt_value *values;

    if (item == NULL) {
        return;
    }
    take_cause(recorder, item, &task->cause);
    values = item->values;
    values[0] = rec_text_value(recorder, task->mode, 16);
    values[1] = rec_text_value(recorder, task->method, 16);
    values[2] = bt_int(0);
    values[3] = rec_number_value(task->backup_set_id);
    values[4] = rec_text_value(recorder, task->source, 128);
    values[5] = rec_time_value(task->start_time);
    values[6] = rec_time_value(task->end_time);
    values[7] = status_value(recorder, task->status);
    values[8] = rec_text_value(recorder, task->raw_status, 64);
    values[9] = rec_time_value(task->status_since);
    values[10] = percent(recorder, task->progress);
    values[11] = rec_number_value(task->data_version);
    values[12] = rec_text_value(recorder, task->storage_directory, 2048);
    values[13] = rec_number_value(task->size_bytes);
    values[14] = rec_text_value(recorder, task->set_state, 32);
    values[15] = rec_time_value(task->restorable_from);
    values[16] = rec_time_value(task->restorable_to);
    for (size_t i = 0; i < task->tenant_count; i++) {
        put_task_tenant(recorder, item, &task->tenants[i]);
    }
}

void
bt_recorder_put_cleanup(bt_recorder *recorder, const bt_cleanup_record *task)
{
    rec_item *item = take_item(recorder, BT_KIND_CLEANUP, task->tenant,
                               task->source_id, 0);
    bt_value *values;

    if (item == NULL) {
        return;
    }
    take_cause(recorder, item, &task->cause);
    values = item->values;
    values[0] = rec_text_value(recorder, task->type, 64);
    values[1] = rec_time_value(task->start_time);
    values[2] = rec_time_value(task->end_time);
    values[3] = status_value(recorder, task->status);
    values[4] = rec_text_value(recorder, task->raw_status, 64);
    values[5] = rec_time_value(task->status_since);
    values[6] = rec_number_value(task->items_total);
    values[7] = rec_number_value(task->items_done);
}

static size_t
link_of(bt_recorder *recorder, const bt_second_record *second)
{
    bool    log = bt_str_eqz(second->kind, "LOG");
    rec_key wanted = {
        .kind = log ? BT_KIND_LOG : BT_KIND_DATA,
        .cluster_id = recorder->cluster_id,
        .incarnation = recorder->incarnation, .tenant = second->task_tenant,
        .source_id = rec_source_text(recorder, second->task_source_id),
        .item = REC_NONE
    };

    if (second->task_source_id.len == 0) {
        return REC_NONE;
    }
    return rec_key_of(recorder, &wanted);
}

void
bt_recorder_put_second(bt_recorder *recorder, const bt_second_record *second)
{
    rec_item *item = take_item(recorder, BT_KIND_SECOND, second->tenant,
                               second->source_id, second->copy_id);
    bt_value *values;

    if (item == NULL) {
        return;
    }
    take_cause(recorder, item, &second->cause);
    values = item->values;
    values[0] = bt_int(second->copy_id);
    values[1] = rec_text_value(recorder, second->kind, 16);
    values[2] = bt_null();
    values[3] = rec_number_value(second->backup_set_id);
    values[4] = rec_time_value(second->start_time);
    values[5] = rec_time_value(second->end_time);
    values[6] = rec_time_value(second->latest_backup_time);
    values[7] = rec_text_value(recorder, second->storage_directory, 2048);
    values[8] = status_value(recorder, second->status);
    values[9] = rec_text_value(recorder, second->raw_status, 64);
    values[10] = rec_time_value(second->status_since);
    item->link = link_of(recorder, second);
}

static void
put_round(bt_recorder *recorder, const rec_item *item,
          const bt_round_record *round)
{
    bt_value *values = add_part(recorder, REC_ROUNDS, item);

    if (values != NULL) {
        values[0] = bt_int(round->incarnation);
        values[1] = bt_int(round->round_id);
        values[2] = status_value(recorder, round->status);
        values[3] = rec_text_value(recorder, round->raw_status, 64);
        values[4] = rec_time_value(round->start_time);
        values[5] = rec_time_value(round->end_time);
        values[6] = rec_time_value(round->checkpoint);
    }
}

static void
put_gap(bt_recorder *recorder, const rec_item *item, const bt_gap_record *gap)
{
    bt_value *values = add_part(recorder, REC_GAPS, item);

    if (values != NULL) {
        values[0] = bt_time(gap->from);
        values[1] = rec_time_value(gap->to);
    }
}

/* One row for each five minutes. */
static void
put_sample(bt_recorder *recorder, const rec_item *item,
           const bt_latency_record *latency)
{
    rec_sample *sample;

    if (latency->at == BT_UNKNOWN || latency->seconds == BT_UNKNOWN) {
        return;
    }
    sample = rec_add(recorder, &recorder->samples);
    if (sample != NULL) {
        sample->item = (size_t) (item
                                 - (const rec_item *) recorder->items.data);
        sample->at = latency->at - latency->at % (5 * BT_MINUTE);
        sample->seconds = latency->seconds;
    }
}

static void
put_log_parts(bt_recorder *recorder, const rec_item *item,
              const bt_log_record *log)
{
    bt_latency_record present = { log->observed, log->latency_seconds };

    for (size_t i = 0; i < log->round_count; i++) {
        put_round(recorder, item, &log->rounds[i]);
    }
    for (size_t i = 0; i < log->gap_count; i++) {
        put_gap(recorder, item, &log->gaps[i]);
    }
    for (size_t i = 0; i < log->sample_count; i++) {
        put_sample(recorder, item, &log->samples[i]);
    }
    put_sample(recorder, item, &present);
}

void
bt_recorder_put_log(bt_recorder *recorder, const bt_log_record *log)
{
    rec_item *item = take_item(recorder, BT_KIND_LOG, log->tenant,
                               log->source_id, 0);
    bt_value *values;

    if (item == NULL) {
        return;
    }
    take_cause(recorder, item, &log->cause);
    values = item->values;
    values[0] = rec_text_value(recorder, log->method, 16);
    values[1] = rec_text_value(recorder, log->host, 255);
    values[2] = rec_time_value(log->latest_backup_time);
    values[3] = rec_number_value(log->latency_seconds);
    values[4] = rec_time_value(log->observed);
    values[5] = rec_text_value(recorder, log->storage_directory, 2048);
    values[6] = rec_time_value(log->start_time);
    values[7] = status_value(recorder, log->status);
    values[8] = rec_text_value(recorder, log->raw_status, 64);
    values[9] = rec_time_value(log->status_since);
    put_log_parts(recorder, item, log);
}

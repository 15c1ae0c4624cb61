/* recorder.c: the order of work of one commit of the recorder. */

#include "recorder_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define TRIES  8

bt_recorder *
bt_recorder_new(bt_store *store)
{
    bt_recorder *recorder = calloc(1, sizeof(*recorder));

    if (recorder == NULL) {
        return NULL;
    }
    recorder->store = store;
    recorder->keys.size = sizeof(rec_key);
    recorder->index.size = sizeof(size_t);
    recorder->items.size = sizeof(rec_item);
    recorder->parts.size = sizeof(rec_part);
    recorder->samples.size = sizeof(rec_sample);
    recorder->tenants_put.size = sizeof(rec_tenant);
    recorder->removals.size = sizeof(rec_removal);
    recorder->clusters.size = sizeof(int64_t);
    recorder->clusters_changed.size = sizeof(int64_t);
    recorder->tenants.size = sizeof(rec_tenant);
    recorder->counts.size = sizeof(rec_count);
    recorder->changes.size = sizeof(rec_change);
    recorder->seconds.size = sizeof(rec_seconds);
    recorder->text.size = 1;
    recorder->params.size = sizeof(bt_value);
    return recorder;
}

void
bt_recorder_free(bt_recorder *recorder)
{
    if (recorder == NULL) {
        return;
    }
    rec_list_free(&recorder->keys);
    rec_list_free(&recorder->index);
    rec_list_free(&recorder->items);
    rec_list_free(&recorder->parts);
    rec_list_free(&recorder->samples);
    rec_list_free(&recorder->tenants_put);
    rec_list_free(&recorder->removals);
    rec_list_free(&recorder->clusters);
    rec_list_free(&recorder->clusters_changed);
    rec_list_free(&recorder->tenants);
    rec_list_free(&recorder->counts);
    rec_list_free(&recorder->changes);
    rec_list_free(&recorder->seconds);
    rec_list_free(&recorder->text);
    rec_list_free(&recorder->params);
    rec_arena_free(&recorder->arena);
    rec_arena_free(&recorder->scratch);
    free(recorder);
}

void
bt_recorder_scope(bt_recorder *recorder, int64_t cluster_id, int incarnation,
                  bt_usec at)
{
    recorder->cluster_id = cluster_id;
    recorder->incarnation = incarnation;
    recorder->at = at;
}

void
bt_recorder_put_tenant(bt_recorder *recorder, const bt_tenant_record *tenant)
{
    rec_tenant *put = rec_add(recorder, &recorder->tenants_put);
    bt_value    name = rec_text_value(recorder, tenant->name, 128);
    bt_value    role = rec_text_value(recorder, tenant->role, 32);
    bt_value    mode = rec_text_value(recorder, tenant->log_mode, 32);

    if (put == NULL) {
        return;
    }
    *put = (rec_tenant) {
        .cluster_id = recorder->cluster_id,
        .incarnation = recorder->incarnation, .ob_id = tenant->ob_id,
        .name = rec_text_of(&name), .role = rec_text_of(&role),
        .log_mode = rec_text_of(&mode), .last_full = BT_UNKNOWN,
        .last_incremental = BT_UNKNOWN, .last_data_at = BT_UNKNOWN,
        .last_data_status = { "", 0 },
        .restorable_from = tenant->restorable_from,
        .restorable_to = tenant->restorable_to
    };
}

void
bt_recorder_put_removal(bt_recorder *recorder, bt_kind kind, int64_t id)
{
    rec_removal *removal;

    for (size_t i = 0; i < recorder->removals.count; i++) {
        removal = rec_at(&recorder->removals, i);
        if (removal->id == id) {
            return;
        }
    }
    removal = rec_add(recorder, &recorder->removals);
    if (removal != NULL) {
        *removal = (rec_removal) { .kind = kind, .id = id,
                                   .at = recorder->at };
    }
}

size_t
bt_recorder_waiting(const bt_recorder *recorder)
{
    return recorder->items.count + recorder->tenants_put.count
           + recorder->removals.count;
}

/* Forgets what an earlier try found. */
static void
start_try(bt_recorder *recorder)
{
    rec_arena_free(&recorder->scratch);
    recorder->clusters.count = 0;
    recorder->clusters_changed.count = 0;
    recorder->tenants.count = 0;
    recorder->counts.count = 0;
    recorder->changes.count = 0;
    recorder->seconds.count = 0;
    recorder->number = 0;
    for (size_t i = 0; i < recorder->items.count; i++) {
        rec_item *item = rec_at(&recorder->items, i);

        item->is_new = false;
        item->gone = false;
        item->changed = false;
        item->touched = false;
        item->old = NULL;
        item->old_cause = NULL;
    }
}

static void
forget_put(bt_recorder *recorder)
{
    start_try(recorder);
    recorder->keys.count = 0;
    recorder->index.count = 0;
    recorder->items.count = 0;
    recorder->parts.count = 0;
    recorder->samples.count = 0;
    recorder->tenants_put.count = 0;
    recorder->removals.count = 0;
    recorder->no_memory = false;
    rec_arena_free(&recorder->arena);
}

/* Counts what differs; true when anything does that feeds shall tell. */
static bool
count_differences(bt_recorder *recorder)
{
    bool any = recorder->clusters_changed.count > 0
               || recorder->seconds.count > 0 || recorder->changes.count > 0;

    for (size_t i = 0; i < recorder->items.count; i++) {
        const rec_item *item = rec_at(&recorder->items, i);

        if (item->is_new || item->changed) {
            rec_count_item(recorder, item);
            any = true;
        }
    }
    return any;
}

/* Everything that can wait for others comes before the change number: its
 * lock is held from there to the commit. */
static bool
work(bt_recorder *recorder)
{
    if (!rec_find_removal_clusters(recorder) || !rec_lock_clusters(recorder)
        || !rec_load_tenants(recorder) || !rec_resolve_keys(recorder)
        || !rec_load(recorder) || !rec_find_removals(recorder)
        || !rec_link_seconds(recorder) || !rec_compare_parts(recorder))
    {
        return false;
    }
    rec_compare(recorder);
    rec_note_backups(recorder);
    if (!rec_lock_seconds(recorder)) {
        return false;
    }
    if (count_differences(recorder)
        && (!rec_write_counts(recorder)
            || !rec_take_number(recorder, recorder->clusters.data,
                                recorder->clusters.count)))
    {
        return false;
    }
    return rec_write_items(recorder) && rec_refresh_tenants(recorder)
           && rec_write_tenants(recorder)
           && rec_write_seconds(recorder) && rec_write_removals(recorder)
           && rec_write_changes(recorder) && !recorder->no_memory;
}

static bool
once_more(const bt_recorder *recorder)
{
    bt_store_status status = bt_store_status_of(recorder->store);

    return status == BT_STORE_CONFLICT || status == BT_STORE_DUPLICATE;
}

static bt_store_status
failure(bt_recorder *recorder)
{
    bt_store_status status = bt_store_status_of(recorder->store);

    if (recorder->no_memory) {
        (void) snprintf(recorder->error, sizeof(recorder->error),
                        "out of memory");
    }
    return status == BT_STORE_OK ? BT_STORE_ERROR : status;
}

bt_store_status
bt_recorder_commit(bt_recorder *recorder)
{
    bt_store       *store = recorder->store;
    bt_store_status status = BT_STORE_ERROR;

    recorder->error[0] = '\0';
    recorder->lost = false;
    for (int tries = 0; tries < TRIES; tries++) {
        start_try(recorder);
        if (bt_store_begin(store) == BT_STORE_OK && work(recorder)
            && bt_store_commit(store) == BT_STORE_OK)
        {
            status = BT_STORE_OK;
            break;
        }
        if (recorder->error[0] == '\0') {
            (void) snprintf(recorder->error, sizeof(recorder->error), "%s",
                            bt_store_error(store));
        }
        status = failure(recorder);
        bt_store_rollback(store);
        if (!once_more(recorder)) {
            break;
        }
    }
    forget_put(recorder);
    return status;
}

void
bt_recorder_discard(bt_recorder *recorder)
{
    forget_put(recorder);
    recorder->lost = false;
}

void
bt_recorder_hold(bt_recorder *recorder, const bt_holder *holder)
{
    recorder->holder = *holder;
}

bool
bt_recorder_lost(const bt_recorder *recorder)
{
    return recorder->lost;
}

const char *
bt_recorder_error(const bt_recorder *recorder)
{
    return recorder->error;
}

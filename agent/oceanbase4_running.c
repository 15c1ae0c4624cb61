/* oceanbase4_running.c: jobs that run, so that none gets lost between two views. */

#include "agent/oceanbase4.h"

#include <stdio.h>

/* A job leaves one view a moment before or after it enters the other. */
#define MISSING_TIME  (60 * BT_SECOND)
#define SYS_TENANT    1

bool
ob4_is_child(int64_t tenant, int64_t by_tenant, int64_t by_job)
{
    return tenant != SYS_TENANT && by_tenant == SYS_TENANT && by_job > 0;
}

bool
ob4_is_shown(ob4_look *look, bt_kind kind, int64_t tenant, int64_t id,
             bool lately)
{
    ob4_link *link = look->link;
    bool      data = kind == BT_KIND_DATA;
    ob_list  *shown = data ? &link->shown : &link->cleanup_shown;
    char      source_id[24];

    if (tenant != SYS_TENANT) {
        return true;
    }
    if (!ob_ids_has(data ? &link->parents : &link->cleanup_parents, id)) {
        (void) ob_ids_add(shown, id);
        return true;
    }
    if (ob_ids_has(shown, id) || (link->first && lately)) {
        (void) snprintf(source_id, sizeof(source_id), "%lld", (long long) id);
        bt_collect_gone(look->collect, kind, SYS_TENANT,
                        bt_str_of(source_id));
        ob_ids_remove(shown, id);
    }
    return false;
}

static ob4_running *
find_running(const ob4_link *link, bt_kind kind, int64_t tenant, int64_t id)
{
    for (size_t i = 0; i < link->running.count; i++) {
        ob4_running *job = ob_list_at(&link->running, i);

        if (job->kind == kind && job->tenant == tenant && job->id == id) {
            return job;
        }
    }
    return NULL;
}

bool
ob4_was_running(const ob4_link *link, bt_kind kind, int64_t tenant, int64_t id)
{
    return find_running(link, kind, tenant, id) != NULL;
}

void
ob4_begin_running(ob4_look *look, bt_kind kind)
{
    for (size_t i = 0; i < look->link->running.count; i++) {
        ob4_running *job = ob_list_at(&look->link->running, i);

        if (job->kind == kind) {
            job->seen = false;
        }
    }
}

bool
ob4_note_running(ob4_look *look, const ob4_running *job)
{
    ob4_link    *link = look->link;
    ob4_running *known = find_running(link, job->kind, job->tenant, job->id);

    if (known == NULL) {
        known = ob_list_add(&link->running, sizeof(*known));
    }
    if (known == NULL) {
        return false;
    }
    *known = *job;
    known->missing = BT_UNKNOWN;
    known->seen = true;
    return true;
}

void
ob4_note_ended(ob4_look *look, bt_kind kind, int64_t tenant, int64_t id)
{
    ob_list *running = &look->link->running;

    for (size_t i = running->count; i-- > 0;) {
        const ob4_running *job = ob_list_at(running, i);

        if (job->kind == kind && job->tenant == tenant && job->id == id) {
            ob_list_remove(running, i);
        }
    }
}

bool
ob4_missing(ob4_look *look, bt_kind kind, ob_list *ids)
{
    bool good = true;

    for (size_t i = 0; good && i < look->link->running.count; i++) {
        ob4_running *job = ob_list_at(&look->link->running, i);

        if (job->kind == kind && !job->seen) {
            if (job->missing == BT_UNKNOWN) {
                job->missing = look->clock;
            }
            good = ob_ids_add(ids, job->id);
        }
    }
    return good;
}

static void
put_lost(const ob4_look *look, const ob4_running *job)
{
    char             source_id[24];
    bt_cause_record  cause = {
        .text = BT_STR("The cluster shows this task neither among those that "
                       "run nor among those that have ended.")
    };
    bt_data_record   data = {
        .tenant = job->tenant, .method = BT_STR("PHYSICAL"),
        .mode = job->incremental ? BT_STR("INCREMENTAL") : BT_STR("FULL"),
        .backup_set_id = job->set, .start_time = job->start,
        .end_time = BT_UNKNOWN, .status = BT_STR("UNKNOWN"),
        .status_since = BT_UNKNOWN, .progress = BT_UNKNOWN,
        .data_version = BT_UNKNOWN, .size_bytes = BT_UNKNOWN,
        .restorable_from = BT_UNKNOWN, .restorable_to = BT_UNKNOWN,
        .cause = cause
    };
    bt_cleanup_record cleanup = {
        .tenant = job->tenant, .start_time = job->start,
        .end_time = BT_UNKNOWN, .status = BT_STR("UNKNOWN"),
        .status_since = BT_UNKNOWN, .items_total = BT_UNKNOWN,
        .items_done = BT_UNKNOWN, .cause = cause
    };

    (void) snprintf(source_id, sizeof(source_id), "%lld",
                    (long long) job->id);
    data.source_id = cleanup.source_id = bt_str_of(source_id);
    if (job->kind == BT_KIND_DATA) {
        bt_collect_data(look->collect, &data);
    } else {
        bt_collect_cleanup(look->collect, &cleanup);
    }
}

void
ob4_put_lost(ob4_look *look, bt_kind kind)
{
    ob_list *running = &look->link->running;

    for (size_t i = running->count; i-- > 0;) {
        const ob4_running *job = ob_list_at(running, i);

        if (job->kind == kind && !job->seen && job->missing != BT_UNKNOWN
            && look->clock - job->missing > MISSING_TIME)
        {
            ob4_name_tenant(look, job->tenant);
            put_lost(look, job);
            ob_list_remove(running, i);
        }
    }
}

/* oceanbase4_sets.c: backup sets of 4.x: size, state, and what can be restored from them. */

#include "agent/oceanbase4.h"

#include <stdio.h>
#include <string.h>

static bool
take_set(ob4_look *look, const ob_rows *rows)
{
    int64_t  tenant = ob_int(rows, OB4_SET_TENANT);
    int64_t  id = ob_int(rows, OB4_SET_ID);
    bt_str   type = ob_text(rows, OB4_SET_TYPE);
    bt_str   state = ob_text(rows, OB4_SET_STATE);
    ob4_set *set;

    if (tenant == BT_UNKNOWN || id == BT_UNKNOWN || !ob4_shows(tenant)) {
        return true;
    }
    set = ob_list_add(&look->sets, sizeof(*set));
    if (set == NULL) {
        return false;
    }
    set->tenant = tenant;
    set->id = id;
    set->full = bt_str_eqz(type, "FULL") || bt_str_eqz(type, "D");
    set->replay = ob_scn(rows, OB4_SET_REPLAY);
    set->restore = ob_scn(rows, OB4_SET_RESTORE);
    set->bytes = ob_int(rows, OB4_SET_BYTES);
    (void) snprintf(set->state, sizeof(set->state), "%.*s", (int) state.len,
                    state.len > 0 ? state.data : "");
    return true;
}

/* The oldest full set from which the log leads on without a gap, within the
 * newest stretch of log that has one. */
static void
find_window(const ob4_look *look, ob4_tenant *tenant)
{
    tenant->window_from = BT_UNKNOWN;
    for (unsigned k = tenant->segment_count; k-- > 0;) {
        const ob4_segment *segment = &tenant->segments[k];

        for (size_t i = 0; i < look->sets.count; i++) {
            const ob4_set *set = ob_list_at(&look->sets, i);
            bt_usec        from = set->replay != BT_UNKNOWN ? set->replay
                                                            : set->restore;

            if (set->tenant == tenant->id && set->full
                && strcmp(set->state, "AVAILABLE") == 0
                && set->restore != BT_UNKNOWN && from >= segment->from
                && set->restore <= segment->to
                && (tenant->window_from == BT_UNKNOWN
                    || set->restore < tenant->window_from))
            {
                tenant->window_from = set->restore;
            }
        }
        if (tenant->window_from != BT_UNKNOWN) {
            return;
        }
    }
}

bt_answer
ob4_read_sets(ob4_look *look)
{
    const ob_found *found = &look->link->found[OB4_SETS];
    ob_sql          sql;
    ob_rows         rows;
    bt_answer       answer;
    bool            good = true;

    ob_list_clear(&look->sets);
    if (found->columns == 0) {
        return BT_ANSWER_OK;
    }
    ob_sql_start(&sql, "");
    ob_sql_view(&sql, "", &ob4_views[OB4_SETS], found);
    answer = ob4_select(look, &sql, false, &rows);
    if (answer != BT_ANSWER_OK) {
        return answer;
    }
    while (good && ob_rows_next(&rows)) {
        good = take_set(look, &rows);
    }
    answer = ob_rows_end(&rows, look->reason);
    ob_list_sort(&look->sets);
    for (size_t i = 0; i < look->link->tenants.count; i++) {
        find_window(look, ob_list_at(&look->link->tenants, i));
    }
    look->link->sets_at = look->clock;
    return good ? answer : ob4_no_memory(look);
}

/* FNV-1a */
static uint64_t
digest(uint64_t hash, const void *data, size_t len)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    }
    return hash;
}

static uint64_t
digest_set(const ob4_set *set)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    hash = digest(hash, set->state, strlen(set->state));
    hash = digest(hash, &set->restore, sizeof(set->restore));
    return digest(hash, &set->bytes, sizeof(set->bytes));
}

bool
ob4_changed_sets(ob4_look *look, ob_list *numbers)
{
    ob_list known = { .data = NULL };
    bool    good = true;

    for (size_t i = 0; good && i < look->sets.count; i++) {
        const ob4_set   *set = ob_list_at(&look->sets, i);
        const ob4_known *old = ob_list_find(&look->link->sets, set->tenant,
                                            set->id);
        ob4_known       *now = ob_list_add(&known, sizeof(*now));

        good = now != NULL;
        if (good) {
            *now = (ob4_known) { set->tenant, set->id, digest_set(set) };
            good = (old != NULL && old->state == now->state)
                   || ob_ids_add(numbers, set->id);
        }
    }
    if (good) {
        ob_list_free(&look->link->sets);
        look->link->sets = known;
    } else {
        ob_list_free(&known);
    }
    return good;
}

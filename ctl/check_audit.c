/* check_audit.c: follows the chain of hashes through the audit trail. */

#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/bt_audit.h"

#define PORTION  1000

static int64_t
number_at(bt_rows *rows, size_t column)
{
    bt_value value = bt_rows_get(rows, column);

    return value.type == BT_VALUE_NULL ? 0 : value.number;
}

static bt_str
text_at(bt_rows *rows, size_t column)
{
    bt_value value = bt_rows_get(rows, column);

    return value.type == BT_VALUE_TEXT ? value.text : BT_STR("");
}

static bt_audit_event
event_of(bt_rows *rows)
{
    return (bt_audit_event) {
        .id = number_at(rows, 0), .at = number_at(rows, 1),
        .user = text_at(rows, 2), .roles = text_at(rows, 3),
        .client_address = text_at(rows, 4), .request_id = text_at(rows, 5),
        .action = text_at(rows, 6), .kind = text_at(rows, 7),
        .target_id = number_at(rows, 8), .cluster_id = number_at(rows, 9),
        .tenant_id = number_at(rows, 10), .command_id = number_at(rows, 11),
        .outcome = text_at(rows, 12), .detail = text_at(rows, 13)
    };
}

static bool
is_hash(bt_str column, const unsigned char hash[BT_AUDIT_HASH])
{
    return column.len == BT_AUDIT_HASH
           && memcmp(column.data, hash, BT_AUDIT_HASH) == 0;
}

static void
complain(check_run *run, int64_t id, const char *text)
{
    char found[128];

    (void) snprintf(found, sizeof(found), "audit event %" PRId64 " %s", id,
                    text);
    check_found(run, "the audit trail", bt_str_of(found));
}

static void
check_event(check_run *run, bt_rows *rows, bt_audit_place *place)
{
    bt_audit_event event = event_of(rows);
    bt_str         previous = text_at(rows, 14);
    bt_str         stored = text_at(rows, 15);
    unsigned char  hash[BT_AUDIT_HASH];

    if (event.id != place->id + 1) {
        complain(run, event.id, "does not follow the one before it: events "
                 "are missing");
    } else if (!is_hash(previous, place->hash)) {
        complain(run, event.id, "was not written after the one before it");
    }
    if (previous.len != BT_AUDIT_HASH || stored.len != BT_AUDIT_HASH) {
        complain(run, event.id, "has no hash");
        memset(place->hash, 0, BT_AUDIT_HASH);
    } else {
        if (!bt_audit_hash((const unsigned char *) previous.data, &event, hash)
            || !is_hash(stored, hash))
        {
            complain(run, event.id, "is not what was written");
        }
        memcpy(place->hash, stored.data, BT_AUDIT_HASH);
    }
    place->id = event.id;
}

/* *more: there may be further events. */
static bool
check_portion(check_run *run, bt_audit_place *place, bool *more)
{
    bt_value params[] = { bt_int(place->id), bt_int(PORTION) };
    bt_rows *rows;

    *more = false;
    if (bt_store_run(run->ctl->store, "SELECT id, at, user, roles, "
                     "client_address, request_id, action, kind, target_id, "
                     "cluster_id, tenant_id, command_id, outcome, detail, "
                     "previous_hash, hash FROM audit_events WHERE id > ? "
                     "ORDER BY id LIMIT ?", params, 2, &rows, NULL)
        != BT_STORE_OK)
    {
        return false;
    }
    while (bt_rows_next(rows) == 1) {
        check_event(run, rows, place);
        *more = true;
    }
    bt_rows_close(rows);
    return true;
}

bool
check_audit(check_run *run)
{
    bt_audit_place place;               /* of the event before */
    bool           more = true;

    if (bt_audit_begin(run->ctl->store, &place) != BT_STORE_OK) {
        return false;
    }

    while (more) {
        if (!check_portion(run, &place, &more)) {
            return false;
        }
    }
    check_kind_done(run, "compare with a backup of the store: somebody has "
                    "changed what was written");
    return true;
}

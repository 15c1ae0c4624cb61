/* prune.c: the command "audit prune": removes the oldest events of the trail. */

#include "prune.h"
#include "actor.h"

#include "store/bt_audit.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PORTION  50000              /* events that one transaction removes */

typedef struct {
    ctl_context *ctl;
    ctl_actor    who;
    const char  *before;            /* as it was given */
    bt_usec      at;
    bool         yes;
    int64_t      first;             /* event there is; 0: none is that old */
    int64_t      last;              /* event to be removed */
} prune;

static bool
read_time(const char *text, bt_usec *out)
{
    bt_zone utc;
    bool    good;

    if (!bt_zone_open(&utc, BT_STR("UTC"))) {
        return false;
    }
    good = bt_time_parse(bt_str_of(text), &utc, BT_GAP_FIRST, out);
    bt_zone_close(&utc);
    return good && *out <= bt_time_now();
}

static bool
read_options(prune *p, int argc, char **argv)
{
    static const struct option options[] = {
        { "before", required_argument, NULL, 'b' },
        { "yes", no_argument, NULL, 'y' },
        { NULL, 0, NULL, 0 }
    };
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'y') {
            p->yes = true;
        } else if (option == 'b' && read_time(optarg, &p->at)) {
            p->before = optarg;
        } else {
            return false;
        }
    }
    return optind == argc && p->before != NULL;
}

/* What is removed is a beginning of the chain: up to the first event that is
 * young enough, also where a clock had been wrong. */
static bt_store_status
find_events(prune *p)
{
    bt_rows        *rows;
    bt_value        at = bt_time(p->at);
    bt_store_status status;

    status = bt_store_run(p->ctl->store, "SELECT MIN(id), COALESCE((SELECT"
                          " MIN(id) - 1 FROM audit_events WHERE at >= ?),"
                          " MAX(id)) FROM audit_events", &at, 1, &rows, NULL);
    if (status != BT_STORE_OK) {
        return status;
    }
    if (bt_rows_next(rows) > 0
        && bt_rows_get(rows, 0).type == BT_VALUE_INT)
    {
        p->first = bt_rows_get(rows, 0).number;
        p->last = bt_rows_get(rows, 1).number;
    }
    bt_rows_close(rows);
    if (p->last < p->first) {
        p->first = 0;
    }
    return BT_STORE_OK;
}

/* The hash of the last event that goes, as an anchor for those that stay. */
static bt_store_status
describe(prune *p, int64_t last, char *out, size_t size)
{
    bt_rows        *rows;
    bt_value        id = bt_int(last);
    bt_store_status status;

    status = bt_store_run(p->ctl->store, "SELECT LOWER(HEX(hash))"
                          " FROM audit_events WHERE id = ?", &id, 1, &rows,
                          NULL);
    if (status != BT_STORE_OK) {
        return status;
    }
    if (bt_rows_next(rows) > 0
        && bt_rows_get(rows, 0).type == BT_VALUE_TEXT)
    {
        (void) snprintf(out, size, "before %s; " BT_AUDIT_PRUNED "%" PRId64
                        ":%.*s", p->before, last,
                        (int) bt_rows_get(rows, 0).text.len,
                        bt_rows_get(rows, 0).text.data);
    } else {
        status = BT_STORE_ERROR;
    }
    bt_rows_close(rows);
    return status;
}

static bt_store_status
remove_in_transaction(prune *p, int64_t last)
{
    char            detail[256];
    int64_t         number;
    bt_value        id = bt_int(last);
    bt_store_status status = bt_change_number(p->ctl->store,
                                              BT_CHANGE_EVERYWHERE, &number);

    if (status == BT_STORE_OK) {
        status = describe(p, last, detail, sizeof(detail));
    }
    if (status == BT_STORE_OK) {
        status = bt_act_note_in(p->ctl->store, &p->who.actor, BT_AUDIT_PRUNE,
                                0, detail);
    }
    if (status == BT_STORE_OK) {
        status = bt_store_run(p->ctl->store, "DELETE FROM audit_events"
                              " WHERE id <= ?", &id, 1, NULL, NULL);
    }
    return status;
}

/* Each portion leaves a whole trail, so that a run may be killed. */
static bt_store_status
remove_portion(prune *p, int64_t last)
{
    bt_store_status status = bt_store_begin(p->ctl->store);

    if (status == BT_STORE_OK) {
        status = remove_in_transaction(p, last);
    }
    if (status == BT_STORE_OK) {
        return bt_store_commit(p->ctl->store);
    }
    bt_store_rollback(p->ctl->store);
    return status;
}

static int
remove_events(prune *p)
{
    int64_t last = p->first - 1;

    ctl_actor_find(&p->who);
    while (last < p->last) {
        last = p->last - last > PORTION ? last + PORTION : p->last;
        if (remove_portion(p, last) != BT_STORE_OK) {
            return ctl_store_failed(p->ctl, "cannot remove events (it takes "
                                    "the account of the migrations)");
        }
    }
    (void) printf("%" PRId64 " events before %s were removed, the last of "
                  "them was %" PRId64 "\n", p->last - p->first + 1, p->before,
                  p->last);
    return CTL_DONE;
}

/* A trail that is not whole is evidence. */
static int
refuse_unsound(prune *p)
{
    bt_audit_walk found;

    if (bt_audit_verify(p->ctl->store, 1, &found) != BT_STORE_OK) {
        return ctl_store_failed(p->ctl, "cannot walk the audit trail");
    }
    return found.bad_id == 0
           ? CTL_DONE
           : ctl_say(CTL_FAILED, "event %" PRId64 " %s; nothing was removed",
                     found.bad_id, found.fault);
}

int
ctl_audit_prune(ctl_context *ctl, int argc, char **argv)
{
    prune p = { .ctl = ctl };

    if (!read_options(&p, argc, argv)) {
        return ctl_say(CTL_REFUSED, "usage: backup-tasks-ctl audit prune "
                       "--before DATE [--yes]: a date or a time in UTC that "
                       "is not to come");
    }
    if (find_events(&p) != BT_STORE_OK) {
        return ctl_store_failed(ctl, "cannot read the audit trail");
    }
    if (p.first == 0) {
        (void) printf("no event is from before %s\n", p.before);
        return CTL_DONE;
    }
    if (!p.yes) {
        (void) printf("%" PRId64 " events are from before %s, the last of "
                      "them is %" PRId64 "; with --yes they are removed for "
                      "ever\n", p.last - p.first + 1, p.before, p.last);
        return CTL_DONE;
    }
    return refuse_unsound(&p) == CTL_DONE ? remove_events(&p) : CTL_FAILED;
}

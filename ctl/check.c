/* check.c: the command "check": recomputes what the record store keeps twice, and tells what differs. */

#include "check.h"

#include "store/bt_audit.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#define SHOWN  20                   /* findings of one kind that are printed */
#define TRIES  8

void
check_found(check_run *run, const char *what, bt_str text)
{
    if (run->of_kind == 0) {
        (void) printf("%s:\n", what);
    }
    run->of_kind++;
    if (run->of_kind <= SHOWN) {
        (void) printf("  %.*s\n", (int) text.len, text.data);
    }
}

void
check_kind_done(check_run *run, const char *todo)
{
    if (run->of_kind > SHOWN) {
        (void) printf("  and %" PRId64 " more\n", run->of_kind - SHOWN);
    }
    if (run->of_kind > 0) {
        (void) printf("  to do: %s\n", todo != NULL ? todo
                      : "backup-tasks-ctl check --repair");
    }
    run->all += run->of_kind;
    run->of_kind = 0;
}

/* Everything is read as it was at one moment, so that an agent at work does
 * not look like a difference. */
static int
check(ctl_context *ctl)
{
    check_run run = { .ctl = ctl };
    bool      good = bt_store_begin_read(ctl->store) == BT_STORE_OK
                     && check_counts(&run) && check_rules(&run)
                     && check_audit(&run);

    if (!good) {
        int code = ctl_store_failed(ctl, "cannot check the record store");

        bt_store_rollback(ctl->store);
        return code;
    }
    bt_store_rollback(ctl->store);
    if (run.all > 0) {
        (void) printf("%" PRId64 " things are wrong\n", run.all);
        return CTL_FAILED;
    }
    (void) puts("the record store is sound");
    return CTL_DONE;
}

/* Recorders lock their cluster before anything else, and every writer takes
 * the change counter before it ends: with all of them locked nobody changes
 * what is being put right. */
static bool
lock_writers(const ctl_context *ctl)
{
    static const char *const locks[] = {
        "SELECT id FROM clusters ORDER BY id FOR UPDATE",
        "INSERT INTO change_counter (id, number) VALUES (1, 0) "
        "ON DUPLICATE KEY UPDATE number = number",
        "SELECT number FROM change_counter WHERE id = 1 FOR UPDATE"
    };

    for (size_t i = 0; i < sizeof(locks) / sizeof(locks[0]); i++) {
        if (bt_store_run(ctl->store, locks[i], NULL, 0, NULL, NULL)
            != BT_STORE_OK)
        {
            return false;
        }
    }
    return true;
}

/* Counts stand on every page; what else is put right has taken its number. */
static bool
number_counts(check_run *run)
{
    return run->number != 0 || run->cells == 0
           || bt_change_number(run->ctl->store, BT_CHANGE_EVERYWHERE,
                               &run->number) == BT_STORE_OK;
}

/* One transaction for all of it. */
static int
repair(ctl_context *ctl)
{
    for (int tries = 1; tries <= TRIES; tries++) {
        check_run run = { .ctl = ctl, .repair = true };

        if (bt_store_begin(ctl->store) == BT_STORE_OK && lock_writers(ctl)
            && check_rules(&run) && check_counts(&run) && number_counts(&run)
            && bt_store_commit(ctl->store) == BT_STORE_OK)
        {
            (void) printf("%" PRId64 " hourly counts put right\n"
                          "%" PRId64 " other values put right\n", run.cells,
                          run.values);
            return ctl_note(ctl, "repair", "");
        }
        bt_store_rollback(ctl->store);
        if (bt_store_status_of(ctl->store) != BT_STORE_CONFLICT) {
            break;
        }
    }
    return ctl_store_failed(ctl, "cannot repair the record store; nothing was "
                            "changed");
}

int
ctl_check(ctl_context *ctl, int argc, char **argv)
{
    static const struct option options[] = {
        { "repair", no_argument, NULL, 'r' },
        { NULL, 0, NULL, 0 }
    };
    bool wanted = false;
    bool good = true;
    int  option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        wanted = wanted || option == 'r';
        good = good && option == 'r';
    }
    if (!good || optind < argc) {
        return ctl_say(CTL_REFUSED,
                       "usage: backup-tasks-ctl check [--repair] | "
                       "check --monitor [CLUSTER]");
    }
    if (wanted && repair(ctl) != CTL_DONE) {
        return CTL_FAILED;
    }
    return check(ctl);
}

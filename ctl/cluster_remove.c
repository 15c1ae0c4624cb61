/* cluster_remove.c: the command "cluster remove": ends a registration, and takes the records where that is wanted. */

#include "cluster.h"

#include "recorder/recorder.h"
#include "store/bt_audit.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define BATCH        1000           /* records of one transaction */
#define NAME_CHARS   100            /* of the name that a removed one keeps */
#define LEASE_MAX    120            /* seconds */

typedef struct {
    const char *name;
    const char *yes;                /* the name again; NULL: not given */
    bool        records;
} removal;

static int
usage(void)
{
    return ctl_say(CTL_REFUSED, "usage: backup-tasks-ctl cluster remove "
                   "[--records] --yes NAME NAME");
}

static bool
read_options(removal *what, int argc, char **argv)
{
    static const struct option options[] = {
        { "records", no_argument, NULL, 'r' },
        { "yes", required_argument, NULL, 'y' },
        { NULL, 0, NULL, 0 }
    };
    int option;

    *what = (removal) { .name = NULL };
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'r') {
            what->records = true;
        } else if (option == 'y') {
            what->yes = optarg;
        } else {
            return false;
        }
    }
    what->name = argv[optind];
    return argc - optind == 1;
}

/* One number of the cluster; -1: the store failed. */
static int64_t
ask_number(ctl_context *ctl, const char *sql, int64_t id)
{
    bt_value param = bt_int(id);
    bt_rows *rows;
    int64_t  number = 0;

    if (bt_store_run(ctl->store, sql, &param, 1, &rows, NULL) != BT_STORE_OK) {
        return -1;
    }
    if (bt_rows_next(rows) > 0
        && bt_rows_get(rows, 0).type == BT_VALUE_INT)
    {
        number = bt_rows_get(rows, 0).number;
    }
    bt_rows_close(rows);
    return number;
}

/* Whoever removes the wrong one has written its name twice. */
static int
make_sure(ctl_context *ctl, const removal *what,
          const cluster_settings *settings)
{
    int64_t records;

    if (what->yes != NULL && strcmp(what->yes, what->name) == 0) {
        return CTL_DONE;
    }
    if (what->yes != NULL) {
        return ctl_say(CTL_REFUSED, "nothing was removed: --yes names %s, not "
                       "%s", what->yes, what->name);
    }
    records = ask_number(ctl, "SELECT COUNT(*) FROM record_keys"
                         " WHERE cluster_id = ?", settings->id);
    return ctl_say(CTL_REFUSED, "nothing was removed. %s has %" PRId64
                   " records, which %s. If this is meant: backup-tasks-ctl "
                   "cluster remove%s --yes '%s' '%s'", what->name,
                   records < 0 ? 0 : records,
                   what->records ? "would go, too, for ever" : "would stay",
                   what->records ? " --records" : "", what->name, what->name);
}

static int
check_commands(ctl_context *ctl, const cluster_settings *settings)
{
    int64_t command = ask_number(ctl, "SELECT MIN(id) FROM commands"
                                 " WHERE cluster_id = ? AND (state = 'RUNNING'"
                                 " OR (state = 'REQUESTED'"
                                 " AND deadline > UTC_TIMESTAMP(6)))",
                                 settings->id);

    if (command < 0) {
        return ctl_store_failed(ctl, "cannot look for open commands");
    }
    return command == 0
           ? CTL_DONE
           : ctl_say(CTL_FAILED, "command %" PRId64 " of %s is still open: "
                     "wait for its end, or cancel it", command,
                     settings->name);
}

/* An agent that does not know yet goes on writing until its lease ends. */
static void
wait_for_agent(int64_t seconds)
{
    const struct timespec pause = {
        .tv_sec = (time_t) (seconds < LEASE_MAX ? seconds : LEASE_MAX)
    };

    if (seconds > 0) {
        (void) ctl_say(CTL_DONE, "waiting %" PRId64 " s until the agent has "
                       "let go of it", (int64_t) pause.tv_sec);
        (void) nanosleep(&pause, NULL);
    }
}

static bt_kind
kind_by_name(bt_str name)
{
    return bt_str_eqz(name, "data") ? BT_KIND_DATA
           : bt_str_eqz(name, "cleanup") ? BT_KIND_CLEANUP
           : bt_str_eqz(name, "second") ? BT_KIND_SECOND : BT_KIND_LOG;
}

/* Puts the next records from *last on; their number, or -1. */
static int
put_batch(ctl_context *ctl, bt_recorder *recorder, int64_t cluster_id,
          int64_t *last)
{
    bt_value params[] = { bt_int(cluster_id), bt_int(*last), bt_int(BATCH) };
    bt_rows *rows;
    int      count = 0;

    if (bt_store_run(ctl->store, "SELECT id, kind FROM record_keys"
                     " WHERE cluster_id = ? AND id > ? ORDER BY id LIMIT ?",
                     params, 3, &rows, NULL) != BT_STORE_OK)
    {
        return -1;
    }
    while (bt_rows_next(rows) > 0) {
        *last = bt_rows_get(rows, 0).number;
        bt_recorder_put_removal(recorder,
                                kind_by_name(bt_rows_get(rows, 1).text),
                                *last);
        count++;
    }
    bt_rows_close(rows);
    return count;
}

static int
take_records(ctl_context *ctl, bt_recorder *recorder, int64_t cluster_id)
{
    int64_t last = 0, taken = 0;
    int     count;

    while ((count = put_batch(ctl, recorder, cluster_id, &last)) > 0) {
        bt_recorder_scope(recorder, cluster_id, 1, bt_time_now());
        if (bt_recorder_commit(recorder) != BT_STORE_OK) {
            return ctl_say(CTL_FAILED, "the records are not all gone: %s; "
                           "give the same command again",
                           bt_recorder_error(recorder));
        }
        taken += count;
        if (taken % (10 * BATCH) == 0) {
            (void) ctl_say(CTL_DONE, "%" PRId64 " records", taken);
        }
    }
    return count == 0 ? CTL_DONE
                      : ctl_store_failed(ctl, "the records are not all gone");
}

/* params: the name and the cluster. */
static bt_store_status
write_name(ctl_context *ctl, const bt_value params[2])
{
    int64_t         number;
    bt_store_status status = bt_store_begin(ctl->store);

    if (status == BT_STORE_OK) {
        status = bt_store_run(ctl->store, "UPDATE clusters SET name = ?"
                              " WHERE id = ?", params, 2, NULL, NULL);
    }
    if (status == BT_STORE_OK) {
        status = bt_change_number(ctl->store, params[1].number, &number);
    }
    if (status == BT_STORE_OK) {
        return bt_store_commit(ctl->store);
    }
    bt_store_rollback(ctl->store);
    return status;
}

/* The name is free again, and what names the old one still has one. */
static int
free_name(ctl_context *ctl, const cluster_settings *settings)
{
    char     name[NAME_CHARS * 4 + 32];
    bt_buf   buf;
    bt_str   rest = bt_str_of(settings->name);
    bt_value params[2];

    bt_buf_init(&buf, name, sizeof(name));
    for (size_t i = 0; i < NAME_CHARS && rest.len > 0; i++) {
        size_t step = bt_utf8_step(rest.data, rest.len);

        bt_buf_add(&buf, rest.data, step);
        rest.data += step;
        rest.len -= step;
    }
    bt_buf_addz(&buf, " (removed ");
    bt_buf_addi(&buf, settings->id);
    bt_buf_addc(&buf, ')');
    params[0] = bt_text(bt_str_of(name));
    params[1] = bt_int(settings->id);
    return write_name(ctl, params) == BT_STORE_OK
           ? CTL_DONE : ctl_store_failed(ctl, "its name is still taken");
}

static int
remove_records(ctl_context *ctl, const cluster_settings *settings,
               int64_t lease)
{
    bt_recorder *recorder = bt_recorder_new(ctl->store);
    int          code;

    if (recorder == NULL) {
        return ctl_say(CTL_FAILED, "out of memory");
    }
    wait_for_agent(lease);
    code = take_records(ctl, recorder, settings->id);
    bt_recorder_free(recorder);
    return code == CTL_DONE ? free_name(ctl, settings) : code;
}

static int
carry_out(ctl_context *ctl, const removal *what,
          const cluster_settings *settings)
{
    int64_t lease = ask_number(ctl, "SELECT TIMESTAMPDIFF(SECOND,"
                               " UTC_TIMESTAMP(6), lease_until) + 1"
                               " FROM clusters WHERE id = ?", settings->id);
    int     code = cluster_withdraw(ctl, settings, what->records);

    if (code == CTL_DONE && what->records) {
        code = remove_records(ctl, settings, lease);
    }
    if (code == CTL_DONE) {
        (void) printf("%s is not registered any more, %s\n", what->name,
                      what->records ? "and its records are gone"
                      : "its records stay");
    }
    return code;
}

int
cluster_remove(ctl_context *ctl, int argc, char **argv)
{
    removal          what;
    cluster_settings settings;
    bt_pool         *pool;
    int              code;

    if (!read_options(&what, argc, argv)) {
        return usage();
    }
    pool = bt_pool_new();
    if (pool == NULL) {
        return ctl_say(CTL_FAILED, "out of memory");
    }
    /* What was left by a removal, and sample clusters, can go later. */
    code = what.records ? cluster_load(ctl, pool, what.name, &settings)
                        : cluster_find(ctl, pool, what.name, &settings);
    if (code == CTL_DONE && settings.id == 0) {
        code = ctl_say(CTL_REFUSED, "there is no cluster %s", what.name);
    }
    if (code == CTL_DONE) {
        code = make_sure(ctl, &what, &settings);
    }
    if (code == CTL_DONE) {
        code = check_commands(ctl, &settings);
    }
    if (code == CTL_DONE) {
        code = carry_out(ctl, &what, &settings);
    }
    bt_pool_free(pool);
    return code;
}

/* check.c: the command "check": recomputes what the record store keeps twice, and tells what differs. */

#include "ctl.h"
#include "check.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#define SHOWN     20                /* findings of one kind that are printed */
#define SQL_MAX   2048

/* A statement that returns one text for each thing that is wrong. */
typedef struct {
    const char *what;
    const char *sql;
} check_rule;

/* The same for each table of records; %1$s is the table, %2$s its kind. */
static const check_rule table_rules[] = {
    { "keys without a record",
      "SELECT CONCAT('%2$s ', k.id, ' has a key, but no record') "
      "FROM record_keys k "
      "LEFT JOIN %1$s r ON r.listed_at = k.listed_at AND r.id = k.id "
      "LEFT JOIN removed x ON x.kind = k.kind AND x.record_id = k.id "
      "WHERE k.kind = '%2$s' AND r.id IS NULL AND x.record_id IS NULL" },
    { "records without their key",
      "SELECT CONCAT('%2$s ', r.id, ' has no key of its own') "
      "FROM %1$s r LEFT JOIN record_keys k ON k.id = r.id "
      "WHERE k.id IS NULL OR k.kind <> '%2$s' OR k.listed_at <> r.listed_at "
      "OR k.cluster_id <> r.cluster_id OR k.source_id <> r.source_id" },
    { "records that were removed",
      "SELECT CONCAT('%2$s ', r.id, ' has a tombstone, but is there') "
      "FROM removed x JOIN record_keys k ON k.id = x.record_id "
      "JOIN %1$s r ON r.listed_at = k.listed_at AND r.id = k.id "
      "WHERE x.kind = '%2$s'" },
    { "records of unknown tenants",
      "SELECT CONCAT('%2$s ', r.id, ' belongs to no tenant of its cluster') "
      "FROM %1$s r LEFT JOIN tenants t ON t.id = r.tenant_id "
      "AND t.cluster_id = r.cluster_id WHERE t.id IS NULL" },
    { "change numbers ahead of the counter",
      "SELECT CONCAT('the counter stands at ', c.number, ', but %2$s has ', "
      "MAX(r.change_no)) FROM %1$s r JOIN change_counter c ON c.id = 1 "
      "GROUP BY c.number HAVING MAX(r.change_no) > c.number" }
};

static const check_rule rules[] = {
    { "last full backups",
      "SELECT CONCAT('tenant ', t.id, ' had a full backup until ', d.last_end)"
      " FROM tenants t JOIN (SELECT tenant_id, MAX(end_time) AS last_end "
      "FROM data_tasks WHERE status = 'COMPLETED' AND mode = 'FULL' "
      "GROUP BY tenant_id) d ON d.tenant_id = t.id "
      "WHERE t.last_full IS NULL OR t.last_full < d.last_end" },
    { "last incremental backups",
      "SELECT CONCAT('tenant ', t.id, ' had an incremental backup until ', "
      "d.last_end) FROM tenants t JOIN (SELECT tenant_id, "
      "MAX(end_time) AS last_end FROM data_tasks WHERE status = 'COMPLETED' "
      "AND mode = 'INCREMENTAL' GROUP BY tenant_id) d ON d.tenant_id = t.id "
      "WHERE t.last_incremental IS NULL OR t.last_incremental < d.last_end" },
    { "newest finished backups",
      "SELECT CONCAT('tenant ', t.id, ' has a newer finished backup, ', "
      "MAX(d.id)) FROM tenants t JOIN data_tasks d "
      "ON d.cluster_id = t.cluster_id AND d.tenant_id = t.id "
      "AND d.listed_at > COALESCE(t.last_data_at, '1970-01-01') "
      "AND d.status IN ('COMPLETED', 'FAILED') "
      "LEFT JOIN causes c ON c.record_id = d.id "
      "WHERE COALESCE(c.code, '') <> 'CANCELED' GROUP BY t.id" },
    { "status of the newest finished backups",
      "SELECT CONCAT('tenant ', t.id, ' says ', t.last_data_status, "
      "' of data ', d.id, ', which is ', d.status) FROM tenants t "
      "JOIN data_tasks d ON d.listed_at = t.last_data_at "
      "AND d.id = t.last_data_id WHERE d.status <> t.last_data_status" },
    { "numbers of second backups",
      "SELECT CONCAT('data ', d.id, ' says ', d.second_backups, "
      "' second backups, there are ', COALESCE(s.copies, 0)) "
      "FROM data_tasks d LEFT JOIN (SELECT task_id, COUNT(*) AS copies "
      "FROM second_backups WHERE kind = 'DATA' GROUP BY task_id) s "
      "ON s.task_id = d.id WHERE d.second_backups <> COALESCE(s.copies, 0)" },
    { "causes of nothing",
      "SELECT CONCAT('a cause of record ', p.record_id) FROM causes p "
      "LEFT JOIN record_keys k ON k.id = p.record_id WHERE k.id IS NULL" },
    { "acknowledgements of nothing",
      "SELECT CONCAT('an acknowledgement of record ', p.record_id) "
      "FROM acknowledgements p LEFT JOIN record_keys k ON k.id = p.record_id "
      "WHERE k.id IS NULL" },
    { "rounds of nothing",
      "SELECT CONCAT('round ', p.round_id, ' of log backup ', p.log_id) "
      "FROM log_rounds p LEFT JOIN record_keys k ON k.id = p.log_id "
      "AND k.kind = 'log' WHERE k.id IS NULL" },
    { "open commands",
      "SELECT CONCAT('command ', id, ' is ', state, "
      "CASE WHEN open_target IS NULL THEN ', but not open' "
      "ELSE ', but still open' END) FROM commands "
      "WHERE (state IN ('REQUESTED', 'RUNNING')) <> (open_target IS NOT NULL)"
    },
    { "the change counter",
      "SELECT 'change_counter has lost its row' FROM "
      "(SELECT COUNT(*) AS present FROM change_counter WHERE id = 1) c "
      "WHERE c.present = 0" },
    { "change numbers of clusters",
      "SELECT CONCAT('cluster ', id, ' has change number ', change_no) "
      "FROM clusters WHERE change_no > "
      "(SELECT COALESCE(MAX(number), 0) FROM change_counter)" }
};

static const char *const tables[][2] = {
    { "data_tasks", "data" }, { "cleanup_tasks", "cleanup" },
    { "second_backups", "second" }, { "log_backups", "log" }
};

void
check_found(check_result *result, const char *what, bt_str text)
{
    if (result->of_kind == 0) {
        (void) printf("%s:\n", what);
    }
    result->of_kind++;
    if (result->of_kind <= SHOWN) {
        (void) printf("  %.*s\n", (int) text.len, text.data);
    }
}

void
check_kind_done(check_result *result)
{
    if (result->of_kind > SHOWN) {
        (void) printf("  and %" PRId64 " more\n", result->of_kind - SHOWN);
    }
    result->all += result->of_kind;
    result->of_kind = 0;
}

static bool
run_rule(const ctl_context *ctl, check_result *result, const char *what,
         const char *sql)
{
    bt_rows *rows;

    if (bt_store_run(ctl->store, sql, NULL, 0, &rows, NULL) != BT_STORE_OK) {
        return false;
    }
    while (bt_rows_next(rows) == 1) {
        check_found(result, what, bt_rows_get(rows, 0).text);
    }
    bt_rows_close(rows);
    check_kind_done(result);
    return true;
}

/* Puts table and kind, constants both, where the rule wants them. */
static void
fill_rule(char out[SQL_MAX], const char *form, const char *const names[2])
{
    bt_buf sql;

    bt_buf_init(&sql, out, SQL_MAX);
    for (; *form != '\0'; form++) {
        if (form[0] == '%' && (form[1] == '1' || form[1] == '2')) {
            bt_buf_addz(&sql, names[form[1] - '1']);
            form += 3;
        } else {
            bt_buf_addc(&sql, *form);
        }
    }
}

static bool
run_rules(const ctl_context *ctl, check_result *result)
{
    char sql[SQL_MAX];

    for (size_t i = 0; i < sizeof(table_rules) / sizeof(table_rules[0]); i++) {
        for (size_t k = 0; k < sizeof(tables) / sizeof(tables[0]); k++) {
            fill_rule(sql, table_rules[i].sql, tables[k]);
            if (!run_rule(ctl, result, table_rules[i].what, sql)) {
                return false;
            }
        }
    }
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (!run_rule(ctl, result, rules[i].what, rules[i].sql)) {
            return false;
        }
    }
    return true;
}

/* Everything is read as it was at one moment, so that an agent at work does
 * not look like a difference. */
static int
check(const ctl_context *ctl)
{
    check_result result = { 0, 0 };
    bool         good = bt_store_begin_read(ctl->store) == BT_STORE_OK
                        && check_counts(ctl, &result)
                        && run_rules(ctl, &result);

    if (!good) {
        int code = ctl_store_failed(ctl, "cannot check the record store");

        bt_store_rollback(ctl->store);
        return code;
    }
    bt_store_rollback(ctl->store);
    if (result.all > 0) {
        (void) printf("%" PRId64 " things are wrong; of these, hourly "
                      "counts are put right by: backup-tasks-ctl check "
                      "--repair\n",
                      result.all);
        return CTL_FAILED;
    }
    (void) puts("the record store is sound");
    return CTL_DONE;
}

int
ctl_check(ctl_context *ctl, int argc, char **argv)
{
    static const struct option options[] = {
        { "repair", no_argument, NULL, 'r' },
        { NULL, 0, NULL, 0 }
    };
    bool repair = false;
    int  option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option != 'r') {
            return ctl_say(CTL_REFUSED,
                           "usage: backup-tasks-ctl check [--repair]");
        }
        repair = true;
    }
    if (optind < argc) {
        return ctl_say(CTL_REFUSED,
                       "usage: backup-tasks-ctl check [--repair]");
    }
    if (repair && repair_counts(ctl) != CTL_DONE) {
        return CTL_FAILED;
    }
    return check(ctl);
}

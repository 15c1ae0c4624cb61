/* check_rules.c: what must hold in the record store, as statements that find what does not. */

#include "check.h"

#include "recorder/recorder.h"
#include "store/bt_audit.h"

#define SQL_MAX     4096
#define VALUES_MAX  4

/* The counter comes first: what else is put right takes numbers of it. */
static const check_rule counter_rules[] = {
    { "the change counter", NULL,
      "SELECT 'change_counter has lost its row', 0, 1 FROM "
      "(SELECT COUNT(*) AS present FROM change_counter WHERE id = 1) c "
      "WHERE c.present = 0",
      "UPDATE change_counter SET number = ? WHERE id = ?", NULL },
    { "change numbers ahead of the counter", NULL,
      "SELECT CONCAT('the counter stands at ', c.number, ', but ', m.place, "
      "' has ', m.number), m.number, 1 FROM change_counter c JOIN ("
      "SELECT 'data' AS place, MAX(change_no) AS number FROM data_tasks "
      "UNION ALL SELECT 'cleanup', MAX(change_no) FROM cleanup_tasks "
      "UNION ALL SELECT 'second', MAX(change_no) FROM second_backups "
      "UNION ALL SELECT 'log', MAX(change_no) FROM log_backups "
      "UNION ALL SELECT 'clusters', MAX(change_no) FROM clusters "
      "UNION ALL SELECT 'commands', MAX(change_no) FROM commands "
      "UNION ALL SELECT 'removed', MAX(change_no) FROM removed "
      "UNION ALL SELECT 'changes', MAX(number) FROM changes "
      "UNION ALL SELECT 'cluster_changes', MAX(number) "
      "FROM cluster_changes) m "
      "ON m.number > c.number WHERE c.id = 1 ORDER BY m.number",
      "UPDATE change_counter SET number = ? WHERE id = ?", NULL }
};

/* The same for each table of records; %1$s is the table, %2$s its kind. */
static const check_rule table_rules[] = {
    { "keys without a record",
      "delete these rows of record_keys; what the cluster still shows comes "
      "back by itself",
      "SELECT CONCAT('%2$s ', k.id, ' has a key, but no record') "
      "FROM record_keys k "
      "LEFT JOIN %1$s r ON r.listed_at = k.listed_at AND r.id = k.id "
      "LEFT JOIN removed x ON x.kind = k.kind AND x.record_id = k.id "
      "WHERE k.kind = '%2$s' AND r.id IS NULL AND x.record_id IS NULL",
      NULL, NULL },
    { "records without their key",
      "delete these rows of %1$s and their rows of record_keys, then check "
      "--repair; what the cluster still shows comes back by itself",
      "SELECT CONCAT('%2$s ', r.id, ' has no key of its own') "
      "FROM %1$s r LEFT JOIN record_keys k ON k.id = r.id "
      "LEFT JOIN tenants t ON t.id = r.tenant_id "
      "WHERE k.id IS NULL OR k.kind <> '%2$s' OR k.listed_at <> r.listed_at "
      "OR k.cluster_id <> r.cluster_id OR k.source_id <> r.source_id "
      "OR k.ob_tenant_id <> t.ob_id OR k.incarnation <> t.incarnation",
      NULL, NULL },
    { "records that were removed",
      "delete these rows of %1$s, then check --repair",
      "SELECT CONCAT('%2$s ', r.id, ' has a tombstone, but is there') "
      "FROM removed x JOIN record_keys k ON k.id = x.record_id "
      "JOIN %1$s r ON r.listed_at = k.listed_at AND r.id = k.id "
      "WHERE x.kind = '%2$s'", NULL, NULL },
    { "records of unknown tenants",
      "restore these rows of tenants from a backup of the store",
      "SELECT CONCAT('%2$s ', r.id, ' belongs to no tenant of its cluster') "
      "FROM %1$s r LEFT JOIN tenants t ON t.id = r.tenant_id "
      "AND t.cluster_id = r.cluster_id WHERE t.id IS NULL", NULL, NULL }
};

/* A removed task that ended between what the tasks say and what the tenant
 * says, or a week before, may be the one that the tenant knows. */
#define REMOVED(column)                                                       \
    "EXISTS (SELECT 1 FROM removed x JOIN record_keys k "                     \
    "ON k.id = x.record_id WHERE x.kind = 'data' "                            \
    "AND x.cluster_id = t.cluster_id AND k.listed_at <= t." column            \
    " AND k.listed_at > COALESCE(q." column ", '1971-01-01') "                \
    "- INTERVAL 7 DAY)"
#define WRONG(column)                                                         \
    "(COALESCE(q." column " > t." column ", q." column " IS NOT NULL) OR "    \
    "(COALESCE(t." column " > q." column ", t." column " IS NOT NULL) "       \
    "AND NOT " REMOVED(column) "))"
#define LAST_OF(rows)                                                         \
    "MAX(CASE WHEN d.mode = 'INCREMENTAL' THEN NULL ELSE " rows               \
    ".end_time END) AS last_full, MAX(CASE WHEN d.mode = 'INCREMENTAL' THEN " \
    rows ".end_time END) AS last_incremental"
#define OPEN  "('REQUESTED', 'RUNNING')"
/* What a command is open for: a record, or of a backup the tenant. */
#define TARGET(c) \
    "CASE WHEN " c ".kind = 'clusters' THEN " c ".tenant_id " \
    "ELSE " c ".target_id END"
#define FINISHED                                                              \
    "(d.status = 'COMPLETED' OR (d.status = 'FAILED' AND NOT EXISTS "         \
    "(SELECT 1 FROM causes x WHERE x.record_id = d.id "                       \
    "AND x.code IN (" BT_SQL_CANCELED "))))"
#define TOUCH_CLUSTER                                                         \
    "UPDATE tenants t JOIN clusters c ON c.id = t.cluster_id "                \
    "SET c.updated = UTC_TIMESTAMP(6), c.change_no = ? WHERE t.id = ?"

static const check_rule rules[] = {
    { "last good backups", NULL,
      "SELECT CONCAT('tenant ', t.id, ' says last full backup ', "
      "COALESCE(t.last_full, 'never'), ', incremental ', "
      "COALESCE(t.last_incremental, 'never'), '; its tasks say ', "
      "COALESCE(q.last_full, 'never'), ', ', "
      "COALESCE(q.last_incremental, 'never')), "
      "q.last_full, q.last_incremental, t.id FROM tenants t LEFT JOIN ("
      "SELECT b.tenant_id, MAX(b.last_full) AS last_full, "
      "MAX(b.last_incremental) AS last_incremental FROM ("
      "SELECT d.tenant_id, " LAST_OF("d") " FROM data_tasks d "
      "WHERE d.status = 'COMPLETED' GROUP BY d.tenant_id UNION ALL "
      "SELECT p.tenant_id, " LAST_OF("p") " FROM data_task_tenants p "
      "JOIN record_keys k ON k.id = p.task_id "
      "JOIN data_tasks d ON d.listed_at = k.listed_at AND d.id = k.id "
      "WHERE p.status = 'COMPLETED' GROUP BY p.tenant_id) b "
      "GROUP BY b.tenant_id) q ON q.tenant_id = t.id WHERE "
      WRONG("last_full") " OR " WRONG("last_incremental"),
      "UPDATE tenants SET last_full = ?, last_incremental = ?, "
      "updated = UTC_TIMESTAMP(6) WHERE id = ?", TOUCH_CLUSTER },
    { "newest finished backups", NULL,
      "SELECT CONCAT('tenant ', t.id, ' says its newest finished backup is ', "
      "COALESCE(CONCAT('data ', t.last_data_id, ', ', t.last_data_status), "
      "'none'), '; its tasks say ', COALESCE(CONCAT('data ', q.id, ', ', "
      "d.status), 'none')), d.status, q.id, q.at, t.id FROM tenants t "
      "LEFT JOIN (SELECT m.tenant_id, m.at, MAX(d.id) AS id FROM ("
      "SELECT d.tenant_id, MAX(d.listed_at) AS at FROM data_tasks d "
      "WHERE " FINISHED " GROUP BY d.tenant_id) m "
      "JOIN data_tasks d ON d.listed_at = m.at AND d.tenant_id = m.tenant_id "
      "AND " FINISHED " GROUP BY m.tenant_id, m.at) q ON q.tenant_id = t.id "
      "LEFT JOIN data_tasks d ON d.listed_at = q.at AND d.id = q.id "
      "WHERE NOT (t.last_data_id <=> q.id AND t.last_data_at <=> q.at "
      "AND t.last_data_status <=> d.status) "
      "AND NOT (COALESCE(t.last_data_at >= q.at, 1) AND EXISTS ("
      "SELECT 1 FROM removed x WHERE x.kind = 'data' "
      "AND x.record_id = t.last_data_id))",
      "UPDATE tenants SET last_data_status = ?, last_data_id = ?, "
      "last_data_at = ?, updated = UTC_TIMESTAMP(6) WHERE id = ?",
      TOUCH_CLUSTER },
    { "numbers of second backups", NULL,
      "SELECT CONCAT('data ', d.id, ' says ', d.second_backups, "
      "' second backups, there are ', COALESCE(s.copies, 0)), "
      "COALESCE(s.copies, 0), d.listed_at, d.id "
      "FROM data_tasks d LEFT JOIN (SELECT task_id, COUNT(*) AS copies "
      "FROM second_backups WHERE kind = 'DATA' GROUP BY task_id) s "
      "ON s.task_id = d.id WHERE d.second_backups <> COALESCE(s.copies, 0)",
      "UPDATE data_tasks SET second_backups = ? WHERE listed_at = ? "
      "AND id = ?",
      "UPDATE record_keys k JOIN data_tasks d ON d.listed_at = k.listed_at "
      "AND d.id = k.id SET d.updated = UTC_TIMESTAMP(6), d.change_no = ? "
      "WHERE k.id = ?" },
    { "open commands", NULL,
      "SELECT CONCAT('command ', id, ' is ', state, ', but ', "
      "CASE WHEN open_target IS NULL THEN 'not open' ELSE "
      "CONCAT('open for ', open_target) END), "
      "CASE WHEN state IN " OPEN " THEN " TARGET("c") " END, id "
      "FROM commands c WHERE NOT (open_target <=> CASE WHEN state IN " OPEN
      " THEN " TARGET("c") " END) AND NOT (state IN " OPEN " AND EXISTS ("
      "SELECT 1 FROM commands x WHERE x.kind = c.kind "
      "AND " TARGET("x") " = " TARGET("c") " "
      "AND x.state IN " OPEN " AND x.id <> c.id)) "
      "ORDER BY state IN " OPEN ", id",
      "UPDATE commands SET open_target = ? WHERE id = ?",
      "UPDATE commands SET updated = UTC_TIMESTAMP(6), change_no = ? "
      "WHERE id = ?" },
    { "several open commands for one record",
      "set state to CANCELED for all of these but one, then check --repair",
      "SELECT CONCAT('command ', c.id, ' is ', c.state, ' for ', "
      TARGET("c") ") FROM commands c JOIN commands x ON x.kind = c.kind "
      "AND " TARGET("x") " = " TARGET("c") " "
      "AND x.id <> c.id AND x.state IN " OPEN " WHERE c.state IN " OPEN,
      NULL, NULL },
    { "causes of nothing", "delete these rows of causes",
      "SELECT CONCAT('a cause of record ', p.record_id) FROM causes p "
      "LEFT JOIN record_keys k ON k.id = p.record_id WHERE k.id IS NULL",
      NULL, NULL },
    { "acknowledgements of nothing", "delete these rows of acknowledgements",
      "SELECT CONCAT('an acknowledgement of record ', p.record_id) "
      "FROM acknowledgements p LEFT JOIN record_keys k ON k.id = p.record_id "
      "WHERE k.id IS NULL", NULL, NULL },
    { "rounds of nothing", "delete these rows of log_rounds",
      "SELECT CONCAT('round ', p.round_id, ' of log backup ', p.log_id) "
      "FROM log_rounds p LEFT JOIN record_keys k ON k.id = p.log_id "
      "AND k.kind = 'log' WHERE k.id IS NULL", NULL, NULL }
};

static const char *const tables[][2] = {
    { "data_tasks", "data" }, { "cleanup_tasks", "cleanup" },
    { "second_backups", "second" }, { "log_backups", "log" }
};

static bool
run_plain(const check_run *run, const char *sql, const bt_value *values,
          size_t count)
{
    return bt_store_run(run->ctl->store, sql, values, count, NULL, NULL)
           == BT_STORE_OK;
}

/* The row's values go into the rule's statement. */
static bool
put_right(check_run *run, const check_rule *rule, bt_rows *rows)
{
    bt_value values[VALUES_MAX];
    bt_value touched[2];
    size_t   count = bt_rows_columns(rows) - 1;

    for (size_t i = 0; i < count && i < VALUES_MAX; i++) {
        values[i] = bt_rows_get(rows, i + 1);
    }
    run->values++;
    if (!run_plain(run, rule->fix, values, count)) {
        return false;
    }
    if (rule->touch == NULL) {
        return true;
    }
    if (run->number == 0
        && bt_change_number(run->ctl->store, BT_CHANGE_EVERYWHERE,
                            &run->number) != BT_STORE_OK)
    {
        return false;
    }
    touched[0] = bt_int(run->number);
    touched[1] = values[count - 1];
    return run_plain(run, rule->touch, touched, 2);
}

static bool
run_rule(check_run *run, const check_rule *rule)
{
    bt_rows *rows;
    bool     good = true;

    if (run->repair && rule->fix == NULL) {
        return true;
    }
    if (bt_store_run(run->ctl->store, rule->sql, NULL, 0, &rows, NULL)
        != BT_STORE_OK)
    {
        return false;
    }
    while (good && bt_rows_next(rows) == 1) {
        if (run->repair) {
            good = put_right(run, rule, rows);
        } else {
            check_found(run, rule->what, bt_rows_get(rows, 0).text);
        }
    }
    bt_rows_close(rows);
    check_kind_done(run, rule->todo);
    return good;
}

/* Puts table and kind, constants both, where the rule wants them. */
static void
fill_form(char out[SQL_MAX], const char *form, const char *const names[2])
{
    bt_buf text;

    bt_buf_init(&text, out, SQL_MAX);
    for (; *form != '\0'; form++) {
        if (form[0] == '%' && (form[1] == '1' || form[1] == '2')) {
            bt_buf_addz(&text, names[form[1] - '1']);
            form += 3;
        } else {
            bt_buf_addc(&text, *form);
        }
    }
}

static bool
run_table_rule(check_run *run, const check_rule *rule,
               const char *const names[2])
{
    char       todo[SQL_MAX], sql[SQL_MAX];
    check_rule filled = *rule;

    fill_form(todo, rule->todo, names);
    fill_form(sql, rule->sql, names);
    filled.todo = todo;
    filled.sql = sql;
    return run_rule(run, &filled);
}

bool
check_rules(check_run *run)
{
    bool good = true;

    for (size_t i = 0;
         good && i < sizeof(counter_rules) / sizeof(counter_rules[0]); i++)
    {
        good = run_rule(run, &counter_rules[i]);
    }
    for (size_t i = 0;
         good && i < sizeof(table_rules) / sizeof(table_rules[0]); i++)
    {
        for (size_t k = 0; good && k < sizeof(tables) / sizeof(tables[0]);
             k++)
        {
            good = run_table_rule(run, &table_rules[i], tables[k]);
        }
    }
    for (size_t i = 0; good && i < sizeof(rules) / sizeof(rules[0]); i++) {
        good = run_rule(run, &rules[i]);
    }
    return good;
}

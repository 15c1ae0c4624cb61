/* sample_commands.c: past commands, acknowledgements and audit events of the samples. */

#include "sample_internal.h"

#include "store/bt_audit.h"

#include <stdio.h>
#include <string.h>

/* One past command; minutes are before now. */
typedef struct {
    const char *cluster;
    const char *action;
    const char *expected;
    const char *state;
    const char *user;
    int         minutes;
    int         seconds;                  /* it took */
    const char *result;
} past_command;

static const past_command commands[] = {
    { "loyalty", "stop", "IN_PROGRESS", "DONE", "li.wei", 9 * 24 * 60, 34,
      "Archiving stopped." },
    { "pay-core-01", "restart", "INTERRUPTED", "DONE", "anna.berg",
      6 * 24 * 60 + 80, 71, "A new round runs." },
    { "risk-score-01", "start", "STOPPED", "FAILED", "li.wei", 4 * 24 * 60, 12,
      "-9070: the destination cannot be reached" },
    { "crm-apac", "stop", "IN_PROGRESS", "EXPIRED", "anna.berg",
      2 * 24 * 60 + 300, 600,
      "No agent took the command before its deadline." },
    { "crm-us", "stop", "IN_PROGRESS", "CANCELED", "li.wei", 30 * 60, 20,
      "Canceled before an agent took it; nothing was done." }
};

typedef struct {
    int64_t log_id;
    int64_t cluster_id;
    int64_t tenant_id;
} command_target;

static bool
find_target(sample_run *run, const char *cluster, command_target *target)
{
    bt_value name = bt_text(bt_str_of(cluster));
    bt_rows *rows;
    bool     found;

    if (!sample_sql(run, "SELECT l.id, l.cluster_id, l.tenant_id FROM clusters "
                    "c JOIN log_backups l ON l.cluster_id = c.id WHERE "
                    "c.name = ? ORDER BY l.id LIMIT 1", &name, 1, &rows))
    {
        return false;
    }
    found = bt_rows_next(rows) == 1;
    if (found) {
        target->log_id = bt_rows_get(rows, 0).number;
        target->cluster_id = bt_rows_get(rows, 1).number;
        target->tenant_id = bt_rows_get(rows, 2).number;
    }
    bt_rows_close(rows);
    return found || sample_complain(run, "a command names no sample cluster");
}

static bool
insert_command(sample_run *run, const past_command *command,
               const command_target *target, int64_t number, int64_t *id)
{
    char     key[33];
    bt_usec  at = run->now - command->minutes * BT_MINUTE;
    bt_usec  end = at + command->seconds * BT_SECOND;
    bt_value values[] = {
        bt_text(bt_str_of(command->action)), bt_int(target->log_id),
        bt_int(target->cluster_id), bt_int(target->tenant_id),
        bt_text(bt_str_of(command->expected)),
        bt_text(bt_str_of(command->state)), bt_text(BT_STR("")),
        bt_text(bt_str_of(command->user)), bt_time(at),
        bt_time(at + 10 * BT_MINUTE), bt_time(end),
        bt_text(bt_str_of(command->result)),
        strcmp(command->state, "CANCELED") == 0
            ? bt_text(bt_str_of(command->user)) : bt_null(),
        bt_time(end), bt_int(number)
    };

    (void) snprintf(key, sizeof(key), "%016llx%016llx",
                    (unsigned long long) sample_random(run, 0, INT64_MAX - 1),
                    (unsigned long long) sample_random(run, 0, INT64_MAX - 1));
    values[6] = bt_text(bt_str_of(key));
    if (!sample_sql(run, "INSERT INTO commands (action, kind, target_id, "
                    "cluster_id, tenant_id, expected_state, state, "
                    "idempotency_key, requested_by, requested_at, deadline, "
                    "ended_at, result, canceled_by, updated, change_no) "
                    "VALUES (?, 'log', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                    "?)", values,
                    sizeof(values) / sizeof(values[0]), NULL))
    {
        return false;
    }
    *id = bt_store_insert_id(run->store);
    return true;
}

static bool
note_on_target(sample_run *run, const command_target *target, int64_t number,
               int64_t command)
{
    bt_value values[] = {
        bt_int(command), bt_int(number), bt_int(target->log_id)
    };

    return sample_sql(run, "UPDATE log_backups SET last_command_id = ?, "
                      "change_no = ? WHERE id = ?", values, 3, NULL);
}

static bool
add_change(sample_run *run, const past_command *command,
           const command_target *target, int64_t number, int64_t id)
{
    bt_value values[] = {
        bt_int(number), bt_int(id), bt_int(target->cluster_id),
        bt_int(target->tenant_id), bt_text(bt_str_of(command->state)),
        bt_time(run->now)
    };

    return sample_sql(run, "INSERT INTO changes (number, kind, record_id, "
                      "cluster_id, tenant_id, new_status, at) VALUES "
                      "(?, 'command', ?, ?, ?, ?, ?)", values,
                      sizeof(values) / sizeof(values[0]), NULL);
}

static bool
add_event(sample_run *run, const past_command *command,
          const command_target *target, int64_t id)
{
    bt_audit_event event = {
        .at = run->now - command->minutes * BT_MINUTE,
        .user = bt_str_of(command->user), .roles = BT_STR("operator"),
        .client_address = BT_STR("192.0.2.17"),
        .request_id = BT_STR("00000000000000000000000000000000"),
        .action = bt_str_of(command->action), .kind = BT_STR("log"),
        .target_id = target->log_id, .cluster_id = target->cluster_id,
        .tenant_id = target->tenant_id, .command_id = id,
        .outcome = BT_STR("ACCEPTED"), .detail = BT_STR("Sample data.")
    };

    if (bt_audit_append(run->store, &event) != BT_STORE_OK) {
        return sample_complain(run, bt_store_error(run->store));
    }
    return true;
}

static bool
put_command(sample_run *run, const past_command *command)
{
    command_target target = { 0 };
    int64_t        number, id;

    if (!find_target(run, command->cluster, &target)) {
        return false;
    }
    if (bt_change_number(run->store, target.cluster_id, &number)
        != BT_STORE_OK)
    {
        return sample_complain(run, bt_store_error(run->store));
    }
    return insert_command(run, command, &target, number, &id)
           && note_on_target(run, &target, number, id)
           && add_change(run, command, &target, number, id)
           && add_event(run, command, &target, id);
}

/* The interrupted backups that somebody has looked at already. */
static bool
acknowledge_failures(sample_run *run)
{
    bt_value values[] = { bt_time(run->now - 3 * BT_DAY) };

    return sample_sql(run, "INSERT INTO acknowledgements (record_id, "
                      "acknowledged_by, acknowledged_at, reason) SELECT id, "
                      "'anna.berg', ?, 'Known: the disk was replaced.' FROM "
                      "(SELECT d.id FROM data_tasks d JOIN clusters c ON c.id "
                      "= d.cluster_id WHERE d.status = 'FAILED' AND "
                      "c.simulated = 1 ORDER BY d.listed_at LIMIT 3) oldest",
                      values, 1, NULL);
}

static bool
put_all(sample_run *run)
{
    size_t count = sizeof(commands) / sizeof(commands[0]);

    for (size_t i = 0; i < count; i++) {
        if (!put_command(run, &commands[i])) {
            return false;
        }
    }
    return acknowledge_failures(run);
}

/* All in one transaction, so that a filling begun again does not repeat it. */
bool
sample_commands(sample_run *run)
{
    bt_rows *rows;
    bool     there;

    if (!sample_sql(run, "SELECT 1 FROM commands LIMIT 1", NULL, 0, &rows)) {
        return false;
    }
    there = bt_rows_next(rows) == 1;
    bt_rows_close(rows);
    if (there) {
        return true;
    }
    if (bt_store_begin(run->store) != BT_STORE_OK) {
        return sample_complain(run, bt_store_error(run->store));
    }
    if (!put_all(run) || bt_store_commit(run->store) != BT_STORE_OK) {
        bt_store_rollback(run->store);
        return false;
    }
    return true;
}

/* cluster_write.c: registrations in the record store, each change one transaction with its event. */

#include "cluster.h"

#include "actor.h"

#include "acts/bt_act.h"
#include "store/bt_audit.h"

#include <stdio.h>
#include <string.h>

#define TRIES         5             /* of a transaction that met another one */
#define REMOVED_TEXT  "it was taken out of the registry"

/* One change of a registration: what is done once its row is locked. */
typedef struct {
    ctl_context            *ctl;
    const cluster_settings *settings;
    int64_t                 id;
    const char             *action;
    const char             *detail;
    bt_store_status       (*body)(void *change);
} change;

static bt_store_status
run(const change *what, const char *sql, const bt_value *params, size_t count)
{
    return bt_store_run(what->ctl->store, sql, params, count, NULL, NULL);
}

static bt_value
text_value(const cluster_settings *settings, cluster_setting setting)
{
    return bt_text(bt_str_of(settings->texts[setting]));
}

static bt_value
number_value(const cluster_settings *settings, cluster_setting setting)
{
    return bt_int(settings->numbers[setting - CLUSTER_TEXTS]);
}

static bt_store_status
insert_cluster(change *what)
{
    const cluster_settings *settings = what->settings;
    bt_value                now = bt_time(bt_time_now());
    bt_value                params[] = {
        bt_text(bt_str_of(settings->name)),
        text_value(settings, CLUSTER_ADAPTER),
        number_value(settings, CLUSTER_ROUND),
        number_value(settings, CLUSTER_RPO),
        number_value(settings, CLUSTER_DATA_AGE), now, now
    };
    bt_store_status         status;

    status = run(what, "INSERT INTO clusters (name, adapter, round_seconds,"
                 " rpo_seconds, data_age_seconds, created, updated, change_no)"
                 " VALUES (?, ?, ?, ?, ?, ?, ?, 0)", params, 7);
    what->id = status == BT_STORE_OK
               ? bt_store_insert_id(what->ctl->store) : 0;
    return status;
}

/* What the cluster says of itself stays. */
static bt_store_status
update_cluster(const change *what)
{
    const cluster_settings *settings = what->settings;
    bt_value                params[] = {
        text_value(settings, CLUSTER_ADAPTER),
        number_value(settings, CLUSTER_ROUND),
        number_value(settings, CLUSTER_RPO),
        number_value(settings, CLUSTER_DATA_AGE), bt_int(what->id)
    };

    return run(what, "UPDATE clusters SET adapter = ?, round_seconds = ?,"
               " rpo_seconds = ?, data_age_seconds = ?, stale_reason ="
               " CASE WHEN removed_at IS NULL THEN stale_reason END,"
               " removed_at = NULL WHERE id = ?", params, 5);
}

static bt_store_status
write_groups(const change *what)
{
    const cluster_settings *settings = what->settings;
    bt_value                id = bt_int(what->id);
    bt_store_status         status;

    status = run(what, "DELETE FROM cluster_groups WHERE cluster_id = ?", &id,
                 1);
    for (size_t i = 0; status == BT_STORE_OK && i < settings->group_count;
         i++)
    {
        bt_value params[] = {
            id, bt_text(bt_str_of(settings->groups[i]))
        };

        status = run(what, "INSERT INTO cluster_groups (cluster_id, name)"
                     " VALUES (?, ?)", params, 2);
    }
    return status;
}

static bt_store_status
write_actions(const change *what, const bool allowed[CLUSTER_ACTS])
{
    bt_value        id = bt_int(what->id);
    bt_store_status status;

    status = run(what, "DELETE FROM cluster_actions WHERE cluster_id = ?", &id,
                 1);
    for (size_t i = 0; status == BT_STORE_OK && i < CLUSTER_ACTS; i++) {
        bt_value params[] = {
            id, bt_text(bt_str_of(cluster_act_names[i])), bt_int(allowed[i])
        };

        status = run(what, "INSERT INTO cluster_actions (cluster_id, action,"
                     " allowed) VALUES (?, ?, ?)", params, 3);
    }
    return status;
}

static bt_store_status
write_access(const change *what)
{
    const cluster_settings *settings = what->settings;
    bt_value                id = bt_int(what->id);
    bt_value                params[] = {
        id, text_value(settings, CLUSTER_ENDPOINTS),
        text_value(settings, CLUSTER_USER),
        text_value(settings, CLUSTER_SECRET),
        text_value(settings, CLUSTER_TLS),
        text_value(settings, CLUSTER_TLS_CA),
        text_value(settings, CLUSTER_PROGRAM),
        number_value(settings, CLUSTER_CONNECT),
        number_value(settings, CLUSTER_STATEMENT)
    };
    bt_store_status         status;

    status = run(what, "DELETE FROM cluster_access WHERE cluster_id = ?", &id,
                 1);
    return status == BT_STORE_OK
           ? run(what, "INSERT INTO cluster_access (cluster_id, endpoints,"
                 " user, secret, tls, tls_ca, program, connect_seconds,"
                 " statement_seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                 params, 9)
           : status;
}

static bt_store_status
write_registration(void *context)
{
    change         *what = context;
    bt_store_status status;

    status = what->id == 0 ? insert_cluster(what) : update_cluster(what);
    if (status == BT_STORE_OK) {
        status = write_groups(what);
    }
    if (status == BT_STORE_OK) {
        status = write_actions(what, what->settings->allowed);
    }
    return status == BT_STORE_OK ? write_access(what) : status;
}

/* An agent that goes on with it finds its lease gone. */
static bt_store_status
write_pause(void *context)
{
    const change *what = context;
    bt_value      id = bt_int(what->id);

    return run(what, "UPDATE clusters SET paused = 1, agent_id = NULL,"
               " lease_until = NULL WHERE id = ?", &id, 1);
}

static bt_store_status
write_resume(void *context)
{
    const change *what = context;
    bt_value      id = bt_int(what->id);

    return run(what, "UPDATE clusters SET paused = 0 WHERE id = ?", &id, 1);
}

static bt_store_status
write_end(void *context)
{
    static const bool nothing[CLUSTER_ACTS] = { false };
    const change     *what = context;
    bt_value          params[] = {
        bt_time(bt_time_now()), bt_text(BT_STR(REMOVED_TEXT)),
        bt_int(what->id)
    };
    bt_store_status   status;

    status = run(what, "UPDATE clusters SET removed_at = ?, stale_reason = ?,"
                 " paused = 0, agent_id = NULL, lease_until = NULL"
                 " WHERE id = ?", params, 3);
    if (status == BT_STORE_OK) {
        status = run(what, "DELETE FROM cluster_access WHERE cluster_id = ?",
                     &params[2], 1);
    }
    return status == BT_STORE_OK ? write_actions(what, nothing) : status;
}

/* Everything but the change of the feed's order and the event. */
static bt_store_status
lock_and_write(change *what)
{
    bt_rows        *rows;
    bt_value        id = bt_int(what->id);
    bt_store_status status = BT_STORE_OK;

    if (what->id != 0) {
        status = bt_store_run(what->ctl->store, "SELECT id FROM clusters"
                              " WHERE id = ? FOR UPDATE", &id, 1, &rows,
                              NULL);
        if (status == BT_STORE_OK) {
            bt_rows_close(rows);
        }
    }
    return status == BT_STORE_OK ? what->body(what) : status;
}

static bt_store_status
number_and_note(const change *what)
{
    ctl_actor       who;
    int64_t         number = 0;
    bt_store_status status = bt_change_number(what->ctl->store, what->id,
                                              &number);
    bt_value        params[] = {
        bt_time(bt_time_now()), bt_int(number), bt_int(what->id)
    };

    if (status == BT_STORE_OK) {
        status = run(what, "UPDATE clusters SET updated = ?, change_no = ?"
                     " WHERE id = ?", params, 3);
    }
    if (status != BT_STORE_OK) {
        return status;
    }
    ctl_actor_find(&who);
    return bt_act_note_in(what->ctl->store, &who.actor, what->action,
                          what->id, what->detail);
}

static bt_store_status
run_once(change *what)
{
    bt_store       *store = what->ctl->store;
    bt_store_status status = bt_store_begin(store);

    if (status == BT_STORE_OK) {
        status = lock_and_write(what);
    }
    if (status == BT_STORE_OK) {
        status = number_and_note(what);
    }
    if (status == BT_STORE_OK) {
        return bt_store_commit(store);
    }
    bt_store_rollback(store);
    return status;
}

static int
carry_out(change *what)
{
    int64_t         id = what->id;
    bt_store_status status = BT_STORE_CONFLICT;

    for (int i = 0; i < TRIES && status == BT_STORE_CONFLICT; i++) {
        what->id = id;
        status = run_once(what);
    }
    if (status == BT_STORE_DUPLICATE) {
        return ctl_say(CTL_FAILED, "somebody else registers %s at this very "
                       "moment; look at: backup-tasks-ctl cluster list",
                       what->settings->name);
    }
    return status == BT_STORE_OK
           ? CTL_DONE : ctl_store_failed(what->ctl, "nothing was changed");
}

int
cluster_write(ctl_context *ctl, cluster_settings *settings, const char *action,
              const char *detail)
{
    change what = { ctl, settings, settings->id, action, detail,
                    write_registration };
    int    code = carry_out(&what);

    settings->id = what.id;
    return code;
}

int
cluster_pause(ctl_context *ctl, const cluster_settings *settings, bool pause)
{
    change what = { ctl, settings, settings->id,
                    pause ? "cluster-pause" : "cluster-resume", "",
                    pause ? write_pause : write_resume };

    return carry_out(&what);
}

int
cluster_withdraw(ctl_context *ctl, const cluster_settings *settings,
                 bool records)
{
    change what = { ctl, settings, settings->id, "cluster-remove",
                    records ? "with its records" : "its records stay",
                    write_end };

    return carry_out(&what);
}

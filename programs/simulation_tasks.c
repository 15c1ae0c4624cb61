/* simulation_tasks.c: the data backups of a sample cluster since the samples were made. */

#include "programs/simulation.h"

#include <stdio.h>
#include <string.h>

#define DAYS_TOLD   35
#define FULL_EACH   7               /* every seventh is a full one */
#define GIGABYTE    (INT64_C(1) << 30)

/* Longer than this nobody waits for the last of the samples. */
#define REST_MOST   (4 * BT_HOUR)

static void
complete(bt_data_record *task, int64_t size)
{
    task->status = BT_STR("COMPLETED");
    task->raw_status = BT_STR("COMPLETED");
    task->status_since = task->end_time;
    task->progress = -1;
    task->size_bytes = size;
    task->set_state = BT_STR("AVAILABLE");
    task->restorable_from = task->end_time - 30 * BT_SECOND;
}

static void
fail(bt_data_record *task, const char *code, const char *raw)
{
    const sample_cause *cause = sample_cause_by_code(code);

    task->status = BT_STR("FAILED");
    task->raw_status = bt_str_of(raw);
    task->status_since = task->end_time;
    task->progress = -1;
    task->set_state = BT_STR("INCOMPLETE");
    task->cause = (bt_cause_record) {
        .code = bt_str_of(code),
        .stage = bt_str_of(cause != NULL ? cause->stage : ""),
        .text = BT_STR("The same as before, simulated.")
    };
}

static int64_t
size_of(const simulation *sim, const bt_data_record *task)
{
    int64_t gigas = 40 + ((int64_t) sim->number * 37 + task->tenant * 101)
                    % 700;

    return gigas * GIGABYTE / (bt_str_eqz(task->mode, "FULL") ? 1 : 40)
           + task->start_time % GIGABYTE;
}

/* What ran when the samples were made goes on for as long as it had taken,
 * and ends. */
static void
tell_running(simulation *sim, const bt_data_record *base)
{
    bt_data_record task = *base;
    bt_usec        age = sim->began - base->start_time;
    bt_usec        rest = age > REST_MOST ? REST_MOST : age + 5 * BT_MINUTE;
    bt_usec        end = sim->began + rest;

    if (sim->now >= end) {
        task.end_time = end;
        if (bt_str_eqz(base->raw_status, "CANCELING")) {
            fail(&task, "CANCELED", "CANCELED");
        } else {
            complete(&task, size_of(sim, &task));
        }
    } else if (base->progress >= 0) {
        task.progress = base->progress + (10000 - base->progress)
                        * ((sim->now - sim->began) / BT_SECOND)
                        / (rest / BT_SECOND + 1);
    }
    if (bt_str_eqz(base->raw_status, "INIT")
        && sim->now > sim->began + BT_MINUTE)
    {
        task.raw_status = BT_STR("BACKUP_USER_DATA");
    }
    sim_task(sim, &task);
}

static void
place(const simulation *sim, const bt_data_record *task,
      const sample_tenant *tenant, char *room, size_t size)
{
    if (sim->cluster->family == 4) {
        (void) snprintf(room, size, "%s/%s/backup_set_%lld",
                        sim->cluster->root, tenant->name,
                        (long long) task->backup_set_id);
    } else {
        (void) snprintf(room, size, "%s/incarnation_1/backup_set_%lld",
                        sim->cluster->root, (long long) task->backup_set_id);
    }
}

static void
tell_task(simulation *sim, bt_data_record *task, const sample_tenant *tenant,
          bt_usec length, const char *failure)
{
    char    directory[512];
    bt_usec end = task->start_time + length;

    place(sim, task, tenant, directory, sizeof(directory));
    task->method = sim->cluster->family == 1 ? BT_STR("LOGICAL")
                                             : BT_STR("PHYSICAL");
    task->storage_directory = bt_str_of(directory);
    task->status_since = task->start_time;
    task->end_time = BT_UNKNOWN;
    task->size_bytes = BT_UNKNOWN;
    task->restorable_from = BT_UNKNOWN;
    task->restorable_to = BT_UNKNOWN;
    task->data_version = BT_UNKNOWN;
    if (sim->now >= end) {
        task->end_time = end;
        if (failure != NULL) {
            fail(task, failure, "FAILED");
        } else {
            complete(task, size_of(sim, task));
        }
    } else {
        task->status = BT_STR("IN_PROGRESS");
        task->raw_status = sim->cluster->family == 4
                           ? BT_STR("BACKUP_USER_DATA") : BT_STR("RUNNING");
        task->set_state = BT_STR("COPYING");
        task->progress = 10000 * ((sim->now - task->start_time) / BT_SECOND)
                         / (length / BT_SECOND + 1);
    }
    sim_task(sim, task);
}

/* One a day, at the tenant's own hour. */
static void
tell_nightly(simulation *sim, size_t number, int64_t turn, bt_usec start)
{
    const sample_tenant *tenant = &sim->cluster->tenants[number];
    bool                 full = turn % FULL_EACH == 0;
    bool                 never_good = tenant->quiet > 3 * 24 * 60;
    bool                 late_failure = strcmp(tenant->name, "auth") == 0;
    bt_usec              length = (full ? 40 : 9) * BT_MINUTE
                                  + start / BT_SECOND % 600 * BT_SECOND;
    char                 source_id[32];
    bt_data_record       task = {
        .tenant = tenant->ob_id, .start_time = start,
        .mode = full ? BT_STR("FULL") : BT_STR("INCREMENTAL"),
        .backup_set_id = 5000 + (sim->cluster->family == 4
                                 ? turn / FULL_EACH : turn),
        .source = BT_STR("OCP schedule")
    };

    (void) snprintf(source_id, sizeof(source_id), "%lld",
                    100000 + 2 * (long long) turn);
    task.source_id = bt_str_of(source_id);
    tell_task(sim, &task, tenant, length, never_good ? "-9082" : NULL);
    if (late_failure && sim->now > start + length + 2 * BT_MINUTE) {
        bt_data_record again = task;

        (void) snprintf(source_id, sizeof(source_id), "%lld",
                        100001 + 2 * (long long) turn);
        again.mode = BT_STR("INCREMENTAL");
        again.start_time = start + length + 2 * BT_MINUTE;
        tell_task(sim, &again, tenant, 4 * BT_MINUTE, "-4012");
    }
}

static void
tell_days(simulation *sim, size_t number)
{
    bt_usec phase = (bt_usec) ((sim->number * 7 + number * 5) % 24) * BT_HOUR
                    + (bt_usec) ((sim->number * 11 + number * 17) % 60)
                    * BT_MINUTE;
    bt_usec start = sim->began + BT_HOUR + phase;

    for (int64_t turn = 0; start <= sim->now; turn++, start += BT_DAY) {
        if (sim->now - start < DAYS_TOLD * BT_DAY) {
            tell_nightly(sim, number, turn, start);
        }
    }
}

/* Those that somebody asked for. */
static void
tell_asked(simulation *sim, size_t number)
{
    const sample_tenant *tenant = &sim->cluster->tenants[number];
    sim_act              acts[SIM_TOLD];
    size_t               count = sim_acts(sim, tenant->ob_id, acts);

    for (size_t i = 0; i < count; i++) {
        char           source_id[32], source[64];
        bt_data_record task = {
            .tenant = tenant->ob_id, .start_time = acts[i].at,
            .mode = acts[i].verb == 'F' ? BT_STR("FULL")
                                        : BT_STR("INCREMENTAL"),
            .backup_set_id = 9000 + (int64_t) i
        };

        if (acts[i].verb != 'F' && acts[i].verb != 'I') {
            continue;
        }
        (void) snprintf(source_id, sizeof(source_id), "%lld",
                        900000 + (long long) acts[i].command);
        (void) snprintf(source, sizeof(source), "backup-tasks command %lld",
                        (long long) acts[i].command);
        task.source_id = bt_str_of(source_id);
        task.source = bt_str_of(source);
        tell_task(sim, &task, tenant, 90 * BT_SECOND, NULL);
    }
}

void
sim_tell_tasks(simulation *sim)
{
    size_t units = sim->cluster->family == 4 ? sim->cluster->tenant_count : 1;

    (void) printf("<data-backup-tasks>\n");
    for (size_t i = 0; i < sim->base.running_count; i++) {
        tell_running(sim, &sim->base.running[i]);
    }
    for (size_t i = 0; i < units; i++) {
        tell_days(sim, i);
        tell_asked(sim, i);
    }
    (void) printf("</data-backup-tasks>\n");
}

/* simulation.c: backup-tasks-simulation: the program behind the sample clusters, which obeys Start and Stop. */

#include "programs/simulation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DONE     0
#define REFUSED  1
#define LATER    75

/* As if it had been asked and did not answer. */
static int
say_later(void)
{
    (void) fputs("cannot connect to 10.30.3.11:2881: connection timed out "
                 "after 10 s\n", stderr);
    return LATER;
}

static int
refuse(const char *text)
{
    (void) fprintf(stderr, "%s\n", text);
    return REFUSED;
}

/* Of an act: a backup of a cluster that tells no tenant is the first one's. */
static int64_t
tenant_of_act(const simulation *sim)
{
    const char *text = getenv("BT_TENANT_ID");
    int64_t     tenant = text == NULL ? 0 : strtoll(text, NULL, 10);

    return tenant > 0 ? tenant : sim->cluster->tenants[0].ob_id;
}

static int64_t
command_of_act(void)
{
    const char *text = getenv("BT_COMMAND_ID");

    return text == NULL ? 0 : strtoll(text, NULL, 10);
}

/* --- acts ---------------------------------------------- */

static int
note(const simulation *sim, char verb)
{
    sim_act act = { verb, sim->now, command_of_act() };

    return sim_note(sim, tenant_of_act(sim), &act)
           ? DONE : refuse("the simulation cannot write into its directory");
}

static int
steer_log(const simulation *sim, bool start)
{
    static sim_log log;
    const char    *status;
    size_t         number = 0;
    char           shown[32];

    while (number < sim->base.log_count
           && sim->base.logs[number].tenant != tenant_of_act(sim))
    {
        number++;
    }
    if (number == sim->base.log_count) {
        return refuse("there is no such log backup");
    }
    sim_log_now(sim, &sim->base.logs[number], &log);
    (void) snprintf(shown, sizeof(shown), "%.*s",
                    (int) log.record.status.len, log.record.status.data);
    status = shown;
    if (start && strcmp(status, "FAILED") == 0) {
        return refuse("-9026: the destination of the log backup is not set");
    }
    if (start ? strcmp(status, "STARTING") == 0
                || strcmp(status, "IN_PROGRESS") == 0
              : strcmp(status, "STOPPED") == 0)
    {
        return DONE;
    }
    if (start && strcmp(status, "STOPPED") != 0) {
        return refuse("it can be started when it has stopped");
    }
    return note(sim, start ? 's' : 'p');
}

/* Told again: once is enough. */
static int
back_up(const simulation *sim, char verb)
{
    sim_act acts[SIM_TOLD];
    size_t  count = sim_acts(sim, tenant_of_act(sim), acts);

    for (size_t i = 0; i < count; i++) {
        if (acts[i].verb == verb && acts[i].command == command_of_act()
            && command_of_act() != 0)
        {
            return DONE;
        }
    }
    return note(sim, verb);
}

/* --- collect ---------------------------------------------- */

static void
tell_rounds(const bt_log_record *log)
{
    (void) printf("<rounds>");
    for (size_t i = 0; i < log->round_count; i++) {
        (void) printf("<round>");
        sim_number("round-id", log->rounds[i].round_id);
        sim_text("status", log->rounds[i].status);
        sim_text("raw-status", log->rounds[i].raw_status);
        sim_time("start-time", log->rounds[i].start_time);
        sim_time("end-time", log->rounds[i].end_time);
        sim_time("checkpoint", log->rounds[i].checkpoint);
        (void) printf("</round>");
    }
    (void) printf("</rounds><gaps>");
    for (size_t i = 0; i < log->gap_count; i++) {
        (void) printf("<gap>");
        sim_time("from", log->gaps[i].from);
        sim_time("to", log->gaps[i].to);
        (void) printf("</gap>");
    }
    (void) printf("</gaps>");
}

static void
tell_log(simulation *sim, const bt_log_record *log)
{
    sim->count++;
    (void) printf("<log-backup><tenant id=\"%lld\"/>",
                  (long long) log->tenant);
    sim_text("source-id", log->source_id);
    sim_text("method", log->method);
    sim_text("host", log->host);
    sim_time("latest-backup-time", log->latest_backup_time);
    sim_number("latency-seconds", log->latency_seconds);
    sim_text("storage-directory", log->storage_directory);
    sim_time("start-time", log->start_time);
    sim_text("status", log->status);
    sim_text("raw-status", log->raw_status);
    sim_time("status-since", log->status_since);
    sim_cause(&log->cause);
    tell_rounds(log);
    (void) printf("</log-backup>\n");
}

/* The window moves on with the log; in steps, so that not every look is a
 * change. */
static void
tell_tenant(const simulation *sim, const bt_tenant_record *tenant,
            const bt_log_record *log)
{
    bt_usec moved = (sim->now - sim->began) / BT_HOUR * BT_HOUR;

    (void) printf("<tenant id=\"%lld\">", (long long) tenant->ob_id);
    sim_text("name", tenant->name);
    sim_text("role", tenant->role);
    if (log != NULL && tenant->log_mode.len > 0) {
        sim_text("log-mode", bt_str_eqz(log->status, "STOPPED")
                             || bt_str_eqz(log->status, "STOPPING")
                             ? BT_STR("NOARCHIVELOG") : BT_STR("ARCHIVELOG"));
    }
    if (tenant->restorable_from != BT_UNKNOWN) {
        sim_time("restorable-from", tenant->restorable_from + moved);
    }
    if (log != NULL && log->latest_backup_time != BT_UNKNOWN) {
        sim_time("restorable-to", log->latest_backup_time
                                  - log->latest_backup_time
                                    % (5 * BT_MINUTE));
    } else {
        sim_time("restorable-to", tenant->restorable_to);
    }
    (void) printf("</tenant>\n");
}

static const bt_log_record *
log_of(const sim_log *logs, size_t count, int64_t tenant)
{
    for (size_t i = 0; i < count; i++) {
        if (logs[i].record.tenant == tenant) {
            return &logs[i].record;
        }
    }
    return NULL;
}

static int
collect(simulation *sim)
{
    static sim_log logs[SIM_TENANTS];

    for (size_t i = 0; i < sim->base.log_count; i++) {
        sim_log_now(sim, &sim->base.logs[i], &logs[i]);
    }
    (void) printf("<cluster xmlns=\"urn:nginx-backup-tasks:1\" "
                  "version=\"1.0\">\n");
    sim_text("ob-name", bt_str_of(sim->cluster->name));
    sim_number("ob-id", 1000 + (int64_t) sim->number);
    sim_text("version", bt_str_of(sim->cluster->version));
    sim_time("observed", sim->now);
    (void) printf("<tenants>\n");
    for (size_t i = 0; i < sim->base.tenant_count; i++) {
        tell_tenant(sim, &sim->base.tenants[i],
                    log_of(logs, sim->base.log_count,
                           sim->base.tenants[i].ob_id));
    }
    (void) printf("</tenants>\n<log-backups>\n");
    for (size_t i = 0; i < sim->base.log_count; i++) {
        tell_log(sim, &logs[i].record);
    }
    (void) printf("</log-backups>\n");
    sim_tell_tasks(sim);
    (void) printf("<page count=\"%zu\" complete=\"true\"/></cluster>\n",
                  sim->count);
    return fflush(stdout) == 0 ? DONE : REFUSED;
}

/* --- main ---------------------------------------------- */

/* BT_USER is SEED.TASKS.BEGAN, BT_ENDPOINTS the directory: so they were
 * registered by "backup-tasks-ctl sample". */
static bool
read_registration(simulation *sim)
{
    const char *user = getenv("BT_USER");
    char       *end;

    sim->directory = getenv("BT_ENDPOINTS");
    if (user == NULL || sim->directory == NULL) {
        return false;
    }
    sim->conf.seed = strtoull(user, &end, 10);
    sim->conf.tasks = *end == '.' ? strtoll(end + 1, &end, 10) : 0;
    sim->began = *end == '.' ? strtoll(end + 1, &end, 10) : 0;
    sim->now = bt_time_now();
    return *end == '\0' && sim->conf.tasks > 0 && sim->began > 0;
}

static bool
find_cluster(simulation *sim, const char *name)
{
    while (sim->number < sample_cluster_count
           && strcmp(sample_clusters[sim->number].name, name) != 0)
    {
        sim->number++;
    }
    sim->cluster = &sample_clusters[sim->number];
    return sim->number < sample_cluster_count;
}

static int
obey(simulation *sim, const char *verb)
{
    if (strcmp(verb, "check") == 0) {
        return DONE;
    }
    if (strcmp(verb, "collect") == 0) {
        return collect(sim);
    }
    if (strcmp(verb, "start-log") == 0 || strcmp(verb, "stop-log") == 0) {
        return steer_log(sim, strcmp(verb, "start-log") == 0);
    }
    if (strcmp(verb, "backup-full") == 0) {
        return back_up(sim, 'F');
    }
    if (strcmp(verb, "backup-incremental") == 0) {
        return back_up(sim, 'I');
    }
    return refuse("the simulation cannot do that");
}

int
main(int argc, char **argv)
{
    static simulation sim;

    if (argc < 3 || !read_registration(&sim)) {
        return refuse("usage: backup-tasks-simulation VERB CLUSTER [TENANT], "
                      "of a cluster that backup-tasks-ctl sample registered");
    }
    if (!find_cluster(&sim, argv[2])) {
        return refuse("there is no sample cluster of this name");
    }
    if (sim.cluster->stale) {
        return say_later();
    }
    if (!sim_load(&sim)) {
        return refuse("the samples cannot be made again");
    }
    return obey(&sim, argv[1]);
}

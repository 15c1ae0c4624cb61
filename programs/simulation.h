/* simulation.h: what the files of the simulation share: the samples of one cluster, and what became of them. */

#ifndef BT_SIMULATION_H
#define BT_SIMULATION_H

#include "sample/sample.h"
#include "sample/sample_internal.h"

#define SIM_TENANTS  8
#define SIM_RUNNING  8
#define SIM_TOLD     256            /* acts that are remembered, the newest */
#define SIM_ROUNDS   64

/* The samples of one cluster as they were in the beginning. */
typedef struct {
    bt_tenant_record tenants[SIM_TENANTS];
    size_t           tenant_count;
    bt_log_record    logs[SIM_TENANTS];
    size_t           log_count;
    bt_data_record   running[SIM_RUNNING];      /* had not ended */
    size_t           running_count;
} sim_base;

/* An act of somebody, as it stands in the file of a tenant. */
typedef struct {
    char    verb;                   /* s start, p stop, F full, I incremental */
    bt_usec at;
    int64_t command;
} sim_act;

typedef struct {
    const sample_cluster *cluster;
    size_t                number;   /* of the cluster */
    const char           *directory;
    bt_sample_conf        conf;
    bt_usec               began;
    bt_usec               now;
    sim_base              base;
    size_t                count;    /* records told */
} simulation;

/* simulation_samples.c */
bool   sim_load(simulation *sim);

/* simulation_acts.c: the newest acts on a tenant, oldest first. */
size_t sim_acts(const simulation *sim, int64_t tenant, sim_act acts[SIM_TOLD]);
bool   sim_note(const simulation *sim, int64_t tenant, const sim_act *act);

/* simulation_log.c: how a log backup stands now.  Texts are the base's or
 * constant. */
typedef struct {
    bt_log_record   record;
    bt_round_record rounds[SIM_ROUNDS];
    bt_gap_record   gaps[SIM_ROUNDS];
} sim_log;

void   sim_log_now(const simulation *sim, const bt_log_record *base,
                   sim_log *log);

/* simulation_tasks.c: prints the data tasks. */
void   sim_tell_tasks(simulation *sim);

/* simulation_xml.c: elements on standard output; nothing for the unknown. */
void   sim_text(const char *name, bt_str text);
void   sim_number(const char *name, int64_t number);
void   sim_time(const char *name, bt_usec at);
void   sim_cause(const bt_cause_record *cause);
void   sim_task(simulation *sim, const bt_data_record *task);

#endif

/* monitor.c: the command "monitor": one line and an exit code for monitors like Nagios. */

#include "ctl.h"

#include "health/bt_health.h"

#include <stdio.h>
#include <string.h>

/* What monitors take exit codes for. */
enum { GOOD, WARNING, CRITICAL, UNKNOWN };

static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

/* "|" begins the figures, and a line end the next part. */
static void
print_name(const char *name)
{
    for (; *name != '\0'; name++) {
        (void) putchar((unsigned char) *name < 0x20 || *name == 0x7f
                       || *name == '|' ? '?' : *name);
    }
}

static void
print_time(bt_usec at)
{
    char text[BT_TIME_MAX];

    (void) bt_time_format_utc(text, at);
    (void) printf(" since %.19sZ", text);
}

static int
cannot_tell(const char *why)
{
    (void) printf("BACKUP %s: ", words[UNKNOWN]);
    print_name(why);
    (void) putchar('\n');
    return UNKNOWN;
}

/* Without an agent nothing that is told is true any more. */
static int
judge(const bt_health *health, const bt_health_counts *counts)
{
    if (health->agents_away != BT_USEC_NONE
        || counts->of[BT_HEALTH_CRITICAL] > 0)
    {
        return CRITICAL;
    }
    if (counts->at_risk > 0) {
        return WARNING;
    }
    return counts->of[BT_HEALTH_UNKNOWN] == counts->clusters ? UNKNOWN : GOOD;
}

static void
print_risk(const bt_risk *risk)
{
    (void) printf("; %s of ", bt_risk_name(risk->kind));
    print_name(risk->cluster);
    if (risk->tenant != NULL) {
        (void) putchar('/');
        print_name(risk->tenant);
    }
    if (risk->since != BT_USEC_NONE) {
        print_time(risk->since);
    }
}

static void
print_figures(const bt_health *health, const bt_health_counts *counts)
{
    (void) printf(" | clusters=%zu critical=%zu warning=%zu stale=%zu"
                  " unknown=%zu risks=%zu\n", counts->clusters,
                  counts->of[BT_HEALTH_CRITICAL],
                  counts->of[BT_HEALTH_WARNING], counts->of[BT_HEALTH_STALE],
                  counts->of[BT_HEALTH_UNKNOWN], health->risk_count);
}

static int
tell(const bt_health *health)
{
    bt_health_counts counts;
    int              code;

    bt_health_count(health, &counts);
    if (counts.clusters == 0) {
        return cannot_tell("there is no such cluster");
    }
    code = judge(health, &counts);
    (void) printf("BACKUP %s: %zu of %zu clusters at risk", words[code],
                  counts.at_risk, counts.clusters);
    if (health->agents_away != BT_USEC_NONE) {
        (void) printf("; no agent was seen");
        print_time(health->agents_away);
    }
    for (size_t i = 0; i < health->risk_count && i < BT_RISKS_SHOWN; i++) {
        print_risk(&health->risks[i]);
    }
    print_figures(health, &counts);
    return code;
}

/* The cluster's number; -1: there is none, or it cannot be read. */
static int64_t
find_cluster(const ctl_context *ctl, const char *name)
{
    bt_sql  sql;
    int64_t id;

    bt_sql_init(&sql);
    bt_sql_value(&sql, "SELECT id FROM clusters WHERE name = ?",
                 bt_text(bt_str_of(name)));
    if (bt_sql_number(&sql, ctl->store, &id) != BT_STORE_OK || id == 0) {
        return -1;
    }
    return id;
}

static int
look(const ctl_context *ctl, bt_pool *pool, const char *cluster)
{
    bt_health       health;
    bt_health_query query = {
        .store = ctl->store, .pool = pool, .now = bt_time_now()
    };

    if (cluster != NULL) {
        query.cluster_id = find_cluster(ctl, cluster);
    }
    if (bt_health_find(&query, &health) != BT_STORE_OK) {
        return cannot_tell(bt_store_error(ctl->store));
    }
    return tell(&health);
}

int
ctl_monitor(ctl_context *ctl, int argc, char **argv)
{
    char     why[512];
    bt_pool *pool;
    int      code;

    if (argc > 2) {
        return cannot_tell("usage: backup-tasks-ctl monitor [CLUSTER]");
    }
    if (ctl_open(ctl, why, sizeof(why)) != CTL_DONE) {
        return cannot_tell(why);
    }
    pool = bt_pool_new();
    code = pool != NULL ? look(ctl, pool, argc == 2 ? argv[1] : NULL)
                        : cannot_tell("out of memory");
    if (pool != NULL) {
        bt_pool_free(pool);
    }
    ctl_close(ctl);
    return code;
}

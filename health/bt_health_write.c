/* bt_health_write.c: <health> and <risk>: what is said above the tabs, and to whom it is told. */

#include "health/bt_health.h"

#include "common/bt_view.h"


static void
write_name(bt_xml *xml, const char *element, int64_t id, const char *name)
{
    bt_xml_open(xml, element);
    bt_xml_attr_int(xml, "id", id);
    bt_xml_text(xml, bt_str_of(name));
    bt_xml_close(xml);
}


void
bt_health_write_risk(bt_xml *xml, bt_zone *zone, const bt_risk *risk)
{
    const char *const  *states = bt_view_statuses(BT_VIEW_CLUSTERS);

    bt_xml_open(xml, "risk");
    bt_xml_attr(xml, "kind", bt_str_of(bt_risk_name(risk->kind)));
    bt_xml_attr(xml, "severity",
                bt_str_of(states[bt_risk_severity(risk->kind)]));
    write_name(xml, "cluster", risk->cluster_id, risk->cluster);

    if (risk->tenant_id != 0) {
        write_name(xml, "tenant", risk->tenant_id, risk->tenant);
    }

    if (risk->log_id != 0) {
        bt_xml_leaf_int(xml, "log-id", risk->log_id);
    }

    if (risk->task_id != 0) {
        bt_xml_leaf_int(xml, "task-id", risk->task_id);
    }

    bt_xml_time(xml, zone, "since", risk->since);

    if (risk->seconds >= 0) {
        bt_xml_leaf_int(xml, "seconds", risk->seconds);
    }

    bt_xml_close(xml);
}


static void
write_states(bt_xml *xml, const bt_health *health)
{
    size_t              i;
    bt_health_counts    counts;
    const char *const  *states = bt_view_statuses(BT_VIEW_CLUSTERS);

    bt_health_count(health, &counts);
    bt_xml_attr_int(xml, "clusters", (int64_t) counts.clusters);
    bt_xml_attr_int(xml, "at-risk", (int64_t) counts.at_risk);

    for (i = 0; i < BT_HEALTH_MAX; i++) {

        if (counts.of[i] > 0) {
            bt_xml_open(xml, "count");
            bt_xml_attr(xml, "status", bt_str_of(states[i]));
            bt_xml_text_int(xml, (int64_t) counts.of[i]);
            bt_xml_close(xml);
        }
    }
}


static void
write_agents(bt_xml *xml, bt_zone *zone, const bt_health *health, bt_usec now)
{
    if (health->agents_away == BT_USEC_NONE) {
        return;
    }

    bt_xml_open(xml, "agents-away");
    bt_xml_time(xml, zone, "since", health->agents_away);
    bt_xml_leaf_int(xml, "seconds", now > health->agents_away
                    ? (now - health->agents_away) / BT_SECOND : 0);
    bt_xml_close(xml);
}


void
bt_health_write(bt_xml *xml, bt_zone *zone, const bt_health *health,
    bt_usec now)
{
    size_t  i;

    bt_xml_open(xml, "health");
    write_states(xml, health);
    write_agents(xml, zone, health, now);

    for (i = 0; i < health->risk_count && i < BT_RISKS_SHOWN; i++) {
        bt_health_write_risk(xml, zone, &health->risks[i]);
    }

    bt_xml_close(xml);
}

/* bt_param_table.c: the table of parameters: names, views, formats, checks. */

#include "common/bt_param_table.h"

#define VIEW(name)  (1u << BT_VIEW_##name)

/* The root is the default tab under another path. */
#define DATA        (VIEW(ROOT) | VIEW(DATA))
#define SECOND      (VIEW(SECOND) | VIEW(DATA_SECOND))
#define ACTS        (VIEW(COMMANDS) | VIEW(AUDIT))
#define RECORDS     (DATA | VIEW(LOG) | VIEW(CLEANUP) | SECOND)
/* Spelled out: DATA and SECOND are names of sets here. */
#define FOLLOWED    ((1u << BT_VIEW_DATA) | VIEW(LOG) | VIEW(CLEANUP)         \
                     | (1u << BT_VIEW_SECOND))
#define LISTS       (RECORDS | VIEW(CLUSTERS) | ACTS)
/* Also of what belongs to no cluster. */
#define PAGED       (LISTS | VIEW(REPORTS))
#define SINGLES     (VIEW(DATA_TASK) | VIEW(DATA_CAUSE)                       \
                     | VIEW(SECOND_BACKUP) | VIEW(LOG_BACKUP)                 \
                     | VIEW(CLEANUP_TASK) | VIEW(CLUSTER) | VIEW(COMMAND)     \
                     | VIEW(ACTION) | VIEW(HEALTH_REPORT))
#define RANGED      (RECORDS | ACTS | VIEW(LOG_BACKUP) | VIEW(REPORTS))

#define ANY         (~0u)
#define PAGES       (1u << BT_FORMAT_HTML)
#define STREAMS     ((1u << BT_FORMAT_XML) | (1u << BT_FORMAT_CSV))
#define AT(field)   offsetof(bt_query, field)


static const char *const  modes[] = { "FULL", "INCREMENTAL", NULL };
static const char *const  methods[] = { "PHYSICAL", "LOGICAL", NULL };
static const char *const  kinds[] = { "DATA", "LOG", NULL };
static const char *const  answers[] = { "yes", "no", NULL };
static const char *const  langs[] = { "en", "zh", NULL };
static const char *const  layouts[] = { "full", "frame", "fragment", NULL };

static const char  range_hint[] = "use 1h, 24h, 7d, 30d, or custom with from"
    " and to";
static const char  time_hint[] = "use YYYY-MM-DD, YYYY-MM-DDTHH:MM[:SS] or"
    " RFC 3339, years 1970 to 2199";
static const char  zone_hint[] = "use an IANA name such as Asia/Shanghai, or"
    " +HH:MM or -HH:MM from -12:00 to +14:00";
static const char  name_hint[] = "use 1 to 128 characters";
static const char  cursor_hint[] = "open the list without it and follow its"
    " next and previous links";


const bt_param_desc  bt_param_table[BT_PARAM_MAX] = {
    [BT_PARAM_RANGE] = {
        "range", RANGED, ANY, bt_set_range, 0, NULL, range_hint },
    [BT_PARAM_FROM] = {
        "from", RANGED, ANY, bt_set_from, 0, NULL, time_hint },
    [BT_PARAM_TO] = {
        "to", RANGED, ANY, bt_set_to, 0, NULL, time_hint },
    [BT_PARAM_TZ] = {
        "tz", PAGED | SINGLES, ANY, bt_set_tz, 0, NULL, zone_hint },
    [BT_PARAM_STATUS] = {
        "status", LISTS & ~VIEW(AUDIT), ANY, bt_set_status, 0, NULL, NULL },
    [BT_PARAM_CLUSTER] = {
        "cluster", LISTS, ANY, bt_set_name, AT(cluster), NULL, name_hint },
    [BT_PARAM_TENANT] = {
        "tenant", LISTS, ANY, bt_set_name, AT(tenant), NULL, name_hint },
    [BT_PARAM_CLUSTER_ID] = {
        "cluster-id", LISTS, ANY, bt_set_cluster_id, 0, NULL,
        "use a cluster's id, a decimal number without leading zeros" },
    [BT_PARAM_TENANT_NAME] = {
        "tenant-name", LISTS | VIEW(ACTION), ANY, bt_set_name,
        AT(tenant_name), NULL, name_hint },
    [BT_PARAM_GROUP] = {
        "group", PAGED | VIEW(REPORT), ANY, bt_set_name, AT(group), NULL,
        name_hint },
    [BT_PARAM_BACKUP_SET] = {
        "backup-set", DATA | SECOND, ANY, bt_set_backup_set, 0, NULL,
        "use a backup set's id, a decimal number without leading zeros" },
    [BT_PARAM_MODE] = {
        "mode", DATA, ANY, bt_set_code, AT(mode), modes, NULL },
    [BT_PARAM_METHOD] = {
        "method", DATA | VIEW(LOG), ANY, bt_set_code, AT(method), methods,
        NULL },
    [BT_PARAM_KIND] = {
        "kind", SECOND, ANY, bt_set_code, AT(kind), kinds, NULL },
    [BT_PARAM_SETTLED] = {
        "settled", RECORDS, ANY, bt_set_code, AT(settled), answers, NULL },
    [BT_PARAM_ACTION] = {
        "action", ACTS, ANY, bt_set_action, AT(action), NULL,
        "use an action's name such as start, stop, restart, acknowledge" },
    [BT_PARAM_USER] = {
        "user", ACTS, ANY, bt_set_name, AT(user), NULL, name_hint },
    [BT_PARAM_UPDATED_AFTER] = {
        "updated-after", RECORDS | VIEW(CLUSTERS), STREAMS,
        bt_set_updated_after, 0, NULL,
        "use RFC 3339 such as 2026-11-22T08:20:04Z, years 1970 to 2199" },
    [BT_PARAM_SIZE] = {
        "size", PAGED, ANY, bt_set_size, 0, NULL,
        "use 1 to 500, or on .xml and .csv 1 to 100000 or all" },
    [BT_PARAM_AFTER] = {
        "after", PAGED, ANY, bt_set_cursor, AT(after), NULL, cursor_hint },
    [BT_PARAM_BEFORE] = {
        "before", PAGED, ANY, bt_set_cursor, AT(before), NULL, cursor_hint },
    [BT_PARAM_DELTA] = {
        "delta", FOLLOWED, 1u << BT_FORMAT_XML, bt_set_cursor, AT(delta), NULL,
        "follow the delta link of a list" },
    [BT_PARAM_LANG] = {
        "lang", PAGED | SINGLES | VIEW(REPORT), PAGES, bt_set_code,
        AT(lang), langs, NULL },
    [BT_PARAM_LAYOUT] = {
        "layout", PAGED | SINGLES | VIEW(REPORT), PAGES, bt_set_code,
        AT(layout), layouts, NULL },
};


const char *
bt_param_name(bt_param_e param)
{
    return (unsigned) param < BT_PARAM_MAX ? bt_param_table[param].name : "";
}


bool
bt_param_fits(bt_param_e param, const bt_route *route)
{
    /* Of the acts, only a backup is told whose it is to be. */
    if (route->view == BT_VIEW_ACTION && param == BT_PARAM_TENANT_NAME
        && route->action != BT_ACTION_BACKUP)
    {
        return false;
    }

    return (bt_param_table[param].views & (1u << route->view)) != 0;
}


bool
bt_param_allowed(bt_param_e param, const bt_route *route)
{
    const bt_param_desc  *desc;

    if ((unsigned) param >= BT_PARAM_MAX) {
        return false;
    }

    /* Entries have the states of records, not those of clusters. */
    if (param == BT_PARAM_STATUS && route->view == BT_VIEW_CLUSTERS
        && route->format == BT_FORMAT_ATOM)
    {
        return false;
    }

    desc = &bt_param_table[param];

    return bt_param_fits(param, route)
           && (desc->formats & (1u << route->format)) != 0;
}

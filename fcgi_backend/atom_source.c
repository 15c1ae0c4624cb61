/* atom_source.c: where the entries of each list's feed are. */

#include "fcgi_backend/atom_internal.h"

#define BIT(param)  (1u << BT_PARAM_##param)

#define KEYS  "SELECT t.number AS number, t.record_id AS id, t.at AS at,"      \
              " t.kind AS kind"

/* What retention took is no change of state. */
#define CHANGED                                                               \
    " AND t.new_status IS NOT NULL"                                           \
    " AND (t.old_status IS NULL OR t.old_status <> t.new_status)"

#define NEWEST_FIRST  " ORDER BY t.number DESC, t.record_id DESC"
#define OLDEST_FIRST  " ORDER BY t.number, t.record_id"

/* A record as it is now: gone where retention took it. */
#define RECORD(table)                                                         \
    " STRAIGHT_JOIN record_keys h FORCE INDEX (PRIMARY) ON h.id = t.record_id" \
    " STRAIGHT_JOIN " table " r FORCE INDEX (PRIMARY)"                        \
    " ON r.listed_at = h.listed_at AND r.id = h.id"

/* A cause is the record's present one: of an earlier state it says nothing. */
#define RECORD_COLUMNS                                                        \
    "t.old_status, t.new_status, t.cluster_id, c.name, n.id, n.name,"         \
    " COALESCE(d.mode, s.kind), COALESCE(d.id, l.id, u.id, s.id),"            \
    " x.code, x.stage, x.text, NULL, NULL, NULL, NULL"
#define RECORD_JOINS                                                          \
    " STRAIGHT_JOIN changes t FORCE INDEX (PRIMARY) ON t.number = k.number"   \
    " AND t.kind = k.kind AND t.record_id = k.id"                             \
    BT_JOIN_PLACE                                                             \
    " LEFT JOIN record_keys h ON h.id = k.id"                                 \
    " LEFT JOIN data_tasks d ON d.listed_at = h.listed_at AND d.id = h.id"    \
    " LEFT JOIN log_backups l ON l.listed_at = h.listed_at AND l.id = h.id"   \
    " LEFT JOIN cleanup_tasks u ON u.listed_at = h.listed_at AND u.id = h.id" \
    " LEFT JOIN second_backups s ON s.listed_at = h.listed_at AND s.id = h.id" \
    " LEFT JOIN causes x ON x.record_id = k.id AND t.new_status ="            \
    " COALESCE(d.status, l.status, u.status, s.status)"                       \
    " AND NOT EXISTS (SELECT 1 FROM changes z WHERE z.record_id = t.record_id" \
    " AND z.kind = t.kind AND z.number > t.number"                            \
    " AND z.new_status <> z.old_status)"

#define COMMAND_COLUMNS                                                       \
    "t.old_status, t.new_status, t.cluster_id, c.name, n.id, n.name,"         \
    " m.action, m.id, NULL, NULL,"                                            \
    " CASE WHEN m.state = t.new_status THEN m.result END,"                    \
    " CASE t.new_status WHEN 'REQUESTED' THEN m.requested_by"                 \
    " WHEN 'CANCELED' THEN m.canceled_by END, m.kind, m.target_id, NULL"
#define COMMAND_JOINS                                                         \
    " STRAIGHT_JOIN changes t FORCE INDEX (PRIMARY) ON t.number = k.number"   \
    " AND t.kind = k.kind AND t.record_id = k.id"                             \
    BT_JOIN_PLACE                                                             \
    " LEFT JOIN commands m ON m.id = k.id"

#define AUDIT_COLUMNS                                                         \
    "NULL, t.outcome, t.cluster_id, c.name, n.id, n.name, t.action, t.id,"    \
    " NULL, NULL, t.detail, t.user, t.kind, t.target_id, t.command_id"
#define AUDIT_JOINS                                                           \
    " STRAIGHT_JOIN audit_events t FORCE INDEX (PRIMARY) ON t.id = k.id"      \
    BT_JOIN_PLACE

#define CHANGE_COLUMNS                                                        \
    .id = "t.record_id", .at = "t.at", .status = "t.new_status"

/* In one list or in all: the words of `changes` are those of record_keys. */
#define OF_KIND(kind)                                                         \
    .table = " FROM changes t",                                               \
    .order = NEWEST_FIRST,                                                    \
    .reverse = OLDEST_FIRST,                                                  \
    .at = "t.number",                                                         \
    .only = " AND t.kind = '" kind "'" CHANGED,                               \
    .indexes = {                                                              \
        .order = " FORCE INDEX (changes_kind)",                               \
        .cluster = " FORCE INDEX (changes_cluster_kind)",                     \
        .status = " FORCE INDEX (changes_status)"                             \
    }
#define RECORD_SOURCE                                                         \
    .keys = KEYS,                                                             \
    .id = "t.record_id",                                                      \
    .by_time = " FORCE INDEX (changes_at)",                                   \
    .columns = RECORD_COLUMNS,                                                \
    .joins = RECORD_JOINS


#define WAYS(name)                                                            \
    .ways = (name), .way_count = sizeof(name) / sizeof((name)[0])
#define SETTLED_WAY                                                           \
    { BT_PARAM_SETTLED, " FROM (" BT_SQL_SETTLED ") f", NULL }


static const bt_atom_way  data_ways[] = {
    { BT_PARAM_BACKUP_SET, " FROM data_tasks f FORCE INDEX (data_tasks_set_id)",
      " AND f.backup_set_id = ?" },
    { BT_PARAM_METHOD, " FROM data_tasks f FORCE INDEX (data_tasks_method)",
      " AND f.method = ?" },
    { BT_PARAM_MODE, " FROM data_tasks f FORCE INDEX (data_tasks_mode)",
      " AND f.mode = ?" },
    SETTLED_WAY
};

static const bt_atom_way  log_ways[] = {
    { BT_PARAM_METHOD, " FROM log_backups f", " AND f.method = ?" },
    SETTLED_WAY
};

static const bt_atom_way  cleanup_ways[] = { SETTLED_WAY };

static const bt_atom_way  second_ways[] = {
    { BT_PARAM_BACKUP_SET,
      " FROM second_backups f FORCE INDEX (second_backups_set_id)",
      " AND f.backup_set_id = ?" },
    { BT_PARAM_KIND, " FROM second_backups f FORCE INDEX (second_backups_kind)",
      " AND f.kind = ?" },
    SETTLED_WAY
};


static const bt_atom_source  sources[] = {
    {
        .list = {
            .view = BT_VIEW_DATA,
            OF_KIND("data"),
            .columns = {
                CHANGE_COLUMNS,
                .mode = "r.mode",
                .method = "r.method",
                .set = "r.backup_set_id"
            }
        },
        .title = "Data backups",
        .record = RECORD("data_tasks"),
        .needs = BIT(MODE) | BIT(METHOD) | BIT(BACKUP_SET),
        WAYS(data_ways),
        RECORD_SOURCE
    },
    {
        .list = {
            .view = BT_VIEW_LOG,
            OF_KIND("log"),
            .columns = {
                CHANGE_COLUMNS,
                .method = "r.method"
            }
        },
        .title = "Log backups",
        .record = RECORD("log_backups"),
        .needs = BIT(METHOD),
        WAYS(log_ways),
        RECORD_SOURCE
    },
    {
        .list = {
            .view = BT_VIEW_CLEANUP,
            OF_KIND("cleanup"),
            .columns = {
                CHANGE_COLUMNS
            }
        },
        .title = "Cleanup tasks",
        WAYS(cleanup_ways),
        RECORD_SOURCE
    },
    {
        .list = {
            .view = BT_VIEW_SECOND,
            OF_KIND("second"),
            .columns = {
                CHANGE_COLUMNS,
                .kind = "r.kind",
                .set = "r.backup_set_id"
            }
        },
        .title = "Second backups",
        .record = RECORD("second_backups"),
        .needs = BIT(KIND) | BIT(BACKUP_SET),
        WAYS(second_ways),
        RECORD_SOURCE
    },
    {
        .list = {
            .view = BT_VIEW_DATA_SECOND,
            .table = " FROM second_backups r FORCE INDEX (second_backups_task)"
                     " STRAIGHT_JOIN changes t FORCE INDEX (changes_record)"
                     " ON t.record_id = r.id",
            .order = NEWEST_FIRST,
            .reverse = OLDEST_FIRST,
            .at = "t.number",
            .only = " AND t.kind = 'second'" CHANGED,
            .columns = {
                CHANGE_COLUMNS,
                .kind = "r.kind",
                .set = "r.backup_set_id"
            },
            .indexes = { .order = "", .parent = "" },
            .parent = "r.task_id"
        },
        .title = "Second backups of one data backup",
        RECORD_SOURCE
    },
    {
        .list = {
            .view = BT_VIEW_CLUSTERS,
            .table = " FROM changes t",
            .order = NEWEST_FIRST,
            .reverse = OLDEST_FIRST,
            .at = "t.number",
            .only = " AND t.kind IN ('data', 'log', 'cleanup', 'second')"
                    CHANGED,
            .columns = { .id = "t.record_id", .at = "t.at" },
            .indexes = {
                .order = " FORCE INDEX (changes_order)",
                .cluster = " FORCE INDEX (changes_cluster)"
            }
        },
        .title = "Backups of all clusters",
        RECORD_SOURCE
    },
    {
        .list = {
            .view = BT_VIEW_COMMANDS,
            OF_KIND("command"),
            .columns = {
                CHANGE_COLUMNS,
                .action = "r.action",
                .user = "r.requested_by"
            }
        },
        .title = "Commands",
        .keys = KEYS,
        .id = "t.record_id",
        .record = " STRAIGHT_JOIN commands r FORCE INDEX (PRIMARY)"
                  " ON r.id = t.record_id",
        .needs = BIT(ACTION) | BIT(USER),
        .by_time = " FORCE INDEX (changes_at)",
        .columns = COMMAND_COLUMNS,
        .joins = COMMAND_JOINS
    },
    {
        .list = {
            .view = BT_VIEW_AUDIT,
            .table = " FROM audit_events t",
            .order = " ORDER BY t.id DESC",
            .reverse = " ORDER BY t.id",
            .at = "t.id",
            .columns = {
                .id = "t.id",
                .at = "t.at",
                .action = "t.action",
                .user = "t.user"
            },
            .indexes = { .order = " FORCE INDEX (PRIMARY)" }
        },
        .title = "Audit trail",
        .keys = "SELECT t.id AS number, t.id AS id, t.at AS at,"
                " 'audit' AS kind",
        .id = "t.id",
        .by_time = " FORCE INDEX (audit_events_time)",
        .columns = AUDIT_COLUMNS,
        .joins = AUDIT_JOINS
    }
};


const bt_atom_source *
bt_atom_source_of(bt_view_e view)
{
    size_t  i;

    for (i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (sources[i].list.view == view) {
            return &sources[i];
        }
    }

    return NULL;
}

/* oceanbase4_views.c: which views and columns the adapter for 4.x reads. */

#include "agent/oceanbase4.h"

#define VIEW(name, columns, needed, purpose) \
    { (name), (columns), sizeof(columns) / sizeof((columns)[0]), (needed), \
      (purpose) }

static const char *const tenant_columns[] = {
    "TENANT_ID", "TENANT_NAME", "TENANT_TYPE", "CREATE_TIME", "STATUS",
    "IN_RECYCLEBIN", "TENANT_ROLE", "LOG_MODE"
};

static const char *const round_columns[] = {
    "TENANT_ID", "DEST_NO", "ROUND_ID", "INCARNATION", "STATUS", "START_SCN",
    "CHECKPOINT_SCN", "COMMENT", "PATH"
};

static const char *const dest_columns[] = {
    "TENANT_ID", "DEST_NO", "NAME", "VALUE"
};

static const char *const job_columns[] = {
    "TENANT_ID", "JOB_ID", "BACKUP_SET_ID", "INITIATOR_TENANT_ID",
    "INITIATOR_JOB_ID", "BACKUP_TYPE", "START_TIMESTAMP", "END_TIMESTAMP",
    "STATUS", "RESULT", "COMMENT", "DESCRIPTION", "PATH"
};

static const char *const task_columns[] = {
    "TENANT_ID", "JOB_ID", "STATUS", "RESULT", "COMMENT", "MACRO_BLOCK_COUNT",
    "FINISH_MACRO_BLOCK_COUNT", "OUTPUT_BYTES", "DATA_PROGRESS"
};

static const char *const set_columns[] = {
    "TENANT_ID", "BACKUP_SET_ID", "BACKUP_TYPE", "FILE_STATUS",
    "START_REPLAY_SCN", "MIN_RESTORE_SCN", "OUTPUT_BYTES"
};

static const char *const delete_columns[] = {
    "TENANT_ID", "JOB_ID", "INITIATOR_TENANT_ID", "INITIATOR_JOB_ID", "TYPE",
    "START_TIMESTAMP", "END_TIMESTAMP", "STATUS", "TASK_COUNT",
    "SUCCESS_TASK_COUNT", "RESULT", "COMMENT"
};

static const char *const event_columns[] = {
    "TIMESTAMP", "EVENT", "NAME1", "VALUE1", "NAME2", "VALUE2", "NAME3",
    "VALUE3", "NAME4", "VALUE4", "NAME5", "VALUE5", "NAME6", "VALUE6", "MODULE"
};

static const char *const parameter_columns[] = { "NAME", "VALUE" };

static const char *const data_dest_columns[] = {
    "TENANT_ID", "NAME", "VALUE"
};

/* Sources: the pages of these views of 4.0 to 4.3.3, and the definitions in
 * ob_inner_table_schema_def.py. */
const ob_view ob4_views[OB4_VIEWS] = {
    [OB4_TENANTS] = VIEW("DBA_OB_TENANTS", tenant_columns, true,
                         "tenants, their role and log mode"),
    [OB4_ROUNDS] = VIEW("CDB_OB_ARCHIVELOG", round_columns, true,
                        "log backups"),
    [OB4_SUMMARY] = VIEW("CDB_OB_ARCHIVELOG_SUMMARY", round_columns, false,
                         "earlier rounds of log backup, and gaps"),
    [OB4_DEST] = VIEW("CDB_OB_ARCHIVE_DEST", dest_columns, false,
                      "destinations of log backup"),
    [OB4_JOBS] = VIEW("CDB_OB_BACKUP_JOBS", job_columns, true,
                      "running data backups"),
    [OB4_JOB_HISTORY] = VIEW("CDB_OB_BACKUP_JOB_HISTORY", job_columns, true,
                             "data backups that have ended"),
    [OB4_TASKS] = VIEW("CDB_OB_BACKUP_TASKS", task_columns, false,
                       "progress of data backups"),
    [OB4_TASK_HISTORY] = VIEW("CDB_OB_BACKUP_TASK_HISTORY", task_columns,
                              false, "why a data backup failed"),
    [OB4_SETS] = VIEW("CDB_OB_BACKUP_SET_FILES", set_columns, false,
                      "size and state of backup sets"),
    [OB4_DELETES] = VIEW("CDB_OB_BACKUP_DELETE_JOBS", delete_columns, false,
                         "running cleanup tasks"),
    [OB4_DELETE_HISTORY] = VIEW("CDB_OB_BACKUP_DELETE_JOB_HISTORY",
                                delete_columns, false,
                                "cleanup tasks that have ended"),
    [OB4_EVENTS] = VIEW("DBA_OB_ROOTSERVICE_EVENT_HISTORY", event_columns,
                        false, "backups that were refused"),
    [OB4_PARAMETERS] = VIEW("GV$OB_PARAMETERS", parameter_columns, false,
                            "name and number of the cluster"),
    [OB4_DATA_DEST] = VIEW("CDB_OB_BACKUP_PARAMETER", data_dest_columns,
                           false, "destinations of data backup")
};

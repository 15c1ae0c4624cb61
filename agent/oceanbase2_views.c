/* oceanbase2_views.c: which views and columns the adapter for 2.2.7x and 3.x reads. */

#include "agent/oceanbase2.h"

#define VIEW(name, columns, needed, purpose) \
    { (name), (columns), sizeof(columns) / sizeof((columns)[0]), (needed), \
      (purpose) }

static const char *const tenant_columns[] = { "tenant_id", "tenant_name" };

static const char *const set_columns[] = {
    "BS_KEY", "TENANT_ID", "BACKUP_TYPE", "START_TIME", "COMPLETION_TIME",
    "STATUS", "OUTPUT_BYTES", "COPY_ID", "PARTITION_COUNT",
    "FINISH_PARTITION_COUNT", "MACRO_BLOCK_COUNT", "FINISH_MACRO_BLOCK_COUNT",
    "RESULT", "COMMENT", "BACKUP_DEST"
};

static const char *const file_columns[] = {
    "BS_KEY", "TENANT_ID", "COPY_ID", "FILE_STATUS", "OUTPUT_BYTES"
};

static const char *const result_columns[] = {
    "backup_set_id", "tenant_id", "result", "comment", "comments"
};

static const char *const round_columns[] = {
    "INCARNATION", "LOG_ARCHIVE_ROUND", "TENANT_ID", "STATUS",
    "MIN_FIRST_TIME", "MAX_NEXT_TIME", "COPY_ID"
};

static const char *const clean_columns[] = {
    "tenant_id", "job_id", "start_time", "type", "status", "error_msg",
    "result"
};

static const char *const clean_history_columns[] = {
    "TENANT_ID", "BS_KEY", "START_TIME", "TYPE", "STATUS", "ERROR_MSG",
    "RESULT", "END_TIME"
};

static const char *const job_columns[] = {
    "JOB_ID", "TENANT_ID", "BACKUP_SET_ID", "STATUS", "BACKUP_DEST", "RESULT"
};

static const char *const piece_columns[] = {
    "JOB_ID", "TENANT_ID", "PIECE_ID", "STATUS", "BACKUP_DEST", "RESULT"
};

static const char *const copy_columns[] = {
    "JOB_ID", "BS_KEY", "COPY_ID", "TENANT_ID", "START_TIME",
    "COMPLETION_TIME", "STATUS"
};

/* Sources: the pages of these views of 3.1.5, and the view definitions of the
 * 3.1 kernel.  Versions before 2.2.77 lack some.  Why a data backup failed is
 * told by an inner table, where it is there; CDB_OB_BAKCUP_CLEAN_HISTORY is
 * spelt so in a page of the documentation. */
const ob_view ob2_views[OB2_VIEWS] = {
    [OB2_TENANTS] = VIEW("__all_tenant", tenant_columns, false,
                         "names of tenants"),
    [OB2_PROGRESS] = VIEW("CDB_OB_BACKUP_PROGRESS", set_columns, true,
                          "running data backups and their progress"),
    [OB2_DETAILS] = VIEW("CDB_OB_BACKUP_SET_DETAILS", set_columns, true,
                         "data backups that have ended"),
    [OB2_FILES] = VIEW("CDB_OB_BACKUP_SET_FILES", file_columns, false,
                       "state of backup sets (2.2.77 and later)"),
    [OB2_RESULTS] = VIEW("__all_backup_task_history", result_columns, false,
                         ""),
    [OB2_ROUNDS] = VIEW("CDB_OB_BACKUP_ARCHIVELOG", round_columns, false,
                        "the log backup (2.2.77 and later)"),
    [OB2_SUMMARY] = VIEW("CDB_OB_BACKUP_ARCHIVELOG_SUMMARY", round_columns,
                         true, "the log backup and its earlier rounds"),
    [OB2_CLEAN] = VIEW("__all_virtual_backup_clean_info", clean_columns,
                       false, "running cleanup tasks"),
    [OB2_CLEAN_HISTORY] = VIEW("CDB_OB_BACKUP_CLEAN_HISTORY",
                               clean_history_columns, false,
                               "cleanup tasks that have ended"),
    [OB2_CLEAN_MISSPELT] = VIEW("CDB_OB_BAKCUP_CLEAN_HISTORY",
                                clean_history_columns, false, ""),
    [OB2_SET_JOBS] = VIEW("CDB_OB_BACKUP_BACKUPSET_JOB", job_columns, false,
                          "second backups of sets"),
    [OB2_SET_JOB_HISTORY] = VIEW("CDB_OB_BACKUP_BACKUPSET_JOB_HISTORY",
                                 job_columns, false,
                                 "second backups of sets that have ended"),
    [OB2_SET_TASKS] = VIEW("CDB_OB_BACKUP_BACKUPSET_TASK", copy_columns,
                           false, "copies of sets that are being made"),
    [OB2_SET_TASK_HISTORY] = VIEW("CDB_OB_BACKUP_BACKUPSET_TASK_HISTORY",
                                  copy_columns, false, "copies of sets"),
    [OB2_PIECE_JOBS] = VIEW("CDB_OB_BACKUP_BACKUPPIECE_JOB", piece_columns,
                            false, "second backups of log pieces"),
    [OB2_PIECE_JOB_HISTORY] = VIEW("CDB_OB_BACKUP_BACKUPPIECE_JOB_HISTORY",
                                   piece_columns, false,
                                   "second backups of log pieces that have "
                                   "ended"),
    [OB2_SECOND_LOG] = VIEW("CDB_OB_BACKUP_BACKUP_ARCHIVELOG_SUMMARY",
                            round_columns, false, "the second log backup")
};

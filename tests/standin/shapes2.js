// shapes2.js: the columns of the views of OceanBase 2.2.77, 3.1 and 3.2 that matter for backups, version by version.
'use strict';

const { shape } = require('./shape.js');

const PROGRESS = `INCARNATION:n BS_KEY:n BACKUP_TYPE:1 TENANT_ID:n
  PARTITION_COUNT:n MACRO_BLOCK_COUNT:n FINISH_PARTITION_COUNT:n
  FINISH_MACRO_BLOCK_COUNT:n INPUT_BYTES:n OUTPUT_BYTES:n START_TIME:t
  COMPLETION_TIME:t STATUS:64`;

const DETAILS = `INCARNATION:n TENANT_ID:n BS_KEY:n COPY_ID:n BACKUP_TYPE:1
  ENCRYPTION_MODE:64 START_TIME:t COMPLETION_TIME:t ELAPSED_SECONDES:n KEEP:3
  KEEP_UNTIL:64 DEVICE_TYPE:64 COMPRESSED:3 OUTPUT_BYTES:n OUTPUT_RATE_BYTES:d
  COMPRESSION_RATIO:p OUTPUT_BYTES_DISPLAY:64 OUTPUT_RATE_BYTES_DISPLAY:64
  TIME_TAKEN_DISPLAY:64 STATUS:64`;

const FILES = `INCARNATION:n TENANT_ID:n BS_KEY:n COPY_ID:n BACKUP_TYPE:1
  ENCRYPTION_MODE:64 STATUS:64 FILE_STATUS:64 START_TIME:t COMPLETION_TIME:t
  ELAPSED_SECONDES:n KEEP:3 KEEP_UNTIL:64 COMPRESSED:3 OUTPUT_BYTES:n
  OUTPUT_RATE_BYTES:d COMPRESSION_RATIO:p OUTPUT_BYTES_DISPLAY:64
  OUTPUT_RATE_BYTES_DISPLAY:64`;

const BYTES = `INPUT_BYTES:n OUTPUT_BYTES:n COMPRESSION_RATIO:p
  INPUT_BYTES_DISPLAY:64 OUTPUT_BYTES_DISPLAY:64`;

const ROUND = `INCARNATION:n LOG_ARCHIVE_ROUND:n TENANT_ID:n STATUS:64
  START_PIECE_ID:n BACKUP_PIECE_ID:n MIN_FIRST_TIME:v MAX_NEXT_TIME:v ${BYTES}`;

const ROUND_SUMMARY = `INCARNATION:n LOG_ARCHIVE_ROUND:n TENANT_ID:n STATUS:64
  MIN_FIRST_TIME:v MAX_NEXT_TIME:v ${BYTES}`;

const CLEAN = `TENANT_ID:n BS_KEY:n COPY_ID:n START_TIME:t END_TIME:t
  INCARNATION:n TYPE:64 STATUS:64 PARAMETER:256 ERROR_MSG:512 COMMENT:512`;

const CLEAN_INFO = `gmt_create:t gmt_modified:t tenant_id:n job_id:n start_time:n
  end_time:n incarnation:n type:64 status:64 parameter:256 error_msg:512
  comment:512 clog_gc_snapshot:n result:n copy_id:n`;

const SECOND_JOB = `JOB_ID:n TENANT_ID:n INCARNATION:n BACKUP_SET_ID:n TYPE:64
  TENANT_NAME:128 STATUS:64`;

const SECOND_TASK = `JOB_ID:n INCARNATION:n BS_KEY:n COPY_ID:n BACKUP_TYPE:1
  TENANT_ID:n TOTAL_PG_COUNT:n FINISH_PG_COUNT:n TOTAL_PARTITION_COUNT:n
  TOTAL_MACRO_BLOCK_COUNT:n FINISH_PARTITION_COUNT:n
  FINISH_MACRO_BLOCK_COUNT:n INPUT_BYTES:n OUTPUT_BYTES:n START_TIME:t
  COMPLETION_TIME:t STATUS:64`;

const SECOND_HISTORY = `JOB_ID:n INCARNATION:n TENANT_ID:n BS_KEY:n COPY_ID:n
  BACKUP_TYPE:1 ENCRYPTION_MODE:64 START_TIME:t COMPLETION_TIME:t
  ELAPSED_SECONDES:n KEEP:3 KEEP_UNTIL:64 SRC_DEVICE_TYPE:64
  DST_DEVICE_TYPE:64 COMPRESSED:3 OUTPUT_BYTES:n OUTPUT_RATE_BYTES:d
  COMPRESSION_RATIO:p OUTPUT_BYTES_DISPLAY:64 OUTPUT_RATE_BYTES_DISPLAY:64
  TIME_TAKEN_DISPLAY:64 STATUS:64`;

const SECOND_ROUND = `INCARNATION:n LOG_ARCHIVE_ROUND:n TENANT_ID:n COPY_ID:n
  STATUS:64 START_PIECE_ID:n BACKUP_PIECE_ID:n MIN_FIRST_TIME:v
  MAX_NEXT_TIME:v ${BYTES}`;

const PIECE_JOB = `JOB_ID:n TENANT_ID:n INCARNATION:n BACKUP_PIECE_ID:n
  MAX_BACKUP_TIMES:n RESULT:n STATUS:64 BACKUP_DEST:2048 TYPE:64`;

const PARAMETER = `zone:128 svr_type:16 svr_ip:46 svr_port:n name:128
  data_type:128 value:4096 value_strict:4096 info:4096 need_reboot:n section:128
  visible_level:128 scope:16 source:16 edit_level:128`;

const SHOWN = `zone:128 svr_type:16 svr_ip:46 svr_port:n name:128 data_type:128
  value:4096 info:4096 section:128 scope:16 source:16 edit_level:128`;

const TENANT = `gmt_create:t gmt_modified:t tenant_id:n tenant_name:128
  replica_num:n zone_list:512 primary_zone:128 locked:n collation_type:n
  info:512 read_only:n rewrite_merge_version:n locality:4096
  previous_locality:4096 compatibility_mode:n status:64 in_recyclebin:n`;

const EVENT = `gmt_create:t module:64 event:64 name1:256 value1:256 name2:256
  value2:4096 name3:256 value3:4096 name4:256 value4:4096 name5:256 value5:4096
  name6:256 value6:4096 extra_info:512 rs_svr_ip:46 rs_svr_port:n`;

function views(version, enterprise) {
  const later = version[0] > 3 || (version[0] === 3 && version[1] >= 2);
  const job = SECOND_JOB + (enterprise
    ? ' BACKUP_DEST:2048 MAX_BACKUP_TIMES:n RESULT:n' : '');
  return {
    CDB_OB_BACKUP_PROGRESS: PROGRESS,
    CDB_OB_BACKUP_SET_DETAILS: DETAILS
      + (later ? ' START_REPLAY_LOG_TS:n DATE:n BACKUP_LEVEL:64' : ''),
    CDB_OB_BACKUP_SET_FILES: FILES,
    CDB_OB_BACKUP_ARCHIVELOG: ROUND,
    CDB_OB_BACKUP_ARCHIVELOG_SUMMARY: ROUND_SUMMARY,
    CDB_OB_BACKUP_CLEAN_HISTORY: CLEAN,
    __all_virtual_backup_clean_info: CLEAN_INFO,
    CDB_OB_BACKUP_BACKUPSET_JOB: job,
    CDB_OB_BACKUP_BACKUPSET_JOB_HISTORY: job,
    CDB_OB_BACKUP_BACKUPSET_TASK: SECOND_TASK,
    CDB_OB_BACKUP_BACKUPSET_TASK_HISTORY: SECOND_HISTORY,
    CDB_OB_BACKUP_BACKUP_ARCHIVELOG: SECOND_ROUND,
    CDB_OB_BACKUP_BACKUP_ARCHIVELOG_SUMMARY: SECOND_ROUND,
    CDB_OB_BACKUP_BACKUPPIECE_JOB: PIECE_JOB,
    CDB_OB_BACKUP_BACKUPPIECE_JOB_HISTORY: PIECE_JOB,
    __all_virtual_sys_parameter_stat: PARAMETER,
    __all_tenant: TENANT,
    gv$tenant: `tenant_id:n tenant_name:128 zone_list:512 primary_zone:128
      collation_type:n info:512 read_only:n locality:4096`,
    __all_rootservice_event_history: EVENT,
    standin_parameters: SHOWN,
  };
}

function shapes2(version, enterprise) {
  return shape(views(version, enterprise));
}

module.exports = { shapes2 };

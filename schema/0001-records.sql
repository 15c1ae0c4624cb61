-- 0001-records.sql: every table of the record store; times are DATETIME(6) in UTC.
-- Statements end with ';' at a line's end and are applied one by one: see
-- backup-tasks-ctl(1). Only what MariaDB, MySQL 8 and OceanBase all know.
-- utf8mb4_bin everywhere: names are keys, exact to the letter; a search that
-- is to overlook case says so itself.

-- Clusters, their groups and tenants. observed: the cluster's last answer.
CREATE TABLE clusters (
  id               BIGINT       NOT NULL AUTO_INCREMENT,
  name             VARCHAR(128) NOT NULL,
  ob_name          VARCHAR(128) NULL,
  ob_id            BIGINT       NULL,
  incarnation      INT          NOT NULL DEFAULT 1,
  version          VARCHAR(64)  NULL,
  adapter          VARCHAR(32)  NOT NULL,
  simulated        TINYINT      NOT NULL DEFAULT 0,
  round_seconds    INT          NOT NULL DEFAULT 10,
  rpo_seconds      INT          NOT NULL DEFAULT 600,
  data_age_seconds INT          NOT NULL DEFAULT 129600,
  observed         DATETIME(6)  NULL,
  stale_reason     VARCHAR(512) NULL,
  paused           TINYINT      NOT NULL DEFAULT 0,
  agent_id         BIGINT       NULL,
  lease_until      DATETIME(6)  NULL,
  created          DATETIME(6)  NOT NULL,
  updated          DATETIME(6)  NOT NULL,
  change_no        BIGINT       NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY clusters_name (name),
  KEY clusters_change (change_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE cluster_groups (
  cluster_id BIGINT       NOT NULL,
  name       VARCHAR(128) NOT NULL,
  PRIMARY KEY (cluster_id, name),
  KEY cluster_groups_name (name, cluster_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What acts the operator allows on a cluster: start, stop, restart, backup, cancel.
CREATE TABLE cluster_actions (
  cluster_id BIGINT      NOT NULL,
  action     VARCHAR(32) NOT NULL,
  allowed    TINYINT     NOT NULL,
  PRIMARY KEY (cluster_id, action)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One row per tenant of one incarnation; ob_id is the cluster's own number
-- (1 is the cluster itself on 2.x and 3.x).
CREATE TABLE tenants (
  id                  BIGINT       NOT NULL AUTO_INCREMENT,
  cluster_id          BIGINT       NOT NULL,
  incarnation         INT          NOT NULL,
  ob_id               BIGINT       NOT NULL,
  name                VARCHAR(128) NOT NULL,
  role                VARCHAR(32)  NULL,
  log_mode            VARCHAR(32)  NULL,
  last_full           DATETIME(6)  NULL,
  last_incremental    DATETIME(6)  NULL,
  last_data_status    VARCHAR(32)  NULL,
  last_data_id        BIGINT       NULL,
  last_data_at        DATETIME(6)  NULL,
  restorable_from     DATETIME(6)  NULL,
  restorable_to       DATETIME(6)  NULL,
  created             DATETIME(6)  NOT NULL,
  updated             DATETIME(6)  NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY tenants_natural (cluster_id, incarnation, ob_id),
  KEY tenants_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The only place where ids are given out and where a task is recognised again.
-- kind: data, log, cleanup, second. copy_id: 0 for a first backup.
CREATE TABLE record_keys (
  id           BIGINT       NOT NULL AUTO_INCREMENT,
  kind         VARCHAR(16)  NOT NULL,
  cluster_id   BIGINT       NOT NULL,
  incarnation  INT          NOT NULL,
  ob_tenant_id BIGINT       NOT NULL,
  source_id    VARCHAR(128) NOT NULL,
  copy_id      BIGINT       NOT NULL DEFAULT 0,
  listed_at    DATETIME(6)  NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY record_keys_natural
    (cluster_id, kind, incarnation, ob_tenant_id, source_id, copy_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Data backup tasks. listed_at: start time, else when first seen; it never changes.
CREATE TABLE data_tasks (
  listed_at         DATETIME(6)   NOT NULL,
  id                BIGINT        NOT NULL,
  cluster_id        BIGINT        NOT NULL,
  tenant_id         BIGINT        NOT NULL,
  source_id         VARCHAR(128)  NOT NULL,
  mode              VARCHAR(16)   NULL,
  method            VARCHAR(16)   NULL,
  backup_set_id     BIGINT        NULL,
  source            VARCHAR(128)  NULL,
  start_time        DATETIME(6)   NULL,
  end_time          DATETIME(6)   NULL,
  status            VARCHAR(32)   NOT NULL,
  raw_status        VARCHAR(64)   NULL,
  status_since      DATETIME(6)   NULL,
  progress_percent  DECIMAL(5,2)  NULL,
  second_backups    INT           NOT NULL DEFAULT 0,
  data_version      BIGINT        NULL,
  storage_directory VARCHAR(2048) NULL,
  size_bytes        BIGINT        NULL,
  set_state         VARCHAR(32)   NULL,
  restorable_from   DATETIME(6)   NULL,
  restorable_to     DATETIME(6)   NULL,
  updated           DATETIME(6)   NOT NULL,
  change_no         BIGINT        NOT NULL,
  PRIMARY KEY (listed_at, id),
  KEY data_tasks_status (status, listed_at, id),
  KEY data_tasks_cluster (cluster_id, listed_at, id),
  KEY data_tasks_set (cluster_id, backup_set_id, listed_at),
  KEY data_tasks_updated (updated),
  KEY data_tasks_change (change_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Tenants inside one cluster-wide task of 2.x and 3.x.
CREATE TABLE data_task_tenants (
  task_id          BIGINT       NOT NULL,
  tenant_id        BIGINT       NOT NULL,
  status           VARCHAR(32)  NOT NULL,
  raw_status       VARCHAR(64)  NULL,
  start_time       DATETIME(6)  NULL,
  end_time         DATETIME(6)  NULL,
  progress_percent DECIMAL(5,2) NULL,
  size_bytes       BIGINT       NULL,
  PRIMARY KEY (task_id, tenant_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE cleanup_tasks (
  listed_at    DATETIME(6)  NOT NULL,
  id           BIGINT       NOT NULL,
  cluster_id   BIGINT       NOT NULL,
  tenant_id    BIGINT       NOT NULL,
  source_id    VARCHAR(128) NOT NULL,
  type         VARCHAR(64)  NULL,
  start_time   DATETIME(6)  NULL,
  end_time     DATETIME(6)  NULL,
  status       VARCHAR(32)  NOT NULL,
  raw_status   VARCHAR(64)  NULL,
  status_since DATETIME(6)  NULL,
  items_total  BIGINT       NULL,
  items_done   BIGINT       NULL,
  updated      DATETIME(6)  NOT NULL,
  change_no    BIGINT       NOT NULL,
  PRIMARY KEY (listed_at, id),
  KEY cleanup_tasks_status (status, listed_at, id),
  KEY cleanup_tasks_cluster (cluster_id, listed_at, id),
  KEY cleanup_tasks_updated (updated),
  KEY cleanup_tasks_change (change_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- kind DATA: task_id is a data task; kind LOG: task_id is a log backup.
CREATE TABLE second_backups (
  listed_at          DATETIME(6)   NOT NULL,
  id                 BIGINT        NOT NULL,
  cluster_id         BIGINT        NOT NULL,
  tenant_id          BIGINT        NOT NULL,
  source_id          VARCHAR(128)  NOT NULL,
  copy_id            BIGINT        NOT NULL DEFAULT 0,
  kind               VARCHAR(16)   NOT NULL,
  task_id            BIGINT        NULL,
  backup_set_id      BIGINT        NULL,
  start_time         DATETIME(6)   NULL,
  end_time           DATETIME(6)   NULL,
  latest_backup_time DATETIME(6)   NULL,
  storage_directory  VARCHAR(2048) NULL,
  status             VARCHAR(32)   NOT NULL,
  raw_status         VARCHAR(64)   NULL,
  status_since       DATETIME(6)   NULL,
  updated            DATETIME(6)   NOT NULL,
  change_no          BIGINT        NOT NULL,
  PRIMARY KEY (listed_at, id),
  KEY second_backups_task (task_id, listed_at, id),
  KEY second_backups_status (status, listed_at, id),
  KEY second_backups_cluster (cluster_id, listed_at, id),
  KEY second_backups_set (cluster_id, backup_set_id, listed_at),
  KEY second_backups_updated (updated),
  KEY second_backups_change (change_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One row per tenant (4.x) or cluster (older) and destination, for ever.
-- observed: when latest_backup_time and latency_seconds were true.
CREATE TABLE log_backups (
  listed_at          DATETIME(6)   NOT NULL,
  id                 BIGINT        NOT NULL,
  cluster_id         BIGINT        NOT NULL,
  tenant_id          BIGINT        NOT NULL,
  source_id          VARCHAR(128)  NOT NULL,
  method             VARCHAR(16)   NULL,
  host               VARCHAR(255)  NULL,
  latest_backup_time DATETIME(6)   NULL,
  latency_seconds    BIGINT        NULL,
  observed           DATETIME(6)   NULL,
  storage_directory  VARCHAR(2048) NULL,
  start_time         DATETIME(6)   NULL,
  status             VARCHAR(32)   NOT NULL,
  raw_status         VARCHAR(64)   NULL,
  status_since       DATETIME(6)   NULL,
  last_command_id    BIGINT        NULL,
  updated            DATETIME(6)   NOT NULL,
  change_no          BIGINT        NOT NULL,
  PRIMARY KEY (listed_at, id),
  KEY log_backups_status (status, listed_at, id),
  KEY log_backups_cluster (cluster_id, listed_at, id),
  KEY log_backups_updated (updated),
  KEY log_backups_change (change_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE log_rounds (
  log_id           BIGINT      NOT NULL,
  incarnation      INT         NOT NULL,
  round_id         BIGINT      NOT NULL,
  status           VARCHAR(32) NOT NULL,
  raw_status       VARCHAR(64) NULL,
  start_time       DATETIME(6) NULL,
  end_time         DATETIME(6) NULL,
  checkpoint       DATETIME(6) NULL,
  PRIMARY KEY (log_id, incarnation, round_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- No point-in-time restore between from and to; gap_to NULL: still open.
CREATE TABLE log_gaps (
  log_id   BIGINT      NOT NULL,
  gap_from DATETIME(6) NOT NULL,
  gap_to   DATETIME(6) NULL,
  PRIMARY KEY (log_id, gap_from)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE log_latency (
  log_id          BIGINT      NOT NULL,
  sampled_at      DATETIME(6) NOT NULL,
  latency_seconds BIGINT      NOT NULL,
  PRIMARY KEY (log_id, sampled_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Why a record is bad; text is whole, as the cluster gave it.
CREATE TABLE causes (
  record_id BIGINT       NOT NULL,
  code      VARCHAR(64)  NULL,
  stage     VARCHAR(64)  NULL,
  text      MEDIUMTEXT   NULL,
  trace_id  VARCHAR(128) NULL,
  cause_at  DATETIME(6)  NOT NULL,
  PRIMARY KEY (record_id),
  KEY causes_code (code, cause_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE acknowledgements (
  record_id       BIGINT       NOT NULL,
  acknowledged_by VARCHAR(128) NOT NULL,
  acknowledged_at DATETIME(6)  NOT NULL,
  reason          VARCHAR(1024) NULL,
  PRIMARY KEY (record_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- open_target: kind-wide unique while the command is open, NULL afterwards, so
-- that a log backup has at most one open command.
CREATE TABLE commands (
  id              BIGINT        NOT NULL AUTO_INCREMENT,
  action          VARCHAR(32)   NOT NULL,
  kind            VARCHAR(16)   NOT NULL,
  target_id       BIGINT        NOT NULL,
  cluster_id      BIGINT        NOT NULL,
  tenant_id       BIGINT        NOT NULL,
  expected_state  VARCHAR(32)   NOT NULL,
  state           VARCHAR(16)   NOT NULL,
  open_target     BIGINT        NULL,
  idempotency_key VARCHAR(64)   NOT NULL,
  requested_by    VARCHAR(128)  NOT NULL,
  requested_at    DATETIME(6)   NOT NULL,
  client_address  VARCHAR(64)   NULL,
  deadline        DATETIME(6)   NOT NULL,
  agent_id        BIGINT        NULL,
  started_at      DATETIME(6)   NULL,
  ended_at        DATETIME(6)   NULL,
  result          MEDIUMTEXT    NULL,
  updated         DATETIME(6)   NOT NULL,
  change_no       BIGINT        NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY commands_open (open_target),
  UNIQUE KEY commands_idempotent (requested_by, idempotency_key),
  KEY commands_time (requested_at, id),
  KEY commands_target (target_id, id),
  KEY commands_state (state, deadline),
  KEY commands_updated (updated),
  KEY commands_change (change_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Append-only; each row holds the SHA-256 of its predecessor.
CREATE TABLE audit_events (
  id             BIGINT        NOT NULL AUTO_INCREMENT,
  at             DATETIME(6)   NOT NULL,
  user           VARCHAR(128)  NOT NULL,
  roles          VARCHAR(128)  NULL,
  client_address VARCHAR(64)   NULL,
  request_id     VARCHAR(64)   NULL,
  action         VARCHAR(32)   NOT NULL,
  kind           VARCHAR(16)   NULL,
  target_id      BIGINT        NULL,
  cluster_id     BIGINT        NULL,
  tenant_id      BIGINT        NULL,
  command_id     BIGINT        NULL,
  outcome        VARCHAR(32)   NOT NULL,
  detail         VARCHAR(2048) NULL,
  previous_hash  BINARY(32)    NULL,
  hash           BINARY(32)    NULL,
  PRIMARY KEY (id),
  KEY audit_events_time (at, id),
  KEY audit_events_user (user, at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The change counter: its row's lock makes number order commit order, so it is
-- taken as the last act of each writing transaction.
CREATE TABLE change_counter (
  id     TINYINT NOT NULL,
  number BIGINT  NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO change_counter (id, number) VALUES (1, 0);

CREATE TABLE changes (
  number     BIGINT      NOT NULL,
  kind       VARCHAR(16) NOT NULL,
  record_id  BIGINT      NOT NULL,
  cluster_id BIGINT      NOT NULL,
  tenant_id  BIGINT      NOT NULL,
  old_status VARCHAR(32) NULL,
  new_status VARCHAR(32) NULL,
  at         DATETIME(6) NOT NULL,
  PRIMARY KEY (number, kind, record_id),
  KEY changes_record (record_id, number),
  KEY changes_at (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What retention took from this store (tombstones).
CREATE TABLE removed (
  kind       VARCHAR(16) NOT NULL,
  record_id  BIGINT      NOT NULL,
  cluster_id BIGINT      NOT NULL,
  tenant_id  BIGINT      NOT NULL,
  updated    DATETIME(6) NOT NULL,
  change_no  BIGINT      NOT NULL,
  PRIMARY KEY (kind, record_id),
  KEY removed_change (change_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- How many tasks were listed in an hour; changed in the same transaction as the
-- row. Each task counts twice: under its cluster and tenant, and under 0 and 0
-- (all of them), so that an unfiltered summary reads few rows. mode: FULL or
-- INCREMENTAL, for second backups DATA or LOG; '' where unknown.
CREATE TABLE hourly_counts (
  kind       VARCHAR(16) NOT NULL,
  hour       DATETIME    NOT NULL,
  cluster_id BIGINT      NOT NULL,
  tenant_id  BIGINT      NOT NULL,
  status     VARCHAR(32) NOT NULL,
  mode       VARCHAR(16) NOT NULL,
  method     VARCHAR(16) NOT NULL,
  tasks      BIGINT      NOT NULL,
  PRIMARY KEY (kind, cluster_id, tenant_id, hour, status, mode, method),
  KEY hourly_counts_hour (kind, hour, tasks)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE agents (
  id        BIGINT       NOT NULL AUTO_INCREMENT,
  name      VARCHAR(128) NOT NULL,
  version   VARCHAR(32)  NULL,
  started   DATETIME(6)  NOT NULL,
  last_seen DATETIME(6)  NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY agents_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Daily documents, immutable once written.
CREATE TABLE reports (
  day        DATE         NOT NULL,
  group_name VARCHAR(128) NOT NULL,
  format     VARCHAR(8)   NOT NULL,
  rows_count BIGINT       NOT NULL,
  sha256     BINARY(32)   NOT NULL,
  document   LONGBLOB     NOT NULL,
  created    DATETIME(6)  NOT NULL,
  PRIMARY KEY (day, group_name, format)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

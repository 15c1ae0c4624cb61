-- 0004-agent.sql: how clusters are reached, and how far a command has come.

-- endpoints: host:port, separated by commas, or a socket's path. secret: where
-- the password is (file:, env:, option:), never the password. The worker's
-- account has no access to this table.
CREATE TABLE cluster_access (
  cluster_id        BIGINT        NOT NULL,
  endpoints         VARCHAR(1024) NOT NULL,
  user              VARCHAR(128)  NOT NULL,
  secret            VARCHAR(1024) NOT NULL,
  tls               VARCHAR(16)   NOT NULL,
  tls_ca            VARCHAR(1024) NOT NULL,
  program           VARCHAR(1024) NOT NULL,
  connect_seconds   INT           NOT NULL DEFAULT 3,
  statement_seconds INT           NOT NULL DEFAULT 10,
  PRIMARY KEY (cluster_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- step: what the agent was about to do, written before it did. round_before:
-- the newest round of the log backup when the command was taken. mode: FULL or
-- INCREMENTAL of a backup. progress: what it waits for.
ALTER TABLE commands
  ADD COLUMN mode         VARCHAR(16)  NULL,
  ADD COLUMN step         VARCHAR(32)  NULL,
  ADD COLUMN step_at      DATETIME(6)  NULL,
  ADD COLUMN round_before BIGINT       NULL,
  ADD COLUMN progress     VARCHAR(512) NULL;

-- A cluster's commands, for the agent that holds its lease.
CREATE INDEX commands_cluster ON commands (cluster_id, state);
CREATE INDEX clusters_lease ON clusters (agent_id, lease_until);

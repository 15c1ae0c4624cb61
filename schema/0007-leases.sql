-- 0007-leases.sql: what one agent does for all, and how a rebuilt cluster is told from the old one.

-- name: housekeeping. Held by one agent at a time.
CREATE TABLE leases (
  name        VARCHAR(64) NOT NULL,
  agent_id    BIGINT      NULL,
  lease_until DATETIME(6) NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO leases (name) VALUES ('housekeeping');

-- When the cluster was created, by itself: another moment is another cluster.
ALTER TABLE clusters ADD COLUMN ob_created DATETIME(6) NULL;

-- Set by an orderly end: such an agent gets no share of the clusters.
ALTER TABLE agents ADD COLUMN stopped DATETIME(6) NULL;

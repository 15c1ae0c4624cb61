-- 0006-registry.sql: clusters that were taken out of the registry, and what was told of risks.

-- removed_at: nobody asks the cluster any more; its records may stay.
ALTER TABLE clusters ADD COLUMN removed_at DATETIME(6) NULL;

-- Who tells (one agent at a time), and the message that is on its way: number
-- stays the same until it has been told.
CREATE TABLE notify_state (
  id          TINYINT     NOT NULL,
  agent_id    BIGINT      NULL,
  lease_until DATETIME(6) NULL,
  number      BIGINT      NOT NULL,
  tries       INT         NOT NULL,
  try_after   DATETIME(6) NULL,
  told_at     DATETIME(6) NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO notify_state (id, number, tries) VALUES (1, 1, 0);

-- What was last told of each risk: that it is there, or that it has gone. No
-- record: 0.
CREATE TABLE notify_risks (
  kind       VARCHAR(32) NOT NULL,
  cluster_id BIGINT      NOT NULL,
  tenant_id  BIGINT      NOT NULL,
  log_id     BIGINT      NOT NULL,
  present    TINYINT     NOT NULL,
  told_at    DATETIME(6) NOT NULL,
  PRIMARY KEY (kind, cluster_id, tenant_id, log_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

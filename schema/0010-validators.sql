-- 0010-validators.sql: when what a reader may see last changed, for ETag and Last-Modified.

-- at: when the number was taken. It never goes back, and each number that is
-- taken while the clock stands behind it gets a second of its own, so that one
-- second never names two states that are seconds apart.
ALTER TABLE change_counter
  ADD COLUMN at DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:00.000000';

UPDATE change_counter SET at = UTC_TIMESTAMP(6);

-- The newest change number that concerns a cluster: its records, commands,
-- acknowledgements, events, groups and registration. Written after the number
-- has been taken, whose lock keeps writers apart.
CREATE TABLE cluster_changes (
  cluster_id BIGINT      NOT NULL,
  number     BIGINT      NOT NULL,
  at         DATETIME(6) NOT NULL,
  PRIMARY KEY (cluster_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO cluster_changes (cluster_id, number, at)
  SELECT c.id, k.number, k.at FROM clusters c JOIN change_counter k;

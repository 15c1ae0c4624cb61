-- 0008-atom.sql: what the ids of feeds are made of, and the order in which feeds read the changes.

-- One row, made once by "backup-tasks-ctl migrate": ids (RFC 4151) name who gave
-- them and a day on which the name was theirs; store_id tells apart two stores of
-- one name. It never changes, or readers would take everything for new.
CREATE TABLE store_identity (
  id        TINYINT      NOT NULL,
  authority VARCHAR(255) NOT NULL,
  minted    DATETIME(6)  NOT NULL,
  store_id  CHAR(32)     NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The changes of one kind or of all, newest first; of one cluster; of one status.
CREATE INDEX changes_order ON changes (number, record_id);
CREATE INDEX changes_kind ON changes (kind, number, record_id);
CREATE INDEX changes_cluster ON changes (cluster_id, number, record_id);
CREATE INDEX changes_cluster_kind
  ON changes (cluster_id, kind, number, record_id);
CREATE INDEX changes_status ON changes (kind, new_status, number, record_id);

-- Tasks of the rarer method or mode are looked for among all.
CREATE INDEX data_tasks_method ON data_tasks (method, listed_at, id);
CREATE INDEX data_tasks_mode ON data_tasks (mode, listed_at, id);

-- 0009-follow.sql: who follows one cluster of many does not pass over what changes in the others.

CREATE INDEX data_tasks_cluster_change
  ON data_tasks (cluster_id, change_no, listed_at, id);
CREATE INDEX log_backups_cluster_change
  ON log_backups (cluster_id, change_no, listed_at, id);
CREATE INDEX cleanup_tasks_cluster_change
  ON cleanup_tasks (cluster_id, change_no, listed_at, id);
CREATE INDEX second_backups_cluster_change
  ON second_backups (cluster_id, change_no, listed_at, id);
CREATE INDEX removed_cluster
  ON removed (cluster_id, kind, change_no, record_id);

-- How often a tenant of the cluster got another name: its records have changed
-- then for whoever follows them, without a change number of their own.
ALTER TABLE clusters ADD COLUMN renames INT NOT NULL DEFAULT 0;

-- 0002-pages.sql: indexes for pages with two conditions, measured on 1,000,000 data tasks.

-- One cluster and one status: rare among the tasks of all clusters.
CREATE INDEX data_tasks_cluster_status
  ON data_tasks (cluster_id, status, listed_at, id);
CREATE INDEX cleanup_tasks_cluster_status
  ON cleanup_tasks (cluster_id, status, listed_at, id);
CREATE INDEX second_backups_cluster_status
  ON second_backups (cluster_id, status, listed_at, id);

-- A backup set is looked for in all clusters, too; few of them have its number.
CREATE INDEX data_tasks_set_id ON data_tasks (backup_set_id, listed_at, id);
CREATE INDEX second_backups_set_id
  ON second_backups (backup_set_id, listed_at, id);
DROP INDEX data_tasks_set ON data_tasks;
DROP INDEX second_backups_set ON second_backups;

-- Copies of log backups are few among those of data.
CREATE INDEX second_backups_kind ON second_backups (kind, listed_at, id);

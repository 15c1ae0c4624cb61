-- grants.sql: the least that each program needs, for the database's administrator to run.
-- "backup-tasks-ctl grants" prints it with other names of database and accounts.
--
-- The accounts are yours to make, each with a password of its own:
--   CREATE USER 'backup_worker'@'localhost' IDENTIFIED BY '...';
-- Grants on a table need the table: the account of the migrations comes first,
-- then "backup-tasks-ctl migrate", then the others. Run it again after an
-- update that brings new tables.
--
-- Columns are named where a program changes only these. Take the brackets away
-- in a store that does not know grants on columns.

-- [migrate] Makes and alters the tables; also for "sample", "check --repair"
-- and "cluster remove --records".
-- In MariaDB and MySQL "_" in a database's name stands for any character here:
-- write "\_" where another database could be meant.
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES
  ON `backup_tasks`.* TO 'backup_migrate'@'localhost';

-- [worker] Reads records, requests commands. Also enough for "status", "log",
-- "command" and "audit" of backup-tasks-ctl. The audit trail and
-- the daily reports can be added to, and nothing else.
GRANT SELECT, INSERT
  ON `backup_tasks`.`acknowledgements` TO 'backup_worker'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`agents` TO 'backup_worker'@'localhost';
GRANT SELECT, INSERT
  ON `backup_tasks`.`audit_events` TO 'backup_worker'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`causes` TO 'backup_worker'@'localhost';
GRANT SELECT, UPDATE (number, at)
  ON `backup_tasks`.`change_counter` TO 'backup_worker'@'localhost';
GRANT SELECT, INSERT
  ON `backup_tasks`.`changes` TO 'backup_worker'@'localhost';
GRANT SELECT, UPDATE (last_command_id, updated, change_no)
  ON `backup_tasks`.`cleanup_tasks` TO 'backup_worker'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`cluster_actions` TO 'backup_worker'@'localhost';
GRANT SELECT, INSERT, UPDATE
  ON `backup_tasks`.`cluster_changes` TO 'backup_worker'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`cluster_groups` TO 'backup_worker'@'localhost';
GRANT SELECT, UPDATE (updated, change_no)
  ON `backup_tasks`.`clusters` TO 'backup_worker'@'localhost';
GRANT SELECT, INSERT, UPDATE (state, open_target, ended_at, result,
  canceled_by, cancel_key, updated, change_no)
  ON `backup_tasks`.`commands` TO 'backup_worker'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`data_task_tenants` TO 'backup_worker'@'localhost';
GRANT SELECT, UPDATE (last_command_id, updated, change_no)
  ON `backup_tasks`.`data_tasks` TO 'backup_worker'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`hourly_counts` TO 'backup_worker'@'localhost';
GRANT SELECT, UPDATE (last_command_id, updated, change_no)
  ON `backup_tasks`.`log_backups` TO 'backup_worker'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`log_gaps` TO 'backup_worker'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`log_latency` TO 'backup_worker'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`log_rounds` TO 'backup_worker'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`record_keys` TO 'backup_worker'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`removed` TO 'backup_worker'@'localhost';
GRANT SELECT, INSERT
  ON `backup_tasks`.`report_parts` TO 'backup_worker'@'localhost';
GRANT SELECT, INSERT
  ON `backup_tasks`.`reports` TO 'backup_worker'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`schema_migrations` TO 'backup_worker'@'localhost';
GRANT SELECT, UPDATE (updated, change_no)
  ON `backup_tasks`.`second_backups` TO 'backup_worker'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`store_identity` TO 'backup_worker'@'localhost';
GRANT SELECT, UPDATE (last_command_id)
  ON `backup_tasks`.`tenants` TO 'backup_worker'@'localhost';

-- [agent] Writes what clusters say, takes commands and tells what became of
-- them. The audit trail can be added to, and nothing else. It takes reports
-- that are older than they are to be kept, but not their sums.
GRANT SELECT, DELETE
  ON `backup_tasks`.`acknowledgements` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE
  ON `backup_tasks`.`agents` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT
  ON `backup_tasks`.`audit_events` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`causes` TO 'backup_agent'@'localhost';
GRANT SELECT, UPDATE
  ON `backup_tasks`.`change_counter` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, DELETE
  ON `backup_tasks`.`changes` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`cleanup_tasks` TO 'backup_agent'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`cluster_actions` TO 'backup_agent'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`cluster_access` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE
  ON `backup_tasks`.`cluster_changes` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`cluster_groups` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE
  ON `backup_tasks`.`clusters` TO 'backup_agent'@'localhost';
GRANT SELECT, UPDATE
  ON `backup_tasks`.`commands` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`data_task_tenants` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`data_tasks` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`hourly_counts` TO 'backup_agent'@'localhost';
GRANT SELECT, UPDATE
  ON `backup_tasks`.`leases` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`log_backups` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`log_gaps` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`log_latency` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`log_rounds` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE
  ON `backup_tasks`.`record_keys` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`removed` TO 'backup_agent'@'localhost';
GRANT SELECT, DELETE
  ON `backup_tasks`.`report_parts` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`second_backups` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE
  ON `backup_tasks`.`tenants` TO 'backup_agent'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`notify_risks` TO 'backup_agent'@'localhost';
GRANT SELECT, UPDATE
  ON `backup_tasks`.`notify_state` TO 'backup_agent'@'localhost';

-- [admin] Registers clusters: "cluster" of backup-tasks-ctl. It neither reads
-- nor writes records, and requests nothing.
GRANT SELECT
  ON `backup_tasks`.`agents` TO 'backup_admin'@'localhost';
GRANT SELECT, INSERT
  ON `backup_tasks`.`audit_events` TO 'backup_admin'@'localhost';
GRANT SELECT, UPDATE (number, at)
  ON `backup_tasks`.`change_counter` TO 'backup_admin'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`cluster_access` TO 'backup_admin'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`cluster_actions` TO 'backup_admin'@'localhost';
GRANT SELECT, INSERT, UPDATE
  ON `backup_tasks`.`cluster_changes` TO 'backup_admin'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE
  ON `backup_tasks`.`cluster_groups` TO 'backup_admin'@'localhost';
GRANT SELECT, INSERT, UPDATE (adapter, round_seconds, rpo_seconds,
  data_age_seconds, stale_reason, paused, agent_id, lease_until, removed_at,
  updated, change_no)
  ON `backup_tasks`.`clusters` TO 'backup_admin'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`commands` TO 'backup_admin'@'localhost';
GRANT SELECT
  ON `backup_tasks`.`record_keys` TO 'backup_admin'@'localhost';

-- 0005-backup-acts.sql: commands on data backups, cleanup tasks and whole clusters.

-- open_target is the record's id or, of a backup, the tenant's: one open command
-- for each. Ids of tenants are not those of records, hence the kind.
CREATE UNIQUE INDEX commands_open_kind ON commands (kind, open_target);
DROP INDEX commands_open ON commands;

-- The newest command about it, as log backups have it.
ALTER TABLE data_tasks ADD COLUMN last_command_id BIGINT NULL;
ALTER TABLE cleanup_tasks ADD COLUMN last_command_id BIGINT NULL;
ALTER TABLE tenants ADD COLUMN last_command_id BIGINT NULL;

-- When progress was true.
ALTER TABLE commands ADD COLUMN progress_at DATETIME(6) NULL;

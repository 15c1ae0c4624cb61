-- 0003-cancel.sql: who canceled a command, and the key of the form that did it.
ALTER TABLE commands
  ADD COLUMN canceled_by VARCHAR(128) NULL,
  ADD COLUMN cancel_key  VARCHAR(64)  NULL;

-- 0011-reports.sql: daily reports: one row per day and group, their documents in parts.

-- Nothing has been written into the first form of this table: its documents
-- would not have gone through one statement.
DROP TABLE reports;

-- group_name: '' for all clusters. begins, ends: of the day in its zone. The
-- sums are those of the documents as they are sent, in small hexadecimal
-- digits. Rows are added as the last act of the transaction that adds the
-- parts, and never changed; grants.sql says who may do what.
CREATE TABLE reports (
  id               BIGINT       NOT NULL AUTO_INCREMENT,
  day              DATE         NOT NULL,
  group_name       VARCHAR(128) NOT NULL,
  zone             VARCHAR(64)  NOT NULL,
  language         VARCHAR(8)   NOT NULL,
  begins           DATETIME(6)  NOT NULL,
  ends             DATETIME(6)  NOT NULL,
  written          DATETIME(6)  NOT NULL,
  as_of            DATETIME(6)  NULL,
  software_version VARCHAR(32)  NOT NULL,
  rows_count       BIGINT       NOT NULL,
  html_bytes       BIGINT       NOT NULL,
  html_sha256      CHAR(64)     NOT NULL,
  xml_bytes        BIGINT       NOT NULL,
  xml_sha256       CHAR(64)     NOT NULL,
  csv_bytes        BIGINT       NOT NULL,
  csv_sha256       CHAR(64)     NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY reports_day (day, group_name),
  KEY reports_begins (begins, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- part: from 0; each of at most 1 MB, so that it goes through one statement of
-- every server's size.
CREATE TABLE report_parts (
  day        DATE         NOT NULL,
  group_name VARCHAR(128) NOT NULL,
  format     VARCHAR(8)   NOT NULL,
  part       INT          NOT NULL,
  data       MEDIUMBLOB   NOT NULL,
  PRIMARY KEY (day, group_name, format, part)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

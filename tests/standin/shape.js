// shape.js: reads the columns of the views from the text of shapes4.js and shapes2.js, and makes the tables that stand for them.
'use strict';

// n: BIGINT, u: BIGINT UNSIGNED, t: TIMESTAMP(6), x: LONGTEXT, a number: VARCHAR
// of so many characters (long ones as LONGTEXT: a row of MariaDB has no room
// for them), d: DECIMAL(28,4), p: DECIMAL(28,2)
// v: the text of a time in the session's zone, VARCHAR(26)
const TYPES = { v: 'TIMESTAMP(6) NULL', n: 'BIGINT NULL', u: 'BIGINT UNSIGNED NULL',
  t: 'TIMESTAMP(6) NULL', x: 'LONGTEXT NULL', d: 'DECIMAL(28,4) NULL',
  p: 'DECIMAL(28,2) NULL' };

function columns(text) {
  return text.trim().split(/\s+/).map((word) => {
    const [name, type] = word.split(':');
    const long = Number(type) >= 1024;
    return { name, asText: type === 'v',
      type: TYPES[long ? 'x' : type] || `VARCHAR(${type}) NULL` };
  });
}

// { VIEW: 'NAME:type ...' } to { VIEW: [{ name, type }] }
function shape(texts) {
  return Object.fromEntries(Object.entries(texts)
    .map(([view, text]) => [view, columns(text)]));
}

function quoteName(name) {
  return `\`${name.replace(/`/g, '``')}\``;
}

function quoteValue(value) {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'bigint') return `${value}`;
  return `'${String(value).replace(/[\\']/g, (sign) => `\\${sign}`)
    .replace(/\0/g, '\\0')}'`;
}

// The table, or the table below a view that shows times as text.
function place(database, view, list) {
  const below = list.some((column) => column.asText) ? '#' : '';
  return `${database}.${quoteName(view + below)}`;
}

function createTable(database, view, list) {
  const body = list.map((column) => `${quoteName(column.name)} ${column.type}`);
  const table = place(database, view, list);
  const statements = [`CREATE TABLE ${table} (${body.join(', ')}) `
    + 'ENGINE=MyISAM DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin'];
  if (list.some((column) => column.asText)) {
    const shown = list.map(({ name, asText }) => (asText
      ? `CAST(${quoteName(name)} AS CHAR(26)) AS ${quoteName(name)}`
      : quoteName(name)));
    statements.push(`CREATE VIEW ${database}.${quoteName(view)} AS `
      + `SELECT ${shown.join(', ')} FROM ${table}`);
  }
  return statements;
}

// The statements that make the table hold exactly these rows.
function replaceRows(database, view, list, rows) {
  const table = place(database, view, list);
  const statements = [`DELETE FROM ${table}`];
  if (rows.length > 0) {
    const tuples = rows.map((row) => `(${list.map((column) =>
      quoteValue(row[column.name])).join(',')})`);
    statements.push(`INSERT INTO ${table} VALUES ${tuples.join(',')}`);
  }
  return statements;
}

module.exports = { shape, createTable, replaceRows, quoteName, quoteValue };

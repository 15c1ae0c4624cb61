// rewrite.js: what kind of statement arrives, and how MariaDB is asked for what OceanBase would answer.
'use strict';

const { Refusal } = require('./errors.js');
const { split, unquoteName, unquoteText } = require('./tokens.js');
const { quoteValue } = require('./shape.js');

const READS = ['SELECT', 'SHOW', 'DESC', 'DESCRIBE', 'WITH', 'EXPLAIN'];
const SILENT = ['USE', 'COMMIT', 'ROLLBACK', 'BEGIN', 'START'];

// Variables that OceanBase has and that a client sets.
const VARIABLES = /^(?:ob_\w+|time_zone|names|autocommit|sql_mode|wait_timeout|interactive_timeout|net_(?:read|write)_timeout|character_set_\w+|collation_\w+|tx_\w+|transaction_\w+|max_allowed_packet|group_concat_max_len)$/;

function checkSet(list) {
  const words = list.filter((token) => token.kind === 'word'
    || token.kind === 'name').map((token) => token.raw.toLowerCase()
    .replace(/`/g, '').replace(/^@@/, ''));
  const name = words.slice(1)
    .find((word) => !['session', 'global', 'local'].includes(word));
  if (!VARIABLES.test(name ?? '')) {
    throw new Refusal('UNKNOWN_VARIABLE', name ?? '');
  }
}

function classify(sql) {
  const list = split(sql).filter((token) => token.kind !== 'space');
  const first = (list[0]?.raw ?? '').toUpperCase();
  if (first === 'ALTER') return 'alter';
  if (first === 'SET') {
    checkSet(list);
    return 'set';
  }
  if (READS.includes(first)) return 'read';
  if (SILENT.includes(first)) return 'silent';
  throw new Refusal('SYNTAX', sql.slice(0, 80));
}

function isDatabase(token) {
  return (token.kind === 'word' && /^oceanbase$/i.test(token.raw))
    || (token.kind === 'name' && /^oceanbase$/i.test(unquoteName(token.raw)));
}

// Names of views in the case in which they were made.
function canonical(token, cluster) {
  if (token.kind !== 'word' && token.kind !== 'name') return token.raw;
  const name = token.kind === 'name' ? unquoteName(token.raw) : token.raw;
  return cluster.canonical.get(name.toLowerCase()) ?? token.raw;
}

function withPlaces(list, cluster) {
  const database = cluster.database.slice(1, -1);
  return list.map((token) => {
    if (isDatabase(token)) return cluster.database;
    if (token.kind === 'text' && /^oceanbase$/i.test(unquoteText(token.raw))) {
      return quoteValue(database);
    }
    return canonical(token, cluster);
  });
}

function show(sql, cluster) {
  const parameters = /^\s*SHOW\s+PARAMETERS\b(.*)$/is.exec(sql);
  if (parameters) {
    const filter = parameters[1].replace(/^\s*LIKE\b/i, 'WHERE name LIKE');
    return `SELECT * FROM ${cluster.database}.standin_parameters ${filter}`;
  }
  if (/^\s*SHOW\s+GRANTS\b/i.test(sql)) {
    return "SELECT 'GRANT ALL PRIVILEGES ON *.* TO ''root''@''%''' AS Grants";
  }
  return null;
}

// The statement for MariaDB.
function rewrite(sql, cluster) {
  const shown = show(sql, cluster);
  if (shown) return shown;
  const text = sql.replace(/\bversion\s*\(\s*\)/gi,
    (whole, at) => (/[\w`]/.test(sql[at - 1] ?? '') ? whole
      : quoteValue(cluster.serverVersion())))
    .replace(/@@(?:global\.|session\.)?version_comment\b/gi,
      quoteValue(cluster.versionComment()));
  return withPlaces(split(text), cluster).join('');
}

module.exports = { classify, rewrite };

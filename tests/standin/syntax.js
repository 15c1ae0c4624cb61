// syntax.js: the ALTER SYSTEM statements that OceanBase 4.x and 2.2/3.x know about backups; any other is a syntax error.
'use strict';

const { Reader } = require('./tokens.js');

// null: every tenant; else their names. "all" is a word of the grammar, and
// `all` a name.
function tenants(reader) {
  if (!reader.take('TENANT')) return undefined;
  reader.take('=');
  if (reader.take('ALL')) return null;
  const names = [reader.identifier()];
  while (reader.take(',')) names.push(reader.identifier());
  return names;
}

function description(reader) {
  if (!reader.take('DESCRIPTION')) return '';
  reader.take('=');
  return reader.text();
}

function settings4(reader) {
  const values = [];
  do {
    const name = reader.takeKind('word').raw.toLowerCase();
    reader.need('=');
    const value = reader.peek()?.kind === 'text'
      ? reader.text() : reader.takeKind('word', 'number').raw;
    values.push({ name, value });
  } while (reader.take(','));
  return { verb: 'SET', values, tenants: tenants(reader) };
}

function backup4(reader) {
  const call = { verb: 'BACKUP',
    type: reader.take('INCREMENTAL') ? 'INC' : 'FULL', plus: false };
  if (!reader.take('DATABASE')) {
    call.tenants = tenants(reader);
    if (call.tenants === undefined) throw reader.syntax();
  }
  if (reader.take('TO')) {
    reader.take('=');
    call.destination = reader.text();
  }
  call.plus = reader.take('PLUS', 'ARCHIVELOG');
  call.description = description(reader);
  return call;
}

function policy4(reader, verb) {
  const call = { verb, name: reader.text() };
  if (verb === 'ADD POLICY') {
    reader.need('RECOVERY_WINDOW');
    reader.take('=');
    call.window = reader.text();
  }
  call.tenants = tenants(reader);
  return call;
}

function statement4(reader) {
  for (const verb of ['ARCHIVELOG', 'NOARCHIVELOG']) {
    if (reader.take(verb)) {
      return { verb, tenants: tenants(reader),
        description: description(reader) };
    }
  }
  if (reader.take('SET')) return settings4(reader);
  if (reader.take('BACKUP')) return backup4(reader);
  if (reader.take('CANCEL', 'BACKUP')) {
    return { verb: 'CANCEL BACKUP', tenants: tenants(reader) };
  }
  if (reader.take('CANCEL', 'DELETE', 'BACKUP')) {
    return { verb: 'CANCEL DELETE', tenants: tenants(reader) };
  }
  if (reader.take('ADD', 'DELETE', 'BACKUP', 'POLICY')) {
    return policy4(reader, 'ADD POLICY');
  }
  if (reader.take('DROP', 'DELETE', 'BACKUP', 'POLICY')) {
    return policy4(reader, 'DROP POLICY');
  }
  throw reader.syntax();
}

const SETTINGS2 = ['backup_dest', 'backup_backup_dest', 'backup_dest_option'];

function settings2(reader) {
  const name = reader.takeKind('word').raw.toLowerCase();
  if (!SETTINGS2.includes(name)) throw reader.syntax();
  reader.need('=');
  return { verb: 'SET', values: [{ name, value: reader.text() }] };
}

// Of a second backup: which sets or pieces, of which tenant, and where to.
function second2(reader, what) {
  const call = { verb: `BACKUP ${what}`, times: 0, id: 0 };
  if (reader.take('ALL', 'NOT', 'BACKED', 'UP')) {
    call.times = reader.number();
    reader.need('TIMES');
  } else {
    reader.take('=');
    call.id = reader.number();
  }
  if (what === 'BACKUPPIECE') call.active = reader.take('WITH', 'ACTIVE');
  if (reader.take('TENANT_ID')) {
    reader.need('=');
    call.tenantId = reader.number();
  } else if (reader.take('TENANT_NAME')) {
    reader.need('=');
    call.tenantName = reader.identifier();
  }
  if (reader.take('BACKUP_BACKUP_DEST')) {
    reader.need('=');
    call.destination = reader.text();
  }
  return call;
}

function cancel2(reader, enterprise) {
  if (enterprise && reader.take('ALL', 'BACKUP', 'FORCE')) {
    return { verb: 'CANCEL FORCE' };
  }
  if (reader.take('DELETE', 'BACKUP')) return { verb: 'CANCEL DELETE' };
  reader.need('BACKUP');
  if (reader.take('BACKUPSET')) return { verb: 'CANCEL BACKUPSET' };
  if (reader.take('BACKUPPIECE')) return { verb: 'CANCEL BACKUPPIECE' };
  return { verb: 'CANCEL BACKUP' };
}

function statement2(reader, enterprise) {
  if (reader.take('ARCHIVELOG')) return { verb: 'ARCHIVELOG' };
  if (reader.take('NOARCHIVELOG')) return { verb: 'NOARCHIVELOG' };
  if (reader.take('SET')) return settings2(reader);
  if (reader.take('MINOR', 'FREEZE')) return { verb: 'FREEZE' };
  if (reader.take('BACKUP', 'DATABASE')) return { verb: 'BACKUP', type: 'D' };
  if (reader.take('BACKUP', 'INCREMENTAL', 'DATABASE')) {
    return { verb: 'BACKUP', type: 'I' };
  }
  if (reader.take('BACKUP', 'BACKUPSET')) return second2(reader, 'BACKUPSET');
  if (reader.take('BACKUP', 'BACKUPPIECE')) {
    return second2(reader, 'BACKUPPIECE');
  }
  if (reader.take('CANCEL')) return cancel2(reader, enterprise);
  for (const word of ['START', 'STOP']) {
    if (reader.take(word, 'BACKUP', 'ARCHIVELOG')) {
      return { verb: `${word} BACKUP ARCHIVELOG` };
    }
  }
  throw reader.syntax();
}

// What the statement asks for; throws the syntax error that a real one gives.
function parse(sql, major, enterprise) {
  const reader = new Reader(sql);
  reader.need('ALTER', 'SYSTEM');
  const call = major >= 4
    ? statement4(reader) : statement2(reader, enterprise);
  reader.end();
  return call;
}

module.exports = { parse };

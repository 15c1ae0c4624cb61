// cluster.js: what every played cluster has: a clock, timed steps, tables in MariaDB, accounts, a memory of statements, faults.
'use strict';

const { replaceRows, createTable, quoteName, quoteValue }
  = require('./shape.js');
const { Relay } = require('./relay.js');
const { Refusal } = require('./errors.js');
const { parse } = require('./syntax.js');

const US = 1000000n;

// "2026-11-22 10:00:00.000000" of microseconds since 1970 UTC.
function timestamp(us) {
  if (us === null || us === undefined) return null;
  const whole = new Date(Number(us / 1000n)).toISOString();
  const rest = String(((us % US) + US) % US).padStart(6, '0');
  return `${whole.slice(0, 10)} ${whole.slice(11, 19)}.${rest}`;
}

function seconds(value) {
  return BigInt(Math.round(value * 1e6));
}

class Cluster {
  // options: name, obId, version "4.2.1.0", tenants [{ name, ... }], clock
  // (seconds since 1970), speed (0: the clock stands between advances), loop
  // (seconds between two steps of the state machine), lag (seconds that the
  // checkpoint is behind), users { "root@sys": { password, rights } }
  constructor(options) {
    this.name = options.name;
    this.obId = options.obId ?? 1001;
    this.versionText = options.version;
    this.version = options.version.split('.').map(Number);
    while (this.version.length < 4) this.version.push(0);
    this.enterprise = options.enterprise ?? false;
    this.clock = seconds(options.clock ?? Math.floor(Date.now() / 1000));
    this.began = this.clock;
    this.speed = options.speed ?? 0;
    this.loop = seconds(options.loop ?? 5);
    this.lag = seconds(options.lag ?? 4);
    this.zone = options.zone ?? '+08:00';
    this.users = options.users
      ?? { 'root@sys': { password: 'standin', rights: 'all' } };
    this.database = quoteName(`ob_${this.name}`);
    this.nextStep = this.clock + this.loop;
    this.statements = [];
    this.faults = [];
    this.extra = {};
    this.written = {};
    this.hidden = new Set();
    this.served = { queries: 0, cached: 0, looks: 0, lookAt: 0 };
    this.mediaAlive = true;
    this.changed();
  }

  // --- time

  changed() {
    this.dirty = true;
    this.answers = new Map();
  }

  advance(howLong) {
    const end = this.clock + seconds(howLong);
    while (this.nextStep <= end) {
      this.clock = this.nextStep;
      this.nextStep += this.loop;
      this.step();
    }
    this.clock = end;
    this.changed();
  }

  // --- the tables

  // The views by their names in small letters.
  nameViews() {
    this.canonical = new Map(Object.keys(this.shapes)
      .map((view) => [view.toLowerCase(), view]));
  }

  // Microseconds in columns of time become their text.
  withTimes(rows) {
    for (const [view, list] of Object.entries(this.shapes)) {
      const names = list.filter((column) => column.type.startsWith('TIMESTAMP'))
        .map((column) => column.name);
      for (const row of rows[view] ?? []) {
        for (const name of names) {
          if (typeof row[name] === 'bigint') row[name] = timestamp(row[name]);
        }
      }
    }
    return rows;
  }

  async create(socketPath) {
    this.relay = new Relay(socketPath);
    const statements = [`DROP DATABASE IF EXISTS ${this.database}`,
      `CREATE DATABASE ${this.database}`, `USE ${this.database}`,
      "SET time_zone='+00:00', sql_mode='', foreign_key_checks=0",
      ...this.functions()];
    for (const [view, list] of Object.entries(this.shapes)) {
      statements.push(...createTable(this.database, view, list));
    }
    await this.relay.run(statements.join(';'));
  }

  functions() {
    const make = (name, argument, result, body) =>
      `CREATE FUNCTION ${this.database}.${name}(${argument}) RETURNS ${result} `
      + `NO SQL RETURN ${body}`;
    const version = make('OB_VERSION', '', 'VARCHAR(64)',
      quoteValue(this.versionText));
    return [
      ...(this.version[0] >= 4 ? [version] : []),
      make('TIME_TO_USEC', 't TIMESTAMP(6)', 'BIGINT',
        'CAST(UNIX_TIMESTAMP(t) * 1000000 AS SIGNED)'),
      make('USEC_TO_TIME', 'us BIGINT', 'TIMESTAMP(6)',
        'FROM_UNIXTIME(us / 1000000)'),
      make('SCN_TO_TIMESTAMP', 'scn BIGINT UNSIGNED', 'TIMESTAMP(6)',
        'FROM_UNIXTIME(scn / 1000000000)'),
    ];
  }

  async flush() {
    while (this.dirty) {
      this.dirty = false;
      await this.writeRows();
    }
  }

  async writeRows() {
    const statements = [];
    const rows = this.rows();
    for (const [view, list] of Object.entries(this.shapes)) {
      const wanted = [...(rows[view] ?? []), ...(this.extra[view] ?? [])];
      const change = replaceRows(this.database, view, list, wanted);
      const text = change.join(';');
      if (this.written[view] !== text) {
        this.written[view] = text;
        statements.push(...change);
      }
    }
    if (statements.length > 0) await this.relay.run(statements.join(';'));
  }

  // --- statements

  account(session) {
    const user = session.user;
    return this.users[user.includes('@') ? user : `${user}@sys`];
  }

  // Carries an ALTER SYSTEM statement out, or throws its refusal; both are
  // remembered.
  alter(sql, session) {
    const entry = { at: timestamp(this.clock), user: session.user, sql };
    try {
      const call = parse(sql, this.version[0], this.enterprise);
      if (this.account(session).rights !== 'all') {
        throw new Refusal('NO_PRIVILEGE', 'ALTER SYSTEM');
      }
      entry.verb = call.verb;
      this.execute(call);
      entry.result = 'OK';
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      entry.result = error.kind;
      throw error;
    } finally {
      this.statements.push(entry);
      this.changed();
    }
  }

  // --- twins: "root@sys#NAME-0017" reaches a cluster of that name, with the
  // number of this one plus 17, and everything else as it is here; so that one
  // played cluster can be hundreds. NAME-0000 and its number are as long.

  isTwin(alias) {
    return alias !== undefined && this.name.endsWith('-0000')
      && alias.length === this.name.length
      && alias.startsWith(this.name.slice(0, -4)) && /-\d{4}$/.test(alias);
  }

  asTwin(bytes, alias) {
    const number = String(this.obId + Number(alias.slice(-4)));
    for (const [from, to] of [[this.name, alias],
      [String(this.obId), number]]) {
      for (let at = bytes.indexOf(from); at >= 0 && from.length === to.length;
        at = bytes.indexOf(from, at + 1)) {
        bytes.write(to, at, 'latin1');
      }
    }
  }

  // --- faults: { when: before|after, match, action: drop|die|hang|error,
  // times }, taken once per time

  takeFault(when, sql) {
    const fault = this.faults.find((one) => one.when === when
      && new RegExp(one.match ?? '.', 'i').test(sql));
    if (!fault) return null;
    fault.times = (fault.times ?? 1) - 1;
    if (fault.times <= 0) this.faults.splice(this.faults.indexOf(fault), 1);
    return fault;
  }
}

module.exports = { Cluster, timestamp, seconds, US };

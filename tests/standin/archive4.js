// archive4.js: the log archive of one tenant of a 4.x cluster: its destination, its rounds, and the steps between their states.
'use strict';

const { Refusal } = require('./errors.js');

const US_PER_DAY = 86400000000n;
const BYTES_PER_SECOND = 100000n;

// Where a round may go when the tenant's log mode is NOARCHIVELOG: not from
// PREPARE, which comes to BEGINNING first.
const STOPPABLE = ['BEGINNING', 'DOING', 'INTERRUPTED', 'SUSPENDING', 'SUSPEND'];

function scn(us) {
  return us === null ? 0n : us * 1000n;
}

// As newer kernels store it: text, nine digits, in a zone of its own.
function display(us) {
  if (us === null) return null;
  const local = new Date(Number(us / 1000n) + 8 * 3600000).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 19)}.000000000`;
}

function megabytes(bytes) {
  return `${(Number(bytes) / 1048576).toFixed(2)}MB`;
}

// What rounds and jobs show of a path: its root and host, no credentials.
function withoutKeys(path) {
  const [place, query] = path.split('?');
  const host = /(?:^|&)(host=[^&]*)/.exec(query ?? '');
  return host ? `${place}?${host[1]}` : place;
}

// "LOCATION=file:///x BINDING=Optional PIECE_SWITCH_INTERVAL=1d"
function parseDestination(value) {
  const parts = Object.fromEntries(value.trim().split(/\s+/).map((part) => {
    const at = part.indexOf('=');
    return [part.slice(0, at).toUpperCase(), part.slice(at + 1)];
  }));
  if (!/^(?:file|oss|cos|s3|obs):\/\/./.test(parts.LOCATION ?? '')) {
    throw new Refusal('INVALID_DESTINATION');
  }
  return { path: parts.LOCATION, state: 'ENABLE',
    binding: (parts.BINDING ?? 'OPTIONAL').toUpperCase(),
    interval: parts.PIECE_SWITCH_INTERVAL ?? '1d' };
}

class Archive {
  constructor(cluster, tenant, options) {
    this.cluster = cluster;
    this.tenant = tenant;
    this.mode = 'NOARCHIVELOG';
    this.round = null;
    this.rounds = 0;
    this.pieces = 0;
    this.history = [];
    this.destination = null;
    if (options.destination !== null) {
      this.setDestination(options.destination
        ?? `LOCATION=file:///backup/${tenant.id}/archive`);
    }
    if (options.archiving) this.alreadyDoing();
  }

  alreadyDoing() {
    this.mode = 'ARCHIVELOG';
    this.newRound();
    this.to('BEGINNING');
    this.to('DOING');
  }

  // --- statements

  open() {
    if (!this.tenant.canArchive()) throw new Refusal('CANNOT_START_ARCHIVE');
    if (this.mode === 'ARCHIVELOG') throw new Refusal('ALREADY_ARCHIVELOG');
    this.mode = 'ARCHIVELOG';
  }

  shut() {
    if (this.mode === 'NOARCHIVELOG') {
      throw new Refusal('ALREADY_NOARCHIVELOG');
    }
    this.mode = 'NOARCHIVELOG';
  }

  setDestination(value) {
    if (this.mode === 'ARCHIVELOG') {
      throw new Refusal('NOT_ALLOWED',
        'set log_archive_dest when log archive is running is not allowed');
    }
    const id = (this.destination?.id ?? 1000 + this.tenant.id) + 1;
    this.destination = { id, ...parseDestination(value) };
  }

  setState(value) {
    const word = value.toUpperCase();
    if (!['DEFER', 'ENABLE'].includes(word)) {
      throw new Refusal('INVALID_ARGUMENT', 'log_archive_dest_state');
    }
    if (!this.destination) throw new Refusal('INVALID_DESTINATION');
    this.destination.state = word;
  }

  // --- the scheduler

  step() {
    if (this.frozen) return;
    const status = this.round?.status ?? 'STOP';
    if (this.mode === 'ARCHIVELOG') {
      this.stepOn(status);
    } else {
      this.stepOff(status);
    }
  }

  stepOn(status) {
    const media = this.cluster.mediaAlive;
    const enabled = this.destination?.state === 'ENABLE';
    if (status === 'STOP' && enabled) this.newRound();
    if (status === 'PREPARE') this.to('BEGINNING');
    if (status === 'BEGINNING' && media) this.to('DOING');
    if (['DOING', 'INTERRUPTED'].includes(status) && !enabled) {
      this.to('SUSPENDING');
    }
    if (status === 'SUSPENDING' && media) this.to('SUSPEND');
    if (status === 'SUSPEND' && enabled) this.to('BEGINNING');
    if (status === 'DOING') this.progress();
  }

  stepOff(status) {
    if (status === 'PREPARE') this.to('BEGINNING');
    if (STOPPABLE.includes(status)) this.to('STOPPING');
    if (status === 'STOPPING' && this.cluster.mediaAlive) {
      this.to('STOP');
      this.history.push({ ...this.round });
    }
  }

  newRound() {
    this.rounds += 1;
    this.pieces = (this.round?.piece ?? 0) + 1;
    this.round = { id: this.rounds, status: 'PREPARE', start: null,
      checkpoint: null, comment: '', base: this.pieces, piece: this.pieces,
      path: withoutKeys(this.destination.path), destination: this.destination.id };
  }

  to(status) {
    const { round, cluster } = this;
    if (round.status === 'DOING') this.progress();
    round.status = status;
    if (status === 'BEGINNING' && round.start === null) {
      round.start = cluster.clock;
      round.checkpoint = cluster.clock;
    }
  }

  // The checkpoint follows the clock, and stands when the media is dead.
  progress() {
    const { round, cluster } = this;
    if (round?.status !== 'DOING' || this.frozen || !cluster.mediaAlive) return;
    const next = cluster.clock - cluster.lag;
    if (next > round.checkpoint) round.checkpoint = next;
  }

  interrupt(comment) {
    this.to('INTERRUPTED');
    this.round.comment = comment ?? 'log stream 1001 interrupted.';
  }

  // A state that this stand-in knows nothing of; it stays as it is.
  force(status) {
    if (!this.round) this.newRound();
    this.to(status);
    this.frozen = true;
  }

  // --- rows

  row(round) {
    const { start, checkpoint } = round;
    const lasted = start === null ? 0n : (checkpoint - start) / 1000000n;
    const input = lasted * BYTES_PER_SECOND;
    return { TENANT_ID: this.tenant.id, DEST_ID: round.destination,
      ROUND_ID: round.id, INCARNATION: 1, DEST_NO: 0, STATUS: round.status,
      START_SCN: scn(start), START_SCN_DISPLAY: display(start),
      CHECKPOINT_SCN: scn(checkpoint),
      CHECKPOINT_SCN_DISPLAY: display(checkpoint), COMPATIBLE: 1,
      BASE_PIECE_ID: round.base, USED_PIECE_ID: round.piece,
      PIECE_SWITCH_INTERVAL: this.cluster.version[1] === 0
        ? '1d' : US_PER_DAY, UNIT_SIZE: 16384, COMPRESSION: 'none',
      INPUT_BYTES: input, INPUT_BYTES_DISPLAY: megabytes(input),
      OUTPUT_BYTES: input, OUTPUT_BYTES_DISPLAY: megabytes(input),
      COMPRESSION_RATIO: '1.00', DELETED_INPUT_BYTES: 0,
      DELETED_INPUT_BYTES_DISPLAY: '0.00MB', DELETED_OUTPUT_BYTES: 0,
      DELETED_OUTPUT_BYTES_DISPLAY: '0.00MB', COMMENT: round.comment,
      PATH: round.path };
  }

  pieceRow(round, ended) {
    const row = this.row(round);
    const end = round.start === null ? null : round.start + US_PER_DAY;
    return { ...row, PIECE_ID: round.piece,
      STATUS: ended ? 'FROZEN' : 'ACTIVE', MAX_SCN: row.CHECKPOINT_SCN,
      END_SCN: scn(end), END_SCN_DISPLAY: display(end),
      FILE_STATUS: 'AVAILABLE' };
  }

  addTo(rows) {
    this.progress();
    const current = this.round ? [this.row(this.round)] : [];
    const stopped = this.history.map((round) =>
      ({ ...this.row(round), STATUS: 'STOP' }));
    const alive = current.filter((row) => row.STATUS !== 'STOP');
    rows.CDB_OB_ARCHIVELOG.push(...current);
    rows.CDB_OB_ARCHIVELOG_SUMMARY.push(...stopped, ...alive);
    rows.CDB_OB_ARCHIVELOG_PIECE_FILES.push(
      ...this.history.map((round) => this.pieceRow(round, true)),
      ...alive.map(() => this.pieceRow(this.round, false)));
    this.addDestination(rows.CDB_OB_ARCHIVE_DEST);
  }

  // The pages of 4.0 have these, the first word misspelt.
  asEarlyPagesPrint(values) {
    if (values.state === 'ENABLE') values.state = 'ENBALE';
    values.checkpoint_interval = '120s';
  }

  addDestination(list) {
    const place = this.destination;
    if (!place) return;
    const values = { binding: place.binding, dest_id: place.id,
      path: place.path, piece_switch_interval: place.interval,
      state: place.state };
    if (this.cluster.version[1] === 0) this.asEarlyPagesPrint(values);
    for (const [name, value] of Object.entries(values)) {
      list.push({ TENANT_ID: this.tenant.id, DEST_NO: 0, NAME: name,
        VALUE: String(value) });
    }
  }
}

module.exports = { Archive, scn, display, withoutKeys };

// archive2.js: the log archive of a 2.2 or 3.x cluster, all tenants together, and its copy, the second backup of the log.
'use strict';

const { Refusal } = require('./errors.js');

const BYTES_PER_SECOND = 100000n;

class Archive2 {
  constructor(cluster, options) {
    this.cluster = cluster;
    this.switchedOff = options.archiveOff ?? false;
    this.round = null;
    this.wanted = false;
    this.history = [];
    this.copying = null;
    if (options.archiving) {
      this.open();
      this.to('BEGINNING');
      this.to('DOING');
    }
  }

  // --- statements

  open() {
    if (this.switchedOff) throw new Refusal('IN_STOP_STATE');
    if (!this.cluster.settings.backup_dest) {
      throw new Refusal('INVALID_DESTINATION');
    }
    if (!['STOP', undefined].includes(this.round?.status)) {
      throw new Refusal('CANNOT_START_ARCHIVE');
    }
    this.wanted = true;
    this.round = { id: (this.round?.id ?? 0) + 1, status: 'BEGINNING',
      start: this.cluster.clock, checkpoint: this.cluster.clock };
  }

  shut() {
    if (['STOP', undefined].includes(this.round?.status)) {
      throw new Refusal('ALREADY_STOPPED_ARCHIVE');
    }
    this.wanted = false;
    this.to('STOPPING');
  }

  startCopy() {
    if (!this.cluster.settings.backup_backup_dest) {
      throw new Refusal('SECOND_CANNOT_START', 'backup backup dest is not set');
    }
    this.copying = { status: 'DOING', start: this.cluster.clock };
  }

  stopCopy() {
    if (this.copying) this.copying.status = 'STOP';
  }

  // --- the scheduler

  step() {
    const { round, cluster } = this;
    if (!round || this.frozen || !cluster.mediaAlive) return;
    if (round.status === 'BEGINNING') {
      this.to('DOING');
    } else if (round.status === 'STOPPING') {
      this.to('STOP');
      this.history.push({ ...round });
    } else {
      this.progress();
    }
  }

  to(status) {
    this.progress();
    this.round.status = status;
  }

  progress() {
    const { round, cluster } = this;
    if (round?.status !== 'DOING' || this.frozen || !cluster.mediaAlive) return;
    const next = cluster.clock - cluster.lag;
    if (next > round.checkpoint) round.checkpoint = next;
  }

  interrupt() {
    this.to('INTERRUPTED');
  }

  force(status) {
    if (!this.round) this.open();
    this.to(status);
    this.frozen = true;
  }

  // --- rows

  row(round, tenant) {
    const lasted = (round.checkpoint - round.start) / 1000000n;
    const bytes = lasted * BYTES_PER_SECOND;
    return { INCARNATION: 1, LOG_ARCHIVE_ROUND: round.id, TENANT_ID: tenant,
      STATUS: round.status, START_PIECE_ID: 1, BACKUP_PIECE_ID: round.id,
      MIN_FIRST_TIME: round.start, MAX_NEXT_TIME: round.checkpoint,
      INPUT_BYTES: bytes, OUTPUT_BYTES: bytes, COMPRESSION_RATIO: '1.00',
      INPUT_BYTES_DISPLAY: `${bytes / 1048576n}.00MB`,
      OUTPUT_BYTES_DISPLAY: `${bytes / 1048576n}.00MB` };
  }

  addTo(rows) {
    this.progress();
    const { round, history } = this;
    for (const tenant of this.cluster.tenantIds()) {
      if (round) {
        rows.CDB_OB_BACKUP_ARCHIVELOG.push(this.row(round, tenant));
      }
      rows.CDB_OB_BACKUP_ARCHIVELOG_SUMMARY.push(
        ...history.map((one) => ({ ...this.row(one, tenant), STATUS: 'STOP' })),
        ...(round && round.status !== 'STOP' ? [this.row(round, tenant)] : []));
    }
    this.addCopy(rows);
  }

  addCopy(rows) {
    if (!this.copying || !this.round) return;
    for (const tenant of this.cluster.tenantIds()) {
      const row = { ...this.row(this.round, tenant), COPY_ID: 1,
        STATUS: this.copying.status };
      rows.CDB_OB_BACKUP_BACKUP_ARCHIVELOG.push(row);
      rows.CDB_OB_BACKUP_BACKUP_ARCHIVELOG_SUMMARY.push({ ...row });
    }
  }
}

module.exports = { Archive2 };

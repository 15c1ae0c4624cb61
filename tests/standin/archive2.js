// archive2.js: the log archive of a 2.2 or 3.x cluster, all tenants together, and its copy, the second backup of the log.
'use strict';

const { Refusal } = require('./errors.js');

const BYTES_PER_SECOND = 100000n;
const PIECES_SECONDS = 80;

class Archive2 {
  constructor(cluster, options) {
    this.cluster = cluster;
    this.switchedOff = options.archiveOff ?? false;
    this.round = null;
    this.wanted = false;
    this.history = [];
    this.copying = null;
    this.pieceJob = null;
    this.pieceJobs = [];
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

  // A job that copies the pieces that there are.
  copyPieces(call) {
    if (!(call.destination || this.cluster.settings.backup_backup_dest)) {
      throw new Refusal('SECOND_CANNOT_START', 'backup backup dest is not set');
    }
    if (this.pieceJob) throw new Refusal('BACKUP_IN_PROGRESS');
    this.pieceJob = { id: this.pieceJobs.length + 1, status: 'SCHEDULE',
      piece: call.id, times: call.times, start: this.cluster.clock,
      destination: call.destination
        ?? this.cluster.settings.backup_backup_dest, result: 0 };
  }

  cancelPieces() {
    if (!this.pieceJob) return;
    Object.assign(this.pieceJob, { status: 'CANCEL', result: -4072 });
    this.endPieces();
  }

  endPieces() {
    this.pieceJobs.push(this.pieceJob);
    this.pieceJob = null;
  }

  // --- the scheduler

  step() {
    this.stepArchive();
    const job = this.pieceJob;
    if (!job) return;
    const passed = Number(this.cluster.clock - job.start) / 1e6;
    job.status = passed < PIECES_SECONDS ? 'BACKUP' : 'FINISH';
    if (job.status === 'FINISH') this.endPieces();
  }

  stepArchive() {
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

  pieceRow(job) {
    return { JOB_ID: job.id, TENANT_ID: 1, INCARNATION: 1,
      BACKUP_PIECE_ID: job.piece, MAX_BACKUP_TIMES: job.times,
      RESULT: job.result, STATUS: job.status, BACKUP_DEST: job.destination,
      TYPE: job.piece ? 'SINGLE_BACKUP_PIECE' : 'ALL_BACKUP_PIECE' };
  }

  addCopy(rows) {
    rows.CDB_OB_BACKUP_BACKUPPIECE_JOB_HISTORY.push(
      ...this.pieceJobs.map((job) => this.pieceRow(job)));
    if (this.pieceJob) {
      rows.CDB_OB_BACKUP_BACKUPPIECE_JOB.push(this.pieceRow(this.pieceJob));
    }
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

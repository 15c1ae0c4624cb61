// backup2.js: data backups and their second backups of a 2.2 or 3.x cluster, with a row per tenant, tenant 1 being the cluster.
'use strict';

const { Refusal } = require('./errors.js');

const WORK_SECONDS = 60;
const COPY_SECONDS = 100;
const CLEAN_SECONDS = 20;
const PARTITIONS = 500;
const BLOCKS = 800;
const BLOCK_BYTES = 2000000;
const CANCELED = -4072;

function display(bytes) {
  return `${(bytes / 1048576).toFixed(2)}MB`;
}

class Backups2 {
  constructor(cluster) {
    this.cluster = cluster;
    this.current = null;
    this.history = [];
    this.lastSet = 0;
    this.second = null;
    this.secondHistory = [];
    this.lastJob = 0;
    this.plannedFailures = [];
    this.plannedSecondFailures = [];
  }

  // --- statements

  start(type) {
    const refused = (text) => new Refusal('BACKUP_CANNOT_START', text);
    if (!this.cluster.settings.backup_dest) {
      throw new Refusal('INVALID_DESTINATION');
    }
    if (this.cluster.archive.round?.status !== 'DOING') {
      throw refused('log archive status is not doing.');
    }
    if (this.current) throw new Refusal('BACKUP_IN_PROGRESS');
    const full = this.history.some((set) => set.type === 'D'
      && set.status === 'COMPLETED');
    if (type === 'I' && !full) throw refused('no full backup exists.');
    this.lastSet += 1;
    this.current = { id: this.lastSet, type, start: this.cluster.clock,
      seen: this.cluster.clock, end: null, status: 'RUNNING', done: 0,
      copies: 0, fileStatus: 'COPYING' };
  }

  cancel() {
    if (!this.current || this.current.status !== 'RUNNING') return;
    this.end(this.current, 'FAILED', CANCELED);
  }

  startSecond(call) {
    const destination = call.destination
      ?? this.cluster.settings.backup_backup_dest;
    if (!destination) {
      throw new Refusal('SECOND_CANNOT_START', 'backup backup dest is not set');
    }
    if (this.second) throw new Refusal('BACKUP_IN_PROGRESS');
    const sets = this.history.filter((set) => set.status === 'COMPLETED'
      && set.fileStatus === 'AVAILABLE'
      && (call.id ? set.id === call.id : set.copies < call.times));
    if (sets.length === 0) throw new Refusal('SECOND_MAX_TIMES');
    this.lastJob += 1;
    this.second = { id: this.lastJob, status: 'SCHEDULE', destination, sets,
      times: call.times, set: call.id, start: this.cluster.clock, done: 0,
      tenant: call.tenantId ?? 1, end: null, result: 0,
      copy: Math.max(...sets.map((set) => set.copies)) + 1 };
  }

  cancelSecond() {
    if (!this.second) return;
    Object.assign(this.second, { status: 'CANCEL', result: CANCELED,
      end: this.cluster.clock });
  }

  // --- the scheduler

  step() {
    this.stepCurrent();
    this.stepSecond();
  }

  stepCurrent() {
    const set = this.current;
    if (!set) return;
    if (set.status !== 'RUNNING') {
      this.history.push(set);
      this.current = null;
      return;
    }
    const passed = Number(this.cluster.clock - set.start) / 1e6;
    set.seen = this.cluster.clock;
    set.done = Math.min(1, passed / WORK_SECONDS);
    const failure = set.done >= 0.5 && this.plannedFailures.shift();
    if (failure) {
      this.end(set, 'FAILED', failure.result);
    } else if (set.done === 1) {
      this.end(set, 'COMPLETED', 0);
    }
  }

  end(set, status, result) {
    Object.assign(set, { status, result, end: this.cluster.clock,
      seen: this.cluster.clock,
      fileStatus: status === 'COMPLETED' ? 'AVAILABLE' : 'INCOMPLETE' });
  }

  stepSecond() {
    const job = this.second;
    if (!job) return;
    if (['FINISH', 'CANCEL'].includes(job.status)) {
      this.secondHistory.push(job);
      this.second = null;
      return;
    }
    const passed = Number(this.cluster.clock - job.start) / 1e6;
    job.done = Math.min(1, passed / COPY_SECONDS);
    job.status = passed < COPY_SECONDS ? 'BACKUP' : 'CLEAN';
    const failure = job.done >= 0.5 && this.plannedSecondFailures.shift();
    if (failure || passed >= COPY_SECONDS + CLEAN_SECONDS) {
      this.endSecond(job, failure?.result ?? 0);
    }
  }

  endSecond(job, result) {
    Object.assign(job, { status: 'FINISH', result, end: this.cluster.clock });
    if (result === 0) {
      for (const set of job.sets) set.copies = job.copy;
    }
  }

  // --- rows

  figures(set, tenant) {
    const share = tenant === 1 ? 0 : 1;
    const blocks = Math.round(BLOCKS * set.done) * share;
    const bytes = blocks * BLOCK_BYTES;
    const lasted = set.end ? Number(set.end - set.start) / 1e6 : 0;
    return { INCARNATION: 1, BS_KEY: set.id, BACKUP_TYPE: set.type,
      TENANT_ID: tenant, PARTITION_COUNT: PARTITIONS * share,
      MACRO_BLOCK_COUNT: BLOCKS * share,
      FINISH_PARTITION_COUNT: Math.round(PARTITIONS * set.done) * share,
      FINISH_MACRO_BLOCK_COUNT: blocks, INPUT_BYTES: bytes,
      OUTPUT_BYTES: bytes, START_TIME: set.start, COMPLETION_TIME: set.seen,
      STATUS: set.status, ENCRYPTION_MODE: 'NONE', KEEP: 'NO', KEEP_UNTIL: '',
      COMPRESSED: 'NO', DEVICE_TYPE: 'file', COPY_ID: 0,
      ELAPSED_SECONDES: Math.round(lasted), COMPRESSION_RATIO: '1.00',
      OUTPUT_RATE_BYTES: lasted > 0 ? (bytes / lasted).toFixed(4) : 0,
      OUTPUT_BYTES_DISPLAY: display(bytes),
      OUTPUT_RATE_BYTES_DISPLAY: `${display(bytes / (lasted || 1))}/S`,
      TIME_TAKEN_DISPLAY: new Date(lasted * 1000).toISOString().slice(11, 19),
      FILE_STATUS: set.fileStatus, BACKUP_LEVEL: 'CLUSTER',
      START_REPLAY_LOG_TS: set.start, DATE: 20261122 };
  }

  addTo(rows) {
    const tenants = this.cluster.tenantIds();
    const each = (list) => list.flatMap((set) =>
      tenants.map((tenant) => this.figures(set, tenant)));
    const current = this.current ? [this.current] : [];
    rows.CDB_OB_BACKUP_PROGRESS.push(...each(current));
    rows.CDB_OB_BACKUP_SET_DETAILS.push(...each(this.history));
    rows.CDB_OB_BACKUP_SET_FILES.push(...each([...this.history, ...current])
      .map((row) => ({ ...row,
        STATUS: row.STATUS === 'RUNNING' ? 'DOING' : row.STATUS })));
    this.addSecond(rows);
  }

  jobRow(job) {
    return { JOB_ID: job.id, TENANT_ID: job.tenant, INCARNATION: 1,
      BACKUP_SET_ID: job.set, TENANT_NAME: '',
      TYPE: job.set ? 'SINGLE_BACKUP_SET' : 'ALL_BACKUP_SET',
      STATUS: job.status, BACKUP_DEST: job.destination,
      MAX_BACKUP_TIMES: job.times, RESULT: job.result };
  }

  taskRows(job) {
    const states = { CANCEL: 'FAILED',
      FINISH: job.result === 0 ? 'COMPLETED' : 'FAILED' };
    return job.sets.flatMap((set) => this.cluster.tenantIds().map((tenant) => {
      const row = this.figures({ ...set, done: job.done, start: job.start,
        end: job.end, seen: this.cluster.clock }, tenant);
      return { ...row, JOB_ID: job.id, COPY_ID: job.copy, COMPLETION_TIME:
        job.end, STATUS: states[job.status] ?? 'RUNNING',
      TOTAL_PG_COUNT: 10, FINISH_PG_COUNT: Math.round(10 * job.done),
      TOTAL_PARTITION_COUNT: row.PARTITION_COUNT,
      TOTAL_MACRO_BLOCK_COUNT: row.MACRO_BLOCK_COUNT,
      SRC_DEVICE_TYPE: 'file', DST_DEVICE_TYPE: 'file' };
    }));
  }

  addSecond(rows) {
    const current = this.second ? [this.second] : [];
    rows.CDB_OB_BACKUP_BACKUPSET_JOB.push(
      ...current.map((job) => this.jobRow(job)));
    rows.CDB_OB_BACKUP_BACKUPSET_JOB_HISTORY.push(
      ...this.secondHistory.map((job) => this.jobRow(job)));
    rows.CDB_OB_BACKUP_BACKUPSET_TASK.push(
      ...current.flatMap((job) => this.taskRows(job)));
    const copies = this.secondHistory.flatMap((job) => this.taskRows(job));
    rows.CDB_OB_BACKUP_BACKUPSET_TASK_HISTORY.push(...copies);
    rows.CDB_OB_BACKUP_SET_FILES.push(...copies
      .filter((row) => row.STATUS === 'COMPLETED')
      .map((row) => ({ ...row })));
  }
}

module.exports = { Backups2 };

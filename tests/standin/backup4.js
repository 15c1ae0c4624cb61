// backup4.js: data backups of a 4.x cluster: jobs of sys and their children, tasks stage by stage, sets, refusals that leave only an event.
'use strict';

const { Refusal } = require('./errors.js');
const { scn, display, withoutKeys } = require('./archive4.js');

// Stages of a task and the seconds, since its start, at which each begins.
const STAGES = [['INIT', 0], ['BACKUP_SYS_META', 5], ['BACKUP_USER_META', 10],
  ['BACKUP_DATA_SYS', 15], ['BACKUP_DATA_MINOR', 20], ['BACKUP_DATA_MAJOR', 30],
  ['BACKUP_LOG', 70], ['COMPLETED', 80]];
const STAGES_40 = [['INIT', 0], ['BACKUP_META', 5], ['BACKUP_DATA', 15],
  ['BACKUP_LOG', 70], ['COMPLETED', 80]];
const STAGES_433 = [['INIT', 0], ['BACKUP_SYS_META', 5],
  ['BACKUP_USER_META', 10], ['BACKUP_META_FINISH', 15],
  ['BACKUP_DATA_MINOR', 20], ['BACKUP_DATA_MAJOR', 30],
  ['BACKUP_FUSE_TABLET_META', 60], ['BEFORE_BACKUP_LOG', 65],
  ['BACKUP_LOG', 70], ['COMPLETED', 80]];
const ENDED = ['COMPLETED', 'FAILED', 'CANCELED'];
const MACRO_BLOCKS = 800;
const BLOCK_BYTES = 2000000;
const CANCELED = -4072;

class Backups {
  constructor(cluster) {
    this.cluster = cluster;
    this.jobs = [];
    this.history = [];
    this.sets = [];
    this.events = [];
    this.lastJob = new Map();
    this.lastSet = new Map();
    this.lastTask = 0;
    this.plannedFailures = [];
    const [major, minor, patch] = cluster.version;
    this.stages = STAGES;
    if (major === 4 && minor === 0) this.stages = STAGES_40;
    if (major > 4 || minor > 3 || (minor === 3 && patch >= 3)) {
      this.stages = STAGES_433;
    }
  }

  next(map, tenant) {
    map.set(tenant, (map.get(tenant) ?? 0) + 1);
    return map.get(tenant);
  }

  event(name, values) {
    const row = { TIMESTAMP: this.cluster.clock, MODULE: 'backup_data',
      EVENT: name, EXTRA_INFO: '', RS_SVR_IP: '127.0.0.1', RS_SVR_PORT: 2882 };
    Object.entries(values).forEach(([key, value], i) => {
      row[`NAME${i + 1}`] = key;
      row[`VALUE${i + 1}`] = String(value);
    });
    this.events.push(row);
  }

  // --- statements

  // What keeps a tenant from being backed up by sys; null: nothing.
  obstacle(tenant, initiator) {
    const refused = (text) => new Refusal('BACKUP_CANNOT_START', text);
    if (!tenant.canBeBackedUp()) return refused('tenant status is not normal.');
    if (tenant.archive.round?.status !== 'DOING') {
      return refused('log archive status is not doing.');
    }
    if (this.jobs.some((job) => job.tenant === tenant.id
        && job.initiator === initiator)) {
      return new Refusal('BACKUP_IN_PROGRESS');
    }
    if (!tenant.dataDestination) return refused('backup dest is not set.');
    return null;
  }

  start(call, chosen) {
    try {
      if (call.plus && this.cluster.version[1] < 1) {
        throw new Refusal('NOT_SUPPORTED', 'plus archive is not supported');
      }
      const tenants = chosen ?? this.cluster.tenants
        .filter((tenant) => !this.obstacle(tenant, 1));
      if (chosen) {
        const refusal = chosen.map((tenant) => this.obstacle(tenant, 1))
          .find((one) => one);
        if (refusal) throw refusal;
      }
      if (tenants.length === 0) {
        throw new Refusal('BACKUP_CANNOT_START', 'no tenant meets the backup '
          + 'condition, please check the tenant status, log archive status, '
          + 'backup data dest, and backup status for each tenant');
      }
      this.insertParent(call, tenants);
    } catch (error) {
      this.event('start_backup_data', { tenant_id: 1, result: -error.code });
      throw error;
    }
    this.event('start_backup_data', { tenant_id: 1, result: 0 });
  }

  insertParent(call, tenants) {
    const id = this.next(this.lastJob, 1);
    this.jobs.push({ tenant: 1, id, set: 0, initiator: 1, initiatorJob: id,
      executors: tenants.map((tenant) => tenant.id), level: 'CLUSTER',
      type: call.type, plus: call.plus, start: this.cluster.clock, end: null,
      status: 'INIT', result: 0, comment: '', description: call.description,
      path: call.destination ?? '' });
  }

  cancel(ids) {
    const jobs = this.jobs.filter((job) => !ENDED.includes(job.status)
      && (!ids || ids.includes(job.tenant)
        || (job.tenant === 1 && job.executors.every((id) => ids.includes(id)))));
    for (const job of jobs) job.status = 'CANCELING';
  }

  // --- the scheduler

  step() {
    const { clock } = this.cluster;
    for (const job of [...this.jobs]) {
      if (ENDED.includes(job.status)) {
        this.leave(job);
      } else if (job.status === 'CANCELING') {
        this.end(job, 'CANCELED', CANCELED, 'Operation canceled');
      } else if (job.tenant === 1) {
        this.stepParent(job);
      } else if (job.start < clock) {
        this.stepChild(job);
      }
    }
  }

  // A job that has ended stays among the running ones for a step, and is in
  // neither view for another, as two reads of a real cluster may see it.
  leave(job) {
    if (job.leaving) {
      this.jobs.splice(this.jobs.indexOf(job), 1);
      this.history.push(job);
    }
    job.leaving = true;
  }

  children(parent) {
    return [...this.jobs, ...this.history].filter((job) =>
      job.initiator === 1 && job.initiatorJob === parent.id
        && job.tenant !== 1);
  }

  stepParent(job) {
    if (job.status === 'INIT') {
      job.status = 'DOING';
      job.executors.forEach((id) => this.insertChild(job, id));
      return;
    }
    const children = this.children(job);
    if (children.every((child) => ENDED.includes(child.status))) {
      const failed = children.find((child) => child.status === 'FAILED');
      this.end(job, failed ? 'FAILED' : 'COMPLETED', failed?.result ?? 0,
        failed?.comment ?? '');
    }
  }

  // What has come in the way since leaves nothing but an event.
  insertChild(parent, id) {
    const tenant = this.cluster.tenants.find((one) => one.id === id);
    const refusal = this.obstacle(tenant, 1);
    this.event('start_backup_data',
      { tenant_id: id, result: refusal ? -refusal.code : 0 });
    if (refusal) return;
    const before = this.sets.filter((set) => set.tenant === id
      && set.fileStatus === 'AVAILABLE');
    const type = before.length === 0 ? 'FULL' : parent.type;
    const job = { ...parent, tenant: id, executors: [id], type,
      level: 'USER_TENANT', id: this.next(this.lastJob, id),
      set: this.next(this.lastSet, id), initiatorJob: parent.id,
      start: this.cluster.clock, status: 'INIT',
      path: withoutKeys(parent.path || tenant.dataDestination) };
    this.lastTask += 1;
    job.task = { id: this.lastTask, status: 'INIT', blocks: 0 };
    this.jobs.push(job);
    this.insertSet(job, before);
  }

  insertSet(job, before) {
    const full = before.filter((set) => set.job.type === 'FULL').pop();
    this.sets.push({ tenant: job.tenant, id: job.set, job,
      fileStatus: 'COPYING',
      previousFull: job.type === 'FULL' ? 0 : full.id,
      previous: job.type === 'FULL' ? 0 : before[before.length - 1].id });
  }

  stepChild(job) {
    const passed = Number(this.cluster.clock - job.start) / 1e6;
    const [stage] = this.stages.filter(([, from]) => from <= passed).pop();
    job.status = 'DOING';
    if (job.task.held) return;
    job.task.status = stage;
    job.task.blocks = Math.round(MACRO_BLOCKS
      * Math.min(1, Math.max(0, (passed - 30) / 40)));
    const failure = this.plannedFailures.find((one) => one.tenant === job.tenant
      && one.stage === stage);
    if (failure) {
      this.plannedFailures.splice(this.plannedFailures.indexOf(failure), 1);
      this.end(job, 'FAILED', failure.result, failure.comment);
      this.event('deal with failed job', { tenant_id: job.tenant,
        job_id: job.id, result: failure.result,
        trace_id: failure.trace ?? 'YB427F000001-0006-0' });
    } else if (stage === 'COMPLETED') {
      this.end(job, 'COMPLETED', 0, '');
    }
  }

  end(job, status, result, comment) {
    job.status = status;
    // RESULT is printed with its sign, and in some versions without.
    job.result = this.cluster.version[1] === 1 ? Math.abs(result) : result;
    job.comment = comment;
    job.end = this.cluster.clock;
    if (!job.task) return;
    job.task.status = status;
    const set = this.sets.find((one) => one.job === job);
    set.fileStatus = status === 'COMPLETED' ? 'AVAILABLE' : 'INCOMPLETE';
  }

  // --- rows

  jobRow(job) {
    return { TENANT_ID: job.tenant, JOB_ID: job.id, INCARNATION: 1,
      BACKUP_SET_ID: job.set, INITIATOR_TENANT_ID: job.initiator,
      INITIATOR_JOB_ID: job.initiatorJob,
      EXECUTOR_TENANT_ID: job.executors.join(','),
      PLUS_ARCHIVELOG: job.plus ? 'ON' : 'OFF', BACKUP_TYPE: job.type,
      JOB_LEVEL: job.level, ENCRYPTION_MODE: 'NONE', PASSWD: '',
      START_TIMESTAMP: job.start, END_TIMESTAMP: job.end, STATUS: job.status,
      RESULT: job.result, COMMENT: job.comment, DESCRIPTION: job.description,
      PATH: job.path };
  }

  figures(job) {
    const { blocks } = job.task;
    const bytes = blocks * BLOCK_BYTES;
    const lasted = Number((job.end ?? this.cluster.clock) - job.start) / 1e6;
    return { TENANT_ID: job.tenant, INCARNATION: 1, BACKUP_SET_ID: job.set,
      START_TIMESTAMP: job.start, END_TIMESTAMP: job.end, INPUT_BYTES: bytes,
      OUTPUT_BYTES: bytes / 2, EXTRA_META_BYTES: 4096, FILE_COUNT: 12,
      OUTPUT_RATE_BYTES: lasted > 0 ? (bytes / 2 / lasted).toFixed(4) : 0,
      TABLET_COUNT: 500, FINISH_TABLET_COUNT: Math.round(blocks * 5 / 8),
      MACRO_BLOCK_COUNT: blocks > 0 ? MACRO_BLOCKS : 0,
      FINISH_MACRO_BLOCK_COUNT: blocks, META_TURN_ID: 1, DATA_TURN_ID: 1,
      MINOR_TURN_ID: 1, MAJOR_TURN_ID: 1, RESULT: job.result,
      COMMENT: job.comment, ENCRYPTION_MODE: 'NONE', PASSWD: '',
      PATH: job.path };
  }

  taskRow(job) {
    const done = job.task.blocks / MACRO_BLOCKS * 100;
    return { ...this.figures(job), TASK_ID: job.task.id, JOB_ID: job.id,
      STATUS: job.task.status, START_SCN: scn(job.start),
      END_SCN: scn(job.end), USER_LS_START_SCN: scn(job.start),
      DATA_PROGRESS: done.toFixed(2), LOG_FILE_COUNT: 0,
      FINISH_LOG_FILE_COUNT: 0, LOG_PROGRESS: '0.00' };
  }

  setRow(set) {
    const { job } = set;
    const whole = set.fileStatus !== 'COPYING';
    const status = { COMPLETED: 'SUCCESS', FAILED: 'FAILED',
      CANCELED: 'FAILED' }[job.status] ?? 'DOING';
    const restorable = job.status === 'COMPLETED' ? job.end : null;
    return { ...this.figures(job), DEST_ID: 1000 + set.tenant + 500,
      BACKUP_TYPE: job.type, PREV_FULL_BACKUP_SET_ID: set.previousFull,
      PREV_INC_BACKUP_SET_ID: set.previous, STATUS: status,
      FILE_STATUS: set.fileStatus, PLUS_ARCHIVELOG: job.plus ? 'ON' : 'OFF',
      ELAPSED_SECONDES: whole && job.end
        ? (job.end - job.start) / 1000000n : 0,
      START_REPLAY_SCN: scn(job.start),
      START_REPLAY_SCN_DISPLAY: display(job.start),
      MIN_RESTORE_SCN: scn(restorable),
      MIN_RESTORE_SCN_DISPLAY: display(restorable),
      TENANT_COMPATIBLE: 17180065792n, BACKUP_COMPATIBLE: 4,
      CLUSTER_VERSION: this.cluster.versionText,
      CONSISTENT_SCN: scn(restorable) };
  }

  addTo(rows) {
    const tasks = (list) => list.filter((job) => job.task)
      .map((job) => this.taskRow(job));
    const seen = this.jobs.filter((job) => !job.leaving);
    rows.CDB_OB_BACKUP_JOBS.push(...seen.map((job) => this.jobRow(job)));
    rows.CDB_OB_BACKUP_JOB_HISTORY.push(
      ...this.history.map((job) => this.jobRow(job)));
    rows.CDB_OB_BACKUP_TASKS.push(...tasks(seen));
    rows.CDB_OB_BACKUP_TASK_HISTORY.push(...tasks(this.history));
    rows.CDB_OB_BACKUP_SET_FILES.push(
      ...this.sets.map((set) => this.setRow(set)));
    rows.DBA_OB_ROOTSERVICE_EVENT_HISTORY.push(...this.events);
  }
}

module.exports = { Backups };

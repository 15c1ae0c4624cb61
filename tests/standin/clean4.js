// clean4.js: cleanup jobs of a 4.x cluster, as a delete policy starts them.
'use strict';

const { Refusal } = require('./errors.js');

const ENDED = ['COMPLETED', 'FAILED', 'CANCELED'];
const WORK_SECONDS = 20;
const CANCELED = -4072;

class Cleanups {
  constructor(cluster) {
    this.cluster = cluster;
    this.policies = new Map();
    this.jobs = [];
    this.history = [];
    this.lastJob = new Map();
    this.plannedFailures = [];
  }

  addPolicy(call, tenants) {
    if (call.name !== 'default') {
      throw new Refusal('INVALID_ARGUMENT', 'policy_name');
    }
    for (const tenant of tenants) this.policies.set(tenant.id, call.window);
  }

  dropPolicy(tenants) {
    for (const tenant of tenants) this.policies.delete(tenant.id);
  }

  cancel(ids) {
    const jobs = this.jobs.filter((job) => !ENDED.includes(job.status)
      && (!ids || ids.includes(job.tenant)));
    if (jobs.length === 0) throw new Refusal('CANCEL_DELETE_NOT_ALLOWED');
    for (const job of jobs) job.status = 'CANCELING';
  }

  // What the hourly look of the policy does: sets: how many are obsolete.
  start(tenant, sets) {
    const id = (this.lastJob.get(tenant) ?? 0) + 1;
    this.lastJob.set(tenant, id);
    this.jobs.push({ tenant, id, start: this.cluster.clock, end: null,
      status: 'INIT', result: 0, comment: '', sets, done: 0 });
  }

  step() {
    for (const job of [...this.jobs]) {
      if (ENDED.includes(job.status)) {
        this.jobs.splice(this.jobs.indexOf(job), 1);
        this.history.push(job);
      } else if (job.status === 'CANCELING') {
        this.end(job, 'CANCELED', CANCELED, 'Operation canceled');
      } else if (this.cluster.clock > job.start) {
        this.stepJob(job);
      }
    }
  }

  stepJob(job) {
    const passed = Number(this.cluster.clock - job.start) / 1e6;
    job.status = 'DOING';
    job.done = Math.floor(job.sets * Math.min(1, passed / WORK_SECONDS));
    const failure = this.plannedFailures.find((one) =>
      one.tenant === job.tenant);
    if (failure) {
      this.plannedFailures.splice(this.plannedFailures.indexOf(failure), 1);
      this.end(job, 'FAILED', failure.result, failure.comment);
    } else if (passed >= WORK_SECONDS) {
      this.end(job, 'COMPLETED', 0, '');
    }
  }

  end(job, status, result, comment) {
    Object.assign(job, { status, result, comment, end: this.cluster.clock });
  }

  row(job) {
    return { TENANT_ID: job.tenant, JOB_ID: job.id, INCARNATION: 1,
      INITIATOR_TENANT_ID: job.tenant, INITIATOR_JOB_ID: job.id,
      EXECUTOR_TENANT_ID: String(job.tenant), TYPE: 'DELETE OBSOLETE BACKUP',
      PARAMETER: this.cluster.timeText(job.start - 7n * 86400000000n),
      JOB_LEVEL: job.tenant === 1 ? 'SYS_TENANT' : 'USER_TENANT',
      START_TIMESTAMP: job.start, END_TIMESTAMP: job.end, STATUS: job.status,
      TASK_COUNT: job.sets, SUCCESS_TASK_COUNT: job.done, RESULT: job.result,
      COMMENT: job.comment };
  }

  taskRows(job) {
    return Array.from({ length: job.sets }, (_, i) => ({
      TENANT_ID: job.tenant, TASK_ID: job.id * 100 + i, INCARNATION: 1,
      JOB_ID: job.id, TASK_TYPE: 'BACKUP SET', ID: i + 1, ROUND_ID: 0,
      DEST_ID: 1001, START_TIMESTAMP: job.start, END_TIMESTAMP: job.end,
      STATUS: i < job.done ? 'COMPLETED' : job.status, TOTAL_LS_COUNT: 2,
      FINISH_LS_COUNT: i < job.done ? 2 : 0, RESULT: job.result,
      COMMENT: job.comment, PATH: `file:///backup/${job.tenant}/data` }));
  }

  addTo(rows) {
    const add = (view, list) => rows[view].push(...list);
    add('CDB_OB_BACKUP_DELETE_JOBS', this.jobs.map((job) => this.row(job)));
    add('CDB_OB_BACKUP_DELETE_JOB_HISTORY',
      this.history.map((job) => this.row(job)));
    add('CDB_OB_BACKUP_DELETE_TASKS',
      this.jobs.flatMap((job) => this.taskRows(job)));
    add('CDB_OB_BACKUP_DELETE_TASK_HISTORY',
      this.history.flatMap((job) => this.taskRows(job)));
    add('CDB_OB_BACKUP_DELETE_POLICY', [...this.policies].map(([id, window]) =>
      ({ TENANT_ID: id, POLICY_NAME: 'default', RECOVERY_WINDOW: window })));
  }
}

module.exports = { Cleanups };

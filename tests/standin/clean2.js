// clean2.js: cleanups of a 2.2 or 3.x cluster: a live row per tenant, and a history in which everything is STOP.
'use strict';

const { Refusal } = require('./errors.js');

const WORK_SECONDS = 20;

class Cleanups2 {
  constructor(cluster) {
    this.cluster = cluster;
    this.current = null;
    this.history = [];
    this.lastJob = 0;
    this.plannedFailures = [];
  }

  start() {
    this.lastJob += 1;
    this.current = { id: this.lastJob, start: this.cluster.clock, end: null,
      status: 'PREPARE', error: '' };
  }

  cancel() {
    if (!this.current) throw new Refusal('CANCEL_DELETE_NOT_ALLOWED');
    this.end('canceled');
  }

  step() {
    const job = this.current;
    if (!job || job.start === this.cluster.clock) return;
    const passed = Number(this.cluster.clock - job.start) / 1e6;
    job.status = 'DOING';
    const failure = passed > 5 && this.plannedFailures.shift();
    if (failure || passed >= WORK_SECONDS) this.end(failure?.comment ?? '');
  }

  end(error) {
    Object.assign(this.current, { status: 'STOP', error,
      end: this.cluster.clock });
    this.history.push(this.current);
    this.current = null;
  }

  addTo(rows) {
    const live = this.current ?? { id: this.lastJob, start: null, end: null,
      status: 'STOP', error: '' };
    for (const tenant of this.cluster.tenantIds()) {
      rows.__all_virtual_backup_clean_info.push({ tenant_id: tenant,
        job_id: live.id, start_time: live.start ?? 0, end_time: 0,
        incarnation: 1, type: 'DELETE OBSOLETE BACKUP', status: live.status,
        parameter: '', error_msg: live.error, comment: '',
        clog_gc_snapshot: 0, result: 0, copy_id: 0 });
      rows.CDB_OB_BACKUP_CLEAN_HISTORY.push(...this.history.map((job) => ({
        TENANT_ID: tenant, BS_KEY: job.id, COPY_ID: 0, START_TIME: job.start,
        END_TIME: job.end, INCARNATION: 1, TYPE: 'DELETE OBSOLETE BACKUP',
        STATUS: 'STOP', PARAMETER: '', ERROR_MSG: job.error, COMMENT: '' })));
    }
  }
}

module.exports = { Cleanups2 };

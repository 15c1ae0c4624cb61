// cluster2.js: a played OceanBase 2.2.77 to 3.2, where backups are the whole cluster's.
'use strict';

const { Archive2 } = require('./archive2.js');
const { Backups2 } = require('./backup2.js');
const { Cleanups2 } = require('./clean2.js');
const { Cluster } = require('./cluster.js');
const { shapes2 } = require('./shapes2.js');

class Cluster2 extends Cluster {
  // options as of Cluster, and settings { backup_dest, backup_backup_dest },
  // archiving, archiveOff
  constructor(options) {
    super({ enterprise: options.version[0] === '2', ...options });
    this.shapes = shapes2(this.version, this.enterprise);
    this.nameViews();
    this.tenants = (options.tenants ?? []).map((one, index) =>
      ({ id: 1001 + index, ...one }));
    this.settings = { backup_dest: 'file:///backup', backup_backup_dest: '',
      backup_dest_option: '', ...options.settings };
    this.archive = new Archive2(this, options);
    this.backups = new Backups2(this);
    this.cleanups = new Cleanups2(this);
  }

  serverVersion() {
    if (this.enterprise && this.version[0] >= 3) {
      return `5.7.25-OceanBase-v${this.versionText}`;
    }
    return `${this.versionText}-OceanBase${this.enterprise ? '' : ' CE'}`;
  }

  versionComment() {
    const edition = this.enterprise ? '' : '_CE';
    return `OceanBase${edition} ${this.versionText} (r1-`
      + '0123456789abcdef0123456789abcdef01234567) (Built Jan  1 2022 00:00:00)';
  }

  // 1 is the cluster.
  tenantIds() {
    return [1, ...this.tenants.map((tenant) => tenant.id)];
  }

  step() {
    this.archive.step();
    this.backups.step();
    this.cleanups.step();
  }

  execute(call) {
    const actions = {
      ARCHIVELOG: () => this.archive.open(),
      NOARCHIVELOG: () => this.archive.shut(),
      SET: () => this.set(call.values),
      FREEZE: () => {},
      BACKUP: () => this.backups.start(call.type),
      'CANCEL BACKUP': () => this.backups.cancel(),
      'CANCEL FORCE': () => this.backups.cancel(),
      'CANCEL DELETE': () => this.cleanups.cancel(),
      'BACKUP BACKUPSET': () => this.backups.startSecond(call),
      'CANCEL BACKUPSET': () => this.backups.cancelSecond(),
      'BACKUP BACKUPPIECE': () => this.archive.copyPieces(call),
      'CANCEL BACKUPPIECE': () => this.archive.cancelPieces(),
      'START BACKUP ARCHIVELOG': () => this.archive.startCopy(),
      'STOP BACKUP ARCHIVELOG': () => this.archive.stopCopy(),
    };
    actions[call.verb]();
  }

  set(values) {
    for (const { name, value } of values) this.settings[name] = value;
  }

  rows() {
    const rows = Object.fromEntries(Object.keys(this.shapes)
      .map((view) => [view, []]));
    this.archive.addTo(rows);
    this.backups.addTo(rows);
    this.cleanups.addTo(rows);
    for (const tenant of [{ id: 1, name: 'sys' }, ...this.tenants]) {
      const row = { gmt_create: this.began, gmt_modified: this.began,
        tenant_id: tenant.id, tenant_name: tenant.name, zone_list: 'zone1',
        primary_zone: 'zone1', locked: 0, collation_type: 0, info: '',
        read_only: 0, locality: 'FULL{1}@zone1', previous_locality: '',
        compatibility_mode: 0, status: 'TENANT_STATUS_NORMAL',
        in_recyclebin: 0, replica_num: -1, rewrite_merge_version: 0 };
      rows.__all_tenant.push(row);
      rows.gv$tenant.push({ ...row });
    }
    this.addParameters(rows);
    return this.withTimes(rows);
  }

  addParameters(rows) {
    const values = { cluster: this.name, cluster_id: String(this.obId),
      ...this.settings };
    for (const [name, value] of Object.entries(values)) {
      const row = { zone: 'zone1', svr_type: 'observer', svr_ip: '127.0.0.1',
        svr_port: 2882, name, data_type: null, value, value_strict: value,
        info: '', need_reboot: 0, section: 'OBSERVER', visible_level: '',
        scope: 'CLUSTER', source: 'DEFAULT',
        edit_level: 'DYNAMIC_EFFECTIVE' };
      rows.__all_virtual_sys_parameter_stat.push(row);
      rows.standin_parameters.push({ ...row });
    }
  }
}

module.exports = { Cluster2 };

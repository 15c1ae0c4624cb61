// cluster4.js: a played OceanBase 4.x: tenants with their archives, data backups, cleanups, and what its views show of them.
'use strict';

const { Archive } = require('./archive4.js');
const { Backups } = require('./backup4.js');
const { Cleanups } = require('./clean4.js');
const { Cluster, timestamp } = require('./cluster.js');
const { Refusal } = require('./errors.js');
const { shapes4 } = require('./shapes4.js');

// status: NORMAL, CREATING, RESTORE, DROPPING; role: PRIMARY or STANDBY
class Tenant {
  constructor(cluster, options, index) {
    this.id = options.id ?? 1002 + 2 * index;
    this.name = options.name;
    this.status = options.status ?? 'NORMAL';
    this.role = options.role ?? 'PRIMARY';
    this.inRecyclebin = options.inRecyclebin ?? false;
    this.created = cluster.clock - 86400000000n * 30n;
    this.dataDestination = options.dataDestination === undefined
      ? `file:///backup/${this.id}/data` : options.dataDestination;
    this.standbyArchives = cluster.version[1] >= 2;
    this.archive = new Archive(cluster, this, options);
  }

  canArchive() {
    return this.canBeBackedUp()
      && (this.role === 'PRIMARY' || this.standbyArchives);
  }

  canBeBackedUp() {
    return this.status === 'NORMAL' && !this.inRecyclebin;
  }
}

class Cluster4 extends Cluster {
  constructor(options) {
    super(options);
    this.shapes = shapes4(this.version);
    this.nameViews();
    this.tenants = (options.tenants ?? []).map((one, index) =>
      new Tenant(this, one, index));
    this.backups = new Backups(this);
    this.cleanups = new Cleanups(this);
  }

  serverVersion() {
    const edition = this.enterprise ? '' : '_CE';
    return `5.7.25-OceanBase${edition}-v${this.versionText}`;
  }

  versionComment() {
    const edition = this.enterprise ? '' : '_CE';
    return `OceanBase${edition} ${this.versionText} (r100000000000000000000-`
      + '0123456789abcdef0123456789abcdef01234567) (Built Jan  1 2024 00:00:00)';
  }

  step() {
    for (const tenant of this.tenants) tenant.archive.step();
    this.backups.step();
    this.cleanups.step();
  }

  tenant(name) {
    const found = this.tenants.find((one) => one.name === name);
    if (!found) throw new Refusal('NO_TENANT');
    return found;
  }

  named(call) {
    return call.tenants ? call.tenants.map((name) => this.tenant(name)) : null;
  }

  execute(call) {
    const chosen = this.named(call);
    const ids = chosen?.map((tenant) => tenant.id);
    const actions = {
      ARCHIVELOG: () => this.forEach(chosen, (one) => one.archive.open()),
      NOARCHIVELOG: () => this.forEach(chosen, (one) => one.archive.shut()),
      SET: () => this.set(call.values, chosen),
      BACKUP: () => this.backups.start(call, chosen),
      'CANCEL BACKUP': () => this.backups.cancel(ids),
      'CANCEL DELETE': () => this.cleanups.cancel(ids),
      'ADD POLICY': () => this.cleanups.addPolicy(call, chosen ?? [{ id: 1 }]),
      'DROP POLICY': () => this.cleanups.dropPolicy(chosen ?? [{ id: 1 }]),
    };
    actions[call.verb]();
  }

  // The first refusal of a list is the answer; for all tenants none is told.
  forEach(chosen, action) {
    for (const tenant of chosen ?? this.tenants) {
      try {
        action(tenant);
      } catch (error) {
        if (chosen || !(error instanceof Refusal)) throw error;
      }
    }
  }

  set(values, chosen) {
    if (!chosen) throw new Refusal('NOT_SUPPORTED', 'setting this for sys is');
    for (const { name, value } of values) {
      const actions = {
        log_archive_dest: (tenant) => tenant.archive.setDestination(value),
        log_archive_dest_state: (tenant) => tenant.archive.setState(value),
        data_backup_dest: (tenant) => { tenant.dataDestination = value; },
        archive_lag_target: () => {},
      };
      if (!actions[name]) throw new Refusal('INVALID_ARGUMENT', name);
      this.forEach(chosen, actions[name]);
    }
  }

  // --- rows

  rows() {
    const rows = Object.fromEntries(Object.keys(this.shapes)
      .map((view) => [view, []]));
    for (const tenant of this.tenants) {
      tenant.archive.addTo(rows);
      if (tenant.dataDestination) {
        rows.CDB_OB_BACKUP_PARAMETER.push({ TENANT_ID: tenant.id,
          NAME: 'data_backup_dest', VALUE: tenant.dataDestination });
      }
    }
    this.backups.addTo(rows);
    this.cleanups.addTo(rows);
    this.addTenants(rows.DBA_OB_TENANTS);
    this.addServer(rows);
    return this.withTimes(rows);
  }

  tenantRow(id, name, kind, tenant = {}) {
    const prefix = this.version[1] === 0 ? 'TENANT_STATUS_' : '';
    return { TENANT_ID: id, TENANT_NAME: name, TENANT_TYPE: kind,
      CREATE_TIME: tenant.created ?? this.began, MODIFY_TIME: this.began,
      PRIMARY_ZONE: 'RANDOM', LOCALITY: 'FULL{1}@zone1',
      PREVIOUS_LOCALITY: null, COMPATIBILITY_MODE: 'MYSQL',
      STATUS: prefix + (tenant.status ?? 'NORMAL'),
      IN_RECYCLEBIN: tenant.inRecyclebin ? 'YES' : 'NO', LOCKED: 'NO',
      TENANT_ROLE: tenant.role ?? 'PRIMARY', SWITCHOVER_STATUS: 'NORMAL',
      SWITCHOVER_EPOCH: 0, LOG_MODE: tenant.archive?.mode ?? 'NOARCHIVELOG',
      ARBITRATION_SERVICE_STATUS: 'DISABLED', UNIT_NUM: 1,
      COMPATIBLE: this.versionText, MAX_LS_ID: 1001 };
  }

  addTenants(list) {
    list.push(this.tenantRow(1, 'sys', 'SYS'));
    for (const tenant of this.tenants) {
      const { id } = tenant;
      list.push(this.tenantRow(id - 1, `META$${id}`, 'META'),
        this.tenantRow(id, tenant.name, 'USER', tenant));
    }
  }

  addServer(rows) {
    rows.DBA_OB_SERVERS.push({ SVR_IP: '127.0.0.1', SVR_PORT: 2882, ID: 1,
      ZONE: 'zone1', SQL_PORT: 2881, WITH_ROOTSERVER: 'YES', STATUS: 'ACTIVE',
      START_SERVICE_TIME: this.began, CREATE_TIME: this.began,
      MODIFY_TIME: this.began, BUILD_VERSION: this.versionComment() });
    const settings = { cluster: this.name, cluster_id: String(this.obId) };
    for (const [name, value] of Object.entries(settings)) {
      rows.GV$OB_PARAMETERS.push({ SVR_IP: '127.0.0.1', SVR_PORT: 2882,
        ZONE: 'zone1', SCOPE: 'CLUSTER', TENANT_ID: null, NAME: name,
        DATA_TYPE: null, VALUE: value, INFO: '', SECTION: 'OBSERVER',
        EDIT_LEVEL: 'DYNAMIC_EFFECTIVE' });
      rows.standin_parameters.push({ zone: 'zone1', svr_type: 'observer',
        svr_ip: '127.0.0.1', svr_port: 2882, name, value, info: '',
        section: 'OBSERVER', scope: 'CLUSTER', source: 'DEFAULT',
        edit_level: 'DYNAMIC_EFFECTIVE' });
    }
  }

  timeText(us) {
    return timestamp(us);
  }
}

module.exports = { Cluster4 };

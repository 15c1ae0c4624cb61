// control.js: what a test can make happen to the played clusters: one JSON object per line in, one per line out.
'use strict';

const { Cluster2 } = require('./cluster2.js');
const { Cluster4 } = require('./cluster4.js');
const { timestamp } = require('./cluster.js');
const { Door } = require('./server.js');

const QUESTIONS = ['statements', 'served'];

class Stage {
  constructor(databaseSocket) {
    this.databaseSocket = databaseSocket;
    this.doors = new Map();
  }

  door(name) {
    const door = this.doors.get(name);
    if (!door) throw new Error(`no cluster ${name}`);
    return door;
  }

  async command(request) {
    const action = ACTIONS[request.op];
    if (!action) throw new Error(`no operation ${request.op}`);
    if (request.op === 'open') return action(this, request);
    const door = this.door(request.cluster);
    const answer = await action(door, request);
    if (!QUESTIONS.includes(request.op)) door.cluster.changed();
    return answer ?? {};
  }

  // Clusters whose clock runs: once per second of the real one.
  tick() {
    for (const { cluster } of this.doors.values()) {
      if (cluster.speed > 0) cluster.advance(cluster.speed);
    }
  }
}

async function open(stage, request) {
  const Kind = parseInt(request.version, 10) >= 4 ? Cluster4 : Cluster2;
  const cluster = new Kind(request);
  await cluster.create(stage.databaseSocket);
  const door = new Door(cluster, request);
  await door.open();
  stage.doors.set(request.name, door);
  return { port: door.port };
}

function tenant(door, request) {
  const found = door.cluster.tenants.find((one) => one.name === request.tenant
    || one.id === request.tenant);
  if (!found) throw new Error(`no tenant ${request.tenant}`);
  return found;
}

// The archive: a tenant's, or the cluster's in old versions.
function archive(door, request) {
  return door.cluster.archive ?? tenant(door, request).archive;
}

// The number of the tenant; in old versions backups have none.
function tenantId(door, request) {
  return door.cluster.archive ? 1 : tenant(door, request).id;
}

const ACTIONS = {
  open,

  // Time passes: { seconds }
  advance: ({ cluster }, { seconds }) => {
    cluster.advance(seconds);
    return { clock: timestamp(cluster.clock) };
  },

  // The archive of a tenant: { tenant, comment }, { tenant, status }
  interrupt: (door, request) =>
    archive(door, request).interrupt(request.comment),
  force: (door, request) => archive(door, request).force(request.status),
  media: ({ cluster }, { alive }) => { cluster.mediaAlive = alive; },

  // A tenant itself: { tenant, change: { name, status, role, inRecyclebin,
  // dataDestination } }
  tenant: (door, request) => {
    Object.assign(tenant(door, request), request.change);
  },

  // Backups and cleanups: { tenant, stage, result, comment, trace },
  // { tenant, sets }
  'fail-backup': (door, request) => {
    door.cluster.backups.plannedFailures.push(
      { ...request, tenant: tenantId(door, request) });
  },
  'fail-cleanup': (door, request) => {
    door.cluster.cleanups.plannedFailures.push(
      { ...request, tenant: tenantId(door, request) });
  },
  'fail-second': ({ cluster }, request) => {
    cluster.backups.plannedSecondFailures.push(request);
  },
  cleanup: (door, request) => door.cluster.cleanups.start(
    tenantId(door, request), request.sets ?? 1),

  // A row that nothing explains: { view, row }
  row: ({ cluster }, { view, row }) => {
    (cluster.extra[view] ??= []).push(row);
  },

  // Contact: { fault: { when, match, action, times, ... } }
  fault: ({ cluster }, { fault }) => { cluster.faults.push(fault); },
  drop: (door) => door.dropAll(),
  down: (door) => door.die(),
  up: (door) => door.open(),
  account: ({ cluster }, { user, change }) => {
    Object.assign(cluster.users[user], change);
  },

  // What happened: every statement that was to change something, in order.
  statements: ({ cluster }) => ({ statements: cluster.statements }),
  served: (door) => ({ ...door.cluster.served,
    connections: door.connections, open: door.sockets.size }),
};

module.exports = { Stage };

// server.js: the door of one cluster: the MySQL protocol with OceanBase's manners, over TCP, with TLS where it is asked for.
'use strict';

const crypto = require('node:crypto');
const net = require('node:net');
const tls = require('node:tls');

const mysql = require('mysql2');
const { inside } = require('./relay.js');
const { Refusal } = require('./errors.js');
const { classify, rewrite } = require('./rewrite.js');

const ServerHandshake = inside('commands/server_handshake.js');
const PacketParser = inside('packet_parser.js');
const Packets = inside('packets/index.js');
const Client = inside('constants/client.js');

const FLAGS = Client.LONG_PASSWORD | Client.LONG_FLAG | Client.CONNECT_WITH_DB
  | Client.PROTOCOL_41 | Client.TRANSACTIONS | Client.SECURE_CONNECTION
  | Client.PLUGIN_AUTH | Client.MULTI_RESULTS;
const UTF8MB4 = 45;
const SSL_REQUEST_LENGTH = 36;
// An agent that looks at the whole cluster begins with its tenants.
const LOOK = /\b(?:DBA_OB_TENANTS|__all_tenant|gv\$tenant)\b(?!.*\bWHERE\b)/is;
const COMMANDS = { 1: 'quit', 2: 'useDatabase', 3: 'query', 14: 'ping',
  31: 'reset' };

function sha1(...parts) {
  const hash = crypto.createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

// Whether the token is the answer of mysql_native_password to this scramble.
function tokenFits(token, password, scramble) {
  if (password === '') return token.length === 0;
  const first = sha1(password);
  const mask = sha1(scramble, sha1(first));
  return token.length === 20
    && first.every((byte, i) => (byte ^ mask[i]) === token[i]);
}

// mysql2's server command, with what it lacks: TLS, credentials, SQLSTATE, and
// statements that are answered later.
class Session extends ServerHandshake {
  constructor(args, door) {
    super(args);
    this.door = door;
    this.cluster = door.cluster;
    this.zone = door.cluster.zone;
  }

  start(packet, connection) {
    super.start(packet, connection);
    return this.readClientReply;
  }

  readClientReply(packet, connection) {
    this.connection = connection;
    const length = packet.end - packet.start;
    if (this.door.tls && length === SSL_REQUEST_LENGTH) {
      this.upgrade(packet, connection);
      return this.readClientReply;
    }
    const reply = Packets.HandshakeResponse.fromPacket(packet,
      this.args.capabilityFlags);
    connection.clientHelloReply = reply;
    if (this.admit(reply)) {
      this.okay();
    } else {
      this.refuse(new Refusal('ACCESS_DENIED', reply.user));
      connection.stream.end();
    }
    return this.dispatchCommands;
  }

  // A client may send its first TLS record together with its request.
  upgrade(packet, connection) {
    const plain = connection.stream;
    const rest = packet.buffer.subarray(packet.end);
    connection.packetParser.onPacket = () => {};
    connection.packetParser = new PacketParser((one) =>
      connection.handlePacket(one));
    plain.removeAllListeners('data');
    plain.pause();
    if (rest.length > 0) plain.unshift(rest);
    const secure = new tls.TLSSocket(plain, { isServer: true,
      secureContext: this.door.tls });
    secure.on('data', (data) => connection.packetParser.execute(data));
    secure.on('error', () => plain.destroy());
    connection.stream = secure;
    this.secure = true;
  }

  // "root@sys", "root@sys#cluster" as through a proxy, or plain "root".
  admit(reply) {
    [this.user, this.alias] = reply.user.split('#');
    const account = this.cluster.account(this);
    const scramble = Buffer.concat([this.serverHello.authPluginData1,
      this.serverHello.authPluginData2]);
    return account && (this.secure || !this.door.tlsRequired)
      && tokenFits(Buffer.from(reply.authToken), account.password, scramble);
  }

  refuse(refusal) {
    const packet = Packets.Error.toPacket(
      { code: refusal.code, message: refusal.message }, 'utf8');
    packet.buffer.write(refusal.state, 8, 5, 'latin1');
    this.connection.writePacket(packet);
    this.connection._resetSequenceId();
  }

  // A client's packets are numbered anew after each answer.
  okay() {
    this.connection.writeOk();
    this.connection._resetSequenceId();
  }

  // A connection that was silent for longer than its session allows is closed
  // already: what arrives is not looked at.
  isExpired() {
    const last = this.heard ?? Date.now();
    this.heard = Date.now();
    return this.patience > 0 && this.heard - last > this.patience * 1000;
  }

  dispatchCommands(packet, connection) {
    if (this.isExpired()) {
      connection.stream.destroy();
      return this.dispatchCommands;
    }
    const command = COMMANDS[packet.readInt8()];
    const text = packet.buffer.toString('utf8', packet.offset, packet.end);
    if (command === 'quit') {
      connection.stream.end();
    } else if (command === 'query') {
      this.answer(text).catch((error) => this.fail(error));
    } else if (command) {
      this.okay();
    } else {
      this.refuse(new Refusal('NOT_SUPPORTED', 'this command is'));
    }
    return this.dispatchCommands;
  }

  fail(error) {
    if (error instanceof Refusal) {
      this.refuse(error);
    } else {
      process.stderr.write(`standin: ${error.stack}\n`);
      this.connection.stream.destroy();
    }
  }

  async answer(sql) {
    const { cluster } = this;
    cluster.served.queries += 1;
    if (LOOK.test(sql)) {
      cluster.served.looks += 1;
      cluster.served.lookAt = Date.now();
    }
    if (this.suffer(cluster.takeFault('before', sql))) return;
    const kind = classify(sql);
    if (kind === 'alter') {
      cluster.alter(sql, this);
    } else if (kind === 'set') {
      this.set(sql);
    }
    const bytes = kind === 'read' ? await this.read(sql) : null;
    if (this.suffer(cluster.takeFault('after', sql))) return;
    if (bytes) {
      this.connection.write(bytes);
      this.connection._resetSequenceId();
    } else {
      this.okay();
    }
  }

  // True when the fault leaves no answer.
  suffer(fault) {
    if (!fault) return false;
    if (fault.action === 'drop') this.connection.stream.destroy();
    if (fault.action === 'die') this.door.die();
    if (fault.action === 'error') {
      throw Object.assign(new Refusal('NOT_ALLOWED', fault.message ?? 'fault'),
        { code: fault.code ?? 4012, state: fault.state ?? 'HY000' });
    }
    return true;
  }

  set(sql) {
    const zone = /\btime_zone\s*=\s*['"]([^'"]+)['"]/i.exec(sql);
    if (zone) [, this.zone] = zone;
    const patience = /\bwait_timeout\s*=\s*(\d+)/i.exec(sql);
    if (patience) this.patience = Number(patience[1]);
  }

  // The bytes of MariaDB's answer: the same statement in the same state of the
  // cluster has the same answer.
  async read(sql) {
    const { cluster } = this;
    const own = /parameters/i.test(sql) && cluster.isTwin(this.alias);
    const key = `${this.zone}\n${own ? this.alias : ''}\n${sql}`;
    const known = cluster.answers.get(key);
    if (known) {
      cluster.served.cached += 1;
      return known;
    }
    await cluster.flush();
    const now = Number(cluster.clock) / 1e6;
    const { answers } = cluster;
    const bytes = await cluster.relay.query(
      `SET STATEMENT timestamp=${now.toFixed(6)}, time_zone='${this.zone}' FOR `
      + rewrite(sql, cluster));
    if (own) cluster.asTwin(bytes, this.alias);
    answers.set(key, bytes);
    return bytes;
  }
}

class Door {
  // options: port (0: any), socket (a path instead), tls { key, cert,
  // required }
  constructor(cluster, options = {}) {
    this.cluster = cluster;
    this.options = options;
    this.sockets = new Set();
    this.port = options.port ?? 0;
    this.connections = 0;
    if (options.tls) {
      this.tls = tls.createSecureContext(options.tls);
      this.tlsRequired = options.tls.required ?? false;
    }
  }

  open() {
    this.server = net.createServer((socket) => this.welcome(socket));
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      const opened = () => {
        this.port = this.server.address().port;
        resolve();
      };
      this.server.listen(this.port, '127.0.0.1', 1024, opened);
    });
  }

  welcome(socket) {
    socket.setNoDelay(true);
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    this.connections += 1;
    const connection = mysql.createConnection({ stream: socket,
      isServer: true, maxPreparedStatements: 1 });
    connection.on('error', () => socket.destroy());
    const args = { protocolVersion: 10, connectionId: this.connections,
      serverVersion: this.cluster.serverVersion(), statusFlags: 2,
      characterSet: UTF8MB4, encoding: 'utf8',
      capabilityFlags: FLAGS | (this.tls ? Client.SSL : 0) };
    connection.serverConfig = args;
    connection.addCommand(new Session(args, this));
  }

  dropAll() {
    for (const socket of this.sockets) socket.destroy();
  }

  // As a cluster whose machine is switched off: nobody listens any more.
  die() {
    this.server?.close();
    this.server = null;
    this.dropAll();
  }
}

module.exports = { Door };

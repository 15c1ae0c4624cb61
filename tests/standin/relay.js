// relay.js: a connection to the MariaDB behind the stand-in; answers come as the bytes of the wire, to be passed on as they are.
'use strict';

const net = require('node:net');
const path = require('node:path');

const home = path.dirname(require.resolve('mysql2'));
const inside = (file) => require(path.join(home, 'lib', file));
const Packets = inside('packets/index.js');
const PacketParser = inside('packet_parser.js');
const Client = inside('constants/client.js');

const FLAGS = Client.LONG_PASSWORD | Client.LONG_FLAG | Client.PROTOCOL_41
  | Client.TRANSACTIONS | Client.SECURE_CONNECTION | Client.CONNECT_WITH_DB
  | Client.MULTI_STATEMENTS | Client.MULTI_RESULTS | Client.PLUGIN_AUTH;
const UTF8MB4 = 45;
const MORE_RESULTS = 8;
const QUERY = 3;

// The bytes of a packet; mysql2's parser leaves the length out of those that
// came in pieces.
function wire(packet, length) {
  const bytes = Buffer.from(packet.buffer.subarray(packet.start, packet.end));
  bytes.writeUIntLE(length, 0, 3);
  return bytes;
}

class Relay {
  constructor(socketPath) {
    this.queue = [];
    this.chunks = [];
    this.parser = new PacketParser((packet) => this.packet(packet));
    this.socket = net.connect(socketPath);
    this.socket.on('data', (data) => this.parser.execute(data));
    this.socket.on('close', () => this.lost(new Error('MariaDB has gone')));
    this.socket.on('error', (error) => this.lost(error));
    this.state = 'greeting';
    this.ready = new Promise((resolve, reject) => {
      this.opened = resolve;
      this.refused = reject;
    });
    this.ready.catch(() => {});
  }

  lost(error) {
    this.gone = error;
    this.refused(error);
    for (const call of this.queue.splice(0)) call.reject(error);
  }

  // The whole answer of one statement, or of several, as it came.
  async query(sql) {
    await this.ready;
    if (this.gone) throw this.gone;
    return new Promise((resolve, reject) => {
      this.queue.push({ sql, resolve, reject });
      if (this.queue.length === 1) this.send();
    });
  }

  // As query(), for statements whose failure is a mistake of the stand-in.
  async run(sql) {
    const answer = await this.query(sql);
    if (this.failed) throw new Error(`${this.failed}\nin: ${sql}`);
    return answer;
  }

  send() {
    const body = Buffer.from(this.queue[0].sql, 'utf8');
    const head = Buffer.alloc(5);
    head.writeUIntLE(body.length + 1, 0, 3);
    head[4] = QUERY;
    this.state = 'first';
    this.failed = null;
    this.chunks = [];
    this.socket.write(Buffer.concat([head, body]));
  }

  packet(packet) {
    const first = packet.buffer[packet.start + 4];
    const length = packet.end - packet.start - 4;
    if (this.state === 'greeting') return this.greet(packet);
    if (this.state === 'login') return this.login(packet);
    this.chunks.push(wire(packet, length));
    if (first === 0xff) return this.error(packet);
    if (this.state === 'first' && first === 0) return this.okay(packet);
    if (this.state === 'first') {
      this.state = 'columns';
    } else if (first === 0xfe && length < 9) {
      this.endOfPart(packet);
    }
    return undefined;
  }

  greet(packet) {
    packet.offset = packet.start + 4;
    const hello = Packets.Handshake.fromPacket(packet);
    const reply = new Packets.HandshakeResponse({
      flags: FLAGS, user: 'root', database: '', password: '',
      charsetNumber: UTF8MB4, authPluginData1: hello.authPluginData1,
      authPluginData2: hello.authPluginData2.subarray(0, 12),
    }).toPacket();
    reply.writeHeader(1);
    this.state = 'login';
    this.socket.write(reply.buffer);
  }

  login(packet) {
    if (packet.buffer[packet.start + 4] === 0) return this.opened();
    const text = packet.buffer.toString('latin1', packet.start + 7, packet.end);
    return this.lost(new Error(`MariaDB refused: ${text}`));
  }

  error(packet) {
    this.failed = packet.buffer.toString('utf8', packet.start + 7, packet.end);
    this.finish();
  }

  okay(packet) {
    packet.offset = packet.start + 5;
    packet.readLengthCodedNumber();
    packet.readLengthCodedNumber();
    this.more(packet.readInt16());
  }

  endOfPart(packet) {
    if (this.state === 'columns') {
      this.state = 'rows';
      return;
    }
    packet.offset = packet.start + 7;
    this.more(packet.readInt16());
  }

  more(status) {
    if (status & MORE_RESULTS) {
      this.state = 'first';
    } else {
      this.finish();
    }
  }

  finish() {
    const call = this.queue.shift();
    call.resolve(Buffer.concat(this.chunks));
    if (this.queue.length > 0) this.send();
  }

  close() {
    this.socket.destroy();
  }
}

module.exports = { Relay, inside };

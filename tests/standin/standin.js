// standin.js: plays OceanBase clusters for tests; usage: node standin.js CONTROL-SOCKET MARIADB-SOCKET
//
// Listens for commands of the test on CONTROL-SOCKET (control.js) and keeps the
// views of the clusters as tables of the MariaDB behind MARIADB-SOCKET. It ends
// when its standard input does.
'use strict';

const net = require('node:net');
const readline = require('node:readline');

const { Stage } = require('./control.js');

const TICK_MS = 1000;

async function answer(stage, line) {
  try {
    return { ok: true, ...await stage.command(JSON.parse(line)) };
  } catch (error) {
    return { ok: false, error: error.stack };
  }
}

// Commands of one connection are carried out one after the other.
async function serve(stage, socket) {
  socket.on('error', () => socket.destroy());
  for await (const line of readline.createInterface({ input: socket })) {
    socket.write(`${JSON.stringify(await answer(stage, line))}\n`);
  }
}

function main() {
  const [control, database] = process.argv.slice(2);
  const stage = new Stage(database);
  net.createServer((socket) => serve(stage, socket).catch(() => {}))
    .listen(control);
  setInterval(() => stage.tick(), TICK_MS);
  process.stdin.on('end', () => process.exit(0)).resume();
}

main();

// embedded.test.js: the real cluster of auto/run: Stop ends the stream, Start brings it back; the agent is away.
'use strict';

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { axe, start } = require('./stack');

let stack, reader, page;

before(async () => {
  if (process.env.BT_BROWSER_URL) {
    return;
  }
  stack = await start({ tasks: 120, agent: true });
  reader = await stack.open();
  page = reader.page;
});

after(async () => {
  if (stack) {
    await stack.stop();
  }
});

function owns(t) {
  if (!stack) {
    t.skip('needs an installation of its own');
  }
  return Boolean(stack);
}

function sql(statement) {
  return execFileSync('mariadb', ['--no-defaults', '--batch',
    '--skip-column-names', `--socket=${stack.directory}/db.sock`,
    'backup_tasks', '-e', statement], { encoding: 'utf8' }).trim();
}

// Processes of mariadb-binlog that stream out of this installation.
function streams() {
  return fs.readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) {
      return false;
    }
    try {
      return fs.readFileSync(path.join('/proc', pid, 'cmdline'), 'utf8')
        .startsWith(`mariadb-binlog\0--defaults-file=${stack.directory}/`);
    } catch {
      return false;
    }
  });
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Looks at an address again and again until its text is as wanted.
async function until(address, wanted, what) {
  let text = '';
  for (let i = 0; i < 120; i++) {
    await reader.go(address);
    text = await page.locator('main').innerText();
    if (wanted.test(text)) {
      return text;
    }
    await pause(500);
  }
  assert.fail(`${what}: ${text}`);
}

const LIST = 'log?cluster=embedded';

// "at least 1 min 5 s", "7 s", "2 h 1 min" in seconds.
function seconds(text) {
  const units = { d: 86400, h: 3600, min: 60, s: 1 };
  return [...text.matchAll(/(\d+) (d|h|min|s)\b/g)]
    .reduce((sum, [, number, unit]) => sum + number * units[unit], 0);
}

async function latency() {
  const id = sql('SELECT l.id FROM log_backups l JOIN clusters c ON '
    + "c.id = l.cluster_id WHERE c.name = 'embedded'");
  await reader.go(`log/${id}`);
  const text = await page.locator('main').innerText();
  const line = text.match(/Latency\n+(.*)/);
  assert.ok(line, text);
  return { text: line[1], seconds: seconds(line[1]) };
}

// Opens the form of an act from the list, and presses it.
async function press(action) {
  await reader.go(LIST);
  await page.locator(`.list a[href$="/${action}"]`).first().click();
  await page.locator('form.do button').first().click();
  await page.waitForURL(/\/commands\/\d+$/);
  return page.url();
}

test('a full and an incremental backup within two minutes', async (t) => {
  if (!owns(t)) {
    return;
  }
  await until('data?cluster=embedded&range=24h&mode=FULL', /\tCompleted\b/,
    'a full backup');
  await until('data?cluster=embedded&range=24h&mode=INCREMENTAL',
    /\tCompleted\b/, 'an incremental backup');
  await until(LIST, /\tIn Progress\b/, 'the stream');
  assert.strictEqual(streams().length, 1);
  assert.deepStrictEqual(reader.problems, []);
});

test('Stop ends the stream, latency grows, Start brings it back',
  async (t) => {
    if (!owns(t)) {
      return;
    }
    const [stream] = streams();
    const command = await press('stop');
    await until(command, /Done/, 'the command is done');
    assert.deepStrictEqual(streams(), [], 'no process streams');
    assert.throws(() => process.kill(Number(stream), 0));
    await until(LIST, /\tStopped\b/, 'the page says so');
    const first = await latency();
    await pause(3000);
    const second = await latency();
    assert.ok(second.seconds > first.seconds,
      `grows: ${first.text}, ${second.text}`);
    assert.match(second.text, /at least/);
    assert.deepStrictEqual(await axe(page), []);
    const again = await press('start');
    await until(again, /Done/, 'started');
    await until(LIST, /\tIn Progress\b/, 'the page says so');
    assert.strictEqual(streams().length, 1);
    assert.notStrictEqual(streams()[0], stream);
    for (let i = 0; i < 60 && (await latency()).seconds > 30; i++) {
      await pause(500);
    }
    assert.ok((await latency()).seconds <= 30, 'latency is small again');
    assert.deepStrictEqual(reader.problems, []);
  });

test('a sample cluster obeys, too', async (t) => {
  if (!owns(t)) {
    return;
  }
  await reader.go('log?cluster=loyalty');
  await page.locator('.list a[href$="/start"]').first().click();
  assert.match(await page.locator('main').innerText(), /ALTER SYSTEM/);
  await page.locator('form.do button').first().click();
  await page.waitForURL(/\/commands\/\d+$/);
  await until(page.url(), /Done/, 'started');
  await until('log?cluster=loyalty', /\tIn Progress\b/, 'the page says so');
});

test('the agent is away: the page says so, nothing looks fresh', async (t) => {
  if (!owns(t)) {
    return;
  }
  sql('UPDATE clusters SET round_seconds = 1 WHERE stale_reason IS NULL');
  const pid = Number(fs.readFileSync(
    path.join(stack.directory, 'agent.pid'), 'utf8'));
  process.kill(pid, 'SIGTERM');
  await until(LIST, /No agent|nobody asks|not answered|Not answered|stale/i,
    'the rows are stale at once');
  // A minute, told to the store instead of waited for.
  sql('UPDATE agents SET last_seen = last_seen - INTERVAL 60 SECOND');
  const text = await until('data', /No agent has been seen for \d+/,
    'the sentence names the agent, and since when');
  assert.match(text, /nobody asks the clusters/);
  for (const view of ['data', 'log', 'cleanup', 'clusters']) {
    await reader.go(view);
    const verdict = await page.locator('.verdict').innerText();
    assert.match(verdict, /^No agent has been seen for \d+/, view);
  }
  await reader.go('log?size=500');
  const rows = await page.locator('.list tbody tr').evaluateAll((all) =>
    all.map((row) => row.innerText));
  assert.ok(rows.length > 30);
  for (const row of rows) {
    if (/\d+ (?:s|min|h|d)\b.*\n?behind|at least/.test(row)) {
      assert.match(row, /at least/, 'no latency without "at least"');
    }
  }
  assert.deepStrictEqual(await page.locator('.verdict.ok').count(), 0);
  assert.deepStrictEqual(await axe(page), []);
});

// acts.test.js: an act by hand and its cancel; what other sites can make a signed-in browser send.
'use strict';

const assert = require('node:assert');
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { axe, freePort, start } = require('./stack');

let stack, evil, nginx;

// The evil site answers with whatever `attack` is.
let attack = '';

before(async () => {
  stack = await start();
  evil = http.createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    for (const [name, value] of Object.entries(attack.headers || {})) {
      response.setHeader(name, value);
    }
    response.end(attack.html || '');
  });
  await new Promise((resolve) => evil.listen(0, resolve));
});

after(async () => {
  if (nginx) {
    const gone = new Promise((resolve) => nginx.on('exit', resolve));
    nginx.kill('SIGTERM');
    await gone;
  }
  if (evil) {
    evil.closeAllConnections();
    evil.close();
  }
  if (stack) {
    await stack.stop();
  }
});

// A statement on the installation's own database.
function sql(statement) {
  return execFileSync('mariadb', ['--no-defaults', '--batch',
    '--skip-column-names', `--socket=${stack.directory}/db.sock`,
    'backup_tasks', '-e', statement], { encoding: 'utf8' }).trim();
}

function owns(t) {
  if (!stack.directory) {
    t.skip('needs an installation of its own');
  }
  return stack.directory;
}

// The statuses of what was sent there, from nginx's own log: a browser does not
// tell of every frame in a sandbox.
function posts(address) {
  const line = `"POST ${new URL(address).pathname}" `;
  return fs.readFileSync(path.join(stack.directory, 'log/access.log'), 'utf8')
    .split('\n').filter((text) => text.includes(line))
    .map((text) => text.split(line)[1].split(' ')[0]);
}

function refusals() {
  return Number(sql(
    "SELECT COUNT(*) FROM audit_events WHERE outcome = 'REFUSED'"));
}

// Everything but the trail and the counter that orders it.
function fingerprint() {
  const tables = sql('SHOW TABLES').split('\n')
    .filter((name) =>
      !/^(?:audit_events|change_counter|cluster_changes)$/.test(name));
  return sql(`CHECKSUM TABLE ${tables.join(', ')}`);
}

// The form of a stop, as the operator's own page holds it.
async function goodForm(reader, action = 'stop') {
  await reader.go('log?status=IN_PROGRESS');
  await reader.page.locator(`.list a[href$="/${action}"]`).first().click();
  return reader.page.locator('form.do').evaluate((form) => ({
    action: form.action,
    fields: Object.fromEntries(new FormData(form)),
  }));
}

function hidden(fields) {
  return Object.entries(fields).map(([name, value]) =>
    `<input type="hidden" name="${name}" value="${value}">`).join('');
}

test('stop, look, cancel', async () => {
  const reader = await stack.open();
  const { page } = reader;
  await goodForm(reader);
  await page.locator('button.danger').click();
  await page.waitForURL(/\/commands\/\d+$/);
  assert.match(await page.locator('main').innerText(), /Requested/);
  assert.match(await page.locator('main').innerText(), /operator/);
  await page.getByRole('link', { name: 'Cancel', exact: true }).click();
  await page.getByRole('button', { name: 'Cancel the command' }).click();
  await page.waitForURL(/\/commands\/\d+$/);
  const text = await page.locator('main').innerText();
  assert.match(text, /Canceled/);
  assert.match(text, /Canceled By\s+operator/);
  const command = page.url().match(/\d+$/)[0];
  await page.getByRole('link', { name: /^log backup \d+$/ }).click();
  assert.match(await page.locator('.acts').innerText(),
    /Stop by operator: Canceled/);
  await reader.go(`commands/${command}/cancel`);
  assert.match(await page.locator('main').innerText(), /not possible now/);
  assert.deepStrictEqual(reader.problems, []);
  await reader.close();
});

test('going back to a form and pressing again is the same act', async (t) => {
  if (!owns(t)) {
    return;
  }
  const reader = await stack.open();
  const { page } = reader;
  const { action, fields } = await goodForm(reader);
  const press = () => page.evaluate(async ({ address, body }) => {
    const answer = await fetch(address,
      { method: 'POST', body: new URLSearchParams(body) });
    return [answer.status, answer.url];
  }, { address: action, body: fields });
  const answers = await Promise.all([press(), press(), press()]);
  assert.strictEqual(answers[0][0], 200);
  assert.strictEqual(new Set(answers.map((answer) => answer[1])).size, 1);
  assert.strictEqual(sql('SELECT COUNT(*) FROM commands WHERE'
    + ` idempotency_key = '${fields['idempotency-key']}'`), '1');
  await reader.close();
});

// Each gets a form that would act, with the operator's own token and key.
const attacks = {
  'a form that sends itself': ({ action, fields }) => ({
    html: `<form method="post" action="${action}">${hidden(fields)}</form>
      <script>document.forms[0].submit()</script>` }),
  'a form without referrer': ({ action, fields }) => ({
    headers: { 'Referrer-Policy': 'no-referrer' },
    html: `<form method="post" action="${action}">${hidden(fields)}</form>
      <script>document.forms[0].submit()</script>` }),
  'a button that is pressed': ({ action, fields }) => ({ press: true,
    html: `<form method="post" action="${action}">${hidden(fields)}
      <button>Win a prize</button></form>` }),
  'a form in a sandbox': ({ action, fields }) => ({
    html: `<iframe sandbox="allow-scripts allow-forms" srcdoc='
      <form method="post" action="${action}">${hidden(fields)}</form>
      <script>document.forms[0].submit()</script>'></iframe>` }),
  'a form into a new frame': ({ action, fields }) => ({
    html: `<iframe name="f"></iframe>
      <form method="post" action="${action}" target="f">${hidden(fields)}</form>
      <script>document.forms[0].submit()</script>` }),
  'a form from a data address': ({ action, fields }) => ({
    html: `<iframe src='data:text/html,${encodeURIComponent(
      `<form method="post" action="${action}">${hidden(fields)}</form>
      <script>document.forms[0].submit()</script>`)}'></iframe>` }),
  'a fetch with the sign-in': ({ action, fields }) => ({
    html: `<script>fetch("${action}", { method: 'POST', mode: 'no-cors',
      credentials: 'include', body: new URLSearchParams(
      ${JSON.stringify(fields)}) });</script>` }),
  'a beacon': ({ action, fields }) => ({
    html: `<script>navigator.sendBeacon("${action}", new URLSearchParams(
      ${JSON.stringify(fields)}));</script>` }),
};

// The names of one machine: for a browser, localhost and 127.0.0.1 are two
// sites, and two ports of 127.0.0.1 two origins of one site.
const sites = { 'another site': 'localhost', 'another port': '127.0.0.1' };

for (const [where, host] of Object.entries(sites)) {
  for (const [name, make] of Object.entries(attacks)) {
    test(`${where}: ${name}`, async (t) => {
      if (!owns(t)) {
        return;
      }
      const reader = await stack.open();
      const form = await goodForm(reader);
      attack = make(form);
      const untouched = fingerprint();
      const refused = refusals();
      const before = posts(form.action).length;
      await reader.page.goto(`http://${host}:${evil.address().port}/`);
      if (attack.press) {
        await reader.page.locator('button').click();
      }
      for (let n = 0; n < 600 && posts(form.action).length === before; n++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const status = posts(form.action)[before];
      assert.ok(['401', '403'].includes(status), `status ${status}`);
      assert.strictEqual(fingerprint(), untouched);
      if (status === '403') {
        assert.ok(refusals() > refused, 'the attempt is on record');
      }
      await reader.close();
    });
  }
}

test('the same form from the page itself acts', async (t) => {
  if (!owns(t)) {
    return;
  }
  const reader = await stack.open();
  const { fields } = await goodForm(reader);
  await reader.page.locator('button.danger').click();
  await reader.page.waitForURL(/\/commands\/\d+$/);
  assert.strictEqual(sql('SELECT COUNT(*) FROM commands WHERE'
    + ` idempotency_key = '${fields['idempotency-key']}'`), '1');
  await reader.close();
});

test('a backup at once, where the operator allows it', async (t) => {
  if (!owns(t)) {
    return;
  }
  const [cluster, tenant] = sql('SELECT c.id, n.name FROM clusters c'
    + ' JOIN tenants n ON n.cluster_id = c.id AND n.ob_id > 1'
    + " WHERE c.name = 'ledger-01' AND NOT EXISTS (SELECT 1 FROM data_tasks d"
    + " WHERE d.tenant_id = n.id AND d.status = 'IN_PROGRESS')"
    + ' ORDER BY n.id LIMIT 1').split('\t');
  const reader = await stack.open();
  const { page } = reader;
  await reader.go(`clusters/${cluster}`);
  assert.strictEqual(await page.locator('.act').count(), 0, 'off at first');
  sql(`REPLACE INTO cluster_actions VALUES (${cluster}, 'backup', 1)`);
  await reader.go(`clusters/${cluster}`);
  await page.getByRole('link', { name: `Back Up ${tenant}`, exact: true })
    .click();
  await page.waitForURL(/\/backup\?tenant-name=/);
  assert.match(await page.locator('main').innerText(),
    new RegExp(`BACKUP INCREMENTAL TENANT = \`${tenant}\`|Incremental`));
  assert.deepStrictEqual(await axe(page), []);
  const button = page.getByRole('button', { name: 'Back up now' });
  await button.click();
  assert.match(page.url(), /tenant-name=/, 'a mode has to be chosen');
  await page.getByRole('radio', { name: /Incremental/ }).check();
  await button.click();
  await page.waitForURL(/\/commands\/\d+$/);
  assert.match(await page.locator('main').innerText(), /Back Up: ledger-01/);
  const id = page.url().match(/\d+$/)[0];
  assert.strictEqual(sql('SELECT action, kind, target_id, mode FROM commands'
    + ` WHERE id = ${id}`), `backup\tclusters\t${cluster}\tINCREMENTAL`);
  await reader.go(`clusters/${cluster}`);
  assert.strictEqual(
    await page.locator(`main a[href$="commands/${id}"]`).count(), 1);
  assert.deepStrictEqual(reader.problems, []);
  sql(`DELETE FROM cluster_actions WHERE cluster_id = ${cluster}`);
  await reader.close();
});

test('other sites cannot show the pages in a frame', async () => {
  const reader = await stack.open();
  attack = { html: `<iframe src="${stack.url}log" width="900" height="600">
    </iframe>` };
  await reader.page.goto(`http://localhost:${evil.address().port}/`);
  await reader.page.waitForTimeout(300);
  const frame = reader.page.frames()[1];
  assert.ok(!frame || !frame.url().startsWith(stack.url));
  await reader.close();
});

// The installation behind a portal: TLS, another port, another path.
async function startPortal() {
  const [inner, outer] = [await freePort(), await freePort()];
  const file = (name) => path.join(stack.directory, name);
  const base = `https://127.0.0.1:${outer}/ops/backup/`;
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
    'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj',
    '/CN=127.0.0.1', '-keyout', file('tls.key'), '-out', file('tls.pem')],
  { stdio: 'ignore' });
  const front = `server {
    listen 127.0.0.1:${outer} ssl;
    ssl_certificate "${file('tls.pem')}";
    ssl_certificate_key "${file('tls.key')}";
    location /ops/backup/ {
      proxy_pass http://127.0.0.1:${inner}/backup/;
    }
  }
  server {`;
  fs.writeFileSync(file('front.conf'),
    fs.readFileSync(file('nginx.conf'), 'utf8')
      .replace(/listen 127\.0\.0\.1:\d+/, `listen 127.0.0.1:${inner}`)
      .replace('server {', front)
      .replace('nginx.pid', 'front.pid')
      .replace(/backup_tasks +on;/, `$& backup_tasks_public_base ${base};`));
  nginx = spawn('/usr/sbin/nginx', ['-p', stack.directory, '-c',
    file('front.conf'), '-e', file('log/front.log'), '-g', 'daemon off;'],
  { stdio: 'ignore' });
  return base;
}

test('behind a portal that ends TLS and has another path', async (t) => {
  if (!owns(t)) {
    return;
  }
  const base = await startPortal();
  const reader = await stack.open({ ignoreHTTPSErrors: true });
  const { page } = reader;
  for (let n = 0; n < 100; n++) {
    try {
      await page.goto(base);
      break;
    } catch {
      await page.waitForTimeout(100);
    }
  }
  assert.strictEqual(page.url(), `${base}data`);
  await page.getByRole('link', { name: /^Log Backup/ }).first().click();
  await page.getByLabel('Cluster', { exact: true }).fill('pay');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.waitForURL(/cluster=pay/);
  assert.ok(page.url().startsWith(`${base}log?`), page.url());
  await page.goto(`${base}log?status=IN_PROGRESS`);
  await page.locator('.list a[href$="/stop?status=IN_PROGRESS"], '
    + '.list a[href$="/stop"]').last().click();
  await page.locator('button.danger').click();
  await page.waitForURL(/\/commands\/\d+/);
  assert.ok(page.url().startsWith(`${base}commands/`), page.url());
  await page.getByRole('link', { name: 'Cancel', exact: true }).click();
  await page.getByRole('button', { name: 'Cancel the command' }).click();
  await page.waitForURL(/\/commands\/\d+$/);
  assert.match(await page.locator('main').innerText(), /Canceled/);
  await reader.close();
});

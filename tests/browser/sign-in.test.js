// sign-in.test.js: a browser between the pages and a portal on another origin.
//
// A second nginx with the worker of the installation takes the portal's tokens.
'use strict';

const assert = require('node:assert');
const { spawn, execFileSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { freePort, start } = require('./stack');

const secret = crypto.randomBytes(48);
let stack, nginx, portal, pages;
const asked = [];

function token() {
  const text = [{ alg: 'HS256' }, { sub: 'mia', roles: ['operator'],
    aud: 'backup-tasks', exp: Math.floor(Date.now() / 1000) + 300 }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${crypto.createHmac('sha256', secret).update(text)
    .digest('base64url')}`;
}

// Signs everybody in who asks, and leads back; /frame shows the pages.
function startPortal(port) {
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, `http://127.0.0.1:${port}`);
    if (url.pathname === '/frame') {
      response.setHeader('Content-Type', 'text/html');
      response.end(`<iframe src="${pages}data?layout=frame&amp;range=7d"
        width="900" height="600"></iframe>`);
      return;
    }
    if (url.pathname !== '/login') {
      response.statusCode = 404;
      response.end();
      return;
    }
    asked.push(url.searchParams.get('back'));
    response.writeHead(302, {
      'Set-Cookie': `portal=${token()}; Path=/; HttpOnly; SameSite=Lax`,
      Location: new URL(url.searchParams.get('back'), pages).href });
    response.end();
  });
  return new Promise((resolve) =>
    server.listen(port, '127.0.0.1', () => resolve(server)));
}

// The installation's configuration, with the portal in place of passwords.
function configuration(directory, port, portalPort) {
  const file = (name) => path.join(directory, name);
  fs.writeFileSync(file('portal.jwks'), JSON.stringify({
    keys: [{ kty: 'oct', k: secret.toString('base64url') }] }),
  { mode: 0o600 });
  fs.mkdirSync(file('portal'));
  fs.writeFileSync(file('portal/logo.svg'),
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30"></svg>');
  fs.writeFileSync(file('portal/own.css'), ':root { --ground: #fedcba; }');
  return fs.readFileSync(file('nginx.conf'), 'utf8')
    .replace(/listen 127\.0\.0\.1:\d+/, `listen 127.0.0.1:${port}`)
    .replace(/nginx\.pid/, 'portal.pid')
    .replace(/^ *auth_basic .*\n.*auth_basic_user_file.*$/m, `
      backup_tasks_token           $cookie_portal;
      backup_tasks_token_key_file  "${file('portal.jwks')}";
      backup_tasks_token_algorithm HS256;
      backup_tasks_token_issuer    off;
      backup_tasks_token_audience  backup-tasks;
      backup_tasks_token_claim     role roles;
      backup_tasks_brand_name      "Ops Backup";
      backup_tasks_brand_logo      /portal/logo.svg;
      backup_tasks_brand_style     /portal/own.css;
      backup_tasks_frame_ancestors http://127.0.0.1:${portalPort};
      backup_tasks_login_url
        http://127.0.0.1:${portalPort}/login?back=$backup_tasks_return_path;`)
    .replace(/^ *backup_tasks_(?:user|role) .*$/gm, '')
    .replace(/^ *location = \/ \{/m, `
      location /portal/ { alias "${file('portal/')}"; }
      $&`);
}

function connects(port) {
  return new Promise((resolve) => {
    const request = http.get({ port, host: '127.0.0.1', path: '/' },
      (response) => { response.resume(); resolve(true); });
    request.on('error', () => resolve(false));
  });
}

before(async () => {
  stack = await start();
  if (!stack.directory) {
    return;
  }
  const [port, portalPort] = [await freePort(), await freePort()];
  pages = `http://127.0.0.1:${port}/backup/`;
  portal = await startPortal(portalPort);
  const file = path.join(stack.directory, 'portal.conf');
  fs.writeFileSync(file, configuration(stack.directory, port, portalPort));
  const args = ['-p', stack.directory, '-c', file,
    '-e', path.join(stack.directory, 'log/portal.log')];
  execFileSync('/usr/sbin/nginx', [...args, '-t', '-q']);
  nginx = spawn('/usr/sbin/nginx', [...args, '-g', 'daemon off;'],
    { stdio: 'ignore' });
  for (let n = 0; n < 200 && !await connects(port); n++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

after(async () => {
  if (nginx) {
    const gone = new Promise((resolve) => nginx.on('exit', resolve));
    nginx.kill('SIGTERM');
    await gone;
  }
  if (portal) {
    portal.closeAllConnections();
    portal.close();
  }
  if (stack) {
    await stack.stop();
  }
});

// As a rule without script, so that nothing but the browser itself leads
// anywhere.
async function visitor(t, script = false) {
  if (!stack.directory) {
    t.skip('needs an installation of its own');
    return null;
  }
  asked.length = 0;
  const { page, close, problems } = await stack.open({ script,
    httpCredentials: undefined });
  return { page, close, problems, context: page.context(),
    go: (address) => page.goto(pages + address) };
}

test('a page leads to the portal, and back to itself', async (t) => {
  const reader = await visitor(t);
  if (!reader) {
    return;
  }
  await reader.go('log?range=7d&cluster=a%26b');
  assert.strictEqual(reader.page.url(), `${pages}log?range=7d&cluster=a%26b`);
  assert.deepStrictEqual(asked, ['/backup/log?range=7d&cluster=a%26b']);
  assert.match(await reader.page.locator('.user').innerText(), /mia/);
  await reader.close();
});

test('a page left open after the sign-in has ended', async (t) => {
  const reader = await visitor(t, true);
  if (!reader) {
    return;
  }
  const { page } = reader;
  await page.clock.install();
  await reader.go('log');
  await reader.context.clearCookies();
  await page.clock.runFor(16000);
  await page.locator('#refresh.failed').waitFor();
  assert.match(await page.locator('#refresh').innerText(),
    /Signed out, not refreshed for \d+ s/);
  assert.ok(await page.locator('.list').isVisible());
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.waitForURL(`${pages}log`);
  assert.match(await page.locator('#refresh').innerText(), /Refresh in/);
  await reader.close();
});

test("a portal's name, logo and style", async (t) => {
  const reader = await visitor(t);
  if (!reader) {
    return;
  }
  const { page } = reader;
  for (const address of ['data', 'nothing']) {
    await reader.go(address);
    assert.match(await page.title(), / · Ops Backup$/);
    assert.strictEqual(await page.locator('.brand').innerText(), 'Ops Backup');
    const logo = page.locator('.brand img');
    assert.deepStrictEqual(await logo.evaluate((img) => [img.naturalWidth,
      img.clientWidth, img.clientHeight]), [60, 44, 22]);
    assert.strictEqual(await page.evaluate(() =>
      getComputedStyle(document.body).backgroundColor), 'rgb(254, 220, 186)');
  }
  assert.deepStrictEqual(reader.problems.filter((line) =>
    !/404/.test(line)), []);
  await reader.close();
});

test('a filter that is sent after the sign-in has ended', async (t) => {
  const reader = await visitor(t);
  if (!reader) {
    return;
  }
  await reader.go('data?range=30d');
  await reader.context.clearCookies();
  await reader.page.getByLabel('Cluster', { exact: true }).fill('pay');
  await reader.page.getByRole('button', { name: 'Filter' }).click();
  await reader.page.waitForURL(/cluster=pay/);
  assert.strictEqual(asked.length, 2);
  assert.match(await reader.page.locator('.user').innerText(), /mia/);
  await reader.close();
});

test('an act that is sent after the sign-in has ended', async (t) => {
  const reader = await visitor(t);
  if (!reader) {
    return;
  }
  const { page } = reader;
  const commands = async () => (await (await page.request.get(
    `${pages}commands.xml`)).text()).match(/<command>/g)?.length ?? 0;
  await reader.go('log?status=IN_PROGRESS');
  await page.locator('.list a[href$="/stop"]').first().click();
  const form = page.url();
  const before = await commands();
  await reader.context.clearCookies();
  await page.locator('button.danger').click();
  assert.match(await page.locator('main').innerText(), /Nothing was done/);
  assert.strictEqual(page.url(), form);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.waitForURL(form);
  assert.strictEqual(await page.locator('button.danger').count(), 1);
  assert.strictEqual(await commands(), before);
  await reader.close();
});

test('a frame shows a page whose link leaves the frame', async (t) => {
  const reader = await visitor(t);
  if (!reader) {
    return;
  }
  const { page } = reader;
  await page.goto(`http://127.0.0.1:${portal.address().port}/frame`);
  const frame = page.frameLocator('iframe');
  assert.match(await frame.locator('main').innerText(), /not signed in/);
  assert.deepStrictEqual(asked, []);
  await frame.getByRole('link', { name: 'Sign in' }).click();
  await page.waitForURL(`${pages}data?range=7d`);
  assert.match(await page.locator('.user').innerText(), /mia/);
  await reader.close();
});

test('a frame of another origin shows nothing', async (t) => {
  const reader = await visitor(t);
  if (!reader) {
    return;
  }
  const { page } = reader;
  const { port } = portal.address();
  const seen = async (host) => {
    await page.goto(`http://${host}:${port}/frame`);
    const frame = await (await page.locator('iframe').elementHandle())
      .contentFrame();
    await frame.waitForLoadState().catch(() => {});
    return frame.locator('main').count();
  };
  assert.strictEqual(await seen('127.0.0.1'), 1);
  assert.strictEqual(await seen('localhost'), 0);
  assert.match(reader.problems.join('\n'), /frame-ancestors/);
  await reader.close();
});

// use.test.js: what readers and operators do: without script, with keys, while the page refreshes itself.
'use strict';

const assert = require('node:assert');
const { after, before, test } = require('node:test');
const { axe, start } = require('./stack');

let stack;

before(async () => {
  stack = await start();
});

after(() => stack && stack.stop());

const query = (page) => new URL(page.url()).searchParams;

test('without script: the + opens method, version and directory', async () => {
  const reader = await stack.open({ script: false });
  await reader.go('data?range=30d');
  const body = reader.page.locator('.data tbody').first();
  const more = body.locator('.more');
  assert.ok(!await more.isVisible());
  await body.locator('summary').click();
  assert.ok(await more.isVisible());
  const text = await more.innerText();
  assert.match(text, /Backup Method/);
  assert.match(text, /Storage Directory/);
  await body.locator('summary').press('Enter');
  assert.ok(!await more.isVisible());
  await reader.close();
});

test('without script: filter, range, pages and language keep each other',
  async () => {
    const reader = await stack.open({ script: false });
    const { page } = reader;
    await reader.go('data?range=30d&size=20&tz=Asia/Shanghai');
    await page.getByRole('link', { name: /^Completed/ }).first().click();
    assert.strictEqual(query(page).get('status'), 'COMPLETED');
    await page.getByLabel('Cluster', { exact: true }).fill('a');
    await page.getByRole('button', { name: 'Filter' }).click();
    assert.deepStrictEqual(
      ['range', 'size', 'tz', 'status', 'cluster'].map((name) =>
        query(page).get(name)),
      ['30d', '20', 'Asia/Shanghai', 'COMPLETED', 'a']);
    const rows = () => page.locator('.id > a').allTextContents();
    const first = await rows();
    await page.getByRole('link', { name: 'Next ›' }).click();
    const second = await rows();
    assert.strictEqual(second.filter((id) => first.includes(id)).length, 0);
    await page.getByRole('link', { name: '‹ Previous' }).click();
    assert.deepStrictEqual(await rows(), first);
    await page.getByRole('link', { name: 'Last 7 Days' }).click();
    assert.strictEqual(query(page).get('cluster'), 'a');
    assert.strictEqual(query(page).get('range'), '7d');
    await page.getByRole('link', { name: '中文' }).click();
    assert.strictEqual(query(page).get('cluster'), 'a');
    assert.strictEqual(await page.locator('html').getAttribute('lang'),
      'zh-CN');
    await page.getByRole('link', { name: 'English' }).click();
    await page.getByTitle('Remove this filter').click();
    assert.strictEqual(query(page).get('cluster'), null);
    assert.strictEqual(query(page).get('status'), 'COMPLETED');
    await reader.close();
  });

test('without script: a custom time in the zone of choice', async () => {
  const reader = await stack.open({ script: false });
  const { page } = reader;
  await reader.go('data?cluster=a');
  await page.locator('#custom summary').click();
  await page.getByLabel('From').fill('2026-03-08T00:00');
  await page.getByLabel('To, not included').fill('2026-03-09T12:30:30');
  await page.locator('#custom').getByLabel('Time zone')
    .fill('America/New_York');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  assert.strictEqual(query(page).get('range'), 'custom');
  assert.strictEqual(query(page).get('cluster'), 'a');
  await page.locator('#custom summary').click();
  assert.strictEqual(
    await page.locator('#custom').getByLabel('Time zone').inputValue(),
    'America/New_York');
  await page.getByRole('link', { name: 'Last 24 Hours' }).click();
  assert.strictEqual(query(page).get('from'), null);
  assert.strictEqual(query(page).get('tz'), 'America/New_York');
  await reader.close();
});

test('without script: a cause in two steps, whole, in both languages',
  async () => {
    const reader = await stack.open({ script: false });
    const { page } = reader;
    await reader.go('data?range=30d&status=FAILED');
    const cluster = await page.locator('.list tbody .c a').first().innerText();
    await page.getByRole('link', { name: 'View Cause' }).first().click();
    assert.match(await page.locator('h1').innerText(), /^Why data backup task/);
    assert.match(await page.locator('main').innerText(),
      /What the cluster said/);
    assert.ok((await page.locator('main').innerText()).includes(cluster));
    await page.getByRole('link', { name: '中文' }).click();
    assert.match(await page.locator('main').innerText(), /集群返回的原文/);
    await reader.close();
  });

test('without script: Stop names everything, acts once, then says so',
  async () => {
    const reader = await stack.open({ script: false });
    const { page } = reader;
    await reader.go('log?status=IN_PROGRESS&lang=en');
    const row = page.locator('.list tbody tr:has(.act[href*="/stop"])').first();
    const cluster = await row.locator('th a').innerText();
    const record = await row.getAttribute('id');
    await row.locator('.act').click();
    const form = page.url();
    const text = await page.locator('main').innerText();
    for (const part of [cluster, 'In Progress', 'Last Restorable Moment',
      'Agent Last Seen', 'Exactly this is run', 'NOARCHIVELOG']) {
      assert.ok(text.includes(part), part);
    }
    await page.getByRole('button', { name: 'Stop log backup' }).click();
    assert.match(page.url(), /\/commands\/\d+/);
    assert.match(await page.locator('h1').innerText(), /^Stop: /);
    assert.match(await page.locator('.head').innerText(), /Requested/);
    await page.reload();
    assert.match(page.url(), /\/commands\/\d+/);
    await page.goto(form);
    assert.match(await page.locator('main').innerText(),
      /This is not possible now/);
    assert.strictEqual(
      await page.getByRole('button', { name: 'Stop log backup' }).count(), 0);
    await reader.go('log?status=IN_PROGRESS');
    assert.match(await page.locator(`#${record}`).innerText(),
      /Stop by operator: Requested/);
    await reader.go('commands');
    assert.match(await page.locator('.list tbody tr').first().innerText(),
      /Requested/);
    await reader.close();
  });

test('a form that is too late is refused on a readable page', async () => {
  const one = await stack.open();
  const two = await stack.open();
  const row = (reader) => reader.page.locator('.list .act[href*="/stop"]');
  await one.go('log?status=IN_PROGRESS');
  const form = await row(one).last().getAttribute('href');
  await one.go(form);
  await two.go(form);
  const press = (reader) => reader.page.getByRole('button',
    { name: 'Stop log backup' }).click();
  await press(one);
  await press(two);
  const text = await two.page.locator('main').innerText();
  assert.match(text, /409/);
  assert.match(text, /The state has changed/);
  assert.deepStrictEqual(await axe(two.page), []);
  await one.close();
  await two.close();
});

test('viewers see no way to act, and none works', async () => {
  const reader = await stack.open({ user: 'viewer' });
  await reader.go('log');
  assert.strictEqual(await reader.page.locator('.act').count(), 0);
  const details = await reader.page.locator('.details').first()
    .getAttribute('href');
  const answer = await reader.go(details.replace(/(\?|$)/, '/stop$1'));
  assert.strictEqual(answer.status(), 403);
  await reader.close();
});

test('the + works by script where the browser has no :has()', async () => {
  const reader = await stack.open();
  const { page } = reader;
  await page.addInitScript(() => {
    CSS.supports = () => false;
  });
  await reader.go('data?range=30d');
  const body = page.locator('.data tbody').first();
  await body.locator('summary').click();
  await page.locator('.data tbody.open').waitFor();
  assert.ok(await body.locator('.more').isVisible());
  await body.locator('summary').click();
  await page.locator('.data:not(:has(.open))').waitFor();
  assert.ok(!await body.locator('.more').isVisible());
  await reader.close();
});

test('keys: skip link, from + to +, Escape', async () => {
  const reader = await stack.open();
  const { page } = reader;
  await reader.go('data?range=30d');
  await page.keyboard.press('Tab');
  assert.strictEqual(await page.evaluate(() =>
    document.activeElement.textContent), 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.strictEqual(await page.evaluate(() => document.activeElement.id),
    'main');
  await page.locator('.id summary').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.deepStrictEqual(
    await page.locator('.data tbody').evaluateAll((bodies) =>
      bodies.slice(0, 3).map((body) => Boolean(
        body.querySelector('.more').offsetParent))),
    [false, true, false]);
  await page.locator('#custom summary').click();
  await page.keyboard.press('Escape');
  assert.strictEqual(
    await page.locator('#custom').evaluate((custom) => custom.open), false);
  await reader.close();
});

test('refresh: new content at the same address, the place kept', async () => {
  const reader = await stack.open();
  const { page } = reader;
  await page.clock.install();
  await reader.go('data?range=30d&size=20');
  const address = page.url();
  const summary = page.locator('.id summary').nth(2);
  await summary.click();
  await page.evaluate(() => {
    document.querySelector('h1').textContent = 'old';
  });
  assert.match(await page.locator('#refresh').innerText(), /Refresh in \d+ s/);
  const again = page.waitForResponse((answer) => answer.url() === address);
  await page.clock.runFor(16000);
  await again;
  await page.getByRole('heading', { name: 'Backup', level: 1 }).waitFor();
  assert.strictEqual(page.url(), address);
  assert.ok(await page.locator('.data tbody').nth(2).locator('.more')
    .isVisible());
  assert.ok(await summary.evaluate((it) => it === document.activeElement));
  assert.deepStrictEqual(reader.problems, []);
  await reader.close();
});

test('refresh: pause holds it, typing holds it, hidden words say so',
  async () => {
    const reader = await stack.open();
    const { page } = reader;
    await page.clock.install();
    await reader.go('data?range=30d');
    let asked = 0;
    page.on('request', (request) => {
      asked += request.url() === page.url() ? 1 : 0;
    });
    await page.getByLabel('Cluster', { exact: true }).fill('pay');
    await page.clock.runFor(40000);
    assert.strictEqual(asked, 0, 'while somebody types');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.clock.runFor(120000);
    assert.strictEqual(asked, 0, 'while paused');
    assert.match(await page.locator('#refresh').innerText(),
      /Refresh paused for 2 min/);
    assert.ok(await page.locator('main.unrefreshed').count());
    await page.reload();
    assert.match(await page.locator('#refresh').innerText(), /paused/);
    const again = page.waitForResponse((answer) =>
      answer.url() === page.url());
    await page.getByRole('button', { name: 'Resume' }).click();
    await again;
    await reader.close();
  });

test('refresh: a server that is away is said, its return is seen',
  async () => {
    const reader = await stack.open();
    const { page } = reader;
    await page.clock.install();
    await reader.go('log');
    await page.context().setOffline(true);
    await page.clock.runFor(16000);
    await page.locator('#refresh.failed').waitFor();
    assert.match(await page.locator('#refresh').innerText(),
      /Not refreshed for \d+ s/);
    assert.ok(await page.locator('.list').isVisible());
    await page.context().setOffline(false);
    await page.clock.runFor(130000);
    await page.locator('#refresh:not(.failed)').waitFor();
    assert.match(await page.locator('#refresh').innerText(), /Refresh in/);
    await reader.close();
  });

test('copy puts the whole text into the clipboard', async () => {
  const reader = await stack.open(
    { permissions: ['clipboard-read', 'clipboard-write'] });
  const { page } = reader;
  await reader.go('data?range=30d&status=FAILED');
  await page.getByRole('link', { name: 'View Cause' }).first().click();
  await page.locator('pre + .copy').click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  assert.strictEqual(
    await page.evaluate(() => navigator.clipboard.readText()),
    await page.locator('pre').textContent());
  await reader.close();
});

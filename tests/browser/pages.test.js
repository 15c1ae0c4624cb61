// pages.test.js: every kind of page of the running product, in Chromium: whole, accessible, not cut off.
'use strict';

const assert = require('node:assert');
const { after, before, test } = require('node:test');
const { axe, overflow, start } = require('./stack');

let stack;
const addresses = {};

before(async () => {
  stack = await start();
  await findPages();
});

after(() => stack && stack.stop());

// Finds one page of each kind by the links that readers have.
async function findPages() {
  const reader = await stack.open();
  const first = async (from, selector) => {
    await reader.go(from);
    const link = reader.page.locator(selector).first();
    assert.ok(await link.count(), `${from}: nothing matches ${selector}`);
    return link.getAttribute('href');
  };
  for (const list of ['data', 'log', 'cleanup', 'second', 'clusters',
    'commands', 'audit']) {
    addresses[list] = list;
  }
  addresses['data of 30 days'] = 'data?range=30d&size=200';
  addresses['log of 7 days'] = 'log?range=7d';
  addresses.task = await first('data?range=30d', '.id > a');
  addresses['failed task'] = (await first('data?range=30d&status=FAILED',
    '.list .a a')).replace('/cause', '');
  addresses.cause = await first('data?range=30d&status=FAILED', '.list .a a');
  addresses['second of a task'] = await first('data?range=30d&size=500',
    '.list a[href*="/second"]');
  addresses['log backup'] = await first('log', '.list .details');
  addresses['cleanup task'] = await first('cleanup?range=30d', '.id > a');
  addresses['second backup'] = await first('second?range=30d', '.id > a');
  addresses.cluster = await first('clusters', '.list th a');
  addresses['stop form'] = await first('log', '.act[href*="/stop"]');
  addresses['start form'] = await first('log?status=STOPPED',
    '.act[href*="/start"]');
  addresses['restart form'] = await first('log?status=INTERRUPTED',
    '.act[href*="/restart"]');
  addresses['acknowledge form'] =
    addresses['restart form'].replace('/restart', '/acknowledge');
  addresses['system health'] = 'health/report';
  addresses.empty = 'data?cluster=no-such-cluster';
  addresses['custom range'] = 'data?range=custom&from=2026-01-01' +
    '&to=2026-01-02T12:30&tz=Asia/Kolkata&status=FAILED&cluster=a%26b%22%3C';
  await reader.close();
}

const words = {
  en: { lang: 'en', data: 'Data Backup Tasks', failed: 'Failed' },
  zh: { lang: 'zh-CN', data: '数据备份', failed: '失败' },
};

function withLanguage(address, lang) {
  return address + (address.includes('?') ? '&' : '?') + `lang=${lang}`;
}

for (const [lang, text] of Object.entries(words)) {
  test(`every page at 1440 pixels, ${lang}`, async (t) => {
    const reader = await stack.open({ dark: lang === 'zh' });
    for (const [name, address] of Object.entries(addresses)) {
      await t.test(name, async () => {
        const answer = await reader.go(withLanguage(address, lang));
        assert.strictEqual(answer.status(), 200);
        assert.deepStrictEqual(reader.problems, []);
        assert.strictEqual(
          await reader.page.locator('html').getAttribute('lang'), text.lang);
        assert.strictEqual(await reader.page.locator('h1').count(), 1);
        assert.deepStrictEqual(await overflow(reader.page),
          { cells: [], page: 0 });
        assert.deepStrictEqual(await axe(reader.page), []);
      });
    }
    await reader.close();
  });
}

test('every page on a phone', async (t) => {
  const reader = await stack.open({ width: 390, height: 844, hasTouch: true });
  for (const [name, address] of Object.entries(addresses)) {
    await t.test(name, async () => {
      await reader.go(address);
      assert.deepStrictEqual(await overflow(reader.page),
        { cells: [], page: 0 });
      assert.deepStrictEqual(await axe(reader.page), []);
    });
  }
  await reader.close();
});

test('no width in between cuts a table off', async () => {
  for (const width of [768, 901, 1024, 1109, 1110, 1300, 1301, 1399, 1400, 1920]) {
    const reader = await stack.open({ width });
    for (const address of ['data', 'log', 'cleanup', 'second', 'clusters']) {
      await reader.go(address);
      const found = await overflow(reader.page);
      assert.strictEqual(found.page, 0, `${address} at ${width}`);
      assert.deepStrictEqual(found.cells, [], `${address} at ${width}`);
    }
    await reader.close();
  }
});

test('the columns are those of the reference page, in its order', async () => {
  const reader = await stack.open();
  const heads = async (address) => {
    await reader.go(address);
    return reader.page.locator('.list thead th').allTextContents();
  };
  assert.deepStrictEqual(await heads('data'),
    ['ID', 'Cluster', 'Data Backup Mode', 'Backup Set ID',
      'Backup Task Source', 'Start Time', 'End Time', 'Status',
      'Second Backup', 'Actions']);
  assert.deepStrictEqual(await heads('log'),
    ['Cluster', 'Backup Method', 'Host IP Address', 'Latest Backup Time',
      'Latency', 'Storage Directory', 'Start Time', 'Status', 'Actions']);
  assert.deepStrictEqual(await heads('cleanup'),
    ['ID', 'Cluster', 'Start Time', 'End Time', 'Status']);
  await reader.close();
});

test('every number above the list is the number of rows it links to',
  async (t) => {
    const reader = await stack.open();
    for (const address of ['data?range=7d', 'log', 'cleanup?range=7d']) {
      await reader.go(address);
      const numbers = await reader.page.locator(
        '.tile a, .states a, .tabs .n').evaluateAll((links) =>
        links.map((link) => ({ href: link.getAttribute('href'),
          number: Number(link.textContent.match(/[\d,]+/)[0]
            .replace(/,/g, '')) })));
      assert.ok(numbers.length > 8);
      for (const { href, number } of numbers) {
        await t.test(`${number}: ${href}`, async () => {
          const feed = new URL(href, stack.url);
          feed.pathname += '.xml';
          feed.searchParams.delete('lang');
          const answer = await reader.page.request.get(feed.href);
          const xml = await answer.text();
          assert.strictEqual(Number(xml.match(/<page count="(\d+)"/)[1]),
            number);
        });
      }
    }
    await reader.close();
  });

// At most three addresses of each form, numbers and cursors aside.
function sortsOf(links) {
  const seen = new Map();
  return Array.from(new Set(links)).filter((link) => {
    const sort = link.replace(/\d+/g, 'N').replace(/(after|before)=[^&]*/, '$1');
    seen.set(sort, (seen.get(sort) || 0) + 1);
    return seen.get(sort) <= 3;
  });
}

test('no link leads nowhere', async () => {
  const reader = await stack.open();
  const links = [];
  for (const address of Object.values(addresses)) {
    await reader.go(address);
    links.push(...await reader.page.locator('a[href], link[href]')
      .evaluateAll((all) => all.map((link) => link.href.replace(/#.*/, ''))));
  }
  const chosen = sortsOf(links);
  assert.ok(chosen.length > 100);
  for (const link of chosen) {
    const answer = await reader.page.request.get(link);
    assert.strictEqual(answer.status(), 200, link);
  }
  await reader.close();
});

test('times are those of the zone, which is named once', async () => {
  const reader = await stack.open();
  for (const zone of ['America/New_York', 'Asia/Kolkata', 'UTC']) {
    await reader.go(`data?range=30d&size=500&tz=${zone}`);
    assert.strictEqual(
      (await reader.page.locator('main').innerText()).split(zone).length, 2);
    const wrong = await reader.page.evaluate((timeZone) => {
      const format = new Intl.DateTimeFormat('sv-SE', { timeZone,
        dateStyle: 'short', timeStyle: 'medium' });
      return Array.from(document.querySelectorAll('time')).filter((time) => {
        const shown = time.textContent.match(/(\d\d-\d\d \d\d:\d\d:\d\d)/)[1];
        return !format.format(new Date(time.dateTime)).endsWith(shown);
      }).map((time) => time.outerHTML);
    }, zone);
    assert.deepStrictEqual(wrong, []);
  }
  await reader.close();
});

test('errors are readable pages', async (t) => {
  const cases = {
    400: ['data?range=2d', 'range'],
    404: ['data/9007199254740991', 'There is nothing here'],
    403: ['commands', 'operator'],
  };
  const reader = await stack.open({ user: 'viewer' });
  for (const [status, [address, text]] of Object.entries(cases)) {
    await t.test(status, async () => {
      const answer = await reader.go(address);
      assert.strictEqual(answer.status(), Number(status));
      const body = await reader.page.locator('main').innerText();
      assert.ok(body.includes(text), body);
      assert.match(body, /Request ID\s+[0-9a-f]{32}/);
      assert.deepStrictEqual(await axe(reader.page), []);
      await reader.page.getByRole('link',
        { name: 'To the data backup tasks' }).click();
      assert.strictEqual(await reader.page.locator('h1').innerText(), 'Backup');
    });
  }
  await reader.close();
});

test('on paper there is the list and nothing to press', async () => {
  const reader = await stack.open({ media: 'print' });
  await reader.go('data?range=7d');
  for (const hidden of ['.side', '.filter form', '#refresh', '.sizes',
    '.pages', 'main button']) {
    for (const item of await reader.page.locator(hidden).all()) {
      assert.ok(!await item.isVisible(), hidden);
    }
  }
  for (const seen of ['h1', '.verdict', '.list thead', '.foot']) {
    assert.ok(await reader.page.locator(seen).first().isVisible(), seen);
  }
  const paper = await reader.page.pdf({ preferCSSPageSize: true });
  assert.strictEqual(paper.subarray(0, 5).toString(), '%PDF-');
  await reader.close();
});

test('a frame has the content, a fragment nothing around it', async () => {
  const reader = await stack.open();
  await reader.go('data?layout=frame');
  assert.strictEqual(await reader.page.locator('header, .side').count(), 0);
  assert.strictEqual(await reader.page.locator('.list').count(), 1);
  const next = await reader.page.locator('.range a').first()
    .getAttribute('href');
  assert.match(next, /layout=frame/);
  const answer = await reader.page.request.get(
    new URL('data?layout=fragment', stack.url).href);
  assert.match(await answer.text(),
    /^(?:<!DOCTYPE html>\s*)?<div class="backup-tasks" lang="en"><main /);
  await reader.close();
});

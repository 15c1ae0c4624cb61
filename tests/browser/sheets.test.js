// sheets.test.js: every kind of document becomes a whole, safe page in both languages and all layouts.
'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { documents, render, sheets, source } = require('./render');

const variants = [
  { lang: 'en', roles: 'operator', layout: 'full' },
  { lang: 'zh', roles: 'viewer', layout: 'full' },
  { lang: 'zh', roles: 'operator auditor', layout: 'frame' },
  { lang: 'en', roles: 'viewer', layout: 'fragment' },
  { lang: 'en', roles: '', user: '', logout_url: '', layout: 'full' },
];

// What no page may hold, whatever the document.
function checkPage(html, name) {
  assert.doesNotMatch(html, /\[[a-z]+(?:\.[\w-]+)+\]/, `${name}: missing text`);
  assert.doesNotMatch(html, /\bNaN\b|\bInfinity\b/, `${name}: broken number`);
  assert.doesNotMatch(html, /\{[01]\}(?![^<]*" data-say|")/,
    `${name}: value not put in`);
  assert.doesNotMatch(html, /<[a-z]+[^>]*\s(?:style|on[a-z]+)=/,
    `${name}: inline style or script`);
  assert.doesNotMatch(html, /<script(?! src="\/backup\/static\/)/,
    `${name}: inline script`);
  for (const [, , address] of html.matchAll(/ (href|src|action)="([^"]*)"/g)) {
    assert.match(address,
      /^(?:\/backup\/|\/logout$|https:\/\/portal\.example\/login\?|#|$)/, name);
  }
}

for (const file of documents) {
  test(file, () => {
    for (const variant of variants) {
      const name = `${variant.lang} ${variant.roles} ${variant.layout}`;
      const { status, html, errors } = render(file, variant);
      assert.strictEqual(status, 0, name);
      assert.strictEqual(errors, '', name);
      checkPage(html, name);
      const language = variant.lang === 'zh' ? 'zh-CN' : 'en';
      assert.match(html, variant.layout === 'fragment'
        ? new RegExp(`<div class="backup-tasks" lang="${language}"><main `)
        : new RegExp(`^<!DOCTYPE html>\n<html lang="${language}">`), name);
      assert.strictEqual(html.includes('<header'), variant.layout === 'full');
      assert.strictEqual(html.includes('class="side"'),
        variant.layout === 'full' && variant.user !== '');
    }
  });
}

test('what comes from clusters and people stays text', () => {
  for (const lang of ['en', 'zh']) {
    // xsltproc cannot pass both quotes in one value; nginx can.
    const { html } = render('data.xml', { lang, user: '<i>"&', roles: '<b>' });
    assert.doesNotMatch(html, /<script>|<i>|<b>&"quoted/);
    assert.match(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
    assert.match(html, /&lt;b&gt;&amp;"quoted"'100%\/𝒳/);
    assert.match(html, /a`; DROP TABLE x; -- 租户/);
    assert.match(html, /<b>&lt;i&gt;"&amp;<\/b>/);
  }
});

test('a cause is shown whole', () => {
  const text = render('cause-long.xml').html
    .match(/<pre[^>]*>([^]*?)<\/pre>/)[1];
  assert.ok(text.length > 1000);
  assert.match(text, /^dest: oss:.*giving up$/);
});

test('tasks that failed for the same cause are all named', () => {
  const { html } = render('cause.xml', variants[0]);
  for (const id of [18102, 17544]) {
    assert.ok(html.includes(`href="/backup/data/${id}/cause?`), `${id}`);
  }
});

test('the tasks of a backup set are those of its tenant', () => {
  const { html } = render('second.xml', variants[0]);
  assert.match(html, /&amp;tenant-name=main&amp;backup-set=903/);
});

test('whoever is not signed in is led to the portal, out of any frame', () => {
  for (const layout of ['full', 'frame', 'fragment']) {
    assert.match(render('error-401-portal.xml', { layout, user: '' }).html,
      /<a class="button" href="https:\/\/portal\.example\/login\?app=1&amp;back=%2Fbackup%2Flog%2F9%2Fstop" target="_top">/);
  }
  const signOut = (file, user) =>
    render(file, { user, logout_url: '/out' }).html.includes('href="/out"');
  assert.ok(!signOut('error-401-portal.xml', ''));
  assert.ok(signOut('error-403.xml', 'mia'));
});

test('acts are for operators, commands and audit for auditors too', () => {
  const links = (file, roles) =>
    Array.from(render(file, { roles }).html.matchAll(/href="([^"?]*)/g),
      (match) => match[1]);
  const stop = '/backup/log/9/stop';
  assert.ok(links('log.xml', 'operator').includes(stop));
  assert.ok(links('log.xml', 'viewer operator').includes(stop));
  assert.ok(!links('log.xml', 'viewer').includes(stop));
  assert.ok(!links('log.xml', 'auditor').includes(stop));
  assert.ok(!links('log.xml', 'cooperator').includes(stop));
  assert.ok(links('data.xml', 'auditor').includes('/backup/audit'));
  assert.ok(!links('data.xml', 'viewer').includes('/backup/audit'));
});

test('a row offers what its state allows', () => {
  const { html } = render('log.xml');
  const acts = (id) => Array.from(
    html.matchAll(new RegExp(`href="/backup/log/${id}/(\\w+)`, 'g')),
    (match) => match[1]).join(' ');
  assert.deepStrictEqual([9, 8, 7, 6, 4, 2].map(acts),
    ['stop restart', 'stop', '', 'start', '', 'start'],
    'interrupted, in progress, command open, stopped, stopping, failed');
});

test('a form names what it does and carries its three fields', () => {
  const { html } = render('form-restart.xml');
  assert.match(html, /method="post" action="\/backup\/log\/9\/restart\?tz=/);
  assert.match(html, /name="csrf" value="cafe"/);
  assert.match(html, /name="expected-state" value="INTERRUPTED"/);
  assert.match(html, /name="idempotency-key" value="0f1e2d3c4b5a/);
  assert.match(html, /ALTER SYSTEM NOARCHIVELOG TENANT = `main`;\nALTER/);
  assert.match(html, /at least 41 min 28 s/);
  assert.match(html, /<button class="danger">Restart log backup</);
});

test('a form without a way to act has no button', () => {
  const { html } = render('form-refused.xml');
  assert.doesNotMatch(html, /method="post"|<form class="do"/);
  assert.match(html, /Command 41 \(stop, requested by li.wei\) is still open/);
});

test('links of a filtered list keep what they do not change', () => {
  const { html } = render('data-filtered.xml');
  const find = (text) => html.match(
    new RegExp(`href="([^"]*)"[^>]*>${text}`))[1].replace(/&amp;/g, '&');
  const query = (text) => new URLSearchParams(find(text).split('?')[1]);
  const cluster = '<b>&"q"\'100%/ 𝒳';
  const day = query('Last 24 Hours');
  assert.deepStrictEqual(day.getAll('range'), ['24h']);
  assert.ok(!day.has('from') && !day.has('to'));
  assert.deepStrictEqual(day.getAll('status'), ['FAILED', 'UNKNOWN']);
  assert.strictEqual(day.get('cluster'), cluster);
  assert.strictEqual(day.get('size'), '20');
  const log = query('Log Backup');
  assert.strictEqual(log.get('cluster'), cluster);
  assert.ok(!log.has('status') && !log.has('mode'));
  assert.strictEqual(log.get('range'), 'custom');
  const clear = query('Clear all');
  assert.ok(!clear.has('cluster') && !clear.has('mode') &&
    !clear.has('status'));
  assert.strictEqual(clear.get('from'), '2026-11-01T00:00:00Z');
  const chinese = query('中文');
  assert.deepStrictEqual(chinese.getAll('lang'), ['zh']);
  assert.strictEqual(chinese.get('cluster'), cluster);
});

test('a time of another offset or year says so', () => {
  const { html } = render('log-range.xml');
  assert.match(html, /<span class="d">10-02<\/span> 10:00:00<\/time>/);
  const other = render('times.xml').html;
  assert.match(other, /<span class="d">10-25<\/span> 02:30:00<span class="d"> \+02:00</);
  assert.match(other, /<span class="d">2025-12-31<\/span> 23:00:00<\/time>/);
});

test('an acknowledged or canceled failure is not red', () => {
  const { html } = render('data.xml');
  const bad = html.split('<tbody').filter((body) => body.startsWith(' class="bad"'))
    .map((body) => body.match(/data\/(\d+)/)[1]);
  assert.deepStrictEqual(bad, ['18230', '18225']);
  assert.match(html, /Acknowledged by zhang.min, 16 h 30 min ago/);
});

test('the latency is at least what was seen, plus the time since', () => {
  const { html } = render('log.xml');
  assert.match(html, /at least 11 s<\/span><small>seen 4 s ago/);
  assert.match(html, /at least 44 min<\/span><small>seen 43 min ago/);
});

test('the sheets read nothing but the document and escape all they write',
  () => {
    assert.doesNotMatch(source(),
      /\bdocument\(|exsl:document|disable-output-escaping|xsl:processing/);
  });

test('addresses of style and script change with their content', () => {
  const hash = crypto.createHash('sha256');
  for (const name of ['backup-tasks.css', 'backup-tasks.js']) {
    hash.update(fs.readFileSync(path.join(sheets, 'static', name)));
  }
  const version = hash.digest('hex').slice(0, 8);
  assert.ok(source().includes(`name="assets" select="'${version}'"`),
    `frame.xsl: set $assets to '${version}'`);
});

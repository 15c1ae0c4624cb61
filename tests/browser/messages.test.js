// messages.test.js: the message files agree with each other and with the sheets.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { evaluate, messages, source } = require('./render');

const root = path.resolve(__dirname, '../..');
const english = messages('en');
const chinese = messages('zh');

test('both languages have the same keys in the same order', () => {
  assert.ok(english.length > 300);
  assert.deepStrictEqual(chinese.map((m) => m.key), english.map((m) => m.key));
});

test('no key stands twice', () => {
  assert.strictEqual(new Set(english.map((m) => m.key)).size, english.length);
});

test('both languages put in the same values', () => {
  const marks = (text) =>
    (text.match(/\{\d\}|<[av] n="[^"]*"/g) || []).sort().join(' ');
  english.forEach((message, i) => {
    assert.strictEqual(marks(chinese[i].text), marks(message.text),
      message.key);
  });
});

test('no text is empty', () => {
  for (const message of [...english, ...chinese]) {
    assert.notStrictEqual(message.text.trim(), '', message.key);
  }
});

test('each key that a sheet names has a text', () => {
  const keys = new Set(english.map((m) => m.key));
  for (const [, name, key] of source().matchAll(/f:(t|t1|t2)\('([^']*)'/g)) {
    assert.ok(keys.has(key), `f:${name}('${key}')`);
  }
  for (const [, key] of source().matchAll(/f:form\('([^']*)'/g)) {
    assert.ok(keys.has(`${key}.one`) && keys.has(`${key}.many`), key);
  }
});

test('each text is used', () => {
  const text = source();
  const heads = new Set(
    Array.from(text.matchAll(/'([a-z.-]+)\.'/g), (m) => m[1]));
  for (const [, head] of text.matchAll(/f:word\((?:concat\()?'([a-z.-]+)'/g)) {
    heads.add(head.replace(/\.$/, ''));
  }
  for (const head of ['kind', 'settled', 'method', 'mode', 'action', 'set-state',
    'status', 'status.cleanup']) {
    heads.add(head);
  }
  const used = (key) => text.includes(`'${key}'`) ||
    text.includes(`${key} `) || text.includes(` ${key}'`) ||
    text.includes(`>${key}<`) ||
    text.includes(`'${key.replace(/\.(one|many)$/, '')}'`) ||
    Array.from(heads).some((head) => key.startsWith(`${head}.`));
  assert.deepStrictEqual(
    english.map((m) => m.key).filter((key) => !used(key)), []);
});

test('a key without text shows itself', () => {
  assert.deepStrictEqual(
    evaluate(["f:t('no.such')", "f:t1('no.such', 'x')", "f:t('yes')"]),
    ['[no.such]', '[no.such]', 'Yes']);
});

test('whatever is on record has a word', () => {
  const table = fs.readFileSync(path.join(root, 'docs/acts.md'), 'utf8')
    .match(/^\| `DONE` \|(.*)\|.*\|$/m)[1];
  const words = table.match(/[a-z-]+/g).concat('start', 'stop', 'restart',
    'acknowledge', 'cancel', 'backup');
  assert.ok(words.length > 9);
  for (const list of [english, chinese]) {
    const keys = list.map((m) => m.key);
    assert.deepStrictEqual(
      words.filter((word) => !keys.includes(`action.${word}`)), []);
  }
});

test('a code that has no word yet shows itself', () => {
  assert.deepStrictEqual(
    evaluate(["f:word('mode', 'FULL')", "f:word('mode', 'ARCHIVE')",
      "f:status('cleanup', 'FAILED')", "f:status('data', 'NEW')"],
    { lang: 'zh' }),
    ['全量', 'ARCHIVE', '任务失败', 'NEW']);
});

test('what is put into a text is not looked at again', () => {
  assert.deepStrictEqual(
    evaluate(["f:t2('tab.bad', '{1}', '{0}')", "f:t1('time.ago', '{0}{0}')"]),
    ['{1} bad in {0}', '{0}{0} ago']);
  assert.deepStrictEqual(
    evaluate(["f:t2('tab.bad', '{1}', '{0}')"], { lang: 'zh' }),
    ['{0}：{1} 个异常']);
});

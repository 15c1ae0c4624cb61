// values.test.js: how the sheets write durations, ages, times, sizes and addresses.
'use strict';

const assert = require('node:assert');
const test = require('node:test');
const { evaluate } = require('./render');

const span = (seconds, fine) => `f:span(${seconds}, ${fine})`;

test('durations have two units', () => {
  assert.deepStrictEqual(
    evaluate([0, 59, 60, 61, 3599, 3600, 3661, 86399, 86400, 90000, 864000,
      900000, 12.9].map((s) => span(s, 1))),
    ['0 s', '59 s', '1 min', '1 min 1 s', '59 min 59 s', '1 h', '1 h 1 min',
      '23 h 59 min', '1 d', '1 d 1 h', '10 d', '10 d 10 h', '12 s']);
});

test('ages leave out what nobody needs', () => {
  assert.deepStrictEqual(
    evaluate([0, 59, 61, 3599, 5520, 273600, 864000, 900000]
      .map((s) => span(s, 0))),
    ['0 s', '59 s', '1 min', '59 min', '1 h 32 min', '3 d 4 h', '10 d',
      '10 d']);
});

test('ages are those at `generated`, past and future', () => {
  const ages = ["f:ago('2026-11-22T08:20:04.999999Z')",
    "f:ago('2026-11-22T08:37:10.000000Z')", "f:ago('')", "f:ago('soon')",
    "f:ago('1970-01-01T00:00:00.000000Z')",
    "f:ago('2024-02-29T08:32:09.000000Z')"];
  assert.deepStrictEqual(evaluate(ages),
    ['12 min ago', 'in 5 min', '', '', '20779 d ago', '997 d ago']);
  assert.deepStrictEqual(evaluate(ages.slice(0, 2), { lang: 'zh' }),
    ['12 分钟前', '5 分钟后']);
});

test('sizes keep two or three figures', () => {
  assert.deepStrictEqual(
    evaluate([0, 1023, 1024, 1536, 10188, 10189, 1048576, 229780750336,
      1099511627776, 1512366476820, '1e15'].map((n) => `f:size(${
        n === '1e15' ? '1000000000000000' : n})`)),
    ['0 B', '1023 B', '1.0 KiB', '1.5 KiB', '9.9 KiB', '10 KiB', '1.0 MiB',
      '214 GiB', '1.0 TiB', '1.4 TiB', '909 TiB']);
});

const document = (query, rest = '') => `<data-backup-tasks
  xmlns="urn:nginx-backup-tasks:1" version="1.0"
  generated="2026-11-22T08:32:09.000000Z" as-of="2026-11-22T08:31:09.000000Z">
  ${query}<link rel="self" href="/backup/data?x=y"/>${rest}</data-backup-tasks>`;

test('addresses keep every parameter and encode it', () => {
  const xml = document(`<query view="data" tz="UTC" size="50">
    <range>7d</range><tz>+05:30</tz><status>FAILED</status>
    <status>UNKNOWN</status><cluster>a&amp;b=c+d 100%/'"&lt;𝒳</cluster>
    <lang>zh</lang></query>`);
  const cluster = "a%26b%3Dc%2Bd%20100%25%2F'%22%3C%F0%9D%92%B3";
  assert.deepStrictEqual(
    evaluate(["f:again('range', '&range=24h')", "f:again('status', '')",
      '$keep', '$common'], {}, xml),
    [`/backup/data?range=24h&tz=%2B05%3A30&status=FAILED&status=UNKNOWN` +
      `&cluster=${cluster}&lang=zh`,
    `/backup/data?range=7d&tz=%2B05%3A30&cluster=${cluster}&lang=zh`,
    '?tz=%2B05%3A30&lang=zh',
    `&tz=%2B05%3A30&cluster=${cluster}&lang=zh`]);
});

test('a page without parameters has none in its addresses', () => {
  const xml = document('<query view="data" tz="UTC" size="50"/>');
  assert.deepStrictEqual(
    evaluate(["f:again('status', '')", '$keep', "f:page('log', '')"], {}, xml),
    ['/backup/data', '', '/backup/log']);
});

test('the zone is named with its offset', () => {
  const zone = (tz, rest) => evaluate(['f:zone()', 'f:as-of()'], {},
    document(`<query view="data" tz="${tz}" size="50"/>`, rest));
  const row = '<tasks><task><updated local="2026-11-22T14:02:09+05:30">' +
    '2026-11-22T08:32:09.000000Z</updated></task></tasks>';
  assert.deepStrictEqual(zone('UTC'), ['UTC', '08:31:09']);
  assert.deepStrictEqual(zone('Asia/Kolkata', row),
    ['Asia/Kolkata (UTC+05:30)', '14:01:09']);
  assert.deepStrictEqual(zone('-12:00',
    row.replace('2026-11-22T14:02:09+05:30', '2026-11-21T20:32:09-12:00')),
  ['UTC-12:00', '20:31:09']);
});

test('the document may say the offset itself', () => {
  assert.deepStrictEqual(evaluate(['f:zone()', 'f:as-of()'], {},
    document('<query view="data" tz="Europe/Berlin" offset="+01:00"/>')),
  ['Europe/Berlin (UTC+01:00)', '09:31:09']);
});

// render.js: renders documents with xsltproc, as nginx's filter does, for tests of the sheets.
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.resolve(__dirname, '../..');
const sheets = path.join(root, 'xslt');
const fixtures = path.join(__dirname, 'fixtures');

// Renders a file; returns { status, html, errors }.
function render(file, parameters = {}, sheet = 'backup-tasks.xsl') {
  const given = {
    user: 'li.wei', roles: 'operator', csrf: 'cafe', lang: 'en',
    layout: 'full', base: '/backup/', logout_url: '/logout', ...parameters,
  };
  const args = [];
  for (const [name, value] of Object.entries(given)) {
    args.push('--stringparam', name, value);
  }
  const run = spawnSync('xsltproc',
    [...args, path.resolve(sheets, sheet), path.resolve(fixtures, file)],
    { encoding: 'utf8', maxBuffer: 1 << 26 });
  return { status: run.status, html: run.stdout, errors: run.stderr };
}

// Evaluates XPath expressions, a line of text each, with the sheets' functions.
function evaluate(expressions, parameters = {}, document = null) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bt-sheet-'));
  const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
    .replace(/"/g, '&quot;');
  const values = expressions.map((expression) =>
    `<xsl:value-of select="${escape(expression)}"/><xsl:text>&#10;</xsl:text>`);
  const sheet = path.join(directory, 'evaluate.xsl');
  fs.writeFileSync(sheet, `<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1">
    <xsl:import href="file://${sheets}/backup-tasks.xsl"/>
    <xsl:output method="text"/>
    <xsl:template match="/">${values.join('')}</xsl:template>
  </xsl:stylesheet>`);
  const file = path.join(directory, 'document.xml');
  fs.writeFileSync(file, document || `<error xmlns="urn:nginx-backup-tasks:1"
    version="1.0" generated="2026-11-22T08:32:09.000000Z"/>`);
  const result = render(file, parameters, sheet);
  fs.rmSync(directory, { recursive: true });
  if (result.status !== 0 || result.errors) {
    throw new Error(result.errors);
  }
  return result.html.split('\n').slice(0, -1);
}

// The texts of a language: [{ key, text }] in the order of the file.
function messages(language) {
  const text = fs.readFileSync(
    path.join(sheets, 'messages', `${language}.xsl`), 'utf8');
  return Array.from(
    text.matchAll(/<m k="([^"]*)"(?: xml:space="preserve")?>(.*?)<\/m>/g),
    (match) => ({ key: match[1], text: match[2] }));
}

const documents = fs.readdirSync(fixtures).filter((f) => f.endsWith('.xml'));

// The sheets' own text, all files in one.
function source() {
  return fs.readdirSync(sheets).filter((f) => f.endsWith('.xsl'))
    .map((f) => fs.readFileSync(path.join(sheets, f), 'utf8')).join('\n');
}

module.exports = { documents, evaluate, messages, render, sheets, source };

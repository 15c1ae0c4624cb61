// tokens.js: a statement as a list of tokens, and a reader of such a list that refuses whatever it does not expect.
'use strict';

const { Refusal } = require('./errors.js');

const PATTERN = new RegExp([
  /(?<space>\s+|--\s[^\n]*|#[^\n]*|\/\*[^]*?\*\/)/,
  /(?<name>`(?:[^`]|``)*`)/,
  /(?<text>'(?:[^'\\]|\\[^]|'')*'|"(?:[^"\\]|\\[^]|"")*")/,
  /(?<number>\d+(?:\.\d+)?)/,
  /(?<word>[A-Za-z_@$][\w@$]*)/,
  /(?<sign>[^])/,
].map((part) => part.source).join('|'), 'y');

const ESCAPES = { n: '\n', t: '\t', r: '\r', 0: '\0', Z: '\x1a', b: '\b' };

// [{ kind: space|name|text|number|word|sign, raw, at }]
function split(sql) {
  const list = [];
  PATTERN.lastIndex = 0;
  for (;;) {
    const at = PATTERN.lastIndex;
    const match = at < sql.length && PATTERN.exec(sql);
    if (!match) return list;
    const kind = Object.keys(match.groups)
      .find((name) => match.groups[name] !== undefined);
    list.push({ kind, raw: match[0], at });
  }
}

function unquoteName(raw) {
  return raw.slice(1, -1).replace(/``/g, '`');
}

function unquoteText(raw) {
  return raw.slice(1, -1).replace(/\\([^])|''|""/g, (whole, letter) => {
    if (letter === undefined) return whole[0];
    return ESCAPES[letter] ?? letter;
  });
}

class Reader {
  constructor(sql) {
    this.sql = sql;
    this.list = split(sql).filter((token) => token.kind !== 'space');
    this.at = 0;
  }

  peek() {
    return this.list[this.at];
  }

  syntax() {
    const token = this.peek();
    const rest = token ? this.sql.slice(token.at, token.at + 80) : '';
    return new Refusal('SYNTAX', rest);
  }

  // True, and past them, when exactly these words and signs come next.
  take(...expected) {
    const fits = expected.every((word, i) => {
      const token = this.list[this.at + i];
      return token && (token.kind === 'word' || token.kind === 'sign')
        && token.raw.toUpperCase() === word;
    });
    if (fits) this.at += expected.length;
    return fits;
  }

  need(...expected) {
    if (!this.take(...expected)) throw this.syntax();
  }

  takeKind(...kinds) {
    const token = this.peek();
    if (!token || !kinds.includes(token.kind)) throw this.syntax();
    this.at += 1;
    return token;
  }

  text() {
    return unquoteText(this.takeKind('text').raw);
  }

  number() {
    return Number(this.takeKind('number').raw);
  }

  identifier() {
    const token = this.takeKind('name', 'word');
    return token.kind === 'name' ? unquoteName(token.raw) : token.raw;
  }

  // One trailing semicolon is allowed, and nothing after it.
  end() {
    this.take(';');
    if (this.peek()) throw this.syntax();
  }
}

module.exports = { split, Reader, unquoteName, unquoteText };

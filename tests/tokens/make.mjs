// make.mjs: tokens made by npm's jose, good and bad; usage: node make.mjs DIRECTORY
//
// Writes key files and jose.tsv into the directory, a line for each token:
// name, key file, algorithms, options of verify, what it has to say, token.
// "bad" stands for any refusal.  jose itself is asked first, too.

import { createPublicKey, randomBytes } from 'node:crypto';
import { writeFileSync, chmodSync } from 'node:fs';
import * as jose from 'jose';

const directory = process.argv[2];
const now = 1795335604;
const issuer = 'https://portal.example/realms/ops';
const audience = 'backup';
const options = `now=${now} issuer=${issuer} audience=${audience}`
    + ' claim=realm_access claim=roles';
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384',
                    'EdDSA', 'HS256'];
const rows = [];

function writeKeys(name, text) {
    const file = `jose-${name}`;
    writeFileSync(`${directory}/${file}`, text, { mode: 0o600 });
    chmodSync(`${directory}/${file}`, 0o600);
    return file;
}

function row(name, keys, algorithm, expected, token, given = options) {
    rows.push([name, keys, algorithm, given, expected, token].join('\t'));
}

async function makeKey(algorithm) {
    if (algorithm === 'HS256') {
        const secret = randomBytes(32);
        return { private: secret, public: secret, jwk: {
            kty: 'oct', k: jose.base64url.encode(secret) } };
    }
    const pair = await jose.generateKeyPair(algorithm,
        { extractable: true, crv: 'Ed25519', modulusLength: 2048 });
    return { private: pair.privateKey, public: pair.publicKey,
             jwk: await jose.exportJWK(pair.publicKey),
             pem: await jose.exportSPKI(pair.publicKey) };
}

function claims(changes = {}) {
    const all = { iss: issuer, aud: audience, sub: '李伟', iat: now,
                  exp: now + 60, realm_access: { roles: ['viewer', '运维'] },
                  ...changes };
    return Object.fromEntries(
        Object.entries(all).filter(([, value]) => value !== undefined));
}

function sign(key, header, payload) {
    return new jose.SignJWT(payload).setProtectedHeader(header)
        .sign(key.private);
}

// As jose sees it, with the same demands.
async function joseAccepts(token, key, algorithm) {
    try {
        await jose.jwtVerify(token, key.public, {
            algorithms: [algorithm], issuer, audience,
            currentDate: new Date(now * 1000), requiredClaims: ['exp'] });
        return true;
    } catch {
        return false;
    }
}

async function need(what, token, key, algorithm, accepted) {
    if (await joseAccepts(token, key, algorithm) !== accepted) {
        throw new Error(`jose does not agree: ${algorithm} ${what}`);
    }
}

async function good(algorithm, key, files) {
    const cases = [
        ['plain', {}, {}],
        ['typ', { typ: 'JWT' }, {}],
        ['access token', { typ: 'at+jwt', kid: key.jwk.kid }, {}],
        ['kid', { kid: key.jwk.kid }, { nbf: now }],
        ['many audiences', {}, { aud: ['account', audience] }],
        ['expires in a second', {}, { exp: now + 1 }],
        ['fraction', {}, { exp: now + 0.5, iat: now - 0.25 }],
        ['x5t and jku', { x5t: 'AAAA', jku: 'https://portal.example' }, {}],
    ];
    for (const [name, header, changes] of cases) {
        const token = await sign(key, { alg: algorithm, ...header },
                                 claims(changes));
        await need(name, token, key, algorithm, true);
        for (const file of files) {
            row(`${algorithm} ${name}, ${file}`, file,
                algorithm, 'good|viewer|运维', token);
        }
    }
}

async function bad(algorithm, key, file) {
    const cases = [
        ['expired', {}, { exp: now }, 'the token has expired'],
        ['no exp', {}, { exp: undefined }, 'the token has no exp'],
        ['not yet', {}, { nbf: now + 1 }, 'the token is not valid yet (nbf)'],
        ['issuer', {}, { iss: `${issuer}/` },
         "the token's iss is not the issuer"],
        ['no issuer', {}, { iss: undefined },
         "the token's iss is not the issuer"],
        ['audience', {}, { aud: 'account' },
         "the token's aud is somebody else"],
        ['audiences', {}, { aud: ['account', 'backups'] },
         "the token's aud is somebody else"],
        ['no audience', {}, { aud: undefined },
         "the token's aud is somebody else"],
        ['exp as text', {}, { exp: String(now + 60) },
         'exp, nbf, iat, iss or aud is of a wrong type'],
    ];
    for (const [name, header, changes, reason] of cases) {
        const token = await sign(key, { alg: algorithm, ...header },
                                 claims(changes));
        await need(name, token, key, algorithm, false);
        row(`${algorithm} ${name}`, file, algorithm, reason, token);
    }
    const stranger = await makeKey(algorithm);
    const forged = await sign(stranger, { alg: algorithm, jwk: stranger.jwk,
        kid: key.jwk.kid }, claims());
    await need('stranger', forged, key, algorithm, false);
    row(`${algorithm} stranger`, file, algorithm,
        "the token's signature is wrong", forged);
    const critical = await new jose.CompactSign(Buffer.from(
        JSON.stringify(claims()))).setProtectedHeader({ alg: algorithm,
            crit: ['urn:x'], 'urn:x': 1 })
        .sign(key.private, { crit: { 'urn:x': true } });
    await need('crit', critical, key, algorithm, false);
    row(`${algorithm} crit`, file, algorithm,
        'the token demands an extension (crit)', critical);
}

// What jose takes and we do not: it looks at neither.
async function stricter(algorithm, key, file) {
    row(`${algorithm} future`, file, algorithm,
        'the token is from the future (iat)',
        await sign(key, { alg: algorithm }, claims({ iat: now + 1 })));
    row(`${algorithm} logout token`, file, algorithm,
        "the token's typ is neither JWT nor at+jwt",
        await sign(key, { alg: algorithm, typ: 'logout+jwt' }, claims()));
    row(`${algorithm} unknown kid`, file, algorithm,
        "no key has the token's kid",
        await sign(key, { alg: algorithm, kid: '../key' }, claims()));
}

// Characters changed one at a time, spread over the whole token.
async function changed(algorithm, key, file) {
    const token = await sign(key, { alg: algorithm }, claims());
    for (let i = 0; i < 60; i++) {
        const at = Math.floor(i * token.length / 60);
        const other = token[at] === 'A' ? 'B' : 'A';
        row(`${algorithm} change at ${at}`, file, algorithm, 'bad',
            token.slice(0, at) + other + token.slice(at + 1));
        row(`${algorithm} cut at ${at}`, file, algorithm, 'bad',
            token.slice(0, at));
    }
}

async function confused(keys, all) {
    const none = new jose.UnsecuredJWT(claims()).encode();
    const every = algorithms.join(',');
    row('none', all, every, "the token's alg is not a configured algorithm",
        none);
    const pem = createPublicKey(keys.RS256.pem)
        .export({ type: 'spki', format: 'pem' });
    const hmac = await new jose.SignJWT(claims())
        .setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(pem));
    row('HMAC with the public key', keys.RS256.files[0], 'RS256',
        "the token's alg is not a configured algorithm", hmac);
    row('HMAC with the public key, all', all, every,
        "the token's signature is wrong", hmac);
    const encrypted = await new jose.EncryptJWT(claims())
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .encrypt(randomBytes(32));
    row('encrypted', all, every, 'the token has not three parts', encrypted);
}

const keys = {};
for (const algorithm of algorithms) {
    const key = keys[algorithm] = await makeKey(algorithm);
    key.jwk = { ...key.jwk, kid: `k-${algorithm}`, alg: algorithm,
                use: 'sig' };
    key.files = [writeKeys(`${algorithm}.jwks`,
                           JSON.stringify({ keys: [key.jwk] }))];
    if (key.pem) { key.files.push(writeKeys(`${algorithm}.pem`, key.pem)); }
}
const all = writeKeys('all.jwks', JSON.stringify(
    { keys: algorithms.map((algorithm) => keys[algorithm].jwk) }, null, 2));
for (const algorithm of algorithms) {
    const key = keys[algorithm];
    await good(algorithm, key, key.files);
    await bad(algorithm, key, key.files[0]);
    await stricter(algorithm, key, key.files[0]);
    await changed(algorithm, key, key.files[0]);
    row(`${algorithm} of a full set`, all, algorithms.join(','),
        'good|viewer|运维',
        await sign(key, { alg: algorithm, kid: key.jwk.kid }, claims()));
}
await confused(keys, all);
writeFileSync(`${directory}/jose.tsv`, `${rows.join('\n')}\n`);

/** What copies of a data folder reveal about later visitors, and what is left of a salt, with a real server. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { agentOf } from '../../src/hit/agent.ts';
import { hex64, KeyedHash } from '../../src/hit/hash.ts';
import { BEARER, FIREFOX } from '../fixtures/any-server.ts';
import { run } from '../fixtures/command-line.ts';
import { MovedClock } from '../fixtures/moved-clock.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const SITE = 'a.example';
const ADDRESS = '198.51.100.7';

/** Digests that an attacker may derive from a secret: those of the old chain, and other obvious ones. */
function digestsOf(secret: Buffer): Buffer[] {
  const found = [secret];
  for (let day = 0, salt = secret; day < 10; day++) {
    salt = createHash('sha256').update('the day after').update(salt).digest().subarray(0, 16);
    found.push(salt);
  }
  for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512']) {
    found.push(createHash(algorithm).update(secret).digest().subarray(0, 16));
    for (let day = 24; day < 29; day++) {
      for (const text of [`2098-11-${day}`, String(Date.UTC(2098, 10, day) / 86_400_000)]) {
        found.push(createHmac(algorithm, secret).update(text).digest().subarray(0, 16));
        found.push(createHash(algorithm).update(secret).update(text).digest().subarray(0, 16));
        found.push(createHash(algorithm).update(text).update(secret).digest().subarray(0, 16));
      }
    }
  }
  return found;
}

/** Every possible key in the small files of a folder: 16 bytes of base64 or hexadecimal digits. */
function secretsIn(folder: string): Buffer[] {
  const secrets: Buffer[] = [];
  for (const path of filesIn(folder)) {
    if (statSync(path).size > 65_536) continue;
    const text = readFileSync(path, 'latin1');
    for (const [word] of text.matchAll(/[\w+/-]{20,}={0,2}/g)) {
      for (const encoding of ['base64', 'hex', 'latin1'] as const) {
        const bytes = Buffer.from(word, encoding);
        for (let at = 0; at + 16 <= Math.min(bytes.length, 64); at++)
          secrets.push(bytes.subarray(at, at + 16));
      }
    }
  }
  return secrets;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Files that contain these bytes, raw or as text. */
function filesWith(folder: string, bytes: Buffer): string[] {
  const forms = [
    bytes,
    ...(['base64', 'base64url', 'hex'] as const).map((form) =>
      Buffer.from(bytes.toString(form).replace(/=+$/, '')),
    ),
  ];
  return filesIn(folder)
    .filter((path) => {
      const content = readFileSync(path);
      return forms.some((form) => content.includes(form));
    })
    .map((path) => path.slice(folder.length + 1));
}

function visitorUnder(salt: Buffer): string {
  const { high, low } = new KeyedHash(salt).digestVisitor(SITE, ADDRESS, agentOf(FIREFOX).digest);
  return hex64(high, low);
}

function saltOf(folder: string, day: string): Buffer {
  const { salts } = JSON.parse(readFileSync(join(folder, 'salts.json'), 'utf8'));
  return Buffer.from(salts[day], 'base64');
}

async function view(server: RunningServer): Promise<void> {
  const headers = { 'user-agent': FIREFOX, 'x-forwarded-for': ADDRESS };
  assert.equal((await server.send(`/hit.gif?site=${SITE}&path=/`, { headers })).status, 200);
}

/** The visitor ids of a day, from an export. */
async function visitorsOn(server: RunningServer, day: string): Promise<string[]> {
  await server.ask(`/api/v1/stats?from=${day}&to=2098-12-01`);
  const path = `/api/v1/export?format=ndjson&from=${day}T00:00:00Z&to=${day}T23:59:59Z`;
  const { text } = await server.send(path, { headers: BEARER });
  const lines = text.split('\n').filter((line) => line !== '');
  return [...new Set(lines.map((line) => (JSON.parse(line) as { visitor: string }).visitor))];
}

test('a copy of a data folder identifies no visitor three days later, and after 48 hours no file contains the salt', {
  timeout: scaledTimeout(120_000),
}, async (t) => {
  const folder = temporaryFolder(t);
  const [data, copy, backup] = ['data', 'copy', 'backup'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  using clock = new MovedClock(join(folder, 'clock'), '2098-11-24T12:00Z');
  const server = await RunningServer.start(data, '--identity', 'cookieless');
  await view(server);
  const [visitor] = await visitorsOn(server, '2098-11-24');
  const salt = saltOf(data, '2098-11-24');
  assert.equal(visitorUnder(salt), visitor, 'the thief knows how visitors are named');
  cpSync(data, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  assert.deepEqual(filesWith(data, salt), ['salts.json']);

  await t.test('a backup holds none, and a server that starts from it makes another', async () => {
    const { code, stderr } = await run(['backup', '--data-dir', data, '--to', backup]);
    assert.equal(code, 0, stderr);
    assert.equal(existsSync(join(backup, 'salts.json')), false);
    assert.deepEqual(filesWith(backup, salt), []);
    assert.deepEqual(
      filesWith(
        backup,
        Buffer.from(JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8')).key, 'base64'),
      ),
      ['secrets.json'],
    );
    const restored = await RunningServer.start(backup, '--identity', 'cookieless');
    await view(restored);
    assert.notDeepEqual(saltOf(backup, '2098-11-24'), salt);
    assert.equal(
      (await visitorsOn(restored, '2098-11-24')).length,
      2,
      'who came before is counted anew, once',
    );
    await restored.stop();
  });

  await t.test('of the copy nothing derives the id of a later day', async () => {
    for (const day of ['2098-11-25', '2098-11-26', '2098-11-27']) {
      clock.moveTo(`${day}T12:00Z`);
      await view(server);
    }
    const [later] = await visitorsOn(server, '2098-11-27');
    const tried = new Set(secretsIn(copy).flatMap(digestsOf).map(visitorUnder));
    assert.ok(tried.size > 1000, `${tried.size} were tried`);
    assert.ok(tried.has(visitor!), 'the same way finds the visitor of the day of the copy');
    assert.ok(visitorUnder(saltOf(data, '2098-11-27')) === later, 'and the salt of the day the later one');
    assert.equal(tried.has(later!), false);
  });

  await t.test('no file of the folder holds a salt that is 48 hours old', async () => {
    assert.deepEqual(filesWith(data, salt), []);
    const { salts } = JSON.parse(readFileSync(join(data, 'salts.json'), 'utf8'));
    assert.deepEqual(Object.keys(salts), ['2098-11-26', '2098-11-27']);
  });
  await server.stop();
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { HitError } from '../errors.ts';
import { KeyedHash } from '../hit/hash.ts';
import { Secrets } from './secrets.ts';

const DAY = 86_400_000;
const NOON = Date.UTC(2026, 10, 24, 12);
const at = (time: number) => () => time;

function contentOf(folder: string, name = 'salts.json') {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

/** A file of version 0.1: today's salt was a digest of yesterday's. */
function writeOldSecrets(folder: string, days: readonly string[]): Record<string, string> {
  const salts = Object.fromEntries(days.map((day, i) => [day, Buffer.alloc(16, i + 1).toString('base64')]));
  const keys = {
    key: Buffer.alloc(16, 8).toString('base64'),
    importSalt: Buffer.alloc(16, 9).toString('base64'),
  };
  writeFileSync(join(folder, 'secrets.json'), JSON.stringify({ ...keys, adminToken: 'x'.repeat(32), salts }));
  return salts;
}

function visitorOf(secrets: Secrets, time: number): [number, number] {
  const { high, low } = secrets.salts.hashFor(time)!.digest('ann');
  return [high, low];
}

describe('secrets', () => {
  test('of other nodes are adopted by a folder without secrets, without any daily salt', (t) => {
    const [origin, first] = [temporaryFolder(t), temporaryFolder(t)];
    writeOldSecrets(origin, ['2026-11-23', '2026-11-24']);
    const shared = join(origin, 'secrets.json');
    const taken = Secrets.open(first, at(NOON), shared);
    assert.deepEqual(taken.key, new Uint8Array(16).fill(8));
    assert.deepEqual(Object.keys(contentOf(first, 'secrets.json')), ['key', 'importSalt', 'adminToken']);
    assert.deepEqual(taken.salts.saltOf('2026-11-24'), undefined);
    assert.deepEqual(readdirSync(first), ['secrets.json']);
    const other = temporaryFolder(t);
    Secrets.open(other);
    assert.throws(() => Secrets.open(other, at(NOON), shared), /has other keys than .*--secrets/);
    assert.throws(
      () => Secrets.open(temporaryFolder(t), at(NOON), join(origin, 'none')),
      /none cannot be read: .*Copy it from another node, or create it with "hit-tracker secrets"/,
    );
  });

  test('of an older version have their salts moved to a separate file, and the day’s visitors stay the same', (t) => {
    const folder = temporaryFolder(t);
    const salts = writeOldSecrets(folder, ['2026-11-23', '2026-11-24']);
    const opened = Secrets.open(folder, at(NOON));
    assert.deepEqual(Object.keys(contentOf(folder, 'secrets.json')), ['key', 'importSalt', 'adminToken']);
    assert.deepEqual(contentOf(folder).salts, salts);
    assert.equal(statSync(join(folder, 'salts.json')).mode & 0o777, 0o600);
    for (const [i, day] of [NOON - DAY, NOON].entries()) {
      const { high, low } = new KeyedHash(new Uint8Array(16).fill(i + 1)).digest('ann');
      assert.deepEqual(visitorOf(opened, day), [high, low]);
    }
    // The next day's is not a digest of it.
    const next = Secrets.open(folder, at(NOON + DAY)).salts.table['2026-11-25']!;
    const old = createHash('sha256').update('the day after').update(Buffer.alloc(16, 2)).digest();
    assert.notDeepEqual(Buffer.from(next), old.subarray(0, 16));
  });

  test('of an older version are moved again after an interruption, and keep the salts that were moved', (t) => {
    const folder = temporaryFolder(t);
    writeOldSecrets(folder, ['2026-11-24']);
    Secrets.open(folder, at(NOON));
    writeOldSecrets(folder, ['2026-11-23', '2026-11-24']);
    const moved = { '2026-11-24': Buffer.alloc(16, 5).toString('base64') };
    writeFileSync(join(folder, 'salts.json'), JSON.stringify({ salts: moved }));
    Secrets.open(folder, at(NOON));
    assert.equal(contentOf(folder).salts['2026-11-24'], moved['2026-11-24']);
    assert.deepEqual(Object.keys(contentOf(folder).salts).sort(), ['2026-11-23', '2026-11-24']);
    assert.equal('salts' in contentOf(folder, 'secrets.json'), false);
  });

  test('are created once, at random, and stay the same', (t) => {
    const folder = temporaryFolder(t);
    const first = Secrets.open(folder);
    const second = Secrets.open(folder);
    const other = Secrets.open(temporaryFolder(t));
    for (const name of ['key', 'importSalt', 'adminToken'] as const) {
      assert.deepEqual(second[name], first[name]);
      assert.notDeepEqual(other[name], first[name]);
    }
    assert.equal(first.key.length, 16);
    assert.equal(first.importSalt!.length, 16);
    assert.match(first.adminToken, /^[\w-]{32}$/);
  });

  test('are readable only by their owner, from creation on and after each change', (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'secrets.json');
    // Left by a crash, with other permissions.
    writeFileSync(`${path}.new`, '', { mode: 0o644 });
    chmodSync(`${path}.new`, 0o644);
    const secrets = Secrets.open(folder, at(NOON));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    secrets.salts.rotate();
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder, 'salts.json')).mode & 0o777, 0o600);
  });

  test('leave no temporary file behind', (t) => {
    const folder = temporaryFolder(t);
    Secrets.open(folder, at(NOON)).salts.rotate();
    assert.deepEqual(readdirSync(folder).sort(), ['salts.json', 'secrets.json']);
  });

  test('identify a visitor alike after a restart on the same day, and late hits after one on the next day', (t) => {
    const folder = temporaryFolder(t);
    const visitor = visitorOf(Secrets.open(folder, at(NOON)), NOON);
    assert.deepEqual(visitorOf(Secrets.open(folder, at(NOON + 3_600_000)), NOON), visitor);
    assert.deepEqual(visitorOf(Secrets.open(folder, at(NOON + DAY)), NOON), visitor);
  });

  test('have a salt on disk before it is used', (t) => {
    const folder = temporaryFolder(t);
    const secrets = Secrets.open(folder, at(NOON));
    assert.equal(existsSync(join(folder, 'salts.json')), false);
    assert.ok(secrets.salts.hashFor(NOON));
    assert.deepEqual(Object.keys(contentOf(folder).salts), ['2026-11-24']);
  });

  test('hold no salt later than 48 hours after its day', (t) => {
    const folder = temporaryFolder(t);
    for (let day = 0; day < 5; day++) Secrets.open(folder, at(NOON + day * DAY)).salts.rotate();
    assert.deepEqual(Object.keys(contentOf(folder).salts), ['2026-11-27', '2026-11-28']);
    assert.equal(Secrets.open(folder, at(NOON + 4 * DAY)).salts.hashFor(NOON), undefined);
  });

  test('that cannot be written are an error, and no salt is used', (t) => {
    const folder = temporaryFolder(t);
    const secrets = Secrets.open(folder, at(NOON));
    // Blocks the temporary file.
    mkdirSync(join(folder, 'salts.json.new', 'x'), { recursive: true });
    for (let attempt = 0; attempt < 2; attempt++) {
      assert.throws(
        () => secrets.salts.hashFor(NOON),
        (error) =>
          error instanceof HitError &&
          error.code === 'data_dir_unusable' &&
          /cannot be written/.test(error.message),
      );
    }
    assert.equal(existsSync(join(folder, 'salts.json')), false);
  });
});

describe('a damaged secrets file is refused, and left unchanged', () => {
  const good = {
    key: Buffer.alloc(16).toString('base64'),
    importSalt: Buffer.alloc(16).toString('base64'),
    adminToken: 'x'.repeat(32),
    salts: { '2026-11-24': Buffer.alloc(16).toString('base64') },
  };
  const { key: _, ...withoutKey } = good;

  for (const [what, content, complaint] of [
    ['an empty file', '', /JSON/],
    ['a truncated file', JSON.stringify(good).slice(0, 40), /JSON/],
    ['another value', '[]', /the file is not a JSON object/],
    ['null', 'null', /the file is not a JSON object/],
    ['no key', JSON.stringify(withoutKey), /"key" is not 16 bytes of base64/],
    ['a key of another type', JSON.stringify({ ...good, key: 7 }), /"key" is not 16 bytes/],
    ['a short import salt', JSON.stringify({ ...good, importSalt: 'AAAA' }), /"importSalt" is not 16 bytes/],
    ['a short token', JSON.stringify({ ...good, adminToken: 'admin' }), /"adminToken" is missing or shorter/],
    ['salts of another type', JSON.stringify({ ...good, salts: [] }), /"salts" is not a JSON object/],
    [
      'a short daily salt',
      JSON.stringify({ ...good, salts: { '2026-11-24': 'AAAA' } }),
      /"2026-11-24" is not 16/,
    ],
    [
      'a daily salt of another type',
      JSON.stringify({ ...good, salts: { '2026-11-24': null } }),
      /"2026-11-24" is/,
    ],
  ] as const) {
    test(`with ${what}`, (t) => {
      const folder = temporaryFolder(t);
      const path = join(folder, 'secrets.json');
      writeFileSync(path, content);
      assert.throws(
        () => Secrets.open(folder),
        (error) => {
          assert.ok(error instanceof HitError);
          assert.deepEqual([error.code, error.exitCode], ['data_dir_unusable', 1]);
          assert.match(error.message, complaint);
          assert.ok(error.message.startsWith(`${path} cannot be read: `), error.message);
          assert.match(error.message, /Restore it from a backup, or delete it/);
          return true;
        },
      );
      assert.equal(readFileSync(path, 'utf8'), content);
    });
  }

  test('a file without salts is complete', (t) => {
    const folder = temporaryFolder(t);
    const { salts: _, ...withoutSalts } = good;
    writeFileSync(join(folder, 'secrets.json'), JSON.stringify(withoutSalts));
    assert.equal(Secrets.open(folder).adminToken, good.adminToken);
    assert.ok(existsSync(join(folder, 'secrets.json')));
  });
});

describe('a damaged salts file is refused, and the error says what to do', () => {
  for (const [what, content, complaint] of [
    ['an empty file', '', /JSON/],
    ['null', 'null', /"salts" is not a JSON object/],
    ['a short salt', '{"salts":{"2026-11-24":"AAAA"}}', /"2026-11-24" is not 16 bytes/],
    [
      'a salt without a day',
      `{"salts":{"today":"${Buffer.alloc(16).toString('base64')}"}}`,
      /"today" is not/,
    ],
    ['shared days of another type', '{"salts":{},"shared":7}', /"shared" is not a list/],
  ] as const) {
    test(`with ${what}`, (t) => {
      const folder = temporaryFolder(t);
      writeFileSync(join(folder, 'salts.json'), content);
      assert.throws(
        () => Secrets.open(folder),
        (error) =>
          error instanceof HitError &&
          error.code === 'data_dir_unusable' &&
          complaint.test(error.message) &&
          /salts\.json cannot be read: .*Delete it: visitors without a cookie then count again/.test(
            error.message,
          ),
      );
    });
  }
});

import assert from 'node:assert/strict';
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
import { Secrets } from './secrets.ts';

const DAY = 86_400_000;
const NOON = Date.UTC(2026, 10, 24, 12);
const at = (time: number) => () => time;

function contentOf(folder: string) {
  return JSON.parse(readFileSync(join(folder, 'secrets.json'), 'utf8'));
}

function visitorOf(secrets: Secrets, time: number): [number, number] {
  const { high, low } = secrets.salts.hashFor(time)!.digest('ann');
  return [high, low];
}

describe('secrets', () => {
  test('of several nodes are taken into a folder that has none, and name visitors alike', (t) => {
    const [origin, first, second] = [temporaryFolder(t), temporaryFolder(t), temporaryFolder(t)];
    const made = Secrets.open(origin, at(NOON));
    const visitor = visitorOf(made, NOON);
    const shared = join(origin, 'secrets.json');
    assert.deepEqual(visitorOf(Secrets.open(first, at(NOON), shared), NOON), visitor);
    const later = NOON + 40 * DAY;
    const late = visitorOf(Secrets.open(second, at(later), shared), later);
    assert.deepEqual(visitorOf(Secrets.open(first, at(later), shared), later), late);
    assert.notDeepEqual(late, visitor);
    const other = temporaryFolder(t);
    Secrets.open(other);
    assert.throws(() => Secrets.open(other, at(NOON), shared), /has other keys than .*--secrets/);
    assert.throws(() => Secrets.open(temporaryFolder(t), at(NOON), join(origin, 'none')), /cannot be read/);
  });

  test('are made once, at random, and are the same from then on', (t) => {
    const folder = temporaryFolder(t);
    const first = Secrets.open(folder);
    const second = Secrets.open(folder);
    const other = Secrets.open(temporaryFolder(t));
    for (const name of ['key', 'importSalt', 'adminToken'] as const) {
      assert.deepEqual(second[name], first[name]);
      assert.notDeepEqual(other[name], first[name]);
    }
    assert.equal(first.key.length, 16);
    assert.equal(first.importSalt.length, 16);
    assert.match(first.adminToken, /^[\w-]{32}$/);
  });

  test('are readable by their owner only, from the first moment and after each change', (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'secrets.json');
    // Left by a crash, under a mode that somebody gave it.
    writeFileSync(`${path}.new`, '', { mode: 0o644 });
    chmodSync(`${path}.new`, 0o644);
    const secrets = Secrets.open(folder, at(NOON));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    secrets.salts.turn();
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  test('leave no second file behind', (t) => {
    const folder = temporaryFolder(t);
    Secrets.open(folder, at(NOON)).salts.turn();
    assert.deepEqual(readdirSync(folder), ['secrets.json']);
  });

  test('name a visitor alike over a restart on the same day, and late hits over one on the next', (t) => {
    const folder = temporaryFolder(t);
    const visitor = visitorOf(Secrets.open(folder, at(NOON)), NOON);
    assert.deepEqual(visitorOf(Secrets.open(folder, at(NOON + 3_600_000)), NOON), visitor);
    assert.deepEqual(visitorOf(Secrets.open(folder, at(NOON + DAY)), NOON), visitor);
  });

  test('have a salt on disk before it is used', (t) => {
    const folder = temporaryFolder(t);
    const secrets = Secrets.open(folder, at(NOON));
    assert.deepEqual(contentOf(folder).salts, {});
    assert.ok(secrets.salts.hashFor(NOON));
    assert.deepEqual(Object.keys(contentOf(folder).salts), ['2026-11-24']);
  });

  test('hold no salt of a day that is 48 hours over', (t) => {
    const folder = temporaryFolder(t);
    for (let day = 0; day < 5; day++) Secrets.open(folder, at(NOON + day * DAY)).salts.turn();
    assert.deepEqual(Object.keys(contentOf(folder).salts), ['2026-11-27', '2026-11-28']);
    assert.equal(Secrets.open(folder, at(NOON + 4 * DAY)).salts.hashFor(NOON), undefined);
  });

  test('that cannot be written say so, and no salt is used', (t) => {
    const folder = temporaryFolder(t);
    const secrets = Secrets.open(folder, at(NOON));
    // In the way of the file that is written beside the first.
    mkdirSync(join(folder, 'secrets.json.new', 'x'), { recursive: true });
    for (let attempt = 0; attempt < 2; attempt++) {
      assert.throws(
        () => secrets.salts.hashFor(NOON),
        (error) =>
          error instanceof HitError &&
          error.code === 'data_dir_unusable' &&
          /cannot be written/.test(error.message),
      );
    }
    assert.deepEqual(contentOf(folder).salts, {});
  });
});

describe('a damaged file of secrets is refused, and left as it is', () => {
  const good = {
    key: Buffer.alloc(16).toString('base64'),
    importSalt: Buffer.alloc(16).toString('base64'),
    adminToken: 'x'.repeat(32),
    salts: { '2026-11-24': Buffer.alloc(16).toString('base64') },
  };
  const { key: _, ...withoutKey } = good;

  for (const [what, content, complaint] of [
    ['an empty file', '', /JSON/],
    ['a cut one', JSON.stringify(good).slice(0, 40), /JSON/],
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

  test('but one without salts is complete', (t) => {
    const folder = temporaryFolder(t);
    const { salts: _, ...withoutSalts } = good;
    writeFileSync(join(folder, 'secrets.json'), JSON.stringify(withoutSalts));
    assert.equal(Secrets.open(folder).adminToken, good.adminToken);
    assert.ok(existsSync(join(folder, 'secrets.json')));
  });
});

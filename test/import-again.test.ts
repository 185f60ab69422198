import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LogImporter } from '../src/logs/importer.ts';
import { retentionPolicy } from '../src/store/retention/policy.ts';
import { Purger } from '../src/store/retention/purger.ts';
import { DBTracker } from '../src/trackers/db.ts';
import { Lines } from './fixtures/shelf.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const options = { timeout: 120_000 };
const KEY = new Uint8Array(16).fill(1);
const SALT = new Uint8Array(16).fill(2);
const DAY = 86_400_000;
const START = Date.UTC(2024, 0, 20);
const DAYS = 40;
const A_DAY = 30;
const FOREVER = { usual: Number.POSITIVE_INFINITY, bySite: new Map<string, number>() };

/** Forty days over a month's end, thirty lines a day, of which every tenth cannot be read. */
const LOG = Array.from({ length: DAYS * A_DAY }, (_, i) => {
  const time = new Date(START + Math.floor(i / A_DAY) * DAY + (i % A_DAY) * 60_000);
  const month = time.toLocaleString('en', { month: 'short', timeZone: 'UTC' });
  const stamp = `${String(time.getUTCDate()).padStart(2, '0')}/${month}/${time.getUTCFullYear()}:${time.toISOString().slice(11, 19)} +0000`;
  if (i % 10 === 9) return 'not a line of a log\n';
  return `203.0.113.${i % 200} - - [${stamp}] "GET /p${i % 7} HTTP/1.1" 200 12 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"\n`;
});
const READABLE = LOG.filter((line) => !line.startsWith('not'));

async function openFolder(t: TestContext) {
  const dataDir = join(temporaryFolder(t), 'data');
  const db = await DBTracker.open({ dataDir, log: new Lines() });
  t.after(() => db.close());
  // Pieces so small that a batch has several, and the log several batches.
  const importer = new LogImporter({
    ...{ db, live: undefined, key: KEY, importSalt: SALT, allowedSites: undefined, pieceBytes: 4000 },
  });
  const take = async (lines: readonly string[]) => {
    const source = async function* () {
      yield Buffer.from(lines.join(''));
    };
    const {
      lines: read,
      imported,
      already,
    } = await importer.run(source(), {
      ...{ site: 'a.example', format: 'auto', follow: false },
    });
    return { read, imported, already };
  };
  /** Purges what is older than a moment. */
  const purgeBefore = async (moment: number) => {
    const policy = retentionPolicy({ usual: 1, bySite: new Map() }, FOREVER);
    const { store, spool, rollups } = db;
    const purger = new Purger({ store, spool, rollups, policy, now: () => moment + DAY });
    return (await purger.run()).hits.reduce((sum, { rows }) => sum + rows, 0);
  };
  const one = async (query: string) => {
    await using connection = db.store.aside();
    const [row] = await connection.rows<{ n: string | number }>(query);
    return Number(row!.n);
  };
  const there = () => one('SELECT count() AS n FROM hits');
  const rolled = () => one("SELECT sum(r.hits) AS n FROM rollups AS r WHERE by = 'day'");
  const pages = async () => {
    await using connection = db.store.aside();
    return connection.rows<{ path: string; n: string }>(
      'SELECT path, toString(count()) AS n FROM hits GROUP BY path ORDER BY path',
    );
  };
  return { db, take, purgeBefore, there, rolled, pages };
}

test('a log that was purged can be imported again, and is counted once', options, async (t) => {
  const { take, purgeBefore, there, rolled, pages } = await openFolder(t);
  const all = READABLE.length;
  assert.deepEqual(await take(LOG), { read: LOG.length, imported: all, already: 0 });
  const before = await pages();
  // Half of it goes, in the midst of batches; then all of it.
  for (const moment of [START + 17 * DAY, START + DAYS * DAY]) {
    const purged = await purgeBefore(moment);
    assert.equal(purged, READABLE.filter((line) => timeOf(line) < moment).length);
    assert.equal(await there(), all - purged);
    assert.equal(await rolled(), all);
    assert.ok((await take(LOG)).imported >= purged);
    assert.equal(await there(), all);
    assert.equal(await rolled(), all);
    assert.deepEqual(await pages(), before);
    assert.deepEqual(await take(LOG), { read: LOG.length, imported: 0, already: LOG.length });
  }
});

function timeOf(line: string): number {
  const [, day, month, year, clock] = /\[(\d\d)\/(\w{3})\/(\d{4}):(\S+)/.exec(line)!;
  return Date.parse(`${day} ${month} ${year} ${clock} UTC`);
}

test('a part of a purged log brings back whole batches only, and never doubles one', options, async (t) => {
  const { take, purgeBefore, there, rolled } = await openFolder(t);
  await take(LOG);
  await purgeBefore(START + DAYS * DAY);
  assert.equal(await there(), 0);
  await take(LOG.slice(0, LOG.length / 2));
  const some = await there();
  assert.ok(some <= READABLE.length / 2 + A_DAY);
  await take(LOG);
  assert.equal(await there(), READABLE.length);
  assert.equal(await rolled(), READABLE.length);
});

test(
  'a log whose hits are missing can be imported again, whatever the ledger says of them',
  options,
  async (t) => {
    const { db, take, there, rolled, pages } = await openFolder(t);
    await take(LOG);
    await db.rollups.rollUp();
    const before = await pages();
    {
      await using connection = db.store.aside();
      await connection.command('ALTER TABLE hits DROP PARTITION 202402');
    }
    assert.ok((await there()) < READABLE.length);
    await take(LOG);
    assert.equal(await there(), READABLE.length);
    assert.deepEqual(await pages(), before);
    assert.equal(await rolled(), READABLE.length);
    assert.deepEqual(await take(LOG), { read: LOG.length, imported: 0, already: LOG.length });
  },
);

test('an import that was not purged stays known, whatever else is purged', options, async (t) => {
  const { take, purgeBefore, there } = await openFolder(t);
  await take(LOG);
  assert.equal(await purgeBefore(START), 0);
  assert.deepEqual(await take(LOG), { read: LOG.length, imported: 0, already: LOG.length });
  assert.equal(await there(), READABLE.length);
});

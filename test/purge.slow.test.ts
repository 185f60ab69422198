/** Purges: what is deleted, what stays, and that purged hits remain in the counts. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Hit } from '../src/hit/hit.ts';
import { withConsistentRollups } from '../src/query/source.ts';
import { readCutoffs } from '../src/retention/cutoffs.ts';
import { cutoffOf, retentionPolicy } from '../src/retention/policy.ts';
import { purge } from '../src/retention/purge.ts';
import { Rollups, watermarksOf } from '../src/rollup/rollups.ts';
import { readAges } from '../src/settings/ages.ts';
import { readStorage } from '../src/store/storage.ts';
import { Store } from '../src/store/store.ts';
import { placeEmptyStore } from './fixtures/empty-store.ts';
import { segmentOf } from './fixtures/segments.ts';
import { temporaryFolder } from './fixtures/temporary.ts';
import { storedVisits } from './fixtures/visit-recount.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 24, 15, 30);
const RUN = 5n;

function policyOf(hits: string, rollups = 'forever', visits = 'forever') {
  return retentionPolicy(
    readAges('400d')(hits, '--keep-hits'),
    readAges('forever')(rollups, '--keep-rollups'),
    readAges('forever')(visits, '--keep-visits'),
  );
}

/** Milliseconds, a number of days before now. */
function ago(days: number): number {
  return NOW - days * DAY;
}

async function openStore(t: TestContext, hits: readonly Partial<Hit>[]) {
  // Closed before their folder is removed.
  t.after(async () => {
    await rollups.close();
    await store.close();
  });
  const folder = temporaryFolder(t);
  placeEmptyStore(join(folder, 'store'));
  const store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
  const batch = (sequence: number, more: readonly Partial<Hit>[]) =>
    store.deliver(segmentOf(folder, (BigInt(sequence) << 22n) | RUN, more));
  await batch(1000, hits);
  const rollups = new Rollups(store);
  await rollups.rollUp();
  return { store, batch, source: { store, removable: () => rollups.removable() } };
}

/** Times of the existing hits, by site. */
async function kept(store: Store): Promise<[string, number][]> {
  await using connection = store.dedicatedConnection();
  const rows = await connection.rows<{ site: string; hits: string }>(
    'SELECT site, count() AS hits FROM hits GROUP BY site ORDER BY site',
  );
  return rows.map(({ site, hits }) => [site, Number(hits)]);
}

test('ages are parsed with those of individual sites, and invalid ones are refused', () => {
  const read = readAges('400d');
  const ages = read('90d,a.com=30d, b.com=forever', '--keep-hits');
  assert.equal(ages.default, 90);
  assert.deepEqual(
    [...ages.bySite],
    [
      ['a.com', 30],
      ['b.com', Number.POSITIVE_INFINITY],
    ],
  );
  assert.equal(read('a.com=2w', '--keep-hits').default, 400);
  for (const [text, said] of [
    ['', /is not a list/],
    ['90', /not an age/],
    ['a.com=', /not an age/],
    ['90d,80d', /second age/],
    ['a.com=1d,a.com=2d', /named twice/],
  ] as const) {
    assert.throws(() => read(text, '--keep-hits'), { code: 'bad_setting', message: said });
  }
  assert.throws(() => policyOf('400d,a b=30d'), { code: 'bad_setting', message: /not a host name/ });
  assert.throws(() => policyOf('400d,A.com=30d,a.com=20d'), { code: 'bad_setting', message: /twice/ });
});

test('a day is purged when all of it is too old', () => {
  const noon = Date.UTC(2026, 10, 24, 12);
  assert.equal(cutoffOf(30, noon), Date.UTC(2026, 9, 25));
  assert.equal(cutoffOf(30, Date.UTC(2026, 10, 24)), Date.UTC(2026, 9, 25));
  assert.equal(cutoffOf(30, Date.UTC(2026, 10, 24) - 1), Date.UTC(2026, 9, 24));
  assert.equal(cutoffOf(Number.POSITIVE_INFINITY, noon), 0);
});

test('a purge deletes hits by the age of their site, previews that, and records the cutoff', async (t) => {
  const hits = ['a.com', 'b.com', 'c.com'].flatMap((site) =>
    [1, 29, 31, 89, 91, 200].map((days) => ({ site, time: ago(days), visitorLow: days })),
  );
  const { store, source } = await openStore(t, hits);
  const policy = policyOf('90d,a.com=30d,b.com=forever');
  const before = await readStorage(store, 0);
  assert.equal(before.hits.rows, 18);
  assert.deepEqual(before.hits.first, new Date(ago(200)).toISOString());

  const dry = await purge(source, policy, NOW, true);
  const expected = [
    { site: 'a.com', before: '2026-10-25T00:00:00Z', rows: 4 },
    { site: 'c.com', before: '2026-08-26T00:00:00Z', rows: 2 },
  ];
  assert.deepEqual(
    dry.hits.map(({ bytes: _, ...rest }) => rest),
    expected,
  );
  assert.ok(dry.hits.every(({ bytes }) => bytes > 0 && bytes < before.hits.bytes));
  assert.deepEqual(await kept(store), [
    ['a.com', 6],
    ['b.com', 6],
    ['c.com', 6],
  ]);
  assert.equal((await readCutoffs(store)).hits.size, 0);

  assert.deepEqual(await purge(source, policy, NOW), { ...dry, dry_run: false });
  assert.deepEqual(await kept(store), [
    ['a.com', 2],
    ['b.com', 6],
    ['c.com', 4],
  ]);
  const { hits: horizons, rollups } = await readCutoffs(store);
  assert.deepEqual([...horizons].sort(), [
    ['a.com', Date.UTC(2026, 9, 25)],
    ['c.com', Date.UTC(2026, 7, 26)],
  ]);
  assert.equal(rollups.size, 0);
  // Purged hits remain in the counts.
  const totals = await withConsistentRollups(store, ({ fragments }) =>
    store.rows<{ site: string; hits: string }>('live_totals', {}, undefined, fragments),
  );
  assert.deepEqual(
    totals.map(({ hits }) => Number(hits)),
    [6, 6, 6],
  );

  assert.deepEqual((await purge(source, policy, NOW)).hits, []);
  // An older cutoff does not replace a newer one.
  await purge(source, policyOf('365d'), NOW);
  assert.equal((await readCutoffs(store)).hits.get('a.com'), Date.UTC(2026, 9, 25));
});

test('hits that are not rolled up stay, however old', async (t) => {
  const { store, batch, source } = await openStore(t, [{ site: 'a.com', time: ago(100) }]);
  await batch(2000, [{ site: 'a.com', time: ago(100) }]);
  const { hits } = await purge(source, policyOf('30d'), NOW);
  assert.deepEqual(
    hits.map(({ rows }) => rows),
    [1],
  );
  assert.deepEqual(await kept(store), [['a.com', 1]]);
  await using rollups = new Rollups(store);
  await rollups.rollUp();
  await purge(source, policyOf('30d'), NOW);
  assert.deepEqual(await kept(store), []);
});

test('hits that are not in the visits stay, however old', async (t) => {
  const { store, source } = await openStore(t, [{ site: 'a.com', time: ago(100) }]);
  // As if the part that has the watermarks were lost.
  await using connection = store.dedicatedConnection();
  await connection.command("ALTER TABLE visits DELETE WHERE site = '' SETTINGS mutations_sync = 1");
  assert.deepEqual((await purge(source, policyOf('30d'), NOW)).hits, []);
  assert.deepEqual(await kept(store), [['a.com', 1]]);
  await using rollups = new Rollups(store);
  await rollups.visits.catchUp();
  assert.equal((await storedVisits(store)).length, 1, 'nothing is added twice');
  await rollups.visits.confirmRolledUp();
  await purge(source, policyOf('30d'), NOW);
  assert.deepEqual(await kept(store), []);
});

test('visits outlive their hits, and go by their own age when all of a visit is too old', async (t) => {
  const midnight = Date.UTC(2026, 9, 5);
  const hits = [-60, -5, 5, 600].map((minutes) => ({ site: 'a.com', time: midnight + minutes * 60_000 }));
  const { store, source } = await openStore(t, hits);
  const before = await storedVisits(store);
  assert.deepEqual(
    before.map(({ hits }) => hits),
    [1, 2, 1],
  );
  await purge(source, policyOf('5d'), NOW);
  assert.deepEqual(await kept(store), []);
  assert.deepEqual(await storedVisits(store), before);

  const age = `${(cutoffOf(0, NOW) - midnight) / DAY}d`;
  const dry = await purge(source, policyOf('5d', 'forever', age), NOW, true);
  assert.deepEqual(
    dry.visits.map(({ bytes: _, ...rest }) => rest),
    [{ site: 'a.com', before: '2026-10-05T00:00:00Z', rows: 1 }],
  );
  assert.ok(dry.visits[0]!.bytes > 0);
  assert.deepEqual(await storedVisits(store), before);
  await purge(source, policyOf('5d', 'forever', age), NOW);
  assert.deepEqual(await storedVisits(store), before.slice(1));
  assert.equal((await readCutoffs(store)).visits.get('a.com'), midnight);
  await purge(source, policyOf('5d', 'forever', '5d'), NOW);
  assert.deepEqual(await storedVisits(store), []);
  assert.equal((await source.removable()).size, 1, 'watermarks stay');
});

test('rollups are purged by their own age, except watermarks and hours', async (t) => {
  const { store, source } = await openStore(t, [
    { site: 'a.com', time: ago(100) },
    { site: 'a.com', time: ago(10) },
  ]);
  const watermarks = await watermarksOf(store);
  const { hits, rollups } = await purge(source, policyOf('forever', '50d'), NOW);
  assert.deepEqual(hits, []);
  assert.equal(rollups[0]!.site, 'a.com');
  assert.ok(rollups[0]!.rows > 0 && rollups[0]!.bytes > 0);
  await using connection = store.dedicatedConnection();
  const left = await connection.rows<{ day: string }>(
    "SELECT DISTINCT toDate(slot) AS day FROM rollups WHERE by NOT IN ('@', 'month', 'hour') ORDER BY day",
  );
  assert.deepEqual(left, [{ day: '2026-11-14' }]);
  assert.deepEqual(await watermarksOf(store), watermarks);
  assert.deepEqual(await kept(store), [['a.com', 2]]);
  assert.deepEqual([...(await readCutoffs(store)).rollups], [['a.com', Date.UTC(2026, 9, 5)]]);
});

import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { streamed } from '../../test/fixtures/differential/deliveries.ts';
import { openClients, openStore } from '../../test/fixtures/embedded-store.ts';
import { file } from '../../test/fixtures/file-scope.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import { killedAfter } from '../../test/fixtures/killed-client.ts';
import { onlyWithMoreRounds, rounds, spread } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { bucketing } from '../query/from-hits.ts';
import { statsFromRollups, topFromRollups } from '../query/from-rollups.ts';
import type { BoundedSelection } from '../query/plan.ts';
import { readSelection } from '../query/selection.ts';
import { Rollups } from '../rollup/rollups.ts';
import type { Store } from '../store/store.ts';
import type { Clients } from './clients.ts';
import { migrate } from './migrate.ts';
import { migrations } from './sql.ts';

const options = { timeout: scaledTimeout(600_000) };
/** More statements than a conversion has. */
const STATEMENTS = 100;
const WRITER = 7n;
const batch = (number: number) => (BigInt(number) << 22n) | WRITER;
const STEPS = migrations();
const BEFORE = STEPS.filter(({ version }) => version < 7);
/** In the middle of a month: older hits of p.example are purged. */
const CUTOFF = '2026-05-11';
/** Stored hits by site and day; those of batch 3 were never rolled up, although the watermark covers it. */
const KEPT = [
  { batch: 2, site: 'a.example', day: '2026-05-09', hits: 40 },
  { batch: 2, site: 'p.example', day: '2026-05-12', hits: 30 },
  { batch: 3, site: 'a.example', day: '2026-05-09', hits: 5 },
  { batch: 3, site: 'p.example', day: '2026-05-12', hits: 6 },
  { batch: 5, site: 'a.example', day: '2026-06-01', hits: 10 },
];
/** Hits that are only in the rollups and in `hit_counts`. */
const PURGED = [
  { batch: 1, site: 'p.example', day: '2026-04-02', hits: 70 },
  { batch: 1, site: 'p.example', day: '2026-05-03', hits: 20 },
];

/** Makes a store as the version before the ledger left it. @returns the folder that holds it */
async function makeOlder(): Promise<string> {
  const folder = temporaryFolder(file);
  const clients = openClients(file, join(folder, 'store'));
  await migrate(clients.writer, { steps: BEFORE });
  const command = (query: string) => clients.writer.command({ query });
  for (const { batch: number, site, day, hits } of [...KEPT, ...PURGED]) {
    // Some are events with the present name of signals, which that version did not have.
    await command(`INSERT INTO hits (site, time, visitor, path, name, batch)
      SELECT '${site}', toDateTime64('${day} 10:00:00', 3, 'UTC') + number * 60, number, concat('/', toString(number % 3)),
        if(number % 5 = 0, 'engagement', 'pageview'), ${batch(number)}
      FROM numbers(${hits})`);
  }
  // Batch 3 was left out, and batch 1 has been purged since.
  for (const [by, slot, value] of [
    ['quarter', "toStartOfInterval(time, INTERVAL 15 MINUTE, 'UTC')", "''"],
    ['day', "toStartOfDay(time, 'UTC')", "''"],
    ['month', "toDateTime(toStartOfMonth(time, 'UTC'), 'UTC')", "''"],
    ['path', "toStartOfDay(time, 'UTC')", 'path'],
  ]) {
    await command(`INSERT INTO rollups (by, site, month, value, key, slot, hits, visitors, first, last, mark)
      SELECT '${by}', site, toStartOfMonth(slot), ${value} AS value, cityHash64(path), ${slot} AS slot, count(),
        groupBitmapState(toUInt16(visitor)), 0, 0, 0
      FROM hits WHERE batch != ${batch(3)} GROUP BY site, value, path, slot`);
  }
  await command(
    `INSERT INTO hit_counts SELECT site, toStartOfHour(time) AS hour, batch, count() FROM hits GROUP BY site, hour, batch`,
  );
  await command(`INSERT INTO rollups (by, site, month, value, key, slot, hits, visitors, first, last, mark)
    SELECT '@', '', toDate(0), '${WRITER}', 0, toDateTime(0, 'UTC'), 0, bitmapBuild(emptyArrayUInt16()), 0, 0, ${batch(5)}`);
  await command(`ALTER TABLE hits DELETE WHERE batch = ${batch(1)} SETTINGS mutations_sync = 1`);
  await command(`INSERT INTO horizons SELECT 'p.example', 'hits', toDateTime('${CUTOFF} 00:00:00', 'UTC')`);
  await clients.close();
  return folder;
}

const OLDER = await makeOlder();

/** A copy of it. @returns the folder that holds the copy */
function older(t: TestContext): string {
  const folder = temporaryFolder(t);
  cpSync(OLDER, folder, { recursive: true, verbatimSymlinks: true });
  return folder;
}

const sumOf = (rows: readonly { site: string; hits: number }[], site: string) =>
  rows.reduce((sum, row) => sum + (site === '' || row.site === site ? row.hits : 0), 0);

/** The rollups of all days: by site, by month, by path. */
async function told(store: Store) {
  const period = readSelection({ from: '2026-01-01', to: '2027-01-01' }) as BoundedSelection;
  const plan = { from: 'rollups', first: period.from, end: period.to } as const;
  const cut = bucketing('month', period, 'UTC');
  const hits = async (site: string) =>
    (await statsFromRollups({ store }, { ...period, site }, plan, cut)).totals.hits;
  const months = (await statsFromRollups({ store }, period, plan, cut)).series.map(({ hits }) => hits);
  const days = (await statsFromRollups({ store }, period, plan, bucketing('day', period, 'UTC'))).series;
  const paths = await topFromRollups({ store }, period, plan, 'path', 10);
  return {
    sites: { all: await hits(''), a: await hits('a.example'), p: await hits('p.example') },
    months: months.slice(3, 6),
    days: days.reduce((sum, day) => sum + day.hits, 0),
    paths: paths.reduce((sum, path) => sum + path.hits, 0),
  };
}

const ALL = [...KEPT, ...PURGED];
const WANTED = {
  sites: { all: sumOf(ALL, ''), a: sumOf(ALL, 'a.example'), p: sumOf(ALL, 'p.example') },
  months: [70, 40 + 30 + 5 + 6 + 20, 10],
  days: sumOf(ALL, ''),
  paths: sumOf(ALL, ''),
};

async function hours(clients: Clients): Promise<number> {
  const query = "SELECT sum(r.hits) AS hits FROM rollups AS r WHERE by = 'hour'";
  const result = await clients.writer.query({ query, format: 'JSONEachRow' });
  return Number((await result.json<{ hits: string }>())[0]!.hits);
}

describe('a store of a version without a ledger', () => {
  test(
    'has all of its hits in the rollups again, and keeps the counts of purged ones',
    options,
    async (t) => {
      const folder = older(t);
      const store = await openStore(t, folder);
      const clients = openClients(t, join(folder, 'store'));
      assert.deepEqual(await told(store), WANTED);
      assert.equal(await hours(clients), WANTED.days);
      await using rollups = new Rollups(store);
      assert.equal(await rollups.rollUp(), 0);
    },
  );

  test('takes the hits that its spool still holds, once', options, async (t) => {
    const folder = older(t);
    const store = await openStore(t, folder);
    await using rollups = new Rollups(store);
    // Its id is below those of earlier batches; and a duplicate.
    const late = segmentOf(folder, batch(4), [{ site: 'a.example', time: Date.UTC(2026, 4, 9) }]);
    const known = segmentOf(
      folder,
      batch(3),
      Array.from({ length: 11 }, () => ({ site: 'a.example', time: Date.UTC(2026, 4, 9) })),
    );
    for (const segment of [late, known, late]) await store.deliver(segment);
    const wanted = { ...WANTED.sites, all: WANTED.sites.all + 1, a: WANTED.sites.a + 1 };
    assert.deepEqual((await told(store)).sites, wanted);
    assert.equal(await rollups.rollUp(), 1);
    await store.deliver(late);
    assert.equal(await rollups.rollUp(), 0);
    assert.deepEqual((await told(store)).sites, wanted);
  });

  test('takes a batch that its consumer had partly delivered, once', {
    ...options,
    skip: onlyWithMoreRounds(),
  }, async (t) => {
    const folder = older(t);
    const store = await openStore(t, folder);
    await using rollups = new Rollups(store);
    const at = (time: number) => hitOf({ site: 'a.example', time });
    // All of batch 3, with its missing hits of June; a batch that is missing completely; a new one.
    const came = Array.from({ length: 11 }, () => at(Date.UTC(2026, 4, 9)));
    const batches = [
      [...came, ...Array.from({ length: 3 }, () => at(Date.UTC(2026, 5, 2)))],
      [at(Date.UTC(2026, 4, 9)), at(Date.UTC(2026, 5, 3))],
    ];
    const old = streamed(join(folder, 'old'), 3, batches, WRITER);
    const fresh = streamed(join(folder, 'fresh'), 6, [[at(Date.UTC(2026, 5, 4))]], WRITER);
    for (const deliver of [old, old, fresh, old]) await deliver(store);
    const wanted = { ...WANTED.sites, all: WANTED.sites.all + 6, a: WANTED.sites.a + 6 };
    assert.deepEqual((await told(store)).sites, wanted);
    assert.equal(await rollups.rollUp(), 6);
    await old(store);
    assert.equal(await rollups.rollUp(), 0);
    assert.deepEqual((await told(store)).sites, wanted);
  });

  test('is converted before it has the columns of later versions', options, async (t) => {
    const folder = older(t);
    const clients = openClients(t, join(folder, 'store'));
    await clients.writer.command({ query: 'ALTER TABLE hits DROP COLUMN utm_campaign' });
    await migrate(clients.writer, { steps: STEPS.filter(({ version }) => version <= 7) });
    const query = 'ALTER TABLE hits ADD COLUMN utm_campaign LowCardinality(String) CODEC(ZSTD)';
    await clients.writer.command({ query });
    await clients.close();
    assert.deepEqual(await told(await openStore(t, folder)), WANTED);
  });

  test('is converted even if the conversion is killed at any statement', {
    ...options,
    skip: onlyWithMoreRounds(),
  }, async (t) => {
    // After each of its statements, or after some of them.
    for (const after of spread(rounds(STATEMENTS, 1), STATEMENTS)) {
      const folder = older(t);
      const clients = openClients(t, join(folder, 'store'));
      const killed = killedAfter(clients.writer, after);
      const isWhole = await migrate(killed, { steps: STEPS }).then(
        () => true,
        () => false,
      );
      await clients.close();
      const store = await openStore(t, folder);
      assert.deepEqual(await told(store), WANTED, `killed after ${after} statements`);
      const rollups = new Rollups(store);
      assert.equal(await rollups.rollUp(), 0);
      await rollups.close();
      await store.close();
      if (isWhole) break;
    }
  });
});

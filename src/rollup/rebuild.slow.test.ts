import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ClickHouseFront } from '../../test/fixtures/clickhouse-front.ts';
import { closeAfter } from '../../test/fixtures/embedded-store.ts';
import { placeEmptyStore } from '../../test/fixtures/empty-store.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { whenOver } from '../../test/fixtures/scope.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { assertVisits } from '../../test/fixtures/visit-recount.ts';
import { Clients } from '../clickhouse/clients.ts';
import { Store } from '../store/store.ts';
import { Rollups } from './rollups.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 2, 30);
const batch = (number: number) => (BigInt(number) << 22n) | 7n;

/** Five hits a day and site, on four days across a month's end. */
const HITS = ['a.example', 'b.example'].flatMap((site) =>
  Array.from({ length: 20 }, (_, i) => ({
    site,
    time: START + Math.floor(i / 5) * DAY + (i % 5) * 3_600_000,
    path: `/${i % 3}`,
    visitorLow: i,
  })),
);

test('rollups of days that differ are rebuilt, and all others stay', {
  timeout: scaledTimeout(60_000),
}, async (t) => {
  const folder = temporaryFolder(t);
  placeEmptyStore(join(folder, 'store'));
  await using store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
  await using rollups = new Rollups(store);
  const clients = Clients.embedded(join(folder, 'store'));
  t.after(() => clients.close());
  /** Rolled-up hits by kind, site and the start of their period. */
  const rolled = async () => {
    const query = `SELECT by, site, toString(toDate(slot)) AS day, value, toUInt32(sum(r.hits)) AS hits
      FROM rollups AS r WHERE by IN ('day', 'month', 'path', 'hour', 'quarter')
      GROUP BY by, site, day, value ORDER BY by, site, day, value`;
    const result = await clients.writer.query({ query, format: 'JSONCompactEachRow' });
    return (await result.json()) as unknown[][];
  };
  await store.deliver(segmentOf(folder, batch(1), HITS));
  await rollups.rollUp();
  const whole = await rolled();
  const months = new Map<string, number>();
  for (const { site, time } of HITS) {
    const key = `${site} ${new Date(time).toISOString().slice(0, 7)}-01`;
    months.set(key, (months.get(key) ?? 0) + 1);
  }
  assert.deepEqual(
    whole.filter(([by]) => by === 'month').map(([, site, day, , hits]) => [`${site} ${day}`, hits]),
    [...months].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  // A pending hit is of one of the days, and must not be counted twice.
  await store.deliver(segmentOf(folder, batch(2), [HITS[0]!]));
  // One day was counted twice, another is lost.
  await clients.writer.command({
    query: `INSERT INTO rollups SELECT * FROM rollups WHERE site = 'a.example' AND toDate(slot) = '2026-03-31' AND by != 'month'`,
  });
  await clients.writer.command({
    query: `ALTER TABLE rollups DELETE WHERE site = 'b.example' AND toDate(slot) = '2026-04-01' SETTINGS mutations_sync = 1`,
  });
  assert.notDeepEqual(await rolled(), whole);
  await rollups.rebuild([
    { site: 'a.example', day: '2026-03-31' },
    { site: 'b.example', day: '2026-04-01' },
  ]);
  assert.deepEqual(await rolled(), whole);
  assert.equal(await rollups.rollUp(), 1);
});

test('a day may be rebuilt twice in tables that skip known blocks, as replicated ones do', {
  timeout: scaledTimeout(60_000),
}, async (t) => {
  const folder = temporaryFolder(t);
  const front = await ClickHouseFront.start();
  whenOver(t, () => front.close());
  const store = await Store.open({ setting: front.url, folder });
  closeAfter(t, store);
  await using rollups = new Rollups(store);
  // The default of servers without these settings.
  await front.run("SET deduplicate_insert = 'backward_compatible_choice'");
  await front.run("SET deduplicate_insert_select = 'enable_even_for_bad_queries'");
  for (const table of ['visits', 'rollups'])
    await front.run(`ALTER TABLE ${table} MODIFY SETTING non_replicated_deduplication_window = 1000`);
  await store.deliver(segmentOf(folder, batch(1), HITS));
  await rollups.rollUp();
  const rolled = () =>
    front.rows(
      "SELECT by, toString(slot) AS start, value, sum(r.hits) FROM rollups AS r WHERE by != '@' GROUP BY ALL ORDER BY ALL",
    );
  const before = await rolled();
  assert.notEqual(before.length, 0);
  const days = [{ site: 'a.example', day: '2026-03-31' }];
  for (let i = 0; i < 2; i++) {
    await rollups.rebuild(days);
    await rollups.visits.rebuild(days);
    assert.deepEqual(await rolled(), before);
    await assertVisits(store);
  }
});

/** A store with larger batches than its engine has memory for, as a folder has that was filled on a larger machine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '../../test/fixtures/embedded-store.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { assertVisitsOf } from '../../test/fixtures/visit-recount.ts';
import { memoryFault } from '../clickhouse/shares.ts';
import { queryText } from '../clickhouse/sql.ts';
import { visitStepFragments } from '../clickhouse/visit-step.ts';
import type { Hit } from '../hit/hit.ts';
import { firstStep } from '../store/step.ts';
import type { Store } from '../store/store.ts';
import { DAY } from '../timing/units.ts';
import { Rollups, watermarksOf } from './rollups.ts';

const MIB = 2 ** 20;
/** Of which the engine takes 40 MiB at rest. */
const MEMORY = 100 * MIB;
/** Half of them fit on some machines. */
const HITS = 60_000;
const START = Date.UTC(2026, 0, 30);

/** Hits of almost as many visitors, over a few days of two months. @param minute by which they are later */
function batchOf(count: number, minute: number): Partial<Hit>[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{ site: `${i % 3}.example`, path: `/${i % (count / 2)}`, referrer: `https://${i % 997}.example/${i}` },
    time: START + ((i * 7919) % (4 * 86_400)) * 1000 + minute * 60_000,
    ...{ visitorHigh: Math.imul(i, 0x9e3779b1) >>> 0, visitorLow: i % 25_000 },
  }));
}

/** Counts by a key of each hit, as plain loops count them. */
function countsOf(hits: readonly Partial<Hit>[], keyOf: (hit: Partial<Hit>) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const hit of hits) counts.set(keyOf(hit), (counts.get(keyOf(hit)) ?? 0) + 1);
  return counts;
}

async function rolledCounts(store: Store, by: string, value: string): Promise<Map<string, number>> {
  const rows = await store.rowsOf<{ key: string; hits: string }>(
    `SELECT concat(site, ' ', toString(toDate(slot)), ' ', ${value}) AS key, sum(r.hits) AS hits FROM rollups AS r
     WHERE by = '${by}' GROUP BY key`,
    {},
  );
  return new Map(rows.map(({ key, hits }) => [key, Number(hits)]));
}

const dayOf = ({ time = 0 }: Partial<Hit>) =>
  new Date(Math.floor(time / DAY) * DAY).toISOString().slice(0, 10);

test('a batch that does not fit into the memory of a step is stored, counted and in the visits once, after a step that fits', {
  timeout: scaledTimeout(300_000),
}, async (t) => {
  const folder = temporaryFolder(t);
  const store = await openStore(t, folder, { memory: MEMORY });
  const rollups = new Rollups(store);
  // Of the same visitors, ten minutes before: their visits are extended.
  const batches = [batchOf(2_000, 0), batchOf(HITS, 10), batchOf(500, 20)];
  for (const [at, hits] of batches.entries())
    await store.deliver(segmentOf(folder, (BigInt(at + 1) << 22n) | 7n, hits));
  const all = batches.flat();

  const [, large] = await store.ledger.pending('visits');
  const { scope } = firstStep([large!], HITS, queryText('visits_writers').trim());
  const whole = store.executeLong('visits_step', visitStepFragments(scope, new Map()), 'whole', []);
  await assert.rejects(
    whole,
    /memory limit exceeded/,
    'the batch fits into the memory: the test shows nothing',
  );

  assert.equal(await rollups.rollUp(), all.length);
  assert.deepEqual(store.guard.health.problems, []);
  assert.equal(await rollups.rollUp(), 0);
  await rollups.close();
  await store.close();

  // Reading all visits at once takes more memory than that.
  const later = await openStore(t, folder);
  await assertVisitsOf(later, all.map(hitOf));
  assert.deepEqual(
    await rolledCounts(later, 'day', "''"),
    countsOf(all, (hit) => `${hit.site} ${dayOf(hit)} `),
  );
  assert.deepEqual(
    await rolledCounts(later, 'path', 'value'),
    countsOf(all, (hit) => `${hit.site} ${dayOf(hit)} ${hit.path}`),
  );
  assert.deepEqual([...(await watermarksOf(later)).values()], [(3n << 22n) | 7n]);
  const tables = await later.rowsOf("SELECT name FROM system.tables WHERE startsWith(name, 'staged_')", {});
  assert.deepEqual(tables, []);
});

test('work that does not fit is a problem of the store until it does', async (t) => {
  const { guard } = await openStore(t);
  const cause = Object.assign(new Error('memory limit exceeded'), { type: 'MEMORY_LIMIT_EXCEEDED' });
  const refuse = () => Promise.reject(memoryFault(cause));
  for (const name of ['visits', 'rollups', 'visits'])
    await assert.rejects(guard.fitting(name, refuse), { code: 'engine_memory' });
  await assert.rejects(
    guard.fitting('visits', () => Promise.reject(new Error('another fault'))),
    /another/,
  );
  await guard.fitting('rollups', async () => undefined);
  assert.deepEqual(
    guard.health.problems.map(({ code }) => code),
    ['engine_memory'],
  );
  await guard.fitting('visits', async () => undefined);
  assert.deepEqual(guard.health.problems, []);
});

/** Hits and visitors of many hits, which come from rollups, compared with a recount of each hit. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { group } from '../../test/fixtures/file-scope.ts';
import { CUTOFF, count, NOW as PURGED_NOW, people, purgedStore } from '../../test/fixtures/purged-store.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { goals, storedTraffic } from '../../test/fixtures/stored-traffic.ts';
import { SITES } from '../../test/reference/traffic/values.ts';
import type { Query } from '../../test/reference/visits/query.ts';
import { readQuery } from './language/query-reader.ts';
import { queryAnswer } from './query-answer.ts';
import type { Source } from './source.ts';

const ESTIMATED = { estimated: ['visitors'], standard_error: 0.0102 };
const OF_VISITORS: ReadonlySet<string> = new Set(['visitors', 'percentage', 'conversion_rate']);
const METRICS = ['hits', 'visitors', 'visits', 'pageviews'] as const;
function ask(source: Source, query: unknown, now: number) {
  return queryAnswer({ ...source, maxScannedHits: 0 }, readQuery(query, now, goals), now);
}

interface AnyRow {
  readonly dimensions?: readonly string[];
  readonly metrics: readonly unknown[];
  readonly comparison?: { readonly metrics: readonly unknown[] } | undefined;
}

/** A row without visitors, which may be estimates. */
function exactOf({ dimensions, metrics, comparison }: AnyRow) {
  const exact = ([hits, , ...others]: readonly unknown[]) => [hits, ...others];
  return { dimensions, metrics: exact(metrics), compared: comparison && exact(comparison.metrics) };
}

/** Visitors of a row, and of the one that it is compared with. */
function visitorsOf({ metrics, comparison }: AnyRow): number[] {
  return [metrics, ...(comparison ? [comparison.metrics] : [])].map((all) => Number(all[1]));
}

describe('of stored hits', () => {
  const stored = group();
  let traffic: Awaited<ReturnType<typeof storedTraffic>>;
  before(async () => {
    traffic = await storedTraffic(stored, Number(process.env.HIT_TEST_SEED ?? 4));
    await traffic.rollups.rollUp();
  });

  test('hits and what visits tell are exact, and visitors are within five standard errors', {
    timeout: scaledTimeout(60_000),
  }, async () => {
    const { store, recount, now } = traffic;
    for (const [period, dimensions] of [
      ['90d', []],
      ['90d', ['time:day']],
      ['12mo', ['time:month']],
      ['7d', ['time:hour']],
      ['28d', ['time:week']],
    ] as const) {
      const query = {
        ...{ period, dimensions, metrics: METRICS, timezone: 'Asia/Kathmandu', limit: 10_000 },
        include: { comparison: 'previous_period', totals: true },
      };
      const message = JSON.stringify(query);
      const expected = recount.query(query as unknown as Query);
      const answer = await ask({ store }, query, now);
      assert.deepEqual(answer.meta, ESTIMATED, message);
      const [rows, known] = [answer, expected].map(({ results, totals }) => [...results, totals!]);
      assert.deepEqual(rows!.map(exactOf), known!.map(exactOf), message);
      const estimates = rows!.flatMap(visitorsOf);
      for (const [at, exact] of known!.flatMap(visitorsOf).entries()) {
        // Rollups count few visitors exactly, but for collisions.
        const most = Math.max(2, 0.051 * exact);
        assert.ok(Math.abs(estimates[at]! - exact) <= most, `${estimates[at]} ${exact}: ${message}`);
      }
    }
  });

  test('few visitors are exact where rollups cannot answer, although they are estimates', {
    timeout: scaledTimeout(60_000),
  }, async () => {
    const { store, recount, now } = traffic;
    for (const asked of [
      { filters: [['is', 'site', [SITES[0]]]] },
      { metrics: ['hits', 'visitors', 'percentage'] },
      { metrics: ['visitors', 'conversion_rate'], goal: 'signup' },
      { dimensions: ['page'] },
      { dimensions: ['time:month', 'site'] },
      { bots: 'include' },
      { site: [SITES[0], SITES[1]] },
      { period: '24h', dimensions: ['time:minute'] },
      { metrics: ['visits'] },
    ]) {
      const query = { period: '90d', metrics: ['hits', 'visitors'], ...asked, limit: 10_000 };
      const { results, meta } = await ask({ store }, query, now);
      const estimated = query.metrics.filter((metric) => OF_VISITORS.has(metric));
      const expected = estimated.length === 0 ? {} : { estimated, standard_error: 0.0029 };
      assert.deepEqual(meta, expected, JSON.stringify(query));
      assert.deepEqual(results, recount.query(query as unknown as Query).results, JSON.stringify(query));
    }
  });
});

test('purged hits are null, and are not estimated', { timeout: scaledTimeout(60_000) }, async (t) => {
  const { store } = await purgedStore(t);
  const cutoff = new Date(CUTOFF).toISOString();
  const all = await ask({ store }, { period: 'all', metrics: ['hits', 'visitors'] }, PURGED_NOW);
  assert.deepEqual(all.results[0]!.metrics, [null, null]);
  assert.equal(all.meta.estimated, undefined);
  const stored = {
    ...{ period: { from: cutoff, to: '2026-10-01' }, metrics: ['hits', 'visitors'] },
    include: { comparison: 'previous_period' },
  };
  const { results, meta } = await ask({ store }, stored, PURGED_NOW);
  const { hits, visitors } = count(people, CUTOFF, Date.UTC(2026, 9, 1));
  assert.deepEqual(results[0]!.metrics[0], hits);
  assert.ok(Math.abs(Number(results[0]!.metrics[1]) - visitors) <= 1);
  assert.deepEqual(results[0]!.comparison?.metrics, [null, null]);
  assert.deepEqual(meta.estimated, ['visitors']);
});

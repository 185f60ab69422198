import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Stats } from './answers.ts';
import { type Compared, comparisonOf } from './comparison.ts';

function answer(from: string, to: string, totals: Stats['totals']): Compared {
  return { from, to, totals, series: [{ time: from, ...totals }] };
}

describe('a comparison', () => {
  test('has the answer for the other period, and the change', () => {
    const now = answer('2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z', { hits: 112, visitors: 19 });
    const before = answer('2026-10-01T00:00:00Z', '2026-11-01T00:00:00Z', { hits: 100, visitors: 20 });
    assert.deepEqual(comparisonOf(now, before), { ...before, change: { hits: 0.12, visitors: -0.05 } });
  });

  test('has no change if the other value is zero', () => {
    const now = answer('2026-11-02', '2026-11-03', { hits: 7, visitors: 0, visits: 7, bounce_rate: null });
    const before = answer('2026-11-01', '2026-11-02', { hits: 0, visitors: 3, visits: 0, bounce_rate: null });
    const change = { hits: null, visitors: -1, visits: null, bounce_rate: null };
    assert.deepEqual(comparisonOf(now, before).change, change);
  });

  test('has no other fields of the answer', () => {
    const now = {
      ...answer('2026-11-02', '2026-11-03', { hits: 1, visitors: 1 }),
      site: 'a.com',
      interval: 'day',
    };
    assert.deepEqual(Object.keys(comparisonOf(now, now)), ['from', 'to', 'totals', 'series', 'change']);
  });

  test('says how exact the other answer is, and what it omits', () => {
    const now = answer('2026-11-02', '2026-11-03', { hits: 1, visitors: 1 });
    const gaps = { purged_before: '2026-11-02', pending_since: '2026-11-05' };
    const other = comparisonOf(now, { ...now, error: 0.0102, ...gaps });
    const { error, purged_before, pending_since } = other;
    assert.deepEqual({ error, purged_before, pending_since }, { error: 0.0102, ...gaps });
  });

  test('has changes that reproduce the current values, up to the fourth digit', () => {
    const counts = fc.integer({ min: 1, max: 1e12 });
    fc.assert(
      fc.property(counts, counts, (hits, before) => {
        const { change } = comparisonOf(
          answer('b', 'c', { hits, visitors: 1 }),
          answer('a', 'b', { hits: before, visitors: 1 }),
        );
        assert.ok(Math.abs(before * (1 + change.hits!) - hits) <= before * 0.000_051);
      }),
      { seed: 81 },
    );
  });
});

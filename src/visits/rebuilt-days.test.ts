import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RebuiltDays } from './rebuilt-days.ts';

const start = (day: string) => Date.parse(`${day}T00:00:00Z`);

test('visits of recomputed days count as missing until that ends, and for queries that began before', () => {
  let now = 1000;
  const rebuilt = new RebuiltDays(() => now);
  const days = [
    { site: 'a.example', day: '2026-11-03' },
    { site: 'a.example', day: '2026-11-02' },
    { site: 'b.example', day: '2026-11-01' },
  ];
  assert.equal(rebuilt.first([], now), Number.POSITIVE_INFINITY);
  rebuilt.begin(days);
  now = 2000;
  assert.equal(rebuilt.first([], now), start('2026-11-01'));
  assert.equal(rebuilt.first(['a.example', 'c.example'], now), start('2026-11-02'));
  assert.equal(rebuilt.first(['c.example'], now), Number.POSITIVE_INFINITY);
  rebuilt.end(days.slice(0, 2));
  assert.equal(rebuilt.first(['a.example'], 1500), start('2026-11-02'));
  assert.equal(rebuilt.first(['a.example'], 2001), Number.POSITIVE_INFINITY);
  now = 10_000_000;
  rebuilt.begin([]);
  assert.equal(rebuilt.first([], 0), start('2026-11-01'));
});

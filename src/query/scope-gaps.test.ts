import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTracker } from '../../test/fixtures/embedded-store.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { purgedBefore, visitsExtent } from './scope-gaps.ts';

const MIDNIGHT = Date.UTC(2026, 2, 2);
const MINUTE = 60_000;

test('the hits of the visits of a period are from the start of its first to the end of its last', {
  timeout: 120_000,
}, async (t) => {
  const folder = temporaryFolder(t);
  const db = await openTracker(t, { dataDir: folder });
  // Two visits across midnight, of two sites, and one the next evening.
  const hits = [
    ...[-20, -5, 10, 25].map((minute) => ({ site: 'a.example', visitorLow: 1, minute })),
    ...[-10, 5].map((minute) => ({ site: 'b.example', visitorLow: 2, minute })),
    ...[1200].map((minute) => ({ site: 'a.example', visitorLow: 3, minute })),
  ].map(({ minute, ...hit }) => ({ ...hit, time: MIDNIGHT + minute * MINUTE }));
  await db.store.deliver(segmentOf(folder, (BigInt(MIDNIGHT) << 22n) | 1n, hits));
  await db.rollups.visits.catchUp();
  const [before, after] = [
    { from: MIDNIGHT - 60 * MINUTE, to: MIDNIGHT },
    { from: MIDNIGHT, to: MIDNIGHT + 60 * MINUTE },
  ];
  const extent = (span: { from: number; to: number }, which: 'begin' | 'overlap', ...sites: string[]) =>
    visitsExtent(db, { ...span, sites }, which);
  assert.deepEqual(await extent(before, 'begin'), { from: before.from, to: MIDNIGHT + 25 * MINUTE + 1 });
  assert.deepEqual(await extent(before, 'begin', 'b.example'), {
    from: before.from,
    to: MIDNIGHT + 5 * MINUTE + 1,
  });
  assert.deepEqual(await extent(after, 'begin'), after);
  assert.deepEqual(await extent(after, 'overlap'), { from: MIDNIGHT - 20 * MINUTE, to: after.to });
  assert.deepEqual(await extent(after, 'overlap', 'b.example'), {
    from: MIDNIGHT - 10 * MINUTE,
    to: after.to,
  });
  assert.deepEqual(await extent(after, 'overlap', 'none.example'), after);
});

test('hits are missing if purged ones are needed, and visits if the period begins before what is purged', () => {
  const [period, extent] = [
    { from: 100, to: 200 },
    { from: 90, to: 210 },
  ];
  const known = { hits: 0, visits: 0 };
  assert.equal(purgedBefore(known, period, extent), undefined);
  assert.equal(purgedBefore({ ...known, hits: 90 }, period, extent), undefined);
  assert.equal(purgedBefore({ ...known, hits: 91 }, period, extent), 91);
  // A visit that goes on after the cutoff is kept.
  assert.equal(purgedBefore({ ...known, visits: 100 }, period, extent), undefined);
  assert.equal(purgedBefore({ ...known, visits: 101 }, period, extent), 101);
  assert.equal(purgedBefore({ hits: 150, visits: 101 }, period, extent), 150);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTracker } from '../../test/fixtures/embedded-store.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { gapNotes, visitsExtent } from './scope-gaps.ts';

const MIDNIGHT = Date.UTC(2026, 2, 2);
const MINUTE = 60_000;

test('the hits of the visits of a period span the start of the first visit to the end of the last', {
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

test('a note says which hits are purged, and which are not in the visits yet', () => {
  const [period, extent] = [
    { from: 100_000, to: 200_000 },
    { from: 90_000, to: 210_000 },
  ];
  const all = { hits: 0, rollups: 0, visits: 0, visitsUntil: Number.POSITIVE_INFINITY };
  const noted = (known: Partial<typeof all>) =>
    gapNotes({ ...all, ...known }, period, extent).map(({ purged_before, pending_since }) => [
      purged_before,
      pending_since,
    ]);
  const at = (second: number) => `1970-01-01T00:0${Math.floor(second / 60)}:${second % 60}Z`;
  assert.deepEqual(noted({}), []);
  assert.deepEqual(noted({ hits: 90_000 }), []);
  assert.deepEqual(noted({ hits: 91_000 }), [[at(91), undefined]]);
  // A visit that continues after the cutoff is kept.
  assert.deepEqual(noted({ visits: 100_000 }), []);
  assert.deepEqual(noted({ visits: 101_000 }), [[at(101), undefined]]);
  assert.deepEqual(noted({ hits: 150_000, visits: 101_000 }), [[at(150), undefined]]);
  assert.deepEqual(noted({ visitsUntil: 200_000 }), []);
  assert.deepEqual(noted({ hits: 91_000, visitsUntil: 199_000 }), [
    [at(91), undefined],
    [undefined, at(199)],
  ]);
});

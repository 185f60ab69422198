import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ODD_MOMENTS } from '../../test/fixtures/odd-moments.ts';
import { Calendar } from '../../test/reference/calendar.ts';
import { intervalStarts } from './interval-starts.ts';
import { INTERVALS } from './selection.ts';

const HOUR = 3_600_000;
const LENGTHS = { minute: HOUR, hour: 60 * HOUR, day: 2000 * HOUR, week: 5000 * HOUR, month: 20_000 * HOUR };

test('intervals start where a walk along the clock finds them, in zones with all kinds of changes', () => {
  fc.assert(
    fc.property(
      ODD_MOMENTS,
      fc.constantFrom(...INTERVALS),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(899_999),
      ({ zone, now }, interval, share, rest) => {
        const from = now + rest;
        const to = from + 1 + Math.floor(share * LENGTHS[interval]);
        assert.deepEqual(
          intervalStarts(interval, { from, to }, zone),
          new Calendar(zone).startsIn(interval, from, to),
        );
      },
    ),
    { seed: 20260329, numRuns: 400 },
  );
});

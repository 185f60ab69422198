import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ODD_MOMENTS } from '../../test/fixtures/odd-moments.ts';
import { Calendar } from '../../test/reference/calendar.ts';
import { intervalStarts } from './interval-starts.ts';
import { statementZone } from './local-time.ts';
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

test('intervals in the zone of statements are those in the requested one, and the former has a constant offset if it can', () => {
  let constant = 0;
  fc.assert(
    fc.property(
      ODD_MOMENTS,
      fc.constantFrom(...INTERVALS),
      fc.double({ min: 0, max: 1, noNaN: true }),
      ({ zone, now }, interval, share) => {
        const period = { from: now, to: now + 1 + Math.floor(share * LENGTHS[interval]) };
        const named = statementZone(zone, period);
        if (named !== zone) constant++;
        assert.deepEqual(intervalStarts(interval, period, named), intervalStarts(interval, period, zone));
      },
    ),
    { seed: 20260329, numRuns: 400 },
  );
  assert.ok(constant > 20, `${constant} of 400`);
  const november = { from: Date.UTC(2026, 10, 12), to: Date.UTC(2026, 10, 15) };
  assert.equal(statementZone('America/Phoenix', november), 'Etc/GMT+7');
  assert.equal(statementZone('Asia/Kolkata', november), 'Asia/Kolkata');
  assert.equal(statementZone('Europe/Berlin', november), 'Europe/Berlin');
  const winter = { from: Date.UTC(2026, 11, 12), to: Date.UTC(2026, 11, 15) };
  assert.equal(statementZone('Europe/Berlin', winter), 'Etc/GMT-1');
  assert.equal(statementZone('Europe/London', winter), 'UTC');
});

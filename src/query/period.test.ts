import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ODD_MOMENTS as moments } from '../../test/fixtures/odd-moments.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import * as reference from '../../test/reference/visits/period.ts';
import { DAY } from '../timing/units.ts';
import { LocalTime, startOfDay } from './local-time.ts';
import { comparedPeriod, PERIODS, type Period, presetPeriod } from './period.ts';

const HOUR = 3_600_000;

/** A zone, and a period of whole local days around its difficult time. */
const wholeDays = fc
  .tuple(moments, fc.integer({ min: 1, max: 60 }))
  .map(([{ zone, now }, days]) => {
    const local = new LocalTime(zone);
    const start = startOfDay(local.wallTimeOf(now));
    return { zone, from: local.instantOf(start), to: local.instantOf(start + days * DAY) };
  })
  .filter(({ from, to }) => from < to);

const RUNS = { seed: 20260329, numRuns: rounds(3000, 60, 300) };

function iso({ from, to }: Period): string[] {
  return [from, to].map((time) => new Date(time).toISOString().replace(':00.000Z', 'Z'));
}

/** A period of wall times in a zone. */
function local(zone: string, from: string, to: string): Period {
  const clock = new LocalTime(zone);
  return { from: clock.instantOf(Date.parse(`${from}Z`)), to: clock.instantOf(Date.parse(`${to}Z`)) };
}

describe('a wall time', () => {
  test('converts back to its instant, or to the instant at which clocks skip it', () => {
    fc.assert(
      fc.property(moments, ({ zone, now }) => {
        const clock = new LocalTime(zone);
        const wall = startOfDay(now) + (now % DAY);
        const instant = clock.instantOf(wall);
        if (clock.wallTimeOf(instant) === wall) return;
        assert.ok(clock.wallTimeOf(instant) > wall);
        assert.ok(clock.wallTimeOf(instant - 1) < wall);
      }),
      RUNS,
    );
  });

  test('that occurs twice means the first occurrence', () => {
    assert.equal(
      new LocalTime('Europe/Berlin').instantOf(Date.UTC(2026, 9, 25, 2, 30)),
      Date.UTC(2026, 9, 25, 0, 30),
    );
  });

  test('of a skipped date is the start of the next day', () => {
    const samoa = new LocalTime('Pacific/Apia');
    assert.equal(samoa.instantOf(Date.UTC(2011, 11, 30)), samoa.instantOf(Date.UTC(2011, 11, 31)));
  });
});

describe('a named period', () => {
  test('is never empty, and never extends beyond now', () => {
    fc.assert(
      fc.property(moments, fc.constantFrom(...PERIODS), ({ zone, now }, name) => {
        const { from, to } = presetPeriod(name, now, zone);
        assert.ok(from < to && to <= now, `${name} in ${zone} at ${new Date(now).toISOString()}`);
      }),
      RUNS,
    );
  });

  test('begins where a local day begins', () => {
    const ofDays = PERIODS.filter((name) => name !== '24h');
    fc.assert(
      fc.property(moments, fc.constantFrom(...ofDays), ({ zone, now }, name) => {
        assert.ok(new LocalTime(zone).isStartOfDay(presetPeriod(name, now, zone).from));
      }),
      RUNS,
    );
  });

  test('is the one of the reference', () => {
    fc.assert(
      fc.property(moments, fc.constantFrom(...PERIODS), fc.nat(900_000), ({ zone, now }, name, rest) => {
        const expected = reference.periodOf(name, zone, now + rest, undefined);
        // Yesterday never was: the reference has an empty period.
        if (expected.from === expected.to) return;
        assert.deepEqual(presetPeriod(name, now + rest, zone), expected);
      }),
      { ...RUNS, numRuns: rounds(10_000, 200, 1000) },
    );
  });

  test('of 7 days has the 7 dates before today', () => {
    fc.assert(
      fc.property(moments, ({ zone, now }) => {
        const clock = new LocalTime(zone);
        const { from, to } = presetPeriod('7d', now, zone);
        const today = startOfDay(clock.wallTimeOf(now));
        assert.equal(to, clock.instantOf(today));
        assert.equal(from, clock.instantOf(today - 7 * DAY));
        assert.ok(now - to < 25 * HOUR);
      }),
      RUNS,
    );
  });

  test('may have days of 23 and 25 hours', () => {
    const [spring, autumn] = [Date.UTC(2026, 2, 30, 10), Date.UTC(2026, 9, 26, 10)];
    for (const [now, hours] of [
      [spring, 7 * 24 - 1],
      [autumn, 7 * 24 + 1],
    ] as const) {
      const { from, to } = presetPeriod('7d', now, 'Europe/Berlin');
      assert.equal((to - from) / HOUR, hours);
    }
  });

  test('that is not over ends now', () => {
    const now = Date.UTC(2026, 10, 24, 8, 30);
    assert.deepEqual(iso(presetPeriod('today', now, 'Asia/Kolkata')), [
      '2026-11-23T18:30Z',
      '2026-11-24T08:30Z',
    ]);
    assert.deepEqual(iso(presetPeriod('month', now, 'America/New_York')), [
      '2026-11-01T04:00Z',
      '2026-11-24T08:30Z',
    ]);
    assert.deepEqual(iso(presetPeriod('year', now, 'Europe/Berlin')), [
      '2025-12-31T23:00Z',
      '2026-11-24T08:30Z',
    ]);
  });

  test('is complete at the midnight that ends it', () => {
    const { from, to } = local('Europe/Berlin', '2026-10-01', '2026-11-01');
    assert.deepEqual(presetPeriod('month', to, 'Europe/Berlin'), { from, to });
    assert.deepEqual(
      presetPeriod('today', to, 'Europe/Berlin'),
      local('Europe/Berlin', '2026-10-31', '2026-11-01'),
    );
  });

  test('begins at 01:00 if there is no midnight', () => {
    assert.deepEqual(iso(presetPeriod('today', Date.UTC(2026, 3, 24, 9), 'Africa/Cairo')), [
      '2026-04-23T22:00Z',
      '2026-04-24T09:00Z',
    ]);
  });
});

test('compared periods are those of the reference', () => {
  const kinds = [
    ['previous', 'previous_period'],
    ['year', 'year_over_year'],
  ] as const;
  const spans = fc.oneof(
    wholeDays,
    fc
      .tuple(moments, fc.constantFrom(...PERIODS))
      .map(([{ zone, now }, name]) => ({ zone, ...presetPeriod(name, now, zone) })),
    fc
      .tuple(moments, fc.integer({ min: 1, max: 90 * DAY }))
      .map(([{ zone, now }, length]) => ({ zone, from: now, to: now + length })),
  );
  fc.assert(
    fc.property(spans, fc.constantFrom(...kinds), ({ zone, from, to }, [kind, name]) => {
      const expected = reference.comparedPeriod({ from, to }, name, zone);
      // A day that never was: the reference has an empty period.
      if (expected.from >= expected.to) return;
      assert.deepEqual(comparedPeriod({ from, to }, kind, zone), expected);
    }),
    { ...RUNS, numRuns: rounds(10_000, 200, 1000) },
  );
});

describe('the previous period', () => {
  test('of whole days has the same number of dates or months, and ends where they begin', () => {
    fc.assert(
      fc.property(wholeDays, ({ zone, from, to }) => {
        const clock = new LocalTime(zone);
        const compared = comparedPeriod({ from, to }, 'previous', zone);
        assert.equal(compared.to, from);
        assert.ok(compared.from < from);
        assert.ok(clock.isStartOfDay(compared.from));
      }),
      RUNS,
    );
  });

  test('of any period ends when it begins, or has the same time of day', () => {
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 5000 }), ({ zone, now }, quarters) => {
        const period = { from: now, to: now + (quarters * HOUR) / 4 };
        const compared = comparedPeriod(period, 'previous', zone);
        assert.ok(compared.from < compared.to && compared.to <= period.to);
        assert.ok(compared.from < period.from);
      }),
      RUNS,
    );
  });

  test('of a whole month is the month before, whatever its length', () => {
    const zone = 'America/New_York';
    for (const [from, to, before] of [
      ['2026-03-01', '2026-04-01', '2026-02-01'],
      ['2028-03-01', '2028-04-01', '2028-02-01'],
      ['2026-01-01', '2026-02-01', '2025-12-01'],
      ['2026-10-01', '2027-01-01', '2026-07-01'],
      ['2026-01-01', '2027-01-01', '2025-01-01'],
    ] as const) {
      assert.deepEqual(comparedPeriod(local(zone, from, to), 'previous', zone), local(zone, before, from));
    }
  });

  test('of today up to an hour is yesterday up to that hour', () => {
    assert.deepEqual(
      comparedPeriod(local('Europe/Berlin', '2026-03-29', '2026-03-29T08:00'), 'previous', 'Europe/Berlin'),
      local('Europe/Berlin', '2026-03-28', '2026-03-28T08:00'),
    );
  });

  test('of an hour is the hour before', () => {
    const hour = { from: Date.UTC(2026, 2, 29, 1), to: Date.UTC(2026, 2, 29, 2) };
    assert.deepEqual(comparedPeriod(hour, 'previous', 'Europe/Berlin'), {
      from: hour.from - HOUR,
      to: hour.from,
    });
  });

  test('of the day after a skipped date is the last day before it', () => {
    const { from, to } = local('Pacific/Apia', '2011-12-31', '2012-01-01');
    assert.deepEqual(
      comparedPeriod({ from, to }, 'previous', 'Pacific/Apia'),
      local('Pacific/Apia', '2011-12-29', '2011-12-30'),
    );
  });
});

describe('the same period a year before', () => {
  test('has the same dates, and as many of them except for 29 February', () => {
    fc.assert(
      fc.property(wholeDays, ({ zone, from, to }) => {
        const clock = new LocalTime(zone);
        const compared = comparedPeriod({ from, to }, 'year', zone);
        const [date, earlier] = [from, compared.from].map((time) => new Date(clock.wallTimeOf(time)));
        assert.equal(earlier!.getUTCFullYear(), date!.getUTCFullYear() - 1);
        assert.equal(earlier!.getUTCMonth(), date!.getUTCMonth());
        const days = (period: Period) =>
          Math.round(
            (startOfDay(clock.wallTimeOf(period.to)) - startOfDay(clock.wallTimeOf(period.from))) / DAY,
          );
        assert.ok(Math.abs(days(compared) - days({ from, to })) <= 1);
      }),
      RUNS,
    );
  });

  test('uses 28 February if it would begin or end on the 29th', () => {
    for (const [from, to, expectedFrom, expectedTo] of [
      ['2028-02-29', '2028-03-01', '2027-02-28', '2027-03-01'],
      ['2028-02-01', '2028-03-01', '2027-02-01', '2027-03-01'],
      ['2028-02-01', '2028-02-29', '2027-02-01', '2027-03-01'],
      ['2028-02-01', '2028-02-29T09:00', '2027-02-01', '2027-02-28T09:00'],
      ['2029-02-01', '2029-03-01', '2028-02-01', '2028-02-29'],
    ] as const) {
      assert.deepEqual(
        comparedPeriod(local('Europe/Berlin', from, to), 'year', 'Europe/Berlin'),
        local('Europe/Berlin', expectedFrom, expectedTo),
      );
    }
  });

  test('keeps its length if it begins on 29 February, later in the day than it would end on the 28th', () => {
    const period = local('UTC', '2028-02-28T12:00', '2028-02-29T08:00');
    const compared = comparedPeriod(period, 'year', 'UTC');
    assert.equal(compared.to - compared.from, period.to - period.from);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DAY, intakeAt, NOON, VIEW } from '../../test/fixtures/intake.ts';
import type { RequestContext } from './request-context.ts';
import { EARLIEST_HIT, readExplicitTime, timeFault } from './time.ts';

const SKEW = 10 * 60_000;

describe('an explicit time', () => {
  /** The outcome of a hit of this kind and time, with a manual clock. */
  const outcomeOf = (kind: RequestContext['kind'], time: number, now = NOON) => {
    const outcome = intakeAt({ now }).receive({ ...VIEW, kind, time, site: 'example.com' });
    return 'hit' in outcome ? outcome.hit.time : outcome;
  };

  for (const kind of ['server', 'log'] as const) {
    test(`of a ${kind} is kept if past, is now if up to ten minutes ahead, and is refused beyond`, () => {
      assert.equal(outcomeOf(kind, NOON - 1), NOON - 1);
      assert.equal(outcomeOf(kind, NOON), NOON);
      assert.equal(outcomeOf(kind, NOON + 1), NOON);
      assert.equal(outcomeOf(kind, NOON + SKEW), NOON);
      assert.deepEqual(outcomeOf(kind, NOON + SKEW + 1), {
        reason: 'invalid',
        detail:
          'time 2026-11-24T12:10:00.001Z is more than 10 minutes ahead of the clock here, 2026-11-24T12:00:00.000Z',
      });
    });

    test(`of a ${kind} is accepted from the start of 1990 on`, () => {
      assert.equal(outcomeOf(kind, EARLIEST_HIT), Date.UTC(1990, 0));
      assert.deepEqual(outcomeOf(kind, EARLIEST_HIT - 1), {
        reason: 'invalid',
        detail: 'time 1989-12-31T23:59:59.999Z is before 1990-01-01',
      });
    });

    test(`of a ${kind} far out of range is refused, whatever the number`, () => {
      const ends = [Date.UTC(2036, 0), Date.UTC(2300, 0), 2 ** 31 * 1000, 2 ** 32 * 1000, 2 ** 53, 1e300];
      for (const time of [...ends, Number.POSITIVE_INFINITY, Number.NaN, 0, -1, -1e300]) {
        assert.equal((outcomeOf(kind, time) as { reason: string }).reason, 'invalid', String(time));
      }
    });
  }

  test('is checked against the current clock', () => {
    const clock = { now: NOON };
    const intake = intakeAt(clock);
    const facts: RequestContext = { ...VIEW, kind: 'server', site: 'example.com', time: NOON + DAY };
    assert.ok('reason' in intake.receive(facts));
    clock.now = NOON + DAY - SKEW;
    assert.ok('hit' in intake.receive(facts));
  });

  test('just ahead, past midnight, counts for today’s visitor', () => {
    const midnight = Math.floor(NOON / DAY) * DAY + DAY;
    const clock = { now: midnight - 1 };
    const intake = intakeAt(clock);
    const visitorAt = (time: number) => {
      const outcome = intake.receive({ ...VIEW, kind: 'server', site: 'example.com', time });
      assert.ok('hit' in outcome);
      return [outcome.hit.visitorHigh, outcome.hit.visitorLow];
    };
    assert.deepEqual(visitorAt(midnight + SKEW - 1), visitorAt(midnight - 1));
  });

  test('is ISO 8601 or milliseconds, and UTC without an offset', () => {
    assert.equal(readExplicitTime('2026-11-24T12:00:00'), NOON);
    assert.equal(readExplicitTime('2026-11-24T13:00:00+01:00'), NOON);
    assert.equal(readExplicitTime(NOON + 0.9), NOON);
    for (const other of ['2026-02-30', '1764000000000', 'yesterday', '', null, true, {}, Number.NaN]) {
      assert.equal(readExplicitTime(other), undefined, String(other));
    }
  });
});

describe('a live hit', () => {
  test('has the current time, even if the clock has gone back since', () => {
    for (const kind of ['plain', 'beacon'] as const) {
      const outcome = intakeAt({ now: NOON }).receive({ ...VIEW, kind, time: NOON + DAY });
      assert.equal('hit' in outcome && outcome.hit.time, NOON);
    }
  });
});

test('an error about a time says what is wrong, even if the time is not a valid date', () => {
  assert.equal(timeFault(NOON, NOON), undefined);
  assert.match(timeFault(1e17, NOON) ?? '', /^time 100000000000000000 is more than 10 minutes ahead/);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { HitError } from '../errors.ts';
import { RateLimit } from './rate-limit.ts';

const NOW = Date.UTC(2026, 10, 24);

/** How many of a number of simultaneous tries are accepted. */
function burst(limit: RateLimit, tries: number, now = NOW, client = '192.0.2.1'): number {
  let taken = 0;
  for (let i = 0; i < tries; i++) if (limit.tryConsume(client, now) === 0) taken++;
  return taken;
}

describe('the rate limit', () => {
  test('allows a burst of two seconds, then makes the client wait', () => {
    const limit = RateLimit.parse('100/s');
    assert.equal(burst(limit, 1000), 200);
    assert.equal(limit.tryConsume('192.0.2.1', NOW), 1);
  });

  test('refills over time, and never beyond the burst', () => {
    const limit = RateLimit.parse('100/s');
    burst(limit, 1000);
    assert.equal(burst(limit, 1000, NOW + 10), 1);
    assert.equal(burst(limit, 1000, NOW + 510), 50);
    assert.equal(burst(limit, 1000, NOW + 86_400_000), 200);
  });

  test('counts each client separately', () => {
    const limit = RateLimit.parse('1/s');
    assert.equal(burst(limit, 10, NOW, '192.0.2.1'), 2);
    assert.equal(burst(limit, 10, NOW, '192.0.2.2'), 2);
  });

  test('allows one hit at a rate below one a second, and says when the next is due', () => {
    const limit = RateLimit.parse('1/h');
    assert.equal(burst(limit, 10), 1);
    assert.equal(limit.tryConsume('192.0.2.1', NOW + 1000), 3599);
    assert.equal(limit.tryConsume('192.0.2.1', NOW + 3_600_000), 0);
  });

  test('a client that waits as long as told is accepted', () => {
    const rate = fc.record({
      count: fc.integer({ min: 1, max: 100_000 }),
      unit: fc.constantFrom('s', 'm', 'h'),
    });
    const pauses = fc.array(fc.nat(3000), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(rate, pauses, ({ count, unit }, gaps) => {
        const limit = RateLimit.parse(`${count}/${unit}`);
        let now = NOW;
        for (const gap of gaps) {
          now += gap;
          const wait = limit.tryConsume('192.0.2.1', now);
          if (wait === 0) continue;
          assert.ok(Number.isInteger(wait) && wait >= 1);
          now += wait * 1000;
          assert.equal(limit.tryConsume('192.0.2.1', now), 0, `${count}/${unit} after ${wait} s`);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('never allows more than burst and rate over any length of time', () => {
    const steps = fc.array(fc.tuple(fc.nat(2000), fc.integer({ min: 1, max: 40 })), { maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), steps, (count, moments) => {
        const limit = RateLimit.parse(`${count}/s`);
        let now = NOW;
        let taken = 0;
        for (const [gap, tries] of moments) {
          now += gap;
          taken += burst(limit, tries, now);
        }
        const allowed = 2 * count + ((now - NOW) / 1000) * count;
        assert.ok(taken <= allowed + 1e-6, `${taken} of at most ${allowed}`);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  test('does not lock clients out if the clock is set back', () => {
    const limit = RateLimit.parse('10/s');
    burst(limit, 100);
    assert.equal(limit.tryConsume('192.0.2.1', NOW - 3_600_000), 1);
    assert.equal(burst(limit, 100, NOW - 3_599_000), 10);
  });

  test('remembers a client while fewer than 50,000 others come', () => {
    const limit = RateLimit.parse('1/h');
    burst(limit, 10);
    for (let i = 0; i < 49_999; i++) limit.tryConsume(`other ${i}`, NOW);
    assert.notEqual(limit.tryConsume('192.0.2.1', NOW), 0);
  });

  test('forgets a client after 100,000 others, so memory stays fixed', () => {
    const limit = RateLimit.parse('1/h');
    burst(limit, 10);
    for (let i = 0; i < 100_000; i++) limit.tryConsume(`other ${i}`, NOW);
    assert.equal(limit.tryConsume('192.0.2.1', NOW), 0);
  });

  test('does not limit when off', () => {
    assert.equal(burst(RateLimit.parse('off'), 100_000), 100_000);
  });
});

describe('the setting of the rate limit', () => {
  for (const [text, hits] of [
    ['7/s', 14],
    ['600/m', 20],
    ['36000/h', 20],
    ['999999999/s', 5000],
  ] as const) {
    test(`reads ${text}`, () => assert.equal(burst(RateLimit.parse(text), 5000), hits));
  }

  for (const text of [
    '',
    '0/s',
    '100',
    '100/d',
    '-1/s',
    '1.5/s',
    '1e3/s',
    ' 100/s',
    '100/s ',
    '1000000000/s',
    'OFF',
  ]) {
    test(`refuses "${text}", and says what is valid`, () => {
      assert.throws(
        () => RateLimit.parse(text),
        (error) =>
          error instanceof HitError &&
          error.code === 'bad_setting' &&
          error.exitCode === 2 &&
          error.message === `--rate-limit: "${text}" is not a rate such as 100/s, 600/m, 10000/h or off`,
      );
    });
  }
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { FIREFOX } from '../../test/fixtures/any-server.ts';
import { served } from '../../test/fixtures/requests.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { HitError } from '../errors.ts';
import { RateTracker } from './rate.ts';
import { SimpleTracker } from './simple.ts';

const NOON = Date.UTC(2026, 10, 24, 12);

describe('the rate tracker', { timeout: scaledTimeout(20_000) }, () => {
  test('counts hits, visitors and hits per second of any window that ends now', () => {
    let now = NOON;
    const rate = new RateTracker({ now: () => now });
    for (const visitor of ['ann', 'bob', 'ann']) rate.track({ visitor });
    now += 30_000;
    rate.track({ visitor: 'cid' });
    const { error, ...minute } = rate.rate({ seconds: 60 });
    assert.deepEqual(minute, { seconds: 60, hits: 4, visitors: 3, hitsPerSecond: 4 / 60 });
    assert.ok(Math.abs(error - 0.0101) < 0.0001);
    assert.deepEqual([rate.rate({ seconds: 17 }).hits, rate.rate({ seconds: 17 }).visitors], [1, 1]);
    now += 31_000;
    assert.deepEqual([rate.rate({ seconds: 60 }).hits, rate.rate({ seconds: 60 }).visitors], [1, 1]);
    assert.equal(rate.rate({ seconds: 86_400 }).hits, 4);
  });

  test('rejects an invalid window', () => {
    const rate = new RateTracker();
    for (const window of [
      undefined,
      null,
      {},
      60,
      { seconds: '60' },
      { seconds: 0 },
      { seconds: Number.NaN },
      { seconds: 1e9 },
    ])
      assert.throws(() => rate.rate(window as { seconds: number }), {
        code: 'invalid',
        message: /^seconds must be a number from 1 to 34560000, not /,
      });
    assert.equal(rate.rate({ seconds: 34_560_000 }).hits, 0);
  });

  test('is zero before the first hit', () => {
    const { hits, visitors, hitsPerSecond } = new RateTracker().rate({ seconds: 60 });
    assert.deepEqual([hits, visitors, hitsPerSecond], [0, 0, 0]);
  });

  test('counts node:http and web requests', async () => {
    const rate = new RateTracker();
    const headers = { 'user-agent': FIREFOX, 'x-forwarded-for': '203.0.113.7' };
    await served('/', headers, (request) => rate.track(request));
    rate.track(new Request('http://localhost/', { headers }));
    await served('/', { ...headers, 'x-forwarded-for': '203.0.113.8' }, (request) => rate.track(request));
    const { hits, visitors } = rate.rate({ seconds: 60 });
    assert.deepEqual([hits, visitors], [3, 2]);
  });

  test('has a configurable precision', () => {
    const { error } = new RateTracker({ columns: 1024, ticksPerSecond: 1 }).rate({ seconds: 60 });
    assert.ok(Math.abs(error - 0.0203) < 0.0001);
  });

  test('merged with others equals a tracker of all traffic', () => {
    const key = randomBytes(16);
    let now = NOON;
    const [first, second, whole] = [1, 2, 3].map(() => new RateTracker({ key, now: () => now }));
    for (let hit = 0; hit < 3000; hit++) {
      now += 50;
      const visitor = { visitor: `${(hit * 7919) % 1200}` };
      (hit % 3 === 0 ? first! : second!).track(visitor);
      whole!.track(visitor);
    }
    const merged = new RateTracker({ key, now: () => now });
    for (const part of [second!, first!]) merged.merge(RateTracker.fromBytes(part.toBytes(), { key }));
    for (const seconds of [1, 17, 60, 100, 3600]) {
      assert.deepEqual(merged.rate({ seconds }), whole!.rate({ seconds }));
    }
  });

  test('continues from its bytes unchanged, with the same precision', () => {
    const key = randomBytes(16);
    const now = () => NOON;
    const rate = new RateTracker({ key, now, columns: 1024, ticksPerSecond: 3 });
    rate.track({ visitor: 'ann' });
    const again = RateTracker.fromBytes(rate.toBytes(), { key, now });
    assert.deepEqual(again.rate({ seconds: 60 }), rate.rate({ seconds: 60 }));
    again.track({ visitor: 'ann' });
    assert.deepEqual([again.rate({ seconds: 60 }).hits, again.rate({ seconds: 60 }).visitors], [2, 1]);
    assert.equal(rate.rate({ seconds: 60 }).hits, 1);
  });

  test('refuses to merge with another key or shape, and foreign bytes', () => {
    const key = randomBytes(16);
    const rate = new RateTracker({ key });
    const invalid = { name: 'HitError', code: 'invalid' };
    assert.throws(() => rate.merge(new RateTracker()), { ...invalid, message: /different keys/ });
    assert.throws(() => rate.merge(new RateTracker({ key, columns: 1024 })), invalid);
    assert.throws(() => RateTracker.fromBytes(rate.toBytes(), { key: randomBytes(16) }), invalid);
    assert.throws(() => RateTracker.fromBytes(new SimpleTracker({ key }).toBytes(), { key }), invalid);
  });

  test('refuses options and windows out of range', () => {
    assert.throws(() => new RateTracker({ columns: 1000 }), HitError);
    assert.throws(() => new RateTracker({ ticksPerSecond: 0 }), HitError);
    assert.throws(() => new RateTracker({ trustProxy: 'x' }), HitError);
    for (const seconds of [0, -1, 0.5, Number.NaN]) {
      assert.throws(
        () => new RateTracker().rate({ seconds }),
        (error) => error instanceof HitError && error.code === 'invalid',
      );
    }
  });
});

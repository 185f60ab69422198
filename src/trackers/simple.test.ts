import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { FIREFOX } from '../../test/fixtures/any-server.ts';
import { served } from '../../test/fixtures/requests.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { HitError } from '../errors.ts';
import type { Seen } from '../live/live.ts';
import { RateTracker } from './rate.ts';
import { SimpleTracker } from './simple.ts';

const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15';

/** Tracks a request to a local server. */
function trackServed(
  simple: SimpleTracker,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Seen> {
  return served(path, headers, (request) => simple.track(request));
}

describe('the simple tracker', { timeout: scaledTimeout(20_000) }, () => {
  test('counts hits and visitors, and says whether a visitor is new', () => {
    const simple = new SimpleTracker();
    assert.deepEqual(simple.track({ visitor: 'ann' }), { isNew: true, unique: 1, total: 1 });
    assert.deepEqual(simple.track({ visitor: 'ann' }), { isNew: false, unique: 1, total: 2 });
    assert.deepEqual(simple.track({ visitor: 'bob' }), { isNew: true, unique: 2, total: 3 });
  });

  test('counts a node:http and a web request of the same client as one visitor', async () => {
    const simple = new SimpleTracker();
    const headers = { 'user-agent': FIREFOX, 'x-forwarded-for': '203.0.113.7' };
    assert.equal((await trackServed(simple, '/a', headers)).isNew, true);
    assert.equal((await trackServed(simple, '/b', headers)).isNew, false);
    assert.equal(simple.track(new Request('http://localhost/c', { headers })).isNew, false);
    assert.equal((await trackServed(simple, '/a', { ...headers, 'user-agent': SAFARI })).isNew, true);
    assert.equal(
      (await trackServed(simple, '/a', { ...headers, 'x-forwarded-for': '203.0.113.8' })).unique,
      3,
    );
  });

  test('distinguishes clients by X_FORWARDED_FOR, even if it has labels', async () => {
    const simple = new SimpleTracker();
    for (const label of ['111', '222', '111'])
      await trackServed(simple, '/', { 'user-agent': FIREFOX, X_FORWARDED_FOR: label });
    assert.deepEqual(simple.track({ visitor: 'ann' }), { isNew: true, unique: 3, total: 4 });
  });

  test('ignores forwarded addresses if no proxy is trusted', async () => {
    const simple = new SimpleTracker({ trustProxy: 'none' });
    for (const address of ['203.0.113.7', '203.0.113.8']) {
      await trackServed(simple, '/', { 'user-agent': FIREFOX, 'x-forwarded-for': address });
    }
    assert.equal((await trackServed(simple, '/', { 'user-agent': FIREFOX })).unique, 1);
  });

  test('is exact for a thousand visitors, and low by at most its rate at the planned number', () => {
    const simple = new SimpleTracker({ expectedVisitors: 10_000, falseSeenRate: 0.01 });
    let seen = { unique: 0, total: 0 };
    for (let visitor = 0; visitor < 10_000; visitor++) seen = simple.track({ visitor: `${visitor}` });
    assert.equal(seen.total, 10_000);
    assert.ok(seen.unique <= 10_000 && seen.unique > 9900, `${seen.unique}`);
  });

  test('never forgets a visitor', () => {
    const simple = new SimpleTracker({ expectedVisitors: 1000 });
    for (let visitor = 0; visitor < 1000; visitor++) simple.track({ visitor: `${visitor}` });
    for (let visitor = 0; visitor < 1000; visitor++) {
      assert.equal(simple.track({ visitor: `${visitor}` }).isNew, false);
    }
  });

  test('merged with another counts the hits of both, and a visitor of both once', () => {
    const key = randomBytes(16);
    const [here, there] = [new SimpleTracker({ key }), new SimpleTracker({ key })];
    for (const visitor of ['ann', 'bob', 'ann']) here.track({ visitor });
    for (const visitor of ['bob', 'cid']) there.track({ visitor });
    here.merge(there);
    assert.deepEqual([here.unique, here.total], [3, 5]);
    assert.deepEqual([there.unique, there.total], [2, 2]);
    assert.deepEqual(here.track({ visitor: 'cid' }), { isNew: false, unique: 3, total: 6 });
    assert.deepEqual(here.track({ visitor: 'dan' }), { isNew: true, unique: 4, total: 7 });
  });

  test('merged is off by a few in a thousand if half of ten thousand visitors are in both', () => {
    const options = { key: new Uint8Array(16), expectedVisitors: 20_000 };
    const [here, there] = [new SimpleTracker(options), new SimpleTracker(options)];
    for (let visitor = 0; visitor < 10_000; visitor++) {
      here.track({ visitor: `${visitor}` });
      there.track({ visitor: `${visitor + 5000}` });
    }
    here.merge(there);
    assert.ok(Math.abs(here.unique - 15_000) < 45, `${here.unique}`);
  });

  test('continues from its bytes, which do not contain its key', () => {
    const key = randomBytes(16);
    const simple = new SimpleTracker({ key, expectedVisitors: 1000 });
    for (const visitor of ['ann', 'bob']) simple.track({ visitor });
    const bytes = simple.toBytes();
    assert.ok(!Buffer.from(bytes).includes(key));
    const again = SimpleTracker.fromBytes(bytes, { key });
    assert.deepEqual(again.track({ visitor: 'ann' }), { isNew: false, unique: 2, total: 3 });
    assert.deepEqual(simple.track({ visitor: 'ann' }), { isNew: false, unique: 2, total: 3 });
    again.merge(simple);
    assert.equal(again.unique, 2);
  });

  test('refuses to merge with another key or size, and foreign bytes', () => {
    const key = randomBytes(16);
    const simple = new SimpleTracker({ key });
    const invalid = { name: 'HitError', code: 'invalid' };
    assert.throws(() => simple.merge(new SimpleTracker()), { ...invalid, message: /different keys/ });
    assert.throws(() => simple.merge(new SimpleTracker({ key, expectedVisitors: 1000 })), invalid);
    assert.throws(() => SimpleTracker.fromBytes(simple.toBytes(), { key: randomBytes(16) }), invalid);
    assert.throws(() => SimpleTracker.fromBytes(new RateTracker({ key }).toBytes(), { key }), invalid);
    assert.throws(() => SimpleTracker.fromBytes(new Uint8Array(100), { key }), invalid);
    assert.equal(simple.total, 0);
  });

  test('refuses settings out of range', () => {
    assert.throws(() => new SimpleTracker({ key: new Uint8Array(15) }), HitError);
    assert.throws(() => new SimpleTracker({ falseSeenRate: 0 }), HitError);
    assert.throws(() => new SimpleTracker({ falseSeenRate: 1 }), HitError);
    assert.throws(() => new SimpleTracker({ expectedVisitors: -1 }), HitError);
    assert.throws(() => new SimpleTracker({ trustProxy: 'everyone' }), HitError);
  });
});

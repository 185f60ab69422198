import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyHit } from '../../test/fixtures/any-hit.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import type { Hit } from '../hit/hit.ts';
import { keyOf, partitionOf, readRecord, writeRecord } from './record.ts';

const place = { batch: '7421932185190400001', at: 3, of: 57 };

/** A hit without the characters that the intake refuses or replaces. */
function shown(hit: Hit): Hit {
  const texts = Object.entries(hit).map(([name, value]) => [
    name,
    typeof value === 'string'
      ? value.replaceAll(/[^ -~\u00a1-\u2000\u3000-\ud7ff\u{10000}-\u{10ffff}]/gu, '')
      : value,
  ]);
  return Object.fromEntries(texts) as Hit;
}

describe('a record', () => {
  test('is JSON with the known fields, and omits the others', () => {
    const record = writeRecord(hitOf({ path: '/a"b', referrer: 'https://x.example/' }), place);
    assert.deepEqual(JSON.parse(record), {
      ...{
        v: 1,
        ...place,
        time: '2026-01-02T03:04:05.678Z',
        visitor: '0123456789abcdef',
        site: 'example.com',
      },
      ...{
        path: '/a"b',
        name: 'pageview',
        referrer: 'https://x.example/',
        country: 'DE',
        browser: 'Firefox',
      },
      ...{ os: 'Linux', device: 'desktop', language: 'de' },
    });
  });

  test('reads back as the hit that was written, whatever the intake accepts', () => {
    const hit = fc.tuple(anyHit, fc.integer({ min: 0, max: Date.UTC(2298, 0) })).map(([hit, time]) => ({
      ...shown(hit),
      ...{ site: 'example.com', time, path: shown(hit).path.slice(0, 16_000) },
      props: shown(hit).props.replaceAll('\\', ''),
    }));
    fc.assert(
      fc.property(hit, (hit) => {
        fc.pre(Object.values(hit).every((value) => typeof value !== 'string' || value.length <= 16_384));
        const { hit: read, batch, at, of } = readRecord(writeRecord(hit, place));
        assert.deepEqual(read, hit);
        assert.deepEqual([String(batch), at, of], [place.batch, place.at, place.of]);
      }),
      { seed: 20261124, numRuns: 200 },
    );
  });

  test('of a later version with more fields is still readable', () => {
    const record = { ...JSON.parse(writeRecord(hitOf(), place)), weather: 'fair' };
    assert.deepEqual(readRecord(JSON.stringify(record)).hit, hitOf());
  });

  test('has its visitor as the key, so all hits of a visitor go to one partition', () => {
    const hit = hitOf({ visitorHigh: 0xdeadbeef, visitorLow: 0xfffffffb });
    assert.equal(keyOf(hit), 'deadbeeffffffffb');
    assert.equal(partitionOf(hit, 6), partitionOf({ ...hit, path: '/other', time: 0 }, 6));
    assert.ok(partitionOf(hit, 6) < 6);
  });

  const good = JSON.parse(writeRecord(hitOf(), place)) as object;
  for (const [what, bad] of [
    ['invalid JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['another version', { ...good, v: 2 }],
    ['no batch', { ...good, batch: 5 }],
    ['a batch of more than 64 bits', { ...good, batch: '18446744073709551616' }],
    ['a position after the last', { ...good, at: 57 }],
    ['a negative position', { ...good, at: -1 }],
    ['no hits', { ...good, of: 0 }],
    ['an invalid visitor', { ...good, visitor: '0123456789ABCDEF' }],
    ['a site that is not a host name', { ...good, site: 'a b' }],
    ['no site', { ...good, site: undefined }],
    ['a path that is not a string', { ...good, path: 7 }],
    ['an overlong string', { ...good, title: 'x'.repeat(20_000) }],
    ['an invalid time', { ...good, time: '2026-13-01T00:00:00Z' }],
    ['a 30th of February', { ...good, time: '2026-02-30T00:00:00Z' }],
    ['a 25th hour', { ...good, time: '2026-01-01T25:00:00Z' }],
    ['a time too far ahead', { ...good, time: '2500-01-01T00:00:00Z' }],
    ['an invalid status', { ...good, status: 70_000 }],
  ] as const) {
    test(`is refused with ${what}`, () => {
      const text = typeof bad === 'string' ? bad : JSON.stringify(bad);
      assert.throws(() => readRecord(text), {
        code: 'invalid',
        message: /^this is not a Hit Tracker record: /,
      });
    });
  }
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CountedHit } from '../live.ts';
import { countCall, parseReply } from './count-batch.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 0, 30);
const SCOPE = { node: 'n', allTime: 'log', expectedVisitors: 100, rate: true } as const;

function hit(visitor: number, age: number): CountedHit {
  return { site: 'a.com', time: NOW - age * 1000, visitorHigh: 0, visitorLow: visitor };
}

describe('a batch', () => {
  test('has its keys in one slot of a cluster', () => {
    const { keys } = countCall('a.com', [hit(1, 90), hit(2, 0)], 7, NOW, SCOPE);
    assert.ok(keys.every((key) => key.startsWith('hit:{a.com}:')));
  });

  test('adds its hits to their buckets', () => {
    const { args } = countCall('a.com', [hit(1, 31), hit(2, 1), hit(3, 1)], 7, NOW, SCOPE);
    assert.deepEqual(args.slice(0, 4), ['7', 'log', '100', '3']);
    assert.deepEqual(args.slice(4, 7), ['0000000000000001', '0000000000000002', '0000000000000003']);
    const end = args.indexOf('-');
    const hits = args.slice(7, end).filter((_, i) => i % 3 === 1);
    assert.deepEqual(hits, ['1', '2', '1', '2', '1', '2'], 'second, minute and hour');
  });

  test('omits hits that no window would include', () => {
    const { keys } = countCall('a.com', [hit(1, 401 * 86_400)], 7, NOW, SCOPE);
    assert.equal(keys.length, 3);
    assert.equal(countCall('a.com', [hit(1, 0)], 7, NOW, { ...SCOPE, rate: false }).keys.length, 3);
  });

  test('gets the site’s counts as of each of its hits', () => {
    assert.deepEqual(parseReply('10 4 0101'), [
      { isNew: false, unique: 2, total: 7 },
      { isNew: true, unique: 3, total: 8 },
      { isNew: false, unique: 3, total: 9 },
      { isNew: true, unique: 4, total: 10 },
    ]);
  });

  for (const odd of [null, '', 'OK', '1 1', '1 1 2', '-1 0 1', '1 1 1\n']) {
    test(`rejects the reply ${JSON.stringify(odd)}`, () => {
      assert.throws(() => parseReply(odd), /sent an unexpected reply to a batch/);
    });
  }
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { liveContract, sighting } from '../../test/contracts/live.ts';
import { MemoryLive } from './memory.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

liveContract('memory', ({ now }) => new MemoryLive({ expectedVisitors: 1_000_000, rate: true, now }));

describe('live state in memory', () => {
  test('keeps totals only, when there is no rate tracker', () => {
    const live = new MemoryLive({ expectedVisitors: 1000, rate: false, now: () => NOW });
    live.track(sighting('a.com', 1, NOW));
    const { total, windows } = live.read('a.com', [60]);
    assert.deepEqual(total, { hits: 1, visitors: 1 });
    assert.deepEqual(windows, [{ seconds: 60, hits: 0, visitors: 0, hitsPerSecond: 0, error: 0 }]);
    assert.equal(live.windowsOf('a.com'), undefined);
    assert.equal(live.windowsOf(undefined), undefined);
  });

  test('gives the same windows of a site each time, so that they can be filled from the store', () => {
    const live = new MemoryLive({ expectedVisitors: 1000, rate: true, now: () => NOW });
    live.windowsOf('a.com')!.ring.add(NOW, 5);
    assert.equal(live.windowsOf('a.com'), live.windowsOf('a.com'));
    assert.equal(live.read('a.com', [60]).windows[0]!.hits, 5);
    assert.notEqual(live.windowsOf('a.com'), live.windowsOf(undefined));
  });
});

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, test } from 'node:test';
import { countedHit, liveContract } from '../../test/contracts/live.ts';
import { MemoryLive } from './memory.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

liveContract('memory', ({ now }) => new MemoryLive({ expectedVisitors: 1_000_000, rate: true, now }));

/** Of two sites, one is always evicted. */
const TIGHT = { maxBytes: 1500, folder: tmpdir() };
liveContract(
  'memory that holds one site',
  ({ now }) => new MemoryLive({ expectedVisitors: 1_000_000, rate: true, now, ...TIGHT }),
);

function open(rate = true): MemoryLive {
  return new MemoryLive({ expectedVisitors: 1000, rate, now: () => NOW });
}

describe('live state in memory', () => {
  test('keeps only totals if there is no rate tracker', async () => {
    const live = open(false);
    live.track(countedHit('a.com', 1, NOW));
    const { total, windows } = await live.read('a.com', [60]);
    assert.deepEqual(total, { hits: 1, visitors: 1 });
    assert.deepEqual(windows, [{ seconds: 60, hits: 0, visitors: 0, hitsPerSecond: 0, error: 0 }]);
    assert.equal((await live.state('a.com')).windows, undefined);
    assert.equal(live.memory.bytes, 0);
  });

  test('adds the stored counts of a site to those counted meanwhile, on first read', async () => {
    const live = open();
    live.restoreFromStore(['a.com'], async () => {
      live.track(countedHit('a.com', 2, NOW));
      return (history) => {
        history.addHits(NOW - 1000, 3);
        history.setCell(0, 0, NOW - 1000);
      };
    });
    live.track(countedHit('a.com', 1, NOW));
    for (let times = 0; times < 2; times++) {
      const { windows } = await live.read('a.com', [60]);
      assert.deepEqual([windows[0]!.hits, windows[0]!.visitors], [5, 3]);
    }
    assert.equal((await live.read('b.com', [60])).windows[0]!.hits, 0);
    assert.equal((await live.read(undefined, [60])).windows[0]!.hits, 2, 'all sites are not asked for');
  });

  test('gives no wrong answer if the store gives none', async () => {
    const live = open();
    live.restoreFromStore(['a.com'], () => Promise.reject(new Error('the store is away')));
    live.track(countedHit('a.com', 1, NOW));
    await assert.rejects(live.read('a.com', [60]), /the store is away/);
    await assert.rejects(live.state('a.com'), /the store is away/);
    assert.deepEqual((await live.read('a.com', [])).total, { hits: 1, visitors: 1 });
    assert.equal((await live.read(undefined, [60])).windows[0]!.hits, 1);
  });
});

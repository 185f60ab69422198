import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { randomHalves } from '../../test/fixtures/random.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { type SketchThreadData, type Visits, WIDE } from '../../test/fixtures/sketch-thread.ts';
import { BloomFilter } from './bloom.ts';
import { LastSeenSketch } from './last-seen.ts';
import { HitRing } from './ring.ts';

const THREAD = new URL('../../test/fixtures/sketch-thread.ts', import.meta.url);
const NOW = Date.UTC(2026, 5, 1);
const VISITORS = 200_000;
/** Enough bits to have no false positives. */
const ROOMY = 64;

/** The same visitors for all, at times that differ with the seed. */
function visitsOf(visitors: number, seed: number): Visits {
  const [who, when] = [randomHalves(1), randomHalves(seed)];
  const halves = () => Uint32Array.from({ length: visitors }, who);
  return {
    high: halves(),
    low: halves(),
    times: Float64Array.from({ length: visitors }, () => NOW - 7 * when()),
  };
}

function see(table: LastSeenSketch, { high, low, times }: Visits): void {
  for (let i = 0; i < times.length; i++) table.add(high[i]!, low[i]!, times[i]!, NOW);
}

/** The number of new ones. */
function remember(filter: BloomFilter, { high, low }: Visits): number {
  return high.reduce((count, half, i) => count + Number(!filter.testAndAdd(half, low[i]!)), 0);
}

describe('two threads', { timeout: scaledTimeout(60_000) }, () => {
  const [ours, theirs] = [visitsOf(VISITORS, 2), visitsOf(VISITORS, 3)];

  test('that share sketches produce what one thread would, and readers of the ring see no hit twice', async () => {
    const table = new LastSeenSketch({ ...WIDE, shared: true });
    const filter = BloomFilter.for(VISITORS, ROOMY, { shared: true });
    const ring = new HitRing({ shared: true });

    const gate = new Int32Array(new SharedArrayBuffer(12));
    const common = { cells: table.cells, words: filter.words, gate, now: NOW, threads: 2 };
    const start = (data: Omit<SketchThreadData, keyof typeof common>) =>
      once(new Worker(THREAD, { workerData: { ...common, ...data } }), 'exit');
    const ended = Promise.all([
      start({ ...ours, ring: ring.memory, index: 0 }),
      start({ ...theirs, ring: undefined, index: 1 }),
    ]);
    const counts = [0];
    for (const done = ended.then(() => true); (await Promise.race([done, turn(false)])) === false; ) {
      counts.push(ring.count(60, NOW));
    }
    assert.deepEqual(await ended, [[0], [0]]);

    const alone = new LastSeenSketch(WIDE);
    see(alone, ours);
    see(alone, theirs);
    const lost = table.cells.filter((tick, cell) => tick !== alone.cells[cell]);
    assert.equal(lost.length, 0, 'the table holds the later time of each cell');

    const filterAlone = BloomFilter.for(VISITORS, ROOMY);
    assert.equal(remember(filterAlone, ours), VISITORS);
    assert.ok(
      filter.words.every((word, i) => word === filterAlone.words[i]),
      'the filter lost no bit',
    );
    assert.equal(gate[1]! + gate[2]!, VISITORS, 'each visitor was new to exactly one thread');

    counts.push(ring.count(60, NOW));
    assert.ok(counts.every((count, i) => i === 0 || count >= counts[i - 1]!));
    assert.equal(counts.at(-1), VISITORS);
  });
});

describe('in shared memory', () => {
  const [ours, theirs] = [visitsOf(1000, 2), visitsOf(2000, 3)];

  test('sketches merge as in private memory', () => {
    for (const shared of [false, true]) {
      const table = new LastSeenSketch({ ...WIDE, shared });
      const other = new LastSeenSketch(WIDE);
      const both = new LastSeenSketch(WIDE);
      for (const [one, visits] of [
        [table, ours],
        [other, theirs],
        [both, ours],
        [both, theirs],
      ] as const) {
        see(one, visits);
      }
      table.merge(other);
      assert.ok(table.cells.every((tick, cell) => tick === both.cells[cell]));

      const [filter, others] = [BloomFilter.for(1000, ROOMY, { shared }), BloomFilter.for(1000, ROOMY)];
      remember(filter, ours);
      remember(others, theirs);
      filter.merge(others);
      assert.equal(remember(filter, ours) + remember(filter, theirs), 0, 'nobody is new any more');
    }
  });

  test('sketches produce the same bytes as in private memory', () => {
    const bytesIn = (shared: boolean) => {
      const table = new LastSeenSketch({ ...WIDE, shared });
      const filter = BloomFilter.for(1000, 12, { shared });
      const ring = new HitRing({ shared });
      see(table, ours);
      remember(filter, ours);
      ring.add(NOW, 7);
      return [table, filter, ring].map((sketch) => sketch.toBytes());
    };
    assert.deepEqual(bytesIn(true), bytesIn(false));
  });

  test('a ring of another size is refused', () => {
    assert.throws(
      () => new HitRing({ memory: new SharedArrayBuffer(8) }),
      /memory must be a buffer of 175716 bytes, not 8/,
    );
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { randomHalves } from '../../test/fixtures/random.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { HitError } from '../errors.ts';
import { SKETCH_EPOCH } from './cell.ts';
import { LastSeenSketch } from './last-seen.ts';

const NOW = Date.UTC(2025, 5, 1);
const fixed = { seed: 20250101, numRuns: rounds(200, 50) };

const half = fc.nat(0xffffffff);
const hit = fc.record({ high: half, low: half, age: fc.oneof(fc.nat(1000), fc.nat(1e12)) });
const hits = fc.array(hit, { maxLength: 100 });
type Hit = { high: number; low: number; age: number };

function addRandom(sketch: LastSeenSketch, count: number, next: () => number, time = NOW): void {
  for (let i = 0; i < count; i++) sketch.add(next(), next(), time, NOW);
}

function smallSketch(seen: readonly Hit[]): LastSeenSketch {
  const sketch = new LastSeenSketch({ columns: 64, ranks: 8 });
  for (const { high, low, age } of seen) sketch.add(high, low, NOW - age, NOW);
  return sketch;
}

const isInvalid = (error: unknown) => error instanceof HitError && error.code === 'invalid';

describe('an estimate', () => {
  test('without visitors is 0, for every window', () => {
    assert.equal(new LastSeenSketch().estimate().visitors, 0);
    assert.equal(new LastSeenSketch().estimate(NOW).visitors, 0);
  });

  test('of 1 to 20 visitors is the number of their cells, and rarely below their number', () => {
    const next = randomHalves(20);
    let trials = 0;
    let exact = 0;
    for (let visitors = 1; visitors <= 20; visitors++) {
      for (let trial = 0; trial < 10; trial++) {
        const sketch = new LastSeenSketch();
        addRandom(sketch, visitors, next);
        const cells = sketch.cells.reduce((sum, tick) => sum + Number(tick > 0), 0);
        assert.equal(sketch.estimate().visitors, cells);
        trials++;
        if (cells === visitors) exact++;
      }
    }
    // Two visitors share a cell with probability 1 in 12,288: one trial in 180 at ten visitors, one in 65 at twenty.
    assert.ok(exact >= trials - 5, `${exact} of ${trials} exact`);
  });

  for (const { visitors, columns, reached } of [
    { visitors: 100, columns: 4096, reached: false },
    { visitors: 10_000, columns: 4096, reached: false },
    { visitors: 10_000, columns: 256, reached: true },
    { visitors: 100_000, columns: 4096, reached: true },
  ]) {
    test(`of ${visitors} visitors in ${columns} columns has the error that theory predicts, without bias`, () => {
      const trials = 60;
      const next = randomHalves(visitors + columns);
      const errors: number[] = [];
      let theory = 0;
      for (let trial = 0; trial < trials; trial++) {
        const sketch = new LastSeenSketch({ columns });
        addRandom(sketch, visitors, next);
        const estimate = sketch.estimate();
        theory = estimate.error;
        errors.push(estimate.visitors / visitors - 1);
      }
      const bias = errors.reduce((sum, error) => sum + error, 0) / trials;
      const deviation = Math.sqrt(errors.reduce((sum, error) => sum + (error - bias) ** 2, 0) / (trials - 1));

      assert.ok(Math.abs(theory - 0.6491 / Math.sqrt(columns)) < 1e-5);
      // The deviation of 60 trials is itself uncertain by 9 %, their mean by an eighth of the deviation.
      assert.ok(deviation < 1.3 * theory, `deviates by ${deviation}, ${theory} in theory`);
      if (reached) assert.ok(deviation > 0.7 * theory, `deviates by ${deviation}, ${theory} in theory`);
      assert.ok(Math.abs(bias) < (3.5 * theory) / Math.sqrt(trials) + 0.5 / visitors, `${bias} to one side`);
    });
  }

  test('of a table with every cell set is finite, and the largest possible', () => {
    const full = new LastSeenSketch({ columns: 16, ranks: 4, cells: new Uint32Array(64).fill(9) });
    const { visitors } = full.estimate();
    full.cells[63] = 0;
    assert.ok(Number.isSafeInteger(visitors) && visitors >= full.estimate().visitors && visitors > 16 * 8);
  });
});

describe('a window', () => {
  test('counts the visitors seen after its start, each once', () => {
    const sketch = new LastSeenSketch();
    const next = randomHalves(3);
    addRandom(sketch, 9, next, NOW - 90_000);
    addRandom(sketch, 5, next, NOW - 30_000);
    sketch.add(1, 1, NOW - 50_000, NOW);
    sketch.add(1, 1, NOW - 1000, NOW);
    sketch.add(1, 1, NOW - 80_000, NOW);
    assert.equal(sketch.estimate(NOW - 17_000).visitors, 1);
    assert.equal(sketch.estimate(NOW - 60_000).visitors, 6);
    assert.equal(sketch.estimate(NOW - 300_000).visitors, 15);
    assert.equal(sketch.estimate().visitors, 15);
  });

  test('begins after the tick of its start', () => {
    const sketch = new LastSeenSketch();
    sketch.add(1, 1, NOW, NOW);
    assert.equal(sketch.estimate(NOW - 1).visitors, 1, 'the tick before');
    assert.equal(sketch.estimate(NOW).visitors, 0, 'the moment itself is not in (since, now]');
    sketch.add(2, 2, NOW + 50, NOW + 50);
    assert.equal(sketch.estimate(NOW).visitors, 0, 'nor is the rest of its tick');
    assert.equal(sketch.estimate(NOW + 50).visitors, 0);
  });

  test('with any start has the bitmap of a table that started at that moment', () => {
    fc.assert(
      fc.property(hits, fc.oneof(fc.nat(1000), fc.nat(1e12)), (seen, age) => {
        // On the edge of a tick, and not before the epoch, where windows end.
        const since = Math.max(Math.floor((NOW - age) / 100) * 100, SKETCH_EPOCH + 100) - 1;
        const begunThen = smallSketch(seen.filter((one) => NOW - one.age > since));
        assert.deepEqual(smallSketch(seen).estimate(since), begunThen.estimate());
      }),
      fixed,
    );
  });

  test('excludes hits from before the epoch, which all time includes', () => {
    const sketch = new LastSeenSketch();
    sketch.add(1, 1, SKETCH_EPOCH - 1, NOW);
    sketch.add(2, 2, 0, NOW);
    assert.equal(sketch.estimate().visitors, 2);
    assert.equal(sketch.estimate(SKETCH_EPOCH - 1000).visitors, 0);
    assert.equal(sketch.estimate(Number.NEGATIVE_INFINITY).visitors, 0);
    sketch.add(3, 3, SKETCH_EPOCH + 200, NOW);
    assert.equal(sketch.estimate(SKETCH_EPOCH).visitors, 1);
  });

  test('expires a hit from the future like a current one, and ignores one without a time', () => {
    const sketch = new LastSeenSketch();
    sketch.add(2, 2, Number.NaN, NOW);
    sketch.add(1, 1, NOW + 3_600_000, NOW);
    assert.equal(sketch.estimate(NOW - 1000).visitors, 1);
    assert.equal(sketch.estimate(NOW).visitors, 0);
  });

  test('uses ticks of the chosen length', () => {
    const sketch = new LastSeenSketch({ ticksPerSecond: 1 });
    sketch.add(1, 1, NOW + 999, NOW + 999);
    assert.equal(sketch.estimate(NOW - 1).visitors, 1);
    assert.equal(sketch.estimate(NOW).visitors, 0);
  });
});

describe('a last-seen table', () => {
  test('puts a visitor into the cell that 64-bit arithmetic gives', () => {
    const shapes = fc.record({
      bits: fc.integer({ min: 4, max: 16 }),
      ranks: fc.integer({ min: 2, max: 32 }),
    });
    // Zeros in the middle, where a rank is high or extends from one half into the other.
    const zeros = fc.integer({ min: 0, max: 64 });
    fc.assert(
      fc.property(shapes, fc.bigInt(0n, 2n ** 64n - 1n), zeros, ({ bits, ranks }, random, zeroBits) => {
        const columns = 2 ** bits;
        const column = random & BigInt(columns - 1);
        const visitor = BigInt.asUintN(64, (random << BigInt(zeroBits)) & ~BigInt(columns - 1)) | column;
        const sketch = new LastSeenSketch({ columns, ranks });
        sketch.add(Number(visitor >> 32n), Number(visitor & 0xffffffffn), NOW, NOW);

        let rank = 0;
        while (rank < ranks - 1 && ((visitor >> BigInt(bits + rank)) & 1n) === 0n) rank++;
        assert.equal(
          sketch.cells.findIndex((tick) => tick > 0),
          rank * columns + Number(column),
        );
      }),
      fixed,
    );
  });

  test('merged with another is the table of both their visitors, cell by cell', () => {
    fc.assert(
      fc.property(hits, hits, (ours, theirs) => {
        const merged = smallSketch(ours);
        merged.merge(smallSketch(theirs));
        assert.deepEqual(merged.cells, smallSketch([...theirs, ...ours]).cells);
        merged.merge(smallSketch(theirs));
        assert.deepEqual(merged.cells, smallSketch([...theirs, ...ours]).cells);
      }),
      fixed,
    );
  });

  test('refuses to merge with a table of another shape', () => {
    const sketch = new LastSeenSketch();
    for (const other of [
      { columns: 8192 },
      { ranks: 25 },
      { ticksPerSecond: 1 },
      { columns: 8192, ranks: 12 },
    ]) {
      assert.throws(() => sketch.merge(new LastSeenSketch(other)), isInvalid);
    }
  });

  test('is rebuilt from the times of its cells', () => {
    fc.assert(
      fc.property(hits, (seen) => {
        const sketch = smallSketch(seen);
        const rebuilt = new LastSeenSketch({ columns: 64, ranks: 8 });
        sketch.cells.forEach((tick, cell) => {
          if (tick > 0) rebuilt.setCell(Math.floor(cell / 64), cell % 64, SKETCH_EPOCH + tick * 100);
        });
        assert.deepEqual(rebuilt.cells, sketch.cells);
      }),
      fixed,
    );
  });

  test('keeps the later time of a cell, and refuses a cell that it does not have', () => {
    const sketch = new LastSeenSketch();
    sketch.setCell(23, 4095, NOW);
    sketch.setCell(23, 4095, NOW - 60_000);
    assert.equal(sketch.estimate(NOW - 1000).visitors, 1);
    for (const [rank, column] of [
      [24, 0],
      [0, 4096],
      [-1, 0],
      [0, 0.5],
    ] as const) {
      assert.throws(() => sketch.setCell(rank, column, NOW), isInvalid);
    }
  });

  test('continues from the cells of another, and takes 384 KiB', () => {
    const sketch = new LastSeenSketch();
    sketch.add(5, 6, NOW, NOW);
    const copy = new LastSeenSketch({ cells: sketch.cells.slice() });
    assert.deepEqual(copy.estimate(), sketch.estimate());
    assert.equal(copy.bytes, 384 * 1024);
    assert.throws(() => new LastSeenSketch({ ranks: 12, cells: sketch.cells }), isInvalid);
  });

  test('refuses an invalid shape', () => {
    for (const options of [
      { columns: 1000 },
      { columns: 8 },
      { columns: 2 ** 17 },
      { ranks: 1 },
      { ranks: 33 },
      { ticksPerSecond: 0 },
      { ticksPerSecond: 100 },
      { ticksPerSecond: 2.5 },
    ]) {
      assert.throws(() => new LastSeenSketch(options), isInvalid);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SKETCH_EPOCH } from './cell.ts';
import { LastSeenSketch } from './last-seen.ts';

const NOW = Date.UTC(2025, 5, 1);
const MINUTE = 60_000;
/** The start of the last tick: on 12 August 2038. */
const END = SKETCH_EPOCH + (2 ** 32 - 1) * 100;

describe('a clock that is set back', () => {
  test('removes no visitor, and brings none back', () => {
    const sketch = new LastSeenSketch();
    sketch.add(1, 1, NOW - 20 * MINUTE, NOW - 20 * MINUTE);
    sketch.add(2, 2, NOW, NOW);
    const back = NOW - 10 * MINUTE;
    assert.equal(sketch.estimate(back - MINUTE).visitors, 1, 'who came "later" counts as being here');
    assert.equal(sketch.estimate(back - 15 * MINUTE).visitors, 2);
    sketch.add(3, 3, back, back);
    assert.equal(sketch.estimate(back - MINUTE).visitors, 2);
  });

  test('does not move a visitor’s last-seen time back', () => {
    const sketch = new LastSeenSketch();
    sketch.add(1, 1, NOW, NOW);
    sketch.add(1, 1, NOW - 10 * MINUTE, NOW - 10 * MINUTE);
    assert.equal(sketch.estimate(NOW - 1000).visitors, 1);
  });

  test('has no effect once it has caught up', () => {
    const sketch = new LastSeenSketch();
    sketch.add(1, 1, NOW, NOW);
    const back = NOW - 10 * MINUTE;
    sketch.add(2, 2, back, back);
    assert.equal(sketch.estimate(NOW + 1000 - MINUTE).visitors, 1);
    assert.equal(sketch.estimate(NOW + 2 * MINUTE - MINUTE).visitors, 0);
  });
});

describe('a hit from a client whose clock is ahead', () => {
  test('leaves every window when a current hit would, however far ahead it is', () => {
    for (const ahead of [1, MINUTE, 1e12, Number.POSITIVE_INFINITY]) {
      const sketch = new LastSeenSketch();
      sketch.add(1, 1, NOW + ahead, NOW);
      assert.equal(sketch.estimate(NOW - 100).visitors, 1);
      assert.equal(sketch.estimate(NOW).visitors, 0);
    }
  });

  test('does not stay in another node’s windows after a merge', () => {
    const [ahead, right] = [new LastSeenSketch(), new LastSeenSketch()];
    ahead.add(1, 1, NOW + 30 * MINUTE, NOW);
    right.merge(ahead);
    assert.equal(right.estimate(NOW + MINUTE).visitors, 0);
    assert.equal(right.estimate().visitors, 1);
  });
});

describe('a hit from an old log', () => {
  test('from before 2025 counts for all time, and is in no window, not even one that begins before 2025', () => {
    const sketch = new LastSeenSketch();
    for (const [visitor, time] of [
      [1, Date.UTC(2005, 1, 1)],
      [2, 0],
      [3, Date.UTC(1969, 1, 1)],
      [4, Number.NEGATIVE_INFINITY],
      [5, SKETCH_EPOCH - 1],
    ] as const) {
      sketch.add(visitor, visitor, time, NOW);
    }
    assert.equal(sketch.estimate().visitors, 5);
    for (const since of [SKETCH_EPOCH, SKETCH_EPOCH - 1, Date.UTC(2000, 1, 1), Number.NEGATIVE_INFINITY]) {
      assert.equal(sketch.estimate(since).visitors, 0);
    }
  });

  test('does not age a current visitor', () => {
    const sketch = new LastSeenSketch();
    sketch.add(1, 1, NOW, NOW);
    sketch.add(1, 1, Date.UTC(2005, 1, 1), NOW);
    sketch.add(1, 1, NOW - 400 * MINUTE, NOW);
    assert.equal(sketch.estimate(NOW - 1000).visitors, 1);
  });
});

describe('the tick of a window', () => {
  test('that ends at a tick’s first or last millisecond covers all of its last minute except part of one tick', () => {
    for (const now of [NOW, NOW + 99, NOW + 100]) {
      const sketch = new LastSeenSketch();
      sketch.add(1, 1, now, now);
      sketch.add(2, 2, now - MINUTE + 100, now);
      sketch.add(3, 3, now - MINUTE, now);
      sketch.add(4, 4, now - MINUTE - 1, now);
      assert.equal(sketch.estimate(now - MINUTE).visitors, 2, `at ${now - NOW} ms`);
    }
  });

  test('may be the current one, and then the window is empty', () => {
    const sketch = new LastSeenSketch();
    sketch.add(1, 1, NOW + 50, NOW + 50);
    assert.equal(sketch.estimate(NOW + 50).visitors, 0);
    assert.equal(sketch.estimate(NOW + 1000).visitors, 0, 'nor is anybody in one that has not begun');
  });
});

describe('the end of ticks, in August 2038', () => {
  test('does not come earlier', () => {
    assert.equal(new Date(END).toISOString().slice(0, 10), '2038-08-12');
    const sketch = new LastSeenSketch();
    const last = END - 1;
    sketch.add(1, 1, last - 2 * MINUTE, last);
    sketch.add(2, 2, last, last);
    assert.equal(sketch.estimate(last - MINUTE).visitors, 1);
    assert.equal(sketch.estimate(last - 3 * MINUTE).visitors, 2);
  });

  test('leaves all time unchanged, and later windows empty: no visitor looks old or new again', () => {
    for (const later of [END, END + 100, END + 365 * 86_400_000, 2 * END]) {
      const sketch = new LastSeenSketch();
      sketch.add(1, 1, NOW, NOW);
      sketch.add(2, 2, later, later);
      sketch.add(3, 3, later + MINUTE, later + MINUTE);
      assert.equal(sketch.estimate().visitors, 3);
      assert.equal(sketch.estimate(later).visitors, 0);
      assert.equal(
        sketch.estimate(END - MINUTE).visitors,
        2,
        'who came after the end came after its last minute',
      );
    }
  });

  test('comes sooner with finer ticks', () => {
    const sketch = new LastSeenSketch({ ticksPerSecond: 20 });
    const end = SKETCH_EPOCH + (2 ** 32 - 1) * 50;
    assert.equal(new Date(end).getUTCFullYear(), 2031);
    sketch.add(1, 1, end - 1, end - 1);
    assert.equal(sketch.estimate(end - 100).visitors, 1);
    assert.equal(sketch.estimate(end).visitors, 0);
  });
});

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { FanOut } from './fan-out.ts';
import { nameOf, type Segment, segmentOf } from './segment.ts';
import type { Sink } from './sink.ts';

/** A sink that accepts segments on request. */
class Gate implements Sink {
  readonly name: string;
  readonly taken: number[] = [];
  #open: () => void = () => undefined;
  #isOpen: Promise<void>;

  constructor(name: string) {
    this.name = name;
    this.#isOpen = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#open();
  }

  async deliver({ sequence }: Segment): Promise<void> {
    await this.#isOpen;
    this.taken.push(sequence);
  }
}

function segmentsIn(folder: string): Segment[] {
  return [1, 2, 3].map((sequence) => {
    const segment = segmentOf(folder, nameOf(sequence, 7, 'rows'), { bytes: 1, hits: 1, records: [] });
    writeFileSync(segment.path, 'x');
    return segment;
  });
}

const quiet = {
  delivered: () => undefined,
  failed: () => undefined,
  recheck: async () => undefined,
  rejected: async () => false,
};

describe('segments for two sinks', () => {
  test('reach one sink while the other is unavailable, and stay on disk until both have them', async (t) => {
    const segments = segmentsIn(temporaryFolder(t));
    const [store, stream] = [new Gate('store'), new Gate('stream')];
    const delivered: number[] = [];
    const drains = new FanOut([store, stream], {
      ...quiet,
      delivered: ({ sequence }) => delivered.push(sequence),
    });
    for (const segment of segments) drains.add({ segment, rename: undefined });
    store.open();
    await drains.idle();
    assert.deepEqual([store.taken, stream.taken, delivered], [[1, 2, 3], [], []]);
    assert.equal(drains.backlog, 3);
    assert.ok(segments.every(({ path }) => existsSync(path)));
    stream.open();
    await drains.emptied();
    assert.deepEqual([stream.taken, delivered, drains.backlog], [[1, 2, 3], [1, 2, 3], 0]);
    assert.ok(!segments.some(({ path }) => existsSync(path)));
  });

  test('stay on disk if the process ends before both have them', async (t) => {
    const segments = segmentsIn(temporaryFolder(t));
    const [store, stream] = [new Gate('store'), new Gate('stream')];
    const drains = new FanOut([store, stream], quiet);
    for (const segment of segments) drains.add({ segment, rename: undefined });
    store.open();
    await drains.idle();
    const stopped = drains.stop();
    // The current delivery ends; no other begins.
    stream.open();
    await stopped;
    assert.deepEqual(stream.taken, [1]);
    assert.deepEqual(
      segments.map(({ path }) => existsSync(path)),
      [false, true, true],
    );
  });
});

describe('a batch', () => {
  test('whose id does not ascend is refused, and the others are delivered', async (t) => {
    const [one, two, three] = segmentsIn(temporaryFolder(t));
    const store = new Gate('store');
    const drains = new FanOut([store], quiet);
    drains.add({ segment: two!, rename: undefined });
    for (const segment of [one!, two!]) {
      assert.throws(() => drains.add({ segment, rename: undefined }), {
        code: 'internal',
        message: /must ascend/,
      });
    }
    drains.add({ segment: three!, rename: undefined });
    store.open();
    await drains.emptied();
    assert.deepEqual(store.taken, [2, 3]);
    assert.ok(existsSync(one!.path));
  });
});

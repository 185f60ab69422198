import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scaledTimeout, until } from '../../test/fixtures/scaled-timeout.ts';
import { HitError } from '../errors.ts';
import { nameOf, segmentOf } from './segment.ts';
import { SinkWorker } from './sink-worker.ts';

const options = { timeout: scaledTimeout(30_000) };

const NO_EVENTS = {
  delivered: async () => undefined,
  failed: () => undefined,
  recheck: async () => undefined,
  rejected: async () => false,
};

/** Number of checks of a segment after each failed delivery; the last delivery succeeds. */
async function checksAfter(failures: readonly HitError[]): Promise<number[]> {
  const checks: number[] = [];
  let attempt = 0;
  const sink = {
    name: 'sink',
    deliver: async () => {
      const failure = failures[attempt++];
      if (failure) throw failure;
    },
  };
  const worker = new SinkWorker(sink, {
    delivered: async () => undefined,
    failed: () => checks.push(0),
    recheck: async () => {
      checks[checks.length - 1]!++;
    },
    rejected: async () => false,
  });
  worker.add(segmentOf('/nowhere', nameOf(1, 7, 'rows'), { bytes: 1, hits: 1, records: [] }));
  await worker.idle();
  await worker.stop();
  return checks;
}

test(
  'a segment is checked again when its delivery fails with another error, as it may have been damaged since',
  options,
  async () => {
    const [away, torn] = [
      new HitError('store_unavailable', 'connection refused'),
      new HitError('store_unavailable', 'cannot read all data'),
    ];
    assert.deepEqual(await checksAfter([away, away, torn, torn]), [1, 0, 1, 0]);
  },
);

test('a failure with other numbers in its message is the same failure', options, async () => {
  const full = (free: number) => new HitError('store_full', `${free} bytes are free`);
  assert.deepEqual(await checksAfter([full(512), full(1024), full(7)]), [1, 0, 0]);
});

test('a segment is checked after each incomplete delivery', options, async () => {
  const incomplete = new HitError('batch_incomplete', 'of 3 hits, 2 are there');
  assert.deepEqual(await checksAfter([incomplete, incomplete]), [1, 1]);
});

test(
  'work that needs all hits in the sink gives up while deliveries fail, and other work waits',
  options,
  async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const end = Promise.withResolvers<void>();
    const sink = { name: 'sink', deliver: () => end.promise };
    const worker = new SinkWorker(sink, NO_EVENTS, 0);
    worker.add(segmentOf('/nowhere', nameOf(1, 7, 'rows'), { bytes: 1, hits: 1, records: [] }));
    const [stored, idle] = [worker.stored(), worker.idle()];
    t.mock.timers.tick(10_000);
    await assert.rejects(stored, { code: 'store_unavailable', message: /^hits wait in the spool, since / });
    end.resolve();
    await idle;
    await worker.stored();
    await worker.stop();
  },
);

test('a delivery that hangs counts as failing until it ends', options, async () => {
  const end = Promise.withResolvers<void>();
  const worker = new SinkWorker({ name: 'sink', deliver: () => end.promise }, NO_EVENTS, 50);
  worker.add(segmentOf('/nowhere', nameOf(1, 7, 'rows'), { bytes: 1, hits: 1, records: [] }));
  assert.equal(worker.failing, undefined);
  await until('the delivery counts as failing', () => worker.failing !== undefined);
  assert.match(worker.failing!, /^a batch has been in delivery for 0 s, and has no answer$/);
  end.resolve();
  await worker.idle();
  assert.equal(worker.failing, undefined);
  await worker.stop();
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HitCounter } from './hit-counter.ts';

const PAGE = { request: { headers: {}, url: '/', method: 'GET' } };

describe('the counter of a middleware', () => {
  test('tracks an exchange once, and only if something was delivered', async () => {
    const tracked: unknown[] = [];
    const counter = new HitCounter([{ track: (input) => tracked.push(input) }], []);
    const delivered = counter.begin({})!;
    await delivered(PAGE);
    await delivered(PAGE);
    const aborted = counter.begin({})!;
    await aborted(undefined);
    await aborted(PAGE);
    const exchange = {};
    assert.notEqual(counter.begin(exchange), undefined);
    assert.equal(counter.begin(exchange), undefined);
    assert.deepEqual(tracked, [PAGE]);
    assert.equal(counter.lost, 0);
  });

  test('keeps at most 10,000 hits of a tracker that hangs pending, and the others go on', async () => {
    const errors: unknown[] = [];
    let counted = 0;
    const hanging = { track: () => new Promise(() => undefined) };
    const counter = new HitCounter([hanging, { track: () => counted++ }], [], {
      onError: (error) => errors.push(error),
      closeTimeout: 10,
    });
    for (let hit = 0; hit < 10_003; hit++) counter.begin({})?.(PAGE);
    assert.deepEqual([counted, counter.lost], [10_003, 3]);
    assert.deepEqual(errors.map(String), [
      'HitError: a tracker has 10000 pending hits: more are not counted',
    ]);
    await counter.close();
    assert.equal(counter.lost, 10_003);
  });

  test('reports a tracker that fails once a minute', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 0 });
    const errors: string[] = [];
    const failing = {
      track: () => {
        throw new Error(`at ${Date.now()}`);
      },
    };
    const counter = new HitCounter([failing], [], { onError: (error) => errors.push(String(error)) });
    for (let second = 0; second < 150; second++) {
      counter.begin({})?.(PAGE);
      t.mock.timers.tick(1000);
    }
    assert.deepEqual(errors, ['Error: at 0', 'Error: at 60000', 'Error: at 120000']);
    assert.equal(counter.lost, 150);
  });

  test('survives an onError that rejects', async () => {
    const counter = new HitCounter([{ track: () => Promise.reject(new Error('no')) }], [], {
      onError: async () => {
        throw new Error('onError fails');
      },
    });
    await counter.begin({})?.(PAGE);
    // An unhandled rejection would fail this test.
    await new Promise(setImmediate);
    assert.equal(counter.lost, 1);
  });

  test('closes its own trackers after their hits, once, and counts later hits as lost', async () => {
    const events: string[] = [];
    const own = {
      track: async () => {
        await new Promise(setImmediate);
        events.push('hit');
      },
      close: async () => {
        events.push('close');
      },
    };
    const given = { track: () => undefined, close: () => events.push('never') };
    const counter = new HitCounter([given], [own]);
    const slow = counter.begin({})!;
    counter.begin({})?.(PAGE);
    const closed = Promise.all([counter.close(), counter.close()]);
    const late = counter.begin({})!;
    await slow(PAGE);
    await closed;
    await late(PAGE);
    assert.deepEqual(events, ['hit', 'hit', 'close']);
    assert.equal(counter.lost, 1);
  });

  test('does not wait for an answer longer than its limit', async () => {
    const counter = new HitCounter([{ track: () => undefined }], [], { closeTimeout: 10 });
    const endless = counter.begin({})!;
    await counter.close();
    await endless(PAGE);
    assert.equal(counter.lost, 1);
  });
});

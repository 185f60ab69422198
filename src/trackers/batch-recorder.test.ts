import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hitOf } from '../../test/fixtures/hit.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { Lines, Shelf } from '../../test/fixtures/shelf.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { RateLimit } from '../hit/rate-limit.ts';
import { Sites } from '../hit/site.ts';
import { MemoryLive } from '../live/memory.ts';
import { RowWriter } from '../rows/row.ts';
import { Spool } from '../spool/spool.ts';
import { BatchRecorder } from './batch-recorder.ts';
import { type HitBatch, HitBatchWriter, type Sender } from './hit-batch.ts';
import type { Recorded } from './hit-pipeline.ts';
import { RemoteRecorder } from './remote-recorder.ts';

const NOW = Date.UTC(2026, 10, 24);
const options = { timeout: scaledTimeout(20_000) };

/** The reason of a drop, or the code of an error. */
function reasonOf(refusal: Parameters<Recorded>[0]): string | undefined {
  return refusal && ('reason' in refusal ? refusal.reason : refusal.code);
}

describe('a batch of hits', () => {
  test('has exactly the rows of its hits, and empties its writer', () => {
    const path = fc.webPath().map((text) => `/${text}`);
    const writer = new HitBatchWriter();
    fc.assert(
      fc.property(fc.array(path, { maxLength: 200 }), (paths) => {
        const hits = paths.map((each, i) => hitOf({ path: each, site: `s${i % 3}.example` }));
        const rows = new RowWriter();
        for (const hit of hits) {
          writer.add(hit, { client: '', isLimited: false });
          rows.write(hit);
        }
        assert.equal(writer.length, hits.length);
        const batch = writer.take();
        assert.equal(writer.length, 0);
        assert.deepEqual(Buffer.from(batch.rows), rows.finish());
        assert.equal(batch.sites.length, Math.min(3, hits.length));
      }),
      { seed: 3, numRuns: 50 },
    );
  });
});

describe('hits of a collector thread', () => {
  async function open(t: Parameters<typeof temporaryFolder>[0]) {
    const shelf = new Shelf();
    const spool = await Spool.open({
      folder: temporaryFolder(t),
      durability: 'process',
      maxBytes: 2 ** 30,
      sinks: [shelf],
      log: new Lines(),
    });
    t.after(() => spool.close(0));
    const live = new MemoryLive({ expectedVisitors: 1000, rate: true, now: () => NOW });
    const main = new BatchRecorder({
      spool,
      live,
      limit: RateLimit.parse('1/s'),
      sites: new Sites({ max: 2 }),
      now: () => NOW,
    });
    let sender: Sender = { client: '', isLimited: false };
    const batches: HitBatch[] = [];
    const remote = new RemoteRecorder(
      (id, batch) => {
        batches.push(batch);
        main.record(batch, (outcome) => remote.complete(id, outcome));
      },
      () => sender,
      (error) => assert.fail(String(error)),
    );
    const record = (fields: Parameters<typeof hitOf>[0], from = '127.0.0.1') =>
      new Promise<Parameters<Recorded>>((resolve) => {
        sender = { client: from, isLimited: from !== '127.0.0.1' };
        remote.record(hitOf(fields), (...recorded) => resolve(recorded));
      });
    return { shelf, spool, live, batches, record };
  }

  test('of one event-loop turn are sent together, and each gets its result', options, async (t) => {
    const { shelf, spool, live, batches, record } = await open(t);
    const told = await Promise.all([
      record({ site: 'a.example', path: '/hit-1', visitorLow: 1 }),
      record({ site: 'a.example', path: '/hit-2', visitorLow: 2, bot: 'Googlebot' }),
      record({ site: 'b.example', path: '/hit-3', visitorLow: 3 }),
      record({ site: 'c.example', path: '/hit-4', visitorLow: 4 }),
      record({ site: 'a.example', path: '/hit-5', visitorLow: 1 }),
    ]);
    assert.equal(batches.length, 1);
    assert.deepEqual(
      told.map(([refusal, seen]) => reasonOf(refusal) ?? seen),
      [
        { unique: 1, total: 1, isNew: true },
        undefined,
        { unique: 1, total: 1, isNew: true },
        'too_many_sites',
        { unique: 1, total: 2, isNew: false },
      ],
    );
    assert.equal(spool.accepted, 4);
    await spool.flush();
    assert.deepEqual(shelf.paths, ['/hit-1', '/hit-2', '/hit-3', '/hit-5']);
    assert.equal((await live.read(undefined, [])).total.hits, 3);
  });

  test('over a client’s limit are refused individually', options, async (t) => {
    const { spool, record } = await open(t);
    const told = await Promise.all(
      ['203.0.113.7', '203.0.113.7', '203.0.113.7', '127.0.0.1', '203.0.113.8'].map((from) =>
        record({}, from),
      ),
    );
    assert.deepEqual(
      told.map(([refusal]) => reasonOf(refusal)),
      [undefined, undefined, 'rate_limited', undefined, undefined],
    );
    assert.equal(told[2]?.[0]?.retryAfter, 1);
    assert.equal(spool.accepted, 4);
  });

  test(
    'that are refused take no place of a site, and those sent with a token always get one',
    options,
    async (t) => {
      const { record } = await open(t);
      const told = await Promise.all([
        record({ site: 'a.example' }, '203.0.113.7'),
        record({ site: 'a.example' }, '203.0.113.7'),
        ...['x', 'y', 'z'].map((name) => record({ site: `${name}.example` }, '203.0.113.7')),
        record({ site: 'b.example' }, '203.0.113.8'),
        record({ site: 'c.example' }, '203.0.113.8'),
        record({ site: 'd.example' }, ''),
      ]);
      assert.deepEqual(
        told.map(([refusal]) => reasonOf(refusal)),
        [
          ...[undefined, undefined, 'rate_limited', 'rate_limited', 'rate_limited'],
          ...[undefined, 'too_many_sites', undefined],
        ],
      );
    },
  );

  test('over the limit of pending hits are rejected, and leave no client to the next hit', async () => {
    // As in a collector thread: the intake sets the sender of each hit, and the recorder takes it.
    const nobody = { client: '', isLimited: false };
    let sender: Sender = nobody;
    const sent: [id: number, batch: HitBatch][] = [];
    const remote = new RemoteRecorder(
      (...batch) => sent.push(batch),
      () => {
        const sent = sender;
        sender = nobody;
        return sent;
      },
      (error) => assert.fail(String(error)),
    );
    const done = () => undefined;
    for (let waiting = 0; waiting < 100_000; waiting++) remote.record(hitOf(), done);
    sender = { client: '203.0.113.7', isLimited: true };
    assert.throws(() => remote.record(hitOf(), done), { code: 'spool_full' });
    await new Promise(setImmediate);
    const [id] = sent.shift()!;
    remote.complete(id, { fault: undefined, dropped: new Map(), seen: new Float64Array(0) });
    remote.record(hitOf(), done);
    await new Promise(setImmediate);
    assert.deepEqual(sent[0]![1].clients, ['']);
  });

  test('are refused together if there is no room, and none is counted', options, async (t) => {
    const { spool, live, record } = await open(t);
    await spool.close(0);
    const told = await Promise.all([record({}), record({})]);
    assert.deepEqual(
      told.map(([refusal, seen]) => [reasonOf(refusal), seen]),
      Array(2).fill(['spool_full', undefined]),
    );
    assert.equal((await live.read(undefined, [])).total.hits, 0);
  });
});

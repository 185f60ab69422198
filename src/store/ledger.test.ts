import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { file } from '../../test/fixtures/file-scope.ts';
import { rolledStore } from '../../test/fixtures/rolled-store.ts';
import { onlyWithMoreRounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { NOTHING_PENDING } from './ledger.ts';

const options = { timeout: scaledTimeout(120_000) };
const rolled = await rolledStore(file);
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 20, 12);
const TIME = Date.UTC(2026, 10, 1);
const batch = (time: number, writer = 7) => (BigInt(time) << 22n) | BigInt(writer);
const hits = (count: number) => Array.from({ length: count }, (_, i) => ({ time: TIME + i, visitorLow: i }));

async function open(t: TestContext) {
  const { store, rollups, command, rows, deliver } = await rolled(t);
  /** Entries of the ledger: id, kind, state, hits. */
  const entries = async () => {
    const found = await rows(
      'SELECT toString(id), kind, state, toUInt32(hits) FROM batches FINAL ORDER BY id',
    );
    return found.map(([id, ...entry]) => [BigInt(id as string), ...entry]);
  };
  const stored = async () => Number((await rows('SELECT toUInt32(count()) FROM hits'))[0]![0]);
  const deliverHits = (id: bigint, count = 10) => deliver(id, hits(count));
  return { store, rollups, entries, stored, deliver: deliverHits, command };
}

describe('the ledger of batches', () => {
  test('has a batch after it is in the store, with the counts that were read back', options, async (t) => {
    const { store, deliver, entries } = await open(t);
    await deliver(batch(1), 10);
    await deliver(batch(2), 20);
    assert.deepEqual(await entries(), [
      [batch(1), 'live', 'delivered', 10],
      [batch(2), 'live', 'delivered', 20],
    ]);
    const stored = await store.ledger.readBack([batch(1), batch(9)]);
    assert.deepEqual([...stored.values()], [{ id: batch(1), hits: 10, first: TIME, last: TIME + 9 }]);
  });

  test('recognizes a duplicate batch, even if its hits are rolled up and purged', options, async (t) => {
    const { rollups, deliver, stored, command } = await open(t);
    await deliver(batch(1));
    await deliver(batch(1));
    assert.equal(await stored(), 10);
    await rollups.rollUp();
    await command('TRUNCATE TABLE hits');
    await deliver(batch(1));
    assert.equal(await stored(), 0);
    assert.equal(await rollups.rollUp(), 0);
  });

  test(
    'refuses a batch after a newer one of its writer, and accepts that of another writer',
    options,
    async (t) => {
      const { deliver, entries, stored } = await open(t);
      await deliver(batch(2));
      await assert.rejects(deliver(batch(1)), {
        code: 'batch_rejected',
        message: /comes after the newer batch/,
      });
      await deliver(batch(1, 8));
      assert.equal(await stored(), 20);
      assert.equal((await entries()).length, 2);
    },
  );

  test('refuses a batch whose rows violate a constraint, and has nothing of it', options, async (t) => {
    const { deliver, entries, stored, command } = await open(t);
    await command('ALTER TABLE hits ADD CONSTRAINT few CHECK toUnixTimestamp64Milli(time) % 100 != 15');
    await assert.rejects(deliver(batch(1), 20), { code: 'batch_rejected', message: /few/ });
    assert.deepEqual([await stored(), await entries()], [0, []]);
    await deliver(batch(2), 10);
    await command('ALTER TABLE hits DROP CONSTRAINT few');
    // A newer one of its writer is there: it may only come again with another id.
    await assert.rejects(deliver(batch(1), 20), { code: 'batch_rejected' });
    await deliver(batch(3), 20);
    assert.equal(await stored(), 30);
  });

  test(
    'recognizes a batch that a watermark covers, even if its rolled-up state was not written',
    options,
    async (t) => {
      const { rollups, deliver, stored, command } = await open(t);
      await deliver(batch(1));
      await rollups.rollUp();
      await command(
        "INSERT INTO batches SELECT id, kind, 'delivered', hits, first, last, revision + 1 FROM batches FINAL",
      );
      await command('ALTER TABLE hits DELETE WHERE true SETTINGS mutations_sync = 1');
      await deliver(batch(1));
      assert.equal(await stored(), 0);
    },
  );

  test('does not enter a batch with fewer hits in the store than were sent', options, async (t) => {
    const { store, entries, stored } = await open(t);
    const segment = { ...segmentOf(temporaryFolder(t), batch(1), hits(10)), hits: 11 };
    await assert.rejects(store.deliver(segment), {
      code: 'batch_incomplete',
      message: /has 11 hits, and the store accepted 10/,
    });
    // It may have been misread, so nothing of it stays.
    assert.equal(await stored(), 0);
    assert.deepEqual(await entries(), []);
  });

  test('is completed if the process died between the hits and the entry', options, async (t) => {
    const { deliver, entries, stored, command, rollups } = await open(t);
    await deliver(batch(1));
    await command('TRUNCATE TABLE batches');
    await deliver(batch(1));
    assert.equal(await stored(), 10);
    assert.deepEqual(await entries(), [[batch(1), 'live', 'delivered', 10]]);
    assert.equal(await rollups.rollUp(), 10);
  });

  test('lists pending batches, and follows the watermarks after a crash', options, async (t) => {
    const { store, deliver, entries, command, rollups } = await open(t);
    const { ledger } = store;
    assert.equal(await ledger.oldest(), NOTHING_PENDING);
    await deliver(batch(1));
    await deliver(batch(5, 8));
    await deliver(batch(2));
    assert.deepEqual(
      (await ledger.pending()).map(({ id }) => id),
      [batch(1), batch(2), batch(5, 8)],
    );
    assert.equal(await ledger.oldest(), batch(1));
    await rollups.rollUp();
    assert.deepEqual(await ledger.pending(), []);
    assert.equal(await ledger.oldest(), NOTHING_PENDING);
    // The process died after the rollups' part, and before the ledger was written.
    await command("ALTER TABLE batches DELETE WHERE state = 'rolled_up' SETTINGS mutations_sync = 1");
    for (const id of [batch(1), batch(2), batch(5, 8)]) {
      await command(`INSERT INTO batches (id, kind, state, hits) SELECT ${id}, 'live', 'delivered', 10`);
    }
    assert.equal(await rollups.rollUp(), 0);
    await ledger.reconcile(await rollups.watermarks());
    assert.ok((await entries()).every(([, , state]) => state === 'rolled_up'));
  });

  test('is compacted to one entry per writer, and recognizes the batches it stands for', {
    ...options,
    skip: onlyWithMoreRounds(),
  }, async (t) => {
    const { store, deliver, entries, stored, rollups } = await open(t);
    const { ledger } = store;
    const old = NOW - 3 * DAY;
    for (let i = 0; i < 4; i++) await deliver(batch(old + i));
    await deliver(batch(old, 8));
    await deliver(batch(NOW - 1));
    await rollups.rollUp();
    await deliver(batch(NOW));
    for (let i = 0; i < 2; i++) {
      await ledger.compact(NOW);
      assert.deepEqual(
        await entries(),
        [
          [batch(old, 8), 'live', 'rolled_up', 10],
          [batch(old + 3), 'floor', 'rolled_up', 40],
          [batch(NOW - 1), 'live', 'rolled_up', 10],
          [batch(NOW), 'live', 'delivered', 10],
        ].sort(([a], [b]) => (a! < b! ? -1 : 1)),
      );
    }
    for (const id of [batch(old), batch(old + 2), batch(old, 8), batch(NOW - 1)]) await deliver(id);
    assert.equal(await stored(), 70);
    // A day later the floor advances.
    await rollups.rollUp();
    await ledger.compact(NOW + 2 * DAY);
    assert.deepEqual(
      (await entries()).map(([id, kind, , count]) => [id, kind, count]),
      [
        [batch(old, 8), 'live', 10],
        [batch(NOW), 'floor', 60],
      ],
    );
    assert.deepEqual(await ledger.pending(), []);
    await deliver(batch(NOW + 1));
    assert.deepEqual(
      (await ledger.pending()).map(({ id }) => id),
      [batch(NOW + 1)],
    );
  });
});

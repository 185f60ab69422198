import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { Clients } from './client.ts';
import { migrate } from './migrate.ts';
import { migrations } from './sql.ts';
import { Store } from './store.ts';

const options = { timeout: 60_000 };
const NOW = Date.now();
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Of one run, begun at a moment. */
const batchAt = (time: number) => (BigInt(time) << 22n) | 7n;

/** A thousand hits of a hundred visitors at any time of the last year, every tenth of a bot. */
const SAMPLE = Array.from({ length: 1000 }, (_, i) => ({
  site: `${i % 3}.example`,
  time: NOW - Math.floor(365 * DAY * (((i * 7919) % 1000) / 1000) ** 6),
  visitorLow: Math.imul((i % 100) + 1, 0x9e3779b1) >>> 0,
  visitorHigh: Math.imul((i % 100) + 1, 0x85ebca6b) >>> 0,
  bot: i % 10 === 0 ? 'Googlebot' : '',
}));
const PEOPLE = SAMPLE.filter(({ bot }) => bot === '').length;

async function open(t: TestContext) {
  const folder = temporaryFolder(t);
  const store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
  const clients = Clients.embedded(join(folder, 'store'));
  t.after(async () => {
    await clients.close();
    await store.close();
  });
  const command = (query: string) => clients.writer.command({ query });
  /** The only row of a query. */
  const row = async (query: string): Promise<unknown[]> => {
    const result = await clients.writer.query({ query, format: 'JSONCompactEachRow' });
    return ((await result.json()) as unknown[][])[0]!.map(Number);
  };
  const counts = () => row('SELECT sum(hits) FROM hit_counts');
  /** What the last-seen tables hold, in one number. */
  const cells = () =>
    row(`SELECT count(), sum(cityHash64(site, rank, column, seen) % 1000)
      FROM (SELECT site, rank, column, max(t.seen) AS seen FROM last_seen AS t GROUP BY site, rank, column)`);
  return { folder, store, command, row, counts, cells };
}

describe('what live state is rebuilt from', () => {
  test('has each hit of a person once, however often its batch is delivered', options, async (t) => {
    const { folder, store, counts, cells } = await open(t);
    const segment = segmentOf(folder, batchAt(NOW), SAMPLE);
    await store.deliver(segment);
    const once = await cells();
    await store.deliver(segment);
    assert.deepEqual([await counts(), await cells()], [[PEOPLE], once]);
    await store.deliver(segmentOf(folder, batchAt(NOW + 1), SAMPLE));
    assert.deepEqual([await counts(), await cells()], [[2 * PEOPLE], once]);
  });

  test('is completed, whatever part of a delivery a crash cut off', options, async (t) => {
    const { folder, store, command, counts, cells } = await open(t);
    const segment = segmentOf(folder, batchAt(NOW), SAMPLE);
    await store.deliver(segment);
    const whole = await cells();
    for (const tables of [['last_seen'], ['hit_counts'], ['last_seen', 'hit_counts'], ['hits']]) {
      for (const table of tables) await command(`TRUNCATE TABLE ${table}`);
      await store.deliver(segment);
      assert.deepEqual([await counts(), await cells()], [[PEOPLE], whole], tables.join());
    }
  });

  test('becomes a row an hour and run when it is two days old, and counts the same', options, async (t) => {
    const { command, row } = await open(t);
    const hour = Math.floor(NOW / HOUR) * HOUR;
    const old = hour - 3 * DAY;
    // A hit a second, of an hour that is over and of one that is not, and a batch that was late.
    for (const [start, batch] of [
      [old, batchAt(old)],
      [old, batchAt(old) + 1n],
      [hour, batchAt(NOW)],
      [old, batchAt(NOW)],
    ] as const) {
      await command(
        `INSERT INTO hit_counts SELECT 'a.com', ${start / 1000} + number, ${batch}, 1 FROM numbers(600)`,
      );
    }
    await command('OPTIMIZE TABLE hit_counts FINAL');
    const rowsOf = (where: string) => row(`SELECT count(), sum(hits) FROM hit_counts WHERE ${where}`);
    assert.deepEqual(await rowsOf(`batch = ${batchAt(old)}`), [1, 600]);
    assert.deepEqual(await rowsOf(`batch = ${batchAt(old) + 1n}`), [1, 600]);
    assert.deepEqual(await rowsOf(`batch = ${batchAt(NOW)}`), [1200, 1200]);
  });

  test('is filled once from the hits of an older data folder', options, async (t) => {
    const steps = migrations();
    const older = await open(t);
    await older.store.deliver(segmentOf(older.folder, batchAt(NOW), SAMPLE));
    const wanted = [await older.counts(), await older.cells()];
    for (const table of ['last_seen', 'hit_counts', 'imports', 'migrations']) {
      await older.command(`DROP TABLE ${table}`);
    }
    const clients = Clients.embedded(join(older.folder, 'store'));
    t.after(() => clients.close());
    await migrate(clients.writer, steps);
    assert.deepEqual([await older.counts(), await older.cells()], wanted);
    // A crash before the step was noted, and a batch that its spool still holds.
    await older.command('TRUNCATE TABLE migrations');
    await migrate(clients.writer, steps);
    await older.store.deliver(segmentOf(older.folder, batchAt(NOW), SAMPLE));
    assert.deepEqual([await older.counts(), await older.cells()], wanted);
  });
});

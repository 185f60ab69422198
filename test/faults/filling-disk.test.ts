/** Inserts and merges on a disk that fills up while they are written. */

import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { RESERVE } from '../../src/clickhouse/parts/free-space.ts';
import { randomHalves } from '../fixtures/random.ts';
import { rounds } from '../fixtures/rounds.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { SmallDisk } from '../fixtures/small-disk.ts';
import { WatchedStore } from '../fixtures/watched-store.ts';

const timeout = scaledTimeout(120_000);
const MIB = 2 ** 20;
const FILLS = rounds(50, 8);

/** Fills a disk when the engine begins to write a part. @returns ends the waiting, and says whether it was filled */
function fillAtPart(disk: SmallDisk, table: string, wait: number): () => boolean {
  let hasFilled = false;
  const watcher = watch(table, (_event, name) => {
    if (!name?.startsWith('tmp_')) return;
    watcher.close();
    hasFilled = true;
    // Some milliseconds of the event loop's own, without a timer's whole one.
    const until = performance.now() + wait;
    while (performance.now() < until);
    disk.fill();
  });
  return () => {
    watcher.close();
    return hasFilled;
  };
}

test(`of ${FILLS} inserts while the disk filled up, none was confirmed and lost`, {
  timeout,
}, async (t) => {
  const disk = SmallDisk.mount(t, 200);
  if (!disk) return;
  const numbers = randomHalves(7);
  const store = await WatchedStore.open(t, join(disk.path, 'store'));
  await store.insert(0, 50_000);
  const table = dirname(await store.partOf(0));
  const confirmed: Record<string, number> = { 0: 50_000 };
  let [filled, broken] = [0, 0];
  for (let fill = 1; fill <= FILLS; fill++) {
    disk.fill(RESERVE + 12 * MIB);
    const stop = fillAtPart(disk, table, (numbers() / 2 ** 32) * 8);
    try {
      await store.guard.inserting(0, async (confirm) => {
        await store.insert(fill, 50_000);
        await confirm('hits');
      });
      confirmed[fill] = 50_000;
    } catch (error) {
      if (/is incomplete/.test(String(error))) broken++;
    }
    if (stop()) filled++;
    disk.clear();
    await store.guard.parts.inspect();
  }
  t.diagnostic(`${Object.keys(confirmed).length - 1} were confirmed, ${broken} had broken parts`);
  assert.ok(filled > FILLS / 2, `${filled} were being written when the disk was filled`);
  const there = await store.hits();
  for (const [batch, hits] of Object.entries(confirmed)) assert.equal(there[batch], hits, `batch ${batch}`);
  await store.command('SYSTEM START MERGES');
  await store.command('OPTIMIZE TABLE hits FINAL');
  assert.deepEqual(await store.hits(), there);
});

test(`of ${FILLS} merges while the disk filled up, none lost a row`, { timeout }, async (t) => {
  const disk = SmallDisk.mount(t, 200);
  if (!disk) return;
  const numbers = randomHalves(8);
  const store = await WatchedStore.open(t, join(disk.path, 'store'));
  await store.insert(0, 50_000);
  const table = dirname(await store.partOf(0));
  for (let fill = 1; fill <= FILLS; fill++) {
    await store.insert(fill, 5000);
    disk.fill(RESERVE + 6 * MIB);
    const stop = fillAtPart(disk, table, (numbers() / 2 ** 32) * 20);
    await store.command('OPTIMIZE TABLE hits FINAL').catch(() => undefined);
    stop();
    // The disk may be too full for a rescue, which is made up for.
    await store.guard.parts.inspect().catch(() => undefined);
    disk.clear();
    await store.guard.parts.inspect();
  }
  const replaced = store.log.all.filter((line) => line.includes('all of its rows are restored')).length;
  const ended = store.log.all.filter((line) => line.includes('a merge stood still')).length;
  t.diagnostic(`${replaced} merged parts were broken, ${ended} merges were stuck and ended`);
  const sent = Array.from({ length: FILLS + 1 }, (_, fill) => [fill, fill === 0 ? 50_000 : 5000]);
  assert.deepEqual(await store.hits(), Object.fromEntries(sent));
  assert.equal(store.guard.health.has('broken_parts'), false);
});

/** Inserts and merges on a disk that fills up during the write. */

import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomHalves } from '../../../test/fixtures/random.ts';
import { rounds } from '../../../test/fixtures/rounds.ts';
import { Lines } from '../../../test/fixtures/shelf.ts';
import { SmallDisk } from '../../../test/fixtures/small-disk.ts';
import { WatchedStore } from '../../../test/fixtures/watched-store.ts';
import { migrations } from '../sql.ts';
import { FreeSpace, RESERVE } from './free-space.ts';
import { Health } from './health.ts';

const timeout = 120_000;
const MIB = 2 ** 20;

test('an insert begins only if there is room for it and the reserve', async (t) => {
  const disk = SmallDisk.mount(t, 64);
  if (!disk) return;
  const log = new Lines();
  const health = new Health(log);
  const space = new FreeSpace({ folder: disk.path, health });
  disk.fill(RESERVE + 5 * MIB);
  await space.check(4 * MIB);
  await assert.rejects(space.check(5 * MIB), { code: 'store_full', message: /free 1\.3 MiB/ });
  await assert.rejects(space.check(6 * MIB), { code: 'store_full' });
  assert.deepEqual(
    health.problems.map(({ code }) => code),
    ['store_full'],
  );
  assert.equal(await space.isShort(), false);
  disk.fill(RESERVE - MIB);
  assert.equal(await space.isShort(), true);
  disk.clear();
  await space.check(6 * MIB);
  assert.deepEqual(health.problems, []);
  assert.equal(log.all.length, 2, 'told once, and when it was over');
});

test('the engine enforces the same reserve', () => {
  const step = migrations().find(({ name }) => name === 'full_and_broken_disks');
  const guarded = step!.statements.filter((text) => text.includes(`perform_insert = ${RESERVE}`));
  assert.ok(guarded.some((text) => text.includes('TABLE hits ')));
});

test('merges stop while the disk is nearly full, and resume afterwards', { timeout }, async (t) => {
  const disk = SmallDisk.mount(t, 64);
  if (!disk) return;
  const store = await WatchedStore.open(t, join(disk.path, 'store'));
  await store.insert(1, 1000);
  await store.insert(2, 1000);
  disk.fill(RESERVE - 2 * MIB);
  while (!store.log.all.some((line) => line.includes('merges are stopped'))) await sleep(20);
  await assert.rejects(store.command('OPTIMIZE TABLE hits FINAL'), /[Cc]ancelled|STOP MERGES|disabled/);
  disk.clear();
  while (!store.log.all.some((line) => line.includes('merges are resumed'))) await sleep(20);
  await store.command('OPTIMIZE TABLE hits FINAL');
  assert.match(await store.partOf(1), /202611_1_2_1/);
});

const FILLS = rounds(50, 8);

/** Fills a disk when the engine begins to write a part. @returns stops waiting */
function fillAtPart(disk: SmallDisk, table: string, wait: number): () => void {
  const watcher = watch(table, (_event, name) => {
    if (!name?.startsWith('tmp_')) return;
    watcher.close();
    // A few event-loop turns, shorter than a timer.
    const until = performance.now() + wait;
    while (performance.now() < until);
    disk.fill();
  });
  return () => watcher.close();
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
  let broken = 0;
  for (let fill = 1; fill <= FILLS; fill++) {
    disk.fill(RESERVE + 6 * MIB);
    const stop = fillAtPart(disk, table, (numbers() / 2 ** 32) * 8);
    try {
      await store.guard.inserting(0, async (confirm) => {
        await store.insert(fill, 50_000);
        await confirm('hits');
      });
      confirmed[fill] = 50_000;
    } catch (error) {
      if (/is not whole/.test(String(error))) broken++;
    }
    stop();
    disk.clear();
    await store.guard.parts.inspect();
  }
  t.diagnostic(`${Object.keys(confirmed).length - 1} were confirmed, ${broken} had broken parts`);
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
    // The disk may be too full for a rescue, which is done later.
    await store.guard.parts.inspect().catch(() => undefined);
    disk.clear();
    await store.guard.parts.inspect();
  }
  const replaced = store.log.all.filter((line) => line.includes('all of its rows are restored')).length;
  t.diagnostic(`${replaced} merged parts were broken`);
  const sent = Array.from({ length: FILLS + 1 }, (_, fill) => [fill, fill === 0 ? 50_000 : 5000]);
  assert.deepEqual(await store.hits(), Object.fromEntries(sent));
  assert.equal(store.guard.health.has('broken_parts'), false);
});

/** Inserts and merges on a disk that is nearly full. How they meet one that fills up is with the faults. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { scaledTimeout } from '../../../test/fixtures/scaled-timeout.ts';
import { Lines } from '../../../test/fixtures/shelf.ts';
import { SmallDisk } from '../../../test/fixtures/small-disk.ts';
import { WatchedStore } from '../../../test/fixtures/watched-store.ts';
import { migrations } from '../sql.ts';
import { FreeSpace, RESERVE } from './free-space.ts';
import { Health } from './health.ts';

const timeout = scaledTimeout(120_000);
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
  while (!store.log.all.some((line) => line.includes('merges have resumed'))) await sleep(20);
  await store.command('OPTIMIZE TABLE hits FINAL');
  assert.match(await store.partOf(1), /202611_\d+_\d+_1\/?$/);
});

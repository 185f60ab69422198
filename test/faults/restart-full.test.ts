/** A server that starts while the disk is full, or nearly, as one that was killed by it does. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { FIREFOX } from '../fixtures/any-server.ts';
import { readyWhen } from '../fixtures/readiness.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout, until } from '../fixtures/scaled-timeout.ts';
import { SmallDisk } from '../fixtures/small-disk.ts';

const options = { timeout: scaledTimeout(120_000) };
const MIB = 2 ** 20;

const hit = (server: RunningServer) =>
  server.send('/hit.gif?site=a.example&path=/', { headers: { 'user-agent': FIREFOX } });
/** Hits in the store; waits for those that are on their way. */
const storedBy = async (server: RunningServer) => {
  const { totals } = await server.ask<{ totals: { hits: number } }>('/api/v1/stats?site=a.example');
  return totals.hits;
};
const hitsOf = async (server: RunningServer) => (await server.total('a.example')).hits;

test(
  'a server starts although the store has no room for the hits of the last run, and counts them once it has',
  options,
  async (t) => {
    const disk = SmallDisk.mount(t, 64);
    if (!disk) return;
    const folder = join(disk.path, 'data');
    {
      await using first = await RunningServer.start(folder);
      for (let i = 0; i < 3; i++) assert.equal((await hit(first)).status, 200);
      assert.equal(await storedBy(first), 3);
      disk.fill(12 * MIB);
      for (let i = 0; i < 4; i++) assert.equal((await hit(first)).status, 200);
      first.child.kill('SIGKILL');
      await first.ended;
    }
    await using second = await RunningServer.start(folder);
    for (let i = 0; i < 5; i++) assert.equal((await hit(second)).status, 200);
    const { status, problems } = await readyWhen(second, (answer) => answer.status === 200);
    assert.equal(status, 'degraded');
    assert.ok(problems!.some(({ code }) => code === 'delivery_failing'));
    disk.clear();
    await until('all hits are counted', async () => (await hitsOf(second)) === 12);
    assert.equal(await storedBy(second), 12);
  },
);

test(
  'a server starts on a full disk: it refuses hits, answers queries, and works once there is room',
  options,
  async (t) => {
    const disk = SmallDisk.mount(t, 64);
    if (!disk) return;
    const folder = join(disk.path, 'data');
    {
      await using first = await RunningServer.start(folder);
      for (let i = 0; i < 3; i++) assert.equal((await hit(first)).status, 200);
      assert.equal(await storedBy(first), 3);
      first.child.kill('SIGKILL');
      await first.ended;
      disk.fill();
    }
    await using second = await RunningServer.start(folder);
    assert.equal((await hit(second)).status, 503);
    assert.equal((await second.send('/readyz')).status, 503);
    assert.equal(await hitsOf(second), 3);
    disk.clear();
    await readyWhen(second, (answer) => answer.status === 200);
    assert.equal((await hit(second)).status, 200);
    assert.equal(await hitsOf(second), 4);
  },
);

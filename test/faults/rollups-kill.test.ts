import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bucketing } from '../../src/query/from-hits.ts';
import { statsFromRollups } from '../../src/query/from-rollups.ts';
import type { BoundedSelection } from '../../src/query/plan.ts';
import { readSelection } from '../../src/query/selection.ts';
import { Rollups } from '../../src/rollup/rollups.ts';
import { Store } from '../../src/store/store.ts';
import { ROLLING_HITS, rollingBatch } from '../fixtures/rolling-batch.ts';
import { rounds } from '../fixtures/rounds.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { segmentOf } from '../fixtures/segments.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { assertVisits } from '../fixtures/visit-recount.ts';

const PROCESS = fileURLToPath(new URL('../fixtures/rolling-process.ts', import.meta.url));
const KILLS = rounds(8, 4);
const PERIOD = readSelection({ from: '2026-01-01', to: '2026-03-01' }) as BoundedSelection;
const PLAN = { from: 'rollups', first: PERIOD.from, end: PERIOD.to } as const;
const CUT = bucketing('month', PERIOD, 'UTC');

/** Lets a process deliver batches from a number on, and kills it meanwhile. @returns the number of the next one */
async function killed(folder: string, next: number, delay: number): Promise<number> {
  const child = spawn(process.execPath, [PROCESS, folder, String(next)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  let last = next - 1;
  lines.on('line', (line) => {
    if (line !== 'open') last = Number(line);
  });
  await once(lines, 'line');
  await sleep(delay);
  child.kill('SIGKILL');
  await once(child, 'close');
  return last + 1;
}

test('hits are rolled up once, whenever a process is killed', {
  timeout: scaledTimeout(300_000),
}, async (t) => {
  const folder = temporaryFolder(t);
  let next = 0;
  for (let kill = 0; kill < KILLS; kill++) next = await killed(folder, next, 200 + ((kill * 7919) % 400));
  // On a busy machine there may not be a batch yet.
  for (let longer = 1000; next === 0; longer *= 2) next = await killed(folder, next, longer);
  await using store = await Store.open({ setting: 'embedded', folder: `${folder}/store` });
  await using rollups = new Rollups(store);
  // The last one may have been interrupted between its months. It is delivered again, as from the spool.
  const { id, hits } = rollingBatch(next);
  await store.deliver(segmentOf(folder, id, hits));
  const before = await statsFromRollups({ store }, PERIOD, PLAN, CUT);
  await rollups.rollUp();
  const after = await statsFromRollups({ store }, PERIOD, PLAN, CUT);
  assert.ok(next > 0, `${next} batches`);
  assert.equal(before.totals.hits, (next + 1) * ROLLING_HITS);
  assert.deepEqual(after, before);
  await assertVisits(store);
});

/** Work that takes shares, as the engine has too little memory for it at once, by a process that is killed meanwhile. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Store } from '../../src/store/store.ts';
import { openStore } from '../fixtures/embedded-store.ts';
import { refuseWholeInserts } from '../fixtures/little-memory.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { MONTHS, SHARED_HITS, SHARING_WORK, type SharingWork } from '../fixtures/sharing-work.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { assertVisitsOf } from '../fixtures/visit-recount.ts';

const PROCESS = fileURLToPath(new URL('../fixtures/sharing-process.ts', import.meta.url));
const options = { timeout: scaledTimeout(300_000) };

/** @param attached number of parts after which the process dies */
async function killed(folder: string, work: SharingWork, attached: number): Promise<void> {
  const child = spawn(process.execPath, [PROCESS, folder, work, String(attached)], { stdio: 'inherit' });
  assert.deepEqual(await once(child, 'close'), [null, 'SIGKILL']);
}

/** Hits of the store by month, path and position in their batch. */
async function hitsIn(store: Store): Promise<string[]> {
  const rows = await store.rowsOf<{ hit: string }>(
    "SELECT concat(toString(toYYYYMM(time, 'UTC')), ' ', path, ' ', toString(position)) AS hit FROM hits",
    {},
  );
  return rows.map(({ hit }) => hit).sort();
}

/** @param batches number of hits of each */
function expectedHits(...batches: number[]): string[] {
  const positions = batches.flatMap((hits) => Array.from({ length: hits }, (_, i) => i + 1));
  return SHARED_HITS.map(({ time, path }, i) => {
    const month = new Date(time).toISOString().slice(0, 7).replace('-', '');
    return `${month} ${path} ${positions[i]}`;
  }).sort();
}

const monthsOf = (hits: readonly string[]) => new Set(hits.map((hit) => hit.slice(0, 6))).size;

/** Prepares a store, kills a process that works on it, and repeats the work. @param look sees the store in between */
async function workAfterKill(
  t: TestContext,
  work: SharingWork,
  attached: number,
  prepare: (store: Store, folder: string) => Promise<void>,
  look: (store: Store) => Promise<void>,
): Promise<Store> {
  const folder = temporaryFolder(t);
  const before = await openStore(t, folder);
  await prepare(before, folder);
  await before.close();
  await killed(folder, work, attached);
  const store = await openStore(t, folder);
  const staged = await store.rowsOf("SELECT name FROM system.tables WHERE startsWith(name, 'staged_')", {});
  assert.deepEqual(staged, []);
  await look(store);
  // The next process may have the memory, or may not.
  using _ = attached % 2 === 0 ? refuseWholeInserts() : undefined;
  await SHARING_WORK[work](store, folder);
  return store;
}

describe('work in shares by a process that died between two months of hits', () => {
  const purged = async (store: Store, folder: string) => {
    await SHARING_WORK.deliver(store, folder);
    await SHARING_WORK.rollUp(store);
    await using connection = store.dedicatedConnection();
    await connection.command('TRUNCATE TABLE hits');
  };
  const works = [
    { work: 'deliver', prepare: async () => undefined, batches: [90] },
    { work: 'consume', prepare: async () => undefined, batches: [50, 40] },
    { work: 'restore', prepare: purged, batches: [90] },
  ] as const;
  for (const { work, prepare, batches } of works) {
    for (let attached = 0; attached <= MONTHS; attached++) {
      test(
        `leaves each hit once when it is repeated (${work}, after ${attached} of ${MONTHS} months)`,
        options,
        async (t) => {
          const store = await workAfterKill(t, work, attached, prepare, async (store) => {
            assert.equal(monthsOf(await hitsIn(store)), attached);
          });
          assert.deepEqual(await hitsIn(store), expectedHits(...batches));
          if (work !== 'restore') await SHARING_WORK.rollUp(store);
          await assertVisitsOf(store, SHARED_HITS);
          await store.close();
        },
      );
    }
  }
});

describe('a rollup in shares by a process that died', () => {
  // Visits are one part, and rollups another.
  for (const attached of [0, 1, 2]) {
    test(`counts each hit once when it is repeated (after ${attached} of 2 parts)`, options, async (t) => {
      const store = await workAfterKill(t, 'rollUp', attached, SHARING_WORK.deliver, async () => undefined);
      await assertVisitsOf(store, SHARED_HITS);
      const [rolled] = await store.rowsOf<{ hits: string }>(
        "SELECT toString(sum(r.hits)) AS hits FROM rollups AS r WHERE by = 'day'",
        {},
      );
      assert.equal(rolled!.hits, String(SHARED_HITS.length));
      await store.close();
    });
  }
});

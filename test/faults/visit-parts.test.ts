/** Parts of the table of visits that break while the store is open. */
import assert from 'node:assert/strict';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { wrongVisits } from '../../src/doctor/visits.ts';
import { hitOf } from '../fixtures/hit.ts';
import { rolledStore } from '../fixtures/rolled-store.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { assertVisits } from '../fixtures/visit-recount.ts';

const options = { timeout: scaledTimeout(60_000) };
const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 1, 20);

/** A store with visits in several parts, of which later ones extend those of earlier ones. */
async function opened(t: TestContext) {
  const made = await (await rolledStore(t))(t);
  const { rollups, rows, command } = made;
  await command('SYSTEM STOP MERGES visits');
  let batch = START;
  const add = async (from: number) => {
    const hits = Array.from({ length: 40 }, (_, i) =>
      hitOf({
        time: START + from * MINUTE + i * 10 * MINUTE,
        visitorHigh: 0,
        visitorLow: i % 2,
        path: `/${i % 3}`,
      }),
    );
    await made.deliver((BigInt(++batch) << 22n) | 1n, hits);
    await rollups.rollUp();
  };
  for (const from of [0, 5, 300]) await add(from);
  const parts = async () =>
    (
      await rows("SELECT path FROM system.parts WHERE active AND table = 'visits' ORDER BY min_block_number")
    ).map(([path]) => String(path));
  return { ...made, add, parts };
}

test(
  'a merged part of visits that breaks is replaced by the parts that it was merged from',
  options,
  async (t) => {
    const { store, command, parts, add } = await opened(t);
    await command('SYSTEM START MERGES visits');
    await command('OPTIMIZE TABLE visits FINAL');
    const [merged] = await parts();
    truncateSync(join(merged!, 'data.bin'), 100);
    await store.guard.parts.inspectContent();
    assert.equal(store.guard.parts.isIncomplete('visits'), false);
    await assertVisits(store);
    await add(700);
    await assertVisits(store);
  },
);

test(
  'a part of visits that is lost is noticed; its hits are not added twice, and visits are computed again',
  options,
  async (t) => {
    const { store, rollups, command, parts, add } = await opened(t);
    const each = await parts();
    assert.ok(each.length >= 3, `${each.length} parts`);
    // That with the last watermark.
    truncateSync(join(each.at(-1)!, 'data.bin'), 100);
    await store.guard.parts.inspectContent();
    assert.equal(store.guard.parts.isIncomplete('visits'), true);
    assert.ok(store.guard.health.has('broken_parts'));
    assert.equal((await rollups.removable()).get(1)! < (await rollups.watermarks()).get(1)!, true);
    await rollups.visits.catchUp();
    await using connection = store.dedicatedConnection();
    const { different } = await wrongVisits(connection);
    assert.ok(different.every(({ counted, stored }) => counted < stored) && different.length > 0);
    await command('SYSTEM START MERGES visits');
    await rollups.visits.fillIn('known');
    await assertVisits(store);
    await add(700);
    await assertVisits(store);
  },
);

/** Parts that are damaged on purpose, in the real engine: found, taken out and told. More of it is with the faults. */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, truncateSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { assertFailsOneQuery, assertFoundUnasked } from '../../../test/fixtures/damaged-part.ts';
import { scaledTimeout } from '../../../test/fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../../../test/fixtures/temporary.ts';
import { DAMAGES, WatchedStore } from '../../../test/fixtures/watched-store.ts';

const timeout = scaledTimeout(60_000);

describe('a part that is damaged while the store runs', () => {
  test('by flipped bits fails one query, and no more', { timeout }, (t) =>
    assertFailsOneQuery(t, 'flipped bits'),
  );

  test('by a missing file is found without a query', { timeout }, (t) =>
    assertFoundUnasked(t, 'a missing file'),
  );

  test('is not suspected after an error that does not mention parts', { timeout }, async (t) => {
    const store = await WatchedStore.filled(t);
    const error = await store.rows('SELECT nonsense FROM hits').catch((fault: unknown) => fault);
    assert.equal(await store.guard.followUp(error), false);
    assert.deepEqual(store.codes, []);
  });
});

test('a part that was damaged while the store was closed is reported at startup', { timeout }, async (t) => {
  const folder = join(temporaryFolder(t), 'store');
  const before = await WatchedStore.filled(t, folder);
  const part = await before.partOf(2);
  await before.close();
  truncateSync(join(part, 'data.bin'), 1000);
  const store = await WatchedStore.open(t, folder);
  assert.deepEqual(store.codes, ['broken_parts']);
  assert.ok(store.guard.health.problems[0]!.message.includes(`hits/broken-on-start_${basename(part)}`));
  assert.deepEqual(await store.hits(), { 1: 1000, 3: 500 });
});

describe('an insert', () => {
  test('whose part is broken is not confirmed, and leaves nothing behind', { timeout }, async (t) => {
    const store = await WatchedStore.filled(t);
    let part = '';
    const insert = (damage: () => void) =>
      store.guard.inserting(1000, async (confirm) => {
        await store.insert(4, 5000);
        part = await store.partOf(4);
        damage();
        await confirm('hits');
      });
    await assert.rejects(
      insert(() => DAMAGES['empty files'](part)),
      { code: 'store_unavailable', message: /insert into hits is incomplete/ },
    );
    assert.deepEqual(store.codes, []);
    assert.deepEqual(readdirSync(join(dirname(part), 'detached')), []);
    await insert(() => undefined);
    assert.deepEqual(await store.hits(), { 1: 1000, 2: 20_000, 3: 500, 4: 5000 });
  });
});

test('what is in `detached` without rows of its own is not a problem, and is deleted', {
  timeout,
}, async (t) => {
  const store = await WatchedStore.filled(t);
  const detached = join(dirname(await store.partOf(1)), 'detached');
  for (const name of ['clone_202611_1_1_0', 'ignored_202611_2_2_0', 'deleting_202611_3_3_0']) {
    mkdirSync(join(detached, name), { recursive: true });
  }
  await store.guard.parts.inspect();
  assert.deepEqual(store.codes, []);
  assert.deepEqual(readdirSync(detached), []);
});

/** More parts that are damaged on purpose: in every way, in merges and rescues, beside inserts that fail. */

import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { assertFailsOneQuery, assertFoundUnasked } from '../fixtures/damaged-part.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { DAMAGES, WatchedStore } from '../fixtures/watched-store.ts';

const timeout = scaledTimeout(60_000);

describe('a part that is damaged while the store runs', () => {
  // What is in the engine's memory is read from there: of the other two nobody notices anything by reading.
  for (const damage of ['a truncated file', 'empty files'] as const) {
    test(`by ${damage} fails one query, and no more`, { timeout }, (t) => assertFailsOneQuery(t, damage));
    test(`by ${damage} is found without a query`, { timeout }, (t) => assertFoundUnasked(t, damage));
  }

  test('by flipped bits is found by reading all content', { timeout }, async (t) => {
    const store = await WatchedStore.filled(t);
    const part = await store.partOf(2);
    DAMAGES['flipped bits'](part);
    assert.deepEqual(await store.guard.parts.inspect(), []);
    const [found] = await store.guard.parts.inspectContent();
    assert.equal(found?.name, basename(part));
    assert.match(found.reason, /checksum/i);
    assert.deepEqual(await store.hits(), { 1: 1000, 3: 500 });
  });
});

test('a broken merged part is replaced by its source parts', { timeout }, async (t) => {
  for (const damage of ['empty files', 'a missing file'] as const) {
    const store = await WatchedStore.filled(t);
    await store.command('ALTER TABLE hits MODIFY SETTING min_bytes_for_wide_part = 1000000000');
    await store.command('SYSTEM START MERGES');
    await store.command('OPTIMIZE TABLE hits FINAL');
    const merged = await store.partOf(2);
    assert.match(merged, /202611_\d+_\d+_1\/?$/);
    DAMAGES[damage](merged);
    const [found] = await store.guard.parts.inspect();
    assert.equal(found?.missingRows, 0);
    assert.deepEqual(await store.hits(), { 1: 1000, 2: 20_000, 3: 500 });
    assert.deepEqual(store.codes, []);
    // Merged anew, and after a restart of the table, all is as it was.
    await store.command('OPTIMIZE TABLE hits FINAL');
    await store.command('DETACH TABLE hits');
    await store.command('ATTACH TABLE hits');
    assert.deepEqual(await store.hits(), { 1: 1000, 2: 20_000, 3: 500 });
    assert.deepEqual(readdirSync(join(dirname(merged), 'detached')), []);
    await store.close();
  }
});

describe('a rescue that a crash interrupted', () => {
  /** A merged store, with copies of what was merged as a rescue makes them. */
  async function interrupted(t: TestContext, folder: string): Promise<WatchedStore> {
    const store = await WatchedStore.filled(t, folder);
    const sources = await Promise.all([1, 2, 3].map((batch) => store.partOf(batch)));
    const kept = temporaryFolder(t);
    for (const source of sources) cpSync(source, join(kept, nameOf(source)), { recursive: true });
    await store.command('SYSTEM START MERGES');
    await store.command('OPTIMIZE TABLE hits FINAL');
    const detached = join(dirname(await store.partOf(1)), 'detached');
    for (const source of sources) {
      cpSync(join(kept, nameOf(source)), join(detached, `rescued_${nameOf(source)}`), { recursive: true });
    }
    return store;
  }

  function nameOf(path: string): string {
    return path.replace(/\/$/, '').split('/').at(-1)!;
  }

  test('before the broken part was detached doubles nothing', { timeout }, async (t) => {
    const folder = join(temporaryFolder(t), 'store');
    const before = await interrupted(t, folder);
    await before.close();
    const store = await WatchedStore.open(t, folder);
    assert.deepEqual(await store.hits(), { 1: 1000, 2: 20_000, 3: 500 });
    assert.deepEqual(store.codes, []);
  });

  test('after the broken part was detached loses nothing', { timeout }, async (t) => {
    const folder = join(temporaryFolder(t), 'store');
    const before = await interrupted(t, folder);
    const merged = nameOf(await before.partOf(1));
    await before.command(`ALTER TABLE hits DETACH PART '${merged}'`);
    await before.close();
    const store = await WatchedStore.open(t, folder);
    assert.deepEqual(await store.hits(), { 1: 1000, 2: 20_000, 3: 500 });
  });
});

describe('an insert', () => {
  test('also fails if another inspection has found its broken part', { timeout }, async (t) => {
    const store = await WatchedStore.filled(t);
    const insertion = store.guard.inserting(0, async (confirm) => {
      await store.insert(4, 5000);
      DAMAGES['empty files'](await store.partOf(4));
      await store.guard.parts.inspect();
      await store.guard.inserting(0, (other) => other('hits'));
      await confirm('rollups');
      await confirm('hits');
    });
    await assert.rejects(insertion, { code: 'store_unavailable' });
  });

  test('that failed leaves nothing behind, whichever inspection finds its part, at any time', {
    timeout,
  }, async (t) => {
    const store = await WatchedStore.filled(t);
    const insertion = store.guard.inserting(0, async () => {
      await store.insert(4, 5000);
      throw new Error('no room');
    });
    await assert.rejects(insertion);
    DAMAGES['empty files'](await store.partOf(4));
    const [found] = await store.guard.parts.inspect();
    assert.equal(found?.missingRows, 5000);
    assert.equal(existsSync(found.kept!), false);
    assert.deepEqual(store.codes, []);
    assert.match(store.log.all.join('\n'), /its 5000 rows are inserted again/);
  });

  test('that was confirmed is kept if its part breaks later, even beside a failed one', {
    timeout,
  }, async (t) => {
    const store = await WatchedStore.filled(t);
    const failed = store.guard.inserting(0, async () => {
      await store.guard.inserting(0, async (confirm) => {
        await store.insert(4, 5000);
        await confirm('hits');
      });
      throw new Error('no room');
    });
    await assert.rejects(failed);
    DAMAGES['flipped bits'](await store.partOf(4));
    const [found] = await store.guard.parts.inspectContent();
    assert.equal(found?.missingRows, 5000);
    assert.equal(existsSync(found.kept!), true);
    assert.deepEqual(store.codes, ['broken_parts']);
  });

  test('that fails because of an older broken part does not delete that part', { timeout }, async (t) => {
    const store = await WatchedStore.filled(t);
    const part = await store.partOf(2);
    const wholeSecond = 1100;
    await new Promise((resolve) => setTimeout(resolve, wholeSecond));
    const insertion = store.guard.inserting(0, async () => {
      DAMAGES['flipped bits'](part);
      await store.hits();
    });
    await assert.rejects(insertion, { code: 'store_unavailable' });
    assert.deepEqual(readdirSync(join(dirname(part), 'detached')), [`broken_${basename(part)}`]);
  });
});

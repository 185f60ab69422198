/** Parts that are damaged on purpose, in the real engine: found, detached, reported, and restored if possible. */

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../../test/fixtures/temporary.ts';
import { DAMAGES, WatchedStore } from '../../../test/fixtures/watched-store.ts';

const timeout = 60_000;

async function filled(t: TestContext, folder = join(temporaryFolder(t), 'store')): Promise<WatchedStore> {
  const store = await WatchedStore.open(t, folder);
  await store.command('SYSTEM STOP MERGES');
  for (const [batch, hits] of [
    [1, 1000],
    [2, 20_000],
    [3, 500],
  ] as const) {
    await store.insert(batch, hits);
  }
  await store.guard.parts.inspect();
  return store;
}

function codesOf({ guard }: WatchedStore): string[] {
  return guard.health.problems.map(({ code }) => code);
}

describe('a part that is damaged while the store runs', () => {
  // The engine reads these two from its memory, so queries do not notice their damage.
  for (const damage of ['a truncated file', 'flipped bits', 'empty files'] as const) {
    test(`by ${damage} fails one query, and no more`, { timeout }, async (t) => {
      const store = await filled(t);
      DAMAGES[damage](await store.partOf(2));
      const error = await store.hits().then(
        () => assert.fail('the damage was not read'),
        (fault: unknown) => fault,
      );
      assert.equal(await store.guard.followUp(error), true);
      assert.deepEqual(await store.hits(), { 1: 1000, 3: 500 });
      assert.deepEqual(codesOf(store), ['broken_parts']);
      assert.equal(store.guard.parts.broken, 1);
      assert.match(store.log.all.join('\n'), /202611_2_2_0 of hits was broken.*20000 rows are missing/);
    });
  }

  for (const damage of ['a truncated file', 'a file that is gone', 'empty files'] as const) {
    test(`by ${damage} is found without a query`, { timeout }, async (t) => {
      const store = await WatchedStore.open(t, join(temporaryFolder(t), 'store'));
      await store.insert(1, 1000);
      await store.insert(2, 20_000);
      DAMAGES[damage](await store.partOf(2));
      const [found] = await store.guard.parts.inspect();
      assert.equal(found?.missingRows, 20_000);
      assert.equal(existsSync(found.kept!), true);
      assert.deepEqual(await store.hits(), { 1: 1000 });
      // Reported once.
      await store.guard.parts.inspect();
      assert.equal(store.log.all.filter((line) => line.includes('answers lack their rows')).length, 1);
    });
  }

  test('by flipped bits is found by reading all content', { timeout }, async (t) => {
    const store = await filled(t);
    DAMAGES['flipped bits'](await store.partOf(2));
    assert.deepEqual(await store.guard.parts.inspect(), []);
    const [found] = await store.guard.parts.inspectContent();
    assert.equal(found?.name, '202611_2_2_0');
    assert.match(found.reason, /checksum/i);
    assert.deepEqual(await store.hits(), { 1: 1000, 3: 500 });
  });

  test('is not suspected after an error that does not mention parts', { timeout }, async (t) => {
    const store = await filled(t);
    const error = await store.rows('SELECT nonsense FROM hits').catch((fault: unknown) => fault);
    assert.equal(await store.guard.followUp(error), false);
    assert.deepEqual(codesOf(store), []);
  });
});

test('a part that was damaged while the store was closed is reported at startup', { timeout }, async (t) => {
  const folder = join(temporaryFolder(t), 'store');
  const before = await filled(t, folder);
  const part = await before.partOf(2);
  await before.close();
  truncateSync(join(part, 'data.bin'), 1000);
  const store = await WatchedStore.open(t, folder);
  assert.deepEqual(codesOf(store), ['broken_parts']);
  assert.match(store.guard.health.problems[0]!.message, /hits\/broken-on-start_202611_2_2_0/);
  assert.deepEqual(await store.hits(), { 1: 1000, 3: 500 });
});

test('a broken merged part is replaced by its source parts', { timeout }, async (t) => {
  for (const damage of ['empty files', 'a file that is gone'] as const) {
    const store = await filled(t);
    await store.command('ALTER TABLE hits MODIFY SETTING min_bytes_for_wide_part = 1000000000');
    await store.command('SYSTEM START MERGES');
    await store.command('OPTIMIZE TABLE hits FINAL');
    const merged = await store.partOf(2);
    assert.match(merged, /202611_1_3_1\/?$/);
    DAMAGES[damage](merged);
    const [found] = await store.guard.parts.inspect();
    assert.equal(found?.missingRows, 0);
    assert.deepEqual(await store.hits(), { 1: 1000, 2: 20_000, 3: 500 });
    assert.deepEqual(codesOf(store), []);
    // Merged again, and after a restart of the table, everything is unchanged.
    await store.command('OPTIMIZE TABLE hits FINAL');
    await store.command('DETACH TABLE hits');
    await store.command('ATTACH TABLE hits');
    assert.deepEqual(await store.hits(), { 1: 1000, 2: 20_000, 3: 500 });
    assert.deepEqual(readdirSync(join(dirname(merged), 'detached')), []);
    await store.close();
  }
});

describe('a rescue that a crash interrupted', () => {
  /** A merged store, with copies of the source parts as a rescue makes them. */
  async function interrupted(t: TestContext, folder: string): Promise<WatchedStore> {
    const store = await filled(t, folder);
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
    assert.deepEqual(codesOf(store), []);
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
  test('whose part is broken is not confirmed, and leaves nothing behind', { timeout }, async (t) => {
    const store = await filled(t);
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
    assert.deepEqual(codesOf(store), []);
    assert.deepEqual(readdirSync(join(dirname(part), 'detached')), []);
    await insert(() => undefined);
    assert.deepEqual(await store.hits(), { 1: 1000, 2: 20_000, 3: 500, 4: 5000 });
  });

  test('also fails if another inspection has found its broken part', { timeout }, async (t) => {
    const store = await filled(t);
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
    const store = await filled(t);
    const insertion = store.guard.inserting(0, async () => {
      await store.insert(4, 5000);
      throw new Error('no room');
    });
    await assert.rejects(insertion);
    DAMAGES['empty files'](await store.partOf(4));
    const [found] = await store.guard.parts.inspect();
    assert.equal(found?.missingRows, 5000);
    assert.equal(existsSync(found.kept!), false);
    assert.deepEqual(codesOf(store), []);
    assert.match(store.log.all.join('\n'), /its 5000 rows are inserted again/);
  });

  test('that was confirmed is kept if its part breaks later, even beside a failed one', {
    timeout,
  }, async (t) => {
    const store = await filled(t);
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
    assert.deepEqual(codesOf(store), ['broken_parts']);
  });

  test('that fails because of an older broken part does not delete that part', { timeout }, async (t) => {
    const store = await filled(t);
    const part = await store.partOf(2);
    const wholeSecond = 1100;
    await new Promise((resolve) => setTimeout(resolve, wholeSecond));
    const insertion = store.guard.inserting(0, async () => {
      DAMAGES['flipped bits'](part);
      await store.hits();
    });
    await assert.rejects(insertion, { code: 'store_unavailable' });
    assert.deepEqual(readdirSync(join(dirname(part), 'detached')), ['broken_202611_2_2_0']);
  });
});

test('what is in `detached` without rows of its own is not a problem, and is deleted', {
  timeout,
}, async (t) => {
  const store = await filled(t);
  const detached = join(dirname(await store.partOf(1)), 'detached');
  for (const name of ['clone_202611_1_1_0', 'ignored_202611_2_2_0', 'deleting_202611_3_3_0']) {
    mkdirSync(join(detached, name), { recursive: true });
  }
  await store.guard.parts.inspect();
  assert.deepEqual(codesOf(store), []);
  assert.deepEqual(readdirSync(detached), []);
});

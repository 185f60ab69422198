/** Merges whose temporary file is emptied while they read it, as if a full disk had cut it short. */

import assert from 'node:assert/strict';
import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { scaledTimeout, until } from '../../../test/fixtures/scaled-timeout.ts';
import { whenOver } from '../../../test/fixtures/scope.ts';
import { temporaryFolder } from '../../../test/fixtures/temporary.ts';
import { WatchedStore } from '../../../test/fixtures/watched-store.ts';

const timeout = scaledTimeout(60_000);
const HITS = 200_000;
const ENDED = /a merge stood still and is ended \(hits 202611_/;

/** A store with one part of hits. */
async function storeOfOnePart(t: TestContext): Promise<{ store: WatchedStore; folder: string }> {
  const folder = join(temporaryFolder(t), 'store');
  const store = await WatchedStore.open(t, folder);
  // Before the store closes, so that a merge that is still stuck then fails this test alone.
  whenOver(t, () => {
    for (const file of temporaryFiles(folder)) truncateSync(file, 2 ** 20);
  });
  // Slowly, column by column.
  await store.command(
    'ALTER TABLE hits MODIFY SETTING merge_max_block_size = 64, vertical_merge_algorithm_min_rows_to_activate = 1',
  );
  await store.insert(1, HITS);
  return { store, folder };
}

function temporaryFiles(folder: string): string[] {
  const tmp = join(folder, 'tmp');
  return readdirSync(tmp)
    .filter((name) => name.startsWith('tmp'))
    .map((name) => join(tmp, name));
}

/** Starts a merge that is stuck when this resolves. @returns how it ends */
async function stickMerge({ store, folder }: { store: WatchedStore; folder: string }) {
  const ended = store.command('OPTIMIZE TABLE hits FINAL').then(
    () => 'succeeded',
    (error: unknown) => String(error),
  );
  const position = async () => {
    const result = await store.clients.counter.query({
      query:
        "SELECT columns_written, rows_read, bytes_read_uncompressed, progress FROM system.merges WHERE table = 'hits'",
      format: 'JSONEachRow',
    });
    const [merge] = await result.json<{ columns_written: string }>();
    return { columns: Number(merge?.columns_written ?? 0), text: JSON.stringify(merge) };
  };
  while ((await position()).columns < 5) await sleep(1);
  const files = temporaryFiles(folder);
  assert.equal(files.length, 1);
  truncateSync(files[0]!, 0);
  let last = '';
  await until('the merge stands still', async () => {
    await sleep(300);
    const { text } = await position();
    assert.notEqual(text, undefined, `the merge was not stuck: ${await Promise.race([ended, 'running'])}`);
    const isSame = text === last;
    last = text;
    return isSame;
  });
  return { ended, file: files[0]! };
}

test('a merge that reads an empty temporary file for ever is ended and repeated, and no row is lost', {
  timeout,
}, async (t) => {
  const opened = await storeOfOnePart(t);
  const { store } = opened;
  const { ended } = await stickMerge(opened);
  assert.match(await ended, /ColumnGatherer|codec|checksum/i);
  await until('the log says so', () => store.log.all.some((line) => ENDED.test(line)), 2000);
  assert.deepEqual(await store.hits(), { 1: HITS });
  await store.command('OPTIMIZE TABLE hits FINAL');
  assert.match(await store.partOf(1), /202611_\d+_\d+_[12]\/?$/);
  assert.deepEqual(await store.hits(), { 1: HITS });
  assert.deepEqual(store.codes, []);
});

test('a store closes although a merge is stuck', { timeout }, async (t) => {
  const opened = await storeOfOnePart(t);
  const { ended } = await stickMerge(opened);
  await opened.store.guard.close();
  assert.notEqual(await ended, 'succeeded');
  assert.ok(opened.store.log.all.some((line) => ENDED.test(line)));
  assert.deepEqual(await opened.store.hits(), { 1: HITS });
});

test('a merge that goes on while a temporary file is empty is left alone', { timeout }, async (t) => {
  const { store, folder } = await storeOfOnePart(t);
  await store.insert(2, HITS);
  await store.command('ALTER TABLE hits MODIFY SETTING merge_max_block_size = 32');
  const file = join(folder, 'tmp/tmp-of-another');
  writeFileSync(file, '');
  const begun = performance.now();
  await store.command('OPTIMIZE TABLE hits FINAL');
  t.diagnostic(`it took ${Math.round(performance.now() - begun)} ms`);
  assert.equal(statSync(file).size, 0);
  assert.deepEqual(await store.hits(), { 1: HITS, 2: HITS });
  assert.deepEqual(store.log.all, []);
});

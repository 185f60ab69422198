/** Logs of sites that were deleted: they can be imported again, and nothing of them counts twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Archives } from '../src/archive/archives.ts';
import { SiteDeletions } from '../src/deletion/site-deletions.ts';
import { SerialQueue } from '../src/timing/serial-queue.ts';
import { file } from './fixtures/file-scope.ts';
import { counts, logImports } from './fixtures/log-imports.ts';
import { logLine } from './fixtures/log-line.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const { db, take, hits } = await logImports(file);
const { store, spool, rollups } = db;
const deletions = new SiteDeletions({ store, spool, rollups, siteData: [], now: Date.now });

/** Archives all hits before the last days. */
function archiveTo(location: string, queue?: SerialQueue) {
  const archives = new Archives({ store, spool, rollups, now: Date.now, ...(queue && { queue }) });
  const watch = { onProgress: () => undefined, signal: new AbortController().signal };
  return archives.archive({ location }, { olderThan: 90, site: '', dryRun: false }, watch);
}

/** Some lines of each site, over two days. */
function logOf(sites: readonly string[], lines: number, start: number): string {
  return Array.from({ length: lines }, (_, i) => {
    const site = sites[i % sites.length]!;
    const address = `198.51.100.${1 + (i % 50)}`;
    const day = 10 + Math.floor((i * 2) / lines);
    const time = `${day}/May/2015:10:${String(start).padStart(2, '0')}:${String(i % 60).padStart(2, '0')} +0000`;
    return `${sites.length > 1 ? `${site}:80 ` : ''}${logLine({ address, time, path: `/${i % 7}` })}`;
  }).join('');
}

test('a log of a deleted site is imported again as a new one', async () => {
  const log = logOf(['one.example'], 3000, 1);
  const all = { lines: 3000, imported: 3000, failed: 0, already: 0 };
  assert.deepEqual(counts(await take(log, 'one.example')), all);
  assert.equal((await deletions.delete('one.example'))?.hits, 3000);
  assert.equal(await hits('one.example'), 0);
  assert.deepEqual(counts(await take(log, 'one.example')), all);
  assert.equal(await hits('one.example'), 3000);
  assert.deepEqual(counts(await take(log, 'one.example')), { ...all, imported: 0, already: 3000 });
});

test('of a log with several sites, only the lines of the deleted one come back', async () => {
  const sites = ['two.example', 'three.example', 'four.example'];
  const log = logOf(sites, 3000, 2);
  await take(log, 'default.example', 'vhost');
  const visitsOf = async (site: string) =>
    (await db.query({ site, period: 'all', metrics: ['visits', 'pageviews'] })).results[0]!.metrics;
  const before = await Promise.all(sites.map(visitsOf));
  assert.equal((await deletions.delete('three.example'))?.hits, 1000);
  assert.deepEqual(await Promise.all(sites.map(hits)), [1000, 0, 1000]);
  const again = counts(await take(log, 'default.example', 'vhost'));
  assert.deepEqual([again.imported, again.already], [1000, 2000]);
  assert.deepEqual(await Promise.all(sites.map(hits)), [1000, 1000, 1000]);
  await rollups.rollUp();
  assert.deepEqual(await Promise.all(sites.map(hits)), [1000, 1000, 1000]);
  assert.deepEqual(await Promise.all(sites.map(visitsOf)), before);
  const third = counts(await take(log, 'default.example', 'vhost'));
  assert.deepEqual([third.imported, third.already], [0, 3000]);
});

test('hits that came back in this way stay in the store, as an archive could not tell them from deleted ones', async (t) => {
  const sites = ['five.example', 'six.example'];
  const log = logOf(sites, 2000, 3);
  await take(log, 'default.example', 'vhost');
  await deletions.delete('five.example');
  assert.equal(counts(await take(log, 'default.example', 'vhost')).imported, 1000);
  const { waiting } = await archiveTo(temporaryFolder(t));
  assert.equal(waiting, 0);
  const stored = await store.rowsOf<{ site: string; hits: string }>(
    'SELECT site, count() AS hits FROM hits GROUP BY site HAVING site IN {sites:Array(String)}',
    { sites },
  );
  assert.deepEqual(
    stored.map((row) => [row.site, Number(row.hits)]),
    [['five.example', 1000]],
  );
});

test('hits are not archived while a site is deleted', async (t) => {
  const queue = new SerialQueue();
  const [place, other] = [temporaryFolder(t), temporaryFolder(t)];
  let isArchived = false;
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const deletion = queue.run(async () => {
    await begun;
    // As long as an archive takes.
    await archiveTo(other);
    assert.equal(isArchived, false);
  });
  const archived = archiveTo(place, queue).then(() => {
    isArchived = true;
  });
  begin();
  await Promise.all([deletion, archived]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SiteDeletions } from '../../src/deletion/site-deletions.ts';
import type { Hit } from '../../src/hit/hit.ts';
import { Rollups } from '../../src/rollup/rollups.ts';
import { ArchivedStore, batchId, daysAgo, NOW } from '../fixtures/archived-store.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';

/** Two hits of each site on some days before now. */
function hitsOf(days: readonly number[]): Partial<Hit>[] {
  return days.flatMap((day) =>
    [0, 1].flatMap((i) =>
      ['gone.example', 'stays.example'].map((site) => ({ site, time: daysAgo(day) + i })),
    ),
  );
}

test('an archive keeps the files of a deleted site, and nothing reads them', {
  timeout: scaledTimeout(60_000),
}, async (t) => {
  await using archived = await ArchivedStore.open(t);
  const { store } = archived;
  await using rollups = new Rollups(store);
  const spool = {
    flush: async () => undefined,
    pauseDelivery: <Result>(run: () => Promise<Result>) => run(),
  };
  await archived.add(batchId(1), hitsOf([80, 60, 1]));
  await archived.archive();
  const deletions = new SiteDeletions({ store, spool, rollups, siteData: [], now: () => NOW });
  assert.ok(await deletions.delete('gone.example'));
  const sitesOf = async () => {
    const sites = new Map<string, number>();
    for (const row of await archived.together()) {
      const site = row.includes('gone.example') ? 'gone' : 'stays';
      sites.set(site, (sites.get(site) ?? 0) + 1);
    }
    return Object.fromEntries(sites);
  };
  assert.deepEqual(await sitesOf(), { stays: 6 });
  const reader = await archived.reader();
  assert.equal(await reader.firstOf('gone.example'), undefined);
  await assert.rejects(archived.restore({ site: 'gone.example' }), {
    code: 'archive_failed',
    message: /^the archive has only hits from before gone\.example was deleted/,
  });
  assert.equal((await archived.restore()).rows, 4);
  assert.deepEqual(await sitesOf(), { stays: 6 });
  // Hits that come later, also of an archived day, are archived and restored as any others.
  await archived.add(batchId(2), hitsOf([80]));
  await archived.archive();
  assert.deepEqual(await sitesOf(), { gone: 2, stays: 8 });
  assert.equal((await archived.restore({ site: 'gone.example' })).rows, 2);
  assert.deepEqual(await sitesOf(), { gone: 2, stays: 8 });
});

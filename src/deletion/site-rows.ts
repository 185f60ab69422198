/**
 * Deletes the rows of a site: its hits up to the batches of the deletion, and everything that was computed from its hits.
 *
 * A deletion may be interrupted between any two statements and run again, also by another node of the same server:
 *
 * 1. What the ledger and the imports know of the hits is changed first, while the hits show which batches they belong to.
 *    Batches whose number was changed before are recognised, as they have all of their hits.
 * 2. Then the hits are deleted, and after them visits and rollups, so that no step can compute these from deleted hits again.
 *    A running step ends before: it has the same name on a server, and the same connection in this process.
 * 3. Hits of the site that came after the deletion began may be in the visits and rollups already. Their days are
 *    computed again from the hits that are left. Without such hits, which is usual, that is nothing.
 */
import { quote } from '../clickhouse/literals.ts';
import { queryText } from '../clickhouse/sql.ts';
import { coveredBy } from '../clickhouse/watermarks.ts';
import { lastSeenInsert } from '../rollup/last-seen-insert.ts';
import type { Rollups } from '../rollup/rollups.ts';
import { UNTIMED_LIMITS } from '../store/query-limits.ts';
import type { SiteDay } from '../store/site-day.ts';
import type { Store } from '../store/store.ts';
import type { Deletion } from './deletion.ts';

/** What has the rows of a site. */
export interface SiteRows {
  readonly store: Store;
  readonly rollups: Rollups;
}

/** Maximum batches that a statement names. */
const MOST_BATCHES = 5_000;

/** @throws HitError `store_unavailable`, `store_full`, `overloaded`: it can be repeated */
export async function deleteRows(rows: SiteRows, deletion: Deletion): Promise<void> {
  const { store } = rows;
  const gone = `site = ${quote(deletion.site)} AND ${coveredBy(deletion.watermarks)}`;
  await store.guard.deleting(async () => {
    await forgetBatches(store, gone);
    await deleteHits(store, gone);
    await deleteDerived(store, deletion.site);
    await recomputeRemaining(rows, deletion.site);
  });
}

/** Hits of live batches leave the ledger; logs are forgotten, or may be imported again. */
async function forgetBatches(store: Store, gone: string): Promise<void> {
  const imported = await store.rows<{ id: string }>('deletion_batches', {}, UNTIMED_LIMITS, { gone });
  for (let at = 0; at < imported.length; at += MOST_BATCHES) {
    const ids = imported.slice(at, at + MOST_BATCHES).map(({ id }) => `toUInt64(${id})`);
    const batches = `(${ids.join(', ')})`;
    await store.executeLong('deletion_imports', { batches }, 'hit-tracker-deletion', []);
  }
  // Of a log with several sites, only the hits of this one come back when it is imported again.
  await store.ledger.markRemoved('purged', gone);
  await store.ledger.shrink(gone);
}

async function deleteHits(store: Store, gone: string): Promise<void> {
  await using connection = store.dedicatedConnection();
  await connection.command(queryText('deletion_hits', { gone }, connection.dialect));
}

async function deleteDerived(store: Store, site: string): Promise<void> {
  const fragments = { site: quote(site) };
  await store.executeLong('deletion_visits', fragments, 'hit-tracker-visits', []);
  await store.executeLong('deletion_rollups', fragments, 'hit-tracker-rollups', []);
  await store.executeLong('deletion_last_seen', fragments, 'hit-tracker-last-seen', []);
  await store.execute('deletion_horizon', { site });
  await store.executeLong('deletion_horizons', fragments, 'hit-tracker-deletion', []);
}

async function recomputeRemaining({ store, rollups }: SiteRows, site: string): Promise<void> {
  const counted = coveredBy(await rollups.watermarks());
  const added = coveredBy(await rollups.visits.watermarks());
  const fragments = { site: quote(site), covered: `(${counted} OR ${added})` };
  const days = await store.rows<SiteDay>('deletion_rest', {}, UNTIMED_LIMITS, fragments);
  if (days.length === 0) return;
  const scope = `site = ${quote(site)} AND ${counted}`;
  await store.insertComputed(lastSeenInsert(scope));
  await rollups.rebuild(days);
  await rollups.visits.rebuild(days);
}

/**
 * Purging deletes hits, rollups and visits older than the retention of their site, in whole UTC days.
 *
 * Hits are deleted only after they are rolled up and in the visits; they stay counted in the rollups, in visits, in all-time
 * totals and in the last-seen tables. A visit is deleted when all of it is too old: of one that goes on after the cutoff, hits
 * may be stored, which would be in no visit. The scope is fixed in advance, by the day and by the current watermarks, so hits of an old day that arrive
 * meanwhile are kept. The retention cutoff of a site is recorded first. If a purge is killed at any moment, the engine or
 * the next purge finishes it.
 */

import type { DedicatedConnection } from '../clickhouse/connection.ts';
import { withLiterals } from '../clickhouse/literals.ts';
import { queryText } from '../clickhouse/sql.ts';
import { coveredBy, type Watermarks } from '../clickhouse/watermarks.ts';
import type { Ages } from '../settings/ages.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Store } from '../store/store.ts';
import { type RetentionKind, recordCutoffs } from './cutoffs.ts';
import { cutoffOf, type RetentionPolicy } from './policy.ts';

/** Source of a purge. */
export interface PurgeSource {
  readonly store: Store;
  /** Last batch of each writer that is rolled up and in the visits: only its hits up to there are deleted. */
  removable(): Promise<Watermarks>;
}

/** What was, or would be, deleted of a site. */
export interface PurgedSite {
  readonly site: string;
  /** All data of earlier days is deleted: ISO 8601, the start of a UTC day. */
  readonly before: string;
  readonly rows: number;
  /** Estimated bytes on disk, by the share of the rows in their parts. */
  readonly bytes: number;
}

export interface Purged {
  readonly dry_run: boolean;
  readonly hits: readonly PurgedSite[];
  readonly rollups: readonly PurgedSite[];
  readonly visits: readonly PurgedSite[];
}

/**
 * Deletes data older than its retention, and reports it.
 *
 * @param now milliseconds since 1970
 * @param dryRun only report what would be deleted
 * @throws HitError `store_unavailable`, `overloaded`
 */
export async function purge(
  source: PurgeSource,
  policy: RetentionPolicy,
  now: number,
  dryRun = false,
): Promise<Purged> {
  const covered = coveredBy(await source.removable());
  await using connection = source.store.dedicatedConnection();
  const work = { connection, ledger: source.store.ledger, covered, now, dryRun };
  const hits = await purgeOne(work, 'hits', { ages: policy.hits, time: 'time' });
  const rollups = await purgeOne(work, 'rollups', { ages: policy.rollups, time: 'slot' });
  const visits = await purgeOne(work, 'visits', { ages: policy.visits, time: 'finish' });
  return { dry_run: dryRun, hits, rollups, visits };
}

interface PurgeRun {
  readonly connection: DedicatedConnection;
  readonly ledger: Ledger;
  /** SQL: whether a hit is rolled up and in the visits. */
  readonly covered: string;
  readonly now: number;
  readonly dryRun: boolean;
}

async function purgeOne(
  { connection, ledger, covered, now, dryRun }: PurgeRun,
  kept: RetentionKind,
  { ages, time }: { ages: Ages; time: string },
): Promise<PurgedSite[]> {
  const usual = cutoffOf(ages.default, now);
  const cutoffBySite = new Map(Array.from(ages.bySite, ([site, days]) => [site, cutoffOf(days, now)]));
  const latest = Math.max(usual, ...cutoffBySite.values());
  if (latest === 0) return [];
  const text = (name: string) =>
    withLiterals(
      queryText(name, { older: queryText('purge_older', { time }), covered }, connection.dialect),
      {
        ...{ latest, usual },
        sites: [...cutoffBySite.keys()],
        befores: [...cutoffBySite.values()],
      },
    );
  const rows = await connection.rows<{ site: string; rows: string | number; bytes: string | number }>(
    text(`purge_${kept}_count`),
  );
  const cutoffsToRecord = new Map(rows.map(({ site }) => [site, cutoffBySite.get(site) ?? usual]));
  if (!dryRun && cutoffsToRecord.size > 0) {
    await recordCutoffs(connection, kept, cutoffsToRecord);
    if (kept === 'hits') await ledger.markRemoved('purged', text('purge_scope'));
    await connection.command(text(`purge_${kept}`));
  }
  return rows.map(({ site, rows, bytes }) => ({
    site,
    before: new Date(cutoffsToRecord.get(site)!).toISOString().replace('.000Z', 'Z'),
    rows: Number(rows),
    bytes: Number(bytes),
  }));
}

/**
 * The data that the store still has for a period.
 *
 * A retention cutoff is the time up to which a site was purged or archived; it never decreases. It does not prove a gap:
 * hits may have been restored or imported again, and an archive may have them. The rollups, which counted the hits,
 * show it: a UTC day of a site is complete if the store has as many hits as were rolled up, plus those not rolled up yet.
 */

import { type Cutoffs, readCutoffs } from '../retention/cutoffs.ts';
import { DAY } from '../timing/units.ts';
import { ALL_VISITS, type VisitsUntil } from './current-visits.ts';
import type { BoundedSelection, DataStats } from './plan.ts';
import { type Row, type Source, withConsistentRollups } from './source.ts';

/** Attempts that a purge may disturb before the last answer is used. */
const MAX_ATTEMPTS = 3;

/**
 * Queries once the available data is known, and again if there is less of it afterwards: otherwise hits that a purge
 * deletes during the query would be missing silently. Purged hits do not return by themselves, so data that
 * is still stored after the query was stored throughout.
 *
 * @param ask queries with the available data
 * @param visitsUntil from `CurrentVisits`. Default: visits have all hits
 */
export async function withStableData<Answer>(
  source: Source,
  period: BoundedSelection,
  ask: (data: DataStats) => Promise<Answer>,
  visitsUntil: VisitsUntil = ALL_VISITS,
): Promise<Answer> {
  const look = async () => ({
    ...(await dataKnownFrom(source, period, await readCutoffs(source.store))),
    visitsUntil: visitsUntil(),
  });
  let known = await look();
  for (let tries = 1; ; tries++) {
    const hits = await hitsToScan(source, period);
    const answer = await ask({ hits, maxScannedHits: source.maxScannedHits, ...known });
    const now = await look();
    const isSame =
      now.hitsFrom <= known.hitsFrom &&
      now.rollupsFrom <= known.rollupsFrom &&
      now.visitsFrom <= known.visitsFrom &&
      now.visitsUntil >= known.visitsUntil;
    if (isSame || tries === MAX_ATTEMPTS) return answer;
    known = now;
  }
}

/** Approximate number of hits that the engine would read. */
export async function hitsToScan({ store }: Source, { site, from, to }: Extent): Promise<number> {
  const rows = await store.rows<Row<'rows'>>('estimate', { site, from, to });
  return rows.reduce((sum, row) => sum + Number(row.rows), 0);
}

/** The site and the period whose data is examined. */
type Extent = Pick<BoundedSelection, 'site' | 'from' | 'to'>;

/**
 * The times from which all hits, rollups and visits of a site ('' is all) in a period are stored.
 *
 * @param cutoffs the current ones, which are the same for all sites and periods
 */
export async function dataKnownFrom(
  source: Source,
  period: Extent,
  cutoffs: Cutoffs,
): Promise<Omit<DataStats, 'hits' | 'visitsUntil'>> {
  const { parts } = source.store.guard;
  const rollupsFrom = cutoffOf(cutoffs, 'rollups', period.site);
  const visitsFrom = parts.isIncomplete('visits') ? period.to : cutoffOf(cutoffs, 'visits', period.site);
  // If the retention cutoffs are lost, any hits may be missing.
  const hitsFrom = parts.isIncomplete('horizons') ? period.to : cutoffOf(cutoffs, 'hits', period.site);
  // Lost rollups cannot replace purged hits, nor reveal that hits are missing.
  if (parts.isIncomplete('rollups')) {
    return { hitsFrom, rollupsFrom: Math.max(hitsFrom, rollupsFrom), visitsFrom };
  }
  if (hitsFrom <= period.from) return { hitsFrom, rollupsFrom, visitsFrom };
  const completed = await completeFrom(source, period, { hitsFrom, rollupsFrom });
  return { hitsFrom: completed, rollupsFrom, visitsFrom };
}

/** The latest cutoff for all sites together: one incomplete site makes the sum incomplete. */
function cutoffOf(cutoffs: Cutoffs, kept: keyof Cutoffs, site: string): number {
  const bySite = cutoffs[kept];
  return site === '' ? Math.max(0, ...bySite.values()) : (bySite.get(site) ?? 0);
}

/** The time from which all hits of a period are stored, in milliseconds since 1970. */
async function completeFrom(
  { store, archive }: Source,
  { site, from, to }: Extent,
  { hitsFrom, rollupsFrom }: Pick<DataStats, 'hitsFrom' | 'rollupsFrom'>,
): Promise<number> {
  const start = Math.floor(from / DAY) * DAY;
  // Days with purged rollups cannot be checked.
  const first = Math.max(start, rollupsFrom);
  const end = Math.min(hitsFrom, Math.ceil(to / DAY) * DAY);
  if (first >= end) return hitsFrom;
  const hits = await archive?.hitsOf({ site, from: first, to: end });
  const [row] = await withConsistentRollups(store, ({ fragments }) =>
    store.rows<Row<'seconds'>>('purged_days', { site, first, end }, undefined, {
      ...fragments,
      ...(hits !== undefined && { hits }),
    }),
  );
  const missing = Number(row?.seconds ?? 0) * 1000;
  if (missing > 0) return missing;
  return first > start ? first : 0;
}

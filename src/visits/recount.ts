import { queryText } from '../clickhouse/sql.ts';
import { VISIT_FRAGMENTS } from '../clickhouse/visit-columns.ts';
import { areSame, coveredBy, readWatermarks, type Watermarks } from '../clickhouse/watermarks.ts';
import type { SiteDay } from '../store/site-day.ts';

/** Runs queries of a store. */
export interface RecountEngine {
  rows<Row>(text: string): Promise<Row[]>;
}

/** A UTC day of a site: hits of the visits that begin on it. */
export interface VisitDay extends SiteDay {
  /** The number of hits that the visits count, and the number that are stored. */
  readonly counted: number;
  readonly stored: number;
}

/** Which days are counted. Milliseconds since 1970: starts of days, `to` exclusive. */
export type Days = 'known' | { readonly from: number; readonly to: number };

/** Attempts to read hits and visits at the same moment. */
const TRIES = 3;

/**
 * Counts the hits of visits by day. Hits that are not in the visits yet are left out on both sides.
 *
 * @param days `known`: all days from which nothing was purged
 * @throws HitError `store_unavailable`
 */
export async function recountVisits(engine: RecountEngine, days: Days): Promise<VisitDay[]> {
  let before = await settledBatches(engine);
  for (let tries = 1; ; tries++) {
    const covered = coveredBy(before);
    const rows = await engine.rows<SiteDay & Record<'counted' | 'stored', string | number>>(
      queryText('visits_days', { covered, ...scopeOf(days) }),
    );
    const after = await settledBatches(engine);
    const isOneMoment = areSame(before, after);
    before = after;
    if (!isOneMoment && tries < TRIES) continue;
    return rows.map(({ site, day, counted, stored }) => ({
      ...{ site, day, counted: Number(counted), stored: Number(stored) },
    }));
  }
}

/** A UTC day of a site with visits that overlap. */
export interface OverlapDay extends SiteDay {
  /** Whether all of its hits are stored, so that its visits can be recomputed. */
  readonly isKnown: boolean;
}

/** Days of visits of one visitor that overlap, or between which there is no gap of 30 minutes. */
export async function overlappingVisits(engine: RecountEngine): Promise<OverlapDay[]> {
  const text = queryText('visits_overlaps', { reach: VISIT_FRAGMENTS.reach });
  const rows = await engine.rows<SiteDay & { is_known: number }>(text);
  return rows.map(({ site, day, is_known }) => ({ site, day, isKnown: Number(is_known) === 1 }));
}

/** The last batch of each writer whose hits are in the visits, or were before a part was lost. */
export async function settledBatches(engine: RecountEngine): Promise<Watermarks> {
  return readWatermarks(await engine.rows<{ writer: string; last: string }>(queryText('visits_settled')));
}

/** SQL of conditions: on visits `v` (`starts`), on hits `h` (`times`), and on the resulting days `d` (`predicate`). */
function scopeOf(days: Days): { starts: string; times: string; predicate: string } {
  if (days === 'known') return { starts: 'true', times: 'true', predicate: 'd.day >= toDate32(p.before)' };
  const first = (time: string) => `${time} >= fromUnixTimestamp64Milli(CAST(${days.from}, 'Int64'))`;
  const last = (time: string) => `${time} < fromUnixTimestamp64Milli(CAST(${days.to}, 'Int64'))`;
  return {
    // Visits that began before may have hits of the first days.
    starts: `${first('v.finish')} AND ${last('v.start')}`,
    times: `${first('h.time')} AND ${last('h.time')}`,
    predicate: `d.day >= toDate32(fromUnixTimestamp64Milli(CAST(${days.from}, 'Int64'), 'UTC')) AND d.day < toDate32(fromUnixTimestamp64Milli(CAST(${days.to}, 'Int64'), 'UTC'))`,
  };
}

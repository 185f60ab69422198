import type { Dimension } from '../clickhouse/dimension.ts';
import { DAY, MINUTE } from '../timing/units.ts';
import type { Period } from './period.ts';
import type { Interval, Selection } from './selection.ts';

/** The shortest unit of rollups. Every current time zone is a multiple of 15 minutes from UTC. */
export const QUARTER = 15 * MINUTE;

/** Hits that are scanned about as fast as rollups are merged, and counted exactly. */
export const FEW_HITS = 500_000;

/** A selection with a known period. */
export type BoundedSelection = Selection & Period;

/**
 * The data source of a query: single hits only, or rollups from `first` to `end` and single hits for the rest of the
 * period, before `first` and from `end` on.
 */
export type Plan = { readonly from: 'hits' } | RolledPlan;
export interface RolledPlan {
  readonly from: 'rollups';
  /** Milliseconds since 1970. */
  readonly first: number;
  readonly end: number;
}

/** The data that the store has for a period. */
export interface DataStats {
  /** Approximate number of hits to scan. */
  readonly hits: number;
  /** Largest number of hits to scan if rollups could answer too. Default: `FEW_HITS`. */
  readonly maxScannedHits?: number | undefined;
  /** Milliseconds since 1970: some earlier hits, at least, are purged; the rollups alone have all of them. */
  readonly hitsFrom: number;
  /** Milliseconds since 1970: earlier rollups are purged too. */
  readonly rollupsFrom: number;
  /** Milliseconds since 1970: earlier visits are purged, or were never computed. */
  readonly visitsFrom: number;
  /** Milliseconds since 1970: later visits lack hits that are still being added; infinity if none do. */
  readonly visitsUntil: number;
}

/** What is queried: a series, or the ranking of a dimension. */
export type PlannedQuery = { readonly interval: Interval } | { readonly by: Dimension };

/**
 * Chooses the data source of a query. Both give the same hits. Single hits give exact visitors, so they are
 * used if they are few; rollups if they are many, or purged.
 */
export function choosePlan(
  period: BoundedSelection,
  asked: PlannedQuery,
  data: Pick<DataStats, 'hits' | 'maxScannedHits' | 'hitsFrom' | 'rollupsFrom'>,
): Plan {
  const isPurged = data.hitsFrom > period.from;
  const mostScanned = data.maxScannedHits ?? FEW_HITS;
  if (!isRolled(period, asked) || (data.hits <= mostScanned && !isPurged)) return { from: 'hits' };
  // If all hits are stored, incomplete rollups gain nothing.
  if (data.rollupsFrom > period.from && !isPurged) return { from: 'hits' };
  const unit = 'by' in asked ? DAY : QUARTER;
  // If the hits of a boundary are purged, it is rounded outwards to a whole unit.
  const start = isPurged ? floor(period.from, unit) : ceil(period.from, unit);
  const first = Math.max(start, ceil(data.rollupsFrom, unit));
  const end = data.hitsFrom > floor(period.to, unit) ? ceil(period.to, unit) : floor(period.to, unit);
  return first < end ? { from: 'rollups', first, end } : { from: 'hits' };
}

/**
 * The time from which a plan has all the hits that it needs, in milliseconds since 1970. Rollups include purged
 * hits; if rollups are purged too, the hits may still be stored.
 */
export function knownFrom(
  plan: Plan,
  { hitsFrom, rollupsFrom }: Pick<DataStats, 'hitsFrom' | 'rollupsFrom'>,
): number {
  return plan.from === 'rollups' ? Math.min(hitsFrom, rollupsFrom) : hitsFrom;
}

/** Whether rollups have the data: counts of people by quarter of an hour and by dimension; for bots only their names. */
function isRolled({ bots, status, classes, filters }: BoundedSelection, asked: PlannedQuery): boolean {
  if (status.length > 0 || classes.length > 0 || filters.length > 0) return false;
  if ('interval' in asked) return asked.interval !== 'minute' && bots === 'exclude';
  return bots === (asked.by === 'bot' ? 'only' : 'exclude');
}

function floor(time: number, unit: number): number {
  return Math.floor(time / unit) * unit;
}

function ceil(time: number, unit: number): number {
  return Math.ceil(time / unit) * unit;
}

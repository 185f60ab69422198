import type { Dimension } from '../clickhouse/dimension.ts';
import type { Interval, Selection } from './selection.ts';

const MINUTE = 60_000;
/** The shortest period that is rolled up. Every time zone of today is whole quarters of an hour away from UTC. */
export const QUARTER = 15 * MINUTE;
export const DAY = 24 * 60 * MINUTE;

/** Hits that are counted one by one about as fast as rollups are merged, and exactly. */
export const FEW_HITS = 500_000;

/** A selection whose period is known. */
export type Period = Selection & { readonly from: number; readonly to: number };

/**
 * From what a question is answered: from the hits, one by one, or from rollups of a part of the period and from the hits
 * of the rest, which is before `first` and from `end` on.
 */
export type Plan = { readonly from: 'hits' } | RolledPlan;
export interface RolledPlan {
  readonly from: 'rollups';
  /** Milliseconds since 1970. */
  readonly first: number;
  readonly end: number;
}

/** What the store has of a period. */
export interface DataStats {
  /** Hits to be read, about, if they are counted one by one. */
  readonly hits: number;
  /** Up to how many they are counted one by one, where rollups could answer too. Default: `FEW_HITS`. */
  readonly maxScannedHits?: number | undefined;
  /** Milliseconds since 1970: earlier hits are purged, some at least, and all of them in the rollups only. */
  readonly hitsFrom: number;
  /** Earlier rollups are purged too. */
  readonly rollupsFrom: number;
}

/** What is asked about a period: a series, or the ranking of a dimension. */
export type Planned = { readonly interval: Interval } | { readonly by: Dimension };

/**
 * Chooses from what a question is answered. Both give the same hits. Hits one by one give exact visitors, so they are
 * taken where they are few; rollups where they are many, or purged.
 */
export function choosePlan(period: Period, asked: Planned, stock: DataStats): Plan {
  const isPurged = stock.hitsFrom > period.from;
  const mostScanned = stock.maxScannedHits ?? FEW_HITS;
  if (!isRolled(period, asked) || (stock.hits <= mostScanned && !isPurged)) return { from: 'hits' };
  // Of hits that are all there, nothing is gained by rollups that are not.
  if (stock.rollupsFrom > period.from && !isPurged) return { from: 'hits' };
  const unit = 'by' in asked ? DAY : QUARTER;
  // Where the hits of an edge are purged, it is rounded to a whole unit.
  const start = isPurged ? floor(period.from, unit) : ceil(period.from, unit);
  const first = Math.max(start, ceil(stock.rollupsFrom, unit));
  const end = stock.hitsFrom > floor(period.to, unit) ? ceil(period.to, unit) : floor(period.to, unit);
  return first < end ? { from: 'rollups', first, end } : { from: 'hits' };
}

/**
 * From when on an answer by a plan has all hits that it needs, in milliseconds since 1970. Rollups have those of purged
 * hits, and where they are purged too, hits may still be there.
 */
export function knownFrom(plan: Plan, { hitsFrom, rollupsFrom }: DataStats): number {
  return plan.from === 'rollups' ? Math.min(hitsFrom, rollupsFrom) : hitsFrom;
}

/** Whether rollups have what is asked for: counts of people by quarters, and by values of a dimension; of bots their names. */
function isRolled({ bots, status, filters }: Period, asked: Planned): boolean {
  if (status.length > 0 || filters.length > 0) return false;
  if ('interval' in asked) return asked.interval !== 'minute' && bots === 'exclude';
  return bots === (asked.by === 'bot' ? 'only' : 'exclude');
}

function floor(time: number, unit: number): number {
  return Math.floor(time / unit) * unit;
}

function ceil(time: number, unit: number): number {
  return Math.ceil(time / unit) * unit;
}

import type { Interval, Selection } from './question.ts';

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
export interface Stock {
  /** Hits to be read, about, if they are counted one by one. */
  readonly hits: number;
  /** Up to how many they are counted one by one, where rollups could answer too. Default: `FEW_HITS`. */
  readonly maxScannedHits?: number | undefined;
  /** Milliseconds since 1970: earlier hits are purged, and in the rollups only. */
  readonly hitsFrom: number;
  /** Earlier rollups are purged too. */
  readonly rollupsFrom: number;
}

/**
 * Chooses from what a question is answered. Both give the same hits. Hits one by one give exact visitors, so they are
 * taken where they are few; rollups where they are many, or purged.
 *
 * @param unit length of the periods that are rolled up, of the kind that the question needs
 * @param interval of a series; undefined for a ranking
 */
export function choosePlan(period: Period, unit: number, stock: Stock, interval?: Interval): Plan {
  const isRolled =
    interval !== 'minute' &&
    period.bots !== 'include' &&
    period.status.length === 0 &&
    period.filters.length === 0 &&
    stock.rollupsFrom <= period.from;
  const isPurged = stock.hitsFrom > period.from;
  if (!isRolled || (stock.hits <= (stock.maxScannedHits ?? FEW_HITS) && !isPurged)) return { from: 'hits' };
  // Where the hits of an edge are purged, it is rounded to a whole unit.
  const first = isPurged ? floor(period.from, unit) : ceil(period.from, unit);
  const end = stock.hitsFrom > floor(period.to, unit) ? ceil(period.to, unit) : floor(period.to, unit);
  return first < end ? { from: 'rollups', first, end } : { from: 'hits' };
}

function floor(time: number, unit: number): number {
  return Math.floor(time / unit) * unit;
}

function ceil(time: number, unit: number): number {
  return Math.ceil(time / unit) * unit;
}

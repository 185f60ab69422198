/**
 * Retention: how many of the visitors who first came in one interval return in later ones.
 *
 * - A visitor's cohort is the interval in which the first known visit begins. A visitor who came before the period
 *   is in no cohort.
 * - A visitor returns in an interval if a visit begins in it: a visit that continues across midnight is not a return. Each
 *   interval is counted separately. Returns are counted until the end of the period.
 * - Filters select the first visits, by any of their hits; return filters select the visits that count as returns.
 */
import type { Filter, Scope } from './query.ts';

/** Maximum number of intervals of a period: the answer has a number for each pair of them. */
export const MOST_COHORTS = 400;

export interface Retention extends Scope {
  /** In the time zone; weeks begin on Monday. The period has at most `MOST_COHORTS`. */
  readonly interval: 'day' | 'week' | 'month';
  /** Combined with AND. Empty: each visit is a return. */
  readonly returnFilters: readonly Filter[];
  /** How the sites identify visitors. Without cookies, a visitor has a new ID each day (UTC). */
  readonly identity: 'cookie' | 'cookieless';
}

export interface Cohort {
  /** Start of the interval, ISO 8601 UTC. That of the first may be before the period. */
  readonly time: string;
  readonly visitors: number;
  /**
   * How many of them have a visit that counts as a return in this interval, in the next one, and so on to the end of the
   * period. With filters of returns the first may be less than `visitors`. Null if it cannot be known.
   */
  readonly returned: readonly (number | null)[];
}

export interface RetentionAnswer {
  /** One for each interval of the period, in order. */
  readonly cohorts: readonly Cohort[];
  readonly meta: {
    /** Why numbers are null, or do not mean what they seem to. */
    readonly note?: string;
  };
}

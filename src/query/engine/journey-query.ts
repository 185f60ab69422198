/**
 * Journeys: the pages viewed before or after a page.
 *
 * - Paths consist of page views of a visit that begins in the period, even those after the period's end. Consecutive views
 *   of one page are one step.
 * - A visit counts once: after a page from its first view of it, before a page from its last. So the continuations of a path
 *   add up to its visits.
 * - If the page is a pattern, the first view that matches is the anchor, and later ones are steps.
 * - A filter selects whole visits in which a hit matches.
 */
import type { Scope } from './query.ts';

export const MOST_JOURNEY_STEPS = 10;
export const MOST_CONTINUATIONS = 100;

export interface Journey extends Scope {
  /** The page from which paths continue, or to which they lead: a pattern, in which `*` matches any text. */
  readonly page: string;
  readonly direction: 'after' | 'before';
  /** Maximum number of pages of a path: 1 to `MOST_JOURNEY_STEPS`. */
  readonly steps: number;
  /**
   * Maximum number of continuations of each path, those with the most visits: 1 to `MOST_CONTINUATIONS`. Ties are in order of
   * the page. Continuations of an omitted path are omitted as well.
   */
  readonly limit: number;
}

export interface PagePath {
  /** The page next to the requested one comes first. Null is the end of the visit, or its start in `before`; nothing follows it. */
  readonly pages: readonly (string | null)[];
  readonly visits: number;
  readonly visitors: number;
}

export interface JourneyAnswer {
  /** Visits with the page. */
  readonly visits: number;
  readonly visitors: number;
  /** In order of length, then of visits, descending, then of the pages by UTF-8 bytes, null first. */
  readonly paths: readonly PagePath[];
}

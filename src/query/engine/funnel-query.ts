/**
 * Funnels: how many visitors take a sequence of steps.
 *
 * - Steps are taken in order, and anything may happen between them. Each needs a separate hit, which comes after that of
 *   the previous step: by time, then by arrival.
 * - Within a visit, all steps are in one visit that begins in the period, even if it continues after the period's end.
 *   Within days, all are hits in the period, in any visits.
 * - A filter selects whole visits in which a hit matches; any of their hits may be a step.
 */
import type { Action, Scope, VisitDimension } from './query.ts';

export const FEWEST_STEPS = 2;
export const MOST_STEPS = 8;

/** The name of a goal, or an action. A hit converts goals of its own site only. */
export type FunnelAction = string | Action;

/** What a hit must be to take a step: one action, or any of several. */
export type FunnelTest = FunnelAction | { readonly any: readonly FunnelAction[] };

/** The actions of a step. */
export function actionsOf(step: FunnelTest): readonly FunnelAction[] {
  return typeof step === 'object' && 'any' in step ? step.any : [step];
}

export interface Funnel extends Scope {
  /** `FEWEST_STEPS` to `MOST_STEPS`. */
  readonly steps: readonly FunnelTest[];
  /** All steps in one visit, or the last at most this many times 24 hours after the first: a whole number, at least 1. */
  readonly within: 'visit' | { readonly days: number };
  /** A dimension of the visit in which a visitor enters the funnel; undefined for none. */
  readonly by?: VisitDimension | undefined;
  /** Maximum number of values of the dimension. */
  readonly limit: number;
}

export interface FunnelStep {
  readonly visitors: number;
  /** Visitors of the previous step who did not reach this one. 0 for the first. */
  readonly drop_off: number;
  /** `drop_off` as a share of the visitors of the previous step; null if there are none. */
  readonly drop_off_rate: number | null;
  /** Share of the visitors of the first step who reached this one; null if there are none. */
  readonly conversion_rate: number | null;
}

interface FunnelRow {
  /** '' is unknown. */
  readonly value: string;
  readonly steps: readonly FunnelStep[];
}

export interface FunnelAnswer {
  /** All visitors that the filters select, whether they enter the funnel or not. */
  readonly visitors: number;
  readonly steps: readonly FunnelStep[];
  /**
   * With `by`: those with the most visitors at the first step, in descending order of these, then by value. A visitor is in
   * one row, that of the visit in which the longest sequence begins; of several, the one that ends first and begins last. So
   * the rows add up to the whole.
   */
  readonly rows?: readonly FunnelRow[];
}

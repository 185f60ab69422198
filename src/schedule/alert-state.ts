import type { AlertRule } from './alert-rule.ts';

/** Where an alert is; times are in milliseconds since 1970. */
export interface AlertState {
  /** When it fired; undefined if it is off. */
  readonly firedAt: number | undefined;
  /** Since when the bound is passed, of one that is off. */
  readonly passedSince: number | undefined;
}

export const OFF: AlertState = { firedAt: undefined, passedSince: undefined };

/** A count of a rule's window. */
export interface Reading {
  readonly count: number;
  readonly time: number;
  /**
   * Whether counting went on for the whole window. Where it did not, the count may be too low, and a low count proves
   * nothing: it neither fires an alert nor ends one.
   */
  readonly isWhole: boolean;
}

/**
 * What a reading does to an alert. It fires when the count is past the threshold, for as long as the rule wants, and is
 * over when the count is back at the clear threshold: what wavers between the two changes nothing.
 */
export function nextState(
  rule: AlertRule,
  { firedAt, passedSince }: AlertState,
  reading: Reading,
): AlertState {
  const { count, time } = reading;
  const isHigh = rule.bound === '>';
  if (firedAt !== undefined) {
    const isBack = isHigh ? reading.isWhole && count <= rule.clear : count >= rule.clear;
    return isBack ? OFF : { firedAt, passedSince };
  }
  const isPast = isHigh ? count > rule.threshold : reading.isWhole && count < rule.threshold;
  if (!isPast) return OFF;
  const since = passedSince ?? time;
  return time - since >= rule.hold
    ? { firedAt: time, passedSince: undefined }
    : { firedAt, passedSince: since };
}

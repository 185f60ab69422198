import type { AlertRule } from './alert-rule.ts';

/** The state of an alert; times are in milliseconds since 1970. */
export interface AlertState {
  /** When it fired; undefined if it is off. */
  readonly firedAt: number | undefined;
  /** Since when the threshold is passed, while the alert is off. */
  readonly passedSince: number | undefined;
}

export const OFF: AlertState = { firedAt: undefined, passedSince: undefined };

/** A count of a rule's window. */
export interface Reading {
  readonly count: number;
  readonly time: number;
  /**
   * Whether the whole window was counted. If not, the count may be too low, and a low count proves nothing:
   * it neither fires an alert nor clears one.
   */
  readonly isWhole: boolean;
}

/**
 * The state after a reading. An alert fires when the count is past the threshold for as long as the rule requires, and
 * clears when the count is back at the clear threshold: values between the two change nothing.
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

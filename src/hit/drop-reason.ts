import type { ErrorCode } from '../errors.ts';

/**
 * Every reason why a hit is not counted, with the error for its sender: null if the response is a success, since the sender did
 * nothing wrong. Each reason is a metric, a row of `/api/v1/drops`, and a value of `x-hit-dropped`.
 *
 * How to add one: `CONTRIBUTING.md`.
 */
export const DROP_ERRORS = {
  bot: null,
  prefetch: null,
  invalid: 'invalid',
  too_large: 'too_large',
  site_not_allowed: 'invalid',
  too_many_sites: 'invalid',
  rate_limited: 'rate_limited',
  too_many_visitors: 'rate_limited',
  spool_full: 'spool_full',
  spool_failed: 'spool_failed',
} as const satisfies Record<string, ErrorCode | null>;

export type DropReason = keyof typeof DROP_ERRORS;

export const DROP_REASONS = Object.keys(DROP_ERRORS) as readonly DropReason[];

/** Reasons that are answered as a success. */
export type QuietReason = {
  [Reason in DropReason]: (typeof DROP_ERRORS)[Reason] extends null ? Reason : never;
}[DropReason];

export function isQuiet(reason: DropReason): reason is QuietReason {
  return DROP_ERRORS[reason] === null;
}

export interface Dropped {
  readonly reason: DropReason;
  /** The problem, for the sender. */
  readonly detail: string;
  /** Seconds after which to try again. */
  readonly retryAfter?: number;
}

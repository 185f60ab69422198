import type { ErrorCode } from '../errors.ts';

/** What a drop reason means to the sender of a hit, and to the owner of its site. */
interface DropRule {
  /** Code of the sender's error; null if the answer is a success, since the sender did nothing wrong. */
  readonly error: ErrorCode | null;
  /** The reason, in the dashboard. */
  readonly label: string;
}

/** The rule of a reason that is answered as a success: the plain counter has no error to show. */
interface QuietRule extends DropRule {
  readonly error: null;
  /** What the plain counter shows instead of counts, in ASCII. */
  readonly notice: string;
}

/**
 * Every reason why a hit is not counted. Each is a metric, a row of `/api/v1/drops`, and a value of `x-hit-dropped`.
 *
 * How to add one: `CONTRIBUTING.md`.
 */
export const DROP_RULES = {
  bot: { error: null, label: 'Bot: stored but not counted', notice: 'A bot is not counted.' },
  prefetch: {
    error: null,
    label: 'Prefetch: the page was not shown',
    notice: 'A prefetch is not counted.',
  },
  invalid: { error: 'invalid', label: 'Invalid: no site, or malformed' },
  too_large: { error: 'too_large', label: 'Too large: a field exceeds its limit' },
  site_not_allowed: { error: 'invalid', label: 'Site is not in --sites' },
  too_many_sites: { error: 'invalid', label: 'More sites than --max-sites' },
  rate_limited: { error: 'rate_limited', label: 'More than --rate-limit from one address' },
  too_many_visitors: {
    error: 'rate_limited',
    label: 'More new visitors from one address than --max-new-visitors',
  },
  spool_full: { error: 'spool_full', label: 'Spool full: rejected with 503' },
  spool_failed: { error: 'spool_failed', label: 'Disk failed: rejected with 503' },
} as const satisfies Record<string, (DropRule & { readonly error: ErrorCode }) | QuietRule>;

export type DropReason = keyof typeof DROP_RULES;

export const DROP_REASONS = Object.keys(DROP_RULES) as readonly DropReason[];

/** Reasons that are answered as a success. */
export type QuietReason = {
  [Reason in DropReason]: (typeof DROP_RULES)[Reason]['error'] extends null ? Reason : never;
}[DropReason];

export function isQuiet(reason: DropReason): reason is QuietReason {
  return DROP_RULES[reason].error === null;
}

export interface Dropped {
  readonly reason: DropReason;
  /** The problem, for the sender. */
  readonly detail: string;
  /** Seconds after which to try again. */
  readonly retryAfter?: number;
}

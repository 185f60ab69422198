/** Response times in access logs, in the units that servers use. Ours is the microsecond, the finest of them. */

import type { TimeUnit } from '../settings/log-fields.ts';

/** Microseconds in each unit. */
const UNITS: Readonly<Record<TimeUnit | 'µs', number>> = { s: 1e6, ms: 1e3, us: 1, µs: 1, ns: 1e-3 };

/** Unknown, as in logs that do not have it. */
export const NO_RESPONSE_TIME = -1;
/** The store has 32 bits: longer responses, of 35 minutes, are cut. */
const LONGEST = 2 ** 31 - 1;

/** A number, in some logs with its unit. */
const DURATION = /^(\d+(?:\.\d+)?(?:e[+-]?\d+)?)(s|ms|us|µs|ns)?$/;

/**
 * @param text `0.123`, `12`, `0.013s` or `1.5ms`
 * @param unit of a number without one
 * @returns microseconds; `NO_RESPONSE_TIME` for another text
 */
export function responseTimeOf(text: string, unit: TimeUnit): number {
  const [, number, stated] = DURATION.exec(text) ?? [];
  if (number === undefined) return NO_RESPONSE_TIME;
  return Math.min(LONGEST, Math.round(Number(number) * UNITS[(stated ?? unit) as keyof typeof UNITS]));
}

/** The sum of several parts of a response; `NO_RESPONSE_TIME` unless all are known. */
export function sumOfTimes(texts: readonly string[], unit: TimeUnit): number {
  const parts = texts.map((text) => responseTimeOf(text, unit));
  if (parts.includes(NO_RESPONSE_TIME)) return NO_RESPONSE_TIME;
  return Math.min(
    LONGEST,
    parts.reduce((sum, part) => sum + part, 0),
  );
}

/**
 * An unknown value is null, never 0, and never a partial count: an interval with missing hits has no value, and neither
 * has a total over it.
 */
import type { Period } from './period.ts';

/** Metrics with null instead of numbers. */
export type Unknown<Figures> = { readonly [Name in keyof Figures]: Figures[Name] | null };

/**
 * Metrics of an interval; null if some of its hits are missing.
 *
 * @param own the interval, cut at the ends of the period: milliseconds since 1970
 * @param known the time span for which all hits are stored
 * @example
 * const known = { from: Date.UTC(2026, 1), to: Number.POSITIVE_INFINITY };
 * nullifyUnknown({ hits: 0 }, { from: Date.UTC(2026, 0), to: Date.UTC(2026, 1) }, known); // { hits: null }
 */
export function nullifyUnknown<Figures extends object>(
  figures: Figures,
  own: Period,
  known: Period,
): Unknown<Figures> {
  if (own.from >= known.from && own.to <= known.to) return figures;
  return Object.fromEntries(Object.keys(figures).map((name) => [name, null])) as Unknown<Figures>;
}

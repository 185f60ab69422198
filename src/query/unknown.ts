/**
 * An unknown value is null, never 0, and never a partial count: an interval with missing hits has no value, and neither
 * has a total over it.
 */

/** Metrics with null instead of numbers. */
export type Unknown<Figures> = { readonly [Name in keyof Figures]: Figures[Name] | null };

/**
 * Metrics of an interval; null if some of its hits are missing.
 *
 * @param start of the interval, or of the period if that begins within it: milliseconds since 1970
 * @param knownFrom the time from which all hits are there
 * @example
 * nullifyUnknown({ hits: 0, visitors: 0 }, Date.UTC(2026, 0), Date.UTC(2026, 1)); // { hits: null, visitors: null }
 */
export function nullifyUnknown<Figures extends object>(
  figures: Figures,
  start: number,
  knownFrom: number,
): Unknown<Figures> {
  if (start >= knownFrom) return figures;
  return Object.fromEntries(Object.keys(figures).map((name) => [name, null])) as Unknown<Figures>;
}

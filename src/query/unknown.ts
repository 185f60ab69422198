/**
 * What cannot be known is null, never 0, and never the part that is left: an interval of which hits are missing has no
 * number, and neither has a total over it.
 */

/** Figures with null in place of numbers. */
export type Unknown<Figures> = { readonly [Name in keyof Figures]: Figures[Name] | null };

/**
 * Figures of an interval, or null for each where some of its hits are missing.
 *
 * @param start of the interval, or of the period if that begins within it: milliseconds since 1970
 * @param knownFrom from when on all hits are there
 * @example
 * knownFigures({ hits: 0, visitors: 0 }, Date.UTC(2026, 0), Date.UTC(2026, 1)); // { hits: null, visitors: null }
 */
export function knownFigures<Figures extends object>(
  figures: Figures,
  start: number,
  knownFrom: number,
): Unknown<Figures> {
  if (start >= knownFrom) return figures;
  return Object.fromEntries(Object.keys(figures).map((name) => [name, null])) as Unknown<Figures>;
}

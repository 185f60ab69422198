/** The list of sites: searched, sorted, and whether a site has gone silent. Pure. */
import { HOUR } from '../../src/timing/units.ts';
import { readable } from '../text/readable.ts';

/** A shorter silence, in milliseconds, is never reported. */
const SHORTEST_SILENCE = HOUR;
/** If hits are random, one gap in e^10 is longer than this multiple of the mean gap. */
const LONG_GAPS = 10;

export type SiteColumn = 'site' | 'visitors' | 'change' | 'live' | 'last';

/** A site in the list; null if not known, or not yet. */
export interface SiteLine {
  readonly site: string;
  readonly visitors: number | null;
  readonly hits: number | null;
  /** Of visitors, as a fraction of those of the previous period. */
  readonly change: number | null;
  /** Visitors in the last minutes. */
  readonly live: number | null;
  /** Time of the last hit, in milliseconds since 1970. */
  readonly last: number;
}

export interface SiteOrder {
  readonly column: SiteColumn;
  readonly isDescending: boolean;
}

/** Sites whose name contains a text, in order; those without a value come last, and ties by name. */
export function sitesInOrder(lines: readonly SiteLine[], wanted: string, order: SiteOrder): SiteLine[] {
  const text = wanted.trim().toLowerCase();
  const sign = order.isDescending ? -1 : 1;
  const byName = (a: SiteLine, b: SiteLine) => (a.site < b.site ? -1 : a.site > b.site ? 1 : 0);
  return lines
    .filter(({ site }) => `${site} ${readable(site)}`.includes(text))
    .sort((a, b) => {
      if (order.column === 'site') return sign * byName(a, b);
      const [left, right] = [a[order.column], b[order.column]];
      if (left === right) return byName(a, b);
      if (left === null || right === null) return left === null ? 1 : -1;
      return sign * (left - right);
    });
}

/**
 * Whether a site has been silent for much longer than usual: ten times the mean time between its hits in a period, and an
 * hour at least.
 *
 * @param now milliseconds since 1970
 * @param period milliseconds that the hits of the line cover
 */
export function isSilent({ last, hits }: SiteLine, now: number, period: number): boolean {
  const usual = hits === null || hits === 0 ? period : period / hits;
  return now - last > Math.max(SHORTEST_SILENCE, LONG_GAPS * usual);
}

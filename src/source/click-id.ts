import type { Category } from './source-list.ts';
import { readTable } from './table.ts';

/** A parameter that a service adds to links: a line of `click-ids.tsv`. */
export interface ClickId {
  readonly parameter: string;
  /** Name of the source; '' if two services use the parameter. */
  readonly source: string;
  readonly use: 'paid' | 'organic' | 'any';
  readonly category: Category;
}

/** The list, in order of priority. */
export const CLICK_IDS: readonly ClickId[] = readTable('click-ids.tsv').map(
  ([parameter = '', source = '', use = '', category = '']) => ({
    parameter,
    source,
    use: use as ClickId['use'],
    category: category as Category,
  }),
);

const OF_PARAMETER = new Map(CLICK_IDS.map((each) => [each.parameter, each]));
const PLACES = new Map(CLICK_IDS.map(({ parameter }, place) => [parameter, place]));
const LONGEST_PARAMETER = Math.max(...CLICK_IDS.map(({ parameter }) => parameter.length));

/** The list entry of a parameter. */
export function clickId(parameter: string): ClickId | undefined {
  return OF_PARAMETER.get(parameter);
}

/**
 * The click id of a landing page: its parameter, never its value, which identifies a person's click.
 *
 * @param query without `?`; time is linear in its length
 * @returns '' if there is none; the first of the list if there are several
 * @example
 * clickIdOf('page=2&gclid=Cj0KCQjw'); // 'gclid'
 */
export function clickIdOf(query: string): string {
  let best = CLICK_IDS.length;
  let start = 0;
  while (start < query.length) {
    let end = query.indexOf('&', start);
    if (end < 0) end = query.length;
    const equals = query.indexOf('=', start);
    if (equals < 0) break;
    // A parameter without a value is not a click id.
    if (equals > start && equals + 1 < end && equals - start <= LONGEST_PARAMETER) {
      const parameter = query.slice(start, equals).toLowerCase();
      const place = PLACES.get(parameter);
      if (place !== undefined && place < best) best = place;
    }
    // Pairs before the next `=` have no value, and are skipped together.
    start = equals < end ? end + 1 : query.lastIndexOf('&', equals) + 1;
  }
  return CLICK_IDS[best]?.parameter ?? '';
}

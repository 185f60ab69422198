/** What a row of a ranking is about: its value, or that within another, such as a version of a browser. */
import { type Filter, filterOf, oppositeOf } from '../view/filter.ts';
import { dimensionName, valueName } from './dimensions.ts';
import type { Ranking } from './rankings.ts';

type Columns = Pick<Ranking, 'by' | 'within'>;

/** The dimensions of a query for the rows. */
export function dimensionsOf({ by, within }: Columns): readonly Ranking['by'][] {
  return within === undefined ? [by] : [within, by];
}

/** Such as `Germany`, or `Firefox 140`. @param values in the order of the dimensions */
export function rowName({ by, within }: Columns, values: readonly string[]): string {
  const value = values.at(-1) ?? '';
  if (within === undefined) return valueName(by, value);
  const outer = valueName(within, values[0] ?? '');
  return value === '' ? `${outer} (${valueName(by, value).toLowerCase()} version)` : `${outer} ${value}`;
}

/** The filter that selects what a row counts, or all else. */
export function rowFilter({ by, within }: Columns, values: readonly string[], negated = false): Filter {
  const value = values.at(-1) ?? '';
  if (within === undefined) return filterOf(by, value, negated);
  const filter: Filter = ['and', [filterOf(within, values[0] ?? ''), filterOf(by, value)]];
  return negated ? oppositeOf(filter) : filter;
}

/** The head of the column of values. */
export function columnName({ by }: Columns): string {
  return by === 'prop:url' ? 'Address' : dimensionName(by);
}

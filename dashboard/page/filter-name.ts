/** Filters in words. */
import { type Filter, isTextFilter, type TextOperator } from '../view/filter.ts';
import { conditionName, dimensionName } from './dimensions.ts';

export const OPERATOR_NAMES: Readonly<Record<TextOperator, string>> = {
  is: 'is',
  is_not: 'is not',
  contains: 'contains',
  contains_not: 'does not contain',
  matches: 'matches',
  matches_not: 'does not match',
};
const NUMBER_SIGNS: Readonly<Record<string, string>> = {
  greater: '>',
  at_least: '≥',
  less: '<',
  at_most: '≤',
};

/** The parts of a filter's text: of a combination of filters, only values. */
export function filterName(filter: Filter): { name: string; operator: string; values: string } {
  if (isTextFilter(filter)) {
    const [operator, dimension, values] = filter;
    const names = values.map((value) => conditionName(operator, dimension, value));
    return { name: dimensionName(dimension), operator: OPERATOR_NAMES[operator], values: names.join(' or ') };
  }
  const [operator, first] = filter;
  if (operator === 'and' || operator === 'or')
    return { name: '', operator: '', values: first.map(filterPhrase).join(` ${operator} `) };
  if (operator === 'not') return { name: 'not', operator: '', values: `(${filterPhrase(first)})` };
  if (operator === 'has_done' || operator === 'has_not_done')
    return {
      name: 'Visitors',
      operator: operator === 'has_done' ? 'who did' : 'who did not',
      values: filterPhrase(first),
    };
  const sign = NUMBER_SIGNS[operator] ?? operator;
  const name = String(first)
    .replace(/^prop:/, '')
    .replaceAll('_', ' ');
  return { name, operator: sign, values: String(filter[2]?.[0]) };
}

/** Such as `Country is Germany or Austria`. */
export function filterPhrase(filter: Filter): string {
  const { name, operator, values } = filterName(filter);
  return [name, operator, values].filter((part) => part !== '').join(' ');
}

/**
 * Filters of visits and hits, as queries of the API have them. In an address, a filter is a short text, `page=/blog/*` or
 * `country!=DE|AT`, in which `*` is any text, `|` separates values, and `\` escapes a following `*`, `|` or `\`; what this cannot
 * express is JSON, as in a query: `["or",[["is","country",["DE"]],["contains","source",["blog"]]]]`.
 */

import { DIMENSIONS as PATH_DIMENSIONS } from '../../src/clickhouse/dimension.ts';
import {
  type Filter,
  type FilterDimension,
  HIT_DIMENSIONS,
  NUMBER_OPERATORS,
  type NumberOperator,
  TEXT_OPERATORS,
  type TextOperator,
  VISIT_DIMENSIONS,
} from '../../src/query/engine/query.ts';
import { LIMITS } from '../../src/query/language/limits.ts';

export type { Filter, FilterDimension, TextOperator };

export const MOST_FILTERS = 20;
/** Names of dimensions in addresses of earlier versions. */
const FORMER_NAMES: Readonly<Record<string, FilterDimension>> = { path: 'page', name: 'event' };
const DIMENSIONS: readonly string[] = [...VISIT_DIMENSIONS, ...HIT_DIMENSIONS];
const SHORT_FORM = /^([a-z_]+|prop:[^=!|\n]+)(!?=)(.*)$/s;

/** A filter by text values. */
export type TextFilter = readonly [TextOperator, FilterDimension, readonly string[]];

const OPPOSITES: Readonly<Record<TextOperator, TextOperator>> = {
  is: 'is_not',
  is_not: 'is',
  contains: 'contains_not',
  contains_not: 'contains',
  matches: 'matches_not',
  matches_not: 'matches',
};

export function isTextFilter(filter: Filter): filter is TextFilter {
  return (TEXT_OPERATORS as readonly string[]).includes(filter[0]);
}

/** The filter for one literal value. A value that is too long is matched by its beginning. */
export function filterOf(dimension: FilterDimension, value: string, negated = false): TextFilter {
  if (value.length <= LIMITS.characters) return [negated ? 'is_not' : 'is', dimension, [value]];
  const written = escaped(value, /[*\\]/g).slice(0, LIMITS.characters - 1);
  // Surrogate pairs, and a `\` with the character it escapes, are not split.
  const beginning = written.toWellFormed().replace(/\uFFFD$/, '');
  const hanging = /\\*$/.exec(beginning)![0].length % 2;
  const pattern = `${beginning.slice(0, beginning.length - hanging)}*`;
  return [negated ? 'matches_not' : 'matches', dimension, [pattern]];
}

/** The filter that selects everything else. */
export function oppositeOf(filter: Filter): Filter {
  if (isTextFilter(filter)) return [OPPOSITES[filter[0]], filter[1], filter[2]];
  return filter[0] === 'not' ? (filter[1] as Filter) : ['not', filter];
}

export function filterText(filter: Filter): string {
  if (isTextFilter(filter)) {
    const [operator, dimension, values] = filter;
    const isPattern = operator.startsWith('matches');
    const written = values.map((value) => escaped(value, isPattern ? /\|/g : /[*|\\]/g));
    const text = `${dimension}${operator.endsWith('_not') ? '!=' : '='}${written.join('|')}`;
    const read = operator.startsWith('contains') ? undefined : readShortForm(text);
    if (read && JSON.stringify(read) === JSON.stringify(filter)) return text;
  }
  return JSON.stringify(filter);
}

/** Filters as paths of the API take them, which are about fewer dimensions; undefined if one cannot be written so. */
export function pathFilters(filters: readonly Filter[]): readonly string[] | undefined {
  const texts = filters.map((filter) => {
    const text = filterText(filter);
    const [, name = '', rest = ''] = /^([a-z_]+)(.*)$/s.exec(text) ?? [];
    const former = Object.entries(FORMER_NAMES).find(([, dimension]) => dimension === name)?.[0] ?? name;
    return (PATH_DIMENSIONS as readonly string[]).includes(former) ? former + rest : undefined;
  });
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** @returns undefined if it is not a filter */
export function readFilter(text: string): Filter | undefined {
  if (!text.startsWith('[')) return readShortForm(text);
  try {
    const value: unknown = JSON.parse(text);
    return isFilter(value, LIMITS.depth) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readShortForm(text: string): TextFilter | undefined {
  const [, name = '', sign, pattern = ''] = SHORT_FORM.exec(text) ?? [];
  const dimension = FORMER_NAMES[name] ?? name;
  if (!isDimension(dimension)) return undefined;
  const values = [...`|${pattern}`.matchAll(/\|((?:\\[*|\\]|[^|])*)/gs)].map(([, value = '']) => value);
  const isPattern = values.some((value) => /^(?:\\[*|\\]|[^*\\]|\\(?![*|\\]))*\*/s.test(value));
  const read = values.map((value) =>
    isPattern ? value.replaceAll('\\|', '|') : value.replaceAll(/\\([*|\\])/g, '$1'),
  );
  const operator = isPattern ? 'matches' : 'is';
  return [sign === '!=' ? OPPOSITES[operator] : operator, dimension, read];
}

function escaped(text: string, marks: RegExp): string {
  return text.replaceAll(marks, '\\$&');
}

function isDimension(name: unknown): name is FilterDimension {
  return typeof name === 'string' && (DIMENSIONS.includes(name) || /^prop:./s.test(name));
}

/** Whether a value has the shape of a filter. The server checks what it means. */
function isFilter(value: unknown, depth: number): value is Filter {
  if (!Array.isArray(value) || depth === 0) return false;
  const [operator, first, second] = value as unknown[];
  const inner = (each: unknown) => isFilter(each, depth - 1);
  if (operator === 'and' || operator === 'or')
    return Array.isArray(first) && first.length > 0 && first.every(inner);
  if (operator === 'not' || operator === 'has_done' || operator === 'has_not_done') return inner(first);
  if (!Array.isArray(second) || typeof first !== 'string') return false;
  if (NUMBER_OPERATORS.includes(operator as NumberOperator)) return typeof second[0] === 'number';
  const isText = TEXT_OPERATORS.includes(operator as TextOperator) && isDimension(first);
  return isText && second.length > 0 && second.every((each) => typeof each === 'string');
}

/**
 * Adds a filter, or removes it if it exists. A dimension has at most one filter by literal values that is not negated, since a
 * visit has one value.
 */
export function toggled(filters: readonly Filter[], filter: Filter): readonly Filter[] {
  const text = filterText(filter);
  const others = filters.filter((each) => filterText(each) !== text);
  if (others.length < filters.length) return others;
  const kept =
    filter[0] === 'is' ? others.filter((each) => each[0] !== 'is' || each[1] !== filter[1]) : others;
  return [...kept, filter].slice(-MOST_FILTERS);
}

/** Puts a filter in the place of another. */
export function replaced(filters: readonly Filter[], filter: Filter, next: Filter): readonly Filter[] {
  const text = filterText(filter);
  return filters.map((each) => (filterText(each) === text ? next : each));
}

export function has(filters: readonly Filter[], filter: Filter): boolean {
  const text = filterText(filter);
  return filters.some((each) => filterText(each) === text);
}

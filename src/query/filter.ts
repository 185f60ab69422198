/**
 * Filters: select hits by the values of a dimension.
 *
 * A filter is a dimension, `=` or `!=`, and values separated by `|`: `path=/blog/*`, `country!=DE|AT`. `*` matches any
 * characters, or none; `\` escapes a `*`, `|` or `\` that follows. Values are compared as stored, and case-sensitively;
 * an empty value (`source=`) matches hits that have none. A sign may have spaces around it: `country = DE`.
 *
 * There are no regular expressions: each pattern becomes a byte search of the engine, or a LIKE, which it matches in
 * time linear in the text length.
 */

import { DIMENSIONS, type Dimension } from '../clickhouse/dimension.ts';
import { HitError } from '../errors.ts';
import { isNeverStored } from '../hit/text.ts';
import { printable } from '../schema/printable.ts';
import { nearest } from '../schema/suggestion.ts';
import type { QueryParams } from './params.ts';

/** Most filters of a query. */
export const MOST_FILTERS = 20;
/** Parameters that are filters by their name: `country=DE`, `country!=DE`. */
export const FILTER_PARAMETERS = DIMENSIONS.flatMap((dimension) => [dimension, `${dimension}!`]);
const MOST_VALUES = 100;
const MOST_CHARACTERS = 1000;

/** The parts of a value between its `*`. A single part is the value itself; `['/blog/', '']` is the prefix /blog/. */
type Pattern = readonly string[];

export interface Filter {
  readonly dimension: Dimension;
  /** Whether the filter selects hits that match none of the patterns. */
  readonly negated: boolean;
  /** Alternatives, at least one. */
  readonly patterns: readonly Pattern[];
}

/** A condition on the columns of a hit. */
export interface FilterSql {
  readonly text: string;
  /** Values by their parameter names in the text. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Reads the filters of a query: `filter`, once or as a list, and each dimension as its own parameter
 * (`path=/blog/*`; negated: the parameter `path!`). As with other parameters, an empty dimension is ignored.
 *
 * @returns filters that are combined with AND
 * @throws HitError `invalid` that names the filter: an unknown dimension, a bad `\`, a control character, more than 20
 *   filters, 100 values in one, or 1,000 characters
 * @example
 * readFilters({ filter: ['path=/blog/*', 'country!=DE|AT'] });
 * readFilters({ path: '/blog/*', 'country!': 'DE|AT' }); // the same
 */
export function readFilters(params: QueryParams): Filter[] {
  const filters = textsOf(params.filter, 'filter')
    .filter((text) => text !== '')
    .map(readFilter);
  for (const dimension of DIMENSIONS) {
    for (const sign of ['', '!']) {
      for (const values of textsOf(params[dimension + sign], dimension + sign)) {
        if (values !== '') filters.push(readFilter(`${dimension}${sign}=${values}`));
      }
    }
  }
  if (filters.length > MOST_FILTERS) {
    throw new HitError('invalid', `${filters.length} filters are given, at most ${MOST_FILTERS} are allowed`);
  }
  return filters;
}

/**
 * Filters as a WHERE condition.
 *
 * @param column the expression for the value of a dimension
 * @returns `true` without filters
 * @example
 * filterSql(readFilters({ filter: 'path=/blog/*' }));
 * // { text: '(startsWith(path, {filter_0_0:String}))', parameters: { filter_0_0: '/blog/' } }
 */
export function filterSql(
  filters: readonly Filter[],
  column: (dimension: Dimension) => string = (dimension) => dimension,
): FilterSql {
  const parameters: Record<string, string> = {};
  const conditions = filters.map(({ dimension, negated, patterns }, at) => {
    let bound = 0;
    const bind = (value: string): string => {
      const name = `filter_${at}_${bound++}`;
      parameters[name] = value;
      return `{${name}:String}`;
    };
    const condition = conditionOf(column(dimension), patterns, bind);
    return negated ? `NOT (${condition})` : `(${condition})`;
  });
  return { text: conditions.length === 0 ? 'true' : conditions.join(' AND '), parameters };
}

function textsOf(value: unknown, name: string): string[] {
  if (value === undefined || value === null) return [];
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  return texts.map((text) => {
    if (typeof text !== 'string') throw new HitError('invalid', `${name} is not a string`);
    return text;
  });
}

function readFilter(text: string): Filter {
  if (text.length > MOST_CHARACTERS) throw fault(text, `is longer than ${MOST_CHARACTERS} characters`);
  if (isNeverStored(text)) throw fault(text, 'contains a control character, which no hit has');
  const match = /^\s*([^=!\s]*)(?:\s+(!?=)\s*|(!?=))(.*)$/s.exec(text);
  if (!match) throw fault(text, 'is not a filter such as path=/blog/* or country!=DE|AT');
  const [, name, spaced, close, values = ''] = match;
  const sign = spaced ?? close;
  const dimension = DIMENSIONS.find((known) => known === name);
  if (dimension === undefined) {
    const meant = nearest(name ?? '', DIMENSIONS);
    const advice = meant === undefined ? `use ${DIMENSIONS.join(', ')}` : `did you mean "${meant}"?`;
    throw fault(text, `has an unknown dimension: ${advice}`);
  }
  return { dimension, negated: sign === '!=', patterns: readPatterns(text, values) };
}

/** Values separated by `|`, each split at its `*`. */
function readPatterns(text: string, values: string): Pattern[] {
  const patterns: string[][] = [['']];
  for (const [token] of values.matchAll(/\\?./gsu)) {
    const pattern = patterns.at(-1)!;
    if (token === '|') patterns.push(['']);
    // Several `*` in a row are the same as one.
    else if (token !== '*') pattern[pattern.length - 1] += literal(text, token);
    else if (pattern.length === 1 || pattern.at(-1) !== '') pattern.push('');
  }
  if (patterns.length > MOST_VALUES) {
    throw fault(text, `has ${patterns.length} values, at most ${MOST_VALUES} are allowed`);
  }
  return patterns;
}

function literal(text: string, token: string): string {
  if (!token.startsWith('\\')) return token;
  const meant = token.slice(1);
  if (meant === '' || !'*|\\'.includes(meant)) {
    throw fault(text, 'has a \\ that is not before *, | or \\: write \\\\ for a backslash');
  }
  return meant;
}

function fault(text: string, what: string): HitError {
  return new HitError('invalid', `filter "${printable(text)}" ${what}`);
}

function conditionOf(column: string, patterns: readonly Pattern[], bind: (value: string) => string): string {
  const values = patterns.filter((pattern) => pattern.length === 1).map(([value = '']) => bind(value));
  const conditions = patterns
    .filter((pattern) => pattern.length > 1)
    .map((pattern) => patternCondition(column, pattern, bind));
  // The engine looks values up in a set; for a column with a dictionary, it only compares the dictionary's values.
  if (values.length > 0) conditions.unshift(`${column} IN (${values.join(', ')})`);
  return conditions.join(' OR ');
}

function patternCondition(column: string, pattern: Pattern, bind: (value: string) => string): string {
  const [first = '', ...rest] = pattern;
  const last = rest.pop() ?? '';
  if (rest.length === 0 && last === '')
    return first === '' ? 'true' : `startsWith(${column}, ${bind(first)})`;
  if (rest.length === 0 && first === '') return `endsWith(${column}, ${bind(last)})`;
  if (rest.length === 1 && first === '' && last === '') {
    return `position(${column}, ${bind(rest[0] ?? '')}) > 0`;
  }
  return `${column} LIKE ${bind(pattern.map((piece) => piece.replaceAll(/[\\%_]/g, '\\$&')).join('%'))}`;
}

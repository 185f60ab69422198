/**
 * Filters in the syntax of the API: `path=/blog/*`, `country!=DE`. In a pattern `*` is any text, `|` separates values,
 * and `\` escapes a following `*`, `|` or `\`.
 */

import { DIMENSIONS, type Dimension } from '../../src/clickhouse/dimension.ts';

/** Maximum number of characters of a filter. */
const MOST_CHARACTERS = 1000;
const MOST_FILTERS = 20;

export interface Filter {
  readonly dimension: Dimension;
  readonly negated: boolean;
  /** With `\` before special characters. */
  readonly pattern: string;
}

/** The filter for one literal value. A value that is too long is matched by its beginning. */
export function filterOf(dimension: Dimension, value: string, negated = false): Filter {
  const pattern = value.replaceAll(/[*|\\]/g, '\\$&');
  const most = MOST_CHARACTERS - dimension.length - 3;
  if (pattern.length <= most) return { dimension, negated, pattern };
  // Surrogate pairs, and a `\` with the character it escapes, are not split.
  const beginning = pattern
    .slice(0, most)
    .toWellFormed()
    .replace(/\uFFFD$/, '');
  const hanging = /\\*$/.exec(beginning)![0].length % 2;
  return { dimension, negated, pattern: `${beginning.slice(0, beginning.length - hanging)}*` };
}

export function filterText({ dimension, negated, pattern }: Filter): string {
  return `${dimension}${negated ? '!=' : '='}${pattern}`;
}

/** @returns undefined if it is not a filter */
export function readFilter(text: string): Filter | undefined {
  const [, name, sign, pattern = ''] = /^([a-z_]+)(!?=)(.*)$/s.exec(text) ?? [];
  const dimension = DIMENSIONS.find((each) => each === name);
  if (!dimension || text.length > MOST_CHARACTERS) return undefined;
  return { dimension, negated: sign === '!=', pattern };
}

/** The displayed values of a filter: without `\`. */
export function shownPattern({ pattern }: Filter): string {
  return pattern.replaceAll(/\\([*|\\])|\|/g, (_, meant?: string) => meant ?? ' or ');
}

/**
 * Adds a filter, or removes it if it exists. A dimension has at most one filter that is not negated, since a hit has one
 * value.
 */
export function toggled(filters: readonly Filter[], filter: Filter): readonly Filter[] {
  const text = filterText(filter);
  const others = filters.filter((each) => filterText(each) !== text);
  if (others.length < filters.length) return others;
  const kept = filter.negated
    ? others
    : others.filter(({ dimension, negated }) => negated || dimension !== filter.dimension);
  return [...kept, filter].slice(-MOST_FILTERS);
}

export function has(filters: readonly Filter[], filter: Filter): boolean {
  const text = filterText(filter);
  return filters.some((each) => filterText(each) === text);
}

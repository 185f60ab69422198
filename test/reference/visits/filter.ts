/**
 * Filters: which hits match.
 *
 * A filter is evaluated for a hit in its visit: a dimension or number of the visit for the visit, any other for the hit. So
 * a tree of `and`, `or` and `not` is true or false for each hit, and a visit matches if one of its hits does. Several hit
 * filters must be met by the same hit, as in Plausible; "did this and also did that" is what `has_done` is for. Choices where the
 * contract is silent:
 *
 * - `is_not`, `contains_not` and `matches_not` are exactly the negation of the positive form, so they also match unknown
 *   values. (Plausible does the same, except for missing properties.) `is_not page /a` chooses hits of other pages, and visits
 *   with at least one such hit; visitors who never saw /a are chosen by `has_not_done`.
 * - `is` and `is_not` take a source by any of its names. Otherwise matching is case-sensitive. An empty list of values matches nothing.
 * - An unknown number is neither greater nor less than any: all four comparisons are false, and their `not` is true.
 * - `value` is compared exactly, regardless of its currency.
 * - `has_done` is true for all hits of a visitor who has a matching hit in the period. It does not imply any order. A visitor
 *   of two sites is two visitors. (Plausible's `has_done` is about the same session; the contract says visitors.)
 */

import { compare, decimalOf } from './decimal.ts';
import { type Labels, readerOf } from './dimension.ts';
import type { Filter, FilterDimension, NumberName, NumberOperator, TextOperator } from './query.ts';
import type { HitInVisit } from './visit.ts';
import { matcherOf } from './wildcard.ts';

export type HitTest = (hit: HitInVisit) => boolean;

/** What filters are evaluated with. */
export interface FilterContext {
  readonly labels: Labels;
  /** All hits of the selected sites, people or bots in the period, including signals. */
  readonly hits: readonly HitInVisit[];
}

/** The test of one filter. Signals are tested like other hits. */
export function filterTest(filter: Filter, context: FilterContext): HitTest {
  switch (filter[0]) {
    case 'and':
      return allTest(filter[1], context);
    case 'or': {
      const tests = filter[1].map((each) => filterTest(each, context));
      return (hit) => tests.some((test) => test(hit));
    }
    case 'not': {
      const test = filterTest(filter[1], context);
      return (hit) => !test(hit);
    }
    case 'has_done': {
      const visitors = visitorsWho(filter[1], context);
      return ({ visit }) => visitors.has(visit.visitor);
    }
    case 'has_not_done': {
      const visitors = visitorsWho(filter[1], context);
      return ({ visit }) => !visitors.has(visit.visitor);
    }
    case 'greater':
    case 'at_least':
    case 'less':
    case 'at_most':
      return numberTest(filter[0], filter[1], filter[2][0]);
    default:
      return textTest(filter[0], filter[1], filter[2], context.labels);
  }
}

/** The test of all filters, combined with AND. */
export function allTest(filters: readonly Filter[], context: FilterContext): HitTest {
  const tests = filters.map((each) => filterTest(each, context));
  return (hit) => tests.every((test) => test(hit));
}

/** Whether a filter, or one inside it but outside `has_done`, is about a given dimension. */
export function names(filter: Filter, isMeant: (dimension: string) => boolean): boolean {
  switch (filter[0]) {
    case 'and':
    case 'or':
      return filter[1].some((each) => names(each, isMeant));
    case 'not':
      return names(filter[1], isMeant);
    case 'has_done':
    case 'has_not_done':
      return false;
    default:
      return isMeant(filter[1]);
  }
}

/** Whether a hit counts. A signal does only if the query names goals and the signal converts one. */
export function counts(hit: HitInVisit, namesGoals: boolean, { goalsOf }: Labels): boolean {
  return hit.kind !== 'signal' || (namesGoals && goalsOf(hit).length > 0);
}

function visitorsWho(filter: Filter, context: FilterContext): Set<string> {
  const test = filterTest(filter, context);
  const namesGoals = names(filter, (dimension) => dimension === 'goal');
  const visitors = new Set<string>();
  for (const hit of context.hits) {
    if (counts(hit, namesGoals, context.labels) && test(hit)) visitors.add(hit.visit.visitor);
  }
  return visitors;
}

function textTest(
  operator: TextOperator,
  dimension: FilterDimension,
  values: readonly string[],
  labels: Labels,
): HitTest {
  const valuesOf = readerOf(dimension, labels);
  const isOfSource = dimension === 'source' && (operator === 'is' || operator === 'is_not');
  const meant = isOfSource ? values.map(labels.classifier.meantSource) : values;
  const matchers = meant.map((value) => matcherFor(operator, dimension, value));
  const isNegated = operator.endsWith('_not');
  return (hit) => {
    let isMatched = false;
    for (const text of valuesOf(hit)) {
      for (const matches of matchers) if (matches(text)) isMatched = true;
    }
    return isMatched !== isNegated;
  };
}

function matcherFor(
  operator: TextOperator,
  dimension: FilterDimension,
  value: string,
): (text: string) => boolean {
  if (operator === 'contains' || operator === 'contains_not') return (text) => text.includes(value);
  if (operator === 'matches' || operator === 'matches_not') return matcherOf(value);
  if (dimension === 'status' && /^\dxx$/.test(value))
    return (text) => text.length === 3 && text[0] === value[0];
  return (text) => text === value;
}

function numberTest(operator: NumberOperator, name: NumberName, than: number): HitTest {
  if (name === 'value') {
    const other = decimalOf(String(than))!;
    return ({ hit }) => {
      const value = decimalOf(hit.value);
      return value !== undefined && isSo(operator, compare(value, other));
    };
  }
  const read = numberReader(name);
  return (hit) => {
    const number = read(hit);
    return number !== undefined && isSo(operator, number - than);
  };
}

function numberReader(name: Exclude<NumberName, 'value'>): (hit: HitInVisit) => number | undefined {
  switch (name) {
    case 'visit_duration':
      return ({ visit }) => visit.duration / 1000;
    case 'visit_pageviews':
      return ({ visit }) => visit.pageviews;
    case 'visit_events':
      return ({ visit }) => visit.events;
    case 'visit_hits':
      return ({ visit }) => visit.hits.filter(({ kind }) => kind !== 'signal').length;
    case 'scroll_depth':
      return ({ visit }) => visit.scroll ?? undefined;
    default: {
      const key = name.slice('prop:'.length);
      return ({ numbers }) => numbers.get(key);
    }
  }
}

function isSo(operator: NumberOperator, difference: number): boolean {
  switch (operator) {
    case 'greater':
      return difference > 0;
    case 'at_least':
      return difference >= 0;
    case 'less':
      return difference < 0;
    case 'at_most':
      return difference <= 0;
  }
}

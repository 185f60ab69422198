/**
 * Which hits a filter chooses.
 *
 * A filter is asked of a hit in its visit: a visit's dimension or number of the visit, a hit's of the hit. So a tree of
 * `and`, `or` and `not` is true or false of each hit; hits of which it is true match; a visit matches if one of its hits
 * does. Several filters of hits are thus met by one and the same hit, as in Plausible; for "did this, and did that" there is
 * `has_done`. Where the contract is silent:
 *
 * - `is_not`, `contains_not` and `matches_not` are exactly `not` of the others: also true of unknown values (Plausible: the
 *   same, but for properties that are missing). `is_not page /a` chooses hits of other pages, and visits that have one, not
 *   visits without /a: those are chosen by visitor with `has_not_done`.
 * - Case counts. An empty list of values matches nothing.
 * - A number that is unknown is neither greater nor less than any: all four comparisons are false, and `not` true.
 * - `value` is compared exactly, whatever its currency.
 * - `has_done` is true of all hits of a visitor who has a hit in the period that matches. It says nothing of the order, and
 *   may contain filters of visits. A visitor of two sites is two.
 */

import { compare, decimalOf } from './decimal.ts';
import { type Naming, readerOf } from './dimension.ts';
import type { Filter, FilterDimension, NumberName, NumberOperator, TextOperator } from './query.ts';
import type { VisitedHit } from './visit.ts';
import { matcherOf } from './wildcard.ts';

export type HitTest = (hit: VisitedHit) => boolean;

/** Where filters look things up. */
export interface FilterContext {
  readonly naming: Naming;
  /** Hits of the period, signals too, of the sites and of the people or bots that are asked about. */
  readonly hits: readonly VisitedHit[];
}

/** A test of one filter. Signals are tested like other hits. */
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
      const people = whoDid(filter[1], context);
      return ({ visit }) => people.has(visit.person);
    }
    case 'has_not_done': {
      const people = whoDid(filter[1], context);
      return ({ visit }) => !people.has(visit.person);
    }
    case 'greater':
    case 'at_least':
    case 'less':
    case 'at_most':
      return numberTest(filter[0], filter[1], filter[2][0]);
    default:
      return textTest(filter[0], filter[1], filter[2], context.naming);
  }
}

/** A test that is true where all filters are. */
export function allTest(filters: readonly Filter[], context: FilterContext): HitTest {
  const tests = filters.map((each) => filterTest(each, context));
  return (hit) => tests.every((test) => test(hit));
}

/** Whether a filter, or one in it, is of a dimension that a test is true of. What was done otherwise is of no account. */
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

/** Whether a hit counts: a signal does so only where goals are named, and it converts one. */
export function counts(hit: VisitedHit, namesGoals: boolean, { goalsOf }: Naming): boolean {
  return hit.is !== 'signal' || (namesGoals && goalsOf(hit).length > 0);
}

function whoDid(filter: Filter, context: FilterContext): Set<string> {
  const test = filterTest(filter, context);
  const namesGoals = names(filter, (dimension) => dimension === 'goal');
  const people = new Set<string>();
  for (const hit of context.hits) {
    if (counts(hit, namesGoals, context.naming) && test(hit)) people.add(hit.visit.person);
  }
  return people;
}

function textTest(
  operator: TextOperator,
  dimension: FilterDimension,
  values: readonly string[],
  naming: Naming,
): HitTest {
  const valuesOf = readerOf(dimension, naming);
  const matchers = values.map((value) => matcherFor(operator, dimension, value));
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

function numberReader(name: Exclude<NumberName, 'value'>): (hit: VisitedHit) => number | undefined {
  switch (name) {
    case 'visit_duration':
      return ({ visit }) => visit.duration / 1000;
    case 'visit_pageviews':
      return ({ visit }) => visit.pageviews;
    case 'visit_events':
      return ({ visit }) => visit.events;
    case 'visit_hits':
      return ({ visit }) => visit.pageviews + visit.events;
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

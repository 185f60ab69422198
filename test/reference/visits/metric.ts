/**
 * Metrics of a row.
 *
 * The contract: `pageviews events hits conversions revenue` are of the hits that match, `visits bounce_rate
 * visit_duration views_per_visit` of the whole visits in which one does, and a visit belongs to the interval in which it
 * begins. What it leaves open is chosen thus:
 *
 * - Hits are of the period in which they are, visits of that in which they begin, with all their hits, also those after its
 *   end. A visit matches if any of its hits does, whenever that was: so the visits of days add up to those of the month,
 *   with any filter. `views_per_visit` has all page views of these visits, also those that do not match.
 * - `visitors` are those of matching hits in the period, which are the visitors of the visits in which one matches; they
 *   differ at the ends of the period alone, where someone who came before midnight and goes on after it is a visitor of both
 *   days, with one visit. So it has always been in `GET /stats`, and so it is in Plausible.
 * - `events` are hits with a name of their own (in Plausible page views are events, too), `hits` both together.
 * - A row by a hit's dimension is what a filter for its value gives: with `page`, a visit is in the rows of all its pages.
 *   (Plausible refuses bounce_rate by page, GA4 answers so.)
 * - `time_on_page` is the time of all signals by the number of pages of visits that sent some, `scroll_depth` the mean of
 *   the deepest scroll on each page of each visit. Pages without a signal are unknown, and do not count as 0. Both are of
 *   signals in the period that match by themselves: a signal has the page, and whatever else its hit says.
 * - `conversions` are matching hits that convert the query's goal, or any goal if it names none; a hit that converts several
 *   counts once. `conversion_rate` is the visitors of these by the visitors of the same row without regard to goals and
 *   properties, that is, without top-level filters and without dimensions of `goal` and `prop:NAME`: Plausible's
 *   `group_conversion_rate`. The query's `goal` filters nothing else: `visitors` remain all visitors.
 * - `revenue` is the sum of all values of matching hits by currency, with a goal of its conversions. Nothing is converted.
 *   It has as many digits as the currency, more if the sum has more; `average_revenue` is by hits with a value, rounded to
 *   the digits of the currency, halves away from zero. No revenue is {}.
 * - `percentage` is the visitors of a row by those of the query without dimensions, as in Plausible; a fraction, as all rates.
 * - `sum avg p50 p95` are of matching hits whose property is a number; percentiles are interpolated (R-7, as ClickHouse's
 *   quantileExactInclusive and spreadsheets do). No number at all: null, but a sum of 0.
 * - Rates have four digits, seconds, percents of scroll depth and changes one, views_per_visit two, properties four.
 *   By nothing it is null.
 */

import { type Decimal, decimalOf, digitsOf, divided, sum, textOf, ZERO } from './decimal.ts';
import type { Metric, Money, Value } from './query.ts';
import type { Visit, VisitedHit } from './visit.ts';

/** What metrics of one row are counted of. */
export interface Group {
  /** Matching hits. */
  readonly hits: VisitedHit[];
  /** Matching hits that are conversions. */
  readonly conversions: VisitedHit[];
  /** Visits that begin in the period and have a matching hit. */
  readonly visits: Set<Visit>;
  readonly signals: VisitedHit[];
}

/** What else a row is compared with. */
export interface Whole {
  /** Visitors of the query without dimensions. */
  readonly visitors: number;
  /** Visitors of the row without regard to goals and properties. */
  readonly reached: number;
  readonly hasGoal: boolean;
}

/** Of what a metric is. A row is there if one of the metrics asked for has something to count in it. */
export function basisOf(metric: Metric): 'hits' | 'visits' | 'signals' {
  switch (metric) {
    case 'visits':
    case 'views_per_visit':
    case 'bounce_rate':
    case 'visit_duration':
      return 'visits';
    case 'time_on_page':
    case 'scroll_depth':
      return 'signals';
    default:
      return 'hits';
  }
}

export function measure(metric: Metric, group: Group, whole: Whole): Value {
  const { hits, conversions, visits, signals } = group;
  switch (metric) {
    case 'visitors':
      return visitorsOf(hits);
    case 'pageviews':
      return hits.filter(({ is }) => is === 'pageview').length;
    case 'events':
      return hits.filter(({ is }) => is === 'event').length;
    case 'hits':
      return hits.filter(({ is }) => is !== 'signal').length;
    case 'visits':
      return visits.size;
    case 'views_per_visit':
      return ratio(
        total(visits, ({ pageviews }) => pageviews),
        visits.size,
        2,
      );
    case 'bounce_rate':
      return ratio(
        total(visits, ({ isBounce }) => Number(isBounce)),
        visits.size,
        4,
      );
    case 'visit_duration':
      return ratio(total(visits, ({ duration }) => duration) / 1000, visits.size, 1);
    case 'time_on_page': {
      const engaged = total(signals, ({ hit }) => hit.engaged) / 1000;
      return ratio(engaged, byPage(signals).length, 1);
    }
    case 'scroll_depth': {
      const depths = byPage(signals.filter(({ hit }) => hit.scroll !== null)).map((own) =>
        Math.max(...own.map(({ hit }) => hit.scroll!)),
      );
      return ratio(
        total(depths, (depth) => depth),
        depths.length,
        1,
      );
    }
    case 'conversions':
      return conversions.length;
    case 'conversion_rate':
      return ratio(visitorsOf(conversions), whole.reached, 4);
    case 'percentage':
      return ratio(visitorsOf(hits), whole.visitors, 4);
    case 'revenue':
      return moneyOf(whole.hasGoal ? conversions : hits, false);
    case 'average_revenue':
      return moneyOf(whole.hasGoal ? conversions : hits, true);
    default:
      return propMetric(metric, hits);
  }
}

export function visitorsOf(hits: readonly VisitedHit[]): number {
  return new Set(hits.map(({ visit }) => visit.person)).size;
}

/** With that many digits; null by nothing. */
export function ratio(part: number, whole: number, digits: number): number | null {
  return whole === 0 ? null : Number((part / whole).toFixed(digits));
}

function total<Item>(items: Iterable<Item>, read: (item: Item) => number): number {
  let all = 0;
  for (const item of items) all += read(item);
  return all;
}

/** Signals of one page of one visit together. */
function byPage(signals: readonly VisitedHit[]): VisitedHit[][] {
  const pages = new Map<Visit, Map<string, VisitedHit[]>>();
  for (const signal of signals) {
    const own = pages.get(signal.visit) ?? new Map<string, VisitedHit[]>();
    pages.set(signal.visit, own);
    own.set(signal.hit.path, [...(own.get(signal.hit.path) ?? []), signal]);
  }
  return [...pages.values()].flatMap((own) => [...own.values()]);
}

function moneyOf(hits: readonly VisitedHit[], isMean: boolean): Money {
  const sums = new Map<string, { all: Decimal; count: number }>();
  for (const { hit } of hits) {
    const value = decimalOf(hit.value);
    if (value === undefined) continue;
    const { all, count } = sums.get(hit.currency) ?? { all: ZERO, count: 0 };
    sums.set(hit.currency, { all: sum(all, value), count: count + 1 });
  }
  const money: Record<string, string> = {};
  for (const [currency, { all, count }] of [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const digits = digitsOf(currency);
    money[currency] = textOf(isMean ? divided(all, count, digits) : all, digits);
  }
  return money;
}

function propMetric(metric: string, hits: readonly VisitedHit[]): number | null {
  const [name = '', , ...rest] = metric.split(':');
  const key = rest.join(':');
  const numbers: number[] = [];
  for (const hit of hits) {
    const number = hit.numbers.get(key);
    if (number !== undefined) numbers.push(number);
  }
  if (name === 'sum') return Number(total(numbers, (number) => number).toFixed(4));
  if (name === 'avg')
    return ratio(
      total(numbers, (number) => number),
      numbers.length,
      4,
    );
  return percentile(numbers, name === 'p50' ? 0.5 : 0.95);
}

/** Interpolated between the two numbers that it is between. */
function percentile(numbers: readonly number[], share: number): number | null {
  if (numbers.length === 0) return null;
  const sorted = numbers.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return Number((below + (place - Math.floor(place)) * (above - below)).toFixed(4));
}

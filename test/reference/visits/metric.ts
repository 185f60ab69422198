/**
 * Metrics of a row.
 *
 * The contract: `pageviews events hits conversions revenue` count matching hits; `visits bounce_rate visit_duration
 * views_per_visit` cover the whole visits in which a hit matches; a visit belongs to the interval in which it starts. Choices
 * where the contract is silent or ambiguous:
 *
 * - Hits count in the period in which they are. Visits count in the period in which they start, with all their hits, even
 *   those after its end. A visit matches if any of its hits does, at any time. So the visits of days add up to those of the
 *   month, with any filter. `views_per_visit` covers all page views of these visits, not only matching ones.
 * - `visitors` are the visitors of matching hits in the period. These are the visitors of the visits in which a hit matches,
 *   except at the edges of the period: someone who arrives before midnight and continues after it is a visitor on both
 *   days, with one visit. `GET /stats` and Plausible count the same way.
 * - `events` are custom events only, `hits` page views and custom events. (In Plausible, `events` include page views.)
 * - A row equals the answer to the same query with a filter for its value, except for `percentage`: by `page`, a visit is
 *   in the rows of all its pages. (Plausible does not combine bounce_rate with dimensions of hits.)
 * - `time_on_page` is the engaged time of all signals divided by the number of pages of visits with a signal. `scroll_depth`
 *   is the mean of the greatest depth per page of a visit. Pages without a signal are unknown and do not count as 0. Both cover the
 *   signals in the period that match the filters themselves.
 * - `conversions` are matching hits that convert the query's goal, or any goal if it names none. A hit that converts several
 *   goals counts once. `conversion_rate` divides their visitors by the visitors of the same row ignoring goals and
 *   properties, that is, without dimensions of `goal` and `prop:NAME`, and without filters (at the top, or in an `and` there) on
 *   these alone (Plausible's `group_conversion_rate`). The query's `goal` does not filter anything else: `visitors` remain all visitors.
 * - `revenue` is the exact sum of values of matching hits by currency; with a `goal`, of its conversions. Currencies are
 *   not converted. Amounts have at least the digits of their currency. `average_revenue` divides by the hits with a value and
 *   rounds to the digits of the currency, half away from zero. No revenue is {}.
 * - `percentage` divides the visitors of a row by those of the query without dimensions, as in Plausible, as a fraction.
 * - `sum avg p50 p95` cover matching hits whose property is a number. Percentiles are interpolated (R-7, ClickHouse's
 *   `quantileExactInclusive`). Without any number, the sum is 0 and the others are null.
 * - `bandwidth` is the sum of bytes of the matching hits whose response has a known size, `response_time_p50` and `_p95` are the
 *   percentiles of known response times, interpolated likewise. Without any known value, they are null.
 * - Rates and properties have four digits, seconds and scroll depth one, views_per_visit two. A division by zero is null.
 */

import { type Decimal, decimalOf, digitsOf, divided, sum, textOf, ZERO } from './decimal.ts';
import type { Metric, Money, Value } from './query.ts';
import type { HitInVisit, Visit } from './visit.ts';

/** What the metrics of one row are computed from. */
export interface Group {
  /** Matching hits. */
  readonly hits: HitInVisit[];
  /** Matching hits that are conversions. */
  readonly conversions: HitInVisit[];
  /** Visits that start in the period and have a matching hit. */
  readonly visits: Set<Visit>;
  readonly signals: HitInVisit[];
}

/** The denominators of a row. */
export interface RowContext {
  /** Visitors of the query without dimensions. */
  readonly visitors: number;
  /** Visitors of the row, ignoring goals and properties. */
  readonly baseVisitors: number;
  readonly hasGoal: boolean;
}

/** What a metric counts. A row exists if a requested metric has something to count in it. */
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

export function measure(metric: Metric, group: Group, context: RowContext): Value {
  const { hits, conversions, visits, signals } = group;
  switch (metric) {
    case 'visitors':
      return visitorsOf(hits);
    case 'pageviews':
      return hits.filter(({ kind }) => kind === 'pageview').length;
    case 'events':
      return hits.filter(({ kind }) => kind === 'event').length;
    case 'hits':
      return hits.filter(({ kind }) => kind !== 'signal').length;
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
      return ratio(visitorsOf(conversions), context.baseVisitors, 4);
    case 'percentage':
      return ratio(visitorsOf(hits), context.visitors, 4);
    case 'revenue':
      return moneyOf(context.hasGoal ? conversions : hits, false);
    case 'average_revenue':
      return moneyOf(context.hasGoal ? conversions : hits, true);
    case 'bandwidth': {
      const sizes = hits.map(({ hit }) => hit.bytes).filter((bytes) => bytes >= 0);
      return sizes.length === 0 ? null : total(sizes, (bytes) => bytes);
    }
    case 'response_time_p50':
      return responseTime(hits, 0.5);
    case 'response_time_p95':
      return responseTime(hits, 0.95);
    default:
      return propMetric(metric, hits);
  }
}

export function visitorsOf(hits: readonly HitInVisit[]): number {
  return new Set(hits.map(({ visit }) => visit.visitor)).size;
}

/** A quotient with so many digits; null for a division by zero. */
export function ratio(part: number, whole: number, digits: number): number | null {
  return whole === 0 ? null : Number((part / whole).toFixed(digits));
}

function total<Item>(items: Iterable<Item>, read: (item: Item) => number): number {
  let all = 0;
  for (const item of items) all += read(item);
  return all;
}

/** Signals, grouped by page and visit. */
function byPage(signals: readonly HitInVisit[]): HitInVisit[][] {
  const pages = new Map<Visit, Map<string, HitInVisit[]>>();
  for (const signal of signals) {
    const own = pages.get(signal.visit) ?? new Map<string, HitInVisit[]>();
    pages.set(signal.visit, own);
    own.set(signal.hit.path, [...(own.get(signal.hit.path) ?? []), signal]);
  }
  return [...pages.values()].flatMap((own) => [...own.values()]);
}

function moneyOf(hits: readonly HitInVisit[], isMean: boolean): Money {
  const sums = new Map<string, { all: Decimal; count: number }>();
  for (const { hit } of hits) {
    const value = decimalOf(hit.value);
    // A value without a currency is no money.
    if (value === undefined || hit.currency === '') continue;
    const { all, count } = sums.get(hit.currency) ?? { all: ZERO, count: 0 };
    sums.set(hit.currency, { all: sum(all, value), count: count + 1 });
  }
  const money: Record<string, string> = {};
  for (const [currency, { all, count }] of [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const digits = digitsOf(currency);
    money[currency] = textOf(isMean ? divided(all, count, 8) : all, digits);
  }
  return money;
}

function propMetric(metric: string, hits: readonly HitInVisit[]): number | null {
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

/** A percentile in seconds. */
function responseTime(hits: readonly HitInVisit[], share: number): number | null {
  const times = hits.map(({ hit }) => hit.responseTime).filter((time) => time >= 0);
  const microseconds = percentile(times, share);
  return microseconds === null ? null : Number((microseconds / 1e6).toFixed(4));
}

/** Interpolates between the two nearest numbers. */
function percentile(numbers: readonly number[], share: number): number | null {
  if (numbers.length === 0) return null;
  const sorted = numbers.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return Number((below + (place - Math.floor(place)) * (above - below)).toFixed(4));
}

/**
 * Metrics: what they count, and how they come from the sums of a row.
 *
 * `pageviews events hits conversions revenue` count matching hits in the period; `visits bounce_rate visit_duration
 * views_per_visit` are about the whole visits that begin in the period and in which a hit matches. `visitors` are those of the
 * matching hits. A rate without a denominator is null.
 */
import { queryText } from '../../clickhouse/sql.ts';
import type { Bindings } from './bindings.ts';
import { propNumberSql } from './column.ts';
import { personSql } from './condition.ts';
import { moneyOf, type Sums } from './money.ts';
import type { Metric, Query, Value } from './query.ts';
import { responseAggregates, responseValue } from './response-metrics.ts';

/** What a metric counts: a row exists if one of its metrics has something to count. */
export type Basis = 'hits' | 'visits' | 'signals';

export function basisOf(metric: Metric): Basis {
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

/** Metrics that visits alone can tell. */
const OF_VISITS: ReadonlySet<Metric> = new Set(['visitors', 'pageviews', 'events', 'hits', 'percentage']);

export function isOfWholeVisits(metric: Metric): boolean {
  return basisOf(metric) === 'visits' || OF_VISITS.has(metric);
}

/**
 * Aggregate functions that count different persons. The estimate is exact up to about 4,000, and then takes 96 KiB instead of 16
 * bytes for each person, and less than half of the processor time.
 */
const EXACT = 'uniqExact';
const ESTIMATE = 'uniqCombined64(17)';
/** Relative standard error of an estimate: that of a HyperLogLog of 2¹⁷ registers. */
export const ESTIMATE_ERROR = 1.04 / Math.sqrt(2 ** 17);

/** The aggregate function that counts the visitors of a query. */
export function visitorsFunction({ estimatesVisitors = false }: Pick<Query, 'estimatesVisitors'>): string {
  return estimatesVisitors ? ESTIMATE : EXACT;
}

/** SQL of conditions on a hit. */
export interface HitTests {
  /** Whether it counts: page views and events, and signals where the query names goals that they convert. */
  readonly counts: string;
  /** Whether it converts the query's goal, or any. */
  readonly converts: string;
  readonly hasGoal: boolean;
  /** Whether there are rows for the values of dimensions. */
  readonly hasRows: boolean;
  /** Counts visitors: see `visitorsFunction`. */
  readonly uniq: string;
}

/** SQL: whether a hit is an engagement signal. */
export const SIGNAL = queryText('signal', { of: 'h.' }).trim();

/** SQL: whether a hit is an event: neither a page view, nor a signal, nor another request in an access log. */
export const EVENT = `(h.name != 'pageview' AND NOT ${SIGNAL} AND NOT ${queryText('request', { of: 'h.' }).trim()})`;

/** Aggregates over hits, by their names in a row, that metrics need. */
export function aggregatesOf(
  metrics: readonly Metric[],
  { counts, converts, hasGoal, hasRows, uniq }: HitTests,
  bind: Bindings,
): Record<string, string> {
  const person = personSql('h');
  const aggregates: Record<string, string> = {
    converted: `countIf(${converts})`,
    // These decide which rows there are.
    ...(hasRows && { counted: `countIf(${counts})`, signals: `countIf(${SIGNAL})` }),
  };
  const paid = `h.currency != '' AND ${hasGoal ? converts : counts}`;
  for (const metric of metrics) {
    switch (metric) {
      case 'visitors':
      case 'percentage':
        aggregates.visitors = ifOf(uniq, person, counts);
        break;
      case 'pageviews':
        aggregates.pageviews = "countIf(h.name = 'pageview')";
        break;
      case 'events':
        aggregates.events = `countIf(${EVENT})`;
        break;
      case 'hits':
        aggregates.hits = `countIf(NOT ${SIGNAL})`;
        break;
      case 'conversion_rate':
        aggregates.converters = ifOf(uniq, person, converts);
        break;
      case 'revenue':
      case 'average_revenue':
        // A value has up to 38 digits, so a sum may have more.
        aggregates.revenue = `mapApply((k, v) -> (k, toString(v)), sumMapIf(map(toString(h.currency), toDecimal256(h.value, 8)), ${paid}))`;
        aggregates.paid = `sumMapIf(map(toString(h.currency), toUInt64(1)), ${paid})`;
        break;
      case 'time_on_page':
        aggregates.engaged = `sumIf(h.engaged, ${SIGNAL})`;
        aggregates.pages = `uniqExactIf((${person}, h.bot != '', v.start, h.path), ${SIGNAL})`;
        break;
      case 'scroll_depth': {
        const page = `cityHash64(${person}, h.bot != '', v.start, h.path)`;
        const depths = `mapValues(maxMapIf(map(${page}, toInt64(h.scroll) + 1), ${SIGNAL} AND h.scroll >= 0))`;
        aggregates.depth = `arraySum(depth -> depth - 1, ${depths})`;
        aggregates.depth_pages = `length(${depths})`;
        break;
      }
      case 'bandwidth':
      case 'response_time_p50':
      case 'response_time_p95':
        Object.assign(aggregates, responseAggregates(metric, counts));
        break;
      case 'conversions':
        break;
      default:
        if (metric.includes(':prop:')) Object.assign(aggregates, propAggregates(metric, counts, bind));
    }
  }
  return aggregates;
}

/** SQL of an aggregate function with its parameters, of the rows that meet a condition. */
function ifOf(name: string, value: string, condition: string): string {
  return `${name.replace(/\(|$/, (end) => `If${end}`)}(${value}, ${condition})`;
}

/** SQL: whether a visit `v` is a bounce. */
export const BOUNCE = 'v.pageviews = 1 AND v.interactive_events = 0';

/**
 * Aggregates over rows `r` of visits and of single hits of straddlers, which have the columns `person pageviews events hits`
 * of the hits that count, and `visits views is_bounce duration` of the visits that begin in the period. Metrics of visits need
 * the latter alone.
 *
 * @param uniq counts visitors: see `visitorsFunction`
 */
export function visitAggregates(metrics: readonly Metric[], uniq: string): Record<string, string> {
  const aggregates: Record<string, string> = {};
  for (const metric of metrics) {
    if (basisOf(metric) === 'visits') Object.assign(aggregates, OF_VISIT_ROWS);
    else if (basisOf(metric) === 'hits') Object.assign(aggregates, HITS_OF_VISIT_ROWS);
    if (OF_VISITORS.has(metric)) aggregates.visitors = `${uniq}(r.person)`;
  }
  return aggregates;
}

/** Metrics that count visitors. */
export const OF_VISITORS: ReadonlySet<Metric> = new Set(['visitors', 'percentage', 'conversion_rate']);

const HITS_OF_VISIT_ROWS = {
  pageviews: 'sum(r.pageviews)',
  events: 'sum(r.events)',
  hits: 'sum(r.hits)',
} as const;

const OF_VISIT_ROWS = {
  visits: 'sum(r.visits)',
  views: 'sum(r.views)',
  bounces: 'sum(r.is_bounce)',
  duration: 'sum(r.duration)',
} as const;

/** Denominators of a row. */
export interface Denominators {
  /** Visitors of the query without dimensions. */
  readonly allVisitors: number;
  /** Visitors of the row, regardless of goals and properties. */
  readonly baseVisitors: number;
  /** Whether these and the visitors of the row are estimates, of which a part may be greater than the whole. */
  readonly areEstimates?: boolean;
}

/** The value of a metric. */
export function measure(metric: Metric, sums: Sums, denominators: Denominators): Value {
  const number = (name: string) => Number(sums[name] ?? 0);
  switch (metric) {
    case 'visitors':
    case 'pageviews':
    case 'events':
    case 'hits':
    case 'visits':
      return number(metric);
    case 'conversions':
      return number('converted');
    case 'views_per_visit':
      return ratio(number('views'), number('visits'), 2);
    case 'bounce_rate':
      return ratio(number('bounces'), number('visits'), 4);
    case 'visit_duration':
      return ratio(number('duration') / 1000, number('visits'), 1);
    case 'time_on_page':
      return ratio(number('engaged') / 1000, number('pages'), 1);
    case 'scroll_depth':
      return ratio(number('depth'), number('depth_pages'), 1);
    case 'conversion_rate':
      return share(number('converters'), denominators.baseVisitors, denominators);
    case 'percentage':
      return share(number('visitors'), denominators.allVisitors, denominators);
    case 'bandwidth':
    case 'response_time_p50':
    case 'response_time_p95':
      return responseValue(metric, number);
    case 'revenue':
      return moneyOf(sums, false);
    case 'average_revenue':
      return moneyOf(sums, true);
    default: {
      const value = sums[nameOf(metric)];
      if (value === undefined && metric.startsWith('sum:')) return 0;
      // Null without values, or if the result is infinite, which is null in JSON.
      if (value === null || value === undefined) return null;
      return Number(Number(value).toFixed(4));
    }
  }
}

/** A quotient with so many digits; null without a denominator. */
export function ratio(part: number, whole: number, digits: number): number | null {
  return whole === 0 ? null : Number((part / whole).toFixed(digits));
}

/**
 * The share of some visitors; null without a whole. An exact share may exceed 1: goals of scroll depth convert by signals, and in a row
 * of the event of that name, visitors with nothing but signals do not count.
 */
function share(part: number, whole: number, { areEstimates = false }: Denominators): number | null {
  return ratio(areEstimates ? Math.min(part, whole) : part, whole, 4);
}

/** Name of the aggregate of a metric of a property. */
function nameOf(metric: Metric): string {
  return metric.replaceAll(/\W/g, '_') + Buffer.from(metric).toString('hex');
}

function propAggregates(metric: Metric, counts: string, bind: Bindings): Record<string, string> {
  const [name = '', , ...rest] = metric.split(':');
  const number = propNumberSql(rest.join(':'), bind);
  const functions: Readonly<Record<string, string>> = {
    sum: 'sumIf',
    avg: 'avgIf',
    p50: 'quantileExactInclusiveIf(0.5)',
    p95: 'quantileExactInclusiveIf(0.95)',
  };
  const value = `ifNull(${number}, 0)`;
  const isThere = `${counts} AND isNotNull(${number})`;
  const aggregate = `${functions[name]}(${value}, ${isThere})`;
  const isSum = name === 'sum';
  return { [nameOf(metric)]: isSum ? aggregate : `if(countIf(${isThere}) = 0, NULL, ${aggregate})` };
}

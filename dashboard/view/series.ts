/** Points of an answer as columns of a chart. */

import type { Interval } from './period.ts';
import type { Metric } from './view.ts';

/** A value of a metric; null if there is none, such as the bounce rate of no visits, or of purged hits. */
type Value = number | null;

export type Point = { readonly time: string } & { readonly [Name in Metric]?: Value };

export interface Columns {
  /** Starts of intervals, in seconds since 1970. */
  readonly times: number[];
  readonly values: Value[];
  /** Of the compared period, by index. */
  readonly before: Value[];
}

/**
 * @param until time up to which the chart continues without values, so that today has its full width
 */
export function columnsOf(
  series: readonly Point[],
  before: readonly Point[],
  metric: Metric,
  interval: Interval,
  until?: Date,
): Columns {
  const times = series.map(({ time }) => Date.parse(time) / 1000);
  const values: Value[] = series.map((point) => point[metric] ?? null);
  const last = times.at(-1);
  if (until && last !== undefined) {
    for (const next of startsOf(following(last, interval), until.getTime() / 1000, interval)) {
      times.push(next);
      values.push(null);
    }
  }
  return { times, values, before: times.map((_, place) => before[place]?.[metric] ?? null) };
}

/** Starts of the intervals from one to a time, exclusive, in seconds since 1970. */
export function startsOf(from: number, to: number, interval: Interval): number[] {
  const starts: number[] = [];
  for (let start = from; start < to; start = following(start, interval)) starts.push(start);
  return starts;
}

/** The start of the interval that contains a time, on the reader's clock, in seconds since 1970. Weeks begin on Monday. */
export function startOf(time: number, interval: Interval): number {
  const date = new Date(time * 1000);
  if (interval === 'minute') date.setSeconds(0, 0);
  else if (interval === 'hour') date.setMinutes(0, 0, 0);
  else date.setHours(0, 0, 0, 0);
  if (interval === 'week') date.setDate(date.getDate() - ((date.getDay() + 6) % 7));
  else if (interval === 'month') date.setDate(1);
  return date.getTime() / 1000;
}

/** The start of the next interval on the reader's clock, in seconds since 1970. */
function following(time: number, interval: Interval): number {
  if (interval === 'minute') return time + 60;
  if (interval === 'hour') return time + 3600;
  const date = new Date(time * 1000);
  if (interval === 'month') date.setMonth(date.getMonth() + 1);
  else date.setDate(date.getDate() + (interval === 'week' ? 7 : 1));
  return date.getTime() / 1000;
}

import type { Dimension } from '../src/clickhouse/dimension.ts';
import type { Count } from '../src/query/counts.ts';
import { bucketing, statsFromHits, topFromHits } from '../src/query/from-hits.ts';
import type { QueryParams } from '../src/query/params.ts';
import type { BoundedSelection } from '../src/query/plan.ts';
import { type Interval, readMetrics, readSelection } from '../src/query/selection.ts';
import type { Source } from '../src/query/source.ts';
import { stats } from '../src/query/stats.ts';
import { top } from '../src/query/top.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** A typical query of a dashboard, for all sites together. */
export interface Query {
  readonly name: string;
  /** Maximum 95th percentile of answers, in milliseconds. */
  readonly goal: number;
  /** Milliseconds before the end of all hits. */
  readonly span: number;
  readonly interval?: Interval;
  readonly timezone?: string;
  readonly by?: Dimension;
  readonly params?: QueryParams;
}

export const QUERIES: readonly Query[] = [
  { name: '30 days by day', goal: 100, span: 30 * DAY, interval: 'day' },
  {
    name: '30 days by day, in Berlin',
    goal: 100,
    span: 30 * DAY,
    interval: 'day',
    timezone: 'Europe/Berlin',
  },
  { name: 'a year by month', goal: 100, span: 365 * DAY, interval: 'month' },
  { name: '24 hours by hour', goal: 100, span: DAY, interval: 'hour' },
  { name: '30 minutes by minute', goal: 100, span: 30 * MINUTE, interval: 'minute' },
  { name: 'top 10 pages of 30 days', goal: 100, span: 30 * DAY, by: 'path' },
  { name: 'top 10 referrers of 30 days', goal: 100, span: 30 * DAY, by: 'referrer' },
  { name: 'top 10 countries of 30 days', goal: 100, span: 30 * DAY, by: 'country' },
  {
    name: '30 days by day, of one country',
    goal: 1000,
    span: 30 * DAY,
    interval: 'day',
    params: { filter: 'country=DE' },
  },
  {
    name: '30 days by day, below /blog/',
    goal: 1000,
    span: 30 * DAY,
    interval: 'day',
    params: { filter: 'path=/blog/*' },
  },
  {
    name: 'visits and bounces of 7 days',
    goal: 1000,
    span: 7 * DAY,
    interval: 'day',
    params: { metrics: 'visits,bounce_rate,visit_duration' },
  },
];

/** The counts in Hit Tracker's answer. */
export async function answer(source: Source, query: Query, end: number): Promise<readonly Count[]> {
  const { interval, timezone = 'UTC', by, params = {} } = query;
  const period = periodOf(query, end);
  if (by) return (await top(source, period, by, 10)).rows;
  const options = { interval, timezone, metrics: readMetrics(params.metrics) };
  const { totals, series } = await stats(source, period, options);
  return [totals, ...series].map(({ hits, visitors }) => ({ hits: hits!, visitors: visitors! }));
}

/** The same from raw hits, with exact visitors. */
export async function answerOfHits(source: Source, query: Query, end: number): Promise<readonly Count[]> {
  const { interval, timezone = 'UTC', by } = query;
  const period = periodOf(query, end);
  if (by) return topFromHits(source, period, by, 10);
  const cut = bucketing(interval!, period, timezone);
  const { totals, series } = await statsFromHits(source, period, cut);
  return [totals, ...series];
}

function periodOf({ span, params = {} }: Query, end: number): BoundedSelection {
  return { ...readSelection(params), from: end - span, to: end };
}

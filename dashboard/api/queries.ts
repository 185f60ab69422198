/** The queries of a view. */

import { localDate } from '../view/calendar.ts';
import { type Filter, filterText } from '../view/filter.ts';
import { type Interval, intervalsOf, type Period, spanOf } from '../view/period.ts';
import type { View } from '../view/view.ts';
import { postText, withParams } from './api.ts';

const TIMEZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
/** Most rows of an answer to a query. */
const MOST_ROWS = 10_000;

/** Parameters of all queries about the hits of a view. */
function selection({ site, period, filters }: View, now: Date, more: readonly Filter[] = []) {
  return {
    site: site === '' ? undefined : site,
    ...spanOf(period, now),
    timezone: TIMEZONE,
    filter: [...filters, ...more].map(filterText),
  };
}

/** Hits and visitors of a period. */
export function statsQuery(view: View, now: Date): string {
  const { compare, interval, period } = view;
  return withParams('/api/v1/stats', {
    ...selection(view, now),
    interval: interval ?? intervalsOf(period, localDate(now))[0],
    // There is no period before all time.
    compare: compare === 'none' || period.kind === 'all' ? undefined : compare,
  });
}

/** Its visits, which are counted hit by hit: a separate query, since it may take longer. */
export function visitsQuery(view: View, now: Date): string {
  return `${statsQuery(view, now)}&metrics=visits,bounce_rate,visit_duration`;
}

/** @param by a dimension of `top` */
export function topQuery(
  view: View,
  now: Date,
  by: string,
  limit: number,
  more: readonly Filter[] = [],
): string {
  return withParams('/api/v1/top', { by, limit: String(limit), ...selection(view, now, more) });
}

/** The properties of events. */
export function propsQuery(view: View, now: Date): string {
  return withParams('/api/v1/props', selection(view, now));
}

/** `previous_period` or `year_over_year` of the API; undefined for none, and before all time, which nothing precedes. */
export function comparisonOf({ compare, period }: Pick<View, 'compare' | 'period'>): string | undefined {
  if (compare === 'none' || period.kind === 'all') return undefined;
  return compare === 'year' ? 'year_over_year' : 'previous_period';
}

/** The period, as queries name it. */
export function periodMember(period: Period, now: Date) {
  const { from, to } = spanOf(period, now);
  return from === undefined ? 'all' : { from, to };
}

/** Visitors and hits of each site. */
export function sitesQuery(period: Period, now: Date): string {
  return postText('/api/v1/query', {
    dimensions: ['site'],
    metrics: ['visitors', 'hits'],
    period: periodMember(period, now),
    timezone: TIMEZONE,
    limit: MOST_ROWS,
    include: { comparison: comparisonOf({ period, compare: 'previous' }), totals: true },
  });
}

/** Visitors of some sites by interval. */
export function sparklinesQuery(
  sites: readonly string[],
  period: Period,
  interval: Interval,
  now: Date,
): string {
  return postText('/api/v1/query', {
    dimensions: ['site', `time:${interval}`],
    metrics: ['visitors'],
    site: sites,
    period: periodMember(period, now),
    timezone: TIMEZONE,
    limit: MOST_ROWS,
  });
}

/** Visitors of each site since a time, in milliseconds since 1970. */
export function recentQuery(since: number): string {
  return postText('/api/v1/query', {
    dimensions: ['site'],
    metrics: ['visitors'],
    period: { from: new Date(since).toISOString() },
    limit: MOST_ROWS,
  });
}

/** All raw hits of a view. */
export function exportQuery(view: View, now: Date, format: 'csv' | 'ndjson' | 'parquet'): string {
  return withParams('/api/v1/export', { format, ...selection(view, now) });
}

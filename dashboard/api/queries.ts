/** The queries of a view. */

import { LIMITS } from '../../src/query/language/limits.ts';
import { HOUR } from '../../src/timing/units.ts';
import { addDays, localDate } from '../view/calendar.ts';
import { type Filter, type FilterDimension, pathFilters } from '../view/filter.ts';
import { type Interval, intervalsOf, type Period, spanOf } from '../view/period.ts';
import type { HourSpan } from '../view/usual.ts';
import type { Metric, View } from '../view/view.ts';
import { postText, withParams } from './api.ts';

const TIMEZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Parameters of a view in paths. Filters are not among them. */
function selection({ site, period }: View, now: Date) {
  return {
    site: site === '' ? undefined : site,
    ...spanOf(period, now),
    timezone: TIMEZONE,
  };
}

/** Members of a view in queries. */
function scope({ site, period, filters }: View, now: Date, more: readonly Filter[] = []) {
  return {
    site: site === '' ? undefined : site,
    period: periodMember(period, now),
    timezone: TIMEZONE,
    filters: [...filters, ...more],
  };
}

/** Hits and visitors of a period, without filters: they come from rollups, which are kept when hits are purged. */
export function statsQuery(view: View, now: Date): string {
  const { compare, interval, period } = view;
  return withParams('/api/v1/stats', {
    ...selection(view, now),
    interval: interval ?? intervalsOf(period, localDate(now))[0],
    // There is no period before all time. Comparisons with other days are queried by `figuresQuery`.
    compare: compare === 'none' || typeof compare === 'object' || period.kind === 'all' ? undefined : compare,
  });
}

/** Hits and visitors of an hour and the one before, from rollups. @param site '' for all sites */
export function hoursQuery(site: string, { from, to }: HourSpan): string {
  return withParams('/api/v1/stats', {
    site: site === '' ? undefined : site,
    from: new Date(from - HOUR).toISOString(),
    to: new Date(to).toISOString(),
    interval: 'hour',
    timezone: TIMEZONE,
  });
}

/** Metrics by time. */
export function figuresQuery(view: View, now: Date, metrics: readonly Metric[], interval: Interval): string {
  return postText('/api/v1/query', {
    dimensions: [`time:${interval}`],
    metrics,
    ...scope(view, now),
    limit: LIMITS.rows,
    include: { comparison: comparisonOf(view), totals: true },
  });
}

/** A funnel, journeys, or retention. @param members besides those of the view */
export function visitsQuery(
  kind: 'funnel' | 'journeys' | 'retention',
  view: View,
  now: Date,
  members: Readonly<Record<string, unknown>>,
): string {
  return postText(`/api/v1/${kind}`, { ...scope(view, now), ...members });
}

/** Rows of a table. */
export interface TableQuery {
  readonly dimensions: readonly FilterDimension[];
  readonly metrics: readonly string[];
  /** What it is ordered by, from the highest. */
  readonly order: string;
  readonly isAscending?: boolean;
  readonly limit: number;
  readonly filters?: readonly Filter[];
}

export function tableQuery(view: View, now: Date, table: TableQuery): string {
  const { dimensions, metrics, order, isAscending = false, limit, filters = [] } = table;
  return postText('/api/v1/query', {
    dimensions,
    metrics,
    ...scope(view, now, filters),
    order_by: [[order, isAscending ? 'asc' : 'desc']],
    limit,
    include: { comparison: comparisonOf(view), total_rows: true },
  });
}

/** Counts of values, without filters: they come from rollups, which are kept when hits are purged. @param by a dimension of `top` */
export function topQuery(view: View, now: Date, by: string, limit: number): string {
  return withParams('/api/v1/top', { by, limit: String(limit), ...selection(view, now) });
}

/** The properties of events; of all events if a path cannot express all filters. */
export function propsQuery(view: View, now: Date): string {
  return withParams('/api/v1/props', { ...selection(view, now), filter: pathFilters(view.filters) });
}

/** The comparison, as queries have it; undefined for none, and for all time, which nothing precedes. */
function comparisonOf({ compare, period }: Pick<View, 'compare' | 'period'>) {
  if (compare === 'none' || period.kind === 'all') return undefined;
  if (typeof compare === 'object') return { from: compare.from, to: addDays(compare.to, 1) };
  return compare === 'year' ? 'year_over_year' : 'previous_period';
}

/** The period, as queries name it. */
function periodMember(period: Period, now: Date) {
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
    limit: LIMITS.rows,
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
    limit: LIMITS.rows,
  });
}

/** Visitors of each site since a time, in milliseconds since 1970. */
export function recentQuery(since: number): string {
  return postText('/api/v1/query', {
    dimensions: ['site'],
    metrics: ['visitors'],
    period: { from: new Date(since).toISOString() },
    limit: LIMITS.rows,
  });
}

/** All raw hits of a view; undefined if exports do not take its filters. */
export function exportQuery(view: View, now: Date, format: 'csv' | 'ndjson' | 'parquet'): string | undefined {
  const filter = pathFilters(view.filters);
  return filter && withParams('/api/v1/export', { format, ...selection(view, now), filter });
}

/** The queries of a view. */

import { localDate } from '../view/calendar.ts';
import { type Filter, filterText } from '../view/filter.ts';
import { intervalsOf, spanOf } from '../view/period.ts';
import type { View } from '../view/view.ts';
import { withParams } from './api.ts';

/** Parameters of all queries about the hits of a view. */
function selection({ site, period, filters }: View, now: Date, more: readonly Filter[] = []) {
  return {
    site: site === '' ? undefined : site,
    ...spanOf(period, now),
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
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

/** All raw hits of a view. */
export function exportQuery(view: View, now: Date, format: 'csv' | 'ndjson' | 'parquet'): string {
  return withParams('/api/v1/export', { format, ...selection(view, now) });
}

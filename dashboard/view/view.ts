/** What the page shows, and its address, which shows the same view to everyone. */

import { type Filter, filterText, readFilter } from './filter.ts';
import { INTERVALS, type Interval, type Period, readPeriod } from './period.ts';

export const COMPARISONS = ['previous', 'year', 'none'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export const METRICS = ['visitors', 'hits', 'visits', 'bounce_rate', 'visit_duration'] as const;
export type Metric = (typeof METRICS)[number];

export interface View {
  /** '' for all sites. */
  readonly site: string;
  readonly period: Period;
  /** Undefined for the default of the period. */
  readonly interval: Interval | undefined;
  readonly compare: Comparison;
  /** Of the chart. */
  readonly metric: Metric;
  readonly filters: readonly Filter[];
}

export const USUAL: View = {
  site: '',
  period: { kind: '30d' },
  interval: undefined,
  compare: 'previous',
  metric: 'visitors',
  filters: [],
};

/** Parses the query of an address. Unknown values become defaults. */
export function readView(query: string): View {
  const words = new URLSearchParams(query);
  const word = (name: string) => words.get(name) ?? '';
  return {
    site: word('site'),
    period: readPeriod(word('period'), word('date'), word('from'), word('to')) ?? USUAL.period,
    interval: INTERVALS.find((each) => each === word('interval')),
    compare: COMPARISONS.find((each) => each === word('compare')) ?? USUAL.compare,
    metric: METRICS.find((each) => each === word('metric')) ?? USUAL.metric,
    filters: words
      .getAll('filter')
      .map(readFilter)
      .filter((each) => each !== undefined)
      .slice(0, 20),
  };
}

/** The query of a view, with `?`; '' for the default view. */
export function viewQuery({ site, period, interval, compare, metric, filters }: View): string {
  const words = new URLSearchParams();
  if (site !== '') words.set('site', site);
  if (period.kind !== USUAL.period.kind || period.date !== undefined) words.set('period', period.kind);
  if (period.date !== undefined) words.set('date', period.date);
  if (period.from !== undefined) words.set('from', period.from);
  if (period.to !== undefined) words.set('to', period.to);
  if (interval !== undefined) words.set('interval', interval);
  if (compare !== USUAL.compare) words.set('compare', compare);
  if (metric !== USUAL.metric) words.set('metric', metric);
  for (const filter of filters) words.append('filter', filterText(filter));
  const query = words.toString();
  return query === '' ? '' : `?${query}`;
}

/** What the page shows, and its address, which shows the same view to everyone. */

import { type Filter, filterText, MOST_FILTERS, readFilter } from './filter.ts';
import { type Days, INTERVALS, type Interval, type Period, readDays, readPeriod } from './period.ts';

export const COMPARISONS = ['previous', 'year', 'none'] as const;
/** Days of the user's choice, or a period that depends on the shown one. */
export type Comparison = (typeof COMPARISONS)[number] | Days;

export const METRICS = [
  ...(['visitors', 'visits', 'pageviews', 'hits', 'events', 'views_per_visit', 'bounce_rate'] as const),
  ...(['visit_duration', 'conversions', 'conversion_rate', 'revenue'] as const),
] as const;
export type Metric = (typeof METRICS)[number];

export const TABS = ['overview', 'funnels', 'journeys', 'retention'] as const;
type Tab = (typeof TABS)[number];

/** What the tabs of funnels, journeys and retention show: parameters of the address. */
const DETAILS = ['funnel', 'steps', 'within', 'page', 'cohorts'] as const;
type Details = { readonly [Name in (typeof DETAILS)[number]]?: string };

export interface View {
  readonly tab: Tab;
  readonly details: Details;
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
  tab: 'overview',
  details: {},
  site: '',
  period: { kind: '30d' },
  interval: undefined,
  compare: 'previous',
  metric: 'visitors',
  filters: [],
};

/** Parses the query of an address. Unknown values become defaults. */
export function readView(query: string): View {
  const params = new URLSearchParams(query);
  const word = (name: string) => params.get(name) ?? '';
  return {
    tab: TABS.find((each) => each === word('tab')) ?? USUAL.tab,
    details: Object.fromEntries(DETAILS.flatMap((name) => (params.has(name) ? [[name, word(name)]] : []))),
    site: word('site'),
    period: readPeriod(word('period'), word('date'), word('from'), word('to')) ?? USUAL.period,
    interval: INTERVALS.find((each) => each === word('interval')),
    compare:
      (word('compare') === 'custom'
        ? readDays(word('compare_from'), word('compare_to'))
        : COMPARISONS.find((each) => each === word('compare'))) ?? USUAL.compare,
    metric: METRICS.find((each) => each === word('metric')) ?? USUAL.metric,
    filters: params
      .getAll('filter')
      .map(readFilter)
      .filter((each) => each !== undefined)
      .slice(0, MOST_FILTERS),
  };
}

/** The query of a view, with `?`. It is never empty: that is the address of the start page. */
export function viewQuery({ tab, details, site, period, interval, compare, metric, filters }: View): string {
  const params = new URLSearchParams();
  if (tab !== USUAL.tab) params.set('tab', tab);
  if (site !== '') params.set('site', site);
  params.set('period', period.kind);
  if (period.date !== undefined) params.set('date', period.date);
  if (period.from !== undefined) params.set('from', period.from);
  if (period.to !== undefined) params.set('to', period.to);
  if (interval !== undefined) params.set('interval', interval);
  if (typeof compare === 'object') {
    params.set('compare', 'custom');
    params.set('compare_from', compare.from);
    params.set('compare_to', compare.to);
  } else if (compare !== USUAL.compare) params.set('compare', compare);
  if (metric !== USUAL.metric) params.set('metric', metric);
  for (const [name, value] of Object.entries(details)) params.set(name, value);
  for (const filter of filters) params.append('filter', filterText(filter));
  return `?${params}`;
}

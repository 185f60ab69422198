/** The metrics of tiles, chart and tables, and the formats of their values. */

import type { Metric } from '../view/view.ts';
import { format } from './preferences.ts';

export type TableMetric = Metric | 'percentage' | 'time_on_page' | 'scroll_depth' | 'average_revenue';

interface MetricWords {
  readonly name: string;
  /** @param currency of money */
  readonly say: (value: number, currency?: string) => string;
  /** The same for a round number, on an axis. Missing: `say`. */
  readonly sayRound?: (value: number, currency?: string) => string;
  /** Unit of which its axis has round numbers. Missing: none. */
  readonly unit?: 'count' | 'seconds';
  /** Whether lower is better. */
  readonly isBetterLow?: boolean;
  /** Whether it is an estimate if visitors are. */
  readonly isOfVisitors?: boolean;
}

const percent = (value: number) => format.percent(value);
const duration = (value: number) => format.duration(value);
const COUNT = {
  say: (value: number) => format.short(value),
  sayRound: (value: number) => format.compact(value),
  unit: 'count',
} as const;

export const METRIC_WORDS: Readonly<Record<TableMetric, MetricWords>> = {
  visitors: { name: 'Visitors', ...COUNT, isOfVisitors: true },
  visits: { name: 'Visits', ...COUNT },
  pageviews: { name: 'Page views', ...COUNT },
  hits: { name: 'Hits', ...COUNT },
  events: { name: 'Events', ...COUNT },
  views_per_visit: { name: 'Views per visit', say: (value) => format.rate(value) },
  bounce_rate: { name: 'Bounce rate', say: percent, isBetterLow: true },
  visit_duration: {
    name: 'Visit duration',
    say: duration,
    sayRound: (value) => format.roundDuration(value),
    unit: 'seconds',
  },
  conversions: { name: 'Conversions', ...COUNT },
  conversion_rate: { name: 'Conversion rate', say: percent },
  revenue: {
    name: 'Revenue',
    say: (value, currency) => format.money(value, currency),
    sayRound: (value, currency) => format.compact(value, currency),
  },
  average_revenue: { name: 'Average', say: (value, currency) => format.money(value, currency) },
  percentage: { name: 'Share', say: percent },
  time_on_page: { name: 'Time on page', say: duration },
  scroll_depth: { name: 'Scroll depth', say: (value) => format.percent(value / 100) },
};

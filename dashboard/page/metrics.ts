/** The metrics of the chart, and the formats of their values. */

import type { Metric } from '../view/view.ts';
import { format } from './preferences.ts';

interface MetricWords {
  readonly name: string;
  readonly say: (value: number) => string;
  /** Whether it is a count. */
  readonly isWhole: boolean;
  /** Whether lower is better. */
  readonly isBetterLow?: boolean;
  /** Whether it is an estimate if visitors are. */
  readonly isOfVisitors?: boolean;
}

export const METRIC_WORDS: Readonly<Record<Metric, MetricWords>> = {
  visitors: { name: 'Visitors', say: (value) => format.short(value), isWhole: true, isOfVisitors: true },
  hits: { name: 'Hits', say: (value) => format.short(value), isWhole: true },
  visits: { name: 'Visits', say: (value) => format.short(value), isWhole: true },
  bounce_rate: {
    name: 'Bounce rate',
    say: (value) => format.percent(value),
    isWhole: false,
    isBetterLow: true,
  },
  visit_duration: { name: 'Visit duration', say: (value) => format.duration(value), isWhole: false },
};

export const VISIT_METRICS: readonly Metric[] = ['visits', 'bounce_rate', 'visit_duration'];

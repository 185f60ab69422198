/** What is charted, and how its values are said. */

import type { Metric } from '../view/view.ts';
import { format } from './reader.ts';

interface MetricWords {
  readonly name: string;
  readonly say: (value: number) => string;
  /** Whether less is better. */
  readonly isBetterLow?: boolean;
  /** Whether it is an estimate where visitors are. */
  readonly isOfVisitors?: boolean;
}

export const METRIC_WORDS: Readonly<Record<Metric, MetricWords>> = {
  visitors: { name: 'Visitors', say: (value) => format.short(value), isOfVisitors: true },
  hits: { name: 'Hits', say: (value) => format.short(value) },
  visits: { name: 'Visits', say: (value) => format.short(value) },
  bounce_rate: { name: 'Bounce rate', say: (value) => format.percent(value), isBetterLow: true },
  visit_duration: { name: 'Visit duration', say: (value) => format.duration(value) },
};

export const VISIT_METRICS: readonly Metric[] = ['visits', 'bounce_rate', 'visit_duration'];

import { useMemo } from 'preact/hooks';
import type { QueryAnswer, Stats } from '../api/answer-types.ts';
import { type Answer, useAnswer } from '../api/answers.ts';
import { figuresOf } from '../api/figures.ts';
import { figuresQuery, statsQuery } from '../api/queries.ts';
import { localDate } from '../view/calendar.ts';
import { intervalsOf } from '../view/period.ts';
import type { Metric } from '../view/view.ts';
import { view } from './address.ts';
import { now } from './clock.ts';

/**
 * Metrics that come from rollups if there are no filters, nor a comparison with other days: they are fast, and kept when hits are
 * purged.
 */
const COUNTED: readonly Metric[] = ['visitors', 'hits'];

/** The figures of a view. @returns the answer that has a metric */
export function useFigures(metrics: readonly Metric[]): (metric: Metric) => Answer<Stats> {
  const { filters, period, interval, compare } = view.value;
  const isQueried = filters.length > 0 || (typeof compare === 'object' && period.kind !== 'all');
  // For all time, the server chooses the interval.
  const usual = interval ?? intervalsOf(period, localDate(now.value))[0];
  const counted = useAnswer<Stats>(
    isQueried && usual !== undefined ? undefined : statsQuery(view.value, now.value),
    true,
  );
  const chosen = usual ?? (counted.isLoading ? undefined : counted.data?.interval);
  const others = isQueried ? metrics : metrics.filter((metric) => !COUNTED.includes(metric));
  const isDue = chosen !== undefined && (isQueried || (counted.data !== undefined && !counted.isLoading));
  const asked = useAnswer<QueryAnswer>(
    isDue && others.length > 0 ? figuresQuery(view.value, now.value, others, chosen) : undefined,
    true,
  );
  // A new object would draw the chart again.
  const data = useMemo(() => asked.data && statsOf(asked.data), [asked.data]);
  const answer = {
    data,
    error: isDue ? asked.error : counted.error,
    isLoading: !isDue || asked.isLoading || data === undefined,
  };
  return (metric) => (!isQueried && COUNTED.includes(metric) ? counted : answer);
}

/** The metrics and the interval of an answer may be those of the previous view. */
function statsOf(answer: QueryAnswer): Stats {
  const { metrics, dimensions } = answer.query;
  const interval = dimensions[0]!.slice('time:'.length) as Stats['interval'];
  return figuresOf(answer, metrics as readonly Metric[], interval);
}

/** Figures of a period, from the answer to a query by time. */

import type { Interval } from '../view/period.ts';
import { startOf, startsOf } from '../view/series.ts';
import type { Metric } from '../view/view.ts';
import type { Change, Figures, QueryAnswer, Stats, Value } from './answer-types.ts';

/** @param metrics of the query, in its order; its only dimension is the time */
export function figuresOf(answer: QueryAnswer, metrics: readonly Metric[], interval: Interval): Stats {
  const { results, totals, meta, query } = answer;
  const currency = currencyOf(totals?.metrics ?? []);
  const otherRevenue = otherAmounts(totals?.metrics[metrics.indexOf('revenue')] ?? null, currency);
  const figures = (values: readonly Value[] = []): Figures =>
    Object.fromEntries(metrics.map((metric, at) => [metric, numberOf(values[at] ?? null, currency)]));
  const changes = (values: readonly Change[] = []): Figures =>
    Object.fromEntries(metrics.map((metric, at) => [metric, changeOf(values[at] ?? null, currency)]));
  const noteOf = (name: 'period' | 'comparison') => {
    const notes = (meta.notes ?? []).filter(({ period }) => period === name);
    const [purged] = notes.flatMap(({ purged_before }) => purged_before ?? []);
    const [pending] = notes.flatMap(({ pending_since }) => pending_since ?? []);
    return {
      ...(purged !== undefined && { purged_before: purged }),
      ...(pending !== undefined && { pending_since: pending }),
    };
  };
  const { comparison } = query.include;
  const starts = comparison ? startsIn(comparison, interval, results.length) : [];
  return {
    ...query.period,
    ...noteOf('period'),
    interval,
    ...(currency !== undefined && { currency }),
    ...(Object.keys(otherRevenue).length > 0 && { otherRevenue }),
    totals: figures(totals?.metrics),
    series: results.map(({ dimensions, metrics: values }) => ({ time: dimensions[0]!, ...figures(values) })),
    ...(comparison && {
      comparison: {
        ...comparison,
        ...noteOf('comparison'),
        totals: figures(totals?.comparison?.metrics),
        change: changes(totals?.comparison?.change),
        // A shorter period has nothing to compare the last intervals with.
        series: results.slice(0, starts.length).map((row, at) => ({
          time: starts[at]!,
          ...figures(row.comparison?.metrics),
        })),
      },
    }),
  };
}

/** The currency with the largest amount: amounts of different currencies cannot be added. */
export function currencyOf(values: readonly Value[]): string | undefined {
  const amounts = values.flatMap((value) =>
    typeof value === 'object' && value !== null ? Object.entries(value) : [],
  );
  return amounts.toSorted((a, b) => Number(b[1]) - Number(a[1]))[0]?.[0];
}

/** The amounts of a value that are in other currencies. */
export function otherAmounts(value: Value, currency: string | undefined): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([each]) => each !== currency));
}

/** Two answers about the same intervals as one, if they are. */
export function joined(first: Stats, second: Stats): Stats {
  if (first.interval !== second.interval || first.series[0]?.time !== second.series[0]?.time) return first;
  return {
    ...second,
    ...first,
    totals: { ...second.totals, ...first.totals },
    series: first.series.map((point, at) => ({ ...second.series[at], ...point })),
  };
}

/** A value as a number; of money, the amount in a currency. */
export function numberOf(value: Value, currency: string | undefined): number | null {
  if (typeof value === 'number' || value === null) return value;
  return currency === undefined ? 0 : Number(value[currency] ?? 0);
}

/** A change as a fraction; of money, of the amount in a currency. Null if there was nothing before. */
export function changeOf(change: Change, currency: string | undefined): number | null {
  const percent = typeof change === 'object' ? (change?.[currency ?? ''] ?? null) : change;
  return percent === null ? null : percent / 100;
}

function startsIn({ from, to }: { from: string; to: string }, interval: Interval, count: number): string[] {
  return startsOf(startOf(Date.parse(from) / 1000, interval), Date.parse(to) / 1000, interval)
    .slice(0, count)
    .map((start) => new Date(start * 1000).toISOString());
}

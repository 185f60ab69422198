/** The name of a period; dates are in the user's language. */

import { addDays, localDate, timeOf } from '../view/calendar.ts';
import { type Days, daysOf, type Interval, type Period, type PeriodKind } from '../view/period.ts';
import type { Comparison } from '../view/view.ts';

export const PERIOD_NAMES: Readonly<Record<PeriodKind, string>> = {
  realtime: 'Last 30 minutes',
  day: 'Today',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '28d': 'Last 28 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  month: 'This month',
  year: 'This year',
  '12mo': 'Last 12 months',
  all: 'All time',
  custom: 'Custom period',
};

const COMPARISON_NAMES = {
  previous: 'Previous period',
  year: 'Previous year',
  none: 'No comparison',
} as const;

/** @param locales the user's languages */
export function comparisonName(compare: Comparison, locales: readonly string[]): string {
  return typeof compare === 'object' ? daysName(compare, locales) : COMPARISON_NAMES[compare];
}

function daysName({ from, to }: Days, locales: readonly string[]): string {
  const format = new Intl.DateTimeFormat([...locales], {
    ...({ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' } as const),
  });
  return format.formatRange(timeOf(from), timeOf(to));
}

/** @param locales the user's languages */
export function periodName(period: Period, now: Date, locales: readonly string[]): string {
  const today = localDate(now);
  const days = daysOf(period, today);
  if (!days || (period.date === undefined && period.kind !== 'custom')) return PERIOD_NAMES[period.kind];
  if (period.kind === 'day' && period.date === addDays(today, -1)) return 'Yesterday';
  const options: Intl.DateTimeFormatOptions | undefined =
    period.kind === 'year'
      ? { year: 'numeric' }
      : period.kind === 'month'
        ? { month: 'long', year: 'numeric' }
        : period.kind === '12mo'
          ? { month: 'short', year: 'numeric' }
          : undefined;
  if (!options) return daysName({ from: days.first, to: days.last }, locales);
  const format = new Intl.DateTimeFormat([...locales], { ...options, timeZone: 'UTC' });
  return format.formatRange(timeOf(days.first), timeOf(days.last));
}

/** The time of a chart's interval, as its tooltip shows it. */
export function intervalName(time: number, interval: Interval, locales: readonly string[]): string {
  const start = startName(time, interval, locales);
  return interval === 'week' ? `Week of ${start}` : start;
}

/** The start of an interval; a week has no name of its own. */
export function startName(time: number, interval: Interval, locales: readonly string[]): string {
  const options: Readonly<Record<Interval, Intl.DateTimeFormatOptions>> = {
    minute: { hour: 'numeric', minute: '2-digit' },
    hour: { weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' },
    day: { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
    week: { day: 'numeric', month: 'short', year: 'numeric' },
    month: { month: 'long', year: 'numeric' },
  };
  return new Intl.DateTimeFormat([...locales], options[interval]).format(time);
}

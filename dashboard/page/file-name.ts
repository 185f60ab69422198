import { localDate } from '../view/calendar.ts';
import { daysOf } from '../view/period.ts';
import { view } from './address.ts';
import { now } from './clock.ts';

/** The name of a downloaded file: its site, its days, and what it contains, such as `example.com-2026-11-01-2026-11-30-pages.csv`. */
export function fileName(content: string): string {
  const { site, period } = view.value;
  const today = localDate(now.value);
  const days = daysOf(period, today);
  const last = days && days.last > today ? today : days?.last;
  const dates =
    days && last !== undefined ? (days.first === last ? [last] : [days.first, last]) : [period.kind, today];
  const name = [site || 'all-sites', ...dates, content.toLowerCase()].join('-');
  return `${name.replaceAll(/[^\w.-]+/g, '-')}.csv`;
}

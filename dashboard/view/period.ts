/**
 * Periods that a user selects, on the calendar of the user's time zone.
 *
 * A current period ends now, so that it is compared with the same length of the previous one. Its end is not sent to the
 * server, which uses the current time, so the text of the query stays the same.
 */

import { DAY, MINUTE } from '../../src/timing/units.ts';
import { addDays, addMonths, daysBetween, isDate, localDate, monthOf } from './calendar.ts';

export const PERIOD_KINDS = [
  ...(['realtime', '24h', 'day', '7d', '28d', '30d', '90d'] as const),
  ...(['month', 'year', '12mo', 'all', 'custom'] as const),
] as const;
export type PeriodKind = (typeof PERIOD_KINDS)[number];

export const INTERVALS = ['minute', 'hour', 'day', 'week', 'month'] as const;
export type Interval = (typeof INTERVALS)[number];

const REALTIME_MS = 30 * MINUTE;
/** No screen shows more points than this. */
const MOST_POINTS = 1500;
const DAYS_OF: Readonly<Record<Interval, number>> = {
  minute: 1 / 1440,
  hour: 1 / 24,
  day: 1,
  week: 7,
  month: 30,
};

/** First and last day. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

/** A period. */
export interface Period {
  readonly kind: PeriodKind;
  /** Its last day. Missing: today. For months and years, any day of the last one. */
  readonly date?: string;
  /** First and last day of a `custom` period. */
  readonly from?: string;
  readonly to?: string;
}

/** The period that the server is queried for. */
export interface Span {
  /** A date, or for `realtime` and `24h` a moment. Missing: from the first hit. */
  readonly from?: string;
  /** Exclusive. Missing: until now. */
  readonly to?: string;
}

/** First and last day, both inclusive. Undefined for `all`, `realtime` and `24h`, which have no days. */
export function daysOf(period: Period, today: string): { first: string; last: string } | undefined {
  const date = period.date ?? today;
  switch (period.kind) {
    case 'day':
      return { first: date, last: date };
    case '7d':
    case '28d':
    case '30d':
    case '90d':
      return { first: addDays(date, 1 - Number.parseInt(period.kind, 10)), last: date };
    case 'year':
      return { first: `${date.slice(0, 4)}-01-01`, last: `${date.slice(0, 4)}-12-31` };
    case 'month':
      return { first: monthOf(date), last: addDays(addMonths(date, 1), -1) };
    case '12mo':
      return { first: addMonths(date, -11), last: addDays(addMonths(date, 1), -1) };
    case 'custom':
      return { first: period.from ?? today, last: period.to ?? today };
    default:
      return undefined;
  }
}

/** The period as parameters of the API. */
export function spanOf(period: Period, now: Date): Span {
  if (period.kind === 'realtime' || period.kind === '24h') {
    const minute = Math.floor(now.getTime() / MINUTE) * MINUTE;
    const length = period.kind === '24h' ? DAY : REALTIME_MS;
    return { from: new Date(minute - length + MINUTE).toISOString() };
  }
  const today = localDate(now);
  const days = daysOf(period, today);
  if (!days) return {};
  return days.last >= today ? { from: days.first } : { from: days.first, to: addDays(days.last, 1) };
}

/** Whether the period has not ended, so that its answers change. */
export function isGoingOn(period: Period, now: Date): boolean {
  return spanOf(period, now).to === undefined;
}

/**
 * The previous or next period of the same kind.
 *
 * @returns undefined if there is none: before `all`, or after now
 */
export function neighbour(period: Period, direction: -1 | 1, now: Date): Period | undefined {
  const today = localDate(now);
  const days = daysOf(period, today);
  if (!days || (direction === 1 && days.last >= today)) return undefined;
  const { kind } = period;
  if (kind === 'month' || kind === '12mo' || kind === 'year') {
    const date = addMonths(period.date ?? today, direction * (kind === 'month' ? 1 : 12));
    return endingAt(kind, date, kind === 'year' ? `${today.slice(0, 4)}-01-01` : monthOf(today));
  }
  const length = daysBetween(days.first, days.last) + 1;
  const last = addDays(days.last, direction * length);
  if (kind === 'custom') return { kind, from: addDays(days.first, direction * length), to: last };
  return endingAt(kind, last, today);
}

function endingAt(kind: PeriodKind, date: string, latest: string): Period {
  return date >= latest ? { kind } : { kind, date };
}

/** Intervals that make a readable chart of a period, the default first. Empty: the server chooses. */
export function intervalsOf(period: Period, today: string): readonly Interval[] {
  switch (period.kind) {
    case 'realtime':
      return ['minute'];
    case '24h':
      return ['hour', 'minute'];
    case 'day':
      return ['hour', 'minute'];
    case 'all':
      return [];
    default: {
      const days = daysOf(period, today)!;
      const length = daysBetween(days.first, days.last) + 1;
      const usual = length <= 2 ? 'hour' : length <= 100 ? 'day' : 'month';
      const fitting = INTERVALS.filter(
        (each) => each !== 'minute' && length / DAYS_OF[each] <= MOST_POINTS && DAYS_OF[each] * 2 <= length,
      );
      return [usual, ...fitting.filter((each) => each !== usual)];
    }
  }
}

/** Parses a period from the parameters of an address; invalid ones are ignored. */
export function readPeriod(kind: string, date: string, from: string, to: string): Period | undefined {
  const known = PERIOD_KINDS.find((each) => each === kind);
  if (known === 'custom') {
    const days = readDays(from, to);
    return days && { kind: known, ...days };
  }
  if (!known) return undefined;
  const isDated = known !== 'all' && known !== 'realtime' && known !== '24h';
  return isDated && isDate(date) ? { kind: known, date } : { kind: known };
}

/** Parses first and last day, in any order. @returns undefined if one is not a date */
export function readDays(from: string, to: string): Days | undefined {
  if (!isDate(from) || !isDate(to)) return undefined;
  return from <= to ? { from, to } : { from: to, to: from };
}

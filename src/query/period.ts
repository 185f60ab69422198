/**
 * Named periods, and the periods that they are compared with, on the calendar of a time zone. Days begin at
 * local midnight and have 23, 24 or 25 hours; all times are milliseconds since 1970, and `to` is exclusive.
 */

import { DAY } from '../timing/units.ts';
import { LocalTime, startOfDay } from './local-time.ts';
import type { ComparisonKind } from './selection.ts';

/** The names for `presetPeriod`. */
export const PERIODS = [
  'today',
  'yesterday',
  '24h',
  '7d',
  '28d',
  '30d',
  '90d',
  '12mo',
  'month',
  'last_month',
  'year',
  'last_year',
] as const;
export type PeriodName = (typeof PERIODS)[number];

export interface Period {
  readonly from: number;
  readonly to: number;
}

/**
 * The period that a name denotes at a moment.
 *
 * - `today`, `month`, `year`: the local day, calendar month or calendar year, from its start to now. At its very end,
 *   which is the start of the next, it is the whole period that ends: a job that runs on the first of a month at midnight
 *   and queries `month` gets the previous month, and no period is empty.
 * - `7d`, `28d`, `30d`, `90d`: that many whole local days, the last one yesterday, as in Plausible: an incomplete day would let
 *   every chart drop at its end. `12mo` is as many whole calendar months, the last one before the present.
 * - `yesterday`, `last_month`, `last_year`: the whole local day, calendar month or year before the present one.
 * - `24h`: the last 86,400 seconds.
 *
 * @param now milliseconds since 1970
 * @param timezone a valid IANA name
 * @example
 * presetPeriod('7d', Date.UTC(2026, 10, 24, 7), 'Europe/Berlin'); // 16 November 23:00 UTC to 23 November 23:00 UTC
 */
export function presetPeriod(name: PeriodName, now: number, timezone: string): Period {
  const local = new LocalTime(timezone);
  const startOf = (year: number, month = 0, day = 1) => local.instantOf(Date.UTC(year, month, day));
  const [year, month, day] = dateOf(local.wallTimeOf(now));
  const [current, currentMonth, currentDay] = dateOf(local.wallTimeOf(now - 1));
  const today = startOf(year, month, day);
  switch (name) {
    case 'today':
      return { from: startOf(current, currentMonth, currentDay), to: now };
    case 'month':
      return { from: startOf(current, currentMonth), to: now };
    case 'year':
      return { from: startOf(current), to: now };
    case '24h':
      return { from: now - DAY, to: now };
    case 'yesterday': {
      const from = startOf(year, month, day - 1);
      // Samoa had no 30 December 2011.
      return { from: from < today ? from : startOf(year, month, day - 2), to: today };
    }
    case 'last_month':
      return { from: startOf(year, month - 1), to: startOf(year, month) };
    case '12mo':
      return { from: startOf(year, month - 12), to: startOf(year, month) };
    case 'last_year':
      return { from: startOf(year - 1), to: startOf(year) };
    default:
      return { from: startOf(year, month, day - Number.parseInt(name, 10)), to: today };
  }
}

/** Year, month from 0 and day of a wall time. */
function dateOf(wall: number): [number, number, number] {
  const date = new Date(wall);
  return [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
}

/**
 * The period that another one is compared with.
 *
 * `previous` is the one before it:
 * - whole calendar months: the same number of months before;
 * - whole local days: the same number of days before its start;
 * - from the start of a local day to a time of day, such as `today`: the same times, earlier by the days it includes.
 *   The 1st to the 24th at noon is compared with the 24 days before the 1st, the last of them until noon;
 * - any other: the same length before its start.
 *
 * `year` is the same local dates and times a year earlier. 29 February becomes the 28th; a period that ends with
 * 29 February ends with the 28th.
 *
 * @example
 * comparedPeriod({ from: Date.UTC(2026, 2), to: Date.UTC(2026, 3) }, 'previous', 'UTC'); // February
 */
export function comparedPeriod({ from, to }: Period, kind: ComparisonKind, timezone: string): Period {
  const local = new LocalTime(timezone);
  if (kind === 'previous' && !local.isStartOfDay(from)) return { from: from - (to - from), to: from };
  const start = { wall: local.wallTimeOf(from), isDay: local.isStartOfDay(from) };
  const end = { wall: local.wallTimeOf(to), isDay: local.isStartOfDay(to) };
  // If clocks skip midnight, the wall time is later than the day's start.
  if (start.isDay) start.wall = startOfDay(start.wall);
  if (end.isDay) end.wall = startOfDay(end.wall);
  const walls = kind === 'year' ? yearBefore(start, end) : periodBefore(start, end);
  const compared = { from: local.instantOf(walls.from), to: local.instantOf(walls.to) };
  // Samoa had no 30 December 2011, and there is a 29 February that begins and ends within hours of the 28th.
  return compared.from < compared.to ? compared : { from: compared.to - (to - from), to: compared.to };
}

/** A boundary of a period: its wall time, and whether a day begins there. */
interface Edge {
  readonly wall: number;
  readonly isDay: boolean;
}

function periodBefore(start: Edge, end: Edge): Period {
  if (isMonth(start) && isMonth(end)) {
    return { from: monthsLater(start.wall, -monthsBetween(start.wall, end.wall)), to: start.wall };
  }
  const days = Math.ceil((end.wall - start.wall) / DAY);
  return { from: start.wall - days * DAY, to: end.wall - days * DAY };
}

function yearBefore(start: Edge, end: Edge): Period {
  // The day that ends is shifted, not the one that begins there.
  const to = end.isDay ? yearEarlier(end.wall - DAY) + DAY : yearEarlier(end.wall);
  return { from: yearEarlier(start.wall), to };
}

function yearEarlier(wall: number): number {
  const date = new Date(wall);
  const isLeapDay = date.getUTCMonth() === 1 && date.getUTCDate() === 29;
  return date.setUTCFullYear(
    date.getUTCFullYear() - 1,
    date.getUTCMonth(),
    isLeapDay ? 28 : date.getUTCDate(),
  );
}

function isMonth({ wall, isDay }: Edge): boolean {
  return isDay && new Date(wall).getUTCDate() === 1;
}

function monthsBetween(from: number, to: number): number {
  const [start, end] = [new Date(from), new Date(to)];
  return 12 * (end.getUTCFullYear() - start.getUTCFullYear()) + end.getUTCMonth() - start.getUTCMonth();
}

/** @param wall the start of a month */
function monthsLater(wall: number, months: number): number {
  const date = new Date(wall);
  return date.setUTCMonth(date.getUTCMonth() + months);
}

/**
 * The time of a query that begins now: the next millisecond, since periods exclude their end, and hits of this millisecond may
 * have been acknowledged. In milliseconds since 1970.
 */
export function queryTime(): number {
  return Date.now() + 1;
}

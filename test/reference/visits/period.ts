/**
 * Periods on the calendar of a time zone, and the periods they are compared with. Times are milliseconds since 1970; `from`
 * is inclusive, `to` exclusive.
 *
 * The contract names the periods. Their meaning is the one of the product's present ones, and of Plausible:
 *
 * - `today`, `month` and `year` last from their start to now. At their very end, the start of the next one, they are the
 *   whole day, month or year that ends.
 * - `7d`, `28d`, `30d` and `90d` are whole local days, `12mo` whole calendar months. The last one is yesterday, or last
 *   month: an incomplete one would make every chart drop at its end. `24h` is the last 86,400 seconds.
 * - `all` lasts from the first hit of the sites to now.
 * - `from` and `to` may be dates in the time zone. `to` is exclusive: the last day is the one before it.
 * - `previous_period` is the same number of calendar months before whole months; the same number of days before a period that
 *   starts at local midnight (an incomplete day is compared up to the same time of day); otherwise the same length before.
 * - `year_over_year` has the same local dates and times a year earlier; 29 February becomes the 28th.
 */

import type { PeriodName, PeriodText, Query } from './query.ts';

const QUARTER = 15 * 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface Period {
  readonly from: number;
  readonly to: number;
}

/** The wall clock of a time zone. Wall times are given as if they were UTC. */
export class WallClock {
  readonly #format: Intl.DateTimeFormat;

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  }

  /** What the clock shows. */
  at(time: number): number {
    const shown: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(time)) shown[type] = Number(value);
    const wall = Date.UTC(
      shown.year!,
      shown.month! - 1,
      shown.day!,
      shown.hour!,
      shown.minute!,
      shown.second!,
    );
    return wall + (time % 1000);
  }

  /** When the clock first shows a time, or a later one if it skips that. */
  first(wall: number): number {
    const rest = wall % QUARTER;
    let time = wall - rest - 15 * HOUR;
    while (this.at(time + rest) < wall) time += QUARTER;
    return time + rest;
  }

  isStartOfDay(time: number): boolean {
    return this.first(dayOf(this.at(time))) === time;
  }
}

/** @param firstHit time of the first hit of the sites; undefined if there is none */
export function periodOf(
  period: PeriodName | PeriodText,
  zone: string,
  now: number,
  firstHit: number | undefined,
): Period {
  const wall = new WallClock(zone);
  if (typeof period !== 'string') return { from: timeOf(period.from, wall), to: timeOf(period.to, wall) };
  const date = new Date(wall.at(now - 1));
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const today = new Date(wall.at(now));
  const startOf = (y: number, m = 0, d = 1) => wall.first(Date.UTC(y, m, d));
  const thisDay = (ago: number) =>
    startOf(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() - ago);
  const thisMonth = (ago: number) => startOf(today.getUTCFullYear(), today.getUTCMonth() - ago);
  switch (period) {
    case 'today':
      return { from: startOf(year, month, day), to: now };
    case 'yesterday':
      return { from: thisDay(1), to: thisDay(0) };
    case '24h':
      return { from: now - DAY, to: now };
    case '7d':
    case '28d':
    case '30d':
    case '90d':
      return { from: thisDay(Number.parseInt(period, 10)), to: thisDay(0) };
    case '12mo':
      return { from: thisMonth(12), to: thisMonth(0) };
    case 'month':
      return { from: startOf(year, month), to: now };
    case 'last_month':
      return { from: thisMonth(1), to: thisMonth(0) };
    case 'year':
      return { from: startOf(year), to: now };
    case 'last_year':
      return { from: startOf(today.getUTCFullYear() - 1), to: startOf(today.getUTCFullYear()) };
    case 'all':
      return { from: Math.min(firstHit ?? now - 1, now - 1), to: now };
  }
}

type Kind = NonNullable<NonNullable<Query['include']>['comparison']>;

/** The period that a given one is compared with. */
export function comparedPeriod({ from, to }: Period, kind: Kind, zone: string): Period {
  const wall = new WallClock(zone);
  if (typeof kind !== 'string') return { from: timeOf(kind.from, wall), to: timeOf(kind.to, wall) };
  const beginsDay = wall.isStartOfDay(from);
  const endsDay = wall.isStartOfDay(to);
  if (kind === 'previous_period' && !beginsDay) return { from: from - (to - from), to: from };
  const start = beginsDay ? dayOf(wall.at(from)) : wall.at(from);
  const end = endsDay ? dayOf(wall.at(to)) : wall.at(to);
  if (kind === 'year_over_year') {
    // At the end of a day, that day moves, not the next one.
    const before = endsDay ? yearBefore(end - DAY) + DAY : yearBefore(end);
    return { from: wall.first(yearBefore(start)), to: wall.first(before) };
  }
  const isOfMonths = endsDay && new Date(start).getUTCDate() === 1 && new Date(end).getUTCDate() === 1;
  if (isOfMonths) {
    const date = new Date(start);
    const last = new Date(end);
    const months =
      12 * (last.getUTCFullYear() - date.getUTCFullYear()) + last.getUTCMonth() - date.getUTCMonth();
    return { from: wall.first(date.setUTCMonth(date.getUTCMonth() - months)), to: from };
  }
  const days = Math.ceil((end - start) / DAY);
  return { from: wall.first(start - days * DAY), to: wall.first(end - days * DAY) };
}

function timeOf(text: string, wall: WallClock): number {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? wall.first(Date.parse(text)) : Date.parse(text);
}

function dayOf(wall: number): number {
  return Math.floor(wall / DAY) * DAY;
}

function yearBefore(wall: number): number {
  const date = new Date(wall);
  if (date.getUTCMonth() === 1 && date.getUTCDate() === 29) date.setUTCDate(28);
  return date.setUTCFullYear(date.getUTCFullYear() - 1);
}

/** `2026-03-01T00:00:00Z`, with milliseconds if there are any. */
export function isoOf(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

import { DAY } from '../timing/units.ts';
import { LocalTime, startOfDay } from './local-time.ts';
import type { Period } from './period.ts';
import type { Interval } from './selection.ts';

const MINUTE = 60_000;
/** Every current time zone is a multiple of 15 minutes from UTC, and changes its clocks at one. */
const QUARTER = 15 * MINUTE;
const HOUR = 60 * MINUTE;

/**
 * The starts of all intervals that a period touches, ascending, in milliseconds since 1970. The first one may be before the
 * period. Weeks start on Monday; days, weeks and months at local midnight, or where clocks skip it.
 *
 * @param timezone a valid IANA name
 * @example
 * intervalStarts('day', { from: Date.UTC(2026, 0, 1, 12), to: Date.UTC(2026, 0, 3) }, 'UTC'); // midnights of 1 and 2 January
 */
export function intervalStarts(interval: Interval, { from, to }: Period, timezone: string): number[] {
  const local = new LocalTime(timezone);
  switch (interval) {
    case 'minute':
      return steps(Math.floor(from / MINUTE) * MINUTE, to, MINUTE);
    case 'hour':
      return [...new Set(hours(local, from, to))];
    default: {
      const last = local.wallTimeOf(to - 1);
      const starts = new Set<number>();
      for (let wall = startOf(interval, local.wallTimeOf(from)); wall <= last; wall = next(interval, wall)) {
        const start = local.instantOf(wall);
        // A day that clocks skip starts where the next one does.
        if (start < to) starts.add(start);
      }
      return [...starts];
    }
  }
}

/** Hours start where the clock shows a full one, which it does twice in an hour that is repeated by half. */
function* hours(local: LocalTime, from: number, to: number): Iterable<number> {
  for (const day of steps(Math.floor(from / QUARTER) * QUARTER, to, DAY)) {
    const end = Math.min(day + DAY, to);
    const offset = local.wallTimeOf(day) - day;
    // Zones change their offset more than two days apart.
    const isConstant = local.wallTimeOf(end) - end === offset;
    for (const time of steps(day, end, QUARTER)) {
      const wall = isConstant ? time + offset : local.wallTimeOf(time);
      yield time - (wall % HOUR);
    }
  }
}

function steps(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, at) => from + at * step);
}

/** The first wall time of the interval that a wall time is in. */
function startOf(interval: 'day' | 'week' | 'month', wall: number): number {
  const date = new Date(startOfDay(wall));
  if (interval === 'month') date.setUTCDate(1);
  if (interval === 'week') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.getTime();
}

function next(interval: 'day' | 'week' | 'month', wall: number): number {
  if (interval !== 'month') return wall + (interval === 'week' ? 7 : 1) * DAY;
  const date = new Date(wall);
  return date.setUTCMonth(date.getUTCMonth() + 1);
}

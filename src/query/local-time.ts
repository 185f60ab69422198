import { DAY } from '../timing/units.ts';

/**
 * Wall-clock time in a time zone.
 *
 * A wall time is also a number: the milliseconds since 1970 at which clocks in UTC show the same. So its days
 * always have 24 hours, and `Date`'s UTC functions do the calendar.
 *
 * @example
 * const berlin = new LocalTime('Europe/Berlin');
 * new Date(berlin.wallTimeOf(Date.UTC(2026, 6, 1, 22))).toISOString(); // '2026-07-02T00:00:00.000Z'
 */
export class LocalTime {
  readonly #format: Intl.DateTimeFormat;

  /** @param timezone a valid IANA name */
  constructor(timezone: string) {
    this.#format = new Intl.DateTimeFormat('en', {
      ...{ timeZone: timezone, year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' },
    });
  }

  /** @param time milliseconds since 1970 */
  wallTimeOf(time: number): number {
    const shown: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(time)) shown[type] = Number(value);
    const { year, month, day, hour, minute, second } = shown as Record<Intl.DateTimeFormatPartTypes, number>;
    const milliseconds = ((time % 1000) + 1000) % 1000;
    return Date.UTC(year, month - 1, day, hour, minute, second) + milliseconds;
  }

  /**
   * Converts a wall time: the first occurrence if it occurs twice since clocks were set back; the time of the jump if
   * clocks skip it.
   *
   * @returns milliseconds since 1970
   */
  instantOf(wall: number): number {
    // Zones are less than a day from UTC, and change their offset more than two days apart.
    const offsets = [wall - DAY, wall + DAY].map((time) => this.wallTimeOf(time) - time);
    const earliest = wall - Math.max(...offsets);
    const latest = wall - Math.min(...offsets);
    if (this.wallTimeOf(earliest) === wall) return earliest;
    if (this.wallTimeOf(latest) === wall) return latest;
    return this.#skipGap(wall, earliest, latest);
  }

  /** @returns whether a day begins at this moment: at midnight, or when clocks skip it */
  isStartOfDay(time: number): boolean {
    return this.instantOf(startOfDay(this.wallTimeOf(time))) === time;
  }

  #skipGap(wall: number, before: number, after: number): number {
    let [low, high] = [before, after];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.wallTimeOf(middle) < wall) low = middle;
      else high = middle;
    }
    return high;
  }
}

/** The midnight, as a wall time, of a wall time's day. */
export function startOfDay(wall: number): number {
  return Math.floor(wall / DAY) * DAY;
}

/**
 * Intervals of a time zone, found from the wall clock: the first quarter of an hour at which it shows a date. `Intl` gives
 * the wall clock; offsets are used only within an hour.
 */

export type Unit = 'minute' | 'hour' | 'day' | 'week' | 'month';

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Steps that are short enough to touch every interval: the shortest day has 22 hours. */
const STEPS: Readonly<Record<Unit, number>> = {
  minute: MINUTE,
  hour: QUARTER,
  day: 6 * HOUR,
  week: DAY / 2,
  month: DAY / 2,
};

export class Calendar {
  readonly #format: Intl.DateTimeFormat;
  /** The wall clock at a quarter of an hour, within which no current zone changes its clocks. */
  readonly #walls = new Map<number, number>();
  readonly #starts = new Map<number, number>();

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric' },
    });
  }

  /** The start of the interval that contains a time. Milliseconds since 1970, as everywhere here. */
  startOf(unit: Unit, time: number): number {
    const wall = this.#wallAt(time);
    if (unit === 'minute') return time - (wall % MINUTE);
    if (unit === 'hour') return time - (wall % HOUR);
    const date = new Date(wall);
    if (unit === 'month') date.setUTCDate(1);
    if (unit === 'week') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
    return this.#firstMomentOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()));
  }

  /** The starts of all intervals that a period touches. */
  startsIn(unit: Unit, from: number, to: number): number[] {
    const starts = new Set<number>();
    for (let time = from; time < to; time += STEPS[unit]) starts.add(this.startOf(unit, time));
    starts.add(this.startOf(unit, to - 1));
    return [...starts].sort((a, b) => a - b);
  }

  /** When the wall clock first shows a date, or a later one if that date is skipped. */
  #firstMomentOf(date: number): number {
    const known = this.#starts.get(date);
    if (known !== undefined) return known;
    let time = date - 15 * HOUR;
    while (this.#wallAt(time) < date) time += QUARTER;
    this.#starts.set(date, time);
    return time;
  }

  /** The wall clock, as the milliseconds since 1970 at which UTC shows the same. */
  #wallAt(time: number): number {
    const quarter = Math.floor(time / QUARTER) * QUARTER;
    let wall = this.#walls.get(quarter);
    if (wall === undefined) {
      const shown: Record<string, number> = {};
      for (const { type, value } of this.#format.formatToParts(quarter)) shown[type] = Number(value);
      wall = Date.UTC(shown.year!, shown.month! - 1, shown.day!, shown.hour!, shown.minute!);
      this.#walls.set(quarter, wall);
    }
    return wall + (time - quarter);
  }
}

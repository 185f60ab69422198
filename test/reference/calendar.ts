/**
 * Intervals of a time zone, found by looking at the clock: the first quarter of an hour at which the wall shows a date.
 * `Intl` says what the wall shows; nothing is calculated from offsets but within an hour.
 */

export type Unit = 'minute' | 'hour' | 'day' | 'week' | 'month';

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A walk in these steps touches every interval: the shortest day has 22 hours. */
const STEPS: Readonly<Record<Unit, number>> = {
  minute: MINUTE,
  hour: QUARTER,
  day: 6 * HOUR,
  week: DAY / 2,
  month: DAY / 2,
};

export class Calendar {
  readonly #format: Intl.DateTimeFormat;
  /** What the wall shows at a quarter of an hour, in which no zone of today changes its clocks. */
  readonly #walls = new Map<number, number>();
  readonly #starts = new Map<number, number>();

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric' },
    });
  }

  /** The beginning of the interval that a moment is in. Milliseconds since 1970, as everywhere here. */
  startOf(unit: Unit, time: number): number {
    const wall = this.#wallAt(time);
    if (unit === 'minute') return time - (wall % MINUTE);
    if (unit === 'hour') return time - (wall % HOUR);
    const date = new Date(wall);
    if (unit === 'month') date.setUTCDate(1);
    if (unit === 'week') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
    return this.#firstMomentOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()));
  }

  /** The beginnings of all intervals that a period touches. */
  startsIn(unit: Unit, from: number, to: number): number[] {
    const starts = new Set<number>();
    for (let time = from; time < to; time += STEPS[unit]) starts.add(this.startOf(unit, time));
    starts.add(this.startOf(unit, to - 1));
    return [...starts].sort((a, b) => a - b);
  }

  /** When the wall first shows a date, or a later one where that date never comes. */
  #firstMomentOf(date: number): number {
    const known = this.#starts.get(date);
    if (known !== undefined) return known;
    let time = date - 15 * HOUR;
    while (this.#wallAt(time) < date) time += QUARTER;
    this.#starts.set(date, time);
    return time;
  }

  /** What the wall shows, as the milliseconds since 1970 at which it shows the same in UTC. */
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

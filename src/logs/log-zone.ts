import { LocalTime } from '../query/local-time.ts';
import { HOUR } from '../timing/units.ts';

/** No zone changes its offset within a quarter of an hour, by its own clock. */
const QUARTER = HOUR / 4;

/**
 * The times of a log without offsets, in its time zone. Lines are mostly in order of time, so the offset of the last quarter of
 * an hour is kept. Of an hour that occurs twice, when clocks are set back, all lines are in its first occurrence.
 *
 * @example
 * new LogZone('Europe/Berlin').timeOf(Date.UTC(2026, 6, 1, 12)); // Date.UTC(2026, 6, 1, 10)
 */
export class LogZone {
  readonly #local: LocalTime;
  #quarter = Number.NaN;
  #ahead = 0;

  /** @param timezone a valid IANA name */
  constructor(timezone: string) {
    this.#local = new LocalTime(timezone);
  }

  /** @param wall milliseconds since 1970, as if the time was in UTC */
  timeOf(wall: number): number {
    const quarter = Math.floor(wall / QUARTER) * QUARTER;
    if (quarter !== this.#quarter) {
      this.#quarter = quarter;
      this.#ahead = quarter - this.#local.instantOf(quarter);
    }
    return wall - this.#ahead;
  }
}

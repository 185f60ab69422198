/**
 * When a hit may have been, and how far the calendars of the structures reach that hold its time.
 *
 * A live hit is now. A told time, of a batch, a log line or a Kafka record, comes from another clock: it may be a little
 * ahead, which counts as now, and old. What is further ahead, or before the web, is a fault of the sender. It is refused
 * with its reason, and never moved to now: there it would enter live windows.
 */
import { readIsoTime } from './calendar.ts';

/** The earliest time that a hit is believed to have: 1990-01-01, when there was no web yet. */
export const EARLIEST_HIT = Date.UTC(1990, 0);

/** Milliseconds by which a sender's clock may be ahead of ours. */
const MAX_CLOCK_SKEW = 10 * 60_000;

/**
 * The end of unsigned 32-bit seconds, exclusive: 2106-02-07T06:28:16Z. Ring buckets and ClickHouse's DateTime, the type of
 * rollup slots, reach that far.
 */
export const END_OF_DATETIME = 2 ** 32 * 1000;

/**
 * The end of times that can be stored, asked for and exported, exclusive: 2299-01-01. ClickHouse's DateTime64, the type of
 * a hit's time, ends a year later, so that intervals of any time zone still have a beginning.
 */
export const END_OF_DATETIME64 = Date.UTC(2299, 0);

/**
 * Why a told time is refused.
 *
 * @param time milliseconds since 1970
 * @param now milliseconds since 1970
 * @returns undefined for a time that is accepted; one after `now` counts as `now`
 * @example
 * timeFault(Date.UTC(2300, 0), Date.now()); // 'time 2300-01-01T00:00:00.000Z is more than 10 minutes ahead of …'
 */
export function timeFault(time: number, now: number): string | undefined {
  if (time >= EARLIEST_HIT && time <= now + MAX_CLOCK_SKEW) return undefined;
  if (Number.isNaN(time)) return 'time is not a number';
  if (time < EARLIEST_HIT) return `time ${timeText(time)} is before 1990-01-01`;
  return `time ${timeText(time)} is more than 10 minutes ahead of the clock here, ${timeText(now)}`;
}

/**
 * A told time: ISO 8601, which is UTC where it names no offset, or milliseconds since 1970.
 *
 * @returns undefined for anything else, and for a date or time that does not exist
 */
export function readToldTime(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.floor(value) : undefined;
  const written = typeof value === 'string' ? readIsoTime(value) : undefined;
  return written && written.wall - (written.offset ?? 0);
}

/** ISO 8601, or the number itself where no date can say it. */
function timeText(time: number): string {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time);
}

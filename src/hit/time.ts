/**
 * Valid times of a hit, and the time ranges of the structures that store it.
 *
 * A live hit has the current time. A supplied time, from a batch, a log line or a Kafka record, comes from another clock:
 * it may be old, or slightly ahead, which counts as now. A time further ahead, or from before the web, is the sender's
 * error. It is refused with a reason and never moved to now, since it would then enter live windows.
 */
import { readIsoTime } from './calendar.ts';

/** The earliest accepted time of a hit: 1990-01-01, when there was no web yet. */
export const EARLIEST_HIT = Date.UTC(1990, 0);

/** Milliseconds by which a sender's clock may be ahead of ours. */
const MAX_CLOCK_SKEW = 10 * 60_000;

/**
 * The end of unsigned 32-bit seconds, exclusive: 2106-02-07T06:28:16Z. Ring buckets and ClickHouse's DateTime, the type of
 * rollup slots, reach that far.
 */
export const END_OF_DATETIME = 2 ** 32 * 1000;

/**
 * The end of times that can be stored, queried and exported, exclusive: 2299-01-01. ClickHouse's DateTime64, the type of
 * a hit's time, ends a year later, so intervals in any time zone still have a start.
 */
export const END_OF_DATETIME64 = Date.UTC(2299, 0);

/**
 * Why a supplied time is refused.
 *
 * @param time milliseconds since 1970
 * @param now milliseconds since 1970
 * @returns undefined if the time is accepted; a time after `now` counts as `now`
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
 * Parses a supplied time: ISO 8601 (UTC if it has no offset), or milliseconds since 1970.
 *
 * @returns undefined for anything else, and for a date or time that does not exist
 */
export function readExplicitTime(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.floor(value) : undefined;
  const written = typeof value === 'string' ? readIsoTime(value) : undefined;
  return written && written.wall - (written.offset ?? 0);
}

/** ISO 8601, or the number itself if it is not a valid date. */
function timeText(time: number): string {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time);
}

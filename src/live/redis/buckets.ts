/**
 * Time buckets: which ones a hit belongs to, and which ones make up a window that ends now.
 *
 * Redis has no last-seen table, so windows are composed of buckets that expire by themselves. Hits add up: a window sums
 * the buckets of the finest level that is kept long enough, and counts the bucket cut by its start in proportion, as
 * `HitRing` does. Visitors are HyperLogLogs, any number of which can be counted as one: a window uses the fewest buckets
 * that cover it, days and hours in the middle and seconds or minutes at the edges, and its start is rounded to a bucket
 * of the edge level.
 *
 * | window up to | hits by | visitors, edges by | kept     |
 * |--------------|---------|--------------------|----------|
 * | 1 hour       | second  | second             | 1 hour   |
 * | 1 day        | minute  | minute             | 1 day    |
 * | 32 days      | hour    | hour               | 32 days  |
 * | 400 days     | hour    | day                | 400 days |
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A bucket level: the length of its buckets and how long windows need them, in milliseconds. */
export interface Level {
  readonly name: 's' | 'm' | 'h' | 'd';
  readonly bucketMs: number;
  readonly keptMs: number;
}

const SECONDS: Level = { name: 's', bucketMs: SECOND, keptMs: HOUR };
const MINUTES: Level = { name: 'm', bucketMs: MINUTE, keptMs: DAY };
const HOURS: Level = { name: 'h', bucketMs: HOUR, keptMs: 32 * DAY };
const DAYS: Level = { name: 'd', bucketMs: DAY, keptMs: 400 * DAY };

/** Visitor levels, finest first. */
export const VISITOR_LEVELS: readonly Level[] = [SECONDS, MINUTES, HOURS, DAYS];
/** Hit levels, finest first. Buckets are fields of a hash; `fields` is their number per hash. */
export const HIT_LEVELS: readonly (Level & { readonly fields: number })[] = [
  { ...SECONDS, fields: 60 },
  { ...MINUTES, fields: 60 },
  { ...HOURS, keptMs: 400 * DAY, fields: 24 },
];

/** A bucket, numbered from 1970. */
export interface Bucket {
  readonly level: Level;
  readonly number: number;
}

/** A hit bucket, and the share of it that lies in a window. */
export interface Share extends Bucket {
  readonly share: number;
}

/**
 * Seconds for which a bucket is still needed; 0 or less if it is no longer needed.
 *
 * @param span number of buckets that are kept together
 */
export function secondsLeft({ level, number }: Bucket, now: number, span = 1): number {
  return Math.ceil(((number + span) * level.bucketMs + level.keptMs - now) / SECOND);
}

/**
 * The hit buckets of a window (now − seconds, now].
 *
 * @param seconds 1 or more
 * @param now milliseconds since 1970
 */
export function hitShares(seconds: number, now: number): Share[] {
  const { from, to } = edges(seconds, now);
  const level = HIT_LEVELS.find(({ keptMs }) => to - from <= keptMs) ?? HIT_LEVELS.at(-1)!;
  const first = Math.floor(from / level.bucketMs);
  const last = Math.floor((to - 1) / level.bucketMs);
  const shares: Share[] = [];
  for (let number = first; number <= last; number++) shares.push({ level, number, share: 1 });
  shares[0] = { level, number: first, share: 1 - (from / level.bucketMs - first) };
  return shares;
}

/** The visitor buckets of a window (now − seconds, now], with its start rounded. */
export function visitorBuckets(seconds: number, now: number): Bucket[] {
  const { from, to } = edges(seconds, now);
  const finest = VISITOR_LEVELS.find(({ keptMs }) => to - from <= keptMs) ?? DAYS;
  const levels = VISITOR_LEVELS.slice(VISITOR_LEVELS.indexOf(finest)).reverse();
  const buckets: Bucket[] = [];
  // Rounding never removes the current bucket.
  const start = Math.min(Math.round(from / finest.bucketMs), Math.floor(now / finest.bucketMs));
  for (let time = start * finest.bucketMs; time < to; ) {
    // Nobody is seen in the future, so the last bucket may reach beyond the window's end.
    const level = levels.find(({ bucketMs }) => time % bucketMs === 0)!;
    buckets.push({ level, number: time / level.bucketMs });
    time += level.bucketMs;
  }
  return buckets;
}

/** In whole milliseconds (now − w, now] is the same as [from, to). */
function edges(seconds: number, now: number): { from: number; to: number } {
  const to = Math.floor(now) + 1;
  return { from: Math.max(0, to - Math.min(seconds * SECOND, DAYS.keptMs)), to };
}

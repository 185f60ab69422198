/**
 * Hits over any window that ends now, in fixed memory.
 *
 * The usual ways cost what traffic decides: a list of times grows with hits, a TTL cache adds a timer to each,
 * a decaying average knows one window only. Here a hit is added to three counters: those of its second,
 * its minute and its hour. Each level is a ring: time itself says which slot is whose, by remainder, and the
 * slot remembers for which second (minute, hour) it counts. So nothing has to be swept: a slot left over from an
 * earlier lap is recognised when it is next read or written.
 *
 * | level   | slots | answers windows up to |
 * |---------|-------|-----------------------|
 * | seconds | 3,601 | 1 hour                |
 * | minutes | 1,441 | 1 day                 |
 * | hours   | 9,601 | 400 days              |
 *
 * The one slot more than the horizon has units is for the bucket that the window's start cuts: its hits
 * are counted by the share of it that the window covers. That share is the only estimate here. A window that
 * starts on a bucket's edge is counted exactly, any other errs by less than one bucket's hits: one second's in
 * a window up to an hour, one minute's up to a day, one hour's beyond.
 *
 * It takes 172 KiB: 12 bytes a slot.
 */

import { HitError } from '../errors.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const LONGEST_MS = 400 * DAY;

/** Finest first. A bucket is made of whole buckets of the level before it. */
const LEVELS = [
  { bucketMs: SECOND, horizonMs: HOUR },
  { bucketMs: MINUTE, horizonMs: DAY },
  { bucketMs: HOUR, horizonMs: LONGEST_MS },
];

/** Bucket numbers are unsigned 32 bits: seconds reach the year 2106. */
const END_OF_TIME_MS = 2 ** 32 * SECOND;

/** One level of the ring. Slot i holds a bucket whose number leaves the remainder i. */
export interface RingLevel {
  readonly bucketMs: number;
  readonly horizonMs: number;
  /** Per slot: the bucket it counts, as whole buckets since 1970. */
  readonly buckets: Uint32Array;
  /** Per slot: hits in that bucket. */
  readonly hits: Float64Array;
}

/**
 * The hits of the last 400 days, by second, minute and hour.
 *
 * @example
 * const ring = new HitRing();
 * ring.add(Date.now());
 * ring.count(60, Date.now()); // 1
 */
export class HitRing {
  /** The counters, finest first: all that another node needs to rebuild this ring. */
  readonly levels: readonly RingLevel[] = LEVELS.map(({ bucketMs, horizonMs }) => {
    const slots = horizonMs / bucketMs + 1;
    return { bucketMs, horizonMs, buckets: new Uint32Array(slots), hits: new Float64Array(slots) };
  });

  /**
   * Counts hits of one moment.
   *
   * Hits may come in any order; one from before a level's horizon never replaces a newer one there. A hit in the
   * future counts when its time has come, but takes the slot of the oldest bucket at once: hold times that a
   * client supplied down to the present before they come here.
   *
   * To rebuild a ring from stored counts, add each once, at any moment of its bucket: by second for the last
   * hour, by minute for the day before that, by hour for the rest, cut on the edges of whole minutes and hours.
   *
   * @param timeMs milliseconds since 1970; what is not between 1970 and 2106 is in no window and left out
   * @param hits how many at that moment
   */
  add(timeMs: number, hits = 1): void {
    if (!(timeMs >= 0 && timeMs < END_OF_TIME_MS)) return;
    for (const level of this.levels) addTo(level, Math.floor(timeMs / level.bucketMs), hits);
  }

  /**
   * The hits in (now − seconds, now], to the millisecond where the window starts on a bucket's edge.
   *
   * The finest level that covers the window is used for all of it, except for the bucket that is still running:
   * that one is read from the finer levels, so that a hit from the future is not counted (within the running
   * second there is no telling).
   *
   * @param seconds length of the window, 1 or more; beyond 400 days it is taken as 400 days
   * @param nowMs milliseconds since 1970. The ring keeps what windows ending now need: one that ended long ago
   *   may have lost its start
   * @returns whole hits, rounded
   * @throws HitError `invalid` if the window is shorter than a second
   */
  count(seconds: number, nowMs: number): number {
    if (!(seconds >= 1)) {
      throw new HitError('invalid', `a window of ${seconds} seconds is too short: use 1 or more`);
    }
    const windowMs = Math.min(seconds * SECOND, LONGEST_MS);
    // In whole milliseconds (now − w, now] is the same as [from, to).
    const to = Math.floor(nowMs) + 1;
    const from = Math.max(0, to - windowMs);
    const level = LEVELS.findIndex(({ horizonMs }) => windowMs <= horizonMs);
    return Math.round(this.#between(level, from, to));
  }

  /**
   * Adds another ring's hits to this one's, bucket by bucket; where they are of different laps, the newer
   * stays. The order of merges does not matter. Merging the same ring twice counts its hits twice.
   */
  merge(other: HitRing): void {
    for (const [i, level] of this.levels.entries()) {
      const { buckets, hits } = other.levels[i]!;
      for (let slot = 0; slot < buckets.length; slot++) {
        addTo(level, buckets[slot]!, hits[slot]!);
      }
    }
  }

  /** Memory taken by the counters. */
  get bytes(): number {
    return this.levels.reduce((sum, { buckets, hits }) => sum + buckets.byteLength + hits.byteLength, 0);
  }

  /** Hits in [from, to), by the buckets of a level. */
  #between(depth: number, from: number, to: number): number {
    const level = this.levels[depth]!;
    const first = Math.floor(from / level.bucketMs);
    const running = Math.floor((to - 1) / level.bucketMs);
    const before = from - first * level.bucketMs;

    let sum = depth === 0 ? hitsIn(level, running) : this.#between(depth - 1, running * level.bucketMs, to);
    for (let bucket = first; bucket < running; bucket++) sum += hitsIn(level, bucket);
    return sum - (before / level.bucketMs) * hitsIn(level, first);
  }
}

function addTo(level: RingLevel, bucket: number, hits: number): void {
  const slot = bucket % level.buckets.length;
  const held = level.buckets[slot]!;
  if (bucket === held) {
    level.hits[slot]! += hits;
  } else if (bucket > held) {
    level.buckets[slot] = bucket;
    level.hits[slot] = hits;
  }
}

function hitsIn(level: RingLevel, bucket: number): number {
  const slot = bucket % level.buckets.length;
  return level.buckets[slot] === bucket ? level.hits[slot]! : 0;
}

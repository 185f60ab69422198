/**
 * Hits over any window that ends now, in fixed memory.
 *
 * The usual approaches depend on traffic or are limited: a list of times grows with hits, a TTL cache adds a timer to
 * each, a decaying average knows one window only. Here a hit is added to three counters: those of its second, its
 * minute and its hour. Each level is a ring: the time modulo the number of slots selects the slot, and the slot
 * stores which second (minute, hour) it counts. So nothing has to be swept: a slot left over from an earlier lap is
 * recognised when it is next read or written.
 *
 * | level   | slots | answers windows up to |
 * |---------|-------|-----------------------|
 * | seconds | 3,601 | 1 hour                |
 * | minutes | 1,441 | 1 day                 |
 * | hours   | 9,601 | 400 days              |
 *
 * Each level has one extra slot, for the bucket that the window's start cuts: its hits are counted in proportion to
 * the share that the window covers. That share is the only estimate here. A window that starts on a bucket's edge is
 * counted exactly; any other is off by less than one bucket's hits: one second's in a window up to an hour, one
 * minute's up to a day, one hour's beyond.
 *
 * It takes 172 KiB: 12 bytes per slot.
 *
 * Over a `SharedArrayBuffer` only one thread may count, and any thread may read. A slot is two numbers, so two threads
 * that began a new lap at the same time could lose each other's hits. If several threads count, each has its own ring;
 * merging two takes 0.06 ms. A slot's hits are written before its number, so a concurrent reader never mistakes an old
 * lap's hits for new ones.
 */

import { HitError } from '../errors.ts';
import { END_OF_DATETIME } from '../hit/time.ts';
import { ANY_NUMBER, checkedNumber, checkInstance, checkOptions, shown } from '../schema/argument.ts';
import { DAY, HOUR, MINUTE } from '../timing/units.ts';
import type { Bytes } from './bytes.ts';
import { SketchReader, SketchWriter } from './encoding.ts';

const SECOND = 1_000;

const LONGEST_MS = 400 * DAY;
/** Seconds of the longest window. */
export const LONGEST_WINDOW = LONGEST_MS / SECOND;

/** Finest first. A bucket is made of whole buckets of the level before it. */
const LEVELS = [
  { bucketMs: SECOND, horizonMs: HOUR },
  { bucketMs: MINUTE, horizonMs: DAY },
  { bucketMs: HOUR, horizonMs: LONGEST_MS },
];

/** Bucket numbers are unsigned 32 bits: seconds reach `END_OF_DATETIME`. */
const LAST_BUCKET = 2 ** 32 - 1;

const SLOTS = LEVELS.reduce((sum, level) => sum + slotsOf(level), 0);
const SLOT_BYTES = Float64Array.BYTES_PER_ELEMENT + Uint32Array.BYTES_PER_ELEMENT;

/** One level of the ring. Slot i holds a bucket whose number has the remainder i. */
export interface RingLevel {
  readonly bucketMs: number;
  readonly horizonMs: number;
  /** Per slot: the bucket it counts, as whole buckets since 1970. */
  readonly buckets: Uint32Array;
  /** Per slot: hits in that bucket. */
  readonly hits: Float64Array;
}

export interface HitRingOptions {
  /** The memory of another ring, in this thread or another: kept, not copied. Default: an empty ring. */
  memory?: ArrayBufferLike;
  /** Whether an empty ring uses shared memory, so that `memory` can be passed to other threads. Default false. */
  shared?: boolean;
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
  /** The counters, finest first. */
  readonly levels: readonly RingLevel[];
  /** The counters' memory: the hits of all levels, then the buckets of all levels. */
  readonly memory: ArrayBufferLike;

  /** @throws HitError `invalid` if the memory has another size */
  constructor(options: HitRingOptions = {}) {
    checkOptions(options, ['memory', 'shared']);
    const { memory, shared = false } = options;
    const bytes = SLOTS * SLOT_BYTES;
    if (memory !== undefined && memory.byteLength !== bytes) {
      const given = memory.byteLength ?? shown(memory);
      throw new HitError('invalid', `memory must be a buffer of ${bytes} bytes, not ${given}`);
    }
    this.memory = memory ?? (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
    this.levels = levelsIn(this.memory);
  }

  /**
   * Counts hits of one moment.
   *
   * Hits may come in any order; one from before a level's horizon never replaces a newer one there. A future hit
   * counts once its time has come, but takes the slot of the oldest bucket immediately: the caller must limit
   * client-supplied times to the present.
   *
   * To rebuild a ring from stored counts, add each once, at any moment of its bucket: by second for the last
   * hour, by minute for the day before that, by hour for the rest, cut on the edges of whole minutes and hours.
   *
   * @param timeMs milliseconds since 1970; times outside 1970 to 2106 are in no window and are ignored
   * @param hits how many at that moment, a whole number
   * @example new HitRing().add(Date.now(), 3);
   */
  add(timeMs: number, hits = 1): void {
    if (!(timeMs >= 0 && timeMs < END_OF_DATETIME)) return;
    for (const level of this.levels) {
      const bucket = Math.floor(timeMs / level.bucketMs);
      addTo(level, bucket % level.buckets.length, bucket, hits);
    }
  }

  /**
   * The hits in (now − seconds, now], exact to the millisecond if the window starts on a bucket's edge.
   *
   * The finest level that covers the window is used for all of it, except for the current bucket: that one is read
   * from the finer levels, so that future hits are not counted (within the current second they cannot be told
   * apart).
   *
   * @param seconds length of the window, 1 or more; more than 400 days count as 400 days
   * @param nowMs milliseconds since 1970. The ring keeps only the data for windows that end now: a window that
   *   ended long ago may have lost its start
   * @returns whole hits, rounded
   * @throws HitError `invalid` if the window is shorter than a second, or something is not a number
   * @example new HitRing().count(60, Date.now()); // 0
   */
  count(seconds: number, nowMs: number): number {
    checkedNumber('seconds', seconds, { ...ANY_NUMBER, least: 1 });
    checkedNumber('nowMs', nowMs, ANY_NUMBER);
    const windowMs = Math.min(seconds * SECOND, LONGEST_MS);
    // In whole milliseconds (now − w, now] is the same as [from, to).
    const to = Math.floor(nowMs) + 1;
    const from = Math.max(0, to - windowMs);
    const level = LEVELS.findIndex(({ horizonMs }) => windowMs <= horizonMs);
    return Math.round(this.#between(level, from, to));
  }

  /**
   * Adds another ring's hits to this one's, bucket by bucket; if slots are in different laps, the newer stays. The
   * result is slot by slot the ring that would have counted the hits of both, regardless of the order of merges.
   * Merging the same ring twice counts its hits twice.
   * @example new HitRing().merge(new HitRing());
   */
  merge(other: HitRing): void {
    checkInstance('other', other, HitRing);
    for (const [i, level] of this.levels.entries()) {
      const { buckets, hits } = other.levels[i]!;
      for (let slot = 0; slot < buckets.length; slot++) {
        addTo(level, slot, buckets[slot]!, hits[slot]!);
      }
    }
  }

  /** Takes out the hits of a ring that were counted here too; those of earlier laps are gone already. @internal */
  subtract(other: HitRing): void {
    for (const [i, { buckets, hits }] of this.levels.entries()) {
      const theirs = other.levels[i]!;
      for (let slot = 0; slot < buckets.length; slot++)
        if (buckets[slot] === theirs.buckets[slot]) hits[slot]! -= theirs.hits[slot]!;
    }
  }

  /**
   * The ring as bytes for another node.
   *
   * For each level its newest bucket, then its slots from there back in time: how many laps ago it was used, plus 1,
   * and its hits. A run of slots that were never used is 0 and the run's length.
   * @example new HitRing().toBytes().length; // 20
   */
  toBytes(): Bytes {
    const writer = new SketchWriter('R');
    for (const level of this.levels) writeLevel(writer, level);
    return writer.finish();
  }

  /**
   * Reads a ring from another node's bytes.
   *
   * @throws HitError `invalid` if the bytes are anything else
   * @example HitRing.fromBytes(new HitRing().toBytes()).count(60, Date.now()); // 0
   */
  static fromBytes(bytes: Uint8Array): HitRing {
    const reader = new SketchReader(bytes, 'R');
    const ring = new HitRing();
    for (const level of ring.levels) readLevel(reader, level);
    reader.finish();
    return ring;
  }

  /** Memory used by the counters. */
  get bytes(): number {
    return this.memory.byteLength;
  }

  /** Hits in [from, to), counted with the buckets of one level. */
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

function slotsOf({ bucketMs, horizonMs }: { bucketMs: number; horizonMs: number }): number {
  return horizonMs / bucketMs + 1;
}

function levelsIn(memory: ArrayBufferLike): RingLevel[] {
  let first = 0;
  return LEVELS.map((level) => {
    const slots = slotsOf(level);
    const hits = new Float64Array(memory, first * Float64Array.BYTES_PER_ELEMENT, slots);
    const bucketsAt = SLOTS * Float64Array.BYTES_PER_ELEMENT + first * Uint32Array.BYTES_PER_ELEMENT;
    first += slots;
    return { ...level, hits, buckets: new Uint32Array(memory, bucketsAt, slots) };
  });
}

function addTo(level: RingLevel, slot: number, bucket: number, hits: number): void {
  const held = level.buckets[slot]!;
  if (bucket === held) {
    level.hits[slot]! += hits;
  } else if (bucket > held) {
    level.hits[slot] = hits;
    Atomics.store(level.buckets, slot, bucket);
  }
}

function hitsIn(level: RingLevel, bucket: number): number {
  const slot = bucket % level.buckets.length;
  return level.buckets[slot] === bucket ? level.hits[slot]! : 0;
}

function writeLevel(writer: SketchWriter, { buckets, hits }: RingLevel): void {
  const slots = buckets.length;
  const newest = buckets.reduce((most, bucket) => Math.max(most, bucket), 0);
  const isUsed = (back: number) => {
    const slot = slotOf(newest - back, slots);
    return buckets[slot] !== 0 || hits[slot] !== 0;
  };
  writer.varint(newest);
  for (let back = 0; back < slots; ) {
    const start = back;
    while (back < slots && !isUsed(back)) back++;
    if (back > start) {
      writer.varint(0);
      writer.varint(back - start);
    } else {
      const slot = slotOf(newest - back, slots);
      writer.varint((newest - back - buckets[slot]!) / slots + 1);
      // If the hits of many nodes exceed the exact range of a number, they are capped at its maximum.
      writer.varint(Math.min(hits[slot]!, Number.MAX_SAFE_INTEGER));
      back++;
    }
  }
}

function readLevel(reader: SketchReader, { buckets, hits }: RingLevel): void {
  const slots = buckets.length;
  const newest = reader.varint(LAST_BUCKET);
  for (let back = 0; back < slots; ) {
    const laps = reader.varint(Math.floor((newest - back) / slots) + 1);
    if (laps > 0) {
      const slot = slotOf(newest - back, slots);
      buckets[slot] = newest - back - (laps - 1) * slots;
      hits[slot] = reader.varint(Number.MAX_SAFE_INTEGER);
      back++;
    } else {
      back += reader.varint(slots - back);
    }
  }
}

/** The slot of a bucket, which may be before 1970 (without hits). */
function slotOf(bucket: number, slots: number): number {
  return ((bucket % slots) + slots) % slots;
}

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
 *
 * Over a `SharedArrayBuffer` one thread counts and any may ask. It is one alone because a slot is two numbers, and two
 * threads that began a new lap at once could lose each other's hits; threads that all count have a ring each, and
 * merging two takes 0.06 ms. A slot gets its hits before its number, so whoever asks meanwhile never takes an old
 * lap's hits for new ones.
 */

import { HitError } from '../errors.ts';
import { END_OF_DATETIME } from '../hit/time.ts';
import { SketchReader, SketchWriter } from './encoding.ts';

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

/** Bucket numbers are unsigned 32 bits: seconds reach `END_OF_DATETIME`. */
const LAST_BUCKET = 2 ** 32 - 1;

const SLOTS = LEVELS.reduce((sum, level) => sum + slotsOf(level), 0);
const SLOT_BYTES = Float64Array.BYTES_PER_ELEMENT + Uint32Array.BYTES_PER_ELEMENT;

/** One level of the ring. Slot i holds a bucket whose number leaves the remainder i. */
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
  /** Whether an empty ring lies in shared memory, for its `memory` to be handed to other threads. Default false. */
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
  /** Where they are: the hits of all levels, then the buckets of all levels. */
  readonly memory: ArrayBufferLike;

  /** @throws HitError `invalid` if the memory is of another size */
  constructor({ memory, shared = false }: HitRingOptions = {}) {
    const bytes = SLOTS * SLOT_BYTES;
    if (memory !== undefined && memory.byteLength !== bytes) {
      throw new HitError('invalid', `a hit ring is made of ${bytes} bytes, not of ${memory.byteLength}`);
    }
    this.memory = memory ?? (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
    this.levels = levelsIn(this.memory);
  }

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
   * @param hits how many at that moment, a whole number
   */
  add(timeMs: number, hits = 1): void {
    if (!(timeMs >= 0 && timeMs < END_OF_DATETIME)) return;
    for (const level of this.levels) {
      const bucket = Math.floor(timeMs / level.bucketMs);
      addTo(level, bucket % level.buckets.length, bucket, hits);
    }
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
   * stays. The result is the ring that would have counted both's hits, slot by slot, in whatever order rings are
   * merged. Merging the same ring twice counts its hits twice.
   */
  merge(other: HitRing): void {
    for (const [i, level] of this.levels.entries()) {
      const { buckets, hits } = other.levels[i]!;
      for (let slot = 0; slot < buckets.length; slot++) {
        addTo(level, slot, buckets[slot]!, hits[slot]!);
      }
    }
  }

  /**
   * The ring as bytes for another node.
   *
   * For each level its newest bucket, then its slots from there back in time: how many laps ago it was used, plus 1,
   * and its hits. Runs of slots that were never used are 0 and the run's length.
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    const writer = new SketchWriter('R');
    for (const level of this.levels) writeLevel(writer, level);
    return writer.finish();
  }

  /**
   * The ring that another node gave as bytes.
   *
   * @throws HitError `invalid` if the bytes are anything else
   */
  static fromBytes(bytes: Uint8Array): HitRing {
    const reader = new SketchReader(bytes, 'R');
    const ring = new HitRing();
    for (const level of ring.levels) readLevel(reader, level);
    reader.finish();
    return ring;
  }

  /** Memory taken by the counters. */
  get bytes(): number {
    return this.memory.byteLength;
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
      // Where hits of many nodes add up to more than a number holds exactly, they stay the most that it does.
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

/** Of a bucket, also of one before 1970, which no hit is in. */
function slotOf(bucket: number, slots: number): number {
  return ((bucket % slots) + slots) % slots;
}

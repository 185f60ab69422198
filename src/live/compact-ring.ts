import { END_OF_DATETIME } from '../hit/time.ts';
import { HitRing } from '../sketch/ring.ts';
import { positionOf } from './open-addressing.ts';

const { levels, bytes: FULL_BYTES } = new HitRing();
const SHAPE = levels.map(({ bucketMs, buckets }, level) => ({
  bucketMs,
  slots: buckets.length,
  /** The slots of all levels, numbered consecutively. */
  first: levels.slice(0, level).reduce((sum, { buckets: before }) => sum + before.length, 0),
}));
/** An entry has two words and a double, which is four words. */
const WIDTH_BITS = 2;
const ENTRY_BYTES = 16;
const FEWEST_ENTRIES = 4;
/** Maximum load factor: a fuller hash table makes probing long. */
const MOST_TAKEN = 0.75;

/**
 * The hits of a small site over time: a hash table of the ring's non-empty slots, whereas the full ring has all 14,643.
 *
 * An entry is 16 bytes: the slot's number + 1 (0 is an empty entry), the bucket that it counts, and its hits. Slots are
 * used as in the ring, so the two forms give the same answers. But buckets that no window ending now or later reaches are
 * left out: a hit of last year is not counted in any second. When the table is full, expired buckets are dropped. If that
 * is not enough, the table doubles, up to 128 KiB: the next size would be larger than the full ring.
 */
export class CompactRing {
  #entries: Entries;
  #used = 0;
  /** The last known present: windows end then or later, unless the clock is set back. */
  #latest = 0;
  /** Whether it is the time of the clock, and not only of the latest hit that was added. */
  #isClock = false;

  /** @param memory of another ring, kept and not copied; default: an empty ring */
  constructor(memory = new ArrayBuffer(ENTRY_BYTES * FEWEST_ENTRIES)) {
    this.#entries = new Entries(memory);
    for (const { slot, bucket } of this.#entries.taken()) {
      this.#used++;
      this.#latest = Math.max(this.#latest, bucket * SHAPE[levelOf(slot)]!.bucketMs);
    }
  }

  /** The memory of the entries, valid until something is added. */
  get memory(): ArrayBuffer {
    return this.#entries.memory;
  }

  /** Memory taken by the entries. */
  get bytes(): number {
    return this.#entries.memory.byteLength;
  }

  /**
   * Counts hits of one moment, like `HitRing.add`.
   *
   * @param nowMs the present, which no hit may be later than. If it is earlier than before, the clock was set back. Undefined for
   *   counts that were kept elsewhere
   * @returns false if there is no room: nothing was counted, and the ring must become a full one
   */
  add(timeMs: number, hits = 1, nowMs?: number): boolean {
    if (!(timeMs >= 0 && timeMs < END_OF_DATETIME)) return true;
    if (this.#used + SHAPE.length > this.#entries.length * MOST_TAKEN && !this.#makeRoom()) return false;
    this.#advance(timeMs, nowMs);
    for (let level = 0; level < SHAPE.length; level++) {
      const { bucketMs, slots, first } = SHAPE[level]!;
      const bucket = Math.floor(timeMs / bucketMs);
      if (!this.#isReached(level, bucket)) continue;
      if (this.#entries.add(first + (bucket % slots), bucket, hits)) this.#used++;
    }
    return true;
  }

  /** The ring in the form that counts: a copy. */
  full(): HitRing {
    const ring = new HitRing();
    for (const { slot, bucket, hits } of this.#entries.taken()) {
      const level = levelOf(slot);
      const { buckets, hits: counts } = ring.levels[level]!;
      buckets[slot - SHAPE[level]!.first] = bucket;
      counts[slot - SHAPE[level]!.first] = hits;
    }
    return ring;
  }

  #advance(timeMs: number, nowMs: number | undefined): void {
    if (nowMs !== undefined) {
      this.#latest = nowMs;
      this.#isClock = true;
    } else if (!this.#isClock) this.#latest = Math.max(this.#latest, timeMs);
  }

  /** Whether a window may still reach back to a bucket. */
  #isReached(level: number, bucket: number): boolean {
    const { bucketMs, slots } = SHAPE[level]!;
    return bucket > Math.floor(this.#latest / bucketMs) - slots;
  }

  #makeRoom(): boolean {
    const kept = [...this.#entries.taken()].filter(({ slot, bucket }) =>
      this.#isReached(levelOf(slot), bucket),
    );
    const { length } = this.#entries;
    // Half of it must be free, or it would soon be full again.
    const wanted = kept.length + SHAPE.length > length / 2 ? 2 * length : length;
    if (wanted * ENTRY_BYTES >= FULL_BYTES) return false;
    // Free it now instead of waiting for garbage collection.
    this.#entries.memory.transfer(0);
    this.#entries = new Entries(new ArrayBuffer(ENTRY_BYTES * wanted));
    this.#used = kept.length;
    for (const { slot, bucket, hits } of kept) this.#entries.add(slot, bucket, hits);
    return true;
  }
}

/** Whether memory belongs to a full ring: small rings are never that large. */
export function isFullRing(memory: ArrayBuffer): boolean {
  return memory.byteLength === FULL_BYTES;
}

function levelOf(slot: number): number {
  return SHAPE.findLastIndex(({ first }) => slot >= first);
}

/** The hash table itself. */
class Entries {
  readonly memory: ArrayBuffer;
  readonly length: number;
  readonly #words: Uint32Array;
  readonly #hits: Float64Array;

  constructor(memory: ArrayBuffer) {
    this.memory = memory;
    this.length = memory.byteLength / ENTRY_BYTES;
    this.#words = new Uint32Array(memory);
    this.#hits = new Float64Array(memory);
  }

  /** Counts hits in the bucket of a slot, unless the slot is in a newer lap. @returns whether the slot is new */
  add(slot: number, bucket: number, hits: number): boolean {
    const at = positionOf(this.#words, WIDTH_BITS, slot);
    const isNew = this.#words[at] === 0;
    const held = this.#words[at + 1]!;
    if (isNew || bucket > held) {
      this.#words[at] = slot + 1;
      this.#words[at + 1] = bucket;
      this.#hits[at / 2 + 1] = hits;
    } else if (bucket === held) {
      this.#hits[at / 2 + 1]! += hits;
    }
    return isNew;
  }

  *taken(): Iterable<{ slot: number; bucket: number; hits: number }> {
    for (let at = 0; at < this.length; at++) {
      const slot = this.#words[4 * at]! - 1;
      if (slot >= 0) yield { slot, bucket: this.#words[4 * at + 1]!, hits: this.#hits[2 * at + 1]! };
    }
  }
}

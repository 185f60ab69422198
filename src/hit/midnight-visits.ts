/**
 * Visits over midnight.
 *
 * The problem: the id of a visitor without a cookie depends on the salt of the UTC day, so a reader at 23:55 and again at
 * 00:05 would be two visitors, with two visits and two bounces. The id under yesterday's salt can still be computed for two
 * days; the open question is whether that id was seen in the last 30 minutes, the session timeout.
 *
 * So from 23:30 UTC on, a table records the ids in use and when each was first and last seen. `DerivedVisitors` uses it to
 * choose between the two ids.
 *
 * The table has a fixed size of 16 MiB for a million ids; the system allocates its pages on first use. It is divided into
 * runs of 32 slots; the lower half of an id selects the run, and any slot of the run may hold the id. If a run is full, the
 * id that was seen longest ago is overwritten, and its visitor is counted again after midnight. By the Poisson distribution,
 * this affects one visitor in 7,000 if 600,000 come within half an hour, one in 150 of 800,000, and one in 20 of a million;
 * beyond that, the earlier ones.
 *
 * The collector threads share the table. Slots and times are updated by compare-and-exchange, so no update is lost; a thread
 * that dies locks at most the slot that it was overwriting. Between taking a slot and writing its times, the id counts as
 * not seen. Times are in milliseconds since a day that is set on first use; the table is emptied every day, and when a time
 * does not fit.
 * It is not a table of `live/open-addressing.ts`: threads can neither grow it nor move its entries, so a search has to end
 * within a run.
 * Invariant: a taken slot stays taken until the whole table is emptied, so a search may stop at the first empty slot;
 * otherwise visitors would be counted again after midnight.
 *
 * Outside the window a hit costs one comparison: see `isNear`.
 */
import { DAY } from '../timing/units.ts';
import type { VisitorId } from './visitor.ts';

/** Session timeout: the longest gap within a visit, in milliseconds, exclusive. */
export const VISIT_TIMEOUT = 30 * 60_000;
/** Ids. */
const SLOTS = 2 ** 20;
const RUN = 32;
/** Header words: the end of running visits, in seconds since 1970, and the day that times are relative to. */
const HEAD_WORDS = 2;
const HEAD = HEAD_WORDS * 4;
const UNTIL = 0;
const SINCE = 1;
const KEY_BYTES = 8;
/** Key of a slot that is being overwritten. */
const BUSY = 2n ** 64n - 1n;
/** First and last time, in milliseconds since that day; 0 if unset. */
const TIME_BYTES = 8;
/** Largest number of milliseconds in 32 bits. */
const LONGEST = 2 ** 32 - 1;

/** When an id was seen, in milliseconds since 1970. */
export interface SeenTimes {
  readonly first: number;
  readonly last: number;
}

/**
 * Records which ids were seen around midnight.
 *
 * @example
 * const seen = new MidnightVisits();
 * if (seen.isNear(time)) seen.see(id, time);
 * new MidnightVisits(seen.memory); // the same table, in another thread
 */
export class MidnightVisits {
  readonly #slots: number;
  #memory: SharedArrayBuffer | undefined;
  #head: Uint32Array = new Uint32Array(HEAD_WORDS);
  #keys: BigUint64Array = new BigUint64Array();
  #times: Uint32Array = new Uint32Array();

  /**
   * @param memory of another instance, to share its table; by default memory is allocated on first use
   * @param slots ids, a multiple of 32
   */
  constructor(memory?: SharedArrayBuffer, slots = SLOTS) {
    this.#slots = memory ? (memory.byteLength - HEAD) / (KEY_BYTES + TIME_BYTES) : slots;
    if (memory) this.#open(memory);
  }

  /** The table, to be shared with another thread of this process. */
  get memory(): SharedArrayBuffer {
    return this.#memory ?? this.#open(new SharedArrayBuffer(HEAD + this.#slots * (KEY_BYTES + TIME_BYTES)));
  }

  /**
   * Whether a visit may continue over midnight at this time (milliseconds): from 23:30 to 00:30 UTC, and afterwards as
   * long as such a visit continues.
   */
  isNear(time: number): boolean {
    const sinceMidnight = time % DAY;
    return (
      sinceMidnight < VISIT_TIMEOUT ||
      sinceMidnight >= DAY - VISIT_TIMEOUT ||
      time < this.#head[UNTIL]! * 1000
    );
  }

  /** When an id was seen; undefined if it was not. */
  seenTimesOf(id: VisitorId): SeenTimes | undefined {
    if (!this.#memory) return undefined;
    const since = Atomics.load(this.#head, SINCE) * DAY;
    const slot = this.#slotOf(id);
    if (slot < 0) return undefined;
    const [first, last] = [Atomics.load(this.#times, 2 * slot), Atomics.load(this.#times, 2 * slot + 1)];
    return first === 0 || last === 0 ? undefined : { first: since + first, last: since + last };
  }

  /**
   * Records that an id was seen, at one time or over a period.
   *
   * @param first milliseconds since 1970
   */
  record(id: VisitorId, first: number, last = first): void {
    const since = this.#relativeTo(first, last);
    const slot = this.#take(id);
    const [from, to] = [Math.floor(first) - since, Math.floor(last) - since];
    this.#move(2 * slot, from, (known) => from < known || known === 0);
    this.#move(2 * slot + 1, to, (known) => to > known);
  }

  /** Records that a visit from before midnight continues. @param time of its latest hit */
  goesOn(time: number): void {
    if (!this.#memory) this.#open(this.memory);
    const until = Math.ceil((time + VISIT_TIMEOUT) / 1000);
    let known = Atomics.load(this.#head, UNTIL);
    while (until > known) {
      const found = Atomics.compareExchange(this.#head, UNTIL, known, until);
      if (found === known) return;
      known = found;
    }
  }

  /** Empties the table once no visit over midnight continues. */
  release(now: number): void {
    if (Atomics.load(this.#head, SINCE) !== 0 && !this.isNear(now)) this.#empty();
  }

  #open(memory: SharedArrayBuffer): SharedArrayBuffer {
    this.#memory = memory;
    this.#head = new Uint32Array(memory, 0, HEAD_WORDS);
    this.#keys = new BigUint64Array(memory, HEAD, this.#slots);
    this.#times = new Uint32Array(memory, HEAD + this.#slots * KEY_BYTES, this.#slots * 2);
    return memory;
  }

  #empty(): void {
    this.#keys.fill(0n);
    this.#times.fill(0);
    Atomics.store(this.#head, SINCE, 0);
  }

  /** The moment that stored times are relative to, moved if these times would not fit. */
  #relativeTo(first: number, last: number): number {
    if (!this.#memory) this.#open(this.memory);
    const day = Atomics.load(this.#head, SINCE);
    if (day !== 0 && first > day * DAY && last - day * DAY <= LONGEST) return day * DAY;
    // Hits from two days before can still be named.
    const since = Math.max(1, Math.floor(first / DAY) - 3);
    if (day !== 0) this.#empty();
    const found = Atomics.compareExchange(this.#head, SINCE, 0, since);
    return (found === 0 ? since : found) * DAY;
  }

  #slotOf({ high, low }: VisitorId): number {
    const key = keyOf(high, low);
    const start = this.#runOf(low);
    for (let slot = start; slot < start + RUN; slot++) {
      const found = Atomics.load(this.#keys, slot);
      if (found === key) return slot;
      if (found === 0n) break;
    }
    return -1;
  }

  /** The slot of an id; takes one if the id has none. */
  #take({ high, low }: VisitorId): number {
    const key = keyOf(high, low);
    const start = this.#runOf(low);
    for (;;) {
      let oldest = -1;
      let free = -1;
      for (let slot = start; slot < start + RUN && free < 0; slot++) {
        const found = Atomics.load(this.#keys, slot);
        if (found === key) return slot;
        if (found === 0n) free = slot;
        else if (found !== BUSY && (oldest < 0 || this.#lastOf(slot) < this.#lastOf(oldest))) oldest = slot;
      }
      // Another thread may have just taken it: then search again.
      if (free >= 0) {
        // Its times are 0; another thread that sees the id from now on may already write them.
        if (Atomics.compareExchange(this.#keys, free, 0n, key) === 0n) return free;
        continue;
      }
      if (oldest < 0) continue;
      const slot = oldest;
      const known = Atomics.load(this.#keys, slot);
      if (known === BUSY || Atomics.compareExchange(this.#keys, slot, known, BUSY) !== known) continue;
      // Before the id is there: afterwards other threads write its times.
      Atomics.store(this.#times, 2 * slot, 0);
      Atomics.store(this.#times, 2 * slot + 1, 0);
      Atomics.store(this.#keys, slot, key);
      return slot;
    }
  }

  #lastOf(slot: number): number {
    return Atomics.load(this.#times, 2 * slot + 1);
  }

  #move(at: number, to: number, isWanted: (known: number) => boolean): void {
    let known = Atomics.load(this.#times, at);
    while (isWanted(known)) {
      const found = Atomics.compareExchange(this.#times, at, known, to);
      if (found === known) return;
      known = found;
    }
  }

  #runOf(low: number): number {
    return ((low >>> 0) % (this.#slots / RUN)) * RUN;
  }
}

/** 0 marks an empty slot, so id 0 is stored as 1. */
function keyOf(high: number, low: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0) || 1n;
}

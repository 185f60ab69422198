import { HitError } from '../errors.ts';
import type { Seen } from '../live/live.ts';
import { decodeSnapshot, encodeSnapshot } from '../live/snapshot.ts';
import { checkedNumber, checkInstance, checkOptions } from '../schema/argument.ts';
import { BloomFilter } from '../sketch/bloom.ts';
import { bitsPerVisitorAt, DEFAULT_BITS, mostVisitorsAt } from '../sketch/bloom-size.ts';
import type { Bytes } from '../sketch/bytes.ts';
import type { TrackInput } from './input.ts';
import type { Uncounted } from './request-filter.ts';
import {
  checkKeyed,
  type KeyedVisitorOptions,
  VISITOR_OPTIONS,
  VisitorNames,
  type VisitorOptions,
} from './visitor-names.ts';

export interface SimpleTrackerOptions extends VisitorOptions {
  /** Planned capacity of the filter in all-time visitors. Default 1,000,000: 1.5 MB. */
  readonly expectedVisitors?: number;
  /** Share of new visitors mistaken for known ones at that capacity. Default 0.005. */
  readonly falseSeenRate?: number;
}

const OPTIONS = ['expectedVisitors', 'falseSeenRate', ...VISITOR_OPTIONS];

/**
 * All-time hits and visitors in fixed memory, and whether a visitor is new.
 *
 * @example
 * const simple = new SimpleTracker();
 * simple.track(request); // { isNew: true, unique: 1, total: 1 }
 * simple.track(request); // { isNew: false, unique: 1, total: 2 }
 */
export class SimpleTracker {
  readonly #names: VisitorNames;
  #filter: BloomFilter;
  #unique = 0;
  #total = 0;

  /** @throws HitError `invalid` or `bad_setting` for options out of range */
  constructor(options: SimpleTrackerOptions = {}) {
    checkOptions(options, OPTIONS);
    const { falseSeenRate, expectedVisitors = 1_000_000 } = options;
    const bits = falseSeenRate === undefined ? DEFAULT_BITS : bitsPerVisitorAt(falseSeenRate);
    const range = { least: 1, most: mostVisitorsAt(bits) };
    this.#filter = BloomFilter.for(checkedNumber('expectedVisitors', expectedVisitors, range), bits);
    this.#names = new VisitorNames(options);
  }

  /** Unique visitors so far: 0.09 % too low when as many came as expected. */
  get unique(): number {
    return this.#unique;
  }

  /** Hits so far. */
  get total(): number {
    return this.#total;
  }

  /** Requests that did not count, by reason. They are not part of the bytes. */
  get uncounted(): Uncounted {
    return this.#names.filter.uncounted;
  }

  /**
   * Counts a request, or a hit of a named visitor.
   *
   * @returns the counts, which a request that does not count (`count`) leaves as they are; its visitor is not new
   * @throws HitError `invalid` for a visitor without a name
   * @example new SimpleTracker().track({ visitor: 'ann' }); // { isNew: true, unique: 1, total: 1 }
   */
  track(input: TrackInput): Seen {
    const visitor = this.#names.digest(input);
    if (!visitor) return { isNew: false, unique: this.#unique, total: this.#total };
    const isNew = !this.#filter.testAndAdd(visitor.high, visitor.low);
    if (isNew) this.#unique++;
    this.#total++;
    return { isNew, unique: this.#unique, total: this.#total };
  }

  /**
   * Merges another tracker into this one: its hits are added, a visitor of both counts once. The combined number of
   * visitors is estimated from the merged filter, with a standard error of 0.02 % if a million were expected and 0.25 %
   * if ten thousand were. The other tracker is not changed.
   *
   * @param other a tracker with the same key, `expectedVisitors` and `falseSeenRate`
   * @throws HitError `invalid` if the key or the size differs
   * @example
   * const [here, there] = [new SimpleTracker({ key }), new SimpleTracker({ key })];
   * here.track({ visitor: 'ann' });
   * there.track({ visitor: 'ann' });
   * here.merge(there);
   * [here.unique, here.total]; // [ 1, 2 ]
   */
  merge(other: SimpleTracker): void {
    checkInstance('other', other, SimpleTracker);
    this.#names.checkSame(other.#names.keys);
    this.#filter.merge(other.#filter);
    // Clamp the estimate: at least the larger of the two counts, at most their sum.
    const least = Math.max(this.#unique, other.#unique);
    const most = this.#unique + other.#unique;
    this.#unique = Math.min(Math.max(this.#filter.estimateCount(), least), most);
    this.#total += other.#total;
  }

  /**
   * Serializes the counts, to be stored or merged elsewhere. The key is not included.
   * @example SimpleTracker.fromBytes(new SimpleTracker({ key }).toBytes(), { key }).total; // 0
   */
  toBytes(): Bytes {
    return encodeSnapshot({
      ...{ site: undefined, at: 0, node: '', keys: this.#names.keys },
      state: {
        total: { hits: this.#total, visitors: this.#unique },
        windows: undefined,
        filter: this.#filter,
      },
    });
  }

  /**
   * Restores a tracker from its bytes; it continues counting from there.
   *
   * @param options its key, and other options for the restored tracker
   * @throws HitError `invalid` if the bytes are anything else, or were counted under another key
   * @example
   * const simple = new SimpleTracker({ key });
   * simple.track({ visitor: 'ann' });
   * const bytes = simple.toBytes(); // to a file, or another process
   * SimpleTracker.fromBytes(bytes, { key }).total; // 1
   */
  static fromBytes(bytes: Uint8Array, options: KeyedVisitorOptions): SimpleTracker {
    checkKeyed(options);
    const { keys, state } = decodeSnapshot(bytes);
    if (!state.filter) throw new HitError('invalid', 'these bytes are not those of a simple tracker');
    const tracker = new SimpleTracker({ ...options, expectedVisitors: 1 });
    tracker.#names.checkSame(keys);
    tracker.#filter = state.filter;
    tracker.#unique = state.total.visitors;
    tracker.#total = state.total.hits;
    return tracker;
  }
}

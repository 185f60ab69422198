import { HitError } from '../errors.ts';
import type { Seen } from '../live/live.ts';
import { decodeSnapshot, encodeSnapshot } from '../live/snapshot.ts';
import { BloomFilter, bitsPerVisitorAt } from '../sketch/bloom.ts';
import type { TrackInput } from './input.ts';
import { type KeyedVisitorOptions, VisitorNames, type VisitorOptions } from './visitor-names.ts';

export interface SimpleTrackerOptions extends VisitorOptions {
  /** Visitors, all time, that the filter is planned for. Default 1,000,000: 1.5 MB. */
  readonly expectedVisitors?: number;
  /** Share of new visitors taken for known ones when that many are there. Default 0.005. */
  readonly falseSeenRate?: number;
}

/**
 * All-time hits and visitors in fixed memory, and whether a visitor is new.
 *
 * @example
 * const simple = new SimpleTracker();
 * http.createServer((request, response) => {
 *   const { unique, total, isNew } = simple.track(request);
 *   response.end(`${unique} unique hits from total ${total} hits\n`);
 * });
 */
export class SimpleTracker {
  readonly #names: VisitorNames;
  #filter: BloomFilter;
  #unique = 0;
  #total = 0;

  /** @throws HitError `invalid` or `bad_setting` for options out of range */
  constructor(options: SimpleTrackerOptions = {}) {
    const bits = options.falseSeenRate === undefined ? undefined : bitsPerVisitorAt(options.falseSeenRate);
    this.#filter = BloomFilter.for(options.expectedVisitors ?? 1_000_000, bits);
    this.#names = new VisitorNames(options);
  }

  /** Different visitors so far: short by 0.09 % when as many came as were expected. */
  get unique(): number {
    return this.#unique;
  }

  /** Hits so far. */
  get total(): number {
    return this.#total;
  }

  /**
   * Counts a request, or a hit of a named visitor.
   *
   * @throws HitError `invalid` for a visitor without a name
   */
  track(input: TrackInput): Seen {
    const { high, low } = this.#names.digest(input, 0);
    const isNew = !this.#filter.testAndAdd(high, low);
    if (isNew) this.#unique++;
    this.#total++;
    return { isNew, unique: this.#unique, total: this.#total };
  }

  /**
   * Takes in all that another tracker has counted: its hits are added, a visitor of both counts once. The visitors of
   * both together are an estimate from the merged filter, with a standard error of 0.02 % where a million were expected
   * and 0.25 % where ten thousand were. The other tracker stays as it is.
   *
   * @param other one with the same key and the same `expectedVisitors` and `falseSeenRate`
   * @throws HitError `invalid` if the key or the size is another
   * @example
   * const key = randomBytes(16);
   * const [here, there] = [new SimpleTracker({ key }), new SimpleTracker({ key })];
   * here.track({ visitor: 'ann' });
   * there.track({ visitor: 'ann' });
   * here.merge(there);
   * here.unique; // 1, of a total of 2
   */
  merge(other: SimpleTracker): void {
    this.#names.checkSame(other.#names.naming);
    this.#filter.merge(other.#filter);
    // Each has counted what it saw; together they are no fewer than either, and no more than both.
    const least = Math.max(this.#unique, other.#unique);
    const most = this.#unique + other.#unique;
    this.#unique = Math.min(Math.max(this.#filter.estimateCount(), least), most);
    this.#total += other.#total;
  }

  /** All that it has counted, to be kept, or merged elsewhere. The key is not in it. */
  toBytes(): Uint8Array {
    return encodeSnapshot({
      ...{ site: undefined, at: 0, node: '', naming: this.#names.naming },
      state: {
        total: { hits: this.#total, visitors: this.#unique },
        windows: undefined,
        filter: this.#filter,
      },
    });
  }

  /**
   * The tracker that became bytes, which counts on where that one was.
   *
   * @param options its key, and how it is to go on
   * @throws HitError `invalid` if the bytes are anything else, or were counted under another key
   * @example
   * await writeFile('visitors', simple.toBytes());
   * SimpleTracker.fromBytes(await readFile('visitors'), { key });
   */
  static fromBytes(bytes: Uint8Array, options: KeyedVisitorOptions): SimpleTracker {
    const { naming, state } = decodeSnapshot(bytes);
    if (!state.filter) throw new HitError('invalid', 'these bytes are not those of a simple tracker');
    const tracker = new SimpleTracker({ ...options, expectedVisitors: 1 });
    tracker.#names.checkSame(naming);
    tracker.#filter = state.filter;
    tracker.#unique = state.total.visitors;
    tracker.#total = state.total.hits;
    return tracker;
  }
}

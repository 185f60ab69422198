import { HitError } from '../errors.ts';
import type { WindowCount } from '../live/live.ts';
import { decodeSnapshot, encodeSnapshot } from '../live/snapshot.ts';
import { type WindowOptions, Windows } from '../live/windows.ts';
import { checkedNumber, checkInstance, checkOptions, shown } from '../schema/argument.ts';
import type { Bytes } from '../sketch/bytes.ts';
import { LONGEST_WINDOW } from '../sketch/ring.ts';
import type { TrackInput } from './input.ts';
import type { Uncounted } from './request-filter.ts';
import {
  checkKeyed,
  type KeyedVisitorOptions,
  VISITOR_OPTIONS,
  VisitorNames,
  type VisitorOptions,
} from './visitor-names.ts';

export interface RateTrackerOptions extends WindowOptions, VisitorOptions {
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

const OPTIONS = ['columns', 'ticksPerSecond', 'now', ...VISITOR_OPTIONS];
const WINDOWS = { least: 1, most: LONGEST_WINDOW };

/**
 * Hits, visitors and hits per second over any window that ends now, in fixed memory.
 *
 * @example
 * const rate = new RateTracker();
 * rate.track({ visitor: 'ann' });
 * rate.rate({ seconds: 60 }); // { seconds: 60, hits: 1, visitors: 1, hitsPerSecond: 0.0166…, error: 0.0101… }
 */
export class RateTracker {
  readonly #windows: Windows;
  readonly #names: VisitorNames;
  readonly #now: () => number;

  /** @throws HitError `invalid` or `bad_setting` for options out of range */
  constructor(options: RateTrackerOptions = {}) {
    checkOptions(options, OPTIONS);
    const { columns, ticksPerSecond, now = Date.now } = options;
    if (typeof now !== 'function')
      throw new HitError('invalid', `now must be a function that returns milliseconds, not ${shown(now)}`);
    this.#windows = new Windows({
      ...(columns !== undefined && { columns }),
      ...(ticksPerSecond !== undefined && { ticksPerSecond }),
    });
    this.#names = new VisitorNames(options);
    this.#now = now;
  }

  /** Requests that did not count, by reason. They are not part of the bytes. */
  get uncounted(): Uncounted {
    return this.#names.filter.uncounted;
  }

  /**
   * Counts a request, if it counts (`count`), or a hit of a named visitor.
   *
   * @throws HitError `invalid` for a visitor without a name
   * @example new RateTracker().track(request);
   */
  track(input: TrackInput): void {
    const now = this.#now();
    const visitor = this.#names.digest(input);
    if (visitor) this.#windows.add(visitor.high, visitor.low, now, now);
  }

  /**
   * @param window its length in `seconds`, from 1 to 400 days
   * @throws HitError `invalid` for any other
   * @example new RateTracker().rate({ seconds: 60 }).hits; // 0
   */
  rate(window: { seconds: number }): WindowCount {
    // From JavaScript, anything may come.
    const seconds = checkedNumber(
      'seconds',
      (window as Partial<typeof window> | undefined)?.seconds,
      WINDOWS,
    );
    return this.#windows.read(seconds, this.#now());
  }

  /**
   * Merges another tracker into this one. Its hits are added, so merge it only once; a visitor of both counts once. The
   * result equals a tracker that saw the traffic of both. Both clocks must agree. The other tracker is not changed.
   *
   * @param other a tracker with the same key, `columns` and `ticksPerSecond`
   * @throws HitError `invalid` if one of these differs
   * @example
   * const [here, there] = [new RateTracker({ key }), new RateTracker({ key })];
   * here.track({ visitor: 'ann' });
   * there.track({ visitor: 'ann' });
   * here.merge(there);
   * here.rate({ seconds: 60 }).visitors; // 1
   */
  merge(other: RateTracker): void {
    checkInstance('other', other, RateTracker);
    this.#names.checkSame(other.#names.keys);
    this.#windows.seen.merge(other.#windows.seen);
    this.#windows.ring.merge(other.#windows.ring);
  }

  /**
   * Serializes the counts, to be stored or merged elsewhere. The key is not included.
   * @example RateTracker.fromBytes(new RateTracker({ key }).toBytes(), { key }).rate({ seconds: 60 }).hits; // 0
   */
  toBytes(): Bytes {
    return encodeSnapshot({
      ...{ site: undefined, at: this.#now(), node: '', keys: this.#names.keys },
      state: { total: { hits: 0, visitors: 0 }, windows: this.#windows, filter: undefined },
    });
  }

  /**
   * Restores a tracker from its bytes; it continues counting from there.
   *
   * @param options its key, and other options for the restored tracker
   * @throws HitError `invalid` if the bytes are anything else, or were counted under another key
   * @example
   * const rate = new RateTracker({ key });
   * rate.track({ visitor: 'ann' });
   * const bytes = rate.toBytes(); // to a file, or another process
   * RateTracker.fromBytes(bytes, { key }).rate({ seconds: 60 }).hits; // 1
   */
  static fromBytes(
    bytes: Uint8Array,
    options: KeyedVisitorOptions & Pick<RateTrackerOptions, 'now'>,
  ): RateTracker {
    checkKeyed(options);
    const { keys, state } = decodeSnapshot(bytes);
    if (!state.windows) throw new HitError('invalid', 'these bytes are not those of a rate tracker');
    const { columns, ticksPerSecond } = state.windows.seen;
    const tracker = new RateTracker({ ...options, columns, ticksPerSecond });
    tracker.#names.checkSame(keys);
    tracker.#windows.seen.merge(state.windows.seen);
    tracker.#windows.ring.merge(state.windows.ring);
    return tracker;
  }
}

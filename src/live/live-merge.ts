import { HitError } from '../errors.ts';
import { BloomFilter } from '../sketch/bloom.ts';
import type { LastSeenSketch } from '../sketch/last-seen.ts';
import type { LiveCount, LiveState } from './live.ts';
import { Windows } from './windows.ts';

/** What tells the all-time visitors: the merged Bloom filters, or the merged last-seen tables. */
export type TotalSource = 'filter' | 'table';

/**
 * What several nodes know together: what one node would say that had seen the traffic of all.
 *
 * Windows are exactly that: last-seen tables merge by the later time and rings by addition, so the merged ones equal
 * those of that one node cell by cell.
 *
 * All-time visitors are not: each node counted them one by one, and such counts cannot be added where a visitor came to
 * several nodes. For all sites together the union of the Bloom filters tells them, by the share of bits that are set.
 * Its standard error is a quarter over the root of the visitors that were expected (measured 0.02 % for a million, and
 * 0.1 % when ten times as many came), which is far below the tables' 1 %. But a filter does not know of which site its
 * visitors are, so for one site it is the merged table that tells.
 *
 * Either estimate is held between what is known: there are as many as any one node has counted, and no more than all of
 * them added. So the union of one node says what that node says.
 *
 * @example
 * const union = new LiveMerge();
 * for (const { state } of parcels) union.add(state);
 * union.read([60, 300], Date.now()); // { total: { hits, visitors }, windows: [{ seconds: 60, … }, …] }
 */
export class LiveMerge {
  #nodes = 0;
  #hits = 0;
  #most = 0;
  #sum = 0;
  #windows: Windows | undefined;
  #filter: BloomFilter | undefined;

  /**
   * Takes in what a node knows, once: its hits would count twice. The state stays as it is.
   *
   * @throws HitError `invalid` if it cannot be added up with the others: it keeps windows and they do not, or its table
   *   is of another shape
   */
  add({ total, windows, filter }: LiveState): void {
    if (this.#nodes === 0) {
      this.#windows = windows && emptyAs(windows.seen);
      this.#filter = filter && new BloomFilter(filter.words.slice());
    } else if ((windows === undefined) !== (this.#windows === undefined)) {
      throw new HitError('invalid', 'some nodes keep windows (--tracker rate) and others do not');
    }
    if (windows) {
      this.#windows?.seen.merge(windows.seen);
      this.#windows?.ring.merge(windows.ring);
    }
    if (this.#nodes > 0) this.#mergeFilter(filter);
    this.#nodes++;
    this.#hits += total.hits;
    this.#most = Math.max(this.#most, total.visitors);
    this.#sum += total.visitors;
  }

  /** What `read` tells all-time visitors by; undefined where there is nothing to tell them by. */
  get totalSource(): TotalSource | undefined {
    if (this.#filter) return 'filter';
    return this.#windows && 'table';
  }

  /**
   * @param windows their lengths in seconds, 1 or more; none where the nodes keep none
   * @param now when they end, in milliseconds since 1970
   * @throws HitError `invalid` if visitors cannot be told, for nodes that keep no windows: of one site, or where
   *   filters differ in size
   */
  read(windows: readonly number[], now: number): LiveCount {
    return {
      total: { hits: this.#hits, visitors: this.#visitors() },
      windows: windows.map((seconds) => this.#kept.read(seconds, now)),
    };
  }

  #visitors(): number {
    const estimate = this.#filter ? this.#filter.estimateCount() : this.#kept.seen.estimate().visitors;
    return Math.min(Math.max(estimate, this.#most), this.#sum);
  }

  get #kept(): Windows {
    if (this.#windows) return this.#windows;
    throw new HitError('invalid', 'the nodes keep no windows: start them with --tracker rate');
  }

  /** Filters of several sizes cannot be merged: then the tables tell. */
  #mergeFilter(filter: BloomFilter | undefined): void {
    if (filter?.bytes !== this.#filter?.bytes) this.#filter = undefined;
    if (filter) this.#filter?.merge(filter);
  }
}

function emptyAs({ columns, ticksPerSecond }: LastSeenSketch): Windows {
  return new Windows({ columns, ticksPerSecond });
}

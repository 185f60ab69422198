import { HitError } from '../errors.ts';
import { BloomFilter } from '../sketch/bloom.ts';
import type { LastSeenSketch } from '../sketch/last-seen.ts';
import type { LiveCount, LiveState } from './live.ts';
import { Windows } from './windows.ts';

/** The source of all-time visitors: the merged Bloom filters, or the merged last-seen tables. */
export type TotalSource = 'filter' | 'table';

/**
 * Merges the live state of several nodes into the state of one node that had seen all of their traffic.
 *
 * Windows are exact: last-seen tables merge by the later time and rings by addition, so the merged ones equal those of
 * that one node cell by cell.
 *
 * All-time visitors are not exact: each node counted them one by one, and such counts cannot be added if a visitor came
 * to several nodes. For all sites together they are estimated from the union of the Bloom filters, by the share of set
 * bits. The standard error is a quarter over the root of the expected visitors (measured 0.02 % for a million, and 0.1 %
 * when ten times as many came), which is far below the tables' 1 %. But a filter cannot tell which site a visitor
 * belongs to, so for one site the merged table is used.
 *
 * Either estimate is clamped to known bounds: at least the largest count of any node, and at most the sum of all counts.
 * So a merge of one node returns that node's own counts.
 *
 * @example
 * const merge = new LiveMerge();
 * for (const { state } of snapshots) merge.add(state);
 * merge.read([60, 300], Date.now()); // { total: { hits, visitors }, windows: [{ seconds: 60, … }, …] }
 */
export class LiveMerge {
  #nodes = 0;
  #hits = 0;
  #maxVisitors = 0;
  #sum = 0;
  #windows: Windows | undefined;
  #filter: BloomFilter | undefined;

  /**
   * Adds a node's state, which must be added only once or its hits count twice. The state is not changed.
   *
   * @throws HitError `invalid` if it cannot be merged with the others: it keeps windows and they do not, or its table
   *   has another shape
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
    this.#maxVisitors = Math.max(this.#maxVisitors, total.visitors);
    this.#sum += total.visitors;
  }

  /** The source that `read` uses for all-time visitors; undefined if there is none. */
  get totalSource(): TotalSource | undefined {
    if (this.#filter) return 'filter';
    return this.#windows && 'table';
  }

  /**
   * @param windows their lengths in seconds, 1 or more; empty if the nodes keep no windows
   * @param now when they end, in milliseconds since 1970
   * @throws HitError `invalid` if nodes keep no windows and visitors cannot be estimated: for one site, or if filters
   *   differ in size
   */
  read(windows: readonly number[], now: number): LiveCount {
    return {
      total: { hits: this.#hits, visitors: this.#visitors() },
      windows: windows.map((seconds) => this.#requireWindows.read(seconds, now)),
    };
  }

  #visitors(): number {
    const estimate = this.#filter
      ? this.#filter.estimateCount()
      : this.#requireWindows.seen.estimate().visitors;
    return Math.min(Math.max(estimate, this.#maxVisitors), this.#sum);
  }

  get #requireWindows(): Windows {
    if (this.#windows) return this.#windows;
    throw new HitError('invalid', 'the nodes keep no windows: start them with --tracker rate');
  }

  /** Filters of different sizes cannot be merged: then the tables are used. */
  #mergeFilter(filter: BloomFilter | undefined): void {
    if (filter?.bytes !== this.#filter?.bytes) this.#filter = undefined;
    if (filter) this.#filter?.merge(filter);
  }
}

function emptyAs({ columns, ticksPerSecond }: LastSeenSketch): Windows {
  return new Windows({ columns, ticksPerSecond });
}

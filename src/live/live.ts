import type { Hit } from '../hit/hit.ts';
import type { BloomFilter } from '../sketch/bloom.ts';
import type { LastSeenSketch } from '../sketch/last-seen.ts';
import type { HitRing } from '../sketch/ring.ts';

/** What of a hit is counted. */
export type CountedHit = Pick<Hit, 'site' | 'time' | 'visitorHigh' | 'visitorLow'>;

/** What the simple tracker says of one hit. */
export interface Seen {
  /** Whether this visitor was never seen before. */
  readonly isNew: boolean;
  /** Different visitors of the site, all time. */
  readonly unique: number;
  /** Hits of the site, all time. */
  readonly total: number;
}

/** Hits and visitors of one window that ends now. */
export interface WindowCount {
  readonly seconds: number;
  readonly hits: number;
  /** An estimate. */
  readonly visitors: number;
  readonly hitsPerSecond: number;
  /** Relative standard error of `visitors`. */
  readonly error: number;
}

export interface LiveCount {
  /** Since when there are no newer counts, in milliseconds since 1970; undefined if these are those of now. */
  readonly staleSince?: number;
  readonly total: { readonly hits: number; readonly visitors: number };
  readonly windows: readonly WindowCount[];
}

/**
 * All that is known of a site, or of all sites together, in a form that can be added up over nodes. Its sketches may be
 * those that count on: to be read at once, not to be written to.
 */
export interface LiveState {
  /** All time. */
  readonly total: { readonly hits: number; readonly visitors: number };
  /** There with the rate tracker. */
  readonly windows: { readonly seen: LastSeenSketch; readonly ring: HitRing } | undefined;
  /** Of all sites together only: a filter cannot tell which of its visitors are a site's. */
  readonly filter: BloomFilter | undefined;
}

/** How much memory the windows of single sites take, and what that comes to. */
export interface LiveMemory {
  /** Bytes that sites take in memory, and those that they may take. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** Sites in memory, and those that left it. */
  readonly sites: number;
  readonly evicted: number;
  /** How often a site left memory, and came back, since the start. */
  readonly evictions: number;
  readonly loads: number;
}

/** How it goes with counts that are kept elsewhere. */
export interface LiveRemote {
  /** Where, and how all-time visitors are counted there; for people, without secrets. */
  readonly place: string;
  /** Hits that are not counted there yet. */
  readonly waiting: number;
  /** Hits that are counted nowhere, as too many waited; and calls; both since the start. */
  readonly lost: number;
  readonly calls: number;
}

/**
 * Where the simple and the rate tracker keep their state: counts of now, a cache of what the store knows.
 *
 * - Order: hits may come in any order of time; one from the future counts as now.
 * - Atomicity: a hit is counted in totals and windows alike before `track` answers.
 * - Retry: a hit that is tracked twice counts twice. Only hits that are durable are tracked, each once.
 */
export interface Live {
  /** The promise of one that counts elsewhere does not reject. */
  track(hit: CountedHit): Seen | Promise<Seen>;
  /** Counts of a site, or of all sites together. A window is its length in seconds, 1 or more. */
  read(site: string | undefined, windows: readonly number[]): Promise<LiveCount>;
  /**
   * What is known of a site, or of all sites together; of a site that nobody visited, nothing in the same form. There
   * where a node has what it counted for itself.
   */
  state?(site: string | undefined): LiveState | Promise<LiveState>;
  /** There where sites are kept in this process. */
  readonly memory?: LiveMemory;
  /** There where they are not. */
  readonly remote?: LiveRemote;
}

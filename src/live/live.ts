import type { Hit } from '../hit/hit.ts';
import type { BloomFilter } from '../sketch/bloom.ts';
import type { LastSeenSketch } from '../sketch/last-seen.ts';
import type { HitRing } from '../sketch/ring.ts';

/** The fields of a hit that are needed for counting. */
export type CountedHit = Pick<Hit, 'site' | 'time' | 'visitorHigh' | 'visitorLow'>;

/** The simple tracker's result for one hit. */
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
  /** Since when the counts are stale, in milliseconds since 1970; undefined if they are current. */
  readonly staleSince?: number;
  readonly total: { readonly hits: number; readonly visitors: number };
  readonly windows: readonly WindowCount[];
}

/**
 * The full state of a site, or of all sites together, in a form that can be merged across nodes. Its sketches may still
 * be in use: read them immediately and do not write to them.
 */
export interface LiveState {
  /** All time. */
  readonly total: { readonly hits: number; readonly visitors: number };
  /** Present with the rate tracker. */
  readonly windows: { readonly seen: LastSeenSketch; readonly ring: HitRing } | undefined;
  /** For all sites together only: a filter cannot tell which visitors belong to a site. */
  readonly filter: BloomFilter | undefined;
}

/** Memory use and evictions of the windows of single sites. */
export interface LiveMemory {
  /** Bytes used by sites in memory, and the limit. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** Sites in memory, and evicted sites. */
  readonly sites: number;
  readonly evicted: number;
  /** Number of evictions and reloads since the start. */
  readonly evictions: number;
  readonly loads: number;
}

/** Status of counts that are kept elsewhere. */
export interface LiveRemote {
  /** Where, and how all-time visitors are counted there; human-readable, without secrets. */
  readonly place: string;
  /** Hits that are not counted there yet. */
  readonly waiting: number;
  /** Hits never counted because too many were waiting, and calls; both since the start. */
  readonly lost: number;
  readonly calls: number;
}

/**
 * The state of the simple and the rate tracker: current counts, a cache of the store.
 *
 * - Order: hits may come in any order of time; one from the future counts as now.
 * - Atomicity: a hit is counted in both totals and windows before `track` answers.
 * - Retry: a hit that is tracked twice counts twice. Only hits that are durable are tracked, each once.
 */
export interface Live {
  /** If counts are kept elsewhere, returns a promise, which never rejects. */
  track(hit: CountedHit): Seen | Promise<Seen>;
  /** Counts of a site, or of all sites together. A window is its length in seconds, 1 or more. */
  read(site: string | undefined, windows: readonly number[]): Promise<LiveCount>;
}

/** Counts that can be removed, when a site is deleted. */
export interface SiteRemoval {
  /** Removes the counts of a site, also from those of all sites together. Its next hit is that of a new site. */
  removeSite(site: string): Promise<void>;
}

/** Counts that this node keeps itself, of the hits that it accepted. */
export interface OwnLive extends Live {
  /** The state of a site, or of all sites together; an empty state if the site has no visitors. */
  state(site: string | undefined): Promise<LiveState>;
  readonly memory: LiveMemory;
}

/** Counts that are kept elsewhere, together with those of other nodes. */
export interface SharedLive extends Live {
  /** Resolves if the place where they are kept answers. @throws what is wrong */
  ping(): Promise<void>;
  readonly remote: LiveRemote;
}

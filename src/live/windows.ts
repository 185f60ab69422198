import { LastSeenSketch } from '../sketch/last-seen.ts';
import { HitRing } from '../sketch/ring.ts';
import type { WindowCount } from './live.ts';

export interface WindowOptions {
  /** Columns of the last-seen table; the error of visitors is 0.65/√columns. Default 4,096. */
  readonly columns?: number;
  /** Resolution of windows. Default 10. */
  readonly ticksPerSecond?: number;
}

/** Receives counts that were kept elsewhere. */
export interface History {
  /** @param time any moment of the second, minute or hour of the hits, in milliseconds */
  addHits(time: number, hits: number): void;
  /** @param time when a visitor of this cell of the last-seen table was last seen, in milliseconds */
  setCell(rank: number, column: number, time: number): void;
}

/** Hits and visitors of one site over any window that ends now. */
export class Windows implements History {
  readonly ring: HitRing;
  readonly seen: LastSeenSketch;

  /** @param parts existing parts, kept and not copied */
  constructor(options: WindowOptions = {}, parts: { ring?: HitRing; seen?: LastSeenSketch } = {}) {
    this.ring = parts.ring ?? new HitRing();
    this.seen = parts.seen ?? new LastSeenSketch({ ...options });
  }

  /** @param time of the hit, in milliseconds; one from the future counts as now */
  add(high: number, low: number, time: number, now: number): void {
    this.ring.add(Math.min(time, now));
    this.seen.add(high, low, time, now);
  }

  addHits(time: number, hits: number): void {
    this.ring.add(time, hits);
  }

  setCell(rank: number, column: number, time: number): void {
    this.seen.setCell(rank, column, time);
  }

  /**
   * Takes out the windows of a site that were counted here too. Cells in which it was seen last become empty, so those of the other
   * sites must be written again.
   */
  subtract(other: Windows): void {
    this.ring.subtract(other.ring);
    this.seen.clearEqual(other.seen);
  }

  /** @param seconds length of the window, 1 or more */
  read(seconds: number, now: number): WindowCount {
    const hits = this.ring.count(seconds, now);
    const { visitors, error } = this.seen.estimate(now - seconds * 1000);
    return { seconds, hits, visitors: Math.min(visitors, hits), hitsPerSecond: hits / seconds, error };
  }
}

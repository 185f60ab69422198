import { LastSeenSketch } from '../sketch/last-seen.ts';
import { HitRing } from '../sketch/ring.ts';
import type { WindowCount } from './live.ts';

export interface WindowOptions {
  /** Columns of the last-seen table; the error of visitors is 0.65/√columns. Default 4,096. */
  readonly columns?: number;
  /** Grain of windows. Default 10. */
  readonly ticksPerSecond?: number;
}

/** Where counts that were kept elsewhere are added again. */
export interface History {
  /** @param time any moment of the second, minute or hour that the hits are of, in milliseconds */
  addHits(time: number, hits: number): void;
  /** @param time when somebody of this cell of the last-seen table was seen last, in milliseconds */
  setCell(rank: number, column: number, time: number): void;
}

/** Hits and visitors of one site over any window that ends now. */
export class Windows implements History {
  readonly ring: HitRing;
  readonly seen: LastSeenSketch;

  /** @param parts that are there already, kept and not copied */
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

  /** @param seconds length of the window, 1 or more */
  read(seconds: number, now: number): WindowCount {
    const hits = this.ring.count(seconds, now);
    const { visitors, error } = this.seen.estimate(now - seconds * 1000);
    return { seconds, hits, visitors: Math.min(visitors, hits), hitsPerSecond: hits / seconds, error };
  }
}

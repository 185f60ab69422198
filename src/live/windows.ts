import { LastSeenSketch } from '../sketch/last-seen.ts';
import { HitRing } from '../sketch/ring.ts';
import type { WindowCount } from './live.ts';

export interface WindowOptions {
  /** Columns of the last-seen table; the error of visitors is 0.65/√columns. Default 4,096. */
  readonly columns?: number;
  /** Grain of windows. Default 10. */
  readonly ticksPerSecond?: number;
}

/** Hits and visitors of one site over any window that ends now. */
export class Windows {
  readonly ring = new HitRing();
  readonly seen: LastSeenSketch;

  constructor(options: WindowOptions = {}) {
    this.seen = new LastSeenSketch({ ...options });
  }

  /** @param time of the hit, in milliseconds; one from the future counts as now */
  add(high: number, low: number, time: number, now: number): void {
    this.ring.add(Math.min(time, now));
    this.seen.add(high, low, time, now);
  }

  /** @param seconds length of the window, 1 or more */
  read(seconds: number, now: number): WindowCount {
    const hits = this.ring.count(seconds, now);
    const { visitors, error } = this.seen.estimate(now - seconds * 1000);
    return { seconds, hits, visitors: Math.min(visitors, hits), hitsPerSecond: hits / seconds, error };
  }
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Live } from '../live/live.ts';
import type { CountedVisitors } from './reader.ts';

/** Hits that are counted in a row, before other work gets a turn. */
const HITS_A_TURN = 5000;

/** Adds the hits of a chunk to the live counts, in order. The import waits for that. */
export async function countLive(live: Live | undefined, visitors: CountedVisitors): Promise<void> {
  if (!live) return;
  const { sites, site, time, high, low } = visitors;
  for (let i = 0; i < time.length; i++) {
    const hit = { site: sites[site[i]!]!, time: time[i]!, visitorHigh: high[i]!, visitorLow: low[i]! };
    const seen = live.track(hit);
    if (i % HITS_A_TURN !== HITS_A_TURN - 1) continue;
    await seen;
    await nextTurn();
  }
}

/**
 * Remembers more and more visitors of one site, as `live` state or in a `set`, and prints its memory at each number of
 * them. It is a separate process, so that nothing else is in its memory.
 */

import { memoryUsage } from 'node:process';
import { hex64, KeyedHash } from '../src/hit/hash.ts';
import { MemoryLive } from '../src/live/memory.ts';
import { check } from './bench.ts';
import { KEY, NOW } from './hit-steps.ts';
import { heldBytes } from './weight.ts';

const SITE = 'example.com';
const PER_MS = 10;
/** An error beyond this many standard errors is a bug, not chance. */
const MOST_DEVIATIONS = 5;

/** The output: one line of JSON each. */
export interface Sample {
  readonly visitors: number;
  /** Objects and the memory of arrays, without garbage. */
  readonly heapBytes: number;
  /** Resident memory of the whole process. */
  readonly rssBytes: number;
}

interface Memory {
  readonly see: (i: number) => void;
  /** @throws Error if its counts are wrong */
  readonly check: (visitors: number) => Promise<void>;
}

function live(): Memory {
  const hash = new KeyedHash(KEY);
  const state = new MemoryLive({ expectedVisitors: 1_000_000, rate: true, now: () => NOW });
  return {
    see(i) {
      const { high, low } = hash.digest(`visitor ${i}`);
      state.track({ site: SITE, time: NOW - 1000 + i / PER_MS, visitorHigh: high, visitorLow: low });
    },
    async check(visitors) {
      const [window] = (await state.read(SITE, [3600])).windows;
      const { hits, visitors: estimate, error } = window!;
      check(hits === visitors, `${hits} hits of ${visitors}`);
      check(Math.abs(estimate / visitors - 1) < MOST_DEVIATIONS * error, `${estimate} of ${visitors}`);
    },
  };
}

/** Visitors as hashes, which are shorter than their ids. */
function set(): Memory {
  const hash = new KeyedHash(KEY);
  const ids = new Set<string>();
  return {
    see(i) {
      const { high, low } = hash.digest(`visitor ${i}`);
      ids.add(hex64(high, low));
    },
    async check(visitors) {
      check(ids.size === visitors, `${ids.size} ids of ${visitors}`);
    },
  };
}

async function main([kind, ...numbers]: string[]): Promise<void> {
  const memory = kind === 'live' ? live() : set();
  let seen = 0;
  for (const visitors of numbers.map(Number)) {
    while (seen < visitors) memory.see(seen++);
    await memory.check(visitors);
    const sample: Sample = { visitors, heapBytes: heldBytes(), rssBytes: memoryUsage.rss() };
    console.log(JSON.stringify(sample));
  }
}

await main(process.argv.slice(2));

/** What the sketches do for each hit and each question, and what people write first instead. */

import { hex64, KeyedHash } from '../src/hit/hash.ts';
import { BloomFilter, falseSeenRateAt } from '../src/sketch/bloom.ts';
import { LastSeenSketch } from '../src/sketch/last-seen.ts';
import { HitRing } from '../src/sketch/ring.ts';
import { check } from './bench.ts';
import { KEY, NOW } from './hit-steps.ts';
import { whole } from './results.ts';
import { AT_ONCE, type Step } from './step.ts';

const MINUTE = 60_000;
/** An error beyond so many standard errors is a fault and no chance. */
const MOST_DEVIATIONS = 5;

/** Hashes of visitors, as halves. */
export interface Hashes {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

export function hashesOf(visitors: number): Hashes {
  const hash = new KeyedHash(KEY);
  const hashes = { high: new Uint32Array(visitors), low: new Uint32Array(visitors) };
  for (let i = 0; i < visitors; i++) {
    const { high, low } = hash.digest(`visitor ${i}`);
    hashes.high[i] = high;
    hashes.low[i] = low;
  }
  return hashes;
}

/** Visitors as a program keeps them that hashes none. */
export function idsOf({ high, low }: Hashes): string[] {
  return Array.from(high, (half, i) => hex64(half, low[i]!));
}

/** @throws Error if a sketch is further off than theory allows */
export function sketchSteps(hashes: Hashes): Step[] {
  const seen = new LastSeenSketch();
  const bloom = BloomFilter.for(hashes.high.length);
  const ring = new HitRing();
  fill(hashes, seen, bloom, ring);
  return [
    each('last-seen: add', hashes, (high, low, i) => seen.add(high, low, NOW + i, NOW + i)),
    each('bloom: testAndAdd', hashes, (high, low) => bloom.testAndAdd(high, low)),
    each('ring: add', hashes, (_high, _low, i) => ring.add(NOW + i)),
    { name: 'last-seen: estimate', times: 1, run: () => void seen.estimate(NOW - MINUTE) },
    { name: 'ring: count of an hour', times: 1, run: () => void ring.count(3600, NOW) },
  ];
}

/** Sees each visitor once, and checks what the sketches say then. */
function fill({ high, low }: Hashes, seen: LastSeenSketch, bloom: BloomFilter, ring: HitRing): void {
  let mistaken = 0;
  for (let i = 0; i < high.length; i++) {
    seen.add(high[i]!, low[i]!, NOW, NOW);
    if (bloom.testAndAdd(high[i]!, low[i]!)) mistaken++;
    ring.add(NOW);
  }
  const { visitors, error } = seen.estimate(NOW - MINUTE);
  const off = Math.abs(visitors / high.length - 1);
  check(off < MOST_DEVIATIONS * error, `${visitors} visitors are estimated, and ${high.length} were there`);
  check(mistaken < high.length * falseSeenRateAt(12), `${mistaken} new visitors were taken for known ones`);
  check(ring.count(60, NOW) === high.length, 'the ring lost hits');
}

/** A Set of all visitors, and a Map of when each was last seen. */
export function exactSteps(hashes: Hashes): Step[] {
  const ids = idsOf(hashes);
  const set = new Set(ids);
  const map = new Map(ids.map((id) => [id, NOW]));
  const of = `of ${whole(ids.length)}`;
  return [
    each(`Set ${of}: add`, hashes, (_high, _low, i) => set.add(ids[i]!)),
    each(`Map ${of}: set last seen`, hashes, (_high, _low, i) => map.set(ids[i]!, NOW)),
    {
      name: `Map ${of}: count a minute`,
      times: 1,
      run() {
        let count = 0;
        for (const last of map.values()) if (last > NOW - MINUTE) count++;
        check(count === ids.length, 'the Map lost visitors');
      },
    },
  ];
}

/** Takes the next visitors each time. */
function each(
  name: string,
  { high, low }: Hashes,
  add: (high: number, low: number, i: number) => unknown,
): Step {
  let start = 0;
  const run = () => {
    for (let i = start; i < start + AT_ONCE; i++) add(high[i]!, low[i]!, i);
    start = (start + AT_ONCE) % high.length;
  };
  return { name, times: AT_ONCE, run };
}

/**
 * The work of the sketches for each hit and each query, compared with obvious alternatives.
 *
 * Each step has its own loop: a shared one, with the operation as an argument, would also time the call.
 */

import { hex64, KeyedHash } from '../src/hit/hash.ts';
import { BloomFilter } from '../src/sketch/bloom.ts';
import { falseSeenRateAt } from '../src/sketch/bloom-size.ts';
import { LastSeenSketch } from '../src/sketch/last-seen.ts';
import { HitRing } from '../src/sketch/ring.ts';
import { check } from './bench.ts';
import { KEY, NOW } from './hit-steps.ts';
import { whole } from './results.ts';
import { AT_ONCE, type Step, turns } from './step.ts';

const MINUTE = 60_000;
/** An error beyond this many standard errors is a bug, not chance. */
const MOST_DEVIATIONS = 5;

/** Halves of visitors' hashes. */
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

/** Visitors as strings, without hashing. */
export function idsOf({ high, low }: Hashes): string[] {
  return Array.from(high, (half, i) => hex64(half, low[i]!));
}

/** The steps for a hit. */
export function updateSteps({ high, low }: Hashes): Step[] {
  const seen = new LastSeenSketch();
  const shared = new LastSeenSketch({ shared: true });
  const bloom = BloomFilter.for(high.length);
  const ring = new HitRing();
  const next = turns(high.length);
  // A million hits a second.
  let now = NOW;
  return [
    {
      name: 'last-seen: add',
      times: AT_ONCE,
      run() {
        const time = now++;
        const start = next();
        for (let i = start; i < start + AT_ONCE; i++) seen.add(high[i]!, low[i]!, time, time);
      },
    },
    {
      name: 'last-seen: add, in shared memory',
      times: AT_ONCE,
      run() {
        const time = now++;
        const start = next();
        for (let i = start; i < start + AT_ONCE; i++) shared.add(high[i]!, low[i]!, time, time);
      },
    },
    {
      name: 'bloom: testAndAdd',
      times: AT_ONCE,
      run() {
        const start = next();
        for (let i = start; i < start + AT_ONCE; i++) bloom.testAndAdd(high[i]!, low[i]!);
      },
    },
    {
      name: 'ring: add',
      times: AT_ONCE,
      run() {
        const time = now++;
        for (let i = 0; i < AT_ONCE; i++) ring.add(time);
      },
    },
  ];
}

/**
 * The steps for a query, and between nodes.
 *
 * @throws Error if a sketch is further off than theory allows
 */
export function questionSteps(hashes: Hashes): Step[] {
  const { seen, ring } = filled(hashes, 0);
  const other = filled(hashes, 1);
  const bytes = { seen: seen.toBytes(), ring: ring.toBytes() };
  const once = (name: string, run: () => void): Step => ({ name, times: 1, run });
  return [
    once('last-seen: estimate', () => void seen.estimate(NOW - MINUTE)),
    once('last-seen: merge', () => seen.merge(other.seen)),
    once('last-seen: to bytes', () => void seen.toBytes()),
    once('last-seen: from bytes', () => void LastSeenSketch.fromBytes(bytes.seen)),
    once('ring: count of an hour', () => void ring.count(3600, NOW)),
    once('ring: merge', () => ring.merge(other.ring)),
    once('ring: to bytes', () => void ring.toBytes()),
    once('ring: from bytes', () => void HitRing.fromBytes(bytes.ring)),
  ];
}

/** Sketches that have seen each visitor at some time in the last two minutes, which is checked. */
function filled({ high, low }: Hashes, shift: number): { seen: LastSeenSketch; ring: HitRing } {
  const seen = new LastSeenSketch();
  const ring = new HitRing();
  const bloom = BloomFilter.for(high.length);
  let mistaken = 0;
  let recent = 0;
  for (let i = 0; i < high.length; i++) {
    const age = (low[i]! >>> shift) % (2 * MINUTE);
    if (age < MINUTE) recent++;
    seen.add(high[i]!, low[i]!, NOW - age, NOW);
    ring.add(NOW - age);
    if (bloom.testAndAdd(high[i]!, low[i]!)) mistaken++;
  }
  const { visitors, error } = seen.estimate(NOW - MINUTE);
  check(Math.abs(visitors / recent - 1) < MOST_DEVIATIONS * error, `${visitors} are estimated of ${recent}`);
  check(ring.count(3600, NOW) === high.length, 'the ring lost hits');
  check(
    mistaken < high.length * falseSeenRateAt(12),
    `${mistaken} new visitors were mistaken for known ones`,
  );
  return { seen, ring };
}

/** A Set of all visitors, and a Map of when each was last seen. */
export function exactSteps(hashes: Hashes): Step[] {
  const ids = idsOf(hashes);
  const set = new Set(ids);
  const map = new Map(ids.map((id) => [id, NOW]));
  const of = `of ${whole(ids.length)}`;
  const next = turns(ids.length);
  return [
    {
      name: `Set ${of}: add`,
      times: AT_ONCE,
      run() {
        const start = next();
        for (let i = start; i < start + AT_ONCE; i++) set.add(ids[i]!);
      },
    },
    {
      name: `Map ${of}: set last seen`,
      times: AT_ONCE,
      run() {
        const start = next();
        for (let i = start; i < start + AT_ONCE; i++) map.set(ids[i]!, NOW);
      },
    },
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

/**
 * Trials of the last-seen table: each estimate of seeded visitors is compared with their exact number.
 *
 * Visitors are well-mixed 64-bit numbers instead of hashes of names. A billion SipHashes would only confirm that SipHash
 * mixes well, which its own tests do.
 */

import { LastSeenSketch } from '../src/sketch/last-seen.ts';
import { randomHalves } from '../test/fixtures/random.ts';

/** The stream: every visitor once; or three minutes of visitors, uniformly distributed or by Zipf's law. */
export type Stream = 'all time' | 'uniform' | 'Zipf';

export const STREAMS: readonly Stream[] = ['all time', 'uniform', 'Zipf'];

/** What is tried. */
export interface Trial {
  readonly stream: Stream;
  /** Approximate number of visitors in the requested window. */
  readonly visitors: number;
}

/** Sums of relative errors, of one trial or of many. */
export interface Moments {
  readonly estimates: number;
  readonly sum: number;
  readonly squares: number;
}

const START = Date.UTC(2026, 5, 1);
const STREAM_MS = 180_000;
const WINDOW_MS = 60_000;
/** The step of the sliding window between estimates: nine in a stream. */
const SLIDE_MS = 15_000;
const SLIDES_PER_WINDOW = WINDOW_MS / SLIDE_MS;
/** The sum of 1 / i up to n is ln n and about this. */
const EULER = 0.5772;

/**
 * Runs trials, each with its own table and seed.
 *
 * @param first the first trial's seed; the others follow
 */
export function runTrials({ stream, visitors }: Trial, first: number, trials: number): Moments {
  const errors =
    stream === 'all time'
      ? (seed: number) => [allTimeError(visitors, seed)]
      : windowErrors(stream === 'uniform' ? uniform(visitors) : zipf(visitors));
  return sumOf(Array.from({ length: trials }, (_, i) => momentsOf(errors(first + i))));
}

export function sumOf(all: readonly Moments[]): Moments {
  return all.reduce((a, b) => ({
    estimates: a.estimates + b.estimates,
    sum: a.sum + b.sum,
    squares: a.squares + b.squares,
  }));
}

/** Mean and standard deviation of relative errors. */
export function spreadOf({ estimates, sum, squares }: Moments): { bias: number; deviation: number } {
  const bias = sum / estimates;
  return { bias, deviation: Math.sqrt((squares - estimates * bias ** 2) / (estimates - 1)) };
}

function momentsOf(errors: readonly number[]): Moments {
  return {
    estimates: errors.length,
    sum: errors.reduce((sum, error) => sum + error, 0),
    squares: errors.reduce((sum, error) => sum + error ** 2, 0),
  };
}

function allTimeError(visitors: number, seed: number): number {
  const next = randomHalves(seed);
  const sketch = new LastSeenSketch();
  for (let i = 0; i < visitors; i++) sketch.add(next(), next(), START, START);
  return sketch.estimate().unrounded / visitors - 1;
}

/** Number of evenly distributed hits. */
interface Hits {
  /** Number of possible visitors. */
  readonly population: number;
  readonly hitsPerWindow: number;
  /** The visitor of a hit, 0 to population − 1, by random halves. */
  readonly whose: (next: () => number) => number;
}

/** On average, half of the population is in the window. */
function uniform(visitors: number): Hits {
  const population = 2 * visitors;
  return {
    population,
    hitsPerWindow: Math.round(population * Math.LN2),
    whose: (next) => Math.floor((next() / 2 ** 32) * population),
  };
}

/**
 * Zipf's law: the probability of the i-th visitor is proportional to 1 / i.
 *
 * Each range from one power of two to the next has nearly the same share of hits; within it, a visitor is drawn uniformly
 * and accepted with probability 2ᵏ / i. That is exact, and faster than a logarithm.
 */
function zipf(visitors: number): Hits {
  const powers = Math.ceil(Math.log2(4 * visitors));
  return {
    population: 2 ** powers - 1,
    hitsPerWindow: hitsForDistinct(visitors, 2 ** powers - 1),
    whose(next) {
      for (;;) {
        const place = (next() * powers) / 2 ** 32;
        const power = Math.floor(place);
        const first = 1 << power;
        const visitor = first + Math.floor((place - power) * first);
        if ((next() / 2 ** 32) * visitor < first) return visitor - 1;
      }
    },
  };
}

/** The number of hits by Zipf's law that come from a number of distinct visitors, found by bisection. */
function hitsForDistinct(visitors: number, population: number): number {
  const harmonic = Math.log(population) + EULER;
  const distinctOf = (hits: number) => {
    let distinct = 0;
    // Visitors whose probabilities differ by at most a hundredth are combined.
    for (let i = 1, end = 1; i <= population; i = end) {
      end = Math.min(Math.ceil(i * 1.01), population) + 1;
      const chance = Math.log((end - 0.5) / (i - 0.5)) / harmonic / (end - i);
      distinct -= (end - i) * Math.expm1(-hits * chance);
    }
    return distinct;
  };
  let [few, many] = [0, 1000 * visitors];
  while (many - few > 0.5) {
    const middle = (few + many) / 2;
    if (distinctOf(middle) < visitors) few = middle;
    else many = middle;
  }
  return Math.round(many);
}

/**
 * The errors of a window that slides over the stream.
 *
 * It begins at the edge of a tick, since the table counts by whole ticks; the exact count uses the step in which each
 * visitor came last.
 */
function windowErrors({ population, hitsPerWindow, whose }: Hits): (seed: number) => number[] {
  const step = WINDOW_MS / hitsPerWindow;
  /** The step of each visitor, from 1; 0 for none. */
  const lastSlide = new Uint8Array(population);
  return (seed) => {
    const seeds = randomHalves(seed);
    const [a, b, c] = [seeds(), seeds(), seeds()];
    const next = quickHalves(seeds());
    const sketch = new LastSeenSketch();
    const errors: number[] = [];
    lastSlide.fill(0);
    let hit = 0;
    for (let slide = 1; slide * SLIDE_MS <= STREAM_MS; slide++) {
      const end = slide * SLIDE_MS;
      for (let time = Math.floor(hit * step); time < end; time = Math.floor(++hit * step)) {
        const visitor = whose(next);
        const low = mix(mix(visitor + a) + b);
        sketch.add(mix(low ^ visitor ^ c), low, START + time, START + time);
        lastSlide[visitor] = slide;
      }
      if (end < WINDOW_MS) continue;
      const { unrounded } = sketch.estimate(START + end - WINDOW_MS - 1);
      errors.push(unrounded / countAbove(lastSlide, slide - SLIDES_PER_WINDOW) - 1);
    }
    return errors;
  };
}

function countAbove(lastSlide: Uint8Array, slide: number): number {
  let count = 0;
  for (let i = 0; i < lastSlide.length; i++) count += Number(lastSlide[i]! > slide);
  return count;
}

/** Random unsigned 32-bit numbers, good enough to choose visitors: those of a good generator take twice the time. */
function quickHalves(seed: number): () => number {
  let counter = seed;
  return () => {
    counter = (counter + 0x9e3779b9) | 0;
    return mix(counter);
  };
}

/** MurmurHash3's finalizer: each bit of the input changes half of the output's. */
function mix(number: number): number {
  let x = number | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

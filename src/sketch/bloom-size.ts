/** How large a Bloom filter is, and how often it errs: see `bloom.ts`. */
import { checkedNumber } from '../schema/argument.ts';

export const WORDS_PER_BLOCK = 8;
export const BITS_PER_WORD = 32;
export const BITS_PER_BLOCK = WORDS_PER_BLOCK * BITS_PER_WORD;

/** 1 GiB: a filter for 700 million visitors. A larger value is a mistake. */
const MAX_BLOCKS = 2 ** 25;

/** Beyond these limits a Bloom filter makes no sense: more bits than the hash itself, or a coin toss. */
const RATES = { least: 0.00001, most: 0.5 };
const BITS = { least: 1, most: 64 };
export const DEFAULT_BITS = 12;

/**
 * The number of visitors that a filter of 1 GiB is planned for.
 *
 * @throws HitError `invalid` for bits below 1 or above 64
 */
export function mostVisitorsAt(bitsPerVisitor: number): number {
  return Math.floor((MAX_BLOCKS * BITS_PER_BLOCK) / checkedNumber('bitsPerVisitor', bitsPerVisitor, BITS));
}

/**
 * The smallest number of bits per visitor that keeps the rate of false "seen" answers below a limit, as long as no
 * more visitors come than expected.
 *
 * @param falseSeenRate a fraction between 0 and 1, say 0.01
 * @throws HitError `invalid` if the rate is below 0.00001 or above 0.5
 * @example
 * bitsPerVisitorAt(0.01); // 10.6
 */
export function bitsPerVisitorAt(falseSeenRate: number): number {
  checkedNumber('falseSeenRate', falseSeenRate, RATES);
  // In steps of a tenth of a bit: finer steps would be lost in rounding to whole blocks.
  let tenths = 10;
  while (falseSeenRateAt(tenths / 10) > falseSeenRate) tenths++;
  return tenths / 10;
}

/** The formula in `bloom.ts`: the false "seen" rate of a filter with as many visitors as planned. */
export function falseSeenRateAt(bitsPerVisitor: number): number {
  const mean = BITS_PER_BLOCK / bitsPerVisitor;
  // Beyond ten standard deviations from the mean, the Poisson distribution is negligible.
  const last = mean + 10 * Math.sqrt(mean) + 10;
  let rate = 0;
  let logChance = -mean;
  for (let visitors = 1; visitors <= last; visitors++) {
    logChance += Math.log(mean / visitors);
    rate += Math.exp(logChance) * (1 - (1 - 1 / BITS_PER_WORD) ** visitors) ** WORDS_PER_BLOCK;
  }
  return rate;
}

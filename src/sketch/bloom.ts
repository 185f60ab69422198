/**
 * "Has this visitor been here before?", answered from memory that never grows.
 *
 * A JavaScript `Set` takes 70 MB for a million hashes, and more with each visitor. A Bloom filter of fixed size
 * answers almost as well: it never forgets a visitor, but occasionally it mistakes a new one for one already
 * seen. At 12 bits per visitor, a million visitors take 1.5 MB.
 *
 * A classic Bloom filter sets k bits anywhere in its memory: k cache misses per hit. This is a split-block filter
 * (Putze, Sanders & Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007; Jim Apple, "Split block
 * Bloom filters", 2021) in the shape that Impala and Parquet use: `high` chooses one block of 256 bits, and each of
 * the block's eight words gets one bit, chosen by `low` times an odd constant of that word. One hit touches
 * one block.
 *
 * The visitors per block follow Poisson(λ = 256 / bits per visitor). The errors of a crowded block outweigh the
 * gain of an empty one, so the rate of a filter that holds as many visitors as planned is the mixture
 *
 *     Σᵢ Poisson(i; λ) · (1 − (31/32)ⁱ)⁸
 *
 * | bits per visitor                   |     8 |    10 |    12 |    16 |     24 |
 * |------------------------------------|-------|-------|-------|-------|--------|
 * | false "seen", theory               | 3.32% | 1.26% | 0.54% | 0.13% | 0.016% |
 * | measured, a million visitors       | 3.32% | 1.27% | 0.54% | 0.13% | 0.016% |
 * | measured, average up to that point | 0.61% | 0.22% | 0.09% | 0.02% | 0.003% |
 *
 * (Measured on four filters of a million visitors, with ten million probes each.) The last line shows how far a
 * count of new visitors falls short when the planned number is just reached. Beyond it the error rate keeps
 * growing; `expectedFalseSeenRate` returns it.
 *
 * Filters of the same size whose visitors are hashed with the same key merge by OR, so nodes that counted
 * separately can estimate their combined visitors (`estimateCount`). Nothing can be removed: a filter is for all
 * time; for windows see `last-seen.ts`.
 *
 * Over a `SharedArrayBuffer` threads share one filter: bits are set by atomic OR, so none is lost. If several threads
 * see the same new visitor at the same instant, exactly one of them answers "new".
 */

import { HitError } from '../errors.ts';
import { checkedNumber, checkInstance, checkOptions, shown } from '../schema/argument.ts';
import { bitCount } from './bit-count.ts';
import {
  BITS_PER_BLOCK,
  BITS_PER_WORD,
  DEFAULT_BITS,
  mostVisitorsAt,
  WORDS_PER_BLOCK,
} from './bloom-size.ts';
import type { Bytes } from './bytes.ts';
import { SketchReader, SketchWriter } from './encoding.ts';
import { areShared, emptyWords } from './shared-words.ts';

/** The odd constants of the Parquet format's filter: they spread `low` over the bits of each word. */
const SALT = Int32Array.of(
  0x47b6137b,
  0x44974d91,
  0x8824ad5b,
  0xa2b7289d,
  0x705495c7,
  0x2df1424b,
  0x9efc4947,
  0x5c6bfb31,
);

/**
 * The set of all visitors ever seen.
 *
 * @example
 * const seen = BloomFilter.for(1_000_000);
 * seen.testAndAdd(0x9e3779b9, 0x7f4a7c15); // false
 * seen.testAndAdd(0x9e3779b9, 0x7f4a7c15); // true
 */
export class BloomFilter {
  /** The bits, block after block: everything needed to rebuild this filter on another node. */
  readonly words: Uint32Array;
  readonly #blocks: number;
  readonly #isShared: boolean;

  /**
   * A filter over the words of another filter; for an empty one see `BloomFilter.for`.
   *
   * @param words kept, not copied; eight per block; in shared memory they may belong to another thread
   * @throws HitError `invalid` if the words are not a whole number of blocks
   */
  constructor(words: Uint32Array) {
    const isWhole = words instanceof Uint32Array && words.length > 0 && words.length % WORDS_PER_BLOCK === 0;
    if (!isWhole) {
      throw new HitError('invalid', `words must be a Uint32Array of blocks of 8 words, not ${shown(words)}`);
    }
    this.words = words;
    this.#blocks = words.length / WORDS_PER_BLOCK;
    this.#isShared = areShared(words);
  }

  /**
   * An empty filter planned for a number of visitors.
   *
   * @param expected visitors, at least 1; at most as many as 1 GiB has room for
   * @param bitsPerVisitor memory per visitor, 1 to 64; `bitsPerVisitorAt` computes it from an error rate
   * @param options `shared`: whether to use shared memory, so that `words` can be passed to other threads
   * @throws HitError `invalid` if a number is out of range
   * @example
   * BloomFilter.for(1_000_000).bytes; // 1500000
   * BloomFilter.for(1_000_000, bitsPerVisitorAt(0.001)).bytes; // 2112512
   */
  static for(
    expected: number,
    bitsPerVisitor = DEFAULT_BITS,
    options: { readonly shared?: boolean } = {},
  ): BloomFilter {
    checkOptions(options, ['shared']);
    checkedNumber('expected', expected, { least: 1, most: mostVisitorsAt(bitsPerVisitor) });
    const blocks = Math.ceil((expected * bitsPerVisitor) / BITS_PER_BLOCK);
    return new BloomFilter(emptyWords(blocks * WORDS_PER_BLOCK, options.shared ?? false));
  }

  /**
   * Adds a visitor.
   *
   * @param high upper half of the visitor's hash, unsigned 32 bits
   * @param low lower half, unsigned 32 bits
   * @returns true if the visitor was already seen (always correct for a seen visitor, occasionally wrong for a
   *   new one)
   * @example BloomFilter.for(1000).testAndAdd(0x9e3779b9, 0x7f4a7c15); // false
   */
  testAndAdd(high: number, low: number): boolean {
    if (this.#isShared) return this.#testAndAddShared(high, low);
    const { words } = this;
    const block = this.#blockOf(high);
    let seen = true;
    for (let i = 0; i < WORDS_PER_BLOCK; i++) {
      const word = words[block + i]!;
      const bit = bitOf(low, i);
      if ((word & bit) === 0) {
        words[block + i] = word | bit;
        seen = false;
      }
    }
    return seen;
  }

  /** Like `testAndAdd`, without adding. @example BloomFilter.for(1000).has(0x9e3779b9, 0x7f4a7c15); // false */
  has(high: number, low: number): boolean {
    const block = this.#blockOf(high);
    for (let i = 0; i < WORDS_PER_BLOCK; i++) {
      if ((this.words[block + i]! & bitOf(low, i)) === 0) return false;
    }
    return true;
  }

  /**
   * Merges another filter into this one. The result is bit for bit the filter that would have seen the visitors
   * of both, regardless of the order and number of merges.
   *
   * @throws HitError `invalid` if the sizes differ
   * @example BloomFilter.for(1000).merge(BloomFilter.for(1000));
   */
  merge(other: BloomFilter): void {
    checkInstance('other', other, BloomFilter);
    if (other.words.length !== this.words.length) {
      throw new HitError(
        'invalid',
        `Bloom filters of ${this.bytes} and ${other.bytes} bytes cannot be merged: give both the same number of expected visitors`,
      );
    }
    const { words } = this;
    if (this.#isShared) {
      for (let i = 0; i < words.length; i++) Atomics.or(words, i, other.words[i]!);
    } else {
      for (let i = 0; i < words.length; i++) words[i]! |= other.words[i]!;
    }
  }

  /** The share of bits that are set, 0 to 1; about one half when the planned 12 bits per visitor are reached. */
  get fill(): number {
    let set = 0;
    for (let i = 0; i < this.words.length; i++) set += bitCount(this.words[i]!);
    return set / (this.#blocks * BITS_PER_BLOCK);
  }

  /**
   * The probability, 0 to 1, that the next new visitor is mistaken for one already seen.
   *
   * The probability in a block is the product of its words' shares of set bits. Computed from the overall `fill`
   * alone it would be four tenths too low, because the errors come from crowded blocks.
   * @example BloomFilter.for(1000).expectedFalseSeenRate(); // 0
   */
  expectedFalseSeenRate(): number {
    let sum = 0;
    for (let block = 0; block < this.words.length; block += WORDS_PER_BLOCK) {
      let chance = 1;
      for (let i = 0; i < WORDS_PER_BLOCK; i++) chance *= bitCount(this.words[block + i]!) / BITS_PER_WORD;
      sum += chance;
    }
    return sum / this.#blocks;
  }

  /**
   * Estimates the number of visitors seen, from the fill: includes those mistaken for others, and after a merge
   * counts each visitor once. A full filter returns its capacity, not infinity.
   *
   * A visitor sets any given bit with probability 1 / (32 · blocks), so n of them leave it unset with that
   * probability's complement to the power n (the formula of Swamidass & Baldi, 2007, for split blocks).
   * @example BloomFilter.for(1000).estimateCount(); // 0
   */
  estimateCount(): number {
    const bits = this.#blocks * BITS_PER_BLOCK;
    const unset = Math.max(1 - this.fill, 0.5 / bits);
    return Math.round(Math.log(1 / unset) / -Math.log1p(-1 / (BITS_PER_WORD * this.#blocks)));
  }

  /**
   * The filter as bytes for another node: the raw words, since half-set bits cannot be compressed.
   * @example BloomFilter.for(1000).toBytes().length; // 1512
   */
  toBytes(): Bytes {
    const writer = new SketchWriter('B', this.bytes);
    writer.words(this.words);
    return writer.finish();
  }

  /**
   * Reads a filter from another node's bytes, whatever its size.
   *
   * @throws HitError `invalid` if the bytes are anything else
   * @example BloomFilter.fromBytes(BloomFilter.for(1000).toBytes()).bytes; // 1504
   */
  static fromBytes(bytes: Uint8Array): BloomFilter {
    return new BloomFilter(new SketchReader(bytes, 'B').words());
  }

  /** Memory used by the bits. */
  get bytes(): number {
    return this.words.byteLength;
  }

  /**
   * Like `testAndAdd`, while other threads do the same: the thread that sets the last missing bit adds the visitor.
   * Bits are checked from the last to the first and set from the first to the last. So a thread that finds the last one
   * set finds all of them set, and of the threads that find it missing exactly one sets it first.
   */
  #testAndAddShared(high: number, low: number): boolean {
    const { words } = this;
    const block = this.#blockOf(high);
    let last = WORDS_PER_BLOCK - 1;
    while (last >= 0 && (Atomics.load(words, block + last) & bitOf(low, last)) !== 0) last--;
    let seen = true;
    for (let i = 0; i <= last; i++) {
      const bit = bitOf(low, i);
      seen = (Atomics.or(words, block + i, bit) & bit) !== 0;
    }
    return seen;
  }

  /**
   * The block's first word: ⌊high · blocks / 2³²⌋ · 8, computed by halves of `high` because the whole product may
   * exceed the 53 bits of a number.
   */
  #blockOf(high: number): number {
    const lowerHalf = Math.floor(((high & 0xffff) * this.#blocks) / 0x10000);
    return Math.floor(((high >>> 16) * this.#blocks + lowerHalf) / 0x10000) * WORDS_PER_BLOCK;
  }
}

function bitOf(low: number, word: number): number {
  return 1 << (Math.imul(low, SALT[word]!) >>> 27);
}

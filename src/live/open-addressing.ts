/** 2³² divided by the golden ratio: the upper bits of a product with it depend on all bits of the number. */
const SPREAD = 0x9e3779b1;

/**
 * Finds a number in a hash table with open addressing: a power of two of entries, each of 2^`widthBits` words, the first
 * of which holds the number + 1, or 0 in an empty entry. The search begins at the entry that the number hashes to
 * (Fibonacci hashing), and goes on to the next entry until it finds the number or an empty one: some must be empty.
 *
 * @returns the position of the number's entry, or of the empty entry to put it in, in words
 */
export function positionOf(words: Uint32Array, widthBits: number, number: number): number {
  const mask = (words.length >>> widthBits) - 1;
  let entry = Math.imul(number, SPREAD) >>> Math.clz32(mask);
  for (;;) {
    const at = entry << widthBits;
    const found = words[at];
    if (found === 0 || found === number + 1) return at;
    entry = (entry + 1) & mask;
  }
}

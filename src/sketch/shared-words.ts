/** Words that threads may share: changed atomically in a `SharedArrayBuffer`, else by plain writes. */

/** @returns words that are all 0 */
export function emptyWords(count: number, shared: boolean): Uint32Array {
  return shared ? new Uint32Array(new SharedArrayBuffer(4 * count)) : new Uint32Array(count);
}

export function areShared(words: Uint32Array): boolean {
  // Pages that are not isolated from other origins have no shared memory.
  return typeof SharedArrayBuffer !== 'undefined' && words.buffer instanceof SharedArrayBuffer;
}

/** Raises a word that other threads may raise concurrently: the result is the largest of all their values. */
export function atomicMax(words: Uint32Array, index: number, value: number): void {
  let held = words[index]!;
  while (value > held) {
    const found = Atomics.compareExchange(words, index, held, value);
    if (found === held) return;
    held = found;
  }
}

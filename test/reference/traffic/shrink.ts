/**
 * Finds a short list that still fails: takes out halves, quarters and so on down to single items, as long as what is left
 * fails. A difference between an engine and the reference over 20,000 hits thus becomes one over a few.
 *
 * @param items a list that fails, such as the hits that were sent
 * @param fails whether a shorter list still fails
 * @returns a list from which no single item can be taken out
 */
export async function shrink<Item>(
  items: readonly Item[],
  fails: (items: readonly Item[]) => boolean | Promise<boolean>,
): Promise<readonly Item[]> {
  let left = items;
  for (let size = Math.ceil(left.length / 2); size >= 1; ) {
    const before = left.length;
    for (let start = 0; start < left.length; ) {
      const without = [...left.slice(0, start), ...left.slice(start + size)];
      if (await fails(without)) left = without;
      else start += size;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (left.length === before) break;
  }
  return left;
}

/**
 * How long to wait after so many failures in a row: twice as long each time, and by chance up to a half less, so that
 * those who failed together do not come back together.
 *
 * @param failures 1 or more
 * @param random from 0 to 1, exclusive
 * @returns milliseconds
 */
export function backoffDelay(
  failures: number,
  { first, longest }: { readonly first: number; readonly longest: number },
  random: () => number,
): number {
  const pause = Math.min(longest, first * 2 ** Math.min(failures - 1, 40));
  return pause * (1 - random() / 2);
}

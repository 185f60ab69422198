/**
 * The delay after a number of consecutive failures: doubled each time, and randomly reduced by up to half, so that
 * callers that failed together do not retry together.
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

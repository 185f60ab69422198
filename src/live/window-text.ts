import { LONGEST_WINDOW } from '../sketch/ring.ts';
import { readDuration } from '../timing/duration.ts';

/**
 * Reads the length of a window, such as `5m`: from a second to 400 days.
 *
 * @returns seconds, undefined for any other text
 */
export function readWindow(text: string): number | undefined {
  const seconds = readDuration(text);
  return seconds !== undefined && seconds >= 1 && seconds <= LONGEST_WINDOW ? seconds : undefined;
}

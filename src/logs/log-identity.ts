/**
 * What identifies a log, whatever it is called and however it has grown: address and time on its first line.
 *
 * It depends on the bytes alone, not on the format: a log is imported once, even if another format is given later. It ends
 * before the rest of the line, which may not be written yet. And it is stored, hashed, with each import: for lines that a
 * version reads, it never changes.
 */

import { LINE_FEED } from './ascii.ts';

/** The text between time and request on every readable line. */
const AFTER_TIME = '] "';

/**
 * @param head bytes at the start of a log
 * @returns address and time of the first line that has them, a view; undefined if none has them yet
 */
export function identityOf(head: Buffer): Buffer | undefined {
  const end = head.indexOf(AFTER_TIME);
  return end < 0 ? undefined : head.subarray(head.lastIndexOf(LINE_FEED, end) + 1, end);
}

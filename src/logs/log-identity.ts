/**
 * What identifies a log, whatever it is called and however it has grown: address and time on the first line that has them, or in
 * other formats the whole first line.
 *
 * It depends on the bytes alone, not on the format: a log is imported once, even if another format is given later. It ends
 * before the rest of the line, which may not be written yet. And it is stored, hashed, with each import: for lines that a
 * version reads, it never changes.
 *
 * A growing log whose first line has no address and time does not wait for a line that has them: then its first line identifies
 * it. If such a line follows, the log has more than one identity. It keeps the one under which it was imported first.
 */

import { HASH, LINE_FEED, OPENING_BRACE } from './ascii.ts';
import type { ReadBuffer } from './window.ts';

/** Bytes at the start of a log that identify it. */
const HEAD_BYTES = 4096;

/** The text between time and request on every readable line. */
const AFTER_TIME = '] "';

/**
 * @param head bytes at the start of a log
 * @returns address and time of the first line that has them, a view; undefined if no line has them yet, and the first is not JSON
 */
export function identityOf(head: Buffer): Buffer | undefined {
  const end = head.indexOf(AFTER_TIME);
  if (end >= 0) return head.subarray(head.lastIndexOf(LINE_FEED, end) + 1, end);
  // A line of JSON is recognised by itself; it need not be followed by more.
  const line = firstLineOf(head);
  return line[0] === OPENING_BRACE && line.length < head.length ? line : undefined;
}

/** Beginnings of lines in other formats: JSON, W3C extended, and those of load balancers, after their protocol. */
const OTHER_FORMAT = /^(?:\{|#(?:Software|Version|Fields|Date)|(?:[a-z\d]{1,5} )?\d{4}-\d\d-\d\dT)/;
/** Beginning of a syslog message, whatever its line looks like. */
const SYSLOG = /^<\d{1,3}>/;

/**
 * What identifies a log without a line that `identityOf` recognizes.
 *
 * @param head bytes at the start of a log, all that decide
 * @returns its first line that is not a comment, a view; empty for logs of unknown formats, which share one identity. Earlier
 *   versions did not know syslog messages, so logs of these may have been imported under that one
 */
function otherIdentitiesOf(head: Buffer): readonly Buffer[] {
  const beginning = head.toString('latin1', 0, 20);
  if (OTHER_FORMAT.test(beginning)) return [firstLineOf(head)];
  const shared = head.subarray(0, 0);
  return SYSLOG.test(beginning) ? [firstLineOf(head), shared] : [shared];
}

/**
 * Reads as much of a log as identifies it.
 *
 * @param timeout milliseconds for which a growing log whose first line is complete waits for a line with an address and a time
 * @returns its identity, and others that the log may have been imported under
 */
export async function readIdentities(window: ReadBuffer, timeout: number): Promise<readonly Buffer[]> {
  const due = performance.now() + timeout;
  for (;;) {
    const head = window.peek(HEAD_BYTES);
    const identity = identityOf(head);
    const first = firstLineOf(head);
    if (identity && identity.byteOffset <= first.byteOffset) return [identity];
    if (identity) return [identity, ...otherIdentitiesOf(head)];
    const isComplete =
      first.length > 0 && head[first.byteOffset - head.byteOffset + first.length] === LINE_FEED;
    const left = isComplete ? due - performance.now() : Number.POSITIVE_INFINITY;
    if (window.ended || window.length >= HEAD_BYTES || left <= 0) return otherIdentitiesOf(head);
    await window.read(left);
  }
}

/** The first line that is neither blank nor a comment, without its end. */
function firstLineOf(head: Buffer): Buffer {
  for (let from = 0; from < head.length; ) {
    const end = head.indexOf(LINE_FEED, from);
    const line = head.subarray(from, end < 0 ? head.length : end);
    if (line.length > 1 && line[0] !== HASH) return line;
    from = end < 0 ? head.length : end + 1;
  }
  return head.subarray(0, 0);
}

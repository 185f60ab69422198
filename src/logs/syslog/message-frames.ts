/**
 * Syslog messages in a TCP connection (RFC 6587). A message has its length before it (`67 <134>1 …`), or ends with a line feed, or
 * a NUL as some senders write; each message tells by its beginning. UDP has one message per packet.
 *
 * A message becomes one line. It is not interpreted here: its header, of RFC 5424 or 3164, is a prefix of a log line.
 */
import { LINE_FEED } from '../ascii.ts';
import { MAX_LINE_LENGTH } from '../line-outcome.ts';

/** Bytes of a message; a longer one is no line that could be read. */
export const LONGEST_MESSAGE = MAX_LINE_LENGTH;
const NUL = 0;
const SPACE = 32;
const LESS_THAN = 60;
/** The largest length that is recognized has this many digits. */
const LENGTH_DIGITS = 9;

/** Splits the bytes of one connection. Holds at most one incomplete message. */
export class MessageFrames {
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of a message that is too long, which are skipped; infinity up to its end. */
  #skipped = 0;

  /**
   * @param chunk need not outlive the call
   * @param onMessage takes each message as a line, with its line feed
   * @param onTooLong called for each message that is too long
   */
  push(chunk: Buffer, onMessage: (line: Buffer) => void, onTooLong: () => void): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length > 0) {
      const taken = this.#skipped > 0 ? this.#skip(bytes) : this.#take(bytes, onMessage, onTooLong);
      if (taken === 0) break;
      bytes = bytes.subarray(taken);
    }
    this.#rest = Buffer.from(bytes);
  }

  /** The last message, if the connection ended without its line feed. */
  end(onMessage: (line: Buffer) => void): void {
    if (this.#skipped === 0 && lengthOf(this.#rest) === undefined) emit(this.#rest, onMessage);
    this.#rest = Buffer.alloc(0);
  }

  /** @returns the bytes of the first message; 0 if it is incomplete */
  #take(bytes: Buffer, onMessage: (line: Buffer) => void, onTooLong: () => void): number {
    const counted = lengthOf(bytes);
    if (counted === 'incomplete') return 0;
    if (counted !== undefined) {
      const { start, length } = counted;
      if (length > LONGEST_MESSAGE) {
        onTooLong();
        this.#skipped = length;
        return start;
      }
      if (bytes.length < start + length) return 0;
      emit(bytes.subarray(start, start + length), onMessage);
      return start + length;
    }
    const end = endOf(bytes);
    if (end >= 0 && end <= LONGEST_MESSAGE) {
      emit(bytes.subarray(0, end), onMessage);
      return end + 1;
    }
    if (end < 0 && bytes.length <= LONGEST_MESSAGE) return 0;
    onTooLong();
    this.#skipped = Number.POSITIVE_INFINITY;
    return this.#skip(bytes);
  }

  #skip(bytes: Buffer): number {
    if (this.#skipped === Number.POSITIVE_INFINITY) {
      const end = endOf(bytes);
      if (end < 0) return bytes.length;
      this.#skipped = 0;
      return end + 1;
    }
    const skipped = Math.min(this.#skipped, bytes.length);
    this.#skipped -= skipped;
    return skipped;
  }
}

/** The length before a message, and where it starts; undefined if the bytes do not begin with a length. */
function lengthOf(bytes: Buffer): { start: number; length: number } | 'incomplete' | undefined {
  let at = 0;
  let length = 0;
  while (at <= LENGTH_DIGITS && bytes[at]! >= 48 && bytes[at]! <= 57)
    length = length * 10 + bytes[at++]! - 48;
  // A line of a log may begin with a digit too, as an address does: but only a message has `<` after its length.
  if (at === 0 || at > LENGTH_DIGITS || bytes[0] === 48) return undefined;
  if (at === bytes.length || (bytes[at] === SPACE && at + 1 === bytes.length)) return 'incomplete';
  return bytes[at] === SPACE && bytes[at + 1] === LESS_THAN ? { start: at + 1, length } : undefined;
}

/** The index of the byte that ends a message; -1 if there is none. One loop: a search for each byte would read on behind the other. */
function endOf(bytes: Buffer): number {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === LINE_FEED || bytes[at] === NUL) return at;
  return -1;
}

/** Passes a message on as one line, unless it is blank. */
export function emit(message: Buffer, onMessage: (line: Buffer) => void): void {
  let end = message.length;
  while (end > 0 && message[end - 1]! <= SPACE) end--;
  if (end === 0) return;
  const line = Buffer.allocUnsafe(end + 1);
  message.copy(line, 0, 0, end);
  // Line feeds within a message must not begin another line.
  for (let at = line.indexOf(LINE_FEED); at >= 0 && at < end; at = line.indexOf(LINE_FEED, at + 1))
    line[at] = SPACE;
  line[end] = LINE_FEED;
  onMessage(line);
}

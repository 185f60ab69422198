import { LINE_FEED } from './ascii.ts';

const MARK = Buffer.from('#Fields:');
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/**
 * The directives of a log in the W3C extended format: each names the fields of the lines after it, including those in later chunks,
 * which other threads read. Only logs that begin with a comment, or whose sample has such a directive, are searched.
 *
 * @example
 * const directives = new Directives('#Fields: date time c-ip\n');
 * directives.pass(chunk); // the last directive before the chunk
 */
export class Directives {
  /** Whether the log has directives. */
  readonly isDescribed: boolean;
  #last: string | undefined;

  /** @param sample text at the beginning of the log */
  constructor(sample: string) {
    // Of a log that grows, the sample may be the first line alone, which is `#Software:` or `#Version:`.
    this.isDescribed = /^\uFEFF?#/.test(sample) || lastDirective(Buffer.from(sample)) !== undefined;
  }

  /** The last directive of the chunks so far. */
  get last(): string | undefined {
    return this.#last;
  }

  /**
   * @param bytes the next chunk: whole lines
   * @returns the last directive before it, if there is one
   */
  pass(bytes: Buffer): string | undefined {
    const before = this.#last;
    if (this.isDescribed) this.#last = lastDirective(bytes) ?? before;
    return before;
  }
}

/** The last directive in some lines of a log, if there is one. */
export function lastDirective(bytes: Buffer): string | undefined {
  let at = bytes.lastIndexOf(MARK);
  while (at > 0 && !isLineStart(bytes, at)) at = bytes.lastIndexOf(MARK, at - 1);
  if (at < 0) return undefined;
  const end = bytes.indexOf(LINE_FEED, at);
  return bytes.toString('utf8', at, end < 0 ? bytes.length : end);
}

function isLineStart(bytes: Buffer, at: number): boolean {
  return bytes[at - 1] === LINE_FEED || bytes.subarray(0, at).equals(BYTE_ORDER_MARK);
}

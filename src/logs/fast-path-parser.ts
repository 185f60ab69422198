/**
 * Fast path of access log parsing: bytes of a usual line → facts.
 *
 * Nearly all lines of a log have one shape: plain ASCII, an Apache time, a path that begins with a slash, nothing
 * escaped. Such a line is walked once, byte by byte, and repeated texts such as addresses, pages and agents are looked
 * up by their bytes: the line is never converted to a string. At the first unusual byte the walk stops, and `line.ts`
 * parses the line. `line.ts` defines the format: it gives exactly the same facts for
 * each line that this parser accepts.
 */

import { Memo } from '../cache/memo.ts';
import {
  CLOSING_BRACKET,
  DASH,
  LINE_FEED,
  OPENING_BRACKET,
  QUOTE,
  SLASH,
  SPACE,
  UPPER_A,
  UPPER_M,
  UPPER_Z,
  ZERO,
} from './ascii.ts';
import { ByteClock } from './byte-clock.ts';
import type { LineRules } from './format.ts';
import {
  DECLINED,
  isClient,
  isDigitByte,
  isField,
  isIdent,
  isPlainWord,
  isProtocol,
  isWithoutFields,
  nextLine,
  quoteAfter,
  SIGN,
  wordEnd,
} from './line-bytes.ts';
import type { LineFacts } from './line-facts.ts';
import { NO_RESPONSE_TIME } from './response-time.ts';
import { StringTable } from './string-table.ts';
import { hostNameOf, isHostName } from './words.ts';

/** The length of `17/May/2015:10:05:03 +0000`. */
const TIME_LENGTH = 26;
/** The length of ` HTTP/1.1"`. */
const PROTOCOL_LENGTH = 10;
/** The length of ` - `. */
const IDENT_LENGTH = 3;

/** Words before an address whose host is cached, and their length. */
const HOSTS = { most: 1000, longest: 300 };

/**
 * Parses the usual lines of a log chunk.
 *
 * @example
 * const lines = new FastPathParser(ANY_LINE, (host) => siteName(host) || 'example.com');
 * lines.open(bytes);
 * const next = lines.read(0, facts); // where the next line begins, or -1
 */
export class FastPathParser {
  readonly #rules: LineRules;
  /** Name and site of a host before the address; null if the word is not a host. */
  readonly #hostOf: Memo<{ readonly name: string; readonly site: string } | null>;
  /** Site of lines that name no host. */
  readonly #site: string;
  readonly #hosts = new StringTable({ slotBits: 8, bytes: 16 * 1024 });
  readonly #addresses = new StringTable({ slotBits: 16, bytes: 1024 * 1024 });
  readonly #methods = new StringTable({ slotBits: 6, bytes: 4 * 1024 });
  readonly #targets = new StringTable({ slotBits: 15, bytes: 4 * 1024 * 1024 });
  readonly #referrers = new StringTable({ slotBits: 14, bytes: 2 * 1024 * 1024 });
  readonly #agents = new StringTable({ slotBits: 14, bytes: 4 * 1024 * 1024 });
  readonly #clock = new ByteClock();
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** @param siteOf the site of a host; '' for none */
  constructor(rules: LineRules, siteOf: (host: string) => string) {
    this.#rules = rules;
    this.#site = siteOf('');
    this.#hostOf = new Memo(HOSTS, (word) => {
      if (rules.host === 'never' || (rules.host !== 'always' && !isHostName(word))) return null;
      const name = hostNameOf(word);
      return { name, site: siteOf(name) };
    });
  }

  /** Sets the bytes to parse. */
  open(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /**
   * @param start where the line begins
   * @param out filled in; undefined content if the line is declined
   * @returns where the next line begins; -1 for an unusual line
   */
  read(start: number, out: LineFacts): number {
    const bytes = this.#bytes;
    out.site = this.#site;
    out.hostname = '';
    // Behind the usual fields, it cannot be told from other numbers.
    out.responseTime = NO_RESPONSE_TIME;
    const addressEnd = this.#readClient(start, out);
    if (addressEnd === DECLINED) return DECLINED;

    const user = addressEnd + IDENT_LENGTH;
    const userEnd = wordEnd(bytes, user);
    if (!isField(bytes, user, userEnd)) return DECLINED;

    const time = userEnd + 2;
    let at = time + TIME_LENGTH;
    const isFramed =
      bytes[time - 1] === OPENING_BRACKET &&
      bytes[at] === CLOSING_BRACKET &&
      bytes[at + 1] === SPACE &&
      bytes[at + 2] === QUOTE;
    if (!isFramed) return DECLINED;
    out.time = this.#clock.read(bytes, this.#view, time);
    // Comparison with NaN is false, too.
    if (!(out.time >= 0)) return DECLINED;

    at = this.#readRequest(at + 3, out);
    if (at === DECLINED) return DECLINED;
    out.referrer = '';
    out.userAgent = '';
    if (this.#rules.agent) {
      if (bytes[at] === SPACE) at = this.#readReferrerAndAgent(at, out);
      if (at === DECLINED) return DECLINED;
      if (bytes[at] !== LINE_FEED && !isWithoutFields(bytes, at)) return DECLINED;
    }
    return nextLine(bytes, start, at);
  }

  /** Reads `address -` and `host address -`. Returns the index after the address. */
  #readClient(start: number, out: LineFacts): number {
    const bytes = this.#bytes;
    let from = start;
    let end = start;
    let signs = 0;
    for (let sign = SIGN[bytes[end]!]!; sign > 0; sign = SIGN[bytes[++end]!]!) signs |= sign;
    if (!isPlainWord(bytes, from, end)) return DECLINED;
    if (!isIdent(bytes, end)) {
      if (end - from > HOSTS.longest) return DECLINED;
      const host = this.#hostOf.of(this.#hosts.of(bytes, this.#view, from, end));
      if (host === null) return DECLINED;
      out.hostname = host.name;
      out.site = host.site;
      from = end + 1;
      end = from;
      while (SIGN[bytes[end]!]! > 0) end++;
      if (!isPlainWord(bytes, from, end) || !isIdent(bytes, end)) return DECLINED;
    } else if (!isClient(signs)) {
      return DECLINED;
    }
    out.peer = this.#addresses.of(bytes, this.#view, from, end);
    return end;
  }

  /** Reads `GET /path?query HTTP/1.1" 200 512`. Returns the index after the size. */
  #readRequest(start: number, out: LineFacts): number {
    const bytes = this.#bytes;
    let at = start;
    while (bytes[at]! >= UPPER_A && bytes[at]! <= UPPER_Z) at++;
    if (at === start || bytes[at] !== SPACE || bytes[at + 1] !== SLASH) return DECLINED;
    out.method = this.#methods.of(bytes, this.#view, start, at);

    const target = at + 1;
    const targetEnd = wordEnd(bytes, target);
    if (!isProtocol(bytes, targetEnd)) return DECLINED;
    out.path = this.#targets.of(bytes, this.#view, target, targetEnd);

    const status = targetEnd + PROTOCOL_LENGTH + 1;
    out.status = 0;
    for (at = status; at < status + 3; at++) {
      if (!isDigitByte(bytes, at)) return DECLINED;
      out.status = out.status * 10 + bytes[at]! - ZERO;
    }
    if (bytes[status - 1] !== SPACE || bytes[at] !== SPACE) return DECLINED;
    const size = at + 1;
    out.bytes = 0;
    if (bytes[size] === DASH) return size + 1;
    for (at = size; isDigitByte(bytes, at); at++) out.bytes = out.bytes * 10 + bytes[at]! - ZERO;
    // More digits than a number has.
    if (out.bytes > Number.MAX_SAFE_INTEGER) return DECLINED;
    return at > size ? at : DECLINED;
  }

  /** Reads ` "referrer" "agent"`. Returns the index after it. */
  #readReferrerAndAgent(start: number, out: LineFacts): number {
    const bytes = this.#bytes;
    if (bytes[start] !== SPACE || bytes[start + 1] !== QUOTE) return DECLINED;
    const referrer = start + 2;
    // It may be the agent of a log without referrers.
    if (bytes[referrer] === UPPER_M) return DECLINED;
    const referrerEnd = quoteAfter(bytes, referrer);
    if (bytes[referrerEnd + 1] !== SPACE || bytes[referrerEnd + 2] !== QUOTE) return DECLINED;
    const isNone = referrerEnd === referrer + 1 && bytes[referrer] === DASH;
    if (!isNone) out.referrer = this.#referrers.of(bytes, this.#view, referrer, referrerEnd);

    const agent = referrerEnd + 3;
    const agentEnd = quoteAfter(bytes, agent);
    if (bytes[agentEnd] !== QUOTE) return DECLINED;
    out.userAgent = agentEnd === agent ? '-' : this.#agents.of(bytes, this.#view, agent, agentEnd);
    return agentEnd + 1;
  }
}

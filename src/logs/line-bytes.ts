/** Scans the bytes of a usual line: words, quoted texts and their ends. */

import {
  BACKSLASH,
  CARRIAGE_RETURN,
  COLON,
  DASH,
  DELETE,
  HASH,
  LINE_FEED,
  OPENING_BRACKET,
  QUOTE,
  SLASH,
  SPACE,
  ZERO,
} from './ascii.ts';
import { MAX_LINE_LENGTH } from './line-outcome.ts';

/** Returned for an unusual line. */
export const DECLINED = -1;

/** Whether the byte at an index is a digit; false past the end. */
export function isDigitByte(bytes: Buffer, at: number): boolean {
  const value = bytes[at]! - ZERO;
  return value >= 0 && value <= 9;
}

/** Whether a byte may occur in a plain quoted text, and in a plain word. */
const OF_QUOTED = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte >= SPACE && byte < DELETE && byte !== QUOTE && byte !== BACKSLASH),
);
const OF_WORD = OF_QUOTED.map((may, byte) => (byte === SPACE || byte === HASH ? 0 : may));

/**
 * Index of the first byte that does not belong to a plain word: a space, a control, a quote, an escape, the `#` of a
 * fragment, or a byte beyond ASCII.
 */
export function wordEnd(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    if (OF_WORD[bytes[at]!] !== 1) return at;
    at++;
  }
}

/** Index of the first byte that does not belong to a plain quoted text: usually its closing quote. */
export function quoteAfter(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    if (OF_QUOTED[bytes[at]!] !== 1) return at;
    at++;
  }
}

/** Kinds of bytes in an address or a host, as bits; no bit for other bytes. */
const DIGIT_SIGN = 1;
const LETTER_SIGN = 2;
const DOT_SIGN = 4;
const COLON_SIGN = 8;
export const SIGN = Uint8Array.from({ length: 256 }, (_, byte) => {
  const sign = byte < DELETE ? String.fromCharCode(byte) : '';
  if (sign === '.') return DOT_SIGN;
  if (sign === ':') return COLON_SIGN;
  if (/[\da-f]/i.test(sign)) return DIGIT_SIGN;
  return /[\w-]/.test(sign) ? LETTER_SIGN : 0;
});

/** Whether this is an address or a host, alone in its word: not a dash, nor the name of a program before a colon. */
export function isPlainWord(bytes: Buffer, from: number, to: number): boolean {
  const last = bytes[to - 1];
  return to > from && bytes[to] === SPACE && last !== DASH && last !== COLON;
}

/** Whether a word with these kinds of bytes has a dot, as an address or a name, or is hexadecimal with colons. */
export function isClient(signs: number): boolean {
  return (signs & COLON_SIGN) !== 0 ? (signs & LETTER_SIGN) === 0 : (signs & DOT_SIGN) !== 0;
}

/** Whether ` - ` is at this index. */
export function isIdent(bytes: Buffer, at: number): boolean {
  return bytes[at] === SPACE && bytes[at + 1] === DASH && bytes[at + 2] === SPACE;
}

/** Whether the rest of the line has no quoted field with content, which could be a host, an agent or a client. */
export function isWithoutFields(bytes: Buffer, from: number): boolean {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte === undefined || byte === LINE_FEED) return true;
    if (byte === QUOTE) {
      if (bytes[at + 1] !== DASH || bytes[at + 2] !== QUOTE) return false;
      at += 3;
    } else at++;
  }
}

/** Whether a word that does not start with a bracket begins here and ends before a space. */
export function isField(bytes: Buffer, from: number, to: number): boolean {
  return to > from && bytes[to] === SPACE && bytes[from] !== OPENING_BRACKET;
}

/** Whether ` HTTP/1.1"` is at this index, with any version of two digits. */
export function isProtocol(bytes: Buffer, at: number): boolean {
  return (
    bytes[at] === SPACE &&
    bytes[at + 1] === 72 &&
    bytes[at + 2] === 84 &&
    bytes[at + 3] === 84 &&
    bytes[at + 4] === 80 &&
    bytes[at + 5] === SLASH &&
    isDigitByte(bytes, at + 6) &&
    bytes[at + 7] === 46 &&
    isDigitByte(bytes, at + 8) &&
    bytes[at + 9] === QUOTE
  );
}

/** Start of the next line, if this one ends here or only has extra fields. */
export function nextLine(bytes: Buffer, start: number, at: number): number {
  let end = at;
  if (bytes[end] === SPACE) end = bytes.indexOf(LINE_FEED, end);
  else if (bytes[end] === CARRIAGE_RETURN) end++;
  if (end < 0 || end === bytes.length) end = bytes.length;
  else if (bytes[end] !== LINE_FEED) return DECLINED;
  return end - start > MAX_LINE_LENGTH ? DECLINED : end + 1;
}

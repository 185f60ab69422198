/**
 * The items of a batch: the elements of a JSON array, or the lines of NDJSON, found by quotes and brackets and parsed one at a
 * time, so that each that is wrong is an error of its own.
 */
import { HitError, messageOf } from '../../errors.ts';

/** Maximum bytes of a hit in a batch: as in a request of its own. */
const ITEM_LIMIT = 64 * 1024;
const [NEWLINE, QUOTE, BACKSLASH, COMMA] = Buffer.from('\n"\\,') as Iterable<number> as number[];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from(
  '[]{}',
) as Iterable<number> as number[];

/** The position of a hit in a body, in bytes. */
export interface Item {
  readonly start: number;
  readonly end: number;
}

/** A body, and what kind it is. */
export interface BatchBody {
  readonly bytes: Buffer;
  readonly isArray: boolean;
}

/**
 * The items of a body, in order: of an array, or the lines of NDJSON except blank ones.
 *
 * @throws HitError `invalid` while iterating, if the body should be an array and is none
 */
export function itemsOf({ bytes, isArray }: BatchBody): Iterable<Item> {
  return isArray ? elementsOf(bytes) : linesOf(bytes);
}

/**
 * Parses an item.
 *
 * @param what names what is not JSON in the error
 * @returns the error if it is not JSON (`invalid`), or too large for a hit (`too_large`)
 */
export function parseItem(bytes: Buffer, { start, end }: Item, what: string): unknown {
  if (end - start > ITEM_LIMIT) {
    return new HitError('too_large', `the hit has more than ${ITEM_LIMIT} bytes`);
  }
  try {
    return JSON.parse(bytes.toString('utf8', start, end)) as unknown;
  } catch (error) {
    return new HitError('invalid', `${what} is not JSON: ${messageOf(error)}`);
  }
}

/** Whether an item is certainly not a hit, without parsing it. */
export function isNoObject(bytes: Buffer, { start }: Item): boolean {
  return bytes[start] !== OPEN_OBJECT;
}

function* linesOf(bytes: Buffer): Generator<Item, void, undefined> {
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE!, from);
    const end = newline < 0 ? bytes.length : newline;
    const start = afterSpace(bytes, from, end);
    if (start < end) yield { start, end };
    from = end + 1;
  }
}

/** Finds the elements by quotes and brackets; what is between them is checked when it is parsed. */
function* elementsOf(bytes: Buffer): Generator<Item, void, undefined> {
  let at = afterSpace(bytes, 0, bytes.length);
  if (bytes[at] !== OPEN_ARRAY) throw noArray();
  at = afterSpace(bytes, at + 1, bytes.length);
  if (bytes[at] === CLOSE_ARRAY) return assertEnd(bytes, at + 1);
  for (;;) {
    const end = endOfElement(bytes, at);
    if (end === bytes.length) throw invalid('the array does not end');
    yield { start: at, end };
    if (bytes[end] === CLOSE_ARRAY) return assertEnd(bytes, end + 1);
    at = afterSpace(bytes, end + 1, bytes.length);
  }
}

/** Position of the comma or bracket that ends an element of the array; the length if there is none. */
function endOfElement(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if (depth === 0 && (byte === COMMA || byte === CLOSE_ARRAY)) return at;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
  }
  return bytes.length;
}

/** Position of the closing quote; the length if there is none. */
function endOfString(bytes: Buffer, start: number): number {
  for (let at = start + 1; at < bytes.length; at++) {
    if (bytes[at] === QUOTE) return at;
    if (bytes[at] === BACKSLASH) at++;
  }
  return bytes.length;
}

function assertEnd(bytes: Buffer, from: number): void {
  if (afterSpace(bytes, from, bytes.length) < bytes.length) throw invalid('text follows the array');
}

/** Position of the first byte that is not white space. */
export function afterSpace(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && isSpace(bytes[at]!)) at++;
  return at;
}

/** Position after the last byte before `end` that is not white space. */
export function beforeSpace(bytes: Buffer, end: number): number {
  let at = end;
  while (at > 0 && isSpace(bytes[at - 1]!)) at--;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function invalid(message: string): HitError {
  return new HitError('invalid', `the body is not JSON: ${message}`);
}

function noArray(): HitError {
  return new HitError(
    'invalid',
    'the body is neither a JSON array of hits nor NDJSON (application/x-ndjson)',
  );
}

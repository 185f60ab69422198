import instantiate from 'siphash24/siphash24.js';
import { HitError } from '../errors.ts';
import { shown } from '../schema/argument.ts';
import { plainSipHash, type SipHash } from './plain-siphash.ts';

/** Of longer texts only the beginning is hashed: a user agent of 64 KiB identifies nobody. */
const LONGEST = 64 * 1024;
/** Longest text that is encoded in JavaScript, without a native call. */
const SHORT = 64;
const LINE_FEED = 10;
/** Of a secret key. */
export const KEY_BYTES = 16;

const RESULT = 0;
const KEY = 8;
const TEXT = 24;

const sip = fastestSipHash();
const memory = new Uint8Array(sip.memory.buffer);
const words = new Uint32Array(sip.memory.buffer);
const encoder = new TextEncoder();
/** Where a whole text is written: a view for each would cost as much as the encoding. */
const place = memory.subarray(TEXT, TEXT + LONGEST);

/** A 64-bit value as two unsigned halves: a BigInt per hit would cost more than the hash itself. */
export interface Digest {
  readonly high: number;
  readonly low: number;
}

/**
 * Keyed 64-bit hash: SipHash-2-4 of a text's UTF-8 bytes.
 *
 * The key is secret, so nobody can craft visitors that collide in a sketch. The result is stored in `high` and `low`
 * until the next call overwrites it.
 *
 * Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012.
 *
 * @example
 * const hash = new KeyedHash(new Uint8Array(16)); // in production, a random key
 * const { high, low } = hash.digest('visitor 7');
 * [high, low]; // [ 3305225995, 2788965797 ]
 */
export class KeyedHash implements Digest {
  high = 0;
  low = 0;
  readonly #key: Uint32Array;

  /** @param key 16 random bytes @throws HitError `invalid` for another length */
  constructor(key: Uint8Array) {
    if (!(key instanceof Uint8Array && key.length === KEY_BYTES))
      throw new HitError(
        'invalid',
        `key must be a Uint8Array of ${KEY_BYTES} random bytes, not ${shown(key)}`,
      );
    // Copy: a Buffer is often part of a larger one, and its slice() shares that memory.
    this.#key = new Uint32Array(new Uint8Array(key).buffer);
  }

  /** @returns this hash, with the digest of a text @example new KeyedHash(key).digest('visitor 7').high; // 3305225995 */
  digest(text: string): this {
    return this.#hash(write(text, TEXT));
  }

  /**
   * Hash of a visitor: the bytes of two lines, `site` and `client`, and of the user agent's digest. User agents are long
   * and repeat, so each is digested once. @internal
   */
  digestVisitor(site: string, client: string, agent: Digest): this {
    let at = write(site, TEXT);
    memory[at++] = LINE_FEED;
    at = write(client, at);
    memory[at++] = LINE_FEED;
    at = writeHalf(agent.low, at);
    return this.#hash(writeHalf(agent.high, at));
  }

  #hash(end: number): this {
    const key = this.#key;
    words[KEY / 4] = key[0]!;
    words[KEY / 4 + 1] = key[1]!;
    words[KEY / 4 + 2] = key[2]!;
    words[KEY / 4 + 3] = key[3]!;
    sip.siphash(TEXT, end - TEXT);
    this.low = words[RESULT / 4]!;
    this.high = words[RESULT / 4 + 1]!;
    return this;
  }
}

function fastestSipHash(): SipHash {
  try {
    return instantiate();
  } catch {
    // Two texts of a visitor, and what is around them.
    return plainSipHash(2 * LONGEST + 64);
  }
}

/** Writes a text's bytes. Returns where they end. */
function write(text: string, start: number): number {
  const { length } = text;
  if (length > SHORT) return writeLong(text, start);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return writeLong(text, start);
    memory[start + i] = code;
  }
  return start + length;
}

function writeLong(text: string, start: number): number {
  const free = start === TEXT ? place : memory.subarray(start, start + LONGEST);
  return start + encoder.encodeInto(text, free).written;
}

function writeHalf(value: number, at: number): number {
  memory[at] = value & 0xff;
  memory[at + 1] = (value >>> 8) & 0xff;
  memory[at + 2] = (value >>> 16) & 0xff;
  memory[at + 3] = value >>> 24;
  return at + 4;
}

/** The two digits of each byte: `toString(16)` on a number above 2³¹ is fifty times slower. */
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A 64-bit value as 16 hexadecimal digits. */
export function hex64(high: number, low: number): string {
  return hex32(high) + hex32(low);
}

function hex32(value: number): string {
  return (
    DIGITS[value >>> 24]! +
    DIGITS[(value >>> 16) & 0xff]! +
    DIGITS[(value >>> 8) & 0xff]! +
    DIGITS[value & 0xff]!
  );
}

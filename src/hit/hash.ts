import siphash from 'siphash24';

/** Texts longer than this are hashed by their beginning: a user agent of 64 KiB names nobody. */
const LONGEST = 64 * 1024;

const encoder = new TextEncoder();
const input = new Uint8Array(LONGEST);
const output = new Uint8Array(8);
const halves = new Uint32Array(output.buffer);

/**
 * Keyed 64-bit hash of a text: SipHash-2-4 of its UTF-8 bytes.
 *
 * The key is secret, so that nobody can craft visitors which collide in a sketch. The result is left in `high` and
 * `low`, as unsigned halves, since a BigInt per hit would cost more than the hash.
 *
 * Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012.
 *
 * @example
 * const hash = new KeyedHash(randomBytes(16));
 * hash.digest('visitor 7');
 * console.log(hash.high, hash.low);
 */
export class KeyedHash {
  high = 0;
  low = 0;
  readonly #key: Uint8Array;

  /** @param key 16 random bytes. */
  constructor(key: Uint8Array) {
    if (key.length !== 16) throw new RangeError(`a SipHash key has 16 bytes, not ${key.length}`);
    this.#key = key;
  }

  digest(text: string): this {
    const { written } = encoder.encodeInto(text, input);
    siphash(input.subarray(0, written), this.#key, output, true);
    this.low = halves[0]!;
    this.high = halves[1]!;
    return this;
  }
}

/** The two digits of each byte: `toString(16)` of a number above 2³¹ takes fifty times as long. */
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

/**
 * The binary format of sketches, in which one node passes its state to another.
 *
 *     "HT", the kind's letter, version    4 bytes
 *     content of the kind                 varints, bytes and 32-bit words, low byte first
 *     CRC-32 of all before it             4 bytes
 *
 * Numbers are varints (LEB128), since most are small: seven bits per byte, lowest first, the top bit set on all but the
 * last. The checksum detects accidental damage. Against malicious input, the reader checks every number against its
 * maximum, so crafted bytes are either refused or form a regular sketch.
 */

import { HitError } from '../errors.ts';
import { crc32 } from './crc32.ts';

const VERSION = 1;
const HEADER_BYTES = 4;
const SUM_BYTES = 4;
/** The longest varint: 53 bits, the exact range of a number. */
const VARINT_BYTES = 8;

/** L: last-seen table, R: ring of hits, B: Bloom filter. */
export type SketchKind = 'L' | 'R' | 'B';

const NAME: Readonly<Record<SketchKind, string>> = {
  L: 'a last-seen table',
  R: 'a hit ring',
  B: 'a Bloom filter',
};

/** Writes a sketch's bytes, from its header to its checksum. */
export class SketchWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param expected bytes of the content, if known: the buffer grows or is cut as needed */
  constructor(kind: SketchKind, expected = 1024) {
    this.#bytes = new Uint8Array(HEADER_BYTES + expected + SUM_BYTES);
    for (const letter of `HT${kind}`) this.byte(letter.charCodeAt(0));
    this.byte(VERSION);
  }

  byte(value: number): void {
    this.#makeRoom(1);
    this.#bytes[this.#length++] = value;
  }

  /** @param value a whole number from 0 to 2⁵³ − 1 */
  varint(value: number): void {
    this.#makeRoom(VARINT_BYTES);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = 0x80 | (rest % 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  words(words: Uint32Array): void {
    this.#makeRoom(words.byteLength);
    const view = new DataView(this.#bytes.buffer, this.#length);
    for (let i = 0; i < words.length; i++) view.setUint32(4 * i, words[i]!, true);
    this.#length += words.byteLength;
  }

  /** The complete bytes, with their checksum. */
  finish(): Uint8Array<ArrayBuffer> {
    this.#makeRoom(SUM_BYTES);
    const sum = crc32(this.#bytes.subarray(0, this.#length));
    new DataView(this.#bytes.buffer).setUint32(this.#length, sum, true);
    return this.#bytes.slice(0, this.#length + SUM_BYTES);
  }

  #makeRoom(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads the output of a `SketchWriter`, without trusting it. */
export class SketchReader {
  readonly #name: string;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at = HEADER_BYTES;

  /** @throws HitError `invalid` if the bytes are not a sketch of the kind, of another version, or damaged */
  constructor(bytes: Uint8Array, kind: SketchKind) {
    this.#name = NAME[kind];
    this.#bytes = bytes;
    this.#end = bytes.length - SUM_BYTES;
    const magic = String.fromCharCode(...bytes.subarray(0, 3));
    if (this.#end < HEADER_BYTES || magic !== `HT${kind}`) this.refuse('they have another format');
    if (bytes[3] !== VERSION) this.refuse(`their version is ${bytes[3]}, and ${VERSION} is supported here`);
    if (crc32(bytes.subarray(0, this.#end)) !== viewOf(bytes, this.#end).getUint32(0, true)) {
      this.refuse('their checksum does not match');
    }
  }

  byte(): number {
    if (this.#at >= this.#end) this.refuse('they end too early');
    return this.#bytes[this.#at++]!;
  }

  /** @param most the largest valid value: a larger one is refused */
  varint(most: number): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < VARINT_BYTES; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > most) this.refuse(`${value} is more than ${most}`);
        return value;
      }
      scale *= 0x80;
    }
    return this.refuse('a number has too many bytes');
  }

  /** All remaining bytes as words. */
  words(): Uint32Array<ArrayBuffer> {
    const left = this.#end - this.#at;
    if (left % 4 !== 0) this.refuse('a word is truncated');
    const view = viewOf(this.#bytes, this.#at);
    const words = new Uint32Array(left / 4);
    for (let i = 0; i < words.length; i++) words[i] = view.getUint32(4 * i, true);
    this.#at = this.#end;
    return words;
  }

  /** @throws HitError `invalid` if any bytes are left */
  finish(): void {
    if (this.#at !== this.#end) this.refuse('they continue after their end');
  }

  /** @throws HitError `invalid`, always */
  refuse(why: string): never {
    throw new HitError('invalid', `these bytes are not ${this.#name}: ${why}`);
  }
}

function viewOf(bytes: Uint8Array, at: number): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + at);
}

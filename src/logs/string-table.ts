/** Longest text that is cached, in bytes. */
const LONGEST = 1024;
/** Spreads the words of a text over the table: 2³² divided by the golden ratio. */
const SPREAD = 0x9e3779b1;

/**
 * Interns texts by their bytes: texts that repeat, such as addresses, pages and user agents, become a string once.
 * A lookup is cheaper than a new string, and a string that is the same object already has its hash for
 * other lookups.
 *
 * It is not a table of `live/open-addressing.ts`: a cache need not search, and comparing bytes is the cost of a lookup.
 * The bytes of known texts are stored one after another, and each text has the one table slot that it hashes to:
 * another text with the same slot evicts it, and when the space for bytes is used up, all texts are dropped. So memory is
 * bounded, and a log flooded with texts that share a slot only costs a new string for each.
 *
 * @example
 * const agents = new StringTable({ slotBits: 12, bytes: 1 << 20 });
 * agents.of(bytes, view, 100, 180); // 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
 */
export class StringTable {
  readonly #longest: number;
  readonly #shift: number;
  /** Two numbers per slot: start and length of the text, -1 for none. */
  readonly #slots: Int32Array;
  readonly #strings: string[];
  readonly #known: Uint8Array;
  readonly #knownView: DataView;
  #used = 0;

  /** @param room caches up to 2^`slotBits` texts (1 to 24) with up to `bytes` bytes in total */
  constructor(room: { slotBits: number; bytes: number }) {
    const slots = 2 ** room.slotBits;
    this.#longest = Math.min(LONGEST, room.bytes);
    this.#shift = 32 - room.slotBits;
    this.#slots = new Int32Array(slots * 2).fill(-1);
    this.#strings = new Array(slots).fill('');
    this.#known = new Uint8Array(room.bytes);
    this.#knownView = new DataView(this.#known.buffer);
  }

  /**
   * @param bytes must be ASCII in the range of the text
   * @param view of the same bytes
   */
  of(bytes: Buffer, view: DataView, from: number, to: number): string {
    const length = to - from;
    if (length > this.#longest) return bytes.toString('latin1', from, to);
    const slot = hash(view, from, to) >>> this.#shift;
    const isKnown =
      this.#slots[slot * 2 + 1] === length && equal(view, from, to, this.#knownView, this.#slots[slot * 2]!);
    if (isKnown) return this.#strings[slot]!;
    return this.#insert(bytes, from, to, slot);
  }

  #insert(bytes: Buffer, from: number, to: number, slot: number): string {
    const length = to - from;
    if (this.#used + length > this.#known.length) {
      this.#slots.fill(-1);
      this.#strings.fill('');
      this.#used = 0;
    }
    const text = bytes.toString('latin1', from, to);
    this.#known.set(bytes.subarray(from, to), this.#used);
    this.#slots[slot * 2] = this.#used;
    this.#slots[slot * 2 + 1] = length;
    this.#strings[slot] = text;
    this.#used += length;
    return text;
  }
}

/** Two independent lanes of four bytes each. The upper bits are the good ones. */
function hash(view: DataView, from: number, to: number): number {
  let sum = to - from;
  let other = 0;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    sum = Math.imul(sum ^ view.getInt32(at, true), SPREAD);
    sum ^= sum >>> 15;
    other = Math.imul(other ^ view.getInt32(at + 4, true), SPREAD);
    other ^= other >>> 15;
  }
  sum = Math.imul(sum ^ (other << 1), SPREAD);
  for (; at < to; at++) sum = Math.imul(sum ^ view.getUint8(at), SPREAD);
  return Math.imul(sum ^ (sum >>> 13), SPREAD);
}

function equal(view: DataView, from: number, to: number, other: DataView, start: number): boolean {
  const shift = start - from;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    if (view.getInt32(at, true) !== other.getInt32(at + shift, true)) return false;
  }
  for (; at < to; at++) {
    if (view.getUint8(at) !== other.getUint8(at + shift)) return false;
  }
  return true;
}

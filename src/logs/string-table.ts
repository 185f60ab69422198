/** Longest text that is remembered, in bytes. */
const LONGEST = 1024;
/** Spreads the words of a text over the table: 2³² divided by the golden ratio. */
const SPREAD = 0x9e3779b1;

/**
 * Texts by their bytes: what returns on line after line, as addresses, pages and user agents do, becomes a string once.
 * To know it again saves making it anew, and a string that is the same object has its hash already when it is
 * looked up elsewhere.
 *
 * The bytes of what is known lie one behind the other, and each text has the one slot of a table that it hashes to:
 * another one that hashes to it drives it out, and when the room for bytes is used up all is forgotten. So memory has
 * a bound, and somebody who floods a log with texts that share a slot gains that each is made anew.
 *
 * @example
 * const agents = new Texts({ slotBits: 12, bytes: 1 << 20 });
 * agents.of(bytes, view, 100, 180); // 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
 */
export class StringTable {
  readonly #longest: number;
  readonly #shift: number;
  /** Two numbers a slot: where the text starts and how long it is, -1 for none. */
  readonly #places: Int32Array;
  readonly #strings: string[];
  readonly #known: Uint8Array;
  readonly #knownView: DataView;
  #used = 0;

  /** @param room 2^`slotBits` texts (1 to 24) with together so many `bytes` are remembered */
  constructor(room: { slotBits: number; bytes: number }) {
    const slots = 2 ** room.slotBits;
    this.#longest = Math.min(LONGEST, room.bytes);
    this.#shift = 32 - room.slotBits;
    this.#places = new Int32Array(slots * 2).fill(-1);
    this.#strings = new Array(slots).fill('');
    this.#known = new Uint8Array(room.bytes);
    this.#knownView = new DataView(this.#known.buffer);
  }

  /**
   * @param bytes of which those of the text are ASCII
   * @param view of the same bytes
   */
  of(bytes: Buffer, view: DataView, from: number, to: number): string {
    const length = to - from;
    if (length > this.#longest) return bytes.toString('latin1', from, to);
    const slot = hash(view, from, to) >>> this.#shift;
    const isKnown =
      this.#places[slot * 2 + 1] === length &&
      equal(view, from, to, this.#knownView, this.#places[slot * 2]!);
    if (isKnown) return this.#strings[slot]!;
    return this.#learn(bytes, from, to, slot);
  }

  #learn(bytes: Buffer, from: number, to: number, slot: number): string {
    const length = to - from;
    if (this.#used + length > this.#known.length) {
      this.#places.fill(-1);
      this.#strings.fill('');
      this.#used = 0;
    }
    const text = bytes.toString('latin1', from, to);
    this.#known.set(bytes.subarray(from, to), this.#used);
    this.#places[slot * 2] = this.#used;
    this.#places[slot * 2 + 1] = length;
    this.#strings[slot] = text;
    this.#used += length;
    return text;
  }
}

/** Two times four bytes at a time, of which neither waits for the other. The upper bits are the good ones. */
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

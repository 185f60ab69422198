/**
 * The intact groups of a file of which a disk has changed something.
 *
 * A group is rows and a seal, which says number and CRC-32 of their bytes (see `row.ts`). Groups stand one after another,
 * and are read row by row, so what a row's texts hold is never taken for a seal. Where a group does not fit its seal, or
 * no seal is found where the rows say that it stands, the group is damaged, and the next one has to be found:
 *
 * 1. The rows lead to something that is nearly a seal: its number or its sum fits. The group ends behind it, and the rows
 *    on the way tell how many hits are lost.
 * 2. The rows lead nowhere, since one of their lengths changed. A seal further on whose number leads back to where the
 *    group begins is its own: the group ends behind it. What looks like a group in between is text of a hit.
 * 3. There is none, since the seal is gone too, or the group's beginning. The next group is the first that fits its seal
 *    wherever it begins.
 * 4. There is none either: the rest is no whole group. In a file that was being written it was torn when the process or
 *    the machine stopped, and nobody was told that its hits are counted.
 *
 * Step 3 could be deceived by a text that holds a whole group with a seal, in a hit of a group that lost its own seal. No
 * text of the intake can: a seal has 22 bytes of zeros in a row, and control characters are refused.
 *
 * Reading is linear. Each byte is read once by the walk over rows; what the search for a way on reads again, and wrong
 * guesses cost, is bounded by a multiple of the file's size. Beyond that the rest counts as damaged.
 */

import { crc32 } from 'node:zlib';
import { ROW_LAYOUT, ROW_SEAL_BYTES, rowEnd } from './row.ts';
import { readRows } from './row-reader.ts';
import { isUnclean } from './text.ts';

export interface IntactGroup {
  /** Positions in the file: of its first byte, and of the first behind its seal. */
  readonly start: number;
  readonly end: number;
  readonly hits: number;
}

/** Bytes that are no intact group, although groups follow or their number is known. */
interface DamagedBytes {
  readonly start: number;
  readonly end: number;
  /** Undefined where nothing tells. */
  readonly hits: number | undefined;
}

export interface Groups {
  readonly intact: readonly IntactGroup[];
  readonly damaged: readonly DamagedBytes[];
  /** Where the rest begins that holds no whole group: the file's length where there is none. */
  readonly rest: number;
}

/**
 * Finds the groups of a file, also behind damaged ones.
 *
 * @example
 * const { intact, damaged, rest } = findGroups(await readFile(path));
 * const rows = Buffer.concat(intact.map(({ start, end }) => bytes.subarray(start, end)));
 */
export function findGroups(bytes: Buffer): Groups {
  const search = new GroupSearch(bytes);
  const intact: IntactGroup[] = [];
  const damaged: DamagedBytes[] = [];
  let at = 0;
  while (at < bytes.length) {
    const group = search.walk(at);
    if (group?.isIntact) {
      intact.push({ start: at, end: group.end, hits: group.hits! });
      at = group.end;
      continue;
    }
    const end = group?.end ?? search.endOfDamage(at);
    if (end === undefined) break;
    damaged.push({ start: at, end, hits: group?.hits });
    at = end;
  }
  if (search.isGivenUp && at < bytes.length) {
    damaged.push({ start: at, end: bytes.length, hits: undefined });
    at = bytes.length;
  }
  return { intact, damaged, rest: at };
}

/** Bytes that may be read for each byte of the file, and for any file. */
const READS_PER_BYTE = 8;
const READS = 1024 * 1024;
/** Seals that lead back to one place, of which only one can be true. */
const MOST_RIVALS = 8;
/** In a seal: '' + number (8) + sum (4), then zeros. */
const SUM = 9;
const ZEROS = 13;
const NO_BYTES = Buffer.alloc(ROW_SEAL_BYTES - ZEROS);

interface Walk {
  readonly isIntact: boolean;
  readonly end: number;
  /** Undefined where they are not sure: a length that changed can lead astray, and back. */
  readonly hits: number | undefined;
}

class GroupSearch {
  readonly #bytes: Buffer;
  /** Bytes that may still be read. */
  #budget: number;
  /** Positions of what has the form of a seal, ascending; and the same by the place to which its number leads back. */
  #seals: number[] | undefined;
  readonly #sealsOf = new Map<number, number[]>();

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#budget = READS + READS_PER_BYTE * bytes.length;
  }

  /** Whether there may be groups that were not looked for. */
  get isGivenUp(): boolean {
    return this.#budget <= 0;
  }

  /** Reads rows up to a seal, or to what is nearly one. Undefined where they lead to neither. */
  walk(start: number): Walk | undefined {
    const bytes = this.#bytes;
    let sum = 0;
    let hits = 0;
    for (let at = start; this.#budget > 0; hits++) {
      if (hits > 0 && at + ROW_SEAL_BYTES <= bytes.length) {
        const odd = this.#oddBytes(at);
        const fitsSize = bytes.readUInt32LE(at + 1) === at - start;
        const fitsSum = bytes.readUInt32LE(at + SUM) === sum;
        const isIntact = odd === 0 && fitsSize && fitsSum;
        if (isIntact || (odd <= 1 && (fitsSize || fitsSum))) {
          return {
            isIntact,
            end: at + ROW_SEAL_BYTES,
            hits: isIntact ? hits : hitsIn(bytes.subarray(start, at)),
          };
        }
      }
      // No hit is without a site.
      const end = bytes[at] === 0 ? -1 : rowEnd(bytes, at);
      if (end < 0) break;
      sum = crc32(bytes.subarray(at, end), sum);
      this.#budget -= end - at;
      at = end;
    }
    return undefined;
  }

  /** Where to go on when the rows from `start` lead nowhere. Undefined where no whole group follows. */
  endOfDamage(start: number): number | undefined {
    this.#seals ??= this.#findSeals();
    const own = this.#ownSeal(start);
    if (own !== undefined) return own + ROW_SEAL_BYTES;
    for (let i = indexAfter(this.#seals, start); i < this.#seals.length && this.#budget > 0; i++) {
      const seal = this.#seals[i]!;
      const first = seal - this.#bytes.readUInt32LE(seal + 1);
      this.#budget -= ROW_SEAL_BYTES;
      if (first > start && this.#fits(first, seal)) return first;
    }
    return undefined;
  }

  /** The seal of the group that begins at `start`. Of several, the one whose next groups pass over the others. */
  #ownSeal(start: number): number | undefined {
    const seals = this.#sealsOf.get(start) ?? [];
    const last = seals.at(-1);
    for (const seal of seals.slice(0, MOST_RIVALS)) {
      let at = seal + ROW_SEAL_BYTES;
      while (at <= last!) {
        const next = this.walk(at);
        if (!next?.isIntact) break;
        at = next.end;
      }
      if (at > last!) return seal;
    }
    return last;
  }

  #fits(first: number, seal: number): boolean {
    const size = seal - first;
    if (this.#bytes[first] === 0) return false;
    this.#budget -= size;
    if (this.#budget < 0) return false;
    const sum = crc32(this.#bytes.subarray(first, seal));
    if (sum !== this.#bytes.readUInt32LE(seal + SUM)) return false;
    const group = this.walk(first);
    return group?.isIntact === true && group.end === seal + ROW_SEAL_BYTES;
  }

  /** How many bytes of a seal at this position would have to be zero, and are not. */
  #oddBytes(at: number): number {
    const bytes = this.#bytes;
    let odd = bytes[at] === 0 ? 0 : 1;
    for (let i = at + 5; i < at + SUM; i++) if (bytes[i] !== 0) odd++;
    for (let i = at + ZEROS; i < at + ROW_SEAL_BYTES && odd < 2; i++) if (bytes[i] !== 0) odd++;
    return odd;
  }

  #findSeals(): number[] {
    const bytes = this.#bytes;
    const seals: number[] = [];
    let zeros = bytes.indexOf(NO_BYTES);
    while (zeros >= 0) {
      let end = zeros + NO_BYTES.length;
      while (end < bytes.length && bytes[end] === 0) end++;
      // A seal's number is not zero: so its end is not far into the zeros, however many there are.
      const last = Math.min(zeros - 2, end - ROW_SEAL_BYTES);
      for (let at = Math.max(0, zeros - ZEROS); at <= last; at++) {
        const size = bytes.readUInt32LE(at + 1);
        if (size === 0 || size > at || this.#oddBytes(at) > 0) continue;
        seals.push(at);
        const start = at - size;
        const same = this.#sealsOf.get(start);
        if (same) same.push(at);
        else this.#sealsOf.set(start, [at]);
      }
      zeros = bytes.indexOf(NO_BYTES, end);
    }
    return seals;
  }
}

/**
 * How many hits damaged rows were. Undefined where that is not sure: a length that has changed leads astray, and may lead
 * back, but hardly without a text that holds what no text does.
 */
function hitsIn(rows: Buffer): number | undefined {
  let hits = 0;
  for (const hit of readRows(rows, ROW_LAYOUT)) {
    if (Object.values(hit).some((value) => typeof value === 'string' && isUnclean(value))) return undefined;
    hits++;
  }
  return hits;
}

/** Index of the first of ascending numbers that is larger. */
function indexAfter(numbers: readonly number[], number: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! > number) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Finds the intact commit groups of a file that was corrupted on disk.
 *
 * A group is rows followed by a seal with the number and CRC-32 of their bytes (see `row.ts`). Groups follow each other
 * and are read row by row, so text within a row is never mistaken for a seal. If a group does not match its seal, or the
 * rows do not lead to a seal, the group is damaged, and the next one has to be found:
 *
 * 1. The rows lead to something that is nearly a seal: its number or its checksum matches. The group ends after it, and
 *    the rows before it give the number of lost hits.
 * 2. The rows lead nowhere, because one of their lengths changed. A later seal whose number leads back to the start of the
 *    group is the group's own: the group ends after it. Anything in between that looks like a group is text of a hit.
 * 3. There is no such seal, because the seal or the start of the group is damaged too. The next group is the first one
 *    that matches its seal, wherever it begins.
 * 4. There is no such group: the rest holds no whole group. In a file that was being written, it was torn when the process
 *    or the machine stopped, and its hits were never acknowledged.
 *
 * Step 3 could be deceived by a text that contains a whole group with a seal, in a hit of a group that lost its own seal.
 * The intake rules this out: a seal has at least 22 zero bytes in a row, and control characters are refused.
 *
 * Reading is linear. The walk over rows reads each byte once; the cost of the search and of wrong guesses is bounded by a
 * multiple of the file's size. Beyond that the rest counts as damaged.
 */

import { crc32 } from 'node:zlib';
import { isNeverStored } from '../hit/text.ts';
import { rowEnd, sealBytes } from './row-layout.ts';
import { readRows } from './row-reader.ts';

export interface IntactGroup {
  /** Positions in the file: of its first byte, and of the first byte after its seal. */
  readonly start: number;
  readonly end: number;
  readonly hits: number;
}

/** Bytes that are not an intact group, although groups follow or their length is known. */
interface DamagedBytes {
  readonly start: number;
  readonly end: number;
  /** Undefined if unknown. */
  readonly hits: number | undefined;
}

export interface Groups {
  readonly intact: readonly IntactGroup[];
  readonly damaged: readonly DamagedBytes[];
  /** Start of the rest, which holds no whole group; the file's length if there is no rest. */
  readonly rest: number;
}

/**
 * Finds the groups of a file, including those after damaged ones.
 *
 * @param layout of the rows
 * @example
 * const { intact, damaged, rest } = findGroups(await readFile(path), ROW_LAYOUT);
 * const rows = Buffer.concat(intact.map(({ start, end }) => bytes.subarray(start, end)));
 */
export function findGroups(bytes: Buffer, layout: number): Groups {
  const search = new GroupSearch(bytes, layout);
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

/** Read budget in bytes: per byte of the file, and a constant for any file. */
const READS_PER_BYTE = 8;
const READS = 1024 * 1024;
/** Maximum seals to try that lead back to the same place: only one can be genuine. */
const MAX_CANDIDATES = 8;
/** In a seal: '' + number (8) + sum (4), then zeros. */
const SUM = 9;
const ZEROS = 13;

interface Walk {
  readonly isIntact: boolean;
  readonly end: number;
  /** Undefined if uncertain: a corrupted length can lead off the rows and back onto them. */
  readonly hits: number | undefined;
}

class GroupSearch {
  readonly #bytes: Buffer;
  readonly #layout: number;
  readonly #sealBytes: number;
  /** Bytes that may still be read. */
  #budget: number;
  /** Positions of possible seals, ascending, and the same by the group start that their number leads back to. */
  #seals: number[] | undefined;
  readonly #sealsOf = new Map<number, number[]>();

  constructor(bytes: Buffer, layout: number) {
    this.#bytes = bytes;
    this.#layout = layout;
    this.#sealBytes = sealBytes(layout);
    this.#budget = READS + READS_PER_BYTE * bytes.length;
  }

  /** Whether the search stopped early, so that groups may have been missed. */
  get isGivenUp(): boolean {
    return this.#budget <= 0;
  }

  /** Reads rows up to a seal or something that is nearly one. Undefined if they lead to neither. */
  walk(start: number): Walk | undefined {
    const bytes = this.#bytes;
    let sum = 0;
    let hits = 0;
    for (let at = start; this.#budget > 0; hits++) {
      if (hits > 0 && at + this.#sealBytes <= bytes.length) {
        const odd = this.#invalidBytes(at);
        const fitsSize = bytes.readUInt32LE(at + 1) === at - start;
        const fitsSum = bytes.readUInt32LE(at + SUM) === sum;
        const isIntact = odd === 0 && fitsSize && fitsSum;
        if (isIntact || (odd <= 1 && (fitsSize || fitsSum))) {
          return {
            isIntact,
            end: at + this.#sealBytes,
            hits: isIntact ? hits : hitsIn(bytes.subarray(start, at), this.#layout),
          };
        }
      }
      // Every hit has a site.
      const end = bytes[at] === 0 ? -1 : rowEnd(bytes, at, this.#layout);
      if (end < 0) break;
      sum = crc32(bytes.subarray(at, end), sum);
      this.#budget -= end - at;
      at = end;
    }
    return undefined;
  }

  /** Where to continue if the rows from `start` lead nowhere. Undefined if no whole group follows. */
  endOfDamage(start: number): number | undefined {
    this.#seals ??= this.#findSeals();
    const own = this.#ownSeal(start);
    if (own !== undefined) return own + this.#sealBytes;
    for (let i = indexAfter(this.#seals, start); i < this.#seals.length && this.#budget > 0; i++) {
      const seal = this.#seals[i]!;
      const first = seal - this.#bytes.readUInt32LE(seal + 1);
      this.#budget -= this.#sealBytes;
      if (first > start && this.#fits(first, seal)) return first;
    }
    return undefined;
  }

  /** The seal of the group that begins at `start`. Of several, the one after which intact groups span the others. */
  #ownSeal(start: number): number | undefined {
    const seals = this.#sealsOf.get(start) ?? [];
    const last = seals.at(-1);
    for (const seal of seals.slice(0, MAX_CANDIDATES)) {
      let at = seal + this.#sealBytes;
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
    return group?.isIntact === true && group.end === seal + this.#sealBytes;
  }

  /** Number of nonzero bytes at this position that would be zero in a seal. */
  #invalidBytes(at: number): number {
    const bytes = this.#bytes;
    let odd = bytes[at] === 0 ? 0 : 1;
    for (let i = at + 5; i < at + SUM; i++) if (bytes[i] !== 0) odd++;
    for (let i = at + ZEROS; i < at + this.#sealBytes && odd < 2; i++) if (bytes[i] !== 0) odd++;
    return odd;
  }

  #findSeals(): number[] {
    const bytes = this.#bytes;
    const seals: number[] = [];
    const noBytes = Buffer.alloc(this.#sealBytes - ZEROS);
    let zeros = bytes.indexOf(noBytes);
    while (zeros >= 0) {
      let end = zeros + noBytes.length;
      while (end < bytes.length && bytes[end] === 0) end++;
      // A seal's number is not zero, so the seal cannot start far into the zeros, however many there are.
      const last = Math.min(zeros - 2, end - this.#sealBytes);
      for (let at = Math.max(0, zeros - ZEROS); at <= last; at++) {
        const size = bytes.readUInt32LE(at + 1);
        if (size === 0 || size > at || this.#invalidBytes(at) > 0) continue;
        seals.push(at);
        const start = at - size;
        const same = this.#sealsOf.get(start);
        if (same) same.push(at);
        else this.#sealsOf.set(start, [at]);
      }
      zeros = bytes.indexOf(noBytes, end);
    }
    return seals;
  }
}

/**
 * Number of hits in damaged rows. Undefined if uncertain: a corrupted length may lead off the rows and back, but then
 * some text almost certainly contains characters that the intake refuses.
 */
function hitsIn(rows: Buffer, layout: number): number | undefined {
  let hits = 0;
  for (const hit of readRows(rows, layout)) {
    if (Object.values(hit).some((value) => typeof value === 'string' && isNeverStored(value)))
      return undefined;
    hits++;
  }
  return hits;
}

/** Index of the first of the ascending numbers that is larger. */
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

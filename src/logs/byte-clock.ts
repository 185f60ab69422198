import { COLON, ZERO } from './ascii.ts';
import { isDigitByte } from './line-bytes.ts';
import { parseLogTime } from './log-time.ts';

/** Reads the times of lines. Day and zone are nearly always those of the line before. */
export class ByteClock {
  #day = 0;
  #month = 0;
  #year = 0;
  #sign = 0;
  #zone = 0;
  /** Start of the day, in milliseconds since 1970. */
  #start = Number.NaN;

  /** @returns NaN for an invalid time, and possibly for a valid one of a rare kind */
  read(bytes: Buffer, view: DataView, at: number): number {
    // `17/M`, `ay/2`, `/2015`, ` +00`, `0000`: four bytes each, some of them overlapping.
    const day = view.getInt32(at);
    const month = view.getInt32(at + 4);
    const year = view.getInt32(at + 7);
    const sign = view.getInt32(at + 20);
    const zone = view.getInt32(at + 22);
    if (
      day !== this.#day ||
      month !== this.#month ||
      year !== this.#year ||
      sign !== this.#sign ||
      zone !== this.#zone
    ) {
      const date = bytes.toString('latin1', at, at + 11);
      this.#start = parseLogTime(`${date}:00:00:00${bytes.toString('latin1', at + 20, at + 26)}`);
      this.#day = day;
      this.#month = month;
      this.#year = year;
      this.#sign = sign;
      this.#zone = zone;
    }
    if (bytes[at + 11] !== COLON || bytes[at + 14] !== COLON || bytes[at + 17] !== COLON) return Number.NaN;
    const hour = twoDigits(bytes, at + 12);
    const minute = twoDigits(bytes, at + 15);
    const second = twoDigits(bytes, at + 18);
    if (!(hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN;
    return this.#start + (hour * 3600 + minute * 60 + second) * 1000;
  }
}

function twoDigits(bytes: Buffer, at: number): number {
  if (!isDigitByte(bytes, at) || !isDigitByte(bytes, at + 1)) return Number.NaN;
  return bytes[at]! * 10 + bytes[at + 1]! - ZERO * 11;
}

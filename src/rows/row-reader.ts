/** Reads rows of the spool (see `row.ts`) back as hits, for sinks that do not take rows. */
import { HitError } from '../errors.ts';
import type { Hit } from '../hit/hit.ts';
import { ROW_LAYOUT } from './row.ts';

/**
 * Reads a whole segment, without its seals.
 *
 * @param layout of the segment
 * @throws HitError `data_dir_newer` if this version does not know the layout; RangeError if bytes are missing
 * @example
 * for (const hit of readRows(await readFile(segment.path), segment.layout)) publish(hit);
 */
export function* readRows(bytes: Buffer, layout: number): Generator<Hit, void, undefined> {
  if (layout !== ROW_LAYOUT) {
    throw new HitError('data_dir_newer', `segment layout ${layout} is not supported by this version`);
  }
  const reader = new RowReader(bytes);
  while (!reader.isAtEnd) {
    const hit = reader.read();
    if (hit.site !== '') yield hit;
  }
}

class RowReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Members are read in the order in which they are written here. */
  read(): Hit {
    return {
      site: this.#string(),
      time: this.#uint32() + this.#uint32() * 0x1_0000_0000,
      visitorLow: this.#uint32(),
      visitorHigh: this.#uint32(),
      bot: this.#string(),
      path: this.#string(),
      name: this.#string(),
      source: this.#string(),
      referrer: this.#string(),
      utmSource: this.#string(),
      utmMedium: this.#string(),
      utmCampaign: this.#string(),
      country: this.#string(),
      browser: this.#string(),
      os: this.#string(),
      device: this.#string(),
      language: this.#string(),
      status: this.#uint16(),
      method: this.#string(),
      title: this.#string(),
      props: this.#string(),
    };
  }

  #uint16(): number {
    this.#at += 2;
    return this.#bytes.readUInt16LE(this.#at - 2);
  }

  #uint32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32LE(this.#at - 4);
  }

  #string(): string {
    let length = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes.readUInt8(this.#at++);
      length += (byte & 127) * factor;
      if (byte < 128) break;
    }
    if (length === 0) return '';
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError('the bytes end within a string');
    return this.#bytes.toString('utf8', start, this.#at);
  }
}

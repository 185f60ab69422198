/**
 * Reads columns, one after another, from rows of ClickHouse's RowBinary format.
 *
 * @example
 * const rows = new RowReader(await store.bytes('live_visitors', { slice: 0, slices: 1 }));
 * while (!rows.ended) visit(rows.text(), rows.uint64());
 */
export class RowReader {
  readonly #bytes: Buffer;
  #at = 0;
  #text = '';
  #textBytes: Buffer = Buffer.alloc(0);

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A String. Reuses the last string if it is the same. */
  text(): string {
    const length = this.#length();
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    if (!bytes.equals(this.#textBytes)) {
      this.#textBytes = bytes;
      this.#text = bytes.toString('utf8');
    }
    this.#at += length;
    return this.#text;
  }

  /** A UInt32. */
  uint32(): number {
    const number = this.#bytes.readUInt32LE(this.#at);
    this.#at += 4;
    return number;
  }

  /** A UInt64, as a number that is exact up to 2^53. */
  uint64(): number {
    const low = this.uint32();
    return this.uint32() * 0x1_0000_0000 + low;
  }

  #length(): number {
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.#at++]!;
      length |= (byte & 127) << shift;
      if (byte < 128) return length;
    }
  }
}

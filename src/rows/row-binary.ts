const NO_BYTES = Buffer.alloc(0);

/**
 * Reads columns, one after another, from rows of ClickHouse's RowBinary format: numbers are little-endian, strings a
 * LEB128 length and UTF-8 bytes.
 *
 * Each member reads one column and throws RangeError if its bytes are missing.
 *
 * @example
 * const rows = new RowBinaryReader(await store.bytes('live_visitors', { slice: 0, slices: 1 }));
 * while (!rows.isAtEnd) visit(rows.repeatedString(), rows.uint64());
 */
export class RowBinaryReader {
  readonly #bytes: Buffer;
  #at = 0;
  #last = '';
  #lastBytes: Buffer = NO_BYTES;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  int8(): number {
    return this.#bytes.readInt8(this.#at++);
  }

  uint16(): number {
    this.#at += 2;
    return this.#bytes.readUInt16LE(this.#at - 2);
  }

  uint32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32LE(this.#at - 4);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32LE(this.#at - 4);
  }

  /** An Int64, as a number that is exact up to 2^53. */
  int64(): number {
    return this.uint32() + this.int32() * 0x1_0000_0000;
  }

  /** A UInt64 or DateTime64, as a number that is exact up to 2^53. */
  uint64(): number {
    return this.uint32() + this.uint32() * 0x1_0000_0000;
  }

  string(): string {
    const length = this.#stringLength();
    if (length === 0) return '';
    const start = this.#at;
    this.#take(length);
    return this.#bytes.toString('utf8', start, this.#at);
  }

  /** A string that most rows share with the row before: it is decoded once. */
  repeatedString(): string {
    const length = this.#stringLength();
    const start = this.#at;
    this.#take(length);
    const bytes = this.#bytes.subarray(start, this.#at);
    if (!bytes.equals(this.#lastBytes)) {
      this.#lastBytes = bytes;
      this.#last = bytes.toString('utf8');
    }
    return this.#last;
  }

  #stringLength(): number {
    let length = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes.readUInt8(this.#at++);
      length += (byte & 127) * factor;
      if (byte < 128) return length;
    }
  }

  #take(length: number): void {
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError('the bytes end within a text');
  }
}

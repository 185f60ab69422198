/**
 * Identifies a log while its file is renamed, copied, truncated or compressed: by its first bytes, and by the last ones before
 * the position up to which it was read. A file that has both continues this log; one that lacks either holds another log, even if
 * it is longer than the position.
 *
 * The data folder has only keyed digests of these bytes, as they contain addresses.
 *
 * Invariants: `head` has `min(HEAD_BYTES, position)` bytes or more; `tail` has exactly `min(TAIL_BYTES, position)`.
 */
import assert from 'node:assert/strict';

/** First bytes of a log that are compared. */
export const HEAD_BYTES = 4096;
/** Bytes before the position that are compared. */
const TAIL_BYTES = 4096;

/** Digests of what is compared. */
export interface StoredMark {
  /** Bytes of the head. */
  readonly head_bytes: number;
  readonly head: string;
  /** Bytes from the beginning of the log. */
  readonly position: number;
  /** Empty if it is unknown. */
  readonly tail: string;
}

/** Which bytes of a file to compare with those of the log. */
export interface TailCheck {
  /** Bytes from the beginning. */
  readonly start: number;
  readonly length: number;
  readonly fits: (bytes: Buffer) => boolean;
}

/** A keyed digest, in hexadecimal digits. */
export type Digest = (bytes: Buffer) => string;

export class LogMark {
  /** Bytes of the log that were read. */
  position: number;
  #head: Buffer | undefined;
  #tail: Buffer | undefined;
  readonly #stored: StoredMark | undefined;
  readonly #digest: Digest;

  private constructor(digest: Digest, head: Buffer | undefined, stored: StoredMark | undefined) {
    this.#digest = digest;
    this.#stored = stored;
    this.#head = head;
    this.position = stored?.position ?? 0;
    this.#tail = stored ? undefined : Buffer.alloc(0);
  }

  /** @param head the first bytes of a log that was not read yet */
  static unread(digest: Digest, head: Buffer): LogMark {
    return new LogMark(digest, head.subarray(0, HEAD_BYTES), undefined);
  }

  /** The mark of a log that an earlier process read. */
  static stored(digest: Digest, stored: StoredMark): LogMark {
    return new LogMark(digest, undefined, stored);
  }

  /** The same log, to be read from its beginning. */
  restarted(head: Buffer): LogMark {
    return LogMark.unread(this.#digest, this.#head && this.#head.length > head.length ? this.#head : head);
  }

  /** Adds bytes that were read. */
  add(bytes: Buffer): void {
    const head = this.#head!;
    if (head.length < HEAD_BYTES && this.position + bytes.length > head.length) {
      const more = bytes.subarray(head.length - this.position, HEAD_BYTES - this.position);
      this.#head = Buffer.concat([head, more]);
    }
    this.#tail = Buffer.from(
      bytes.length >= TAIL_BYTES
        ? bytes.subarray(-TAIL_BYTES)
        : Buffer.concat([this.#tail!, bytes]).subarray(-TAIL_BYTES),
    );
    this.position += bytes.length;
    assert.equal(this.#tail.length, Math.min(TAIL_BYTES, this.position));
    assert.ok(this.#head!.length >= Math.min(HEAD_BYTES, this.position));
  }

  /** @param head the first bytes of a file, up to `HEAD_BYTES`: fewer than this log has if the file is an incomplete copy */
  fitsHead(head: Buffer): boolean {
    if (this.#head) {
      const length = Math.min(head.length, this.#head.length);
      return length > 0 && head.subarray(0, length).equals(this.#head.subarray(0, length));
    }
    const { head_bytes: length, head: digest } = this.#stored!;
    if (head.length < length || this.#digest(head.subarray(0, length)) !== digest) return false;
    // From now on, shorter heads can be compared too.
    this.#head = head;
    return true;
  }

  /** The check of the bytes before the current position, which may advance while a file is read. */
  tailCheck(): TailCheck {
    const { position } = this;
    const length = Math.min(TAIL_BYTES, position);
    const tail = this.#tail;
    const digest = this.#stored?.tail ?? '';
    return {
      start: position - length,
      length,
      fits: (bytes) =>
        bytes.length === length &&
        (tail ? bytes.equals(tail) : digest === '' || this.#digest(bytes) === digest),
    };
  }

  /**
   * For the data folder.
   *
   * @param position up to which the log is stored, at most that up to which it was read
   */
  toStored(position: number): StoredMark {
    if (!this.#head || !this.#tail) return this.#stored!;
    return {
      head_bytes: this.#head.length,
      head: this.#digest(this.#head),
      position,
      tail: position === this.position ? this.#digest(this.#tail) : '',
    };
  }
}

/**
 * The hits in the body of a batch, parsed one at a time: parsed as a whole, a body of 16 MiB could become 300 MB of objects, or
 * eight million errors. A body is read into one growing buffer, so its memory does not depend on how it is cut into chunks.
 *
 * Invariant: a body in progress takes at most three times its limit, and all bodies together are at most `MOST_BYTES`.
 */
import type { Readable } from 'node:stream';
import { HitError, messageOf } from '../../errors.ts';

export const NDJSON_TYPES: readonly string[] = ['application/x-ndjson', 'application/ndjson'];
/** Maximum bytes of a batch. */
export const BODY_LIMIT = 16 * 1024 * 1024;
/** Maximum bytes of all batches in progress. */
const MOST_BYTES = 8 * BODY_LIMIT;
const FIRST_CAPACITY = 64 * 1024;
/** Seconds after which a sender that found no room may retry. */
const RETRY_AFTER = 2;

/** The bodies of the batches in progress. */
export class BatchBodies {
  #bytes = 0;

  /** Bytes of the bodies in progress. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Reads a body. It occupies room until it is released.
   *
   * @throws HitError `too_large`; `overloaded` if the batches in progress are too large
   */
  async read(source: Readable): Promise<Buffer> {
    let bytes = Buffer.allocUnsafe(0);
    let length = 0;
    try {
      // Not destroyed by an error: the answer needs the connection.
      for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        const needed = length + chunk.length;
        if (needed > BODY_LIMIT)
          throw new HitError('too_large', `the body has more than ${BODY_LIMIT} bytes`);
        this.#occupy(chunk.length);
        length = needed;
        if (needed > bytes.length) bytes = enlarged(bytes, needed);
        chunk.copy(bytes, needed - chunk.length);
      }
      return bytes.subarray(0, length);
    } catch (error) {
      this.#bytes -= length;
      // The sender may read the answer only after it has sent the rest, which is discarded, for as long as `app.ts` lets it.
      source.resume();
      if (error instanceof HitError) throw error;
      throw new HitError('invalid', `the body did not arrive: ${messageOf(error)}`, { cause: error });
    }
  }

  release(body: Buffer): void {
    this.#bytes -= body.length;
  }

  #occupy(bytes: number): void {
    if (this.#bytes + bytes > MOST_BYTES)
      throw new HitError('overloaded', 'too many batches are in progress', { retryAfter: RETRY_AFTER });
    this.#bytes += bytes;
  }
}

function enlarged(bytes: Buffer, needed: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(
    Math.max(needed, Math.min(BODY_LIMIT, bytes.length * 2), FIRST_CAPACITY),
  );
  bytes.copy(larger);
  return larger;
}

/**
 * The key of the digests by which imported logs are recognized.
 *
 * A log begins with the address of a visitor and a time, and the time is also in the store. So a digest without a key would
 * reveal the address: all four billion are tried in hours. Earlier versions stored such digests, of logs that may no longer
 * exist, so their digests become the text of keyed ones, and so do those of new logs: both are compared alike.
 *
 * The form tells them apart, so keying may be repeated:
 *
 *     4ad9…        64 or 72 hexadecimal digits: without a key
 *     kQ3x9Zt0a.…  keyed; all digests of one key begin alike, which reveals digests of another key
 */
import { createHmac } from 'node:crypto';

/** SHA-256 of the site and what identifies the log. */
const ROOT = /^[0-9a-f]{64}$/;
/** The first digits of that of a chunk's first line, and SHA-256 of the chunk and of what is before it. */
const CHUNK = /^[0-9a-f]{72}$/;
const HEAD_DIGITS = 8;
/** Characters of a keyed head, six bits each. */
const KEYED_HEAD = 6;
const KEY_ID = 8;

export class ImportKey {
  /** The beginning of all digests with this key. */
  readonly prefix: string;
  /** The first text after all that begin with the prefix, in the order of their bytes. */
  readonly end: string;
  readonly #key: Buffer;

  /** @param salt the import salt of the data folder, which has other uses */
  constructor(salt: Uint8Array) {
    this.#key = createHmac('sha256', salt).update('digests of imported logs').digest();
    const id = `k${this.#mac('key').slice(0, KEY_ID)}`;
    this.prefix = `${id}.`;
    this.end = `${id}/`;
  }

  /** @param digest one with a key, of whichever folder, is returned unchanged */
  keyed(digest: string): string {
    if (ROOT.test(digest)) return this.prefix + this.#mac(digest);
    if (CHUNK.test(digest)) return this.headed(digest.slice(0, HEAD_DIGITS)) + this.#mac(digest);
    return digest;
  }

  /** @param head the digits of a chunk's first line. @returns what the keyed digests of all chunks with this line begin with */
  headed(head: string): string {
    return this.prefix + this.#mac(`head ${head}`).slice(0, KEYED_HEAD);
  }

  #mac(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}

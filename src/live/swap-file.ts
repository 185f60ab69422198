import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';

const NAME = 'live-pages';
const LEAST_BYTES = 512;

/** The location of a page in the file. */
export interface Page {
  readonly at: number;
  readonly bytes: number;
}

/**
 * A file for data that does not fit into memory, for the lifetime of the process. It is unlinked as soon as it is created,
 * so nothing remains that could be damaged or outdated.
 *
 * Page sizes are powers of two, and a free page is reused for the next one of its size.
 *
 * @example
 * using pages = new SwapFile('./data');
 * const page = pages.write(bytes);
 * pages.take(page); // the same bytes
 */
export class SwapFile implements Disposable {
  readonly #file: number;
  readonly #free = new Map<number, number[]>();
  #end = 0;

  /** @throws HitError `data_dir_unusable` */
  constructor(folder: string) {
    const path = join(folder, NAME);
    try {
      this.#file = openSync(path, 'w+', 0o600);
      rmSync(path);
    } catch (error) {
      throw new HitError('data_dir_unusable', `${path} cannot be written: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /** Bytes on the disk. */
  get bytes(): number {
    return this.#end;
  }

  /** @throws HitError `data_dir_unusable` if there is no space; then nothing was written */
  write(bytes: Uint8Array): Page {
    const size = sizeOf(bytes.length);
    const free = this.#free.get(size) ?? [];
    const at = free.at(-1) ?? this.#end;
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.#file, bytes, done, bytes.length - done, at + done);
      }
    } catch (error) {
      throw fault('written', error);
    }
    if (free.length > 0) free.pop();
    else this.#end += size;
    return { at, bytes: bytes.length };
  }

  /**
   * Reads a page and frees its space.
   *
   * @throws HitError `data_dir_unusable`; the page is then kept
   */
  take({ at, bytes }: Page): Uint8Array<ArrayBuffer> {
    const content = new Uint8Array(bytes);
    try {
      for (let done = 0; done < bytes; ) {
        const read = readSync(this.#file, content, done, bytes - done, at + done);
        if (read === 0) throw new Error('it was truncated');
        done += read;
      }
    } catch (error) {
      throw fault('read', error);
    }
    this.#giveUp(at, sizeOf(bytes));
    return content;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #giveUp(at: number, size: number): void {
    const free = this.#free.get(size);
    if (free) free.push(at);
    else this.#free.set(size, [at]);
  }
}

function sizeOf(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(bytes, LEAST_BYTES)));
}

function fault(what: string, error: unknown): HitError {
  return new HitError(
    'data_dir_unusable',
    `the swap file of live counts cannot be ${what}: ${messageOf(error)}`,
    {
      cause: error,
    },
  );
}

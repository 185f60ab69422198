import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Maximum file size in bytes: beyond it, records are counted and logged but not kept. */
const MOST_BYTES = 100 * 2 ** 20;

/** A record that is not a valid hit. */
export interface InvalidRecord {
  readonly offset: bigint;
  readonly timestamp: number;
  readonly key: Buffer | undefined;
  readonly value: Buffer | undefined;
  readonly reason: string;
}

/** The file of a partition's dead letters: one JSON object per line; bytes that are not text in base64. */
export class DeadLetters {
  readonly path: string;
  #file: number | undefined;
  #isWritten = false;

  constructor(path: string) {
    this.path = path;
  }

  /** @returns whether there was room */
  add({ offset, timestamp, key, value, reason }: InvalidRecord): boolean {
    this.#file ??= this.#open();
    const file = this.#file;
    if (fstatSync(file).size > MOST_BYTES) return false;
    const line = { offset: String(offset), timestamp, reason, ...said('key', key), ...said('value', value) };
    writeSync(file, `${JSON.stringify(line)}\n`);
    this.#isWritten = true;
    return true;
  }

  /** Makes the added records durable. */
  sync(): void {
    if (this.#isWritten) fsyncSync(this.#file!);
    this.#isWritten = false;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #open(): number {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    return openSync(this.path, 'a', 0o600);
  }
}

function said(name: string, bytes: Buffer | undefined): Record<string, string> {
  if (bytes === undefined) return {};
  return isUtf8(bytes) ? { [name]: bytes.toString() } : { [`${name}_base64`]: bytes.toString('base64') };
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { writeAtomicallySync } from '../files/atomic.ts';
import { SALT_BYTES, type SaltTable } from '../hit/salts.ts';

/** Name of the file in the data folder. */
const SALT_FILE = 'salts.json';

const DAY_NAME = /^\d{4}-\d\d-\d\d$/;

/** Salts, and the days whose salt is shared by all nodes. */
export interface KeptSalts {
  readonly salts: SaltTable;
  readonly shared: readonly string[];
}

/**
 * The daily salts of a data folder: `salts.json`, readable by its owner only. It is a separate file so that copies of the
 * folder can omit it: a salt that survives in a copy is not destroyed. It is always written as a whole, so a day missing
 * from the new content is gone from disk.
 *
 * @example
 * const file = new SaltFile('./data');
 * file.read().salts['2026-11-24']; // 16 bytes
 */
export class SaltFile {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, SALT_FILE);
  }

  /** @throws HitError `data_dir_unusable` if the file is damaged */
  read(): KeptSalts {
    if (!existsSync(this.#path)) return { salts: {}, shared: [] };
    try {
      const { salts, shared = [] } = JSON.parse(readFileSync(this.#path, 'utf8')) ?? {};
      if (!Array.isArray(shared)) throw new Error('"shared" is not a list');
      return { salts: decodeSalts(salts), shared: shared.map(String) };
    } catch (error) {
      throw new HitError(
        'data_dir_unusable',
        `${this.#path} cannot be read: ${messageOf(error)}. Delete it: visitors without a cookie then count again today`,
        { cause: error },
      );
    }
  }

  /** @throws HitError `data_dir_unusable` */
  write({ salts, shared }: KeptSalts): void {
    const encoded = Object.entries(salts).map(([day, salt]) => [day, Buffer.from(salt).toString('base64')]);
    writeAtomicallySync(
      this.#path,
      `${JSON.stringify({ salts: Object.fromEntries(encoded), shared }, null, 2)}\n`,
    );
  }
}

/** Decodes salts by day from base64. @throws Error if the value is invalid */
export function decodeSalts(value: unknown): Record<string, Uint8Array> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('"salts" is not a JSON object');
  }
  return Object.fromEntries(
    Object.entries(value).map(([day, text]) => {
      const salt = typeof text === 'string' ? new Uint8Array(Buffer.from(text, 'base64')) : undefined;
      if (!DAY_NAME.test(day) || salt?.length !== SALT_BYTES) {
        throw new Error(`"${day.slice(0, 40)}" is not ${SALT_BYTES} bytes of base64 for a UTC day`);
      }
      return [day, salt];
    }),
  );
}

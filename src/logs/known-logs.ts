import { HitError } from '../errors.ts';
import { ImportKey } from '../folder/import-key.ts';
import { NO_IMPORT_SALT } from '../hit/visitors.ts';
import type { DBTracker } from '../trackers/db.ts';
import { type ImportedChunk, importedChunks } from '../trackers/imported-chunks.ts';
import type { ImportedTo } from './import-progress.ts';
import { ImportRegistries } from './import-registry.ts';

/** The logs that are in the store, or on their way to it. */
export class KnownLogs {
  readonly registries: ImportRegistries;
  readonly #db: DBTracker;
  readonly #importSalt: Uint8Array | undefined;

  constructor(db: DBTracker, importSalt: Uint8Array | undefined) {
    this.#db = db;
    this.#importSalt = importSalt;
    this.registries = new ImportRegistries((root) => this.#load(root));
  }

  /** @throws HitError `import_failed` if there is none: it is unknown then what was imported before */
  get key(): ImportKey {
    if (this.#importSalt) return new ImportKey(this.#importSalt);
    throw new HitError('import_failed', `it is unknown what was imported before, since ${NO_IMPORT_SALT}`);
  }

  /** @throws HitError `import_failed`, `store_unavailable` */
  async has({ root, digest }: Pick<ImportedTo, 'root' | 'digest'>): Promise<boolean> {
    return (await this.#load(root)).some((chunk) => chunk.digest === digest);
  }

  async #load(root: string): Promise<ImportedChunk[]> {
    // A chunk of an interrupted import may still be on its way into the store.
    await this.#db.spool.flush();
    return importedChunks(this.#db.store, root, this.key);
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder for a benchmark's files, removed when the benchmark ends, even if it is interrupted.
 *
 * @example
 * using scratch = new Scratch();
 * const dataDir = scratch.path('data');
 */
export class Scratch implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'hit-tracker-bench-'));
  readonly #remove = () =>
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });

  constructor() {
    process.once('exit', this.#remove);
  }

  /** Path of a file or folder in it, which may not exist yet. */
  path(name: string): string {
    return join(this.folder, name);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#remove);
    this.#remove();
  }
}

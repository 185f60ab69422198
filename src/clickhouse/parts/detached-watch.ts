import { detachedParts, removeCopies } from './detached.ts';
import type { PartsOptions } from './parts-options.ts';

/** Maximum number of part names in a message. */
const NAMED = 5;

/** Watches `detached/`: reports its parts, and deletes those whose rows are elsewhere too. */
export class DetachedWatch {
  readonly #options: Pick<PartsOptions, 'engine' | 'isEmbedded' | 'health' | 'onChange'>;
  #broken = 0;
  #detached: ReadonlySet<string> = new Set();

  constructor(options: Pick<PartsOptions, 'engine' | 'isEmbedded' | 'health' | 'onChange'>) {
    this.#options = options;
  }

  /** Number of broken parts, whose rows queries do not see, as of the last check. */
  get broken(): number {
    return this.#broken;
  }

  /** Whether it has a part of a table with rows that may be nowhere else. */
  lacks(table: string): boolean {
    return this.#detached.has(table);
  }

  /** @throws HitError `store_unavailable` */
  async check(): Promise<void> {
    const { engine, isEmbedded, health } = this.#options;
    const parts = await detachedParts(engine);
    if (isEmbedded) await removeCopies(parts);
    const broken = parts.filter(({ kind }) => kind === 'broken');
    const isChanged = broken.length !== this.#broken;
    this.#broken = broken.length;
    const lost = parts.filter(({ kind }) => kind === 'broken' || kind === 'detached');
    this.#detached = new Set(lost.map(({ table }) => table));
    if (isChanged) await this.#options.onChange?.();
    if (broken.length === 0) {
      health.clear('broken_parts');
      return;
    }
    const names = broken.map(({ table, name }) => `${table}/${name}`);
    const some = `${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ', …' : ''}`;
    const message = `${names.length} broken parts are detached, and answers lack their rows: ${some}. "doctor" says what is missing`;
    health.report('broken_parts', message, names.join(' '));
  }
}

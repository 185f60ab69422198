import type { Clients } from './client.ts';
import { FreeSpace } from './free-space.ts';
import { Health, type HealthLog } from './health.ts';
import { Merges } from './merges.ts';
import { Parts } from './parts.ts';

/**
 * Watches over a store: room before inserts, parts after them. For a server only what it says of detached parts.
 *
 * @example
 * const insertion = await guard.begin(segment.bytes); // throws HitError store_full
 * await insert(segment);
 * await guard.confirm(insertion, ['hits']); // throws where the part is not whole: insert again
 */
export class StoreGuard {
  readonly health: Health;
  readonly parts: Parts;
  /** Of the embedded engine. */
  readonly space: FreeSpace | undefined;
  readonly #merges: Merges | undefined;
  readonly #close: () => Promise<void>;

  /** @param folder of the embedded engine */
  private constructor(clients: Clients, folder: string | undefined, log: GuardLog) {
    const engine = clients.inspector();
    this.#close = () => engine.close();
    this.health = new Health(log);
    this.parts = new Parts({ engine, isEmbedded: folder !== undefined, health: this.health, log });
    this.space = folder === undefined ? undefined : new FreeSpace({ folder, health: this.health });
    this.#merges = this.space && new Merges(this.space, (text) => engine.command(text), log);
  }

  /** Inspects what is there, and watches from then on. */
  static async open(clients: Clients, log: GuardLog): Promise<StoreGuard> {
    const guard = new StoreGuard(clients, clients.folder, log);
    await guard.parts.start();
    guard.#merges?.start();
    return guard;
  }

  /**
   * Before an insert.
   *
   * @param bytes of its rows, not compressed; 0 for a statement whose result is small
   * @returns what `confirm` wants
   * @throws HitError `store_full`; nothing may be inserted then
   */
  async begin(bytes = 0): Promise<number> {
    await this.space?.check(bytes);
    return this.parts.moment;
  }

  /**
   * After an insert, or several: makes sure that what they wrote is there as a whole.
   *
   * @param tables that they wrote to
   * @throws HitError `store_unavailable` where it is not: they must be made again
   */
  confirm(insertion: number, tables: readonly string[]): Promise<void> {
    return this.parts.assertWhole(tables, insertion);
  }

  /**
   * After a query that failed.
   *
   * @returns whether a broken part was the cause, and is out of the way: the query may be asked again
   */
  async followUp(error: unknown): Promise<boolean> {
    try {
      return (await this.parts.followUp(error)).length > 0;
    } catch {
      // The inspection's own fault is told by it; the query has one already.
      return false;
    }
  }

  async close(): Promise<void> {
    await this.#merges?.close();
    await this.parts.close();
    await this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

export interface GuardLog extends HealthLog {
  warn(message: string): void;
}

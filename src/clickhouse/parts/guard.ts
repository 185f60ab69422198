import type { Clients } from '../clients.ts';
import { unavailable } from '../faults.ts';
import { FreeSpace } from './free-space.ts';
import { Health, type HealthLog } from './health.ts';
import { Merges } from './merges.ts';
import { missingHits } from './missing.ts';
import { Parts } from './parts.ts';

export interface GuardLog extends HealthLog {
  warn(message: string): void;
}

/** Makes sure that what was inserted so far into some tables is there as a whole. @throws HitError `store_unavailable` */
export type Confirm = (...tables: string[]) => Promise<void>;

/**
 * Watches over a store: room before inserts, parts after them. For a server only what it says of detached parts.
 *
 * @example
 * await guard.inserting(segment.bytes, async (confirm) => {
 *   await insert(segment);
 *   await confirm('hits'); // throws where its part is not whole: the segment has to be delivered again
 * });
 */
export class StoreGuard {
  readonly health: Health;
  readonly parts: Parts;
  /** Of the embedded engine. */
  readonly space: FreeSpace | undefined;
  readonly #merges: Merges | undefined;
  readonly #engine: ReturnType<Clients['inspector']>;
  #missing = 0;

  /** @param onLoss called when rows of tables were lost or came back, so that nobody relies on what he remembers of them */
  constructor(clients: Clients, log: GuardLog, onLoss: () => void = () => undefined) {
    const { folder } = clients;
    const engine = clients.inspector();
    this.#engine = engine;
    this.health = new Health(log);
    this.parts = new Parts({
      ...{ engine, isEmbedded: folder !== undefined, health: this.health, log },
      onChange: async () => {
        onLoss();
        await this.countMissing();
      },
    });
    this.space = folder === undefined ? undefined : new FreeSpace({ folder, health: this.health });
    this.#merges = this.space && new Merges(this.space, (text) => engine.command(text), log);
  }

  /** Hits that batches of the ledger should have and have not, as of when parts were last detached or attached. */
  get missing(): number {
    return this.#missing;
  }

  /** Inspects what is there, and watches from then on. */
  async start(): Promise<void> {
    await this.parts.start();
    this.#merges?.start();
  }

  /**
   * Runs inserts that can be made again. Where they fail, or what they wrote is not whole, the broken parts are gone when
   * it throws.
   *
   * @param bytes of their rows, not compressed; 0 for a statement whose result is small
   * @throws HitError `store_full`, and nothing was inserted then; `store_unavailable`
   */
  async inserting(bytes: number, insert: (confirm: Confirm) => Promise<void>): Promise<void> {
    const tables = new Set<string>();
    const since = this.parts.moment;
    try {
      await this.space?.check(bytes);
      await insert(async (...confirmed) => {
        for (const table of confirmed) tables.add(table);
        await this.parts.assertWhole([...tables], since);
      });
    } catch (error) {
      if (await this.followUp(error, since)) await this.parts.discard(['hits', ...tables], since);
      throw unavailable(error);
    }
  }

  /**
   * After a query that failed.
   *
   * @param since `parts.moment` before it
   * @returns whether a broken part was the cause, and is out of the way: the query may be asked again
   */
  async followUp(error: unknown, since = this.parts.moment): Promise<boolean> {
    try {
      return await this.parts.followUp(error, since);
    } catch {
      // The inspection's own fault is told by it; the query has one already.
      return false;
    }
  }

  /** Whether inserts wait for room on the disk. */
  async isFull(): Promise<boolean> {
    return this.health.has('store_full') || ((await this.space?.isShort()) ?? false);
  }

  /** Runs something that deletes rows, also where the disk is nearly full. */
  deleting<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#merges ? this.#merges.allow(work) : work();
  }

  /** Counts the hits that are missing, and says so where there are some. @throws HitError `store_unavailable` */
  async countMissing(): Promise<number> {
    const batches = await missingHits(this.#engine);
    this.#missing = batches.reduce((sum, { hits, there }) => sum + hits - there, 0);
    if (this.#missing === 0) this.health.clear('missing_hits');
    else {
      const message = `${this.#missing} hits of ${batches.length} batches are missing in the store: run "doctor", which says what can be restored`;
      this.health.report('missing_hits', message, String(this.#missing));
    }
    return this.#missing;
  }

  async close(): Promise<void> {
    // Whatever fails: a connection that stays open keeps the folder.
    await Promise.allSettled([this.#merges?.close(), this.parts.close()]);
    await this.#engine.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

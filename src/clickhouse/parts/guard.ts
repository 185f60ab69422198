import { HitError } from '../../errors.ts';
import type { Clients } from '../clients.ts';
import { unavailable } from '../faults.ts';
import { FreeSpace } from './free-space.ts';
import { Health, type HealthLog } from './health.ts';
import { Merges } from './merges.ts';
import { missingHits } from './missing.ts';
import { Parts } from './parts.ts';
import { StuckMerges } from './stuck-merges.ts';

/** Milliseconds within which the database must answer a ping. */
const PING_MS = 2000;

export interface GuardLog extends HealthLog {
  warn(message: string): void;
}

/** Verifies that everything inserted so far into some tables is stored whole. @throws HitError `store_unavailable` */
export type Confirm = (...tables: string[]) => Promise<void>;

/**
 * Guards a store: checks disk space before inserts and parts after them. On a server, only checks detached parts.
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
  /** Only for the embedded engine. */
  readonly space: FreeSpace | undefined;
  readonly #merges: Merges | undefined;
  readonly #stuck: StuckMerges | undefined;
  readonly #engine: ReturnType<Clients['inspector']>;
  #missing = 0;
  /** Work that did not fit into the engine's memory when it was last tried. */
  readonly #unfitting = new Set<string>();

  /** @param onLoss called when rows of tables were lost or restored, so that cached state is dropped */
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
    this.#stuck =
      folder === undefined ? undefined : new StuckMerges({ folder, connect: () => clients.inspector(), log });
  }

  /** Hits that ledger batches should have but lack, as of when parts were last detached or attached. */
  get missing(): number {
    return this.#missing;
  }

  /** Inspects the existing parts, then keeps watching. */
  async start(): Promise<void> {
    // The first inspection may wait for a merge.
    this.#stuck?.start();
    await this.parts.start();
    this.#merges?.start();
  }

  /**
   * Runs inserts that can be repeated. If they fail or write broken parts, the broken parts are removed before this
   * throws.
   *
   * @param bytes uncompressed size of their rows; 0 for a statement with a small result
   * @throws HitError `store_full`, before anything is inserted; `store_unavailable`
   */
  async inserting(bytes: number, insert: (confirm: Confirm) => Promise<void>): Promise<void> {
    const tables = new Set<string>();
    const since = this.parts.moment;
    let hasBegun = false;
    try {
      await this.space?.check(bytes);
      hasBegun = true;
      await insert(async (...confirmed) => {
        for (const table of confirmed) tables.add(table);
        await this.parts.assertWhole([...tables], since);
      });
    } catch (error) {
      await this.followUp(error, since);
      if (hasBegun) await this.parts.abandon(['hits', ...tables], since).catch(() => undefined);
      throw unavailable(error);
    }
  }

  /**
   * Follows up on a failed query.
   *
   * @param since `parts.moment` before the query
   * @returns whether a broken part was the cause and is now detached: the query may be retried
   */
  async followUp(error: unknown, since = this.parts.moment): Promise<boolean> {
    try {
      return await this.parts.followUp(error, since);
    } catch {
      // The inspection reports its own error; the query already has one.
      return false;
    }
  }

  /**
   * Runs work that may need more memory than the engine has. While that is so, it is a problem of the store.
   *
   * @param name identifies the work
   */
  async fitting<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    try {
      const result = await work();
      if (this.#unfitting.delete(name) && this.#unfitting.size === 0) this.health.clear('engine_memory');
      return result;
    } catch (error) {
      if (error instanceof HitError && error.code === 'engine_memory') {
        this.#unfitting.add(name);
        this.health.report('engine_memory', `${name}: ${error.message}`, [...this.#unfitting].join());
      }
      throw error;
    }
  }

  /** Resolves if the database answers. @throws HitError `store_unavailable` */
  async ping(): Promise<void> {
    // The connection is for long work: the answer of a server that was gone meanwhile would be awaited for a day.
    await this.#engine.rows('SELECT 1', AbortSignal.timeout(PING_MS));
  }

  /** Whether inserts wait for disk space. */
  async isFull(): Promise<boolean> {
    return this.health.has('store_full') || ((await this.space?.isShort()) ?? false);
  }

  /** Runs work that deletes rows, even if the disk is nearly full. */
  deleting<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#merges ? this.#merges.allow(work) : work();
  }

  /** Counts the missing hits, and reports them if there are any. @throws HitError `store_unavailable` */
  async countMissing(): Promise<number> {
    const batches = await missingHits(this.#engine);
    this.#missing = batches.reduce((sum, { hits, there }) => sum + hits - there, 0);
    if (this.#missing === 0) this.health.clear('missing_hits');
    else {
      const message = `${this.#missing} hits of ${batches.length} batches are missing in the store: run "doctor" to see what can be restored`;
      this.health.report('missing_hits', message, String(this.#missing));
    }
    return this.#missing;
  }

  async close(): Promise<void> {
    const closing = Promise.allSettled([this.#merges?.close(), this.parts.close()]).then(() =>
      this.#stuck?.close(),
    );
    // A server may hang: closing the connection ends what waits for it. The engine in this process must finish first.
    if (this.space) await closing;
    // Whatever fails, the connection must close: an open one keeps the folder in use.
    await this.#engine.close();
    await closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

import type { Clients } from '../clickhouse/clients.ts';
import { isOutOfMemory } from '../clickhouse/faults.ts';
import { inTurn } from '../clickhouse/name-turn.ts';
import type { StoreGuard } from '../clickhouse/parts/guard.ts';
import { EVERYBODY, inShares, type Share } from '../clickhouse/shares.ts';
import { type Fragments, queryText } from '../clickhouse/sql.ts';
import { insertStaged, runnerOf } from '../clickhouse/staged-insert.ts';
import { SerialQueue } from '../timing/serial-queue.ts';
import type { Opening } from './opening.ts';

/** A statement that inserts what it computes from hits, as one part. */
export interface ComputedInsert {
  /** Name of its query. */
  readonly query: string;
  /** The table that it inserts into. */
  readonly table: string;
  /** Query id: see `LongStatements.execute`. */
  readonly name: string;
  /** Its fragments for a share of the visitors. */
  readonly fragmentsOf: (share: Share) => Fragments;
  /** Number of shares to begin with. Default: two. */
  readonly shares?: number;
  /** Whether it is never computed in shares, since the caller has a smaller one instead. Default: false. */
  readonly isWhole?: boolean;
  /** Whether repeating it changes nothing, so that its shares may be parts of their own. Default: false. */
  readonly isRepeatable?: boolean;
}

/** Statements that change a store and may take long, concurrently with deliveries. The embedded engine runs one at a time. */
export class LongStatements {
  readonly #clients: Clients;
  readonly #guard: StoreGuard;
  readonly #opening: Opening;
  readonly #closing: AbortSignal;
  readonly #queue = new SerialQueue();

  /** @param closing aborted when the store closes, which ends waiting for another node */
  constructor(clients: Clients, guard: StoreGuard, opening: Opening, closing: AbortSignal) {
    this.#clients = clients;
    this.#guard = guard;
    this.#opening = opening;
    this.#closing = closing;
  }

  /**
   * Runs a statement.
   *
   * @param name query id: a server runs one statement with it at a time, so this one waits for that of another node
   * @param inserted tables that it inserts into, whose new parts are verified
   * @param signal ends that wait, as closing the store does, but not a running statement
   * @throws HitError `store_full`, `store_unavailable`
   */
  async execute(
    query: string,
    fragments: Fragments,
    name: string,
    inserted: readonly string[],
    signal?: AbortSignal,
  ): Promise<void> {
    await this.#opening.ensure();
    const text = queryText(query, fragments, this.#clients.dialect);
    await this.#guard.inserting(0, async (confirm) => {
      await this.#inTurn(() => this.#command(text, name, signal));
      if (inserted.length > 0) await confirm(...inserted);
    });
  }

  /**
   * Inserts what a statement computes from hits. If that takes more memory than the embedded engine has, it is computed in shares.
   *
   * @param signal as for `execute`
   * @throws HitError `engine_memory` if it does not fit even so, which `/readyz` reports until it does; `store_full`,
   *   `store_unavailable`
   */
  async insert(insert: ComputedInsert, signal?: AbortSignal): Promise<void> {
    await this.#opening.ensure();
    await this.#guard.fitting(insert.name, () =>
      this.#guard.inserting(0, async (confirm) => {
        await this.#inTurn(() => this.#insert(insert, signal));
        await confirm(insert.table);
      }),
    );
  }

  async #insert(insert: ComputedInsert, signal: AbortSignal | undefined): Promise<void> {
    const { query, table, name, fragmentsOf, shares = 2, isWhole, isRepeatable } = insert;
    const { keeper, embedded, dialect } = this.#clients;
    const text = (share: Share, into = table) => queryText(query, { ...fragmentsOf(share), into }, dialect);
    const run = (share: Share) => this.#command(text(share), name, signal);
    const maySplit = embedded && !isWhole;
    if (isRepeatable && maySplit) return inShares(run);
    try {
      await run(EVERYBODY);
    } catch (error) {
      if (!maySplit || !isOutOfMemory(error)) throw error;
      await insertStaged(runnerOf(keeper), table, shares, (into, share) => text(share, into));
    }
  }

  async #command(query: string, query_id: string, signal: AbortSignal | undefined): Promise<void> {
    const stop = signal ? AbortSignal.any([this.#closing, signal]) : this.#closing;
    await inTurn(() => this.#clients.keeper.command({ query, query_id }), stop);
  }

  /** A statement in shares is several, and no other may come between them. A server has its own turns, by name. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#clients.embedded ? this.#queue.run(work) : work();
  }
}

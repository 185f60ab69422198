/**
 * The ledger of batches: which batches the store has, and the state of each (table `batches`).
 *
 * It answers three questions that the other tables cannot: whether a batch was delivered before, even if its hits were
 * purged or merged since; which batches are not rolled up yet; and how many hits a batch should have. Delivery, rollups,
 * purge, archive and imports all rely on it.
 *
 * Invariants, and what happens if one is violated:
 *
 * 1. A batch is in the ledger only if all of its hits are in `hits` and were read back (`record` gets what was read). If the
 *    process dies in between, the batch is delivered again: its rows are recognised, and the entry is written then.
 * 2. The batches of one writer arrive in ascending order of their ids. A batch that is neither known nor newer than all
 *    others of its writer is rejected (`batch_out_of_order`), and set aside. Watermarks rely on this.
 * 3. States only move forward: delivered, rolled up, then archived or purged; `restored` is the only way back. An entry is
 *    immutable: a new one with the next revision replaces it, so a crash leaves the old one or the new one.
 * 4. A rolled-up batch is covered by the watermark of its writer in `rollups`, which is written in the same part as the
 *    counts. The watermark is authoritative; the state here follows it, and `reconcile` repairs a state left by a crash.
 *
 * The ledger stays small: a day after they were rolled up, the batches of one writer are compacted to one entry, a floor,
 * which covers all ids up to its own. Batches of imports are not compacted, since a purged log may be imported again.
 */

import type { Dialect } from '../clickhouse/dialect.ts';
import { queryText } from '../clickhouse/sql.ts';
import { coveredBy, readWatermarks, type Watermarks, writerOf, writerSql } from '../clickhouse/watermarks.ts';
import { HitError } from '../errors.ts';
import { DAY } from '../timing/units.ts';

/** Origin of a batch. */
export type BatchKind = 'live' | 'import' | 'stream';
export type BatchState = 'delivered' | 'rolled_up' | 'archived' | 'purged';

/** A batch as read back from disk. Times are milliseconds since 1970. */
export interface StoredBatch {
  readonly id: bigint;
  readonly hits: number;
  readonly first: number;
  readonly last: number;
}

export interface PendingBatch {
  readonly id: bigint;
  readonly hits: number;
}

/** Runs statements for the ledger, in sequence with deliveries. */
export interface LedgerStore {
  readonly dialect: Dialect;
  rows<Row>(text: string): Promise<Row[]>;
  command(text: string): Promise<void>;
  /** Runs an insert, and verifies that its part is whole. @throws HitError `store_full`, `store_unavailable` */
  insertVerified(text: string): Promise<void>;
  /** Whether other processes may write to the same ledger. */
  readonly isShared: boolean;
}

/** Tables that are computed from the hits of batches, each with watermarks of its own. */
export type Consumer = 'rollups' | 'visits';

/** Queries for the watermarks of each consumer, as tables. */
const WATERMARKS = { rollups: 'rollup_writers', visits: 'visits_writers' } as const;

/** Maximum number of batches that `pending` returns. */
export const MOST_PENDING = 50_000;
/** Milliseconds after which rolled-up batches are compacted. */
const COMPACT_AFTER = DAY;
const WRITER_BITS = 22n;
/** Bits of the writer that are flipped for batches that an older version left undelivered: see `aliasOf`. */
export const ALIAS = 0x15_5555n;
/** Result of `oldest` if nothing is pending. */
export const NOTHING_PENDING = 2n ** 64n - 1n;

type Texts<Name extends string> = Record<Name, string>;

/** Status of batches that are about to be delivered. */
export interface Recognition {
  /** Batches that the store has or had: they are skipped. */
  readonly known: ReadonlySet<bigint>;
  /** Batches older than those that a version without a ledger delivered: only their hits show whether they arrived. */
  readonly unclear: ReadonlySet<bigint>;
}

export class Ledger {
  readonly #store: LedgerStore;
  /** The oldest pending batch, used if no other process can add one. */
  #oldest: bigint | undefined;
  /** Number of changes to the ledger by this process. */
  #changes = 0;

  constructor(store: LedgerStore) {
    this.#store = store;
  }

  /**
   * Determines which batches need not be delivered.
   *
   * @param ids in order of delivery
   * @throws HitError `batch_out_of_order` if a new batch is not newer than all others of its writer
   */
  async recognise(ids: readonly bigint[]): Promise<Recognition> {
    if (ids.length === 0) return { known: new Set(), unclear: new Set() };
    const writers = [...new Set(ids.map(writerOf))];
    const rows = await this.#store.rows<
      Texts<'newest' | 'floor' | 'legacy'> & { writer: number; known: string[]; delivered: string[] }
    >(queryText('ledger_writers', { batches: idsSql(ids), writers: `(${writers.join(', ')})` }));
    const byWriter = new Map(rows.map((row) => [Number(row.writer), row]));
    const newest = new Map(rows.map((row) => [Number(row.writer), BigInt(row.newest)]));
    const known = new Set<bigint>();
    const unclear = new Set<bigint>();
    for (const id of ids) {
      const writer = writerOf(id);
      const row = byWriter.get(writer);
      // Nothing of it was purged yet. If hits are missing, a broken part held them, and they can be delivered again.
      if (row?.delivered.includes(String(id))) continue;
      if (row?.known.includes(String(id)) || id <= BigInt(row?.floor ?? 0)) known.add(id);
      else if (id <= BigInt(row?.legacy ?? 0)) unclear.add(id);
      else if (id <= (newest.get(writer) ?? 0n)) throw outOfOrder(id, newest.get(writer)!);
      else newest.set(writer, id);
    }
    return { known, unclear };
  }

  /** Counts the hits of batches in the store, read back from disk. */
  async readBack(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, StoredBatch>> {
    const rows = await this.#store.rows<Record<'id' | 'hits' | 'first' | 'last', string | number>>(
      queryText('ledger_counts', { batches: idsSql(ids) }),
    );
    return new Map(
      rows.map(({ id, hits, first, last }) => [
        BigInt(id),
        { id: BigInt(id), hits: Number(hits), first: Number(first), last: Number(last) },
      ]),
    );
  }

  /** Records batches that are complete in the store, atomically. */
  async record(kind: BatchKind, batches: readonly StoredBatch[]): Promise<void> {
    if (batches.length === 0) return;
    const tuples = batches.map(
      ({ id, hits, first, last }) =>
        `tuple(toUInt64(${id}), toUInt64(${hits}), toInt64(${first}), toInt64(${last}))`,
    );
    await this.#store.command(queryText('ledger_record', { kind, batches: tuples.join(', ') }));
    this.#changes++;
    for (const { id } of batches) if (this.#oldest !== undefined && id < this.#oldest) this.#oldest = id;
  }

  /** Batches that a consumer has not processed yet, in ascending order of their ids. */
  async pending(consumer: Consumer = 'rollups'): Promise<PendingBatch[]> {
    const watermarks = queryText(WATERMARKS[consumer]).trim();
    const text = queryText('ledger_pending', { watermarks, limit: String(MOST_PENDING) });
    const rows = await this.#store.rows<Texts<'id'> & { hits: string | number }>(text);
    return rows.map(({ id, hits }) => ({ id: BigInt(id), hits: Number(hits) }));
  }

  /** No pending batch is older; `NOTHING_PENDING` if there is none. Another process may have added some since. */
  async oldest(ask: LedgerStore['rows'] = (text) => this.#store.rows(text)): Promise<bigint> {
    if (this.#oldest !== undefined && !this.#store.isShared) return this.#oldest;
    const changes = this.#changes;
    const [row] = await ask<Texts<'oldest'>>(queryText('ledger_oldest'));
    const oldest = BigInt(row?.oldest ?? 0) || NOTHING_PENDING;
    // A batch recorded meanwhile may be older, and is not in this answer.
    if (changes === this.#changes) this.#oldest = oldest;
    return oldest;
  }

  /** Marks batches as rolled up: the watermarks already cover them. */
  async rolledUp(ids: readonly bigint[]): Promise<void> {
    if (ids.length > 0) await this.#advance('rolled_up', `state = 'delivered' AND id IN ${idsSql(ids)}`);
  }

  /** Marks all batches covered by watermarks as rolled up: repairs states left by a crash. */
  async reconcile(watermarks: Watermarks): Promise<void> {
    await this.#advance('rolled_up', `state = 'delivered' AND ${coveredBy(watermarks, 'id')}`);
  }

  /**
   * Marks batches of imports whose hits are about to leave the store. Must be called before they leave.
   *
   * @param gone SQL condition that selects these hits
   */
  async markRemoved(state: 'archived' | 'purged', gone: string): Promise<void> {
    const batches = `(SELECT DISTINCT batch FROM hits WHERE ${gone})`;
    // Purged hits can be imported again, even if the rest is archived later.
    const from = state === 'archived' ? "state != 'purged'" : 'true';
    await this.#advance(state, `kind = 'import' AND ${from} AND id IN ${batches}`);
  }

  /**
   * Takes hits that are about to be deleted out of their live batches, as if they had never been in these. Must be called before they
   * are deleted, and may be called again.
   *
   * @param gone SQL condition that selects these hits, which are all rolled up
   */
  async shrink(gone: string): Promise<void> {
    await this.#store.command(queryText('ledger_shrink', { gone }));
    this.reset();
  }

  /** Records that the purged hits of a batch are restored. */
  async restored(id: bigint): Promise<void> {
    await this.#advance('rolled_up', `state = 'purged' AND id = toUInt64(${id})`);
  }

  /**
   * Compacts batches that were rolled up long ago.
   *
   * @param now milliseconds since 1970
   */
  async compact(now: number): Promise<void> {
    const until = BigInt(Math.max(0, now - COMPACT_AFTER)) << WRITER_BITS;
    const old = `kind IN ('live', 'stream', 'floor') AND id < toUInt64(${until})`;
    // The entries that it replaces are dropped then.
    await this.#store.insertVerified(
      queryText('ledger_compact', { predicate: `${old} AND state = 'rolled_up'` }),
    );
    const rows = await this.#store.rows<{ writer: string; last: string }>(queryText('ledger_floors'));
    const floors = new Map([...readWatermarks(rows)].map(([writer, last]) => [writer, last - 1n]));
    if (floors.size === 0) return;
    // All revisions: a remaining one would become the latest.
    await this.#store.command(
      queryText('ledger_drop', { predicate: `${old} AND ${coveredBy(floors, 'id')}` }, this.#store.dialect),
    );
  }

  /** Clears the cache after the table or the rollups were changed from outside, for example by removing a broken part. */
  reset(): void {
    this.#changes++;
    this.#oldest = undefined;
  }

  async #advance(state: BatchState, predicate: string): Promise<void> {
    await this.#store.command(queryText('ledger_advance', { state, predicate }));
    this.reset();
  }
}

/**
 * Alternative id for a batch that a version without a ledger left undelivered, after later batches of its writer were
 * delivered. It is deterministic and has a separate writer, so that it is rolled up like any other batch.
 */
export function aliasOf(id: bigint): bigint {
  return id ^ ALIAS;
}

/** SQL: ids as a set. They are inlined in the text: see `coveredBy`. */
export function idsSql(ids: Iterable<bigint>): string {
  return `(${Array.from(ids, (id) => `toUInt64(${id})`).join(', ')})`;
}

/** SQL: whether a batch belongs to one of these writers. */
export function ofWritersSql(writers: Iterable<number>): string {
  const list = [...writers];
  return list.length === 0 ? 'false' : `${writerSql()} IN (${list.join(', ')})`;
}

function outOfOrder(id: bigint, newest: bigint): HitError {
  return new HitError(
    'batch_out_of_order',
    `batch ${id} comes after the newer batch ${newest} of the same writer, and is not stored`,
  );
}

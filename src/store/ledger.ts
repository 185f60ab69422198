/**
 * The ledger of batches: which batches the store has, and what was done with each (table `batches`).
 *
 * It answers three questions that the tables themselves cannot: whether a batch that comes again was here before, also when
 * its hits are purged or merged since; which batches are not rolled up yet; and how many hits a batch should have. So the
 * spool delivers, the rollups count, purge, archive and imports act, and all of them ask in one place.
 *
 * Invariants, and what happens when one breaks:
 *
 * 1. A batch is in the ledger only when all of its hits are in `hits` and were read back (`record` is given what was read).
 *    A process that dies between the two delivers the batch again: its rows are recognised, and the entry is written then.
 * 2. The batches of one writer come in ascending order of their ids. A batch that is neither known nor newer than all of
 *    its writer is refused (`internal`): it stays in the spool, and the log says so. Watermarks rely on this.
 * 3. States only go forward: delivered, rolled up, then archived or purged; `restored` is the one way back. An entry is
 *    never changed: a new one with the next revision replaces it, so a crash leaves the old one or the new one.
 * 4. A batch that is rolled up is covered by the watermark of its writer in `rollups`, which is written in the same part as
 *    what it counts. The watermark is the truth; the state here follows it, and `reconcile` mends one that a crash left behind.
 *
 * It stays small: a day after batches were rolled up, those of one writer are compacted to one entry, a floor, which stands
 * for all up to its id. Those of imports stay single, since a purged log may be imported again.
 */

import { queryText } from '../clickhouse/sql.ts';
import { coveredBy, readWatermarks, type Watermarks, writerOf, writerSql } from '../clickhouse/watermarks.ts';
import { HitError } from '../errors.ts';

/** How a batch came. */
export type BatchKind = 'live' | 'import' | 'stream';
export type BatchState = 'delivered' | 'rolled_up' | 'archived' | 'purged';

/** What the store has of a batch, read back from the disk. Times are milliseconds since 1970. */
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

/** Runs statements for the ledger, one after another with those that deliver. */
export interface LedgerStore {
  rows<Row>(text: string): Promise<Row[]>;
  command(text: string): Promise<void>;
  /** Whether other processes may write to the same ledger. */
  readonly isShared: boolean;
}

/** Batches that one look returns. */
const MOST_PENDING = 50_000;
/** Milliseconds after which batches that are rolled up are compacted. */
const COMPACT_AFTER = 86_400_000;
const WRITER_BITS = 22n;
/** Bits of a writer that are turned over for what an older version left undelivered: see `aliasOf`. */
export const ALIAS = 0x15_5555n;
/** Bound of `oldest` where nothing is pending. */
export const NOTHING_PENDING = 2n ** 64n - 1n;

type Texts<Name extends string> = Record<Name, string>;

/** What the ledger says of batches that are about to be delivered. */
export interface Recognition {
  /** Those that the store has or had, and need not be looked at. */
  readonly known: ReadonlySet<bigint>;
  /** Those that are below what a version without a ledger brought: only their hits tell whether they came. */
  readonly unclear: ReadonlySet<bigint>;
}

export class Ledger {
  readonly #store: LedgerStore;
  /** The oldest pending batch, where no other process can add one. */
  #oldest: bigint | undefined;
  /** Changes to the ledger that this process made. */
  #changes = 0;

  constructor(store: LedgerStore) {
    this.#store = store;
  }

  /**
   * Tells which batches need not be delivered.
   *
   * @param ids in the order in which they are delivered
   * @throws HitError `internal` for one that is new and not newer than all of its writer
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
      // Nothing of it was purged yet: so if hits are missing, a broken part had them, and they can be delivered again.
      if (row?.delivered.includes(String(id))) continue;
      if (row?.known.includes(String(id)) || id <= BigInt(row?.floor ?? 0)) known.add(id);
      else if (id <= BigInt(row?.legacy ?? 0)) unclear.add(id);
      else if (id <= (newest.get(writer) ?? 0n)) throw outOfOrder(id, newest.get(writer)!);
      else newest.set(writer, id);
    }
    return { known, unclear };
  }

  /** Counts the hits of batches that are in the store, as they are read from the disk. */
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

  /** Enters batches that are in the store as a whole, together: all or none. */
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

  /** Batches that are not rolled up, in ascending order of their ids. */
  async pending(): Promise<PendingBatch[]> {
    const text = queryText('ledger_pending', { limit: String(MOST_PENDING) });
    const rows = await this.#store.rows<Texts<'id'> & { hits: string | number }>(text);
    return rows.map(({ id, hits }) => ({ id: BigInt(id), hits: Number(hits) }));
  }

  /** No pending batch is older; `NOTHING_PENDING` where there is none. Another process may have added some since. */
  async oldest(ask: LedgerStore['rows'] = (text) => this.#store.rows(text)): Promise<bigint> {
    if (this.#oldest !== undefined && !this.#store.isShared) return this.#oldest;
    const changes = this.#changes;
    const [row] = await ask<Texts<'oldest'>>(queryText('ledger_oldest'));
    const oldest = BigInt(row?.oldest ?? 0) || NOTHING_PENDING;
    // What was entered meanwhile may be older, and is not in this answer.
    if (changes === this.#changes) this.#oldest = oldest;
    return oldest;
  }

  /** Enters that batches are rolled up: the watermarks cover them already. */
  async rolledUp(ids: readonly bigint[]): Promise<void> {
    if (ids.length > 0) await this.#advance('rolled_up', `state = 'delivered' AND id IN ${idsSql(ids)}`);
  }

  /** Enters that all batches which watermarks cover are rolled up: what a crash left undone. */
  async reconcile(watermarks: Watermarks): Promise<void> {
    await this.#advance('rolled_up', `state = 'delivered' AND ${coveredBy(watermarks, 'id')}`);
  }

  /**
   * Enters that hits of imports leave the store, before they do.
   *
   * @param gone SQL: of which hits
   */
  async leaving(state: 'archived' | 'purged', gone: string): Promise<void> {
    const batches = `(SELECT DISTINCT batch FROM hits WHERE ${gone})`;
    // What was purged can be imported again, also if the rest is archived later.
    const from = state === 'archived' ? "state != 'purged'" : 'true';
    await this.#advance(state, `kind = 'import' AND ${from} AND id IN ${batches}`);
  }

  /** Enters that the purged hits of a batch are back. */
  async restored(id: bigint): Promise<void> {
    await this.#advance('rolled_up', `state = 'purged' AND id = toUInt64(${id})`);
  }

  /**
   * Compacts what was rolled up long ago.
   *
   * @param now milliseconds since 1970
   */
  async compact(now: number): Promise<void> {
    const until = BigInt(Math.max(0, now - COMPACT_AFTER)) << WRITER_BITS;
    const old = `kind IN ('live', 'stream', 'floor') AND id < toUInt64(${until})`;
    await this.#store.command(queryText('ledger_compact', { predicate: `${old} AND state = 'rolled_up'` }));
    const rows = await this.#store.rows<{ writer: string; last: string }>(queryText('ledger_floors'));
    const floors = new Map([...readWatermarks(rows)].map(([writer, last]) => [writer, last - 1n]));
    if (floors.size === 0) return;
    // All revisions: one that is left would take the place of the last.
    await this.#store.command(
      queryText('ledger_drop', { predicate: `${old} AND ${coveredBy(floors, 'id')}` }),
    );
  }

  /** Forgets what it remembers of the table, after something else changed it or the rollups: a broken part that was removed. */
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
 * Another id for a batch that a version without a ledger left undelivered, and that its writer's later batches have passed:
 * always the same, and of a writer of its own, so that it is rolled up like any other.
 */
export function aliasOf(id: bigint): bigint {
  return id ^ ALIAS;
}

/** SQL: ids as a set. They are part of the text: see `coveredBy`. */
export function idsSql(ids: Iterable<bigint>): string {
  return `(${Array.from(ids, (id) => `toUInt64(${id})`).join(', ')})`;
}

/** SQL: whether a batch is of one of these writers. */
export function ofWriters(writers: Iterable<number>): string {
  const list = [...writers];
  return list.length === 0 ? 'false' : `${writerSql()} IN (${list.join(', ')})`;
}

function outOfOrder(id: bigint, newest: bigint): HitError {
  return new HitError(
    'internal',
    `batch ${id} comes after batch ${newest} of the same writer, which is newer: it is not stored, and stays in the spool`,
  );
}

/**
 * Exactly-once delivery of batches into the store.
 *
 * Batches in the ledger are skipped. For other batches, all rows of a month become one part of the table, which is either
 * complete or absent, and an insert skips the months that already have rows of the batch. So a batch that was interrupted by
 * a crash is completed month by month. Then its hits are read back from disk and counted. The batch is recorded in the
 * ledger only if all are there and the part is intact (clickhouse/parts/guard.ts); only then may the sender drop it.
 */
import { open } from 'node:fs/promises';
import type { Clients } from '../clickhouse/clients.ts';
import { isOutOfMemory } from '../clickhouse/faults.ts';
import { quote } from '../clickhouse/literals.ts';
import { inTurn } from '../clickhouse/name-turn.ts';
import type { Confirm } from '../clickhouse/parts/guard.ts';
import { shareSql } from '../clickhouse/shares.ts';
import { queryText } from '../clickhouse/sql.ts';
import { insertStaged, runnerOf } from '../clickhouse/staged-insert.ts';
import { HitError, messageOf } from '../errors.ts';
import { ROW_STRUCTURES } from '../rows/row-layout.ts';
import type { Segment } from '../spool/segment.ts';
import { SerialQueue } from '../timing/serial-queue.ts';
import { isRefusal } from './batch-refusal.ts';
import { ALIAS, aliasOf, idsSql, type Ledger, type StoredBatch } from './ledger.ts';

/** Rows of several batches, in one file. */
export interface Batches {
  readonly path: string;
  /** Layout of the rows, each followed by the id of its batch in 8 bytes, little-endian. */
  readonly layout: number;
  /** In ascending order. */
  readonly ids: readonly bigint[];
  /** Number of rows of each batch. */
  readonly hits: readonly number[];
  /** Query name, shared by all that may deliver these batches concurrently: a server runs one at a time. */
  readonly name: string;
}

/** Fragments of an insert into another table, of a share of the visitors. Default: of all, into `hits`. */
type Staged = { readonly into?: string; readonly share?: string };

/** Inserts batches into a database and records them in its ledger. */
export class Delivery {
  readonly #clients: Clients;
  readonly #ledger: Ledger;
  readonly #closing: AbortSignal;
  /** Inserts of the embedded engine: one in shares is several statements, and no other may come between them. */
  readonly #inserts = new SerialQueue();

  /** @param closing aborted when the store closes, which ends waiting for another node */
  constructor(clients: Clients, ledger: Ledger, closing: AbortSignal) {
    this.#closing = closing;
    this.#clients = clients;
    this.#ledger = ledger;
  }

  /**
   * Inserts a segment exactly once: a batch in the ledger is skipped, and for a batch interrupted by a crash only the
   * missing months are added. The batch is recorded in the ledger after its hits were read back.
   *
   * @throws HitError `store_unavailable` if the store does not end up with the hits of the segment; `batch_rejected` if it refuses
   *   the segment for its own sake, and has none of its hits
   */
  async deliver(segment: Segment, confirm: Confirm): Promise<void> {
    const { id, path, bytes, kind } = segment;
    const structure = structureOf(segment.layout);
    if (bytes > 0 && segment.hits > 0) {
      const as = await this.#insertMissing(segment).catch((error) => this.#refuse(segment, error));
      if (as !== undefined) {
        const batches = as === id ? [id] : [id, as];
        const fragments = { ...columnsOf(structure), batch: `toUInt64(${as})`, batches: idsSql(batches) };
        const text = (staged: Staged) => queryText('insert_hits', { ...fragments, ...staged });
        // A server rejects a second query of this name while the first, whose answer was lost, still runs.
        const insert = { path, structure, name: `hit-tracker-batch-${as}` };
        await this.#insert(text, insert).catch((error) =>
          // Of a batch with two ids, some hits may be rolled up.
          as === id ? this.#refuse(segment, error) : Promise.reject(error),
        );
        const stored = await this.#verify(batches, segment.hits, `batch ${id}`, as);
        await confirm('hits');
        await this.#ledger.record(
          kind,
          stored.filter((batch) => batch.id === as),
        );
      }
    }
    if (segment.records.length > 0) {
      const notes = segment.records.map((note) => JSON.stringify(note)).join('\n');
      const query = queryText('insert_imports');
      await this.#clients.writer.command({ query, query_params: { notes, batch: String(id) } });
    }
    await confirm('batches', 'imports');
  }

  /** Inserts many batches, each exactly once, as `deliver` does for one. */
  async deliverBatches({ path, layout, ids, hits, name }: Batches, confirm: Confirm): Promise<void> {
    const structure = structureOf(layout);
    const { known, unclear } = await this.#ledger.recognise(ids);
    const aliases = await this.#ledger.recognise([...unclear].map(aliasOf));
    const missing = ids.flatMap((id, i) =>
      known.has(id) || aliases.known.has(aliasOf(id)) ? [] : [{ id, hits: hits[i]! }],
    );
    if (missing.length === 0) return;
    const batches = missing.map(({ id }) => id);
    const old = batches.filter((id) => unclear.has(id));
    const fragments = {
      ...columnsOf(structure),
      ...{ batches: idsSql(batches), unclear: idsSql([0n, ...old]), alias: `toUInt64(${ALIAS})` },
      aliases: idsSql([0n, ...old.map(aliasOf)]),
    };
    const text = (staged: Staged) => queryText('insert_batches', { ...fragments, ...staged });
    const insert = { path, structure: `${structure}, batch UInt64`, name: `hit-tracker-${name}` };
    await this.#insert(text, insert);
    const all = missing.reduce((sum, batch) => sum + batch.hits, 0);
    const stored = await this.#verify([...batches, ...old.map(aliasOf)], all, `${missing.length} batches`);
    await confirm('hits');
    await this.#ledger.record(
      'stream',
      stored.filter(({ id }) => !unclear.has(id)),
    );
    await confirm('batches');
  }

  /**
   * Restores the purged hits of a batch under the same id: rollups and live counts already include them.
   *
   * @param file rows, with a seal
   * @param hits number of hits of the whole batch
   * @returns number of restored hits
   * @throws HitError `import_failed` if the batch does not end up with `hits` hits
   */
  async restore(
    id: bigint,
    file: { readonly path: string; readonly layout: number },
    hits: number,
    confirm: Confirm,
  ): Promise<number> {
    const before = (await this.#ledger.readBack([id])).get(id)?.hits ?? 0;
    const structure = structureOf(file.layout);
    const fragments = { ...columnsOf(structure), batch: `toUInt64(${id})` };
    const text = (staged: Staged) => queryText('restore_hits', { ...fragments, ...staged });
    await this.#insert(text, { path: file.path, structure, name: `hit-tracker-restore-${id}` });
    const there = (await this.#ledger.readBack([id])).get(id)?.hits ?? 0;
    if (there !== hits) {
      throw new HitError(
        'import_failed',
        `of ${hits} purged hits, ${there} were restored: import the log again`,
      );
    }
    await confirm('hits');
    await this.#ledger.restored(id);
    return hits - before;
  }

  /**
   * Restores the purged hits of a log chunk that a version without a ledger imported.
   *
   * @param id id of a batch that a watermark covers: rollups and live counts already include the hits
   * @returns number of restored hits
   * @throws HitError `store_unavailable`
   */
  async restoreLegacy(
    id: bigint,
    file: { readonly path: string; readonly layout: number },
    confirm: Confirm,
  ): Promise<number> {
    const structure = structureOf(file.layout);
    const fragments = { ...columnsOf(structure), batch: `toUInt64(${id})` };
    const text = (staged: Staged) => queryText('restore_legacy', { ...fragments, ...staged });
    // One at a time: each checks the existing hits.
    const name = 'hit-tracker-restore-legacy';
    await inTurn(() => this.#insert(text, { path: file.path, structure, name }), this.#closing);
    const stored = [...(await this.#ledger.readBack([id])).values()];
    await confirm('hits');
    await this.#ledger.record('import', stored);
    await this.#ledger.rolledUp(stored.map((batch) => batch.id));
    return stored.reduce((sum, { hits }) => sum + hits, 0);
  }

  /**
   * @param text SQL with `{{rows}}` for the source of the rows
   * @throws HitError `engine_memory` if the embedded engine has too little memory, even for few rows at a time
   */
  async #insert(
    text: (staged: Staged) => string,
    { path, structure, name }: { readonly path: string; readonly structure: string; readonly name: string },
  ): Promise<void> {
    const columns = quote(structure);
    const from = (rows: string, staged: Staged = {}) => text(staged).replaceAll('{{rows}}', () => rows);
    if (this.#clients.embedded) {
      const file = `file(${quote(exactPattern(path))}, 'RowBinary', ${columns})`;
      await this.#inserts.run(() => this.#insertFile((staged) => from(file, staged)));
      return;
    }
    const values = (await open(path)).createReadStream();
    // The request fails with it. But before that has a connection nobody listens, and the process would end.
    values.on('error', () => undefined);
    try {
      const query = `${from(`input(${columns})`)} FORMAT RowBinary`;
      const result = await this.#clients.writer.exec({ query, values, query_id: name });
      for await (const _ of result.stream);
    } finally {
      // Without a connection, nothing has read it to its end.
      values.destroy();
    }
  }

  async #insertFile(text: (staged: Staged) => string): Promise<void> {
    const { writer } = this.#clients;
    try {
      await writer.command({ query: text({}) });
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      await insertStaged(runnerOf(writer), 'hits', 2, (into, share) =>
        text({ into, share: shareSql(share) }),
      );
    }
  }

  /**
   * The id under which to deliver a segment; undefined if the store has it. For a segment that a version without a ledger
   * left in the spool, only its hits show whether it was delivered.
   */
  async #insertMissing({ id, hits }: Segment): Promise<bigint | undefined> {
    const { known, unclear } = await this.#ledger.recognise([id]);
    if (known.has(id)) return undefined;
    if (!unclear.has(id)) return id;
    const there = (await this.#ledger.readBack([id])).get(id)?.hits ?? 0;
    if (there >= hits) return undefined;
    const alias = aliasOf(id);
    return (await this.#ledger.recognise([alias])).known.has(alias) ? undefined : alias;
  }

  /** Throws the error, or `batch_rejected` if it is due to the segment; then the store has no hits of it. */
  async #refuse({ id }: Segment, error: unknown): Promise<never> {
    if (!isRefusal(error)) throw error;
    const isThere = (await this.#ledger.readBack([id])).size > 0;
    // Whether hits of an old batch that the ledger does not know are rolled up is not known either.
    if (isThere && error instanceof HitError) throw error;
    if (isThere) await this.#discard(id);
    throw new HitError('batch_rejected', messageOf(error), { cause: error });
  }

  /** Deletes the rows of an incomplete batch: they may have been misread, and the batch is delivered again. */
  async #discard(batch: bigint): Promise<void> {
    const { writer, dialect } = this.#clients;
    const query = queryText('discard_batch', { batch: `toUInt64(${batch})` }, dialect);
    await writer.command({ query });
  }

  /**
   * Reads batches back from disk and checks that they are complete. The store may have more hits than were sent: of a
   * segment that was damaged after delivery, only the intact part is delivered again.
   *
   * @param discarded a batch whose rows are deleted if some are missing
   */
  async #verify(
    ids: readonly bigint[],
    hits: number,
    what: string,
    discarded?: bigint,
  ): Promise<StoredBatch[]> {
    const stored = await this.#ledger.readBack(ids);
    const there = [...stored.values()].reduce((sum, batch) => sum + batch.hits, 0);
    if (there < hits) {
      if (discarded !== undefined) await this.#discard(discarded);
      const message = `${what} has ${hits} hits, and the store accepted ${there} of them`;
      throw new HitError('batch_incomplete', message, { retryAfter: 5 });
    }
    return ids.flatMap((id) => stored.get(id) ?? []);
  }
}

/** @throws HitError `data_dir_newer` */
function structureOf(layout: number): string {
  const structure = ROW_STRUCTURES[layout];
  if (structure) return structure;
  throw new HitError('data_dir_newer', `segment layout ${layout} is of a newer version`);
}

/** Columns whose values in rows are not yet those of the table → how they become that. */
const CONVERSIONS: Readonly<Record<string, string>> = { value: 'toDecimal128OrZero(value, 8)' };

/** SQL: the names of a structure's columns, and their values. */
function columnsOf(structure: string): { readonly columns: string; readonly values: string } {
  const names = structure.split(', ').map((column) => column.slice(0, column.indexOf(' ')));
  const values = names.map((name) => CONVERSIONS[name] ?? name);
  return { columns: names.join(', '), values: values.join(', ') };
}

/**
 * A path for `file()`: a pattern if it contains one of these characters, which cannot be escaped there. `?` matches any
 * one character, and only one file has the segment's name.
 */
function exactPattern(path: string): string {
  return /[{}*?]/.test(path) ? path.replaceAll(/[^\w./\u0080-\uffff-]/g, '?') : path;
}

/**
 * Batches come into the store, each exactly once.
 *
 * What the ledger has is left alone. Of what it has not, all of a month becomes one part of the table, which is there as a
 * whole or not at all; and an insertion leaves out the months of which rows of the batch are there already. So a batch that
 * a crash cut off is completed, month by month. Then its hits are counted as they are read from the disk; only if all are
 * there, and the part is whole (clickhouse/parts/guard.ts), is it entered into the ledger, and only then may its sender let go of it.
 */
import { createReadStream } from 'node:fs';
import type { Clients } from '../clickhouse/clients.ts';
import { quote } from '../clickhouse/literals.ts';
import type { Confirm } from '../clickhouse/parts/guard.ts';
import { queryText } from '../clickhouse/sql.ts';
import { HitError } from '../errors.ts';
import { ROW_STRUCTURES } from '../hit/row.ts';
import type { Segment } from '../spool/segment.ts';
import { ALIAS, aliasOf, idsSql, type Ledger, type StoredBatch } from './ledger.ts';

/** Rows of several batches, in one file. */
export interface Batches {
  readonly path: string;
  /** Layout of its rows, each of which has the id of its batch behind it, as 8 bytes, the lowest first. */
  readonly layout: number;
  /** In ascending order. */
  readonly ids: readonly bigint[];
  /** How many rows each batch has. */
  readonly hits: readonly number[];
  /** Of all that could bring these batches at the same time: a server takes one after another. */
  readonly name: string;
}

/** Brings batches into a database, and enters them into its ledger. */
export class Delivery {
  readonly #clients: Clients;
  readonly #ledger: Ledger;

  constructor(clients: Clients, ledger: Ledger) {
    this.#clients = clients;
    this.#ledger = ledger;
  }

  /**
   * Puts a segment into the database, once: a batch that the ledger has is left alone, and of one that a crash cut off the
   * months that are missing are added. It is in the ledger when its hits were read back.
   *
   * @throws HitError `store_unavailable` where the store has other hits than the segment in the end; `internal`
   */
  async deliver(segment: Segment, confirm: Confirm): Promise<void> {
    const { id, path, bytes, kind } = segment;
    const structure = structureOf(segment.layout);
    if (bytes > 0 && segment.hits > 0) {
      const as = await this.#missingAs(segment);
      if (as !== undefined) {
        const batches = as === id ? [id] : [id, as];
        const text = queryText('insert_hits', { batch: `toUInt64(${as})`, batches: idsSql(batches) });
        // A server refuses a second query of this name while it works on the first, of which the answer was lost.
        await this.#insert(text, { path, structure, name: `hit-tracker-batch-${as}` });
        const stored = await this.#verify(batches, segment.hits, `batch ${id}`, as);
        await confirm('hits');
        await this.#ledger.record(
          kind,
          stored.filter((batch) => batch.id === as),
        );
      }
    }
    if (segment.notes.length > 0) {
      const notes = segment.notes.map((note) => JSON.stringify(note)).join('\n');
      const query = queryText('insert_imports');
      await this.#clients.writer.command({ query, query_params: { notes, batch: String(id) } });
    }
    await confirm('batches', 'imports');
  }

  /** Puts many batches into the database, each once, as `deliver` does one. */
  async deliverBatches({ path, layout, ids, hits, name }: Batches, confirm: Confirm): Promise<void> {
    const structure = `${structureOf(layout)}, batch UInt64`;
    const { known, unclear } = await this.#ledger.recognise(ids);
    const aliases = await this.#ledger.recognise([...unclear].map(aliasOf));
    const missing = ids.flatMap((id, i) =>
      known.has(id) || aliases.known.has(aliasOf(id)) ? [] : [{ id, hits: hits[i]! }],
    );
    if (missing.length === 0) return;
    const batches = missing.map(({ id }) => id);
    const old = batches.filter((id) => unclear.has(id));
    const text = queryText('insert_batches', {
      ...{ batches: idsSql(batches), unclear: idsSql([0n, ...old]), alias: `toUInt64(${ALIAS})` },
      aliases: idsSql([0n, ...old.map(aliasOf)]),
    });
    await this.#insert(text, { path, structure, name: `hit-tracker-${name}` });
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
   * Brings back the hits of a batch that were purged, under the same id: rollups and live counts have them already.
   *
   * @param file rows, with a seal
   * @param hits of the whole batch
   * @returns how many of them came back
   * @throws HitError `import_failed` where the batch has other hits in the end
   */
  async restore(
    id: bigint,
    file: { readonly path: string; readonly layout: number },
    hits: number,
    confirm: Confirm,
  ): Promise<number> {
    const before = (await this.#ledger.readBack([id])).get(id)?.hits ?? 0;
    const text = queryText('restore_hits', { batch: `toUInt64(${id})` });
    const name = `hit-tracker-restore-${id}`;
    await this.#insert(text, { path: file.path, structure: structureOf(file.layout), name });
    const there = (await this.#ledger.readBack([id])).get(id)?.hits ?? 0;
    if (there !== hits) {
      throw new HitError(
        'import_failed',
        `of ${hits} hits that were purged ${there} came back: import the log again`,
      );
    }
    await confirm('hits');
    await this.#ledger.restored(id);
    return hits - before;
  }

  /**
   * Brings back hits of a piece of a log that a version without a ledger imported, as far as they were purged.
   *
   * @param id of a batch that a watermark covers: rollups and live counts have the hits already
   * @returns how many came back
   * @throws HitError `store_unavailable`
   */
  async restoreLegacy(
    id: bigint,
    file: { readonly path: string; readonly layout: number },
    confirm: Confirm,
  ): Promise<number> {
    const text = queryText('restore_legacy', { batch: `toUInt64(${id})` });
    // One after another: each looks at what is there.
    const name = 'hit-tracker-restore-legacy';
    await this.#insert(text, { path: file.path, structure: structureOf(file.layout), name });
    const stored = [...(await this.#ledger.readBack([id])).values()];
    await confirm('hits');
    await this.#ledger.record('import', stored);
    await this.#ledger.rolledUp(stored.map((batch) => batch.id));
    return stored.reduce((sum, { hits }) => sum + hits, 0);
  }

  /** @param text with `{{rows}}` where they come from */
  async #insert(
    text: string,
    { path, structure, name }: { readonly path: string; readonly structure: string; readonly name: string },
  ): Promise<void> {
    const { writer, embedded } = this.#clients;
    const columns = quote(structure);
    const from = (rows: string) => text.replaceAll('{{rows}}', () => rows);
    if (embedded) {
      await writer.command({ query: from(`file(${quote(exactPattern(path))}, 'RowBinary', ${columns})`) });
      return;
    }
    const result = await writer.exec({
      query: `${from(`input(${columns})`)} FORMAT RowBinary`,
      values: createReadStream(path),
      query_id: name,
    });
    for await (const _ of result.stream);
  }

  /**
   * The id under which a segment is to be delivered; undefined where the store has it. Of what a version without a ledger
   * left in the spool, only its hits tell whether it came.
   */
  async #missingAs({ id, hits }: Segment): Promise<bigint | undefined> {
    const { known, unclear } = await this.#ledger.recognise([id]);
    if (known.has(id)) return undefined;
    if (!unclear.has(id)) return id;
    const there = (await this.#ledger.readBack([id])).get(id)?.hits ?? 0;
    if (there >= hits) return undefined;
    const alias = aliasOf(id);
    return (await this.#ledger.recognise([alias])).known.has(alias) ? undefined : alias;
  }

  /** Takes out what came of a batch that is not whole: it may be misread, and the batch comes again. */
  async #discard(batch: bigint): Promise<void> {
    const query = queryText('discard_batch', { batch: `toUInt64(${batch})` });
    await this.#clients.writer.command({ query });
  }

  /**
   * Reads batches back from the disk, and makes sure that they are whole. There may be more than were sent: of a segment that
   * was damaged after it had been delivered, what is left comes again.
   *
   * @param discarded a batch whose rows are taken out where some are missing
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
      throw new HitError(
        'batch_incomplete',
        `${what} has ${hits} hits, and the store took ${there} of them`,
        {
          retryAfter: 5,
        },
      );
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

/**
 * A path as `file()` takes it: as a pattern, if it holds one of these signs, which cannot be escaped there. `?` is any
 * one character, and only one file has the segment's name.
 */
function exactPattern(path: string): string {
  return /[{}*?]/.test(path) ? path.replaceAll(/[^\w./\u0080-\uffff-]/g, '?') : path;
}
